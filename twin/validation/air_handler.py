"""An air handler on a bench: the shipped VAV model between rooms and weather that are held still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.building.plant import plant
from twin.physics import layout as la
from twin.physics import vav as va
from twin.physics.airside import fan_flow, fan_power, fan_speed
from twin.physics.layout import Float
from twin.physics.psychrometrics import CP_AIR, STANDARD_PRESSURE
from twin.scenario.schema import Scenario
from twin.validation.answers import against, figures, most
from twin.validation.check import Check, Outcome

FAN, ECONOMIZER = "fan", "economizer"
AFFINITY = "fan affinity laws, ASHRAE Systems and Equipment 2020, ch. 21"
LIMIT = "ASHRAE 90.1-2019, 6.5.1.1.3 (fixed dry bulb, 21 °C) and 6.5.1.3 (integrated)"
CURVE = 0.085  # share of design power; the reference is one curve for many fans
AREA_M2 = 100.0
ROOM_C, SUPPLY_C, HIGH_LIMIT_C = 24.0, 13.0, 21.0
SETTLED_TICKS = 240
SWING_TICKS = 120  # the pressure swings around what its box needs


@dataclass
class Bench:
    """One room of 100 m2 behind an air handler, everything around it constant.

    Parameters
    ----------
    system, terminal, plant, boxes
        Parameters and states of the model, as `twin.building.plant` makes them.
    site, zone, bounds, command
        Weather, room, hours and commands of the moment.
    power, signal
        What the last tick used [W] and measured.
    """

    system: Float
    terminal: Float
    plant: Float
    boxes: Float
    site: Float
    zone: Float
    bounds: Float
    command: Float
    work: Float
    power: Float
    signal: Float
    counter: Float

    def run(self, ticks: int = SETTLED_TICKS) -> None:
        """Let minutes pass."""
        for _ in range(ticks):
            va.run(
                60.0, self.system, self.terminal, self.zone, self.boxes, self.plant, self.command,
                self.bounds, self.site, self.work, self.signal, self.power, self.counter,
            )  # fmt: skip

    def reading(self, column: int) -> float:
        """A signal of the air handler."""
        return float(self.signal[la.ZONE_SIGNALS + la.SITE_SIGNALS + column])


def scenario(**keys: object) -> Scenario:
    """One office room with an air handler."""
    room = {"id": "room", "floor_area_m2": AREA_M2}
    room["floor"] = {"construction": "floor_slab", "area_m2": AREA_M2}
    return Scenario.model_validate(
        {
            "name": "bench",
            "site": {"weather": "denver", "timezone": "UTC"},
            "building": {"zones": [room]},
            "hvac": {"kind": "vav", "economizer_high_limit_c": HIGH_LIMIT_C, **keys},
            "run": {"tick_s": 60},
        }
    )


def bench(outdoor: float, damper: float = 0.8, **keys: object) -> Bench:
    """The air handler in its hours, the box held open and the supply air setpoint held at 13 °C."""
    model = plant(scenario(**keys))
    site = np.zeros(la.SITE_COLUMNS)
    site[la.W_TEMPERATURE], site[la.W_PRESSURE] = outdoor, STANDARD_PRESSURE
    site[la.W_HUMIDITY], site[la.W_CO2] = 0.003, 420.0
    zone, work = np.zeros((1, la.ZONE_STATES)), np.zeros((1, la.WORK + 1))
    zone[0, la.Z_AIR], zone[0, la.Z_HUMIDITY], zone[0, la.Z_CO2] = ROOM_C, 0.006, 800.0
    work[0, la.WK_HEATING_SETPOINT], work[0, la.WK_COOLING_SETPOINT] = 20.0, ROOM_C
    bounds = np.zeros((1, la.BOUND_COLUMNS))
    bounds[0, la.B_OPERATING], bounds[0, la.B_EXPECTED] = 1.0, 10.0
    command = np.full(la.ZONE_COMMANDS + la.SYSTEM_COMMANDS, np.nan)
    command[la.C_DAMPER], command[la.C_VALVE] = damper, 0.0
    command[la.ZONE_COMMANDS + la.C_SUPPLY_AIR] = SUPPLY_C
    signals = la.ZONE_SIGNALS + la.SITE_SIGNALS + la.SYSTEM_SIGNALS + la.METER_SIGNALS
    return Bench(
        model.system[0], model.terminal[0], model.initial_plant.copy(), model.initial_terminal.copy(), site,
        zone, bounds, command, work, np.zeros(la.END_USES), np.zeros(signals), np.zeros(la.COUNTERS),
    )  # fmt: skip


def fan(case: str = FAN) -> Outcome:
    """Affinity laws, part-load curves, power from pressure rise, and what the fan does to the air."""
    return Outcome((*_laws(case), *_curve(case), *_reset(case), *_pressure(case)))


def _laws(case: str) -> list[Check]:
    """Dampers that stand still: flow with speed, power with its cube, to rounding."""
    flow, power = 0.0, 0.0
    for openness in (0.2, 0.5, 0.8, 1.0):
        for speed in (0.1, 0.3, 0.6, 0.9):
            most_flow = fan_flow(1.0, openness)
            flow = max(flow, abs(fan_flow(speed, openness) / (speed * most_flow) - 1.0))
            cube = speed**3 * fan_power(1.0, most_flow)
            power = max(power, abs(fan_power(speed, fan_flow(speed, openness)) / cube - 1.0))
    return [
        most(case, "flow against speed, dampers still", "-", flow, 1e-12, AFFINITY),
        most(case, "power against the cube of speed, dampers still", "-", power, 1e-12, AFFINITY),
        against(case, "power at design flow", "share", fan_power(1.0, 1.0), 1.0, 1e-12, AFFINITY),
    ]


def _curve(case: str) -> list[Check]:
    """The duct's static pressure held: power by flow against the part-load curve of ASHRAE 90.1."""
    known = figures("hvac")["fan"]
    a, b, c, d = known["coefficients"]
    checks = []
    for part in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        theirs = a + part * (b + part * (c + part * d))
        checks.append(
            against(
                case, f"power at {part:.0%} of design flow", "share", fan_power(fan_speed(part), part),
                theirs, CURVE, known["source"],
                "one curve stands for many fans; ours keeps a third of the design pressure in the duct",
            )
        )  # fmt: skip
    return checks


