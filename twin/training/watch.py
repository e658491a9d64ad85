"""What Stable-Baselines3 is given beside a model: scaled rewards, a callback, a logger. Imports SB3."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from twin.basics.errors import MissingExtraError
from twin.training.checkpointer import Checkpointer
from twin.training.diary import Row

try:
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env.base_vec_env import VecEnvWrapper
except ImportError as missing:
    raise MissingExtraError("stable-baselines3", "rl") from missing

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
    """What Stable-Baselines3 calls between steps; ends training where that is asked for.

    Parameters
    ----------
    checkpointer
        Of the model that learns.
    ended
        Asked now and then whether to end early.

    Attributes
    ----------
    interrupted
        Whether it was.
    """

    def __init__(self, checkpointer: Checkpointer, ended: Callable[[], bool]) -> None:
        super().__init__()
        self._checkpointer, self._ended = checkpointer, ended
        self.interrupted = False
        self._next_told = 0.0

    def _on_training_start(self) -> None:
        self._checkpointer.begin()

    def _on_step(self) -> bool:
        """Called after every step of all buildings; False ends training."""
        now = time.perf_counter()
        self._checkpointer.checkpoint_when_due()
        self._checkpointer.evaluate_when_due()
        if now >= self._next_told:
            self._next_told = now + _EVERY_S
            self._checkpointer.tell(self._words, now)
            self.interrupted = self.interrupted or self._ended()
        return not self.interrupted

    def _words(self, done: int, pace: float) -> str:
        returns = [episode["r"] for episode in self.model.ep_info_buffer or ()]
        best = self._checkpointer.diary.best
        words = f"{_thousands(done)} steps, {_thousands(pace)}/s"
        if returns:
            words += f", return {np.mean(returns):.3g}"
        if best is not None:
            words += f", best held out {best['score']:.3g}"
        return words


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


def logged(model: Any, report: Callable[[Row], None] | None) -> Callable[[Row], None]:
    """Evaluations into the model's logger, and then to whoever else is told."""

    def note(row: Row) -> None:
        for name, value in row.items():
            if name not in ("steps", "wall_s"):
                model.logger.record(f"held_out/{name}", value)
        model.logger.dump(int(row["steps"]))
        if report is not None:
            report(row)

    return note
