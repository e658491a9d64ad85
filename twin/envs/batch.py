"""N slots of one window, stepped together: all that environments do; they only speak Gymnasium's words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from twin.basics import streams
from twin.basics.errors import ScenarioError, TwinError, nearest
from twin.building.assembly import Building
from twin.envs.window import Window, padded, window, with_rows
from twin.outlook import Float32, Outlook
from twin.physics import layout as la
from twin.physics.layout import Float, Int
from twin.scenario.learning import TaskSpec
from twin.scenario.schema import Scenario
from twin.simulator import Simulator

POOL = 8


@dataclass(frozen=True)
class Snapshot:
    """All that the future of a batch depends on; its window and the traces in it are shared.

    Attributes
    ----------
    buffer, past
        State of the simulator, and past values that observations show.
    seeds, base, episode
        Of every slot: the building's seed, the environment's own seed and the number of its episode.
    """

    window: Window
    buffer: Float
    past: Float
    seeds: Int
    base: Int
    episode: Int


class Batch:
    """N buildings of one window, each in an episode of its own.

    Parameters
    ----------
    scenario, spec
        What is played.
    count
        Slots.
    pool
        Episodes are drawn from the seeds 0 to pool - 1; 0: every episode has a seed of its own.

    Attributes
    ----------
    seeds
        Seed of the building in each slot (N,).
    base, episode
        Each slot's own seed and the number of its episode, from which the building's seed follows.
    """

    def __init__(self, scenario: Scenario, spec: TaskSpec, count: int, pool: int = POOL) -> None:
        if count < 1:
            raise TwinError("too few environments", key="num_envs", value=count, allowed="at least 1")
        if pool < 0:
            raise TwinError("this is no size of a pool", key="pool", value=pool, allowed="0 or more")
        self.scenario, self.spec, self.count, self.pool = scenario, spec, count, pool
        self.seeds = np.zeros(count, dtype=np.int64)
        self.base = np.arange(count, dtype=np.int64)
        self.episode = np.zeros(count, dtype=np.int64)
        self._every = np.arange(count, dtype=np.int64)
        self.enter(window(scenario, spec.days_ahead))

    def enter(self, there: Window, outlook: Outlook | None = None) -> None:
        """Move all slots into a window, each to seed 0; `outlook` is one of this window that is there."""
        self.window = there
        if self.pool:
            there.find(range(self.pool))
        at = np.repeat(there.find([0]), self.count)
        building = with_rows(there.base, there.rows(at), [0] * self.count)
        self.simulator = Simulator(building)
        self.outlook = Outlook(building, self.spec) if outlook is None else outlook.on(building)
        self._ticks = building.clock.ticks_per_step
        self._last_tick = there.end_tick - self._ticks  # a step from later would not end in time
        self.errors = np.repeat(self.outlook.errors(0)[None], self.count, axis=0)
        self._tally: Float | None = None
        self.put(self._every, np.zeros(self.count, dtype=np.int64))

    def move(self, scenario: Scenario, only: bool = True) -> None:  # noqa: ARG002
        """Move all slots to this scenario's window; they begin anew where it is another.

        `only` is what a fleet asks: whether this start is meant and not the list that the fleet plays.
        """
        there = window(scenario, self.spec.days_ahead)
        if there is not self.window:
            self.scenario = scenario
            self.enter(there)

    @property
    def building(self) -> Building:
        """The buildings in the slots; `seeds` of the batch, not of the building, says which they are."""
        return self.simulator.building

    def episode_seed(self, base: int, episode: int) -> int:
        """The building's seed in an episode of an environment with seed `base`."""
        own = base if episode == 0 else streams.key(base, "episode", str(episode))
        return own % self.pool if self.pool else own

    def begin(self, slots: Int, exact: int | None = None) -> None:
        """Put the current episode of some slots at its start; `exact` names the building's seed itself."""
        if exact is not None:
            self.put(slots, np.full(len(slots), exact, dtype=np.int64))
            return
        pairs = zip(self.base[slots].tolist(), self.episode[slots].tolist(), strict=True)
        self.put(slots, np.array([self.episode_seed(b, e) for b, e in pairs], dtype=np.int64))

    def put(self, slots: Int, seeds: Int) -> None:
        """Put slots at the end of the warm-up of these episode seeds."""
        at = self.window.find(seeds.tolist())
        self._settle(slots, seeds, self.window.rows(at))
        state = self.window.state(at)
        for name, array in self.simulator.state._asdict().items():
            array[slots] = state[name]
        self._tally = None
        fresh = self.outlook.past(self.simulator)
        if len(slots) == self.count:
            self.past = fresh
        else:
            self.past[slots] = fresh[slots]

    def _settle(self, slots: Int, seeds: Int, rows: Mapping[str, Float | Int]) -> None:
        """People, devices and errors of forecasts of these seeds into the slots."""
        if self.errors.shape[2]:
            for slot, seed in zip(slots.tolist(), seeds.tolist(), strict=True):
                self.errors[slot] = self.outlook.errors(seed)
        self.seeds[slots] = seeds
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

    def _rebuild(self, building: Building) -> None:
        self.simulator.building = building
        self.outlook.building = building
        self.outlook.task.building = building

    def step(self, action: NDArray[np.floating]) -> None:
        """One control step of every slot; raises TwinError where a slot is past the end of the window."""
        self.outlook.remember(self.simulator, self.past)
        self._tally = self.outlook.tally(self.simulator)
        self.simulator.advance(self.outlook.command(action), self._ticks)

    def observe(self) -> Float32:
        """What is seen now (N, n)."""
        return self.outlook.observe(self.simulator, self.past, self.errors)

    def terms(self) -> dict[str, Float]:
        """Terms of the reward of the step just ended, each (N,); the reward is minus their sum."""
        return self.outlook.terms(self.simulator, self._tally)

    def worth(self, terms: Mapping[str, Float]) -> Float:
        """The reward (N,) of these terms: minus their sum, in order."""
        first, *others = terms.values()
        total = first
        for other in others:
            total = total + other
        return -total

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
            self.window, self.simulator.snapshot().buffer, self.past.copy(), self.seeds.copy(),
            self.base.copy(), self.episode.copy(),
        )  # fmt: skip

    def restore(self, snapshot: Snapshot) -> None:
        """Continue from a snapshot of this batch or of one of equal scenario, task and count.

        Raises
        ------
        TwinError
            The snapshot is of another task, or of another number of slots.
        """
        if len(snapshot.seeds) != self.count or snapshot.past.shape != self.past.shape:
            raise TwinError("this snapshot is of another environment", value=len(snapshot.seeds),
                            allowed=f"one of {self.count} slots and the same task")  # fmt: skip
        if snapshot.window is not self.window:
            self.scenario = snapshot.window.scenario
            self.enter(snapshot.window)
        if not (snapshot.seeds == self.seeds).all():
            at = self.window.find(snapshot.seeds.tolist())
            self._settle(self._every, snapshot.seeds, self.window.rows(at))
        self.simulator._buffer[:] = snapshot.buffer
        self.past[:] = snapshot.past
        self.base[:] = snapshot.base
        self.episode[:] = snapshot.episode

    def fork(self, count: int, slot: int = 0) -> Batch:
        """A batch of `count` slots that all continue exactly from one slot of this one."""
        child = Batch.__new__(Batch)
        child.scenario, child.spec, child.count, child.pool = self.scenario, self.spec, count, self.pool
        child.seeds = np.zeros(count, dtype=np.int64)
        child.base = np.repeat(self.base[slot], count)
        child.episode = np.repeat(self.episode[slot], count)
        child._every = np.arange(count, dtype=np.int64)
        child.enter(self.window, self.outlook)
        child.put(child._every, np.repeat(self.seeds[slot], count))
        mine = self.simulator.state._asdict()
        for name, array in child.simulator.state._asdict().items():
            array[:] = mine[name][slot]
        child.past[:] = self.past[slot]
        return child


