"""Threads that share the buildings of one call: compiled physics runs without Python's lock.

Buildings do not interact, so whichever thread moves a building finds the same numbers. Threads begin with
the first call that wants them, wait between calls, and end with the process; a forked process starts its own.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from operator import call
from queue import SimpleQueue

from twin.basics.errors import TwinError

VARIABLE = "TWIN_THREADS"
MOST = 4  # by default; what surrounds the physics is one thread, and a fifth would wait for it

Part = Callable[[], object]


def wanted() -> int:
    """Threads that a call may use: TWIN_THREADS, else the cores up to MOST; 1 in a process of a pool.

    Raises
    ------
    TwinError
        TWIN_THREADS is no whole number from 1.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        if not given.isdecimal() or int(given) < 1:
            raise TwinError("this is no number of threads", key=VARIABLE, value=given, allowed="1 or more")
        return int(given)
    if multiprocessing.parent_process() is not None:  # its siblings have the other cores
        return 1
    return min(MOST, cores())


def cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Round:
    """The parts of one call; whoever has time takes the next one."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.left = iter(parts)
        self.begun: list[None] = []
        self.ended: list[BaseException | None] = []
        self.told: SimpleQueue[None] = SimpleQueue()

    def help(self) -> None:
        """Take parts until none is left; by a thread that must not end."""
        self.begun.append(None)
        error: BaseException | None = None
        try:
            deque(map(call, self.left), maxlen=0)
        except BaseException as found:  # raised where the call was made
            error = found
        self.ended.append(error)
        self.told.put(None)


_rounds: SimpleQueue[_Round] = SimpleQueue()
_helpers: list[threading.Thread] = []
_lock = threading.Lock()


def share(parts: Sequence[Part], threads: int) -> None:
    """Do all parts, in any order, on this thread and up to `threads` - 1 others; back when all have ended.

    Parameters
    ----------
    parts
        Functions of no argument, such as functools.partial of machine code.
    threads
        Threads in all.

    Notes
    -----
    Ctrl-C finds either no part done or all. Python raises it between steps of its own code, and from the
    first part to the last this thread runs none: the queue, the iterators and the parts are compiled.
    """
    others = min(threads, len(parts)) - 1
    _engage(others)
    now = _Round(parts)
    error: BaseException | None = None
    try:
        deque(chain(map(_rounds.put, repeat(now, others)), map(call, now.left)), maxlen=0)
    except BaseException as found:  # raised below, when nobody writes any more
        error = found
    while len(now.ended) < len(now.begun):
        try:
            now.told.get()
        except KeyboardInterrupt as found:
            error = found
    error = error or next((found for found in now.ended if found is not None), None)
    if error is not None:
        raise error


def _engage(others: int) -> None:
    """See that so many helpers are there."""
    if len(_helpers) >= others:
        return
    with _lock:
        while len(_helpers) < others:
            helper = threading.Thread(target=_serve, args=(_rounds,), name="twin-physics", daemon=True)
            helper.start()
            _helpers.append(helper)


def _serve(rounds: SimpleQueue[_Round]) -> None:
    while True:
        rounds.get().help()


def _forget() -> None:
    """After a fork: the threads stayed with the parent."""
    global _rounds, _lock
    _helpers.clear()
    _rounds, _lock = SimpleQueue(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
