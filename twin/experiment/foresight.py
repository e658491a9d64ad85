"""The best plan found with perfect knowledge: of weather, people, prices and the plant itself.

No controller could know all this; `foresight` shows what is left to gain. It plays rules on the very run that
is to come, guesses plans of a simple shape, takes the best one's actions, and improves them on forks of the
plant. It is the best plan found, not a proven bound: a controller that does better may exist.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError
from twin.basics.streams import generator
from twin.building.assembly import Building
from twin.experiment.foresight_guesses import guess
from twin.experiment.foresight_moves import Moves
from twin.experiment.foresight_plant import Weights
from twin.experiment.foresight_search import Search
from twin.experiment.foresight_stage import Played, Stage, stages
from twin.physics.layout import Float
from twin.scenario.agents import NOT_RULES, AgentSpec, ForesightParameters
from twin.scenario.catalog import load_agent


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
    run, exact, coarse = stages(building, settings)
    weights = Weights.of(building.scenario.comfort, settings.weight_factor, settings.co2_factor)
    played = [run.judged(rule.name, exact.actions_of(rule)) for rule in rules]
    best = min(played, key=lambda rule: float(rule.worth.objective(weights)[0]))
    told = Share(progress, *_efforts(settings, exact, coarse))
    actions = _improved(
        [best, *(rule for rule in played if rule is not best)], exact, coarse, settings, weights, told
    )
    found = run.judged("plan", actions)
    if found.worth.objective(weights)[0] >= best.worth.objective(weights)[0]:
        found = best
    notes = _notes(building, settings, played, best, found)
    rollouts = sum(stage.copies.rollouts for stage in {id(s): s for s in (exact, coarse)}.values())
    notes |= {"rollouts": rollouts, "planning_s": round(time.perf_counter() - begun, 1)}
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


class Share:
    """Tells how far several things together are, the first of them first.

    Parameters
    ----------
    progress
        Called with the share of all, 0-1.
    efforts
        What each takes, in any unit.
    """

    def __init__(self, progress: Callable[[float], None] | None, *efforts: float) -> None:
        self._progress, self._efforts, self._ended = progress, efforts, 0

    def __call__(self, share: float) -> None:
        """So much of the present thing is done; 1 ends it."""
        if self._progress is not None:
            done = sum(self._efforts[: self._ended]) + share * self._efforts[self._ended]
            self._progress(min(1.0, done / sum(self._efforts)))
        self._ended += share >= 1.0


def _efforts(settings: ForesightParameters, exact: Stage, coarse: Stage) -> list[float]:
    """Roughly what guesses, sweeps in coarse ticks and the last sweep take, where there are any."""
    often = 1.25 * (settings.window_h + settings.tail_h) / settings.commit_h
    finer = math.sqrt(
        coarse.tick_s / exact.tick_s
    )  # times as long for the same hours: more ticks, quicker ones
    efforts = (
        settings.generations,
        often * settings.sweeps * settings.rounds,
        often * finer * settings.exact_rounds,
    )
    return [float(effort) for effort in efforts if effort]


def _improved(
    played: Sequence[Played],
    exact: Stage,
    coarse: Stage,
    settings: ForesightParameters,
    weights: Weights,
    told: Share,
) -> Float:
    """What becomes of the first of these actions: guesses, sweeps in coarse ticks, one in exact ones."""
    building = exact.copies.simulator.building
    random = generator(building.seeds[0], "foresight")
    actions, others = played[0].actions, [rule.actions for rule in played]
    if settings.generations:
        guessed = guess(coarse, others, settings, weights, random, told)
        actions, others = guessed[0], [*others, *guessed]
    moves = Moves(exact.copies.task.action, np.stack(others), exact.steps_h)
    for stage, sweeps, rounds in (
        (coarse, range(settings.sweeps), settings.rounds),
        (exact, range(settings.sweeps, settings.sweeps + 1), settings.exact_rounds),
    ):
        if rounds:
            search = Search(stage, moves, settings, weights, random)
            actions = search.improve(actions, sweeps, rounds, told)
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
