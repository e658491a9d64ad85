"""Speeds of the main job with their aims: `python -m benchmarks.speed [--days 365] [--batch 64]`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from twin.building.assembly import assemble
from twin.building.occupancy import trace
from twin.control.build import build
from twin.physics import comfort
from twin.physics.compile import njit
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.task import Task
from twin.telemetry.storage import ParquetSink
from twin.world.world import World

VOTES = 20_000


@dataclass(frozen=True)
class Row:
    """One line of the table: what, how much, unit, aim, and whether the aim is a floor."""

    what: str
    value: float
    unit: str
    aim: float
    at_least: bool = False

    def text(self) -> str:
        """The line as printed."""
        good = self.value >= self.aim if self.at_least else self.value <= self.aim
        sign = "≥" if self.at_least else "≤"
        ratio = self.value / self.aim
        measured = f"{self.what:<42} {self.value:>12,.3g} {self.unit:<18}"
        return f"{measured} {sign} {self.aim:>9,.3g}  {ratio:>6.2f}  {'ok' if good else '–'}"


def timed(work: Callable[[], object]) -> float:
    """Wall time of one call [s]."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def year(scenario: Scenario, folder: Path | None) -> float:
    """One building through the World; assembling (weather, sun, people) counts, compiling does not."""

    def run() -> None:
        building = assemble(scenario, [0])
        task = Task(building)
        agent = load_agent("setback")
        rule = build(agent, task.observation, task.action, building.clock.control_step_s, [0])
        sinks = [] if folder is None else [ParquetSink(folder, building.clock)]
        World(building, rule, task, sinks).run()

    return timed(run)


def batch(scenario: Scenario, count: int, days: int) -> float:
    """Building-ticks per second of N buildings on one core, control steps of the default command.

    Best of five weeks: the others tell of the neighbours on the machine.
    """
    building = assemble(scenario.updated(days=days, warm_up_days=0), list(range(count)))
    simulator = Simulator(building)
    command = np.tile(building.command_default, (count, 1))
    steps = days * 86400 // building.clock.control_step_s

    def run() -> None:
        for _ in range(steps):
            simulator.step(command)

    best = float("inf")
    for _ in range(5):
        simulator.reset()
        simulator.step(command)  # compiles, the first time
        simulator.reset()
        best = min(best, timed(run))
    return steps * building.clock.ticks_per_step * count / best


def parts_of_a_year(scenario: Scenario) -> list[tuple[str, float]]:
    """Where the time of a year goes: assembling, and the bare ticks."""
    building = assemble(scenario, [0])
    simulator = Simulator(building)
    command = building.command_default[None, :].copy()
    ticks = timed(lambda: simulator.advance(command, building.clock.ticks - 1))
    return [
        ("assembling: weather, sun, people", timed(lambda: assemble(scenario, [0]))),
        ("ticks alone", ticks),
    ]


@njit
def _votes(count: int) -> float:
    total = 0.0
    for i in range(count):
        total += comfort.pmv(20.0 + 0.08 * (i % 100), 21.0, 0.1, 1200.0, 1.2, 0.5 + 0.005 * (i % 97))
    return total


def small_parts() -> list[tuple[str, float, str]]:
    """What a year repeats many times, each the best of five: people of three weeks, one vote."""
    model = load_scenario("office", {"run": {"days": 21, "warm_up_days": 0}})
    trace(model, model.clock, 0)
    _votes(10)
    people = min(timed(partial(trace, model, model.clock, seed)) for seed in range(1, 6))
    vote = min(timed(lambda: _votes(VOTES)) for _ in range(5)) / VOTES
    return [
        ("people of the office, three weeks", people * 1e3, "ms"),
        ("predicted mean vote of one person", vote * 1e6, "µs"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--batch", type=int, default=64)
    asked = parser.parse_args()
    share = asked.days / 365.0
    plan = {"run": {"start": "2023-01-01", "days": asked.days, "warm_up_days": 0}}
    scenario = load_scenario("office", plan)
    compiling = timed(lambda: year(scenario.updated(days=1), None))
    with tempfile.TemporaryDirectory() as place:
        rows = [
            Row(f"office, {asked.days} days, all telemetry", year(scenario, Path(place)), "s", 5.0 * share),
            Row(f"office, {asked.days} days, no telemetry", year(scenario, None), "s", 3.0 * share),
            Row(
                f"batch of {asked.batch} offices, one core",
                batch(scenario, asked.batch, 7),
                "building-ticks/s",
                1e6,
                True,
            ),
        ]
    print(f"{'':<42} {'measured':>12} {'':<18} {'aim':>11}  {'ratio':>6}")
    for row in rows:
        print(row.text())
    print(f"\nfirst day, compiling included where it was needed: {compiling:.2f} s")
    for words, seconds in parts_of_a_year(scenario):
        print(f"of the year: {words}: {seconds:.2f} s")
    for words, value, unit in small_parts():
        print(f"{words}: {value:.3g} {unit}")
    print(f"devices in this office: {len(assemble(scenario.updated(days=1), [0]).sensors)}")


if __name__ == "__main__":
    main()
