"""A model of a training loop of one's own, kept so that it runs wherever rules run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")
pytest.importorskip("onnxruntime")

from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor, VecNormalize

import twin.envs  # noqa: F401 - names of Gymnasium
from twin.basics.errors import ControllerError
from twin.envs.sb3 import BuildingVecEnv
from twin.envs.single import BuildingEnv
from twin.experiment import compare, run
from twin.kpi import evaluate
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.policy_file import read_about
from twin.training import save_policy

PLAN: dict[str, Any] = {"days": 1, "warm_up_days": 1}
LEVELS = {"discrete_levels": 3}
OFF: dict[str, Any] = {"learning_starts": 40, "buffer_size": 500, "batch_size": 16}
MODELS: dict[str, Callable[[Any], Any]] = {
    "ppo": lambda env: PPO("MlpPolicy", env, n_steps=48, batch_size=48, seed=1, device="cpu"),
    "sac": lambda env: SAC("MlpPolicy", env, **OFF, seed=1, device="cpu"),
    "dqn": lambda env: DQN("MlpPolicy", env, **OFF, seed=1, device="cpu"),
}
ENVS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "batch": lambda task: BuildingVecEnv("classroom", 2, task, **PLAN),
    "monitored": lambda task: VecMonitor(BuildingVecEnv("classroom", 2, task, **PLAN)),
    "single": lambda task: gymnasium.make("twin/Classroom-v0", task=task, **PLAN),
    "wrapped": lambda task: DummyVecEnv([lambda: Monitor(BuildingEnv("classroom", task, **PLAN))]),
}


@pytest.fixture(scope="module")
def trained() -> Callable[[str, str], tuple[Any, Any]]:
    """Models of each kind on each environment, trained for a moment, each once."""
    known: dict[tuple[str, str], tuple[Any, Any]] = {}

    def give(kind: str, where: str) -> tuple[Any, Any]:
        if (kind, where) not in known:
            env = ENVS[where](LEVELS if kind == "dqn" else {})
            known[kind, where] = MODELS[kind](env).learn(100), env
        return known[kind, where]

    return give


def play(model: Any, task: dict[str, Any], seed: int) -> dict[str, Any]:
    """Indicators of an episode in the environment under the model itself."""
    env = BuildingEnv("classroom", task, **PLAN)
    seen, _ = env.reset(options={"episode_seed": seed})
    over = False
    while not over:
        action, _ = model.predict(seen, deterministic=True)
        seen, _, _, over, _ = env.step(action)
    return evaluate(env.batch.simulator)[0].values


@pytest.mark.parametrize("where", ["batch", "single", "wrapped"])
@pytest.mark.parametrize("kind", ["ppo", "sac", "dqn"])
def test_what_is_kept_runs_as_the_model_does_to_the_last_bit(
    kind: str, where: str, trained: Callable[[str, str], tuple[Any, Any]], tmp_path: Path
) -> None:
    model, env = trained(kind, where)
    file = save_policy(model, env, tmp_path / "policy.zip", "mine.py")
    about = read_about(file)
    assert (about.scenario, about.algorithm, about.seed, about.command) == ("classroom", kind, 1, "mine.py")
    assert about.steps == model.num_timesteps > 0
    played = play(model, LEVELS if kind == "dqn" else {}, 5)
    found = run(load_scenario("classroom", {"run": PLAN}), load_agent(file), 5, tmp_path / "run").kpis
    for name in ("cost_tot", "tdis_occ", "idis_occ", "ener_tot", "objective"):
        assert found[name] == played[name], name


@pytest.mark.parametrize("kind", ["ppo", "sac", "dqn"])
def test_as_onnx_it_acts_the_same(
    kind: str, trained: Callable[[str, str], tuple[Any, Any]], tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    from twin.scenario.policy_file import session

    model, env = trained(kind, "batch")
    file = save_policy(model, env, tmp_path / "policy.onnx")
    count = env.observation_space.shape[0]
    seen = np.random.default_rng(1).uniform(-1.0, 1.0, (50, count)).astype(np.float32)
    wanted, _ = model.predict(seen, deterministic=True)
    if kind == "dqn":
        wanted = env.batch.outlook.decode(wanted)
    np.testing.assert_allclose(
        session(file).run(["action"], {"observation": seen})[0], wanted, rtol=0, atol=1e-5
    )


def test_twin_compare_takes_it(trained: Callable[[str, str], tuple[Any, Any]], tmp_path: Path) -> None:
    model, env = trained("ppo", "monitored")
    file = save_policy(model, env, tmp_path / "policy.zip")
    made = compare(load_scenario("classroom", {"run": PLAN}), ["setback", str(file)], 1, out=tmp_path / "out")
    assert made.manifest["state"] == "complete"


def test_a_file_of_sb3_alone_names_what_would_have_kept_it(
    trained: Callable[[str, str], tuple[Any, Any]], tmp_path: Path
) -> None:
    trained("ppo", "batch")[0].save(tmp_path / "mine.zip")
    with pytest.raises(ControllerError, match=r"twin\.training\.save_policy\(model, env, path\)"):
        run(load_scenario("classroom", {"run": PLAN}), load_agent(tmp_path / "mine.zip"), out=tmp_path / "o")


def test_what_a_file_could_not_hold_is_refused(
    trained: Callable[[str, str], tuple[Any, Any]], tmp_path: Path
) -> None:
    model, env = trained("ppo", "batch")
    single = BuildingEnv("classroom", **PLAN)
    scaled = gymnasium.wrappers.RescaleAction(single, -0.5, 0.5)
    shifted = DummyVecEnv([lambda: gymnasium.wrappers.TransformObservation(single, lambda o: o, None)])
    wrong: list[tuple[Any, Any, str, str]] = [
        (model, VecNormalize(env), "policy.zip", "this wrapper changes what a policy sees.*VecNormalize"),
        (model, scaled, "policy.zip", "this wrapper changes.*RescaleAction"),
        (model, shifted, "policy.zip", "this wrapper changes.*TransformObservation"),
        (model, gymnasium.make("CartPole-v1"), "policy.zip", "there are no buildings in this"),
        (model, BuildingVecEnv("home", 1, **PLAN), "policy.zip", "observes something else"),
        (model, BuildingVecEnv("classroom", 1, LEVELS, **PLAN), "policy.zip", "sets something else"),
        (model, env, "policy.pt", "unknown kind of policy file"),
        (single, env, "policy.zip", "unknown algorithm"),
    ]
    for own, there, name, words in wrong:
        with pytest.raises(ControllerError, match=words):
            save_policy(own, there, tmp_path / name)
    assert save_policy(model, VecNormalize(env, norm_obs=False), tmp_path / "policy.zip").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["policy.zip"]


def test_a_network_before_the_network_is_no_onnx(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    import torch
    from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

    class Halves(BaseFeaturesExtractor):
        def forward(self, seen: torch.Tensor) -> torch.Tensor:
            return 0.5 * seen

    env = BuildingVecEnv("classroom", 1, **PLAN)
    kwargs = {
        "features_extractor_class": Halves,
        "features_extractor_kwargs": {"features_dim": env.observation_space.shape[0]},
    }
    model = PPO("MlpPolicy", env, n_steps=48, batch_size=48, policy_kwargs=kwargs, device="cpu")
    with pytest.raises(ControllerError, match="cannot be written as ONNX"):
        save_policy(model, env, tmp_path / "policy.onnx")
    assert not (tmp_path / "policy.onnx").exists()
