"""Compare the shipped rules over three weeks of office and home and write the tables of docs/controllers.md.

    python scripts/compare_rules.py --out results/rules

Weeks and seeds are those of evaluation: the rules' numbers were chosen on other weeks and seeds from 100.
What stands between the two marks in docs/controllers.md is replaced, nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twin.basics.errors import TwinError
from twin.experiment import compare
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_scenario

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "controllers.md"
BEGIN = "<!-- rules: begin (written by scripts/compare_rules.py) -->"
END = "<!-- rules: end -->"
WEEKS = {
    "office": {"winter": "2023-01-18", "mixed": "2023-04-19", "summer": "2023-07-12"},  # Wednesday to Tuesday
    "home": {"winter": "2023-01-16", "mixed": "2023-04-10", "summer": "2023-07-10"},
}
BASELINE = "setback"
COLUMNS = (("cost_tot", 4), ("tdis_occ", 2), ("idis_occ", 1))


def rules(scenario: str) -> list[AgentSpec]:
    """The rules compared; at home two also with ventilation left to the plant, to tell its share."""
    names = ("random", "constant", "thermostat", BASELINE, "pi", "guideline36", "heat_curve")
    specs = [load_agent(name) for name in names]
    for spec in specs[-2:] if scenario == "home" else ():
        parameters = spec.parameters | {"co2_setpoint_ppm": None}
        specs.append(spec.model_copy(update={"name": f"{spec.name}_no_co2", "parameters": parameters}))
    return specs


def rows(table: dict[str, dict[str, Any]], names: Sequence[str]) -> list[str]:
    """One line of Markdown for each rule: interquartile means, 95 % intervals, and cost to the baseline."""
    lines = []
    for name in names:
        cells = [f"`{name}`"]
        for indicator, digits in COLUMNS:
            cell = table.get(indicator, {}).get(name)
            cells.append("–" if cell is None else _interval(cell, digits))
        paired = table["cost_tot"][name]["difference"]
        share = None if paired is None else 100.0 / table["cost_tot"][BASELINE]["iqm"]
        cells.insert(2, "–" if share is None else _interval(paired, 1, share, "+"))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _interval(cell: dict[str, Any], digits: int, factor: float = 1.0, sign: str = "") -> str:
    middle, low, high = (f"{factor * cell[key]:{sign}.{digits}f}" for key in ("iqm", "low", "high"))
    return f"{middle} ({low} to {high})"


def section(scenario: str, week: str, start: str, seeds: int, out: Path) -> list[str]:
    """Heading and table of one week."""
    chosen = load_scenario(scenario, {"run": {"start": start, "days": 7}})
    specs = rules(scenario)
    folder = out / f"{scenario}-{week}"
    done = compare(chosen, specs, seeds, os.cpu_count() or 1, folder, references=False)
    currency = chosen.tariff.currency
    return [
        f"### {scenario.title()}, {week} (7 days from {start})",
        "",
        f"| rule | cost [{currency}/m²] | to `{BASELINE}` [%] "
        "| discomfort [K·h/person] | CO2 [ppm·h/person] |",
        "|---|---|---|---|---|",
        *rows(done.table, [spec.name for spec in specs]),
        "",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything, replace the tables; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the comparisons; must be new")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0")
    asked = parser.parse_args(arguments)
    lines: list[str] = []
    try:
        for scenario, weeks in WEEKS.items():
            for week, start in weeks.items():
                lines += section(scenario, week, start, asked.seeds, asked.out)
    except TwinError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
