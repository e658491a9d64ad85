"""Meters, signals and indicators of one tick: what flowed, what it cost, and what people had to bear.

Everything integrates over time on the truth, tick by tick; nothing is recomputed over the past. Core
indicators follow BOPTEST (Blum et al. 2021, J. Build. Perform. Simul. 14(5), and ibpsa/project1-boptest
docs/design/source/core_kpi.rst); twin.kpi converts the integrals kept here.
"""

from __future__ import annotations

from twin.physics import layout as la
from twin.physics.compile import njit
from twin.physics.layout import Boundary, Float, Parameters, State
from twin.physics.psychrometrics import MOLAR_RATIO

J_PER_KWH = 3.6e6
QUARTER_S = 900
UNMET_TOLERANCE_K = 0.2  # unmet hours begin here (EnergyPlus: Tolerance for Time Setpoint Not Met)
PMV_LIMIT = 0.5  # ISO 7730 category B


@njit
def signals(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float) -> None:  # noqa: ARG001
    """True values of zones, site and meters at the end of the tick, into x.signal[n].

    Also closes the tick's power (lights and equipment come from x.gains) and moves the registers, so that
    a meter read at the end of a tick contains that tick. System columns are written by twin.physics.hvac.
    """
    for z in range(x.zone.shape[1]):
        _zone_signals(b, x, n, c, j, z, w)
    at = x.zone.shape[1] * la.ZONE_SIGNALS
    x.signal[n, at + la.SS_OUTDOOR] = b.weather[c, j, la.W_TEMPERATURE]
    x.signal[n, at + la.SS_OUTDOOR_HUMIDITY] = b.weather[c, j, la.W_HUMIDITY]
    x.signal[n, at + la.SS_WIND] = b.weather[c, j, la.W_WIND]
    x.signal[n, at + la.SS_GLOBAL] = b.weather[c, j, la.W_GLOBAL]
    x.signal[n, at + la.SS_PRICE] = b.tariff[j, la.P_ELECTRICITY] * J_PER_KWH
    x.signal[n, at + la.SS_CARBON] = b.tariff[j, la.Q_ELECTRICITY] * J_PER_KWH
    _meters(p, x, n, at + la.SITE_SIGNALS + la.SYSTEM_SIGNALS)


@njit
def _zone_signals(b: Boundary, x: State, n: int, c: int, j: int, z: int, w: Float) -> None:
    """Air and people of one zone; twin.physics.people says how light it is."""
    at = z * la.ZONE_SIGNALS
    air = x.zone[n, z, la.Z_AIR]
    people = x.gains[n, z, la.G_PEOPLE]
    x.signal[n, at + la.SG_AIR] = air
    x.signal[n, at + la.SG_OPERATIVE] = 0.5 * (air + x.zone[n, z, la.Z_RADIANT])
    x.signal[n, at + la.SG_RADIANT] = x.zone[n, z, la.Z_RADIANT]
    humidity = x.zone[n, z, la.Z_HUMIDITY]
    partial = 100.0 * b.weather[c, j, la.W_PRESSURE] * humidity  # vapour_pressure, one division less
    x.signal[n, at + la.SG_RH] = min(100.0, partial / ((MOLAR_RATIO + humidity) * w[z, la.WK_SATURATION]))
    x.signal[n, at + la.SG_CO2] = x.zone[n, z, la.Z_CO2]
    x.signal[n, at + la.SG_OCCUPANTS] = people
    x.signal[n, at + la.SG_PRESENCE] = 1.0 if people > 0.0 else 0.0
    x.signal[n, at + la.SG_HEAT] = x.zone[n, z, la.Z_HEAT]
    x.signal[n, at + la.SG_WINDOW] = x.zone[n, z, la.Z_WINDOW]
    x.signal[n, at + la.SG_OFFSET] = x.zone[n, z, la.Z_OFFSET]
    x.signal[n, at + la.SG_PMV] = x.zone[n, z, la.Z_PMV]


@njit
def _meters(p: Parameters, x: State, n: int, at: int) -> None:
    """Power of this tick by end use, registers, and both as signals from column `at`."""
    lights = 0.0
    equipment = 0.0
    for z in range(x.zone.shape[1]):
        lights += x.gains[n, z, la.G_LIGHTS]
        equipment += x.gains[n, z, la.G_EQUIPMENT]
    x.power[n, la.E_LIGHTS] = lights
    x.power[n, la.E_EQUIPMENT] = equipment
    for use in range(la.END_USES):
        x.register[n, use] += x.power[n, use] * p.kind[la.K_TICK_S]
    _totals(x.power, x.signal, n, at, 1.0)
    _totals(x.register, x.signal, n, at + la.METERS, 1.0 / J_PER_KWH)


