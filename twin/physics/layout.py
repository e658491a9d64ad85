"""Names of every column in the wide arrays that the kernel works on.

N buildings, V parameter variants, Z zones, O occupants, P sensors, K boundary steps, A commands. Few, wide
arrays keep a call into compiled code cheap; the constants below keep it readable. Units in brackets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]

# --- envelope nodes with capacity, one row per zone (absent groups are decoupled) ------------------------
NODES = 8
WALL_IN, WALL_OUT, ROOF_IN, ROOF_OUT, FLOOR_IN, FLOOR_OUT, MASS, PARTITION = range(NODES)

# --- massless surfaces, recovered once per boundary step; AIR: the zone air at that moment --------------
SURFACES = 12
(S_STAR, S_WALL, S_ROOF, S_FLOOR, S_MASS, S_PARTITION, S_WINDOW, S_WINDOW_OUT, S_WALL_OUT, S_ROOF_OUT, S_FLOOR_OUT,
 S_AIR) = range(SURFACES)

# --- inputs of the envelope operator of one zone ------------------------------------------------------------
# the first SLOW_INPUTS change once per boundary step ("slow"), the others every tick ("fast"); AIR is the zone air.
# I_FIX_INSIDE + (s - S_WALL) corrects radiation and convection at inner surface s = S_WALL .. S_WINDOW; what these
# give goes to the star (I_FIX_STAR) and to the air (I_FIX_AIR).
(I_OUTDOOR, I_SKY, I_GROUND, I_SUN_WALL, I_SUN_ROOF, I_PANE_OUT, I_PANE_IN, I_TRANSMITTED, I_FIX_GAP, I_FIX_WINDOW,
 I_FIX_WALL, I_FIX_ROOF, I_BESIDE, I_FIX_STAR, I_FIX_AIR, I_FIX_INSIDE) = range(16)
INSIDES = 6
SLOW_INPUTS = I_FIX_INSIDE + INSIDES
I_RADIANT, I_FLOOR_HEAT, I_PARTITION, INPUTS = range(SLOW_INPUTS, SLOW_INPUTS + 4)
ROWS = NODES + INPUTS + 1  # rows of the operator: nodes, inputs, zone air
ROW_AIR = ROWS - 1

# --- state per zone -------------------------------------------------------------------------------------------
(Z_AIR, Z_HUMIDITY, Z_CO2, Z_MEAN_AIR, Z_RADIANT, Z_WINDOW, Z_OFFSET, Z_HEAT, Z_OUTDOOR_FLOW, Z_PMV, Z_PPD,
 Z_AIRING_COUNT, Z_OFFSET_LEFT, ZONE_STATES) = range(14)
# AIR [°C] HUMIDITY [kg/kg] CO2 [ppm] MEAN_AIR: mean over last tick [°C]; RADIANT: star node [°C]; WINDOW 0-1;
# OFFSET: thermostat override [K]; HEAT: HVAC heat into the zone, mean of last tick [W];
# OUTDOOR_FLOW: infiltration + window [kg/s]; PMV, PPD of the mean occupant [-], [%]; OFFSET_LEFT: until it ends [s].

# --- cached contributions of the slow inputs per zone: NODES columns, then -------------------------------------
DRIVE_FLUX = NODES  # heat from surfaces to air by slow inputs [W]
DRIVE_STAR = NODES + 1  # star temperature by slow inputs [°C]
DRIVE_WIND = NODES + 2  # window, wall, roof: what wind and temperature add to the outer film [W]
DRIVES = DRIVE_WIND + 3

# --- gains per zone, constant between events of people and appliances ------------------------------------------
(G_PEOPLE, G_CONVECTIVE, G_RADIANT, G_VAPOUR, G_CO2, G_LIGHTS, G_EQUIPMENT, G_APPLIANCE, G_APPLIANCE_VAPOUR, G_AWAKE,
 G_BODY_CONVECTIVE, G_BODY_RADIANT, G_BODY_VAPOUR, GAINS) = range(14)
# PEOPLE count; CONVECTIVE, RADIANT total [W]; VAPOUR [kg/s]; CO2 [m3/s]; LIGHTS, EQUIPMENT electric [W]; ...

# --- electric, gas and district power by end use [W] -----------------------------------------------------------
(E_HEATING, E_COOLING, E_FANS, E_PUMPS, E_LIGHTS, E_EQUIPMENT, E_GAS_HEATING, E_DISTRICT_HEATING,
 E_DISTRICT_COOLING, END_USES) = range(10)
ELECTRIC = 6  # the first six are electric
CARRIERS = 4  # electricity, gas, district heating, district cooling

# --- commands: per zone, then per system; NaN leaves the choice to the local loop -------------------------------
C_HEATING, C_COOLING, C_VENTILATION, C_DAMPER, C_VALVE, ZONE_COMMANDS = range(6)
(C_SUPPLY_AIR, C_SUPPLY_WATER, C_FAN, C_OUTDOOR_DAMPER, C_OUTDOOR_AIR, C_COOLING_VALVE, C_HEATING_VALVE,
 SYSTEM_COMMANDS) = range(8)

# --- counters per building (whole numbers held as float64) ------------------------------------------------------
(N_TICK, N_EVENT, N_STARTS, N_SHORT_CYCLES, N_LOGGED, N_TRUTH, N_COMPLAINTS, N_OVERRIDES, N_UNTIL, N_DUE, N_CLOTHING,
 COUNTERS) = range(12)
# UNTIL: tick at which the running call of advance ends (readings that nobody can see before then are skipped);
# DUE: tick before which no sensor reads; CLOTHING of the season [clo]

# --- occupants: state and (per seed) character -------------------------------------------------------------------
O_ZONE, O_ACTIVITY, O_DISCOMFORT, O_READY, O_SENSATION, OCCUPANT_STATES = range(6)
# ZONE -1: away; DISCOMFORT felt over the last hour [PMV]; READY tick from which the person may act again; SENSATION PMV
OP_CLOTHING, OP_PREFERENCE, OP_TOLERANCE, OCCUPANT_PARAMETERS = range(4)

# --- events of people and appliances (int64): tick, kind, entity, value, extra -----------------------------------
EV_TICK, EV_KIND, EV_ENTITY, EV_VALUE, EV_EXTRA, EVENT_COLUMNS = range(6)
EV_MOVE, EV_APPLIANCE = 0, 1
# MOVE: entity occupant, value zone or -1, extra activity. APPLIANCE: entity zone, value W, extra vapour [g/h].

# --- activities: total metabolic heat and what it is made of, per person ----------------------------------------
AC_MET, AC_SENSIBLE, AC_RADIANT_FRACTION, AC_VAPOUR, AC_CO2, ACTIVITY_COLUMNS = range(6)  # met, W, -, kg/s, m3/s

# --- boundary shared by buildings with one weather ----------------------------------------------------------------
(W_TEMPERATURE, W_HUMIDITY, W_CO2, W_WIND, W_SKY, W_GROUND, W_PRESSURE, W_GLOBAL, W_FORCED, SITE_COLUMNS) = range(10)
(SUN_WALL, SUN_ROOF, SUN_PANE_OUT, SUN_PANE_IN, SUN_TRANSMITTED, SUN_BESIDE, SUN_BELOW, SUN_COLUMNS) = range(8)
# [W] per zone, absorbed; BESIDE heat from spaces of known temperature (what is given back is in the operator) [W];
# BELOW what is under the floor less the site's ground temperature [K]
(P_ELECTRICITY, P_GAS, P_DISTRICT_HEATING, P_DISTRICT_COOLING, Q_ELECTRICITY, Q_GAS, Q_DISTRICT_HEATING,
 Q_DISTRICT_COOLING, TARIFF_COLUMNS) = range(9)  # P price [currency/J], Q carbon [kgCO2/J]
(B_LOWER, B_UPPER, B_CO2, B_EXPECTED, B_EQUIPMENT, B_LIGHTS, B_OPERATING, B_VENTILATION, BOUND_COLUMNS) = range(9)
# comfort LOWER, UPPER [°C]; CO2 limit [ppm]; EXPECTED people by schedule; EQUIPMENT, LIGHTS scheduled fraction 0-1;
# OPERATING 0/1: HVAC operating hours on a working day; VENTILATION share of the zone's night ventilation 0-1

# --- signals: the true value of every point at the end of a tick: Z x zone signals, then site, system, meters ------
(SG_AIR, SG_OPERATIVE, SG_RADIANT, SG_RH, SG_CO2, SG_OCCUPANTS, SG_PRESENCE, SG_ILLUMINANCE, SG_SUPPLY_FLOW,
 SG_SUPPLY_TEMPERATURE, SG_HEAT, SG_DAMPER, SG_VALVE, SG_WINDOW, SG_OFFSET, SG_PMV, ZONE_SIGNALS) = range(17)
(SS_OUTDOOR, SS_OUTDOOR_HUMIDITY, SS_WIND, SS_GLOBAL, SS_PRICE, SS_CARBON, SITE_SIGNALS) = range(7)
(SY_SUPPLY_AIR, SY_RETURN_AIR, SY_MIXED_AIR, SY_SUPPLY_FLOW, SY_OUTDOOR_FLOW, SY_OUTDOOR_FRACTION, SY_FAN, SY_SUPPLY_WATER,
 SY_STATIC, SY_RETURN_WATER, SY_COMPRESSOR, SY_COP, SY_THERMAL, SYSTEM_SIGNALS) = range(14)
# meters: power [W] of every end use, then of all electricity, gas and district heat; registers [kWh] in the same order
(SM_TOTAL_ELECTRIC, SM_TOTAL_GAS, SM_TOTAL_HEAT, METER_TOTALS) = range(4)  # after END_USES powers
METERS = END_USES + METER_TOTALS
METER_SIGNALS = 2 * METERS

# --- scratch of one tick, one row per zone: what systems and openings do to the air ---------------------------------
(WK_SUPPLY, WK_SUPPLY_T, WK_SUPPLY_X, WK_SUPPLY_CO2, WK_CONVECTIVE, WK_RADIANT, WK_FLOOR, WK_VAPOUR, WK_OUTDOOR,
 WK_LOW, WK_HIGH, WK_CAP_HEAT, WK_CAP_COOL, WK_IDEAL, WK_HEATING_SETPOINT, WK_COOLING_SETPOINT, WK_CONDENSATE,
 WK_SATURATION, WK_PARTITION, WK_SOURCE, WK_LOSS, WK_STATUS, WK_WEIGHT, WK_DIAGONAL, WK_RIGHT, WK_MEAN, WK_PIVOT, WK_SHARE,
 WK_SECOND) = range(29)
SOLVED = WK_SECOND - WK_WEIGHT  # from WEIGHT to SHARE: one quantity; then the same of another that is solved beside it
WORK = WK_SECOND + SOLVED
# SUPPLY mechanical supply flow [kg/s] with temperature, humidity ratio [kg/kg], CO2 [ppm]; CONVECTIVE, RADIANT, FLOOR heat
# from HVAC only [W]; VAPOUR from HVAC [kg/s]; OUTDOOR infiltration + windows [kg/s]; LOW, HIGH setpoints of ideal
# loads [°C] (-1e9, 1e9: none) with capacities [W >= 0]; IDEAL heat that the solve found [W]; *_SETPOINT effective,
# overrides included [°C]; CONDENSATE [kg/s] beyond SATURATION
# [Pa] of the new air. From WK_PARTITION on: scratch of thermal.solve and
# air.balances. The kernel allocates (Z, WORK + Z): the last Z columns are the matrix of coupled zones.

# --- indicators that accumulate per tick after the warm-up -----------------------------------------------------------
KP_ENERGY = 0  # .. END_USES [J]
(KP_COST, KP_CARBON, KP_COST_HVAC, KP_CARBON_HVAC, KP_TRAVEL, KP_TIME, KP_QUARTER_S) = range(
    END_USES, END_USES + 7)  # whole building, HVAC only, ...; TIME [s] in the indicators; QUARTER_S [s] in the quarter hour
PEAKS = CARRIERS + 1  # the carriers of the whole building, then the electricity of HVAC alone
KP_QUARTER = KP_QUARTER_S + 1  # .. PEAKS, energy in the running quarter hour [J]
KP_PEAK = KP_QUARTER + PEAKS  # .. PEAKS, highest quarter hour mean [W]
KP_STEP_COST = KP_PEAK + PEAKS  # HVAC only, since the last control step: cost [currency], occupied [K.s person], [ppm.s person]
KP_STEP_TDIS, KP_STEP_IDIS, KP_STARTS, KP_SHORT_CYCLES, KP_COMPLAINTS, KP_OVERRIDES, KPI_COLUMNS = range(
    KP_STEP_COST + 1, KP_STEP_COST + 8)
(KZ_TDIS, KZ_TDIS_OCCUPIED, KZ_IDIS, KZ_IDIS_OCCUPIED, KZ_UNMET, KZ_PRESENT, KZ_PMV_OUT, KZ_PPD, KZ_MAX_DEVIATION,
 KZ_UNMET_OCCUPIED, KZ_OCCUPIED, KPI_ZONE_COLUMNS) = range(12)
# TDIS [K.s]; TDIS_OCCUPIED [K.s person]; IDIS [ppm.s]; IDIS_OCCUPIED [ppm.s person]; UNMET [s] outside the bounds;
# PRESENT [person.s]; PMV_OUT [person.s] with |PMV| > 0.5; PPD [% person.s]; MAX_DEVIATION [K]; UNMET_OCCUPIED [s];
# OCCUPIED [s] with somebody there

# --- sensors ---------------------------------------------------------------------------------------------------------
SN_LAGGED, SN_READING, SN_TIME, SN_DUE, SENSOR_STATES = range(5)
# READING the newest, TIME its tick; NaN: none yet; DUE: tick before which nothing of this group is due (first of the group)
(SP_SIGNAL, SP_PERIOD, SP_PHASE, SP_LAG, SP_BIAS, SP_NOISE, SP_RESOLUTION, SP_LOWER, SP_UPPER, SP_GAIN, SP_KIND,
 SP_NEXT_GROUP, SP_ONSET, SP_FAULT, SP_DRIFT, SENSOR_PARAMETERS) = range(16)
# SIGNAL column of State.signal; PERIOD, PHASE [ticks]; LAG first-order factor per tick (1 = none); KIND 0 value,
# 1 register that never goes back; ONSET: tick from which FAULT adds to the bias, and DRIFT for every tick since;
# NEXT_GROUP: index of the first sensor after those with the same period and phase;
# sensors with a lag come first


class Parameters(NamedTuple):
    """What a building is: first axis V variants (one for all buildings unless randomised)."""

    kind: Int  # (KIND,) shared whole numbers, see K_*
    constant: Float  # (CONSTANTS,) shared numbers, see X_*
    zone: Float  # (V, Z, ZONE_PARAMETERS)
    operator: Float  # (V, Z, ROWS, NODES) exact step of the nodes over one tick
    flux: Float  # (V, Z, ROWS) mean heat to the zone air over one tick [W/K], [W/W]
    recover: Float  # (V, Z, ROWS, SURFACES) surfaces at an instant
    film: Float  # (V, Z, FILM_PARAMETERS) conductances of the lagged corrections
    partition: Float  # (V, Q, 3) zone i, zone j, conductance between the two half walls [W/K]
    door: Float  # (V, D, DOOR_PARAMETERS)
    system: Float  # (V, HS) HVAC system parameters: IS_, VS_ or HS_ of twin.physics.ideal, vav, hydronic
    terminal: Float  # (V, Z, HT) HVAC terminal parameters: IT_, VT_ or HT_
    activity: Float  # (V, ACTIVITIES, ACTIVITY_COLUMNS)
    behaviour: Float  # (V, BEHAVIOUR_PARAMETERS), see twin.physics.behaviour


K_TICK_S, K_TICKS_PER_BOUNDARY, K_SYSTEM, K_WARM_UP_TICKS, K_TRUTH_TICKS, K_BEHAVIOUR_TICKS, K_TICKS_PER_STEP, K_COMFORT_OPERATIVE, KINDS = range(9)
IDEAL, VAV, HYDRONIC = range(3)  # K_SYSTEM
X_HEADCOUNT, X_FLOOR_AREA, CONSTANTS = range(3)  # people of the scenario, floor area of all zones [m2]

(ZP_VOLUME, ZP_AREA, ZP_AIR_CAPACITY, ZP_AIR_MASS, ZP_LEAK_STACK, ZP_LEAK_WIND, ZP_LEAK_FIXED, ZP_WINDOW_AREA,
 ZP_WINDOW_HEIGHT, ZP_CONDITIONED, ZP_LIGHTS, ZP_EQUIPMENT_BASE, ZP_EQUIPMENT_PERSON, ZP_LIGHTS_RADIANT,
 ZP_EQUIPMENT_RADIANT, ZP_MOISTURE_CAPACITY, ZP_DAYLIGHT, ZP_CO2_START, ZP_DIMMING, ZP_NIGHT_FLOW, ZP_NIGHT_COOLER, ZP_NIGHT_FLOOR, ZP_NIGHT_FAN,
 ZONE_PARAMETERS) = range(24)
# VOLUME m3, AREA m2, AIR_CAPACITY air + furniture [J/K], AIR_MASS [kg], LEAK_STACK [ (kg/s)2/K ], LEAK_WIND
# [(kg/s)2/(m/s)2], LEAK_FIXED [kg/s], WINDOW_AREA openable [m2], WINDOW_HEIGHT [m], CONDITIONED 0/1, LIGHTS [W],
# EQUIPMENT_BASE [W] always on, EQUIPMENT_PERSON [W per person], *_RADIANT fraction, MOISTURE_CAPACITY multiplier of
# the air's own, DAYLIGHT [lx per W/m2 transmitted per m2 floor], CO2_START [ppm], DIMMING 0/1 lights follow daylight; night
# ventilation: FLOW [kg/s], only if outdoors is COOLER by [K] and the zone above FLOOR [°C], FAN [W per kg/s]

(D_FROM, D_TO, D_WIDTH, D_HEIGHT, D_OPEN, D_MIXING, D_TREE, DOOR_PARAMETERS) = range(8)
# OPEN fraction, MIXING [kg/s] always; TREE 1 where no round trip through doors is possible: then FROM is a leaf of
# what the doors further down connect

(F_GAP, F_GAP_AREA, F_GAP_GAS, F_GAP_EXPONENT, F_GAP_EMISSIVITY, F_GAP_PANES, F_WINDOW_AREA, F_WINDOW_EMISSIVITY, F_WINDOW_SKY,
 F_WINDOW_LINEAR, F_WALL_AREA, F_WALL_EMISSIVITY, F_WALL_SKY, F_WALL_LINEAR, F_ROOF_AREA, F_ROOF_EMISSIVITY,
 F_ROOF_SKY, F_ROOF_LINEAR, F_STAR) = range(19)
F_CONVECTION = F_STAR + INSIDES  # A h of the linear network [W/K]; then A h / dT^(1/3) where warmer, cooler than the air
F_WARM = F_CONVECTION + INSIDES
F_COOL = F_WARM + INSIDES
F_OUTER = F_COOL + INSIDES  # window, wall, roof: A h of the linear network, then A, then A times roughness [W/K, m2, m2]
OUTERS = DRIVES - DRIVE_WIND
F_DETAILED = F_OUTER + 3 * OUTERS  # 1 where films follow temperatures and wind
FILM_PARAMETERS = F_DETAILED + 1


class State(NamedTuple):
    """All that the future depends on, first axis N. Every array is a view of one buffer (see allocate)."""

    zone: Float  # (N, Z, ZONE_STATES)
    node: Float  # (N, Z, NODES) [°C]
    surface: Float  # (N, Z, SURFACES) [°C]
    drive: Float  # (N, Z, DRIVES)
    gains: Float  # (N, Z, GAINS)
    plant: Float  # (N, PS) HVAC system states: IX_, VX_ or HX_
    terminal: Float  # (N, Z, TS) HVAC terminal states: IV_, VB_ or HV_
    occupant: Float  # (N, O, OCCUPANT_STATES)
    power: Float  # (N, END_USES) mean of the last tick [W]
    register: Float  # (N, END_USES) energy since the origin [J]
    kpi: Float  # (N, KPI_COLUMNS), see twin.physics.electrical
    kpi_zone: Float  # (N, Z, KPI_ZONE_COLUMNS)
    sensor: Float  # (N, P, SENSOR_STATES), see twin.physics.sensing
    signal: Float  # (N, T) true values of every point at the last tick
    counter: Float  # (N, COUNTERS)
    command: Float  # (N, A) the latched command


class Boundary(NamedTuple):
    """What comes from outside: shared weather and prices, and each building's people and devices."""

    weather: Float  # (W, K, SITE_COLUMNS)
    sun: Float  # (W, K, Z, SUN_COLUMNS)
    tariff: Float  # (K, TARIFF_COLUMNS)
    bounds: Float  # (K, Z, BOUND_COLUMNS)
    event: Int  # (N, E, EVENT_COLUMNS) padded with tick = 2**62
    occupant: Float  # (N, O, OCCUPANT_PARAMETERS)
    occupant_key: Int  # (N, O)
    sensor: Float  # (N, P, SENSOR_PARAMETERS), see twin.physics.sensing
    sensor_key: Int  # (N, P)
    variant: Int  # (N,) row of Parameters
    climate: Int  # (N,) row of weather and sun


