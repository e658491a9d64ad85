"""Air-source heat pump, buffer, radiators or floor pipes with a valve per zone, and balanced ventilation.

Buffer and emitters are stepped together by backward Euler in closed form (each zone's water is linear in the
buffer's temperature), so any tick is stable and the heat that leaves the buffer is the heat that enters
emitters and rooms.
"""

from __future__ import annotations

from twin.physics.actuators import chosen, clip, move, ventilate
from twin.physics.central import (
    HEAT_PUMP_T_LOW,
    SHORT_CYCLE_S,
    frost_factor,
    heat_pump_capacity,
    heat_pump_input,
)
from twin.physics.compile import njit
from twin.physics.layout import (
    C_SUPPLY_WATER,
    C_VALVE,
    C_VENTILATION,
    E_FANS,
    E_HEATING,
    E_PUMPS,
    FLOOR_IN,
    N_SHORT_CYCLES,
    N_STARTS,
    SG_DAMPER,
    SG_SUPPLY_FLOW,
    SG_SUPPLY_TEMPERATURE,
    SG_VALVE,
    SITE_SIGNALS,
    SY_COMPRESSOR,
    SY_COP,
    SY_OUTDOOR_FLOW,
    SY_RETURN_WATER,
    SY_SUPPLY_FLOW,
    SY_SUPPLY_WATER,
    SY_THERMAL,
    W_TEMPERATURE,
    WK_CONVECTIVE,
    WK_FLOOR,
    WK_HEATING_SETPOINT,
    WK_RADIANT,
    WK_SUPPLY,
    WK_SUPPLY_T,
    Z_AIR,
    ZONE_COMMANDS,
    ZONE_SIGNALS,
    Float,
)  # fmt: skip

(
    HS_CAPACITY,
    HS_COP,
    HS_LEAST,
    HS_MIN_RUN,
    HS_MIN_OFF,
    HS_BUFFER,
    HS_LOSS,
    HS_BACKUP,
    HS_PUMP,
    HS_SUPPLY,
    HS_RESET,
    HS_TRAVEL,
    HS_FLOOR,
    HS_EXPONENT,
    HS_RADIANT,
    HS_RECOVERY,
    HS_FAN_POWER,
    HS_START_STEP,
    HS_FLOW,
    HYDRONIC_SYSTEM,
) = range(20)
# CAPACITY [W], COP at 7 °C/35 °C; LEAST part load; MIN_RUN, MIN_OFF [s]; BUFFER [J/K]; LOSS [W/K]; BACKUP,
# PUMP [W]; SUPPLY design water [°C]; RESET 0/1; TRAVEL [s]; FLOOR 0/1; EXPONENT; RADIANT 0-1; RECOVERY 0-1;
# FAN_POWER [W per kg/s]; START_STEP share of the way to full heat per tick; FLOW design water flow of all
# zones [kg/s]
HT_FLOW, HT_EMISSION, HT_WATER, HT_VENTILATION, HYDRONIC_TERMINAL = range(5)
# FLOW design water [kg/s]; EMISSION [W/K^n]; WATER capacity of the emitter [J/K]; VENTILATION [kg/s]
(
    HX_TRAVEL,
    HX_ON,
    HX_AGE,
    HX_SINCE_START,
    HX_BUFFER,
    HX_STARTING,
    HX_SHORTFALL,
    HX_BACKUP,
    HX_CALL,
    HYDRONIC_STATES,
) = range(10)
# TRAVEL of actuators in this tick; ON 0/1; AGE since the last change [s]; BUFFER [°C]; STARTING share of
# full heat after a start; SHORTFALL [s]; BACKUP 0/1; CALL for heat 0/1
HV_VALVE, HV_WARM, HV_COOL, HV_FAN, HV_SLOPE_WARM, HV_SLOPE_COOL, HV_HALF, HYDRONIC_TERMINAL_STATES = range(8)
# VALVE; WARM, COOL: water in the first and second half of the emitter [°C]; FAN: ventilation share; the
# rest is scratch of one tick

