"""Held-out episodes: policies and rules played on the same weeks and seeds, with their indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin import kpi
from twin.basics.errors import ControllerError
from twin.control.build import build, commands, sight
from twin.envs.batch import Batch
from twin.envs.options import moved
from twin.scenario.agents import AgentSpec
from twin.scenario.first_days import Use, days_of, starts
from twin.scenario.learners import Learner
from twin.scenario.schema import Scenario
from twin.task import Task

Float = NDArray[np.float64]
Act = Callable[[Any, Any, Any], tuple[Any, Any]]
Values = dict[str, float]
OBJECTIVE = "objective"
INDICATORS = ("cost_tot", "ener_tot", "tdis_occ", "idis_occ", OBJECTIVE)  # means over the episodes
REWARD = "reward_per_day"
WORSE = 10.0  # what a share of the baseline's discomfort more is worth in shares of its cost


class HeldOut:
    """Episodes that training does not see.

    Parameters
    ----------
    scenario
        What is played; its own tick, and the learner's control step.
    learner
        Of this scenario; says on which task, weeks and seeds.
    use
        "evaluation" or "tuning".

    Attributes
    ----------
    episodes
        First day and seed of each.
    """

    def __init__(self, scenario: Scenario, learner: Learner, use: Use = "evaluation") -> None:
        days = days_of(learner, use)
        step_s = learner.training.control_step_s or scenario.run.control_step_s
        played = scenario.updated(days=days, control_step_s=step_s)
        given = learner.tuning if use == "tuning" else learner.evaluate
        firsts = starts(learner, use, scenario)
        self.days, self._seeds = days, np.array(given.seeds, dtype=np.int64)
        self._batches = [
            Batch(moved(played, {"start": first}), learner.task, len(self._seeds), 0) for first in firsts
        ]
        self.episodes = [
            (batch.scenario.run.start.isoformat(), int(s)) for batch in self._batches for s in self._seeds
        ]
        self._rows = np.split(np.arange(len(self.episodes)), len(self._batches))

    def play(self, act: Act) -> Values:
        """Indicators of a policy: `predict` of observations (N, n), its state, and where episodes begin."""
        self._begin()
        state: Any = None
        first = np.ones(len(self.episodes), dtype=np.bool_)
        total = np.zeros(len(self.episodes))
        seen = np.concatenate([batch.observe() for batch in self._batches])
        while not self._batches[0].over().any():
            action, state = act(seen, state, first)
            for batch, rows in zip(self._batches, self._rows, strict=True):
                batch.step(np.asarray(action)[rows])
                seen[rows] = batch.observe()
                total[rows] += batch.worth(batch.terms(), seen[rows])
            first[:] = False
        return self._values(total)

    def play_rule(self, agent: AgentSpec) -> Values:
        """Indicators of a rule on the same episodes; raises ControllerError for what is none."""
        check_rule(agent)
        self._begin()
        total = np.zeros(len(self.episodes))
        for batch, rows in zip(self._batches, self._rows, strict=True):
            total[rows] = _rule(batch, agent)
        return self._values(total)

    def _begin(self) -> None:
        for batch in self._batches:
            batch.put(np.arange(batch.count, dtype=np.int64), self._seeds)

    def _values(self, total: Float) -> Values:
        """Means over the episodes; what an indicator has no value for is left out."""
        found = [k.values for batch in self._batches for k in kpi.evaluate(batch.simulator)]
        out = {REWARD: float(total.mean()) / self.days}
        for name in INDICATORS:
            known = [v for v in (values.get(name) for values in found) if v is not None]
            if known:
                out[name] = float(np.mean(known))
        return out

    @property
    def units(self) -> dict[str, str]:
        """Unit of every value."""
        currency = self._batches[0].scenario.tariff.currency
        own = {row.name: row.unit.format(currency=currency) for row in kpi.INDICATORS}
        money = self._batches[0].spec.reward in ("currency", "productivity")
        return {REWARD: f"{currency}/day" if money else "1/day", **{name: own[name] for name in INDICATORS}}


def check_rule(agent: AgentSpec) -> None:
    """Raise ControllerError for an agent that cannot be played beside training."""
    if sight(agent) is not None or agent.kind == "foresight":
        raise ControllerError(
            "only rules are played beside training",
            key="evaluate.rules",
            value=agent.name,
            allowed="agents that see the plain task, as setback",
        )


def _rule(batch: Batch, agent: AgentSpec) -> Float:
    """Sum of rewards (N,) of an episode under a rule, which acts in engineering units."""
    task = Task(batch.building, also=commands(agent))
    rule = build(
        agent, task.observation, task.action, batch.building.clock.control_step_s, batch.seeds.tolist()
    )
    state: Any = None
    first, total = np.ones(batch.count, dtype=np.bool_), np.zeros(batch.count)
    simulator, ticks = batch.simulator, batch.building.clock.ticks_per_step
    while not batch.over().any():
        before = batch.outlook.tally(simulator)
        action, state = rule.predict(task.observe(simulator), state, first)
        simulator.advance(task.command(action), ticks)
        total += batch.worth(batch.outlook.terms(simulator, before), batch.observe())
        first[:] = False
    return total


def score(values: Values, baseline: Values, objective: str, steps: float) -> float:
    """What the best policy has most of: reward, steps, or minus cost at no less comfort than the rule's."""
    if objective == "last":
        return float(steps)
    if objective == "reward":
        return values[REWARD]
    worse = 0.0
    for name in ("tdis_occ", "idis_occ"):
        if name in values:
            worse += max(0.0, values[name] - baseline[name]) / max(baseline[name], 1e-3)
    return -values["cost_tot"] / max(baseline["cost_tot"], 1e-9) - WORSE * worse


def table(rows: Sequence[tuple[str, Values]], units: dict[str, str]) -> tuple[list[str], list[list[str]]]:
    """Header and cells of a table of indicators, one line per indicator, one column per controller."""
    names = [name for name in units if any(name in values for _, values in rows)]
    cells = [
        [LABELS[name], _spelled(units[name]), *(_cell(values.get(name)) for _, values in rows)]
        for name in names
    ]
    return ["", "unit", *(label for label, _ in rows)], cells


LABELS = {
    REWARD: "Reward per day",
    "cost_tot": "Cost of energy",
    "ener_tot": "Energy for heating, cooling and air",
    "tdis_occ": "Too warm or too cold for people",
    "idis_occ": "Stale air for people",
    OBJECTIVE: "Cost and discomfort together",
}


def _spelled(unit: str) -> str:
    return unit.replace("m2", "m²").replace(".h/", "·h/").replace("/person", " per person")


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
