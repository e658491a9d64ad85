"""BESTEST: 17 test cells in Denver, a year of each, against six programs and the bands of Standard 140.

Every case is an ordinary scenario, scenarios/validation/bestest_<case>.yaml, run by the engine as shipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.validation.bestest_figures import (
    CASES,
    ENERGYPLUS,
    QUANTITIES,
    SOURCE,
    accepted_band,
    doubt,
    energyplus_inside,
    quantities_of,
    results,
    scenario_of,
)
from twin.validation.check import Check, Demand, Outcome, Suite
from twin.validation.year import Year, year_of

INSIDE_DEMANDED = 62  # of 67: as many as EnergyPlus has within the range of the other five programs

CONSTANT_FILMS = (
    "Convection is constant here; where it grows with the difference (`convection: detailed`) this "
    "number comes closer to that of EnergyPlus."
)
OUTSIDE = {  # why a quantity stays outside the range
    ("640", "annual_heating_MWh"): CONSTANT_FILMS,
    ("640", "peak_heating_kW"): CONSTANT_FILMS,
    ("950", "annual_cooling_MWh"): CONSTANT_FILMS,
}


def found(case: str) -> dict[str, float]:
    """What this program finds in a case, by the keys of QUANTITIES that the case reports."""
    year = year_of(scenario_of(case))
    every = all_quantities(year, list(year.air)[-1])
    return {key: every[key] for key in quantities_of(case)}


def all_quantities(year: Year, zone: str) -> dict[str, float]:
    """Annual loads, hourly peaks, and hourly extremes and mean of one zone's air temperature."""
    air = year.air[zone]
    return {
        "annual_heating_MWh": float(year.heating.sum()) / 1e6,
        "annual_cooling_MWh": float(year.cooling.sum()) / 1e6,
        "peak_heating_kW": float(year.heating.max()) / 1e3,
        "peak_cooling_kW": float(year.cooling.max()) / 1e3,
        "max_temp_C": float(air.max()),
        "min_temp_C": float(air.min()),
        "mean_temp_C": float(air.mean()),
    }


def check(case: str, key: str, ours: float) -> Check:
    """One quantity beside its range and band."""
    others = results(case, key)
    low, high = min(others.values()), max(others.values())
    accept_low, accept_high = accepted_band(case, key)
    notes = [doubt(case, key)]
    if not low <= ours <= high:
        away = max(low - ours, ours - high)
        unit = "K" if key.endswith("_C") else QUANTITIES[key].unit
        notes.append(f"{away:.3g} {unit} {'below' if ours < low else 'above'} the range.")
        notes.append(OUTSIDE.get((case, key), ""))
    return Check(
        case=case,
        quantity=QUANTITIES[key].name,
        unit=QUANTITIES[key].unit,
        ours=ours,
        low=low,
        high=high,
        accept_low=accept_low,
        accept_high=accept_high,
        reference=others.get(ENERGYPLUS),
        others=others,
        source=SOURCE,
        note=" ".join(note for note in notes if note),
    )


def run(case: str, _data: Path | None) -> Outcome:
    """All quantities of one case."""
    return Outcome(tuple(check(case, key, ours) for key, ours in found(case).items()))


def is_accepted(one: Check) -> bool:
    """Whether a quantity lies in its band, even where that is narrower than the programs' range."""
    low, high = one.accept_low, one.accept_high
    return (low is None or one.ours >= low) and (high is None or one.ours <= high)


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """All accepted; of all cases together enough strictly inside."""
    good = [is_accepted(one) for one in checks]
    missed = {one.case for one, fine in zip(checks, good, strict=True) if not fine}
    cases = {one.case for one in checks}
    inside = sum(one.verdict == "inside" for one in checks)
    whole = (
        Demand(f"cases accepted of {len(cases)}", len(cases - missed), least=len(cases)),
        Demand(f"quantities accepted of {len(checks)}", sum(good), least=len(checks)),
    )
    if not complete:
        return whole
    theirs, total = energyplus_inside()
    text = f"quantities inside the range of the six programs of {total}"
    other = f"for comparison: EnergyPlus inside the range of the other five, of {total}"
    return (*whole, Demand(text, inside, least=INSIDE_DEMANDED), Demand(other, theirs))


SUITE = Suite(
    name="bestest",
    title="ASHRAE 140 thermal fabric tests (BESTEST)",
    about=(
        "Seventeen variations of one room in the Denver typical year: light and heavy, shaded, set back at "
        "night, ventilated at night, floating, and behind a sunspace. Annual loads are accepted within the "
        "bands of Standard 140-2023 Addendum b, peaks within 5 % and temperatures within 1 K of the range of "
        "six programs."
    ),
    source=SOURCE,
    cases=CASES,
    run=run,
    demands=demands,
)
