"""Convection that depends on temperature and wind: the published formulas, found again in a room at rest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics import rooms
from twin.building.climate import forced_convection
from twin.building.zone_fabric import OUTSIDE_WALL, ROUGH, natural
from twin.physics import fabric
from twin.physics import layout as la
from twin.physics.fabric import cube_root

FLOOR = {"construction": "floor_slab", "area_m2": 30.0, "boundary": "outdoor"}


def shelter(**changes: Any) -> rooms.Room:
    """A heated room in the cold, its mass small, for two days: nothing moves any more."""
    parts = {"floor": FLOOR, "furniture": None, "infiltration": {"air_changes_per_hour": 0.0}}
    model = rooms.scenario([rooms.zone(**parts)], **changes)
    r = rooms.room(model, tick_s=300, steps=4000, per_step=1)
    r.b.weather[..., la.W_TEMPERATURE], r.b.weather[..., la.W_SKY] = -5.0, -15.0
    r.w[0, [la.WK_LOW, la.WK_HIGH, la.WK_CAP_HEAT, la.WK_CAP_COOL]] = 21.0, 21.0, 1e6, 1e6
    return r


@given(st.floats(1e-9, 200.0))
def test_the_cube_root_is_one(value: float) -> None:
    assert cube_root(value) == pytest.approx(math.cbrt(value), rel=5e-5)


def test_natural_convection_is_that_of_its_source() -> None:
    assert natural(0.0) == (1.31, 1.31)
    assert natural(1.0) == pytest.approx((9.482 / 6.283, 1.810 / 2.382))
    assert natural(-1.0) == pytest.approx((1.810 / 2.382, 9.482 / 6.283))
    assert natural(0.5)[0] > natural(0.0)[0] > natural(0.5)[1]


def test_fixed_films_have_no_corrections() -> None:
    film = shelter().p.film[0, 0]
    assert not film[la.F_CONVECTION :].any()


def test_at_rest_the_air_gets_what_the_formula_says() -> None:
    """The heater gives what leaves through the surfaces, each by its own coefficient."""
    r = shelter(convection="detailed")
    heat = rooms.run(r, 3000)[-1, 0, la.Z_HEAT]
    surface, air = r.x.surface[0, 0], r.x.zone[0, 0, la.Z_AIR]
    lost = 0.0
    for column, area, facing in (
        (la.S_WALL, 19.0, 0.0), (la.S_WINDOW, 5.0, 0.0), (la.S_ROOF, 30.0, -1.0), (la.S_FLOOR, 30.0, 1.0)
    ):  # fmt: skip
        excess = surface[column] - air
        strength = natural(facing)[0 if excess > 0.0 else 1]
        lost -= area * strength * np.cbrt(abs(excess)) * excess
    assert air == pytest.approx(21.0)
    assert lost == pytest.approx(heat, rel=1e-3)


def test_wind_brings_the_outside_closer_to_the_air() -> None:
    calm, windy = (shelter(convection="detailed") for _ in range(2))
    windy.b.weather[..., la.W_FORCED] = forced_convection(np.array(5.0))
    lost = [rooms.run(r, 3000)[-1, 0, la.Z_HEAT] for r in (calm, windy)]
    assert lost[1] > lost[0]
    assert np.isfinite(windy.x.surface).all()
    for outer in (la.S_WINDOW_OUT, la.S_WALL_OUT, la.S_ROOF_OUT):
        near, far = (abs(r.x.surface[0, 0, outer] + 5.0) for r in (windy, calm))
        assert near < 0.7 * far


@given(st.floats(-30.0, 40.0), st.floats(-30.0, 40.0), st.floats(0.0, 15.0))
@settings(max_examples=30, deadline=None)
def test_heat_from_the_wind_is_that_of_its_source(surface: float, outdoor: float, wind: float) -> None:
    film = shelter(convection="detailed").p.film
    forced = float(forced_convection(np.array(wind)))
    assert forced == pytest.approx(0.5 * (3.26 * wind**0.89 + 3.55 * wind**0.617))
    more = fabric.wind_film(film, 0, 0, la.F_OUTER + 3, outdoor - surface, forced)
    hn = 1.31 * np.cbrt(abs(outdoor - surface))
    whole = 19.0 * (hn + ROUGH * (math.hypot(hn, forced) - hn))
    assert more + 19.0 * OUTSIDE_WALL == pytest.approx(whole, rel=1e-3, abs=0.1)


@settings(max_examples=10, deadline=None)
@given(st.floats(-20.0, 35.0), st.floats(-20.0, 35.0), st.floats(0.0, 40.0))
def test_a_room_left_alone_stays_between_sky_air_and_where_it_began(
    outdoor: float, sky: float, wind: float
) -> None:
    r = rooms.room(rooms.scenario([rooms.zone()], convection="detailed"), tick_s=300, steps=600, per_step=1)
    site = r.b.weather
    site[..., la.W_TEMPERATURE], site[..., la.W_SKY], site[..., la.W_GROUND] = outdoor, sky, 12.0
    site[..., la.W_FORCED] = forced_convection(np.array(wind))
    air = rooms.run(r, 500)[:, 0, la.Z_AIR]
    low, high = min(outdoor, sky, 12.0, 20.0), max(outdoor, sky, 12.0, 20.0)
    assert low - 1e-6 <= air.min()
    assert air.max() <= high + 1e-6
