"""What a planning controller does with an air handler: fan, outdoor air damper, outdoor air."""

from __future__ import annotations

from twin.control.controller import Bool, Float
from twin.control.ventilation import Co2OutdoorAir
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec, ObservationSpec

QUANTITIES = ("fan_speed_command", "outdoor_air_damper_command", "minimum_outdoor_air_command")


class AirHandler:
    """Commands that no plan is needed for; they do nothing where a building offers no such points.

    While nobody is expected the fan rests until a zone is to be heated or cooled, or has left its bounds, and
    the damper is shut while there is only heating; in occupied hours outdoor air follows CO2.
    """

    def __init__(self, parameters: MpcParameters, observation: ObservationSpec, action: ActionSpec) -> None:
        self._fan = action.columns("fan_speed_command")
        self._damper = action.columns("outdoor_air_damper_command")
        self._air = Co2OutdoorAir(
            parameters.outdoor_air_co2_ppm, parameters.outdoor_air_minimum, observation, action
        )

    def send(self, row: Float, action: Float, away: bool, outside: Bool, heats: Bool, cools: Bool) -> None:
        """Set the commands in place.

        Parameters
        ----------
        row, action
            Observation (n,) and action (m,).
        away
            Whether nobody is expected in any zone now.
        outside, heats, cools
            Zones that have left their bounds, and that are to be heated or cooled (Z,).
        """
        if not away:
            action[self._air.action] = self._air.share(row[None])[0, 0]
            return
        if not (outside.any() or heats.any() or cools.any()):
            action[self._fan] = 0.0
        elif not cools.any():
            action[self._damper] = 0.0
