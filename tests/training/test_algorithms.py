"""Every algorithm: trains, is stored, acts the same as ONNX, goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("stable_baselines3")
pytest.importorskip("sb3_contrib")
pytest.importorskip("onnxruntime")

from tests.training.small import OFF_POLICY, small
from twin.basics.errors import ControllerError
from twin.building.assembly import assemble
from twin.control.build import build
from twin.control.learned import load_model
from twin.experiment.single import task_for
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.learners import KINDS
from twin.scenario.policy_file import read_about, session
from twin.scenario.schema import Scenario
from twin.sight import Sight
from twin.simulator import Simulator
from twin.training.algorithms import check
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
        agent = load_agent(folder / name)
        assert run(scenario, agent, out=tmp_path / name).state == "complete"


@pytest.mark.parametrize("kind", ["td3", "dqn"])
def test_onnx_of_off_policy_algorithms_acts_as_the_model(kind: str, tmp_path: Path) -> None:
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
    assert about.discrete_levels == (3 if kind == "dqn" else 0)


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy that remembers, by two layers, trained for a moment."""
    folder = tmp_path_factory.mktemp("recurrent") / "run"
    change = {"policy_kwargs": {"net_arch": [16], "lstm_hidden_size": 8, "n_lstm_layers": 2}}
    learner = small("recurrent_ppo", steps=400, evaluate_every=10_000).updated(change)
    train("classroom", learner, out=folder)
    return folder


def controllers(folder: Path, scenario: Scenario, count: int) -> tuple[Sight, list[Any]]:
    """The best policy as zip and as ONNX, for so many buildings."""
    agents = [load_agent(folder / name) for name in ("policy.zip", "policy.onnx")]
    building = assemble(scenario, range(count))
    task = task_for(agents[0], building)
    assert isinstance(task, Sight)
    step_s = building.clock.control_step_s
    return task, [build(agent, task.observation, task.action, step_s, building.seeds) for agent in agents]


DAY = load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 0}})


def test_a_policy_that_remembers_acts_the_same_as_zip_and_onnx_over_a_day(recurrent: Path) -> None:
    about = read_about(recurrent / "policy.onnx")
    assert about.state == {"hidden": (2, 8), "cell": (2, 8)}
    task, (model, graph) = controllers(recurrent, DAY, 3)
    simulator = Simulator(task.building)
    ours = theirs = None
    start = np.ones(3, dtype=np.bool_)
    apart = []
    for k in range(96):
        if k == 40:
            start = np.array([False, True, False])  # one building begins anew
        seen = task.observe(simulator)
        wanted, theirs = model.predict(seen, theirs, start)
        found, ours = graph.predict(seen, ours, start)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
        apart.append(float(np.abs(found - graph.predict(seen)[0]).max()))
        start = np.zeros(3, dtype=np.bool_)
        simulator.step(task.command(found))
    assert max(apart) > 1e-4, "what it remembers matters"
    assert ours["hidden"].shape == (3, 2, 8)


def test_what_is_remembered_is_each_building_s_own(recurrent: Path) -> None:
    """Memory of a batch = that of single buildings, bit for bit, as World = batch needs; zeros at a start."""
    task, (_, graph) = controllers(recurrent, DAY, 3)
    draw = np.random.default_rng(1)
    rows = draw.uniform(-1.0, 1.0, (12, 3, len(task.observation.names)))
    starts = draw.random((12, 3)) < 0.2
    states: list[Any] = [None] * 3
    whole: Any = None
    for seen, start in zip(rows, starts, strict=True):
        many, whole = graph.predict(seen, whole, start)
        for n in range(3):
            one, states[n] = graph.predict(seen[n : n + 1], states[n], start[n : n + 1])
            np.testing.assert_array_equal(one[0], many[n])
            np.testing.assert_array_equal(states[n]["cell"][0], whole["cell"][n])
            if start[n]:
                np.testing.assert_array_equal(one, graph.predict(seen[n : n + 1])[0])


def test_a_policy_that_remembers_runs_in_the_world_as_in_a_batch(recurrent: Path, tmp_path: Path) -> None:
    from twin.experiment import run
    from twin.kpi import evaluate

    task, (_, graph) = controllers(recurrent, DAY, 2)
    simulator = Simulator(task.building)
    state: Any = None
    start = np.ones(2, dtype=np.bool_)
    for _ in range(96):
        action, state = graph.predict(task.observe(simulator), state, start)
        start = np.zeros(2, dtype=np.bool_)
        simulator.step(task.command(action))
    found = run(DAY, load_agent(recurrent / "policy.onnx"), 1, tmp_path / "run").kpis
    values = evaluate(simulator)[1].values
    assert all(found[name] == values[name] for name in ("cost_tot", "tdis_occ", "ener_tot", "objective"))


@pytest.mark.slow
def test_going_on_takes_the_steps_of_not_stopping_and_gives_the_same_every_time(tmp_path: Path) -> None:
    """The same numbers as without the stop are not promised: episodes and chance are new after it."""
    whole = train("classroom", small(steps=1_500), out=tmp_path / "whole")
    weights = []
    for name in ("once", "again"):
        train("classroom", small(steps=700), out=tmp_path / name)
        before = weights_of(tmp_path / name)
        assert resume(tmp_path / name, 1_500).outcomes[0].steps == whole.outcomes[0].steps
        weights.append(weights_of(tmp_path / name))
        assert any((before[key] != value).any() for key, value in weights[-1].items())
    for key, value in weights[0].items():
        np.testing.assert_array_equal(value, weights[1][key], err_msg=key)


def weights_of(folder: Path) -> dict[str, Any]:
    """Of the first seed's last policy."""
    file = folder / "seed-0" / "last.zip"
    return {key: v.numpy() for key, v in load_model(file, read_about(file)).policy.state_dict().items()}


def test_parameters_are_tried_with_as_many_buildings_as_training_has() -> None:
    """One step of many buildings is a batch; one step of one building is none."""
    shared = np.random.mtrand._rand  # the generator behind numpy's module functions, which others draw from
    before = shared.get_state(legacy=False)["state"]
    check(small(envs=4).updated({"parameters": {"n_steps": 1, "batch_size": 4}}), DAY)
    alone = small(envs=1).updated({"parameters": {"n_steps": 1, "batch_size": 1}})
    with pytest.raises(ControllerError, match="does not take these parameters"):
        check(alone, DAY)
    after = shared.get_state(legacy=False)["state"]
    assert after["pos"] == before["pos"]
    np.testing.assert_array_equal(after["key"], before["key"])


@pytest.mark.slow
def test_seeds_side_by_side_give_what_they_give_in_turn(tmp_path: Path) -> None:
    both = train("classroom", small(steps=400), seeds=2, jobs=2, out=tmp_path / "both")
    turn = train("classroom", small(steps=400), seeds=2, jobs=1, out=tmp_path / "turn")
    assert [o.best for o in both.outcomes if o.best] and both.state == "complete"
    for one, other in zip(both.outcomes, turn.outcomes, strict=True):
        assert one.best is not None and other.best is not None
        assert one.best["score"] == pytest.approx(other.best["score"], rel=1e-9)
