"""Things that move slowly: dampers and valves with travel time, and balanced ventilation with heat
recovery.
"""

from __future__ import annotations

import math

from twin.physics.compile import njit
from twin.physics.layout import (
    W_CO2,
    W_HUMIDITY,
    W_TEMPERATURE,
    WK_HEATING_SETPOINT,
    WK_SUPPLY,
    WK_SUPPLY_CO2,
    WK_SUPPLY_T,
    WK_SUPPLY_X,
    Float,
)
from twin.physics.psychrometrics import CP_AIR


@njit
def move(position: float, target: float, most: float) -> float:
    """Where an actuator stands after a tick: towards target (0-1), by at most `most` (0-1)."""
    target = min(1.0, max(0.0, target))
    return position + min(most, max(-most, target - position))


@njit
def chosen(command: float, local: float) -> float:
    """The command, or what the local loop wants where the command is NaN."""
    return local if math.isnan(command) else command


@njit
def clip(value: float, low: float, high: float) -> float:
    """Value held between low and high."""
    return min(high, max(low, value))


@njit
def recovered(outdoor: float, room: float, efficiency: float, heating_setpoint: float) -> float:
    """Supply temperature behind a heat exchanger with a bypass [°C].

    The bypass opens while outdoor air is cooler than a room that is 1 to 2 K above its heating setpoint, so
    that recovery does not heat a room that has no use for heat. Effectiveness: the temperature ratio of EN
    308.
    """
    if outdoor < room:
        efficiency *= clip(heating_setpoint + 2.0 - room, 0.0, 1.0)
    return outdoor + efficiency * (room - outdoor)


@njit
def ventilate(
    site: Float, room: float, flow: float, efficiency: float, fan_power: float, w: Float, z: int
) -> None:
    """Supply air of zone z from a balanced unit with heat recovery, into w.

    Parameters
    ----------
    site
        Weather of the moment (SITE_COLUMNS,).
    room, flow
        Air of the zone [°C], supply flow [kg/s].
    efficiency, fan_power
        Temperature ratio 0-1; power of supply and exhaust fan together [W per kg/s].
    """
    warm = recovered(site[W_TEMPERATURE], room, efficiency, w[z, WK_HEATING_SETPOINT])
    w[z, WK_SUPPLY] = flow
    # the supply fan's half of the power ends as heat in the supply air, the exhaust fan's leaves the building
    w[z, WK_SUPPLY_T] = warm + 0.5 * fan_power / CP_AIR
    w[z, WK_SUPPLY_X] = site[W_HUMIDITY]
    w[z, WK_SUPPLY_CO2] = site[W_CO2]
