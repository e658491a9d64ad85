"""People, plug loads and lights of a scenario."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.scenario.record import (
    WORKDAYS,
    ClockTime,
    Fraction,
    Name,
    NonNegative,
    Positive,
    Record,
    Weekday,
    check_hours,
    wrong,
)


class Behaviour(Record):
    """How people react to what they feel (PMV); off means that they bear everything."""

    thermostat_override: bool = True  # people turn thermostats
    open_windows: bool = True  # people open windows
    complain: bool = True  # people complain
    preference_spread_pmv: NonNegative = 0.4  # standard deviation of personal neutral PMV
    override_step_k: float = Field(1.0, ge=0, le=5)
    override_limit_k: float = Field(2.0, ge=0, le=5)
    override_duration_h: Positive = 2.0


class MeetingRoom(Record):
    """A zone that is booked, with a capacity."""

    zone: Name
    capacity: int = Field(ge=1, le=500)  # seats


class OfficePeople(Record):
    """Staff with desks, meetings and lunch."""

    kind: Literal["office"]
    desks: dict[Name, Annotated[int, Field(ge=0, le=500)]] = Field(
        min_length=1
    )  # zone: number of people whose desk is there
    meeting_rooms: tuple[MeetingRoom, ...] = ()  # zones that can be booked
    arrival: ClockTime = "08:30"
    departure: ClockTime = "17:30"
    spread_min: NonNegative = 35.0  # standard deviation of arrival and departure
    lunch: ClockTime = "12:15"
    lunch_min: Positive = 45.0
    lunch_out_share: Fraction = 0.6  # of people who leave the building for lunch
    meetings_per_person_day: NonNegative = 1.2  # mean number
    meeting_min: Positive = 50.0
    absence_share: Fraction = 0.15  # away on any one day
    weekend_share: Fraction = 0.02  # present on a weekend day

    @model_validator(mode="after")
    def _consistent(self) -> OfficePeople:
        check_hours(self.arrival, self.departure, ("departure",))
        if not self.arrival < self.lunch < self.departure:
            raise wrong("lunch lies outside the working day", ("lunch",), self.lunch,
                        f"between {self.arrival} and {self.departure}")  # fmt: skip
        if sum(self.desks.values()) == 0:
            raise wrong(
                "nobody has a desk", ("desks",), None, "at least one; for an empty building: kind none"
            )
        rooms = [room.zone for room in self.meeting_rooms]
        for i, zone in enumerate(rooms):
            if zone in rooms[:i]:
                raise wrong("the meeting room is listed twice", ("meeting_rooms", i, "zone"), zone)
        return self


class Lesson(Record):
    """A class in a room at given hours on working days."""

    zone: Name
    start: ClockTime
    end: ClockTime
    pupils: int = Field(ge=0, le=200)  # in the class
    teachers: int = Field(1, ge=0, le=10)  # with the class
    days: tuple[Weekday, ...] = WORKDAYS

    @model_validator(mode="after")
    def _ends_after_start(self) -> Lesson:
        check_hours(self.start, self.end, ("end",))
        return self


MonthDay = Annotated[
    str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description='"MM-DD", quoted')
]


class SchoolPeople(Record):
    """Classes by timetable, breaks in between, school holidays."""

    kind: Literal["school"]
    timetable: tuple[Lesson, ...] = Field(min_length=1)  # the week of every room
    break_zone: Name | None = None  # where pupils are between lessons; None: outside
    lateness_min: NonNegative = 3.0
    absence_share: Fraction = 0.06  # away on any one day
    vacations: tuple[tuple[MonthDay, MonthDay], ...] = ()  # ("07-01", "08-31"), month-day, inclusive

    @model_validator(mode="after")
    def _one_class_at_a_time(self) -> SchoolPeople:
        for i, lesson in enumerate(self.timetable):
            for k, other in enumerate(self.timetable[:i]):
                same_day = lesson.zone == other.zone and set(lesson.days) & set(other.days)
                if same_day and lesson.start < other.end and other.start < lesson.end:
                    text = f"{lesson.start} to {lesson.end} in {lesson.zone}"
                    raise wrong(f"the lesson overlaps timetable[{k}]", ("timetable", i), text,
                                f"times outside {other.start} to {other.end}")  # fmt: skip
        return self


class FamilyMember(Record):
    """One person of a household."""

    name: Name
    role: Literal["worker", "home", "pupil", "toddler"]  # worker and pupil leave on working days
    bedroom: Name


class FamilyPeople(Record):
    """A household: wakes, leaves, returns, cooks, sleeps."""

    kind: Literal["family"]
    members: tuple[FamilyMember, ...] = Field(min_length=1, max_length=12)  # who lives here
    living_zone: Name
    kitchen_zone: Name
    wake: ClockTime = "06:45"
    leave: ClockTime = "08:00"
    back: ClockTime = "17:15"
    sleep: ClockTime = "22:30"
    spread_min: NonNegative = 20.0
    cooking_w: NonNegative = 1800.0
    cooking_min: Positive = 35.0

    @model_validator(mode="after")
    def _consistent(self) -> FamilyPeople:
        day = [("wake", self.wake), ("leave", self.leave), ("back", self.back), ("sleep", self.sleep)]
        for (before, first), (after, second) in pairwise(day):
            if first >= second:
                raise wrong(f"`{after}` is not after `{before}`", (after,), second, f"after {first}")
        names = [member.name for member in self.members]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise wrong("two members have the same name", ("members", i, "name"), name)
        return self


class NoPeople(Record):
    """Nobody."""

    kind: Literal["none"]


People = Annotated[OfficePeople | SchoolPeople | FamilyPeople | NoPeople, Field(discriminator="kind")]


class ZoneLoads(Record):
    """Plug loads and lights of a zone."""

    equipment_base_w_m2: NonNegative = 1.0  # always on
    equipment_w_person: NonNegative = 80.0  # while somebody is there
    lighting_w_m2: NonNegative = 7.0  # while somebody is there and daylight does not suffice
    daylight_control: bool = False  # lights dim with daylight
    equipment_radiant_fraction: Fraction = 0.25  # of its heat; the rest warms the air
    lighting_radiant_fraction: Fraction = 0.55  # of its heat; the rest warms the air


class Loads(Record):
    """Plug loads and lights: a default and exceptions by zone."""

    default: ZoneLoads = ZoneLoads()  # for zones not named below
    zones: dict[Name, ZoneLoads] = Field({})  # exceptions by zone
