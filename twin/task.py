"""The task: what a controller sees, what it may set, and what a step was worth.

Shared by every environment, by World and by the rules. Only additions, products, comparisons and look-ups:
numpy's transcendental functions may differ in the last bit with an array's length, and N must not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from twin.basics.points import QUANTITIES, Point
from twin.building.tariff import boundary_calendar, occupied_steps
from twin.physics import layout as la
from twin.physics.compile import bound
from twin.physics.panel import NO_TRUTH, TRUE_AIR, TRUE_CO2, TRUE_PRESENCE, Knobs, turn

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Float = NDArray[np.float64]
Columns = slice | NDArray[np.int64]
J_PER_KWH = 3.6e6
WEEK_H = 168.0
SUPPLY_AIR = "supply_air_temperature_setpoint"
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


def evenly(columns: NDArray[np.int64]) -> Columns:
    """The same columns as a slice where they are evenly spaced: it costs a fifth and gives a view."""
    if len(columns) == 0:
        return slice(0, 0)
    step = int(columns[1] - columns[0]) if len(columns) > 1 else 1
    if step < 1 or (np.diff(columns) != step).any():
        return columns
    return slice(int(columns[0]), int(columns[-1]) + 1, step)


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
    also
        Further quantities that the controller may set where the building offers them, as
        `supply_water_temperature_setpoint`; NaN in their columns leaves them to the plant's own loop.
    readings
        `sensor`: what devices delivered, where there are any; `truth`: what is so.
    """

    def __init__(
        self,
        building: Building,
        *,
        supply_air: bool = False,
        also: Sequence[str] = (),
        readings: str = "sensor",
    ) -> None:
        self.building, self._readings = building, readings
        self._zones = building.zone_ids
        self._ratio = building.clock.boundary_step_s // building.clock.tick_s
        self._tick_h = building.clock.tick_s / 3600.0
        self.observation = self._observation_spec()
        self._schedule = self._known_ahead()
        self._prepare_readings()
        self._positions = self._command_positions({*also, *([SUPPLY_AIR] if supply_air else [])})
        self.action = self._action_spec()
        self._knobs = self._knobs_of([point.quantity in also for point in self.action.points])
        self._turn: Callable[..., None] | None = None

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

    def _command_positions(self, further: set[str]) -> NDArray[np.int64]:
        wanted = {"heating_setpoint", "cooling_setpoint"} | further
        points = self.building.command_points
        return np.array([i for i, point in enumerate(points) if point.quantity in wanted], dtype=np.int64)

    def _action_spec(self) -> ActionSpec:
        building, at = self.building, self._positions
        default = building.command_default[building.command_columns[at]].copy()
        own = np.array([_own_value(building, building.command_points[i].quantity) for i in at])
        return ActionSpec(
            points=tuple(building.command_points[i] for i in at),
            lower=building.command_low[at].copy(),
            upper=building.command_high[at].copy(),
            default=np.where(np.isnan(default), own, default),
        )

    def _knobs_of(self, left_alone: Sequence[bool]) -> Knobs:
        """How the values of an action become commands; those left alone may be NaN."""
        action, building = self.action, self.building
        within = np.minimum(np.maximum(action.default, action.lower), action.upper)
        heating = {p.entity: i for i, p in enumerate(action.points) if p.quantity == "heating_setpoint"}
        above = [heating.get(p.entity, -1) if p.quantity == "cooling_setpoint" else -1 for p in action.points]
        return Knobs(
            column=np.ascontiguousarray(building.command_columns[self._positions], dtype=np.int64),
            lower=action.lower,
            upper=action.upper,
            nothing=np.where(left_alone, np.nan, within),
            above=np.array(above, dtype=np.int64),
            apart=np.full(len(above), MINIMUM_DEADBAND_K),
            rest=building.command_default.copy(),
        )

    def _known_ahead(self) -> Float:
        """Observations (climates, K + 1, n) at the start of boundary steps, as far as they are known ahead.

        The last row is the end of the run, when the last step's schedule still holds.
        """
        building, calendar = self.building, boundary_calendar(self.building.clock)
        boundary, steps = building.boundary, len(calendar.hour)
        out = np.zeros((len(boundary.weather), steps + 1, len(self.observation.names)))
        known = out[:, :steps]
        known[:, :, self._columns("comfort_lower")] = boundary.bounds[:, :, la.B_LOWER]
        known[:, :, self._columns("comfort_upper")] = boundary.bounds[:, :, la.B_UPPER]
        known[:, :, self._columns("hours_to_occupied")] = hours_to_occupied(building)[:, None]
        known[:, :, self._column("site.outdoor_temperature")] = boundary.weather[:, :, la.W_TEMPERATURE]
        known[:, :, self._column("site.electricity_price")] = boundary.tariff[:, la.P_ELECTRICITY] * J_PER_KWH
        known[:, :, self._column("time.hour")] = calendar.hour
        known[:, :, self._column("time.weekday")] = calendar.weekday
        out[:, steps] = out[:, steps - 1]
        out[:, steps, self._column("time.hour")] += self._ratio * self._tick_h
        return out

    def _columns(self, quantity: str) -> Columns:
        return evenly(self.observation.columns(quantity, self._zones))

    def _column(self, name: str) -> int:
        return self.observation.names.index(name)

    def _prepare_readings(self) -> None:
        """Columns of the truth, and which of them a device replaces; the first device of a point counts."""
        self._air, self._co2 = self._columns("air_temperature"), self._columns("co2")
        self._presence, self._hour = self._columns("presence"), self._column("time.hour")
        first: dict[int, int] = {}
        for i, info in enumerate(self.building.sensors):
            if self._readings == "sensor" and info.point_id in self.observation.names:
                first.setdefault(self._column(info.point_id), i)
        self._device = first
        self._measured = np.array(list(first), dtype=np.int64)
        at = np.array(list(first.values()), dtype=np.int64) * la.SENSOR_STATES
        self._newest = at + la.SN_READING

    @property
    def known_ahead(self) -> Float:
        """Observations (climates, K + 1, n) at the start of boundary steps; zero where not known ahead."""
        return self._schedule

    def furnish(self, seats: int, first: int = 0) -> None:
        """Give this task a table of its own with room for so many climates, see twin.envs.seats.

        `first` is the climate with which the copies begin.
        """
        own = self._schedule[first:]
        kept = min(seats, len(own))
        self._schedule = np.repeat(own[:1], seats, axis=0)
        self._schedule[:kept] = own[:kept]

    def live(self) -> dict[int, tuple[int, int, int]]:
        """Columns that are not known ahead: their device, truth and zone, as panel.View has them."""
        found = {column: (sensor, NO_TRUTH, 0) for column, sensor in self._device.items()}
        every = np.arange(len(self.observation.names))
        truths = {TRUE_AIR: self._air, TRUE_CO2: self._co2, TRUE_PRESENCE: self._presence}
        for truth, columns in truths.items():
            for zone, column in enumerate(every[columns].tolist()):
                found[column] = (self._device.get(column, -1), truth, zone)
        return found

    def observe(self, simulator: Simulator) -> Float:
        """What a controller sees now, (N, len(names)), engineering units.

        A point that a device measures is the newest reading of the first such device; before its first
        reading, and where nothing measures it, it is the truth.
        """
        state = simulator.state
        step, within = np.divmod(state.counter[:, la.N_TICK].astype(np.int64), self._ratio)
        out = self._schedule[self.building.boundary.climate, step]
        if np.count_nonzero(within):
            out[:, self._hour] += within * self._tick_h
        out[:, self._air] = state.zone[:, :, la.Z_AIR]
        out[:, self._co2] = state.zone[:, :, la.Z_CO2]
        out[:, self._presence] = np.sign(state.gains[:, :, la.G_PEOPLE])
        self._put_readings(out, state.sensor)
        return out

    def _put_readings(self, out: Float, sensor: Float) -> None:
        """Newest readings into the columns that a device measures; where none came yet, the truth stays."""
        reading = sensor.reshape(len(out), -1).take(self._newest, axis=1)
        none_yet = np.isnan(reading)
        if np.count_nonzero(none_yet):
            reading = np.where(none_yet, out[:, self._measured], reading)
        out[:, self._measured] = reading

    def command(self, action: Float) -> Float:
        """Command rows (N, A) of actions (N, m): clipped to the points' bounds, NaN replaced by the default.

        NaN in a column of `also` stays: the plant's own loop decides.

        A cooling setpoint that comes closer than MINIMUM_DEADBAND_K to its zone's heating setpoint is raised.

        Raises
        ------
        ValueError
            An action of the wrong shape.
        """
        if action.ndim != 2 or action.shape[1] != len(self.action.points):
            raise ValueError(f"action of shape {action.shape}, expected (N, {len(self.action.points)})")
        value = np.ascontiguousarray(action, dtype=np.float64)
        row = np.empty((len(value), len(self._knobs.rest)))
        if self._turn is None:
            self._turn = bound(turn, value, self._knobs, row)
        self._turn(value, self._knobs, row)
        return row

    def reward(self, simulator: Simulator) -> Float:
        """Worth of the control step just ended [currency], (N,); at most 0 while prices are not negative.

        −(cost of HVAC energy + w_T · occupied K·h outside the band + w_I · occupied kppm·h above the limit).
        """
        terms = self.reward_terms(simulator)
        return -(terms["cost"] + terms["temperature"] + terms["co2"])

    def reward_terms(
        self, simulator: Simulator, weights: tuple[float, float] | None = None
    ) -> dict[str, Float]:
        """What the control step just ended cost [currency], each (N,); the reward is minus their sum.

        `cost` is that of HVAC energy, `temperature` and `co2` are discomfort times `weights`: currency per
        occupied K.h and per occupied 1000 ppm.h, the scenario's own unless given.
        """
        comfort, kpi = self.building.scenario.comfort, simulator.state.kpi
        own = (comfort.weight_currency_per_kh, comfort.weight_currency_per_kppmh)
        per_kh, per_kppmh = own if weights is None else weights
        return {
            "cost": kpi[:, la.KP_STEP_COST].copy(),
            "temperature": per_kh * kpi[:, la.KP_STEP_TDIS] / 3600.0,
            "co2": per_kppmh * kpi[:, la.KP_STEP_IDIS] / 3.6e6,
        }


def _own_value(building: Building, quantity: str) -> float:
    """What a point without a default stands at while nobody sets it, roughly: its plant's design value."""
    hvac = building.scenario.hvac
    if quantity == SUPPLY_AIR:
        return float(getattr(hvac, "supply_air_temperature_c", 13.0))
    if quantity == "supply_water_temperature_setpoint":
        return float(getattr(getattr(hvac, "emitter", None), "design_supply_c", 45.0))
    return 1.0  # commands: all of it


def hours_to_occupied(building: Building) -> Float:
    """Hours until occupied hours begin, 0 while they last, at most a week; (K,) boundary steps."""
    clock = building.clock
    steps = len(boundary_calendar(clock).hour)
    ahead = int(WEEK_H * 3600) // clock.boundary_step_s
    on = occupied_steps(building.scenario, clock.civil_calendar(clock.boundary_step_s, steps + ahead))
    here = np.arange(steps + ahead)
    never = steps + 2 * ahead
    following = np.minimum.accumulate(np.where(on, here, never)[::-1])[::-1]
    wait: Float = np.minimum((following - here) * (clock.boundary_step_s / 3600.0), WEEK_H)
    return wait[:steps]


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
