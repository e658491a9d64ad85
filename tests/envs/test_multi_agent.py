"""PettingZoo's parallel environment: its own tests, and the single environment's numbers."""

from __future__ import annotations

import importlib
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from twin.basics.errors import MissingExtraError, ScenarioError, TwinError
from twin.envs.single import BuildingEnv

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}


def make(name: str = "office", **more: Any) -> Any:
    pytest.importorskip("pettingzoo", reason="pettingzoo is not installed (the extra marl)")
    from twin.envs.multi_agent import parallel_env

    return parallel_env(name, **(SHORT | more))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pettingzoo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "twin.envs.multi_agent", raising=False)
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    with pytest.raises(MissingExtraError, match=r"building-twin\[marl\]"):
        importlib.import_module("twin.envs.multi_agent")


@pytest.mark.parametrize("task", [{}, {"discrete_levels": 3, "action": "thermostat"}, {"normalise": False}])
def test_pettingzoo_s_own_tests_find_nothing(task: dict[str, Any], recwarn: pytest.WarningsRecorder) -> None:
    env = make(task=task)
    from pettingzoo.test import parallel_api_test, parallel_seed_test

    parallel_api_test(env, num_cycles=200)
    parallel_seed_test(partial(make, task=task), num_cycles=20)
    assert [str(w.message) for w in recwarn if "pettingzoo" in str(w.filename)] == []


def test_an_agent_per_zone_sees_its_zone_and_what_all_share() -> None:
    env = make()
    env.reset(seed=0)
    zones = list(env.single.batch.building.zone_ids)
    assert env.agents == [*zones, "plant"]
    for zone in zones:
        seen = env.observation_names[zone]
        assert {name.partition(".")[0] for name in seen} == {zone, "site", "time", "forecast"}
        assert all(name.startswith(f"{zone}.") for name in env.action_names[zone])
    assert env.observation_names["plant"] == env.single.observation_names
    assert env.action_names["plant"] == (
        "ahu.supply_air_temperature_setpoint", "ahu.minimum_outdoor_air_command",
    )  # fmt: skip
    assert sorted(n for own in env.action_names.values() for n in own) == sorted(env.single.action_names)


@pytest.mark.parametrize(
    ("name", "task"),
    [("office", {}), ("office", {"relative": True}), ("home", {}), ("school", {"discrete_levels": 2})],
)
def test_together_they_are_the_single_environment(name: str, task: dict[str, Any]) -> None:
    env = make(name, task=task)
    alone = BuildingEnv(name, {k: v for k, v in task.items() if k != "discrete_levels"}, **SHORT)
    first, infos = env.reset(seed=3)
    seen, _ = alone.reset(seed=3)
    for agent in env.possible_agents:
        env.action_space(agent).seed(0)
        assert infos[agent]["episode_seed"] == 3
    for _ in range(96):
        for agent, own in first.items():
            np.testing.assert_array_equal(own, seen[env._columns[agent]])
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        first, rewards, terminated, truncated, infos = env.step(actions)
        seen, reward, _, over, _ = alone.step(env.joint(actions))
        np.testing.assert_array_equal(env.state(), seen)
        assert all(info["total"] == reward for info in infos.values())
        zones = [agent for agent in rewards if agent != "plant"]
        assert sum(rewards[zone] for zone in zones) == pytest.approx(reward, abs=1e-9)
        assert not any(terminated.values()) and set(truncated.values()) == {over}
    assert over and env.agents == []


def test_a_cold_zone_is_its_own_agent_s_loss() -> None:
    """Heating off in one zone: its agent loses comfort, and the others hardly notice."""
    env, cold = make(task={"action": "thermostat"}), "open_plan_north"
    found = []
    for heating in (0.28, -1.0):  # 21 °C, 5 °C
        env.reset(seed=0)
        total = dict.fromkeys(env.possible_agents, 0.0)
        actions = {agent: np.array([0.28, 0.0]) for agent in env.possible_agents}
        actions[cold][0] = heating
        while env.agents:
            for agent, info in env.step(actions)[4].items():
                total[agent] += info["discomfort_kh"]
        found.append(total)
    lost = {agent: found[1][agent] - found[0][agent] for agent in found[0]}
    assert lost[cold] > 1.0
    assert all(lost[agent] < 0.2 * lost[cold] for agent in lost if agent != cold), lost


@pytest.mark.parametrize("reward", ["boptest", "productivity"])
def test_other_rewards_are_the_team_s(reward: str) -> None:
    env = make("classroom", task={"reward": reward})
    env.reset(seed=0)
    for _ in range(50):
        _, rewards, _, _, infos = env.step({a: -np.ones(env.action_space(a).shape) for a in env.agents})
        assert all(rewards[agent] == infos[agent]["total"] for agent in rewards)


CHOICES: dict[str, Any] = {"action": "thermostat", "discrete_levels": 3}


@pytest.mark.parametrize(
    ("task", "wrong"),
    [
        (CHOICES, {"core": -1}),
        (CHOICES, {"core": 9}),
        (CHOICES, {"core": 1.9}),
        (CHOICES, {"core": True}),
        (CHOICES, {"core": np.array([1])}),
        ({"action": "thermostat"}, {"core": 0.3}),
        ({"action": "thermostat"}, {"core": np.array([0.3])}),
        ({"action": "thermostat"}, {"core": np.zeros((1, 2))}),
        ({"action": "thermostat"}, {"core": ["warm", "cold"]}),
        ({"action": "thermostat"}, {"coree": np.zeros(2)}),
        ({"action": "thermostat"}, {"core": None}),
    ],
)
def test_what_is_no_action_of_an_agent_is_refused_and_nothing_moves(
    task: dict[str, Any], wrong: dict[str, Any]
) -> None:
    env = make(task=task)
    env.reset(seed=0)
    before = env.state()
    good = {agent: env.action_space(agent).sample() for agent in env.agents}
    for agent, action in wrong.items():
        if action is None:
            del good[agent]
        else:
            good[agent] = action
    with pytest.raises(TwinError, match=r"actions.*core") as caught:
        env.step(good)
    assert "coree" not in wrong or caught.value.suggestion == "core"
    np.testing.assert_array_equal(env.state(), before)


def test_before_the_first_reset_there_is_nothing_to_see_or_to_set() -> None:
    env = make("classroom")
    with pytest.raises(ResetNeeded):
        env.state()
    with pytest.raises(ResetNeeded):
        env.step({agent: env.action_space(agent).sample() for agent in env.possible_agents})


def test_without_anything_of_a_zone_s_own_it_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no zone has anything of its own"):
        make(task={"action": "supervisory"})
