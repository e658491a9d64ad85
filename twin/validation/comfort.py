"""Thermal comfort against the tables of its standards: PMV and PPD, and the adaptive ranges.

Only what the engine computes is compared: the twin has no SET, two-node model or cooling effect of moving
air. The functions are those that every person of a run calls; one case asks the running engine itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.physics import comfort
from twin.physics import layout as la
from twin.physics.psychrometrics import vapour_pressure
from twin.validation import still
from twin.validation.answers import against, figures
from twin.validation.check import Check, Demand, Outcome, Suite, accepted

PMV, PPD = 0.05, 0.5  # demanded: votes, percentage points
ISO = "ISO 7730:2005, table D.1"
ASHRAE = "ASHRAE 55-2017, validation table of PMV"
ASHRAE_ADAPTIVE = "ASHRAE 55-2020, 5.4.2, as tabled in validation-data-comfort-models (MIT)"
EN_ADAPTIVE = "EN 16798-1:2019, annex B, as tabled in validation-data-comfort-models (MIT)"
ERRATUM = (
    "Printed as {:.2f} and {:g} %; the program of the standard's annex D does not give that and is taken."
)
ROUNDED = "The table is rounded to {}: accepted is what rounding adds to the demand."
KELVIN = 0.1  # of the adaptive tables: printed to 0.1 K
Row = Mapping[str, Any]


def vote(row: Row) -> tuple[float, float]:
    """Our PMV and PPD of a row: tdb, tr [°C], vr [m/s], rh [%], met, clo."""
    vapour = comfort.vapour_pressure(row["tdb"], row["rh"])
    found = comfort.pmv(row["tdb"], row["tr"], row["vr"], vapour, row["met"], row["clo"])
    return float(found), float(comfort.ppd(found))


def _words(row: Row) -> str:
    air = f"{row['tdb']:g}/{row['tr']:g} °C, {row['vr']:g} m/s, {row['rh']:g} %"
    return f"{air}, {row['met']:g} met, {row['clo']:g} clo"


def _iso(case: str) -> list[Check]:
    """Both against the standard's program, and against the print, whose PPD is rounded to a whole percent."""
    data = figures("comfort")
    checks = []
    for number, row in enumerate(data["iso7730"], 1):
        wrong = number == data["erratum_row"]
        note = ERRATUM.format(row["pmv_table"], row["ppd_table"]) if wrong else ""
        ours, dissatisfied = vote(row)
        answer = row["pmv_calc"] if wrong else row["pmv_table"]
        checks.append(against(case, f"PMV, row {number}: {_words(row)}", "-", ours, answer, PMV, ISO, note))
        words = f"PPD, row {number}: {_words(row)}"
        checks.append(against(case, words, "%", dissatisfied, row["ppd_calc"], PPD, ISO, note))
        if not wrong:
            printed = f"printed {words}"
            checks.append(_rounded(case, printed, "%", dissatisfied, row["ppd_table"], PPD, 0.5, ISO))
    return checks


def _rounded(
    case: str, quantity: str, unit: str, ours: float, answer: float, demand: float, half: float, source: str
) -> Check:
    """A check against a rounded figure: inside by the demand, accepted with half of the last digit more."""
    return Check(
        case, quantity, unit, ours, answer - demand, answer + demand, answer - demand - half,
        answer + demand + half, answer, source=source, note=ROUNDED.format(f"{2 * half:g}"),
    )  # fmt: skip


def _ashrae(case: str) -> list[Check]:
    checks = []
    for number, row in enumerate(figures("comfort")["ashrae55"], 1):
        ours, dissatisfied = vote(row)
        words = f"row {number}: {_words(row)}"
        checks.append(_rounded(case, f"PMV, {words}", "-", ours, row["pmv"], PMV, 0.05, ASHRAE))
        checks.append(_rounded(case, f"PPD, {words}", "%", dissatisfied, row["ppd"], PPD, 0.05, ASHRAE))
    return checks


def _agrees(case: str, quantity: str, ours: float, answer: float | None, source: str) -> Check:
    """A comfort temperature or limit; where the standard gives none, 1 says that we give none either."""
    if answer is None:
        return against(case, f"{quantity}: none given", "-", float(math.isnan(ours)), 1.0, 0.0, source)
    return against(case, quantity, "°C", ours, answer, KELVIN, source)


def _adaptive_ashrae(case: str) -> list[Check]:
    checks = []
    for number, row in enumerate(figures("comfort")["adaptive_ashrae"], 1):
        at = f"row {number}, running mean {row['running_mean']:g} °C"
        ours = comfort.adaptive_ashrae(float(row["running_mean"]))
        checks.append(_agrees(case, f"comfort temperature, {at}", ours, row["tmp_cmf"], ASHRAE_ADAPTIVE))
        for share, half in (("80", comfort.ASHRAE_80), ("90", comfort.ASHRAE_90)):
            for side, sign in (("low", -1.0), ("up", 1.0)):
                if (key := f"tmp_cmf_{share}_{side}") in row:
                    words = f"{share} % limit, {side}, {at}"
                    checks.append(_agrees(case, words, ours + sign * half, row[key], ASHRAE_ADAPTIVE))
            if (key := f"acceptability_{share}") in row:
                inside = abs(row["operative"] - ours) <= half
                words = f"{row['operative']:g} °C is in the {share} % range, {at}"
                checks.append(against(case, words, "-", inside, row[key], 0.0, ASHRAE_ADAPTIVE))
    return checks


