"""What a planning controller does with an air handler besides its setpoints."""

from __future__ import annotations

import numpy as np
import pytest

from twin.basics.points import Point
from twin.control.mpc_air import QUANTITIES, AirHandler
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec, ObservationSpec

NAMES = ("a.co2", "b.co2")
YES, NO = np.array([True, False]), np.zeros(2, dtype=bool)
FAN, DAMPER, AIR = range(3)


def sent(away: bool, outside=NO, heats=NO, cools=NO, co2=(500.0, 600.0), **own: float | None) -> np.ndarray:
    seen = ObservationSpec(NAMES, ("ppm", "ppm"), np.zeros(2), np.full(2, 2000.0))
    limits = np.zeros(3), np.ones(3)
    action = ActionSpec(tuple(Point("ahu", name) for name in QUANTITIES), *limits, np.ones(3))
    values = np.full(3, np.nan)
    handler = AirHandler(MpcParameters(**own), seen, action)
    handler.send(np.array(co2), values, away, outside, heats, cools)
    return values


def test_the_fan_rests_while_nobody_is_expected_and_nothing_is_called() -> None:
    assert sent(True)[FAN] == 0.0
    for called in ({"outside": YES}, {"heats": YES}, {"cools": YES}):
        assert np.isnan(sent(True, **called)[FAN])
    assert np.isnan(sent(False)[FAN])


def test_outdoor_air_is_shut_out_while_there_is_only_heating() -> None:
    assert sent(True, heats=YES)[DAMPER] == 0.0
    assert np.isnan(sent(True, heats=YES, cools=YES)[DAMPER])
    assert np.isnan(sent(False, heats=YES)[DAMPER])


@pytest.mark.parametrize(
    ("worst", "share"), [(500.0, 0.57), (800.0, 0.57), (900.0, 0.785), (1000.0, 1.0), (1400.0, 1.0)]
)
def test_outdoor_air_follows_the_zone_with_most_co2(worst: float, share: float) -> None:
    assert sent(False, co2=(450.0, worst))[AIR] == pytest.approx(share)
    assert sent(False, co2=(worst, 450.0))[AIR] == pytest.approx(share)


def test_the_plant_keeps_its_own_schedule_of_outdoor_air_where_asked() -> None:
    assert np.isnan(sent(False, co2=(1500.0, 1500.0), outdoor_air_co2_ppm=None)[AIR])
    assert np.isnan(sent(True)[AIR])


def test_a_building_without_such_points_is_left_alone() -> None:
    seen = ObservationSpec(NAMES, ("ppm", "ppm"), np.zeros(2), np.full(2, 2000.0))
    action = ActionSpec((Point("a", "heating_setpoint"),), np.zeros(1), np.full(1, 30.0), np.full(1, 21.0))
    values = np.array([20.0])
    for away in (True, False):
        AirHandler(MpcParameters(), seen, action).send(np.array([500.0, 900.0]), values, away, NO, NO, NO)
    assert values.tolist() == [20.0]
