"""The task: what a controller sees, what it may set, and what a step was worth.

Shared by every environment, by World and by the rules. Only additions, products, comparisons and look-ups:
numpy's transcendental functions may differ in the last bit with an array's length, and N must not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from twin.basics.points import QUANTITIES, Point
from twin.building.tariff import boundary_calendar, occupied_steps
from twin.physics import layout as la

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Float = NDArray[np.float64]
J_PER_KWH = 3.6e6
WEEK_H = 168.0
MINIMUM_DEADBAND_K = 0.5  # ASHRAE Guideline 36-2021, 5.3.2: heating and cooling setpoints stay apart by 1 °F


@dataclass(frozen=True)
class ObservationSpec:
    """Columns of an observation, in engineering units.

    Attributes
    ----------
    names, units
        One per column; names are point ids or `<zone>.comfort_lower` and the like.
    lower, upper
        Expected range of each column (n,); used to scale, never to clip.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    lower: Float
    upper: Float

    def columns(self, quantity: str, entities: tuple[str, ...]) -> NDArray[np.int64]:
        """Columns of a quantity for some entities, in their order; raises KeyError naming what is missing."""
        index = {name: i for i, name in enumerate(self.names)}
        return np.array([index[f"{entity}.{quantity}"] for entity in entities], dtype=np.int64)


@dataclass(frozen=True)
class ActionSpec:
    """Columns of an action: the points set, their bounds and what they are when nobody cares, all (m,)."""

    points: tuple[Point, ...]
    lower: Float
    upper: Float
    default: Float

    def columns(self, quantity: str) -> NDArray[np.int64]:
        """Columns of the points with this quantity."""
        return np.array([i for i, p in enumerate(self.points) if p.quantity == quantity], dtype=np.int64)


class Policy(Protocol):
    """What warm_up needs from a controller (see twin.control.controller)."""

    def predict(
        self,
        observation: Float,
        state: object = None,
        episode_start: NDArray[np.bool_] | None = None,
        deterministic: bool = True,
    ) -> tuple[Float, object]:
        """Action (N, m) for an observation (N, n), and the next state."""
        ...


