"""Numbers drawn by episode seed: inside their ranges, by path, and written back as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.scenario.catalog import load_scenario
from twin.scenario.dump import scenario_yaml
from twin.scenario.json_schema import scenario_json_schema
from twin.scenario.schema import Scenario
from twin.scenario.variation import drawn, draws, varies
from twin.scenario.weather_variability import LEVELS

RANGES: dict[str, Any] = {
    "hvac.chiller_cop": [0.8, 1.2],
    "hvac.supply_air_temperature_c": {"add": [-1.0, 1.0]},
    "insulation": [0.5, 1.5],
    "building.zones.*.infiltration.leakage_area_cm2": [0.7, 1.5],
    "building.zones.core.height_m": [0.9, 1.1],
    "people.arrival": {"add_min": [-30.0, 30.0]},
    "people.meeting_rooms.*.capacity": [0.5, 2.0],
    "devices.air_temperature.bias": {"add": [-1.5, 1.5]},
}


def office(ranges: dict[str, Any] = RANGES) -> Scenario:
    return load_scenario("office", {"randomise": ranges, "site": {"weather_variability": "low"}})


WRITTEN = office()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**63 - 1))
def test_every_number_stays_in_its_range(seed: int) -> None:
    written, found = WRITTEN, drawn(WRITTEN, seed)
    assert isinstance(found.hvac.chiller_cop, float)  # type: ignore[union-attr]
    assert 0.8 <= found.hvac.chiller_cop / written.hvac.chiller_cop <= 1.2  # type: ignore[union-attr]
    assert abs(found.hvac.supply_air_temperature_c - 13.0) <= 1.0  # type: ignore[union-attr]
    for one, was in zip(found.building.zones, written.building.zones, strict=True):
        factor = one.infiltration.leakage_area_cm2 / was.infiltration.leakage_area_cm2  # type: ignore[operator]
        assert 0.7 <= factor <= 1.5
        assert (one.height_m != was.height_m) == (one.id == "core")
    assert "08:00" <= found.people.arrival <= "09:00"  # type: ignore[union-attr]
    assert isinstance(found.people.meeting_rooms[0].capacity, int)  # type: ignore[union-attr]
    assert found.randomise == {}
    assert found.devices[0].bias == pytest.approx(draws(written, seed)["devices[0].bias"])
    assert found == drawn(WRITTEN, seed)


def test_a_draw_belongs_to_its_path_and_seed() -> None:
    alone = {"hvac.chiller_cop": [0.8, 1.2]}
    assert drawn(office(alone), 3).hvac == drawn(office(alone | {"insulation": [0.5, 2.0]}), 3).hvac
    factors = draws(office(), 3)
    leaks = [value for name, value in factors.items() if "leakage" in name]
    assert len(set(leaks)) == len(leaks) == 5, "a star draws for each item"
    assert draws(office(), 4) != factors
    assert draws(office(), 3) == factors
    assert [drawn(office(alone), s).hvac.chiller_cop for s in (0, 1)] == pytest.approx(  # type: ignore[union-attr]
        [3.4 * draws(office(alone), s)["hvac.chiller_cop"] for s in (0, 1)]
    )


def test_insulation_scales_the_insulating_layer_of_the_envelope_only() -> None:
    found = drawn(office({"insulation": [2.0, 2.0]}), 0)
    own = found.building.constructions
    assert set(own) == {"wall_light", "roof_light", "floor_slab_insulated"}
    wool = own["wall_light"].layers[1]
    was = [layer for layer in own["wall_light"].layers if layer is not wool]
    assert wool.thickness_m == 0.09
    assert wool.conductivity_w_mk is not None
    assert all(layer.conductivity_w_mk > wool.conductivity_w_mk for layer in was)  # type: ignore[operator]


def test_it_is_off_by_default_and_survives_being_written(tmp_path: Path) -> None:
    assert not varies(load_scenario("office"))
    assert load_scenario("office", {"site": {"weather_variability": "none"}}) == load_scenario("office")
    path = tmp_path / "varied.yaml"
    path.write_text(scenario_yaml(office()))
    again = load_scenario(path)
    assert again == office()
    assert varies(again)
    assert "weather_variability: low" in path.read_text()
    jsonschema.validate(
        json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str)), scenario_json_schema()
    )


@pytest.mark.parametrize("word", list(LEVELS))
def test_levels_are_words_for_numbers(word: str) -> None:
    found = load_scenario("office", {"site": {"weather_variability": word}}).site.weather_variability
    assert (found.temperature_sd_k, found.clearness_sd, found.wind_sd) == LEVELS[word]
    assert found.model_dump() == word  # type: ignore[comparison-overlap]
    assert found.on == (word != "none")


def test_draws_that_do_not_fit_together_name_the_seed_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    lines = ["extends: office", "randomise:", "  people.lunch: {add_min: [-180, 0]}"]
    path.write_text("\n".join([*lines, "  people.arrival: {add_min: [0, 180]}", ""]))
    plan = load_scenario(path)
    with pytest.raises(ScenarioError, match=r"seed \d+ draws what cannot be: lunch lies") as caught:
        _ = [drawn(plan, seed) for seed in range(60)]
    assert (caught.value.file, caught.value.line) == (str(path), 3)
