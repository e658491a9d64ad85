"""Heat: the fabric of every zone stepped exactly, and the zones' air coupled implicitly through it and doors.

Over one tick the air of a zone is its mean temperature theta for everything it touches. The fabric's step is
then a constant matrix (twin.building.network), and the air obeys

    C (T+ - T) / dt = S - G theta + sum_j g_j (theta_j - theta),     T+ = T + (theta - T) / a(z)

with z = G dt / C and a(z) = 1/(1 - exp(-z)) - 1/z (twin.physics.implicit): one zone with constant
coefficients is exact for any tick, several are monotone. Whatever one zone gives, another or the outdoors
takes: energy closes to rounding, in sensible heat. Vapour carries its latent heat in the humidity balance
(twin.physics.air).
"""

from __future__ import annotations

import numpy as np

from twin.physics.compile import njit
from twin.physics.fabric import radiant_temperature, refresh, step_nodes
from twin.physics.implicit import HELD, sharpness
from twin.physics.implicit import solve as solve_doors
from twin.physics.layout import (
    D_FROM,
    D_TO,
    DRIVE_FLUX,
    G_CONVECTIVE,
    G_RADIANT,
    I_FLOOR_HEAT,
    I_PARTITION,
    I_RADIANT,
    K_TICK_S,
    NODES,
    PARTITION,
    ROW_AIR,
    W_TEMPERATURE,
    WK_CAP_COOL,
    WK_CAP_HEAT,
    WK_CONVECTIVE,
    WK_DIAGONAL,
    WK_FLOOR,
    WK_HIGH,
    WK_IDEAL,
    WK_LOSS,
    WK_LOW,
    WK_MEAN,
    WK_OUTDOOR,
    WK_PARTITION,
    WK_RADIANT,
    WK_RIGHT,
    WK_SOURCE,
    WK_STATUS,
    WK_SUPPLY,
    WK_SUPPLY_T,
    WK_WEIGHT,
    Z_AIR,
    Z_HEAT,
    Z_MEAN_AIR,
    ZP_AIR_CAPACITY,
    Boundary,
    Float,
    Parameters,
    State,
)
from twin.physics.psychrometrics import CP_AIR

__all__ = ["refresh", "solve"]

FREE, FULL_HEAT, FULL_COOL, HOLD_LOW, HOLD_HIGH = 0.0, 1.0, 2.0, HELD, HELD + 1.0  # WK_STATUS of ideal loads


@njit
def solve(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float, d: Float) -> None:
    """Move air and fabric of every zone of building n over one tick.

    Parameters
    ----------
    w
        Scratch (Z, WORK + Z): supply, outdoor flow and HVAC heat in; WK_IDEAL, WK_MEAN out.
    d
        Air that each door passes each way (D,) [kg/s].

    Notes
    -----
    Writes Z_AIR (end of tick), Z_MEAN_AIR (mean), Z_RADIANT (end), Z_HEAT (mean HVAC heat into the zone:
    ideal, convective, radiant, in the floor, and supply air relative to the zone) and x.node. Ideal loads
    hold the air at WK_LOW or WK_HIGH at the tick's end with the least heat, within WK_CAP_HEAT and
    WK_CAP_COOL.
    """
    zones = x.zone.shape[1]
    per_tick = 1.0 / p.kind[K_TICK_S]
    _partition_heat(p.partition, x.node, n, v, w)
    for z in range(zones):
        _air_balance(p.flux, x.node, x.drive, x.gains, n, v, z, b.weather[c, j, W_TEMPERATURE], w)
    coupled = _door_losses(p.door, v, w, d)
    ideal = False
    for z in range(zones):
        capacity = p.zone[v, z, ZP_AIR_CAPACITY] * per_tick
        w[z, WK_WEIGHT] = sharpness(w[z, WK_LOSS] / capacity)
        storage = capacity * w[z, WK_WEIGHT]
        w[z, WK_DIAGONAL] = storage + w[z, WK_LOSS]
        w[z, WK_SOURCE] += storage * x.zone[n, z, Z_AIR]
        w[z, WK_STATUS] = FREE
        w[z, WK_IDEAL] = 0.0
        ideal = ideal or w[z, WK_CAP_HEAT] > 0.0 or w[z, WK_CAP_COOL] > 0.0
    _means(p.door, x.zone, n, v, w, d, coupled)
    if ideal:
        _ideal_loads(p.door, x.zone, n, v, w, d, coupled)
    for z in range(zones):
        w[z, WK_STATUS] = FREE  # nothing holds vapour and CO2
        _finish(x.zone, n, z, w)
        radiant = x.gains[n, z, G_RADIANT] + w[z, WK_RADIANT]
        step_nodes(p.operator, x.node, x.drive, n, v, z, radiant, w)
    for z in range(zones):  # a loop of its own: a node just stored as part of a vector is slow to read
        radiant = x.gains[n, z, G_RADIANT] + w[z, WK_RADIANT]
        radiant_temperature(p.recover, x.node, x.drive, x.zone, n, v, z, radiant, w)


