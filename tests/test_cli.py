"""The command line: results on stdout, words on stderr, one line and exit code 2 for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.report.folders import scenario, write_run
from twin.basics.errors import ScenarioError
from twin.cli import app
from twin.options import controller, controllers


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_version_is_the_packages() -> None:
    import twin

    assert call("--version").stdout.strip() == f"building-twin {twin.__version__}"


@pytest.mark.parametrize(
    "command", ["run", "compare", "report", "list", "validate", "validate-physics", "schema", "new", "demo"]
)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    text = call(command, "--help").stdout
    assert "Usage:" in text
    assert "twin " in text or command == "demo"


@pytest.mark.parametrize("folder", ["scenarios", "agents", "sensors"])
def test_list_names_what_is_there(folder: str) -> None:
    from twin.scenario.catalog import available

    text = call("list", folder).stdout
    assert all(name in text for name in available(folder))  # type: ignore[arg-type]


def test_list_goes_on_where_a_file_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "broken.yaml").write_text("kind: [")
    monkeypatch.chdir(tmp_path)
    result = call("list", "agents")
    assert result.exit_code == 0
    assert "broken" in result.stdout
    assert "setback" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "offce"], "did you mean 'office'?"),
        (["run", "office", "--agent", "setbak"], "did you mean 'setback'?"),
        (["run", "office", "--start", "2023-02-30"], "winter"),
        (["run", "office", "--start", "wintr"], "did you mean 'winter'?"),
        (["compare", "office", "--agents", "pi,pi"], "different names"),
        (["compare", "office", "--agents", ""], "--agents: a controller is missing (found ''); allowed: "),
        (["compare", "office", "--agents", ","], "a controller is missing"),
        (["compare", "office", "--agents", "setback,,pi"], "a controller is missing (found 'setback,,pi')"),
        (["compare", "office", "--agents", "setback,"], "a controller is missing"),
        (["compare", "office", "--agents", "."], "--agents: this folder holds no trained policy (found '.')"),
        (["run", "office", "--agent", ""], "unknown agent (found '')"),
        (["run", "office", "--start", ""], "--start: this is not a first day (found '')"),
        (["list", "sensor"], "did you mean 'sensors'?"),
        (["list", "points"], "which scenario"),
        (["schema", "scenari"], "did you mean 'scenario'?"),
        (["report", "nowhere"], "manifest.json"),
        (["validate", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "office", "--days", "-1"], "(found '-1')"),
        (["run", "office", "--days", "2", "--days=many"], "(found 'many')"),
        (["compare", "office", "--seeds", "1.5"], "(found '1.5')"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments: list[str], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_the_package_is_the_command(repository: Path, tmp_path: Path) -> None:
    def ended(module: str, *arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", module, *arguments]
        environment = os.environ | {"PYTHONPATH": str(repository)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert ended("twin", "--version") == ended("twin.cli", "--version")
    code, _, told = ended("twin", "list", "sensor")
    assert code == 2
    assert told.startswith("error: ")


def test_a_folder_of_a_training_stands_for_its_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seed = tmp_path / "results" / "office-ppo" / "seed-0"
    seed.mkdir(parents=True)
    (seed / "policy.zip").touch()
    with pytest.raises(ScenarioError) as told:
        controller("results/office-ppo", "--agent")
    assert told.value.suggestion == "results/office-ppo/seed-0/policy.zip"
    for name in ("policy.onnx", "policy.zip"):  # the one that training names comes first
        (seed.parent / name).touch()
        found = controller("results/office-ppo", "--agent")
        assert (found.kind, found.parameters) == ("policy", {"file": str(seed.parent / name)})
        assert found.name == "results_office_ppo_policy"
    both = controllers("results/office-ppo, results/office-ppo/seed-0,setback")
    assert len({each.name for each in both}) == 3
    (tmp_path / "setback").mkdir()  # names of the catalogue keep their meaning
    assert controller("setback", "--agent").kind == "setback"


def test_schema_accepts_the_shipped_scenarios(repository: Path) -> None:
    schema = json.loads(call("schema", "scenario").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in sorted((repository / "scenarios").glob("*.yaml")):
        data = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))
        if "extends" not in data:
            jsonschema.validate(data, schema)


def test_new_writes_a_scenario_once(tmp_path: Path) -> None:
    from twin.scenario.catalog import load_scenario

    path = tmp_path / "my_building.yaml"
    assert call("new", path).exit_code == 0
    assert load_scenario(path).name == "my_building"
    path.write_text("mine")
    assert call("new", path).exit_code == 2
    assert path.read_text() == "mine"


def test_new_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = call("new", tmp_path / "nowhere" / "x.yaml")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


@pytest.mark.slow
def test_validate_accepts_every_file_of_the_workbench(repository: Path) -> None:
    files = [p for f in ("scenarios", "agents", "sensors") for p in sorted((repository / f).glob("*.yaml"))]
    result = call("validate", *files)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("ok: ") == len(files)


def test_validate_names_each_bad_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: 1\nname: x\nkind: setbak\n")
    result = call("validate", bad)
    assert result.exit_code == 2
    assert "bad.yaml:3" in result.stderr


def test_report_rebuilds_from_the_folder(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", scenario(), "pi", 0)
    assert call("report", folder).exit_code == 0
    assert (folder / "report.html").is_file()


def test_ctrl_c_is_a_message_and_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.workbench.show", interrupt)
    result = call("list")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


@pytest.mark.slow
def test_run_writes_results_report_and_table(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("run", "classroom", "--days", 1, "--agent", "thermostat", "--out", out, "--quiet")
    assert result.exit_code == 0, result.output
    assert "Energy for heating, cooling and air" in result.stdout
    assert json.loads((out / "manifest.json").read_text())["state"] == "complete"
    assert (out / "report.html").is_file()
    again = call("run", "classroom", "--days", 1, "--out", out)
    assert again.exit_code == 2


@pytest.mark.slow
def test_compare_shows_references_unless_told_not_to(tmp_path: Path) -> None:
    arguments = ["compare", "classroom", "--agents", "setback", "--days", 1, "--seeds", 1, "--jobs", 1]
    shown = call(*arguments, "--quiet", "--out", tmp_path / "a")
    assert shown.exit_code == 0, shown.output
    assert all(name in shown.stdout for name in ("random", "constant", "foresight", "Share of the"))
    alone = call(*arguments, "--quiet", "--out", tmp_path / "b", "--no-references", "--no-report")
    assert alone.exit_code == 0, alone.output
    assert not any(name in alone.stdout for name in ("random", "constant", "foresight"))


def test_compare_explains_its_references() -> None:
    from twin.experiment.references import KINDS, PLANNED_DAYS

    text = call("compare", "--help").stdout
    assert "--no-references" in text
    assert str(PLANNED_DAYS) in text
    assert all(name in text for name in KINDS)
