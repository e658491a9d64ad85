"""Air against closed forms: decay and sources of CO2 and vapour, zones that mix, openings by their formulas.

Every case is a scenario assembled as from a file and run by the Simulator at ticks of 1, 60, 300 and 900 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from twin.physics import layout as la
from twin.physics.layout import Float
from twin.physics.psychrometrics import saturation_humidity_ratio
from twin.validation import air_solutions as closed
from twin.validation import still
from twin.validation.answers import most
from twin.validation.check import Check, Demand, Outcome, Series, Suite, accepted

TICKS_S = (1, 60, 300, 900)
DRAWN_S = (60, 900)  # ticks of the curves
HOURS = 3
EXACT = 1e-9  # relative: closed form and scheme agree to rounding
FINE, COARSE = 1e-3, 1e-2  # of the first difference: coupled zones at ticks up to 300 s, and at 900 s
MASS_BALANCE = "Mass balance of well-mixed air (ASTM E741; ASHRAE Handbook Fundamentals 2017, ch. 16)"
CHAMBERS = "F.W. Sinden, Building and Environment 13 (1978) 21: linear system, by eigenvalues"
START, OUTDOOR = 2000.0, 420.0  # CO2 [ppm]
VOLUME = 100.0  # [m3]
WET, DRY = 0.012, 0.004  # humidity ratio of the room and outdoors [kg/kg]
BUFFER = 10.0  # moisture that furnishings take up, in units of the air's own (twin.building.envelope)
Found = tuple[list[Check], list[Series]]


def _times(tick_s: int, hours: int = HOURS) -> Float:
    return np.arange(hours * 3600 // tick_s + 1, dtype=np.float64) * float(tick_s)


def _worst(ours: Float, exact: Float) -> float:
    """Largest deviation relative to the answer."""
    return float(np.abs(ours / exact - 1.0).max())


def _curves(
    case: str, quantity: str, unit: str, tick_s: int, ours: Float, exact: Float, label: str
) -> Iterator[Series]:
    if tick_s in DRAWN_S:
        hours = np.arange(len(ours)) * tick_s / 3600.0
        yield Series(case, f"{quantity}, tick {tick_s} s", unit, hours, ours, exact, label)


def _single(
    case: str, column: int, weather: still.Weather, start: float, answer: Callable[[Float], Float],
    change: float = 1.0, carbon: float = 0.0, vapour: float = 0.0,
) -> Found:  # fmt: skip
    """One zone at every tick against its exponential; sources in it: `carbon` [m3/s], `vapour` [kg/s]."""
    quantity, unit = ("CO2", "ppm") if column == la.Z_CO2 else ("humidity ratio", "kg/kg")
    checks: list[Check] = []
    series: list[Series] = []
    for tick_s in TICKS_S:
        room = still.air_alone(volume_m3=VOLUME, infiltration={"air_changes_per_hour": change})
        made = still.simulator(still.scenario([room], tick_s=tick_s), weather)
        still.set_zones(made, {column: [start]})
        made.state.gains[0, 0, [la.G_CO2, la.G_BODY_VAPOUR]] = carbon, vapour
        ours, exact = still.trace(made, HOURS * 3600)[:, 0, column], answer(_times(tick_s))
        words = f"{quantity}, largest relative deviation, tick {tick_s} s"
        checks.append(most(case, words, "-", _worst(ours, exact), EXACT, MASS_BALANCE))
        series += _curves(case, quantity, unit, tick_s, ours, exact, "closed form")
    return checks, series


def _co2_decay(case: str) -> Found:
    change = float(case.split()[-1])
    return _single(
        case, la.Z_CO2, still.Weather(co2=OUTDOOR), START,
        lambda t: closed.decay(START, OUTDOOR, change, t), change,
    )  # fmt: skip


def _co2_source(case: str) -> Found:
    people, change = 5 * 5.2e-6, 1.5  # five seated adults [m3/s]
    rest = OUTDOOR + people * 1e6 / (change * VOLUME / 3600.0)
    return _single(
        case, la.Z_CO2, still.Weather(co2=OUTDOOR), OUTDOOR,
        lambda t: closed.decay(OUTDOOR, rest, change, t), change, carbon=people,
    )  # fmt: skip


def _vapour_decay(case: str) -> Found:
    return _single(
        case,
        la.Z_HUMIDITY,
        still.Weather(humidity=DRY),
        WET,
        lambda t: closed.decay(WET, DRY, 2.0 / BUFFER, t),
        2.0,
    )


def _vapour_source(case: str) -> Found:
    steam, change = 1e-4, 1.5  # [kg/s]: a person cooking
    rest = DRY + steam / (change * VOLUME * 1.2 / 3600.0)
    return _single(
        case, la.Z_HUMIDITY, still.Weather(humidity=DRY), DRY,
        lambda t: closed.decay(DRY, rest, change / BUFFER, t), change, vapour=steam,
    )  # fmt: skip


def _night(case: str) -> Found:
    """A fan from 22:00 to 06:00 on top of leaks: the rate of decay changes with the clock."""
    checks: list[Check] = []
    series: list[Series] = []
    plan = {"air_changes_per_hour": 2.0, "hours": ["22:00", "06:00"]}
    for tick_s in TICKS_S[1:]:
        room = still.air_alone(infiltration={"air_changes_per_hour": 0.2}, night_ventilation=plan)
        made = still.simulator(still.scenario([room], tick_s=tick_s), still.Weather(co2=OUTDOOR))
        still.set_zones(made, {la.Z_CO2: [START]})
        made.state.gains[0, 0, la.G_CO2] = 1e-5
        ours = still.trace(made, 86400)[:, 0, la.Z_CO2]
        clock = _times(tick_s, 24)[:-1] / 3600.0
        change = 0.2 + np.where((clock >= 22.0) | (clock < 6.0), 2.0, 0.0)
        rest = OUTDOOR + 1e-5 * 1e6 / (change * VOLUME / 3600.0)
        exact = closed.piecewise(START, rest, change, tick_s)
        words = f"CO2, largest relative deviation, tick {tick_s} s"
        checks.append(most(case, words, "-", _worst(ours, exact), EXACT, MASS_BALANCE))
        series += _curves(case, "CO2", "ppm", tick_s, ours, exact, "closed form")
    return checks, series


def _lessons(case: str) -> Found:
    """Pupils of a timetable come and go: constant sources between, whatever the tick."""
    first = {"zone": "room", "start": "08:00", "end": "09:30", "pupils": 24}
    second = {"zone": "room", "start": "10:30", "end": "12:00", "pupils": 20}
    people = {"kind": "school", "timetable": [first, second]}
    checks: list[Check] = []
    series: list[Series] = []
    for tick_s in TICKS_S[1:]:
        room = still.air_alone(volume_m3=210.0, infiltration={"air_changes_per_hour": 2.0})
        model = still.scenario([room], tick_s=tick_s, people=people, behaviour={"thermostat_override": False})
        made = still.simulator(model, still.Weather(co2=OUTDOOR))
        row, ticks = made.state.command.copy(), 14 * 3600 // tick_s
        ours, source = np.empty(ticks + 1), np.empty(ticks)
        ours[0] = made.state.zone[0, 0, la.Z_CO2]
        for k in range(ticks):
            made.advance(row, 1)
            ours[k + 1], source[k] = made.state.zone[0, 0, la.Z_CO2], made.state.gains[0, 0, la.G_CO2]
        rest = OUTDOOR + source * 1e6 / (2.0 * 210.0 / 3600.0)
        exact = closed.piecewise(ours[0], rest, np.full(ticks, 2.0), tick_s)
        words = f"CO2, largest relative deviation, tick {tick_s} s"
        checks.append(most(case, words, "-", _worst(ours, exact), EXACT, MASS_BALANCE))
        series += _curves(case, "CO2", "ppm", tick_s, ours, exact, "closed form")
    return checks, series


# --- zones that mix -------------------------------------------------------------------------------------

VOLUMES = (100.0, 60.0, 30.0)
CHANGES = (0.5, 0.2, 1.0)  # air changes an hour
MIXING = {(0, 1): 80.0, (1, 2): 40.0, (2, 0): 25.0}  # [m3/h]
SOURCES = (0.0, 2e-5, 0.0)  # CO2 [m3/s]
STARTS = (2000.0, 600.0, 1000.0)  # [ppm]


def _zones_mix(case: str) -> Found:
    """Two zones (a tree of doors) or three in a ring (solved as a matrix), with a source; the order."""
    count = 2 if case.startswith("two") else 3
    moist = "vapour" in case
    pairs = [pair for pair in MIXING if max(pair) < count]
    errors: list[float] = []
    checks: list[Check] = []
    series: list[Series] = []
    for tick_s in TICKS_S:
        ours = _mixed(count, pairs, moist, tick_s)
        exact = _mixed_exactly(count, pairs, moist, _times(tick_s))
        errors.append(float(np.abs(ours - exact).max() / np.ptp(exact[0])))
        limit = FINE if tick_s <= 300 else COARSE
        words = f"largest deviation over the first difference, tick {tick_s} s"
        checks.append(most(case, words, "-", errors[-1], limit, CHAMBERS))
        name, unit = ("humidity ratio", "kg/kg") if moist else ("CO2", "ppm")
        for z in range(count):
            series += _curves(
                case, f"{name} of zone {z + 1}", unit, tick_s, ours[:, z], exact[:, z], "eigenvalues"
            )
    order = _order(TICKS_S[1:], errors[1:])
    checks.append(Check(case, "order of convergence, 60 to 900 s", "-", order, low=0.9, source=CHAMBERS))
    return checks, series


def _order(ticks: Sequence[int], errors: Sequence[float]) -> float:
    """Slope of the error over the tick, both as logarithms."""
    return float(np.polyfit(np.log(ticks), np.log(errors), 1)[0])


def _mixed(count: int, pairs: Sequence[tuple[int, int]], moist: bool, tick_s: int) -> Float:
    rows = [
        still.air_alone(f"z{i}", VOLUMES[i], infiltration={"air_changes_per_hour": CHANGES[i]})
        for i in range(count)
    ]
    doors = [still.opening(f"z{i}", f"z{j}", mixing_m3_h=MIXING[i, j]) for i, j in pairs]
    weather = still.Weather(humidity=DRY, co2=OUTDOOR)
    made = still.simulator(still.scenario(rows, doors, tick_s), weather)
    column = la.Z_HUMIDITY if moist else la.Z_CO2
    still.set_zones(made, {column: [c / 2e5 if moist else c for c in STARTS[:count]]})
    made.state.gains[0, :, la.G_CO2] = SOURCES[:count]
    return still.trace(made, HOURS * 3600)[:, :, column]


def _mixed_exactly(count: int, pairs: Sequence[tuple[int, int]], moist: bool, seconds: Float) -> Float:
    outdoor = [change * volume / 3600.0 for change, volume in zip(CHANGES, VOLUMES, strict=True)][:count]
    exchange = [(i, j, MIXING[i, j] / 3600.0) for i, j in pairs]
    rest, scale = (DRY, 1.0 / 2e5) if moist else (OUTDOOR, 1.0)
    start = [c * scale - rest for c in STARTS[:count]]
    source = [0.0 if moist else s * 1e6 for s in SOURCES[:count]]
    capacity = [volume * (BUFFER if moist else 1.0) for volume in VOLUMES[:count]]
    return rest + closed.coupled(capacity, outdoor, exchange, source, start, seconds)


# --- openings -------------------------------------------------------------------------------------------

BROWN = "W.G. Brown, K.R. Solvason, Int. J. Heat Mass Transfer 5 (1962) 859"
GIDS = "W. de Gids, H. Phaff, Air Infiltration Review 4 (1982)"
SHERMAN = "M.H. Sherman, D.T. Grimsrud, LBL-10163 (1980); ASHRAE Handbook Fundamentals 2017, ch. 16"
DENSITY = 1.2  # of the scenario [kg/m3]


def _door(case: str) -> Found:
    """Flow through an open door at some differences, and how two rooms come together through it."""
    checks: list[Check] = []
    series: list[Series] = []
    width, height, volume = 0.9, 2.0, 100.0
    rooms = [still.air_alone("a", volume), still.air_alone("b", volume)]
    door = [still.opening("a", "b", width_m=width, height_m=height, open_fraction=1.0)]
    for difference in (0.5, 2.0, 8.0):
        made = still.simulator(still.scenario(rooms, door), still.Weather())
        still.set_zones(made, {la.Z_AIR: [22.0, 22.0 - difference]})
        still.trace(made, 60)
        answer = closed.door_flow(width, height, 22.0, 22.0 - difference) * DENSITY
        error = abs(float(still.flows(made)[1][0]) / answer - 1.0)
        words = f"flow at {difference:g} K, relative deviation"
        checks.append(most(case, words, "-", error, EXACT, BROWN))
    errors = []
    for tick_s in TICKS_S:
        made = still.simulator(still.scenario(rooms, door, tick_s), still.Weather())
        still.set_zones(made, {la.Z_AIR: [24.0, 16.0]})
        rows = still.trace(made, 3600)[:, :, la.Z_AIR]
        ours, exact = (
            rows[:, 0] - rows[:, 1],
            closed.door_decay(8.0, 20.0, width, height, volume, _times(tick_s, 1)),
        )
        errors.append(float(np.abs(ours - exact).max()))
        words = f"temperature difference, largest deviation, tick {tick_s} s"
        bound = {1: 0.01, 60: 0.5}.get(tick_s)
        checks.append(Check(case, words, "K", errors[-1], high=bound, source=BROWN, note=LAGGED))
        series += _curves(case, "temperature difference", "K", tick_s, ours, exact, "closed form")
    order = _order(TICKS_S[:2], errors[:2])
    checks.append(Check(case, "order of convergence, 1 to 60 s", "-", order, low=0.9, source=BROWN))
    return checks, series


LAGGED = (
    "Flow is that of the temperatures at the tick's begin: first order in the tick. Rooms of bare air in "
    "which a door stands open come together within minutes; fabric slows that down."
)


def _window(case: str) -> Found:
    """An open window in a room held at 20 °C: the flow, and CO2 that it carries away exactly."""
    checks: list[Check] = []
    series: list[Series] = []
    hold = {"kind": "ideal_loads", "heating_capacity_w_m2": 2000.0, "cooling_capacity_w_m2": 0.0}
    window = {"glazing": "double_clear", "area_m2": 2.0, "height_m": 1.2, "openable_fraction": 0.5}
    wall = {"construction": "wall_light", "area_m2": 10.0, "azimuth_deg": 180.0, "windows": [window]}
    for outdoor, wind in ((0.0, 0.0), (0.0, 4.0), (15.0, 2.0)):
        for tick_s in TICKS_S:
            model = still.scenario([still.air_alone(walls=[wall])], tick_s=tick_s, hvac=hold)
            made = still.simulator(model, still.Weather(outdoor, DRY, OUTDOOR, wind))
            still.set_zones(made, {la.Z_CO2: [START], la.Z_WINDOW: [1.0]})
            made.state.gains[0, 0, la.G_PEOPLE] = 1.0  # the last to leave would shut it
            ours = still.trace(made, 3600)[:, 0, la.Z_CO2]
            flow = closed.window_flow(1.0, 1.2, wind, 20.0 - outdoor)
            error = abs(float(still.flows(made)[0][0]) / (flow * DENSITY) - 1.0)
            exact = closed.decay(START, OUTDOOR, flow * 3600.0 / VOLUME, _times(tick_s, 1))
            at = f"{outdoor:g} °C, {wind:g} m/s, tick {tick_s} s"
            checks.append(most(case, f"flow at {at}, relative deviation", "-", error, EXACT, GIDS))
            checks.append(
                most(case, f"CO2 at {at}, largest relative deviation", "-", _worst(ours, exact), EXACT, GIDS)
            )
            series += _curves(
                case, f"CO2 at {outdoor:g} °C, {wind:g} m/s", "ppm", tick_s, ours, exact, "closed form"
            )
    return checks, series


def _leaks(case: str) -> Found:
    """Leaks at some winds and temperature differences."""
    checks = []
    for outdoor, wind in ((0.0, 0.0), (20.0, 5.0), (-10.0, 3.0)):
        model = still.scenario([still.air_alone(infiltration={"leakage_area_cm2": 200.0})])
        made = still.simulator(model, still.Weather(outdoor, wind=wind))
        still.trace(made, 60)
        answer = closed.leak_flow(200.0, wind, 20.0 - outdoor) * DENSITY
        error = abs(float(still.flows(made)[0][0]) / answer - 1.0)
        words = f"flow at {outdoor:g} °C, {wind:g} m/s, relative deviation"
        checks.append(most(case, words, "-", error, EXACT, SHERMAN))
    return checks, []


def _condensation(case: str) -> Found:
    """More vapour than air can take: it stays saturated, and the source less what air removes condenses."""
    steam, change = 5e-4, 1.0
    checks = []
    for tick_s in TICKS_S:
        room = still.air_alone(infiltration={"air_changes_per_hour": change})
        made = still.simulator(still.scenario([room], tick_s=tick_s), still.Weather(humidity=DRY))
        full = saturation_humidity_ratio(20.0, still.PRESSURE)
        still.set_zones(made, {la.Z_HUMIDITY: [full]})
        made.state.gains[0, 0, la.G_BODY_VAPOUR] = steam
        still.trace(made, 3600)
        condensed = float(made._scratch.work[0, la.WK_CONDENSATE])
        answer = steam - change * VOLUME * DENSITY / 3600.0 * (full - DRY)
        words, error = f"condensate, relative deviation, tick {tick_s} s", abs(condensed / answer - 1.0)
        limit = 2e-3 if tick_s <= 60 else 2e-2
        checks.append(most(case, words, "-", error, limit, MASS_BALANCE, note=SATURATED))
    return checks, []


SATURATED = (
    "Vapour beyond saturation condenses at the tick's end, so a little more leaves with the air before: "
    "first order in the tick. The answer takes saturation by Hyland and Wexler, the engine a polynomial."
)

_CASES: dict[str, Callable[[str], Found]] = {
    "CO2 decay at 0.3": _co2_decay,
    "CO2 decay at 1": _co2_decay,
    "CO2 decay at 6": _co2_decay,
    "CO2 with people": _co2_source,
    "CO2 of lessons": _lessons,
    "CO2 with night ventilation": _night,
    "vapour decay": _vapour_decay,
    "vapour with a source": _vapour_source,
    "condensation": _condensation,
    "two zones": _zones_mix,
    "three zones in a ring": _zones_mix,
    "two zones, vapour": _zones_mix,
    "three zones in a ring, vapour": _zones_mix,
    "open door": _door,
    "open window": _window,
    "leaks": _leaks,
}


def run_case(name: str, _data: Path | None = None) -> Outcome:
    """Checks and curves of one case; needs no data folder."""
    checks, series = _CASES[name](name)
    return Outcome(tuple(checks), tuple(series))


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Single zones to rounding at any tick; and all that ran within its limits."""
    exact = [check.ours for check in checks if check.high == EXACT]
    found = []
    if exact:
        text = "single zones and flows: largest relative deviation from closed forms"
        found.append(Demand(text, max(exact), most=EXACT))
    good = "all cases of air within their limits" if complete else "numbers within their limits"
    return (*found, accepted(checks, good))


SUITE = Suite(
    name="air",
    title="Air against closed forms",
    about=(
        "CO2 and vapour decay, rise to a source and mix between zones as the solutions of their balances "
        "say, at ticks of 1, 60, 300 and 900 s; open doors, windows and leaks pass the air of the "
        "published formulas. One zone with constant flows is exact at any tick; coupled zones are of "
        "second order in the tick."
    ),
    source=f"{MASS_BALANCE}; {CHAMBERS}; {BROWN}; {GIDS}; {SHERMAN}",
    cases=tuple(_CASES),
    run=run_case,
    demands=demands,
)
