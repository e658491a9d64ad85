"""Ours, measured as every peer is: `python -m benchmarks.peers_twin office 60 [--batch 64]`."""

from __future__ import annotations

import argparse

import numpy as np

import twin
from benchmarks.peers_clock import Env, serve
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv


class One:
    """One building, episodes of the scenario's length from the pool unless `pool` is 0."""

    def __init__(self, scenario: str, tick_s: int) -> None:
        self.env = BuildingEnv(scenario, tick_s=tick_s, days=7)
        self.action = np.zeros(len(self.env.action_names), dtype=np.float32)
        self.env.reset(seed=0)

    def reset(self) -> None:
        """From the pool."""
        self.env.reset()

    def step(self) -> bool:
        """A constant action."""
        return self.env.step(self.action)[3]


class Batch:
    """Many buildings at once; those whose episode has ended are reset within a step, and that counts."""

    def __init__(self, scenario: str, tick_s: int, count: int) -> None:
        self.env = BuildingVectorEnv(count, scenario, tick_s=tick_s, days=7)
        self.actions = np.zeros((count, len(self.env.action_names)), dtype=np.float32)
        self.env.reset(seed=0)

    def reset(self) -> None:
        """All of them, from the pool."""
        self.env.reset()

    def step(self) -> bool:
        """Constant actions."""
        self.env.step(self.actions)
        return False


class Fresh:
    """One building whose every reset makes people, devices and a warm-up of its own."""

    def __init__(self, scenario: str, tick_s: int) -> None:
        self.env = BuildingEnv(scenario, tick_s=tick_s, days=7, pool=0)
        self.env.reset(seed=1000)

    def reset(self) -> None:
        """Nothing prepared."""
        self.env.reset()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("tick_s", type=int)
    parser.add_argument("--batch", type=int, default=0)
    given = parser.parse_args()
    count = given.batch or 1

    def make() -> Env:
        if given.batch:
            return Batch(given.scenario, given.tick_s, count)
        return One(given.scenario, given.tick_s)

    fresh = None if given.batch else Fresh(given.scenario, given.tick_s).reset
    serve(twin.__version__, make, count=count, more=1 if given.batch else 3, fresh=fresh)


if __name__ == "__main__":
    main()
