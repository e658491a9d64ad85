"""Training end to end on the smallest scenario: the folder, equal seeds, going on, ending early."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stable_baselines3")
pytest.importorskip("sb3_contrib")

from tests.training.small import lines, small
from twin.basics.errors import ControllerError, ResultsError, TwinError
from twin.control.learned import load_model
from twin.scenario.policy_file import read_about
from twin.training.evaluation import REWARD, score
from twin.training.going_on import newest
from twin.training.seed import STOP
from twin.training.train import resume, train


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished training of one seed."""
    folder = tmp_path_factory.mktemp("train") / "ppo"
    made = train("classroom", small(), out=folder, command="twin train classroom")
    assert made.state == "complete"
    return folder


def test_the_folder_holds_what_was_promised(trained: Path) -> None:
    seed = trained / "seed-0"
    for name in ("policy.zip", "last.zip", "training.json", "evaluations.csv"):
        assert (seed / name).is_file(), name
    assert list((seed / "checkpoints").glob("*.zip"))
    manifest = json.loads((trained / "manifest.json").read_text())
    assert (manifest["kind"], manifest["state"]) == ("training", "complete")
    assert "setback" in manifest["rules"]
    rows = lines(seed / "evaluations.csv")
    assert {"steps", "wall_s", REWARD, "cost_tot", "tdis_occ", "idis_occ"} <= set(rows[0].split(","))
    steps = [float(row.split(",")[0]) for row in rows[1:]]
    assert steps[0] == 0.0
    assert steps == sorted(set(steps))


def test_policies_say_what_they_are(trained: Path) -> None:
    about = read_about(trained / "policy.zip")
    assert (about.scenario, about.algorithm, about.seed) == ("classroom", "ppo", 0)
    assert about.command == "twin train classroom"
    assert len(about.action_names) == 3


def test_onnx_acts_as_the_policy_does(trained: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from twin.scenario.policy_file import session

    about = read_about(trained / "policy.zip")
    seen = np.random.default_rng(1).uniform(-1.0, 1.0, (50, len(about.observation_names))).astype(np.float32)
    expected, _ = load_model(trained / "policy.zip", about).predict(seen, deterministic=True)
    found = session(trained / "policy.onnx").run(["action"], {"observation": seen})[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert read_about(trained / "policy.onnx") == about


def test_equal_seed_equal_policy(trained: Path, tmp_path: Path) -> None:
    train("classroom", small(), out=tmp_path / "again")
    first, second = trained / "seed-0" / "last.zip", tmp_path / "again" / "seed-0" / "last.zip"
    about = read_about(first)
    seen = np.random.default_rng(2).uniform(-1.0, 1.0, (20, len(about.observation_names))).astype(np.float32)
    actions = [load_model(file, about).predict(seen, deterministic=True)[0] for file in (first, second)]
    np.testing.assert_array_equal(*actions)


def test_going_on_reaches_the_steps_and_keeps_the_history(tmp_path: Path) -> None:
    folder = tmp_path / "on"
    train("classroom", small(steps=400), out=folder)
    before = lines(folder / "seed-0" / "evaluations.csv")
    made = resume(folder, 900)
    after = lines(folder / "seed-0" / "evaluations.csv")
    assert made.outcomes[0].steps >= 900
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert made.manifest["resumed"] == 1


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    train("classroom", small(steps=900), out=folder)
    (folder / "seed-0" / "last.zip").unlink()
    kept = max(int(path.stem) for path in (folder / "seed-0" / "checkpoints").glob("*.zip"))
    assert newest(folder / "seed-0") == folder / "seed-0" / "checkpoints" / f"{kept}.zip"
    made = resume(folder)
    assert made.state == "complete"
    assert made.outcomes[0].steps >= 900


def test_nothing_is_left_to_do_where_all_steps_are_done(trained: Path) -> None:
    before = lines(trained / "seed-0" / "evaluations.csv")
    made = resume(trained)
    assert made.state == "complete"
    assert lines(trained / "seed-0" / "evaluations.csv") == before


def test_asked_to_stop_it_keeps_everything(tmp_path: Path) -> None:
    folder = tmp_path / "stop"

    def progress(share: float, words: str = "") -> None:
        (folder / STOP).touch()

    made = train("classroom", small(steps=10_000_000), out=folder, progress=progress)
    assert made.state == "interrupted"
    assert made.best is not None
    for name in ("policy.zip", "last.zip", "evaluations.csv"):
        assert (folder / "seed-0" / name).is_file()
    assert json.loads((folder / "seed-0" / "training.json").read_text())["state"] == "interrupted"
    more = resume(folder, made.outcomes[0].steps + 200)
    assert more.state == "complete"


def test_the_curve_is_drawn_with_axes_and_units(trained: Path) -> None:
    from twin.report.learning import draw_learning_curve

    picture = draw_learning_curve(trained)
    assert picture is not None
    assert picture.stat().st_size > 10_000


def test_a_trained_policy_runs_as_a_controller(trained: Path, tmp_path: Path) -> None:
    from twin.experiment import run
    from twin.scenario.catalog import load_scenario

    scenario = load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 1}})
    done = run(scenario, trained / "policy.zip", seed=10_000, out=tmp_path / "run")
    assert done.state == "complete"


