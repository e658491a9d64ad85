"""What ships: every scenario loads, says the same when written out, and fits its JSON Schema."""

from __future__ import annotations

import json
import os
import pickle
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.scenario.bad_inputs import GOOD
from twin.basics.errors import ScenarioError
from twin.building.glazing import named_glazing
from twin.scenario import strict_yaml
from twin.scenario.catalog import (
    available,
    load_any_agent,
    load_datasheet,
    load_scenario,
    packaged,
    place_of,
    source_of,
)
from twin.scenario.dump import scenario_yaml
from twin.scenario.json_schema import scenario_json_schema
from twin.scenario.library import CONSTRUCTIONS, GLAZING_NAMES, u_value
from twin.scenario.outline import area_of
from twin.scenario.template import scenario_text

SHIPPED = sorted(path.stem for path in packaged("scenarios").glob("*.yaml"))


def test_the_four_scenarios_ship() -> None:
    assert {"classroom", "home", "office", "school"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenario(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.description
    assert source_of(scenario) == available("scenarios")[name].resolve()
    copy = tmp_path / "copy.yaml"
    copy.write_text(scenario_yaml(scenario))
    assert load_scenario(copy) == scenario
    assert scenario_yaml(load_scenario(copy)) == scenario_yaml(scenario)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


@pytest.mark.parametrize("name", SHIPPED)
def test_plans_fit_together(name: str) -> None:
    """Outlines have the floor's area; outside walls and partitions add up to the zone's perimeter."""
    fabric = load_scenario(name).building
    for zone in fabric.zones:
        assert area_of(zone.outline_m) == pytest.approx(zone.floor_area_m2)
        following = zone.outline_m[1:] + zone.outline_m[:1]
        around = sum(
            abs(x - u) + abs(y - v) for (x, y), (u, v) in zip(zone.outline_m, following, strict=True)
        )
        walls = sum(wall.area_m2 for wall in zone.walls)
        walls += sum(p.area_m2 for p in fabric.partitions if zone.id in p.between)
        if len(fabric.zones) > 1:
            assert walls == pytest.approx(around * zone.height_m, rel=0.01)


@pytest.mark.parametrize("name", ["agents", "sensors"])
def test_every_shipped_agent_and_datasheet_loads(name: str) -> None:
    read = load_any_agent if name == "agents" else load_datasheet
    for stem in available(name):  # type: ignore[arg-type]
        assert read(stem).name == stem


@pytest.mark.parametrize("folder", ["scenarios", "agents", "sensors"])
def test_every_shipped_file_says_which_format_it_has(folder: str) -> None:
    for path in available(folder).values():  # type: ignore[arg-type]
        assert strict_yaml.load(path).data["format"] == 1, path


def test_json_schema() -> None:
    schema = scenario_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def valid(text: str) -> bool:
        return validator.is_valid(
            json.loads(json.dumps(strict_yaml.parse(text).data, default=date.isoformat))
        )

    for name in SHIPPED:
        assert valid(available("scenarios")[name].read_text()), name
    assert valid(scenario_text("mine"))
    assert valid("extends: office\nrun: {days: 3}\n")
    assert not valid("run: {days: 3}\n")
    assert not valid(GOOD.replace("height_m: 3.0", "heigth_m: 3.0"))
    assert not valid(GOOD.replace("lower_c: 20.0", "lower_c: cold"))


def test_template_loads_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "my_shop.yaml"
    path.write_text(scenario_text("my_shop"))
    scenario = load_scenario(path)
    assert scenario.name == "my_shop"
    assert len(scenario.zone_ids) == 2
    with pytest.raises(ScenarioError) as caught:
        scenario_text("My Shop")
    assert caught.value.suggestion == "my_shop"


def test_names_are_looked_for_as_a_path_then_here_then_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert source_of(load_scenario("office")) == available("scenarios")["office"].resolve()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "office.yaml").write_text(GOOD)
    assert load_scenario("office").name == "shop"
    (tmp_path / "office").write_text(GOOD.replace("name: shop", "name: here"))
    assert load_scenario("office").name == "here"
    assert "school" in available("scenarios")


def test_extends_merges_replaces_and_removes(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(GOOD)
    child, grandchild = tmp_path / "child.yaml", tmp_path / "grandchild.yaml"
    child.write_text(
        "extends: base.yaml\nname: child\nsite: {holidays: null}\ndevices: []\n"
        "hvac: {kind: ideal_loads}\nrun: {days: 3}\n"
    )
    grandchild.write_text("extends: child.yaml\nrun: {start: 2023-02-01}\n")
    base, scenario = load_scenario(tmp_path / "base.yaml"), load_scenario(grandchild)
    assert scenario.name == "child"
    assert scenario.site.holidays is None
    assert scenario.devices == ()
    assert scenario.hvac.kind == "ideal_loads"
    assert scenario.building == base.building
    assert (scenario.run.days, scenario.run.tick_s, scenario.run.start) == (3, 60, date(2023, 2, 1))
    assert place_of(scenario, "run", "days") == (str(child), 6)
    assert place_of(scenario, "run", "start") == (str(grandchild), 2)
    assert place_of(scenario, "hvac", "heating_capacity_w_m2") == (str(child), 5)
    assert place_of(scenario, "site", "weather")[0] == str(tmp_path / "base.yaml")


def test_extends_a_name_of_the_catalogue_and_overrides(tmp_path: Path) -> None:
    path = tmp_path / "mild.yaml"
    path.write_text("extends: office\nname: mild\nsite: {weather: san_francisco}\n")
    scenario = load_scenario(path, {"run": {"days": 2, "start": date(2023, 3, 1)}})
    assert (scenario.name, scenario.run.days, scenario.run.start.month) == ("mild", 2, 3)
    assert scenario.building == load_scenario("office").building
    assert scenario.updated(days=4).run.days == 4
    assert source_of(scenario.updated(days=4)) == path.resolve()


def test_paths_are_relative_to_the_file_they_are_written_in(tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "here.epw").write_text("LOCATION\n")
    (folder / "mine.yaml").write_text(
        "name: mine\nsource: a guess\nquantities: [air_temperature]\nperiod_s: 60\n"
    )
    text = GOOD.replace("weather: chicago", "weather: here.epw")
    text = text.replace("datasheet: room_temperature", "datasheet: mine.yaml")
    (folder / "base.yaml").write_text(text)
    (tmp_path / "child.yaml").write_text("extends: sub/base.yaml\n")
    scenario = load_scenario(tmp_path / "child.yaml")
    assert scenario.site.weather == str((folder / "here.epw").resolve())
    assert scenario.devices[0].datasheet == str((folder / "mine.yaml").resolve())


def test_a_datasheet_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many devices name it, and however often their scenario is loaded."""
    sheet, files = tmp_path / "mine.yaml", []

    def noted(path: Path) -> strict_yaml.Document:
        files.append(Path(path).name)
        return strict_yaml.load(path)

    monkeypatch.setattr("twin.scenario.catalog.load", noted)
    text = "name: mine\nsource: a guess\nquantities: [air_temperature, co2]\nperiod_s: 60\n"
    sheet.write_text(text)
    os.utime(sheet, ns=(0, 10**18))
    device = {"datasheet": str(sheet), "at": ["zones"]}
    both = {"devices": [device | {"measures": what} for what in ("air_temperature", "co2")]}
    for _ in range(3):
        load_scenario("office", both)
    assert files.count("mine.yaml") == 1
    sheet.write_text(text.replace(", co2", ""))
    os.utime(sheet, ns=(0, 2 * 10**18))
    with pytest.raises(ScenarioError, match="co2"):
        load_scenario("office", both)
    assert files.count("mine.yaml") == 2


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="this PyYAML was built without libyaml")
def test_yaml_is_scanned_by_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own scanner, in Python, is never called where there is another."""
    monkeypatch.delattr("yaml.scanner.Scanner.check_token")
    with pytest.raises(AttributeError):
        yaml.compose("a: 1", yaml.SafeLoader)
    assert load_scenario("office").name == "office"


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("wall_light", 0.25, 0.35),
        ("wall_heavy", 0.35, 0.51),
        ("wall_timber", 0.2, 0.33),
        ("roof_light", 0.1, 0.19),
        ("roof_insulated", 0.1, 0.19),
        ("roof_timber", 0.1, 0.15),
        ("floor_slab_insulated", 0.2, 0.4),
        ("partition_light", 1.5, 3.0),
    ],
)
def test_named_constructions_insulate_as_their_source_asks(name: str, lowest: float, highest: float) -> None:
    """Limits of ASHRAE 90.1-2013 and IECC 2012 for climate zone 5 [W/m2K]."""
    assert lowest < u_value(CONSTRUCTIONS[name]) <= highest


