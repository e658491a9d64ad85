"""What PPO loses by waiting for buildings: its throughput over that on environments that do nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

from twin.envs.sb3 import BuildingVecEnv
from twin.physics import threads
from twin.scenario.catalog import load_learner
from twin.training.algorithms import make

USUAL = Path(__file__).with_name("ppo.yaml")
ROUNDS = 5  # in turns, after one that is not counted


class Idle(VecEnv):  # type: ignore[misc, unused-ignore]
    """Environments of the same spaces that do nothing; episodes never end."""

    def __init__(self, like: Any) -> None:
        self.render_mode = None
        super().__init__(like.num_envs, like.observation_space, like.action_space)
        self._seen = np.zeros((like.num_envs, *like.observation_space.shape), dtype=np.float32)
        self._reward = np.zeros(like.num_envs, dtype=np.float32)
        self._done = np.zeros(like.num_envs, dtype=np.bool_)
        self._infos: list[dict[str, Any]] = [{} for _ in range(like.num_envs)]

    def reset(self) -> Any:
        """Zeros."""
        return self._seen

    def step_async(self, actions: Any) -> None:
        """Nothing."""

    def step_wait(self) -> Any:
        """Zeros."""
        return self._seen, self._reward, self._done, self._infos

    def close(self) -> None:
        """Nothing is held."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:  # noqa: ARG002
        """The same for all."""
        return [getattr(self, attr_name)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:  # noqa: ARG002
        """The same for all."""
        setattr(self, attr_name, value)

    def env_method(self, method_name: str, *args: Any, **kwargs: Any) -> list[Any]:
        """The same for all."""
        kwargs.pop("indices", None)
        return [getattr(self, method_name)(*args, **kwargs)] * self.num_envs

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:  # noqa: ARG002
        """None is."""
        return [False] * self.num_envs


def _update_s(model: Any, steps: int) -> float:
    """Processor time of one update: `n_steps` of every building, `n_epochs` passes [s]."""
    start = time.process_time()
    model.learn(steps, reset_num_timesteps=False)
    return time.process_time() - start


def share(
    scenario: str, tick_s: int, count: int = 64, file: Path | str = USUAL
) -> tuple[float, float]:
    """Throughput of PPO as a share of that without a building, and steps/s, of one core's time.

    One thread for the physics and for torch; the median of ROUNDS.
    """
    learner = load_learner(file).for_scenario(scenario)
    before = torch.get_num_threads(), os.environ.get(threads.VARIABLE)
    torch.set_num_threads(1)
    os.environ[threads.VARIABLE] = "1"
    env = BuildingVecEnv(scenario, count, learner.task, tick_s=tick_s, days=learner.training.days)
    steps = int(str(learner.parameters["n_steps"])) * count
    models = [make(learner, one, 0) for one in (env, Idle(env))]
    found = [[_update_s(model, steps) for model in models] for _ in range(ROUNDS + 1)][1:]
    torch.set_num_threads(before[0])
    os.environ.pop(threads.VARIABLE)
    if before[1] is not None:
        os.environ[threads.VARIABLE] = before[1]
    shares = [idle / real for real, idle in found]
    return float(np.median(shares)), steps / float(np.median([real for real, _ in found]))
