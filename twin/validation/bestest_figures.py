"""Figures of the BESTEST suites: what six programs found, what is accepted, and names for it all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

CASES = (
    "600", "610", "620", "630", "640", "650", "600FF", "650FF",
    "900", "910", "920", "930", "940", "950", "900FF", "950FF", "960",
)  # fmt: skip
ENERGYPLUS = "EnergyPlus"
SOURCE = "ANSI/ASHRAE Standard 140-2020, example results of six programs (NREL/BESTEST-GSR, RESULTS5-2A.xlsx)"


class Quantity(NamedTuple):
    """Name and unit of a quantity as the reports say it."""

    name: str
    unit: str


QUANTITIES: dict[str, Quantity] = {
    "annual_heating_MWh": Quantity("annual heating", "MWh"),
    "annual_cooling_MWh": Quantity("annual cooling", "MWh"),
    "peak_heating_kW": Quantity("peak heating", "kW"),
    "peak_cooling_kW": Quantity("peak cooling", "kW"),
    "max_temp_C": Quantity("highest temperature", "°C"),
    "min_temp_C": Quantity("lowest temperature", "°C"),
    "mean_temp_C": Quantity("mean temperature", "°C"),
}


@lru_cache(maxsize=1)
def figures() -> Mapping[str, Any]:
    """All of references/bestest.json."""
    path = resources.files("twin.validation") / "references" / "bestest.json"
    data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def scenario_of(case: str) -> str:
    """Name of the scenario of a case."""
    return f"validation/bestest_{case.lower()}"


def quantities_of(case: str) -> tuple[str, ...]:
    """Keys of QUANTITIES that the programs report of a case."""
    return tuple(figures()["results"][case])


def results(case: str, quantity: str) -> dict[str, float]:
    """What each program found, by its name; programs without a result are left out."""
    return by_program(figures()["results"][case][quantity])


def solar(case: str) -> dict[str, dict[str, float]]:
    """Annual irradiation [kWh/m2] of a case by quantity and program."""
    return {name: by_program(row) for name, row in figures()["solar_kwh_m2"][case].items()}


def by_program(row: list[float | None]) -> dict[str, float]:
    """A row of results by program."""
    found = zip(figures()["programs"], row, strict=True)
    return {program: float(value) for program, value in found if value is not None}


def accepted_band(case: str, quantity: str) -> tuple[float, float]:
    """What is accepted: the published band for annual loads; else the range and 5 %, or 1 K, around it.

    Source: ANSI/ASHRAE Standard 140-2023 Addendum b (annual loads); the rest is this project's demand.
    """
    published = figures()["accepted"].get(case, {}).get(quantity)
    if published is not None:
        return float(published[0]), float(published[1])
    values = results(case, quantity).values()
    low, high = min(values), max(values)
    return (low - 1.0, high + 1.0) if quantity.endswith("_C") else (0.95 * low, 1.05 * high)


def doubt(case: str, quantity: str) -> str:
    """What is doubtful about the published band of a quantity; "" where nothing is."""
    for row in figures()["doubtful"]:
        if (row["case"], row["quantity"]) == (case, quantity):
            (a, b), (c, d) = row["as_transcribed"], row["read_as"]
            return f"Published band {a:g} to {b:g}, also read as {c:g} to {d:g}: {row['why']}."
    return ""


def energyplus_inside() -> tuple[int, int]:
    """How many quantities EnergyPlus has within the range of the other programs, and of how many."""
    good = total = 0
    for case in CASES:
        for quantity in quantities_of(case):
            others = results(case, quantity)
            own = others.pop(ENERGYPLUS)
            good += min(others.values()) <= own <= max(others.values())
            total += 1
    return good, total
