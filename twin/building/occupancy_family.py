"""A household as SimPy processes: wake, bathroom, breakfast, leave, return, cook, eat, evening, sleep."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import simpy

from twin.building.activities import Activity
from twin.building.civil_days import CivilDays, hours
from twin.building.diary import DailyDraws, Diary, normal
from twin.scenario.inhabitants import FamilyMember, FamilyPeople

Steps = Generator[simpy.Event, Any, None]

COOKING_VAPOUR_G_H = 800.0  # a meal on an electric stove (BS 5250:2011, moisture sources: 0.6-1.5 kg/h)
SHOWER_VAPOUR_G_H = 1800.0  # 0.2 to 0.3 kg per shower (the same)
SHOWER_H = 8.0 / 60.0
BATHROOM_H = 14.0 / 60.0
BREAKFAST_H = 20.0 / 60.0
DINNER_H = 35.0 / 60.0
PUPIL_BACK_H = 2.0  # before the workers
WEEKEND_LATER_H = 1.4
BEDTIME_H = {"worker": 0.0, "home": 0.0, "pupil": -1.2, "toddler": -2.7}  # after the scenario's `sleep`
OUTING_SHARE = {False: 0.45, True: 0.65}  # days with an errand (working day) or a trip (day off), assumed


@dataclass(frozen=True)
class Stop:
    """One entry of a day: from `hour` on in a zone (-1: away), doing something, perhaps with a thing."""

    hour: float
    zone: int
    activity: Activity
    thing: str = ""  # "bathroom" or "stove": waits its turn, then takes `length` hours
    length: float = 0.0


class Household:
    """The SimPy model of a family.

    Parameters
    ----------
    people
        From the scenario.
    zones
        Index of every zone.
    labels
        Names of the members in order.
    """

    def __init__(
        self, people: FamilyPeople, zones: dict[str, int], days: CivilDays, seed: int, labels: tuple[str, ...]
    ) -> None:
        self.people = people
        self.days = days
        self.living = zones[people.living_zone]
        self.kitchen = zones[people.kitchen_zone]
        self.bedrooms = [zones[member.bedroom] for member in people.members]
        self.draws = [DailyDraws(seed, label) for label in labels]
        self.shared = DailyDraws(seed, "household", "household")
        self.diary = Diary(len(labels))
        environment = self.diary.environment
        self.things = {"bathroom": simpy.Resource(environment), "stove": simpy.Resource(environment)}
        for number in range(len(labels)):
            environment.process(self._live(number))

    def run(self) -> Diary:
        """Let all days happen."""
        self.diary.environment.run()
        return self.diary

    def _live(self, number: int) -> Steps:
        """All days of one person, who sleeps at home before the first."""
        self.diary.move(number, self.bedrooms[number], self._asleep(number))
        for day in range(len(self.days)):
            for stop in self.day(number, day):
                yield self.diary.until(self.days.seconds(day, stop.hour), number)
                yield from self._do(number, stop)

    def _do(self, number: int, stop: Stop) -> Steps:
        if not stop.thing:
            self.diary.move(number, stop.zone, stop.activity)
            return
        with self.things[stop.thing].request() as turn:
            yield turn
            self.diary.move(number, stop.zone, stop.activity)
            now = self.diary.environment.now
            power, vapour, run = 0.0, SHOWER_VAPOUR_G_H, SHOWER_H
            if stop.thing == "stove":
                power, vapour, run = self.people.cooking_w, COOKING_VAPOUR_G_H, stop.length
            elif self.people.members[number].role == "toddler":
                vapour = 0.0  # bathed, not showered
            if run > 0.0 and (power > 0.0 or vapour > 0.0):
                self.diary.appliance(stop.thing, stop.zone, power, vapour)
                yield self.diary.until(now + run * 3600.0, number)
                self.diary.appliance(stop.thing, stop.zone, 0.0, 0.0)
            yield self.diary.until(now + max(run, stop.length) * 3600.0, number)

    def _asleep(self, number: int) -> Activity:
        return Activity.CHILD_SLEEPING if self._child(number) else Activity.SLEEPING

    def _child(self, number: int) -> bool:
        return self.people.members[number].role in ("pupil", "toddler")

    # --- the day's plan -------------------------------------------------------------------------------------

    def day(self, number: int, day: int) -> list[Stop]:
        """What one person means to do on a day, in order of time."""
        people, member = self.people, self.people.members[number]
        draw = self.draws[number].on(self.days.dates[day])
        working = self.days.working(day)
        spread = people.spread_min / 60.0
        wake = hours(people.wake) + spread * normal(draw[0]) / 2.0 + (0.0 if working else WEEKEND_LATER_H)
        wake = max(wake, 0.5)
        bedtime = hours(people.sleep) + BEDTIME_H[member.role] + spread * normal(draw[1])
        bedtime = min(max(bedtime + (0.0 if working else 0.5), wake + 4.0), 23.9)
        bedroom, rest = self.bedrooms[number], self._seated(number)
        breakfast = wake + BATHROOM_H + 0.05
        stops = [
            Stop(wake, bedroom, self._busy(number), "bathroom", BATHROOM_H),
            Stop(breakfast, self.kitchen, rest),
            Stop(breakfast + BREAKFAST_H, self.living, self._busy(number)),
        ]
        away = self._away(member, day, breakfast + BREAKFAST_H, draw)
        stops += away + self._dinner(number, day, away)
        stops.append(Stop(bedtime, bedroom, self._asleep(number)))
        return sorted((stop for stop in stops if stop.hour <= bedtime), key=lambda stop: stop.hour)

    def _away(self, member: FamilyMember, day: int, earliest: float, draw: list[float]) -> list[Stop]:
        """Work, school, day care, an errand, or the family's trip on a day off."""
        people, shared = self.people, self.shared.on(self.days.dates[day])
        spread = people.spread_min / 60.0
        working = self.days.working(day)
        somebody_home = any(other.role == "home" for other in people.members)
        role = "pupil" if member.role == "toddler" and not somebody_home else member.role
        if working and role in ("worker", "pupil"):
            leave = max(hours(people.leave) + spread * normal(draw[2]) / 2.0, earliest)
            back = hours(people.back) + spread * normal(draw[3]) - (PUPIL_BACK_H if role == "pupil" else 0.0)
            back = max(back, leave + 1.0)
        elif shared[0] < OUTING_SHARE[not working]:  # together, so that a toddler goes with a grown-up
            leave = (10.0 if working else 14.0) + spread * normal(shared[1])
            back = leave + (1.5 if working else 2.5) * (0.6 + 0.8 * shared[2])
        else:
            return []
        evening = Activity.CHILD_ACTIVE if member.role in ("pupil", "toddler") else Activity.AT_HOME
        return [Stop(leave, -1, Activity.LIGHT_WALK), Stop(back, self.living, evening)]

    def _dinner(self, number: int, day: int, away: list[Stop]) -> list[Stop]:
        """Cooking for whose turn it is, dinner for all, the evening in the living room; late for the late."""
        people, shared = self.people, self.shared.on(self.days.dates[day])
        spread = people.spread_min / 60.0
        length = people.cooking_min / 60.0
        dinner = hours(people.back) + length + 0.75 + spread * normal(shared[3])
        adults = [i for i, member in enumerate(people.members) if member.role in ("worker", "home")]
        stops = [
            Stop(dinner, self.kitchen, self._seated(number)),
            Stop(dinner + DINNER_H, self.living, self._seated(number)),
        ]
        if adults and number == adults[int(shared[4] * len(adults))] and people.cooking_w > 0.0:
            stops.insert(0, Stop(dinner - length - 0.05, self.kitchen, Activity.COOKING, "stove", length))
        back = away[1].hour if away else 0.0
        return [replace(stop, hour=max(stop.hour, back + 0.02 * (i + 1))) for i, stop in enumerate(stops)]

    def _seated(self, number: int) -> Activity:
        return Activity.CHILD_SEATED if self._child(number) else Activity.AT_HOME

    def _busy(self, number: int) -> Activity:
        return Activity.CHILD_ACTIVE if self._child(number) else Activity.STANDING
