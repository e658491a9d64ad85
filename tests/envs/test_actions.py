"""What is no action is refused in the words of the environment that was given it, and nothing changes."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17", "pool": 1}
DISCRETE = {"action": "thermostat", "discrete_levels": 3}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            np.zeros(2),
            r"action: an action has another shape \(found \(2,\)\).*a number for classroom\.heating",
        ),
        (np.zeros((1, 3)), r"found \(1, 3\).*shape \(3,\)"),
        (0.0, r"found \(\).*shape \(3,\)"),
        (None, "another shape"),
        ("much", "another shape"),
        ([[1.0], [1.0, 2.0]], "this is not an action"),
        (["a", "b", "c"], "this is not an action"),
        (np.zeros(3, dtype=bool), "this is not an action.*bool"),
    ],
)
def test_wrong_numbers_are_refused_and_nothing_changes(action: Any, words: str) -> None:
    env, other = (BuildingEnv("classroom", {"past_steps": 2}, **SHORT) for _ in range(2))
    for each in (env, other):
        each.reset(seed=0)
        each.step(np.ones(3))
    with pytest.raises(TwinError, match=words):
        env.step(action)
    np.testing.assert_array_equal(env.step(np.zeros(3))[0], other.step(np.zeros(3))[0])


@pytest.mark.parametrize("starts", [None, ("2023-01-17", "2023-07-11")])
def test_a_vector_environment_says_its_own_shape(starts: Any) -> None:
    env = BuildingVectorEnv(3, "classroom", starts=starts, **SHORT)
    env.reset(seed=0)
    before = env.batch.over().tolist(), env.snapshot()
    for action in (np.zeros((2, 3)), np.zeros((4, 3)), np.zeros(3), np.zeros((3, 2)), np.zeros(())):
        with pytest.raises(TwinError, match=r"another shape.*a number per building for .*shape \(3, 3\)"):
            env.step(action)
    wanted = env.step(np.zeros((3, 3)))[0]
    env.restore(before[1])
    np.testing.assert_array_equal(env.step(np.zeros((3, 3)))[0], wanted)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (1.5, r"not an action \(found 1\.5\); allowed: a whole number from 0 to 8$"),
        (None, "this is not an action.*a whole number from 0 to 8"),
        (np.array([1]), r"another shape \(found \(1,\)\)"),
        (9, r"there is no such choice \(found 9\); allowed: a whole number from 0 to 8"),
        (-1, r"no such choice \(found -1\)"),
        (True, "this is not an action"),
    ],
)
def test_choices_that_are_none_are_refused(action: Any, words: str) -> None:
    env = BuildingEnv("classroom", DISCRETE, **SHORT)
    env.reset(seed=0)
    with pytest.raises(TwinError, match=words):
        env.step(action)


def test_no_slot_moves_where_one_choice_is_none() -> None:
    env = BuildingVectorEnv(2, "classroom", DISCRETE, starts=("2023-01-17", "2023-07-11"), **SHORT)
    env.reset(seed=0)
    kept = env.snapshot()
    with pytest.raises(TwinError, match=r"no such choice \(found 9\).*per building, shape \(2,\)"):
        env.step(np.array([0, 9]))
    wanted = env.step(np.array([0, 8]))[0]
    env.restore(kept)
    np.testing.assert_array_equal(env.step(np.array([0, 8]))[0], wanted)


def test_what_lies_beyond_is_cut_and_nan_leaves_the_point_to_its_default() -> None:
    envs = [BuildingEnv("classroom", **SHORT) for _ in range(3)]
    for env in envs:
        env.reset(seed=0)
    inside, beyond, left = (np.array([-1.0, 1.0, x]) for x in (1.0, np.inf, np.nan))
    beyond[:2] = -np.inf, 7.0
    seen = [env.step(action)[0] for env, action in zip(envs, (inside, beyond, left), strict=True)]
    np.testing.assert_array_equal(seen[0], seen[1])
    assert np.isfinite(seen[2]).all()


@pytest.mark.skipif(importlib.util.find_spec("stable_baselines3") is None, reason="needs the extra rl")
def test_sb3_says_the_same() -> None:
    from twin.envs.sb3 import BuildingVecEnv

    env = BuildingVecEnv("classroom", 2, **SHORT)
    env.reset()
    with pytest.raises(TwinError, match=r"another shape \(found \(3,\)\).*shape \(2, 3\)"):
        env.step(np.zeros(3))
    with pytest.raises(TwinError, match=r"unknown argument.*did you mean 'num_envs'"):
        BuildingVecEnv("classroom", num_env=2)
