"""Buildings for tests of heat and air, run by the physics alone: no people, no systems, weather by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.building.envelope import Envelope, envelope
from twin.physics import air, thermal
from twin.physics import layout as la
from twin.physics.compile import entry
from twin.physics.layout import Boundary, Float, Parameters, State, allocate
from twin.scenario.schema import Scenario

Record = dict[str, Any]


def scenario(zones: list[Record], partitions: list[Record] | None = None, **fabric: Any) -> Scenario:
    """A scenario around some zones; only its fabric matters here."""
    return Scenario.model_validate(
        {
            "name": "test",
            "site": {"weather": "denver", "timezone": "UTC"},
            "building": {"zones": zones, "partitions": partitions or [], **fabric},
            "hvac": {"kind": "ideal_loads"},
        }
    )


def zone(name: str = "room", **changes: Any) -> dict[str, Any]:
    """A room with every kind of surface."""
    window = {"glazing": "double_clear", "area_m2": 5.0, "openable_fraction": 0.3}
    return {
        "id": name,
        "floor_area_m2": 30.0,
        "height_m": 2.8,
        "walls": [{"construction": "wall_heavy", "area_m2": 24.0, "azimuth_deg": 180.0, "windows": [window]}],
        "roof": {"construction": "roof_light", "area_m2": 30.0},
        "floor": {"construction": "floor_slab_insulated", "area_m2": 30.0, "boundary": "ground"},
        "furniture": {"construction": "furniture", "area_m2": 15.0},
        "infiltration": {"leakage_area_cm2": 80.0},
        **changes,
    }


class Room(NamedTuple):
    """Everything that the physics needs, for one building."""

    shell: Envelope
    p: Parameters
    b: Boundary
    x: State
    w: Float
    d: Float


def room(
    model: Scenario,
    tick_s: int = 60,
    steps: int = 1,
    per_step: int = 5,
    start: float = 20.0,
    pressure: float = 101325.0,
) -> Room:
    """One building at rest at `start` everywhere; weather at `start` too, until a test changes it."""
    shell = envelope(model, tick_s, pressure)
    zones = len(model.building.zones)
    kind = np.zeros(la.KINDS, dtype=np.int64)
    kind[la.K_TICK_S], kind[la.K_TICKS_PER_BOUNDARY] = tick_s, per_step
    none = np.zeros((1, 0))
    p = Parameters(
        kind, np.zeros(la.CONSTANTS), shell.zone, shell.operator, shell.flux, shell.recover, shell.film,
        shell.partition, shell.door, none, np.zeros((1, zones, 0)), np.zeros((1, 0, la.ACTIVITY_COLUMNS)),
        none,
    )  # fmt: skip
    weather = np.zeros((1, steps, la.SITE_COLUMNS))
    weather[:, :, [la.W_TEMPERATURE, la.W_SKY, la.W_GROUND]] = start
    weather[:, :, [la.W_HUMIDITY, la.W_CO2, la.W_PRESSURE]] = 0.006, 420.0, 101325.0
    whole = np.zeros((1, 0), dtype=np.int64)
    b = Boundary(
        weather, np.zeros((1, steps, zones, la.SUN_COLUMNS)), np.zeros((steps, la.TARIFF_COLUMNS)),
        np.zeros((steps, zones, la.BOUND_COLUMNS)), np.zeros((1, 0, la.EVENT_COLUMNS), dtype=np.int64),
        np.zeros((1, 0, la.OCCUPANT_PARAMETERS)), whole, np.zeros((1, 0, la.SENSOR_PARAMETERS)), whole,
        np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(State._fields, (1, 0))
    shapes |= {
        "zone": (1, zones, la.ZONE_STATES), "node": (1, zones, la.NODES), "surface": (1, zones, la.SURFACES),
        "drive": (1, zones, la.DRIVES), "gains": (1, zones, la.GAINS), "terminal": (1, zones, 0),
        "occupant": (1, 0, la.OCCUPANT_STATES), "sensor": (1, 0, la.SENSOR_STATES),
        "kpi_zone": (1, zones, la.KPI_ZONE_COLUMNS), "counter": (1, la.COUNTERS),
    }  # fmt: skip
    x, _ = allocate(shapes)
    x.node[:], x.surface[:] = start, start
    x.zone[:, :, [la.Z_AIR, la.Z_MEAN_AIR, la.Z_RADIANT]] = start
    x.zone[:, :, la.Z_HUMIDITY], x.zone[:, :, la.Z_CO2] = 0.006, 420.0
    return Room(shell, p, b, x, np.zeros((zones, la.WORK + zones)), np.zeros(shell.door.shape[1]))


@entry
def _run(p, b, x, w, d, u, first, ticks, leaks, trace):  # type: ignore[no-untyped-def]
    for k in range(first, first + ticks):
        j = k // p.kind[la.K_TICKS_PER_BOUNDARY]
        if k % p.kind[la.K_TICKS_PER_BOUNDARY] == 0:
            thermal.refresh(p, b, x, 0, 0, 0, j, u)
        if leaks:
            air.openings(p, b, x, 0, 0, 0, j, w, d)
        thermal.solve(p, b, x, 0, 0, 0, j, w, d)
        air.balances(p, b, x, 0, 0, 0, j, w, d)
        if k - first < trace.shape[0]:
            for z in range(trace.shape[1]):
                for i in range(trace.shape[2]):
                    trace[k - first, z, i] = x.zone[0, z, i]


def run(r: Room, ticks: int, first: int = 0, leaks: bool = True) -> Float:
    """Run some ticks; the zones' states after each, (ticks, Z, ZONE_STATES). Without leaks.

    W and d stay given.
    """
    trace = np.zeros((ticks, *r.x.zone.shape[1:]))
    _run(r.p, r.b, r.x, r.w, r.d, np.zeros(la.SLOW_INPUTS), first, ticks, leaks, trace)
    return trace
