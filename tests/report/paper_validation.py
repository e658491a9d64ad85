"""A validation made up here: suites as the real ones are shaped, with answers that need no physics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twin.basics.errors import TwinError
from twin.validation.check import Check, Demand, Outcome, Series, Suite, accepted

PROGRAMS = ("BSIMAC", "CSE", "DeST", "EnergyPlus", "ESP-r", "TRNSYS")
LOADS = {
    "600": (4.21, 5.86, 3.18, 6.02),
    "610": (4.31, 4.26, 3.17, 5.86),
    "620": (4.41, 4.09, 3.19, 4.53),
    "630": (4.82, 2.81, 3.20, 3.96),
    "640": (2.61, 5.64, 4.37, 5.97),
    "650": (0.0, 4.64, 0.0, 5.81),
    "900": (1.63, 2.47, 2.59, 2.97),
    "910": (1.97, 1.55, 2.60, 2.35),
    "920": (3.30, 2.93, 2.74, 3.04),
    "930": (3.97, 2.03, 2.77, 2.58),
    "940": (1.03, 2.40, 3.43, 2.98),
    "950": (0.0, 0.55, 0.0, 2.25),
    "960": (2.72, 0.85, 2.20, 1.41),
}
FREE = {"600FF": (-12.0, 63.5, 25.4), "900FF": (0.8, 44.1, 25.6), "650FF": (-17.1, 62.2, 18.6)}
QUANTITIES = ("annual heating", "annual cooling", "peak heating", "peak cooling")
UNITS = ("MWh", "MWh", "kW", "kW")
TEMPERATURES = ("minimum temperature", "maximum temperature", "mean temperature")


def _others(middle: float, spread: float) -> dict[str, float]:
    return {name: middle + spread * (k - 2.5) / 5 for k, name in enumerate(PROGRAMS)}


def _bounded(case: str, quantity: str, unit: str, ours: float, middle: float, spread: float) -> Check:
    others = _others(middle, spread)
    low, high = min(others.values()), max(others.values())
    return Check(
        case, quantity, unit, ours, low, high, low - 0.6 * spread, high + 0.6 * spread,
        reference=others["EnergyPlus"], others=others, source="paper",
    )  # fmt: skip


def loads(case: str, _data: Path | None) -> Outcome:
    """A case of the paper bestest; peak cooling of 900 lies outside."""
    if case in FREE:
        rows = zip(TEMPERATURES, FREE[case], strict=True)
        return Outcome(tuple(_bounded(case, q, "°C", middle + 0.3, middle, 2.0) for q, middle in rows))
    checks = []
    for quantity, unit, middle in zip(QUANTITIES, UNITS, LOADS[case], strict=True):
        shift = 1.6 if (case, quantity) == ("900", "peak cooling") else 0.2
        spread = 0.12 * middle + 0.02
        checks.append(_bounded(case, quantity, unit, middle + shift * spread, middle, spread))
    return Outcome(tuple(checks))


def differences(case: str, _data: Path | None) -> Outcome:
    """Differences between two cases, heating and cooling."""
    one, two = case.split("-")
    checks = []
    for k, quantity in enumerate(QUANTITIES):
        middle = LOADS[one][k] - LOADS[two][k]
        others = _others(middle, 0.3)
        checks.append(
            Check(case, quantity, UNITS[k], middle + 0.1, min(others.values()), max(others.values()),
                  reference=others["EnergyPlus"], others=others)
        )  # fmt: skip
    return Outcome(tuple(checks))


def hourly(case: str, _data: Path | None) -> Outcome:
    """A year of hours."""
    hours = np.arange(8760) + 0.5
    day = np.sin(2 * np.pi * (hours - 9) / 24)
    season = np.cos(2 * np.pi * hours / 8760)
    error = Check(case, "mean annual error", "%", 2.1, high=4.0)
    if case.endswith("FF"):
        ours = 20 - 15 * season + 15 * day
        return Outcome(
            (error,), (Series(case, "air temperature", "°C", hours, ours, ours + 0.4, "EnergyPlus"),)
        )
    heating, cooling = np.maximum(0, 1500 * season - 1200 * day), np.maximum(0, 4000 * day - 1500 * season)
    return Outcome(
        (error,),
        (
            Series(case, "heating", "W", hours, heating, heating * 1.03, "EnergyPlus"),
            Series(case, "cooling", "W", hours, cooling, cooling * 0.97 + 30, "EnergyPlus"),
        ),
    )


def steps(case: str, _data: Path | None) -> Outcome:
    """Sixty days by the hour with a reference on three of them."""
    hours = np.arange(60 * 24) + 1.0
    ours = 22 + 25 * (1 - np.exp(-hours / 300))
    day = (hours - 1) // 24 + 1
    reference = np.where(np.isin(day, (1, 10, 60)), ours + 0.03, np.nan)
    unit, quantity = ("W", "heating power") if case in ("6", "7") else ("°C", "room temperature")
    checks = tuple(Check(case, f"largest deviation, day {d}", "K", 0.03, high=0.15) for d in (1, 10, 60))
    return Outcome(checks, (Series(case, quantity, unit, hours, ours, reference, "VDI 6007-1"),))


def decay(case: str, _data: Path | None) -> Outcome:
    """Carbon dioxide after people left, and a closure that is reported in powers of ten."""
    hours = np.linspace(0, 6, 361)
    ours = 420 + 1200 * np.exp(-hours)
    return Outcome(
        (
            Check(case, "largest deviation", "ppm", 0.4, high=5.0),
            Check(case, "closure", "1", 3e-13, high=1e-9),
            Check(case, "time constant", "h", 1.0003, reference=1.0),
        ),
        (Series(case, "CO2", "ppm", hours, ours, ours + 0.4, "analytical"),),
    )


def house(case: str, data: Path | None) -> Outcome:
    """Forty days of two rooms; needs data."""
    if data is None or not (data / "twin_house" / "good").exists():
        raise TwinError("the measurement cannot be read", file=data)
    hours = np.arange(0, 41 * 24, 1 / 6)
    series = tuple(
        Series(
            case,
            room,
            "°C",
            hours,
            25 + k + 3 * np.sin(hours / 4),
            25.6 + k + 3 * np.sin(hours / 4),
            "measured",
        )
        for k, room in enumerate(("living room", "kitchen", "bathroom", "bedroom", "corridor"))
    )
    return Outcome((Check(case, "root mean square error, living room", "K", 0.6, high=1.5),), series)


def _most(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    inside = sum(check.verdict == "inside" for check in checks)
    more = (Demand("strictly inside", inside, least=40),) if complete else ()
    return (accepted(checks), *more)


def _all(checks: Sequence[Check], _complete: bool) -> tuple[Demand, ...]:
    return (accepted(checks),)


PAIRS = tuple(
    f"{a}-{b}" for a, b in (("610", "600"), ("620", "600"), ("640", "600"), ("900", "600"), ("910", "900"))
)
SOURCE = "made up for a test"
BESTEST = Suite("bestest", "ANSI/ASHRAE 140 thermal fabric", "Seventeen cases on paper.", SOURCE,
                (*LOADS, *FREE), loads, _most)  # fmt: skip
DIFFERENCES = Suite(
    "differences", "Differences between cases", "What a change does.", SOURCE, PAIRS, differences, _all
)
HOURLY = Suite("hourly", "Hour by hour", "A year of hours.", SOURCE, ("600", "900", "600FF"), hourly, _all)
VDI = Suite(
    "vdi6007", "VDI 6007-1", "A room on paper.", SOURCE, tuple(str(k) for k in range(1, 8)), steps, _all
)
AIR = Suite("air", "Air quality", "Decay.", SOURCE, ("CO2 decay",), decay, _all)
HOUSE = Suite(
    "twin-house", "A measured house", "Two rooms.", SOURCE, ("experiment 1",), house, _all, data="twin_house"
)
ALL = (BESTEST, DIFFERENCES, HOURLY, VDI, AIR, HOUSE)


def paper_suites() -> tuple[Suite, ...]:
    """Stands in for `twin.validation.suites.suites`."""
    return ALL
