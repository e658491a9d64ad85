"""Learners that train in a second: one building of one room, few days, two weeks of the year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.scenario.catalog import load_learner
from twin.scenario.learners import Learner

OFF_POLICY = ("sac", "td3", "dqn", "tqc")
GENERATION = 9 * 2 * 96  # of eight candidates and the rule


def small(kind: str = "ppo", steps: int = 600, **training: Any) -> Learner:
    """A shipped learner with little to do."""
    own: dict[str, Any] = {"n_steps": 48, "batch_size": 96} if kind in ("ppo", "recurrent_ppo") else {}
    if kind in OFF_POLICY:
        own = {"learning_starts": 100, "buffer_size": 2_000, "batch_size": 32}
    return load_learner(kind).updated(
        {
            "parameters": own,
            "training": {
                "steps": steps,
                "envs": 4,
                "days": 1,
                "pool": 2,
                "starts": ["2023-02-06"],
                "tick_s": 300,
                "warm_up_days": 1,
                "evaluate_every": 400,
                "checkpoint_every": 400,
                **training,
            },
            "evaluate": {"starts": ["2023-03-06"], "seeds": [10_000], "days": 1},
            "tuning": {"starts": ["2023-03-20"], "seeds": [20_000]},
        }
    )


def evolving(**training: Any) -> Learner:
    """Evolution that begins with far steps, so that its evaluations differ."""
    return load_learner("es").updated(
        {
            "parameters": {"population": 8, "episodes": 1, "sigma": 0.5},
            "training": {
                "steps": 6 * GENERATION,
                "days": 2,
                "warm_up_days": 1,
                "starts": ["2023-02-07"],
                "evaluate_every": GENERATION,
                "checkpoint_every": GENERATION,
                **training,
            },
            "evaluate": {"starts": ["2023-02-21"], "seeds": [10_000], "days": 1, "objective": "reward"},
        }
    )


def lines(path: Path) -> list[str]:
    """Lines of a file."""
    return path.read_text().splitlines()
