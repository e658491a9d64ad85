"""One clock: seconds since the start, UTC, local standard time (weather), civil time (people, tariffs)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError, nearest


def zone_info(name: str) -> ZoneInfo:
    """The IANA time zone `name`; raises ScenarioError with the nearest name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        from zoneinfo import available_timezones

        raise ScenarioError(
            "unknown time zone",
            value=name,
            allowed="an IANA name such as Europe/Berlin",
            suggestion=nearest(name, available_timezones()),
        ) from error


@dataclass(frozen=True)
class Clock:
    """Time of one run. The origin is the start of the warm-up, a civil midnight.

    Parameters
    ----------
    first_day
        Civil date on which the indicators begin.
    timezone
        IANA name.
    warm_up_days
        Days simulated before `first_day`.
    days
        Days in the indicators.
    tick_s, control_step_s
        Physics tick and control step [s]; the step is a whole multiple of the tick.
    """

    first_day: date
    timezone: str
    warm_up_days: int
    days: int
    tick_s: int
    control_step_s: int

    @cached_property
    def origin(self) -> datetime:
        """UTC instant of second 0 (start of the warm-up)."""
        return self._midnight(self.first_day - timedelta(days=self.warm_up_days))

    @cached_property
    def start(self) -> datetime:
        """UTC instant at which the indicators begin."""
        return self._midnight(self.first_day)

    @cached_property
    def end(self) -> datetime:
        """UTC instant at which the run ends."""
        return self._midnight(self.first_day + timedelta(days=self.days))

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=zone_info(self.timezone)).astimezone(UTC)

    @cached_property
    def warm_up_ticks(self) -> int:
        """Ticks before the indicators begin (a day of daylight saving has 23 or 25 hours)."""
        return int((self.start - self.origin).total_seconds()) // self.tick_s

    @cached_property
    def ticks(self) -> int:
        """All ticks, warm-up included."""
        return int((self.end - self.origin).total_seconds()) // self.tick_s

    @property
    def ticks_per_step(self) -> int:
        """Ticks in one control step."""
        return self.control_step_s // self.tick_s

    @cached_property
    def boundary_step_s(self) -> int:
        """Resolution of weather, prices and schedules [s]: the smallest divisor of an hour that is a
        multiple of the tick and at least 300 s."""
        return next(s for s in range(self.tick_s, 3601, self.tick_s) if s >= 300 and 3600 % s == 0)

    def utc(self, seconds: float) -> datetime:
        """UTC instant of `seconds` since the origin."""
        return self.origin + timedelta(seconds=seconds)

    def civil(self, seconds: float) -> datetime:
        """Civil (wall clock) time of `seconds` since the origin, aware."""
        return self.utc(seconds).astimezone(zone_info(self.timezone))

    def seconds(self, instant: datetime) -> float:
        """Seconds since the origin of an aware datetime."""
        return (instant - self.origin).total_seconds()

    def utc_microseconds(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Microseconds since 1970-01-01 UTC for an array of seconds since the origin (any shape)."""
        base = int(self.origin.timestamp()) * 1_000_000
        return base + np.round(np.asarray(seconds, dtype=np.float64) * 1e6).astype(np.int64)

    def civil_calendar(self, step_s: int, n: int) -> CivilCalendar:
        """Civil calendar at the start of n steps of step_s seconds from the origin."""
        starts = np.arange(n, dtype=np.int64) * step_s
        offsets = self._civil_offsets(starts, max(1, 3600 // step_s))
        local = starts + int(self.origin.timestamp()) + offsets
        day = local // 86400
        ordinal = day + date(1970, 1, 1).toordinal()
        return CivilCalendar(
            hour=(local % 86400) / 3600.0,
            weekday=((day + 3) % 7).astype(np.int64),
            ordinal=ordinal.astype(np.int64),
        )

    def _civil_offsets(self, starts: NDArray[np.int64], per_hour: int) -> NDArray[np.int64]:
        """Civil time less UTC [s] at ascending `starts` (n,); looked up hourly on days that change it."""
        offsets = np.empty(len(starts), dtype=np.int64)
        days = range(0, len(starts), 24 * per_hour)
        known = [self._civil_offset(starts[i]) for i in (*days, len(starts) - 1)] if len(starts) else []
        for i, now, later in zip(days, known, known[1:], strict=False):
            offsets[i : i + 24 * per_hour] = now
            if later != now:
                for k in range(i, min(i + 24 * per_hour, len(starts)), per_hour):
                    offsets[k : k + per_hour] = self._civil_offset(starts[k])
        return offsets

    def _civil_offset(self, seconds: np.int64) -> int:
        offset = self.civil(float(seconds)).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())


@dataclass(frozen=True)
class CivilCalendar:
    """Civil time of steps, arrays (K,): hour of day [h, 0–24), weekday (Monday 0), proleptic date ordinal."""

    hour: NDArray[np.float64]
    weekday: NDArray[np.int64]
    ordinal: NDArray[np.int64]

    def dates(self) -> list[date]:
        """The distinct civil dates, ascending."""
        return [date.fromordinal(int(o)) for o in np.unique(self.ordinal)]
