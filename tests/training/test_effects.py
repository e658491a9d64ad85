"""An action that can change nothing is refused before anything is trained; what acts is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ScenarioError
from twin.building.assembly import assemble
from twin.control.build import lead
from twin.envs.single import BuildingEnv
from twin.outlook import Outlook
from twin.scenario.catalog import load_learner, load_scenario
from twin.scenario.learners import KINDS, Learner
from twin.scenario.learning import task_spec
from twin.training.place import check_effects
from twin.training.train import train
from twin.training.tune import tune

ZONES = ["heating_setpoint", "cooling_setpoint"]
SHORT: dict[str, Any] = {"days": 1, "start": "2023-02-06", "warm_up_days": 1, "tick_s": 300}


def idle(scenario: str, task: dict[str, Any]) -> tuple[str, ...]:
    """Actions of a task that can change nothing."""
    spec = task_spec(task)
    building = assemble(load_scenario(scenario).updated(days=1), [0])
    return Outlook(building, spec, lead(spec)).without_effect


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scenario", ["office", "home", "school", "classroom"])
def test_every_action_of_a_shipped_learner_acts(kind: str, scenario: str) -> None:
    check_effects(load_scenario(scenario), load_learner(kind).for_scenario(scenario))


@pytest.mark.parametrize(
    ("scenario", "task", "expected"),
    [
        ("classroom", {"rule": "setback"}, {"classroom.ventilation_offset"}),
        ("classroom", {"rule": "setback", "action": "supervisory"}, {"ventilation_offset"}),
        ("classroom", {"rule": "guideline36"}, set()),
        ("classroom", {"rule": "setback", "ranges": {"ventilation_command": [0, 1]}}, set()),
        ("classroom", {"rule": "setback", "moves_from": {"ventilation_command": 0.5}}, set()),
        ("classroom", {}, set()),
        ("office", {"rule": "pi"}, {"ahu.supply_air_offset", "ahu.outdoor_air_offset"}),
        ("office", {"rule": "guideline36"}, set()),
        ("home", {"rule": "heat_curve", "action": "supervisory"}, set()),
        ("home", {"rule": "guideline36", "action": "supervisory"}, {"supply_water_offset"}),
    ],
)
def test_what_can_change_nothing_is_known(scenario: str, task: dict[str, Any], expected: set[str]) -> None:
    assert set(idle(scenario, task)) == expected


def test_a_rule_whose_file_sets_no_ventilation_leaves_nothing_to_move(tmp_path: Path) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text("extends: guideline36\nname: plain\nparameters: {co2_setpoint_ppm: null}\n")
    assert idle("classroom", {"rule": str(path)}) == ("classroom.ventilation_offset",)


@pytest.mark.parametrize(("task", "moves"), [({"rule": "setback"}, False), ({"rule": "heat_curve"}, True)])
def test_such_an_action_changes_nothing_and_the_others_do(task: dict[str, Any], moves: bool) -> None:
    env = BuildingEnv("classroom", task, **SHORT)
    assert env.action_names[-1] == "classroom.ventilation_offset"
    worth = []
    for ventilation in (-1.0, 1.0):
        env.reset(seed=0)
        worth.append([float(env.step(np.array([0.0, 0.0, ventilation]))[1]) for _ in range(96)])
    assert (worth[0] != worth[1]) is moves


HEAD = """\
format: 1
name: mine
kind: es
training: {days: 2}
search: {sigma: {low: 0.1, high: 0.2}}
task:
"""


def written(folder: Path, task: str) -> Learner:
    path = folder / "mine.yaml"
    path.write_text(HEAD + task)
    return load_learner(path)


def test_it_is_refused_where_it_is_written_and_ways_out_are_named(tmp_path: Path) -> None:
    mine = written(tmp_path, "  rule: setback\n  quantities: [heating_setpoint, ventilation_command]\n")
    for begin in (train, tune):
        with pytest.raises(ScenarioError) as told:
            begin(load_scenario("classroom"), mine, out=tmp_path / "never")
        error = told.value
        assert (error.file, error.line) == (str(tmp_path / "mine.yaml"), 8)
        assert (error.key, error.value) == ("task.quantities[1]", "ventilation_command")
        assert "would change nothing in classroom" in error.message
        ways = "ranges: {ventilation_command: [0, 1]}", "guideline36 or heat_curve", "[heating_setpoint]"
        assert all(way in str(error.allowed) for way in ways)
        assert not (tmp_path / "never").exists()


def test_a_level_names_the_rule(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as told:
        check_effects(load_scenario("office"), written(tmp_path, "  rule: setback\n"))
    assert (told.value.key, told.value.line, told.value.value) == ("task.rule", 7, "setback")
    assert "quantities: [heating_setpoint, cooling_setpoint]" in str(told.value.allowed)


def test_each_way_out_is_one(tmp_path: Path) -> None:
    for task in (
        "  rule: setback\n  ranges: {ventilation_command: [0, 1]}\n",
        "  rule: setback\n  moves_from: {ventilation_command: 0.5}\n",
        "  rule: heat_curve\n",
        f"  rule: setback\n  quantities: [{', '.join(ZONES)}]\n",
    ):
        check_effects(load_scenario("classroom"), written(tmp_path, task))
