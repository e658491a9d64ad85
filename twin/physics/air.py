"""Air: leaks, open windows and doors, and the balances of humidity and CO2.

Flows are found from the temperatures at the begin of a tick and hold over it. Humidity and CO2 use the same
flows and the same scheme as the temperatures (see twin.physics.thermal): exact for one zone with constant
flows, conservative and never negative for any number of zones and any tick.

Heat is balanced as sensible heat of dry air (CP_AIR per kg of dry air, as in every coil); what vapour carries
beyond that, foremost its heat of evaporation, stays with the vapour in the humidity balance. Condensate
beyond saturation (WK_CONDENSATE) forms on the coldest glass and leaves its latent heat there, outside the
zone's balance.
"""

from __future__ import annotations

import math

import numpy as np

from twin.physics.compile import njit
from twin.physics.implicit import sharpness, solve_two
from twin.physics.layout import (
    B_VENTILATION,
    D_FROM,
    D_HEIGHT,
    D_MIXING,
    D_OPEN,
    D_TO,
    D_WIDTH,
    E_FANS,
    G_CO2,
    G_VAPOUR,
    K_TICK_S,
    SOLVED,
    W_CO2,
    W_HUMIDITY,
    W_PRESSURE,
    W_TEMPERATURE,
    W_WIND,
    WK_CONDENSATE,
    WK_DIAGONAL,
    WK_LOSS,
    WK_MEAN,
    WK_OUTDOOR,
    WK_RIGHT,
    WK_SATURATION,
    WK_SUPPLY,
    WK_SUPPLY_CO2,
    WK_SUPPLY_X,
    WK_VAPOUR,
    WK_WEIGHT,
    Z_AIR,
    Z_CO2,
    Z_HUMIDITY,
    Z_OUTDOOR_FLOW,
    Z_WINDOW,
    ZP_AIR_MASS,
    ZP_LEAK_FIXED,
    ZP_LEAK_STACK,
    ZP_LEAK_WIND,
    ZP_MOISTURE_CAPACITY,
    ZP_NIGHT_COOLER,
    ZP_NIGHT_FAN,
    ZP_NIGHT_FLOOR,
    ZP_NIGHT_FLOW,
    ZP_VOLUME,
    ZP_WINDOW_AREA,
    ZP_WINDOW_HEIGHT,
    Boundary,
    Float,
    Parameters,
    State,
)
from twin.physics.psychrometrics import MOLAR_RATIO, humidity_ratio_of_vapour, saturation_pressure_fast

GRAVITY = 9.81  # [m/s2]
KELVIN = 273.15
DOOR_DISCHARGE = 0.61  # sharp-edged opening; Brown & Solvason measured 0.6 to 1.0
WINDOW_WIND, WINDOW_STACK, WINDOW_TURBULENCE = 0.001, 0.0035, 0.01  # de Gids & Phaff 1982


@njit
def openings(
    p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float, d: Float
) -> None:
    """Outdoor air by leaks and open windows (WK_OUTDOOR, Z_OUTDOOR_FLOW) and air through doors (d) [kg/s].

    Source: leaks: M.H. Sherman, D.T. Grimsrud 1980; ASHRAE Handbook Fundamentals 2017, ch. 16 (basic model).
    Windows: W. de Gids, H. Phaff, Air Infiltration Review 4 (1982), as in EN 16798-7:2017 for airing.
    """
    outdoor = b.weather[c, j, W_TEMPERATURE]
    wind = b.weather[c, j, W_WIND]
    wind *= wind
    for z in range(x.zone.shape[1]):
        difference = abs(x.zone[n, z, Z_AIR] - outdoor)
        flow = p.zone[v, z, ZP_LEAK_FIXED]
        flow += math.sqrt(p.zone[v, z, ZP_LEAK_STACK] * difference + p.zone[v, z, ZP_LEAK_WIND] * wind)
        area = x.zone[n, z, Z_WINDOW] * p.zone[v, z, ZP_WINDOW_AREA]
        if area > 0.0:
            speed = WINDOW_WIND * wind + WINDOW_STACK * p.zone[v, z, ZP_WINDOW_HEIGHT] * difference
            density = p.zone[v, z, ZP_AIR_MASS] / p.zone[v, z, ZP_VOLUME]
            flow += 0.5 * area * math.sqrt(speed + WINDOW_TURBULENCE) * density
        if b.bounds[j, z, B_VENTILATION] > 0.0:
            share = b.bounds[j, z, B_VENTILATION]
            flow += _night(p.zone[v, z], x.zone[n, z, Z_AIR], outdoor, share, x.power[n])
        w[z, WK_OUTDOOR] = flow
        x.zone[n, z, Z_OUTDOOR_FLOW] = flow
    for q in range(p.door.shape[1]):
        d[q] = _door(p.door, p.zone, x.zone, n, v, q)


@njit
def _night(zone: Float, room: float, outdoor: float, share: float, power: Float) -> float:
    """Outdoor air by a fan that the clock switches [kg/s]; its power goes to E_FANS, its heat outdoors."""
    if room - outdoor < zone[ZP_NIGHT_COOLER] or room < zone[ZP_NIGHT_FLOOR]:
        return 0.0
    flow = share * zone[ZP_NIGHT_FLOW]
    if zone[ZP_NIGHT_FAN] > 0.0:
        power[E_FANS] += flow * zone[ZP_NIGHT_FAN]
    return float(flow)


