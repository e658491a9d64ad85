"""Train learners and set them beside rules, MPC and the best plan on unseen weeks, for docs/learning.md.

    python scripts/prove_learning.py train --out results/proof       # five seeds of office and home
    python scripts/prove_learning.py evaluate --out results/proof    # plans take half an hour of a core
    python scripts/prove_learning.py write --out results/proof       # tables
    python scripts/prove_learning.py ship --out results/proof        # policies into agents/trained/

Training, choosing the best policy and evaluation share neither weeks nor seeds: `agents/es.yaml` names
weeks away from those evaluated here and draws seeds from 1,000,000 on; the best policy is chosen on the seeds
10,000 to 10,003; evaluation has the seeds 0 to 4. Weather varies by seed, `weather_variability: medium`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twin.basics.errors import TwinError
from twin.experiment import compare
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.policy_file import read_about
from twin.scenario.schema import Scenario
from twin.statistics import Summary, summarise

ROOT = Path(__file__).resolve().parents[1]
PAGE, TRAINED = ROOT / "docs" / "learning.md", ROOT / "agents" / "trained"
BEGIN, END = "<!-- proof: begin (written by scripts/prove_learning.py) -->", "<!-- proof: end -->"
WEEKS = {
    "office": {"winter": "2023-01-18", "mixed": "2023-04-19", "summer": "2023-07-12"},  # Wednesday to Tuesday
    "home": {"winter": "2023-01-16", "mixed": "2023-04-10", "summer": "2023-07-10"},
}
RULES = ("random", "constant", "thermostat", "setback", "pi", "guideline36", "heat_curve")
SERIOUS = ("setback", "pi", "guideline36", "heat_curve")
VARIED = {"site": {"weather_variability": "medium"}}
LEARNER = "es"
TRAINING_SEEDS, SEEDS = 5, 5
PARTS = {"rules": RULES, "learner": (), "mpc": ("mpc",), "foresight": ("foresight",)}  # a folder for each
ONCE = ("mpc", "foresight")  # as trained only
CONDITIONS: dict[str, dict[str, Any]] = {
    "as trained": {},
    "wrong sensors": {"sensors": {"devices.air_temperature.bias": {"add": [0.7, 0.7]}}},
    "unseen climate": {"climate": {"office": "denver", "home": "chicago"}},
}
Runs = dict[tuple[int, int], dict[str, float]]  # (training seed, seed): indicators
Values = dict[str, Runs]  # by controller


def chosen(scenario: str, start: str, condition: str) -> Scenario:
    """A week of a scenario under one of the conditions."""
    change: dict[str, Any] = {"run": {"start": start, "days": 7}, **VARIED}
    asked = CONDITIONS[condition]
    if "climate" in asked:
        change["site"] = change["site"] | {"weather": asked["climate"][scenario]}
    if "sensors" in asked:
        change["randomise"] = asked["sensors"]
    return load_scenario(scenario, change)


def train(out: Path, scenarios: Sequence[str], jobs: int) -> None:
    """`twin train` for every scenario, five seeds."""
    for scenario in scenarios:
        command = ["train", scenario, "--agent", LEARNER, "--seeds", str(TRAINING_SEEDS), "--jobs", str(jobs)]
        folder = out / f"{scenario}-{LEARNER}"
        subprocess.run([sys.executable, "-m", "twin.cli", *command, "--out", str(folder)], check=True)


def policies(out: Path, scenario: str) -> list[AgentSpec]:
    """The best policy of every training seed."""
    found = sorted((out / f"{scenario}-{LEARNER}").glob("seed-*/policy.onnx"))
    specs = [load_agent(path) for path in found]
    return [spec.model_copy(update={"name": f"{LEARNER}_{i}"}) for i, spec in enumerate(specs)]


def evaluate(out: Path, scenarios: Sequence[str], jobs: int) -> None:
    """Every week, condition and controller; comparisons that are there already are left as they are.

    Learners have folders of their own, so that they can be trained again without the rest.
    """
    for condition in CONDITIONS:
        for scenario in scenarios:
            for week, start in WEEKS[scenario].items():
                for part, names in PARTS.items():
                    folder = out / "weeks" / f"{scenario}-{condition.replace(' ', '_')}-{week}-{part}"
                    if folder.exists() or (part in ONCE and condition != "as trained"):
                        continue
                    agents = [load_agent(name) for name in names] or policies(out, scenario)
                    if not agents:
                        continue  # not trained yet
                    compare(chosen(scenario, start, condition), agents, SEEDS, jobs, folder, references=False)
                    shutil.rmtree(folder / "runs")  # telemetry: gigabytes in all


def read(out: Path, scenario: str, condition: str, weeks: Sequence[str]) -> Values:
    """Indicators, summed over weeks; learners' training seeds apart, all others as training seed 0."""
    found: Values = {}
    for week in weeks:
        stem = f"{scenario}-{condition.replace(' ', '_')}-{week}-"
        files = [out / "weeks" / (stem + part) / "comparison.json" for part in PARTS]
        runs = [json.loads(f.read_text(encoding="utf-8"))["runs"] for f in files if f.exists()]
        for run in itertools.chain(*runs):
            name, _, number = str(run["agent"]).rpartition("_")
            learnt = name == LEARNER
            key = (int(number) if learnt else 0, int(run["seed"]))
            sums = found.setdefault(LEARNER if learnt else str(run["agent"]), {}).setdefault(key, {})
            for kpi in ("cost_tot", "tdis_occ", "idis_occ", "objective"):
                sums[kpi] = sums.get(kpi, 0.0) + float(run["kpis"][kpi] or 0.0)
    return found


