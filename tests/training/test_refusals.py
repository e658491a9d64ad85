"""What a learner's file says and the scenario has not: one error with file and line, and no folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from twin.basics.errors import ControllerError, ScenarioError, TwinError
from twin.cli import app
from twin.scenario.catalog import load_learner, load_scenario
from twin.training.train import resume, train

FILE = """\
format: 1
name: mine
kind: es
parameters: {population: 4, episodes: 1}
task:
  rule: setback
  quantities: [heating_setpoint, cooling_setpoint, ventilation_command]
  ranges: {ventilation_command: [0, 1]}
training: {steps: 500, days: 2, warm_up_days: 1, starts: ["2023-02-07"]}
evaluate: {starts: ["2023-02-21"], seeds: [10000], days: 1}
search: {sigma: {low: 0.03, high: 0.2}}
scenarios:
  classroom:
    parameters:
      features:
        open: {of: -hours_to_occupied, from: -0.01, to: 0.0}
        early: {hours: [8, 10]}
        hot:
          of: air_temperature - rule.cooling_setpoint
          from: -0.7
          to: 0.7
      hears:
        heating_offset:
          open * early: [0.0, 0.4]
        cooling_offset:
          open * hot: [0.1, 0.5]
"""
OWN = "scenarios.classroom.parameters"


def written(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in FILE
    path = folder / "mine.yaml"
    path.write_text(FILE.replace(old, new, 1) if old else FILE)
    return path


def line_of(path: Path, text: str) -> int:
    return next(i for i, line in enumerate(path.read_text().splitlines(), 1) if text in line)


WRONG = [
    ("of: air_temperature -", "of: air_temperatur -", "of: air", f"{OWN}.features.hot.of", "air_temperature"),
    ("open * early:", "open * earli:", "earli:", f"{OWN}.hears.heating_offset.open * earli", "early"),
    ("cooling_offset:\n", "coolin_offset:\n", "coolin_", f"{OWN}.hears.coolin_offset", "cooling_offset"),
    ("to: 0.7\n", "too: 0.7\n", "too: 0.7", f"{OWN}.features.hot.too", "to"),
    ("hours: [8, 10]", "hours: [10, 8]", "hours: [", f"{OWN}.features.early.hours", None),
    ("early: [0.0, 0.4]", "early: 0.4", "early: 0.4", f"{OWN}.hears.heating_offset.open * early", None),
    ("\n          open * hot: [0.1, 0.5]", " 3", "cooling_offset: 3", f"{OWN}.hears.cooling_offset", None),
    ("episodes: 1", "episods: 1", "episods", "parameters.episods", "episodes"),
    ("search: {sigma", "search: {sigm", "sigm:", "search.sigm", "sigma"),
    ("days: 1}\nsearch", "days: 1, rules: [setbak]}\nsearch", "setbak", "evaluate.rules", "setback"),
    ("days: 1}\nsearch", "days: 1, rules: [foresight]}\nsearch", "foresight", "evaluate.rules", None),
    ('["2023-02-21"]', "[soon]", "soon", "evaluate.starts", None),
    ('["2023-02-21"]', '["2023-02-08"]', "steps: 500", "training.starts", None),
    ("500, days: 2", "500, days: 1", "steps: 500", "training.days", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "key", "better"), WRONG)
def test_what_the_scenario_has_not_is_refused_with_its_line_before_a_folder_is_made(
    old: str, new: str, at: str, key: str, better: str | None, tmp_path: Path
) -> None:
    path, out = written(tmp_path, old, new), tmp_path / "never"
    with pytest.raises(TwinError) as told:
        train("classroom", path, out=out)
    error = told.value
    assert (error.file, error.line, error.key) == (str(path), line_of(path, at), key)
    assert error.suggestion == better
    assert error.allowed
    assert not out.exists()


@pytest.mark.parametrize("command", ["train", "tune"])
def test_the_commands_end_with_two_and_one_sentence(command: str, tmp_path: Path) -> None:
    path, out = written(tmp_path, "open * early:", "open * earli:"), tmp_path / "never"
    result = CliRunner().invoke(app, [command, "classroom", "--agent", str(path), "--out", str(out)])
    assert result.exit_code == 2
    assert result.stdout == ""
    told = [line for line in result.stderr.splitlines() if not line.startswith("compiling")]
    assert len(told) == 1
    line = line_of(path, "earli")
    assert told[0].startswith(f"error: {path}:{line}: {OWN}.hears.heating_offset.open * earli: ")
    assert "(found 'earli'); allowed: " in told[0]
    assert told[0].endswith("did you mean 'early'?")
    assert not out.exists()


def test_the_unchanged_file_is_taken_and_a_continuation_is_checked_alike(tmp_path: Path) -> None:
    out = tmp_path / "out"
    train("classroom", written(tmp_path), out=out)
    file, manifest = out / "learner.yaml", (out / "manifest.json").read_bytes()
    content = yaml.safe_load(file.read_text())
    content["parameters"]["features"]["hot"]["of"] = "co22"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ControllerError) as told:
        resume(out, 1000)
    assert (told.value.file, told.value.line) == (str(file), line_of(file, "co22"))
    assert told.value.key == "parameters.features.hot.of"
    assert told.value.suggestion == "co2"
    assert (out / "manifest.json").read_bytes() == manifest
    assert json.loads(manifest)["state"] == "complete"


def test_a_building_wide_action_is_not_offered_what_only_zones_hear(tmp_path: Path) -> None:
    path = written(tmp_path, "  rule: setback\n", "  rule: setback\n  building_wide: [ventilation_command]\n")
    path.write_text(path.read_text() + "        ventilation_command:\n          presence: [0.0, 1.0]\n")
    with pytest.raises(ControllerError) as told:
        train("classroom", path, out=tmp_path / "never")
    assert told.value.line == line_of(path, "presence: [")
    assert "presence" not in str(told.value.allowed).split(", ")
    assert not (tmp_path / "never").exists()


def test_a_value_from_elsewhere_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    mine = load_learner(written(tmp_path)).for_scenario("classroom")
    changes: dict[str, Any] = {"parameters": {"features": {"hot": {"of": "co22", "from": 0, "to": 1}}}}
    for learner in (mine.updated(changes), mine.read_at({}).updated(changes)):
        with pytest.raises(ControllerError) as told:
            train("classroom", learner, out=tmp_path / "never")
        assert (told.value.file, told.value.line) == (None, None)
        assert told.value.key == "parameters.features.hot.of"


def test_sections_that_do_not_go_together_name_the_later_line(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() + "    evaluate: {seeds: [3]}\n")
    with pytest.raises(ScenarioError) as told:
        load_learner(path).for_scenario("classroom")
    assert (told.value.file, told.value.line) == (str(path), line_of(path, "[3]"))
    assert told.value.key == "scenarios.classroom.evaluate.seeds"
    with pytest.raises(ScenarioError) as given:
        load_learner(path).updated({"task": {"rul": "setback"}})
    assert given.value.file is None
    assert given.value.suggestion == "rule"


def test_what_a_scenario_replaces_is_not_judged_there(tmp_path: Path) -> None:
    """Features of the file as a whole do not reach a scenario that has its own."""
    other = "parameters: {population: 4, episodes: 1, features: {none: {of: nothing, from: 0, to: 1}}}"
    path = written(tmp_path, "parameters: {population: 4, episodes: 1}", other)
    made = train("classroom", path, out=tmp_path / "out")
    assert made.state == "complete"
    with pytest.raises(ControllerError) as told:
        train(load_scenario("home"), path, out=tmp_path / "never")
    assert (told.value.line, told.value.key) == (4, "parameters.features.none.of")


def test_features_that_no_action_hears_are_not_ignored(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text()
    path.write_text(text[: text.index("      hears:")])
    with pytest.raises(ControllerError, match="no action hears these features") as told:
        train("classroom", path, out=tmp_path / "never")
    assert (told.value.file, told.value.line) == (str(path), line_of(path, "features:"))
    assert (told.value.key, told.value.value) == (f"{OWN}.features", "open, early, hot")
    assert not (tmp_path / "never").exists()
