"""Every algorithm: trains, is stored, acts the same as ONNX, goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stable_baselines3")
pytest.importorskip("sb3_contrib")
pytest.importorskip("onnxruntime")

from tests.training.small import OFF_POLICY, small
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.learners import KINDS
from twin.scenario.policy_file import read_about, session
from twin.training.train import resume, train


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "es"])
def test_every_algorithm_trains_goes_on_and_runs(kind: str, tmp_path: Path) -> None:
    from twin.experiment import run

    folder = tmp_path / kind
    made = train("classroom", small(kind, steps=2_000), out=folder)
    assert made.state == "complete"
    assert made.outcomes[0].steps >= 2_000
    assert (folder / "seed-0" / "replay_buffer.pkl").is_file() == (kind in OFF_POLICY)
    more = resume(folder, 2_500)
    assert 2_500 <= more.outcomes[0].steps < 3_000
    scenario = load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 1}})
    for name in ("policy.zip", "policy.onnx"):
        if kind == "recurrent_ppo" and name == "policy.onnx":
            assert not (folder / name).exists()
            continue
        agent = load_agent(folder / name)
        assert run(scenario, agent, out=tmp_path / name).state == "complete"


@pytest.mark.parametrize("kind", ["td3", "dqn"])
def test_onnx_of_off_policy_algorithms_acts_as_the_model(kind: str, tmp_path: Path) -> None:
    from twin.control.learned import load_model

    learner = small(kind, steps=120, evaluate_every=1_000)
    folder = tmp_path / kind
    train("classroom", learner, out=folder)
    about = read_about(folder / "policy.zip")
    seen = np.random.default_rng(3).uniform(-1.0, 1.0, (40, len(about.observation_names))).astype(np.float32)
    action, _ = load_model(folder / "policy.zip", about).predict(seen, deterministic=True)
    if about.discrete_levels:
        from twin.envs.sb3 import BuildingVecEnv

        action = BuildingVecEnv("classroom", 1, learner.task, days=1).batch.outlook.decode(action)
    found = session(folder / "policy.onnx").run(["action"], {"observation": seen})[0]
    np.testing.assert_allclose(found, action, atol=1e-5)
    assert about.discrete_levels == (4 if kind == "dqn" else 0)


@pytest.mark.slow
def test_going_on_and_not_stopping_take_the_same_steps(tmp_path: Path) -> None:
    whole = train("classroom", small(steps=1_500), out=tmp_path / "whole")
    train("classroom", small(steps=700), out=tmp_path / "parts")
    parts = resume(tmp_path / "parts", 1_500)
    assert parts.outcomes[0].steps == whole.outcomes[0].steps


@pytest.mark.slow
def test_seeds_side_by_side_give_what_they_give_in_turn(tmp_path: Path) -> None:
    both = train("classroom", small(steps=400), seeds=2, jobs=2, out=tmp_path / "both")
    turn = train("classroom", small(steps=400), seeds=2, jobs=1, out=tmp_path / "turn")
    assert [o.best for o in both.outcomes if o.best] and both.state == "complete"
    for one, other in zip(both.outcomes, turn.outcomes, strict=True):
        assert one.best is not None and other.best is not None
        assert one.best["score"] == pytest.approx(other.best["score"], rel=1e-9)
