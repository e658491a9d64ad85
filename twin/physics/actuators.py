"""Things that move slowly: dampers and valves with travel time, and balanced ventilation with heat
recovery.
"""

from __future__ import annotations

import math

from twin.physics.compile import njit


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
    that recovery does not heat a room that has no use for heat. Effectiveness: EN 308, eq. of temperature
    ratio.
    """
    if outdoor < room:
        efficiency *= clip(heating_setpoint + 2.0 - room, 0.0, 1.0)
    return outdoor + efficiency * (room - outdoor)