def moved(scenario: Scenario, options: Mapping[str, object]) -> Scenario:
    """The scenario at the start that reset's options ask for: a date, its text, or a named period.

    Raises
    ------
    ScenarioError
        Unknown option, or no such start.
    """
    known = ("start", "episode_seed", "reset_mask")
    for name in options:
        if name not in known:
            raise ScenarioError("unknown option of reset", key=f"options.{name}", allowed=", ".join(known),
                                suggestion=nearest(str(name), known))  # fmt: skip
    start = options.get("start")
    if start is None:
        return scenario
    periods = scenario.run.periods
    day = periods.get(start, start) if isinstance(start, str) else start
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            raise ScenarioError(
                "this is not a start", key="options.start", value=start,
                allowed=f"a date such as 2023-01-16, or a period: {', '.join(periods) or 'none named'}",
                suggestion=nearest(str(start), periods),
            ) from None  # fmt: skip
    return scenario if day == scenario.run.start else scenario.updated(start=day)


def exact_seed(options: Mapping[str, object]) -> int | None:
    """The building's seed that reset's options name; raises TwinError where it is none."""
    seed = options.get("episode_seed")
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise TwinError("this is not a seed", key="options.episode_seed", value=seed,
                        allowed="whole numbers from 0 to 2**63 - 1")  # fmt: skip
    return int(seed)
