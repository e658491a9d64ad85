"""What happens to people before the physics runs: keyed daily draws, and the diary that becomes the trace."""

from __future__ import annotations

import math
from datetime import date
from statistics import NormalDist

import numpy as np
import simpy

from twin.basics import streams
from twin.physics import layout as la
from twin.physics.layout import Float, Int

_NORMAL = NormalDist()
DRAWS = 24  # numbers that one person can use in one day


class DailyDraws:
    """Uniform numbers of one person, one row per calendar day: what happens on a day shifts no other day.

    Keyed by (seed, stream, entity and year), row by day of the year; the run's start does not enter.
    """

    def __init__(self, seed: int, entity: str, stream: str = "people") -> None:
        self._seed, self._entity, self._stream = seed, entity, stream
        self._years: dict[int, Float] = {}

    def on(self, day: date) -> list[float]:
        """The day's numbers in [0, 1), DRAWS of them."""
        rows = self._years.get(day.year)
        if rows is None:
            source = streams.generator(self._seed, self._stream, f"{self._entity}.{day.year}")
            rows = self._years[day.year] = source.random((366, DRAWS))
        row: list[float] = rows[day.toordinal() - date(day.year, 1, 1).toordinal()].tolist()
        return row


def normal(draw: float, limit: float = 2.5) -> float:
    """A standard normal number from a uniform one, cut at ± limit."""
    return max(-limit, min(limit, _NORMAL.inv_cdf(min(max(draw, 1e-9), 1.0 - 1e-9))))


class Diary:
    """Who went where when, and which appliance ran, in seconds after the origin.

    Processes meet on no instant: `moment` gives each its own fraction of a second, so that the order of
    what looks simultaneous follows from their numbers and not from SimPy's queue.
    """

    def __init__(self, processes: int) -> None:
        self.environment = simpy.Environment()
        self._part = 0.5 / (processes + 1)
        self._rows: list[tuple[float, int, int, int, int]] = []
        self._running: dict[int, dict[str, tuple[float, float]]] = {}

    def moment(self, seconds: float, process: int) -> float:
        """The instant at which a process acts that is due at `seconds`."""
        return math.floor(seconds) + (process + 1) * self._part

    def until(self, seconds: float, process: int) -> simpy.Timeout:
        """Wait for the process's moment; at once where that has passed."""
        environment = self.environment
        return environment.timeout(max(0.0, self.moment(seconds, process) - environment.now))

    def move(self, person: int, zone: int, activity: int) -> None:
        """A person is in a zone (-1: away) from now on, doing something."""
        self._rows.append((self.environment.now, la.EV_MOVE, person, zone, activity))

    def appliance(self, name: str, zone: int, power_w: float, vapour_g_h: float) -> None:
        """An appliance runs from now on at this power and vapour; both 0 switch it off."""
        running = self._running.setdefault(zone, {})
        running[name] = (power_w, vapour_g_h)
        power = round(sum(row[0] for row in running.values()))
        vapour = round(sum(row[1] for row in running.values()))
        self._rows.append((self.environment.now, la.EV_APPLIANCE, zone, power, vapour))

    def events(self, tick_s: int, ticks: int) -> Int:
        """The trace (E, EVENT_COLUMNS) in order of time; what happens within a tick latches at the next."""
        rows = np.array(self._rows, dtype=np.float64).reshape(-1, la.EVENT_COLUMNS)
        rows[:, la.EV_TICK] = np.ceil(rows[:, la.EV_TICK] / tick_s - 1e-9)
        table = rows.astype(np.int64)
        return table[table[:, la.EV_TICK] < ticks]
