"""Which of several seeds is called the best."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.scenario.catalog import load_learner
from twin.training.evaluation import OBJECTIVE, REWARD
from twin.training.seed import Outcome
from twin.training.train import Training, train


def chosen(objective: str, *rows: dict[str, float] | None) -> int | None:
    """The best seed of seeds with these evaluations."""
    outcomes = tuple(
        Outcome(seed, "complete", 100, 1.0, None if row is None else {"steps": 100.0, "wall_s": 1.0, **row})
        for seed, row in enumerate(rows)
    )
    best = Training(Path(), outcomes, {}, {}, {}, objective).best
    return None if best is None else best.seed


FIRST = {"score": 100.0, REWARD: -1.0, OBJECTIVE: 0.30}
SECOND = {"score": 100.0, REWARD: -2.0, OBJECTIVE: 0.20}
LATER = {"score": 200.0, REWARD: -0.5, OBJECTIVE: 0.40}


def test_without_a_choice_among_evaluations_cost_and_discomfort_decide() -> None:
    assert chosen("last", FIRST, SECOND, LATER) == 1
    assert chosen("last", SECOND, FIRST) == 0
    assert chosen("last", None, FIRST) == 1
    assert chosen("last", None) is None


def test_otherwise_the_score_decides_and_then_the_reward() -> None:
    assert chosen("reward", FIRST, SECOND, LATER) == 2
    assert chosen("cost_at_comfort", SECOND, FIRST) == 1


def test_trainings_of_before_are_still_read() -> None:
    old = {"score": 100.0, REWARD: -3.0}
    assert chosen("last", old, FIRST, SECOND) == 1


def test_the_folder_ships_the_seed_with_the_lowest_objective(tmp_path: Path) -> None:
    learner = load_learner("es").updated(
        {
            "parameters": {"population": 8, "episodes": 1, "sigma": 0.5},
            "training": {"steps": 9 * 96, "days": 2, "warm_up_days": 1, "starts": ["2023-02-07"]},
            "evaluate": {"objective": "last", "starts": ["2023-02-21"], "seeds": [10_000], "days": 1},
        }
    )
    made = train("classroom", learner, seeds=3, out=tmp_path / "out")
    summary = json.loads((made.folder / "summary.json").read_text())
    objectives = {seed: row["best"][OBJECTIVE] for seed, row in summary["seeds"].items()}
    assert len(set(objectives.values())) == 3
    best = min(objectives, key=lambda seed: objectives[seed])
    assert str(summary["best_seed"]) == best
    assert (made.folder / "policy.zip").read_bytes() == (
        made.folder / f"seed-{best}" / "policy.zip"
    ).read_bytes()
    assert summary["units"][OBJECTIVE].endswith("/m2")
    assert summary["rules"]["setback"][OBJECTIVE] >= summary["rules"]["setback"]["cost_tot"]


@pytest.mark.parametrize("objective", ["reward", "last"])
def test_a_tie_goes_to_the_first_seed(objective: str) -> None:
    assert chosen(objective, FIRST, dict(FIRST)) == 0
