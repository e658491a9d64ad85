"""Another future for a building in the middle of an episode: what comes, as another seed would have it.

From now on: how people react (their random numbers), the noise of readings, errors of forecasts, and, where
weather varies, the weather, which passes to the other seed's within a day. From the next civil midnight: what
people do. What is there stays: the state, the people and their character, the devices and their constant
errors, and the numbers that `randomise` drew.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

import numpy as np

from twin.basics.clock import Clock
from twin.building.assembly import Building, own_climate
from twin.building.devices import devices
from twin.building.occupancy import trace
from twin.physics import layout as la
from twin.physics.layout import Float, Int
from twin.scenario.schema import Scenario
from twin.scenario.variation import drawn, most_people

PASSAGE_H = 24.0  # in which the weather passes from one seed's to the other's
AWAY = -1


class Future(NamedTuple):
    """What another seed brings: people's events (E, EVENT_COLUMNS), keys (O,) and (P,), and its climate."""

    event: Int
    occupant_key: Int
    sensor_key: Int
    climate: tuple[Float, Float] | None  # site and sun, (1, K, ...); None where weather does not vary


def future(scenario: Scenario, base: Building, seed: int, other: int) -> Future:
    """What the seed `other` brings to the building that the seed `seed` drew."""
    plan = drawn(scenario, seed)
    clock = base.clock
    people = trace(plan, clock, other, most_people(scenario))
    gauges = devices(plan, clock, (other,), base.signal_columns)
    strays = plan.site.weather_variability.on
    climate = own_climate(plan, other, base.weather) if strays else None
    return Future(people.events, people.occupant_key, gauges.sensor_key[0], climate)


def next_midnight(clock: Clock, tick: int) -> int:
    """The first tick of the next civil day."""
    now = clock.civil(float(tick * clock.tick_s))
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return round(clock.seconds(midnight)) // clock.tick_s


def spliced(own: Int, other: Int, tick: int) -> Int:
    """Events of one trace before a tick, then those of another.

    At the tick everybody goes where the other trace has them, and appliances are as they are there.

    Parameters
    ----------
    own, other
        (E, EVENT_COLUMNS), in order of time; `own` may be padded with what never comes.
    tick
        From when the other trace holds.
    """
    before, past = own[own[:, la.EV_TICK] < tick], other[other[:, la.EV_TICK] < tick]
    last: dict[tuple[int, int], Int] = {}
    for row in before:
        kind, entity = int(row[la.EV_KIND]), int(row[la.EV_ENTITY])
        nothing = np.zeros(la.EVENT_COLUMNS, dtype=np.int64)
        nothing[[la.EV_KIND, la.EV_ENTITY]] = kind, entity
        nothing[la.EV_VALUE] = AWAY if kind == la.EV_MOVE else 0
        last[kind, entity] = nothing
    for row in past:
        last[int(row[la.EV_KIND]), int(row[la.EV_ENTITY])] = row.copy()
    there = np.array([last[name] for name in sorted(last)], dtype=np.int64).reshape(-1, la.EVENT_COLUMNS)
    there[:, la.EV_TICK] = tick
    return np.concatenate([before, there, other[other[:, la.EV_TICK] >= tick]])


def passing(own: Float, other: Float, step: int, step_s: int) -> Float:
    """Weather or sun (K, ...) that passes from `own` to `other` within a day from boundary step `step` on.

    Every value lies between those of the two, so that what is possible in both is possible here.
    """
    gone = (np.arange(len(own)) - step) * (step_s / 3600.0 / PASSAGE_H)
    share = np.clip(gone, 0.0, 1.0).reshape(-1, *[1] * (own.ndim - 1))
    return np.asarray(own + share * (other - own), dtype=np.float64)