def _reset(case: str) -> list[Check]:
    """The duct's static pressure reset by its box: power by flow against the curve of other programs."""
    known = figures("hvac")["fan_with_reset"]
    a, b, c, d = known["coefficients"]
    checks = []
    for part in (0.3, 0.5, 0.7, 0.9, 1.0):
        stand = bench(15.0, float("nan"), static_pressure_reset=True)
        least = float(stand.terminal[0, va.VT_MINIMUM])
        stand.boxes[0, va.VB_COOL] = (part - least) / (1.0 - least)  # the room stands at its setpoint
        stand.run()
        used, passed = 0.0, 0.0
        for _ in range(SWING_TICKS):
            stand.run(1)
            used += float(stand.power[la.E_FANS] / stand.system[va.VS_FAN_POWER]) / SWING_TICKS
            passed += stand.reading(la.SY_SUPPLY_FLOW) / float(stand.system[va.VS_DESIGN_FLOW]) / SWING_TICKS
        theirs = a + passed * (b + passed * (c + passed * d))
        checks.append(
            against(
                case, f"power at {part:.0%} of design flow, static pressure reset", "share", used, theirs,
                CURVE, known["source"], "mean of two hours; ours knows no losses of drive and motor",
            )
        )  # fmt: skip
    return checks


def _pressure(case: str) -> list[Check]:
    """The shipped fan: design power V dp / eta, and a rise of the supply air of power / (m cp)."""
    pressure, efficiency = 900.0, 0.6
    stand = bench(15.0, 1.0, fan_pressure_pa=pressure, fan_efficiency=efficiency)
    design = float(stand.system[va.VS_DESIGN_FLOW]) / 1.2 * pressure / efficiency
    stand.command[la.ZONE_COMMANDS + la.C_COOLING_VALVE] = 0.0
    stand.command[la.ZONE_COMMANDS + la.C_HEATING_VALVE] = 0.0
    stand.run()
    flow = stand.reading(la.SY_SUPPLY_FLOW)
    rise = stand.reading(la.SY_SUPPLY_AIR) - stand.reading(la.SY_MIXED_AIR)
    used = float(stand.power[la.E_FANS])
    return [
        against(case, "power at design flow, bench", "W", used, design, 1e-6 * design,
                "P = V dp / eta, ASHRAE Systems and Equipment 2020, ch. 21"),
        against(case, "rise of the supply air, bench", "K", rise, used / (flow * CP_AIR), 1e-9,
                "first law: fan, belt and motor stand in the air stream"),
        against(case, "the same from pressure alone", "K", rise, pressure / (1.2 * CP_AIR * efficiency),
                1e-6, "dT = dp / (rho cp eta)"),
    ]  # fmt: skip


