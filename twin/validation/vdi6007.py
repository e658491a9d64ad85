"""Suite: the twelve test examples of VDI 6007-1 on the twin's own zone kernel.

Hourly means of air temperature or load on days 1, 10 and 60, at three ticks, against the guideline's tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.physics.layout import Float
from twin.validation.check import Check, Demand, Outcome, Series, Suite, accepted
from twin.validation.vdi6007_room import HOURS, Hourly, run

DAYS = (1, 10, 60)
TICKS_S = (60, 300, 3600)  # the guideline's own method steps by the hour
LEVEL_0 = ("1", "2", "3", "4", "6", "7")  # the cases that the twin's first demand names
SOURCE = "VDI 6007-1 (2015), test examples 1 to 12"
QUANTITIES = {"air_c": ("air temperature", "K", "°C"), "load_w": ("load", "W", "W")}
CHANGEOVER = (
    "Heating is convective, cooling by the ceiling. With short ticks one gives way to the other within this "
    "hour; the table has what one of them takes through the whole hour, as a tick of an hour gives."
)
NOTES = {
    "6": "The published table has cooling positive; here heating is. Deviations are alike at every tick.",
    "10": "The floor over the other room is merged with the outside wall into one capacity, as in the "
    "source; deviations are alike at every tick.",
}


@cache
def references() -> Mapping[str, Any]:
    """The transcribed figures: profiles, rooms, cases, limits and their source."""
    text = (resources.files("twin.validation") / "references" / "vdi6007.json").read_text("utf-8")
    figures: Mapping[str, Any] = json.loads(text)
    return figures


def simulate(name: str, tick_s: int, days: int = DAYS[-1]) -> Hourly:
    """Hourly means of a case ("1" to "12") on the kernel."""
    figures = references()
    case = figures["cases"][name]
    return run(case, figures["rooms"][case["room"]], figures["profiles"], tick_s, days)


def deviations(name: str, tick_s: int, days: Sequence[int] = DAYS) -> dict[str, dict[int, Float]]:
    """Ours less the table, by quantity and day: 24 hourly means each, in the quantity's unit.

    In the hours in which case 11 changes over from heating to cooling, its load is NaN (see `changeovers`).
    """
    hourly = simulate(name, tick_s, max(days))
    found: dict[str, dict[int, Float]] = {}
    for quantity, expected in references()["cases"][name]["expected"].items():
        found[quantity] = {day: _of(hourly, quantity, day) - np.array(expected[str(day)]) for day in days}
    if "load_w" in found:
        for day, difference in found["load_w"].items():
            difference[_changing(name, hourly, day)] = np.nan
    return found


def changeovers(name: str, tick_s: int) -> Iterator[tuple[int, int, float, float]]:
    """Hours in which case 11 heats, then cools the ceiling: day, hour, our load and the table's [W]."""
    hourly = simulate(name, tick_s)
    expected = references()["cases"][name]["expected"].get("load_w", {})
    for day in DAYS:
        for hour in np.flatnonzero(_changing(name, hourly, day)):
            yield day, int(hour), float(_of(hourly, "load_w", day)[hour]), float(expected[str(day)][hour])


def _of(hourly: Hourly, quantity: str, day: int) -> Float:
    """A day's 24 hourly means."""
    values = hourly.air if quantity == "air_c" else hourly.load
    return np.asarray(values[(day - 1) * HOURS : day * HOURS])


def _changing(name: str, hourly: Hourly, day: int) -> NDArray[np.bool_]:
    """Hours of a day in which two different devices worked."""
    both = hourly.changeover[(day - 1) * HOURS : day * HOURS]
    return both & ("cooled_surface" in references()["cases"][name])


def run_case(name: str, _data: Path | None = None) -> Outcome:
    """Checks and curves of one case; needs no data folder."""
    checks: list[Check] = []
    for tick_s in TICKS_S:
        for quantity, by_day in deviations(name, tick_s).items():
            checks += _checks(name, tick_s, quantity, by_day)
        checks += [_changeover_check(name, tick_s, *found) for found in changeovers(name, tick_s)]
    return Outcome(tuple(checks), tuple(_series(name)))


def _checks(name: str, tick_s: int, quantity: str, by_day: Mapping[int, Float]) -> Iterator[Check]:
    """Largest deviations: by day at the shortest tick, over all days at the others."""
    limits = references()["limits"]
    word, unit, _ = QUANTITIES[quantity]
    key = "air" if quantity == "air_c" else "load"
    groups = {f"day {day}": by_day[day] for day in by_day}
    if tick_s != TICKS_S[0]:
        groups = {"all days": np.concatenate(list(by_day.values()))}
    for days, difference in groups.items():
        hours = " but the changeover" if np.isnan(difference).any() else ""
        yield Check(
            case=name,
            quantity=f"largest deviation of {word}, {days}{hours}, tick {tick_s} s",
            unit=unit,
            ours=float(np.nanmax(np.abs(difference))),
            high=limits[f"{key}_{unit.lower()}"],
            accept_high=limits[f"{key}_accepted_{unit.lower()}"],
            source=SOURCE,
            note=NOTES.get(name, ""),
        )


def _changeover_check(name: str, tick_s: int, day: int, hour: int, ours: float, expected: float) -> Check:
    quantity = f"load in the hour of changeover, day {day}, {hour}:00, tick {tick_s} s"
    return Check(name, quantity, "W", ours, reference=expected, source=SOURCE, note=CHANGEOVER)


def _series(name: str) -> Iterator[Series]:
    """A curve per quantity and day at the shortest tick, at the middle of each hour."""
    hourly = simulate(name, TICKS_S[0])
    for quantity, expected in references()["cases"][name]["expected"].items():
        word, _, unit = QUANTITIES[quantity]
        for day in DAYS:
            hours = (day - 1) * HOURS + np.arange(0.5, HOURS)
            table = np.array(expected[str(day)])
            yield Series(
                name, f"{word}, day {day}", unit, hours, _of(hourly, quantity, day), table, "VDI 6007-1"
            )


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Level 0: cases 1-4, 6 and 7 within 0.15 K and 1.5 W; and all that ran within the same limits."""
    limits = references()["limits"]
    found = []
    for unit, key, word in (("K", "air_accepted_k", "air temperature"), ("W", "load_accepted_w", "load")):
        level_0 = [c.ours for c in checks if c.case in LEVEL_0 and c.unit == unit and c.verdict != "reported"]
        if level_0:
            text = f"level 0 (cases 1-4, 6, 7): largest deviation of {word} [{unit}]"
            found.append(Demand(text, max(level_0), most=limits[key]))
    good = "all 12 cases: deviations accepted" if complete else "deviations accepted"
    return (*found, accepted(checks, good))


SUITE = Suite(
    name="vdi6007",
    title="VDI 6007-1: the twelve test examples",
    about=(
        "A heavy and a light room answer gains, sun, weather, set temperatures and ventilation for sixty "
        "days. Each room is a network of the engine itself, stepped by its kernel at ticks of 60, 300 and "
        "3600 seconds; hourly means of days 1, 10 and 60 are held against the guideline's tables, which are "
        "rounded to 0.1 K and 1 W. The guideline allows 0.1 K and 1 W; accepted is half of that more, for "
        "the rounding."
    ),
    source=SOURCE,
    cases=tuple(str(number) for number in range(1, 13)),
    run=run_case,
    demands=demands,
)
