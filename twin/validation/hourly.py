"""BESTEST hour by hour against EnergyPlus: six cases, loads and floating temperatures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twin.physics.layout import Float
from twin.validation.bestest_figures import scenario_of
from twin.validation.check import Check, Demand, Outcome, Series, Suite
from twin.validation.year import Year, year_of

CASES = ("600", "600FF", "620", "900", "900FF", "960")
FOLDER = "bestest/energyplus_hourly"
LABEL = "EnergyPlus 23.2"
SOURCE = "EnergyPlus 23.2 on the input files of ANSI/ASHRAE Standard 140-2020, hourly means"
FLOATING = {"600FF": "T_ZONE_ONE", "900FF": "T_ZONE_ONE", "960": "T_SUN_ZONE"}  # zone that floats, its column
ANNUAL_PERCENT = 4.0  # mean over the annual loads
RMSE_PERCENT = 2.5  # of the peak
RMSE_K = 1.0
CONSTANT_FILMS = (
    "Convection is constant here and grows with the temperature difference in EnergyPlus: a sunlit floor "
    "heats the air faster there, so that noon peaks higher. See the rows with detailed convection."
)
DETAILED = ", detailed convection"  # the same case with `convection: detailed`
SMALL_W = 1.0  # a load below it is none


def run(case: str, data: Path | None) -> Outcome:
    """Errors of one case against EnergyPlus, and the curves."""
    if data is None:
        return Outcome(())
    theirs = _read(data / FOLDER / f"{case}.parquet")
    checks: list[Check] = []
    series: list[Series] = []
    for convection, which in (("fixed", ""), ("detailed", DETAILED)):
        year = year_of(scenario_of(case), convection=convection)
        for name, ours, column in (("heating", year.heating, "heat_W"), ("cooling", year.cooling, "cool_W")):
            if theirs[column].max() > SMALL_W:
                checks += _load_checks(case, name, which, ours, theirs[column])
                series.append(Series(case, name + which, "W", year.hours, ours, theirs[column], LABEL))
        if case in FLOATING:
            curve = _floating(case, which, year, theirs[FLOATING[case]])
            checks += _temperature_checks(case, which, curve)
            series.append(curve)
    return Outcome(tuple(checks), tuple(series))


def _read(path: Path) -> dict[str, Float]:
    """Columns of one case; loads [W], temperatures [°C], each (8760,)."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {name: np.asarray(table[name], dtype=np.float64) for name in table.column_names}


def _load_checks(case: str, name: str, which: str, ours: Float, theirs: Float) -> list[Check]:
    annual = float(ours.sum() / theirs.sum() - 1.0) * 100.0
    rmse = float(np.sqrt(np.mean((ours - theirs) ** 2)) / theirs.max()) * 100.0
    return [
        Check(case, f"annual {name} less {LABEL}'s{which}", "%", annual, source=SOURCE),
        Check(
            case,
            f"hourly {name}, RMSE in % of the peak{which}",
            "%",
            rmse,
            low=0.0,
            high=RMSE_PERCENT,
            source=SOURCE,
            note=CONSTANT_FILMS if not which and name == "cooling" and rmse > RMSE_PERCENT else "",
        ),
    ]


def _floating(case: str, which: str, year: Year, theirs: Float) -> Series:
    ours = year.air[list(year.air)[-1]]
    return Series(case, f"air temperature{which}", "°C", year.hours, ours, theirs, LABEL)


def _temperature_checks(case: str, which: str, curve: Series) -> list[Check]:
    reference = curve.ours if curve.reference is None else curve.reference
    error = curve.ours - reference
    rmse, bias = float(np.sqrt(np.mean(error**2))), float(error.mean())
    return [
        Check(case, f"floating temperature, RMSE{which}", "K", rmse, low=0.0, high=RMSE_K, source=SOURCE),
        Check(case, f"floating temperature, mean error{which}", "K", bias, source=SOURCE),
    ]


def demands(checks: Sequence[Check], _complete: bool) -> tuple[Demand, ...]:
    """Annual and hourly loads in the mean of all curves, floating temperatures one by one, for both films."""
    out: list[Demand] = []
    for which in ("", DETAILED):
        rows = [one for one in checks if one.quantity.endswith(DETAILED) == bool(which)]
        annual = [abs(one.ours) for one in rows if one.quantity.startswith("annual")]
        hourly = [one.ours for one in rows if one.quantity.startswith("hourly")]
        floats = [one.ours for one in rows if one.quantity.startswith("floating") and one.high is not None]
        if annual:
            text = f"mean error of annual loads{which} [%]"
            out.append(Demand(text, float(np.mean(annual)), most=ANNUAL_PERCENT))
            text = f"mean RMSE of hourly loads{which} [% of the peak]"
            out.append(Demand(text, float(np.mean(hourly)), most=RMSE_PERCENT))
        if floats:
            out.append(Demand(f"largest RMSE of floating temperatures{which} [K]", max(floats), most=RMSE_K))
    return tuple(out)


SUITE = Suite(
    name="hourly",
    title="BESTEST hour by hour against EnergyPlus",
    about="Loads and floating temperatures of six cases over the whole year beside those of EnergyPlus, with "
    "the constant films of the other suites and with `convection: detailed`.",
    source=SOURCE,
    cases=CASES,
    run=run,
    demands=demands,
    data=FOLDER,
    data_from="a Parquet file per case, which EnergyPlus 23.2 makes of the standard's input files",
)
