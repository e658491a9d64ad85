"""Sun on and through the test cell of Standard 140, by itself: a wrong clock passes every load, not this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from twin.building.climate import shading_of
from twin.building.glazing import glazing_of, transmitted_absorbed
from twin.building.solar import incident
from twin.building.weather import SiteWeather, read_weather, sample_site
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.validation.bestest_figures import ENERGYPLUS, SOURCE, figures, scenario_of, solar
from twin.validation.check import Check, Demand, Outcome, Suite, accepted

SURFACES = {  # tilt and azimuth [°]
    "horizontal": (0.0, 180.0),
    "north": (90.0, 0.0),
    "east": (90.0, 90.0),
    "south": (90.0, 180.0),
    "west": (90.0, 270.0),
}
CASES = ("600", "610", "620", "630")
YEAR_S = 8760 * 3600
UNIT = "kWh/m2"
TABLED = (
    "The standard's table also prints hemispherical values, a quadrature in steps of ten degrees; the engine "
    "integrates the table itself. For comparison, nothing is demanded of it."
)


def run(case: str, _data: Path | None) -> Outcome:
    """Annual irradiation of one case: all that the programs report of it."""
    scenario = load_scenario(scenario_of(case))
    checks = []
    for name, others in solar(case).items():
        what, _, surface = name.partition("_")
        ours = falling(scenario, surface) if what == "incident" else transmitted(scenario, surface)
        checks.append(_check(case, f"{what}, {surface}", ours, others))
        if what == "transmitted":
            tabled = transmitted(scenario, surface, figures()["specification"]["glazing"]["hemispherical"])
            checks.append(
                Check(case, f"{what}, {surface}, by tabled hemispherical values", UNIT, tabled, note=TABLED)
            )
    return Outcome(tuple(checks))


def falling(scenario: Scenario, surface: str) -> float:
    """Radiation on an unshaded surface in the year [kWh/m2]."""
    site, hours = _sampled(scenario.site.weather, scenario.clock.boundary_step_s)
    tilt, azimuth = SURFACES[surface]
    return float(incident(site, tilt, azimuth, scenario.site.albedo).total.sum()) * hours / 1e3


def transmitted(scenario: Scenario, surface: str, diffuse: Sequence[float] = ()) -> float:
    """Radiation that passes the windows of one wall in the year [kWh per m2 of glass].

    Parameters
    ----------
    diffuse
        Hemispherical transmittance and absorptances to use instead of the glazing's own.
    """
    site, hours = _sampled(scenario.site.weather, scenario.clock.boundary_step_s)
    tilt, azimuth = SURFACES[surface]
    passed = area = 0.0
    for wall in scenario.building.zones[0].walls:
        for window in wall.windows if (wall.tilt_deg, wall.azimuth_deg) == (tilt, azimuth) else ():
            sun = incident(site, tilt, azimuth, scenario.site.albedo, shading_of(window))
            glass = glazing_of(window.glazing, scenario.building.glazing)
            if diffuse:
                glass = replace(glass, diffuse=(diffuse[0], diffuse[1], diffuse[2]))
            passed += window.area_m2 * float(transmitted_absorbed(glass, sun)[0].sum())
            area += window.area_m2
    return passed / area * hours / 1e3


@lru_cache(maxsize=4)
def _sampled(weather: str, step_s: int) -> tuple[SiteWeather, float]:
    """The year of the cases in steps of their boundary conditions, and the hours of a step."""
    start = load_scenario(scenario_of("600")).clock.start
    return sample_site(read_weather(weather), start, step_s, YEAR_S // step_s), step_s / 3600.0


def _check(case: str, quantity: str, ours: float, others: dict[str, float]) -> Check:
    return Check(
        case=case,
        quantity=quantity,
        unit=UNIT,
        ours=ours,
        low=min(others.values()),
        high=max(others.values()),
        reference=others.get(ENERGYPLUS),
        others=others,
        source=SOURCE,
    )


def demands(checks: Sequence[Check], _complete: bool) -> tuple[Demand, ...]:
    """All inside."""
    return (accepted(checks, "irradiations inside the range"),)


SUITE = Suite(
    name="irradiation",
    title="ASHRAE 140: sun on the walls and through the windows",
    about=(
        "Annual radiation on five surfaces of the test cell and through its windows, bare and under "
        "overhangs and fins. Half an hour of error in the clock moves east and west by a tenth and stays "
        "unseen in loads."
    ),
    source=SOURCE,
    cases=CASES,
    run=run,
    demands=demands,
)
