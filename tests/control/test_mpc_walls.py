"""What a plan may take of walls and of rooms beside each other."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.estimation.synthetic import model
from twin.control.mpc_model import NEIGHBOURS, Model, felt_surfaces
from twin.control.mpc_plan import Ahead
from twin.control.mpc_walls import MOST_K, beside, surfaces


def ahead(air: float, lower: float, felt_share: float, outdoor: float = 0.0) -> Ahead:
    """A day of one room without sun, people and prices."""
    one, row = np.ones(24), np.ones((24, 1))
    return Ahead(
        hours=one, air=np.array([air]), mass=np.full((1, 3), air), bias=np.zeros(1), outdoor=outdoor * one,
        sun=np.zeros((24, 3)), people=0.0 * one, running=0.0 * one, share=0.0 * row, electricity=one,
        heat=one, cold=one, lower=lower * row, upper=26.0 * row, weight=row, allowed=one,
        felt=(np.full(1, 1.0 - felt_share), felt_share, np.zeros(1)), speed=one,
    )  # fmt: skip


def three(neighbours: tuple[float, float, float]) -> Model:
    """Three zones of unlike size that were identified with these exchanges."""
    theta = np.zeros((3, 13))
    theta[:, NEIGHBOURS] = neighbours
    return dataclasses.replace(
        model(), zones=("a", "b", "c"), theta=theta, heat_power=np.array([1.0, 2.0, 3.0])
    )


def test_what_one_zone_gains_another_loses() -> None:
    found = three((0.06, 0.2, 0.1))
    heat = found.heat_power[:, None] * beside(found)
    np.testing.assert_allclose(heat, heat.T)
    assert np.diag(heat).max() == 0.0 and heat[0, 1] > 0.0


def test_zones_alike_keep_the_exchange_that_was_identified() -> None:
    alike = dataclasses.replace(three((0.1, 0.1, 0.1)), heat_power=np.ones(3))
    np.testing.assert_allclose(beside(alike).sum(axis=1), 0.1)


def test_a_single_zone_has_nobody_beside_it() -> None:
    assert beside(model()).tolist() == [[0.0]]


def test_walls_follow_a_room_that_is_kept_at_its_bound() -> None:
    walls = surfaces(model(), ahead(18.0, 21.0, 0.4), beside(model()))
    assert (np.diff(walls[:, 0]) > 0.0).all()
    assert 18.0 < walls[0, 0] < walls[-1, 0] < 21.0 + MOST_K


def test_walls_cool_down_with_a_room_that_may_drift() -> None:
    walls = surfaces(model(), ahead(22.0, 5.0, 0.4, outdoor=-10.0), beside(model()))[:, 0]
    assert walls[-1] < walls[0] <= 22.0


def test_surfaces_that_air_is_blown_along_follow_sooner() -> None:
    plain = ahead(18.0, 21.0, 0.4)
    slow, quick = (
        surfaces(model(), dataclasses.replace(plain, inner=inner), beside(model()))[:6, 0]
        for inner in (0.0, 0.5)
    )
    assert (quick > slow).all()


def test_felt_surfaces_lie_between_a_quick_and_a_slow_mass() -> None:
    mass = np.array([[24.0, 20.0, 10.0]])
    assert felt_surfaces(mass, 0.0).tolist() == [20.0]
    assert felt_surfaces(mass, 0.25).tolist() == [21.0]
