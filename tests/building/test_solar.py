"""Sun position, transposition and shade."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.building.solar import Shading, diffuse_fractions, incident, sunlit_fraction
from twin.building.sun import daylight, sun_path
from twin.building.weather import SiteWeather, Weather, read_weather, sample_site

YEAR = datetime(2023, 1, 1, 7, tzinfo=UTC)  # midnight of Denver's standard time
KWH = 1.0 / 3.6e6
SURFACES = {"H": (0.0, 180.0), "N": (90.0, 0.0), "E": (90.0, 90.0), "S": (90.0, 180.0), "W": (90.0, 270.0)}
# ranges of six programs on this weather: ANSI/ASHRAE 140-2020, tables B8-13
RANGES = {"H": (1662.5, 1670.0), "N": (399, 477.3), "E": (1016.7, 1068), "S": (1290.6, 1387), "W": (903, 997)}


@pytest.fixture(scope="module")
def site() -> SiteWeather:
    return sample_site(read_weather("denver"), YEAR, 900, 8760 * 4)


def clear_day(site: SiteWeather) -> SiteWeather:
    """A day of fixed beam and diffuse radiation whenever the sun is up."""
    up = site.sun_up
    ghi = up * (100.0 + 700.0 * np.maximum(np.cos(np.radians(site.zenith)), 0.0))
    return replace(site, dni=700.0 * up, dhi=100.0 * up, ghi=ghi)


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_irradiation_by_orientation_is_inside_the_reference_range(site: SiteWeather, name: str) -> None:
    total = incident(site, *SURFACES[name]).total.sum() * site.step_s * KWH
    low, high = RANGES[name]
    assert low <= total <= high


def test_five_minutes_and_quarter_hours_agree(site: SiteWeather) -> None:
    fine = sample_site(read_weather("denver"), YEAR, 300, 8760 * 12)
    for tilt, azimuth in SURFACES.values():
        coarse_sum = incident(site, tilt, azimuth).total.sum() * site.step_s
        assert incident(fine, tilt, azimuth).total.sum() * 300 == pytest.approx(coarse_sum, rel=1e-3)


def test_sun_agrees_with_the_algorithm_itself(site: SiteWeather) -> None:
    import pandas as pd
    from pvlib.solarposition import get_solarposition

    rows = np.arange(0, len(site.zenith), 97)
    rows = rows[(site.sun_up[rows] == 1.0) | (site.sun_up[rows] == 0.0)]
    seconds = site.start_utc.timestamp() + site.step_s * (rows + 0.5)
    stamps = pd.DatetimeIndex((seconds * 1e3).astype("datetime64[ms]"), tz="UTC")
    direct = get_solarposition(stamps, 39.83, -104.65, altitude=1650.0)
    assert np.abs(site.zenith[rows] - direct["zenith"]).max() < 1e-3
    turn = np.abs((site.azimuth[rows] - direct["azimuth"] + 180.0) % 360.0 - 180.0)
    assert (turn * np.sin(np.radians(site.zenith[rows]))).max() < 1e-3


def test_no_clock_error_east_mirrors_west() -> None:
    """On a synthetic day about solar noon the morning on the east wall is the evening on the west wall."""
    noon = datetime(2023, 6, 21, 19, tzinfo=UTC).timestamp()
    path = sun_path(39.83, -104.65, 1650.0, noon - 86_400, noon + 86_400)
    seconds = noon + np.arange(-7200.0, 7200.0)
    zenith, _ = path.zenith_azimuth(seconds)
    solar_noon = float(seconds[np.argmin(zenith)])
    start = datetime.fromtimestamp(solar_noon - 9 * 3600, tz=UTC)
    day = clear_day(sample_site(read_weather("denver"), start, 1800, 36))
    east, west = incident(day, 90.0, 90.0), incident(day, 90.0, 270.0)
    np.testing.assert_allclose(east.total, west.total[::-1], rtol=0.01, atol=3.0)
    assert east.total.sum() == pytest.approx(west.total.sum(), rel=2e-3)


def test_half_an_hour_of_clock_error_would_show(site: SiteWeather) -> None:
    """The test above can fail: the same radiation under a sun half an hour later moves east by over 5 %."""
    late = sample_site(read_weather("denver"), YEAR, 1800, 8760 * 2)
    shifted = replace(late, zenith=np.roll(late.zenith, -1), azimuth=np.roll(late.azimuth, -1))
    east = incident(late, 90.0, 90.0).total.sum()
    assert abs(incident(shifted, 90.0, 90.0).total.sum() / east - 1.0) > 0.05


def test_nothing_shines_at_night(site: SiteWeather) -> None:
    night = site.sun_up == 0.0
    assert night.mean() == pytest.approx(0.5, abs=0.02)
    south = incident(site, 90.0, 180.0)
    assert np.all(site.dni[night] == 0.0)
    assert np.all((south.beam + south.circumsolar)[night] == 0.0)
    assert np.all(south.angle[night] == 90.0)
    for part in (south.beam, south.circumsolar, south.sky, south.ground):
        assert np.isfinite(part).all()
        assert part.min() >= 0.0


@settings(max_examples=30, deadline=None)
@given(latitude=st.floats(-89.0, 89.0), day=st.integers(0, 364))
def test_daylight_of_a_day_adds_up(latitude: float, day: int) -> None:
    """Steps of any length find the same daylight, from pole to pole."""
    start = datetime(2023, 1, 1, tzinfo=UTC).timestamp() + 86_400.0 * day
    path = sun_path(latitude, 20.0, 0.0, start, start + 86_400.0)
    totals = []
    for step in (300.0, 3600.0):
        up, moment = daylight(path, start + np.arange(0.0, 86_401.0, step))
        assert np.all((up >= 0.0) & (up <= step))
        zenith, _ = path.zenith_azimuth(moment)
        assert np.all(zenith[up > 2.0] < 90.01)
        totals.append(up.sum())
    assert totals[0] == pytest.approx(totals[1], abs=300.0)


def test_a_horizontal_surface_sees_the_whole_sky(site: SiteWeather) -> None:
    flat = incident(site, 0.0, 0.0)
    assert np.all(flat.ground == 0.0)
    np.testing.assert_allclose((flat.sky + flat.circumsolar).sum(), site.dhi.sum(), rtol=0.01)
    down = incident(site, 180.0, 0.0, albedo=0.3)
    np.testing.assert_allclose(down.total, 0.3 * site.ghi, atol=1e-9)


def test_shade_by_hand() -> None:
    """Sun straight before a south window at 45°: an overhang 0.5 m deep at the head shades the top 0.5 m."""
    one = sample_site(read_weather("denver"), datetime(2023, 6, 1, 19, tzinfo=UTC), 60, 1)
    sun = replace(one, zenith=np.array([45.0]), azimuth=np.array([180.0]), sun_up=np.array([1.0]))
    overhang = Shading(2.0, 1.5, overhang_depth_m=0.5)
    assert sunlit_fraction(overhang, sun, 90.0, 180.0)[0] == pytest.approx(2.0 / 3.0)
    higher = replace(overhang, overhang_above_m=0.2)
    assert sunlit_fraction(higher, sun, 90.0, 180.0)[0] == pytest.approx(0.8)
    aside = replace(sun, azimuth=np.array([135.0]), zenith=np.array([90.0 - 1e-6]))  # level, south-east
    right = Shading(2.0, 1.5, fin_right_depth_m=0.5)  # seen from outside, east is to the right
    left = Shading(2.0, 1.5, fin_left_depth_m=0.5)
    assert sunlit_fraction(right, aside, 90.0, 180.0)[0] == pytest.approx(0.75, abs=0.02)
    assert sunlit_fraction(left, aside, 90.0, 180.0)[0] == pytest.approx(1.0)
    low = replace(sun, zenith=np.array([75.0]))
    assert sunlit_fraction(Shading(horizon_deg=20.0), low, 90.0, 180.0)[0] == 0.0
    assert sunlit_fraction(Shading(horizon_deg=10.0), low, 90.0, 180.0)[0] == 1.0


def test_shade_of_the_sky_against_view_factors() -> None:
    """An endless overhang of depth d at the head of a window of height h leaves F = (h + d - s)/(2 h) of 1/2.

    Crossed strings (H. Hottel): the view factor from window to overhang is (h + d - sqrt(h^2 + d^2))/(2 h).
    """
    h = d = 1.0
    sky, ground = diffuse_fractions(Shading(1.0, h, d, 0.0, np.inf, np.inf), 90.0)
    blocked = (h + d - np.hypot(h, d)) / (2.0 * h)
    assert sky == pytest.approx(1.0 - blocked / 0.5, abs=0.01)
    assert ground == 1.0
    horizon, _ = diffuse_fractions(Shading(horizon_deg=30.0), 90.0)
    assert horizon == pytest.approx(1.0 - np.sin(np.radians(30.0)), abs=0.03)


@settings(max_examples=20, deadline=None)
@given(depth=st.floats(0.0, 3.0), above=st.floats(0.0, 1.0), fin=st.floats(0.0, 2.0))
def test_more_shade_never_brightens(depth: float, above: float, fin: float) -> None:
    day = sample_site(read_weather("denver"), datetime(2023, 9, 1, 7, tzinfo=UTC), 1800, 48)
    less = Shading(2.0, 1.5, depth, above, fin_left_depth_m=fin)
    more = replace(less, overhang_depth_m=depth + 0.3, fin_right_depth_m=0.5)
    bright, dim = (sunlit_fraction(s, day, 90.0, 200.0) for s in (less, more))
    assert np.all((dim <= bright + 1e-12) & (dim >= 0.0) & (bright <= 1.0))
    assert diffuse_fractions(more, 90.0)[0] <= diffuse_fractions(less, 90.0)[0] + 1e-12


def test_weather_type_is_reexported() -> None:
    assert isinstance(read_weather("miami"), Weather)