def _adaptive_en(case: str) -> list[Check]:
    checks = []
    for number, row in enumerate(figures("comfort")["adaptive_en"], 1):
        at = f"row {number}, running mean {row['running_mean']:g} °C"
        ours = comfort.adaptive_en(float(row["running_mean"]))
        checks.append(_agrees(case, f"comfort temperature, {at}", ours, row["tmp_cmf"], EN_ADAPTIVE))
        for name, above, below in zip(("i", "ii", "iii"), comfort.EN_ABOVE, comfort.EN_BELOW, strict=True):
            limits = {"up": ours + above, "low": ours - below}
            for side, limit in limits.items():
                words = f"category {name.upper()} limit, {side}, {at}"
                checks.append(_agrees(case, words, limit, row[f"tmp_cmf_cat_{name}_{side}"], EN_ADAPTIVE))
            inside = limits["low"] <= row["operative"] <= limits["up"]
            words = f"{row['operative']:g} °C is in category {name.upper()}, {at}"
            checks.append(
                against(case, words, "-", inside, row[f"acceptability_cat_{name}"], 0.0, EN_ADAPTIVE)
            )
    return checks


SEATED = "ISO 7730:2005, eq. 1-5, at the state that the run reached"


def _running(case: str) -> list[Check]:
    """The vote that the engine gives its mean occupant in a run, against the formula at that moment.

    A class sits in a room held at some temperatures, alike but for their characters; the room's state gives
    air, radiant temperature and vapour; clothing, activity and speed are put together anew.
    """
    checks = []
    hold = {"kind": "ideal_loads", "heating_capacity_w_m2": 500.0, "cooling_capacity_w_m2": 500.0}
    people = {
        "kind": "school",
        "timetable": [{"zone": "room", "start": "08:00", "end": "10:00", "pupils": 20}],
    }
    wall = {"construction": "wall_heavy", "area_m2": 30.0, "azimuth_deg": 180.0}
    for held in (19.0, 22.0, 25.0):
        room = still.air_alone(volume_m3=200.0, walls=[wall], infiltration={"air_changes_per_hour": 2.0})
        still_people = {"thermostat_override": False, "open_windows": False, "complain": False}
        model = still.scenario([room], hvac=hold, people=people, behaviour=still_people)
        made = still.simulator(model, still.Weather(8.0, 0.005), held)
        row = made.state.command.copy()
        row[0, [la.C_HEATING, la.C_COOLING]] = held
        still.trace(made, 9 * 3600 + 60, row)
        checks.append(_vote_in_room(case, held, made))
    return checks


def _vote_in_room(case: str, held: float, made: Any) -> Check:
    """The mean vote of the room against votes of each person present by the standard."""
    zone, state = made.state.zone[0, 0], made.state
    building = made.building
    morning = building.boundary.weather[0, 0, la.W_TEMPERATURE]  # the same all day
    votes = []
    for o, person in enumerate(state.occupant[0]):
        if person[la.O_ZONE] != 0.0:
            continue
        met = building.parameters.activity[0, int(person[la.O_ACTIVITY]), la.AC_MET]
        clothing = comfort.seasonal_clothing(morning) + building.boundary.occupant[0, o, la.OP_CLOTHING]
        votes.append(_person(zone, float(met), float(clothing)))
    answer = sum(votes) / len(votes)
    words = f"mean vote of {len(votes)} people at {held:g} °C"
    return against(case, words, "-", float(zone[la.Z_PMV]), answer, PMV, SEATED)


def _person(zone: Any, met: float, clothing: float) -> float:
    """A person's vote; who sits has 0.1 clo of chair and still air, who moves more the relative air speed."""
    seated = met <= 1.2
    speed = 0.1 if seated else comfort.relative_velocity(0.1, met)
    clo = min(2.0, max(0.3, clothing)) + (0.1 if seated else 0.0)
    vapour = vapour_pressure(zone[la.Z_HUMIDITY], still.PRESSURE)
    return float(comfort.pmv(zone[la.Z_AIR], zone[la.Z_RADIANT], speed, vapour, met, clo))


_CASES = {
    "ISO 7730": _iso,
    "ASHRAE 55": _ashrae,
    "adaptive, ASHRAE 55": _adaptive_ashrae,
    "adaptive, EN 16798-1": _adaptive_en,
    "people in a run": _running,
}


def run_case(name: str, _data: Path | None = None) -> Outcome:
    """Checks of one case; needs no data folder."""
    return Outcome(tuple(_CASES[name](name)))


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Table D.1 within 0.05 votes and 0.5 points of the standard; and all that ran within the same limits."""
    found = []
    for name, unit, limit in (("PMV", "-", PMV), ("PPD", "%", PPD)):
        table = [
            c for c in checks if c.source == ISO and c.unit == unit and c.quantity.startswith(f"{name},")
        ]
        if table:
            worst = max(abs(c.ours - c.reference) for c in table if c.reference is not None)
            found.append(
                Demand(f"ISO 7730, table D.1: largest deviation of {name} [{unit}]", worst, most=limit)
            )
    good = "all figures of comfort" if complete else "figures of comfort"
    return (*found, accepted(checks, good))


SUITE = Suite(
    name="comfort",
    title="Comfort against the tables of its standards",
    about=(
        "PMV and PPD of the engine at the thirteen rows of ISO 7730 and eight of ASHRAE 55, the adaptive "
        "ranges of ASHRAE 55 and EN 16798-1, and the votes of people in a running engine. One row of ISO "
        "7730 is misprinted and held against the standard's own program. SET and the cooling effect of "
        "moving air are not computed."
    ),
    source=f"{ISO}; {ASHRAE}; {ASHRAE_ADAPTIVE}; {EN_ADAPTIVE}",
    cases=tuple(_CASES),
    run=run_case,
    demands=demands,
)
