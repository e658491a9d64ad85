"""Rules between the parts of a scenario; a broken one is raised by record.wrong with the path of its key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from twin.basics.clock import zone_info
from twin.basics.errors import ScenarioError
from twin.basics.points import QUANTITIES
from twin.scenario.inhabitants import FamilyPeople, OfficePeople, SchoolPeople
from twin.scenario.library import CONSTRUCTIONS, GLAZING_NAMES
from twin.scenario.offered import (
    ELECTRIC_METERS,
    END_USES,
    GAS_METERS,
    HEAT_METERS,
    SYSTEM_ENTITY,
    entities,
    offered,
)
from twin.scenario.record import listing, wrong
from twin.scenario.systems import FloorHeating, HeatPump, Vav

if TYPE_CHECKING:
    from twin.scenario.datasheets import Datasheet
    from twin.scenario.fabric import Zone
    from twin.scenario.schema import Device, Scenario

Keys = tuple[str | int, ...]

RESERVED = {
    "zones", "building", "site", "time", "forecast", "rule",
    *ELECTRIC_METERS, *HEAT_METERS, *GAS_METERS, *SYSTEM_ENTITY.values(),
}  # fmt: skip


def check(scenario: Scenario) -> None:
    """All rules that need nothing but the scenario.

    Raises
    ------
    PydanticCustomError
        The first broken rule, made by record.wrong.
    """
    _check_site(scenario)
    _check_zones(scenario)
    _check_materials(scenario)
    for keys, zone, what in _zones_named(scenario):
        if zone not in scenario.zone_ids:
            raise wrong(f"unknown zone {what}", keys, zone, options=scenario.zone_ids)
    _check_system(scenario)
    _check_points(scenario)
    if scenario.faults:
        raise wrong(
            "labelled faults come in a later version", ("faults",), len(scenario.faults), "an empty list"
        )


def check_device(device: Device, i: int, sheet: Datasheet) -> None:
    """Device number `i` is of a kind that measures what it is asked to; raises as `check`."""
    if device.measures not in sheet.quantities:
        message = f"the datasheet {sheet.name} does not measure this"
        raise wrong(message, ("devices", i, "measures"), device.measures, options=sheet.quantities)


def _check_site(scenario: Scenario) -> None:
    try:
        zone_info(scenario.site.timezone)
    except ScenarioError as error:
        broken = wrong(error.message, ("site", "timezone"), error.value, error.allowed)
        (broken.context or {})["suggestion"] = error.suggestion
        raise broken from None
    code = scenario.site.holidays
    if code is None:
        return
    country, _, part = code.partition("-")
    if country not in _countries():
        raise wrong("no holidays are known of this country", ("site", "holidays"), code,
                    "a code of ISO 3166, such as US, DE or DE-BY; null for none")  # fmt: skip
    if part and part not in _subdivisions(country):
        allowed = listing([f"{country}-{p}" for p in _subdivisions(country)], 20)
        raise wrong(f"unknown part of {country}", ("site", "holidays"), code, allowed)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from holidays.registry import (
        COUNTRIES,
    )  # takes a tenth of a second, and most scenarios in tests have none

    return frozenset(names[1] for names in COUNTRIES.values())


@lru_cache(maxsize=8)
def _subdivisions(country: str) -> tuple[str, ...]:
    import holidays

    return tuple(getattr(holidays, country).subdivisions)


def _check_zones(scenario: Scenario) -> None:
    seen: set[str] = set()
    for i, zone in enumerate(scenario.building.zones):
        at = ("building", "zones", i, "id")
        if zone.id in seen:
            raise wrong("two zones have the same id", at, zone.id, "an id of its own for each zone")
        if zone.id in RESERVED:
            raise wrong(
                "this id is the name of equipment, of a meter or of what is seen beside zones",
                at,
                zone.id,
                f"not {listing(sorted(RESERVED), 30)}",
            )
        seen.add(zone.id)
    if not any(zone.conditioned for zone in scenario.building.zones):
        raise wrong(
            "no zone is conditioned", ("building", "zones"), None, "conditioned: true in at least one zone"
        )


def _check_materials(scenario: Scenario) -> None:
    fabric = scenario.building
    walls = {*CONSTRUCTIONS, *fabric.constructions}
    panes = {*GLAZING_NAMES, *fabric.glazing}
    for z, zone in enumerate(fabric.zones):
        for keys, name, glazing in _materials(zone, ("building", "zones", z)):
            if name not in (panes if glazing else walls):
                what = "glazing" if glazing else "construction"
                raise wrong(f"unknown {what}", keys, name, listing(sorted(panes if glazing else walls), 40),
                            panes if glazing else walls)  # fmt: skip
    for i, partition in enumerate(fabric.partitions):
        if partition.construction not in walls:
            at = ("building", "partitions", i, "construction")
            raise wrong("unknown construction", at, partition.construction, listing(sorted(walls), 40), walls)


def _materials(zone: Zone, at: Keys) -> Iterator[tuple[Keys, str, bool]]:
    """Path, name and whether it is glazing, of everything that a zone is made of."""
    parts = [(("walls", i), wall) for i, wall in enumerate(zone.walls)]
    sheltered: list[tuple[Keys, object]] = [*parts]
    sheltered += [
        ((k,), getattr(zone, k)) for k in ("roof", "floor", "furniture") if getattr(zone, k) is not None
    ]
    for keys, part in sheltered:
        yield (*at, *keys, "construction"), part.construction, False  # type: ignore[attr-defined]
        for k, window in enumerate(getattr(part, "windows", ())):
            yield (*at, *keys, "windows", k, "glazing"), window.glazing, True


def _zones_named(scenario: Scenario) -> Iterator[tuple[Keys, str, str]]:
    """Path, name and a word of every mention of a zone."""
    for i, partition in enumerate(scenario.building.partitions):
        for side in (0, 1):
            yield (
                ("building", "partitions", i, "between", side),
                partition.between[side],
                "beside a partition",
            )
    if isinstance(scenario.hvac, Vav):
        for i, terminal in enumerate(scenario.hvac.terminals):
            yield ("hvac", "terminals", i, "zone"), terminal.zone, "of a terminal"
    for zone in scenario.loads.zones:
        yield ("loads", "zones", zone), zone, "of loads"
    people = scenario.people
    if isinstance(people, OfficePeople):
        for zone in people.desks:
            yield ("people", "desks", zone), zone, "with desks"
        for i, room in enumerate(people.meeting_rooms):
            yield ("people", "meeting_rooms", i, "zone"), room.zone, "of a meeting room"
    elif isinstance(people, SchoolPeople):
        for i, lesson in enumerate(people.timetable):
            yield ("people", "timetable", i, "zone"), lesson.zone, "of a lesson"
        if people.break_zone is not None:
            yield ("people", "break_zone"), people.break_zone, "for breaks"
    elif isinstance(people, FamilyPeople):
        for i, member in enumerate(people.members):
            yield ("people", "members", i, "bedroom"), member.bedroom, "of a bedroom"
        yield ("people", "living_zone"), people.living_zone, "to live in"
        yield ("people", "kitchen_zone"), people.kitchen_zone, "to cook in"


def _check_system(scenario: Scenario) -> None:
    hvac, zones = scenario.hvac, scenario.building.zones
    served = [zone.id for zone in zones if zone.conditioned]
    if isinstance(hvac, Vav):
        for i, terminal in enumerate(hvac.terminals):
            if terminal.zone not in served:
                at: Keys = ("hvac", "terminals", i, "zone")
                raise wrong("a terminal serves a conditioned zone", at, terminal.zone, options=served)
    if isinstance(hvac, HeatPump) and isinstance(hvac.emitter, FloorHeating):
        for i, zone in enumerate(zones):
            if zone.conditioned and zone.floor is None:
                allowed = "a floor, or conditioned: false"
                raise wrong(
                    "floor heating needs a floor", ("building", "zones", i, "floor"), zone.id, allowed
                )


def _check_points(scenario: Scenario) -> None:
    homes = offered(scenario)
    seen: dict[tuple[str, str], int] = {}
    for i, device in enumerate(scenario.devices):
        what = device.measures
        if what not in homes:
            known = what in QUANTITIES
            message = "this building has no such quantity" if known else "unknown quantity"
            raise wrong(message, ("devices", i, "measures"), what, listing(sorted(homes), 60), homes)
        if device.end_use is not None and device.end_use not in END_USES:
            raise wrong("unknown end use", ("devices", i, "end_use"), device.end_use, options=END_USES)
        for k, entity in entities(device, scenario.zone_ids):
            at: Keys = ("devices", i, "at", k)
            if entity not in homes[what]:
                known = entity in RESERVED or entity in scenario.zone_ids  # then it is not a slip of spelling
                options = None if known else homes[what]
                raise wrong(f"there is no {what} here", at, entity, listing(homes[what]), options)
            if (entity, what) in seen:
                text = f"the point is measured by devices[{seen[entity, what]}] already"
                raise wrong(text, at, f"{entity}.{what}", "one device for each point")
            seen[entity, what] = i