CP_WATER = 4186.0  # [J/kgK]
PROPORTIONAL_BAND = 1.0  # the valve is open at the setpoint and closed this far above it [K]
HYSTERESIS = 3.0  # around the supply water setpoint [K]
CALL = 0.02  # a valve further open than this calls for heat
TRIP = 75.0  # high pressure switch: stops at this water temperature, minimum run time or not [°C]
RECOVERY_S = 600.0  # the machine aims to bring the buffer to its setpoint within this time
# heating curve: design supply at the first outdoor temperature, room temperature at the second [°C]
CURVE_OUTDOOR, CURVE_ROOM = -12.0, 20.0
CURVE_RESERVE = 2.0  # [K]
SUPPLY_LOW, SUPPLY_HIGH = 25.0, 65.0
BACKUP_START, BACKUP_END, BACKUP_WAIT_S = 5.0, 2.0, 1800.0  # [K] below the setpoint, for [s]
ROOM_OF_PLANT = 18.0  # where the buffer stands [°C]
LEAST_EXCESS = 0.1  # [K]


@njit
def supply_setpoint(design: float, reset: bool, outdoor: float) -> float:
    """Supply water setpoint of the heating curve [°C].

    Emitters give heat with the power n of their excess temperature; x (1.4 - 0.4 x) stands for x^(1/n) at
    n = 1.3 (within 0.03), x being the share of the design load. CURVE_RESERVE lets valves keep control.
    """
    if not reset:
        return design
    share = clip((CURVE_ROOM - outdoor) / (CURVE_ROOM - CURVE_OUTDOOR), 0.0, 1.25)
    wanted = CURVE_ROOM + CURVE_RESERVE + (design - CURVE_ROOM) * share * (1.4 - 0.4 * share)
    return clip(wanted, SUPPLY_LOW, SUPPLY_HIGH)


@njit
def _rooms(
    dt: float, system: Float, terminal: Float, zone: Float, state: Float, plant: Float, command: Float,
    site: Float, w: Float,
) -> tuple[float, float]:  # fmt: skip
    """Valves and ventilation of all zones; returns water flow and air flow [kg/s]."""
    reaches = dt / system[HS_TRAVEL]
    water, air, travel, most = 0.0, 0.0, 0.0, 0.0
    for z in range(w.shape[0]):
        room = zone[z, Z_AIR]
        w[z, WK_SUPPLY_T] = room
        if terminal[z, HT_FLOW] <= 0.0:
            continue
        local = (w[z, WK_HEATING_SETPOINT] + PROPORTIONAL_BAND - room) / PROPORTIONAL_BAND
        valve = move(state[z, HV_VALVE], chosen(command[z * ZONE_COMMANDS + C_VALVE], local), reaches)
        travel += abs(valve - state[z, HV_VALVE])
        state[z, HV_VALVE] = valve
        most = max(most, valve)
        water += valve * terminal[z, HT_FLOW]
        if terminal[z, HT_VENTILATION] > 0.0:
            share = move(state[z, HV_FAN], chosen(command[z * ZONE_COMMANDS + C_VENTILATION], 1.0), reaches)
            travel += abs(share - state[z, HV_FAN])
            state[z, HV_FAN] = share
            fresh = share * terminal[z, HT_VENTILATION]
            air += fresh
            ventilate(site, room, fresh, system[HS_RECOVERY], system[HS_FAN_POWER], w, z)
    plant[HX_TRAVEL] = travel
    plant[HX_CALL] = 1.0 if most > CALL else 0.0
    return water, air


@njit
def _emission(system: Float, terminal: Float, state: Float, room: float) -> float:
    """Conductance of a zone's emitter at its present excess temperature [W/K].

    Radiator: EN 442-2, heat = K excess^n over room air, the excess being the water's mean. Floor: constant,
    to the floor's own mass node.
    """
    if system[HS_FLOOR] > 0.5:
        return float(terminal[HT_EMISSION])
    excess = max(LEAST_EXCESS, 0.5 * (state[HV_WARM] + state[HV_COOL]) - room)
    return float(terminal[HT_EMISSION] * excess ** (system[HS_EXPONENT] - 1.0))


