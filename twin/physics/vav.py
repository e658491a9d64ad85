"""Variable air volume: air handler with economizer and coils, boxes with reheat, and their local loops.

A tick runs down the air path: on or off, zone loops and boxes, fan, mixing box, coils, reheat; then chiller,
boiler and pumps. What the coils take from or give to the air is exactly what the plant delivers.
"""

from __future__ import annotations

import math

from twin.physics.actuators import chosen, clip, move
from twin.physics.airside import cooling_coil, economizer_allowed, fan_flow, fan_power, fan_speed, warming
from twin.physics.box import ZONE_INTEGRAL_S, zone_loop
from twin.physics.central import SHORT_CYCLE_S, boiler_fuel, chiller_capacity, chiller_power
from twin.physics.compile import njit
from twin.physics.duct import DELAY_S, FIRST, requests, trimmed
from twin.physics.layout import (
    B_EXPECTED,
    B_OPERATING,
    C_COOLING_VALVE,
    C_DAMPER,
    C_FAN,
    C_HEATING_VALVE,
    C_OUTDOOR_AIR,
    C_OUTDOOR_DAMPER,
    C_SUPPLY_AIR,
    C_VALVE,
    E_COOLING,
    E_FANS,
    E_GAS_HEATING,
    E_PUMPS,
    N_SHORT_CYCLES,
    N_STARTS,
    SG_DAMPER,
    SG_SUPPLY_FLOW,
    SG_SUPPLY_TEMPERATURE,
    SG_VALVE,
    SITE_SIGNALS,
    SY_COMPRESSOR,
    SY_COP,
    SY_FAN,
    SY_MIXED_AIR,
    SY_OUTDOOR_FLOW,
    SY_OUTDOOR_FRACTION,
    SY_RETURN_AIR,
    SY_STATIC,
    SY_SUPPLY_AIR,
    SY_SUPPLY_FLOW,
    SY_THERMAL,
    W_CO2,
    W_HUMIDITY,
    W_PRESSURE,
    W_TEMPERATURE,
    WK_COOLING_SETPOINT,
    WK_HEATING_SETPOINT,
    WK_SUPPLY,
    WK_SUPPLY_CO2,
    WK_SUPPLY_T,
    WK_SUPPLY_X,
    Z_AIR,
    Z_CO2,
    Z_HUMIDITY,
    ZONE_COMMANDS,
    ZONE_SIGNALS,
    Float,
)  # fmt: skip
from twin.physics.psychrometrics import CP_AIR

(
    VS_DESIGN_FLOW,
    VS_FAN_POWER,
    VS_SUPPLY_AIR,
    VS_ECONOMIZER,
    VS_HIGH_LIMIT,
    VS_COOLING,
    VS_COP,
    VS_HEATING,
    VS_BOILER,
    VS_EFFICIENCY,
    VS_TRAVEL,
    VS_COIL_STEP,
    VS_STATIC,
    VS_STATIC_RESET,
    VS_OUTDOOR,
    VAV_SYSTEM,
) = range(16)
# DESIGN_FLOW [kg/s]; FAN_POWER at design [W]; SUPPLY_AIR setpoint [°C]; ECONOMIZER 0/1 with HIGH_LIMIT
# [°C]; COOLING chiller at 35 °C, HEATING main coil, BOILER [W]; COP, EFFICIENCY; TRAVEL [s]; COIL_STEP
# share of the way per tick, or per part of a long one (twin.physics.vav_parts); STATIC pressure of the duct
# at design [Pa], and whether it is reset; OUTDOOR air with every seat taken [kg/s]
(VT_FLOW, VT_MINIMUM, VT_HEATING_FLOW, VT_REHEAT, VT_OUTDOOR_PERSON, VT_OUTDOOR_AREA, VAV_TERMINAL) = range(7)
# FLOW maximum [kg/s], 0 in unconditioned zones; MINIMUM, HEATING_FLOW fractions of it; REHEAT [W];
# OUTDOOR_* [kg/s]
(
    VX_TRAVEL,
    VX_NIGHT,
    VX_FAN,
    VX_OUTDOOR,
    VX_COOLING,
    VX_HEATING,
    VX_COOLING_COIL,
    VX_HEATING_COIL,
    VX_INTEGRAL,
    VX_SUPPLY,
    VX_SETPOINT,
    VX_CHILLER,
    VX_CHILLER_AGE,
    VX_STATIC,
    VX_TRIM,
    VX_SCALE,
    VAV_STATES,
) = range(17)
# TRAVEL of actuators in this tick; NIGHT cycle runs; FAN speed; OUTDOOR, COOLING, HEATING actuators; *_COIL
# lagged openings; INTEGRAL of the supply loop; SUPPLY temperature, SETPOINT [°C]; CHILLER 0/1 and seconds
# since its last start; STATIC pressure setpoint [Pa], seconds to its next TRIM; SCALE: flow over what the
# boxes' dampers pass at design pressure, 0 at rest
VB_DAMPER, VB_VALVE, VB_REHEAT, VB_COOL, VB_HEAT, VB_ASKS, VAV_TERMINAL_STATES = range(7)
# DAMPER, VALVE actuators; REHEAT lagged opening; COOL, HEAT integrals of the zone loop; ASKS for pressure

