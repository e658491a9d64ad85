"""Moist air against published points and, where it is installed, psychrolib."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any

from twin.physics import psychrometrics as psy
from twin.validation.answers import against, figures, most
from twin.validation.check import Check, Outcome

CASE = "moist-air"
PSYCHROLIB = "psychrolib 2.5 (ASHRAE Fundamentals 2017, ch. 1, implemented by others)"
# relative tolerances: formulations of saturation differ by 0.02 to 0.1 %, a real gas by 0.5 % in humidity
SATURATION, FAST, SATURATED, CHART = 1e-3, 2e-3, 6e-3, 0.02


def moist_air(case: str = CASE) -> Outcome:
    """Saturation, humidity and wet bulb against tables, and over a grid of states against psychrolib."""
    known = figures("hvac")["moist_air"]
    return Outcome((*_saturation(case, known), *_chart(case, known["chart"]), *_psychrolib(case)))


def _saturation(case: str, known: dict[str, Any]) -> list[Check]:
    checks = []
    for block in ("iapws", "handbook"):
        for temperature, pressure in known[block]["points"]:
            ours = psy.saturation_pressure(temperature)
            checks.append(
                against(
                    case, f"saturation pressure at {temperature:g} °C", "Pa", ours, pressure,
                    SATURATION * pressure, known[block]["source"],
                )
            )  # fmt: skip
    for temperature, pressure in known["handbook"]["points"]:
        ours = psy.saturation_pressure_fast(temperature)
        checks.append(
            against(
                case, f"the same inside the tick at {temperature:g} °C", "Pa", ours, pressure,
                FAST * pressure, known["handbook"]["source"],
            )
        )  # fmt: skip
    for temperature, ratio in known["saturated"]["points"]:
        ours = psy.saturation_humidity_ratio(temperature, psy.STANDARD_PRESSURE)
        checks.append(
            against(
                case, f"saturated humidity ratio at {temperature:g} °C", "g/kg", 1e3 * ours, 1e3 * ratio,
                1e3 * SATURATED * ratio, known["saturated"]["source"],
            )
        )  # fmt: skip
    return checks


def _chart(case: str, known: dict[str, Any]) -> list[Check]:
    """The handbook's worked example, from its humidity ratio as read off the chart."""
    dry, ratio, pressure = known["dry_bulb_c"], known["humidity_ratio"], psy.STANDARD_PRESSURE
    source = known["source"]
    return [
        against(case, "wet bulb at 40 °C, 6.5 g/kg", "°C", psy.wet_bulb(dry, ratio, pressure),
                known["wet_bulb_c"], 0.2, source, "the chart is read to 0.1 g/kg, which is 0.15 K here"),
        against(case, "relative humidity there", "-", psy.relative_humidity(dry, ratio, pressure),
                known["relative_humidity"], 0.005, source),
        against(case, "enthalpy there", "kJ/kg", 1e-3 * psy.enthalpy(dry, ratio), known["enthalpy_kj_kg"],
                CHART * known["enthalpy_kj_kg"], source),
    ]  # fmt: skip


def library() -> Any:
    """Psychrolib in SI units, or None where it is not installed."""
    if find_spec("psychrolib") is None:
        return None
    found = import_module("psychrolib")
    found.SetUnitSystem(found.SI)
    return found


def _psychrolib(case: str) -> list[Check]:
    """Largest differences over -20 to 45 °C, 10 to 95 %, two pressures."""
    lib = library()
    if lib is None:
        return []
    ratio, bulb, heat, dense = 0.0, 0.0, 0.0, 0.0
    temperatures = (-20.0, -5.0, 0.5, 12.0, 25.0, 35.0, 45.0)
    for t, humid, p in product(temperatures, (0.1, 0.5, 0.95), (83.4e3, 101325.0)):
        theirs = lib.GetHumRatioFromRelHum(t, humid, p)
        ratio = max(ratio, abs(psy.humidity_ratio(t, humid, p) / theirs - 1.0))
        bulb = max(bulb, abs(psy.wet_bulb(t, theirs, p) - lib.GetTWetBulbFromHumRatio(t, theirs, p)))
        heat = max(heat, abs(psy.enthalpy(t, theirs) - lib.GetMoistAirEnthalpy(t, theirs)))
        dense = max(dense, abs(psy.density(t, theirs, p) / lib.GetMoistAirDensity(t, theirs, p) - 1.0))
    return [
        most(case, "humidity ratio, largest relative difference", "-", ratio, 1e-3, PSYCHROLIB),
        most(case, "wet bulb, largest difference", "K", bulb, 0.01, PSYCHROLIB),
        most(case, "enthalpy, largest difference", "J/kg", heat, 10.0, PSYCHROLIB),
        most(case, "density, largest relative difference", "-", dense, 1e-4, PSYCHROLIB),
    ]
