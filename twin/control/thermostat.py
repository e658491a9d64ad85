"""A two-point thermostat: on at one temperature, off a deadband later, inside the hour's comfort bounds."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule
from twin.scenario.agents import ThermostatParameters
from twin.task import ActionSpec, ObservationSpec


class Thermostat(Rule):
    """Calls for heat below `lower + margin` until the zone is a deadband warmer; cooling mirrored.

    While it calls, the setpoint is where the call ends. Otherwise it rests on the comfort bound, so that the
    local loop still protects the zone between two control steps.
    """

    def __init__(
        self,
        parameters: ThermostatParameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
    ) -> None:
        super().__init__(observation, action, step_s)
        self._inside = self.setpoints.sign * parameters.margin_k
        self._deadband = parameters.deadband_k
        self._until = self.setpoints.sign * parameters.deadband_k

    def initial(self, count: int) -> Memory:
        """Nothing calls: 1 where a zone calls for heat or cold, (N, L)."""
        return {"calls": np.zeros((count, self.setpoints.sign.size))}

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        temperature, bound, _ = self.setpoints.seen(observation)
        switch_on = bound + self._inside
        missing = self.setpoints.sign * (switch_on - temperature)
        goes_on = (memory["calls"] > 0.5) & (missing + self._deadband > 0.0)
        calls = (missing > 0.0) | goes_on
        setpoints = np.where(calls, switch_on + self._until, bound)
        return self.action_of(setpoints), {"calls": calls.astype(np.float64)}
