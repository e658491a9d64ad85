"""What a learner sets: from actions in [-1, 1], or from numbered choices, to values of a building's points.

As in twin.task, only additions, products, comparisons and look-ups act on a batch, so that N does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError
from twin.basics.points import Point
from twin.physics import layout as la
from twin.scenario.learning import MOVED, OFFSETS, TaskSpec
from twin.task import ActionSpec, Float, evenly

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

MOST_CHOICES = 10_000
AHEAD_H = 24.0  # as far as a relative setpoint looks for the next bound
_SETPOINTS = ("heating_setpoint", "cooling_setpoint")
_AIR = ("ventilation_command", "supply_air_temperature_setpoint", "minimum_outdoor_air_command")
LEVELS: dict[str, tuple[str, ...]] = {
    "thermostat": _SETPOINTS,
    "setpoints": (*_SETPOINTS, *_AIR),
    "supervisory": (*_SETPOINTS, *_AIR, "supply_water_temperature_setpoint"),
    "direct": (
        "damper_command",
        "valve_command",
        "ventilation_command",
        "fan_speed_command",
        "outdoor_air_damper_command",
        "cooling_valve_command",
        "heating_valve_command",
        "supply_water_temperature_setpoint",
    ),
}


class Levers:
    """The m actions of a task.

    Parameters
    ----------
    building
        Whose points they are; only what all of its copies share is kept.
    spec
        Which of them, and between which values.
    action
        What the task lets be set.

    Attributes
    ----------
    names, lower, upper
        What the actions set, and the values that -1 and 1 stand for.
    """

    def __init__(self, building: Building, spec: TaskSpec, action: ActionSpec) -> None:
        self.spec, points = spec, action.points
        self._ratio = building.clock.boundary_step_s // building.clock.tick_s
        self._points = len(points)
        wanted = levels(spec)
        at = [i for i, p in enumerate(points) if p.quantity in wanted]
        whole = (
            set(wanted) if spec.action == "supervisory" and not spec.quantities else set(spec.building_wide)
        )
        self._offsets = _offsets(spec)
        stands = {q: self._offsets[q][0] if q in self._offsets else q for q in wanted}
        called = [
            stands[p.quantity] if p.quantity in whole else f"{p.entity}.{stands[p.quantity]}"
            for p in (points[i] for i in at)
        ]
        names = list(dict.fromkeys(called))
        source = [names.index(name) for name in called]
        if not names:
            raise ScenarioError("this building has nothing to set at this level", key="task.action",
                                value=list(spec.quantities) or spec.action)  # fmt: skip
        first = [at[source.index(i)] for i in range(len(names))]
        bounds = [(action.lower[i], action.upper[i]) for i in first]
        chosen = [self._reach(points[i].quantity, b) for i, b in zip(first, bounds, strict=True)]
        self.names = tuple(names)
        self._source, self._at = np.array(source, dtype=np.int64), np.array(at, dtype=np.int64)
        self.lower = np.array([low for low, _ in chosen])
        self.upper = np.array([high for _, high in chosen])
        self._half = 0.5 * (self.upper - self.lower)
        self._narrowed = chosen != bounds  # otherwise the task clips to the same
        self._choices = combinations(spec.discrete_levels, len(names))
        self._thresholds = np.array([spec.plant_above.get(points[i].quantity, np.nan) for i in first])
        self._leaves = np.flatnonzero(~np.isnan(self._thresholds))
        moves = [i for i in at if spec.relative and points[i].quantity in OFFSETS]
        self._moves = evenly(np.array(moves, dtype=np.int64))
        self._ahead_of = _anticipated(building, spec, [points[i] for i in moves]) if moves else None
        led = [i for i in at if spec.rule and points[i].quantity in self._offsets]
        self._led = np.array(led, dtype=np.int64)
        self._from = np.array([spec.moves_from.get(points[i].quantity, np.nan) for i in led])
        centre = [k for k, i in enumerate(first) if i in led]
        self._centred = np.array(centre, dtype=np.int64)
        plain = self._source.tolist() == self._at.tolist() == list(range(len(points)))
        self._plain = plain and not moves and not spec.rule

    def _reach(self, quantity: str, bounds: tuple[float, float]) -> tuple[float, float]:
        """What -1 and 1 stand for: the range asked for, else what is usual for an offset, else the bounds."""
        if quantity in self._offsets:
            name, usual = self._offsets[quantity]
            return self.spec.ranges.get(name, usual)
        return self.spec.ranges.get(quantity, bounds)

    @property
    def choices(self) -> int:
        """How many actions there are where `discrete_levels` makes them countable; otherwise 0."""
        return 0 if self._choices is None else len(self._choices)

    def decode(self, index: NDArray[np.generic]) -> Float:
        """Actions (N, m) in [-1, 1] of choices (N,): digits of the number, the first action's slowest.

        Raises
        ------
        ValueError
            Actions are continuous, or there is no such choice.
        """
        chosen = np.asarray(index)
        if self._choices is None:
            raise ValueError("actions are continuous: task.discrete_levels is 0")
        if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
            raise ValueError(
                f"choices of shape {chosen.shape} and type {chosen.dtype}, expected (N,) integers"
            )
        if chosen.size and not 0 <= chosen.min() <= chosen.max() < len(self._choices):
            raise ValueError(
                f"choice {chosen.min()} to {chosen.max()}, expected 0 to {len(self._choices) - 1}"
            )
        return self._choices.take(chosen.astype(np.int64), axis=0)

    def without_effect(self, sets: NDArray[np.int64]) -> tuple[str, ...]:
        """Actions that only move what a leading rule, which sets these points, leaves to the plant always."""
        moved = self._led[np.isnan(self._from)]
        acts = np.isin(self._at, sets) | ~np.isin(self._at, moved)
        return tuple(name for k, name in enumerate(self.names) if not acts[self._source == k].any())

    @property
    def led(self) -> NDArray[np.int64]:
        """Points that a leading rule and the learner both set, in the order of the task; none without one."""
        return self._at if self.spec.rule else self._led

    def points(
        self, action: NDArray[np.generic], simulator: Simulator | None = None, rule: Float | None = None
    ) -> Float:
        """Values (N, points) of the task's points: of actions (N, m) from [-1, 1], or of choices (N,).

        NaN leaves a point to its default, or to the plant's own loop. Where a rule leads it has the points
        that no action sets, or leaves so.

        Parameters
        ----------
        simulator
            Says when it is; only `relative` setpoints need it.
        rule
            What the leading rule sets (N, points); only where one leads.

        Raises
        ------
        ValueError
            An action of the wrong shape, no such choice, or no simulator where it is needed.
        """
        if self._choices is not None and np.asarray(action).dtype.kind in "iu":
            action = self.decode(np.asarray(action).reshape(len(action)))
        given = np.asarray(action, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != len(self.names):
            raise ValueError(f"action of shape {given.shape}, expected (N, {len(self.names)})")
        value = given + 1.0
        if len(self._leaves):
            self._leave(given, value)
        value *= self._half
        value += self.lower
        if len(self._centred):
            at = self._centred  # no distance in the middle, whatever the range
            value[:, at] = np.where(
                given[:, at] < 0.0, -given[:, at] * self.lower[at], given[:, at] * self.upper[at]
            )
        if self._narrowed:
            np.maximum(value, self.lower, out=value)
            np.minimum(value, self.upper, out=value)
        if self._plain:
            return value
        row = np.full((len(value), self._points), np.nan)
        row[:, self._at] = value.take(self._source, axis=1)
        if self.spec.rule:
            if rule is None:
                raise ValueError("a rule leads here: its action is needed")
            begin = rule[:, self._led]
            if self.spec.moves_from:  # a move of 0 stays nothing where the rule sets nothing
                begin = np.where(np.isnan(begin) & (row[:, self._led] != 0.0), self._from, begin)
            row[:, self._led] += begin
            row = np.where(np.isnan(row), rule, row)
        if self._ahead_of is not None:
            if simulator is None:
                raise ValueError("relative setpoints need the simulator that says when it is")
            step = simulator.state.counter[:, la.N_TICK].astype(np.int64) // self._ratio
            row[:, self._moves] += self._ahead_of[step]
        return row

    def _leave(self, given: Float, value: Float) -> None:
        """Beyond its threshold an action leaves its point to the plant; up to it lies the whole range."""
        at, threshold = self._leaves, self._thresholds[self._leaves]
        part = value[:, at] * (2.0 / (threshold + 1.0))
        value[:, at] = np.where(given[:, at] > threshold, np.nan, part)


def _offsets(spec: TaskSpec) -> dict[str, tuple[str, tuple[float, float]]]:
    """What actions set as distances, from the bounds ahead or from a rule; not what has its own range."""
    if spec.rule:
        return {quantity: row for quantity, row in MOVED.items() if quantity not in spec.ranges}
    return OFFSETS if spec.relative else {}


def levels(spec: TaskSpec) -> tuple[str, ...]:
    """Quantities that a task sets, as far as the building has them."""
    return spec.quantities or LEVELS[spec.action]


def beyond_setpoints(spec: TaskSpec) -> list[str]:
    """Those that a Task sets only when asked to."""
    return [quantity for quantity in levels(spec) if quantity not in _SETPOINTS]


def combinations(levels: int, actions: int) -> Float | None:
    """Every combination of levels, (levels ** actions, actions) in [-1, 1], the last action's fastest."""
    if not levels:
        return None
    if levels**actions > MOST_CHOICES:
        raise ScenarioError(
            f"{levels} levels of {actions} actions make {levels**actions:.3g} choices",
            key="task.discrete_levels",
            value=levels,
            allowed=f"at most {MOST_CHOICES:,} choices: take fewer levels, or action: supervisory",
        )
    level = -1.0 + 2.0 * np.arange(levels) / (levels - 1)
    digits = np.indices((levels,) * actions).reshape(actions, -1).T
    return level[digits]


def _anticipated(building: Building, spec: TaskSpec, points: Sequence[Point]) -> Float:
    """Comfort bounds as they must be headed for (K + 1, columns) [°C], from which offsets count.

    The tightest of the bounds now and, each hour ahead by the ramp less strict, of those to come in a day.
    """
    ramps = (spec.ramp_heating_k_per_h, spec.ramp_cooling_k_per_h)
    bounds, step_h = building.boundary.bounds, building.clock.boundary_step_s / 3600.0
    columns = []
    for point in points:
        heating = point.quantity == "heating_setpoint"
        sign, ramp = (1.0, ramps[0]) if heating else (-1.0, -ramps[1])
        bound = bounds[:, building.zone_ids.index(point.entity), la.B_LOWER if heating else la.B_UPPER]
        best = sign * bound
        for k in range(1, round(AHEAD_H / step_h) + 1):
            at = np.minimum(np.arange(len(bound)) + k, len(bound) - 1)
            best = np.maximum(best, sign * (bound[at] - ramp * k * step_h))
        columns.append(sign * np.append(best, best[-1]))
    return np.stack(columns, axis=1)
