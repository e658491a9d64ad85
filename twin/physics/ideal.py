"""Ideal loads: sensible heat and cold exactly as needed up to a capacity, and mechanical outdoor air.

Setpoints become bounds on the air temperature that the thermal solve keeps; what it took is bought as
district heating and cooling. Loads are sensible: moisture comes and goes with air only, the coil does not
dehumidify.
"""

from __future__ import annotations

from twin.physics.actuators import chosen, clip, move, ventilate
from twin.physics.compile import njit
from twin.physics.layout import (
    B_CO2,
    B_EXPECTED,
    C_VENTILATION,
    E_DISTRICT_COOLING,
    E_DISTRICT_HEATING,
    E_FANS,
    SG_DAMPER,
    SG_SUPPLY_FLOW,
    SG_SUPPLY_TEMPERATURE,
    SITE_SIGNALS,
    SY_OUTDOOR_FLOW,
    SY_OUTDOOR_FRACTION,
    SY_RETURN_AIR,
    SY_SUPPLY_AIR,
    SY_SUPPLY_FLOW,
    SY_THERMAL,
    WK_CAP_COOL,
    WK_CAP_HEAT,
    WK_COOLING_SETPOINT,
    WK_HEATING_SETPOINT,
    WK_HIGH,
    WK_IDEAL,
    WK_LOW,
    WK_SUPPLY,
    WK_SUPPLY_T,
    Z_AIR,
    Z_CO2,
    ZONE_COMMANDS,
    ZONE_SIGNALS,
    Float,
    State,
)  # fmt: skip

IS_RECOVERY, IS_FAN_POWER, IS_CO2_CONTROLLED, IS_TRAVEL, IDEAL_SYSTEM = range(5)
# RECOVERY 0-1; FAN_POWER of supply and exhaust together [W per kg/s]; TRAVEL of the dampers [s]
IT_CAP_HEAT, IT_CAP_COOL, IT_FLOW_PERSON, IT_FLOW_AREA, IT_FLOW_DESIGN, IDEAL_TERMINAL = range(6)
# CAP [W], 0 in unconditioned zones; FLOW_PERSON [kg/s per person]; FLOW_AREA, FLOW_DESIGN [kg/s]
IX_TRAVEL, IDEAL_STATES = range(2)  # TRAVEL of actuators in this tick [fractions of range]
IV_DAMPER, IDEAL_TERMINAL_STATES = range(2)  # DAMPER: fraction of the design flow

CO2_BAND = 300.0  # ventilation rises from minimum to design flow over this many ppm below the limit


@njit
def wanted_flow(terminal: Float, co2_controlled: bool, expected: float, co2: float, limit: float) -> float:
    """Outdoor air that a zone's own loop wants [kg/s]: by expected people and area, or by CO2 [ppm].

    Source: ASHRAE 62.1-2019 eq. 6-1 (people and area parts) and 6.2.6 (dynamic reset); the width of the
    proportional band is our choice.
    """
    area = terminal[IT_FLOW_AREA] if expected > 0.0 else 0.0
    design = terminal[IT_FLOW_DESIGN]
    if co2_controlled:
        return float(area + (design - area) * clip(1.0 + (co2 - limit) / CO2_BAND, 0.0, 1.0))
    return float(min(design, area + terminal[IT_FLOW_PERSON] * expected))


@njit
def _air(
    dt: float, system: Float, terminal: Float, zone: Float, state: Float, plant: Float, command: Float,
    bounds: Float, site: Float, w: Float,
) -> None:  # fmt: skip
    """Dampers and supply air of all zones."""
    plant[IX_TRAVEL] = 0.0
    for z in range(w.shape[0]):
        room = zone[z, Z_AIR]
        w[z, WK_SUPPLY_T] = room
        design = terminal[z, IT_FLOW_DESIGN]
        if design <= 0.0:
            continue
        controlled = system[IS_CO2_CONTROLLED] > 0.5
        flow = wanted_flow(terminal[z], controlled, bounds[z, B_EXPECTED], zone[z, Z_CO2], bounds[z, B_CO2])
        before = state[z, IV_DAMPER]
        target = chosen(command[z * ZONE_COMMANDS + C_VENTILATION], flow / design)
        damper = move(before, target, dt / system[IS_TRAVEL])
        state[z, IV_DAMPER] = damper
        plant[IX_TRAVEL] += abs(damper - before)
        ventilate(site, room, damper * design, system[IS_RECOVERY], system[IS_FAN_POWER], w, z)


@njit
def _loads(terminal: Float, w: Float) -> None:
    """Bounds and capacities for the thermal solve."""
    for z in range(w.shape[0]):
        w[z, WK_CAP_HEAT] = terminal[z, IT_CAP_HEAT]
        w[z, WK_CAP_COOL] = terminal[z, IT_CAP_COOL]
        if terminal[z, IT_CAP_HEAT] > 0.0:
            w[z, WK_LOW] = w[z, WK_HEATING_SETPOINT]
        if terminal[z, IT_CAP_COOL] > 0.0:
            w[z, WK_HIGH] = w[z, WK_COOLING_SETPOINT]


@njit
def _report(zone: Float, state: Float, w: Float, signal: Float) -> float:
    """Signals of the air; returns the total flow [kg/s]."""
    flow, heat, back = 0.0, 0.0, 0.0
    for z in range(w.shape[0]):
        supply = w[z, WK_SUPPLY]
        flow += supply
        heat += supply * w[z, WK_SUPPLY_T]
        back += supply * zone[z, Z_AIR]
        signal[z * ZONE_SIGNALS + SG_SUPPLY_FLOW] = supply
        signal[z * ZONE_SIGNALS + SG_SUPPLY_TEMPERATURE] = w[z, WK_SUPPLY_T]
        signal[z * ZONE_SIGNALS + SG_DAMPER] = state[z, IV_DAMPER]
    at = w.shape[0] * ZONE_SIGNALS + SITE_SIGNALS
    signal[at + SY_SUPPLY_FLOW] = flow
    signal[at + SY_OUTDOOR_FLOW] = flow
    signal[at + SY_OUTDOOR_FRACTION] = 1.0 if flow > 0.0 else 0.0
    signal[at + SY_SUPPLY_AIR] = heat / flow if flow > 0.0 else zone[0, Z_AIR]
    signal[at + SY_RETURN_AIR] = back / flow if flow > 0.0 else zone[0, Z_AIR]
    return flow


@njit
def run(
    dt: float, system: Float, terminal: Float, zone: Float, state: Float, plant: Float, command: Float,
    bounds: Float, site: Float, w: Float, signal: Float, power: Float,
) -> None:  # fmt: skip
    """Bounds for the thermal solve, supply air and fan power of one tick, from the rows of one building."""
    _loads(terminal, w)
    _air(dt, system, terminal, zone, state, plant, command, bounds, site, w)
    power[E_FANS] = _report(zone, state, w, signal) * system[IS_FAN_POWER]


@njit
def settle(x: State, n: int, w: Float) -> None:
    """Buy what the solve took as district heating and cooling (sensible heat)."""
    heating = 0.0
    cooling = 0.0
    for z in range(w.shape[0]):
        heating += max(0.0, w[z, WK_IDEAL])
        cooling += max(0.0, -w[z, WK_IDEAL])
    x.power[n, E_DISTRICT_HEATING] = heating
    x.power[n, E_DISTRICT_COOLING] = cooling
    x.signal[n, w.shape[0] * ZONE_SIGNALS + SITE_SIGNALS + SY_THERMAL] = heating - cooling
