"""Paired differences: every controller against the baseline on the same seeds, and what is left to gain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.report.record import RunRecord
from twin.report.words import number
from twin.scenario.agents import NOT_RULES
from twin.statistics import Summary, paired_difference

PLANNED, CHANCE = "foresight", "random"
FEWEST = 3  # seeds of an interval
MUCH = 1000.0  # [%] beyond which digits say nothing
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
        Share of what the best rule leaves to gain against `foresight` [%], 0 the rule and 100 the plan; ""
        where there is no plan, or none that is better.
    reference
        Whether nobody named it.
    """

    agent: str
    values: tuple[tuple[str, str], ...]
    clear: tuple[bool, ...]
    gap: str
    reference: bool = False


@dataclass(frozen=True)
class Gap:
    """From the best rule to the best plan found, by mean objective over the plan's seeds.

    Attributes
    ----------
    rule, plan
        Their names; the rule is one of this comparison or one from which `foresight` began.
    worst, best
        Their objectives.
    """

    rule: str
    plan: str
    worst: float
    best: float

    def share(self, objective: float) -> str:
        """How much of it is won [%]."""
        percent = 100.0 * (self.worst - objective) / (self.worst - self.best)
        if percent <= -MUCH:
            return f"< -{MUCH:.0f}"
        return "0" if abs(percent) < 0.5 else f"{percent:+.0f}"


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


def paired(runs: Mapping[str, Sequence[RunRecord]], aside: Collection[str] = ()) -> Paired | None:
    """Differences to the scenario's baseline, or to the first controller; None for fewer than two.

    Those `aside` are references: they come last, and none of them is the baseline.
    """
    if len(runs) < 2:
        return None
    named = [agent for agent in runs if agent not in aside] or list(runs)
    own = runs[named[0]][0].scenario.run.baseline
    baseline = own if own in named else named[0]
    columns = [row for row in _SHOWN if _by_seed(runs[baseline], row[0])]
    gap = gap_of(runs)
    rows = []
    for agent in sorted(runs, key=lambda agent: agent in aside):
        if agent == baseline:
            continue
        found = [_against(runs[agent], runs[baseline], kpi, unit) for kpi, _, unit in columns]
        values = list(_by_seed(runs[agent], "objective").values())
        share = gap.share(float(np.mean(values))) if gap is not None and values else ""
        texts, clear = tuple(f[0] for f in found), tuple(f[1] for f in found)
        rows.append(Difference(agent, texts, clear, share, agent in aside))
    heads = tuple((label, unit) for _, label, unit in columns)
    return Paired(baseline, heads, tuple(rows), "" if gap is None else gap.rule, len(runs[baseline]))


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
        return _texts(found, lambda x: _percent(100.0 * x / middle)), clear
    return _texts(found, _signed), clear


def _texts(found: Summary, write: Callable[[float], str]) -> tuple[str, str]:
    few = found.count < FEWEST
    return write(found.iqm), "" if few else f"{write(found.low)} to {write(found.high)}"


def _percent(value: float) -> str:
    return f"{value:+.1f}" if abs(value) < MUCH else f"{value:+,.0f}"


def _signed(value: float) -> str:
    text = number(value)
    return text if text == "0" else f"+{text}" if value > 0.0 else text


def gap_of(runs: Mapping[str, Sequence[RunRecord]]) -> Gap | None:
    """What the best rule leaves to gain; None without a plan, or where the plan is not better."""
    kinds = {agent: str(_spec(records[0]).get("kind", "")) for agent, records in runs.items()}
    means = {
        agent: float(np.mean(list(values.values())))
        for agent, records in runs.items()
        if (values := _by_seed(records, "objective"))
    }
    plans = [agent for agent, kind in kinds.items() if kind == PLANNED and agent in means]
    if not plans:
        return None
    rules = {agent: mean for agent, mean in means.items() if kinds[agent] not in (*NOT_RULES, CHANCE)}
    rules = _begun_from(runs[plans[0]]) | rules
    if not rules:
        return None
    best = min(rules, key=lambda agent: rules[agent])
    plan = means[plans[0]]
    return Gap(best, plans[0], rules[best], plan) if rules[best] > plan else None


def _spec(record: RunRecord) -> dict[str, Any]:
    return dict(record.manifest.get("agent_spec") or {})


def _begun_from(plans: Sequence[RunRecord]) -> dict[str, float]:
    """Mean objective of the rules that a plan's search played on the same runs, in the indicator's unit."""
    found: dict[str, list[float]] = {}
    for record in plans:
        notes = dict(record.manifest.get("notes") or {}).get(PLANNED) or {}
        own, value = notes.get("objective_currency"), record.kpis.get("objective")
        if own and value is not None:
            for rule, worth in dict(notes.get("objective_of_rules_currency") or {}).items():
                found.setdefault(rule, []).append(worth * value / own)
    return {rule: float(np.mean(values)) for rule, values in found.items() if len(values) == len(plans)}
