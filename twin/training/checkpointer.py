"""What goes on beside learning: checkpoints, held-out evaluation, the best kept, progress. Needs no torch."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Protocol

from twin import results
from twin.scenario.learners import Learner
from twin.training.diary import Diary, Row, due
from twin.training.evaluation import HeldOut, Values, score

Told = Callable[[float, str], None]


class Model(Protocol):
    """What learns, as far as it matters here; models of Stable-Baselines3 speak so."""

    num_timesteps: int

    def predict(
        self, observation: Any, state: Any, episode_start: Any, deterministic: bool
    ) -> tuple[Any, Any]:
        """Actions of the policy as it is now, and what it remembers."""

    def save(self, stream: IO[bytes], /) -> None:
        """The policy as it is now, and what a continuation needs, as a zip."""


class Checkpointer:
    """Keeps, evaluates and tells at multiples of steps, also where training goes on after a stop.

    Whoever learns calls `begin` once, `checkpoint_when_due` and `evaluate_when_due` after every step of its
    kind, in this order, as Ctrl-C may come for the second time in an evaluation; `tell` now and then; and
    `close` when learning has ended.

    Parameters
    ----------
    diary, held_out, baseline, learner
        Where to, on what, compared with what, and how often; the diary recalls what was done before.
    model
        What learns, at the steps where this training begins.
    told
        Told the share done, 0-1, and words; without it the folder is.
    report
        Told every new evaluation; may raise to prune.

    Attributes
    ----------
    diary
        As given.
    """

    def __init__(
        self,
        diary: Diary,
        held_out: HeldOut,
        baseline: Values,
        learner: Learner,
        model: Model,
        told: Told | None = None,
        report: Callable[[Row], None] | None = None,
    ) -> None:
        self.diary, self._held_out, self._baseline, self._learner = diary, held_out, baseline, learner
        self._model, self._told, self._report = model, told, report
        self._before_s, self._began, self._first = diary.wall_s, time.perf_counter(), 0
        self._next_checkpoint, self._next_evaluation = 0, 0

    @property
    def steps(self) -> int:
        """Control steps of all buildings together so far."""
        return int(self._model.num_timesteps)

    def begin(self) -> None:
        """Learning begins or goes on from here; what was never evaluated is."""
        training = self._learner.training
        self._began, self._first = time.perf_counter(), self.steps
        self._next_checkpoint = due(self._first, training.checkpoint_every)
        self._next_evaluation = due(self._first, training.evaluate_every)
        if not self.diary.rows:
            self.evaluate()

    def checkpoint_when_due(self) -> None:
        """Keep the policy as it is where enough steps are done."""
        if self.steps >= self._next_checkpoint:
            self._next_checkpoint = due(self.steps, self._learner.training.checkpoint_every)
            self.diary.checkpoint(self._model)

    def evaluate_when_due(self) -> None:
        """Evaluate where enough steps are done."""
        if self.steps >= self._next_evaluation:
            self._next_evaluation = due(self.steps, self._learner.training.evaluate_every)
            self.evaluate()

    def evaluate(self) -> None:
        """Play the policy on the held-out episodes, note what came of it, keep it where it is the best."""
        values = self._held_out.play(lambda seen, state, first: self._model.predict(seen, state, first, True))
        self._note_time()
        objective = self._learner.evaluate.objective
        row = self.diary.row(values, score(values, self._baseline, objective, self.diary.steps))
        self.diary.evaluated(row, self._model)
        if self._report is not None:
            self._report(row)

    def tell(self, words: Callable[[int, float], str], now: float | None = None) -> None:
        """Tell how far training is.

        Parameters
        ----------
        words
            Of the steps done, and of steps/s since it began here.
        now
            By time.perf_counter [s]; None: this moment.
        """
        done = self.steps
        if self._told is None:
            self.diary.pace(done)
            return
        elapsed_s = (time.perf_counter() if now is None else now) - self._began
        pace = (done - self._first) / max(elapsed_s, 1e-6)
        self._told(min(1.0, done / self._learner.training.steps), words(done, pace))

    def close(self, state: results.State) -> None:
        """All that a continuation needs, and only then the last evaluation: a second Ctrl-C may end that."""
        self._note_time()
        self.diary.last(self._model, state)
        if self.diary.rows[-1]["steps"] < self.diary.steps:
            with suppress(KeyboardInterrupt):
                self.evaluate()
            self.diary.write(state)

    def _note_time(self) -> None:
        """Steps and seconds so far into the diary."""
        self.diary.steps = self.steps
        self.diary.wall_s = self._before_s + time.perf_counter() - self._began
