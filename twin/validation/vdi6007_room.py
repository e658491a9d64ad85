"""The rooms of VDI 6007-1 on the twin's own zone kernel: two wall masses, their surfaces and the air.

The exact operator comes from twin.building.network, every tick from twin.physics.thermal: the very code that
steps any zone of any scenario. Only the room's resistances and capacities are those of the guideline.

Source: VDI 6007-1:2015-06, two-capacity model of a room; figures in references/vdi6007.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.building.network import Network
from twin.physics import layout as la
from twin.physics import thermal
from twin.physics.compile import entry, njit
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.physics.layout import Boundary, Float, Parameters, State
from twin.physics.psychrometrics import CP_AIR

HOURS, HOUR_S = 24, 3600
# Where things of the guideline live among the kernel's nodes, surfaces and inputs. The sun through a second
# window takes the input of the roof's sun, for these rooms have no roof; the cooled ceiling takes that of a
# heated floor, which here acts on the surface of the inner walls.
EXTERIOR, INTERIOR = la.WALL_IN, la.MASS
AT_EXTERIOR, AT_INTERIOR = la.NODES + la.S_WALL, la.NODES + la.S_MASS
OUTSIDE = la.NODES + la.S_WALL_OUT
WINDOWS = ((la.I_TRANSMITTED, la.SUN_TRANSMITTED), (la.I_SUN_ROOF, la.SUN_ROOF))
R_RADIANT, R_CONVECTIVE, R_SUPPLY, R_SETPOINT, R_COLUMNS = range(5)
NO_SETPOINT = 1e9
UNLIMITED = 1e9  # [W]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Hourly:
    """Hourly means of one case, (days * 24,) each.

    Parameters
    ----------
    air
        Air temperature [°C].
    load
        Heat that holds the set temperature, heating positive [W].
    changeover
        Hours in which there was heating as well as cooling.
    """

    air: Float
    load: Float
    changeover: NDArray[np.bool_]


def network(case: Record, room: Record) -> Network:
    """The two-capacity room as a network of the engine.

    Parameters
    ----------
    case
        A case of the reference file; windows and adjacent room are read.
    room
        Its room: exterior, interior, radiation_w_m2k.
    """
    net = Network()
    outer, inner = room["exterior"], room["interior"]
    net.capacity[EXTERIOR], net.capacity[INTERIOR] = outer["capacity_j_k"], inner["capacity_j_k"]
    net.link(AT_EXTERIOR, EXTERIOR, 1.0 / outer["inner_resistance_k_w"])
    net.link(EXTERIOR, OUTSIDE, 1.0 / outer["outer_resistance_k_w"])
    net.link(AT_INTERIOR, INTERIOR, 1.0 / inner["resistance_k_w"])
    net.link(AT_EXTERIOR, AT_INTERIOR, room["radiation_w_m2k"] * min(outer["area_m2"], inner["area_m2"]))
    net.air(AT_EXTERIOR, outer["area_m2"] * outer["film_w_m2k"])
    net.air(AT_INTERIOR, inner["area_m2"] * inner["film_w_m2k"])
    film = outer["area_m2"] * outer["outside_film_w_m2k"]
    below = case["adjacent"]["weight"] if "adjacent" in case else 0.0
    net.surround(OUTSIDE, la.I_OUTDOOR, film * (1.0 - below))
    net.surround(OUTSIDE, la.I_GROUND, film * below)
    net.heat(OUTSIDE, la.I_SUN_WALL, 1.0)
    net.heat(AT_INTERIOR, la.I_FLOOR_HEAT, 1.0)
    _share(net, la.I_RADIANT, outer["area_m2"], inner["area_m2"], 1.0)
    for (source, _), window in zip(WINDOWS, case.get("windows", ()), strict=False):
        net.heat_air(source, case["sun_to_air"])
        seen = outer["area_m2"] - window["facade_m2"]
        _share(net, source, seen, inner["area_m2"], 1.0 - case["sun_to_air"])
    return net


def _share(net: Network, source: int, outer: float, inner: float, heat: float) -> None:
    """Radiant heat onto both surfaces by the areas that it meets."""
    net.heat(AT_EXTERIOR, source, heat * outer / (outer + inner))
    net.heat(AT_INTERIOR, source, heat * inner / (outer + inner))


def _open_blind(case: Record, sun: Float) -> Float:
    """What share of the sun a window's blind lets pass (24,) [-]."""
    blind = case["blind"]
    return np.where(sun > blind["closed_above_w_m2"], blind["passes_closed"], 1.0)


