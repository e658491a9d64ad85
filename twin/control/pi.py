"""A supervisor above the local loops: moves each setpoint until the measured temperature fits."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule
from twin.scenario.agents import PiParameters
from twin.task import ActionSpec, ObservationSpec


class ProportionalIntegral(Rule):
    """Holds the measured temperature at the edge of the comfort band that costs least.

    Local loops leave an offset (proportional valves, sensors with a bias). The target is the comfort bound
    and a margin; the setpoint is the target plus gain · (error + its integral / integral time). It never
    leaves the side of the comfort bound, nor goes further than `reach_k` beyond the target; the integral
    stops there too (anti-windup by clamping: Åström & Hägglund 2006, Advanced PID Control, ch. 3.5).
    """

    def __init__(
        self, parameters: PiParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        self._parameters = parameters
        self._inside = self.setpoints.sign * parameters.margin_k

    def initial(self, count: int) -> Memory:
        """Integral part of every setpoint [K], (N, L)."""
        return {"integral": np.zeros((count, self.setpoints.sign.size))}

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        own, rule, action = self.setpoints, self._parameters, self.defaults(len(observation))
        soon = observation[:, own.hours] <= rule.lookahead_h
        target = np.where(soon, own.occupied, observation[:, own.bound]) + self._inside
        push = rule.gain * own.sign * (target - observation[:, own.temperature])
        integral = self._held(memory["integral"] + push * (self.step_s / rule.integral_time_s))
        action[:, own.action] = target + own.sign * self._held(push + integral)
        return action, {"integral": integral}

    def _held(self, move: Float) -> Float:
        """A move of a setpoint [K], from the comfort bound to `reach_k` beyond the target."""
        return np.minimum(np.maximum(move, -self._parameters.margin_k), self._parameters.reach_k)
