"""What a learner sees and sets: observations with time, forecasts and past, scaled; actions from [-1, 1].

Shared by every environment, and by learned controllers wherever they run. As in twin.task, only additions,
products, comparisons and look-ups act on a batch, so that N does not matter.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.basics.points import QUANTITIES
from twin.basics.streams import generator
from twin.building.tariff import boundary_calendar
from twin.leader import Lead, Leader
from twin.levers import Levers, beyond_setpoints
from twin.physics import layout as la
from twin.physics.compile import bound
from twin.physics.panel import View, look
from twin.reward import Reward
from twin.scenario.learning import USUAL, TaskSpec
from twin.task import J_PER_KWH, Float, Task

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Float32 = NDArray[np.float32]
LIMITS = np.array([-1.0, 1.0])  # of what is normalised
# Error of a forecast of outdoor temperature: AR(1) over hours ahead, e0 ~ N(F0, K0), e' ~ N(F e + mu, K).
# Source: BOPTEST, forecast/error_emulator.py and its named levels; (F0, K0, F, K, mu).
ERRORS: dict[str, tuple[float, float, float, float, float]] = {
    "low": (0.0, 0.6, 0.92, 0.4, 0.0),
    "medium": (0.15, 1.2, 0.93, 0.6, 0.0),
    "high": (-0.58, 1.5, 0.95, 0.7, -0.015),
}


class Outlook:
    """Observation, action and reward of a learner on one building design.

    Parameters
    ----------
    building
        From `twin.assemble`; its run should reach `spec.days_ahead` beyond what is played.
    spec
        What is seen, set and rewarded.
    lead
        The leading rule; needed to play where the spec names one. What it sets beyond what the spec lists
        is set as it says.

    Attributes
    ----------
    names, units, lower, upper
        Columns of an observation (n,) and their range in engineering units.
    action_names, action_lower, action_upper
        What the m actions set, and the values that -1 and 1 stand for.
    without_effect
        Those of them that change nothing: distances from what the leading rule never sets.
    """

    def __init__(self, building: Building, spec: TaskSpec, lead: Lead | None = None) -> None:
        self.building, self.spec = building, spec
        also = [*beyond_setpoints(spec), *(() if lead is None else lead.commands)]
        self.task = Task(building, also=also, readings=spec.readings)
        self.levers = Levers(building, spec, self.task.action)
        self.action_names = self.levers.names
        self.action_lower, self.action_upper = self.levers.lower, self.levers.upper
        self.reward = Reward(building, spec)
        self.weights = self.reward.weights
        self._ratio = building.clock.boundary_step_s // building.clock.tick_s
        own = self.task.observation
        self._kept = np.array([i for i, name in enumerate(own.names) if not name.startswith("time.")])
        rows = [(own.names[i], own.units[i]) for i in self._kept]
        extra, table = self._ahead()
        air = [name for name, _ in rows if name.endswith(".air_temperature")]
        self._air = np.array([own.names.index(name) for name in air], dtype=np.int64)
        back = [(f"{name}.{k}_steps_ago", "°C") for k in range(1, spec.past_steps + 1) for name in air]
        led = [self.task.action.points[i] for i in self.levers.led]
        rows += [*extra, *back, *((f"rule.{point.id}", QUANTITIES[point.quantity].unit) for point in led)]
        self.names, self.units = tuple(name for name, _ in rows), tuple(unit for _, unit in rows)
        ranges = np.array([self._range(name) for name in self.names])
        self.lower, self.upper = ranges[:, 0].copy(), ranges[:, 1].copy()
        width = self.upper - self.lower
        self._scale, self._shift = 2.0 / width, -1.0 - 2.0 * self.lower / width
        self._prepare_table(table)
        self._prepare_errors()
        self._history = spec.past_steps * len(air)
        self._leader: Leader | None = None
        self.without_effect: tuple[str, ...] = ()
        if spec.rule and lead is not None:
            rule = lead.build(own, self.task.action, float(building.clock.control_step_s))
            self._leader, self.without_effect = Leader(rule), self.levers.without_effect(rule.sets)

    def _prepare_table(self, ahead: Float) -> None:
        """All that is known before the run, scaled (climates, K + 1, n), and the columns that are not."""
        known = self.task.known_ahead[:, :, self._kept]
        back = np.zeros((*ahead.shape[:2], self.spec.past_steps * len(self._air) + len(self.levers.led)))
        table = np.concatenate([known, ahead, back], axis=2)
        self._past = known.shape[2] + ahead.shape[2]
        if self.spec.normalise:
            table = np.clip(table * self._scale + self._shift, -1.0, 1.0)
        self.view = self._view(table.astype(np.float32))
        self._look: Callable[..., None] | None = None

    def _view(self, table: Float32) -> View:
        """What the compiled physics needs in order to show observations."""
        place = {int(column): i for i, column in enumerate(self._kept)}
        rows = [(place[column], *row) for column, row in self.task.live().items()]
        live, sensor, truth, zone = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
        if self.spec.normalise:
            return View(table, live, sensor, truth, zone, self._scale[live], self._shift[live], LIMITS)
        ones = np.ones(len(live))
        return View(table, live, sensor, truth, zone, ones, 0.0 * ones, np.inf * LIMITS)

    def on(self, building: Building) -> Outlook:
        """The same outlook on other buildings of the same design and clock: its tables are shared."""
        other = copy.copy(self)
        other.building, other.task = building, copy.copy(self.task)
        other.task.building = building
        return other

    def seated(self, building: Building, seats: int) -> Outlook:
        """The same outlook with room for the climates of so many seats, all as the first or as they were."""
        other = self.on(building)
        table, kept = self.view.table, min(seats, len(self.view.table))
        other.view = self.view._replace(table=np.repeat(table[:1], seats, axis=0))
        other.view.table[:kept] = table[:kept]
        other.task.furnish(seats)
        return other

    def alone(self, building: Building, seat: int) -> Outlook:
        """The same outlook with one climate, a copy of that in a seat."""
        other = self.on(building)
        other.view = self.view._replace(table=self.view.table[seat : seat + 1].copy())
        other.task.furnish(1, seat)
        return other

    def seat(self, at: int, other: Outlook) -> None:
        """Put what another outlook of the same design knows ahead into one seat, in place."""
        self.view.table[at] = other.view.table[0]
        self.task.known_ahead[at] = other.task.known_ahead[0]

    def _range(self, name: str) -> tuple[float, float]:
        """What becomes -1 and 1 for a column."""
        entity, _, quantity = name.partition(".")
        quantity = quantity.rpartition(".")[2] if entity == "rule" else quantity.partition(".")[0]
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
        elif quantity == "occupants":
            one = boundary.bounds[:, :, la.B_EXPECTED].sum(axis=1)
        else:
            one = self._tightest(quantity)
        return np.broadcast_to(one, (climates, steps))

    def _tightest(self, quantity: str) -> Float:
        """The largest lower or smallest upper comfort bound over conditioned zones (K,) [°C]."""
        conditioned = self.building.parameters.zone[0, :, la.ZP_CONDITIONED] > 0.5
        zones = np.flatnonzero(conditioned if conditioned.any() else ~conditioned)
        bounds = self.building.boundary.bounds[:, zones]
        if quantity == "comfort_lower":
            highest: Float = np.max(bounds[:, :, la.B_LOWER], axis=1)
            return highest
        lowest: Float = np.min(bounds[:, :, la.B_UPPER], axis=1)
        return lowest

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
        """What a fresh episode remembers, (N, width): the air temperature has been what it is, by steps back
        and zones; then what the leading rule remembers and has decided for the step to come.

        Raises
        ------
        ValueError
            The spec names a leading rule, and none was handed over.
        """
        if not (self._history or self.spec.rule):
            return np.zeros((simulator.count, 0))
        seen = self.task.observe(simulator)
        history = np.tile(seen[:, self._air], (1, self.spec.past_steps))
        if not self.spec.rule:
            return history
        if self._leader is None:
            raise ValueError(f"{self.spec.rule} leads here, but no rule was handed over")
        return np.concatenate([history, self._leader.begin(seen)], axis=1)

    def remember(self, simulator: Simulator, past: Float) -> None:
        """Move past air temperatures of `past` (N, width) on by a step, in place, before the step."""
        if self._history:
            zones = len(self._air)
            past[:, zones : self._history] = past[:, : self._history - zones].copy()
            past[:, :zones] = self.task.observe(simulator)[:, self._air]

    def lead(self, simulator: Simulator, past: Float) -> None:
        """Let the leading rule, if there is one, decide for the next step; `past` in place, after a step."""
        if self._leader is not None:
            self._leader.go_on(self.task.observe(simulator), past[:, self._history :])

    def observe(self, simulator: Simulator, past: Float, errors: Float32) -> Float32:
        """What a learner sees now (N, n), with `past` values and each slot's `errors` of forecasts."""
        seen = np.empty((simulator.count, len(self.names)), dtype=np.float32)
        given = (self.view, simulator.state, self.building.boundary.climate, self._ratio, seen)
        if self._look is None:
            self._look = bound(look, *given)
        self._look(*given)
        return self.complete(seen, simulator, past, errors)

    def complete(self, seen: Float32, simulator: Simulator, past: Float, errors: Float32) -> Float32:
        """What is in view, with errors of forecasts and past values beside it, in place."""
        if len(self._erring):
            self._blur(seen, simulator, errors)
        if self._history or self.spec.rule:
            scale, shift = self._scale[self._past :], self._shift[self._past :]
            held = past[:, : self._history].copy()
            if self.spec.rule:
                held = np.concatenate([held, self._rule(past)[:, self.levers.led]], axis=1)
            scaled = self._scaled(held, scale, shift)
            seen[:, self._past :] = np.where(np.isnan(scaled), 0.0, scaled)  # NaN: the plant's own loop
        return seen

    def _rule(self, past: Float) -> Float:
        """What the leading rule has decided for the step to come (N, points)."""
        return past[:, past.shape[1] - len(self.task.action.points) :]

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
        """What `terms` compares with after a step."""
        return self.reward.tally(simulator)

    def terms(self, simulator: Simulator, before: Float | None = None) -> dict[str, Float]:
        """What the step just ended cost, each (N,), see twin.reward.Reward.terms."""
        terms = self.reward.terms(simulator, before)
        terms["hvac_cost"] = terms["hvac_cost"].copy()  # it may be `cost`, and each belongs to the caller
        return terms

    def worth(self, terms: Mapping[str, Float], seen: Float32) -> Float:
        """The reward (N,) of these terms and of what is seen after the step (N, n); see Reward.worth."""
        return self.reward.worth(terms, lambda: self.engineering(seen), self.names)

    @property
    def choices(self) -> int:
        """How many actions there are where `discrete_levels` makes them countable; otherwise 0."""
        return self.levers.choices

    def decode(self, index: NDArray[np.generic]) -> Float:
        """Actions (N, m) in [-1, 1] of choices (N,); see twin.levers.Levers.decode."""
        return self.levers.decode(index)

    def command(
        self,
        action: NDArray[np.generic],
        simulator: Simulator | None = None,
        past: Float | None = None,
    ) -> Float:
        """Command rows (N, A) of actions; see twin.levers.Levers.points."""
        rule = self._rule(past) if self.spec.rule and past is not None else None
        return self.task.command(self.levers.points(action, simulator, rule))


def _day_of_year(ordinal: int) -> int:
    from datetime import date

    return date.fromordinal(ordinal).timetuple().tm_yday - 1


def _unit(quantity: str, building: Building) -> str:
    if quantity == "electricity_price":
        return f"{building.scenario.tariff.currency}/kWh"
    return "°C" if quantity.startswith("comfort_") else QUANTITIES[quantity].unit
