"""Jobs in processes of their own, started afresh, that answer Ctrl-C and never outlive their parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from typing import TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def each(
    work: Callable[[Job], Answer], todo: Sequence[Job], count: int, interrupted: Callable[[], None]
) -> Iterator[tuple[Job, Answer | None]]:
    """Every job with its answer, in the order in which they end.

    Parameters
    ----------
    work
        A function of a module; job and answer travel between processes.
    todo
        The jobs.
    count
        Processes at the same time.
    interrupted
        Called at Ctrl-C; after it no new job begins, and what runs may end.

    Yields
    ------
    Job and answer; None where Ctrl-C ended the job. A job that had not begun by then is not told of.

    Raises
    ------
    BrokenProcessPool
        A process was killed.
    """
    context = multiprocessing.get_context("spawn")  # no thread of ours is copied half-way
    pool = ProcessPoolExecutor(min(count, len(todo)), context, initializer=_begin)
    pending = {pool.submit(partial(_answer, work), job): job for job in todo}
    try:
        for future in as_they_finish(set(pending), interrupted):
            yield pending[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def as_they_finish(waiting: set[Future[Answer]], interrupted: Callable[[], None]) -> Iterator[Future[Answer]]:
    """Futures as they come; after Ctrl-C those that have not begun are left out."""
    while waiting:
        try:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        except KeyboardInterrupt:
            interrupted()
            waiting = {future for future in waiting if not future.cancel()}
            continue
        yield from ready


def _begin() -> None:
    """A process that waits for work ignores Ctrl-C; a job answers it (see _answer). No parent: no worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # a killed parent would leave us waiting for work for ever


def _answer(work: Callable[[Job], Answer], job: Job) -> Answer | None:
    """One job; None where Ctrl-C came before it began or while it could not tell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return work(job)
    except KeyboardInterrupt:
        return None
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