@njit
def _totals(source: Float, target: Float, n: int, at: int, scale: float) -> None:
    """End uses and their totals, times scale, into target[n, at:at + la.METERS]."""
    electric = 0.0
    for use in range(la.END_USES):
        target[n, at + use] = source[n, use] * scale
        if use < la.ELECTRIC:
            electric += source[n, use]
    at += la.END_USES
    target[n, at + la.SM_TOTAL_ELECTRIC] = electric * scale
    target[n, at + la.SM_TOTAL_GAS] = source[n, la.E_GAS_HEATING] * scale
    target[n, at + la.SM_TOTAL_HEAT] = (
        source[n, la.E_DISTRICT_HEATING] + source[n, la.E_DISTRICT_COOLING]
    ) * scale


@njit
def accumulate(p: Parameters, b: Boundary, x: State, n: int, v: int, j: int) -> None:
    """Integrals of the tick: since the last control step always, indicators only after the warm-up.

    The step integrals restart with the first tick of a control step, so that reading them changes nothing.
    Until the warm-up ends, the event counters are noted, so that twin.kpi can leave it out.
    """
    k = int(x.counter[n, la.N_TICK])
    counted = k >= p.kind[la.K_WARM_UP_TICKS]
    if k % p.kind[la.K_TICKS_PER_STEP] == 0:
        x.kpi[n, la.KP_STEP_COST] = 0.0
        x.kpi[n, la.KP_STEP_TDIS] = 0.0
        x.kpi[n, la.KP_STEP_IDIS] = 0.0
    for z in range(x.zone.shape[1]):
        _comfort(p, b, x, n, v, j, z, counted)
    _money(p, b, x, n, j, counted)
    if counted:
        x.kpi[n, la.KP_TIME] += p.kind[la.K_TICK_S]
        _quarters(p, x, n, k)
    else:
        x.kpi[n, la.KP_STARTS] = x.counter[n, la.N_STARTS]
        x.kpi[n, la.KP_SHORT_CYCLES] = x.counter[n, la.N_SHORT_CYCLES]
        x.kpi[n, la.KP_COMPLAINTS] = x.counter[n, la.N_COMPLAINTS]
        x.kpi[n, la.KP_OVERRIDES] = x.counter[n, la.N_OVERRIDES]


@njit
def _comfort(p: Parameters, b: Boundary, x: State, n: int, v: int, j: int, z: int, counted: bool) -> None:
    """Discomfort of one zone: the air of the tick's mean, against the bounds that hold now."""
    dt = float(p.kind[la.K_TICK_S])
    temperature = x.zone[n, z, la.Z_MEAN_AIR]
    if p.kind[la.K_COMFORT_OPERATIVE] == 1:
        temperature = 0.5 * (temperature + x.zone[n, z, la.Z_RADIANT])
    deviation = max(0.0, b.bounds[j, z, la.B_LOWER] - temperature, temperature - b.bounds[j, z, la.B_UPPER])
    excess = max(0.0, x.zone[n, z, la.Z_CO2] - b.bounds[j, z, la.B_CO2])
    people = x.gains[n, z, la.G_PEOPLE]
    if people > 0.0 and p.zone[v, z, la.ZP_CONDITIONED] > 0.5:
        x.kpi[n, la.KP_STEP_TDIS] += people * deviation * dt
        x.kpi[n, la.KP_STEP_IDIS] += people * excess * dt
    if not counted:
        return
    if deviation > 0.0:
        x.kpi_zone[n, z, la.KZ_TDIS] += deviation * dt
        x.kpi_zone[n, z, la.KZ_MAX_DEVIATION] = max(x.kpi_zone[n, z, la.KZ_MAX_DEVIATION], deviation)
        if deviation > UNMET_TOLERANCE_K:
            x.kpi_zone[n, z, la.KZ_UNMET] += dt
    if excess > 0.0:
        x.kpi_zone[n, z, la.KZ_IDIS] += excess * dt
    if people <= 0.0:
        return
    x.kpi_zone[n, z, la.KZ_TDIS_OCCUPIED] += people * deviation * dt
    x.kpi_zone[n, z, la.KZ_IDIS_OCCUPIED] += people * excess * dt
    x.kpi_zone[n, z, la.KZ_PRESENT] += people * dt
    x.kpi_zone[n, z, la.KZ_OCCUPIED] += dt
    x.kpi_zone[n, z, la.KZ_PPD] += x.zone[n, z, la.Z_PPD] * people * dt
    if abs(x.zone[n, z, la.Z_PMV]) > PMV_LIMIT:
        x.kpi_zone[n, z, la.KZ_PMV_OUT] += people * dt
    if deviation > UNMET_TOLERANCE_K:
        x.kpi_zone[n, z, la.KZ_UNMET_OCCUPIED] += dt


