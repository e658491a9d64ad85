"""A scenario between two dates, assembled once: an episode is a seed, with people, devices and warm-up.

Weather, sun, prices and the envelope are the same for every episode and are made once; what an episode seed
changes (people's days, devices' errors, the state at the end of the warm-up) is a row of the tables here.
Where the scenario varies by seed, a building of one is kept for each episode: its climate and its parameters.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from twin.basics.errors import ScenarioError
from twin.building.assembly import Building, assemble, together
from twin.building.devices import devices
from twin.building.occupancy import trace
from twin.control.build import build
from twin.envs.reseed import Future, future
from twin.physics import layout as la
from twin.physics.layout import Boundary, Float, Int
from twin.scenario.catalog import load_agent, source_of
from twin.scenario.schema import Scenario
from twin.scenario.variation import varies
from twin.simulator import Simulator
from twin.task import Task, warm_up

KEPT = 256  # episodes that a window remembers at most, besides those just asked for and pools in use
KEPT_BYTES = 2**29  # and what their climates may take, where the scenario varies
WINDOWS = 12  # windows that a process remembers, besides those in use
_NEVER = 2**62
Key = tuple[str, str, int]
PER_SEED = ("event", "occupant", "occupant_key", "sensor", "sensor_key")


def with_rows(base: Building, rows: dict[str, Float | Int], seeds: Sequence[int]) -> Building:
    """A building of len(seeds) copies of `base`, with these rows of people and devices."""
    count = len(seeds)
    own: dict[str, Any] = {**rows, "variant": np.zeros(count, np.int64), "climate": np.zeros(count, np.int64)}
    boundary: Boundary = base.boundary._replace(**own)
    shapes = {name: (count, *shape[1:]) for name, shape in base.shapes.items()}
    return dataclasses.replace(base, seeds=tuple(seeds), boundary=boundary, shapes=shapes)


def picked(building: Building, slots: list[int], seeds: Sequence[int]) -> Building:
    """A building of some slots of another, each as often as it is named; people and devices are copies."""
    own = {name: getattr(building.boundary, name)[slots] for name in PER_SEED}
    return with_rows(building, own, seeds)


def padded(events: Sequence[Int], width: int) -> Int:
    """Events of people (N, width, EVENT_COLUMNS), filled up with what never comes."""
    out = np.full((len(events), width, la.EVENT_COLUMNS), _NEVER, dtype=np.int64)
    for n, own in enumerate(events):
        out[n, : len(own)] = own
    return out


def watched(building: Building) -> Int:
    """Columns of the devices whose readings a task or a rule can see; nobody sees others."""
    names = set(Task(building).observation.names)
    return np.array([i for i, info in enumerate(building.sensors) if info.point_id in names], dtype=np.int64)


def without_others(building: Building, watched: Int) -> Building:
    """A building with these devices only; what they read does not change."""
    boundary, shapes = building.boundary, building.shapes
    sensor, key = _rows_of(watched, boundary.sensor, boundary.sensor_key)
    return dataclasses.replace(
        building,
        boundary=boundary._replace(sensor=sensor, sensor_key=key),
        shapes=shapes | {"sensor": (shapes["sensor"][0], len(watched), *shapes["sensor"][2:])},
        sensors=tuple(building.sensors[i] for i in watched),
    )


def _rows_of(watched: Int, sensor: Float, key: Int) -> tuple[Float, Int]:
    """Rows (N, P, ...) of these devices; groups of equal schedule close up."""
    fewer = sensor.take(watched, axis=1)  # in rows, as all that the kernel is compiled for
    fewer[:, :, la.SP_NEXT_GROUP] = np.searchsorted(watched, fewer[:, :, la.SP_NEXT_GROUP])
    return fewer, key.take(watched, axis=1)


@dataclass(frozen=True, eq=False)
class Stay:
    """What those have who play episodes of a pool: while it is there, their window forgets none of these."""

    pool: range


class Window:
    """One scenario, one start, one length.

    Parameters
    ----------
    scenario
        Its run says when.
    days_ahead
        Days assembled beyond the end, for forecasts.

    Attributes
    ----------
    key
        Equal windows have equal keys.
    base
        A building of one, on whose arrays all batches of this window rest.
    end_tick
        Where an episode ends.
    width
        Room for events of people; grows with the busiest episode so far.
    """

    def __init__(self, scenario: Scenario, days_ahead: int = 0) -> None:
        self.scenario, self.key = scenario, key_of(scenario, days_ahead)
        self.end_tick = scenario.clock.ticks
        longer = scenario.updated(days=scenario.run.days + days_ahead) if days_ahead else scenario
        self._longer, self.varies = longer, varies(scenario)
        whole = assemble(longer, [0])
        self._watched = watched(whole)
        self.base = without_others(whole, self._watched)
        if self.base.clock.warm_up_ticks % self.base.clock.ticks_per_step:
            raise ScenarioError(
                "the warm-up is not a whole number of control steps",
                key="run.control_step_s",
                value=scenario.run.control_step_s,
                allowed="a divisor of an hour",
            )
        self.width = 0
        self._at: dict[int, int] = {}
        self._rows: dict[str, Float | Int] = {}
        self._state: dict[str, Float] = {}
        self._singles: dict[int, Building] = {}
        self._futures: OrderedDict[tuple[int, int], Future] = OrderedDict()
        self._stays: weakref.WeakSet[Stay] = weakref.WeakSet()
        boundary = self.base.boundary
        own = boundary.weather.nbytes + boundary.sun.nbytes if self.varies else 1
        self._most = max(1, min(KEPT, KEPT_BYTES // own))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_stays"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._stays = weakref.WeakSet()  # who plays here plays in the original

    @cached_property
    def design(self) -> str:
        """What is played apart from start and weather, as text; an environment has but one."""
        return self.scenario.model_dump_json(exclude={"run": {"start"}, "site": {"weather"}})

    def hold(self, pool: range) -> Stay:
        """Forget none of these episodes while somebody has what this returns."""
        stay = Stay(pool)
        self._stays.add(stay)
        return stay

    def find(self, seeds: Sequence[int]) -> Int:
        """Rows of these episode seeds in the tables, made where they are new."""
        missing = [seed for seed in dict.fromkeys(seeds) if seed not in self._at]
        if missing:
            held = {seed for stay in self._stays for seed in stay.pool}
            if len({*self._at, *missing} - held) > self._most:
                self._forget(held.union(seeds))
            self._add(missing)
        return np.array([self._at[seed] for seed in seeds], dtype=np.int64)

    def rows(self, at: Int) -> dict[str, Float | Int]:
        """People and devices of some rows, as Boundary names them; copies."""
        return {name: array[at] for name, array in self._rows.items()}

    def state(self, at: Int) -> dict[str, Float]:
        """State of some rows at the end of the warm-up, as State names its arrays; copies."""
        return {name: array[at] for name, array in self._state.items()}

    def _forget(self, wanted: set[int]) -> None:
        kept = [seed for seed in self._at if seed in wanted]
        at = np.array([self._at[seed] for seed in kept], dtype=np.int64)
        self._rows, self._state = self.rows(at), self.state(at)
        self._at = {seed: i for i, seed in enumerate(kept)}
        self._singles = {seed: one for seed, one in self._singles.items() if seed in wanted}

    def single(self, seed: int) -> Building:
        """The building of one of an episode; only where the scenario varies."""
        self.find([seed])
        return self._singles[seed]

    def future(self, seed: int, other: int) -> Future:
        """What the seed `other` brings to the building of the episode `seed`, see twin.envs.reseed."""
        key = (seed, other)
        if key not in self._futures:
            new = future(self._longer, self.base, seed, other)
            self._futures[key] = new._replace(sensor_key=new.sensor_key[self._watched])
            if len(self._futures) > self._most:
                self._futures.popitem(last=False)
        self._futures.move_to_end(key)
        return self._futures[key]

    def _add(self, seeds: list[int]) -> None:
        """Simulate people, then the warm-up under the scenario's baseline, for some new seeds."""
        if self.varies:
            singles = [without_others(assemble(self._longer, [seed]), self._watched) for seed in seeds]
            self._singles |= dict(zip(seeds, singles, strict=True))
            building = together(singles, seeds)
            self.width = max(self.width, building.boundary.event.shape[1])
            fresh = {name: getattr(building.boundary, name) for name in PER_SEED}
            fresh["event"] = padded(list(building.boundary.event), self.width)
        else:
            fresh = self._people(seeds)
            building = with_rows(self.base, fresh, seeds)
        simulator = self._warmed(building)
        if self._at:
            known = self._rows["event"]
            grown = np.full((len(known), self.width, la.EVENT_COLUMNS), _NEVER, dtype=np.int64)
            grown[:, : known.shape[1]] = known
            self._rows["event"] = grown
            fresh = {name: np.concatenate([self._rows[name], fresh[name]]) for name in PER_SEED}
        self._rows = fresh
        after = simulator.state._asdict()
        known_state = self._state
        self._state = {
            name: np.concatenate([known_state[name], array]) if known_state else array.copy()
            for name, array in after.items()
        }
        self._at |= {seed: len(self._at) + i for i, seed in enumerate(seeds)}

    def _people(self, seeds: list[int]) -> dict[str, Float | Int]:
        """Rows of people and devices of some new seeds."""
        base, clock = self.base, self.base.clock
        people = [trace(base.scenario, clock, seed) for seed in seeds]
        gauges = devices(base.scenario, clock, tuple(seeds), base.signal_columns)
        sensor, key = _rows_of(self._watched, gauges.sensor, gauges.sensor_key)
        self.width = max(self.width, *(len(p.events) + 1 for p in people))
        return {
            "event": padded([p.events for p in people], self.width),
            "occupant": np.stack([p.occupant for p in people]),
            "occupant_key": np.stack([p.occupant_key for p in people]),
            "sensor": sensor,
            "sensor_key": key,
        }

    def _warmed(self, building: Building) -> Simulator:
        """A simulator at the end of the warm-up."""
        simulator, task = Simulator(building), Task(building)
        agent = load_agent(self.scenario.run.baseline)
        step_s = building.clock.control_step_s
        warm_up(simulator, task, build(agent, task.observation, task.action, step_s, building.seeds))
        return simulator


_RECENT: OrderedDict[Key, Window] = OrderedDict()
_IN_USE: weakref.WeakValueDictionary[Key, Window] = weakref.WeakValueDictionary()


def key_of(scenario: Scenario, days_ahead: int = 0) -> Key:
    """What a window is known by."""
    return scenario.model_dump_json(), str(source_of(scenario)), days_ahead


def window(scenario: Scenario, days_ahead: int = 0) -> Window:
    """The window of a scenario: environments of a process share it, and while one is there it is kept."""
    key = key_of(scenario, days_ahead)
    found = _IN_USE.get(key)
    if found is None:
        found = _IN_USE[key] = Window(scenario, days_ahead)
    _RECENT[key] = found
    _RECENT.move_to_end(key)
    if len(_RECENT) > WINDOWS:
        _RECENT.popitem(last=False)
    return found