@njit
def _door(door: Float, parameter: Float, zone: Float, n: int, v: int, q: int) -> float:
    """Air that a door passes each way [kg/s]: buoyancy between its zones, and fixed mixing.

    Source: W.G. Brown, K.R. Solvason, Natural convection through rectangular openings in partitions, Int. J.
    Heat Mass Transfer 5 (1962) 859.
    """
    flow = door[v, q, D_MIXING]
    if door[v, q, D_OPEN] > 0.0:
        first = np.uint64(door[v, q, D_FROM])
        one = zone[n, first, Z_AIR]
        two = zone[n, np.uint64(door[v, q, D_TO]), Z_AIR]
        height = door[v, q, D_HEIGHT]
        buoyancy = GRAVITY * abs(one - two) * height / (0.5 * (one + two) + KELVIN)
        density = parameter[v, first, ZP_AIR_MASS] / parameter[v, first, ZP_VOLUME]
        area = door[v, q, D_OPEN] * door[v, q, D_WIDTH] * height
        flow += DOOR_DISCHARGE / 3.0 * area * math.sqrt(buoyancy) * density
    return float(flow)


@njit
def balances(
    p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float, d: Float
) -> None:
    """Humidity ratio and CO2 of every zone over one tick, by the flows that carried its heat.

    Writes Z_HUMIDITY, Z_CO2 and WK_CONDENSATE [kg/s], the vapour beyond saturation at the new air
    temperature.
    """
    tick = float(p.kind[K_TICK_S])
    per_tick = 1.0 / tick  # divisions are what a tick waits for: as few as possible
    coupled = _losses(p.door, v, w, d)
    humid, stale = b.weather[c, j, W_HUMIDITY], b.weather[c, j, W_CO2]
    for z in range(x.zone.shape[1]):
        mass = p.zone[v, z, ZP_AIR_MASS]
        brought = w[z, WK_SUPPLY] * w[z, WK_SUPPLY_X] + w[z, WK_OUTDOOR] * humid
        brought = brought + x.gains[n, z, G_VAPOUR] + w[z, WK_VAPOUR]
        capacity = mass * p.zone[v, z, ZP_MOISTURE_CAPACITY] * per_tick
        _prepare(w, z, SOLVED, brought, capacity, x.zone[n, z, Z_HUMIDITY], coupled)
        breath = 0.0
        if x.gains[n, z, G_CO2] > 0.0:
            breath = x.gains[n, z, G_CO2] * 1e6 * mass / p.zone[v, z, ZP_VOLUME]
        brought = w[z, WK_SUPPLY] * w[z, WK_SUPPLY_CO2] + w[z, WK_OUTDOOR] * stale + breath
        _prepare(w, z, 0, brought, mass * per_tick, x.zone[n, z, Z_CO2], coupled)
    if coupled:
        solve_two(p.door, v, w, d)
    for z in range(x.zone.shape[1]):
        x.zone[n, z, Z_HUMIDITY] = _end(w, z, SOLVED, x.zone[n, z, Z_HUMIDITY])
        x.zone[n, z, Z_CO2] = _end(w, z, 0, x.zone[n, z, Z_CO2])
    _condense(p.zone, x.zone, n, v, b.weather[c, j, W_PRESSURE], tick, w)


@njit
def _losses(door: Float, v: int, w: Float, d: Float) -> bool:
    """Air that leaves every zone (WK_LOSS) [kg/s]; whether any door passes air."""
    for z in range(w.shape[0]):
        w[z, WK_LOSS] = w[z, WK_SUPPLY] + w[z, WK_OUTDOOR]
    coupled = False
    for q in range(door.shape[1]):
        coupled = coupled or d[q] > 0.0
        w[np.uint64(door[v, q, D_FROM]), WK_LOSS] += d[q]
        w[np.uint64(door[v, q, D_TO]), WK_LOSS] += d[q]
    return coupled


@njit
def _prepare(w: Float, z: int, at: int, brought: float, capacity: float, start: float, coupled: bool) -> None:
    """A concentration's balance in one zone: what comes in, capacity per tick, and WK_LOSS out."""
    weight = sharpness(w[z, WK_LOSS] / capacity)
    storage = capacity * weight
    diagonal = storage + w[z, WK_LOSS]
    right = brought + storage * start
    w[z, WK_WEIGHT + at] = weight
    w[z, WK_DIAGONAL + at] = diagonal
    w[z, WK_RIGHT + at] = right
    if not coupled:
        w[z, WK_MEAN + at] = right / diagonal


@njit
def _end(w: Float, z: int, at: int, start: float) -> float:
    """The concentration at the tick's end; never below zero."""
    return float(max(start + (w[z, WK_MEAN + at] - start) * w[z, WK_WEIGHT + at], 0.0))


@njit
def _condense(parameter: Float, zone: Float, n: int, v: int, pressure: float, tick: float, w: Float) -> None:
    """Take out the vapour beyond saturation, and say how much it was (WK_CONDENSATE) [kg/s]."""
    for z in range(w.shape[0]):
        saturated = saturation_pressure_fast(zone[n, z, Z_AIR])
        humidity = zone[n, z, Z_HUMIDITY]
        w[z, WK_SATURATION] = saturated
        w[z, WK_CONDENSATE] = 0.0
        if humidity * (pressure - saturated) > MOLAR_RATIO * saturated:  # division only where it is needed
            excess = humidity - humidity_ratio_of_vapour(saturated, pressure)
            capacity = parameter[v, z, ZP_AIR_MASS] * parameter[v, z, ZP_MOISTURE_CAPACITY]
            w[z, WK_CONDENSATE] = excess * capacity / tick
            zone[n, z, Z_HUMIDITY] -= excess
