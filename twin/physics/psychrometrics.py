"""Moist air: saturation, humidity, enthalpy and wet bulb.

Source of the equations: ASHRAE Handbook Fundamentals (2017), chapter 1; equation numbers at each function.
Humidity ratio is kg of vapour per kg of dry air, pressure is Pa, temperature is °C.
"""

from __future__ import annotations

import math

from twin.physics.compile import njit

CP_AIR = 1006.0  # dry air [J/kgK]
CP_VAPOUR = 1860.0  # water vapour [J/kgK]
LATENT = 2.501e6  # evaporation at 0 °C [J/kg]
CONDENSATION = 2.47e6  # vapour to liquid on a coil at about 12 °C [J/kg]
MOLAR_RATIO = 0.621945  # molar mass of water over that of dry air
STANDARD_PRESSURE = 101325.0


@njit
def saturation_pressure(temperature: float) -> float:
    """Saturation vapour pressure [Pa] at -100 to 200 °C, over ice below 0 °C.

    Source: ASHRAE Fundamentals 2017, ch. 1, eq. 5 and 6 (Hyland and Wexler).
    """
    t = temperature + 273.15
    if temperature < 0.0:
        return math.exp(
            -5.6745359e3 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t * t + 2.0747825e-9 * t * t * t
            - 9.484024e-13 * t * t * t * t + 4.1635019 * math.log(t)
        )  # fmt: skip
    return math.exp(
        -5.8002206e3 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t * t - 1.4452093e-8 * t * t * t
        + 6.5459673 * math.log(t)
    )  # fmt: skip


@njit
def saturation_pressure_fast(temperature: float) -> float:
    """Saturation vapour pressure over water [Pa] by a polynomial, for -40 to 50 °C; outside it is held.

    Source: Flatau, Walko and Cotton (1992), J. Appl. Meteorol. 31(12), 1507-1513, eighth order, fitted to the
    relative error.
    """
    t = min(max(temperature, -40.0), 50.0)
    square = t * t
    fourth = square * square
    # in pairs: a product that waits for the one before it takes twice as long
    low = (6.11213476 + 0.444007856 * t) + square * (0.143064234e-1 + 0.264461437e-3 * t)
    high = (0.305903558e-5 + 0.196237241e-7 * t) + square * (0.892344772e-10 - 0.373208410e-12 * t)
    hundreds = low + fourth * (high + fourth * 0.209339997e-15)
    return 100.0 * hundreds


@njit
def humidity_ratio_of_vapour(vapour_pressure: float, pressure: float) -> float:
    """Humidity ratio [kg/kg] of a partial pressure of vapour [Pa]. Source: ASHRAE eq. 20."""
    return MOLAR_RATIO * vapour_pressure / max(1.0, pressure - vapour_pressure)


@njit
def vapour_pressure(humidity_ratio: float, pressure: float) -> float:
    """Partial pressure of vapour [Pa] of a humidity ratio [kg/kg]. Source: ASHRAE eq. 20, solved for it."""
    return pressure * humidity_ratio / (MOLAR_RATIO + humidity_ratio)


@njit
def saturation_humidity_ratio(temperature: float, pressure: float) -> float:
    """Humidity ratio of saturated air [kg/kg]. Source: ASHRAE eq. 21."""
    return humidity_ratio_of_vapour(saturation_pressure(temperature), pressure)


@njit
def relative_humidity(temperature: float, humidity_ratio: float, pressure: float) -> float:
    """Relative humidity 0-1, not above 1. Source: ASHRAE eq. 12 and 22."""
    return min(1.0, max(0.0, vapour_pressure(humidity_ratio, pressure) / saturation_pressure(temperature)))


@njit
def humidity_ratio(temperature: float, relative: float, pressure: float) -> float:
    """Humidity ratio [kg/kg] at a relative humidity 0-1. Source: ASHRAE eq. 12 and 20."""
    return humidity_ratio_of_vapour(relative * saturation_pressure(temperature), pressure)


@njit
def enthalpy(temperature: float, humidity_ratio: float) -> float:
    """Enthalpy of moist air [J per kg dry air], zero for dry air at 0 °C. Source: ASHRAE eq. 30."""
    return CP_AIR * temperature + humidity_ratio * (LATENT + CP_VAPOUR * temperature)


@njit
def density(temperature: float, humidity_ratio: float, pressure: float) -> float:
    """Density of moist air [kg/m3]. Source: ASHRAE eq. 11 and 26."""
    volume = 287.042 * (temperature + 273.15) * (1.0 + 1.607858 * humidity_ratio) / pressure
    return (1.0 + humidity_ratio) / volume


@njit
def wet_bulb(temperature: float, humidity_ratio: float, pressure: float) -> float:
    """Thermodynamic wet-bulb temperature [°C], to 0.001 K by bisection. Source: ASHRAE eq. 33 and 35."""
    low, high = -100.0, temperature
    for _ in range(40):
        middle = 0.5 * (low + high)
        saturated = saturation_humidity_ratio(middle, pressure)
        if middle >= 0.0:
            reached = ((2501.0 - 2.326 * middle) * saturated - 1.006 * (temperature - middle)) / (
                2501.0 + 1.86 * temperature - 4.186 * middle
            )
        else:
            reached = ((2830.0 - 0.24 * middle) * saturated - 1.006 * (temperature - middle)) / (
                2830.0 + 1.86 * temperature - 2.1 * middle
            )
        if reached > humidity_ratio:
            high = middle
        else:
            low = middle
        if high - low < 1e-3:
            break
    return 0.5 * (low + high)
