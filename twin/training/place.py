"""Learners with a scenario at hand: what differs there, and errors that show only then but are of a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher

from twin.basics.errors import ScenarioError, TwinError
from twin.basics.points import QUANTITIES
from twin.building.assembly import assemble
from twin.control.build import commands, lead
from twin.levers import levels
from twin.outlook import Outlook
from twin.scenario.catalog import available, load_agent
from twin.scenario.learners import Learner
from twin.scenario.learning import MOVED
from twin.scenario.schema import Scenario

_SETTING_MORE = ("guideline36", "heat_curve")  # shipped rules that set more than zones' setpoints
_ALIKE = 0.75  # of two spellings, 0 to 1: from there on a name is taken for a slip of another


@contextmanager
def telling_where(learner: Learner) -> Iterator[None]:
    """Errors about keys of this learner name its file and line."""
    try:
        yield
    except TwinError as error:
        learner.locate(error)
        raise


def for_scenario(learner: Learner, name: str) -> Learner:
    """The learner with what differs for one scenario.

    What its file says of other scenarios means nothing here, whatever they are called. But a name that is
    almost this scenario's is a slip, where no catalogue has it and this scenario has no section of its own.

    Raises
    ------
    ScenarioError
        A misspelt name under `scenarios`, or changes that do not go together.
    """
    own = name in learner.scenarios
    for other in () if own else set(learner.scenarios) - set(available("scenarios")):
        if SequenceMatcher(None, other.lower(), name.lower()).ratio() >= _ALIKE:
            with telling_where(learner):
                raise ScenarioError(
                    f"this says nothing about {name}",
                    key=f"scenarios.{other}",
                    value=other,
                    allowed="names of scenarios",
                    suggestion=name,
                )
    return learner.for_scenario(name)


def check_effects(scenario: Scenario, learner: Learner) -> None:
    """Raise ScenarioError for an action that could change nothing here, whatever it is.

    It is a distance from what the rule that leads (`task.rule`) leaves to the plant at any hour.
    """
    task = learner.task
    if not task.rule:
        return
    outlook = Outlook(assemble(scenario.updated(days=1), [0]), task, lead(task))
    idle = {name.rpartition(".")[2] for name in outlook.without_effect}
    if not idle:
        return
    there = {point.quantity for point in outlook.task.action.points}
    wanted = [quantity for quantity in levels(task) if quantity in there]
    moot = [quantity for quantity in wanted if quantity in MOVED and MOVED[quantity][0] in idle]
    listed, first = moot[0] in task.quantities, moot[0]
    key = f"task.quantities[{task.quantities.index(first)}]" if listed else "task.rule"
    with telling_where(learner):
        raise ScenarioError(
            f"an action of this task would change nothing in {scenario.name}: the rule {task.rule} never sets"
            f" {first}, and a distance from nothing is nothing",
            key=key,
            value=first if listed else task.rule,
            allowed=_ways_out(first, [quantity for quantity in wanted if quantity not in moot]),
        )


def _ways_out(moot: str, others: list[str]) -> str:
    """What makes an action act that has nothing to move, in words."""
    row = QUANTITIES[moot]
    rules = [rule for rule in _SETTING_MORE if moot in commands(load_agent(rule))]
    ways = [
        f"ranges: {{{moot}: [{row.lower:g}, {row.upper:g}]}}, which sets it absolutely",
        f"moves_from: {{{moot}: {0.5 * (row.lower + row.upper):g}}}, from where a move counts",
    ]
    if rules:
        ways.append(f"rule: {' or '.join(rules)}, which set it" if rules[1:] else f"rule: {rules[0]}")
    return "; ".join([*ways, f"quantities: [{', '.join(others)}]"])