@njit
def water(
    dt: float, system: Float, terminal: Float, zone: Float, node: Float, state: Float, plant: Float,
    w: Float, added: float,
) -> float:  # fmt: skip
    """Step buffer and emitters with the heat added to the buffer [W]; returns the return temperature [°C].

    Backward Euler. Both halves of an emitter are linear in the buffer temperature, warm = a1 + b1 T and
    cool = a2 + b2 T, so the buffer's balance is one equation; then the emitters follow, and give their heat.
    """
    store = system[HS_BUFFER] / dt
    right = store * plant[HX_BUFFER] + added + system[HS_LOSS] * ROOM_OF_PLANT
    left = store + system[HS_LOSS]
    for z in range(w.shape[0]):
        if terminal[z, HT_FLOW] <= 0.0:
            continue
        sink = node[z, FLOOR_IN] if system[HS_FLOOR] > 0.5 else zone[z, Z_AIR]
        half = 0.5 * _emission(system, terminal[z], state[z], sink)
        flow = terminal[z, HT_FLOW] * CP_WATER * state[z, HV_VALVE]
        mass = 0.5 * terminal[z, HT_WATER] / dt
        total = mass + flow + half
        a1 = (mass * state[z, HV_WARM] + half * sink) / total
        b1 = flow / total
        a2 = (mass * state[z, HV_COOL] + half * sink + flow * a1) / total
        b2 = flow * b1 / total
        right += flow * a2
        left += flow * (1.0 - b2)
        # the buffer is not known yet: keep the lines and the half conductance for _give
        state[z, HV_WARM] = a1
        state[z, HV_COOL] = a2
        state[z, HV_SLOPE_WARM] = b1
        state[z, HV_SLOPE_COOL] = b2
        state[z, HV_HALF] = half
    plant[HX_BUFFER] = right / left
    return _give(system, terminal, zone, node, state, plant[HX_BUFFER], w)


@njit
def _give(
    system: Float, terminal: Float, zone: Float, node: Float, state: Float, buffer: float, w: Float,
) -> float:  # fmt: skip
    """New temperatures of the emitters, and their heat to the zones; returns the return temperature [°C]."""
    flows, back = 1e-12, 1e-12 * buffer
    for z in range(w.shape[0]):
        flow = terminal[z, HT_FLOW] * state[z, HV_VALVE]
        if terminal[z, HT_FLOW] <= 0.0:
            continue
        warm = state[z, HV_WARM] + state[z, HV_SLOPE_WARM] * buffer
        cool = state[z, HV_COOL] + state[z, HV_SLOPE_COOL] * buffer
        state[z, HV_WARM] = warm
        state[z, HV_COOL] = cool
        flows += flow
        back += flow * cool
        if system[HS_FLOOR] > 0.5:
            w[z, WK_FLOOR] = state[z, HV_HALF] * (warm + cool - 2.0 * node[z, FLOOR_IN])
        else:
            heat = state[z, HV_HALF] * (warm + cool - 2.0 * zone[z, Z_AIR])
            w[z, WK_RADIANT] = system[HS_RADIANT] * heat
            w[z, WK_CONVECTIVE] = heat - w[z, WK_RADIANT]
    return back / flows


@njit
def compressor(
    dt: float, system: Float, plant: Float, counter: Float, setpoint: float, outdoor: float,
) -> None:  # fmt: skip
    """Start or stop by hysteresis and calls, within minimum run and off times; counts starts and short
    cycles.
    """
    plant[HX_AGE] += dt
    plant[HX_SINCE_START] += dt
    call = plant[HX_CALL] > 0.5
    able = outdoor >= HEAT_PUMP_T_LOW
    tank = plant[HX_BUFFER]
    if plant[HX_ON] > 0.5:
        satisfied = not call or tank > setpoint + HYSTERESIS or not able
        if (satisfied and plant[HX_AGE] >= system[HS_MIN_RUN]) or tank > TRIP:
            plant[HX_ON] = 0.0
            plant[HX_AGE] = 0.0
            plant[HX_STARTING] = 0.0
    elif call and able and tank < setpoint - HYSTERESIS and plant[HX_AGE] >= system[HS_MIN_OFF]:
        plant[HX_ON] = 1.0
        plant[HX_AGE] = 0.0
        counter[N_STARTS] += 1.0
        if plant[HX_SINCE_START] < SHORT_CYCLE_S:
            counter[N_SHORT_CYCLES] += 1.0
        plant[HX_SINCE_START] = 0.0


@njit
def heat_pump(system: Float, plant: Float, needed: float, outdoor: float) -> tuple[float, float, float]:
    """Heat and electric power of the compressor at the part load that meets `needed`, and its most heat,
    all [W].
    """
    if plant[HX_ON] < 0.5:
        return 0.0, 0.0, 0.0
    frost = frost_factor(outdoor)
    full = system[HS_CAPACITY] * heat_pump_capacity(outdoor)
    part = clip(needed / (full * frost), system[HS_LEAST], 1.0)
    power = full * part * heat_pump_input(outdoor, plant[HX_BUFFER], part) / system[HS_COP]
    plant[HX_STARTING] += (1.0 - plant[HX_STARTING]) * system[HS_START_STEP]
    return full * part * frost * plant[HX_STARTING], power, full * frost