OWN = ("event", "occupant", "occupant_key", "sensor", "sensor_key", "variant", "climate")  # first axis N


class Log(NamedTuple):
    """Where a single building's readings and truth go; arrays of length 0 switch logging off."""

    reading_tick: Int  # (L,)
    reading_sensor: Int  # (L,)
    reading_value: Float  # (L,)
    truth: Float  # (R, T) rows every K_TRUTH_TICKS


class Scratch(NamedTuple):
    """Room for one tick of one building; what it holds is worth nothing afterwards."""

    work: Float  # (Z, WORK + Z)
    door: Float  # (D,) air that each door passes each way [kg/s]
    slow: Float  # (SLOW_INPUTS,)


def scratch(zones: int, doors: int) -> Scratch:
    """Scratch for buildings of so many zones and doors, apart from what another thread may write to."""
    apart = 16  # numbers in two cache lines
    return Scratch(
        np.zeros((zones, WORK + zones)), np.zeros(doors + apart)[:doors], np.zeros(SLOW_INPUTS + apart)[:SLOW_INPUTS]
    )


def allocate(shapes: dict[str, tuple[int, ...]]) -> tuple[State, Float]:
    """A zeroed State whose arrays are contiguous views of one buffer, and that buffer.

    Copying the buffer is a snapshot; writing it back is a restore.
    """
    sizes = {name: int(np.prod(shapes[name])) for name in State._fields}
    buffer = np.zeros(sum(sizes.values()), dtype=np.float64)
    views: list[Float] = []
    offset = 0
    for name in State._fields:
        views.append(buffer[offset : offset + sizes[name]].reshape(shapes[name]))
        offset += sizes[name]
    return State(*views), buffer
