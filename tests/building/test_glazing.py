"""Glazing: optics by angle, gap conductance, simple performance indices."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.building.glazing import (
    ANGLES,
    NAMES,
    from_u_shgc,
    glazing_of,
    hemispherical,
    named_glazing,
    properties,
    transmitted_absorbed,
)
from twin.building.solar import Incident, Shading, incident
from twin.building.weather import SiteWeather, read_weather, sample_site
from twin.scenario.library import GLAZING_NAMES
from twin.scenario.windows import GlazingType

KWH = 1.0 / 3.6e6


@pytest.fixture(scope="module")
def site() -> SiteWeather:
    return sample_site(read_weather("denver"), datetime(2023, 1, 1, 7, tzinfo=UTC), 900, 8760 * 4)


def transmitted(site: SiteWeather, azimuth: float, shading: Shading | None = None) -> float:
    """Yearly radiation through vertical double clear glass [kWh/m2]."""
    sun = incident(site, 90.0, azimuth, 0.2, shading)
    return float(transmitted_absorbed(named_glazing("double_clear"), sun)[0].sum()) * site.step_s * KWH


def test_transmitted_through_double_glass_is_inside_the_reference_range(site: SiteWeather) -> None:
    """Ranges of six programs, ANSI/ASHRAE 140-2020 tables B8-14, to the whole kWh/m2."""
    assert 804 <= round(transmitted(site, 180.0)) <= 826
    assert 569 <= round(transmitted(site, 270.0)) <= 624


def test_shaded_transmission_is_inside_the_reference_range(site: SiteWeather) -> None:
    """Cases 610 and 630: 1 m overhang over the 8 m wall, and overhang with fins round each window (B8-15)."""
    one, other = (Shading(3.0, 2.0, 1.0, 0.5, *sides) for sides in ((0.5, 4.5), (4.5, 0.5)))
    south = 0.5 * (transmitted(site, 180.0, one) + transmitted(site, 180.0, other))
    assert 631 <= south <= 665
    box = Shading(3.0, 2.0, 1.0, 0.5, 0.0, 0.0, 1.0, 1.0, 0.5, 0.2)
    assert 390 <= transmitted(site, 270.0, box) <= 446


@pytest.mark.parametrize("name", NAMES)
def test_named_types_are_physical(name: str) -> None:
    glazing = named_glazing(name)
    tables = (glazing.transmittance, glazing.absorptance_outer, glazing.absorptance_inner)
    total = np.array(tables).sum(axis=0)
    assert np.all((total >= 0.0) & (total <= 1.0))
    assert glazing.transmittance[-1] == 0.0
    for values, diffuse in zip(tables, glazing.diffuse, strict=True):
        assert hemispherical(values) == pytest.approx(diffuse, abs=0.006)
    assert glazing.shgc(0.0) > glazing.shgc(60.0) > glazing.shgc(80.0) > 0.0


def test_tables_are_met_and_not_overshot() -> None:
    glazing = named_glazing("double_low_e_argon")
    at_table = properties(glazing, np.array(ANGLES))
    np.testing.assert_allclose(at_table[0], glazing.transmittance, atol=1e-12)
    fine = properties(glazing, np.linspace(0.0, 90.0, 901))
    for values, table in zip(fine, at_table, strict=True):
        pieces = values[:900].reshape(9, 100)
        assert np.all(pieces >= np.minimum(table[:-1], table[1:])[:, None] - 1e-12)
        assert np.all(pieces <= np.maximum(table[:-1], table[1:])[:, None] + 1e-12)


def test_better_glass_conducts_less_and_warm_gaps_conduct_more() -> None:
    u_values = [named_glazing(name).u_value() for name in NAMES]
    assert u_values == sorted(u_values, reverse=True)
    assert named_glazing("double_clear").u_value() == pytest.approx(2.85, abs=0.1)  # EN 673 4-12-4 air: 2.9
    for name in ("double_clear", "double_low_e_argon"):
        glazing = named_glazing(name)
        assert glazing.gap_conductance(30.0) > 1.1 * glazing.gap_conductance(-10.0)
    assert named_glazing("single_clear").gap_conductance() == float("inf")
    # the standard's constant values: 5.208 and 1.792 W/m2K
    assert named_glazing("double_clear").gap_conductance(0.0) == pytest.approx(5.208, rel=0.05)
    assert named_glazing("double_low_e_argon").gap_conductance(10.0) == pytest.approx(1.792, rel=0.08)


def test_solar_heat_gain_of_the_tables() -> None:
    """SHGC of ANSI/ASHRAE 140-2020 at normal incidence: 0.769, 0.440 and 0.864."""
    for name, value in (("double_clear", 0.769), ("double_low_e_argon", 0.440), ("single_clear", 0.864)):
        assert named_glazing(name).shgc() == pytest.approx(value, abs=0.012)


@settings(max_examples=60, deadline=None)
@given(u=st.floats(0.5, 5.0), shgc=st.floats(0.1, 0.85))
def test_simple_indices_come_back(u: float, shgc: float) -> None:
    glazing = from_u_shgc(u, shgc)
    total = np.array(glazing.transmittance) + np.array(glazing.absorptance_outer) + glazing.absorptance_inner
    assert np.all((np.array(glazing.transmittance) >= 0.0) & (total <= 1.0 + 1e-12))
    assert glazing.u_value(29.2, 7.2) == pytest.approx(u, rel=0.05)
    assert glazing.shgc(0.0, 22.0, 8.0) == pytest.approx(shgc, abs=0.05)


def test_simple_indices_agree_with_the_full_description() -> None:
    full = named_glazing("double_clear")
    simple = from_u_shgc(2.7, 0.769)
    assert simple.transmittance[0] == pytest.approx(full.transmittance[0], abs=0.03)
    assert simple.diffuse[0] == pytest.approx(full.diffuse[0], abs=0.03)


def test_diffuse_and_beam_take_their_own_values() -> None:
    zero = np.zeros(2)
    glazing = named_glazing("double_clear")
    angle = np.array([60.0, 90.0])
    beam = Incident(beam=np.array([100.0, 0.0]), circumsolar=zero, sky=zero, ground=zero, angle=angle)
    passed, outer, inner = transmitted_absorbed(glazing, beam)
    assert (passed[0], outer[0], inner[0]) == pytest.approx((57.7, 11.9, 7.7))
    assert passed[1] == 0.0
    sky = Incident(beam=zero, circumsolar=zero, sky=zero + 60.0, ground=zero + 40.0, angle=zero + 90.0)
    assert transmitted_absorbed(glazing, sky)[0] == pytest.approx([60.1, 60.1])


def test_a_scenario_may_name_its_own_glazing() -> None:
    own = {"shop_front": GlazingType(u_value_w_m2k=1.3, shgc=0.6)}
    assert glazing_of("shop_front", own) == from_u_shgc(1.3, 0.6, "shop_front")
    assert glazing_of("single_clear", own) is named_glazing("single_clear")
    assert set(GLAZING_NAMES) == set(NAMES)
    with pytest.raises(ScenarioError, match="did you mean 'shop_front'"):
        glazing_of("shopfront", own)


def test_bad_values_are_refused() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'double_clear'"):
        named_glazing("double_cleer")
    with pytest.raises(ScenarioError, match="U-value"):
        from_u_shgc(9.0, 0.5)
    with pytest.raises(ScenarioError, match="solar heat gain"):
        from_u_shgc(1.0, 1.2)
