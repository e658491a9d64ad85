"""Long ticks: the air handler's local loops go on in parts of about a minute inside them.

Loops, valves and dampers that answer once in five minutes swing where those of a minute stand still: in the
office's winter week 8 % more gas. So a long tick is cut into parts of at most LOOP_S. Within it the fabric,
people and weather rest, and a zone's air is foretold from how it moved in the last tick and from what the
supply air brings beyond that tick's heat. What reaches the zones is the parts' mean, and so are the powers.
"""

from __future__ import annotations

import math

from twin.physics import vav
from twin.physics.actuators import clip
from twin.physics.compile import njit
from twin.physics.layout import (
    B_OPERATING,
    C_FAN,
    E_COOLING,
    E_FANS,
    E_GAS_HEATING,
    E_PUMPS,
    SITE_SIGNALS,
    SY_THERMAL,
    WK_COOLING_SETPOINT,
    WK_DIAGONAL,
    WK_HEATING_SETPOINT,
    WK_LOSS,
    WK_MEAN,
    WK_RIGHT,
    WK_SOURCE,
    WK_SUPPLY,
    WK_SUPPLY_CO2,
    WK_SUPPLY_T,
    WK_SUPPLY_X,
    WK_WEIGHT,
    Z_AIR,
    Z_HEAT,
    Z_MEAN_AIR,
    ZONE_COMMANDS,
    ZONE_SIGNALS,
    ZP_AIR_CAPACITY,
    Float,
)  # fmt: skip
from twin.physics.psychrometrics import CP_AIR

LOOP_S = 75  # longest step of the loops [s]: of 300 s a quarter
FAR = 3.0  # nothing is foretold beyond this [K]
# scratch that thermal.solve only uses later
_FLOW, _WARM, _WET, _STALE, _BEGAN, _RATE = WK_SOURCE, WK_LOSS, WK_WEIGHT, WK_DIAGONAL, WK_RIGHT, WK_MEAN


@njit
def run(
    dt: float, system: Float, terminal: Float, zone: Float, boxes: Float, plant: Float, command: Float,
    bounds: Float, site: Float, w: Float, signal: Float, power: Float, counter: Float, fabric: Float,
) -> None:  # fmt: skip
    """The air path of one building in one tick, from its own rows; fabric: its rows of Parameters.zone."""
    parts = 1
    if dt > LOOP_S and not _rests(zone, w, terminal, plant, command, bounds):
        parts = math.ceil(dt / LOOP_S)
        _begin(dt, zone, w)
    h = dt / parts
    fans, pumps, cooling, gas, travel, thermal = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    at = w.shape[0] * ZONE_SIGNALS + SITE_SIGNALS + SY_THERMAL
    for _ in range(parts):
        vav.run(h, system, terminal, zone, boxes, plant, command, bounds, site, w, signal, power, counter)
        if parts > 1:
            fans += power[E_FANS]
            pumps += power[E_PUMPS]
            cooling += power[E_COOLING]
            gas += power[E_GAS_HEATING]
            travel += plant[vav.VX_TRAVEL]
            thermal += signal[at]
            _add(h, zone, w, fabric)
    if parts > 1:
        share = 1.0 / parts
        power[E_FANS] = fans * share
        power[E_PUMPS] = pumps * share
        power[E_COOLING] = cooling * share
        power[E_GAS_HEATING] = gas * share
        plant[vav.VX_TRAVEL] = travel
        signal[at] = thermal * share
        _end(share, zone, w)


@njit
def _rests(zone: Float, w: Float, terminal: Float, plant: Float, command: Float, bounds: Float) -> bool:
    """Whether the system stands still, and will in this tick."""
    if plant[vav.VX_FAN] > 0.0 or bounds[0, B_OPERATING] > 0.5:
        return False
    if not math.isnan(command[w.shape[0] * ZONE_COMMANDS + C_FAN]):
        return False
    if plant[vav.VX_NIGHT] > 0.5:
        return False
    for z in range(w.shape[0]):
        air = zone[z, Z_AIR]
        end = air + 2.0 * (air - zone[z, Z_MEAN_AIR])  # as it moved in the last tick
        cold = min(air, end) < w[z, WK_HEATING_SETPOINT] - vav.NIGHT_START
        hot = max(air, end) > w[z, WK_COOLING_SETPOINT] + vav.NIGHT_START
        if terminal[z, vav.VT_FLOW] > 0.0 and (cold or hot):
            return False
    return True


@njit
def _begin(dt: float, zone: Float, w: Float) -> None:
    """Nothing supplied yet; where every zone's air is, and how fast it moved when the last tick ended."""
    for z in range(w.shape[0]):
        w[z, _FLOW] = 0.0
        w[z, _WARM] = 0.0
        w[z, _WET] = 0.0
        w[z, _STALE] = 0.0
        w[z, _BEGAN] = zone[z, Z_AIR]
        w[z, _RATE] = 2.0 * (zone[z, Z_AIR] - zone[z, Z_MEAN_AIR]) / dt


@njit
def _add(h: float, zone: Float, w: Float, fabric: Float) -> None:
    """One part's supply air, and the zones' air after it."""
    for z in range(w.shape[0]):
        flow = w[z, WK_SUPPLY]
        warm = w[z, WK_SUPPLY_T]
        w[z, _FLOW] += flow
        w[z, _WARM] += flow * warm
        w[z, _WET] += flow * w[z, WK_SUPPLY_X]
        w[z, _STALE] += flow * w[z, WK_SUPPLY_CO2]
        more = flow * CP_AIR * (warm - zone[z, Z_AIR]) - zone[z, Z_HEAT]
        moved = zone[z, Z_AIR] + h * (w[z, _RATE] + more / fabric[z, ZP_AIR_CAPACITY])
        zone[z, Z_AIR] = clip(moved, w[z, _BEGAN] - FAR, w[z, _BEGAN] + FAR)


@njit
def _end(share: float, zone: Float, w: Float) -> None:
    """The mean supply air, with what it carried; the air is back where the tick found it."""
    for z in range(w.shape[0]):
        zone[z, Z_AIR] = w[z, _BEGAN]
        flow = w[z, _FLOW]
        w[z, WK_SUPPLY] = flow * share
        if flow > 0.0:
            w[z, WK_SUPPLY_T] = w[z, _WARM] / flow
            w[z, WK_SUPPLY_X] = w[z, _WET] / flow
            w[z, WK_SUPPLY_CO2] = w[z, _STALE] / flow
