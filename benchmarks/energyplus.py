"""BESTEST cases in EnergyPlus itself beside ours: `python -m benchmarks.energyplus [--case 600] [--help]`.

Needs the extra: `pip install "building-twin[energyplus]"`. Writes each case from the scenario of ours and the
weather of the package, runs both programs here and now, and prints results, errors and seconds of that run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.energyplus_model import AIR, COOLING, HEATING, model
from benchmarks.energyplus_weather import write_epw
from twin.basics.errors import TwinError, nearest
from twin.building.assembly import assemble
from twin.building.weather_year import read_weather
from twin.control.build import build
from twin.physics.layout import Float
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up
from twin.validation.bestest import all_quantities
from twin.validation.bestest_figures import CASES, ENERGYPLUS, QUANTITIES, quantities_of, results, scenario_of
from twin.validation.year import HOUR_S, Year, simulate

DEFAULT = ("600", "900", "600FF", "900FF", "640", "960")
STEPS_PER_HOUR = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)  # that EnergyPlus knows
BATCH = 16  # of our buildings at once
EXTRA = 'EnergyPlus is not installed; it comes with an extra: pip install "building-twin[energyplus]"'
HEAD = (
    f"{'case':<6} {'quantity':<20} {'published':>10} {'EnergyPlus':>10} {'ours':>10} {'':<4}"
    f" {'difference':>10} {'hourly RMSE':>16}"
)
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Pair:
    """One case in both programs: a year hour by hour, and wall times [s] of a year of one building."""

    case: str
    theirs: Year
    ours: Year
    theirs_s: float  # at the time step asked for
    fine_s: float  # EnergyPlus at our time step; NaN where not asked for
    ours_s: float
    batch_s: float  # ours, per building, BATCH at once on one core


def engine() -> Any:
    """EnergyPlus's interface.

    Raises
    ------
    TwinError
        The extra is not installed.
    """
    try:
        from pyenergyplus.api import EnergyPlusAPI
    except ImportError:
        raise TwinError(EXTRA) from None
    return EnergyPlusAPI()


def best(repeat: int, work: Callable[[], T]) -> tuple[T, float]:
    """The last answer of some runs, and the shortest wall time [s]."""
    shortest = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        answer = work()
        shortest = min(shortest, time.perf_counter() - begin)
    return answer, shortest


def compare(case: str, api: Any, folder: Path, asked: argparse.Namespace) -> Pair:
    """Run one case in both programs; files of EnergyPlus go to `folder`."""
    name = scenario_of(case)
    scenario = load_scenario(name, {"building": {"convection": asked.convection}})
    write_input(scenario, folder, asked.steps_per_hour)
    _, theirs_s = best(asked.repeat, lambda: run_energyplus(api, folder))
    ours, ours_s = best(asked.repeat, lambda: simulate(assemble(scenario, [0])))
    _, batch_s = best(1, lambda: batch(scenario, BATCH))
    fine_s = float("nan")
    if asked.same_step:
        fine = folder / "same_step"
        write_input(scenario, fine, HOUR_S // scenario.run.tick_s)
        _, fine_s = best(1, lambda: run_energyplus(api, fine))
    theirs = read_eso(folder / "eplusout.eso", scenario)
    return Pair(case, theirs, ours, theirs_s, fine_s, ours_s, batch_s / BATCH)


def write_input(scenario: Scenario, folder: Path, steps_per_hour: int) -> None:
    """Write in.epJSON and in.epw into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(model(scenario, steps_per_hour), indent=1)
    (folder / "in.epJSON").write_text(text, encoding="utf-8")
    write_epw(read_weather(scenario.site.weather), folder / "in.epw", scenario.run.start.year)


