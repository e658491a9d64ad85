"""Differences between BESTEST cases: whether a change of the building changes the result as in six programs.

44 are those of tables B8-6 and B8-7 of Standard 140 among the 17 cases; the others are the effect of mass on
the variations of the light cell (16) and the differences between the floating cases (12).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.validation.bestest import found
from twin.validation.bestest_figures import ENERGYPLUS, QUANTITIES, SOURCE, quantities_of, results
from twin.validation.check import Check, Demand, Outcome, Suite

PAIRS = (
    ("610", "600"), ("620", "600"), ("630", "620"), ("640", "600"), ("650", "600"),
    ("900", "600"), ("910", "900"), ("920", "900"), ("930", "920"), ("940", "900"), ("950", "900"),
    ("960", "900"), ("910", "610"), ("920", "620"), ("930", "630"), ("940", "640"),
    ("900FF", "600FF"), ("650FF", "600FF"), ("950FF", "900FF"), ("950FF", "650FF"),
)  # fmt: skip
UNHEATED = ("650", "950")  # nothing to compare in heating
INSIDE_DEMANDED = 65  # of 72
EACH_GOOD = "Each of the two cases lies inside the range by itself; their deviations add up here."


def quantities(first: str, second: str) -> tuple[str, ...]:
    """Keys of QUANTITIES that two cases are compared in."""
    both = [key for key in quantities_of(first) if key in quantities_of(second)]
    unheated = first in UNHEATED or second in UNHEATED
    return tuple(key for key in both if not (unheated and "heating" in key))


def run(case: str, _data: Path | None) -> Outcome:
    """All differences of one pair, "610-600"."""
    first, second = case.split("-")
    ours = found(first), found(second)
    checks = []
    for key in quantities(first, second):
        one, other = results(first, key), results(second, key)
        differences = {program: one[program] - other[program] for program in one if program in other}
        each = zip(ours, (one, other), strict=True)
        good = all(min(by.values()) <= own[key] <= max(by.values()) for own, by in each)
        checks.append(_check(case, key, ours[0][key] - ours[1][key], differences, good))
    return Outcome(tuple(checks))


def _check(case: str, key: str, ours: float, others: dict[str, float], good: bool) -> Check:
    """One difference; `good`: both of its cases lie inside the range of the programs by themselves."""
    low, high = min(others.values()), max(others.values())
    name, unit = QUANTITIES[key]
    unit = "K" if unit == "°C" else unit
    return Check(
        case=case,
        quantity=f"{name}, difference",
        unit=unit,
        ours=ours,
        low=low,
        high=high,
        reference=others.get(ENERGYPLUS),
        others=others,
        source=SOURCE,
        note=EACH_GOOD if good and not low <= ours <= high else "",
    )


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Of all pairs together, enough inside the range of the programs' own differences."""
    if not complete:
        return ()
    inside = sum(one.verdict == "inside" for one in checks)
    return (Demand(f"differences inside the range of {len(checks)}", inside, least=INSIDE_DEMANDED),)


SUITE = Suite(
    name="differences",
    title="ASHRAE 140: differences between cases",
    about=(
        "What shading, orientation, setback, ventilation, mass and a sunspace change, against the same "
        "differences in the results of six programs. A model may hit every load and still miss an effect."
    ),
    source=SOURCE,
    cases=tuple(f"{first}-{second}" for first, second in PAIRS),
    run=run,
    demands=demands,
)
