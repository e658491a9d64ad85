"""Thermal comfort: predicted mean vote (PMV) and predicted percentage dissatisfied (PPD) of ISO 7730:2005.

Beside them, for buildings without mechanical cooling, the adaptive comfort temperatures of two standards.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from twin.physics.compile import njit, rarely

W_PER_MET = 58.15  # [W/m2]
M2K_PER_CLO = 0.155  # [m2K/W]
_STEFAN = 3.96e-8  # emissivity and radiating area included, ISO 7730 eq. (1) and (2) [W/m2K4]
_ZERO = 273.0  # as in the standard, whose table was made with it
_TOLERANCE_K = 1e-2  # Newton: the error left is the square of the last change, in kelvins


@njit
def vapour_pressure(temperature: float, relative_humidity: float) -> float:
    """Partial pressure of water vapour [Pa] from temperature [°C] and relative humidity [%].

    Source: ISO 7730:2005, annex D (Antoine form of its program).
    """
    return relative_humidity * 10.0 * math.exp(16.6536 - 4030.183 / (temperature + 235.0))


class Around(NamedTuple):
    """What is the same for all who do one thing in one place, whatever they wear (see `around`)."""

    air: float  # [°C]
    radiant_4: float  # fourth power of the mean radiant temperature [K4]
    heat: float  # metabolic rate less external work, M - W [W/m2]
    skin: float  # [°C]
    low: float  # clothing is between these [°C]
    high: float
    forced: float  # convection by moving air [W/m2K]
    still: float  # excess over the air beyond which free convection is the stronger [K]
    shed: float  # heat lost by breathing, sweat and vapour through the skin [W/m2]
    strain: float  # vote per heat that is left [m2/W]


# before anybody was looked at
NOWHERE = Around(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@njit
def around(ta: float, tr: float, velocity: float, vapour: float, met: float) -> Around:
    """The terms of ISO 7730:2005 eq. (1) to (3) without clothing; parameters as `pmv`'s."""
    heat = met * W_PER_MET
    forced = 12.1 * math.sqrt(velocity)
    skin = 35.7 - 0.028 * heat
    room = (tr + _ZERO) * (tr + _ZERO)
    shed = 3.05e-3 * (5733.0 - 6.99 * heat - vapour)
    shed += max(0.0, 0.42 * (heat - W_PER_MET))
    shed += 1.7e-5 * heat * (5867.0 - vapour) + 0.0014 * heat * (34.0 - ta)
    strain = 0.303 * math.exp(-0.036 * heat) + 0.028
    low, high = min(skin, min(ta, tr)), max(skin, max(ta, tr))
    return Around(ta, room * room, heat, skin, low, high, forced, _still(forced), shed, strain)


@njit
def clothing_temperature(a: Around, clo: float) -> float:
    """Surface temperature of clothing [°C], ISO 7730:2005 eq. (2)-(4), of so much insulation [clo].

    The balance rises with the clothing temperature everywhere, with a slope of at least one, so Newton's
    method from between skin and room converges in two or three steps; a bracket guards the kink between free
    and forced convection.
    """
    insulation = M2K_PER_CLO * clo
    covered = insulation * clothing_area_factor(clo)
    low, high = a.low, a.high
    t = a.air + (a.skin - a.air) / (3.5 * (6.45 * insulation + 0.1))  # first guess of ISO 7730's program
    if not low < t < high:
        t = 0.5 * (low + high)
    for _ in range(60):
        excess = t - a.air
        convection = a.forced
        slope = a.forced
        if rarely(abs(excess) > a.still):
            convection = 2.38 * math.sqrt(math.sqrt(abs(excess)))
            slope = 1.25 * convection
        kelvin = t + _ZERO
        cube = kelvin * kelvin * kelvin
        gap = t - a.skin + covered * (_STEFAN * (cube * kelvin - a.radiant_4) + convection * excess)
        if gap > 0.0:
            high = t
        else:
            low = t
        change = gap / (1.0 + covered * (4.0 * _STEFAN * cube + slope))
        t -= change
        if abs(change) < _TOLERANCE_K:
            break
        if not low <= t <= high:
            t = 0.5 * (low + high)
    return t


@njit
def _still(forced: float) -> float:
    """Excess of clothing over air [K] beyond which free convection is the stronger: 2.38 x^(1/4) = forced."""
    ratio = forced * (1.0 / 2.38)
    ratio *= ratio
    return ratio * ratio


