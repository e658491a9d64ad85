"""Time: daylight saving, leap years, step boundaries, UTC in files."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.basics.clock import Clock
from twin.basics.errors import ScenarioError


def clock(
    first: date, timezone: str = "America/Chicago", warm: int = 1, days: int = 2, tick: int = 60
) -> Clock:
    return Clock(first, timezone, warm, days, tick, 900)


def test_origin_is_a_civil_midnight_before_the_warm_up() -> None:
    c = clock(date(2023, 1, 9), warm=7)
    assert c.origin == datetime(2023, 1, 2, 6, tzinfo=UTC)
    assert c.start == datetime(2023, 1, 9, 6, tzinfo=UTC)
    assert c.warm_up_ticks == 7 * 1440


def test_the_day_of_spring_forward_has_23_hours_and_of_fall_back_25() -> None:
    assert clock(date(2023, 3, 12), warm=0, days=1).ticks == 23 * 60
    assert clock(date(2023, 11, 5), warm=0, days=1).ticks == 25 * 60


def test_civil_hours_jump_at_daylight_saving_and_standard_seconds_do_not() -> None:
    c = clock(date(2023, 3, 12), warm=0, days=1)
    hours = c.civil_calendar(1800, 2 * 23).hour
    assert 1.5 in hours and 3.0 in hours
    assert not np.any((hours >= 2.0) & (hours < 3.0))
    assert c.civil(2 * 3600.0).hour == 3
    assert np.all(np.diff(c.utc_microseconds(np.arange(10) * 1800.0)) == 1800 * 1_000_000)


def test_an_hour_happens_twice_in_autumn() -> None:
    hours = clock(date(2023, 11, 5), warm=0, days=1).civil_calendar(3600, 25).hour
    assert list(hours[:4]) == [0.0, 1.0, 1.0, 2.0]


def test_the_leap_day_is_in_the_calendar() -> None:
    c = clock(date(2024, 2, 28), warm=0, days=3)
    assert c.civil_calendar(3600, 72).dates() == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]


def test_weekday_counts_from_monday() -> None:
    assert clock(date(2023, 1, 9), warm=0, days=1).civil_calendar(3600, 1).weekday[0] == 0


@pytest.mark.parametrize(
    ("tick", "step"), [(1, 300), (60, 300), (300, 300), (120, 360), (600, 600), (900, 900), (45, 360)]
)
def test_boundary_step_is_a_multiple_of_the_tick_and_divides_the_hour(tick: int, step: int) -> None:
    assert clock(date(2023, 1, 9), tick=tick).boundary_step_s == step


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]),
)
def test_seconds_and_utc_are_inverse(when: datetime, timezone: str) -> None:
    c = clock(date(2023, 1, 9), timezone)
    instant = when.replace(tzinfo=UTC, microsecond=0)
    assert c.utc(c.seconds(instant)) == instant


def test_an_unknown_zone_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="America/Chicago"):
        _ = clock(date(2023, 1, 9), "America/Chigago").origin


@pytest.mark.parametrize("timezone", ["America/Chicago", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize("step_s", [300, 3600])
def test_the_calendar_of_a_year_is_the_civil_time_of_every_step(timezone: str, step_s: int) -> None:
    c = clock(date(2023, 1, 1), timezone, warm=7, days=366)
    n = (366 + 7) * 86400 // step_s
    calendar = c.civil_calendar(step_s, n)
    for i in range(0, n, 3600 // step_s):
        civil = c.civil(float(i * step_s))
        assert calendar.hour[i] == pytest.approx(civil.hour + civil.minute / 60.0)
        assert calendar.ordinal[i] == civil.toordinal()