def column(values: Runs, kpi: str) -> Summary:
    """One indicator over training seeds and seeds, resampled within training seeds."""
    keys = sorted(values)
    return summarise([values[key][kpi] for key in keys], [key[0] for key in keys])


def difference(values: Runs, base: Runs, kpi: str) -> Summary:
    """Paired: every run against the other controller's run of the same seed."""
    keys = sorted(values)
    return summarise([values[k][kpi] - base[0, k[1]][kpi] for k in keys], [k[0] for k in keys])


def best_rule(found: Values) -> str:
    """The rule with the lowest objective."""
    return min(RULES, key=lambda name: column(found[name], "objective").iqm)


def text(cell: Summary, digits: int, factor: float = 1.0, sign: str = "") -> str:
    """Interquartile mean and interval."""
    middle, low, high = (f"{factor * value:{sign}.{digits}f}" for value in (cell.iqm, cell.low, cell.high))
    return f"{middle} ({low} to {high})"


def table(found: Values, currency: str) -> list[str]:
    """Markdown: one line per controller."""
    best, plan = best_rule(found), found.get("foresight")
    per_cent = 100.0 / column(found[best], "cost_tot").iqm
    heads = ["controller", f"cost [{currency}/m²]", f"to `{best}` [%]", "discomfort [K·h/person]",
             "CO2 [ppm·h/person]", f"objective [{currency}/m²]"]  # fmt: skip
    heads += ["share of the gap [%]", "by cost alone [%]"] if plan else []
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, values in found.items():
        paired = difference(values, found[best], "cost_tot")
        cells = [
            f"`{name}`",
            text(column(values, "cost_tot"), 4),
            "–" if name == best else text(paired, 1, per_cent, "+"),
            text(column(values, "tdis_occ"), 2),
            text(column(values, "idis_occ"), 1),
            text(column(values, "objective"), 4),
        ]
        if plan:
            shares = [gap(found, name, kpi) for kpi in ("objective", "cost_tot")]
            cells += ["–" if name == best else f"{share:.0f}" for share in shares]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def gap(found: Values, name: str, kpi: str) -> float:
    """How much of what the best rule leaves to gain a controller wins [%], by one indicator."""
    top, bottom, here = (column(found[n], kpi).iqm for n in (best_rule(found), "foresight", name))
    return 100.0 * (top - here) / (top - bottom)


def verdict(found: Values) -> list[str]:
    """The learner against every rule that keeps people comfortable: what was asked is -10 % and no more."""
    mine = found[LEARNER]
    heads = f"`{LEARNER}` against", "cost [%]", "discomfort [K·h/person]", "CO2 [ppm·h/person]"
    lines = ["| " + " | ".join(heads) + " |", "|---|---|---|---|"]
    for rule in SERIOUS:
        share = 100.0 / column(found[rule], "cost_tot").iqm
        cells = [
            text(difference(mine, found[rule], kpi), digits, factor, "+")
            for kpi, digits, factor in (("cost_tot", 1, share), ("tdis_occ", 2, 1.0), ("idis_occ", 1, 1.0))
        ]
        lines.append(f"| `{rule}` | " + " | ".join(cells) + " |")
    return [*lines, ""]


def write(out: Path) -> None:
    """Replace the tables of the page."""
    lines: list[str] = []
    for scenario, weeks in WEEKS.items():
        currency = load_scenario(scenario).tariff.currency
        whole = read(out, scenario, "as trained", list(weeks))
        lines += [
            f"### {scenario.title()}",
            "",
            *verdict(whole),
            "All three weeks together:",
            "",
        ]
        lines += table(whole, currency)
        for week, start in weeks.items():
            lines += [f"{week.title()} (7 days from {start}):", ""]
            lines += table(read(out, scenario, "as trained", [week]), currency)
        for condition in list(CONDITIONS)[1:]:
            lines += [f"All three weeks, {condition}:", ""]
            lines += table(read(out, scenario, condition, list(weeks)), currency)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"{END}{after}", encoding="utf-8")


def ship(out: Path) -> None:
    """The best seed's policy of every trained scenario into agents/trained/, with a YAML beside it."""
    for folder in sorted(out.glob(f"*-{LEARNER}")):
        scenario = folder.name.removesuffix(f"-{LEARNER}")
        about = read_about(folder / "policy.onnx")
        shutil.copyfile(folder / "policy.onnx", TRAINED / f"{scenario}.onnx")
        lines = [
            "format: 1",
            f"name: trained_{scenario}",
            "kind: policy",
            f"title: Trained policy for {scenario}",
            "description: >-",
            f"  {about.algorithm}, moves {about.task.rule}; seed {about.seed}, {about.steps:,} steps.",
            f"  Made by: {about.command}",
            "parameters:",
            f"  file: {scenario}.onnx",
        ]
        (TRAINED / f"{scenario}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one of the steps; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("train", "evaluate", "write", "ship"))
    parser.add_argument("--out", type=Path, required=True, help="folder for everything")
    parser.add_argument("--scenario", choices=tuple(WEEKS), help="only this one, for train and evaluate")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    asked = parser.parse_args(arguments)
    scenarios = [asked.scenario] if asked.scenario else list(WEEKS)
    try:
        if asked.step == "train":
            train(asked.out, scenarios, asked.jobs)
        elif asked.step == "evaluate":
            evaluate(asked.out, scenarios, asked.jobs)
        elif asked.step == "write":
            write(asked.out)
        else:
            ship(asked.out)
    except TwinError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
