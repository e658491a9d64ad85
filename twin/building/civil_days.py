"""The civil days of a run: dates, holidays, and what clock time is how many seconds after the origin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from twin.basics.clock import Clock, zone_info


@lru_cache(maxsize=64)
def _holidays(code: str, years: tuple[int, ...]) -> frozenset[date]:
    import holidays  # takes tenths of a second, and not every scenario has holidays

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=years))


def public_holidays(code: str | None, years: Iterable[int]) -> frozenset[date]:
    """Public holidays of a country ("US") or subdivision ("DE-BY") in these years; none where it is None."""
    return frozenset() if code is None else _holidays(code, tuple(sorted(set(years))))


def in_vacation(day: date, vacations: tuple[tuple[str, str], ...]) -> bool:
    """Whether a day lies in one of the vacations ("MM-DD", "MM-DD"), ends included, over New Year too."""
    today = day.strftime("%m-%d")
    for first, last in vacations:
        if first <= last:
            if first <= today <= last:
                return True
        elif today >= first or today <= last:
            return True
    return False


class CivilDays:
    """The civil days of a run, warm-up included.

    Attributes
    ----------
    dates
        In order; day i begins at civil midnight, `midnight[i]` seconds after the origin.
    holiday
        Whether day i is a public holiday.
    """

    def __init__(self, clock: Clock, holidays: str | None) -> None:
        first = clock.first_day - timedelta(days=clock.warm_up_days)
        count = clock.warm_up_days + clock.days
        self.dates = tuple(first + timedelta(days=i) for i in range(count))
        free = public_holidays(holidays, {day.year for day in self.dates})
        self.holiday = tuple(day in free for day in self.dates)
        self._clock = clock
        self._zone = zone_info(clock.timezone)
        following = (*self.dates, first + timedelta(days=count))
        self.midnight = tuple(self._instant(day, 0.0) for day in following)

    def __len__(self) -> int:
        return len(self.dates)

    def _instant(self, day: date, hour: float) -> float:
        """Seconds after the origin at a civil clock time; through datetime, slow and right on every day."""
        seconds = round(hour * 3600.0)
        wall = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(seconds=seconds)
        return self._clock.seconds(wall)

    def seconds(self, i: int, hour: float) -> float:
        """Seconds after the origin of civil hour `hour` [h, may exceed 24] on day i."""
        start = self.midnight[i]
        if self.midnight[i + 1] - start == 86400.0 and hour < 24.0:
            return start + hour * 3600.0
        return self._instant(self.dates[i], hour)

    def working(self, i: int) -> bool:
        """Monday to Friday and no public holiday."""
        return self.dates[i].weekday() < 5 and not self.holiday[i]


def hours(text: str) -> float:
    """A clock time "HH:MM" as hours."""
    hour, _, minute = text.partition(":")
    return int(hour) + int(minute) / 60.0
