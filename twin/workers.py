"""Jobs in processes of their own, started afresh, that answer Ctrl-C and outlive neither parent nor error."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

from twin.basics.errors import TwinError

GUARDED = "in a script, what starts processes stands below `if __name__ == '__main__':`"
Job = TypeVar("Job")
Answer = TypeVar("Answer")

_told_to_end = threading.Event()  # in a worker: its parent gave up


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
    TwinError
        No process could begin, as where a script without a guard starts them.
    Exception
        What a job raised; the others end first, as at Ctrl-C.
    """
    check_begun()
    context = multiprocessing.get_context("spawn")  # no thread of ours is copied half-way
    heard, giving_up = context.Pipe(duplex=False)
    begun, beginning = context.Pipe(duplex=False)
    ends = (heard, beginning)
    pool = ProcessPoolExecutor(min(count, len(todo)), context, initializer=_begin, initargs=ends)
    pending = {pool.submit(partial(_answer, work), job): job for job in todo}
    try:
        for future in as_they_finish(set(pending), interrupted):
            yield pending[future], future.result()
    except BrokenProcessPool:
        if begun.poll():
            raise
        raise TwinError("no process could begin its work", allowed=GUARDED) from None
    finally:
        giving_up.close()  # no news to who is done; who works on after an error would keep us for hours
        pool.shutdown(wait=True, cancel_futures=True)
        for end in (*ends, begun):
            end.close()


def check_begun() -> None:
    """Raise TwinError in a process that is still reading the script that started it.

    A process started afresh imports that script; what starts processes there would do so in each of them.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise TwinError("this script runs again in each process that it starts", allowed=GUARDED)


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


def _begin(parent_gives_up: Connection, begun: Connection) -> None:
    """A process that waits for work ignores Ctrl-C; a job answers it (see _answer). No parent: no worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begun.send(True)
    threading.Thread(target=_end_with_parent, args=(parent_gives_up,), daemon=True).start()


def _end_with_parent(gives_up: Connection) -> None:
    """The pipe's other end is closed where the parent gave up, and also where it was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait_for([gives_up, parent.sentinel])
    _told_to_end.set()
    _thread.interrupt_main()  # as Ctrl-C; nothing where no job runs
    parent.join()
    os._exit(1)  # a killed parent would leave us waiting for work for ever


def _answer(work: Callable[[Job], Answer], job: Job) -> Answer | None:
    """One job; None where Ctrl-C came before it began or while it could not tell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return None if _told_to_end.is_set() else work(job)
    except KeyboardInterrupt:
        return None
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
