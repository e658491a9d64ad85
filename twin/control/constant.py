"""Holds one heating and one cooling setpoint, whatever happens."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule, idle
from twin.scenario.agents import ConstantParameters
from twin.task import ActionSpec, ObservationSpec


class Constant(Rule):
    """The same setpoints day and night, in every zone."""

    def __init__(
        self, parameters: ConstantParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        own = self.setpoints
        self._row = idle(action)
        wanted = own.given(parameters.heating_setpoint_c, parameters.cooling_setpoint_c)
        inside = own.occupied + own.sign * parameters.margin_k
        self._row[own.action] = np.where(np.isnan(wanted), inside, wanted)

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        return np.repeat(self._row[None, :], len(observation), axis=0), memory
