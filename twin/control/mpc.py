"""Model-predictive control: plan a day on an identified model, do the first step, look again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.control.controller import Bool, Float, Memory, idle
from twin.control.mpc_air import QUANTITIES
from twin.control.mpc_expected import ahead
from twin.control.mpc_memory import fresh, look
from twin.control.mpc_model import Model
from twin.control.mpc_plan import Planner
from twin.control.mpc_sent import keep, send
from twin.control.mpc_setup import setup
from twin.levers import LEVELS
from twin.scenario.agents import MpcParameters
from twin.scenario.learning import TaskSpec
from twin.task import ActionSpec, ObservationSpec

SIGHT = TaskSpec(
    quantities=tuple(dict.fromkeys((*LEVELS["supervisory"], *QUANTITIES))),
    normalise=False,
    forecast=(
        "outdoor_temperature", "global_horizontal_irradiance", "electricity_price", "occupants",
        "comfort_lower", "comfort_upper",
    ),
    forecast_h=tuple(float(h) for h in range(1, 25)),
    forecast_error="medium",
)  # fmt: skip


class Mpc:
    """Setpoints of zones, supply water and ventilation from a daily plan, made anew at every control step.

    Parameters
    ----------
    parameters
        From the agent's file.
    observation, action
        Of a task with `SIGHT`, in engineering units.
    step_s
        Control step [s].
    model
        Identified from telemetry (twin.estimation); one for all buildings of a batch.

    Attributes
    ----------
    planner
        Counts solves and failures, and their wall time.

    Raises
    ------
    ControllerError
        A model of other zones, or observations that are missing.
    MissingExtraError
        highspy is not installed.
    """

    def __init__(
        self,
        parameters: MpcParameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
        model: Model,
    ) -> None:
        self.observation, self.action, self.step_s = observation, action, step_s
        self._setup = setup(parameters, observation, action, model)
        self.model = self._setup.model
        self.planner = Planner(self.model)
        self._idle = idle(action)
        self._per_hour = max(1, round(3600.0 / step_s))

    @property
    def solves(self) -> int:
        """Programmes solved so far."""
        return self.planner.solves

    @property
    def failures(self) -> int:
        """Programmes that HiGHS could not solve; that step kept to the comfort bounds."""
        return self.planner.failures

    def timing(self) -> dict[str, float]:
        """Mean and longest wall time of a solve [s], solves and failures."""
        plan = self.planner
        return {
            "mean_s": plan.solve_s / max(1, plan.solves),
            "max_s": plan.longest_s,
            "solves": float(plan.solves),
            "failures": float(plan.failures),
        }

    def reset(self, seeds: Sequence[int]) -> None:
        """See Controller.reset; a plan draws nothing."""

    def initial(self, count: int) -> Memory:
        """Memory of `count` buildings, see twin.control.mpc_memory."""
        return fresh(count, len(self.model.zones), self._per_hour)

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,  # noqa: ARG002 - a plan does not explore
    ) -> tuple[Float, Memory]:
        """See Controller.predict; raises ValueError where the observation has the wrong width."""
        if observation.ndim != 2 or observation.shape[1] != len(self.observation.names):
            expected = len(self.observation.names)
            raise ValueError(f"observation of shape {observation.shape}, expected (N, {expected})")
        begun = self.initial(len(observation))
        memory = begun if state is None else {key: value.copy() for key, value in state.items()}
        if state is not None and episode_start is not None:
            for key in memory:
                memory[key][episode_start] = begun[key][episode_start]
        action = np.empty((len(observation), len(self.action.points)))
        for n, row in enumerate(observation):
            action[n] = self._decide(row, {key: value[n] for key, value in memory.items()})
        return action, memory

    def _decide(self, row: Float, memory: Memory) -> Float:
        """Action of one building (m,); `memory` holds views, which are moved on in place."""
        look(self._setup, row, memory, self.step_s / 3600.0)
        coming = ahead(self._setup, row, memory)
        plan = self.planner.solve(coming)
        action = self._idle.copy()
        if plan is None:
            return keep(self._setup, row, action, memory)
        send(self._setup, row, action, plan, coming, memory)
        memory["expected"][:] = plan.air[0]
        return action
