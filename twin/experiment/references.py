"""What stands beside the controllers of every comparison: chance, a constant, and the best plan found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twin.building.assembly import Building
from twin.experiment.foresight_plant import COMMANDS
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent
from twin.task import Task

Parameter = float | int | bool | str | None
KINDS = ("random", "constant", "foresight")  # also the names of the agents
PLANNED_DAYS = 140  # of all seeds together, beyond which nothing is planned unasked
ROUND_DAYS = 448  # rounds per window times days to plan, between FEWEST and MOST rounds
FEWEST, MOST = 8, 24
QUICK: dict[str, Parameter] = {"generations": 2, "sweeps": 1}  # and these rounds, half as many exact ones
_QUICKLY = "Here with the quick search of a reference; named among the agents it searches longer."


@dataclass(frozen=True)
class References:
    """Controllers that nobody named, and why one is missing.

    Attributes
    ----------
    agents
        In the order in which they are shown.
    missing
        Name: one line for a person, of those that are left out although nobody named them.
    """

    agents: tuple[AgentSpec, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)


def references(named: Sequence[AgentSpec], building: Building, seeds: int) -> References:
    """What is added to the named controllers.

    Parameters
    ----------
    named
        Controllers that were asked for; a kind that is among them is not added again.
    building
        Of the scenario.
    seeds
        How many there will be.

    Notes
    -----
    How hard `foresight` searches as a reference follows from the days to plan alone, so that equal inputs
    give equal plans on every machine; beyond PLANNED_DAYS it is left out.
    """
    kinds, names = {spec.kind for spec in named}, {spec.name for spec in named}
    chosen = [load_agent(kind) for kind in KINDS if kind not in kinds and kind not in names]
    others = [spec for spec in chosen if spec.kind != "foresight"]
    days = building.clock.days * seeds
    planned = [quick(spec, days) for spec in chosen if spec.kind == "foresight"]
    why = _not_planned(building, days)
    if planned and why:
        return References(tuple(others), {planned[0].name: why})
    return References((*others, *planned))


def quick(spec: AgentSpec, days: int) -> AgentSpec:
    """`foresight` with the short search that it has as a reference, where so many days are to be planned."""
    rounds = min(MOST, max(FEWEST, ROUND_DAYS // days))
    changed = {
        "parameters": spec.parameters | QUICK | {"rounds": rounds, "exact_rounds": rounds // 2},
        "title": f"{spec.title}, by a quick search",
        "description": f"{spec.description.strip()} {_QUICKLY}",
    }
    return spec.model_copy(update=changed)


def _not_planned(building: Building, days: int) -> str:
    """Why `foresight` is left out, empty where it is not."""
    if not Task(building, also=COMMANDS).action.points:
        return "foresight is not shown: there is nothing to set in this building"
    if building.scenario.people.kind == "none":
        return "foresight is not shown: nobody is there, the best plan is to switch everything off"
    if days > PLANNED_DAYS:
        return (
            f"foresight is not shown: it would have to plan {days} days, unasked it plans {PLANNED_DAYS}; "
            "name it among the agents to have it"
        )
    return ""
