"""What is set from outside and seen from outside: rows of commands, and rows of observations.

A building's own columns meet those of a task here, inside the compiled call that moves time, where a
building's state is still at hand. What the columns mean is said by twin.task and twin.outlook.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.physics.compile import entry, njit
from twin.physics.layout import G_PEOPLE, N_TICK, SN_READING, Z_AIR, Z_CO2, Float, Int, State

NO_TRUTH, TRUE_AIR, TRUE_CO2, TRUE_PRESENCE = range(4)  # View.truth


class Knobs(NamedTuple):
    """What m values set, and how far."""

    column: Int  # (m,) of State.command
    lower: Float  # (m,)
    upper: Float  # (m,)
    nothing: Float  # (m,) what NaN stands for; NaN: the plant's own loop decides
    above: Int  # (m,) number of the value that this one stays above; -1: none
    apart: Float  # (m,) by how much
    rest: Float  # (A,) the command where nothing is set


class View(NamedTuple):
    """What is seen of N buildings: a table of what is known ahead, and the columns that are not."""

    table: NDArray[np.float32]  # (climates, K + 1, n) by boundary step
    column: Int  # (L,) of the table, those that change
    sensor: Int  # (L,) row of State.sensor; -1: nothing measures it
    truth: Int  # (L,) what holds before a first reading, or without a device; NO_TRUTH: the table
    zone: Int  # (L,) where
    scale: Float  # (L,)
    shift: Float  # (L,)
    limits: Float  # (2,) lowest and highest value after scaling


def blind() -> View:
    """A view of nothing."""
    no, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    return View(np.zeros((0, 0, 0), dtype=np.float32), none, none, none, none, no, no, np.zeros(2))


@entry
def turn(value: Float, knobs: Knobs, row: Float) -> None:
    """Command rows (N, A) of values (N, m), into `row`: held within bounds, setpoints kept apart."""
    for n in range(value.shape[0]):
        for a in range(row.shape[1]):
            row[n, a] = knobs.rest[a]
        for i in range(value.shape[1]):
            given = value[n, i]
            if math.isnan(given):
                given = knobs.nothing[i]
            else:
                given = min(max(given, knobs.lower[i]), knobs.upper[i])
            row[n, knobs.column[i]] = given
        for i in range(value.shape[1]):
            if knobs.above[i] >= 0:
                least = row[n, knobs.column[knobs.above[i]]] + knobs.apart[i]
                row[n, knobs.column[i]] = max(row[n, knobs.column[i]], least)


@entry
def look(view: View, x: State, climate: Int, ratio: int, seen: NDArray[np.float32]) -> None:
    """What is seen of every building now, into `seen` (N, n); `ratio` ticks make a boundary step."""
    for n in range(seen.shape[0]):
        see(view, x, n, climate[n], ratio, seen)


@njit
def see(view: View, x: State, n: int, c: int, ratio: int, seen: NDArray[np.float32]) -> None:
    """What is seen of building n."""
    j = int(x.counter[n, N_TICK]) // ratio
    for i in range(seen.shape[1]):
        seen[n, i] = view.table[c, j, i]
    for k in range(view.column.shape[0]):
        value = math.nan
        if view.sensor[k] >= 0:
            value = x.sensor[n, view.sensor[k], SN_READING]
        if math.isnan(value):
            z = view.zone[k]
            if view.truth[k] == NO_TRUTH:
                continue
            if view.truth[k] == TRUE_AIR:
                value = x.zone[n, z, Z_AIR]
            elif view.truth[k] == TRUE_CO2:
                value = x.zone[n, z, Z_CO2]
            else:
                value = 1.0 if x.gains[n, z, G_PEOPLE] > 0.0 else 0.0
        value = min(max(value * view.scale[k] + view.shift[k], view.limits[0]), view.limits[1])
        seen[n, view.column[k]] = np.float32(value)
