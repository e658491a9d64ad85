"""People and appliances: replays the trace of the occupants and keeps each zone's gains up to date."""

from __future__ import annotations

import numpy as np

from twin.physics.compile import njit
from twin.physics.layout import (
    AC_CO2,
    AC_MET,
    AC_RADIANT_FRACTION,
    AC_SENSIBLE,
    AC_VAPOUR,
    EV_APPLIANCE,
    EV_ENTITY,
    EV_EXTRA,
    EV_KIND,
    EV_TICK,
    EV_VALUE,
    G_APPLIANCE,
    G_APPLIANCE_VAPOUR,
    G_AWAKE,
    G_BODY_CONVECTIVE,
    G_BODY_RADIANT,
    G_BODY_VAPOUR,
    G_CO2,
    G_CONVECTIVE,
    G_EQUIPMENT,
    G_LIGHTS,
    G_PEOPLE,
    G_RADIANT,
    G_VAPOUR,
    K_TICKS_PER_BOUNDARY,
    N_EVENT,
    O_ACTIVITY,
    O_DISCOMFORT,
    O_SENSATION,
    O_ZONE,
    SG_ILLUMINANCE,
    SUN_TRANSMITTED,
    Z_PMV,
    Z_PPD,
    ZONE_SIGNALS,
    ZP_AREA,
    ZP_DAYLIGHT,
    ZP_DIMMING,
    ZP_EQUIPMENT_BASE,
    ZP_EQUIPMENT_PERSON,
    ZP_EQUIPMENT_RADIANT,
    ZP_LIGHTS,
    ZP_LIGHTS_RADIANT,
    Boundary,
    Float,
    Int,
    Parameters,
    State,
)

SLEEPING_MET = 0.85  # who is below sleeps: uses no light and no desk
DESIGN_LX = 400.0  # mean over a room under full light (EN 12464-1: 500 lx on the desk, 300 lx around it)
DARK_LX = 200.0  # people switch on below (Hunt 1979: few do above about 200 lx)
EVAPORATION_J_KG = 2.45e6  # of water at 20 °C
_G_PER_H = 1.0 / 3.6e6  # [kg/s]


@njit
def apply(p: Parameters, b: Boundary, x: State, n: int, v: int, k: int, j: int) -> None:
    """Let everything in the trace up to tick k have happened to building n.

    Moves the cursor x.counter[n, N_EVENT], updates x.occupant (zone, activity) and, where somebody moved or a
    boundary step begins (daylight), x.gains [W, kg/s, m3/s] with people, lights, plug loads and appliances.
    """
    moved = False
    if b.event[n, np.uint64(x.counter[n, N_EVENT]), EV_TICK] <= k:
        moved = _happen(b.event[n], x.counter[n], x.occupant[n], x.gains[n], x.zone[n], k)
    if moved:
        _people(p.activity[v], x.occupant[n], x.gains[n], x.zone[n])
    if moved or k == j * p.kind[K_TICKS_PER_BOUNDARY]:
        _loads(p.zone[v], x.gains[n], x.signal[n], b.sun[b.climate[n], j])


@njit
def _happen(event: Int, counter: Float, occupant: Float, gains: Float, zone: Float, k: int) -> bool:
    """Everything due by tick k, in order; the last row of the trace is due never."""
    e = int(counter[N_EVENT])
    while event[e, EV_TICK] <= k:
        entity, value, extra = event[e, EV_ENTITY], event[e, EV_VALUE], event[e, EV_EXTRA]
        if event[e, EV_KIND] == EV_APPLIANCE:
            gains[entity, G_APPLIANCE] = value
            gains[entity, G_APPLIANCE_VAPOUR] = extra * _G_PER_H
        else:
            if value != int(occupant[entity, O_ZONE]):
                # who arrives feels at first what those present feel
                occupant[entity, O_SENSATION] = zone[value, Z_PMV] if value >= 0 else 0.0
            if value < 0:
                occupant[entity, O_DISCOMFORT] = 0.0
            occupant[entity, O_ZONE] = value
            occupant[entity, O_ACTIVITY] = extra
        e += 1
    counter[N_EVENT] = e
    return True


