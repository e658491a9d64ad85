"""Supply air temperature by trim and respond: a setpoint drifts to where it is cheap until zones object."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Bool, Float, Memory
from twin.scenario.agents import Guideline36Parameters

FAR_K, VERY_FAR_K = 2.0, 3.0  # above the cooling setpoint: two and three requests
LOOP_HIGH, LOOP_LOW = 0.95, 0.85  # one request from here, until there


class SupplyAirReset:
    """Highest supply air temperature from cooling requests; outdoor air picks between it and the least.

    A zone asks thrice when it is 3 K above its cooling setpoint, twice at 2 K, and once while its cooling
    loop is saturated. The controller cannot see that loop: it runs one of its own on the same temperature.
    What the guideline does every two minutes is done as often as fits into a control step, with the requests
    of its beginning; the suppression of requests after a change of setpoint is left out.

    Notes
    -----
    ASHRAE Guideline 36-2021, 5.1.14 (trim and respond), 5.6.8.1 (requests), 5.16.2.2 (supply air).
    """

    def __init__(self, parameters: Guideline36Parameters, step_s: float) -> None:
        self._parameters = parameters
        self._step_s = step_s

    def initial(self, count: int, zones: int) -> Memory:
        """Highest supply temperature [°C] (N, 1), loops' integrals and saturations (N, zones)."""
        highest = np.full((count, 1), self._parameters.supply_maximum_c)
        return {
            "highest": highest,
            "loop": np.zeros((count, zones)),
            "saturated": np.zeros((count, zones)),
        }

    def after(self, memory: Memory, hot: Float, runs: Bool) -> Memory:
        """Memory after a step with zones `hot` above their cooling setpoints [K] (N, zones).

        Where the air handler does not run in occupied mode (`runs`, (N, 1)) all starts afresh.
        """
        rule = self._parameters
        integral, loop = self._loop(memory["loop"], hot)
        saturated = (loop > LOOP_HIGH) | ((memory["saturated"] > 0.5) & (loop >= LOOP_LOW))
        asked = requests(hot, saturated).sum(axis=1, keepdims=True)
        respond = np.minimum(
            np.maximum(asked - rule.ignored_requests, 0.0) * rule.respond_k, rule.respond_maximum_k
        )
        moved = memory["highest"] + (rule.trim_k - respond) * (self._step_s / rule.trim_step_s)
        highest = np.minimum(np.maximum(moved, rule.supply_minimum_c), rule.supply_maximum_c)
        return {
            "highest": np.where(runs, highest, rule.supply_maximum_c),
            "loop": np.where(runs, integral, 0.0),
            "saturated": np.where(runs, saturated, 0.0),
        }

    def setpoint(self, memory: Memory, outdoor: Float) -> Float:
        """Supply air setpoint [°C]: the highest in cold weather, the least in hot, (N, 1)."""
        rule = self._parameters
        span = max(rule.outdoor_maximum_c - rule.outdoor_minimum_c, 0.1)
        warm = np.minimum(np.maximum((outdoor - rule.outdoor_minimum_c) / span, 0.0), 1.0)
        return memory["highest"] + warm * (rule.supply_minimum_c - memory["highest"])

    def _loop(self, integral: Float, hot: Float) -> tuple[Float, Float]:
        """Integral and output of zones' cooling loops as the controller pictures them, 0-1."""
        rule = self._parameters
        push = rule.loop_gain_per_k * hot
        integral = np.minimum(np.maximum(integral + push * (self._step_s / rule.loop_integral_s), 0.0), 1.0)
        return integral, np.minimum(np.maximum(push + integral, 0.0), 1.0)


def requests(hot: Float, saturated: Bool) -> Float:
    """Cooling requests of zones `hot` above their cooling setpoints [K], same shape."""
    few = np.where(saturated, 1.0, 0.0)
    return np.where(hot > VERY_FAR_K, 3.0, np.where(hot > FAR_K, 2.0, few))
