"""The cooling coil: balance of energy and moisture, saturation, and moisture removed against psychrolib."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from twin.physics import psychrometrics as psy
from twin.physics.airside import COIL_SURFACE, CONTACT, cooling_coil
from twin.validation.answers import most
from twin.validation.check import Check, Outcome
from twin.validation.moist_air import PSYCHROLIB, library

COIL, MOISTURE = "coil", "moisture"
BALANCE = "first law, ASHRAE Fundamentals 2017, ch. 1, eq. 41 and 42"
LINE = "apparatus dew point and bypass factor, ASHRAE Systems and Equipment 2020, ch. 23"
USUAL = 0.015  # air below this humidity ratio is what coils of the shipped buildings meet [kg/kg]


class _Passed(NamedTuple):
    """Air before and behind the coil."""

    temperature: float
    humidity: float
    flow: float
    opening: float
    pressure: float
    leaving: float
    dry: float
    heat: float


def _passed() -> Iterator[_Passed]:
    """Every state of a grid that the coil cools: air, valve, flow, altitude, the chiller's limit."""
    grid = product(
        (10.0, 16.0, 22.0, 28.0, 34.0, 40.0), (0.2, 0.4, 0.6, 0.8, 0.95), (0.3, 3.0), (0.05, 0.3, 0.7, 1.0),
        (83.4e3, 101325.0), (1e9, 5e3),
    )  # fmt: skip
    for temperature, relative, flow, opening, pressure, limit in grid:
        humidity = psy.humidity_ratio(temperature, relative, pressure)
        leaving, dry, heat = cooling_coil(temperature, humidity, flow, opening, pressure, limit)
        if heat > 0.0:
            yield _Passed(temperature, humidity, flow, opening, pressure, leaving, dry, heat)


def coil(case: str = COIL) -> Outcome:
    """Heat to the water is sensible plus latent heat of the air, which leaves dry enough and no warmer."""
    states, residual, warmer, wetter, fog = 0, 0.0, 0, 0, 0.0
    vapour = {True: 0.0, False: 0.0}
    for air in _passed():
        states += 1
        sensible = air.flow * psy.CP_AIR * (air.temperature - air.leaving)
        latent = air.flow * psy.CONDENSATION * (air.humidity - air.dry)
        residual = max(residual, abs(air.heat - sensible - latent) / air.heat)
        warmer += air.leaving > air.temperature
        wetter += air.dry > air.humidity
        full = psy.saturation_humidity_ratio(air.leaving, air.pressure)
        fog = max(fog, air.dry / full - 1.0)
        usual = air.humidity < USUAL
        vapour[usual] = max(vapour[usual], abs(air.heat / _exact(air) - 1.0))
    over = f"largest over {states} states"
    return Outcome(
        (
            most(case, "water heat less sensible and latent heat", "-", residual, 1e-9, BALANCE, over),
            most(case, "states warmed by the coil", "-", warmer, 0, BALANCE),
            most(case, "states moistened by the coil", "-", wetter, 0, BALANCE),
            most(
                case, "humidity ratio beyond saturation", "-", fog, 5e-3, LINE,
                f"{over}; above zero by the fast polynomial of saturation alone",
            ),
            most(
                case, "heat against the enthalpy of moist air, below 15 g/kg", "-", vapour[True], 0.04,
                BALANCE,
                "the twin balances sensible heat of dry air; the vapour's own heat is this difference",
            ),
            Check(
                case, "the same, tropical air up to 58 g/kg", "-", vapour[False], source=BALANCE,
                note="40 °C and 95 % at 1600 m: reported, no such air reaches a coil",
            ),
        )
    )  # fmt: skip


def _exact(air: _Passed) -> float:
    """Heat by enthalpies of moist air, the condensate leaving at the air's leaving temperature [W]."""
    drop = psy.enthalpy(air.temperature, air.humidity) - psy.enthalpy(air.leaving, air.dry)
    return air.flow * (drop - (air.humidity - air.dry) * 4186.0 * max(0.0, air.leaving))


def moisture(case: str = MOISTURE) -> Outcome:
    """Water removed, flow times the fall of humidity ratio, against the same process by psychrolib."""
    lib = library()
    if lib is None:
        return Outcome(())
    worst, heat, count = 0.0, 0.0, 0
    for air in _passed():
        surface = air.temperature - air.opening * (air.temperature - COIL_SURFACE)
        if air.opening < 1.0 or surface < 0.0:
            continue
        wet = lib.GetHumRatioFromRelHum(surface, 1.0, air.pressure)
        dry = air.humidity - CONTACT * max(0.0, air.humidity - wet)
        leaving = air.temperature - CONTACT * (air.temperature - surface)
        full = lib.GetHumRatioFromRelHum(leaving, 1.0, air.pressure)
        if dry >= full or abs(leaving - air.leaving) > 1e-9 or air.humidity <= wet:
            continue  # fog, or the chiller at its limit: no straight line to compare with
        count += 1
        removed = air.flow * (air.humidity - dry)
        worst = max(worst, abs(air.flow * (air.humidity - air.dry) - removed) / (air.flow * air.humidity))
        drop = lib.GetMoistAirEnthalpy(air.temperature, air.humidity) - lib.GetMoistAirEnthalpy(leaving, dry)
        heat = max(heat, abs(air.heat / (air.flow * drop) - 1.0))
    note = f"largest over {count} wet states with an open valve; share of the moisture that comes in"
    return Outcome(
        (
            most(case, "water removed against psychrolib", "-", worst, 2e-3, f"{LINE}; {PSYCHROLIB}", note),
            most(
                case, "coil heat against psychrolib's enthalpies", "-", heat, 0.04, f"{LINE}; {PSYCHROLIB}",
                "with the condensate's and the vapour's own heat, which the twin leaves out",
            ),
        )
    )  # fmt: skip
