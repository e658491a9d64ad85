"""Paired differences: every controller against the baseline on the same seeds, and what is left to gain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.report.record import RunRecord
from twin.report.words import number
from twin.scenario.agents import NOT_RULES
from twin.statistics import Summary, paired_difference

PLANNED = "foresight"
FEWEST = 3  # seeds of an interval
_SHOWN = (
    ("cost_tot", "Cost", "%"),
    ("objective", "Cost and discomfort", "%"),
    ("tdis_occ", "Felt by people", "K·h per person"),
    ("idis_occ", "Stale air", "ppm·h per person"),
)


@dataclass(frozen=True)
class Difference:
    """One controller less the baseline: texts for each of `Paired.columns`, and the share of the gap.

    Attributes
    ----------
    values
        Interquartile mean of the difference and its 95 % interval, "" where there are too few seeds.
    clear
        Whether the interval leaves out zero.
    gap
        Share of what the best rule leaves to gain against `foresight` [%], "" where it is not compared.
    """

    agent: str
    values: tuple[tuple[str, str], ...]
    clear: tuple[bool, ...]
    gap: str


@dataclass(frozen=True)
class Paired:
    """Differences of all controllers to one of them.

    Attributes
    ----------
    columns
        Label and unit.
    best_rule
        The rule with the lowest objective, from which the gap is counted; "" without `foresight`.
    """

    baseline: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Difference, ...]
    best_rule: str
    seeds: int


def paired(runs: Mapping[str, Sequence[RunRecord]]) -> Paired | None:
    """Differences to the scenario's baseline, or to the first controller; None for fewer than two."""
    if len(runs) < 2:
        return None
    first = next(iter(runs.values()))[0]
    own = first.scenario.run.baseline
    baseline = own if own in runs else next(iter(runs))
    columns = [row for row in _SHOWN if _by_seed(runs[baseline], row[0])]
    best, plan, left = _gap(runs)
    rows = []
    for agent, records in runs.items():
        if agent == baseline:
            continue
        found = [_against(records, runs[baseline], kpi, unit) for kpi, _, unit in columns]
        share = ""
        if left is not None and agent not in (best, plan):
            objective = float(np.mean(list(_by_seed(records, "objective").values())))
            share = f"{100.0 * (left[0] - objective) / (left[0] - left[1]):+.0f}"
        rows.append(Difference(agent, tuple(f[0] for f in found), tuple(f[1] for f in found), share))
    heads = tuple((label, unit) for _, label, unit in columns)
    return Paired(baseline, heads, tuple(rows), best, len(runs[baseline]))


def _by_seed(records: Sequence[RunRecord], kpi: str) -> dict[int, float]:
    values = {int(r.manifest.get("seed", 0)): r.kpis.get(kpi) for r in records}
    return {seed: value for seed, value in values.items() if value is not None}


def _against(
    records: Sequence[RunRecord], others: Sequence[RunRecord], kpi: str, unit: str
) -> tuple[tuple[str, str], bool]:
    base = _by_seed(others, kpi)
    found = paired_difference(_by_seed(records, kpi), base)
    if found is None:
        return ("–", ""), False
    middle = float(np.mean(list(base.values())))
    clear = found.count >= FEWEST and (found.low > 0.0 or found.high < 0.0)
    if unit == "%":
        if not middle:
            return ("–", ""), False
        return _texts(found, lambda x: f"{100.0 * x / middle:+.1f}"), clear
    return _texts(found, _signed), clear


def _texts(found: Summary, write: Callable[[float], str]) -> tuple[str, str]:
    few = found.count < FEWEST
    return write(found.iqm), "" if few else f"{write(found.low)} to {write(found.high)}"


def _signed(value: float) -> str:
    text = number(value)
    return text if text == "0" else f"+{text}" if value > 0.0 else text


def _gap(runs: Mapping[str, Sequence[RunRecord]]) -> tuple[str, str, tuple[float, float] | None]:
    """The best rule, the plan, and their mean objectives; none where the plan is not better."""
    specs = {agent: dict(r[0].manifest.get("agent_spec") or {}) for agent, r in runs.items()}
    kinds = {agent: str(spec.get("kind", "")) for agent, spec in specs.items()}
    plans = [agent for agent, kind in kinds.items() if kind == PLANNED]
    means = {
        agent: float(np.mean(list(values.values())))
        for agent, r in runs.items()
        if (values := _by_seed(r, "objective"))
    }
    rules = [agent for agent, kind in kinds.items() if kind not in NOT_RULES and agent in means]
    if not plans or plans[0] not in means or not rules:
        return "", "", None
    best = min(rules, key=lambda agent: means[agent])
    if means[best] <= means[plans[0]]:
        return best, plans[0], None
    return best, plans[0], (means[best], means[plans[0]])