@njit
def clothing_area_factor(clo: float) -> float:
    """Clothed over nude surface area [-], ISO 7730:2005 eq. (4)."""
    if clo <= 0.5:
        return 1.0 + 1.29 * M2K_PER_CLO * clo
    return 1.05 + 0.645 * M2K_PER_CLO * clo


@njit
def pmv(ta: float, tr: float, velocity: float, vapour: float, met: float, clo: float) -> float:
    """Predicted mean vote [-3 cold .. +3 hot, not clipped], ISO 7730:2005 eq. (1).

    Parameters
    ----------
    ta, tr
        Air and mean radiant temperature [°C].
    velocity
        Air velocity relative to the body [m/s].
    vapour
        Partial pressure of water vapour [Pa], see `vapour_pressure`.
    met, clo
        Metabolic rate [met] and clothing insulation [clo]; no external work.
    """
    return vote(around(ta, tr, velocity, vapour, met), clo)


@njit
def vote(a: Around, clo: float) -> float:
    """Predicted mean vote of who wears so much [clo], ISO 7730:2005 eq. (1); see `pmv`."""
    t = clothing_temperature(a, clo)
    area = clothing_area_factor(clo)
    excess = abs(t - a.air)
    convection = a.forced
    if rarely(excess > a.still):
        convection = 2.38 * math.sqrt(math.sqrt(excess))
    surface = (t + _ZERO) * (t + _ZERO)
    loss = a.shed
    loss += _STEFAN * area * (surface * surface - a.radiant_4) + area * convection * (t - a.air)
    return a.strain * (a.heat - loss)


@njit
def ppd(vote: float) -> float:
    """Predicted percentage dissatisfied [%] of a predicted mean vote, ISO 7730:2005 eq. (5)."""
    square = vote * vote
    return 100.0 - 95.0 * math.exp(-0.03353 * square * square - 0.2179 * square)


@njit
def relative_velocity(velocity: float, met: float) -> float:
    """Air velocity relative to a moving body [m/s]: 0.3 m/s more per met above one.

    Source: ISO 7730:2005, annex C; ASHRAE 55-2020.
    """
    return velocity + 0.3 * max(0.0, met - 1.0)


@njit
def seasonal_clothing(morning: float) -> float:
    """Clothing that people choose [clo] by the outdoor temperature at six in the morning [°C].

    Source: Schiavon & Lee 2013, Building and Environment 59, model 1, as in ASHRAE 55-2020.
    """
    if morning < -5.0:
        return 1.0
    if morning < 5.0:
        return 0.818 - 0.0364 * morning
    if morning < 26.0:
        return float(10.0 ** (-0.1635 - 0.0066 * morning))
    return 0.46


# --- adaptive comfort of free-running buildings ---------------------------------------------------------

RUNNING_MEAN = 0.8  # weight of the day before in the running mean of EN 16798-1
ASHRAE_80, ASHRAE_90 = (
    3.5,
    2.5,
)  # half widths of the ranges that 80 and 90 % accept [K]: ASHRAE 55-2020, 5.4.2
EN_ABOVE = (
    2.0,
    3.0,
    4.0,
)  # upper limits of categories I to III over the comfort temperature [K]: EN 16798-1:2019
EN_BELOW = (3.0, 4.0, 5.0)  # lower limits under it [K]


@njit
def running_mean(before: float, daily_mean: float) -> float:
    """Running mean outdoor temperature [°C] of today from yesterday's running mean and daily mean.

    Source: EN 16798-1:2019, annex B, recursive form with a constant of 0.8.
    """
    return RUNNING_MEAN * before + (1.0 - RUNNING_MEAN) * daily_mean


@njit
def adaptive_ashrae(outdoor: float) -> float:
    """Comfortable operative temperature [°C] by the prevailing mean outdoor one; NaN outside 10-33.5 °C.

    Source: ASHRAE 55-2020, 5.4.2; still air (a fan's air speed would allow more).
    """
    if outdoor < 10.0 or outdoor > 33.5:
        return math.nan
    return 0.31 * outdoor + 17.8


@njit
def adaptive_en(outdoor: float) -> float:
    """Comfortable operative temperature [°C] by the running mean outdoor temperature; NaN outside 10-30 °C.

    Source: EN 16798-1:2019, annex B, figure B.1 and its equations.
    """
    if outdoor < 10.0 or outdoor > 30.0:
        return math.nan
    return 0.33 * outdoor + 18.8
