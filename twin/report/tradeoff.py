"""Cost against discomfort: what a controller pays for how much comfort."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from twin.report.look import CONTROLLERS, GREY, grid, save
from twin.report.record import RunRecord
from twin.statistics import pareto_front

FAR = 8.0  # times the median: a discomfort that would hide the differences between the others
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def draw_tradeoff(runs: dict[str, list[RunRecord]], currency: str, path: Path) -> Path | None:
    """Small marks: seeds; large marks: their mean. None where indicators are missing."""
    points = {agent: _points(records) for agent, records in runs.items()}
    points = {agent: p for agent, p in points.items() if len(p)}
    if len(points) < 2:
        return None
    made, cells = grid(6.6, 4.4, 1, 1)
    axis = cells[0][0]
    for i, (agent, found) in enumerate(points.items()):
        colour = CONTROLLERS[i % len(CONTROLLERS)]
        marker = MARKERS[(i + i // len(CONTROLLERS)) % len(MARKERS)]  # the second time round another marker
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
    means = {agent: (float(p[:, 0].mean()), float(p[:, 1].mean())) for agent, p in points.items()}
    best = [means[agent] for agent in pareto_front(means)]
    if len(best) > 1:
        axis.plot(*zip(*best, strict=True), color=GREY, linewidth=1.2, zorder=2, label="best trade-offs")
    axis.margins(0.18)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.set_xlim(left=max(0.0, axis.get_xlim()[0]))
    _spread(axis, [y for _, y in means.values()])
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


def _spread(axis: Axes, discomfort: list[float]) -> None:
    """Where one controller is far worse than most, only the lower part of the scale is linear."""
    middle, most = float(np.median(discomfort)), max(discomfort)
    if most > FAR * max(middle, 0.1):
        axis.set_yscale("symlog", linthresh=max(0.5, middle), linscale=1.0)
        axis.set_yticks([0.0, *(t for t in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if t <= 1.1 * most)])
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_locator(NullLocator())
    axis.set_ylim(bottom=-0.02 * most if most <= FAR * max(middle, 0.1) else -0.15)


def _points(records: list[RunRecord]) -> np.ndarray:
    pairs = [(r.kpis.get("cost_tot"), r.kpis.get("tdis_occ", r.kpis.get("tdis_tot"))) for r in records]
    return np.array([(c, t) for c, t in pairs if c is not None and t is not None], dtype=np.float64).reshape(
        -1, 2
    )
