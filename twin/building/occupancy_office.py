"""Office staff as SimPy processes: own desks, meetings in rooms with so many seats, lunch, absence."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from twin.basics import streams
from twin.building.activities import Activity
from twin.building.civil_days import CivilDays, hours
from twin.building.diary import DailyDraws, Diary, normal
from twin.scenario.inhabitants import OfficePeople

Steps = Generator[simpy.Event, Any, None]

PATIENCE_S = 300.0  # how long a group waits at a full room
GATHERING_S = 120.0  # from the hour of the meeting to the walk to the room
LARGEST = 8  # people in a planned meeting, where a room holds so many
LOOKS = 3  # at the calendar of the rooms, before a meeting is set in spite of it
_SHORTEST_DAY_H = 1.0


@dataclass
class Meeting:
    """A planned meeting; `decided` yields the zone of its room, or None where it falls through."""

    number: int
    start: float
    end: float
    invited: tuple[int, ...]
    decided: simpy.Event
    present: list[int] = field(default_factory=list)


class Office:
    """The SimPy model of an office.

    Parameters
    ----------
    people
        From the scenario.
    zones
        Index of every zone.
    labels, desks
        Key and desk zone of each occupant, by `staff`.
    """

    def __init__(
        self, people: OfficePeople, zones: dict[str, int], days: CivilDays, seed: int, labels: tuple[str, ...]
    ) -> None:
        self.people = people
        self.days = days
        self.desks = [zones[label.partition(".")[0]] for label in labels]
        self.draws = [DailyDraws(seed, label) for label in labels]
        self.seed = seed
        self.diary = Diary(len(labels) + 1)
        self.secretary = len(labels)  # number of the process that calls meetings
        environment = self.diary.environment
        self.rooms = [
            (zones[room.zone], room.capacity, simpy.Resource(environment, capacity=room.capacity))
            for room in sorted(people.meeting_rooms, key=lambda room: (room.capacity, room.zone))
        ]
        self.agenda: dict[int, dict[int, list[Meeting]]] = {}
        for day in range(len(days)):
            self._plan(day)
        environment.process(self._call())
        for person in range(len(labels)):
            environment.process(self._live(person))

    def run(self) -> Diary:
        """Let all days happen."""
        self.diary.environment.run()
        return self.diary

    # --- meetings -------------------------------------------------------------------------------------------

    def _plan(self, day: int) -> None:
        """The day's meetings: sizes, quarter hours and who is invited, from draws of that day only."""
        if not self.days.working(day) or not self.rooms or len(self.desks) < 2:
            return
        duration = self.people.meeting_min / 60.0
        meetings = []
        for number, (start, invited) in enumerate(sorted(self._book(day, duration))):
            begin = self.days.seconds(day, start)
            decided = self.diary.environment.event()
            meetings.append(Meeting(number, begin, begin + duration * 3600.0, invited, decided))
        self.agenda[day] = {-1: meetings}
        for meeting in meetings:
            for person in meeting.invited:
                self.agenda[day].setdefault(person, []).append(meeting)

    def _book(self, day: int, duration: float) -> list[tuple[float, tuple[int, ...]]]:
        """Start [h] and people of the day's meetings; who books looks, a few times, for a free room."""
        staff, slots = len(self.desks), self._slots(duration)
        largest = min(self.rooms[-1][1], LARGEST, staff)
        wanted = self.people.meetings_per_person_day * staff
        booked: list[tuple[float, tuple[int, ...]]] = []
        if largest < 2 or not slots or wanted <= 0.0:
            return booked
        tries = int(2.0 * wanted) + 4
        entity = self.days.dates[day].isoformat()
        draws = streams.generator(self.seed, "meetings", entity).random(tries * (largest + LOOKS + 2))
        source = iter(draws.tolist())
        seats = 0
        for _ in range(tries):
            size = 2 + int(next(source) * (largest - 1))
            if seats + size > wanted and next(source) * size > wanted - seats:
                break
            seats += size
            for _look in range(LOOKS):
                start = slots[int(next(source) * len(slots))]
                clashes = [who for other, who in booked if abs(other - start) < duration]
                if self._room_left(size, [len(who) for who in clashes]):
                    break
            taken = {person for who in clashes for person in who}
            free = [person for person in range(staff) if person not in taken]
            if len(free) >= size:
                booked.append(
                    (start, tuple(sorted(free.pop(int(next(source) * len(free))) for _ in range(size))))
                )
        return booked

    def _room_left(self, size: int, clashes: list[int]) -> bool:
        """Whether the calendar shows a room for `size` people beside meetings of these sizes."""
        need = next(capacity for _, capacity, _ in self.rooms if capacity >= size)
        rooms = sum(capacity >= need for _, capacity, _ in self.rooms)
        below = max((capacity for _, capacity, _ in self.rooms if capacity < need), default=0)
        return rooms > sum(other > below for other in clashes) and len(clashes) < len(self.rooms)

    def _slots(self, duration: float) -> list[float]:
        """Quarter hours [h] at which a meeting can begin: not before people come, nor over lunch."""
        people = self.people
        lunch, back = hours(people.lunch), hours(people.lunch) + people.lunch_min / 60.0
        first, last = hours(people.arrival) + 0.5, hours(people.departure) - 0.5
        quarters = [0.25 * i for i in range(96)]
        fits = [q for q in quarters if q >= first and q + duration <= last]
        return [q for q in fits if q + duration <= lunch or q >= back]

    def _call(self) -> Steps:
        """The secretary: starts every meeting of every day at its time."""
        for day in sorted(self.agenda):
            for meeting in self.agenda[day][-1]:
                yield self.diary.until(meeting.start + GATHERING_S, self.secretary)
                self.diary.environment.process(self._hold(meeting))

    def _hold(self, meeting: Meeting) -> Steps:
        """Find seats for all who came: wait a little, else another room, else everybody goes back to work."""
        environment = self.diary.environment
        group = len(meeting.present)
        for zone, capacity, seats in self.rooms:
            if group < 2 or capacity < group or environment.now + PATIENCE_S > meeting.end:
                continue
            requests = [seats.request() for _ in range(group)]
            yield environment.all_of(requests) | environment.timeout(PATIENCE_S)
            if all(request.triggered for request in requests):
                meeting.decided.succeed(zone)
                yield self.diary.until(meeting.end + 1.0, self.secretary)
                for request in requests:
                    seats.release(request)
                return
            for request in requests:
                seats.release(request) if request.triggered else request.cancel()
        meeting.decided.succeed(None)

    # --- one person -----------------------------------------------------------------------------------------

    def _live(self, person: int) -> Steps:
        """All days of one person."""
        for day in range(len(self.days)):
            draw = self.draws[person].on(self.days.dates[day])
            span = self._presence(day, draw)
            if span is None:
                continue
            yield self.diary.until(span[0], person)
            self._sit(person)
            yield from self._work(person, day, span[1], draw)
            yield self.diary.until(span[1], person)
            self.diary.move(person, -1, Activity.LIGHT_WALK)

    def _presence(self, day: int, draw: list[float]) -> tuple[float, float] | None:
        """Arrival and departure [s], or None where the person does not come."""
        people = self.people
        spread = people.spread_min / 60.0
        arrival = hours(people.arrival) + spread * normal(draw[1])
        departure = hours(people.departure) + spread * normal(draw[2])
        if self.days.working(day):
            if draw[0] < people.absence_share:
                return None
        elif draw[0] < people.weekend_share:
            arrival, departure = arrival + 1.0, hours(people.lunch) + 1.0 + spread * normal(draw[2])
        else:
            return None
        arrival = min(max(arrival, 0.1), 22.5)
        departure = min(max(departure, arrival + _SHORTEST_DAY_H), 23.9)
        return self.days.seconds(day, arrival), self.days.seconds(day, departure)

    def _work(self, person: int, day: int, leave: float, draw: list[float]) -> Steps:
        """From arrival to departure: meetings and lunch in the order in which they are due."""
        people = self.people
        lunch = self.days.seconds(day, hours(people.lunch) + normal(draw[3]) / 6.0)
        stops: list[tuple[float, Meeting | None]] = [(lunch, None)]
        stops += [(meeting.start, meeting) for meeting in self.agenda.get(day, {}).get(person, ())]
        for due, meeting in sorted(stops, key=lambda stop: stop[0]):
            over = due + people.lunch_min * 60.0 if meeting is None else meeting.end
            late = self.diary.environment.now > due + GATHERING_S
            if over > leave or (late and meeting is not None):
                continue
            yield self.diary.until(due, person)
            if meeting is None:
                yield from self._lunch(person, draw[4] < people.lunch_out_share)
            else:
                yield from self._meet(person, meeting)

    def _sit(self, person: int) -> None:
        self.diary.move(person, self.desks[person], Activity.SEATED_OFFICE)

    def _lunch(self, person: int, out: bool) -> Steps:
        """Out of the house, or at the desk."""
        if out:
            self.diary.move(person, -1, Activity.LIGHT_WALK)
        else:
            self.diary.move(person, self.desks[person], Activity.SEATED_QUIET)
        yield self.diary.until(self.diary.environment.now + self.people.lunch_min * 60.0, person)
        self._sit(person)

    def _meet(self, person: int, meeting: Meeting) -> Steps:
        """Join, hear which room it is, stay to the end; back to the desk where there is none."""
        meeting.present.append(person)
        zone = yield meeting.decided
        if zone is not None:
            self.diary.move(person, zone, Activity.MEETING)
            yield self.diary.until(meeting.end, person)
            self._sit(person)
