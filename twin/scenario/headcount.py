"""How many people there are, as `randomise` changes it: in every room, or the number under one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.scenario.strict_yaml import Keys

OCCUPANTS = "occupants"  # what `randomise` calls the people of every room
_NUMBERS = ("pupils", "teachers")


def rooms(data: dict[str, Any]) -> list[Keys]:
    """What `occupants` stands for in a scenario's data: rooms with people of their own, or the household."""
    people = data["people"]
    if people["kind"] == "office":
        return [(OCCUPANTS, zone) for zone in people["desks"]]
    if people["kind"] == "school":
        return [(OCCUPANTS, zone) for zone in dict.fromkeys(lesson["zone"] for lesson in people["timetable"])]
    return [(OCCUPANTS,)] if people["kind"] == "family" else []


def counts_people(keys: Keys) -> bool:
    """Whether the number under these keys says how many people there are."""
    return keys[0] == OCCUPANTS or (keys[0] == "people" and (keys[1] == "desks" or keys[-1] in _NUMBERS))


def resized(data: dict[str, Any], keys: Keys, moved: Callable[[int], Any]) -> None:
    """Change the people of one room in place: desks, the pupils of its lessons, the first of a household.

    Parameters
    ----------
    data
        A scenario as a mapping.
    keys
        One of `rooms`.
    moved
        From the number that is written to that of the episode.
    """
    people = data["people"]
    if people["kind"] == "office":
        people["desks"][keys[1]] = moved(people["desks"][keys[1]])
    elif people["kind"] == "school":
        for lesson in people["timetable"]:
            if lesson["zone"] == keys[1]:
                lesson["pupils"] = moved(lesson["pupils"])
    else:
        people["members"] = people["members"][: max(0, moved(len(people["members"])))]


def head_count(data: dict[str, Any]) -> int:
    """People of a scenario's data: with desks, in classes as large as their fullest lesson, or at home."""
    people = data["people"]
    if people["kind"] == "office":
        return sum(people["desks"].values())
    if people["kind"] == "family":
        return len(people["members"])
    classes: dict[str, list[tuple[int, int]]] = {}
    for lesson in people.get("timetable", ()):
        classes.setdefault(lesson["zone"], []).append((lesson["teachers"], lesson["pupils"]))
    return sum(max(t for t, _ in lessons) + max(p for _, p in lessons) for lessons in classes.values())
