"""`extends:` in agents' files: what comes along, what stays behind, and what is told of mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from twin.basics.errors import ScenarioError
from twin.cli import app
from twin.scenario.catalog import available, load_agent, load_any_agent, load_learner, load_scenario
from twin.scenario.json_schema import json_schema
from twin.scenario.learners import KINDS, Learner
from twin.scenario.strict_yaml import load

BASE = """\
format: 1
name: base
kind: ppo
title: Base
parameters: {gamma: 0.9, n_steps: 8}
policy_kwargs: {log_std_init: -1.0}
task: {time: false, ranges: {co2: [400, 1000], air_temperature: [15, 30]}}
training: {steps: 100, envs: 2, days: 3}
search: {gamma: {low: 0.5, high: 0.9}}
scenarios:
  office:
    parameters: {gamma: 0.8}
    task: {action: direct, ranges: {co2: [400, 1400], outdoor_temperature: [-5, 35]}}
    training: {steps: 900, starts: ["2023-02-06"]}
"""


def heir(folder: Path, text: str, name: str = "heir.yaml") -> Path:
    (folder / "base.yaml").write_text(BASE)
    path = folder / name
    path.write_text(text)
    return path


def refused(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as told:
        load_learner(path)
    return told.value


def test_mappings_merge_the_rest_replaces_and_null_removes(tmp_path: Path) -> None:
    path = heir(
        tmp_path,
        "extends: base.yaml\nname: heir\ntitle: null\nparameters: {n_steps: 16}\n"
        "task: {time: null, past_steps: 2}\n"
        "scenarios: {home: {training: {steps: 7}}}\n",
    )
    made = load_learner(path)
    assert (made.name, made.kind, made.title) == ("heir", "ppo", "")
    assert made.parameters == {"gamma": 0.9, "n_steps": 16}
    assert (made.task.time, made.task.past_steps, made.training.envs) == (True, 2, 2)
    assert set(made.scenarios) == {"office", "home"}
    assert made.for_scenario("home").training.steps == 7


def test_what_a_file_says_counts_before_what_another_said_of_one_scenario(tmp_path: Path) -> None:
    path = heir(
        tmp_path,
        "extends: base.yaml\nname: heir\nparameters: {gamma: 0.7}\ntask: {ranges: {co2: [500, 1200]}}\n"
        "training: {steps: 5}\n",
    )
    office = load_learner(path).for_scenario("office")
    assert office.parameters == {"gamma": 0.7, "n_steps": 8}
    assert (office.training.steps, office.training.starts) == (5, ("2023-02-06",))
    assert office.task.action == "direct"
    assert office.task.ranges == {"co2": (500.0, 1200.0), "outdoor_temperature": (-5.0, 35.0)}
    assert load_learner(path).task.ranges["air_temperature"] == (15.0, 30.0)
    assert load_learner(tmp_path / "base.yaml").for_scenario("office").training.steps == 900


def test_its_own_section_of_a_scenario_counts_before_all(tmp_path: Path) -> None:
    path = heir(
        tmp_path,
        "extends: base.yaml\nname: heir\ntraining: {steps: 5}\nscenarios: {office: {training: {steps: 6}}}\n",
    )
    assert load_learner(path).for_scenario("office").training.steps == 6
    again = heir(tmp_path, "extends: heir.yaml\nname: again\ntraining: {envs: 9}\n", "again.yaml")
    office = load_learner(again).for_scenario("office")
    assert (office.training.steps, office.training.envs) == (6, 9)


def test_another_kind_leaves_behind_what_it_could_not_take(tmp_path: Path) -> None:
    path = heir(tmp_path, "extends: base.yaml\nname: heir\nkind: sac\nparameters: {tau: 0.01}\n")
    made = load_learner(path)
    assert (made.parameters, made.policy_kwargs, made.search) == ({"tau": 0.01}, {}, {})
    assert made.for_scenario("office").parameters == {"tau": 0.01}
    assert made.for_scenario("office").training.steps == 900
    assert not made.task.time
    same = heir(tmp_path, "extends: base.yaml\nname: heir\nkind: ppo\n")
    assert load_learner(same).parameters == {"gamma": 0.9, "n_steps": 8}


def test_a_file_that_is_no_agent_alone_may_be_shared(tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text("task: {past_steps: 4}\nparameters: {gamma: 0.5}\n")
    path = heir(tmp_path, "extends: task.yaml\nname: heir\nkind: td3\n")
    made = load_learner(path)
    assert (made.task.past_steps, made.parameters) == (4, {"gamma": 0.5})


@pytest.mark.parametrize(
    ("name", "message", "suggestion"),
    [
        ("pppo", "unknown agent", "ppo"),
        ("nowhere.yaml", "there is no such agent file", None),
        ("heir.yaml", "the agents extend each other in a circle: heir.yaml -> heir.yaml", None),
        ("[a]", "this is not the name of an agent", None),
        ("", "this is not the name of an agent", None),
    ],
)
def test_what_cannot_be_extended_is_told(
    name: str, message: str, suggestion: str | None, tmp_path: Path
) -> None:
    path = heir(tmp_path, f"name: heir\nkind: ppo\nextends: {name}\n")
    error = refused(path)
    assert (error.file, error.line, error.key) == (str(path), 3, "extends")
    assert error.message == message
    assert error.suggestion == suggestion


def test_a_circle_of_two_names_both(tmp_path: Path) -> None:
    first = heir(tmp_path, "extends: second\nname: first\n", "first.yaml")
    heir(tmp_path, "extends: first\nname: second\n", "second.yaml")
    assert "first.yaml -> second.yaml -> first.yaml" in refused(first).message


def test_mistakes_are_told_where_they_are_written(tmp_path: Path) -> None:
    path = heir(tmp_path, "extends: base.yaml\nname: heir\ntraining:\n  stepps: 5\n")
    error = refused(path)
    assert (error.file, error.line, error.key, error.suggestion) == (str(path), 4, "training.stepps", "steps")
    path = heir(tmp_path, "extends: base.yaml\nname: heir\n")
    base = tmp_path / "base.yaml"
    base.write_text(BASE.replace("gamma: {low: 0.5", "gamma: {low: 1.5"))
    error = refused(path)
    assert (error.file, error.line, error.key) == (str(base), 9, "search.gamma.low")
    path = heir(tmp_path, "extends: base.yaml\nname: heir\ntraining: {pool: 99999}\n")
    assert refused(path).file == str(path)
    path = heir(tmp_path, "extends: base.yaml\nname: heir\nevaluate: {seeds: [3]}\n")
    error = refused(path)
    assert (error.file, error.line, error.key) == (str(path), 3, "evaluate.seeds")


def test_a_misspelt_extends_is_known(tmp_path: Path) -> None:
    error = refused(heir(tmp_path, "extend: ppo\nname: heir\nkind: ppo\n"))
    assert (error.line, error.suggestion) == (1, "extends")
    path = tmp_path / "scenario.yaml"
    path.write_text("extend: office\nname: mine\n")
    with pytest.raises(ScenarioError) as told:
        load_scenario(path)
    assert told.value.suggestion == "extends"


def test_rules_and_policies_extend_alike(tmp_path: Path) -> None:
    mild = heir(tmp_path, "extends: setback\nname: mild\nparameters: {margin_k: 0.2}\n", "mild.yaml")
    made, shipped = load_agent(mild), load_agent("setback")
    assert (made.name, made.kind) == ("mild", "setback")
    assert made.parameters == {**shipped.parameters, "margin_k": 0.2}
    other = heir(tmp_path, "extends: mild\nname: other\nkind: pi\n", "other.yaml")
    assert load_agent(other).parameters == {}
    kept = heir(tmp_path, "extends: trained/home\nname: kept\n", "kept.yaml")
    assert load_agent(kept).parameters == load_agent("trained/home").parameters


def test_beside_a_file_comes_before_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "ppo.yaml").write_text(BASE)
    monkeypatch.chdir(tmp_path)
    assert load_learner("ppo").name == "base"
    assert load_learner("sac").task.rule == "setback"  # shipped files extend shipped ones
    own = heir(tmp_path / "agents", "extends: ppo\nname: own\n", "own.yaml")
    assert load_learner(own).training.steps == 100


def test_a_copy_of_a_shipped_learner_is_as_good_anywhere(tmp_path: Path) -> None:
    for kind in KINDS:
        path = tmp_path / f"{kind}.yaml"
        path.write_text(available("agents")[kind].read_text())
    for kind in KINDS:
        for scenario in ("office", "home", "school"):
            copied = load_learner(tmp_path / f"{kind}.yaml").for_scenario(scenario)
            assert copied.model_dump() == load_learner(kind).for_scenario(scenario).model_dump()
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "sac.yaml").write_text(available("agents")["sac"].read_text())
    assert load_learner(alone / "sac.yaml").model_dump() == load_learner("sac").model_dump()


def test_what_extends_nothing_else_says_is_found_out(tmp_path: Path) -> None:
    texts = {
        "learner": "extends: ppo\nname: a\n",
        "agent": "extends: pi\nname: b\n",
        "scenario": "extends: classroom\nname: c\n",
    }
    for kind, text in texts.items():
        path = tmp_path / f"{kind}.yaml"
        path.write_text(text)
        second = tmp_path / f"second_{kind}.yaml"
        second.write_text(f"extends: {kind}.yaml\nname: d\n")
        for file in (path, second):
            result = CliRunner().invoke(app, ["validate", str(file)])
            assert result.stdout.rstrip().endswith(f"({kind})"), result.stderr
    (tmp_path / "slip.yaml").write_text("extends: pppo\nname: e\n")
    result = CliRunner().invoke(app, ["validate", str(tmp_path / "slip.yaml")])
    assert result.exit_code == 2
    assert "did you mean 'ppo'?" in result.stderr


def test_a_kind_that_is_none_is_told_of_what_is_meant_to_learn(tmp_path: Path) -> None:
    path = heir(tmp_path, "extends: base.yaml\nname: heir\nkind: pppo\n")
    with pytest.raises(ScenarioError) as told:
        load_any_agent(path)
    assert (told.value.line, told.value.key, told.value.suggestion) == (3, "kind", "ppo")


def test_an_editor_is_told_of_extends() -> None:
    schema = json_schema(Learner)
    jsonschema.Draft202012Validator.check_schema(schema)
    for kind in KINDS:
        data = json.loads(json.dumps(load(available("agents")[kind]).data))
        jsonschema.validate(data, schema)
    jsonschema.validate({"extends": "ppo", "training": {"steps": 5}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "mine"}, schema)
