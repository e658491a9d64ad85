"""A rule that leads a learner: no move leaves the rule exactly; its memory is part of the state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.experiment import run
from twin.kpi import evaluate
from twin.scenario.catalog import load_scenario

OFFICE: dict[str, Any] = {
    "rule": "setback",
    "quantities": ["heating_setpoint", "cooling_setpoint", "supply_air_temperature_setpoint"],
    "plant_above": {"supply_air_temperature_setpoint": -0.3},
    "ranges": {"supply_air_temperature_setpoint": [12, 20]},
    "past_steps": 2,
}
HOME: dict[str, Any] = {
    "rule": "heat_curve",
    "quantities": ["heating_setpoint", "ventilation_command", "supply_water_temperature_setpoint"],
    "building_wide": ["ventilation_command"],
}
PLAN = {"days": 2, "start": "2023-02-06", "warm_up_days": 2}


@pytest.mark.parametrize(("scenario", "task"), [("office", OFFICE), ("home", HOME)])
def test_no_move_is_the_rule_itself(scenario: str, task: dict[str, Any], tmp_path: Path) -> None:
    env = BuildingEnv(scenario, task, **PLAN)
    env.reset(options={"episode_seed": 3})
    over = False
    while not over:
        over = env.step(np.zeros(len(env.action_names)))[3]
    found = evaluate(env.batch.simulator)[0].values
    ruled = run(load_scenario(scenario, {"run": PLAN}), task["rule"], 3, tmp_path / "run").kpis
    assert {k: v for k, v in found.items() if k != "time_rat"} == {
        k: v for k, v in ruled.items() if k != "time_rat"
    }


def test_the_rules_memory_is_in_snapshots_forks_and_slots() -> None:
    single, batch = BuildingEnv("office", OFFICE, **PLAN), BuildingVectorEnv(3, "office", OFFICE, **PLAN)
    single.reset(seed=1)
    batch.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (60, 3, len(single.action_names)))
    for action in actions[:40]:  # until the morning, when a start is under way
        alone, beside = single.step(action[1])[0], batch.step(action)[0][1]
        np.testing.assert_array_equal(alone, beside)
    here, forked = single.snapshot(), single.fork(2)
    first = [single.step(action[1])[0] for action in actions[40:]]
    single.restore(here)
    again = [single.step(action[1])[0] for action in actions[40:]]
    copies = [forked.step(np.repeat(action[1][None], 2, axis=0))[0] for action in actions[40:]]
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, np.array(copies)[:, 0])
    np.testing.assert_array_equal(first, np.array(copies)[:, 1])


def test_moves_are_kelvins_from_what_the_rule_sets() -> None:
    env = BuildingEnv("office", OFFICE | {"normalise": False}, **PLAN)
    seen, _ = env.reset(seed=0)
    led = env.observation_names.index("rule.core.heating_setpoint")
    action = np.zeros(len(env.action_names))
    action[env.action_names.index("core.heating_offset")] = -1.0
    env.step(action)
    sent = env.batch.simulator.state.command[0]
    point = [p.id for p in env.batch.building.command_points].index("core.heating_setpoint")
    assert sent[env.batch.building.command_columns[point]] == pytest.approx(seen[led] - 2.5, abs=1e-5)


@pytest.mark.parametrize(
    ("task", "word"),
    [
        ({"rule": "setbak"}, "setback"),
        ({"rule": "random"}, "cannot lead"),
        ({"rule": "setback", "relative": True}, "relative"),
    ],
)
def test_what_cannot_lead_is_refused(task: dict[str, Any], word: str) -> None:
    with pytest.raises(TwinError, match=word):
        BuildingEnv("classroom", task, days=1)


def test_what_is_left_to_the_plant_is_left_to_the_rule() -> None:
    task = {
        "rule": "guideline36",
        "quantities": ["heating_setpoint", "cooling_setpoint", "fan_speed_command"],
        "plant_above": {"fan_speed_command": -0.3},
    }
    env = BuildingEnv("office", task, **(PLAN | {"start": "2023-05-08"}))
    seen, _ = env.reset(seed=0)
    at = env.observation_names.index("rule.ahu.fan_speed_command")
    assert seen[at] == -1.0  # in a mild night it rests
    points = [p.id for p in env.batch.building.command_points]
    column = env.batch.building.command_columns[points.index("ahu.fan_speed_command")]
    action = np.zeros(len(env.action_names))
    env.step(action)
    assert env.batch.simulator.state.command[0, column] == 0.0
    action[env.action_names.index("ahu.fan_speed_command")] = -0.65  # the middle of what is left of its range
    env.step(action)
    assert env.batch.simulator.state.command[0, column] == pytest.approx(0.5)