@njit
def _partition_heat(partition: Float, node: Float, n: int, v: int, w: Float) -> None:
    """Heat through the walls between zones, from the halves' temperatures at the tick's begin [W]."""
    for z in range(node.shape[1]):
        w[z, WK_PARTITION] = 0.0
    for q in range(partition.shape[1]):
        first = np.uint64(partition[v, q, 0])
        second = np.uint64(partition[v, q, 1])
        heat = partition[v, q, 2] * (node[n, second, PARTITION] - node[n, first, PARTITION])
        w[first, WK_PARTITION] += heat
        w[second, WK_PARTITION] -= heat


@njit
def _air_balance(
    flux: Float, node: Float, drive: Float, gains: Float, n: int, v: int, z: int, outdoor: float, w: Float
) -> None:
    """Heat to the zone air that does not depend on it (WK_SOURCE) [W]; what it loses per kelvin (WK_LOSS)."""
    source = drive[n, z, DRIVE_FLUX] + gains[n, z, G_CONVECTIVE] + w[z, WK_CONVECTIVE]
    for i in range(0, NODES, 2):  # in pairs: sums wait for one another, products do not
        source += node[n, z, i] * flux[v, z, i] + node[n, z, i + 1] * flux[v, z, i + 1]
    source += (gains[n, z, G_RADIANT] + w[z, WK_RADIANT]) * flux[v, z, NODES + I_RADIANT]
    source += w[z, WK_FLOOR] * flux[v, z, NODES + I_FLOOR_HEAT]
    source += w[z, WK_PARTITION] * flux[v, z, NODES + I_PARTITION]
    supply = w[z, WK_SUPPLY] * CP_AIR
    leak = w[z, WK_OUTDOOR] * CP_AIR
    w[z, WK_SOURCE] = source + supply * w[z, WK_SUPPLY_T] + leak * outdoor
    w[z, WK_LOSS] = supply + leak - flux[v, z, ROW_AIR]


@njit
def _door_losses(door: Float, v: int, w: Float, d: Float) -> bool:
    coupled = False
    for q in range(door.shape[1]):
        if d[q] > 0.0:
            coupled = True
            w[np.uint64(door[v, q, D_FROM]), WK_LOSS] += d[q] * CP_AIR
            w[np.uint64(door[v, q, D_TO]), WK_LOSS] += d[q] * CP_AIR
    return coupled


@njit
def _held(status: float) -> bool:
    return status >= HELD


@njit
def _means(door: Float, zone: Float, n: int, v: int, w: Float, d: Float, coupled: bool) -> None:
    """Mean air temperatures (WK_MEAN); zones held by ideal loads have theirs given."""
    zones = zone.shape[1]
    for z in range(zones):
        w[z, WK_RIGHT] = _right(z, zone[n, z, Z_AIR], w)
        if not coupled:
            w[z, WK_MEAN] = w[z, WK_RIGHT] / w[z, WK_DIAGONAL]
    if coupled:
        solve_doors(door, v, w, d, CP_AIR)


@njit
def _right(z: int, start: float, w: Float) -> float:
    """Right-hand side of a zone's equation under its status."""
    status = w[z, WK_STATUS]
    if status == FREE:
        return float(w[z, WK_SOURCE])
    if status == FULL_HEAT:
        return float(w[z, WK_SOURCE] + w[z, WK_CAP_HEAT])
    if status == FULL_COOL:
        return float(w[z, WK_SOURCE] - w[z, WK_CAP_COOL])
    target = w[z, WK_LOW] if status == HOLD_LOW else w[z, WK_HIGH]
    return float((start + (target - start) / w[z, WK_WEIGHT]) * w[z, WK_DIAGONAL])


