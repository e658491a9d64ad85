"""Prices, emission factors and comfort bounds over time, by civil hours, weekdays and holidays.

Everything here is stated per boundary step of the clock. Civil time follows daylight saving: "07:00" is seven
o'clock on the wall all year. Prices and carbon come from the scenario's own periods, so no series is matched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.basics.clock import CivilCalendar, Clock
from twin.building.civil_days import hours, in_vacation, public_holidays
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.daily import Daily, at_hour
from twin.scenario.inhabitants import FamilyPeople, OfficePeople, SchoolPeople
from twin.scenario.schema import Scenario
from twin.scenario.systems import Vav

Mask = NDArray[np.bool_]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
J_PER_KWH = 3.6e6


def between(calendar: CivilCalendar, start: str, end: str) -> Mask:
    """Steps whose civil time is in [start, end); an end before the start runs over midnight. (K,)"""
    first, last = hours(start), hours(end)
    if first <= last:
        return (calendar.hour >= first - 1e-9) & (calendar.hour < last - 1e-9)
    return (calendar.hour >= first - 1e-9) | (calendar.hour < last - 1e-9)


def daily(schedule: Daily, calendar: CivilCalendar, step_s: int) -> Float:
    """Values of a schedule that is every day alike, in the middle of every step of `step_s` [s]. (K,)

    So a ramp is followed in the mean; at the begin of the steps it would be late by half of one.
    """
    hour, inverse = np.unique(calendar.hour, return_inverse=True)
    return np.array([at_hour(schedule, float(h) + 0.5 * step_s / 3600.0) for h in hour])[inverse]


def on_days(calendar: CivilCalendar, days: tuple[str, ...]) -> Mask:
    """Steps whose civil weekday is among `days`. (K,)"""
    return np.isin(calendar.weekday, [WEEKDAYS.index(day) for day in days])


def free_days(scenario: Scenario, calendar: CivilCalendar) -> Mask:
    """Steps on public holidays and, in schools, vacations. (K,)"""
    days = calendar.dates()
    off = set(public_holidays(scenario.site.holidays, {day.year for day in days})) & set(days)
    if isinstance(scenario.people, SchoolPeople):
        off |= {day for day in days if in_vacation(day, scenario.people.vacations)}
    return np.isin(calendar.ordinal, [day.toordinal() for day in off])


def boundary_calendar(clock: Clock) -> CivilCalendar:
    """Civil time of every boundary step of the run."""
    per_boundary = clock.boundary_step_s // clock.tick_s
    return clock.civil_calendar(clock.boundary_step_s, -(-clock.ticks // per_boundary))


def tariff(scenario: Scenario, clock: Clock) -> Float:
    """Price and emission factor of every carrier.

    Returns
    -------
    (K, TARIFF_COLUMNS), prices [currency/J], emission factors [kgCO2/J].
    """
    calendar = boundary_calendar(clock)
    prices = scenario.tariff
    out = np.empty((calendar.hour.size, la.TARIFF_COLUMNS))
    out[:, la.P_ELECTRICITY] = _electricity_price(scenario, calendar)
    out[:, la.P_GAS] = prices.gas_per_kwh
    out[:, la.P_DISTRICT_HEATING] = prices.district_heating_per_kwh
    out[:, la.P_DISTRICT_COOLING] = prices.district_cooling_per_kwh
    out[:, la.Q_ELECTRICITY] = _electricity_carbon(scenario, calendar)
    out[:, la.Q_GAS] = scenario.carbon.gas_kg_per_kwh
    out[:, la.Q_DISTRICT_HEATING] = scenario.carbon.district_heating_kg_per_kwh
    out[:, la.Q_DISTRICT_COOLING] = scenario.carbon.district_cooling_kg_per_kwh
    return out / J_PER_KWH


def _electricity_price(scenario: Scenario, calendar: CivilCalendar) -> Float:
    price = np.full(calendar.hour.size, scenario.tariff.electricity_per_kwh)
    for period in scenario.tariff.periods:
        price[between(calendar, period.start, period.end) & on_days(calendar, period.days)] = (
            period.price_per_kwh
        )
    return price


def _electricity_carbon(scenario: Scenario, calendar: CivilCalendar) -> Float:
    hourly = scenario.carbon.hourly_kg_per_kwh
    if not hourly:
        return np.full(calendar.hour.size, scenario.carbon.electricity_kg_per_kwh)
    return np.asarray(hourly)[calendar.hour.astype(np.int64)]


def occupied_steps(scenario: Scenario, calendar: CivilCalendar) -> Mask:
    """Steps in which the comfort band of occupied hours holds; homes do not close on holidays. (K,)"""
    comfort = scenario.comfort
    on = between(calendar, *comfort.occupied_hours) & on_days(calendar, comfort.occupied_days)
    return on if isinstance(scenario.people, FamilyPeople) else on & ~free_days(scenario, calendar)


def bounds(scenario: Scenario, clock: Clock) -> Float:
    """Comfort band, CO2 limit, expected people, operating hours and night ventilation of every zone.

    Returns
    -------
    (K, Z, BOUND_COLUMNS); see twin.physics.layout. Holidays and school vacations count as unoccupied days.
    """
    calendar = boundary_calendar(clock)
    comfort = scenario.comfort
    off = free_days(scenario, calendar)
    occupied = occupied_steps(scenario, calendar)
    out = np.empty((calendar.hour.size, len(scenario.zone_ids), la.BOUND_COLUMNS))
    out[:, :, la.B_LOWER] = np.where(occupied, comfort.lower_c, comfort.lower_unoccupied_c)[:, None]
    out[:, :, la.B_UPPER] = np.where(occupied, comfort.upper_c, comfort.upper_unoccupied_c)[:, None]
    for column, schedule in ((la.B_LOWER, comfort.lower_schedule_c), (la.B_UPPER, comfort.upper_schedule_c)):
        if schedule:
            out[:, :, column] = daily(schedule, calendar, clock.boundary_step_s)[:, None]
    out[:, :, la.B_VENTILATION] = 0.0
    for z, zone in enumerate(scenario.building.zones):
        if zone.night_ventilation is not None:
            out[:, z, la.B_VENTILATION] = between(calendar, *zone.night_ventilation.hours)
    out[:, :, la.B_CO2] = comfort.co2_limit_ppm
    out[:, :, la.B_EXPECTED] = _expected(scenario, calendar, off)
    out[:, :, la.B_EQUIPMENT] = 1.0
    out[:, :, la.B_LIGHTS] = 1.0
    out[:, :, la.B_OPERATING] = _operating(scenario, calendar, off, occupied)[:, None]
    return out


def _operating(scenario: Scenario, calendar: CivilCalendar, off: Mask, occupied: Mask) -> Mask:
    if isinstance(scenario.hvac, Vav):
        working = on_days(calendar, scenario.comfort.occupied_days) & ~off
        return between(calendar, *scenario.hvac.operating_hours) & working
    return occupied


def _expected(scenario: Scenario, calendar: CivilCalendar, off: Mask) -> Float:
    """People that a schedule would expect, (K, Z); what really happens is in the trace of people."""
    people = scenario.people
    out = np.zeros((calendar.hour.size, len(scenario.zone_ids)))
    column = {zone: z for z, zone in enumerate(scenario.zone_ids)}
    workday = on_days(calendar, WEEKDAYS[:5]) & ~off
    if isinstance(people, OfficePeople):
        there = between(calendar, people.arrival, people.departure) & workday
        for zone, count in people.desks.items():
            out[there, column[zone]] += count
        for room in people.meeting_rooms:
            out[there, column[room.zone]] += 0.5 * room.capacity
    elif isinstance(people, SchoolPeople):
        for lesson in people.timetable:
            there = between(calendar, lesson.start, lesson.end) & on_days(calendar, lesson.days) & ~off
            out[there, column[lesson.zone]] += lesson.pupils + lesson.teachers
    elif isinstance(people, FamilyPeople):
        _expect_family(people, calendar, workday, column, out)
    return out


def _expect_family(
    people: FamilyPeople, calendar: CivilCalendar, workday: Mask, column: dict[str, int], out: Float
) -> None:
    """Asleep in the bedrooms, awake in the living zone; workers and pupils are out on working days."""
    asleep = between(calendar, people.sleep, people.wake)
    out_hours = between(calendar, people.leave, people.back) & workday
    for member in people.members:
        leaves = member.role in ("worker", "pupil")
        awake = ~asleep & ~(out_hours if leaves else np.zeros_like(asleep))
        out[asleep, column[member.bedroom]] += 1.0
        out[awake, column[people.living_zone]] += 1.0
