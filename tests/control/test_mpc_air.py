"""What a planning controller does with an air handler besides its setpoints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twin.basics.points import Point
from twin.control.mpc_air import BAND_PPM, QUANTITIES, AirHandler, Rooms
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec

POINTS = (*QUANTITIES, "supply_air_temperature_setpoint")
FAN, DAMPER, AIR, SUPPLY = range(4)
QUIET = {"leaving": False, "outside": False, "heats": False, "cools": False, "spare": 0.0, "coldest": 21.0}


def sent(away: bool, own: dict[str, Any] | None = None, stale: float = 600.0, **rooms: Any) -> np.ndarray:
    action = ActionSpec(
        tuple(Point("ahu", name) for name in POINTS), np.zeros(4), np.full(4, 40.0), np.ones(4)
    )
    values = np.full(4, np.nan)
    AirHandler(MpcParameters(**(own or {})), action).send(
        values, Rooms(away=away, stale=stale, **(QUIET | rooms))
    )
    return values


def test_the_fan_rests_while_nobody_is_expected_and_nothing_is_called() -> None:
    assert sent(True)[FAN] == 0.0
    for called in ("outside", "heats", "cools"):
        assert np.isnan(sent(True, **{called: True})[FAN])
    assert np.isnan(sent(False)[FAN])


def test_outdoor_air_is_shut_out_and_supply_air_warm_while_there_is_only_heating() -> None:
    heating = sent(True, heats=True, outdoor=-10.0)
    assert heating[DAMPER] == 0.0 and heating[SUPPLY] == 35.0
    for other in (sent(True, heats=True, cools=True), sent(True, cools=True), sent(False, heats=True)):
        assert np.isnan(other[[DAMPER, SUPPLY]]).all()


def test_supply_air_of_a_warm_up_is_warmest_in_frost() -> None:
    warm = [sent(True, heats=True, outdoor=outdoor)[SUPPLY] for outdoor in (-20.0, -5.0, -1.0, 3.0, 12.0)]
    assert warm == pytest.approx([35.0, 35.0, 30.0, 25.0, 25.0])


def test_the_fan_rests_when_all_may_drift_until_occupied_hours_end() -> None:
    assert sent(False, leaving=True)[FAN] == 0.0


def test_supply_air_is_raised_no_further_than_the_coldest_room_and_only_far_from_cooling() -> None:
    assert np.isnan(sent(False, spare=0.1)[SUPPLY])
    some, all_of_it = sent(False, spare=0.6)[SUPPLY], sent(False, spare=3.0)[SUPPLY]
    assert 18.0 < some < all_of_it == pytest.approx(21.0)
    assert sent(False, spare=3.0, coldest=16.0)[SUPPLY] == pytest.approx(18.0)


@pytest.mark.parametrize(
    ("below", "share"), [(500.0, 0.2), (BAND_PPM, 0.2), (0.5 * BAND_PPM, 0.6), (0.0, 1.0), (-400.0, 1.0)]
)
def test_outdoor_air_opens_over_a_band_of_co2(below: float, share: float) -> None:
    own = {"outdoor_air_co2_ppm": 950.0, "outdoor_air_minimum": 0.2}
    assert sent(False, own, stale=950.0 - below)[AIR] == pytest.approx(share)


def test_the_plant_keeps_its_own_schedule_of_outdoor_air_where_asked() -> None:
    assert np.isnan(sent(False, {"outdoor_air_co2_ppm": None}, stale=1500.0)[AIR])
    assert np.isnan(sent(True)[AIR])


def test_a_building_without_such_points_is_left_alone() -> None:
    action = ActionSpec((Point("a", "heating_setpoint"),), np.zeros(1), np.full(1, 30.0), np.full(1, 21.0))
    values = np.array([20.0])
    handler = AirHandler(MpcParameters(), action)
    for away in (True, False):
        handler.send(values, Rooms(away=away, stale=900.0, **(QUIET | {"spare": 2.0, "heats": True})))
    assert values.tolist() == [20.0] and not handler.rests


def test_rooms_are_cooled_before_people_come_at_a_low_speed_and_by_cold_air() -> None:
    slow = {"cool_down_fan": 0.5}
    assert sent(True, slow, cools=True)[FAN] == 0.5
    assert sent(True, slow, cools=True)[SUPPLY] == 13.0
    assert np.isnan(sent(True, slow, cools=True, heats=True)[FAN])  # cold air would be reheated
    assert np.isnan(sent(False, slow, cools=True)[FAN])


def test_night_air_is_let_in_as_it_is() -> None:
    purge = {"purge_fan": 0.25}
    assert sent(True, purge, purges=True, outdoor=15.0)[FAN] == 0.25
    assert sent(True, purge, purges=True, outdoor=15.0)[SUPPLY] == 16.0  # nothing is left to the chiller
    assert sent(True, purge, purges=True, outdoor=20.0)[SUPPLY] == 21.0
    assert sent(True, purge, purges=True, outdoor=5.0)[SUPPLY] == 13.0
    assert np.isnan(sent(True, purge, purges=True)[DAMPER])
