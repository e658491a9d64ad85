"""The loop of an evolution: one generation after another. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable

from twin.training.checkpointer import Checkpointer
from twin.training.evolution import Evolution


class Generations:
    """Generations until there are enough steps, or until this is asked to end.

    Parameters
    ----------
    model
        What is searched.
    checkpointer
        Of this model.
    ended
        Asked now and then whether to end early.

    Attributes
    ----------
    interrupted
        Whether it was.
    """

    def __init__(self, model: Evolution, checkpointer: Checkpointer, ended: Callable[[], bool]) -> None:
        self._model, self._checkpointer, self._ended = model, checkpointer, ended
        self.interrupted = False

    def run(self, steps: int) -> None:
        """Go on until so many steps in all."""
        self._checkpointer.begin()
        while self._model.num_timesteps < steps:
            if not self._model.generation(self._ended):
                self.interrupted = True
                return
            self._checkpointer.checkpoint_when_due()
            self._checkpointer.tell(_words)
            self._checkpointer.evaluate_when_due()


def _words(done: int, pace: float) -> str:
    return f"{done / 1e6:.1f}M steps, {pace / 1e3:.0f}k/s"
