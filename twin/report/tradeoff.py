"""Cost against discomfort: what a controller pays for how much comfort."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.report.look import CONTROLLERS, GREY, grid, save
from twin.report.record import RunRecord

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def draw_tradeoff(runs: dict[str, list[RunRecord]], currency: str, path: Path) -> Path | None:
    """Small marks: seeds; large marks: their mean. None where indicators are missing."""
    points = {agent: _points(records) for agent, records in runs.items()}
    points = {agent: p for agent, p in points.items() if len(p)}
    if len(points) < 2:
        return None
    made, cells = grid(6.6, 4.4, 1, 1)
    axis = cells[0][0]
    for (agent, found), colour, marker in zip(points.items(), CONTROLLERS, MARKERS, strict=False):
        axis.scatter(found[:, 0], found[:, 1], s=26, color=colour, alpha=0.45, marker=marker, linewidth=0)
        x, y = found.mean(axis=0)
        axis.scatter(
            [x],
            [y],
            s=150,
            color=colour,
            marker=marker,
            edgecolor="white",
            linewidth=1.2,
            label=agent,
            zorder=3,
        )
    axis.margins(0.18)
    axis.set_xlim(left=max(0.0, axis.get_xlim()[0]))
    axis.set_ylim(bottom=max(-0.02 * axis.get_ylim()[1], axis.get_ylim()[0]))
    axis.set_xlabel(f"cost of energy [{currency} per m²], cheaper to the left", fontsize=10)
    axis.set_ylabel("too warm or too cold while\npeople are there [K·h per person]", fontsize=10)
    axis.annotate(
        "better",
        xy=(0.02, 0.03),
        xytext=(0.14, 0.15),
        xycoords="axes fraction",
        fontsize=10,
        color=GREY,
        arrowprops={"arrowstyle": "->", "color": GREY},
    )
    made.legend(loc="outside right center", frameon=False, fontsize=10.5)
    return save(made, path)


def _points(records: list[RunRecord]) -> np.ndarray:
    pairs = [(r.kpis.get("cost_tot"), r.kpis.get("tdis_occ", r.kpis.get("tdis_tot"))) for r in records]
    return np.array([(c, t) for c, t in pairs if c is not None and t is not None], dtype=np.float64).reshape(
        -1, 2
    )
