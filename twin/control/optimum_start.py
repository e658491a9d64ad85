"""When to begin so that zones are warm (or cool) in time: each zone's rate, learned from every start."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Bool, Float, Setpoints
from twin.scenario.agents import StartParameters

_RATES_K_H = (0.1, 10.0)
_WEATHER_FACTORS = (0.3, 1.5)
_REFERENCE_C = (10.0, 25.0)  # outdoors, heating and cooling


class OptimumStart:
    """Time that zones need, from what is missing and rates that are learned.

    The time is what is missing divided by the zone's own rate; after every step of a start the rate moves a
    share of the way to what was seen. The colder it is outdoors the slower a zone warms, so that rates are
    kept as they would be at a reference temperature.

    Parameters
    ----------
    parameters
        First guesses, learning rate, longest start.
    setpoints
        Whose setpoints; arrays below are (N, L) as theirs.
    step_s
        Control step [s].

    Attributes
    ----------
    longest
        No start is earlier than this before occupied hours [h].

    Notes
    -----
    Recursive rate estimation after Seem, Armstrong & Hancock (1989), "Algorithms for predicting recovery time
    from night setback", ASHRAE Transactions 95(2); here one rate per zone and a linear weather factor.
    """

    def __init__(self, parameters: StartParameters, setpoints: Setpoints, step_s: float) -> None:
        self.longest = parameters.maximum_start_h if parameters.optimum_start else 0.0
        self._setpoints = setpoints
        self._reference = setpoints.choose(*_REFERENCE_C)
        self._slope = setpoints.sign * parameters.weather_slope_per_k
        self._first = setpoints.choose(parameters.heating_rate_k_h, parameters.cooling_rate_k_h)
        self._share = parameters.learning_rate
        self._steps_per_h = 3600.0 / step_s

    def first(self, count: int) -> Float:
        """Rates before anything was learned [K/h], (N, L)."""
        return np.repeat(self._first[None, :], count, axis=0)

    def pace(self, outdoor: Float) -> Float:
        """How much of its reference rate a zone reaches at an outdoor temperature (N, 1) [°C], (N, L)."""
        factor = 1.0 + self._slope * (outdoor - self._reference)
        return np.minimum(np.maximum(factor, _WEATHER_FACTORS[0]), _WEATHER_FACTORS[1])

    def needed(self, missing: Float, rate: Float, pace: Float) -> Float:
        """Time to make up for what is missing [K], at most `longest` [h], (N, L)."""
        return np.minimum(missing / (rate * pace), self.longest)

    def learned(
        self, rate: Float, teaches: Bool, temperature: Float, last: Float, pace: Float
    ) -> Float:  # fmt: skip
        """Rates after what the last step showed where it `teaches`, (N, L)."""
        if not np.count_nonzero(teaches):
            return rate
        seen = self._setpoints.sign * (temperature - last) * self._steps_per_h / pace
        moved = rate + self._share * (seen - rate)
        return np.where(teaches, np.minimum(np.maximum(moved, _RATES_K_H[0]), _RATES_K_H[1]), rate)
