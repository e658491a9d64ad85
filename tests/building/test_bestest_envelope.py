"""Cases 600 and 900 of ANSI/ASHRAE 140-2020 through envelope() and climate(): annual loads against the
references.

The whole set of cases is a validation suite of its own; this is the guard that the shipped envelope is the
studied one.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.physics import rooms
from twin.basics.clock import Clock
from twin.building.climate import climate
from twin.building.weather import read_weather
from twin.physics import layout as la
from twin.scenario.schema import Scenario

DENVER_PRESSURE = 1.0156 * 287.042 * 293.15  # gives the standard's air density


def construction(rows: list[list[Any]]) -> dict[str, Any]:
    layers = [
        {
            "material": m,
            "thickness_m": t,
            "conductivity_w_mk": k,
            "density_kg_m3": rho,
            "specific_heat_j_kgk": c,
        }
        for m, t, k, rho, c in rows
    ]
    return {"layers": layers}


def case(data: dict[str, Any], number: str) -> Scenario:
    """The test cell of a case: 600 light, 900 heavy; FF without plant."""
    spec, rows = data["cases"][number], data["constructions"]
    walls = [
        {"construction": "wall", "area_m2": area, "azimuth_deg": azimuth}
        for azimuth, area in ((0, 21.6), (90, 16.2), (180, 21.6), (270, 16.2))
    ]
    walls[2]["windows"] = [{"glazing": "double_clear", "area_m2": 12.0, "height_m": 2.0}]
    room = {
        "id": "cell", "floor_area_m2": 48.0, "height_m": 2.7, "walls": walls,
        "roof": {"construction": "roof", "area_m2": 48.0},
        "floor": {"construction": "floor", "area_m2": 48.0, "boundary": "outdoor"},
        "infiltration": {"air_changes_per_hour": 0.5}, "air_capacity_multiplier": 1.0,
    }  # fmt: skip
    used = {name: construction(rows[spec[name]]) for name in ("wall", "roof", "floor")}
    return rooms.scenario([room], constructions=used)


def year(model: Scenario, conditioned: bool, tick_s: int = 900) -> dict[str, float]:
    """Annual loads [MWh] and hourly peaks [kW] at 20 and 27 °C; else hourly air temperatures [°C]."""
    clock = Clock(date(2021, 1, 1), "Etc/GMT+7", 14, 365, tick_s, 3600)
    site, sun = climate(model, clock, read_weather("denver"))
    per_step = clock.boundary_step_s // tick_s
    r = rooms.room(model, tick_s=tick_s, per_step=per_step, pressure=DENVER_PRESSURE)
    r = r._replace(b=r.b._replace(weather=site, sun=sun))
    if conditioned:
        r.w[0, [la.WK_LOW, la.WK_HIGH, la.WK_CAP_HEAT, la.WK_CAP_COOL]] = 20.0, 27.0, 1e6, 1e6
    r.x.gains[0, 0, [la.G_CONVECTIVE, la.G_RADIANT]] = 80.0, 120.0
    trace = rooms.run(r, clock.ticks)[clock.warm_up_ticks :, 0]
    heat = trace[:, la.Z_HEAT]
    hourly = trace.reshape(8760, -1, la.ZONE_STATES).mean(axis=1)
    air = hourly[:, la.Z_MEAN_AIR]
    if not conditioned:
        return {"max_temp_C": air.max(), "min_temp_C": air.min(), "mean_temp_C": air.mean()}
    return {
        "annual_heating_MWh": np.maximum(heat, 0.0).sum() * tick_s / 3.6e9,
        "annual_cooling_MWh": -np.minimum(heat, 0.0).sum() * tick_s / 3.6e9,
        "peak_heating_kW": hourly[:, la.Z_HEAT].max() / 1e3,
        "peak_cooling_kW": -hourly[:, la.Z_HEAT].min() / 1e3,
    }


@pytest.mark.slow
@pytest.mark.parametrize("number", ["600", "900", "600FF", "900FF"])
def test_results_lie_between_those_of_the_reference_programs(shared_data: Path, number: str) -> None:
    folder = shared_data / "bestest"
    data = json.loads((folder / "cases.json").read_text())
    reference = json.loads((folder / "reference.json").read_text())[number]
    for name, value in year(case(data, number), not number.endswith("FF")).items():
        low, high = reference[name]["min"], reference[name]["max"]
        assert low <= value <= high, (name, value, low, high)
