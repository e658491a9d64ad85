"""Fan, economizer and coils of an air handler, as plain functions of numbers."""

from __future__ import annotations

import math

from twin.physics.actuators import clip
from twin.physics.compile import njit
from twin.physics.psychrometrics import (
    CONDENSATION,
    CP_AIR,
    humidity_ratio_of_vapour,
    saturation_pressure_fast,
)

# Shares of the fan's design total pressure: pressure that the static pressure loop keeps in the duct
# (ASHRAE 90.1-2007, 6.5.3.2.2, allows up to a third of it as the sensor's setpoint), and shut-off pressure
# of a backward-curved fan.
STATIC = 1.0 / 3.0
SHUT_OFF = 1.3
# shaft power at closed dampers over that at design flow, same speed (backward-curved wheel)
NO_FLOW_POWER = 0.4
# coil contact factor, 1 - bypass factor (ASHRAE Systems and Equipment 2020, ch. 23: four to six rows)
CONTACT = 0.9
COIL_SURFACE = 8.0  # mean coil surface with the valve open, chilled water at 6.7 °C [°C]


@njit
def fan_speed(openness: float) -> float:
    """Speed 0-1 at which the duct static pressure stands at its setpoint.

    openness is the flow that the boxes would pass at that pressure, over design flow. The fan meets
    p = s² SHUT_OFF - (SHUT_OFF - 1) q², the duct p = STATIC + (1 - STATIC) q². Source: fan affinity laws,
    ASHRAE Systems and Equipment 2020, ch. 21.
    """
    return math.sqrt((STATIC + (1.0 - STATIC + SHUT_OFF - 1.0) * openness * openness) / SHUT_OFF)


@njit
def fan_flow(speed: float, openness: float) -> float:
    """Flow over design flow at a speed, with boxes that stand still (flow goes with speed, pressure with
    its square).
    """
    resistance = STATIC + (1.0 - STATIC + SHUT_OFF - 1.0) * openness * openness
    return openness * speed * math.sqrt(SHUT_OFF / resistance)


@njit
def fan_power(speed: float, flow: float) -> float:
    """Power over design power: the cube of speed, times a part that falls with the flow coefficient
    flow/speed.

    Stays within 0.08 of the part-load curve of ASHRAE 90.1-2019, table G3.1.3.15, method 2, when the static
    pressure loop sets the speed.
    """
    if speed <= 1e-9:
        return 0.0
    return speed * speed * (NO_FLOW_POWER * speed + (1.0 - NO_FLOW_POWER) * flow)


@njit
def economizer_allowed(dry_bulb: bool, outdoor: float, back: float, high_limit: float) -> bool:
    """Whether outdoor air may cool: below the high limit and cooler than return air.

    Source: ASHRAE 90.1-2019 6.5.1.1.3 (fixed dry bulb with a differential lockout).
    """
    return dry_bulb and outdoor < high_limit and outdoor < back


@njit
def cooling_coil(
    temperature: float, humidity: float, flow: float, opening: float, pressure: float, limit: float
) -> tuple[float, float, float]:
    """Air behind a chilled water coil and the heat taken from it.

    The valve moves the mean surface from the entering air temperature (closed) to COIL_SURFACE (open); the
    air goes along the straight line to saturation at the surface by the contact factor, so a valve half open
    dries less.

    Parameters
    ----------
    temperature, humidity, flow
        Entering air [°C], [kg/kg], [kg/s].
    opening
        Effective valve opening 0-1.
    pressure
        Air pressure [Pa].
    limit
        Most that the chiller can take now [W]; the whole line is shortened to it.

    Returns
    -------
    leaving temperature [°C], humidity ratio [kg/kg], heat [W >= 0] = flow (cp dT + CONDENSATION dx).

    Source: apparatus dew point and bypass factor, ASHRAE Systems and Equipment 2020, ch. 23.
    """
    drop = CONTACT * opening * (temperature - COIL_SURFACE)
    if drop <= 0.0 or flow <= 0.0:
        return temperature, humidity, 0.0
    surface = temperature - drop / CONTACT
    wet = humidity_ratio_of_vapour(saturation_pressure_fast(surface), pressure)
    dried = CONTACT * max(0.0, humidity - wet)
    heat = flow * (CP_AIR * drop + CONDENSATION * dried)
    if heat > limit:
        share = max(0.0, limit) / heat
        drop *= share
        dried *= share
        heat = max(0.0, limit)
    return temperature - drop, humidity - dried, heat


@njit
def warming(temperature: float, flow: float, offered: float, most: float) -> float:
    """Heat that a coil gives to air [W]: what is offered, but not beyond a leaving temperature `most` [°C].
    """
    return clip(flow * CP_AIR * (most - temperature), 0.0, offered)
