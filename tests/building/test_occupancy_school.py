"""School: people are where the timetable says, with breaks, lateness and vacations."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from twin.basics.clock import Clock
from twin.building.activities import Activity
from twin.building.civil_days import in_vacation
from twin.building.occupancy import Trace, trace
from twin.physics import layout as la
from twin.physics.layout import Int
from twin.scenario.schema import Scenario

ZONES = ("room_a", "room_b", "hall")
MONDAY = date(2023, 1, 9)


def lesson(zone: str, start: str, end: str, pupils: int = 20, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "start": start, "end": end, "pupils": pupils, **more}


TIMETABLE = [
    lesson("room_a", "08:00", "09:30"),
    lesson("room_a", "09:50", "11:20"),
    lesson("room_a", "11:25", "12:10", pupils=10),
    lesson("room_b", "08:00", "10:00", pupils=12, teachers=2, days=["mon", "wed"]),
]


def school(start: date = MONDAY, days: int = 5, seed: int = 0, **changes: Any) -> tuple[Trace, Clock]:
    model = Scenario.model_validate(
        {
            "name": "test",
            "site": {"weather": "denver", "timezone": "Europe/Berlin", "holidays": "DE"},
            "building": {"zones": [{"id": zone, "floor_area_m2": 60.0} for zone in ZONES]},
            "hvac": {"kind": "ideal_loads"},
            "people": {"kind": "school", "timetable": TIMETABLE} | changes,
        }
    )
    clock = Clock(start, "Europe/Berlin", 0, days, 60, 900)
    return trace(model, clock, seed), clock


def places(people: Trace, clock: Clock) -> Int:
    """Zone of each person at the end of each tick (O, ticks), -1 away."""
    place = np.full((len(people.names), clock.ticks), -1, dtype=np.int64)
    for tick, _, person, zone, _ in people.events.tolist():
        place[person, tick:] = zone
    return place


def heads(people: Trace, clock: Clock, zone: int, clock_time: str, day: int = 0) -> int:
    minute = int(clock_time[:2]) * 60 + int(clock_time[3:])
    return int((places(people, clock)[:, day * 1440 + minute] == zone).sum())


def test_lessons_fill_the_rooms_and_breaks_empty_them() -> None:
    people, clock = school(absence_share=0.0)
    assert len(people.labels) == 21 + 14
    assert heads(people, clock, 0, "09:00") == 21
    assert heads(people, clock, 1, "09:00") == 14
    assert heads(people, clock, 0, "09:40") == 0  # a break of twenty minutes, outside
    assert heads(people, clock, 0, "11:24") == 11  # five minutes: who has another lesson stays
    assert heads(people, clock, 0, "12:00") == 11
    assert heads(people, clock, 0, "13:00") == 0


def test_breaks_are_spent_where_the_scenario_says() -> None:
    people, clock = school(absence_share=0.0, break_zone="hall")
    assert heads(people, clock, 2, "09:40") == 21
    assert heads(people, clock, 2, "12:30") == 0


def test_a_lesson_is_held_on_its_days_only() -> None:
    people, clock = school(absence_share=0.0)
    assert [heads(people, clock, 1, "09:00", day) for day in range(5)] == [14, 0, 14, 0, 0]


def test_absence_takes_pupils_and_never_the_teacher() -> None:
    people, clock = school(absence_share=0.3, days=19)
    place = places(people, clock)
    teacher = people.labels.index("room_a.teacher.0")
    weekdays = [day for day in range(19) if day % 7 < 5]
    assert all(place[teacher, day * 1440 + 9 * 60] == 0 for day in weekdays)
    pupils = [i for i, label in enumerate(people.labels) if label.startswith("room_a.pupil")]
    share = np.mean([[place[i, day * 1440 + 9 * 60] == 0 for i in pupils] for day in weekdays])
    assert share == pytest.approx(0.7, abs=0.08)


def test_lateness_spreads_arrivals_around_the_bell() -> None:
    people, clock = school(absence_share=0.0, lateness_min=4.0)
    place = places(people, clock)
    pupils = [i for i, label in enumerate(people.labels) if label.startswith("room_a.pupil")]
    first = np.array([np.argmax(place[i, :1440] == 0) for i in pupils]) - 8 * 60
    assert first.min() >= -4
    assert first.max() <= 13
    assert first.std() > 1.0
    assert abs(first.mean()) < 4.0
    punctual, _ = school(absence_share=0.0, lateness_min=0.0)
    assert len({tick for tick, *_ in punctual.events[:20].tolist()}) <= 2


def test_vacations_holidays_and_weekends_are_empty() -> None:
    people, clock = school(start=date(2023, 4, 28), days=5, vacations=[["05-02", "05-05"]], absence_share=0.0)
    busy = (places(people, clock) >= 0).any(axis=0).reshape(5, 1440).any(axis=1)
    assert list(busy) == [True, False, False, False, False]  # Fri, Sat, Sun, May Day, vacation


def test_vacations_may_run_over_new_year() -> None:
    span = (("12-23", "01-06"),)
    assert in_vacation(date(2023, 12, 31), span)
    assert in_vacation(date(2024, 1, 6), span)
    assert not in_vacation(date(2024, 1, 7), span)
    assert not in_vacation(date(2023, 12, 22), span)


def test_pupils_are_children_and_teachers_stand() -> None:
    people, _ = school()
    for _, kind, person, zone, activity in people.events.tolist():
        assert kind == la.EV_MOVE
        if zone == 0:
            teaches = "teacher" in people.labels[person]
            assert activity == (Activity.TEACHING if teaches else Activity.CHILD_SEATED)
    tolerance = people.occupant[:, la.OP_TOLERANCE]
    assert all((tolerance[i] > 10.0) == ("pupil" in label) for i, label in enumerate(people.labels))


def test_the_trace_is_reproducible() -> None:
    assert np.array_equal(school(seed=1)[0].events, school(seed=1)[0].events)
    assert not np.array_equal(school(seed=1)[0].events, school(seed=2)[0].events)