def batch(scenario: Scenario, count: int) -> None:
    """The year of equal buildings at once, each observed and commanded at every control step."""
    building = assemble(scenario, list(range(count)))
    clock = building.clock
    simulator, task = Simulator(building), Task(building)
    rule = build(
        load_agent("follow"), task.observation, task.action, clock.control_step_s, list(range(count))
    )
    memory = warm_up(simulator, task, rule)
    start = np.zeros(count, dtype=np.bool_)
    for _ in range((clock.ticks - clock.warm_up_ticks) // clock.ticks_per_step):
        action, memory = rule.predict(task.observe(simulator), memory, start)
        simulator.advance(task.command(action), clock.ticks_per_step)


def run_energyplus(api: Any, folder: Path) -> None:
    """Run in.epJSON under in.epw of a folder, and leave the outputs there.

    Raises
    ------
    TwinError
        EnergyPlus ended with an error; says its first.
    """
    state = api.state_manager.new_state()
    try:
        api.runtime.set_console_output_status(state, False)
        asked = ["-w", str(folder / "in.epw"), "-d", str(folder), str(folder / "in.epJSON")]
        code = api.runtime.run_energyplus(state, asked)
    finally:
        api.state_manager.delete_state(state)
    if code != 0:
        path = folder / "eplusout.err"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
        bad = [line.strip(" *") for line in lines if "** Severe" in line or "**  Fatal" in line]
        raise TwinError("EnergyPlus ended with an error", value=bad[0] if bad else code)


def read_eso(path: Path, scenario: Scenario) -> Year:
    """The hours of an EnergyPlus output file (eplusout.eso), as a Year of ours."""
    keys: dict[str, tuple[str, str]] = {}
    values: dict[tuple[str, str], list[float]] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            number, _, rest = line.partition(",")
            if "!Hourly" in rest:
                _, zone, text = rest.split(",", 2)
                keys[number] = (zone, text.split(" [")[0])
                values[keys[number]] = []
            elif number in keys:
                values[keys[number]].append(float(rest))
    hours = scenario.run.days * 24

    def of(quantity: str, zone: str) -> Float:
        found = np.asarray(values.get((zone.upper(), quantity), np.zeros(hours)), dtype=np.float64)
        if len(found) != hours:
            raise TwinError("EnergyPlus wrote another number of hours", file=path, value=len(found))
        return found

    rooms = scenario.zone_ids
    heating, cooling = (np.sum([of(q, zone) for zone in rooms], axis=0) / HOUR_S for q in (HEATING, COOLING))
    return Year(heating, cooling, {zone: of(AIR, zone) for zone in rooms})


def rows(pair: Pair) -> Iterator[str]:
    """The lines of one case: quantities side by side, hourly errors with the peaks or extremes."""
    zone = list(pair.ours.air)[-1]
    theirs, ours = all_quantities(pair.theirs, zone), all_quantities(pair.ours, zone)
    errors = {
        "annual_heating_MWh": _share(pair.ours.heating, pair.theirs.heating),
        "annual_cooling_MWh": _share(pair.ours.cooling, pair.theirs.cooling),
        "mean_temp_C": f"{_rmse(pair.ours.air[zone], pair.theirs.air[zone]):.2f} K",
    }
    for key in quantities_of(pair.case):
        name, unit = QUANTITIES[key]
        a, b = theirs[key], ours[key]
        less = f"{b - a:+.2f} K" if unit == "°C" else f"{100.0 * (b / a - 1.0):+.1f} %" if a > 0.0 else ""
        known = results(pair.case, key)[ENERGYPLUS]
        yield (
            f"{pair.case:<6} {name:<20} {known:>10.3f} {a:>10.3f} {b:>10.3f} {unit:<4} {less:>10}"
            f" {errors.get(key, ''):>16}"
        )


def _rmse(ours: Float, theirs: Float) -> float:
    return float(np.sqrt(np.mean((ours - theirs) ** 2)))


def _share(ours: Float, theirs: Float) -> str:
    peak = float(theirs.max())
    return f"{100.0 * _rmse(ours, theirs) / peak:.2f} % of peak" if peak > 0.0 else ""


def chosen(cases: Sequence[str]) -> list[str]:
    """Names of cases as they are written.

    Raises
    ------
    TwinError
        No such case.
    """
    for case in cases:
        if case.upper() not in CASES:
            raise TwinError("no case of that name", key="--case", value=case, allowed=", ".join(CASES),
                            suggestion=nearest(case, CASES))  # fmt: skip
    return [case.upper() for case in cases] or list(DEFAULT)


def measure(asked: argparse.Namespace) -> None:
    """Run and print."""
    cases, api = chosen(asked.case), engine()
    simulate(assemble(load_scenario(scenario_of("600")).updated(days=1, warm_up_days=0), [0]))  # compiles
    pairs = []
    with tempfile.TemporaryDirectory() as place:
        print(HEAD)
        for case in cases:
            folder = Path(asked.keep or place) / case
            pairs.append(compare(case, api, folder, asked))
            print("\n".join(rows(pairs[-1])), flush=True)
    print_speeds(pairs, asked)


def print_speeds(pairs: Sequence[Pair], asked: argparse.Namespace) -> None:
    """Seconds for a year of one building, and how many times EnergyPlus's are ours."""
    print(f"\nseconds for a year of one building, the shortest of {asked.repeat}")
    step = 60 // asked.steps_per_hour
    heads = (f"EnergyPlus {step} min", "ours 1 min", "ratio", f"ours, {BATCH} at once", "ratio")
    fine = ("EnergyPlus 1 min", "ratio") if asked.same_step else ()
    widths = [len(head) + 2 for head in (*heads, *fine)]
    print(f"{'case':<6}" + "".join(f"{h:>{w}}" for h, w in zip((*heads, *fine), widths, strict=True)))
    for pair in pairs:
        values = [pair.theirs_s, pair.ours_s, pair.theirs_s / pair.ours_s]
        values += [pair.batch_s, pair.theirs_s / pair.batch_s]
        values += [pair.fine_s, pair.fine_s / pair.ours_s] if asked.same_step else []
        print(f"{pair.case:<6}" + "".join(f"{v:>{w}.3g}" for v, w in zip(values, widths, strict=True)))


def parser_of() -> argparse.ArgumentParser:
    """What may be asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", default=[], help="may be repeated; default: six cases")
    parser.add_argument(
        "--steps-per-hour", type=int, default=6, choices=STEPS_PER_HOUR, help="EnergyPlus's; its default is 6"
    )
    parser.add_argument("--repeat", type=int, default=3, help="the shortest time of so many runs counts")
    parser.add_argument(
        "--convection", default="fixed", choices=("fixed", "detailed"), help="ours: constant films or not"
    )
    parser.add_argument("--same-step", action="store_true", help="EnergyPlus at our step too; takes long")
    parser.add_argument("--keep", help="a folder for EnergyPlus's input and output files")
    return parser


def main() -> None:
    """Measure and print; exits 2 where the extra is missing or a case is unknown."""
    try:
        measure(parser_of().parse_args())
    except TwinError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