SUPPLY_GAIN, SUPPLY_INTEGRAL_S = 0.02, 180.0  # supply air loop: share of the sequence per K, [s]
# the loop's gain falls with room over outdoor air beyond this [K]: mixing answers within the tick, by that
# difference, and a damper at full gain would swing between its ends in cold weather
MIXING_SPAN = 15.0
FAN_RAMP_S = 30.0
# night cycle starts and ends this far outside the setpoints [K] (EnergyPlus: 1 K)
NIGHT_START, NIGHT_END = 1.0, 0.2
RESET = 5.0  # supply air is this much warmer while no zone calls for cooling [K]
RESET_RATE = 1.0 / 600.0  # [K/s]
DISCHARGE_HIGH = 38.0  # hottest air from a box [°C]
COIL_HIGH = 35.0  # hottest air from the main heating coil [°C]
FAN_RISE_HIGH = 5.0  # the rest of the fan's heat is lost through the casing [K]
CHILLED_WATER_PUMP = 0.015  # [W per W of chiller]: 22 W/gpm at 2.4 gpm/ton (ASHRAE 90.1-2019 G3.1.3.10)
HOT_WATER_PUMP = 0.0026  # [W per W of boiler]: 19 W/gpm at 50 °F (ASHRAE 90.1-2019 G3.1.3.5)


@njit
def night_cycle(zone: Float, w: Float, terminal: Float, on: bool) -> bool:
    """Whether the system runs outside its hours: some zone has left its setpoints, until all are back."""
    edge = NIGHT_END if on else NIGHT_START
    for z in range(w.shape[0]):
        air = zone[z, Z_AIR]
        outside = air < w[z, WK_HEATING_SETPOINT] - edge or air > w[z, WK_COOLING_SETPOINT] + edge
        if outside and terminal[z, VT_FLOW] > 0.0:
            return True
    return False


@njit
def _boxes(
    dt: float, system: Float, terminal: Float, zone: Float, boxes: Float, plant: Float, command: Float,
    bounds: Float, w: Float, on: bool,
) -> tuple[float, float, float, float]:  # fmt: skip
    """All boxes: openness (flow at the duct's design pressure over design), highest cooling call, minimum
    outdoor air [kg/s], requests for pressure.

    Boxes control their flow: a damper opens further where less pressure stands before it.
    """
    reaches = dt / system[VS_TRAVEL]
    scale = plant[VX_SCALE]
    opens = 1.0 / scale if scale > 0.0 else 1.0
    share = min(1.0, dt / ZONE_INTEGRAL_S)
    occupied = bounds[0, B_OPERATING] > 0.5
    total, most, outdoor, travel, asked = 0.0, 0.0, 0.0, 0.0, 0.0
    for z in range(w.shape[0]):
        if terminal[z, VT_FLOW] <= 0.0:
            continue
        flow, valve, cool, cooled, heated = 0.0, 0.0, 0.0, 0.0, 0.0
        if on:
            hot = zone[z, Z_AIR] - w[z, WK_COOLING_SETPOINT]
            cold = w[z, WK_HEATING_SETPOINT] - zone[z, Z_AIR]
            least = terminal[z, VT_MINIMUM] if occupied or cold > 0.0 else 0.0
            flow, valve, cool, cooled, heated = zone_loop(
                hot, cold, boxes[z, VB_COOL], boxes[z, VB_HEAT], share, least, terminal[z, VT_HEATING_FLOW]
            )
        boxes[z, VB_COOL] = cooled
        boxes[z, VB_HEAT] = heated
        damper = boxes[z, VB_DAMPER]
        boxes[z, VB_ASKS] = requests(damper, damper * scale, flow, boxes[z, VB_ASKS])
        asked += boxes[z, VB_ASKS]
        wanted = chosen(command[z * ZONE_COMMANDS + C_DAMPER], min(1.0, flow * opens))
        damper = move(damper, wanted, reaches)
        valve = move(boxes[z, VB_VALVE], chosen(command[z * ZONE_COMMANDS + C_VALVE], valve), reaches)
        travel += abs(damper - boxes[z, VB_DAMPER]) + abs(valve - boxes[z, VB_VALVE])
        boxes[z, VB_DAMPER] = damper
        boxes[z, VB_VALVE] = valve
        boxes[z, VB_REHEAT] += (valve - boxes[z, VB_REHEAT]) * system[VS_COIL_STEP]
        most = max(most, cool)
        total += terminal[z, VT_FLOW] * damper
        if occupied:
            outdoor += terminal[z, VT_OUTDOOR_PERSON] * bounds[z, B_EXPECTED] + terminal[z, VT_OUTDOOR_AREA]
    plant[VX_TRAVEL] = travel
    return total / system[VS_DESIGN_FLOW], most, outdoor, asked


