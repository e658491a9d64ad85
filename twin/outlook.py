"""What a learner sees and sets: observations with time, forecasts and past, scaled; actions from [-1, 1].

Shared by every environment, and by learned controllers wherever they run. As in twin.task, only additions,
products, comparisons and look-ups act on a batch, so that N does not matter.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError
from twin.basics.points import QUANTITIES
from twin.basics.streams import generator
from twin.building.tariff import boundary_calendar
from twin.physics import layout as la
from twin.scenario.learning import USUAL, TaskSpec
from twin.task import J_PER_KWH, Float, Task

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Float32 = NDArray[np.float32]
_SETPOINTS = ("heating_setpoint", "cooling_setpoint")
LEVELS: dict[str, tuple[str, ...]] = {
    "thermostat": _SETPOINTS,
    "setpoints": (*_SETPOINTS, "ventilation_command", "supply_air_temperature_setpoint"),
    "supervisory": (
        *_SETPOINTS,
        "ventilation_command",
        "supply_air_temperature_setpoint",
        "supply_water_temperature_setpoint",
    ),
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

# Error of a forecast of outdoor temperature: AR(1) over hours ahead, e0 ~ N(F0, K0), e' ~ N(F e + mu, K).
# Source: BOPTEST, forecast/error_emulator.py and its named levels; (F0, K0, F, K, mu).
ERRORS: dict[str, tuple[float, float, float, float, float]] = {
    "low": (0.0, 0.6, 0.92, 0.4, 0.0),
    "medium": (0.15, 1.2, 0.93, 0.6, 0.0),
    "high": (-0.58, 1.5, 0.95, 0.7, -0.015),
}
LINEAR_PER_W, LINEAR_SHARE = 1e-4, 0.5  # Sinergym's lambda_P and W


class Outlook:
    """Observation, action and reward of a learner on one building design.

    Parameters
    ----------
    building
        From `twin.assemble`; its run should reach `spec.days_ahead` beyond what is played.
    spec
        What is seen, set and rewarded.

    Attributes
    ----------
    names, units, lower, upper
        Columns of an observation (n,) and their range in engineering units.
    action_names, action_lower, action_upper
        What the m actions set, and the values that -1 and 1 stand for.
    """

    def __init__(self, building: Building, spec: TaskSpec) -> None:
        self.building, self.spec = building, spec
        self.task = Task(building, also=[q for q in LEVELS[spec.action] if q not in _SETPOINTS])
        self.weights = spec.weights(building.scenario.comfort)
        self._ratio = building.clock.boundary_step_s // building.clock.tick_s
        own = self.task.observation
        self._kept = np.array([i for i, name in enumerate(own.names) if not name.startswith("time.")])
        rows = [(own.names[i], own.units[i]) for i in self._kept]
        extra, table = self._ahead()
        air = [name for name, _ in rows if name.endswith(".air_temperature")]
        self._air = np.array([own.names.index(name) for name in air], dtype=np.int64)
        back = [(f"{name}.{k}_steps_ago", "°C") for k in range(1, spec.past_steps + 1) for name in air]
        rows += [*extra, *back]
        self.names, self.units = tuple(name for name, _ in rows), tuple(unit for _, unit in rows)
        ranges = np.array([self._range(name) for name in self.names])
        self.lower, self.upper = ranges[:, 0].copy(), ranges[:, 1].copy()
        width = self.upper - self.lower
        self._scale, self._shift = 2.0 / width, -1.0 - 2.0 * self.lower / width
        self._prepare_table(table)
        self._prepare_errors()
        self._prepare_actions()

    def _prepare_table(self, ahead: Float) -> None:
        """All that is known before the run, scaled (climates, K + 1, n), and the columns that are not."""
        known = self.task.known_ahead[:, :, self._kept]
        back = np.zeros((*ahead.shape[:2], self.spec.past_steps * len(self._air)))
        table = np.concatenate([known, ahead, back], axis=2)
        place = {int(column): i for i, column in enumerate(self._kept)}
        live = np.array([place[int(column)] for column in self.task.live_columns], dtype=np.int64)
        self._live, self._past = live, known.shape[2] + ahead.shape[2]
        self._live_scale, self._live_shift = self._scale[live], self._shift[live]
        if self.spec.normalise:
            table = np.clip(table * self._scale + self._shift, -1.0, 1.0)
        self._table = table.astype(np.float32)

    def on(self, building: Building) -> Outlook:
        """The same outlook on other buildings of the same design and clock: its tables are shared."""
        other = copy.copy(self)
        other.building, other.task = building, copy.copy(self.task)
        other.task.building = building
        return other

    def _range(self, name: str) -> tuple[float, float]:
        """What becomes -1 and 1 for a column."""
        entity, _, quantity = name.partition(".")
        quantity = quantity.partition(".")[0]
        if quantity in self.spec.ranges:
            return self.spec.ranges[quantity]
        if entity == "time":
            return -1.0, 1.0
        if quantity == "electricity_price":
            tariff = self.building.scenario.tariff
            prices = [tariff.electricity_per_kwh, *(p.price_per_kwh for p in tariff.periods)]
            return min(0.0, *prices, 0.0), max(*prices, 0.01)
        if quantity == "occupants":
            return 0.0, float(self.building.parameters.constant[la.X_HEADCOUNT])
        if quantity == "carbon_intensity":
            return 0.0, 1.0
        row = QUANTITIES.get(quantity)
        return USUAL[quantity] if row is None or quantity in USUAL else (row.lower, row.upper)

    def _ahead(self) -> tuple[list[tuple[str, str]], Float]:
        """Columns known before the run, (names and units) and (climates, K + 1, columns)."""
        building, spec = self.building, self.spec
        calendar = boundary_calendar(building.clock)
        climates, steps = len(building.boundary.weather), len(calendar.hour)
        rows: list[tuple[str, str]] = []
        columns: list[Float] = []
        if spec.time:
            year = (calendar.ordinal - calendar.ordinal[0]) + _day_of_year(int(calendar.ordinal[0]))
            phases = {
                "day": calendar.hour / 24.0,
                "week": (calendar.weekday + calendar.hour / 24.0) / 7.0,
                "year": (year + calendar.hour / 24.0) / 365.25,
            }
            for name, phase in phases.items():
                for wave in (np.sin, np.cos):
                    rows.append((f"time.{name}_{wave.__name__}", "-"))
                    columns.append(np.broadcast_to(wave(2.0 * np.pi * phase), (climates, steps)))
        per_hour = 3600.0 / building.clock.boundary_step_s
        for quantity in spec.forecast:
            series = self._series(quantity)
            for ahead in spec.forecast_h:
                at = np.minimum(np.arange(steps) + round(ahead * per_hour), steps - 1)
                rows.append((f"forecast.{quantity}.{ahead:g}_h", _unit(quantity, building)))
                columns.append(series[:, at])
        table = np.stack(columns, axis=2) if columns else np.zeros((climates, steps, 0))
        return rows, np.concatenate([table, table[:, -1:]], axis=1)

    def _series(self, quantity: str) -> Float:
        """A boundary condition over the run, (climates, K)."""
        boundary = self.building.boundary
        climates, steps = boundary.weather.shape[:2]
        if quantity == "outdoor_temperature":
            return boundary.weather[:, :, la.W_TEMPERATURE]
        if quantity == "global_horizontal_irradiance":
            return boundary.weather[:, :, la.W_GLOBAL]
        if quantity == "electricity_price":
            one = boundary.tariff[:, la.P_ELECTRICITY] * J_PER_KWH
        elif quantity == "carbon_intensity":
            one = boundary.tariff[:, la.Q_ELECTRICITY] * J_PER_KWH
        else:
            one = boundary.bounds[:, :, la.B_EXPECTED].sum(axis=1)
        return np.broadcast_to(one, (climates, steps))

    def _prepare_actions(self) -> None:
        """Which action column sets which point, and what -1 and 1 stand for."""
        points, wanted = self.task.action.points, LEVELS[self.spec.action]
        at = [i for i, p in enumerate(points) if p.quantity in wanted]
        whole = self.spec.action == "supervisory"
        called = [points[i].quantity if whole else points[i].id for i in at]
        names = list(dict.fromkeys(called))
        source = [names.index(name) for name in called]
        if not names:
            raise ScenarioError(
                "this building has nothing to set at this level", key="task.action", value=self.spec.action
            )
        first = [at[source.index(i)] for i in range(len(names))]
        quantity = [points[i].quantity for i in first]
        bounds = [(self.task.action.lower[i], self.task.action.upper[i]) for i in first]
        chosen = [self.spec.ranges.get(q, b) for q, b in zip(quantity, bounds, strict=True)]
        self.action_names = tuple(names)
        self._source, self._at = np.array(source, dtype=np.int64), np.array(at, dtype=np.int64)
        self.action_lower = np.array([low for low, _ in chosen])
        self.action_upper = np.array([high for _, high in chosen])
        self._half = 0.5 * (self.action_upper - self.action_lower)
        self._narrowed = chosen != bounds  # otherwise the task clips to the same
        self._plain = self._source.tolist() == self._at.tolist() == list(range(len(points)))

    def _prepare_errors(self) -> None:
        """Columns that a forecast error reaches, and how many hours ahead each is."""
        spec, prefix = self.spec, "forecast.outdoor_temperature."
        columns = [i for i, name in enumerate(self.names) if name.startswith(prefix)]
        self._erring = np.array(columns if spec.forecast_error != "none" else [], dtype=np.int64)
        self._leads = np.round(spec.forecast_h).astype(np.int64)[: len(self._erring)]
        clock = self.building.clock
        self._first_tick, self._step_ticks = clock.warm_up_ticks, clock.ticks_per_step
        self._issues = (clock.ticks - clock.warm_up_ticks) // clock.ticks_per_step + 1

    def errors(self, seed: int) -> Float32:
        """Errors of the temperature forecasts of one episode (control steps + 1, erring columns) [K]."""
        if not len(self._erring):
            return np.zeros((self._issues, 0), dtype=np.float32)
        start, spread, keep, noise, drift = ERRORS[self.spec.forecast_error]
        last = int(self._leads.max())
        draws = generator(seed, "forecast", "outdoor_temperature").standard_normal((self._issues, last + 1))
        error = np.empty_like(draws)
        error[:, 0] = start + spread * draws[:, 0]
        for hour in range(last):
            error[:, hour + 1] = keep * error[:, hour] + drift + noise * draws[:, hour + 1]
        return error[:, self._leads].astype(np.float32)

    def past(self, simulator: Simulator) -> Float:
        """Past values of a fresh episode, (N, past_steps, zones): the air temperature has been what it is."""
        if not self.spec.past_steps:
            return np.zeros((simulator.count, 0, len(self._air)))
        now = self.task.observe(simulator)[:, self._air]
        return np.repeat(now[:, None], self.spec.past_steps, axis=1)

    def remember(self, simulator: Simulator, past: Float) -> None:
        """Move past values (N, past_steps, zones) on by one step, in place, before the step is taken."""
        if self.spec.past_steps:
            past[:, 1:] = past[:, :-1].copy()
            past[:, 0] = self.task.observe(simulator)[:, self._air]

    def observe(self, simulator: Simulator, past: Float, errors: Float32) -> Float32:
        """What a learner sees now (N, n), with `past` values and each slot's `errors` of forecasts."""
        step = simulator.state.counter[:, la.N_TICK].astype(np.int64) // self._ratio
        seen: Float32 = self._table[self.building.boundary.climate, step]
        seen[:, self._live] = self._scaled(self.task.live(simulator), self._live_scale, self._live_shift)
        if len(self._erring):
            self._blur(seen, simulator, errors)
        if self.spec.past_steps:
            scale, shift = self._scale[self._past :], self._shift[self._past :]
            seen[:, self._past :] = self._scaled(past.reshape(len(past), -1).copy(), scale, shift)
        return seen

    def _blur(self, seen: Float32, simulator: Simulator, errors: Float32) -> None:
        """Add the errors of forecasts issued now, in place."""
        tick = simulator.state.counter[:, la.N_TICK].astype(np.int64)
        issue = np.maximum(tick - self._first_tick, 0) // self._step_ticks
        error = errors[np.arange(len(seen)), issue]
        if self.spec.normalise:
            blurred = seen[:, self._erring] + error * self._scale[self._erring].astype(np.float32)
            seen[:, self._erring] = np.minimum(np.maximum(blurred, -1.0), 1.0)
        else:
            seen[:, self._erring] += error

    def _scaled(self, value: Float, scale: Float, shift: Float) -> Float:
        """Engineering units to [-1, 1], in place; cut there. As it is where nothing is normalised."""
        if self.spec.normalise:
            value *= scale
            value += shift
            np.maximum(value, -1.0, out=value)
            np.minimum(value, 1.0, out=value)
        return value

    def engineering(self, observation: NDArray[np.floating]) -> Float:
        """An observation (..., n) in engineering units again (as far as it was not cut at the range)."""
        value = np.asarray(observation, dtype=np.float64)
        return (value - self._shift) / self._scale if self.spec.normalise else value

    def tally(self, simulator: Simulator) -> Float:
        """What `terms` compares with after a step (N, 2); empty where the reward needs none."""
        state = simulator.state
        if self.spec.reward == "boptest":
            return np.stack(
                [state.kpi[:, la.KP_COST_HVAC], state.kpi_zone[:, :, la.KZ_TDIS].sum(axis=1)], axis=1
            )
        if self.spec.reward == "linear":
            energy = state.kpi[:, la.KP_ENERGY : la.KP_ENERGY + la.END_USES]
            hvac = energy.sum(axis=1) - energy[:, la.E_LIGHTS] - energy[:, la.E_EQUIPMENT]
            return np.stack([hvac, state.kpi_zone[:, :, la.KZ_TDIS].sum(axis=1)], axis=1)
        return np.zeros((0, 2))

    def terms(self, simulator: Simulator, before: Float | None = None) -> dict[str, Float]:
        """What the step just ended cost, each (N,); the reward is minus their sum.

        Parameters
        ----------
        before
            `tally` before the step; None: no step was taken, and these terms are 0.

        Notes
        -----
        `currency`: cost and occupied discomfort, see Task.reward_terms. `boptest`: the increase of cost_tot
        and, at the weight of a degree hour, of tdis_tot (BOPTEST-Gym). `linear`: half of 1e-4 per watt of
        HVAC power and half of 1 per kelvin outside the bounds, summed over zones, means of the step
        (Sinergym, LinearReward).
        """
        if self.spec.reward == "currency":
            return self.task.reward_terms(simulator, self.weights)
        now = self.tally(simulator)
        gone = now - (now if before is None else before)
        if self.spec.reward == "boptest":
            area = float(self.building.parameters.constant[la.X_FLOOR_AREA])
            zones = max(1.0, float((self.building.parameters.zone[0, :, la.ZP_CONDITIONED] > 0.5).sum()))
            weight = self.weights[0] / 3600.0 / zones
            return {"cost": gone[:, 0] / area, "temperature": gone[:, 1] * weight}
        seconds = float(self.building.clock.control_step_s)
        power, warmth = LINEAR_SHARE * LINEAR_PER_W / seconds, (1.0 - LINEAR_SHARE) / seconds
        return {"energy": gone[:, 0] * power, "temperature": gone[:, 1] * warmth}

    def command(self, action: NDArray[np.floating]) -> Float:
        """Command rows (N, A) of actions (N, m) from [-1, 1]; NaN leaves the default.

        Raises
        ------
        ValueError
            An action of the wrong shape.
        """
        given = np.asarray(action, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != len(self.action_names):
            raise ValueError(f"action of shape {given.shape}, expected (N, {len(self.action_names)})")
        value = (given + 1.0) * self._half
        value += self.action_lower
        if self._narrowed:
            value = np.minimum(np.maximum(value, self.action_lower), self.action_upper)
        if self._plain:
            return self.task.command(value)
        if len(self._at) == len(self.task.action.points):
            return self.task.command(value.take(self._source, axis=1))
        row = np.full((len(value), len(self.task.action.points)), np.nan)
        row[:, self._at] = value.take(self._source, axis=1)
        return self.task.command(row)


def _day_of_year(ordinal: int) -> int:
    from datetime import date

    return date.fromordinal(ordinal).timetuple().tm_yday - 1


def _unit(quantity: str, building: Building) -> str:
    if quantity == "electricity_price":
        return f"{building.scenario.tariff.currency}/kWh"
    return QUANTITIES[quantity].unit
