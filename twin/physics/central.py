"""Chiller, boiler and heat pump: capacity and input by temperature and part load."""

from __future__ import annotations

import math

from twin.physics.actuators import clip
from twin.physics.compile import njit

SHORT_CYCLE_S = 1200.0  # a start sooner after the last is a short cycle: more than three an hour

# --- air-cooled scroll chiller, leaving water 44 °F: DOE-2 curves of the California Nonresidential ACM
# Reference Manual, appendix 5.7 (air-cooled, scroll); biquadratic in °F of leaving water and outdoor dry
# bulb
_WATER_F = 44.0
_CAPACITY = (0.40070684, 0.01861548, 0.00007199, 0.00177296, -0.00002014, -0.00008273)
_INPUT = (0.99006553, -0.00584144, 0.00016454, -0.00661136, 0.00016808, -0.00022501)
_PART = (0.06369119, 0.58488832, 0.35280274)
CHILLER_LEAST = 0.15  # part load below which the machine cycles
# outdoor range of the curves [°C]; outside it they are held, below it by head pressure control
CHILLER_T_LOW, CHILLER_T_HIGH = 10.0, 46.0


def _in_celsius(curve: tuple[float, ...]) -> tuple[float, float, float]:
    """A biquadratic in °F at the fixed water temperature as a quadratic in °C of the outdoor temperature."""
    a = curve[0] + curve[1] * _WATER_F + curve[2] * _WATER_F**2
    b = curve[3] + curve[5] * _WATER_F
    c = curve[4]
    return a + 32.0 * b + 1024.0 * c, 1.8 * b + 115.2 * c, 3.24 * c


_C0, _C1, _C2 = _in_celsius(_CAPACITY)
_E0, _E1, _E2 = _in_celsius(_INPUT)
_P0, _P1, _P2 = (value / sum(_PART) for value in _PART)


@njit
def chiller_capacity(outdoor: float) -> float:
    """Capacity over that at 35 °C. Source: DOE-2 CAP-FT, California ACM appendix 5.7."""
    t = clip(outdoor, CHILLER_T_LOW, CHILLER_T_HIGH)
    return _C0 + t * (_C1 + t * _C2)


@njit
def chiller_power(load: float, rated: float, cop: float, outdoor: float) -> float:
    """Electric power [W] for a load [W], of a chiller of rated capacity [W] and COP at 35 °C; none for no
    load.

    Source: DOE-2 electric chiller, P = rated/COP CAP-FT EIR-FT EIR-FPLR; below CHILLER_LEAST it cycles in
    proportion.
    """
    if load <= 0.0:
        return 0.0
    t = clip(outdoor, CHILLER_T_LOW, CHILLER_T_HIGH)
    available = rated * chiller_capacity(t)
    part = min(1.0, load / available)
    full = available / cop * (_E0 + t * (_E1 + t * _E2))
    if part < CHILLER_LEAST:
        return full * part / CHILLER_LEAST * (_P0 + CHILLER_LEAST * (_P1 + CHILLER_LEAST * _P2))
    return full * (_P0 + part * (_P1 + part * _P2))


BOILER_LEAST = 0.1
CONDENSING = 0.87  # boilers rated at this or more condense and modulate


@njit
def boiler_fuel(load: float, capacity: float, efficiency: float) -> float:
    """Gas power [W] for a load [W] of a boiler of a rated efficiency; none for no load.

    Source: fuel by part load of DOE-2's atmospheric hot water boiler (0.082597, 0.996764, -0.079361), and of
    the condensing boiler of Canada's National Energy Code for Buildings (0.00533, 0.904, 0.09066); below a
    tenth of capacity in proportion.
    """
    if load <= 0.0:
        return 0.0
    part = load / capacity
    used = max(part, BOILER_LEAST)
    if efficiency >= CONDENSING:
        ratio = 0.00533 + used * (0.904 + 0.09066 * used)
    else:
        ratio = 0.082597 + used * (0.996764 - 0.079361 * used)
    return capacity / efficiency * ratio * part / used


# --- air-to-water heat pump, over its values at 7 °C outdoors and 35 °C water. Least squares fits (2 % of
# capacity, 5 % of input ratio) to the maker's EN 255 table of a Viessmann Vitocal 350 AWI 114 as printed in
# AixLib (DataBase.HeatPump.EN255); its small rise of capacity with water temperature is left out.
HEAT_PUMP_T_LOW, HEAT_PUMP_T_HIGH = -25.0, 30.0  # outdoors [°C]; below the lower it does not run
WATER_LOW, WATER_HIGH = 20.0, 65.0


@njit
def frost_factor(outdoor: float) -> float:
    """Share of the heat that is left after frosting and defrosting, 1 at 7 °C.

    Source: Wetter and Afjei (1997), TRNSYS type 204: 1 - max(0, 0.03 - 0.004 T) - 0.1534 exp(-(T -
    0.8869)²/26.06).
    """
    bell = 0.1534 * math.exp(-(outdoor - 0.8869) * (outdoor - 0.8869) / 26.06)
    return min(1.0, (1.0 - max(0.0, 0.03 - 0.004 * outdoor) - bell) / _FROST_AT_7)


_FROST_AT_7 = 1.0 - (0.03 - 0.004 * 7.0) - 0.1534 * math.exp(-((7.0 - 0.8869) ** 2) / 26.06)


@njit
def heat_pump_capacity(outdoor: float) -> float:
    """Heat output at full speed before frost, over that at 7 °C outdoors."""
    return 1.0 + CAPACITY_SLOPE * (clip(outdoor, HEAT_PUMP_T_LOW, HEAT_PUMP_T_HIGH) - 7.0)


CAPACITY_SLOPE = 0.0174


@njit
def heat_pump_input(outdoor: float, water: float, part: float) -> float:
    """Electric input per heat before frost, over that at 7 °C and 35 °C and full speed.

    Source: fit as above. Slower running loads the heat exchangers less: assumed to save up to a tenth, as
    data sheets by EN 14825 of speed-controlled machines show between full and half load.
    """
    t = clip(outdoor, HEAT_PUMP_T_LOW, HEAT_PUMP_T_HIGH) - 7.0
    w = clip(water, WATER_LOW, WATER_HIGH) - 35.0
    ratio = 1.0 + t * (-0.01173 + 3.29e-5 * t - 2.26e-4 * w) + w * (0.01602 + 2.1e-4 * w)
    return max(0.4, ratio) * (0.9 + 0.1 * part)