@njit
def _hvac(power: Float, n: int) -> float:
    """Electric power of heating, cooling, fans and pumps [W]: all but plugs and lights."""
    total = power[n, la.E_HEATING] + power[n, la.E_COOLING]
    return float(total + power[n, la.E_FANS] + power[n, la.E_PUMPS])


@njit
def _money(p: Parameters, b: Boundary, x: State, n: int, j: int, counted: bool) -> None:
    """Energy by end use, cost and carbon of the tick, for HVAC and for the whole building."""
    dt = float(p.kind[la.K_TICK_S])
    hvac = _hvac(x.power, n) * dt
    plugs = (x.power[n, la.E_LIGHTS] + x.power[n, la.E_EQUIPMENT]) * dt
    cost_hvac = hvac * b.tariff[j, la.P_ELECTRICITY]
    carbon_hvac = hvac * b.tariff[j, la.Q_ELECTRICITY]
    for carrier in range(1, la.CARRIERS):
        energy = x.power[n, la.ELECTRIC - 1 + carrier] * dt
        cost_hvac += energy * b.tariff[j, la.P_ELECTRICITY + carrier]
        carbon_hvac += energy * b.tariff[j, la.Q_ELECTRICITY + carrier]
    x.kpi[n, la.KP_STEP_COST] += cost_hvac
    if not counted:
        return
    for use in range(la.END_USES):
        x.kpi[n, la.KP_ENERGY + use] += x.power[n, use] * dt
    x.kpi[n, la.KP_COST] += cost_hvac + plugs * b.tariff[j, la.P_ELECTRICITY]
    x.kpi[n, la.KP_CARBON] += carbon_hvac + plugs * b.tariff[j, la.Q_ELECTRICITY]
    x.kpi[n, la.KP_COST_HVAC] += cost_hvac
    x.kpi[n, la.KP_CARBON_HVAC] += carbon_hvac


@njit
def _quarters(p: Parameters, x: State, n: int, k: int) -> None:
    """Mean power over UTC quarter hours, and the highest so far; a tick that straddles the mark is split.

    The origin is a civil midnight, and every time zone is offset by whole quarter hours.
    """
    tick = p.kind[la.K_TICK_S]
    into = (k * tick) % QUARTER_S
    before = min(tick, QUARTER_S - into)
    _add_to_quarter(x, n, float(before))
    if into + tick < QUARTER_S:
        return
    for i in range(la.PEAKS):
        x.kpi[n, la.KP_PEAK + i] = max(x.kpi[n, la.KP_PEAK + i], x.kpi[n, la.KP_QUARTER + i] / QUARTER_S)
        x.kpi[n, la.KP_QUARTER + i] = 0.0
    x.kpi[n, la.KP_QUARTER_S] = 0.0
    if before < tick:
        _add_to_quarter(x, n, float(tick - before))


@njit
def _add_to_quarter(x: State, n: int, seconds: float) -> None:
    """Some seconds at the tick's power: carriers of the whole building, then the electricity of HVAC."""
    x.kpi[n, la.KP_QUARTER_S] += seconds
    hvac = _hvac(x.power, n)
    electric = hvac + x.power[n, la.E_LIGHTS] + x.power[n, la.E_EQUIPMENT]
    x.kpi[n, la.KP_QUARTER] += electric * seconds
    for carrier in range(1, la.CARRIERS):
        x.kpi[n, la.KP_QUARTER + carrier] += x.power[n, la.ELECTRIC - 1 + carrier] * seconds
    x.kpi[n, la.KP_QUARTER + la.CARRIERS] += hvac * seconds
