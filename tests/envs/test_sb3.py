"""Stable-Baselines3's VecEnv on a batch; without the extra, an error that names it."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import MissingExtraError, TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}
INSTALLED = importlib.util.find_spec("stable_baselines3") is not None
needs_sb3 = pytest.mark.skipif(not INSTALLED, reason="stable-baselines3 is not installed (the extra rl)")


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("stable_baselines3")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "twin.envs.sb3", raising=False)
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)
    with pytest.raises(MissingExtraError, match=r"building-twin\[rl\]"):
        importlib.import_module("twin.envs.sb3")


@needs_sb3
def test_sb3_s_own_checker_finds_nothing(recwarn: pytest.WarningsRecorder) -> None:
    from stable_baselines3.common.env_checker import check_env

    check_env(BuildingEnv("office", **SHORT), warn=True)
    assert [str(w.message) for w in recwarn if "stable_baselines3" in str(w.filename)] == []


@needs_sb3
@pytest.mark.parametrize("starts", [None, ("2023-01-17", "2023-07-11")])
def test_it_is_the_vector_environment_step_for_step(starts: Any) -> None:
    from twin.envs.sb3 import BuildingVecEnv

    ours = BuildingVecEnv("classroom", 3, starts=starts, **SHORT)
    reference = BuildingVectorEnv(3, "classroom", autoreset_mode="SameStep", starts=starts, **SHORT)
    ours.seed(5)
    np.testing.assert_array_equal(ours.reset(), reference.reset(seed=5)[0])
    rng, total = np.random.default_rng(0), np.zeros(3)
    for _ in range(200):
        action = rng.uniform(-1, 1, reference.action_space.shape).astype(np.float32)
        seen, reward, done, infos = ours.step(action)
        seen2, reward2, _, truncated, info2 = reference.step(action)
        np.testing.assert_array_equal(seen, seen2)
        np.testing.assert_array_equal(reward, reward2.astype(np.float32))
        np.testing.assert_array_equal(done, truncated)
        total += reward2
        for slot in np.flatnonzero(done):
            np.testing.assert_array_equal(infos[slot]["terminal_observation"], info2["final_obs"][slot])
            assert infos[slot]["TimeLimit.truncated"]
            assert infos[slot]["episode"]["l"] == 96
            assert infos[slot]["episode"]["r"] == pytest.approx(total[slot])
            total[slot] = 0.0


@needs_sb3
def test_seeds_hold_for_one_reset_only() -> None:
    from twin.envs.sb3 import BuildingVecEnv

    env = BuildingVecEnv("classroom", 2, pool=0, **SHORT)
    env.reset()
    env.seed(3)
    env.reset()
    assert env.batch.seeds.tolist() == [3, 4]
    env.reset()
    assert 3 not in env.batch.seeds


def dummy(count: int, **more: Any) -> Any:
    """Stable-Baselines3's own vector of single environments."""
    from stable_baselines3.common.vec_env import DummyVecEnv

    return DummyVecEnv([lambda: BuildingEnv("classroom", **(SHORT | more))] * count)


@needs_sb3
@pytest.mark.parametrize("options", [{}, {"start": "2023-07-11"}, {"episode_seed": 3}, {"weather": "miami"}])
def test_options_seeds_and_what_a_reset_says_are_sb3_s_own(options: dict[str, Any]) -> None:
    """Options hold for one episode: the next, begun by itself, is at home again."""
    from twin.envs.sb3 import BuildingVecEnv

    ours, theirs = BuildingVecEnv("classroom", 2, pool=4, **SHORT), dummy(2, pool=4)
    for env in (ours, theirs):
        env.seed(5)
        env.reset()
        env.set_options(options)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(ours.reset(), theirs.reset())
    assert ours.reset_infos == theirs.reset_infos
    for _ in range(100):
        action = rng.uniform(-1, 1, (2, 3)).astype(np.float32)
        for mine, other in zip(ours.step(action)[:3], theirs.step(action)[:3], strict=True):
            np.testing.assert_array_equal(mine, other)
        assert ours.reset_infos == theirs.reset_infos
    assert ours.get_attr("observation_units") == theirs.get_attr("observation_units")


@needs_sb3
@pytest.mark.parametrize("wrong", [{"strat": 1}, {"reset_mask": 1}, [{"start": "2023-07-11"}, {}], [{}]])
def test_options_that_cannot_be_are_refused_and_change_nothing(wrong: Any) -> None:
    from twin.envs.sb3 import BuildingVecEnv

    ours, other = (BuildingVecEnv("classroom", 2, **SHORT) for _ in range(2))
    for env in (ours, other):
        env.seed(1)
        env.reset()
    ours.set_options(wrong)
    with pytest.raises(TwinError, match="options"):
        ours.reset()
    ours.set_options()
    ours.seed(2**63)
    with pytest.raises(TwinError, match="not a seed"):
        ours.reset()
    action = np.zeros((2, 3))
    np.testing.assert_array_equal(ours.step(action)[0], other.step(action)[0])


@needs_sb3
def test_the_plans_are_drawn_where_a_render_mode_is_given() -> None:
    from twin.envs.sb3 import BuildingVecEnv

    ours = BuildingVecEnv("classroom", 2, render_mode="rgb_array", **SHORT)
    ours.reset()
    theirs = dummy(2, render_mode="rgb_array")
    theirs.reset()
    picture, other = ours.render(), theirs.render()
    assert picture is not None and picture.shape == other.shape
    with pytest.raises(TwinError, match="render_mode"):
        BuildingVecEnv("classroom", 2, render_mode="human", **SHORT)


@needs_sb3
@pytest.mark.slow
def test_ppo_learns_on_it_for_a_moment() -> None:
    import torch
    from stable_baselines3 import PPO

    from twin.envs.sb3 import BuildingVecEnv

    torch.set_num_threads(1)
    model = PPO("MlpPolicy", BuildingVecEnv("classroom", 4, **SHORT), n_steps=64, batch_size=64, seed=0)
    model.learn(512)
    assert len(model.ep_info_buffer or ()) > 0
