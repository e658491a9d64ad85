"""Pupils and teachers as SimPy processes: classes by timetable, breaks, lateness, absence, vacations."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from twin.building.activities import Activity
from twin.building.civil_days import CivilDays, hours, in_vacation
from twin.building.diary import DailyDraws, Diary
from twin.scenario.inhabitants import Lesson, SchoolPeople

Steps = Generator[simpy.Event, Any, None]
Span = tuple[float, float]  # of a lesson, from and to [h]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHORT_BREAK_H = 5.0 / 60.0  # up to here everybody stays in the room
TEACHER_EARLY_H = 5.0 / 60.0


def lessons_by_zone(people: SchoolPeople) -> dict[str, list[Lesson]]:
    """The timetable by zone, each in order of time: the class of a zone is one group of people."""
    by_zone: dict[str, list[Lesson]] = {}
    for lesson in sorted(people.timetable, key=lambda lesson: hours(lesson.start)):
        by_zone.setdefault(lesson.zone, []).append(lesson)
    return by_zone


class School:
    """The SimPy model of a school.

    Parameters
    ----------
    people
        From the scenario.
    zones
        Index of every zone.
    labels
        `<zone>.pupil.<i>` or `<zone>.teacher.<i>`.
    """

    def __init__(
        self, people: SchoolPeople, zones: dict[str, int], days: CivilDays, seed: int, labels: tuple[str, ...]
    ) -> None:
        self.people = people
        self.zones = zones
        self.days = days
        self.break_zone = -1 if people.break_zone is None else zones[people.break_zone]
        self.lessons = lessons_by_zone(people)
        self.draws = [DailyDraws(seed, label) for label in labels]
        self.diary = Diary(len(labels))
        for number, label in enumerate(labels):
            zone, role, place = label.split(".")
            self.diary.environment.process(self._live(number, zone, role == "teacher", int(place)))

    def run(self) -> Diary:
        """Let all days happen."""
        self.diary.environment.run()
        return self.diary

    def today(self, day: int, zone: str, teacher: bool, place: int) -> list[Span]:
        """Hours (from, to) of the lessons of the `place`-th pupil or teacher of a zone's class on a day."""
        when = self.days.dates[day]
        if self.days.holiday[day] or in_vacation(when, self.people.vacations):
            return []
        weekday = WEEKDAYS[when.weekday()]
        lessons = [lesson for lesson in self.lessons[zone] if weekday in lesson.days]
        mine = [lesson for lesson in lessons if place < (lesson.teachers if teacher else lesson.pupils)]
        return [(hours(lesson.start), hours(lesson.end)) for lesson in mine]

    def _live(self, number: int, zone: str, teacher: bool, place: int) -> Steps:
        """All days of one person; a teacher who is ill is replaced, so that no class is without."""
        for day in range(len(self.days)):
            lessons = self.today(day, zone, teacher, place)
            if not lessons:
                continue
            draw = self.draws[number].on(self.days.dates[day])
            if teacher or draw[0] >= self.people.absence_share:
                yield from self._attend(number, day, self.zones[zone], lessons, teacher, draw)

    def _attend(
        self, number: int, day: int, zone: int, lessons: list[Span], teacher: bool, draw: list[float]
    ) -> Steps:
        """One day: come, learn, have breaks, go."""
        seated = Activity.TEACHING if teacher else Activity.CHILD_SEATED
        pause = Activity.STANDING if teacher else Activity.CHILD_ACTIVE
        for i, (start, end) in enumerate(lessons):
            stays = i > 0 and start - lessons[i - 1][1] <= SHORT_BREAK_H
            if not stays:
                come = start + (-TEACHER_EARLY_H if teacher else self._late(draw[1 + i % 20], i == 0))
                earliest = lessons[i - 1][1] + SHORT_BREAK_H / 2.0 if i else 0.0
                come = min(max(come, earliest), end - 0.02)
                yield self.diary.until(self.days.seconds(day, come), number)
                self.diary.move(number, zone, seated)
            following = lessons[i + 1][0] if i + 1 < len(lessons) else math.inf
            if following - end <= SHORT_BREAK_H:
                continue
            leave = end + draw[22] * (SHORT_BREAK_H / 2.0)
            yield self.diary.until(self.days.seconds(day, leave), number)
            self.diary.move(number, self.break_zone if following < math.inf else -1, pause)

    def _late(self, draw: float, first: bool) -> float:
        """Hours after the bell, on average none: most come a little early, a few far too late."""
        spread = self.people.lateness_min / 60.0
        late = spread * (min(-math.log(1.0 - draw), 4.0) - 1.0)
        return late if first else max(late, 0.0) / 2.0
