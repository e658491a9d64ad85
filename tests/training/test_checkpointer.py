"""What goes on beside learning, with a model that learns nothing: no torch, no buildings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from tests.training.small import small
from twin.control.linear import LinearPolicy, arrays
from twin.scenario.learning import TaskSpec
from twin.scenario.policy_file import About, TrainedRun, read_about
from twin.training.checkpointer import Checkpointer
from twin.training.diary import Diary
from twin.training.evaluation import REWARD, Act, Values
from twin.training.going_on import newest

EVERY = {"checkpoint_every": 100, "evaluate_every": 200}
ABOUT = About(
    scenario="classroom",
    algorithm="es",
    seed=0,
    steps=0,
    task=TaskSpec(),
    run=TrainedRun(control_step_s=900, tick_s=300),
    observation_names=("classroom.air_temperature",),
    action_names=("classroom.heating_setpoint",),
)


class Model:
    """Acts as many thousand steps as it has."""

    def __init__(self, steps: int = 0) -> None:
        self.num_timesteps = steps

    @property
    def policy(self) -> LinearPolicy:
        return LinearPolicy(np.zeros((1, 1)), np.array([self.num_timesteps / 1000.0]))

    def predict(
        self, observation: Any, state: Any, episode_start: Any, deterministic: bool
    ) -> tuple[Any, Any]:
        assert deterministic
        return self.policy.predict(observation, state, episode_start)

    def save(self, stream: IO[bytes], /) -> None:
        self.policy.save(stream)


class Played:
    """Held-out episodes that are worth what a policy sets, or what is said."""

    def __init__(self) -> None:
        self.worth: list[float] = []
        self.dies: type[BaseException] | None = None
        self.count = 0

    def play(self, act: Act) -> Values:
        if self.dies is not None:
            raise self.dies
        self.count += 1
        action, _ = act(np.zeros((1, 1)), None, np.ones(1, dtype=np.bool_))
        return {REWARD: self.worth.pop(0) if self.worth else float(action[0, 0])}


class Killed(BaseException):
    """Nothing is written after it."""


def beside(folder: Path, model: Model, held_out: Any, recalled: bool = False, **more: Any) -> Checkpointer:
    """A checkpointer in a folder; `recalled`: goes on with what lies there."""
    diary = Diary(folder, ABOUT)
    if recalled:
        diary.recall(model.num_timesteps)
    learner = small("es", 1000, **EVERY).updated({"evaluate": {"objective": "reward"}})
    return Checkpointer(diary, held_out, {}, learner, model, **more)


def go(kept: Checkpointer, model: Model, *steps: int) -> None:
    """As a learner does, at so many steps."""
    for step in steps:
        model.num_timesteps = step
        kept.checkpoint_when_due()
        kept.evaluate_when_due()


def known(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "training.json").read_text())
    return found


def evaluated(folder: Path) -> list[float]:
    return [row["steps"] for row in known(folder)["evaluations"]]


def checkpoints(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in (folder / "checkpoints").glob("*.zip"))


def test_it_keeps_and_evaluates_where_a_multiple_is_passed(tmp_path: Path) -> None:
    model = Model()
    kept = beside(tmp_path, model, Played())
    kept.begin()
    go(kept, model, 60, 120, 180, 240, 300, 360, 700)
    assert checkpoints(tmp_path) == [120, 240, 300, 700]
    assert evaluated(tmp_path) == [0.0, 240.0, 700.0]
    for steps in checkpoints(tmp_path):
        file = tmp_path / "checkpoints" / f"{steps}.zip"
        assert read_about(file).steps == steps
        assert arrays(file)["bias"] == pytest.approx(steps / 1000.0)


@pytest.mark.parametrize("stop", [240, 260, 399])
def test_after_a_stop_the_same_multiples_are_due(stop: int, tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    first = beside(tmp_path, model, held_out)
    first.begin()
    go(first, model, 240, stop)
    first.close("interrupted")
    before, played = known(tmp_path), held_out.count
    on = beside(tmp_path, model, held_out, recalled=True)
    on.begin()
    assert held_out.count == played  # what was evaluated is not again
    go(on, model, 399, 400, 401)
    assert checkpoints(tmp_path)[-1] == 400
    assert evaluated(tmp_path)[-2:] == [before["evaluations"][-1]["steps"], 400.0]
    assert known(tmp_path)["wall_s"] >= before["wall_s"]


def test_where_nothing_was_evaluated_a_continuation_is_at_once(tmp_path: Path) -> None:
    Diary(tmp_path, ABOUT).write("running")
    beside(tmp_path, Model(150), Played(), recalled=True).begin()
    assert evaluated(tmp_path) == [150.0]


def test_a_checkpoint_is_there_before_the_evaluation_of_the_same_steps(tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    kept = beside(tmp_path, model, held_out)
    kept.begin()
    held_out.dies = Killed
    with pytest.raises(Killed):
        go(kept, model, 200)
    file = newest(tmp_path)
    assert file is not None and read_about(file).steps == 200
    assert evaluated(tmp_path) == [0.0]


def test_the_best_is_kept_and_stays_the_best_after_a_stop(tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    held_out.worth = [1.0, 3.0, 2.0]
    kept = beside(tmp_path, model, held_out)
    kept.begin()
    go(kept, model, 200, 400)
    assert read_about(tmp_path / "policy.zip").steps == known(tmp_path)["best"]["steps"] == 200.0
    kept.close("interrupted")
    on = beside(tmp_path, model, held_out, recalled=True)
    on.begin()
    held_out.worth = [2.5, 4.0]
    go(on, model, 600)
    assert read_about(tmp_path / "policy.zip").steps == 200
    go(on, model, 800)
    assert read_about(tmp_path / "policy.zip").steps == known(tmp_path)["best"]["steps"] == 800.0


def test_a_report_comes_after_the_evaluation_is_noted_and_may_end_training(tmp_path: Path) -> None:
    found: list[dict[str, float]] = []

    def report(row: dict[str, float]) -> None:
        assert evaluated(tmp_path)[-1] == row["steps"]
        found.append(row)
        if row["steps"]:
            raise Killed

    model = Model()
    kept = beside(tmp_path, model, Played(), report=report)
    kept.begin()
    with pytest.raises(Killed):
        go(kept, model, 200)
    assert [(row["steps"], row["score"]) for row in found] == [(0.0, 0.0), (200.0, pytest.approx(0.2))]
    assert evaluated(tmp_path) == [0.0, 200.0]


def test_how_far_it_is_goes_to_who_listens_or_into_the_folder(tmp_path: Path) -> None:
    heard: list[tuple[float, str]] = []

    def words(done: int, pace: float) -> str:
        assert pace > 0.0
        return f"{done} steps"

    model = Model()
    told = beside(tmp_path / "told", model, Played(), told=lambda *said: heard.append(said))
    silent = beside(tmp_path / "silent", model, Played())
    for kept in (told, silent):
        kept.begin()
    for model.num_timesteps in (250, 1200):
        told.tell(words)
        silent.tell(words)
        assert (tmp_path / "silent" / ".steps").read_text() == str(model.num_timesteps)
    assert heard == [(0.25, "250 steps"), (1.0, "1200 steps")]
    assert not (tmp_path / "told" / ".steps").exists()
    silent.close("complete")
    assert not (tmp_path / "silent" / ".steps").exists()


def test_ctrl_c_in_the_last_evaluation_loses_nothing(tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    kept = beside(tmp_path, model, held_out)
    kept.begin()
    go(kept, model, 130)
    held_out.dies = KeyboardInterrupt
    kept.close("interrupted")
    assert read_about(tmp_path / "last.zip").steps == known(tmp_path)["steps"] == 130
    assert (known(tmp_path)["state"], evaluated(tmp_path)) == ("interrupted", [0.0])
    held_out.dies = None
    beside(tmp_path, model, held_out, recalled=True).close("complete")  # nothing was left to learn
    assert (known(tmp_path)["state"], evaluated(tmp_path)) == ("complete", [0.0, 130.0])


def test_killed_in_the_last_evaluation_the_last_policy_is_there(tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    kept = beside(tmp_path, model, held_out)
    kept.begin()
    go(kept, model, 130)
    held_out.dies = Killed
    with pytest.raises(Killed):
        kept.close("complete")
    assert read_about(tmp_path / "last.zip").steps == known(tmp_path)["steps"] == 130


def test_what_was_evaluated_at_the_end_is_not_again(tmp_path: Path) -> None:
    model, held_out = Model(), Played()
    kept = beside(tmp_path, model, held_out)
    kept.begin()
    go(kept, model, 200)
    kept.close("complete")
    assert held_out.count == 2
    assert (known(tmp_path)["state"], evaluated(tmp_path)) == ("complete", [0.0, 200.0])


def test_it_needs_no_torch(repository: Path) -> None:
    code = (
        "import sys, twin.training.checkpointer, twin.training.generations\n"
        "assert not {'torch', 'stable_baselines3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=repository, check=True)