# --- ideal loads --------------------------------------------------------------------------------------------


@njit
def _ideal_loads(door: Float, zone: Float, n: int, v: int, w: Float, d: Float, coupled: bool) -> None:
    """Which zones are held, which run at capacity: an active set, at most Z + 2 passes."""
    zones = zone.shape[1]
    settled = False
    for _ in range(zones + 2):
        _held_heat(door, v, w, d)
        settled = True
        for z in range(zones):
            status = _judge(z, zone[n, z, Z_AIR], w)
            if status != w[z, WK_STATUS]:
                w[z, WK_STATUS] = status
                settled = False
        if settled:
            return
        _means(door, zone, n, v, w, d, coupled)
    # the passes ran out: give the heat last found, within capacity, and solve for what then results
    _held_heat(door, v, w, d)
    for z in range(zones):
        w[z, WK_IDEAL] = min(max(w[z, WK_IDEAL], -w[z, WK_CAP_COOL]), w[z, WK_CAP_HEAT])
        w[z, WK_SOURCE] += w[z, WK_IDEAL]
        w[z, WK_STATUS] = FREE
    _means(door, zone, n, v, w, d, coupled)


@njit
def _held_heat(door: Float, v: int, w: Float, d: Float) -> None:
    """Heat that ideal loads give under the present statuses (WK_IDEAL) [W]."""
    for z in range(w.shape[0]):
        status = w[z, WK_STATUS]
        w[z, WK_IDEAL] = 0.0
        if status == FULL_HEAT:
            w[z, WK_IDEAL] = w[z, WK_CAP_HEAT]
        elif status == FULL_COOL:
            w[z, WK_IDEAL] = -w[z, WK_CAP_COOL]
        elif status != FREE:
            w[z, WK_IDEAL] = w[z, WK_DIAGONAL] * w[z, WK_MEAN] - w[z, WK_SOURCE]
    for q in range(door.shape[1]):
        first = np.uint64(door[v, q, D_FROM])
        second = np.uint64(door[v, q, D_TO])
        if _held(w[first, WK_STATUS]):
            w[first, WK_IDEAL] -= d[q] * CP_AIR * w[second, WK_MEAN]
        if _held(w[second, WK_STATUS]):
            w[second, WK_IDEAL] -= d[q] * CP_AIR * w[first, WK_MEAN]


@njit
def _judge(z: int, start: float, w: Float) -> float:
    """The status that a zone should have, given the last solution."""
    status = float(w[z, WK_STATUS])
    heat = w[z, WK_IDEAL]
    end = start + (w[z, WK_MEAN] - start) * w[z, WK_WEIGHT]
    slack = 1e-10
    if status == FREE:
        if end < w[z, WK_LOW] - slack and w[z, WK_CAP_HEAT] > 0.0:
            return HOLD_LOW
        if end > w[z, WK_HIGH] + slack and w[z, WK_CAP_COOL] > 0.0:
            return HOLD_HIGH
    elif status == HOLD_LOW:
        if heat > w[z, WK_CAP_HEAT]:
            return FULL_HEAT
        if heat < 0.0:
            return FREE
    elif status == HOLD_HIGH:
        if heat < -w[z, WK_CAP_COOL]:
            return FULL_COOL
        if heat > 0.0:
            return FREE
    elif status == FULL_HEAT:
        if end > w[z, WK_LOW] + slack:
            return HOLD_LOW
    elif end < w[z, WK_HIGH] - slack:
        return HOLD_HIGH
    return status


# --- end of the tick ----------------------------------------------------------------------------------------


@njit
def _finish(zone: Float, n: int, z: int, w: Float) -> None:
    """The air at the tick's end, and the heat that the HVAC brought."""
    mean = w[z, WK_MEAN]
    start = zone[n, z, Z_AIR]
    heat = w[z, WK_IDEAL] + w[z, WK_CONVECTIVE] + w[z, WK_RADIANT] + w[z, WK_FLOOR]
    zone[n, z, Z_HEAT] = heat + w[z, WK_SUPPLY] * CP_AIR * (w[z, WK_SUPPLY_T] - mean)
    zone[n, z, Z_MEAN_AIR] = mean
    zone[n, z, Z_AIR] = start + (mean - start) * w[z, WK_WEIGHT]
