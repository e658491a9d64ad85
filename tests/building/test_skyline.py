"""The horizon around a site hides the low sun and part of the sky."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from twin.building.skyline import skyline
from twin.building.solar import incident
from twin.building.weather import SiteWeather, read_weather, sample_site


@pytest.fixture(scope="module")
def site() -> SiteWeather:
    return sample_site(read_weather("denver"), datetime(2023, 6, 1, tzinfo=UTC), 900, 96 * 5)


@pytest.mark.parametrize("height", [5.0, 20.0, 45.0])
def test_share_of_the_sky(site: SiteWeather, height: float) -> None:
    """A horizontal surface sees cos2 h of the sky; a wall what is left of the half circle."""
    around = skyline(height, (), site)
    assert around is not None
    h = math.radians(height)
    assert around.sky_share(0.0, 0.0) == pytest.approx(math.cos(h) ** 2, abs=0.01)
    lost = (h + 0.5 * math.sin(2.0 * h)) / (0.5 * math.pi)
    assert around.sky_share(90.0, 123.0) == pytest.approx(1.0 - lost, abs=0.015)


def test_the_low_sun_is_hidden_and_the_high_sun_not(site: SiteWeather) -> None:
    around = skyline(20.0, (), site)
    assert around is not None
    free = incident(site, 0.0, 0.0)
    under = around.over(free, 0.0, 0.0)
    low, high = site.zenith > 70.0, site.zenith < 70.0
    assert under.beam[low].sum() == 0.0
    assert np.array_equal(under.beam[high], free.beam[high])
    assert np.array_equal(under.ground, free.ground)


def test_hills_stand_where_they_are_given(site: SiteWeather) -> None:
    east = ((0.0, 0.0), (45.0, 30.0), (135.0, 30.0), (180.0, 0.0))
    around = skyline(0.0, east, site)
    assert around is not None
    free, under = incident(site, 90.0, 90.0), around.over(incident(site, 90.0, 90.0), 90.0, 90.0)
    assert under.beam.sum() < 0.8 * free.beam.sum()
    west = incident(site, 90.0, 270.0)
    assert around.over(west, 90.0, 270.0).beam.sum() == pytest.approx(west.beam.sum(), rel=1e-3)
    assert around.sky_share(90.0, 270.0) > around.sky_share(90.0, 90.0)


def test_a_flat_horizon_is_none(site: SiteWeather) -> None:
    assert skyline(0.0, (), site) is None
    assert skyline(0.0, ((0.0, 0.0),), site) is None
