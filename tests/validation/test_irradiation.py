"""Sun on and through the test cell of ASHRAE Standard 140."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.building.solar import incident
from twin.scenario.catalog import load_scenario
from twin.validation import irradiation
from twin.validation.bestest_figures import scenario_of, solar


def test_all_lie_between_the_programs() -> None:
    checks = [one for case in irradiation.CASES for one in irradiation.run(case, None).checks]
    assert sum(one.verdict == "inside" for one in checks) == 9
    assert all(one.verdict in ("inside", "reported") for one in checks)
    assert all(demand.met for demand in irradiation.demands(checks, True))


def test_half_an_hour_of_error_in_the_clock_does_not_pass() -> None:
    site, hours = irradiation._sampled("denver", 300)
    late = replace(site, azimuth=np.roll(site.azimuth, 6), zenith=np.roll(site.zenith, 6))
    east = incident(late, 90.0, 90.0).total.sum() * hours / 1e3
    west = incident(late, 90.0, 270.0).total.sum() * hours / 1e3
    ranges = solar("600")
    outside = [
        not min(ranges[f"incident_{name}"].values()) <= value <= max(ranges[f"incident_{name}"].values())
        for name, value in (("east", east), ("west", west))
    ]
    assert any(outside)


@pytest.mark.parametrize(("bare", "shaded", "surface"), [("600", "610", "south"), ("620", "630", "west")])
def test_shade_takes_sun_away(bare: str, shaded: str, surface: str) -> None:
    passed = [irradiation.transmitted(load_scenario(scenario_of(case)), surface) for case in (bare, shaded)]
    assert 0.5 * passed[0] < passed[1] < 0.9 * passed[0]
