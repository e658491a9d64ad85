"""Weather-compensated supply water with night setback and a boosted, timely morning, for water heating."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.control.controller import Float, Memory
from twin.control.setback import Setback
from twin.control.ventilation import Co2Ventilation
from twin.scenario.agents import HeatCurveParameters
from twin.task import ActionSpec, ObservationSpec

COMMANDS = ("supply_water_temperature_setpoint", "ventilation_command")
ROOM_C = 20.0  # where the curve begins


class HeatCurve(Setback):
    """Supply water by the outdoor temperature; zones as `Setback` has them, starts included.

    The curve is a line through `base_c` at 20 °C outdoors. It is shifted down while nobody needs the zones,
    up during a start, and by what the coldest zone misses of its setpoint (room influence). Where there is no
    supply water to set, only the zones' setpoints are left, which is the setback rule. With
    `co2_setpoint_ppm`, ventilation follows CO2 where it can be set.

    Notes
    -----
    A line instead of the emitter's power law: with radiators (n = 1.3) it is up to 2.5 K low at half load,
    which the room influence makes up for. DIN EN 12831 gives the load, proportional to the difference to
    outdoors, that the line follows.
    """

    def __init__(
        self, parameters: HeatCurveParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(parameters, observation, action, step_s)
        self._curve = parameters
        self._supply = action.columns("supply_water_temperature_setpoint")
        self._air = Co2Ventilation(parameters, observation, action)
        self._warms = self.setpoints.sign > 0.0
        if self._supply.size and parameters.night_depth_k is not None:
            self._rest_at(np.where(self._warms, self._target - parameters.night_depth_k, self._rest))

    @property
    def sets(self) -> NDArray[np.int64]:
        """See Rule.sets."""
        water = self._supply if self._warms.any() else self._supply[:0]
        return np.concatenate([super().sets, water, self._air.action])

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        action, now = super().act(observation, memory)
        if self._supply.size and self._warms.any():
            action[:, self._supply] = self._water(observation, action, now)
        if self._air.action.size:
            open_now = self.setpoints.seen(observation)[2].min(axis=1, keepdims=True) <= 0.0
            action[:, self._air.action] = self._air.shares(
                observation, open_now, observation[:, self._outdoor, None]
            )
        return action, now

    def _water(self, observation: Float, action: Float, now: Memory) -> Float:
        """Supply water setpoint [°C], (N, 1)."""
        own, curve = self.setpoints, self._curve
        warms = self._warms
        air, _, hours = own.seen(observation)
        wanted = action[:, own.action]
        missing = np.max((wanted - air)[:, warms], axis=1, keepdims=True)
        starting = (now["started"][:, warms] > 0.5).any(axis=1, keepdims=True)
        resting = (hours[:, warms] > 0.0).all(axis=1, keepdims=True) & ~starting
        shift = np.where(starting, curve.morning_boost_k, np.where(resting, -curve.night_shift_k, 0.0))
        supply = self.line(observation[:, self._outdoor, None]) + shift
        supply += curve.room_influence * np.maximum(missing, 0.0)
        return np.minimum(np.maximum(supply, curve.minimum_supply_c), curve.maximum_supply_c)

    def line(self, outdoor: Float) -> Float:
        """The curve itself, before shifts and limits [°C]."""
        return self._curve.base_c + self._curve.slope * np.maximum(ROOM_C - outdoor, 0.0)
