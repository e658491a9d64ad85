"""The best plan found with perfect knowledge: of weather, people, prices and the plant itself.

No controller could know all this; `foresight` shows what is left to gain. It plays rules on the very run that
is to come, takes the best one's actions, and improves them on forks of the plant. It is the best plan found,
not a proven bound: a controller that does better may exist.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError, ScenarioError, WeatherError
from twin.basics.streams import generator
from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.experiment.foresight_moves import Moves
from twin.experiment.foresight_plant import Copies, Moment, Weights, Worth
from twin.experiment.foresight_search import Search
from twin.physics.layout import Float
from twin.scenario.agents import NOT_RULES, AgentSpec, ForesightParameters
from twin.scenario.catalog import load_agent
from twin.task import Task, warm_up


@dataclass(frozen=True)
class Plan:
    """A controller that plays back what was planned for one run, step by step; its state is the step.

    Attributes
    ----------
    actions
        (T, m) of the task of foresight's commands, from the end of the warm-up.
    notes
        How it came about, for the manifest.
    """

    actions: Float
    notes: dict[str, Any] = field(default_factory=dict)

    def reset(self, seeds: Sequence[int]) -> None:
        """See Controller.reset; a plan is of one seed."""

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: NDArray[np.bool_] | None = None,
        deterministic: bool = True,  # noqa: ARG002 - there is no chance in it
    ) -> tuple[Float, Any]:
        """The next action (1, m), whatever is observed.

        Raises
        ------
        ControllerError
            More buildings than one, or steps beyond the planned ones.
        """
        if len(observation) != 1:
            raise ControllerError("a plan is for one building", value=len(observation), allowed="1")
        step = 0 if state is None or (episode_start is not None and episode_start[0]) else int(state)
        if step >= len(self.actions):
            raise ControllerError("the plan has come to its end", value=step, allowed=f"{len(self.actions)}")
        return self.actions[step : step + 1].copy(), step + 1


@dataclass(frozen=True)
class Played:
    """What a rule did on the run to come: actions (T, m), and what they are worth."""

    name: str
    actions: Float
    worth: Worth


def plan(
    building: Building,
    settings: ForesightParameters | None = None,
    progress: Callable[[float], None] | None = None,
) -> Plan:
    """The best plan found for this very run, from the end of its warm-up.

    Parameters
    ----------
    building
        Of one seed, from `twin.assemble`.
    settings
        How long and for what to search.
    progress
        Called with the share of the planning done, 0-1.

    Returns
    -------
    Never worse, by the objective that it was made for, than the best of the rules it started from. Equal
    buildings and settings give equal plans.

    Raises
    ------
    ControllerError
        A rule that is none, or more buildings than one.
    """
    settings = settings or ForesightParameters()
    if building.count != 1:
        raise ControllerError("foresight plans for one building", value=building.count, allowed="one seed")
    begun = time.perf_counter()
    rules = rules_of(settings)
    run, ahead = Stage.of(building), Stage.of(_longer(building, settings.days_beyond))
    weights = Weights.of(building.scenario.comfort, settings.weight_factor, settings.co2_factor)
    played = [run.judged(rule.name, ahead.actions_of(rule)) for rule in rules]
    best = min(played, key=lambda rule: float(rule.worth.objective(weights)[0]))
    actions = _improved(best, played, ahead, settings, weights, progress or (lambda _share: None))
    found = run.judged("plan", actions)
    if found.worth.objective(weights)[0] >= best.worth.objective(weights)[0]:
        found = best
    notes = _notes(building, settings, played, best, found)
    notes |= {"rollouts": ahead.copies.rollouts, "planning_s": round(time.perf_counter() - begun, 1)}
    return Plan(found.actions[: run.steps], {"foresight": notes})


def rules_of(settings: ForesightParameters) -> list[AgentSpec]:
    """The rules to start from; raises ControllerError, or ScenarioError where there is no such agent."""
    rules = [load_agent(name.strip()) for name in settings.start_from.split(",") if name.strip()]
    wrong = [rule.name for rule in rules if rule.kind in NOT_RULES]
    if wrong or not rules:
        raise ControllerError(
            "foresight starts from rules", key="parameters.start_from",
            value=", ".join(wrong) or settings.start_from, allowed="names of rules, with commas between",
        )  # fmt: skip
    return rules


def _longer(building: Building, days: int) -> Building:
    """The same building with so many days more to come, where there is weather for them."""
    if days == 0:
        return building
    scenario = building.scenario
    try:
        return assemble(scenario.updated(days=scenario.run.days + days), building.seeds)
    except (WeatherError, ScenarioError):
        return building


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

    def actions_of(self, agent: AgentSpec) -> Float:
        """What a rule does here, (T, m)."""
        copies, building = self.copies, self.copies.simulator.building
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


def _improved(
    best: Played,
    played: Sequence[Played],
    stage: Stage,
    settings: ForesightParameters,
    weights: Weights,
    told: Callable[[float], None],
) -> Float:
    """The best rule's actions after the search."""
    building = stage.copies.simulator.building
    steps_h = 3600.0 / building.clock.control_step_s
    crowd, few = Copies(building, settings.candidates), Copies(building, max(2, settings.candidates // 4))
    moves = Moves(stage.copies.task.action, np.stack([rule.actions for rule in played]), steps_h)
    random = generator(building.seeds[0], "foresight")
    search = Search(stage.copies, crowd, few, moves, settings, weights, random)
    actions = search.improve(best.actions, stage.start, steps_h, told)
    stage.copies.rollouts += crowd.rollouts + few.rollouts
    return actions


def _notes(
    building: Building,
    settings: ForesightParameters,
    played: Sequence[Played],
    best: Played,
    found: Played,
) -> dict[str, Any]:
    """What a reader of the manifest should know; objectives are the scenario's own, without the factor."""
    own = Weights.of(building.scenario.comfort)
    value = {rule.name: float(rule.worth.objective(own)[0]) for rule in (*played, found)}
    return {
        "what": "best plan found with perfect knowledge, not a proven bound",
        "objective_currency": value[found.name],
        "objective_of_rules_currency": {rule.name: value[rule.name] for rule in played},
        "started_from": best.name,
        "below_it_percent": round(100.0 * (1.0 - value[found.name] / value[best.name]), 2)
        if value[best.name] > 0.0
        else 0.0,
        "weight_factor": settings.weight_factor,
        "co2_factor": settings.co2_factor,
    }
