"""Time that keeps pace with the wall clock, and events with an explicit order at one instant."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from enum import IntEnum

from simpy.core import Environment
from simpy.events import Event

CLOSE_S = 1e-6  # no sleep is shorter
SLICE_S = 0.1  # longest sleep without looking whether somebody wants to stop


class Order(IntEnum):
    """Who comes first among those that meet on one instant; SimPy's own events (0, 1) come before all."""

    PEOPLE = 2  # people's events are on record before the tick that contains them
    PLANT = 3  # physics catches up with now
    CONTROLLER = 4  # reads, decides and latches
    GATEWAY = 5  # hands on what has been read up to now
    HALT = 6  # the end of a run sees everything done


class Moment(Event):
    """A timeout that knows its place among others at the same instant.

    Parameters
    ----------
    env
        The environment.
    delay
        Seconds from now, >= 0.
    order
        Smaller comes first; equal ones run in order of creation.
    """

    def __init__(self, env: Environment, delay: float, order: Order) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=order, delay=delay)  # type: ignore[arg-type]


class PacedEnvironment(Environment):
    """An environment whose events wait for the wall clock.

    Parameters
    ----------
    speed
        Simulated seconds per second, > 0.
    stopped
        Asked between short sleeps; when it says yes, waiting ends and the event is left for later.
    clock, sleep
        The wall clock [s] and how to wait.
    """

    def __init__(
        self,
        speed: float,
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self._speed = speed
        self._stopped = stopped
        self._clock = clock
        self._sleep = sleep
        self.anchor()

    def anchor(self) -> None:
        """Let the simulated now be the real now (after a pause, after compiling)."""
        self._real_start = self._clock()
        self._sim_start = self.now

    def step(self) -> None:
        """Wait until the next event is due, then process it; a machine that is too slow just falls behind."""
        ahead = self.peek() - self._sim_start
        due = self._real_start + ahead / self._speed if math.isfinite(ahead) else -math.inf
        while (wait := due - self._clock()) > CLOSE_S:
            if self._stopped():
                return
            self._sleep(min(wait, SLICE_S))
        super().step()
