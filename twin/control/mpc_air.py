"""What a planning controller does with an air handler: fan, outdoor air damper, outdoor air, supply air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.control.controller import Float
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec

QUANTITIES = ("fan_speed_command", "outdoor_air_damper_command", "minimum_outdoor_air_command")
HIGHEST_C = 18.0  # supply air of hours with cooling calls, at most (Guideline 36-2021, 5.16.2.2) [°C]
# supply air of warm-ups [°C] in frost, as agents/guideline36.yaml has it, and in mild weather: all boxes pass
# some of it, also those whose zones need none. Between the two it follows the outdoor temperature [°C].
WARM_UP_C, WARM_UP_AT_C = (35.0, 25.0), (-5.0, 3.0)
LOWEST_C = 13.0  # supply air of cool-downs and, at night, from outdoors [°C]
OVER_OUTDOOR_K = 1.0  # supply air that the chiller need not make
NEAR_K, FAR_K = 0.3, 0.9  # below a cooling setpoint: from here on supply air is raised, up to there
BAND_PPM = 80.0  # outdoor air opens over this band
SPEED_TO_AIR = 1.3  # share of the most cooling per share of fan speed: boxes stand open, supply air is colder


@dataclass(frozen=True)
class Rooms:
    """What an air handler needs to know of its zones.

    Attributes
    ----------
    away
        Nobody is expected in any zone now.
    leaving
        Occupied hours end soon, air is fresh and no zone needs anything until then.
    outside, heats, cools
        Some zone has left its bounds, is to be heated, is to be cooled.
    spare
        How far the zone nearest to its cooling setpoint is below it, and was a step ago [K]: air leaps.
    coldest
        Air of the coldest zone [°C].
    stale
        CO2 of the worst zone, as it will be soon [ppm].
    purges
        Zones are to be cooled by night air alone.
    outdoor
        Temperature outdoors [°C].
    """

    away: bool
    leaving: bool
    outside: bool
    heats: bool
    cools: bool
    spare: float
    coldest: float
    stale: float
    purges: bool = False
    outdoor: float = 15.0


class AirHandler:
    """Commands that no plan is needed for; they do nothing where a building offers no such points.

    While nobody is expected the fan rests until a zone is to be heated or cooled, or has left its bounds;
    while there is only heating the damper is shut and supply air warm. In occupied hours outdoor air follows
    CO2, and while no zone is near its cooling setpoint supply air is as warm as the coldest zone: nothing is
    cooled by outdoor air and then reheated. The fan rests too when all may drift until occupied hours end.
    """

    def __init__(self, parameters: MpcParameters, action: ActionSpec) -> None:
        wanted = parameters.outdoor_air_co2_ppm
        self._fan = action.columns("fan_speed_command")
        self._damper = action.columns("outdoor_air_damper_command")
        self._supply = action.columns("supply_air_temperature_setpoint")
        self._air = action.columns("minimum_outdoor_air_command") if wanted else np.zeros(0, dtype=np.int64)
        self._full, self._floor = wanted or np.inf, parameters.outdoor_air_minimum
        slow = parameters.cool_down_fan if self.rests else None
        self._slow, self.cool_down = slow, min(1.0, SPEED_TO_AIR * (slow or 1.0))
        self.purge = parameters.purge_fan if self.rests else 0.0

    @property
    def rests(self) -> bool:
        """Whether fan and outdoor air can be kept off while nobody is expected."""
        return bool(self._fan.size and self._damper.size)

    def send(self, action: Float, rooms: Rooms) -> None:
        """Set the commands in an action (m,), in place."""
        if rooms.away:
            self._empty(action, rooms)
            return
        call = min(max(1.0 - (self._full - rooms.stale) / BAND_PPM, 0.0), 1.0)
        action[self._air] = self._floor + (1.0 - self._floor) * call
        if rooms.leaving:
            action[self._fan] = 0.0
        elif rooms.spare > NEAR_K:
            share = min(1.0, (rooms.spare - NEAR_K) / (FAR_K - NEAR_K))
            action[self._supply] = HIGHEST_C + share * max(0.0, rooms.coldest - HIGHEST_C)

    def _empty(self, action: Float, rooms: Rooms) -> None:
        """Of hours in which nobody is expected."""
        if rooms.cools:
            if self._slow is not None and not rooms.heats:  # cold air would be reheated
                action[self._fan], action[self._supply] = self._slow, LOWEST_C
        elif rooms.purges:
            action[self._fan] = self.purge
            action[self._supply] = max(rooms.outdoor + OVER_OUTDOOR_K, LOWEST_C)
        elif not (rooms.outside or rooms.heats):
            action[self._fan] = 0.0
        else:
            action[self._damper] = 0.0
            action[self._supply] = np.interp(rooms.outdoor, WARM_UP_AT_C, WARM_UP_C)
