"""What environments are made with: what is none is refused in the words of whoever makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

import twin.envs  # noqa: F401 - registers ids
from twin.basics.errors import TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.scenario.catalog import load_scenario

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17", "pool": 1}
MADE = (BuildingEnv, lambda *given, **keys: BuildingVectorEnv(2, *given, **keys))


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"tasks": {}}, "tasks: unknown argument; allowed: .*task, pool, .*days.*did you mean 'task'"),
        ({"start_s": 3}, "start_s: unknown argument.*did you mean 'start"),
        ({"agent": "ppo"}, "agent: unknown argument; allowed: .*scenario, task"),
        ({"warmup_days": 1}, "did you mean 'warm_up_days'"),
        ({"pool": "a"}, "pool: this is not a whole number.*'a'.*0 or more"),
        ({"pool": 1.5}, "pool: this is not a whole number"),
        ({"pool": True}, "pool: this is not a whole number"),
        ({"first_seed": 0.5}, "first_seed: this is not a whole number"),
        ({"starts": 0}, "starts: .*1 to 52"),
        ({"starts": 53}, "starts: .*1 to 52"),
        ({"starts": ()}, "starts: there are no starts"),
        ({"starts": 1.5}, "starts: this is not a whole number"),
        ({"starts": "wintre"}, "starts: this is not a first day.*'wintre'.*did you mean 'winter'"),
        ({"starts": ("winter", "wintre")}, "starts: this is not a first day.*'wintre'"),
        ({"days": 0}, r"run\.days"),
    ],
)
def test_what_is_no_argument_is_refused(make: Any, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(TwinError, match=words):
        make("office", **keys)


def test_arguments_of_a_vector_environment() -> None:
    for many in ("a", 1.5, 0):
        with pytest.raises(TwinError, match="num_envs"):
            BuildingVectorEnv(many, "classroom", **SHORT)  # type: ignore[arg-type]
    with pytest.raises(TwinError, match=r"autoreset_mode.*NextStep, SameStep, Disabled.*mean 'SameStep'"):
        BuildingVectorEnv(2, "classroom", autoreset_mode="samestep", **SHORT)
    with pytest.raises(TwinError, match=r"num_env: unknown argument.*did you mean 'num_envs'"):
        BuildingVectorEnv(2, "classroom", num_env=3, **SHORT)


def test_one_text_is_one_start() -> None:
    one, listed = (BuildingEnv("office", starts=s, days=1, pool=1) for s in ("winter", ("winter",)))
    np.testing.assert_array_equal(one.reset(seed=3)[0], listed.reset(seed=3)[0])
    assert str(one.batch.scenario.run.start) == str(listed.batch.scenario.run.start)


@pytest.mark.parametrize("make", [gymnasium.make, lambda *a, **k: gymnasium.make_vec(*a, num_envs=2, **k)])
def test_an_id_has_its_own_scenario(make: Any) -> None:
    with pytest.raises(TwinError, match=r"scenario: this id has a scenario of its own.*home.*office"):
        make("twin/Office-v0", scenario="home", **SHORT)
    with pytest.raises(TwinError, match=r"own.*found 'home'"):
        make("twin/Office-v0", scenario=load_scenario("home"), **SHORT)
    assert make("twin/Home-v0", scenario="home", **SHORT).unwrapped.batch.scenario.name == "home"
    assert make("twin/Building-v0", scenario="home", **SHORT).unwrapped.batch.scenario.name == "home"
    with pytest.raises(TwinError, match=r"scenario: there is no scenario; allowed: a name .*office"):
        make("twin/Building-v0")
    with pytest.raises(TwinError, match=r"scenario: this is no scenario.*found 5"):
        make("twin/Building-v0", scenario=5)


def test_a_task_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text("action: thermostat\npast_steps: 1\n", encoding="utf-8")
    given = {"action": "thermostat", "past_steps": 1}
    for make in MADE:
        one, other = make("classroom", str(path), **SHORT), make("classroom", given, **SHORT)
        assert one.observation_names == other.observation_names
        assert one.action_names == other.action_names
    with pytest.raises(TwinError, match=r"task=\{'action': 'supervisory'\}"):
        gymnasium.make("twin/Office-v0", task="supervisory")
