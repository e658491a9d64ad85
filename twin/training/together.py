"""Several training seeds: one after another, or side by side in processes of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial

import numpy as np

from twin import results, workers
from twin.basics.errors import ResultsError
from twin.training.diary import FILE, PACE
from twin.training.evaluation import HeldOut
from twin.training.seed import STOP, Job, Outcome, train_seed

Progress = Callable[..., None]
_POLL_S = 0.5


def every_seed(todo: list[Job], jobs: int, held_out: HeldOut, progress: Progress | None) -> list[Outcome]:
    """Train every seed, one after another or in processes; after Ctrl-C those that were begun.

    Raises
    ------
    TwinError
        As train_seed; also where a process was ended from outside.
    """
    (todo[0].folder / STOP).unlink(missing_ok=True)
    if jobs <= 1 or len(todo) == 1:
        return list(_in_turn(todo, held_out, progress))
    return _side_by_side(todo, jobs, progress)


def _in_turn(todo: Sequence[Job], held_out: HeldOut, progress: Progress | None) -> Iterator[Outcome]:
    for i, job in enumerate(todo):

        def tell(share: float, words: str, i: int = i, seed: int = job.seed) -> None:
            if progress is not None:
                progress((i + share) / len(todo), f"seed {seed}, {words}" if len(todo) > 1 else words)

        outcome = train_seed(job, tell, held_out)
        yield outcome
        if outcome.state == "interrupted":
            return


def _side_by_side(todo: Sequence[Job], jobs: int, progress: Progress | None) -> list[Outcome]:
    """In processes; they look for the stop file, as Ctrl-C may reach this process alone."""
    folder, found = todo[0].folder, []
    try:
        with _followed(todo, progress):
            for _, outcome in workers.each(train_seed, list(todo), jobs, partial((folder / STOP).touch)):
                if outcome is not None:
                    found.append(outcome)
    except BrokenProcessPool as error:
        raise ResultsError(
            "a process of the training was ended from outside; fewer at once may help (--jobs 1)", file=folder
        ) from error
    (folder / STOP).unlink(missing_ok=True)
    return sorted(found, key=lambda outcome: outcome.seed)


@contextmanager
def _followed(todo: Sequence[Job], progress: Progress | None) -> Iterator[None]:
    """Tell, from what the seeds write at every evaluation, how far they are together."""
    done = threading.Event()

    def follow() -> None:
        steps = [0] * len(todo)
        while not done.wait(_POLL_S):
            steps = [max(known, _steps(job)) for known, job in zip(steps, todo, strict=True)]
            share = float(
                np.mean(
                    [min(1.0, s / job.learner.training.steps) for s, job in zip(steps, todo, strict=True)]
                )
            )
            if progress is not None:
                progress(share, f"{len(todo)} seeds, {sum(steps) / 1e3:.0f}k steps together")

    thread = threading.Thread(target=follow, daemon=True)
    if progress is not None:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if progress is not None:
            thread.join()


def _steps(job: Job) -> int:
    with suppress(OSError, ValueError):
        return int((job.place / PACE).read_text())
    with suppress(ResultsError):
        return int(results.read_json(job.place / FILE).get("steps", 0))
    return 0
