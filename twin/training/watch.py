"""What happens while a model learns: evaluation, checkpoints, progress, and an early end. Imports SB3."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from twin.basics.errors import MissingExtraError
from twin.scenario.learners import Learner
from twin.training.diary import Diary, Row, due
from twin.training.evaluation import HeldOut, Values, score

try:
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env.base_vec_env import VecEnvWrapper
except ImportError as missing:
    raise MissingExtraError("stable-baselines3", "rl") from missing

Told = Callable[[float, str], None]
_EVERY_S = 0.3


class ScaledReward(VecEnvWrapper):  # type: ignore[misc, unused-ignore]
    """The reward times a constant; nothing is learned from data, and episode returns stay the task's."""

    def __init__(self, venv: Any, scale: float) -> None:
        super().__init__(venv)
        self._scale = np.float32(scale)

    def reset(self) -> Any:
        """See VecEnv.reset."""
        return self.venv.reset()

    def step_wait(self) -> Any:
        """See VecEnv.step_wait."""
        seen, reward, over, infos = self.venv.step_wait()
        return seen, reward * self._scale, over, infos


class Watch(BaseCallback):  # type: ignore[misc, unused-ignore]
    """Evaluates, keeps, tells, and ends where it is asked to.

    Parameters
    ----------
    diary, held_out, baseline, learner
        Where to, on what, compared with what, and how often.
    ended
        Asked now and then whether to end early.
    told
        Told the share done and words.
    report
        Told every new evaluation; may raise to prune.
    """

    def __init__(
        self,
        diary: Diary,
        held_out: HeldOut,
        baseline: Values,
        learner: Learner,
        ended: Callable[[], bool],
        told: Told | None = None,
        report: Callable[[Row], None] | None = None,
    ) -> None:
        super().__init__()
        self.diary, self._held_out, self._baseline, self._learner = diary, held_out, baseline, learner
        self._ended, self._told, self._report = ended, told, report
        self.interrupted = False
        self._before_s = diary.wall_s
        self._next_told = 0.0
        self._began, self._first = time.perf_counter(), 0

    def _on_training_start(self) -> None:
        training = self._learner.training
        self._began, self._first = time.perf_counter(), self.num_timesteps
        self._checkpoint = due(self.num_timesteps, training.checkpoint_every)
        self._evaluation = due(self.num_timesteps, training.evaluate_every)
        if not self.diary.rows:
            self.evaluate()

    def _on_step(self) -> bool:
        """Called after every step of all buildings; False ends training."""
        now, training = time.perf_counter(), self._learner.training
        if self.num_timesteps >= self._checkpoint:  # before the evaluation, in which Ctrl-C may come twice
            self._checkpoint = due(self.num_timesteps, training.checkpoint_every)
            self.diary.checkpoint(self.model)
        if self.num_timesteps >= self._evaluation:
            self._evaluation = due(self.num_timesteps, training.evaluate_every)
            self.evaluate()
        if now >= self._next_told:
            self._next_told = now + _EVERY_S
            if self._told is not None:
                self._told(*self._words(now))
            else:
                self.diary.pace(int(self.num_timesteps))
            self.interrupted = self.interrupted or self._ended()
        return not self.interrupted

    def evaluate(self) -> Row:
        """Play the policy on the held-out episodes and note what came of it."""
        values = self._held_out.play(lambda seen, state, first: self.model.predict(seen, state, first, True))
        self.note_time()
        row = self.diary.row(
            values, score(values, self._baseline, self._learner.evaluate.objective, self.diary.steps)
        )
        self.diary.evaluated(row, self.model)
        for name, value in row.items():
            if name not in ("steps", "wall_s"):
                self.logger.record(f"held_out/{name}", value)
        self.logger.dump(self.diary.steps)
        if self._report is not None:
            self._report(row)
        return row

    def note_time(self) -> None:
        """Steps and seconds so far into the diary."""
        self.diary.steps = int(self.model.num_timesteps)
        self.diary.wall_s = self._before_s + time.perf_counter() - self._began

    def _words(self, now: float) -> tuple[float, str]:
        done, steps = self.num_timesteps, self._learner.training.steps
        pace = (done - self._first) / max(now - self._began, 1e-6)
        returns = [episode["r"] for episode in self.model.ep_info_buffer or ()]
        words = f"{_thousands(done)} steps, {_thousands(pace)}/s"
        if returns:
            words += f", return {np.mean(returns):.3g}"
        if self.diary.best is not None:
            words += f", best held out {self.diary.best['score']:.3g}"
        return min(1.0, done / steps), words


def _thousands(value: float) -> str:
    return (
        f"{value / 1e6:.2f}M" if value >= 1e6 else f"{value / 1e3:.0f}k" if value >= 1e4 else f"{value:.0f}"
    )


def logger(folder: Path) -> Any:
    """A logger of SB3 that writes TensorBoard's files where tensorboard is installed, else nowhere."""
    from stable_baselines3.common.logger import Logger, make_output_format

    try:
        return Logger(str(folder), [make_output_format("tensorboard", str(folder))])
    except (ImportError, AssertionError):
        return Logger(str(folder), [])