@njit
def _pressure(dt: float, system: Float, plant: Float, asked: float, on: bool) -> float:
    """The duct's static pressure setpoint over the design pressure."""
    if system[VS_STATIC_RESET] < 0.5:
        return 1.0
    design = system[VS_STATIC]
    if not on:
        plant[VX_STATIC], plant[VX_TRIM] = min(FIRST, design), DELAY_S
    plant[VX_STATIC], plant[VX_TRIM] = trimmed(plant[VX_STATIC], design, asked, plant[VX_TRIM], dt)
    return float(plant[VX_STATIC] / design)


@njit
def sequence(
    plant: Float, error: float, dt: float, free: bool, least: float, span: float
) -> tuple[float, float, float]:
    """Supply air loop: heating valve, outdoor damper and cooling valve from one PI sequence between -1 and 1.

    error is supply minus setpoint [K]; free says that the economizer may cool, least is the minimum outdoor
    air fraction, span is return less outdoor air [K]. Economizer first, cooling valve after it (ASHRAE
    90.1-2019 6.5.1.3, integrated economizer).
    """
    gain = SUPPLY_GAIN
    if free:
        gain *= MIXING_SPAN / max(span, MIXING_SPAN)
    plant[VX_INTEGRAL] = clip(plant[VX_INTEGRAL] + gain * min(1.0, dt / SUPPLY_INTEGRAL_S) * error, -1.0, 1.0)
    call = clip(gain * error + plant[VX_INTEGRAL], -1.0, 1.0)
    if free:
        return max(0.0, -call), least + (1.0 - least) * clip(2.0 * call, 0.0, 1.0), max(0.0, 2.0 * call - 1.0)
    return max(0.0, -call), least, max(0.0, call)


@njit
def _supply(
    dt: float, system: Float, plant: Float, command: Float, at: int, on: bool, occupied: bool,
    cooling_call: float, free: bool, least: float, span: float,
) -> None:  # fmt: skip
    """Setpoint, valves and outdoor damper of the air handler.

    The setpoint itself moves slowly with the zones' highest cooling call (after Guideline 36-2021, 5.16.2.2).
    A night cycle that only heats leaves return air as it is.
    """
    wanted = system[VS_SUPPLY_AIR] + RESET * max(0.0, 1.0 - 1.25 * cooling_call)
    plant[VX_SETPOINT] += clip(wanted - plant[VX_SETPOINT], -RESET_RATE * dt, RESET_RATE * dt)
    setpoint = chosen(command[at + C_SUPPLY_AIR], plant[VX_SETPOINT])
    heating, outdoor, cooling = 0.0, 0.0, 0.0
    if on and (occupied or cooling_call > 0.0 or least > 0.0):
        heating, outdoor, cooling = sequence(plant, plant[VX_SUPPLY] - setpoint, dt, free, least, span)
    else:
        plant[VX_INTEGRAL] = 0.0
    reaches = dt / system[VS_TRAVEL]
    heating = move(plant[VX_HEATING], chosen(command[at + C_HEATING_VALVE], heating), reaches)
    outdoor = move(plant[VX_OUTDOOR], chosen(command[at + C_OUTDOOR_DAMPER], outdoor), reaches)
    cooling = move(plant[VX_COOLING], chosen(command[at + C_COOLING_VALVE], cooling), reaches)
    plant[VX_TRAVEL] += (
        abs(heating - plant[VX_HEATING]) + abs(outdoor - plant[VX_OUTDOOR]) + abs(cooling - plant[VX_COOLING])
    )
    plant[VX_HEATING] = heating
    plant[VX_OUTDOOR] = outdoor
    plant[VX_COOLING] = cooling
    plant[VX_COOLING_COIL] += (cooling - plant[VX_COOLING_COIL]) * system[VS_COIL_STEP]
    plant[VX_HEATING_COIL] += (heating - plant[VX_HEATING_COIL]) * system[VS_COIL_STEP]


