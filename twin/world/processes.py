"""The processes of the event world. Each says when; what is computed belongs to physics and controller.

Faults, technicians and radio links join here later, replaying schedules that were sampled before the run.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from twin.building.activities import ACTIVITY_NAMES, Activity
from twin.physics.layout import EV_APPLIANCE, EV_ENTITY, EV_EXTRA, EV_KIND, EV_MOVE, EV_TICK, EV_VALUE, Int
from twin.world.pacing import Moment, Order

if TYPE_CHECKING:
    from twin.world.world import World

Process = Generator[Moment, None, None]
AWAY = -1
_DOING = tuple(name.replace("_", " ") for name in ACTIVITY_NAMES)


def plant(world: World) -> Process:
    """Physics: one compiled call for all ticks up to the next control step (or less, when paced)."""
    while world.tick < world.end:
        goal = min(world.tick + world.stride, world.step_after(world.tick), world.end)
        yield world.moment(goal, Order.PLANT)
        world.advance_to(goal)


def controller(world: World) -> Process:
    """The controller: reads, decides and latches at every control step; looks once more at the end."""
    tick = 0
    while True:
        yield world.moment(tick, Order.CONTROLLER)
        world.decide()
        if tick >= world.end:
            return
        tick = min(world.step_after(tick), world.end)


def gateway(world: World) -> Process:
    """Hands readings, truth and events on, block by block."""
    tick = 0
    while tick < world.end:
        tick = min(tick + world.flush_ticks, world.end)
        yield world.moment(tick, Order.GATEWAY)
        world.hand_on()


def people(world: World) -> list[Process]:
    """One process per occupant and one per zone with appliances, replaying the trace for the record."""
    building = world.simulator.building
    trace = building.traces[0]
    moves = trace.events[trace.events[:, EV_KIND] == EV_MOVE]
    appliances = trace.events[trace.events[:, EV_KIND] == EV_APPLIANCE]
    occupants = [occupant(world, trace.names[i], rows) for i, rows in _by_entity(moves)]
    return occupants + [appliance(world, building.zone_ids[z], rows) for z, rows in _by_entity(appliances)]


def _by_entity(events: Int) -> list[tuple[int, Int]]:
    order = np.argsort(events[:, EV_ENTITY], kind="stable")
    entities, starts = np.unique(events[order, EV_ENTITY], return_index=True)
    return [(int(e), rows) for e, rows in zip(entities, np.split(events[order], starts[1:]), strict=False)]


def occupant(world: World, name: str, moves: Int) -> Process:
    """Arrivals, moves, meetings and departures of one person; value is the zone's number, none where away."""
    zones = world.simulator.building.zone_ids
    here = AWAY
    for tick, zone, activity in moves[:, [EV_TICK, EV_VALUE, EV_EXTRA]].tolist():
        before, here = here, zone
        if tick >= world.end:
            return
        if tick < world.recorded_from or (zone == AWAY and before == AWAY):
            continue
        yield world.moment(tick, Order.PEOPLE)
        if zone == AWAY:
            world.say("departure", name, np.nan, f"from {zones[before]}")
        else:
            world.say(_kind(before, zone, activity), name, float(zone), f"{zones[zone]}, {_DOING[activity]}")


def _kind(before: int, zone: int, activity: int) -> str:
    """What a change of place and activity is called."""
    if before == AWAY:
        return "arrival"
    if activity == Activity.MEETING:
        return "meeting"
    return "activity" if zone == before else "move"


def appliance(world: World, zone: str, changes: Int) -> Process:
    """Appliances of one zone going on and off; value is their power [W]."""
    for tick, power in changes[:, [EV_TICK, EV_VALUE]].tolist():
        if tick >= world.end:
            return
        if tick >= world.recorded_from:
            yield world.moment(tick, Order.PEOPLE)
            world.say("appliance", zone, float(power), "on" if power > 0 else "off")
