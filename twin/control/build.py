"""From an agent's file to a controller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from twin.basics.errors import ControllerError, nearest
from twin.control.constant import Constant
from twin.control.controller import Controller, Rule
from twin.control.follow import Follow
from twin.control.guideline36 import COMMANDS as AIR_COMMANDS
from twin.control.guideline36 import Guideline36
from twin.control.heat_curve import COMMANDS as WATER_COMMANDS
from twin.control.heat_curve import HeatCurve
from twin.control.learned import Learned
from twin.control.own import Own, commands_of
from twin.control.pi import ProportionalIntegral
from twin.control.random import RandomSetpoints
from twin.control.setback import Setback
from twin.control.thermostat import Thermostat
from twin.leader import Lead
from twin.levers import beyond_setpoints
from twin.scenario.agents import PARAMETERS, AgentSpec
from twin.scenario.catalog import load_agent
from twin.scenario.learning import TaskSpec
from twin.scenario.policy_file import read_about
from twin.task import ActionSpec, ObservationSpec

if TYPE_CHECKING:
    from twin.control.mpc_model import Model

KINDS = tuple(PARAMETERS)
LEADING = ("constant", "thermostat", "setback", "pi", "follow", "guideline36", "heat_curve")


def commands(agent: AgentSpec) -> tuple[str, ...]:
    """Quantities beyond zones' setpoints that a controller sets where a building offers them.

    Raises
    ------
    ControllerError
        A class of one's own that cannot be loaded.
    """
    match agent.kind:
        case "guideline36":
            return AIR_COMMANDS
        case "heat_curve":
            return WATER_COMMANDS
        case "python":
            return commands_of(agent.settings)
        case "foresight":
            return tuple(dict.fromkeys((*beyond_setpoints(TaskSpec(action="supervisory")), *AIR_COMMANDS)))
    return ()


def sight(agent: AgentSpec) -> tuple[TaskSpec, bool] | None:
    """What a controller sees and sets beyond the plain task, and whether it acts in [-1, 1] as learners do.

    None: the plain task, as all rules.

    Raises
    ------
    ControllerError
        A policy file that cannot be read.
    """
    if agent.kind == "policy":
        return read_about(agent.settings.file).task, True
    if agent.kind == "mpc":
        from twin.control.mpc import SIGHT

        return SIGHT, False
    return None


def lead(spec: TaskSpec) -> Lead | None:
    """The rule that leads a learner, as it sets things in runs of its own; None where none leads.

    Raises
    ------
    ScenarioError, ControllerError
        There is no such agent, or it is none that can lead.
    """
    if not spec.rule:
        return None
    agent = load_agent(spec.rule)
    if agent.kind not in LEADING:
        raise ControllerError(
            "this agent cannot lead a learner",
            key="task.rule",
            value=spec.rule,
            allowed="an agent of kind " + ", ".join(LEADING),
        )

    def rule(observation: ObservationSpec, action: ActionSpec, step_s: float) -> Rule:
        return cast("Rule", build(agent, observation, action, step_s, [0]))

    return Lead(commands(agent), rule)


def build(
    agent: AgentSpec,
    observation: ObservationSpec,
    action: ActionSpec,
    step_s: float,
    seeds: Sequence[int],
    model: Model | None = None,
) -> Controller:
    """The controller that an agent's file describes.

    Parameters
    ----------
    agent
        Kind and parameters.
    observation, action
        What the task shows and takes.
    step_s
        Control step [s].
    seeds
        Episode seed of every building of the batch.
    model
        What `mpc` plans with, from twin.estimation.

    Raises
    ------
    ControllerError
        Unknown kind, or a parameter that this kind does not take; names the nearest.
    """
    _check(agent)
    own = agent.settings
    match agent.kind:
        case "constant":
            return Constant(own, observation, action, step_s)
        case "thermostat":
            return Thermostat(own, observation, action, step_s)
        case "setback":
            return Setback(own, observation, action, step_s)
        case "pi":
            return ProportionalIntegral(own, observation, action, step_s)
        case "random":
            return RandomSetpoints(own, observation, action, step_s, seeds)
        case "follow":
            return Follow(own, observation, action, step_s)
        case "guideline36":
            return Guideline36(own, observation, action, step_s)
        case "heat_curve":
            return HeatCurve(own, observation, action, step_s)
        case "python":
            return Own(own, observation, action, step_s, seeds)
        case "policy":
            return Learned(own, observation, action, step_s)
        case "mpc" if model is not None:
            from twin.control.mpc import Mpc

            return Mpc(own, observation, action, step_s, model)
    raise ControllerError(
        f"{agent.kind} is made for one run: from a plant to plan on, or a model identified from telemetry",
        key="kind",
        value=agent.kind,
        allowed="twin run, twin compare",
    )


def _check(agent: AgentSpec) -> None:
    """A spec made in Python (model_construct, copies) may have escaped the file's own checks."""
    if agent.kind not in KINDS:
        raise ControllerError(
            "unknown kind of controller",
            key="kind",
            value=agent.kind,
            allowed=", ".join(KINDS),
            suggestion=nearest(str(agent.kind), KINDS),
        )
    fields = PARAMETERS[agent.kind].model_fields
    for name in agent.parameters:
        if name not in fields:
            raise ControllerError(
                f"a {agent.kind} controller takes no such parameter",
                key=f"parameters.{name}",
                value=agent.parameters[name],
                allowed=", ".join(fields),
                suggestion=nearest(name, fields),
            )
