"""The linear programme of one decision: temperatures of zones over a day at least cost, by HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from twin.basics.errors import MissingExtraError
from twin.control.mpc_model import (
    MASS,
    MASS_H,
    VENTILATION,
    Float,
    Model,
)
from twin.control.mpc_walls import balance, beside, surfaces

Index = NDArray[np.int64]
SEGMENTS = 3  # of the convex growth of heating power with load
REFERENCE_C, WATER_C, STEP_K = 15.0, 30.0, 10.0  # as twin.estimation.active
LEAST_FREE_K = 1.0  # outdoor air cools from so much colder on
PLANNED = 0.55  # of the most heat is planned with; what a ramp lacks cannot be made up for
_MASSES = len(MASS_H)


@dataclass(frozen=True)
class Ahead:
    """What is expected over J blocks of time, and where the building stands now.

    Attributes
    ----------
    hours
        Length of the blocks [h], (J,).
    air, mass, bias
        Now: (Z,) and (Z, 3) [°C]; rate that the model lacks [K/h], (Z,).
    outdoor, sun, people, running
        Means of the blocks, (J,), sun (J, 3) [kW/m2].
    share
        Least ventilation (J, Z).
    electricity, heat, cold
        Prices [currency/kWh], (J,).
    lower, upper
        Bounds of what is felt at the end of the blocks [°C], (J, Z).
    weight
        Worth of a kelvin outside them for an hour [currency], (J, Z).
    allowed
        1 in blocks in which heating and cooling may be planned, (J,).
    felt
        Shares in what is felt: of air (Z,), of the slow mass, of outdoors (Z,).
    speed
        Share of the most cooling that the fan's speed leaves, (J,).
    inner
        Share of the slow mass that follows the air within hours.
    """

    hours: Float
    air: Float
    mass: Float
    bias: Float
    outdoor: Float
    sun: Float
    people: Float
    running: Float
    share: Float
    electricity: Float
    heat: Float
    cold: Float
    lower: Float
    upper: Float
    weight: Float
    allowed: Float
    felt: tuple[Float, float, Float]
    speed: Float
    inner: float = 0.0


@dataclass(frozen=True)
class Plan:
    """What to do: (J, Z) temperatures at the end of blocks [°C], rates [K/h], extra ventilation."""

    air: Float
    heat: Float
    cool: Float
    vent: Float
    cost: float


class Planner:
    """Builds and solves the programme of one building; keeps nothing but HiGHS and its last basis.

    Raises
    ------
    MissingExtraError
        highspy is not installed.
    """

    def __init__(self, model: Model) -> None:
        try:
            import highspy
        except ImportError as missing:
            raise MissingExtraError("highspy", "mpc") from missing
        self.model = model
        self._api: Any = highspy
        make: Any = highspy.Highs
        self._solver: Any = make()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._basis: tuple[int, Any] | None = None
        self.solve_s = self.last_s = self.longest_s = 0.0
        self.solves = self.failures = 0

    def solve(self, ahead: Ahead) -> Plan | None:
        """The cheapest plan; None where HiGHS finds none."""
        begin = time.perf_counter()
        plan = self._solve(ahead)
        self.last_s = time.perf_counter() - begin
        self.solve_s += self.last_s
        self.longest_s = max(self.longest_s, self.last_s)
        self.solves += 1
        self.failures += plan is None
        return plan

    def _solve(self, ahead: Ahead) -> Plan | None:
        programme = Programme(self.model, ahead)
        solver, api = self._solver, self._api
        status = solver.passModel(programme.lp(api))
        if status == api.HighsStatus.kError:
            return None
        if self._basis is not None and self._basis[0] == programme.columns:
            solver.setBasis(self._basis[1])
        solver.run()
        if solver.getModelStatus() != api.HighsModelStatus.kOptimal:
            self._basis = None
            return None
        self._basis = (programme.columns, solver.getBasis())
        value = np.array(solver.getSolution().col_value)
        return programme.plan(value, float(solver.getInfo().objective_function_value))


class Programme:
    """Columns, rows and entries of one linear programme.

    Columns of block j and zone z: air and masses at its end, heating, cooling and free cooling rates, and
    what is missing to either bound; then the building's mean heating rate in segments of growing price.
    """

    def __init__(self, model: Model, ahead: Ahead) -> None:
        self._model, self._ahead = model, ahead
        self._planned = PLANNED if model.emission <= 0.0 else 1.0  # hotter water is dearer: no late ramps
        blocks, zones = len(ahead.hours), len(model.zones)
        self._shape = blocks, zones
        per = blocks * zones
        at = np.arange(per).reshape(blocks, zones)
        self.air, self.heat, self.cool, self.free, self.below, self.above = (at + i * per for i in range(6))
        self.mass = np.stack([at + (6 + i) * per for i in range(_MASSES)], axis=2)
        start = (6 + _MASSES) * per
        self.segment = start + np.arange(blocks * SEGMENTS).reshape(blocks, SEGMENTS)
        self.columns = start + blocks * SEGMENTS
        self._beside = beside(model)
        self._walls = surfaces(model, ahead, self._beside)
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []
        self._low: list[float] = []
        self._high: list[float] = []
        for j in range(blocks):
            known, losses = balance(model, ahead, self._beside, j)
            for z in range(zones):
                self._dynamics(j, z, known, losses)
                self._comfort(j, z)
            self._building(j)

    def _row(self, columns: list[int], values: list[float], low: float, high: float) -> None:
        self._rows.extend([len(self._low)] * len(columns))
        self._columns.extend(columns)
        self._values.extend(values)
        self._low.append(low)
        self._high.append(high)

    def _dynamics(self, j: int, z: int, known: Float, losses: Float) -> None:
        """Air by the trapezoidal rule, masses by their exact step beside the mean air of the block."""
        a, theta = self._ahead, self._model.theta[z]
        hours = float(a.hours[j])
        zones = self._shape[1]
        half = 0.5 * hours * float(losses[z])
        columns = [self.air[j, z], self.heat[j, z], self.cool[j, z], self.free[j, z]]
        values = [1.0 + half, -hours, hours, hours]
        right = hours * float(known[z])
        right += self._before(columns, values, self.air, a.air, j, z, -(1.0 - half))
        if zones > 1:
            for other in range(zones):
                if other != z:
                    share = 0.5 * hours * float(self._beside[z, other])
                    columns.append(self.air[j, other])
                    values.append(-share)
                    right += self._before(columns, values, self.air, a.air, j, other, -share)
        for i in range(_MASSES):
            weight = -hours * float(theta[MASS][i])
            right += self._before(columns, values, self.mass[:, :, i], a.mass[:, i], j, z, weight)
            self._mass(j, z, i, hours)
        self._row([int(c) for c in columns], values, right, right)

    def _mass(self, j: int, z: int, i: int, hours: float) -> None:
        share = 1.0 - float(np.exp(-hours / MASS_H[i]))
        columns, values = [int(self.mass[j, z, i]), int(self.air[j, z])], [1.0, -0.5 * share]
        right = self._before(
            columns, values, self.mass[:, :, i], self._ahead.mass[:, i], j, z, -(1.0 - share)
        )
        right += self._before(columns, values, self.air, self._ahead.air, j, z, -0.5 * share)
        self._row(columns, values, right, right)

    def _before(
        self, columns: list[int], values: list[float], of: Index, now: Float, j: int, z: int, weight: float
    ) -> float:
        """Put what held at the start of a block into a row; returns what goes to its right-hand side."""
        if j == 0:
            return -weight * float(now[z])
        columns.append(int(of[j - 1, z]))
        values.append(weight)
        return 0.0

    def _comfort(self, j: int, z: int) -> None:
        air, slow, cold = self._ahead.felt
        columns, shares = [int(self.air[j, z])], [float(air[z])]
        outside = float(cold[z] * self._ahead.outdoor[j] + slow * self._walls[j, z])
        lower, upper = float(self._ahead.lower[j, z]), float(self._ahead.upper[j, z])
        self._row([*columns, int(self.below[j, z])], [*shares, 1.0], lower - outside, np.inf)
        self._row([*columns, int(self.above[j, z])], [*shares, -1.0], -np.inf, upper - outside)

    def _building(self, j: int) -> None:
        """Mean heating rate as a sum of segments, and what the plant can give."""
        zones = self._shape[1]
        heat = [int(c) for c in self.heat[j]]
        self._row([*heat, *map(int, self.segment[j])], [1.0 / zones] * zones + [-1.0] * SEGMENTS, 0.0, 0.0)
        limit = self._model.heat_limit
        if np.isfinite(limit):
            self._row(
                heat, [float(p) for p in self.heat_power()[j]], -np.inf, max(self._planned * limit, 0.0)
            )

    def heat_power(self) -> Float:
        """Metered power per rate at small load, (J, Z) [kW per K/h]."""
        cold = np.maximum(REFERENCE_C - self._ahead.outdoor, 0.0) / STEP_K
        growth = 1.0 + self._model.heat_cold * cold
        return np.asarray(growth[:, None] * self._model.heat_power)

    def _free(self) -> tuple[Float, Float]:
        """Most free cooling (J, Z) [K/h] and the electric power of a unit of it [kW per K/h]."""
        a, own = self._ahead, self._model.theta[:, VENTILATION]
        colder = np.maximum(a.air[None] - a.outdoor[:, None], 0.0)
        useful = (colder > LEAST_FREE_K) & (own > 0.0)
        rate = np.where(useful, own * colder, 0.0)
        power = np.where(useful, self._model.ventilation_power / np.maximum(rate, 1e-9), 0.0)
        return rate * np.maximum(1.0 - a.share, 0.0), power

    def _costs_and_bounds(self) -> tuple[Float, Float, Float]:
        a, model = self._ahead, self._model
        cost, low, high = np.zeros(self.columns), np.zeros(self.columns), np.full(self.columns, np.inf)
        hours = a.hours[:, None]
        low[self.air] = low[self.mass] = -np.inf
        warm = np.maximum(a.outdoor - REFERENCE_C, 0.0)[:, None] / STEP_K
        cooling = model.cool_power * np.minimum(
            1.0, warm * STEP_K / 5.0 + 0.15
        ) + model.cool_warm * warm * float(model.cool_power.mean())
        cost[self.heat] = hours * (a.heat[:, None] * self.heat_power())
        speed = a.speed[:, None]  # of air; what a fan takes per air moved goes with its square
        cost[self.cool] = hours * (
            a.cold[:, None] * cooling + a.electricity[:, None] * model.fan_power * speed**2
        )
        rate, power = self._free()
        cost[self.free] = hours * a.electricity[:, None] * power
        cost[self.below] = cost[self.above] = hours * a.weight
        may = a.allowed[:, None]
        high[self.heat] = self._planned * may * model.heat_most
        high[self.cool], high[self.free] = may * speed * model.cool_most, rate
        widest = float(model.heat_most.mean()) / SEGMENTS
        slope = self._growth() * widest * (2.0 * np.arange(SEGMENTS) + 1.0)
        cost[self.segment] = hours * a.heat[:, None] * slope
        high[self.segment] = widest
        high[self.segment[:, -1]] = np.inf
        return cost, low, high

    def _growth(self) -> float:
        """Second-order growth of heating power with the mean rate [kW per (K/h)2]."""
        model = self._model
        per_rate = model.heat_load / max(1e-6, float(model.heat_most.mean()))
        if model.emission > 0.0:
            per_rate += model.heat_water / (STEP_K * model.emission)
        return float(model.heat_power.sum() * per_rate)

    def lp(self, api: Any) -> Any:
        """The programme as HiGHS takes it."""
        cost, low, high = self._costs_and_bounds()
        where = (self._rows, self._columns)
        matrix = csc_matrix((self._values, where), shape=(len(self._low), self.columns))
        lp = api.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, len(self._low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, low, high
        lp.row_lower_, lp.row_upper_ = np.array(self._low), np.array(self._high)
        lp.a_matrix_.format_ = api.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data
        return lp

    def plan(self, value: Float, cost: float) -> Plan:
        """The solution by name."""
        rate, _ = self._free()
        room = np.maximum(1.0 - self._ahead.share, 0.0)
        free = np.where(rate > 1e-9, value[self.free] / np.maximum(rate, 1e-9), 0.0) * room
        return Plan(value[self.air], value[self.heat], value[self.cool], free, cost)
