"""Trained policies wherever controllers run: the shipped ones, and what does not fit is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ControllerError, ScenarioError
from twin.envs.single import BuildingEnv
from twin.experiment import run
from twin.kpi import evaluate
from twin.scenario.catalog import available, load_agent, load_learner, load_scenario
from twin.scenario.policy_file import read_about

pytest.importorskip("onnxruntime")

SHIPPED = sorted(available("agents", "trained"))
PLAN: dict[str, Any] = {"days": 1, "warm_up_days": 1}


def test_every_shipped_scenario_has_a_policy() -> None:
    assert SHIPPED == [f"trained/{name}" for name in sorted(available("scenarios"))]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_acts_in_the_world_as_in_its_environment(name: str, tmp_path: Path) -> None:
    spec = load_agent(name)
    about = read_about(spec.settings.file)
    assert about.scenario == name.removeprefix("trained/")
    assert f"seed {about.seed}" in spec.description
    assert f"twin train {about.scenario} --agent es" in spec.description
    env = BuildingEnv(about.scenario, about.task, **PLAN)
    from twin.scenario.policy_file import session

    policy = session(Path(spec.settings.file))
    seen, _ = env.reset(options={"episode_seed": 5})
    over = False
    while not over:
        action = policy.run(["action"], {"observation": seen[None]})[0][0]
        seen, _, _, over, _ = env.step(action)
    played = evaluate(env.batch.simulator)[0].values
    found = run(load_scenario(about.scenario, {"run": PLAN}), name, 5, tmp_path / "run").kpis
    for kpi in ("cost_tot", "tdis_occ", "idis_occ", "ener_tot", "objective"):
        assert found[kpi] == played[kpi]


def test_the_offices_policy_says_the_rule_where_its_learner_has_no_say() -> None:
    """It was trained with the outdoor air damper among its actions, always left to the rule that leads."""
    about = read_about(load_agent("trained/office").settings.file)
    learner = load_learner("es").for_scenario("office")
    assert "outdoor_air_damper_command" not in learner.task.quantities
    theirs, ours = (BuildingEnv("office", task, **PLAN) for task in (about.task, learner.task))
    at = [about.action_names.index(name) for name in ours.action_names]
    from twin.scenario.policy_file import session

    policy = session(Path(load_agent("trained/office").settings.file))
    seen, _ = theirs.reset(options={"episode_seed": 5})
    ours.reset(options={"episode_seed": 5})
    over = False
    while not over:
        action = policy.run(["action"], {"observation": seen[None]})[0][0]
        seen, reward, _, over, _ = theirs.step(action)
        assert ours.step(action[at])[1] == reward
        for name, array in theirs.batch.simulator.state._asdict().items():
            np.testing.assert_array_equal(array, ours.batch.simulator.state._asdict()[name], err_msg=name)


def test_a_policy_of_another_building_is_refused(tmp_path: Path) -> None:
    scenario = load_scenario("classroom", {"run": PLAN})
    with pytest.raises(ControllerError, match="trained on another building"):
        run(scenario, "trained/office", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_policy_of_another_control_step_is_refused(tmp_path: Path) -> None:
    scenario = load_scenario("classroom", {"run": PLAN | {"control_step_s": 1800}})
    with pytest.raises(ControllerError, match="control step"):
        run(scenario, "trained/classroom", out=tmp_path / "run")


def test_a_file_is_opened_once_a_run_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    opened: list[str] = []
    real = onnxruntime.InferenceSession

    def counted(file: str, *rest: Any, **more: Any) -> Any:
        opened.append(file)
        return real(file, *rest, **more)

    monkeypatch.setattr(onnxruntime, "InferenceSession", counted)
    shipped = Path(load_agent("trained/classroom").settings.file)
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(shipped.read_bytes())
    scenario = load_scenario("classroom", {"run": PLAN})
    run(scenario, load_agent(mine), out=tmp_path / "run")
    assert opened == [str(mine.resolve())]
    mine.write_bytes(Path(load_agent("trained/office").settings.file).read_bytes())
    assert read_about(mine).scenario == "office"
    assert len(opened) == 2


@pytest.mark.parametrize("suffix", [".zip", ".onnx"])
def test_what_is_no_policy_is_told_so(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"policy{suffix}"
    with pytest.raises(ScenarioError, match="no such policy file"):
        load_agent(file)
    file.write_bytes(np.arange(10).tobytes())
    with pytest.raises(ControllerError, match="not a readable"):
        run(load_scenario("classroom", {"run": PLAN}), file, out=tmp_path / "run")
