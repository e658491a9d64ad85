"""Buildings for tests of people: zones whose air is set by hand, people and their events, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.basics import streams
from twin.building.activities import Activity, activities
from twin.physics import behaviour, people
from twin.physics import layout as la
from twin.physics.compile import njit
from twin.physics.layout import Boundary, Float, Int, Parameters, State, allocate

TICK_S = 60
PER_BOUNDARY = 5


class Inhabited(NamedTuple):
    """N buildings with the same zones and people, each with its own keys."""

    p: Parameters
    b: Boundary
    x: State


def move(tick: int, person: int, zone: int, activity: int = Activity.SEATED_OFFICE) -> tuple[int, ...]:
    """An event of a person."""
    return tick, la.EV_MOVE, person, zone, int(activity)


def appliance(tick: int, zone: int, power: int, vapour: int) -> tuple[int, ...]:
    """An event of an appliance, W and g/h."""
    return tick, la.EV_APPLIANCE, zone, power, vapour


def inhabited(
    events: Sequence[tuple[int, ...]],
    zones: int = 1,
    occupants: int = 1,
    seeds: Sequence[int] = (0,),
    hours: int = 24,
    outdoor: float = 10.0,
    window_area: float = 2.0,
) -> Inhabited:
    """Zones of 20 m2 and 100 m3 at 23 °C, 40 % and 420 ppm; everybody is the mean person, tolerance 0.5."""
    count, steps = len(seeds), hours * 3600 // (TICK_S * PER_BOUNDARY) + 1
    kind = np.zeros(la.KINDS, dtype=np.int64)
    kind[la.K_TICK_S], kind[la.K_TICKS_PER_BOUNDARY], kind[la.K_BEHAVIOUR_TICKS] = TICK_S, PER_BOUNDARY, 5
    zone = np.zeros((1, zones, la.ZONE_PARAMETERS))
    for column, value in {
        la.ZP_AREA: 20.0, la.ZP_LIGHTS: 140.0, la.ZP_EQUIPMENT_BASE: 20.0, la.ZP_EQUIPMENT_PERSON: 80.0,
        la.ZP_LIGHTS_RADIANT: 0.5, la.ZP_EQUIPMENT_RADIANT: 0.25, la.ZP_DAYLIGHT: 40.0,
        la.ZP_CONDITIONED: 1.0, la.ZP_WINDOW_AREA: window_area,
    }.items():  # fmt: skip
        zone[:, :, column] = value
    how = np.array([[1.0, 1.0, 1.0, 1.0, 2.0, 7200.0, 0.0, 1.0]])  # an office that can heat and cool
    none = np.zeros((1, 0))
    p = Parameters(
        kind,
        np.zeros(la.CONSTANTS),
        zone,
        none,
        none,
        none,
        none,
        none,
        none,
        none,
        none,
        activities()[None],
        how,
    )
    weather = np.zeros((1, steps, la.SITE_COLUMNS))
    weather[:, :, la.W_TEMPERATURE], weather[:, :, la.W_PRESSURE] = outdoor, 101325.0
    event = np.full((count, len(events) + 1, la.EVENT_COLUMNS), 2**62, dtype=np.int64)
    if events:
        event[:, :-1] = np.array(events, dtype=np.int64)
    occupant = np.zeros((count, occupants, la.OCCUPANT_PARAMETERS))
    occupant[:, :, la.OP_TOLERANCE] = 0.5
    key: Int = np.array(
        [[streams.key(s, "behaviour", f"person {o}") for o in range(occupants)] for s in seeds]
    )
    whole = np.zeros(count, dtype=np.int64)
    b = Boundary(
        weather, np.zeros((1, steps, zones, la.SUN_COLUMNS)), np.zeros((steps, la.TARIFF_COLUMNS)),
        np.zeros((steps, zones, la.BOUND_COLUMNS)), event, occupant, key.reshape(count, occupants),
        np.zeros((count, 0, la.SENSOR_PARAMETERS)), np.zeros((count, 0), dtype=np.int64), whole, whole,
    )  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(State._fields, (count, 0))
    shapes |= {
        "zone": (count, zones, la.ZONE_STATES), "gains": (count, zones, la.GAINS),
        "occupant": (count, occupants, la.OCCUPANT_STATES), "counter": (count, la.COUNTERS),
        "sensor": (count, 0, la.SENSOR_STATES), "signal": (count, zones * la.ZONE_SIGNALS),
    }  # fmt: skip
    x, _ = allocate(shapes)
    x.occupant[:, :, la.O_ZONE] = -1.0
    climate(x, 23.0)
    return Inhabited(p, b, x)


def climate(x: State, temperature: float, co2: float = 420.0) -> None:
    """Set air and radiant temperature [°C] and CO2 [ppm] of every zone."""
    x.zone[:, :, [la.Z_AIR, la.Z_RADIANT, la.Z_MEAN_AIR]] = temperature
    x.zone[:, :, la.Z_HUMIDITY], x.zone[:, :, la.Z_CO2] = 0.0066, co2


@njit
def _run(p, b, x, first, ticks, gains, zone):  # type: ignore[no-untyped-def]
    for n in range(x.zone.shape[0]):
        for k in range(first, first + ticks):
            j = k // p.kind[la.K_TICKS_PER_BOUNDARY]
            people.apply(p, b, x, n, b.variant[n], k, j)
            behaviour.step(p, b, x, n, b.variant[n], k, j)
            gains[n, k - first] = x.gains[n]
            zone[n, k - first] = x.zone[n]


def run(house: Inhabited, ticks: int, first: int = 0) -> tuple[Float, Float]:
    """Run some ticks; gains and zone states after each, (N, ticks, Z, ...)."""
    p, b, x = house
    gains = np.zeros((x.zone.shape[0], ticks, *x.gains.shape[1:]))
    zone = np.zeros((x.zone.shape[0], ticks, *x.zone.shape[1:]))
    _run(p, b, x, first, ticks, gains, zone)
    return gains, zone