def economizer(case: str = ECONOMIZER) -> Outcome:
    """Outdoor air by outdoor temperature, everything settled, against what the mode calls for."""
    checks = _lockouts(case)
    for outdoor in (-15.0, -5.0, 0.0, 5.0, 10.0, 14.0, 18.0, 20.5, 21.5, 24.5, 30.0, 36.0):
        stand = bench(outdoor)
        stand.run()
        flow = stand.reading(la.SY_SUPPLY_FLOW)
        rise = stand.power[la.E_FANS] / (flow * CP_AIR)
        mode, fraction = _expected(outdoor, SUPPLY_C - rise, _least(stand, flow))
        checks.append(
            against(
                case, f"outdoor air at {outdoor:g} °C ({mode})", "share",
                stand.reading(la.SY_OUTDOOR_FRACTION), fraction, 0.01, LIMIT,
            )
        )  # fmt: skip
        free = stand.power[la.E_COOLING] == 0.0
        wanted = mode in ("minimum, heating", "free cooling")
        checks.append(against(case, f"chiller stands at {outdoor:g} °C", "0/1", free, wanted, 0.0, LIMIT))
    return Outcome(tuple(checks))


def _lockouts(case: str) -> list[Check]:
    """Where the high limit alone does not decide: no economizer, a cool room, much cold outdoor air."""
    none = bench(15.0, economizer="none")
    cool = bench(20.0)
    cool.zone[0, la.Z_AIR] = 19.0
    cold = bench(-10.0, minimum_outdoor_air_l_s_person=20.0)
    checks = []
    for name, stand in (
        ("no economizer, 15 °C", none), ("room of 19 °C, outdoor air of 20 °C", cool),
        ("20 l/s per person, -10 °C", cold),
    ):  # fmt: skip
        stand.run()
        least = _least(stand, stand.reading(la.SY_SUPPLY_FLOW))
        found = stand.reading(la.SY_OUTDOOR_FRACTION)
        checks.append(against(case, f"minimum outdoor air: {name}", "share", found, least, 1e-6, LIMIT))
    supply = cold.reading(la.SY_SUPPLY_AIR)
    held = against(case, "supply air held by the heating coil there", "°C", supply, SUPPLY_C, 0.1, LIMIT)
    return [*checks, held]


def _least(stand: Bench, flow: float) -> float:
    """Minimum outdoor air by ASHRAE 62.1, people and area, as a share of the supply air."""
    row = stand.terminal[0]
    expected = float(stand.bounds[0, la.B_EXPECTED])
    return float((row[va.VT_OUTDOOR_PERSON] * expected + row[va.VT_OUTDOOR_AREA]) / flow)


def _expected(outdoor: float, wanted: float, least: float) -> tuple[str, float]:
    """Mode and fraction: mixed air at the wanted temperature, between minimum and all outdoor air."""
    if outdoor >= HIGH_LIMIT_C:
        return "above the high limit", least
    fraction = (ROOM_C - wanted) / (ROOM_C - outdoor)
    if fraction < least:
        return "minimum, heating", least
    if fraction > 1.0:
        return "all outdoor air and chiller", 1.0
    return "free cooling", fraction
