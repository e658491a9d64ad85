"""N slots of one window, stepped together: all that environments do; they only speak Gymnasium's words."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics import streams
from twin.basics.errors import TwinError
from twin.building.assembly import Building
from twin.control.build import lead
from twin.envs.options import SEEDS, Reseed, futures, whole
from twin.envs.reseed import next_midnight, passing, spliced
from twin.envs.seats import CLIMATE, Seats, seats_for
from twin.envs.snapshot import FleetSnapshot, Snapshot
from twin.envs.window import PER_SEED, Window, padded, picked, window, with_rows
from twin.outlook import Float32, Outlook
from twin.physics import layout as la
from twin.physics.layout import Float, Int
from twin.scenario.learning import TaskSpec
from twin.scenario.schema import Scenario
from twin.simulator import Simulator

POOL = 8
Traces = tuple[Building, Outlook, Float32]  # with errors of forecasts: what a step reads and does not write
Row = tuple[Int, Int]  # of every slot: its own seed and the number of its episode


@dataclasses.dataclass(frozen=True)
class Moment:
    """Where slots of a batch stood: their seeds, arrays of the simulator by name, and past values."""

    seeds: Int
    state: dict[str, Float]
    past: Float


class Batch:
    """N buildings of one window, each in an episode of its own.

    Parameters
    ----------
    scenario, spec
        What is played.
    count
        Slots.
    pool
        Episodes are drawn from `pool` seeds, first_seed and the following; 0: every episode has a seed of its
        own.
    first_seed
        First seed of the pool; without a pool, it is added to every seed.

    Attributes
    ----------
    seeds
        Seed of the building in each slot (N,).
    base, episode
        Each slot's own seed and the number of its episode, from which the building's seed follows.
    """

    def __init__(
        self, scenario: Scenario, spec: TaskSpec, count: int, pool: int = POOL, first_seed: int = 0
    ) -> None:
        count = whole(count, "num_envs", "too few environments", "at least 1", least=1)
        pool = whole(pool, "pool", "this is no size of a pool", "0 or more")
        seeds = "whole numbers from 0; with the pool to 2**63 - 1"
        first_seed = whole(first_seed, "first_seed", "this is not a seed", seeds, most=SEEDS - max(pool, 1))
        self.first_seed = first_seed
        self.scenario, self.spec, self.count, self.pool = scenario, spec, count, pool
        self.seeds = np.zeros(count, dtype=np.int64)
        self.base = np.arange(count, dtype=np.int64)
        self.episode = np.zeros(count, dtype=np.int64)
        self._every = np.arange(count, dtype=np.int64)
        self.enter(window(scenario, spec.days_ahead))

    def enter(self, there: Window, outlook: Outlook | None = None) -> None:
        """Move all slots into a window, each to the first seed; `outlook` is one of this window, if there."""
        self.window, first = there, self.first_seed
        self._stay = there.hold(range(first, first + self.pool))
        there.find(self._stay.pool)
        at = np.repeat(there.find([first]), self.count)
        building = with_rows(there.base, there.rows(at), [first] * self.count)
        self._seats = Seats(seats_for(there.base, self.count, self.pool)) if there.varies else None
        if self._seats is not None:
            building = self._seats.furnished(building)
            self.simulator = Simulator(building)
            known = Outlook(there.base, self.spec, lead(self.spec)) if outlook is None else outlook
            self.outlook = known.seated(building, self._seats.count)
        else:
            self.simulator = Simulator(building)
            known = Outlook(building, self.spec, lead(self.spec)) if outlook is None else outlook
            self.outlook = known.on(building)
        self.outlook.reward.load()
        self._ticks = building.clock.ticks_per_step
        self._last_tick = there.end_tick - self._ticks  # a step from later would not end in time
        self.errors = np.repeat(self.outlook.errors(0)[None], self.count, axis=0)
        self._kept: tuple[tuple[int, int], Traces] | None  # of forks, by their number and slot
        self._tally: Float | None = None
        self._seen: Float32 | None = None
        self._strayed, self._forks, self._common, self._kept = False, 0, False, None
        self.put(self._every, np.full(self.count, first, dtype=np.int64))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._stay = self.window.hold(self._stay.pool)  # a copy's window does not know who plays in it

    def to(self, there: Window) -> None:
        """Move all slots to a window; they begin anew where it is another."""
        if there.key != self.window.key:
            self.scenario = there.scenario
            self.enter(there)

    def move(self, scenario: Scenario, only: bool = True) -> None:  # noqa: ARG002
        """Move all slots to this scenario's window; they begin anew where it is another.

        `only` is what a fleet asks: whether this start is meant and not the list that the fleet plays.
        """
        if scenario is not self.scenario:
            self.to(window(scenario, self.spec.days_ahead))
            self.scenario = scenario

    @property
    def building(self) -> Building:
        """The buildings in the slots; `seeds` of the batch, not of the building, says which they are."""
        return self.simulator.building

    def episode_seed(self, base: int, episode: int) -> int:
        """The building's seed in an episode of an environment with seed `base`."""
        own = base if episode == 0 else streams.key(base, "episode", str(episode))
        return (own % self.pool if self.pool else own) + self.first_seed & 2**63 - 1

    def begin(self, slots: Int, exact: int | None = None, row: Row | None = None) -> None:
        """Put the current episode of some slots at its start.

        Parameters
        ----------
        exact
            Names the building's seed itself.
        row
            What seeds and numbers of all slots become; what fails before changes none.
        """
        if row is not None:
            self.base[:], self.episode[:] = row
        if exact is not None:
            self.put(slots, np.full(len(slots), exact, dtype=np.int64))
            return
        pairs = zip(self.base[slots].tolist(), self.episode[slots].tolist(), strict=True)
        self.put(slots, np.array([self.episode_seed(b, e) for b, e in pairs], dtype=np.int64))

    def follow(self, slots: Int, home: Scenario) -> None:
        """Begin the next episodes of some slots: at home, where all do so together."""
        if len(slots) == self.count:
            self.move(home, only=False)
        episode = self.episode.copy()
        episode[slots] += 1
        self.begin(slots, row=(self.base, episode))

    def put(self, slots: Int, seeds: Int) -> None:
        """Put slots at the end of the warm-up of these episode seeds."""
        at = self.window.find(seeds.tolist())
        self._settle(slots, seeds, self.window.rows(at))
        state = self.window.state(at)
        for name, array in self.simulator.state._asdict().items():
            array[slots] = state[name]
        self._tally = self._seen = None
        fresh = self.outlook.past(self.simulator)
        if len(slots) == self.count:
            self.past = fresh
        else:
            self.past[slots] = fresh[slots]

    def moment(self) -> Moment:
        """Where all slots stand now."""
        state = {name: array.copy() for name, array in self.simulator.state._asdict().items()}
        return Moment(self.seeds.copy(), state, self.past.copy())

    def go(self, slots: Int, moment: Moment, rows: Int) -> None:
        """Put slots where rows of a moment stood, of this batch or of another of equal scenario and task."""
        seeds = moment.seeds[rows]
        self._settle(slots, seeds, self.window.rows(self.window.find(seeds.tolist())))
        for name, array in self.simulator.state._asdict().items():
            array[slots] = moment.state[name][rows]
        self.past[slots] = moment.past[rows]
        self._tally = self._seen = None

    def _settle(self, slots: Int, seeds: Int, rows: Mapping[str, Float | Int]) -> None:
        """People, devices and errors of forecasts of these seeds into the slots."""
        self._unshare()
        if self.errors.shape[2]:
            for slot, seed in zip(slots.tolist(), seeds.tolist(), strict=True):
                self.errors[slot] = self.outlook.errors(seed)
        self.seeds[slots] = seeds
        if self._seats is not None:
            self._sit(slots, seeds.tolist(), {seed: self.window.single(seed) for seed in seeds.tolist()})
        self._put_rows(slots, rows)

    def _put_rows(self, slots: Int, rows: Mapping[str, Float | Int]) -> None:
        """People and devices into the slots, as Boundary names them; room for their events where needed."""
        boundary = self.building.boundary
        width = rows["event"].shape[1]
        if width > boundary.event.shape[1]:
            wider = boundary._replace(event=padded(list(boundary.event), width))
            self._rebuild(dataclasses.replace(self.building, boundary=wider))
            boundary = wider
        for name, array in rows.items():
            own = getattr(boundary, name)
            if name == "event":
                own[slots, :width] = array
                own[slots, width:] = 2**62
            else:
                own[slots] = array

    def _unshare(self) -> None:
        """Before slots are given other people, devices and errors: a fork gets arrays of its own for them."""
        self._kept = None
        if self._common:
            self._common, building, self.errors = False, self.building, self.errors.copy()
            self.simulator.building = picked(building, self._every.tolist(), building.seeds)
            self.outlook = self.outlook.on(self.building)

    def _sit(self, slots: Int, names: Sequence[Hashable], episodes: Mapping[Hashable, Building]) -> None:
        """Climates and parameters of these episodes for the slots, where the scenario varies."""
        seats, at = self._seats, slots.tolist()
        if seats is None:
            return
        while seats.needs_more(dict(zip(at, names, strict=True))):
            bigger = seats.enlarge(self.building)
            self.outlook = self.outlook.seated(bigger, seats.count)
            self._rebuild(bigger)
        seats.sit(self.building, self.outlook, at, episodes, names)

    def _rebuild(self, building: Building) -> None:
        self.simulator.building = building
        self.outlook.building = building
        self.outlook.task.building = building

    def step(self, action: NDArray[np.generic]) -> None:
        """One control step of every slot; raises TwinError where a slot is past the end of the window."""
        command = self.outlook.command(action, self.simulator, self.past)
        self.outlook.remember(self.simulator, self.past)
        self._tally = self.outlook.tally(self.simulator)
        seen = np.empty((self.count, len(self.outlook.names)), dtype=np.float32)
        self.simulator.play(command, self._ticks, self.outlook.view, seen)
        self.outlook.lead(self.simulator, self.past)
        self._seen = seen

    def observe(self) -> Float32:
        """What is seen now (N, n)."""
        seen, self._seen = self._seen, None  # a step has looked already, unless something happened since
        if seen is None:
            return self.outlook.observe(self.simulator, self.past, self.errors)
        return self.outlook.complete(seen, self.simulator, self.past, self.errors)

    def terms(self) -> dict[str, Float]:
        """Terms of the reward of the step just ended, each (N,), and what info shows beside them."""
        return self.outlook.terms(self.simulator, self._tally)

    def worth(self, terms: Mapping[str, Float], seen: Float32) -> Float:
        """The reward (N,) of these terms, and of what is seen after the step (N, n)."""
        return self.outlook.worth(terms, seen)

    def over(self) -> NDArray[np.bool_]:
        """Slots whose episode is at its end (N,)."""
        over: NDArray[np.bool_] = self.simulator.state.counter[:, la.N_TICK] > self._last_tick
        return over

    def at(self, slot: int) -> tuple[Batch, int]:
        """The batch that holds a slot, and the slot's place in it."""
        return self, slot

    def snapshot(self) -> Snapshot:
        """A copy of all that the future depends on."""
        return Snapshot(
            self.window, self.spec, self.simulator.snapshot().buffer, self.past.copy(), self.seeds.copy(),
            self.base.copy(), self.episode.copy(), strayed=self._coming() if self._strayed else None,
        )  # fmt: skip

    def restore(self, snapshot: Snapshot) -> None:
        """Continue from a snapshot of this batch or of one of equal scenario, task and count.

        Raises
        ------
        TwinError
            The snapshot is of another task, scenario (start and weather may differ) or number of slots.
        """
        snapshot.check(self.window, self.spec, self.count)
        if isinstance(snapshot, FleetSnapshot):
            raise TwinError("this snapshot is of another environment", key="snapshot",
                            value="one with several starts", allowed="one without")  # fmt: skip
        self.to(snapshot.window)
        if self._strayed or not (snapshot.seeds == self.seeds).all():
            at = self.window.find(snapshot.seeds.tolist())
            self._settle(self._every, snapshot.seeds, self.window.rows(at))
        self._strayed = False
        if snapshot.strayed is not None:
            self._come(snapshot.strayed)
        self.simulator._buffer[:] = snapshot.buffer
        self._seen = None
        self.past[:] = snapshot.past
        self.base[:] = snapshot.base
        self.episode[:] = snapshot.episode

    def fork(self, count: int, slot: int = 0, reseed: Reseed = False) -> Batch:
        """A batch of `count` slots that all continue exactly from one slot of this one.

        Parameters
        ----------
        reseed
            True: each slot has another future (see twin.envs.reseed), the same whenever it is asked for; or
            the seeds of these futures, one per slot.

        Raises
        ------
        TwinError
            No copies, or not one seed per slot.
        """
        whole(count, "count", "too few copies", "at least 1", least=1)
        strays = None if reseed is False else futures(reseed, int(self.seeds[slot]), count)
        child = self._copies(count, slot)
        if strays is not None:
            child._stray(strays)
            child.base[:] = [streams.key(int(self.base[slot]), "future", str(other)) for other in strays]
        return child

    def _copies(self, count: int, slot: int) -> Batch:
        """A batch of `count` slots, copies of one slot; what a step does not write, they share."""
        child = Batch.__new__(Batch)
        child.scenario, child.spec, child.window = self.scenario, self.spec, self.window
        child.pool, child.first_seed, child._stay = self.pool, self.first_seed, self._stay
        child._ticks, child._last_tick, child._strayed = self._ticks, self._last_tick, self._strayed
        child.count, child._every, child._forks = count, np.arange(count, dtype=np.int64), self._forks
        child._tally = child._seen = child._kept = child._seats = None
        for name in ("seeds", "base", "episode", "past"):
            setattr(child, name, getattr(self, name)[slot : slot + 1].repeat(count, axis=0))
        child._common, at = self._seats is None, int(self.building.boundary.climate[slot])
        if self._seats is None:
            building, child.outlook, child.errors = self._traces(count, slot)
        else:
            child._seats, building = Seats.alone(self.building, slot, count, self._seats.of[slot])
            building = picked(building, [slot] * count, [int(self.seeds[slot])] * count)
            child.outlook, child.errors = self.outlook.alone(building, at), self.errors[[slot] * count]
        child.simulator = self.simulator.fork(building, slot)
        return child

    def _traces(self, count: int, slot: int) -> Traces:
        """Those of copies of a slot: kept for further forks of this size, until the slot has other people."""
        if self._common and count == self.count:
            return self.building, self.outlook, self.errors
        if self._kept is None or self._kept[0] != (count, slot):
            building = picked(self.building, [slot] * count, [int(self.seeds[slot])] * count)
            self._kept = (count, slot), (building, self.outlook.on(building), self.errors[[slot] * count])
        return self._kept[1]

    def _stray(self, seeds: Sequence[int]) -> None:
        """Give every slot the future of one of these seeds."""
        clock, coming = self.building.clock, self._coming()
        for slot, other in enumerate(seeds):
            tick = int(self.simulator.state.counter[slot, la.N_TICK])
            new = self.window.future(int(self.seeds[slot]), other)
            coming["event"][slot] = spliced(coming["event"][slot], new.event, next_midnight(clock, tick))
            coming["occupant_key"][slot], coming["sensor_key"][slot] = new.occupant_key, new.sensor_key
            coming["errors"][slot] = self.outlook.errors(other)
            if new.climate is not None:
                step, step_s = tick * clock.tick_s // clock.boundary_step_s, clock.boundary_step_s
                for name, its in zip(CLIMATE, new.climate, strict=True):
                    coming[name][slot] = passing(coming[name][slot], its[0], step, step_s)
        self._come(coming)

    def _coming(self) -> dict[str, Any]:
        """What comes in every slot, by the names of Boundary; lists of copies."""
        boundary = self.building.boundary
        coming: dict[str, Any] = {name: list(getattr(boundary, name).copy()) for name in PER_SEED}
        coming["errors"] = list(self.errors.copy())
        if self._seats is not None:
            for name in CLIMATE:
                coming[name] = list(getattr(boundary, name)[boundary.climate])
        return coming

    def _come(self, coming: Mapping[str, Any]) -> None:
        """Let this come in every slot, whatever its seed would bring."""
        self._unshare()
        rows = {name: np.stack(coming[name]) for name in PER_SEED if name != "event"}
        rows["event"] = padded(coming["event"], max(len(events) + 1 for events in coming["event"]))
        self._put_rows(self._every, rows)
        self.errors[:] = coming["errors"]
        if self._seats is not None:
            names = [(self._forks, slot) for slot in range(self.count)]
            self._forks += 1
            singles = [self.window.single(int(seed)) for seed in self.seeds]
            climates = zip(coming["weather"], coming["sun"], strict=True)
            mixed = [
                dataclasses.replace(one, boundary=one.boundary._replace(weather=site[None], sun=sun[None]))
                for one, (site, sun) in zip(singles, climates, strict=True)
            ]
            self._sit(self._every, names, dict(zip(names, mixed, strict=True)))
        self._strayed = True
