"""Heat, vapour and CO2 from nowhere: none. Balances of whole runs, and what follows from the equations' form.

Balances are kept from outside the engine (twin.validation.balance), over a winter and a summer week of each
shipped scenario and over buildings drawn at random, all under random commands. The other cases are properties
that the equations have whatever the numbers: convergence in the tick, symmetry, monotony, bounds
(twin.validation.invariance).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from twin.building.assembly import Building, assemble
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.validation import invariance, random_buildings
from twin.validation.answers import most
from twin.validation.balance import QUANTITIES, Recorder
from twin.validation.check import Check, Demand, Outcome, Suite, accepted

LIMIT = 1e-9  # relative, of what flowed: the demand
SHIPPED = ("classroom", "home", "office", "school")
SEASONS = {"winter": date(2023, 1, 16), "summer": date(2023, 7, 17)}
DRAWN = 40  # buildings
BATCH = 10  # of them in a case
DAYS = 7
SOURCE = "First law and conservation of mass, in every zone"
WORDS = {
    "energy": "sensible heat of every zone",
    "vapour": "vapour of every zone",
    "CO2": "CO2 of every zone",
    "water": "heat of the plant's water",
    "registers": "meters against power",
    "district": "heat meters against ideal loads",
}


def commands(building: Building, seed: int) -> Callable[[int], Float]:
    """A command row (1, A) for every tick: each point at random over its whole range, or left to its loop.

    Drawn anew at every control step.
    """
    every, columns = building.clock.ticks_per_step, building.command_columns
    row = building.command_default[None].copy()

    def at(tick: int) -> Float:
        if tick % every == 0:
            rng = np.random.default_rng([seed, tick])
            drawn = rng.uniform(building.command_low, building.command_high)
            row[0, columns] = np.where(rng.random(len(columns)) < 0.3, np.nan, drawn)
        return row

    return at


def week(name: str, season: str, days: int = DAYS) -> Scenario:
    """A week of a shipped scenario, without warm-up: the start from rest is part of the balance."""
    model = load_scenario(name)
    named = [
        day for key, day in model.run.periods.items() if key.endswith(season)
    ]  # early_summer of the school
    start = named[0] if named else SEASONS[season]
    return model.updated(start=start, days=days, warm_up_days=0)


def balances(model: Scenario, seed: int, ticks: int | None = None, crowd: bool = False) -> dict[str, float]:
    """Relative errors of all balances of a run under random commands; `crowd`: sources in every zone."""
    building = assemble(model, [seed])
    simulator = Simulator(building)
    if crowd:
        rng = np.random.default_rng(seed)
        body = simulator.state.gains[0]
        zones = len(body)
        body[:, la.G_CO2], body[:, la.G_BODY_VAPOUR] = (
            rng.uniform(0, 5e-5, zones),
            rng.uniform(0, 3e-4, zones),
        )
        body[:, la.G_BODY_CONVECTIVE] = body[:, la.G_BODY_RADIANT] = rng.uniform(0, 800, zones)
    recorder = Recorder(simulator)
    return recorder.run(building.clock.ticks if ticks is None else ticks, commands(building, seed)).errors()


def _shipped(case: str) -> list[Check]:
    name, season = case.split()
    errors = balances(week(name, season), seed=1)
    return [_closes(case, quantity, error) for quantity, error in errors.items()]


def _closes(case: str, quantity: str, error: float, note: str = "") -> Check:
    return most(case, f"{WORDS[quantity]}, largest relative error", "-", error, LIMIT, SOURCE, note)


def drawn(number: int) -> dict[str, float]:
    """Errors of random building `number`: a day, or an hour at a tick of 1 s."""
    model = random_buildings.scenario(number)
    ticks = 3600 if model.run.tick_s == 1 else None
    return balances(model, number, ticks, crowd=True)


def _drawn(case: str) -> list[Check]:
    first = int(case.split()[1].split("-")[0])
    worst: dict[str, tuple[float, int]] = {}
    for number in range(first, first + BATCH):
        for quantity, error in drawn(number).items():
            worst[quantity] = max(worst.get(quantity, (0.0, number)), (error, number))
    return [
        _closes(case, name, error, f"worst: building {number}") for name, (error, number) in worst.items()
    ]


_BATCHES = tuple(f"buildings {i}-{i + BATCH - 1}" for i in range(0, DRAWN, BATCH))
_CASES: dict[str, Callable[[str], list[Check]]] = {
    **{f"{name} {season}": _shipped for name in SHIPPED for season in SEASONS},
    **dict.fromkeys(_BATCHES, _drawn),
}


def run_case(name: str, _data: Path | None = None) -> Outcome:
    """Checks and curves of one case; needs no data folder."""
    if name in invariance.CASES:
        return invariance.CASES[name](name)
    return Outcome(tuple(_CASES[name](name)))


def demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Each balance within 1e-9 of what flowed, in every zone and run; and all that ran within its limits."""
    good = "all balances and properties hold" if complete else "balances and properties hold"
    return (*_balanced(checks), accepted(checks, good))


def _balanced(checks: Sequence[Check]) -> Iterator[Demand]:
    for quantity in (*QUANTITIES, "water", "registers", "district"):
        errors = [check.ours for check in checks if check.quantity.startswith(WORDS[quantity] + ",")]
        if errors:
            yield Demand(f"{WORDS[quantity]}: largest relative error of any run", max(errors), most=LIMIT)


SUITE = Suite(
    name="conservation",
    title="Nothing from nowhere",
    about=(
        "A winter and a summer week of every shipped scenario and forty random buildings, at ticks of 1 "
        "to 900 s and under random commands: heat, vapour and CO2 of every zone are booked from outside, "
        "flow by flow, and the largest gap between the books and what is stored, at any tick, is given "
        "relative to all that flowed. Then properties that hold whatever the numbers: convergence in the "
        "tick, mirrored buildings under a mirrored sun, more insulation and lower setpoints that never "
        "cost heat, temperatures within their bounds."
    ),
    source=SOURCE,
    cases=(*_CASES, *invariance.CASES),
    run=run_case,
    demands=demands,
)
