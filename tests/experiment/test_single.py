"""A run's folder: complete, reproducible, readable after an interruption, honest after a failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ControllerError, ResultsError, ScenarioError, TwinError
from twin.building.assembly import assemble
from twin.experiment import run, single
from twin.kpi import evaluate
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up
from twin.telemetry.storage import read_truth


def classroom(**plan: Any) -> Scenario:
    return load_scenario("classroom", {"run": {"start": "2023-01-12", "days": 2, "warm_up_days": 1} | plan})


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def test_a_run_leaves_a_complete_folder(tmp_path: Path) -> None:
    shares: list[float] = []
    done = run(classroom(), "pi", seed=0, out=tmp_path / "run", progress=shares.append)
    manifest = manifest_of(done.folder)
    assert (manifest["state"], manifest["agent"], manifest["seed"]) == ("complete", "pi", 0)
    assert manifest["agent_spec"]["parameters"]["gain"] == 0.5
    assert manifest["zones"] == list(classroom().zone_ids)
    assert manifest["points"][f"{classroom().zone_ids[0]}.air_temperature"] == "°C"
    assert load_scenario(done.folder / "scenario.yaml").model_dump() == classroom().model_dump()
    kpis = json.loads((done.folder / "kpis.json").read_text(encoding="utf-8"))
    assert kpis["values"] == done.kpis
    assert kpis["units"]["ener_tot"] == "kWh/m2"
    truth = read_truth(done.folder)
    assert len(truth) == 2 * 86400 // classroom().run.truth_s
    assert shares[-1] == 1.0


def test_equal_runs_differ_in_time_rat_only(tmp_path: Path) -> None:
    first, second = (run(classroom(), "setback", seed=0, out=tmp_path / name) for name in "ab")
    assert {k: v for k, v in first.kpis.items() if k != "time_rat"} == {
        k: v for k, v in second.kpis.items() if k != "time_rat"
    }


def test_seed_zero_is_a_seed_and_another_seed_is_another_run(tmp_path: Path) -> None:
    zero, one = (run(classroom(), "setback", seed=seed, out=tmp_path / str(seed)) for seed in (0, 1))
    assert manifest_of(zero.folder)["seed"] == 0
    assert zero.kpis["ener_tot"] != one.kpis["ener_tot"]


def test_a_run_equals_the_batch_simulator(tmp_path: Path) -> None:
    spec = classroom()
    done = run(spec, "thermostat", seed=4, out=tmp_path / "run")
    building = assemble(spec, [4])
    task, simulator = Task(building), Simulator(building)
    warm_up(simulator, task, single.build_for(single.load_agent(spec.run.baseline), task, 4))
    controller, state = single.build_for(single.load_agent("thermostat"), task, 4), None
    while simulator.tick < building.clock.ticks:
        action, state = controller.predict(task.observe(simulator), state)
        simulator.step(task.command(action))
    batch = evaluate(simulator)[0].values
    assert {k: v for k, v in done.kpis.items() if k != "time_rat"} == {
        k: v for k, v in batch.items() if k != "time_rat"
    }


class Fixed:
    """A controller of somebody's own; `moment` may do something at its n-th step."""

    def __init__(self, columns: int, step: int = -1, error: BaseException | None = None) -> None:
        self.columns, self.step, self.error, self.calls = columns, step, error, 0

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = True
    ) -> Any:
        self.calls += 1
        if self.calls == self.step and self.error is not None:
            raise self.error
        return np.full((len(observation), self.columns), np.nan), state

    def reset(self, seeds: Any) -> None:
        self.calls = 0


def columns() -> int:
    return len(Task(assemble(classroom(), [0])).action.points)


def test_a_controller_of_one_s_own(tmp_path: Path) -> None:
    done = run(classroom(), Fixed(columns()), out=tmp_path / "run")
    assert done.manifest["agent"] == "fixed"
    assert done.state == "complete"


def test_interruption_leaves_readable_results(tmp_path: Path) -> None:
    done = run(classroom(), Fixed(columns(), 100, KeyboardInterrupt()), out=tmp_path / "run")
    manifest = manifest_of(done.folder)
    assert done.state == manifest["state"] == "interrupted"
    assert 0 < manifest["simulated_s"] < 2 * 86400
    assert done.kpis["ener_tot"] is not None
    assert len(read_truth(done.folder)) > 0


def test_failure_is_told_by_the_manifest(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run(classroom(), Fixed(columns(), 50, ZeroDivisionError("of zero")), out=tmp_path / "run")
    manifest = manifest_of(tmp_path / "run")
    assert (manifest["state"], manifest["error"]) == ("failed", "of zero")


@pytest.mark.parametrize(
    ("agent", "error", "words"),
    [
        ("setbakc", ScenarioError, "setback"),
        (AgentSpec.model_construct(name="x", kind="pi", parameters={"gian": 1.0}), ControllerError, "gain"),
    ],
)
def test_bad_agents_leave_nothing_behind(
    tmp_path: Path, agent: Any, error: type[TwinError], words: str
) -> None:
    with pytest.raises(error, match=words):
        run(classroom(), agent, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TwinError, match="seed"):
        run(classroom(), "pi", seed=-1, out=tmp_path / "run")


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(ResultsError, match="already"):
        run(classroom(), "pi", out=tmp_path)
