"""The side of a peer: makes an environment, says what it costs, and runs it whenever it is asked to.

Runs in a peer's own interpreter, so it needs the standard library alone. What is said goes to standard output
as lines of JSON, first the header and then a sample for each line that is read; whatever the peer itself
prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Protocol, TextIO

PATIENCE = 32  # steps between two looks at the clock
WARM_STEPS = 8  # so that what compiles or loads at first use has done so
RESETS = 5  # of which the median counts


class Env(Protocol):
    """What is measured: one environment, or a batch of them."""

    def reset(self) -> None:
        """Begin an episode."""

    def step(self) -> bool:
        """Take one control step; true where the episode has ended."""


class Constant:
    """An environment of Gymnasium under one action."""

    def __init__(self, env: Any, action: Any) -> None:
        self.env, self.action = env, action

    def reset(self) -> None:
        """A new episode."""
        self.env.reset(seed=0)

    def step(self) -> bool:
        """Take the action."""
        _, _, ended, cut, _ = self.env.step(self.action)
        return bool(ended or cut)


@dataclass
class Header:
    """What one more environment costs, and what it is."""

    version: str
    make_s: float  # processor time until the first step can be taken, libraries not counted, per building [s]
    reset_s: float  # processor time of a reset, per building [s]
    process_mib: float  # memory of the process with one environment, libraries and all [MiB]
    more_mib: float  # what one more environment adds (of a batch: per building); NaN: not measured [MiB]
    fresh_s: float = float("nan")  # processor time of a reset with nothing prepared, where that differs [s]


@dataclass
class Sample:
    """One repetition: control steps of one building, and what they took [s]."""

    steps: int
    cpu_s: float
    wall_s: float


def protocol() -> TextIO:
    """The standard output for us alone: what the peer prints, from C too, goes to standard error."""
    mine = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return mine


def memory_mib() -> float:
    """Memory that this process holds now [MiB]; NaN where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return float("nan")


def version_of(package: str) -> str:
    """Version of an installed package."""
    return metadata.version(package)


def answer(out: TextIO, header: Header, measure: Callable[[float], Sample]) -> None:
    """Say the header, then a sample of so many processor seconds for each line of standard input."""
    print(json.dumps(asdict(header)), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(measure(float(line)))), file=out, flush=True)


def serve(
    version: str,
    make: Callable[[], Env],
    count: int = 1,
    more: int = 3,
    resets: int = RESETS,
    fresh: Callable[[], object] | None = None,
) -> None:
    """Measure an environment for as long as we are asked to.

    Parameters
    ----------
    make
        Makes one more environment.
    count
        Buildings in it that a step advances.
    more
        Further environments made in order to see what memory one takes; 0: it is not measured.
    resets
        Resets of which the median counts.
    fresh
        A reset with nothing prepared, where an ordinary one finds something prepared.
    """
    out = protocol()
    begin = time.process_time()
    env = made(make)
    spent = time.process_time() - begin
    held = memory_mib()
    others = [made(make) for _ in range(more)]
    added = (memory_mib() - held) / (more * count) if more else float("nan")
    others.clear()
    reset_s = statistics.median([timed(env.reset) for _ in range(resets)])
    header = Header(version, spent / count, reset_s / count, held, added)
    if fresh is not None:
        header.fresh_s = statistics.median([timed(fresh) for _ in range(resets)])
    answer(out, header, lambda seconds: rounds(env, seconds, count))


def made(make: Callable[[], Env]) -> Env:
    """An environment that has been reset and has taken its first steps."""
    env = make()
    env.reset()
    for _ in range(WARM_STEPS):
        env.step()
    return env


def timed(work: Callable[[], object]) -> float:
    """Processor time of something [s], of all threads of this process."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def rounds(env: Env, seconds: float, count: int) -> Sample:
    """Steps for at least so many processor seconds; resets are taken, and not counted."""
    sample = Sample(0, 0.0, 0.0)
    while sample.cpu_s < seconds:
        done, ended = 0, False
        wall, cpu = time.perf_counter(), time.process_time()
        while done < PATIENCE and not ended:
            ended = env.step()
            done += 1
        sample.cpu_s += time.process_time() - cpu
        sample.wall_s += time.perf_counter() - wall
        sample.steps += done * count
        if ended:
            env.reset()
    return sample
