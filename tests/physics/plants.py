"""Systems for tests: a scenario's own plant on zones of one capacity each, weather and people by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from twin.building.plant import Plant, plant
from twin.physics import hvac
from twin.physics import layout as la
from twin.physics.layout import Boundary, Float, Parameters, State, allocate
from twin.physics.psychrometrics import CP_AIR
from twin.scenario.schema import Scenario


class Served(NamedTuple):
    """One building with a system."""

    plant: Plant
    p: Parameters
    b: Boundary
    x: State
    w: Float

    @property
    def zones(self) -> int:
        return int(self.w.shape[0])

    def outdoor(self, temperature: float, humidity: float = 0.003) -> None:
        self.b.weather[:, :, la.W_TEMPERATURE] = temperature
        self.b.weather[:, :, la.W_HUMIDITY] = humidity

    def operate(self, on: bool, expected: float = 5.0) -> None:
        self.b.bounds[:, :, la.B_OPERATING] = on
        self.b.bounds[:, :, la.B_EXPECTED] = expected if on else 0.0

    def command(self, column: int, value: float, zone: int | None = None) -> None:
        """Set one command, of a zone (None: all) or of the system (columns behind the zones')."""
        for z in range(self.zones) if zone is None else (zone,):
            self.x.command[0, z * la.ZONE_COMMANDS + column] = value

    def system_command(self, column: int, value: float) -> None:
        self.x.command[0, self.zones * la.ZONE_COMMANDS + column] = value

    def signal(self, column: int) -> float:
        """A signal of the system."""
        return float(self.x.signal[0, self.zones * la.ZONE_SIGNALS + la.SITE_SIGNALS + column])

    def run(self, ticks: int, capacity: float = 1e7, loss: float = 150.0) -> None:
        """Let time pass; zones have a capacity [J/K] and lose heat to outdoors [W/K]."""
        self.p.zone[:, :, la.ZP_AIR_CAPACITY] = capacity
        _run(self.p, self.b, self.x, self.w, ticks, capacity, loss)


def scenario(system: dict[str, Any], zones: int = 2, tick_s: int = 60, **changes: Any) -> Scenario:
    """Rooms of 100 m2 with a floor, and this system."""
    rooms = [
        {"id": f"room_{i}", "floor_area_m2": 100.0, "floor": {"construction": "floor_slab", "area_m2": 100.0}}
        for i in range(zones)
    ]
    return Scenario.model_validate(
        {
            "name": "test",
            "site": {"weather": "denver", "timezone": "UTC"},
            "building": {"zones": rooms},
            "hvac": system,
            "run": {"tick_s": tick_s, "truth_s": 900},
        }
        | changes
    )


def served(system: dict[str, Any], zones: int = 2, tick_s: int = 60, **changes: Any) -> Served:
    """A building at 22 °C with setpoints 20 and 24 °C, operating, five people expected in each room."""
    model = plant(scenario(system, zones, tick_s, **changes))
    kind = np.zeros(la.KINDS, dtype=np.int64)
    kind[la.K_TICK_S], kind[la.K_SYSTEM] = tick_s, model.kind
    none = np.zeros((1, 1, 1))
    p = Parameters(
        kind, np.zeros(la.CONSTANTS), np.zeros((1, zones, la.ZONE_PARAMETERS)), np.zeros((1, 1, 1, 1)), none,
        np.zeros((1, 1, 1, 1)), none, none, none, model.system, model.terminal, none, np.zeros((1, 1)),
    )  # fmt: skip
    weather = np.zeros((1, 1, la.SITE_COLUMNS))
    weather[:, :, la.W_CO2], weather[:, :, la.W_PRESSURE] = 420.0, 101325.0
    bounds = np.zeros((1, zones, la.BOUND_COLUMNS))
    bounds[:, :, la.B_CO2] = 1000.0
    whole = np.zeros((1, 1), dtype=np.int64)
    b = Boundary(
        weather, np.zeros((1, 1, zones, la.SUN_COLUMNS)), np.zeros((1, la.TARIFF_COLUMNS)), bounds,
        np.zeros((1, 1, la.EVENT_COLUMNS), dtype=np.int64), none, whole, none, whole,
        np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    building = Served(model, p, b, _state(model, zones), np.zeros((zones, la.WORK + zones)))
    building.outdoor(0.0)
    building.operate(True)
    building.command(la.C_HEATING, 20.0)
    building.command(la.C_COOLING, 24.0)
    return building


def _state(model: Plant, zones: int) -> State:
    signals = zones * la.ZONE_SIGNALS + la.SITE_SIGNALS + la.SYSTEM_SIGNALS + la.METER_SIGNALS
    x, _ = allocate(
        {
            "zone": (1, zones, la.ZONE_STATES), "node": (1, zones, la.NODES),
            "surface": (1, zones, la.SURFACES),
            "drive": (1, zones, la.DRIVES), "gains": (1, zones, la.GAINS), "plant": (1, model.states),
            "terminal": (1, zones, model.terminal_states), "occupant": (1, 1, la.OCCUPANT_STATES),
            "power": (1, la.END_USES), "register": (1, la.END_USES), "kpi": (1, la.KPI_COLUMNS),
            "kpi_zone": (1, zones, la.KPI_ZONE_COLUMNS), "sensor": (1, 1, la.SENSOR_STATES),
            "signal": (1, signals),
            "counter": (1, la.COUNTERS), "command": (1, zones * la.ZONE_COMMANDS + la.SYSTEM_COMMANDS),
        }
    )  # fmt: skip
    x.zone[:, :, la.Z_AIR], x.zone[:, :, la.Z_HUMIDITY], x.zone[:, :, la.Z_CO2] = 22.0, 0.007, 600.0
    x.zone[:, :, la.Z_MEAN_AIR] = 22.0
    x.node[:], x.command[:] = 22.0, np.nan
    x.plant[:], x.terminal[:] = model.initial_plant, model.initial_terminal
    return x


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _run(p: Parameters, b: Boundary, x: State, w: Float, ticks: int, capacity: float, loss: float) -> None:
    dt = p.kind[la.K_TICK_S]
    for _ in range(ticks):
        w[:, :] = 0.0
        hvac.setpoints(x, 0, w)
        hvac.step(p, b, x, 0, 0, 0, 0, w)
        for z in range(w.shape[0]):
            heat = w[z, la.WK_CONVECTIVE] + w[z, la.WK_RADIANT] + w[z, la.WK_FLOOR]
            flow = w[z, la.WK_SUPPLY] * CP_AIR
            fixed = capacity / dt * x.zone[0, z, la.Z_AIR] + heat
            fixed += flow * w[z, la.WK_SUPPLY_T] + loss * b.weather[0, 0, la.W_TEMPERATURE]
            free = fixed / (capacity / dt + flow + loss)
            held = min(max(free, w[z, la.WK_LOW]), w[z, la.WK_HIGH])
            ideal = (held - free) * (capacity / dt + flow + loss)
            w[z, la.WK_IDEAL] = min(max(ideal, -w[z, la.WK_CAP_COOL]), w[z, la.WK_CAP_HEAT])
            end = free + w[z, la.WK_IDEAL] / (capacity / dt + flow + loss)
            mean = 0.5 * (x.zone[0, z, la.Z_AIR] + end)
            x.zone[0, z, la.Z_HEAT] = heat + w[z, la.WK_IDEAL] + flow * (w[z, la.WK_SUPPLY_T] - mean)
            x.zone[0, z, la.Z_MEAN_AIR] = mean
            x.zone[0, z, la.Z_AIR] = end
            x.node[0, z, la.FLOOR_IN] = x.zone[0, z, la.Z_AIR]
        hvac.settle(p, b, x, 0, 0, 0, 0, w)
        x.counter[0, la.N_TICK] += 1.0
