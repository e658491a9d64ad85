"""A task as it may be given: keys, a file of them, a record; and what is said of anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin.basics.errors import ControllerError, ScenarioError
from twin.scenario.learners import Learner
from twin.scenario.learning import TaskSpec, task_spec
from twin.scenario.policy_file import About, TrainedRun, as_text

TEXT = """# ours
action: supervisory
ranges: {heating_setpoint: [15, 24]}
forecast: [occupants]
"""


def care(terms: Any, observation: Any, names: Any) -> Any:
    return -terms["cost"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_a_mapping_and_a_record_are_one_task(folder: Path) -> None:
    path = folder / "task.yaml"
    path.write_text(TEXT, encoding="utf-8")
    keys = {"action": "supervisory", "ranges": {"heating_setpoint": (15, 24)}, "forecast": ["occupants"]}
    wanted = task_spec(keys)
    for given in (path, str(path), "task.yaml", wanted):
        assert task_spec(given) == wanted
    assert task_spec(None) == task_spec({}) == TaskSpec()


def test_a_file_may_have_a_learner_s_section(folder: Path) -> None:
    path = folder / "task.yaml"
    path.write_text("task:\n" + "".join(f"  {line}\n" for line in TEXT.splitlines()), encoding="utf-8")
    assert task_spec(path).action == "supervisory"
    path.write_text("task:\n  action: direct\n  tiem: true\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"task\.yaml:3: tiem: unknown key.*did you mean 'time'"):
        task_spec(path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("actoin: direct", r"actoin: unknown key.*did you mean 'action'"),
        ("action: superviory", r"action: .*did you mean 'supervisory'"),
        ('past_steps: "two"', "past_steps: this is not a whole number"),
        ("reward: boptst", "reward: unknown reward.*did you mean 'boptest'"),
        ("reward: 5", "reward: this is not text"),
        ("forecast_h: [1, 3, 1.0]", r"forecast_h\[2\]: a forecast is asked for twice \(found 1.0\)"),
        ("forecast: [occupants, occupants]", r"forecast\[1\]: a forecast is asked for twice.*occupants"),
        ("ranges: {heating_setpoint: [-50, 90]}", r"heating_setpoint\[0\]: no such value.*-50.*5 to 30"),
        ("ranges: {ventilation_command: [0, 1.2]}", r"ventilation_command\[1\]: no such value.*0 to 1"),
        ("time: [true", "not valid YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(folder: Path, line: str, words: str) -> None:
    (folder / "task.yaml").write_text(f"# mine\nnormalise: true\n{line}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"task\.yaml:[34]: .*{words}|task\.yaml:[34]: {words}"):
        task_spec("task.yaml")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("supervisory", r"a level of action.*task=\{'action': 'supervisory'\}"),
        ("supervisry", r"no task.*did you mean 'task=\{'action': 'supervisory'\}'"),
        ("my/task", "there is no such task file"),
        ("task.yml", "there is no such task file"),
        ("", "task"),
        (["action", "direct"], "task: this is no task.*found.*direct.*a YAML file"),
        ([], "task: this is no task"),
        (3, "task: this is no task"),
        (care, "task: this is no task"),
        ({"ranges": {"cooling_setpoint": (15, 50)}}, r"task\.ranges\.cooling_setpoint\[1\].*15 to 45"),
        ({"forecast_h": (1, 1.0)}, r"task\.forecast_h\[1\]: a forecast is asked for twice"),
        ({"reward": 3}, r"task\.reward: this is not text"),
    ],
)
def test_what_is_no_task_is_told_with_what_would_be(folder: Path, given: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        task_spec(given)


def test_distances_and_what_is_only_seen_may_have_any_range() -> None:
    ranges = {"heating_offset": (-60.0, 60.0), "air_temperature": (-50.0, 90.0)}
    assert task_spec({"ranges": ranges}).ranges == ranges


def test_a_learner_names_a_function_and_a_policy_file_cannot_hold_one() -> None:
    spec = task_spec({"reward": care})
    assert spec == TaskSpec(reward=care) and spec != TaskSpec(reward=lambda *_: 0.0)
    learner = Learner(name="mine", kind="ppo", task=spec)
    assert learner.for_scenario("office").task.reward == f"{__file__}:care"
    with pytest.raises(ScenarioError, match=r"task\.reward: unknown reward.*<lambda>.*mine\.py:function"):
        Learner(name="mine", kind="ppo", task=TaskSpec(reward=lambda *_: 0.0)).for_scenario("office")
    about = About(
        scenario="office", algorithm="ppo", seed=0, steps=1, task=spec, action_names=("a",),
        run=TrainedRun(control_step_s=900, tick_s=60), observation_names=("b",),
    )  # fmt: skip
    with pytest.raises(ControllerError, match=r"task\.reward.*test_learning\.py:care.*mine\.py:function"):
        as_text(about)
