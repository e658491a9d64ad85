"""What a training seed leaves in its folder, whole at every moment: evaluations, best and last policy."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from twin import results
from twin.basics.errors import MissingExtraError, ResultsError
from twin.scenario.policy_file import About, write_member
from twin.telemetry.storage import whole_file
from twin.training.export import write_onnx

Row = dict[str, float]
FILE, BEST, LAST, ONNX, BUFFER = "training.json", "policy.zip", "last.zip", "policy.onnx", "replay_buffer.pkl"
PACE = ".steps"  # how far a seed is, for who waits in another process
CHECKPOINTS, TENSORBOARD = "checkpoints", "tensorboard"


def due(steps: int, every: int) -> int:
    """The next multiple of `every`: what happens then does so at the same steps after a continuation."""
    return (steps // every + 1) * every


class Diary:
    """One seed's folder.

    Parameters
    ----------
    folder
        Made where it is not there.
    about
        What its policies say about themselves; their steps are filled in.
    levels
        Actions behind the numbers of a discrete policy.

    Attributes
    ----------
    rows
        Evaluations in order: steps, wall_s, score and indicators.
    best
        The row of the best policy; None before the first evaluation.
    """

    def __init__(self, folder: Path, about: About, levels: NDArray[Any] | None = None) -> None:
        self.folder, self._about, self._levels = folder, about, levels
        self.rows: list[Row] = []
        self.best: Row | None = None
        self.steps, self.wall_s = 0, 0.0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsError(f"cannot be made: {error.strerror or error}", file=folder) from error

    def recall(self, steps: int) -> None:
        """Go on from what the folder holds of so many steps; the best policy so far stays the best.

        That holds also where nothing is left to go on from and `steps` is 0.

        Raises
        ------
        ResultsError
            The folder holds no training.
        """
        known = results.read_json(self.folder / FILE)
        self.rows = [row for row in known["evaluations"] if row["steps"] <= steps]
        self.best = max(self.rows, key=lambda row: row["score"], default=None)
        if known["best"] is not None and (self.best is None or known["best"]["score"] > self.best["score"]):
            self.best = known["best"]  # its policy is there
        self.steps, self.wall_s = steps, float(known["wall_s"])

    def row(self, values: Mapping[str, float], score: float) -> Row:
        """An evaluation at the steps and seconds noted here."""
        return {"steps": float(self.steps), "wall_s": round(self.wall_s, 1), "score": score, **values}

    def evaluated(self, row: Row, model: Any) -> bool:
        """Note an evaluation; keep the policy where it is the best so far, and say whether it is."""
        better = self.best is None or row["score"] > self.best["score"]
        if better:  # the policy first: what is noted is there, wherever this is interrupted
            self._keep(model, BEST)
            self._export(model)
            self.best = row
        if self.rows and self.rows[-1]["steps"] == row["steps"]:
            self.rows.pop()
        self.rows.append(row)
        self._write_csv()
        self.write("running")
        return better

    def pace(self, steps: int) -> None:
        """Tell who waits in another process how far this is; where that cannot be written, nobody is told."""
        with suppress(OSError):
            (self.folder / PACE).write_text(str(steps))

    def checkpoint(self, model: Any) -> None:
        """Keep the policy as it is now."""
        self._keep(model, f"{CHECKPOINTS}/{model.num_timesteps}.zip")

    def last(self, model: Any, state: results.State) -> None:
        """Keep all that a continuation needs, and say how training ended."""
        self._keep(model, LAST)
        if getattr(model, "replay_buffer", None) is not None:
            with whole_file(self.folder / BUFFER, "a replay buffer") as stream:
                model.save_replay_buffer(stream)
        self.write(state)
        (self.folder / PACE).unlink(missing_ok=True)

    def write(self, state: results.State) -> None:
        """Write training.json."""
        about = self._about.model_dump(mode="json", exclude={"steps"})
        results.write_json(
            self.folder / FILE,
            {
                **about,
                "state": state,
                "steps": self.steps,
                "wall_s": round(self.wall_s, 1),
                "best": self.best,
                "evaluations": self.rows,
            },
        )

    def _keep(self, model: Any, name: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        held = io.BytesIO()
        model.save(held)
        about = self._about.model_copy(update={"steps": int(model.num_timesteps)})
        write_member(held, about)
        with whole_file(path, "a policy") as stream:
            stream.write(held.getvalue())

    def _export(self, model: Any) -> None:
        about = self._about.model_copy(update={"steps": int(model.num_timesteps)})
        there = False
        with suppress(MissingExtraError):  # the zip is what training needs; the other is a convenience
            there = write_onnx(self.folder / ONNX, model, about, self._levels)
        if not there:  # one of an earlier policy would act otherwise than the zip
            (self.folder / ONNX).unlink(missing_ok=True)

    def _write_csv(self) -> None:
        names: Sequence[str] = list(dict.fromkeys(name for row in self.rows for name in row))
        lines = [",".join(names)]
        lines += [",".join(f"{row[name]:.10g}" if name in row else "" for name in names) for row in self.rows]
        results.write_text(self.folder / "evaluations.csv", "\n".join(lines) + "\n")
