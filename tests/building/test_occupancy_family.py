"""Family: at home by night in their own beds, out by day, one dinner cooked, one bathroom."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from twin.basics.clock import Clock
from twin.building.activities import ASLEEP, Activity
from twin.building.occupancy import Trace, trace, trace_events
from twin.physics import layout as la
from twin.physics.layout import Int
from twin.scenario.schema import Scenario

ZONES = ("living", "parents", "children")
MEMBERS = [
    {"name": "maria", "role": "worker", "bedroom": "parents"},
    {"name": "tom", "role": "home", "bedroom": "parents"},
    {"name": "ida", "role": "pupil", "bedroom": "children"},
    {"name": "bo", "role": "toddler", "bedroom": "children"},
]
BEDROOM = np.array([1, 1, 2, 2])


def family(
    days: int = 14, seed: int = 0, start: date = date(2023, 1, 9), **changes: Any
) -> tuple[Trace, Clock]:
    people = {
        "kind": "family",
        "living_zone": "living",
        "kitchen_zone": "living",
        "members": MEMBERS,
    } | changes
    model = Scenario.model_validate(
        {
            "name": "test",
            "site": {"weather": "denver", "timezone": "America/Denver"},
            "building": {"zones": [{"id": zone, "floor_area_m2": 30.0} for zone in ZONES]},
            "hvac": {"kind": "ideal_loads"},
            "people": people,
        }
    )
    clock = Clock(start, "America/Denver", 0, days, 60, 900)
    return trace(model, clock, seed), clock


def lives(people: Trace, clock: Clock) -> tuple[Int, Int]:
    """Zone and activity of each person at the end of each tick (O, ticks)."""
    place = np.full((len(people.names), clock.ticks), -1, dtype=np.int64)
    doing = np.zeros_like(place)
    for tick, kind, person, zone, activity in people.events.tolist():
        if kind == la.EV_MOVE:
            place[person, tick:], doing[person, tick:] = zone, activity
    return place, doing


@pytest.mark.parametrize("seed", range(4))
def test_everybody_sleeps_at_home_in_their_own_room(seed: int) -> None:
    people, clock = family(seed=seed)
    place, doing = lives(people, clock)
    for day in range(14):
        for minute in (1, 180, 300):
            at = day * 1440 + minute
            assert np.array_equal(place[:, at], BEDROOM)
            assert set(doing[:, at]) <= {int(activity) for activity in ASLEEP}


def test_worker_and_pupil_are_out_on_working_days_and_back_in_the_evening() -> None:
    people, clock = family()
    place, _ = lives(people, clock)
    for day in range(14):
        noon = place[:, day * 1440 + 12 * 60]
        if day % 7 < 5:
            assert noon[0] == -1
            assert noon[2] == -1
        assert (place[:, day * 1440 + 20 * 60] >= 0).all()
    weekend = [place[0, day * 1440 + 12 * 60] for day in (5, 6, 12, 13)]
    assert all(zone >= 0 for zone in weekend)


def test_the_toddler_is_never_alone_at_home() -> None:
    for seed in range(5):
        people, clock = family(days=28, seed=seed)
        place, _ = lives(people, clock)
        alone = (place[3] >= 0) & (place[:2] < 0).all(axis=0)
        assert alone.sum() <= 2 * 28  # a minute at the door, as they go out one after the other


def test_a_toddler_without_anybody_at_home_goes_to_day_care() -> None:
    members = [MEMBERS[0], MEMBERS[1] | {"role": "worker"}, MEMBERS[3]]
    people, clock = family(members=members)
    place, _ = lives(people, clock)
    assert (place[:, 12 * 60] == -1).all()


def test_dinner_is_cooked_once_a_day_by_a_grown_up_in_the_kitchen() -> None:
    people, clock = family(cooking_w=2000.0)
    place, doing = lives(people, clock)
    stove = [row for row in people.events.tolist() if row[1] == la.EV_APPLIANCE and row[3] >= 2000]
    assert len(stove) == 14
    for tick, _, zone, power, vapour in stove:
        cooks = [o for o in range(4) if doing[o, tick] == Activity.COOKING and place[o, tick] == zone]
        assert len(cooks) == 1
        assert cooks[0] < 2
        assert power == 2000
        assert vapour >= 800
    told = trace_events(people, ZONES, clock)
    hours = [event.time.hour for event in told if event.power_w >= 2000]
    assert min(hours) >= 15
    assert max(hours) <= 20


def test_every_appliance_is_switched_off_again() -> None:
    people, _ = family()
    last = {row[2]: row[3:] for row in people.events.tolist() if row[1] == la.EV_APPLIANCE}
    assert last
    assert all(row == [0, 0] for row in last.values())


def test_the_bathroom_takes_one_at_a_time() -> None:
    members = [{"name": f"p{i}", "role": "worker", "bedroom": "parents"} for i in range(4)]
    people, _ = family(members=members, spread_min=0.0)
    running = 0
    for _, kind, zone, power, vapour in people.events.tolist():
        if kind == la.EV_APPLIANCE and power == 0 and zone == 1:
            running = vapour
            assert vapour in (0, 1800)
    assert running == 0


def test_days_off_start_later() -> None:
    people, clock = family(days=28, spread_min=5.0)
    _, doing = lives(people, clock)
    wake = [np.argmax(doing[0, day * 1440 : (day + 1) * 1440] != Activity.SLEEPING) for day in range(28)]
    assert max(wake[day] for day in range(28) if day % 7 < 5) < min(
        wake[day] for day in range(28) if day % 7 > 4
    )


def test_events_are_in_order_and_reproducible() -> None:
    people, _ = family(seed=9)
    assert (np.diff(people.events[:, la.EV_TICK]) >= 0).all()
    assert people.events[0, la.EV_TICK] == 0
    assert np.array_equal(people.events, family(seed=9)[0].events)
    assert people.names == ("Maria", "Tom", "Ida", "Bo")


@pytest.mark.parametrize("day", [date(2023, 3, 12), date(2023, 11, 5)])
def test_breakfast_keeps_its_clock_time_when_the_clocks_change(day: date) -> None:
    people, clock = family(days=1, start=day, spread_min=0.0)
    woke = next(
        e for e in trace_events(people, ZONES, clock) if e.who == "Maria" and e.activity == "standing"
    )
    assert (woke.time.hour, woke.time.minute) == (
        8,
        10,
    )  # 06:45, an hour and 24 minutes later on a Sunday, latched
