"""A supervisor above the local loops: moves each setpoint until the measured temperature fits."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule, fabric_after, lag_of
from twin.scenario.agents import PiParameters
from twin.task import ActionSpec, ObservationSpec


class ProportionalIntegral(Rule):
    """Holds the measured temperature at the edge of the comfort band that costs least.

    Local loops leave an offset (proportional valves, sensors with a bias). The target is the comfort bound
    and a margin; the setpoint is the target plus gain · (error + its integral / integral time). It never
    leaves the side of the comfort bound, nor goes further than `reach_k` beyond the target; the integral
    stops there too (anti-windup by clamping: Åström & Hägglund 2006, Advanced PID Control, ch. 3.5). With
    `fabric_time_h` the target is moved by as much as walls lag behind it, as people feel both.
    """

    def __init__(
        self, parameters: PiParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        self._parameters = parameters
        self._inside = self.setpoints.sign * parameters.margin_k
        self._gain = self.setpoints.sign * parameters.gain

    def initial(self, count: int) -> Memory:
        """Integral part of every setpoint [K] and walls [°C], each (N, L)."""
        shape = count, self.setpoints.sign.size
        return {"integral": np.zeros(shape), "fabric": np.full(shape, np.nan)}

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        own, rule = self.setpoints, self._parameters
        air, bound, hours = own.seen(observation)
        fabric = fabric_after(memory["fabric"], air, self.step_s, rule.fabric_time_h)
        target = np.where(hours <= rule.lookahead_h, own.occupied, bound) + self._inside
        lag = lag_of(fabric, target, own.sign, rule.reach_k) if rule.fabric_time_h > 0.0 else 0.0
        push = self._gain * (target - air) + rule.gain * lag
        integral = self._held(memory["integral"] + push * (self.step_s / rule.integral_time_s))
        setpoints = target + own.sign * self._held(lag + push + integral)
        return self.action_of(setpoints), {"integral": integral, "fabric": fabric}

    def _held(self, move: Float) -> Float:
        """A move of a setpoint [K], from the comfort bound to `reach_k` beyond the target."""
        return np.minimum(np.maximum(move, -self._parameters.margin_k), self._parameters.reach_k)