def boundary(case: Record, room: Record, profiles: Record) -> tuple[Float, Float]:
    """A day of weather and sun in the kernel's columns, (1, 24, SITE_COLUMNS) and (1, 24, 1, SUN_COLUMNS).

    The equivalent outdoor temperature of cases 8 and 9 becomes what it stands for: outdoor air, and heat
    of sun and sky on the outside of the merged wall.
    """
    weather, sun = np.zeros((1, HOURS, la.SITE_COLUMNS)), np.zeros((1, HOURS, 1, la.SUN_COLUMNS))
    outdoor = np.array(profiles[case["outdoor"]])
    weather[0, :, la.W_TEMPERATURE] = weather[0, :, la.W_SKY] = outdoor
    weather[0, :, la.W_GROUND] = case["adjacent"]["temperature_c"] if "adjacent" in case else outdoor
    passes = []
    for (_, column), window in zip(WINDOWS, case.get("windows", ()), strict=False):
        incident = np.array(profiles[window["sun"]])
        passes.append(_open_blind(case, incident))
        sun[0, :, 0, column] = window["area_m2"] * incident * passes[-1]
    if "facade" in case:
        film = room["exterior"]["area_m2"] * room["exterior"]["outside_film_w_m2k"]
        sun[0, :, 0, la.SUN_WALL] = film * _warmer(case["facade"], outdoor, passes, profiles)
    return weather, sun


def _warmer(facade: Record, outdoor: Float, passes: list[Float], profiles: Record) -> Float:
    """Equivalent less actual outdoor temperature of the merged exterior wall (24,) [K]."""
    warmer = np.zeros(HOURS)
    for wall in facade["walls"]:
        absorbed = facade["absorptance"] * np.array(profiles[wall["sun"]])
        warmer += wall["weight"] * absorbed / facade["film_w_m2k"]
    if "long_wave" in facade:
        colder = _long_wave(facade["long_wave"], facade["film_w_m2k"], outdoor, profiles)
        warmer += sum(wall["weight"] for wall in facade["walls"]) * colder
        for weight, share in zip(facade["window_weights"], passes, strict=True):
            warmer += weight * share * colder  # a closed blind shields its window
    return warmer


def _long_wave(rules: Record, film: float, outdoor: Float, profiles: Record) -> Float:
    """Equivalent less actual outdoor temperature by long-wave exchange with sky and ground (24,) [K]."""
    grey = rules["reference_emissivity"]
    from_sky, from_ground = np.array(profiles[rules["sky"]]), np.array(profiles[rules["ground"]])
    sky = (from_sky / (grey * STEFAN_BOLTZMANN)) ** 0.25 - KELVIN
    ground = (from_ground / (grey * STEFAN_BOLTZMANN)) ** 0.25 - KELVIN
    radiation = (from_sky - from_ground) / (sky - ground)  # [W/m2K]
    seen = rules["sky_share"] * sky + (1.0 - rules["sky_share"]) * ground
    return np.asarray((seen - outdoor) * rules["emissivity"] / grey * radiation / film)


def routine(case: Record, profiles: Record) -> Float:
    """Gains, supply air and set temperature of a day, (24, R_COLUMNS)."""
    rows = np.zeros((HOURS, R_COLUMNS))
    rows[:, R_SETPOINT] = NO_SETPOINT
    for column, key in (
        (R_RADIANT, "radiant"),
        (R_CONVECTIVE, "convective"),
        (R_SUPPLY, "supply"),
        (R_SETPOINT, "setpoint"),
    ):
        if key in case:
            rows[:, column] = profiles[case[key]]
    return rows


def run(case: Record, room: Record, profiles: Record, tick_s: int, days: int) -> Hourly:
    """Some days of one case on the kernel, from rest at its start temperature.

    Parameters
    ----------
    case, room, profiles
        Records of the reference file.
    tick_s
        Tick of the kernel [s], a divisor of an hour.
    days
        How many days.
    """
    p, b, x = _arrays(case, room, profiles, tick_s)
    ticks = days * HOURS * HOUR_S // tick_s
    trace = np.zeros((2, ticks))
    limits = np.array([_limit(case, "heating_w"), _limit(case, "cooling_w")])
    work, slow = np.zeros((1, la.WORK + 1)), np.zeros(la.SLOW_INPUTS)
    kept = np.zeros(la.NODES + 1)
    _run(p, b, x, work, slow, kept, routine(case, profiles), limits, "cooled_surface" in case, trace)
    air, load = trace.reshape(2, days * HOURS, -1)
    both = np.asarray((load.max(axis=1) > 0.0) & (load.min(axis=1) < 0.0))
    return Hourly(air.mean(axis=1), load.mean(axis=1), both)


def _limit(case: Record, key: str) -> float:
    if "setpoint" not in case:
        return 0.0
    return UNLIMITED if case[key] is None else float(case[key])


