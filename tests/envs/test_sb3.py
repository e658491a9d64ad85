"""Stable-Baselines3's VecEnv on a batch; without the extra, an error that names it."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import MissingExtraError
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
@pytest.mark.parametrize("starts", [(), ("2023-01-17", "2023-07-11")])
def test_it_is_the_vector_environment_step_for_step(starts: tuple[str, ...]) -> None:
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
