"""Shipped scenarios under shipped controllers behave as such buildings do; see docs/scenarios.md."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.plausibility import Record, balance, simulate
from twin.kpi import Kpis, evaluate
from twin.simulator import Simulator


@cache
def fortnight(name: str, agent: str, start: str) -> tuple[Simulator, Record, Kpis]:
    simulator, record = simulate(name, agent, start, 14)
    return simulator, record, evaluate(simulator)[0]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("office", "2023-01-16"),
        ("office", "2023-07-10"),
        ("school", "2023-01-16"),
        ("classroom", "2023-05-22"),
        ("home", "2023-01-16"),
    ],
)
@pytest.mark.parametrize("agent", ["setback", "pi"])
def test_setback_saves_energy_and_nobody_feels_it(name: str, start: str, agent: str) -> None:
    """Against constant setpoints; allowed is a tenth of a kelvin over one occupied day in a hundred."""
    ours, theirs = (fortnight(name, a, start)[2].values for a in (agent, "constant"))
    assert (ours["ener_tot"] or 0.0) < 0.99 * (theirs["ener_tot"] or 0.0)
    assert (ours["tdis_occ"] or 0.0) <= (theirs["tdis_occ"] or 0.0) + 1.0


@pytest.mark.parametrize(
    ("name", "agent"), [("office", "setback"), ("school", "constant"), ("home", "constant")]
)
def test_january_is_warm_enough(name: str, agent: str) -> None:
    """Capacities hold the occupied band in a Chicago and a Denver January."""
    kpis = fortnight(name, agent, "2023-01-16")[2].values
    assert (kpis["discomfort_share"] or 0.0) < 0.02


@pytest.mark.parametrize("name", ["school", "classroom"])
def test_pupils_breathe_less_than_1200_ppm_nearly_always(name: str) -> None:
    simulator, record, _ = fortnight(name, "constant", "2023-01-16")
    for zone in simulator.building.zone_ids:
        pupils = record[f"{zone}.occupants"] > 5
        if pupils.any():
            assert np.percentile(record[f"{zone}.co2"][pupils], 99) < 1200.0
            assert np.median(record[f"{zone}.co2"][pupils]) > 700.0  # and are not blown away


def test_a_house_without_cooling_follows_the_summer_but_is_aired_at_night() -> None:
    """Windows that nobody minded let it reach 36 °C."""
    simulator, record, kpis = fortnight("home", "setback", "2023-07-10")
    outdoor = record["site.outdoor_temperature"]
    indoor = np.mean([record[f"{zone}.air_temperature"] for zone in simulator.building.zone_ids], axis=0)
    assert indoor.max() < outdoor.max()
    assert np.median(indoor) < 27.0
    assert (kpis.values["overrides"] or 0.0) == 0.0  # a thermostat that only heats is left alone


@pytest.mark.parametrize(("name", "most"), [("office", 0.01), ("school", 1e-3), ("home", 0.03)])
def test_heat_of_the_plant_arrives_in_the_rooms(name: str, most: float) -> None:
    simulator, record, _ = fortnight(name, "setback", "2023-01-16")
    assert abs(balance(simulator.building, record)) < most


def test_daylight_saves_a_part_of_the_light_not_nearly_all() -> None:
    """Full-load hours of lights in classrooms: lessons are 5 to 6 hours a day."""
    _, record, _ = fortnight("classroom", "constant", "2023-01-16")
    lit = record["classroom.occupants"] > 0
    share = record["lighting.electric_power"][lit] / (8.0 * 70.0)
    assert 0.4 <= share.min() < share.max() <= 1.0
    assert 0.45 < share.mean() < 0.95