@njit
def backup(
    dt: float, system: Float, plant: Float, setpoint: float, needed: float, full: float, outdoor: float
) -> float:
    """Power of the electric backup heater [W]: only after a lasting shortfall that the compressor cannot
    meet.
    """
    call = plant[HX_CALL] > 0.5
    below = setpoint - plant[HX_BUFFER]
    short = call and below > BACKUP_START and (needed > full > 0.0 or outdoor < HEAT_PUMP_T_LOW)
    plant[HX_SHORTFALL] = plant[HX_SHORTFALL] + dt if short else 0.0
    if plant[HX_SHORTFALL] > BACKUP_WAIT_S:
        plant[HX_BACKUP] = 1.0
    if not call or below < BACKUP_END:
        plant[HX_BACKUP] = 0.0
    return float(plant[HX_BACKUP] * clip(needed - full, 0.0, system[HS_BACKUP]))


@njit
def _load(terminal: Float, state: Float, tank: float) -> float:
    """Heat that the emitters drew from the buffer at the last temperatures [W]."""
    load = 0.0
    for z in range(terminal.shape[0]):
        load += terminal[z, HT_FLOW] * CP_WATER * state[z, HV_VALVE] * (tank - state[z, HV_COOL])
    return load


@njit
def _report(
    signal: Float, at: int, plant: Float, back: float, air: float, heat: float, power: float, extra: float,
) -> None:  # fmt: skip
    """Signals of the heat pump."""
    signal[at + SY_SUPPLY_WATER] = plant[HX_BUFFER]
    signal[at + SY_RETURN_WATER] = back
    signal[at + SY_COMPRESSOR] = plant[HX_ON]
    signal[at + SY_COP] = heat / power if power > 0.0 else 0.0
    signal[at + SY_THERMAL] = heat + extra
    signal[at + SY_SUPPLY_FLOW] = air
    signal[at + SY_OUTDOOR_FLOW] = air


@njit
def _report_rooms(signal: Float, state: Float, w: Float) -> None:
    """Signals of the zones' terminals."""
    for z in range(w.shape[0]):
        at = z * ZONE_SIGNALS
        signal[at + SG_SUPPLY_FLOW] = w[z, WK_SUPPLY]
        signal[at + SG_SUPPLY_TEMPERATURE] = w[z, WK_SUPPLY_T]
        signal[at + SG_DAMPER] = state[z, HV_FAN]
        signal[at + SG_VALVE] = state[z, HV_VALVE]


@njit
def run(
    dt: float, system: Float, terminal: Float, zone: Float, node: Float, state: Float, plant: Float,
    command: Float, site: Float, w: Float, signal: Float, power: Float, counter: Float,
) -> None:  # fmt: skip
    """Heat pump, water and ventilation of one building in one tick, from its own rows."""
    zones = w.shape[0]
    outdoor = site[W_TEMPERATURE]
    flow, air = _rooms(dt, system, terminal, zone, state, plant, command, site, w)
    curve = supply_setpoint(system[HS_SUPPLY], system[HS_RESET] > 0.5, outdoor)
    setpoint = chosen(command[zones * ZONE_COMMANDS + C_SUPPLY_WATER], curve)
    compressor(dt, system, plant, counter, setpoint, outdoor)
    tank = plant[HX_BUFFER]
    needed = _load(terminal, state, tank) + system[HS_BUFFER] * (setpoint - tank) / max(RECOVERY_S, dt)
    heat, electric, full = heat_pump(system, plant, needed, outdoor)
    extra = backup(dt, system, plant, setpoint, needed, full, outdoor)
    back = water(dt, system, terminal, zone, node, state, plant, w, heat + extra)
    power[E_HEATING] = electric + extra
    power[E_PUMPS] = plant[HX_CALL] * system[HS_PUMP] * (0.3 + 0.7 * flow / system[HS_FLOW])
    power[E_FANS] = air * system[HS_FAN_POWER]
    _report_rooms(signal, state, w)
    _report(signal, zones * ZONE_SIGNALS + SITE_SIGNALS, plant, back, air, heat, electric, extra)
