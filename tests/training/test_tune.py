"""What a study of parameters looks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.scenario.catalog import load_learner, load_scenario
from twin.training.evaluation import OBJECTIVE
from twin.training.tune import TRIALS, tune


def test_where_the_last_policy_counts_trials_are_judged_by_cost_and_discomfort(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    learner = load_learner("es").updated(
        {
            "parameters": {"population": 8, "episodes": 1},
            "training": {"days": 1, "warm_up_days": 1, "starts": ["2023-02-07"]},
            "evaluate": {"objective": "last"},
            "tuning": {"starts": ["2023-02-21"], "seeds": [20_000]},
            "search": {"sigma": {"choices": [0.05, 1.5]}, "population": {"choices": [8]}},
        }
    )
    made = tune(load_scenario("classroom"), learner, trials=2, steps=9 * 96, out=tmp_path / "study")
    trials = json.loads((made.folder / "trials.json").read_text())["trials"]
    assert [trial["state"] for trial in trials] == ["complete", "complete"]
    for trial in trials:
        folder = made.folder / TRIALS / str(trial["number"])
        best = json.loads((folder / "seed-1000" / "training.json").read_text())["best"]
        assert trial["score"] == pytest.approx(-best[OBJECTIVE])
    assert made.score == max(trial["score"] for trial in trials)