def _arrays(case: Record, room: Record, profiles: Record, tick_s: int) -> tuple[Parameters, Boundary, State]:
    step = network(case, room).exact_step(tick_s)
    kind: NDArray[np.int64] = np.zeros(la.KINDS, dtype=np.int64)
    kind[la.K_TICK_S], kind[la.K_TICKS_PER_BOUNDARY] = tick_s, HOUR_S // tick_s
    zone = np.zeros((1, 1, la.ZONE_PARAMETERS))
    zone[0, 0, la.ZP_AIR_CAPACITY] = case.get("air_kg", 0.0) * CP_AIR
    weather, sun = boundary(case, room, profiles)
    p = Parameters(
        kind, np.zeros(la.CONSTANTS), zone, step.operator[None, None], step.flux[None, None],
        step.recover[None, None], np.zeros((1, 1, la.FILM_PARAMETERS)), np.zeros((1, 0, 3)),
        np.zeros((1, 0, la.DOOR_PARAMETERS)), np.zeros((1, 0)), np.zeros((1, 1, 0)),
        np.zeros((1, 0, la.ACTIVITY_COLUMNS)), np.zeros((1, 0)),
    )  # fmt: skip
    whole: NDArray[np.int64] = np.zeros((1, 0), dtype=np.int64)
    b = Boundary(
        weather, sun, np.zeros((HOURS, la.TARIFF_COLUMNS)), np.zeros((HOURS, 1, la.BOUND_COLUMNS)),
        np.zeros((1, 0, la.EVENT_COLUMNS), dtype=np.int64), np.zeros((1, 0, la.OCCUPANT_PARAMETERS)), whole,
        np.zeros((1, 0, la.SENSOR_PARAMETERS)), whole, np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(State._fields, (1, 0))
    shapes |= {
        "zone": (1, 1, la.ZONE_STATES), "node": (1, 1, la.NODES), "surface": (1, 1, la.SURFACES),
        "drive": (1, 1, la.DRIVES), "gains": (1, 1, la.GAINS), "terminal": (1, 1, 0),
        "occupant": (1, 0, la.OCCUPANT_STATES), "sensor": (1, 0, la.SENSOR_STATES),
        "kpi_zone": (1, 1, la.KPI_ZONE_COLUMNS), "counter": (1, la.COUNTERS),
    }  # fmt: skip
    x, _ = la.allocate(shapes)
    x.node[:] = x.surface[:] = case["start_c"]
    x.zone[:, :, [la.Z_AIR, la.Z_MEAN_AIR, la.Z_RADIANT]] = case["start_c"]
    return p, b, x


@entry
def _run(
    p: Parameters, b: Boundary, x: State, w: Float, u: Float, kept: Float, day: Float, limits: Float,
    cooled_surface: bool, trace: Float,
) -> None:  # fmt: skip
    """All ticks; trace (2, ticks) gets the mean air temperature [°C] and the load [W] of each."""
    per_hour = p.kind[la.K_TICKS_PER_BOUNDARY]
    for k in range(trace.shape[1]):
        j = (k // per_hour) % HOURS
        _surroundings(x.gains, w, day, limits, b.weather[0, j, la.W_TEMPERATURE], cooled_surface, j)
        if k % per_hour == 0:
            thermal.refresh(p, b, x, 0, 0, 0, j, u)
        for i in range(la.NODES):
            kept[i] = x.node[0, 0, i]
        kept[la.NODES] = x.zone[0, 0, la.Z_AIR]
        thermal.solve(p, b, x, 0, 0, 0, j, w, w[0, :0])
        if cooled_surface and x.zone[0, 0, la.Z_AIR] > day[j, R_SETPOINT] + 1e-9:
            _cool_surface(p, b, x, w, kept, limits[1], day[j, R_SETPOINT], j)
        trace[0, k] = x.zone[0, 0, la.Z_MEAN_AIR]
        trace[1, k] = w[0, la.WK_IDEAL] + w[0, la.WK_FLOOR]


@njit
def _surroundings(
    gains: Float, w: Float, day: Float, limits: Float, outdoor: float, cooled_surface: bool, j: int
) -> None:
    """Gains, supply air and ideal loads of hour j."""
    gains[0, 0, la.G_RADIANT] = day[j, R_RADIANT]
    gains[0, 0, la.G_CONVECTIVE] = day[j, R_CONVECTIVE]
    w[0, la.WK_SUPPLY] = day[j, R_SUPPLY]
    w[0, la.WK_SUPPLY_T] = outdoor
    w[0, la.WK_LOW] = day[j, R_SETPOINT]
    w[0, la.WK_HIGH] = day[j, R_SETPOINT]
    w[0, la.WK_CAP_HEAT] = limits[0]
    w[0, la.WK_CAP_COOL] = 0.0 if cooled_surface else limits[1]
    w[0, la.WK_FLOOR] = 0.0


@njit
def _cool_surface(
    p: Parameters, b: Boundary, x: State, w: Float, kept: Float, most: float, target: float, j: int
) -> None:
    """Repeat the tick with the ceiling cooled just enough, at most `most` [W].

    The air answers the ceiling linearly, so that one trial at full power tells how much it takes.
    """
    free = x.zone[0, 0, la.Z_AIR]
    w[0, la.WK_CAP_HEAT] = 0.0
    w[0, la.WK_FLOOR] = -most
    for trial in range(2):
        for i in range(la.NODES):
            x.node[0, 0, i] = kept[i]
        x.zone[0, 0, la.Z_AIR] = kept[la.NODES]
        thermal.solve(p, b, x, 0, 0, 0, j, w, w[0, :0])
        coldest = x.zone[0, 0, la.Z_AIR]
        if trial == 1 or coldest >= target:
            return
        w[0, la.WK_FLOOR] = -most * (free - target) / (free - coldest)
