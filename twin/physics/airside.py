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
    """Speed 0-1 at which the duct's static pressure is its design value; √r times that for a share r of it.

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
    """Air behind the air handler's coil: `contact_coil` with its CONTACT and COIL_SURFACE."""
    return contact_coil(temperature, humidity, flow, opening, pressure, limit, CONTACT, COIL_SURFACE)


@njit
def contact_coil(
    temperature: float, humidity: float, flow: float, opening: float, pressure: float, limit: float,
    contact: float, coldest: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Air behind a chilled water coil and the heat taken from it.

    The valve moves the mean surface from the entering air temperature (closed) to the coldest (open); the air
    goes along the straight line to saturation at the surface by the contact factor, so a valve half open
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
    contact, coldest
        Contact factor 0-1, one less the bypass factor; mean surface with the valve open [°C].

    Returns
    -------
    leaving temperature [°C], humidity ratio [kg/kg], heat [W >= 0] = flow (cp dT + CONDENSATION dx).

    Air that comes in nearly saturated would leave the straight line as fog (the saturation line is convex):
    it then leaves saturated, at the same heat.

    Source: apparatus dew point and bypass factor, ASHRAE Systems and Equipment 2020, ch. 23.
    """
    drop = contact * opening * (temperature - coldest)
    if drop <= 0.0 or flow <= 0.0:
        return temperature, humidity, 0.0
    surface = temperature - drop / contact
    wet = humidity_ratio_of_vapour(saturation_pressure_fast(surface), pressure)
    dried = contact * max(0.0, humidity - wet)
    heat = flow * (CP_AIR * drop + CONDENSATION * dried)
    if heat > limit:
        share = max(0.0, limit) / heat
        drop *= share
        dried *= share
        heat = max(0.0, limit)
    if dried > 0.0:
        leaving, dry = _without_fog(temperature - drop, humidity - dried, pressure, temperature)
        return leaving, dry, heat
    return temperature - drop, humidity - dried, heat


@njit
def _without_fog(temperature: float, humidity: float, pressure: float, most: float) -> tuple[float, float]:
    """Air beyond saturation, moved to the saturation line by Newton's method along cp dT = -CONDENSATION dx.

    The slope of saturation is that of Magnus' formula, which only sets the pace; each step ends at or just
    below saturation, as that line is convex. Air is not warmed beyond `most` [°C], where it came in as fog.
    """
    warm = CONDENSATION / CP_AIR
    for _ in range(3):
        vapour = saturation_pressure_fast(temperature)
        full = humidity_ratio_of_vapour(vapour, pressure)
        if humidity <= full:
            break
        beyond = temperature + 237.3
        slope = full * 4098.0 / (beyond * beyond) * pressure / (pressure - vapour)
        fallen = min((humidity - full) / (1.0 + warm * slope), (most - temperature) / warm)
        humidity -= fallen
        temperature += warm * fallen
    return temperature, humidity


@njit
def warming(temperature: float, flow: float, offered: float, most: float) -> float:
    """Heat that a coil gives to air [W]: what is offered, but not beyond leaving at `most` [°C]."""
    return clip(flow * CP_AIR * (most - temperature), 0.0, offered)
