"""What happens between generations of an evolution: checkpoints, evaluation, progress. Needs no torch."""

from __future__ import annotations

import time
from collections.abc import Callable

from twin.scenario.learners import Learner
from twin.training.diary import Diary, Row, due
from twin.training.evaluation import HeldOut, Values, score
from twin.training.evolution import Evolution


class Generations:
    """Keeps, evaluates and tells, as twin.training.watch.Watch does between steps.

    Parameters
    ----------
    diary, held_out, baseline, learner
        Where to, on what, compared with what, and how often.
    model
        What is searched, at the steps where this training begins.
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
        model: Evolution,
        told: Callable[[float, str], None] | None = None,
        report: Callable[[Row], None] | None = None,
    ) -> None:
        self._diary, self._held_out, self._baseline, self._learner = diary, held_out, baseline, learner
        self._model, self._told, self._report = model, told, report
        self._before_s, self._began, self._first = diary.wall_s, time.perf_counter(), model.num_timesteps
        self._checkpoint = due(self._first, learner.training.checkpoint_every)
        self._evaluation = due(self._first, learner.training.evaluate_every)

    def on_generation(self) -> None:
        """Called after every generation."""
        done, training = self._model.num_timesteps, self._learner.training
        if done >= self._checkpoint:  # before the evaluation, in which Ctrl-C may come twice
            self._checkpoint = due(done, training.checkpoint_every)
            self._diary.checkpoint(self._model)
        if self._told is not None:
            pace = (done - self._first) / max(time.perf_counter() - self._began, 1e-6)
            self._told(min(1.0, done / training.steps), f"{done / 1e6:.1f}M steps, {pace / 1e3:.0f}k/s")
        else:
            self._diary.pace(done)
        if done >= self._evaluation:
            self._evaluation = due(done, training.evaluate_every)
            self.evaluate()

    def evaluate(self) -> None:
        """Play what is believed best on the held-out episodes and note what came of it."""
        values = self._held_out.play(self._model.policy.predict)
        self.note_time()
        objective = self._learner.evaluate.objective
        row = self._diary.row(values, score(values, self._baseline, objective, self._diary.steps))
        self._diary.evaluated(row, self._model)
        if self._report is not None:
            self._report(row)

    def note_time(self) -> None:
        """Steps and seconds so far into the diary."""
        self._diary.steps = self._model.num_timesteps
        self._diary.wall_s = self._before_s + time.perf_counter() - self._began
