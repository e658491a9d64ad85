"""People: a SimPy model of one seed, run before the physics; its trace is replayed by twin.physics.people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from twin.basics import streams
from twin.basics.clock import Clock
from twin.building.activities import ACTIVITY_NAMES
from twin.building.civil_days import CivilDays
from twin.building.diary import Diary
from twin.building.occupancy_family import Household
from twin.building.occupancy_office import Office
from twin.building.occupancy_school import School, lessons_by_zone
from twin.physics import behaviour
from twin.physics import layout as la
from twin.physics.layout import Float, Int
from twin.scenario.inhabitants import FamilyPeople, OfficePeople, SchoolPeople
from twin.scenario.schema import Scenario
from twin.scenario.systems import IdealLoads, Vav

CLOTHING_SPREAD_CLO = 0.08  # between people on one day (Schiavon & Lee 2013: residual of their model 1)
TOLERANCE_PMV = (0.35, 0.9)  # beyond which people act, assumed: about the ends of ISO 7730 categories B and C
NEVER_ACTS = 99.0  # tolerance of children and of pupils, who have to ask

_NAMES = (
    "Ada", "Ben", "Chloe", "David", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kaya", "Leo", "Mara",
    "Noah", "Olga", "Pavel", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wei", "Xenia", "Yusuf", "Zoe",
)  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """What people do in one run.

    Attributes
    ----------
    events
        (E, EVENT_COLUMNS) whole numbers in order of time: moves of people, power of appliances.
    occupant
        (O, OCCUPANT_PARAMETERS) character of each person: clothing [clo], neutral PMV, tolerance [PMV].
        Behind the people there may be places for those that other seeds have; nobody ever comes to these.
    occupant_key
        (O,) keys of the random numbers with which each person reacts (twin.physics.behaviour); 0: nobody.
    names, labels
        What to call each person, and what the person is: `<desk zone>.<i>`, `<class>.pupil.<i>`, or a family
        member's name.
    """

    events: Int
    occupant: Float
    occupant_key: Int
    names: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Happening:
    """One event of a trace in words."""

    time: datetime  # civil
    tick: int
    kind: str  # "move" or "appliance"
    who: str  # name of the person, or the zone of the appliance
    origin: str  # zone id or "away"; "" for an appliance
    destination: str
    activity: str
    power_w: float = 0.0


def labels_of(scenario: Scenario) -> tuple[str, ...]:
    """What every person of a scenario is, see Trace.labels."""
    people = scenario.people
    if isinstance(people, OfficePeople):
        return tuple(f"{zone}.{i}" for zone, count in people.desks.items() for i in range(count))
    if isinstance(people, SchoolPeople):
        return _classes(people)
    return tuple(member.name for member in people.members) if isinstance(people, FamilyPeople) else ()


def trace(scenario: Scenario, clock: Clock, seed: int, places: int = 0) -> Trace:
    """Run the scenario's people for the whole clock, warm-up included.

    Parameters
    ----------
    scenario, clock
        What is to run.
    seed
        Episode seed; every person and day has random numbers of its own.
    places
        Rows of what is said of people, where that is more than there are: as many as another seed may have.
    """
    people = scenario.people
    zones = {zone: z for z, zone in enumerate(scenario.zone_ids)}
    days = CivilDays(clock, scenario.site.holidays)
    diary = Diary(0)
    labels = labels_of(scenario)
    if isinstance(people, OfficePeople):
        diary = Office(people, zones, days, seed, labels).run()
    elif isinstance(people, SchoolPeople):
        diary = School(people, zones, days, seed, labels).run()
    elif isinstance(people, FamilyPeople):
        diary = Household(people, zones, days, seed, labels).run()
    key = np.array([streams.key(seed, "behaviour", label) for label in labels], dtype=np.int64)
    free = max(0, places - len(labels))
    return Trace(
        events=diary.events(clock.tick_s, clock.ticks),
        occupant=np.pad(_characters(scenario, seed, labels), ((0, free), (0, 0))),
        occupant_key=np.pad(key, (0, free)),
        names=_names(scenario, labels),
        labels=labels,
    )


def _classes(people: SchoolPeople) -> tuple[str, ...]:
    """Labels of a class per room: as many people as its fullest lesson has."""
    labels: list[str] = []
    for zone, lessons in lessons_by_zone(people).items():
        labels += [f"{zone}.teacher.{i}" for i in range(max(lesson.teachers for lesson in lessons))]
        labels += [f"{zone}.pupil.{i}" for i in range(max(lesson.pupils for lesson in lessons))]
    return tuple(labels)


def _characters(scenario: Scenario, seed: int, labels: tuple[str, ...]) -> Float:
    """Clothing, neutral vote and tolerance of each person (O, OCCUPANT_PARAMETERS)."""
    table = np.zeros((len(labels), la.OCCUPANT_PARAMETERS))
    people, how = scenario.people, scenario.behaviour
    roles = {m.name: m.role for m in people.members} if isinstance(people, FamilyPeople) else {}
    low, high = TOLERANCE_PMV
    for o, label in enumerate(labels):
        source = streams.generator(seed, "character", label)
        clothing, preference, tolerance = source.standard_normal(), source.standard_normal(), source.random()
        child = ".pupil." in label or roles.get(label) in ("pupil", "toddler")
        table[o, la.OP_CLOTHING] = CLOTHING_SPREAD_CLO * max(-2.5, min(2.5, clothing))
        table[o, la.OP_PREFERENCE] = how.preference_spread_pmv * max(-2.5, min(2.5, preference))
        table[o, la.OP_TOLERANCE] = NEVER_ACTS if child else low + (high - low) * tolerance
    return table


def _names(scenario: Scenario, labels: tuple[str, ...]) -> tuple[str, ...]:
    """A first name for staff; what they are for pupils and teachers; their own names for a family."""
    if isinstance(scenario.people, OfficePeople):
        rounds = [divmod(i, len(_NAMES)) for i in range(len(labels))]
        return tuple(_NAMES[place] + (f" {turn + 1}" if turn else "") for turn, place in rounds)
    if isinstance(scenario.people, SchoolPeople):
        parts = [label.split(".") for label in labels]
        return tuple(f"{role} {int(i) + 1} of {zone}" for zone, role, i in parts)
    return tuple(label.capitalize() for label in labels)


def trace_events(people: Trace, zone_ids: tuple[str, ...], clock: Clock) -> list[Happening]:
    """The trace as readable records in order of time (a day in the life of a person, logs)."""
    where = ["away"] * len(people.names)
    found = []
    for tick, kind, entity, value, extra in people.events.tolist():
        time = clock.civil(tick * clock.tick_s)
        if kind == la.EV_APPLIANCE:
            zone = zone_ids[entity]
            state = "on" if value or extra else "off"
            found.append(Happening(time, tick, "appliance", zone, "", zone, state, value))
            continue
        place = "away" if value < 0 else zone_ids[value]
        who, activity = people.names[entity], ACTIVITY_NAMES[extra]
        found.append(Happening(time, tick, "move", who, where[entity], place, activity))
        where[entity] = place
    return found


def behaviour_parameters(scenario: Scenario) -> Float:
    """Columns BP_* of twin.physics.behaviour (1, BEHAVIOUR_PARAMETERS)."""
    how = scenario.behaviour
    row = np.zeros((1, behaviour.BEHAVIOUR_PARAMETERS))
    row[0, behaviour.BP_OVERRIDE] = how.thermostat_override
    row[0, behaviour.BP_WINDOWS] = how.open_windows
    row[0, behaviour.BP_COMPLAIN] = how.complain
    row[0, behaviour.BP_STEP] = how.override_step_k
    row[0, behaviour.BP_LIMIT] = how.override_limit_k
    row[0, behaviour.BP_DURATION] = how.override_duration_h * 3600.0
    row[0, behaviour.BP_HOME] = isinstance(scenario.people, FamilyPeople)
    hvac = scenario.hvac
    row[0, behaviour.BP_COOLS] = isinstance(hvac, Vav) or (
        isinstance(hvac, IdealLoads) and hvac.cooling_capacity_w_m2 > 0.0
    )
    return row
