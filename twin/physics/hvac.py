"""Dispatch to the kind of HVAC system that a building has."""

from __future__ import annotations

import math

from twin.physics import hydronic, ideal, vav_parts
from twin.physics.compile import njit
from twin.physics.layout import (
    C_COOLING,
    C_HEATING,
    IDEAL,
    K_SYSTEM,
    K_TICK_S,
    K_WARM_UP_TICKS,
    KP_TRAVEL,
    N_TICK,
    VAV,
    WK_COOLING_SETPOINT,
    WK_HEATING_SETPOINT,
    WK_HIGH,
    WK_LOW,
    Z_OFFSET,
    ZONE_COMMANDS,
    Boundary,
    Float,
    Parameters,
    State,
)  # fmt: skip

FROST_PROTECTION = 5.0  # heating setpoint where none is commanded [°C]
PX_TRAVEL = 0  # first column of every plant's state: way of its actuators in this tick [fractions of range]
NO_COOLING = 45.0  # cooling setpoint where none is commanded [°C]


@njit
def setpoints(x: State, n: int, w: Float) -> None:
    """Effective setpoints of every zone into w: the command plus what occupants changed at the thermostat.

    A cooling setpoint below the heating setpoint is raised to it: a zone is never heated and cooled at once.
    """
    for z in range(w.shape[0]):
        offset = x.zone[n, z, Z_OFFSET]
        heating = x.command[n, z * ZONE_COMMANDS + C_HEATING]
        cooling = x.command[n, z * ZONE_COMMANDS + C_COOLING]
        low = FROST_PROTECTION if math.isnan(heating) else heating + offset
        high = NO_COOLING if math.isnan(cooling) else cooling + offset
        w[z, WK_HEATING_SETPOINT] = low
        w[z, WK_COOLING_SETPOINT] = max(low, high)
        w[z, WK_LOW] = -1e9
        w[z, WK_HIGH] = 1e9


@njit
def step(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float) -> None:
    """Local loops, actuators and equipment of one tick: what reaches the zones (w), and power by end use.

    What actuators moved is added to the indicator after the warm-up.
    """
    dt = float(p.kind[K_TICK_S])
    kind = p.kind[K_SYSTEM]
    # rows are taken once, in a straight line: passing the wide records on would cost more than the physics
    system, terminal, site, bounds = p.system[v], p.terminal[v], b.weather[c, j], b.bounds[j]
    zone, node, state, plant = x.zone[n], x.node[n], x.terminal[n], x.plant[n]
    command, signal, power, counter = x.command[n], x.signal[n], x.power[n], x.counter[n]
    if kind == IDEAL:
        ideal.run(dt, system, terminal, zone, state, plant, command, bounds, site, w, signal, power)
    elif kind == VAV:
        vav_parts.run(
            dt, system, terminal, zone, state, plant, command, bounds, site, w, signal, power, counter,
            p.zone[v],
        )  # fmt: skip
    else:
        hydronic.run(dt, system, terminal, zone, node, state, plant, command, site, w, signal, power, counter)
    if counter[N_TICK] >= p.kind[K_WARM_UP_TICKS]:
        x.kpi[n, KP_TRAVEL] += plant[PX_TRAVEL]


@njit
def settle(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float) -> None:  # noqa: ARG001
    """What is known only after the zones were solved: the heat and cold that ideal loads took."""
    if p.kind[K_SYSTEM] == IDEAL:
        ideal.settle(x, n, w)
