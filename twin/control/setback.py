"""Night setback with optimum start: begin just early enough to be warm (or cool) when people come."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory, Rule, Setpoints
from twin.scenario.agents import SetbackParameters
from twin.task import ActionSpec, ObservationSpec

_RATES_K_H = (0.1, 10.0)
_WEATHER_FACTORS = (0.3, 1.5)
_REFERENCE_C = (10.0, 25.0)  # outdoors, heating and cooling


class Setback(Rule):
    """Occupied setpoints while occupied hours last, setback setpoints otherwise, and a start in between.

    The time needed is what is missing divided by the zone's own rate, which is learned: after every step of a
    start the rate moves a share of the way to what was seen. The colder it is outdoors the slower a zone
    warms, so that rates are kept as they would be at a reference temperature.

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
        wanted = _or_nan(own, parameters.heating_setpoint_c, parameters.cooling_setpoint_c)
        self._inside = own.sign * parameters.margin_k
        self._target = np.where(np.isnan(wanted), own.occupied + self._inside, wanted)
        self._rest = _or_nan(own, parameters.heating_setback_c, parameters.cooling_setback_c)
        self._rest_is_bound = np.isnan(self._rest)

    def initial(self, count: int) -> Memory:
        """Rates [K/h], starts under way (0/1) and the last temperatures [°C], each (N, L)."""
        first = self.setpoints.choose(self._parameters.heating_rate_k_h, self._parameters.cooling_rate_k_h)
        return {
            "rate": np.repeat(first[None, :], count, axis=0),
            "started": np.zeros((count, first.size)),
            "last": np.full((count, first.size), np.nan),
        }

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        own, action = self.setpoints, self.defaults(len(observation))
        temperature, hours = observation[:, own.temperature], observation[:, own.hours]
        missing = own.sign * (self._target - temperature)
        weather = self._weather(observation[:, self._outdoor, None])
        rate = self._learn(temperature, missing, weather, memory)
        started = memory["started"] > 0.5
        if self._parameters.optimum_start:
            needed = np.minimum(missing / (rate * weather), self._parameters.maximum_start_h)
            started = (hours > 0.0) & (started | ((missing > 0.0) & (hours <= needed)))
        rest = np.where(self._rest_is_bound, observation[:, own.bound] + self._inside, self._rest)
        action[:, own.action] = np.where(started | (hours <= 0.0), self._target, rest)
        return action, {"rate": rate, "started": started.astype(np.float64), "last": temperature}

    def _weather(self, outdoor: Float) -> Float:
        """How much of its reference rate a zone reaches in this weather, (N, L)."""
        warmer = self.setpoints.sign * (outdoor - self._reference)
        factor = 1.0 + self._parameters.weather_slope_per_k * warmer
        return np.minimum(np.maximum(factor, _WEATHER_FACTORS[0]), _WEATHER_FACTORS[1])

    def _learn(self, temperature: Float, missing: Float, weather: Float, memory: Memory) -> Float:
        """Rates after what the last step showed; only starts that were still missing something teach."""
        rate, last = memory["rate"], memory["last"]
        teaches = (memory["started"] > 0.5) & (missing > 0.0)
        if not teaches.any():
            return rate
        seen = self.setpoints.sign * (temperature - last) * (3600.0 / self.step_s) / weather
        moved = rate + self._parameters.learning_rate * (seen - rate)
        return np.where(teaches, np.minimum(np.maximum(moved, _RATES_K_H[0]), _RATES_K_H[1]), rate)


def _or_nan(own: Setpoints, heating: float | None, cooling: float | None) -> Float:
    """Numbers of a file for heating and cooling setpoints, NaN where it leaves them out."""
    return own.choose(np.nan if heating is None else heating, np.nan if cooling is None else cooling)
