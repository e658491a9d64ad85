"""Prices, emission factors and comfort bounds by civil hours, weekdays and holidays."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.basics.clock import Clock
from twin.building.tariff import boundary_calendar, bounds, in_vacation, occupied_steps, tariff
from twin.physics import layout as la
from twin.scenario.daily import at_hour
from twin.scenario.schema import Scenario

J_PER_KWH = 3.6e6
STEPS_PER_HOUR = 12


def scenario(**changes: Any) -> Scenario:
    base: dict[str, Any] = {
        "name": "paper",
        "site": {"weather": "denver", "timezone": "America/Denver", "holidays": "US"},
        "building": {"zones": [{"id": "room", "floor_area_m2": 50}, {"id": "meeting", "floor_area_m2": 20}]},
        "hvac": {"kind": "ideal_loads"},
    }
    return Scenario.model_validate(base | changes)


def clock(first: date, days: int, timezone: str = "America/Denver") -> Clock:
    return Clock(first, timezone, 0, days, 60, 900)


def test_price_periods_follow_civil_time_and_weekdays() -> None:
    periods = [{"start": "16:00", "end": "21:00", "price_per_kwh": 0.4, "days": ["mon", "tue"]}]
    out = tariff(
        scenario(tariff={"electricity_per_kwh": 0.1, "periods": periods}), clock(date(2023, 1, 9), 7)
    )
    price = out[:, la.P_ELECTRICITY].reshape(7, 24 * STEPS_PER_HOUR) * J_PER_KWH
    assert price[0, 16 * STEPS_PER_HOUR - 1] == pytest.approx(0.1)
    assert price[0, 16 * STEPS_PER_HOUR] == pytest.approx(0.4)
    assert price[1, 21 * STEPS_PER_HOUR - 1] == pytest.approx(0.4)
    assert price[1, 21 * STEPS_PER_HOUR] == pytest.approx(0.1)
    assert (price[2:] < 0.2).all()


@pytest.mark.parametrize(("day", "hours"), [(date(2023, 3, 12), 23), (date(2023, 11, 5), 25)])
def test_a_day_of_daylight_saving_keeps_its_hours_on_the_wall(day: date, hours: int) -> None:
    periods = [{"start": "07:00", "end": "08:00", "price_per_kwh": 0.5}]
    run = clock(day, 1)
    price = tariff(scenario(tariff={"periods": periods}), run)[:, la.P_ELECTRICITY] * J_PER_KWH
    assert len(price) == hours * STEPS_PER_HOUR
    dear = np.flatnonzero(price > 0.4)
    assert len(dear) == STEPS_PER_HOUR
    assert run.civil(float(dear[0]) * 300.0).hour == 7


def test_night_tariff_is_written_as_two_periods() -> None:
    periods = [
        {"start": "22:00", "end": "24:00", "price_per_kwh": 0.05},
        {"start": "00:00", "end": "06:00", "price_per_kwh": 0.05},
    ]
    out = tariff(
        scenario(tariff={"electricity_per_kwh": 0.2, "periods": periods}), clock(date(2023, 1, 9), 1)
    )
    cheap = out[:, la.P_ELECTRICITY] * J_PER_KWH < 0.1
    assert cheap.sum() == 8 * STEPS_PER_HOUR
    assert cheap[0]
    assert cheap[-1]


def test_touching_periods_are_fine() -> None:
    periods = [
        {"start": "08:00", "end": "12:00", "price_per_kwh": 0.3},
        {"start": "12:00", "end": "24:00", "price_per_kwh": 0.4},
    ]
    price = tariff(scenario(tariff={"periods": periods}), clock(date(2023, 1, 9), 1))[:, la.P_ELECTRICITY]
    assert price[-1] * J_PER_KWH == pytest.approx(0.4)


def test_carbon_by_civil_hour() -> None:
    hourly = [0.01 * hour for hour in range(24)]
    out = tariff(scenario(carbon={"hourly_kg_per_kwh": hourly}), clock(date(2023, 1, 9), 1))
    assert (out[::STEPS_PER_HOUR, la.Q_ELECTRICITY] * J_PER_KWH).tolist() == pytest.approx(hourly)
    assert out[0, la.Q_GAS] * J_PER_KWH == pytest.approx(0.202)


def test_comfort_band_opens_at_night_on_weekends_and_on_holidays() -> None:
    """16 January 2023 is Martin Luther King Day."""
    comfort = {"occupied_hours": ["07:00", "19:00"], "lower_c": 21, "lower_unoccupied_c": 15}
    out = bounds(scenario(comfort=comfort), clock(date(2023, 1, 13), 5))
    lower = out[:, 0, la.B_LOWER].reshape(5, -1)
    assert lower[0, 7 * STEPS_PER_HOUR - 1] == 15.0
    assert lower[0, 7 * STEPS_PER_HOUR] == 21.0
    assert lower[0, 19 * STEPS_PER_HOUR] == 15.0
    assert (lower[1:4] == 15.0).all()  # Saturday, Sunday, holiday
    assert lower[4, 12 * STEPS_PER_HOUR] == 21.0


def test_school_vacations_are_unoccupied_and_may_span_new_year() -> None:
    people = {
        "kind": "school",
        "timetable": [{"zone": "room", "start": "08:00", "end": "09:30", "pupils": 24}],
        "vacations": [["12-20", "01-03"]],
    }
    run = clock(date(2023, 1, 3), 2)
    out = bounds(scenario(people=people), run)
    day = 24 * STEPS_PER_HOUR
    assert (out[:day, 0, la.B_LOWER] == 15.0).all()
    assert (out[:day, 0, la.B_EXPECTED] == 0.0).all()
    assert out[day + 8 * STEPS_PER_HOUR, 0, la.B_EXPECTED] == 25.0
    assert out[day + 10 * STEPS_PER_HOUR, 0, la.B_EXPECTED] == 0.0


def test_office_expects_desks_and_half_full_meeting_rooms() -> None:
    people = {"kind": "office", "desks": {"room": 8}, "meeting_rooms": [{"zone": "meeting", "capacity": 6}]}
    out = bounds(scenario(people=people), clock(date(2023, 1, 9), 1))
    noon, night = 12 * STEPS_PER_HOUR, 2 * STEPS_PER_HOUR
    assert out[noon, :, la.B_EXPECTED].tolist() == [8.0, 3.0]
    assert out[night, :, la.B_EXPECTED].tolist() == [0.0, 0.0]


def test_family_is_at_home_on_a_holiday() -> None:
    people = {
        "kind": "family",
        "living_zone": "room",
        "kitchen_zone": "room",
        "members": [
            {"name": "ada", "role": "worker", "bedroom": "meeting"},
            {"name": "ben", "role": "home", "bedroom": "meeting"},
        ],
    }
    out = bounds(scenario(people=people), clock(date(2023, 1, 16), 2))
    noon, night = 12 * STEPS_PER_HOUR, 2 * STEPS_PER_HOUR
    assert out[noon, :, la.B_EXPECTED].tolist() == [2.0, 0.0]
    assert out[24 * STEPS_PER_HOUR + noon, :, la.B_EXPECTED].tolist() == [1.0, 0.0]
    assert out[night, :, la.B_EXPECTED].tolist() == [0.0, 2.0]
    assert out[noon, 0, la.B_LOWER] == 20.0  # a home is occupied on holidays too


def test_operating_hours_of_an_air_handler_hold_on_working_days() -> None:
    hvac = {"kind": "vav", "operating_hours": ["06:00", "20:00"]}
    out = bounds(scenario(hvac=hvac), clock(date(2023, 1, 13), 2))[:, 0, la.B_OPERATING].reshape(2, -1)
    assert out[0].sum() == 14 * STEPS_PER_HOUR
    assert out[0, 6 * STEPS_PER_HOUR] == 1.0
    assert out[1].sum() == 0.0


def test_occupied_steps_agree_with_the_bounds() -> None:
    spec, run = scenario(), clock(date(2023, 3, 10), 5)
    on = occupied_steps(spec, boundary_calendar(run))
    lower = bounds(spec, run)[:, 1, la.B_LOWER]
    assert ((lower == spec.comfort.lower_c) == on).all()


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_vacation_is_either_side_of_its_complement(day: date) -> None:
    assert in_vacation(day, (("03-01", "09-30"),)) != in_vacation(day, (("10-01", "02-29"),))


RAMP = [["07:00", 10.0], ["08:00", 20.0], ["23:00", 20.0], ["23:00", 10.0]]


def test_comfort_by_the_clock_ramps_and_steps_every_day_alike() -> None:
    """The setback of ASHRAE 140, case 640: 10 at night, an hour's ramp, 20 by day."""
    spec = scenario(comfort={"lower_schedule_c": RAMP, "upper_c": 27.0, "upper_unoccupied_c": 27.0})
    day = bounds(spec, clock(date(2023, 1, 2), 7))[:, 0, la.B_LOWER].reshape(7, 24 * STEPS_PER_HOUR)
    assert (day == day[0]).all()
    hour = np.arange(24 * STEPS_PER_HOUR) / STEPS_PER_HOUR
    assert set(day[0, hour < 7.0]) == set(day[0, hour >= 23.0]) == {10.0}
    assert set(day[0, (hour >= 8.0) & (hour < 23.0)]) == {20.0}
    ramp = day[0, (hour >= 7.0) & (hour < 8.0)]
    assert ramp.mean() == pytest.approx(15.0)
    assert (np.diff(ramp) > 0.0).all()