@njit
def _people(activity: Float, occupant: Float, gains: Float, zone: Float) -> None:
    """Heads, who is awake, heat, vapour and CO2 per zone, summed afresh so that no rounding piles up."""
    for z in range(gains.shape[0]):
        for g in (G_PEOPLE, G_CO2, G_AWAKE, G_BODY_CONVECTIVE, G_BODY_RADIANT, G_BODY_VAPOUR):
            gains[z, g] = 0.0
    for o in range(occupant.shape[0]):
        z = int(occupant[o, O_ZONE])
        if z < 0:
            continue
        a = int(occupant[o, O_ACTIVITY])
        sensible = activity[a, AC_SENSIBLE]
        radiant = sensible * activity[a, AC_RADIANT_FRACTION]
        gains[z, G_PEOPLE] += 1.0
        gains[z, G_BODY_CONVECTIVE] += sensible - radiant
        gains[z, G_BODY_RADIANT] += radiant
        gains[z, G_BODY_VAPOUR] += activity[a, AC_VAPOUR]
        gains[z, G_CO2] += activity[a, AC_CO2]
        if activity[a, AC_MET] > SLEEPING_MET:
            gains[z, G_AWAKE] += 1.0
    for z in range(gains.shape[0]):
        if gains[z, G_PEOPLE] == 0.0:
            zone[z, Z_PMV] = 0.0
            zone[z, Z_PPD] = 0.0


@njit
def _loads(parameters: Float, gains: Float, signal: Float, sun: Float) -> None:
    """Lights, plug loads and appliances of every zone, added to the heat of its people; how light it is."""
    for z in range(gains.shape[0]):
        awake = gains[z, G_AWAKE]
        lights = 0.0
        daylight = parameters[z, ZP_DAYLIGHT] * sun[z, SUN_TRANSMITTED] / parameters[z, ZP_AREA]
        if awake > 0.0:
            lights = parameters[z, ZP_LIGHTS] * _share_lit(daylight, parameters[z, ZP_DIMMING])
        base = parameters[z, ZP_EQUIPMENT_BASE]
        appliance = gains[z, G_APPLIANCE]
        equipment = base + awake * parameters[z, ZP_EQUIPMENT_PERSON] + appliance
        vapour = gains[z, G_APPLIANCE_VAPOUR]
        steam = min(appliance, vapour * EVAPORATION_J_KG)  # a shower's steam is paid for by its hot water
        dry = equipment - steam
        radiant = lights * parameters[z, ZP_LIGHTS_RADIANT] + dry * parameters[z, ZP_EQUIPMENT_RADIANT]
        gains[z, G_LIGHTS] = lights
        if parameters[z, ZP_LIGHTS] > 0.0:
            daylight += DESIGN_LX * min(1.0, lights / parameters[z, ZP_LIGHTS])
        signal[z * ZONE_SIGNALS + SG_ILLUMINANCE] = daylight
        gains[z, G_EQUIPMENT] = equipment
        gains[z, G_CONVECTIVE] = gains[z, G_BODY_CONVECTIVE] + (lights + dry - radiant)
        gains[z, G_RADIANT] = gains[z, G_BODY_RADIANT] + radiant
        gains[z, G_VAPOUR] = gains[z, G_BODY_VAPOUR] + vapour


@njit
def _share_lit(daylight: float, dimming: float) -> float:
    """Share of the lights' power, 0-1, under this daylight [lx].

    The share `dimming` of the lamps, those near windows, is dimmed to the design level; 0: switched by hand.
    """
    if dimming > 0.0:
        return 1.0 - dimming * min(1.0, daylight / DESIGN_LX)
    return 1.0 if daylight < DARK_LX else 0.0
