"""People act on what they feel, not otherwise; the same person in the same state acts the same anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics.inhabited import Inhabited, climate, inhabited, move, run
from twin.building.activities import Activity
from twin.physics import behaviour, comfort
from twin.physics import layout as la

CROWD = [move(0, o, 0) for o in range(10)]
DAY = 600  # ticks, ten hours


def test_comfortable_people_do_nothing() -> None:
    house = inhabited(CROWD, occupants=10)
    _, zone = run(house, DAY)
    assert abs(zone[0, -1, 0, la.Z_PMV]) < 0.5
    assert (zone[0, :, 0, [la.Z_OFFSET, la.Z_WINDOW, la.Z_AIRING_COUNT]] == 0.0).all()
    assert house.x.counter[0, la.N_COMPLAINTS] == 0.0
    assert house.x.counter[0, la.N_OVERRIDES] == 0.0


def test_hot_people_open_the_window_and_turn_the_thermostat_down() -> None:
    house = inhabited(CROWD, occupants=10, outdoor=18.0)
    climate(house.x, 30.0)
    _, zone = run(house, DAY)
    assert zone[0, -1, 0, la.Z_PMV] > 1.0
    assert zone[0, :, 0, la.Z_OFFSET].min() == -2.0  # the limit
    assert zone[0, :, 0, la.Z_OFFSET].max() == 0.0
    assert zone[0, :, 0, la.Z_WINDOW].max() == 1.0
    assert house.x.counter[0, la.N_COMPLAINTS] > 0.0


def test_nobody_opens_to_air_hotter_than_the_room() -> None:
    house = inhabited(CROWD, occupants=10, outdoor=36.0)
    climate(house.x, 30.0)
    house.x.zone[0, 0, la.Z_WINDOW] = 1.0
    _, zone = run(house, DAY)
    assert zone[0, -1, 0, la.Z_WINDOW] == 0.0
    assert zone[0, -1, 0, la.Z_AIRING_COUNT] == 0.0


def test_cold_people_turn_up_and_shut_the_window() -> None:
    house = inhabited(CROWD, occupants=10)
    climate(house.x, 15.0)
    house.x.zone[0, 0, la.Z_WINDOW] = 1.0
    _, zone = run(house, DAY)
    assert zone[0, :, 0, la.Z_OFFSET].max() == 2.0
    assert zone[0, :, 0, la.Z_OFFSET].min() >= 0.0
    assert zone[0, -1, 0, la.Z_WINDOW] == 0.0


def test_stale_air_opens_windows_of_comfortable_people() -> None:
    house = inhabited(CROWD, occupants=10)
    climate(house.x, 23.0, co2=2500.0)
    _, zone = run(house, DAY)
    assert zone[0, -1, 0, la.Z_AIRING_COUNT] == 1.0  # and stays open while the air stays stale
    assert house.x.counter[0, la.N_OVERRIDES] == 0.0


def test_a_window_that_cannot_open_stays_shut() -> None:
    house = inhabited(CROWD, occupants=10, window_area=0.0)
    climate(house.x, 30.0, co2=3000.0)
    _, zone = run(house, DAY)
    assert (zone[0, :, 0, la.Z_WINDOW] == 0.0).all()
    assert zone[0, :, 0, la.Z_OFFSET].min() < 0.0


def test_an_override_runs_out_after_its_duration() -> None:
    house = inhabited([])
    house.x.zone[0, 0, [la.Z_OFFSET, la.Z_OFFSET_LEFT]] = 1.0, 7200.0
    _, zone = run(house, 140)
    assert (zone[0, :115, 0, la.Z_OFFSET] == 1.0).all()
    assert (zone[0, 120:, 0, la.Z_OFFSET] == 0.0).all()


def test_the_last_to_leave_shuts_the_window() -> None:
    house = inhabited([move(0, 0, 0), move(30, 0, -1)])
    climate(house.x, 24.0, co2=900.0)
    house.x.zone[0, 0, la.Z_WINDOW] = 1.0
    _, zone = run(house, 40)
    assert zone[0, 36, 0, la.Z_WINDOW] == 0.0


def _at_home(house: Inhabited) -> Inhabited:
    house.p.behaviour[0, behaviour.BP_HOME] = 1.0
    return house


def test_at_home_a_warm_empty_room_is_aired_while_somebody_is_in_the_house() -> None:
    house = _at_home(inhabited([move(0, 0, 1), move(60, 0, -1)], zones=2, outdoor=16.0))
    house.b.occupant[0, 0, la.OP_TOLERANCE] = 99.0  # only looks after the windows
    climate(house.x, 25.0)
    house.x.zone[0, 0, la.Z_WINDOW] = 1.0
    _, zone = run(house, 70)
    assert zone[0, 55, 0, la.Z_WINDOW] == 1.0
    assert zone[0, 66, 0, la.Z_WINDOW] == 0.0  # the last to leave the house


@pytest.mark.parametrize(("room", "outdoor"), [(20.5, 10.0), (25.0, 31.0)])
def test_at_home_the_window_of_an_empty_room_is_shut_when_it_is_of_no_use(
    room: float, outdoor: float
) -> None:
    house = _at_home(inhabited([move(0, 0, 1)], zones=2, outdoor=outdoor))
    climate(house.x, room)
    house.x.zone[0, 0, la.Z_WINDOW] = 1.0
    _, zone = run(house, 10)
    assert zone[0, -1, 0, la.Z_WINDOW] == 0.0


def test_at_home_people_air_a_warm_bedroom_that_does_not_yet_feel_hot() -> None:
    sleepers = [move(0, o, 0, Activity.SLEEPING) for o in range(10)]
    house = _at_home(inhabited(sleepers, occupants=10, outdoor=18.0))
    climate(house.x, 26.0)
    _, zone = run(house, DAY)
    assert zone[0, :, 0, la.Z_WINDOW].max() > 0.0
    assert (zone[0, :, 0, la.Z_OFFSET] == 0.0).all()  # nobody gets up for the thermostat, nobody complains
    assert house.x.counter[0, la.N_COMPLAINTS] == 0.0


def test_nobody_turns_down_a_thermostat_that_cannot_cool_in_summer() -> None:
    for outdoor, turns in ((8.0, True), (22.0, False)):
        house = inhabited(CROWD, occupants=10, outdoor=outdoor, window_area=0.0)
        house.p.behaviour[0, behaviour.BP_COOLS] = 0.0
        climate(house.x, 30.0)
        run(house, DAY)
        assert (house.x.counter[0, la.N_OVERRIDES] > 0.0) == turns


def test_switched_off_behaviour_bears_everything() -> None:
    house = inhabited(CROWD, occupants=10)
    house.p.behaviour[0, [behaviour.BP_OVERRIDE, behaviour.BP_WINDOWS, behaviour.BP_COMPLAIN]] = 0.0
    climate(house.x, 32.0, co2=3000.0)
    _, zone = run(house, DAY)
    assert (zone[0, :, 0, [la.Z_OFFSET, la.Z_WINDOW]] == 0.0).all()
    assert (house.x.counter[0, [la.N_COMPLAINTS, la.N_OVERRIDES]] == 0.0).all()


def test_children_and_sleepers_feel_and_do_not_act() -> None:
    house = inhabited([move(0, 0, 0, Activity.CHILD_SEATED), move(0, 1, 0, Activity.SLEEPING)], occupants=2)
    house.b.occupant[0, 0, la.OP_TOLERANCE] = 99.0
    climate(house.x, 33.0)
    _, zone = run(house, DAY)
    assert zone[0, -1, 0, la.Z_PMV] > 1.0
    assert (zone[0, :, 0, [la.Z_OFFSET, la.Z_WINDOW]] == 0.0).all()
    assert house.x.counter[0, la.N_COMPLAINTS] == 0.0


def test_a_sleeper_is_neutral_over_the_range_that_bedding_covers() -> None:
    for temperature, low, high in ((12.0, -3.0, -0.5), (20.0, -0.3, 0.0), (25.0, 0.0, 0.0), (33.0, 0.5, 3.0)):
        house = inhabited([move(0, 0, 0, Activity.SLEEPING)])
        climate(house.x, temperature)
        _, zone = run(house, 10)
        assert low <= zone[0, -1, 0, la.Z_PMV] <= high


def test_pmv_of_the_zone_is_the_mean_of_those_present_and_zero_without() -> None:
    house = inhabited([move(2, 0, 0), move(2, 1, 0), move(20, 0, -1), move(20, 1, -1)], occupants=2)
    house.b.occupant[0, 1, la.OP_CLOTHING] = 0.3
    _, zone = run(house, 22)
    season = comfort.seasonal_clothing(10.0)
    vapour = 101325.0 * 0.0066 / (0.621945 + 0.0066)
    votes = [comfort.pmv(23.0, 23.0, 0.1, vapour, 1.2, season + 0.1 + more) for more in (0.0, 0.3)]
    assert zone[0, 2, 0, la.Z_PMV] == pytest.approx(np.mean(votes))  # from the first tick on
    assert zone[0, 15, 0, la.Z_PPD] == pytest.approx(np.mean([comfort.ppd(v) for v in votes]))
    assert (zone[0, [0, 1, 20, 21], 0][:, [la.Z_PMV, la.Z_PPD]] == 0.0).all()


def test_complaints_leave_time_to_answer_and_rise_with_discomfort() -> None:
    counts = []
    for temperature in (26.5, 29.0, 33.0):
        house = inhabited(CROWD, occupants=10, outdoor=36.0, seeds=range(8), hours=24)
        house.p.behaviour[0, behaviour.BP_OVERRIDE] = 0.0
        climate(house.x, temperature)
        run(house, DAY)
        counts.append(house.x.counter[:, la.N_COMPLAINTS].mean())
        assert house.x.counter[:, la.N_COMPLAINTS].max() <= 10 * (
            10 // 2 + 1
        )  # two hours between one's complaints
    assert counts[0] < counts[1] < counts[2]


def test_equal_keys_act_equally_in_any_slot() -> None:
    alone = inhabited(CROWD, occupants=10, seeds=(7,), outdoor=18.0)
    batch = inhabited(CROWD, occupants=10, seeds=(4, 5, 6, 7), outdoor=18.0)
    for house in (alone, batch):
        climate(house.x, 28.0, co2=1500.0)
    _, one = run(alone, DAY)
    _, four = run(batch, DAY)
    assert np.array_equal(one[0], four[3])
    assert not np.array_equal(four[2], four[3])
    for name, array in alone.x._asdict().items():
        assert np.array_equal(array[0], batch.x._asdict()[name][3]), name


@settings(max_examples=25, deadline=None)
@given(st.floats(10.0, 36.0), st.floats(-15.0, 40.0), st.floats(400.0, 4000.0), st.integers(0, 1000))
def test_reactions_stay_within_their_bounds(indoor: float, outdoor: float, co2: float, seed: int) -> None:
    house = inhabited(CROWD, occupants=10, seeds=(seed,), outdoor=outdoor, hours=5)
    climate(house.x, indoor, co2)
    _, zone = run(house, 240)
    assert (abs(zone[..., la.Z_OFFSET]) <= 2.0).all()
    assert ((zone[..., la.Z_WINDOW] >= 0.0) & (zone[..., la.Z_WINDOW] <= 1.0)).all()
    assert (np.diff(zone[0, :, 0, la.Z_AIRING_COUNT]) >= 0.0).all()
    warm = zone[0, -1, 0, la.Z_PMV] > 1.0
    if warm:
        assert zone[..., la.Z_OFFSET].max() <= 0.0
    assert ((zone[..., la.Z_PPD] >= 5.0) & (zone[..., la.Z_PPD] <= 100.0)).all()


@given(st.floats(-12.0, 6.0), st.floats(1e-9, 1.0 - 1e-9), st.sampled_from([60.0, 300.0]))
def test_a_short_cut_decides_as_the_exponential_does(logit: float, draw: float, seconds: float) -> None:
    chance = behaviour._chance(logit, seconds)
    for one in (draw, chance * (1.0 - 1e-12), chance * (1.0 + 1e-12)):
        assert behaviour._happens(one, logit, seconds) == (one < chance)