class Task:
    """Observation, action and reward of one building design.

    Parameters
    ----------
    building
        From `twin.assemble`.
    supply_air
        Also let the controller set the supply air temperature, where there is an air handler.
    """

    def __init__(self, building: Building, *, supply_air: bool = False) -> None:
        self.building = building
        self._zones = building.zone_ids
        self._ratio = building.clock.boundary_step_s // building.clock.tick_s
        self.observation = self._observation_spec()
        self._schedule = self._known_ahead()
        self._prepare_readings()
        self._positions = self._command_positions(supply_air)
        self.action = self._action_spec()
        self._command_columns = building.command_columns[self._positions]
        self._heating, self._cooling = self._pairs()

    def _observation_spec(self) -> ObservationSpec:
        rows: list[tuple[str, str, float, float]] = []
        for zone in self._zones:
            for quantity in ("air_temperature", "co2", "presence"):
                row = QUANTITIES[quantity]
                rows.append((f"{zone}.{quantity}", row.unit, row.lower, row.upper))
            rows.append((f"{zone}.comfort_lower", "°C", 5.0, 30.0))
            rows.append((f"{zone}.comfort_upper", "°C", 15.0, 45.0))
            rows.append((f"{zone}.hours_to_occupied", "h", 0.0, WEEK_H))
        for quantity in ("outdoor_temperature", "electricity_price"):
            row = QUANTITIES[quantity]
            unit = f"{self.building.scenario.tariff.currency}/kWh" if quantity.endswith("price") else row.unit
            rows.append((f"site.{quantity}", unit, row.lower, row.upper))
        rows += [("time.hour", "h", 0.0, 24.0), ("time.weekday", "-", 0.0, 6.0)]
        names, units, lower, upper = zip(*rows, strict=True)
        return ObservationSpec(names, units, np.array(lower), np.array(upper))

    def _command_positions(self, supply_air: bool) -> NDArray[np.int64]:
        wanted = {"heating_setpoint", "cooling_setpoint"}
        if supply_air:
            wanted.add("supply_air_temperature_setpoint")
        points = self.building.command_points
        return np.array([i for i, point in enumerate(points) if point.quantity in wanted], dtype=np.int64)

    def _action_spec(self) -> ActionSpec:
        building, at = self.building, self._positions
        default = building.command_default[building.command_columns[at]].copy()
        own = getattr(building.scenario.hvac, "supply_air_temperature_c", 13.0)
        return ActionSpec(
            points=tuple(building.command_points[i] for i in at),
            lower=building.command_low[at].copy(),
            upper=building.command_high[at].copy(),
            default=np.where(np.isnan(default), own, default),
        )

    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Action columns of heating and cooling setpoints of the zones that have both."""
        heating = {p.entity: i for i, p in enumerate(self.action.points) if p.quantity == "heating_setpoint"}
        cooling = {p.entity: i for i, p in enumerate(self.action.points) if p.quantity == "cooling_setpoint"}
        both = [zone for zone in heating if zone in cooling]
        pick = [heating[zone] for zone in both], [cooling[zone] for zone in both]
        return np.array(pick[0], dtype=np.int64), np.array(pick[1], dtype=np.int64)

    def _known_ahead(self) -> Float:
        """Observations (K, n) at the start of every boundary step, as far as schedules and prices tell."""
        building, calendar = self.building, boundary_calendar(self.building.clock)
        out = np.zeros((len(calendar.hour), len(self.observation.names)))
        out[:, self._columns("comfort_lower")] = building.boundary.bounds[:, :, la.B_LOWER]
        out[:, self._columns("comfort_upper")] = building.boundary.bounds[:, :, la.B_UPPER]
        out[:, self._columns("hours_to_occupied")] = hours_to_occupied(building)[:, None]
        out[:, self._column("site.electricity_price")] = (
            building.boundary.tariff[:, la.P_ELECTRICITY] * J_PER_KWH
        )
        out[:, self._column("time.hour")] = calendar.hour
        out[:, self._column("time.weekday")] = calendar.weekday
        return out

    def _columns(self, quantity: str) -> NDArray[np.int64]:
        return self.observation.columns(quantity, self._zones)

    def _column(self, name: str) -> int:
        return self.observation.names.index(name)

    def _prepare_readings(self) -> None:
        """Columns of the truth, and which of them a device replaces; the first device of a point counts."""
        self._air, self._co2 = self._columns("air_temperature"), self._columns("co2")
        self._presence, self._outdoor = self._columns("presence"), self._column("site.outdoor_temperature")
        self._hour = self._column("time.hour")
        first: dict[int, int] = {}
        for i, info in enumerate(self.building.sensors):
            if info.point_id in self.observation.names:
                first.setdefault(self._column(info.point_id), i)
        self._measured = np.array(list(first), dtype=np.int64)
        self._sensors = np.array(list(first.values()), dtype=np.int64)

    def observe(self, simulator: Simulator) -> Float:
        """What a controller sees now, (N, len(names)), engineering units.

        A point that a device measures is the newest reading of the first such device; before its first
        reading, and where nothing measures it, it is the truth.
        """
        state, boundary = simulator.state, self.building.boundary
        tick = state.counter[:, la.N_TICK].astype(np.int64)
        j = np.minimum(tick // self._ratio, len(self._schedule) - 1)
        out = self._schedule[j]
        out[:, self._hour] += (tick - j * self._ratio) * (self.building.clock.tick_s / 3600.0)
        out[:, self._air] = state.zone[:, :, la.Z_AIR]
        out[:, self._co2] = state.zone[:, :, la.Z_CO2]
        out[:, self._presence] = state.gains[:, :, la.G_PEOPLE] > 0.0
        out[:, self._outdoor] = boundary.weather[boundary.climate, j, la.W_TEMPERATURE]
        newest = state.sensor[:, self._sensors]
        out[:, self._measured] = np.where(
            newest[:, :, la.SN_TIME] >= 0.0, newest[:, :, la.SN_READING], out[:, self._measured]
        )
        return out

    def command(self, action: Float) -> Float:
        """Command rows (N, A) of actions (N, m): clipped to the points' bounds, NaN replaced by the default.

        A cooling setpoint that comes closer than MINIMUM_DEADBAND_K to its zone's heating setpoint is raised.

        Raises
        ------
        ValueError
            An action of the wrong shape.
        """
        if action.ndim != 2 or action.shape[1] != len(self.action.points):
            raise ValueError(f"action of shape {action.shape}, expected (N, {len(self.action.points)})")
        value = np.where(np.isnan(action), self.action.default, action)
        value = np.minimum(np.maximum(value, self.action.lower), self.action.upper)
        apart = value[:, self._heating] + MINIMUM_DEADBAND_K
        value[:, self._cooling] = np.maximum(value[:, self._cooling], apart)
        row = np.repeat(self.building.command_default[None, :], len(action), axis=0)
        row[:, self._command_columns] = value
        return row

    def reward(self, simulator: Simulator) -> Float:
        """Worth of the control step just ended [currency], (N,); at most 0 while prices are not negative.

        −(cost of HVAC energy + w_T · occupied K·h outside the band + w_I · occupied kppm·h above the limit).
        """
        comfort, kpi = self.building.scenario.comfort, simulator.state.kpi
        warmth = comfort.weight_currency_per_kh * kpi[:, la.KP_STEP_TDIS] / 3600.0
        air = comfort.weight_currency_per_kppmh * kpi[:, la.KP_STEP_IDIS] / 3.6e6
        return -(kpi[:, la.KP_STEP_COST] + warmth + air)


def hours_to_occupied(building: Building) -> Float:
    """Hours until occupied hours begin, 0 while they last, at most a week; (K,) boundary steps."""
    clock = building.clock
    steps = len(boundary_calendar(clock).hour)
    ahead = int(WEEK_H * 3600) // clock.boundary_step_s
    on = occupied_steps(building.scenario, clock.civil_calendar(clock.boundary_step_s, steps + ahead))
    out = np.empty(steps + ahead)
    wait = WEEK_H
    for i in range(steps + ahead - 1, -1, -1):
        wait = 0.0 if on[i] else min(WEEK_H, wait + clock.boundary_step_s / 3600.0)
        out[i] = wait
    return out[:steps]


def warm_up(simulator: Simulator, task: Task, controller: Policy) -> object:
    """Run a fresh simulator under the baseline until the indicators begin; returns the controller's state."""
    clock = simulator.building.clock
    start = np.ones(simulator.count, dtype=np.bool_)
    state: object = None
    while simulator.tick < clock.warm_up_ticks:
        action, state = controller.predict(task.observe(simulator), state, start)
        simulator.step(task.command(action))
        start = np.zeros(simulator.count, dtype=np.bool_)
    return state
