"""Ventilation by CO2, for plants that let a controller set it: by zone, or an air handler's outdoor air."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Bool, Float
from twin.scenario.agents import VentilationParameters
from twin.task import ActionSpec, ObservationSpec

COOLER_K = 2.0  # outdoors, for free cooling
BAND_PPM = 200.0  # ventilation opens over this band below its setpoint


class Co2Ventilation:
    """A share of design flow for every zone that has its own: a minimum for people, more as CO2 rises.

    The minimum holds in occupied hours and wherever somebody is; else a zone gets air for its CO2 alone. With
    `free_cooling_k` a zone near its upper comfort bound gets all there is while it is cooler outdoors.

    Notes
    -----
    ASHRAE Guideline 36-2021, 5.2.1: the CO2 loop opens from 200 ppm below its setpoint.
    """

    def __init__(
        self, parameters: VentilationParameters, observation: ObservationSpec, action: ActionSpec
    ) -> None:
        wanted = parameters.co2_setpoint_ppm
        self.action = action.columns("ventilation_command") if wanted else np.zeros(0, dtype=np.int64)
        zones = tuple(action.points[i].entity for i in self.action)
        self._co2 = observation.columns("co2", zones)
        self._presence = observation.columns("presence", zones)
        self._opens = (wanted or 0.0) - BAND_PPM
        self._minimum = parameters.ventilation_minimum
        self._air = observation.columns("air_temperature", zones)
        self._upper = observation.columns("comfort_upper", zones)
        self._near = np.inf if parameters.free_cooling_k is None else -parameters.free_cooling_k

    def shares(self, observation: Float, occupied: Bool, outdoor: Float) -> Float:
        """Shares of design flow (N, V) for the columns `action`; `occupied` and `outdoor` [°C] are (N, 1)."""
        people = occupied | (observation[:, self._presence] > 0.5)
        least = np.where(people, self._minimum, 0.0)
        call = _call(observation[:, self._co2], self._opens)
        air = observation[:, self._air]
        free = (air > observation[:, self._upper] + self._near) & (outdoor < air - COOLER_K)
        return np.where(free, 1.0, least + (1.0 - least) * call)


class Co2OutdoorAir:
    """An air handler's outdoor air: the floor's part always, the people's by the zone with most CO2.

    All zones get one mixture, so that the one that needs most decides (the critical zone of ASHRAE 62.1).

    Parameters
    ----------
    setpoint_ppm
        All the outdoor air from here on, the floor's part 200 ppm below it; None: the plant's own schedule.
    floor
        The floor's part, a share of the outdoor air for every seat taken.
    """

    def __init__(
        self, setpoint_ppm: float | None, floor: float, observation: ObservationSpec, action: ActionSpec
    ) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        self.action = action.columns("minimum_outdoor_air_command") if setpoint_ppm else nothing
        every = [i for i, name in enumerate(observation.names) if name.endswith(".co2")]
        self._co2 = np.array(every, dtype=np.int64)
        self._opens = (setpoint_ppm or 0.0) - BAND_PPM
        self._floor = floor

    def share(self, observation: Float) -> Float:
        """Share of the outdoor air for every seat taken, (N, 1)."""
        call: Float = _call(observation[:, self._co2], self._opens).max(axis=1, keepdims=True)
        return self._floor + (1.0 - self._floor) * call


def _call(co2: Float, opens: float) -> Float:
    """Call for air, 0 to 1 over the band from `opens` [ppm]."""
    return np.minimum(np.maximum((co2 - opens) / BAND_PPM, 0.0), 1.0)
