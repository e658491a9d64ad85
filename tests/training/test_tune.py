"""What a study of parameters looks for, and on what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twin.scenario.catalog import load_agent, load_learner, load_scenario
from twin.scenario.learners import Learner
from twin.training.evaluation import OBJECTIVE, HeldOut
from twin.training.seed import Job
from twin.training.train import train
from twin.training.tune import TRIALS, tune

pytest.importorskip("optuna")


def small(**changes: Any) -> Learner:
    return load_learner("es").updated(
        {
            "parameters": {"population": 8, "episodes": 1},
            "training": {"days": 2, "warm_up_days": 1, "starts": ["2023-02-07"]},
            "evaluate": {"starts": ["2023-03-07"], "seeds": [10_000], "days": 1},
            "tuning": {"starts": ["2023-02-21"], "seeds": [20_000]},
            "search": {"sigma": {"choices": [0.05, 1.5]}, "population": {"choices": [8]}},
        }
    ).updated(changes)  # fmt: skip


def test_where_the_last_policy_counts_trials_are_judged_by_cost_and_discomfort(tmp_path: Path) -> None:
    learner = small(evaluate={"objective": "last"})
    made = tune(load_scenario("classroom"), learner, trials=2, steps=9 * 96, out=tmp_path / "study")
    trials = json.loads((made.folder / "trials.json").read_text())["trials"]
    assert [trial["state"] for trial in trials] == ["complete", "complete"]
    for trial in trials:
        folder = made.folder / TRIALS / str(trial["number"])
        best = json.loads((folder / "seed-1000" / "training.json").read_text())["best"]
        assert trial["score"] == pytest.approx(-best[OBJECTIVE])
    assert made.score == max(trial["score"] for trial in trials)


class _SeenError(Exception):
    """Enough was seen."""


def first_job(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> list[Job]:
    """Where the first job to train is put in place of training it."""
    seen: list[Job] = []

    def stop(todo: Job | list[Job], *_: object) -> None:
        seen.append(todo if isinstance(todo, Job) else todo[0])
        raise _SeenError

    monkeypatch.setattr(f"twin.training.{module}.{name}", stop)
    return seen


def test_trials_have_the_weather_and_the_rule_to_compare_with_of_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario("classroom")
    asked = small(training={"weather_variability": "high"}, task={"rule": "guideline36"})
    tuned = first_job(monkeypatch, "tune", "train_seed")
    trained = first_job(monkeypatch, "train", "every_seed")
    with pytest.raises(_SeenError):
        tune(scenario, asked, trials=1, steps=100, out=tmp_path / "tune")
    with pytest.raises(_SeenError):
        train(scenario, asked, out=tmp_path / "train")
    assert tuned[0].scenario == trained[0].scenario
    assert tuned[0].scenario.site.weather_variability.on
    assert not scenario.site.weather_variability.on
    held_out = HeldOut(tuned[0].scenario, asked, "tuning")
    assert tuned[0].baseline == held_out.play_rule(load_agent("guideline36"))
    assert tuned[0].baseline != held_out.play_rule(load_agent(scenario.run.baseline))


def test_ctrl_c_before_the_first_trial_leaves_a_study_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "study"
    with monkeypatch.context() as patched:
        patched.setattr(HeldOut, "play_rule", interrupt)
        with pytest.raises(KeyboardInterrupt):
            tune(load_scenario("classroom"), small(), trials=1, steps=100, out=folder)
    assert json.loads((folder / "manifest.json").read_text())["state"] == "interrupted"
    assert not list(folder.glob(".manifest*"))
    assert tune(load_scenario("classroom"), small(), trials=1, steps=100, out=folder).finished == 1
