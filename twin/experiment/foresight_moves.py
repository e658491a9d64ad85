"""Changes of a plan that a search may try: some points, for some time, moved, set or taken from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from twin.control.controller import ZONE_SETPOINTS
from twin.physics.layout import Float, Int
from twin.task import ActionSpec

CHANCE = np.array([5.0, 1.0, 0.5, 1.0, 1.0, 2.0])  # of these kinds before any has proved itself
LONGEST_H = 12.0
SMALLEST = 0.05  # of the largest shift
FADING = 0.98  # of what moves have gained, per round

# how far below and above its default a point may be tried [K]; commands of 0-1 have all of their range
REACH: dict[str, tuple[float, float]] = {
    "heating_setpoint": (8.0, 4.0),
    "cooling_setpoint": (4.0, 8.0),
    "supply_air_temperature_setpoint": (2.0, 22.0),
    "supply_water_temperature_setpoint": (20.0, 10.0),
}


class Kind(IntEnum):
    """What a move does with its points."""

    ADD = 0  # a shift
    SET = 1  # to a value
    RELEASE = 2  # to the plant's own loop
    HOLD = 3  # what was before
    BORROW = 4  # what another plan does then
    REPEAT = 5  # what this plan does some days earlier or a day later


class Move(NamedTuple):
    """One change: of `columns`, from step `start` to before step `stop`.

    Attributes
    ----------
    value
        Shift or value.
    begin
        What a shift is added to where the plant's own loop decides so far.
    source
        Number of another plan, or how many steps earlier.
    group
        Which choice of columns it was.
    """

    kind: Kind
    columns: Int
    start: int
    stop: int
    value: float
    source: int
    group: int
    begin: float = 0.0


@dataclass(frozen=True)
class Group:
    """Points that move together, and how often they are chosen at first."""

    columns: Int
    chance: float


def groups_of(action: ActionSpec) -> list[Group]:
    """All points of a quantity together, and each alone."""
    quantities = [point.quantity for point in action.points]
    found: list[Group] = []
    for quantity in dict.fromkeys(quantities):
        columns = action.columns(quantity)
        found.append(Group(columns, 3.0))
        if len(columns) > 1:
            found += [Group(columns[i : i + 1], 4.0 / len(columns)) for i in range(len(columns))]
    return found


def reach(action: ActionSpec) -> tuple[Float, Float]:
    """Lowest and highest value (m,) that is tried of each point."""
    far = np.array([REACH.get(point.quantity, (np.inf, np.inf)) for point in action.points])
    return np.maximum(action.lower, action.default - far[:, 0]), np.minimum(
        action.upper, action.default + far[:, 1]
    )


class Moves:
    """Draws moves, those kinds and points more often that have gained something.

    Parameters
    ----------
    action
        What a plan sets.
    others
        Other plans to borrow from (R, T, m).
    steps_h
        Control steps in an hour.
    """

    def __init__(self, action: ActionSpec, others: Float, steps_h: float) -> None:
        self.action, self.others = action, others
        self.day = round(24 * steps_h)
        self._longest = max(1.0, LONGEST_H * steps_h)
        self._groups = groups_of(action)
        self._every = np.arange(len(action.points))
        self._free = [point.quantity not in ZONE_SETPOINTS for point in action.points]
        self._low, self._high = reach(action)
        chance = np.array([group.chance for group in self._groups])
        self._chance = [CHANCE / CHANCE.sum(), chance / chance.sum()]
        self._gained = [np.zeros(len(CHANCE)), np.zeros(len(chance))]
        self._upto: list[Float] = []
        self.fade()

    def draw(self, random: np.random.Generator, first: int, last: int, steps: int) -> Move:
        """A move between steps `first` and `last` of a plan of `steps`."""
        kind, number = Kind(self._choose(random, 0)), self._choose(random, 1)
        columns = self._groups[number].columns
        length = int(np.exp(random.uniform(0.0, np.log(self._longest))))
        start = max(first, int(random.integers(first - length + 1, last)))
        stop = min(start + length, last)
        if kind in (Kind.BORROW, Kind.REPEAT):
            columns = self._every if random.random() < 0.5 else columns
            start, stop = (first, last) if random.random() < 0.3 else (start, stop)
        source = self._source(random, kind, start, stop, steps)
        if source is None or (kind == Kind.RELEASE and not self._free[columns[0]]):
            kind, source, columns = Kind.ADD, 0, self._groups[number].columns
        low, high = self._low[columns[0]], self._high[columns[0]]
        if kind == Kind.ADD:
            value = 0.25 * (high - low) * random.normal() * np.exp(random.uniform(np.log(SMALLEST), 0.0))
        else:
            value = random.uniform(low, high)
        begin = random.uniform(low, high) if self._free[columns[0]] else self.action.default[columns[0]]
        return Move(kind, columns, start, stop, float(value), source or 0, number, float(begin))

    def from_others(self, first: int, last: int) -> list[Move]:
        """Everything between two steps as each other plan has it."""
        return [Move(Kind.BORROW, self._every, first, last, 0.0, k, group=0) for k in range(len(self.others))]

    def _choose(self, random: np.random.Generator, which: int) -> int:
        return int(self._upto[which].searchsorted(random.random(), side="right"))

    def _mixed(self, which: int) -> Float:
        """Cumulative chances (n,): as at first, and half by what was gained since."""
        chance, gained = self._chance[which], self._gained[which]
        if gained.sum() > 0.0:
            chance = 0.5 * chance + 0.5 * gained / gained.sum()
        upto = np.cumsum(chance)
        return np.asarray(upto / upto[-1])

    def _source(
        self, random: np.random.Generator, kind: Kind, start: int, stop: int, steps: int
    ) -> int | None:
        """Another plan, or how many steps earlier; None where there is nothing to take from."""
        if kind == Kind.BORROW:
            return int(random.integers(len(self.others)))
        if kind == Kind.REPEAT:
            back = [
                d * self.day for d in (1, 2, 7, -1) if start >= d * self.day and stop - d * self.day <= steps
            ]
            return back[int(random.integers(len(back)))] if back else None
        return 0

    def credit(self, move: Move, gain: float) -> None:
        """Note what a candidate with this move gained; it counts from the next `fade`."""
        self._gained[0][move.kind] += np.sqrt(gain)
        self._gained[1][move.group] += np.sqrt(gain)

    def fade(self) -> None:
        """Let older gains count less, and draw by what is known now."""
        for gained in self._gained:
            gained *= FADING
        self._upto = [self._mixed(which) for which in range(len(self._chance))]

    def apply(self, move: Move, part: Float, offset: int, plan: Float) -> None:
        """Change `part` (T', m), which begins at step `offset` of `plan` (T, m), in place."""
        columns = move.columns
        at = slice(move.start - offset, move.stop - offset)
        match move.kind:
            case Kind.ADD:
                now = part[at, columns]
                now = np.where(np.isnan(now), move.begin, now) + move.value
                part[at, columns] = np.clip(now, self.action.lower[columns], self.action.upper[columns])
            case Kind.SET:
                part[at, columns] = move.value
            case Kind.RELEASE:
                part[at, columns] = np.nan
            case Kind.HOLD:
                part[at, columns] = part[max(at.start - 1, 0), columns]
            case Kind.BORROW:
                part[at, columns] = self.others[move.source][move.start : move.stop, columns]
            case Kind.REPEAT:
                part[at, columns] = plan[move.start - move.source : move.stop - move.source, columns]
