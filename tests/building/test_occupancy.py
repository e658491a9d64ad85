"""People: reproducible from the seed, in one place at a time, on civil time, where the scenario has them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics import streams
from twin.basics.clock import Clock
from twin.building.activities import Activity
from twin.building.civil_days import CivilDays, hours, public_holidays
from twin.building.occupancy import Trace, behaviour_parameters, trace, trace_events
from twin.physics import behaviour
from twin.physics import layout as la
from twin.physics.layout import Int
from twin.scenario.schema import Scenario

OFFICE: dict[str, Any] = {
    "kind": "office",
    "desks": {"north": 10, "south": 15},
    "meeting_rooms": [{"zone": "core", "capacity": 8}, {"zone": "small", "capacity": 4}],
}
OFFICE_ZONES = ("north", "south", "core", "small")


def scenario(people: dict[str, Any], zones: tuple[str, ...], **more: Any) -> Scenario:
    site = {"weather": "denver", "timezone": "America/Denver", "holidays": "US"} | more.pop("site", {})
    return Scenario.model_validate(
        {
            "name": "test",
            "site": site,
            "building": {"zones": [{"id": zone, "floor_area_m2": 50.0} for zone in zones]},
            "hvac": {"kind": "ideal_loads"},
            "people": people,
            **more,
        }
    )


def clock(start: date, days: int = 1, tick_s: int = 60) -> Clock:
    return Clock(start, "America/Denver", 0, days, tick_s, 900)


def office(
    start: date = date(2023, 1, 9), days: int = 5, seed: int = 0, **changes: Any
) -> tuple[Trace, Clock]:
    when = clock(start, days)
    return trace(scenario(OFFICE | changes, OFFICE_ZONES), when, seed), when


def presence(people: Trace, when: Clock) -> Int:
    """Zone of each person at the end of each tick (O, ticks), -1 away."""
    place = np.full((len(people.names), when.ticks), -1, dtype=np.int64)
    for tick, kind, entity, value, _ in people.events.tolist():
        if kind == la.EV_MOVE:
            place[entity, tick:] = value
    return place


def test_equal_seeds_give_equal_people_and_others_do_not() -> None:
    first, _ = office(seed=3)
    again, _ = office(seed=3)
    other, _ = office(seed=4)
    assert np.array_equal(first.events, again.events)
    assert np.array_equal(first.occupant, again.occupant)
    assert np.array_equal(first.occupant_key, again.occupant_key)
    assert not np.array_equal(first.events, other.events)
    assert not np.array_equal(first.occupant_key, other.occupant_key)


def test_a_day_is_the_same_whenever_the_run_begins() -> None:
    wednesday = date(2023, 1, 11)
    short, short_clock = office(start=wednesday, days=1, seed=5)
    long, long_clock = office(days=5, seed=5)
    offset = int(long_clock.seconds(short_clock.origin)) // 60
    day = presence(long, long_clock)[:, offset : offset + short_clock.ticks]
    assert np.array_equal(day, presence(short, short_clock))


def test_another_colleague_changes_nobodys_hours() -> None:
    few, when = office(meeting_rooms=[], seed=2)
    many, _ = office(meeting_rooms=[], seed=2, desks={"north": 11, "south": 15})
    places = dict(zip(many.labels, presence(many, when), strict=True))
    for label, place in zip(few.labels, presence(few, when), strict=True):
        assert np.array_equal(place, places[label])


def test_events_are_in_order_and_name_things_that_exist() -> None:
    people, when = office(days=14)
    assert people.events.dtype == np.int64
    assert people.events.shape[1] == la.EVENT_COLUMNS
    assert (np.diff(people.events[:, la.EV_TICK]) >= 0).all()
    assert people.events[:, la.EV_TICK].min() >= 0
    assert people.events[:, la.EV_TICK].max() < when.ticks
    assert set(people.events[:, la.EV_VALUE]) <= set(range(-1, 4))
    assert people.occupant.shape == (25, la.OCCUPANT_PARAMETERS)
    assert people.occupant_key.shape == (25,)
    assert len(set(people.names)) == 25
    assert len(set(people.labels)) == 25


def test_people_work_by_day_and_the_house_is_empty_by_night() -> None:
    people, when = office(days=5)
    heads = (presence(people, when) >= 0).sum(axis=0).reshape(5, 1440)
    assert (heads[:, : 5 * 60] == 0).all()
    assert (heads[:, 22 * 60 :] == 0).all()
    assert (heads[:, 10 * 60 + 30] >= 15).all()
    assert heads.max() <= 25
    assert 0.6 < heads[:, 10 * 60 : 11 * 60].mean() / 25 < 0.98  # absence 15 %
    assert heads[:, 12 * 60 + 30].mean() < 0.8 * heads[:, 10 * 60 + 30].mean()  # lunch


@pytest.mark.parametrize("rooms", [[("core", 8), ("small", 4)], [("core", 3)], [("core", 2), ("small", 5)]])
def test_meetings_gather_people_and_never_overfill_a_room(rooms: list[tuple[str, int]]) -> None:
    wanted = [{"zone": zone, "capacity": capacity} for zone, capacity in rooms]
    people, when = office(days=19, meeting_rooms=wanted, meetings_per_person_day=3.0)
    place = presence(people, when)
    for zone, capacity in rooms:
        heads = (place == OFFICE_ZONES.index(zone)).sum(axis=0)
        assert heads.max() <= capacity
        assert heads.max() >= 2
        assert not (heads == 1).any()  # nobody meets alone
    unused = set(OFFICE_ZONES[2:]) - {zone for zone, _ in rooms}
    assert all((place != OFFICE_ZONES.index(zone)).all() for zone in unused)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    capacities=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    rate=st.floats(0.0, 6.0),
    minutes=st.floats(5.0, 180.0),
)
def test_whatever_the_rooms_no_seat_is_taken_twice(
    seed: int, capacities: tuple[int, int], rate: float, minutes: float
) -> None:
    rooms = [{"zone": zone, "capacity": c} for zone, c in zip(("core", "small"), capacities, strict=True)]
    people, when = office(
        days=4, seed=seed, meeting_rooms=rooms, meetings_per_person_day=rate, meeting_min=minutes
    )
    place = presence(people, when)
    assert (place == 2).sum(axis=0).max() <= capacities[0]
    assert (place == 3).sum(axis=0).max() <= capacities[1]
    assert (place[:, 23 * 60 + 55] == -1).all()


def test_meetings_come_about_as_often_as_asked() -> None:
    people, when = office(days=26)
    attended = (people.events[:, la.EV_EXTRA] == Activity.MEETING).sum()
    present = sum((presence(people, when).reshape(25, 26, 1440) >= 0).any(axis=(0, 2)) * 25 * 0.85)
    assert 0.6 * 1.2 < attended / present < 1.2 * 1.2


def test_everybody_sits_at_their_own_desk() -> None:
    people, _ = office(meeting_rooms=[])
    for _, _, person, zone, _ in people.events.tolist():
        assert zone in (-1, OFFICE_ZONES.index(people.labels[person].split(".")[0]))


def test_weekends_and_public_holidays_are_quiet() -> None:
    people, when = office(start=date(2023, 7, 1), days=5, weekend_share=0.0)  # Sat, Sun, Mon, 4 July, Wed
    heads = (presence(people, when) >= 0).any(axis=0).reshape(5, 1440).any(axis=1)
    assert list(heads) == [False, False, True, False, True]


@pytest.mark.parametrize(("day", "length"), [(date(2023, 3, 12), 23), (date(2023, 11, 5), 25)])
def test_civil_time_holds_over_the_change_of_the_clocks(day: date, length: int) -> None:
    """On the Sundays of the change and the Mondays after, people come at the same clock time."""
    people, when = office(start=day, days=2, weekend_share=1.0, absence_share=0.0, spread_min=0.0)
    assert when.ticks == (length + 24) * 60
    moves = people.events[(people.events[:, la.EV_KIND] == la.EV_MOVE) & (people.events[:, la.EV_VALUE] >= 0)]
    first = [when.civil(60.0 * moves[moves[:, la.EV_ENTITY] == o][0, la.EV_TICK]) for o in range(25)]
    assert {time.strftime("%d %H:%M") for time in first} == {
        f"{day.day:02d} 09:31"
    }  # an hour later on days off
    monday = moves[moves[:, la.EV_TICK] >= length * 60]
    time = when.civil(60.0 * monday[0, la.EV_TICK])
    assert (time.hour, time.minute) == (8, 31)  # what happens within a minute latches at the next


def test_civil_days_know_the_hours_around_the_change() -> None:
    days = CivilDays(clock(date(2023, 3, 12), 2), None)
    assert days.seconds(0, 1.0) == 3600.0
    assert days.seconds(0, 4.0) == 3.0 * 3600.0
    assert days.midnight == (0.0, 23.0 * 3600.0, 47.0 * 3600.0)
    assert days.working(1)
    assert not days.working(0)
    assert hours("08:45") == 8.75


def test_holidays_by_country_and_subdivision() -> None:
    assert date(2023, 7, 4) in public_holidays("US", [2023])
    assert date(2023, 1, 6) in public_holidays("DE-BY", [2023])
    assert date(2023, 1, 6) not in public_holidays("DE", [2023])
    assert not public_holidays(None, [2023])


def test_nobody_is_a_trace_without_rows() -> None:
    people = trace(scenario({"kind": "none"}, ("a",)), clock(date(2023, 1, 9)), 0)
    assert people.events.shape == (0, la.EVENT_COLUMNS)
    assert people.occupant.shape == (0, la.OCCUPANT_PARAMETERS)


def test_a_day_in_the_life_reads_as_a_chain_of_places() -> None:
    people, when = office()
    told = trace_events(people, OFFICE_ZONES, when)
    where = dict.fromkeys(people.names, "away")
    for event in told:
        assert event.origin == where[event.who]
        where[event.who] = event.destination
    assert {event.activity for event in told} >= {"seated_office", "meeting", "light_walk"}
    assert told[0].time.tzinfo is not None
    assert told[0].time.hour >= 5


def test_behaviour_parameters_follow_the_scenario() -> None:
    how = {"thermostat_override": False, "override_step_k": 0.5, "override_duration_h": 1.0}
    row = behaviour_parameters(scenario(OFFICE, OFFICE_ZONES, behaviour=how))
    assert row.shape == (1, behaviour.BEHAVIOUR_PARAMETERS)
    assert row[0, behaviour.BP_OVERRIDE] == 0.0
    assert row[0, behaviour.BP_WINDOWS] == 1.0
    assert row[0, behaviour.BP_STEP] == 0.5
    assert row[0, behaviour.BP_DURATION] == 3600.0


def test_people_differ_as_much_as_the_scenario_says() -> None:
    model = scenario(
        OFFICE | {"desks": {"north": 200}}, OFFICE_ZONES, behaviour={"preference_spread_pmv": 0.4}
    )
    people = trace(model, clock(date(2023, 1, 8)), 0)
    assert people.occupant[:, la.OP_PREFERENCE].std() == pytest.approx(0.4, abs=0.06)
    assert abs(people.occupant[:, la.OP_PREFERENCE].mean()) < 0.1
    assert (people.occupant[:, la.OP_TOLERANCE] > 0.3).all()
    assert (people.occupant[:, la.OP_TOLERANCE] < 1.0).all()


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[None]:
    """A list that grows by one at every call of this function."""
    calls: list[None] = []
    whole = getattr(owner, name)

    def call(*given: Any, **named: Any) -> Any:
        calls.append(None)
        return whole(*given, **named)

    monkeypatch.setattr(owner, name, call)
    return calls


def test_people_cost_what_they_do_and_not_the_ticks_that_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """About nine events of SimPy a person and working day, whatever the tick."""
    model, people, working = scenario(OFFICE, OFFICE_ZONES), 25, 14  # the third Monday is a holiday
    steps = counted(monkeypatch, simpy.Environment, "step")
    found = []
    for tick_s in (60, 300):
        steps.clear()
        trace(model, clock(date(2023, 1, 9), 21, tick_s), 0)
        found.append(len(steps))
    assert found[0] == found[1]
    assert 4 * people * working < found[0] < 12 * people * working


def test_numbers_are_drawn_once_a_person_and_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a source of random numbers costs more than a day: one a working day is for its meetings."""
    model = scenario(OFFICE, OFFICE_ZONES)
    made = counted(monkeypatch, streams, "generator")
    found = []
    for days in (1, 5, 12):
        made.clear()
        trace(model, clock(date(2023, 1, 17), days), 0)
        found.append(len(made))
    assert (found[1] - found[0], found[2] - found[1]) == (3, 5)  # Tuesday to Saturday; to Saturday in a week
