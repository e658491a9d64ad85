"""Comfort bounds by the clock: pairs of a time and a value, linear in between, every day alike."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from twin.scenario.record import wrong

if TYPE_CHECKING:
    from twin.scenario.schema import Comfort

Daily = tuple[tuple[str, float], ...]
Point = tuple[float, float]


def hour_of(text: str) -> float:
    """Hours since midnight of "HH:MM"."""
    return int(text[:2]) + int(text[3:]) / 60.0


def at_hour(schedule: Daily, hour: float) -> float:
    """Value at an hour of the day [h]: linear between times, over midnight too; a repeated time is a step.

    At a step itself the later value holds.
    """
    hours = [hour_of(time) for time, _ in schedule]
    i = bisect_right(hours, hour + 1e-9)
    (before, low), (after, high) = _neighbours(schedule, hours, i)
    if after - before <= 0.0:
        return low
    return low + (high - low) * (hour - before) / (after - before)


def _neighbours(schedule: Daily, hours: list[float], i: int) -> tuple[Point, Point]:
    """Points before and after place `i`, those of the day before and after included."""
    count = len(schedule)
    before = (hours[i - 1], schedule[i - 1][1]) if i > 0 else (hours[-1] - 24.0, schedule[-1][1])
    after = (hours[i], schedule[i][1]) if i < count else (hours[0] + 24.0, schedule[0][1])
    return before, after


def check_schedules(comfort: Comfort) -> None:
    """Times do not go back, and the lower bound stays below the upper at all times."""
    for key in ("lower_schedule_c", "upper_schedule_c"):
        for i, (first, second) in enumerate(pairwise(getattr(comfort, key)), 1):
            if second[0] < first[0]:
                raise wrong(
                    "times of a schedule do not go back", (key, i, 0), second[0], f"{first[0]} or later"
                )
    lower, upper = comfort.lower_schedule_c, comfort.upper_schedule_c
    if not lower and not upper:
        return
    for time in sorted({time for time, _ in (*lower, *upper)} | {"00:00"}):
        for side in (-2e-6, 0.0):  # just before a step, and after it
            hour = hour_of(time) + side
            low = at_hour(lower, hour) if lower else max(comfort.lower_c, comfort.lower_unoccupied_c)
            high = at_hour(upper, hour) if upper else min(comfort.upper_c, comfort.upper_unoccupied_c)
            if low >= high:
                key = "lower_schedule_c" if lower else "upper_schedule_c"
                raise wrong(f"the lower bound is not below the upper at {time}", (key,), round(low, 3),
                            f"below {high:g}")  # fmt: skip
