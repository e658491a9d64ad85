"""A user's own Python controller: the documented example runs, and what is wrong with one is told."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.control.plants import OBSERVATION, STEP_S, SUPPLY_WATER, action, observe
from twin.basics.errors import ControllerError, ScenarioError
from twin.cli import app
from twin.control.build import build, commands
from twin.control.controller import Controller
from twin.scenario.catalog import load_agent

HEAD = "def __init__(self, observation, action, step_s, seeds):"
PREDICT = "def predict(self, observation, state=None, episode_start=None, deterministic=True):"
GOOD = f"""
import numpy as np
class Mine:
    {HEAD}
        self.action = action
    {PREDICT}
        return np.tile(self.action.default, (len(observation), 1)), state
"""


def write(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def make(path: Path, name: str = "Mine") -> Controller:
    return build(load_agent(f"{path}:{name}"), OBSERVATION, action(), STEP_S, (0,))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def example(repository: Path) -> str:
    """The example of agents/README.md."""
    text = (repository / "agents" / "README.md").read_text(encoding="utf-8")
    return next(b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "class MyController" in b)


def test_the_documented_example_is_complete_and_short(example: str, tmp_path: Path) -> None:
    lines = [line for line in example.splitlines() if line.strip() and '"""' not in line]
    assert len(lines) <= 10
    controller = make(write(tmp_path, example), "MyController")
    chosen, _ = controller.predict(observe(19.0))
    assert chosen[0, 0] == 21.0
    assert controller.predict(observe(19.0, hours=9.0))[0][0, 0] < 21.0


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_documented_example_is_compared(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    write(tmp_path, example)
    monkeypatch.chdir(tmp_path)
    result = call("compare", "classroom", "--agents", "setback,mine.py:MyController", "--days", 1,
                  "--seeds", 2, "--jobs", jobs, "--no-references", "--out", "found", "--no-report",
                  "--quiet")  # fmt: skip
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "found" / "comparison.json").read_text(encoding="utf-8"))
    assert found["agents"] == ["setback", "my_controller"]
    assert len(found["runs"]) == 4


def test_the_documented_example_is_run(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, example, "odd:folder/mine.py")
    monkeypatch.chdir(tmp_path)
    result = call("run", "classroom", "--agent", "odd:folder/mine.py:MyController", "--days", 1,
                  "--out", "found", "--no-report", "--quiet")  # fmt: skip
    assert result.exit_code == 0, result.output
    spec = json.loads((tmp_path / "found" / "manifest.json").read_text(encoding="utf-8"))["agent_spec"]
    assert (spec["kind"], spec["parameters"]["class_name"]) == ("python", "MyController")


def test_a_spec_travels_by_path(tmp_path: Path) -> None:
    spec = load_agent(f"{write(tmp_path, GOOD)}:Mine")
    again = pickle.loads(pickle.dumps(spec))  # what a process pool does with a job
    assert again == spec
    assert Path(str(again.parameters["file"])).is_absolute()
    assert (again.name, again.title) == ("mine", "Mine in mine.py")


def test_names_are_the_classes(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    for given, name in (("MyMPC", "my_mpc"), ("PID2Rule", "pid2_rule"), ("_Hidden", "hidden")):
        assert load_agent(f"{path}:{given}").name == name


def test_a_class_may_ask_for_more_points(tmp_path: Path) -> None:
    text = GOOD.replace("class Mine:", "class Mine:\n    commands = ('supply_water_temperature_setpoint',)")
    spec = load_agent(f"{write(tmp_path, text)}:Mine")
    assert commands(spec) == ("supply_water_temperature_setpoint",)
    plan = action(SUPPLY_WATER)
    assert build(spec, OBSERVATION, plan, STEP_S, (0,)).predict(observe(20.0))[0].shape == (1, 5)


def test_what_it_wants_to_command_must_exist(tmp_path: Path) -> None:
    text = GOOD.replace("class Mine:", "class Mine:\n    commands = 'supply_water_setpoint'")
    with pytest.raises(ControllerError, match=r"Mine\.commands.*did you mean"):
        commands(load_agent(f"{write(tmp_path, text)}:Mine"))


@pytest.mark.parametrize("given", ["5", "None", "property(lambda self: ())"])
def test_what_is_no_list_of_commands_is_told(tmp_path: Path, given: str) -> None:
    text = GOOD.replace("class Mine:", f"class Mine:\n    commands = {given}")
    with pytest.raises(ControllerError, match=r"mine\.py: Mine\.commands: this is no list of what"):
        commands(load_agent(f"{write(tmp_path, text)}:Mine"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("class Mine", "class Mnie"), r"mine\.py.*no such class.*did you mean 'Mnie'"),
        (GOOD.replace("def predict", "def act"), r"mine\.py: Mine: this class has no predict.*predict\(self"),
        (GOOD.replace(", step_s, seeds", ""), r"Mine: __init__ cannot be called.*step_s, seeds"),
        (GOOD.replace(", deterministic=True", ""), r"Mine: predict cannot be called.*deterministic"),
        ("class Mine(:", r"cannot be imported: it failed\n(.|\n)*SyntaxError"),
        ("import not_there_at_all", r"cannot be imported: it failed\n(.|\n)*line 1(.|\n)*not_there_at_all"),
        (
            GOOD.replace("self.action = action", "1 / 0"),
            r"Mine: failed\n(.|\n)*line 5(.|\n)*ZeroDivisionError",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_and_class(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ControllerError, match=words) as caught:
        make(write(tmp_path, text))
    assert "twin/control" not in str(caught.value)  # the traceback is of the user's code, not of ours


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("np.zeros((1, 4))", r"did not return \(action, state\)"),
        ("np.zeros((1, 3)), state", r"wrong shape.*\(1, 3\).*\(1, 4\)"),
        ("'warm', state", "not numbers"),
        ("observation['oops'], state", r"failed\n(.|\n)*line 7(.|\n)*IndexError"),
    ],
)
def test_what_predict_returns_is_checked(tmp_path: Path, answer: str, words: str) -> None:
    text = re.sub(r"return .*", f"return {answer}", GOOD)
    with pytest.raises(ControllerError, match=words):
        make(write(tmp_path, text)).predict(observe(20.0))


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert np.isfinite(make(path).predict(observe(20.0))[0]).all()
    write(tmp_path, GOOD.replace("self.action.default", "self.action.default + 1.0"))
    assert make(path).predict(observe(20.0))[0][0, 0] == 21.0


@pytest.mark.parametrize("text", ["nowhere.py:Mine", "nowhere.py"])
def test_a_missing_file_is_told(text: str) -> None:
    with pytest.raises(ScenarioError, match="no such Python file"):
        load_agent(text)


def test_a_missing_class_name_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    with pytest.raises(ScenarioError, match=r"which class.*mine\.py:Class"):
        load_agent(path)


@pytest.mark.parametrize("command", [["run", "classroom", "--agent"], ["compare", "classroom", "--agents"]])
def test_the_command_line_ends_with_2_and_no_traceback_of_ours(tmp_path: Path, command: list[str]) -> None:
    path = write(tmp_path, GOOD.replace("self.action.default", "self.nothing"))
    result = call(*command, f"{path}:Mine", "--days", 1, "--out", tmp_path / "found", "--quiet")
    assert result.exit_code == 2
    assert "AttributeError" in result.stderr
    assert "mine.py" in result.stderr
    assert "twin/control" not in result.stderr