@njit
def _return_air(terminal: Float, zone: Float, boxes: Float) -> tuple[float, float, float]:
    """Temperature, humidity ratio and CO2 of return air: zones weighted by the flow that each box passes."""
    total, warm, wet, stale = 0.0, 0.0, 0.0, 0.0
    for z in range(terminal.shape[0]):
        flow = terminal[z, VT_FLOW] * (boxes[z, VB_DAMPER] + 1e-9)
        total += flow
        warm += flow * zone[z, Z_AIR]
        wet += flow * zone[z, Z_HUMIDITY]
        stale += flow * zone[z, Z_CO2]
    share = 1.0 / total
    return warm * share, wet * share, stale * share


@njit
def _coils(
    system: Float, plant: Float, site: Float, mixed: float, humidity: float, flow: float, fan: float
) -> tuple[float, float, float]:
    """Air through heating coil, cooling coil and fan: supply humidity [kg/kg], heat given and taken [W].

    The supply temperature goes to the plant's state; fan is the fan's power [W].
    """
    if flow <= 0.0:
        plant[VX_SUPPLY] = mixed
        return humidity, 0.0, 0.0
    rise = 1.0 / (flow * CP_AIR)
    warm = warming(mixed, flow, system[VS_HEATING] * plant[VX_HEATING_COIL], COIL_HIGH)
    limit = system[VS_COOLING] * chiller_capacity(site[W_TEMPERATURE])
    temperature, humidity, cold = cooling_coil(
        mixed + warm * rise, humidity, flow, plant[VX_COOLING_COIL], site[W_PRESSURE], limit
    )
    plant[VX_SUPPLY] = temperature + min(FAN_RISE_HIGH, fan * rise)
    return humidity, warm, cold


@njit
def _discharge(
    terminal: Float, boxes: Float, w: Float, signal: Float, scale: float, supply: float, humidity: float,
    co2: float,
) -> float:  # fmt: skip
    """Supply air of every zone behind its reheat coil; returns the reheat [W]. scale: flow over damper x
    maximum.
    """
    reheat = 0.0
    for z in range(w.shape[0]):
        flow = terminal[z, VT_FLOW] * boxes[z, VB_DAMPER] * scale
        temperature = supply
        if flow > 0.0 and boxes[z, VB_REHEAT] > 0.0:
            heat = warming(supply, flow, terminal[z, VT_REHEAT] * boxes[z, VB_REHEAT], DISCHARGE_HIGH)
            temperature += heat / (flow * CP_AIR)
            reheat += heat
        w[z, WK_SUPPLY] = flow
        w[z, WK_SUPPLY_T] = temperature
        w[z, WK_SUPPLY_X] = humidity
        w[z, WK_SUPPLY_CO2] = co2
        at = z * ZONE_SIGNALS
        signal[at + SG_SUPPLY_FLOW] = flow
        signal[at + SG_SUPPLY_TEMPERATURE] = temperature
        signal[at + SG_DAMPER] = boxes[z, VB_DAMPER]
        signal[at + SG_VALVE] = boxes[z, VB_VALVE]
    return reheat


@njit
def _plant_power(
    dt: float, system: Float, plant: Float, power: Float, counter: Float, cold: float, warm: float,
    outdoor: float,
) -> None:  # fmt: skip
    """Chiller, boiler and pumps for the coils' heat [W]; counts the chiller's starts."""
    power[E_COOLING] = chiller_power(cold, system[VS_COOLING], system[VS_COP], outdoor)
    power[E_GAS_HEATING] = boiler_fuel(warm, system[VS_BOILER], system[VS_EFFICIENCY])
    flow_cold = plant[VX_COOLING_COIL] if cold > 0.0 else 0.0
    flow_warm = warm / system[VS_BOILER]
    power[E_PUMPS] = (  # pumps at variable speed: power with the cube of flow
        CHILLED_WATER_PUMP * system[VS_COOLING] * flow_cold * flow_cold * flow_cold
        + HOT_WATER_PUMP * system[VS_BOILER] * flow_warm * flow_warm * flow_warm
    )
    plant[VX_CHILLER_AGE] += dt
    runs = 1.0 if cold > 0.0 else 0.0
    if runs > plant[VX_CHILLER]:
        counter[N_STARTS] += 1.0
        if plant[VX_CHILLER_AGE] < SHORT_CYCLE_S:
            counter[N_SHORT_CYCLES] += 1.0
        plant[VX_CHILLER_AGE] = 0.0
    plant[VX_CHILLER] = runs


