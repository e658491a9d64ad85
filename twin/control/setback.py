"""Night setback with optimum start: begin just early enough to be warm (or cool) when people come."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule, fabric_after, lag_of
from twin.scenario.agents import SetbackParameters
from twin.task import ActionSpec, ObservationSpec

_RATES_K_H = (0.1, 10.0)
_WEATHER_FACTORS = (0.3, 1.5)
_REFERENCE_C = (10.0, 25.0)  # outdoors, heating and cooling


class Setback(Rule):
    """Occupied setpoints while occupied hours last, setback setpoints otherwise, and a start in between.

    The time needed is what is missing divided by the zone's own rate, which is learned: after every step of a
    start the rate moves a share of the way to what was seen. The colder it is outdoors the slower a zone
    warms, so that rates are kept as they would be at a reference temperature. With `fabric_time_h`,
    temperatures are what people feel: the mean of the air and of walls that lag behind it, for which
    setpoints are moved.

    Notes
    -----
    Recursive rate estimation after Seem, Armstrong & Hancock (1989), "Algorithms for predicting recovery time
    from night setback", ASHRAE Transactions 95(2); here one rate per zone and a linear weather factor.
    """

    def __init__(
        self, parameters: SetbackParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        self._parameters = parameters
        self._outdoor = observation.names.index("site.outdoor_temperature")
        own = self.setpoints
        self._reference = own.choose(*_REFERENCE_C)
        wanted = own.given(parameters.heating_setpoint_c, parameters.cooling_setpoint_c)
        self._inside = own.sign * parameters.margin_k
        self._target = np.where(np.isnan(wanted), own.occupied + self._inside, wanted)
        self._rest = own.given(parameters.heating_setback_c, parameters.cooling_setback_c)
        self._rest_is_bound = np.isnan(self._rest)
        self._rest_is_given = not self._rest_is_bound.all()
        self._slope = own.sign * parameters.weather_slope_per_k
        self._longest = parameters.maximum_start_h if parameters.optimum_start else 0.0

    def initial(self, count: int) -> Memory:
        """Rates [K/h], starts under way (0/1), last temperatures and walls [°C], each (N, L)."""
        first = self.setpoints.choose(self._parameters.heating_rate_k_h, self._parameters.cooling_rate_k_h)
        return {
            "rate": np.repeat(first[None, :], count, axis=0),
            "started": np.zeros((count, first.size)),
            "last": np.full((count, first.size), np.nan),
            "fabric": np.full((count, first.size), np.nan),
        }

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        air, bound, hours = self.setpoints.seen(observation)
        fabric = fabric_after(memory["fabric"], air, self.step_s, self._parameters.fabric_time_h)
        temperature = 0.5 * (air + fabric)
        rate, started = memory["rate"], memory["started"] > 0.5
        open_now = hours <= 0.0
        if np.count_nonzero(started | ((hours <= self._longest) & ~open_now)):
            missing = self.setpoints.sign * (self._target - temperature)
            pace = self._pace(observation[:, self._outdoor, None])
            rate = self._learn(temperature, missing, pace, memory)
            needed = np.minimum(missing / (rate * pace), self._longest)
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

    def _pace(self, outdoor: Float) -> Float:
        """How much of its reference rate a zone reaches in this weather, (N, L)."""
        factor = 1.0 + self._slope * (outdoor - self._reference)
        return np.minimum(np.maximum(factor, _WEATHER_FACTORS[0]), _WEATHER_FACTORS[1])

    def _learn(self, temperature: Float, missing: Float, pace: Float, memory: Memory) -> Float:
        """Rates after what the last step showed; only starts that were still missing something teach."""
        rate, last = memory["rate"], memory["last"]
        teaches = (memory["started"] > 0.5) & (missing > 0.0)
        if not np.count_nonzero(teaches):
            return rate
        seen = self.setpoints.sign * (temperature - last) * (3600.0 / self.step_s) / pace
        moved = rate + self._parameters.learning_rate * (seen - rate)
        return np.where(teaches, np.minimum(np.maximum(moved, _RATES_K_H[0]), _RATES_K_H[1]), rate)
