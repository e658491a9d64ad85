"""The run that a plan is for, and longer or coarser ones, each from the end of its warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError, WeatherError
from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.experiment.foresight_plant import Copies, Moment, Worth
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.agents import AgentSpec, ForesightParameters
from twin.scenario.catalog import load_agent
from twin.task import Task, warm_up

MOST_BEYOND = 7  # days


@dataclass(frozen=True)
class Played:
    """What a rule did on the run to come: actions (T, m), and what they are worth."""

    name: str
    actions: Float
    worth: Worth


@dataclass(frozen=True)
class Known:
    """What is known of a run, at the start of each of T control steps.

    Attributes
    ----------
    people
        (T, Z) people in the zones during the step.
    lower, upper
        (T, Z) comfort bounds [°C].
    outdoor
        (T,) outdoor temperature [°C].
    zones
        Their names.
    """

    people: Float
    lower: Float
    upper: Float
    outdoor: Float
    zones: tuple[str, ...]

    @property
    def busy(self) -> NDArray[np.bool_]:
        """(T,) whether at least a quarter of the most that are ever in are there: not one on a Saturday."""
        count = self.people.sum(axis=1)
        return np.asarray(count >= max(0.25 * float(count.max(initial=0.0)), 1e-9))


@dataclass(frozen=True)
class Stage:
    """One copy of a building, and the end of its warm-up, from which everything is played.

    Attributes
    ----------
    steps
        Control steps from there to the end.
    """

    copies: Copies
    start: Moment
    steps: int

    @classmethod
    def of(cls, building: Building) -> Stage:
        """Warmed up by the scenario's baseline, as in every run."""
        copies = Copies(building, 1)
        task, step_s = Task(copies.simulator.building), building.clock.control_step_s
        agent = load_agent(building.scenario.run.baseline)
        rule = build(agent, task.observation, task.action, step_s, building.seeds)
        warm_up(copies.simulator, task, rule)
        return cls(copies, copies.moment(), copies.steps_left)

    @property
    def building(self) -> Building:
        """Of one seed."""
        return self.copies.simulator.building

    @property
    def steps_h(self) -> float:
        """Control steps in an hour."""
        return 3600.0 / self.building.clock.control_step_s

    @property
    def tick_s(self) -> int:
        """How finely it is simulated [s]."""
        return self.building.clock.tick_s

    def crowd(self, count: int) -> Copies:
        """So many copies side by side."""
        return Copies(self.building, count)

    def actions_of(self, agent: AgentSpec) -> Float:
        """What a rule does here, (T, m)."""
        copies, building = self.copies, self.building
        task = copies.task
        rule = build(agent, task.observation, task.action, building.clock.control_step_s, building.seeds)
        copies.put(self.start)
        state: Any = None
        first = np.ones(1, dtype=np.bool_)
        actions: list[Float] = []
        for _ in range(self.steps):
            action, state = rule.predict(task.observe(copies.simulator), state, first)
            actions.append(action[0].copy())
            copies.step(action)
            first = np.zeros(1, dtype=np.bool_)
        return np.array(actions).reshape(-1, len(task.action.points))

    def judged(self, name: str, actions: Float) -> Played:
        """Actions with what they are worth here; those beyond the end do not count."""
        self.copies.put(self.start)
        return Played(name, actions, self.copies.play(actions[: self.steps]))

    @cached_property
    def known(self) -> Known:
        """People, bounds and weather to come; no action changes them."""
        copies, zones = self.copies, self.building.zone_ids
        task, heads = copies.task, copies.simulator.state.gains
        copies.put(self.start)
        seen, people = [], []
        for _ in range(self.steps):
            seen.append(task.observe(copies.simulator)[0])
            before = heads[0, :, la.G_PEOPLE].copy()
            copies.step(np.full((1, len(task.action.points)), np.nan))
            people.append(np.maximum(before, heads[0, :, la.G_PEOPLE]))  # who comes within the step counts
        rows, spec = np.array(seen), task.observation
        lower, upper = (rows[:, spec.columns(name, zones)] for name in ("comfort_lower", "comfort_upper"))
        outdoor = rows[:, spec.names.index("site.outdoor_temperature")]
        return Known(np.array(people), lower, upper, outdoor, tuple(zones))


def stages(building: Building, settings: ForesightParameters) -> tuple[Stage, Stage, Stage]:
    """The run itself, one with some days more, and that one in longer ticks (the same where it has them)."""
    run = Stage.of(building)
    exact = _paid(run, settings.days_beyond)
    coarser = _coarser(exact.building, settings.tick_s)
    return run, exact, exact if coarser is exact.building else Stage.of(coarser)


def _paid(run: Stage, days: int) -> Stage:
    """With so many days more, and on until people come in: a building left cold is no bargain."""
    found = run
    for more in range(days, MOST_BEYOND + 1) if days else ():
        longer = _longer(run.building, more)
        if longer is run.building:
            break
        found = Stage.of(longer)
        if found.known.busy[run.steps :].any():
            break
    return found


def _longer(building: Building, days: int) -> Building:
    """The same building with so many days more to come, where there is weather for them."""
    scenario = building.scenario
    try:
        return assemble(scenario.updated(days=scenario.run.days + days), building.seeds)
    except (WeatherError, ScenarioError):
        return building


def _coarser(building: Building, tick_s: int) -> Building:
    """The same building in longer ticks, where steps are a whole number of them; else as it is."""
    if tick_s <= building.clock.tick_s:
        return building
    try:
        return assemble(building.scenario.updated(tick_s=tick_s), building.seeds)
    except ScenarioError:
        return building
