"""The comparison table: mean over seeds, 95 % interval, the best in each row marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from twin.report.record import RunRecord
from twin.report.words import ROWS, Row, number, row_of
from twin.statistics import summarise


@dataclass(frozen=True)
class Cell:
    """One controller's value of one indicator, as text; `best` marks the row's best."""

    text: str
    interval: str
    best: bool


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    label: str
    unit: str
    hint: str
    core: bool
    cells: tuple[Cell, ...]


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % bootstrap interval over seeds, as in comparison.json; None with fewer than three seeds."""
    if len(values) < 3:
        return None
    summary = summarise(values)
    return summary.low, summary.high


def lines(runs: dict[str, list[RunRecord]], currency: str, aside: Collection[str] = ()) -> list[Line]:
    """Rows of the table for these controllers, core rows first; indicators that nobody has are left out.

    Those `aside` (references) are never marked best.
    """
    units = {k: u for records in runs.values() for record in records for k, u in record.units.items()}
    names = {k for records in runs.values() for record in records for k in record.kpis}
    ordered = [row for row in ROWS if row.kpi in names]
    ordered += [row_of(k, units.get(k, "")) for k in sorted(names - {row.kpi for row in ROWS})]
    made = [_line(row, runs, units.get(row.kpi, ""), currency, aside) for row in ordered]
    return [line for line in made if line is not None]


def _line(
    row: Row, runs: dict[str, list[RunRecord]], unit: str, currency: str, aside: Collection[str]
) -> Line | None:
    values = {agent: _values(records, row.kpi) for agent, records in runs.items()}
    means = {agent: float(np.mean(v)) for agent, v in values.items() if v}
    if not means:
        return None
    shown = {agent: number(mean, whole=row.unit == "number") for agent, mean in means.items()}
    named = {agent: mean for agent, mean in means.items() if agent not in aside}
    best = _best(row, named, {agent: shown[agent] for agent in named})
    cells = []
    for agent, found in values.items():
        span = interval(found)
        words = (
            f"{number(span[0])} to {number(span[1])}" if span and number(span[0]) != number(span[1]) else ""
        )
        cells.append(Cell(shown.get(agent, "–"), words, agent in best))
    return Line(row.label, row.unit.format(currency=currency) or unit, row.hint, row.core, tuple(cells))


def _values(records: Sequence[RunRecord], kpi: str) -> list[float]:
    found = [record.kpis.get(kpi) for record in records]
    return [float(v) for v in found if v is not None]


def _best(row: Row, means: dict[str, float], shown: dict[str, str]) -> set[str]:
    """Controllers that share the row's best value as it is shown; none where all are equal."""
    if not row.best or len(means) < 2:
        return set()
    pick = min if row.best == "low" else max
    winner = shown[pick(means, key=lambda agent: means[agent])]
    best = {agent for agent, text in shown.items() if text == winner}
    return set() if len(best) == len(means) else best
