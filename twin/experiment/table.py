"""What a comparison says: a summary per indicator and agent, the front, and ratios to the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.experiment.single import Run
from twin.kpi import INDICATORS, EnergySeries, Values, against_baseline
from twin.scenario.schema import Scenario
from twin.statistics import paired_difference, pareto_front, summarise
from twin.telemetry.storage import read_truth

Table = dict[str, dict[str, Any]]  # indicator: agent: numbers
_ELECTRICITY, _PRICE = "electricity.electric_energy", "site.electricity_price"
_CARBON = "site.carbon_intensity"


def baseline_of(scenario: Scenario, names: Sequence[str]) -> str:
    """Whom others are compared with: the scenario's baseline where it takes part, else the first."""
    return scenario.run.baseline if scenario.run.baseline in names else names[0]


def summary_table(
    values: Mapping[str, Mapping[int, Values]], baseline: str, aside: Sequence[str] = ()
) -> Table:
    """Summary of every indicator and agent over seeds.

    Parameters
    ----------
    values
        Agent: seed: indicators.
    baseline
        The agent to which paired differences are taken.
    aside
        Agents that are never marked best: references.

    Returns
    -------
    Indicator: agent: count, mean, iqm, low, high, difference (a summary, None for the baseline), best. An
    indicator that nobody has is left out; no agent is best where all are equal.
    """
    table: Table = {}
    for row in INDICATORS:
        found = {name: _present(runs, row.name) for name, runs in values.items()}
        cells = {name: _cell(name, found, baseline) for name, seeds in found.items() if seeds}
        means = [cell["mean"] for name, cell in cells.items() if name not in aside]
        differ = len(set(means)) > 1
        for name, cell in cells.items():
            cell["best"] = differ and name not in aside and cell["mean"] == min(means)
        if cells:
            table[row.name] = cells
    return table


def _present(runs: Mapping[int, Values], indicator: str) -> dict[int, float]:
    """Seed: value, of the seeds that have one."""
    values = {seed: runs[seed].get(indicator) for seed in sorted(runs)}
    return {seed: value for seed, value in values.items() if value is not None}


def _cell(name: str, found: Mapping[str, Mapping[int, float]], baseline: str) -> dict[str, Any]:
    cell: dict[str, Any] = dict(summarise(list(found[name].values())).as_json())
    paired = None if name == baseline else paired_difference(found[name], found.get(baseline, {}))
    return cell | {"difference": None if paired is None else paired.as_json()}


def front(table: Table, aside: Sequence[str] = ()) -> list[str]:
    """Agents but those `aside` that no other beats in cost and (occupied) discomfort, cheapest first."""
    cost, discomfort = table.get("cost_tot", {}), table.get("tdis_occ") or table.get("tdis_tot", {})
    return pareto_front(
        {n: (cost[n]["mean"], discomfort[n]["mean"]) for n in cost if n in discomfort and n not in aside}
    )


def against(
    scenario: Scenario, runs: Mapping[str, Mapping[int, Run]], baseline: str
) -> dict[str, dict[str, float | None]]:
    """CityLearn's ratios of every agent: each seed against the baseline's same seed, then the mean."""
    series = {
        name: {seed: energy_series(scenario, found) for seed, found in seeds.items()}
        for name, seeds in runs.items()
    }
    out: dict[str, dict[str, float | None]] = {}
    for name, seeds in series.items():
        pairs = [(s, series.get(baseline, {}).get(seed)) for seed, s in seeds.items()]
        each = [against_baseline(s, b) for s, b in pairs if s is not None and b is not None]
        out[name] = {key: _mean([row[key] for row in each]) for key in (each[0] if each else {})}
    return out


def _mean(values: Sequence[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return float(np.mean(found)) if found else None


def energy_series(scenario: Scenario, found: Run) -> EnergySeries | None:
    """Electricity by quarter hours (hours where truth is stored less often); None where it cannot be told.

    From the register's differences, not from sampled power; the first step has no reading before it.
    """
    truth_s = scenario.run.truth_s
    step_s = next((s for s in (900, 3600) if s % truth_s == 0), None)
    truth = read_truth(found.folder)
    needed = (_ELECTRICITY, _PRICE, _CARBON)
    if step_s is None or any(name not in truth.columns for name in needed):
        return None
    seconds = truth["time"].astype("int64") // 10**6
    marks = truth[seconds % step_s == 0]
    if len(marks) < 2:
        return None
    energy = np.diff(marks[_ELECTRICITY].to_numpy(dtype=np.float64))
    civil = marks["time"].dt.tz_convert(scenario.site.timezone)
    began = (civil - np.timedelta64(step_s, "s")).iloc[1:]
    return EnergySeries(
        energy_kwh=energy,
        cost=energy * marks[_PRICE].to_numpy(dtype=np.float64)[1:],
        carbon_kg=energy * marks[_CARBON].to_numpy(dtype=np.float64)[1:],
        day=(began.dt.month * 100 + began.dt.day + began.dt.year * 10_000).to_numpy(dtype=np.int64),
        month=(began.dt.year * 100 + began.dt.month).to_numpy(dtype=np.int64),
        discomfort_share=found.kpis.get("discomfort_share"),
    )