@given(st.lists(st.tuples(st.integers(0, 1440), st.floats(0, 20)), min_size=1, max_size=6))
def test_a_schedule_stays_within_its_values_and_meets_them(points: list[tuple[int, float]]) -> None:
    points = sorted(points, key=lambda p: p[0])
    schedule = tuple((f"{m // 60:02d}:{m % 60:02d}", v) for m, v in points)
    values = [v for _, v in points]
    for hour in np.linspace(0.0, 23.99, 97):
        assert min(values) - 1e-9 <= at_hour(schedule, float(hour)) <= max(values) + 1e-9
    last = {m: v for m, v in points if m < 1440}
    for minute, value in last.items():
        if minute or not any(m == 1440 for m, _ in points):
            assert at_hour(schedule, minute / 60.0) == pytest.approx(value, abs=1e-6)


def test_night_ventilation_by_the_clock_over_midnight() -> None:
    plan = {"air_changes_per_hour": 5.0, "hours": ["18:00", "07:00"]}
    zones = [
        {"id": "room", "floor_area_m2": 50, "night_ventilation": plan},
        {"id": "meeting", "floor_area_m2": 20},
    ]
    share = bounds(scenario(building={"zones": zones}), clock(date(2023, 1, 2), 1))[:, :, la.B_VENTILATION]
    hour = np.arange(24 * STEPS_PER_HOUR) / STEPS_PER_HOUR
    assert np.array_equal(share[:, 0] == 1.0, (hour >= 18.0) | (hour < 7.0))
    assert not share[:, 1].any()