@njit
def _report(
    signal: Float, at: int, system: Float, plant: Float, power: Float, flow: float, back: float, mixed: float,
    cold: float, warm: float,
) -> None:  # fmt: skip
    """Signals of the air handler."""
    signal[at + SY_SUPPLY_AIR] = plant[VX_SUPPLY]
    signal[at + SY_RETURN_AIR] = back
    signal[at + SY_MIXED_AIR] = mixed
    signal[at + SY_SUPPLY_FLOW] = flow
    signal[at + SY_OUTDOOR_FLOW] = flow * plant[VX_OUTDOOR]
    signal[at + SY_OUTDOOR_FRACTION] = plant[VX_OUTDOOR]
    signal[at + SY_FAN] = plant[VX_FAN]
    signal[at + SY_STATIC] = system[VS_STATIC] * plant[VX_SCALE] * plant[VX_SCALE]
    signal[at + SY_COMPRESSOR] = plant[VX_CHILLER]
    signal[at + SY_COP] = cold / power[E_COOLING] if power[E_COOLING] > 0.0 else 0.0
    signal[at + SY_THERMAL] = warm - cold


@njit
def run(
    dt: float, system: Float, terminal: Float, zone: Float, boxes: Float, plant: Float, command: Float,
    bounds: Float, site: Float, w: Float, signal: Float, power: Float, counter: Float,
) -> None:  # fmt: skip
    """The air path of one building in one tick, from its own rows."""
    zones = w.shape[0]
    at = zones * ZONE_COMMANDS
    night = night_cycle(zone, w, terminal, plant[VX_NIGHT] > 0.5)
    plant[VX_NIGHT] = 1.0 if night else 0.0
    forced = command[at + C_FAN]
    occupied = bounds[0, B_OPERATING] > 0.5
    on = (occupied or night) if math.isnan(forced) else forced > 0.0
    openness, cooling_call, minimum, asked = _boxes(
        dt, system, terminal, zone, boxes, plant, command, bounds, w, on
    )
    minimum = chosen(command[at + C_OUTDOOR_AIR] * system[VS_OUTDOOR], minimum)
    pressure = _pressure(dt, system, plant, asked, on)
    kept = math.sqrt(pressure) * fan_speed(openness) if on else 0.0
    plant[VX_FAN] = move(plant[VX_FAN], chosen(forced, kept), dt / FAN_RAMP_S)
    share = fan_flow(plant[VX_FAN], openness)
    scale = share / openness if openness > 0.0 else 0.0
    plant[VX_SCALE] = scale
    flow = share * system[VS_DESIGN_FLOW]
    power[E_FANS] = system[VS_FAN_POWER] * fan_power(plant[VX_FAN], share)
    back, back_humidity, back_co2 = _return_air(terminal, zone, boxes)
    outdoor = site[W_TEMPERATURE]
    free = economizer_allowed(system[VS_ECONOMIZER] > 0.5, outdoor, back, system[VS_HIGH_LIMIT])
    least = min(1.0, minimum / flow) if flow > 0.0 else 0.0
    _supply(dt, system, plant, command, at, on, occupied, cooling_call, free, least, back - outdoor)
    mixed = back + plant[VX_OUTDOOR] * (outdoor - back)
    humidity = back_humidity + plant[VX_OUTDOOR] * (site[W_HUMIDITY] - back_humidity)
    co2 = back_co2 + plant[VX_OUTDOOR] * (site[W_CO2] - back_co2)
    humidity, warm, cold = _coils(system, plant, site, mixed, humidity, flow, power[E_FANS])
    warm += _discharge(terminal, boxes, w, signal, scale, plant[VX_SUPPLY], humidity, co2)
    _plant_power(dt, system, plant, power, counter, cold, warm, outdoor)
    _report(signal, zones * ZONE_SIGNALS + SITE_SIGNALS, system, plant, power, flow, back, mixed, cold, warm)
