"""Night setback with optimum start: begin just early enough to be warm (or cool) when people come."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule, fabric_after, lag_of
from twin.control.optimum_start import OptimumStart
from twin.scenario.agents import SetbackParameters
from twin.task import ActionSpec, ObservationSpec


class Setback(Rule):
    """Occupied setpoints while occupied hours last, setback setpoints otherwise, and a start in between.

    Each zone starts by itself, when the time that OptimumStart says it needs is left. With `fabric_time_h`,
    temperatures are what people feel: the mean of the air and of walls that lag behind it, for which
    setpoints are moved.
    """

    def __init__(
        self, parameters: SetbackParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        self._parameters = parameters
        self._outdoor = observation.names.index("site.outdoor_temperature")
        own = self.setpoints
        wanted = own.given(parameters.heating_setpoint_c, parameters.cooling_setpoint_c)
        self._inside = own.sign * parameters.margin_k
        self._target = np.where(np.isnan(wanted), own.occupied + self._inside, wanted)
        self._rest_at(own.given(parameters.heating_setback_c, parameters.cooling_setback_c))
        self._start = OptimumStart(parameters, own, step_s)

    def _rest_at(self, rest: Float) -> None:
        """Setpoints while nobody needs the zone [°C] (L,); NaN: the comfort bound of the moment."""
        self._rest = rest
        self._rest_is_bound = np.isnan(rest)
        self._rest_is_given = not self._rest_is_bound.all()

    def initial(self, count: int) -> Memory:
        """Rates [K/h], starts under way (0/1), last temperatures and walls [°C], each (N, L)."""
        shape = count, self.setpoints.sign.size
        return {
            "rate": self._start.first(count),
            "started": np.zeros(shape),
            "last": np.full(shape, np.nan),
            "fabric": np.full(shape, np.nan),
        }

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        air, bound, hours = self.setpoints.seen(observation)
        fabric = fabric_after(memory["fabric"], air, self.step_s, self._parameters.fabric_time_h)
        temperature = 0.5 * (air + fabric)
        rate, started = memory["rate"], memory["started"] > 0.5
        open_now = hours <= 0.0
        if np.count_nonzero(started | ((hours <= self._start.longest) & ~open_now)):
            missing = self.setpoints.sign * (self._target - temperature)
            pace = self._start.pace(observation[:, self._outdoor, None])
            teaches = started & (missing > 0.0)  # a start that is missing nothing any more shows nothing
            rate = self._start.learned(rate, teaches, temperature, memory["last"], pace)
            needed = self._start.needed(missing, rate, pace)
            started = (started | (hours <= needed)) & ~open_now
        setpoints, on = self._resting(bound), started | open_now
        if np.count_nonzero(on):
            setpoints = np.where(on, self._target + self._boost(fabric), setpoints)
        now = {"rate": rate, "started": started.astype(np.float64), "last": temperature, "fabric": fabric}
        return self.action_of(setpoints), now

    def _resting(self, bound: Float) -> Float:
        """Setpoints of the time that nobody needs the zone [°C], (N, L)."""
        inside = bound + self._inside
        return np.where(self._rest_is_bound, inside, self._rest) if self._rest_is_given else inside

    def _boost(self, fabric: Float) -> Float:
        """How far setpoints are moved for walls that lag behind [K], (N, L)."""
        if self._parameters.fabric_time_h <= 0.0:
            return np.zeros_like(fabric)
        sign = self.setpoints.sign
        return sign * lag_of(fabric, self._target, sign, self._parameters.boost_k)