def test_held_out_rewards_agree_with_the_indicators_of_a_run(trained: Path, tmp_path: Path) -> None:
    """The baseline's cost on a held-out episode is what `twin run` says of that day and seed."""
    from twin.experiment import run
    from twin.scenario.catalog import load_scenario

    manifest = json.loads((trained / "manifest.json").read_text())
    plan = {"run": {"start": "2023-03-06", "days": 1}, "site": {"weather_variability": "medium"}}
    done = run(load_scenario("classroom", plan), "setback", seed=10_000, out=tmp_path / "rule")
    for name in ("cost_tot", "tdis_occ", "idis_occ", "objective"):
        assert manifest["rules"]["setback"][name] == pytest.approx(done.kpis[name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": {"lerning_rate": 0.1}}, "did you mean 'learning_rate'?"),
        ({"parameters": {"learning_rate": "lin_x"}}, "lin_0.0003"),
        ({"parameters": {"gamma": "much"}}, "a number, such as 0.99"),
        ({"parameters": {"batch_size": -4}}, "whole numbers from 1 on"),
        ({"policy_kwargs": {"net_arc": [8]}}, "did you mean 'net_arch'?"),
        ({"policy_kwargs": {"activation_fn": "Tanhh"}}, "did you mean 'Tanh'?"),
        ({"search": {"gama": {"low": 0.1, "high": 0.9}}}, "did you mean 'gamma'?"),
    ],
)
def test_what_the_algorithm_does_not_take_is_refused_before_anything_is_made(
    changes: dict[str, object], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ControllerError) as told:
        train("classroom", small().updated(changes), out=tmp_path / "never")
    assert words in str(told.value)
    assert not (tmp_path / "never").exists()


def test_dqn_needs_levels() -> None:
    with pytest.raises(ControllerError, match="discrete_levels"):
        train("classroom", small("dqn").updated({"task": {"discrete_levels": 0}}))


def test_no_seeds_is_no_training() -> None:
    with pytest.raises(TwinError, match="at least 1"):
        train("classroom", small(), seeds=[])


def test_another_folder_cannot_be_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"kind": "run"}')
    with pytest.raises(ResultsError, match="no folder of a training"):
        resume(tmp_path)


def test_cost_at_comfort_prefers_comfort_to_any_saving() -> None:
    rule = {"cost_tot": 1.0, "tdis_occ": 1.0, "idis_occ": 0.0}
    cheap = {"cost_tot": 0.1, "tdis_occ": 2.0, "idis_occ": 0.0}
    fair = {"cost_tot": 0.9, "tdis_occ": 0.9, "idis_occ": 0.0}
    assert score(fair, rule, "cost_at_comfort", 1) > score(rule, rule, "cost_at_comfort", 2)
    assert score(rule, rule, "cost_at_comfort", 1) > score(cheap, rule, "cost_at_comfort", 2)
    assert score(rule, rule, "last", 2) > score(fair, rule, "last", 1)