def test_json_schema_explains_its_keys() -> None:
    schema = scenario_json_schema()
    assert schema["properties"]["site"]
    zone = schema["$defs"]["Zone"]["properties"]
    assert "corners on the plan" in zone["outline_m"]["description"]
    assert "[m2]" in zone["floor_area_m2"]["description"]
    assert "civil time" in schema["$defs"]["Site"]["properties"]["timezone"]["description"]


def test_readme_lists_every_construction_with_its_u_value(repository: Path) -> None:
    lines = (repository / "scenarios" / "README.md").read_text().splitlines()
    told = {cells[1].strip(" `"): cells[3].strip() for line in lines if len(cells := line.split("|")) == 5}
    for name, construction in CONSTRUCTIONS.items():
        assert name in told
        if told[name]:
            assert float(told[name]) == pytest.approx(u_value(construction), abs=0.006)


@pytest.mark.parametrize("name", GLAZING_NAMES)
def test_named_glazing_exists(name: str) -> None:
    assert named_glazing(name)


@pytest.mark.parametrize("title", ["1e5", "-2E+07", "18:30", "2023-01-01", "true", "~"])
def test_a_title_that_looks_like_something_else_stays_a_title(tmp_path: Path, title: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(scenario_yaml(load_scenario("classroom", {"title": title})), encoding="utf-8")
    assert load_scenario(path).title == title
