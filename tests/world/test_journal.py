"""Events found in blocks of state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from twin.building.assembly import Building
from twin.physics import layout as la
from twin.physics.layout import State
from twin.world.journal import Journal


def make() -> Journal:
    points = [SimpleNamespace(id="a.heating_setpoint"), SimpleNamespace(id="b.heating_setpoint")]
    building = SimpleNamespace(
        clock=SimpleNamespace(tick_s=60),
        command_columns=np.array([0, 2]),
        command_points=points,
        zone_ids=("a", "b"),
    )
    return Journal(cast("Building", building))


def state(window: float = 0.0, offset: float = 0.0, complaints: int = 0) -> State:
    zone = np.zeros((1, 2, la.ZONE_STATES))
    zone[0, 1, la.Z_WINDOW], zone[0, 0, la.Z_OFFSET] = window, offset
    counter = np.zeros((1, la.COUNTERS))
    counter[0, la.N_COMPLAINTS] = complaints
    return cast("State", SimpleNamespace(zone=zone, counter=counter))


def rows(journal: Journal) -> list[tuple[Any, ...]]:
    block = journal.block()
    columns = [block.columns[name].tolist() for name in ("time_s", "kind", "entity", "value", "text")]
    return list(zip(*columns, strict=True))


def test_nothing_happened() -> None:
    journal = make()
    assert rows(journal) == []
    journal.look(0, np.array([20.0, 9.0, np.nan]), state())
    assert rows(journal) == [(0.0, "command", "a.heating_setpoint", 20.0, "")], "what the record starts from"
    journal.look(15, np.array([20.0, 1.0, np.nan]), state())
    assert rows(journal) == []


def test_changes_are_found_once_and_across_blocks() -> None:
    journal = make()
    journal.look(0, np.array([20.0, 0.0, np.nan]), state())
    assert len(rows(journal)) == 1
    journal.look(15, np.array([21.0, 0.0, np.nan]), state(window=0.5))
    journal.look(30, np.array([21.0, 0.0, 19.0]), state(window=0.5, offset=-1.0, complaints=2))
    assert rows(journal) == [
        (900.0, "command", "a.heating_setpoint", 21.0, ""),
        (900.0, "window", "b", 0.5, "opened"),
        (1800.0, "command", "b.heating_setpoint", 19.0, ""),
        (1800.0, "complaint", "building", 2.0, "new complaints"),
        (1800.0, "override", "a", -1.0, "cooler"),
    ]
    journal.look(45, np.array([21.0, 0.0, 19.0]), state(offset=0.0, complaints=2))
    assert [row[1:] for row in rows(journal)] == [
        ("window", "b", 0.0, "closed"),
        ("override", "a", 0.0, "ended"),
    ]


def test_spoken_events_are_sorted_in() -> None:
    journal = make()
    journal.look(0, np.array([20.0, 0.0, 20.0]), state())
    journal.say(400.0, "arrival", "anna", 1.0, "b")
    journal.say(1000.0, "departure", "anna")
    journal.look(15, np.array([22.0, 0.0, 20.0]), state())
    assert [row[0] for row in rows(journal)] == [0.0, 0.0, 400.0, 900.0, 1000.0]
