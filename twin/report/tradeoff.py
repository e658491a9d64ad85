"""Cost against discomfort: what a controller pays for how much comfort."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from twin.report.look import CONTROLLERS, GREY, grid, save
from twin.report.record import RunRecord
from twin.report.words import number
from twin.statistics import pareto_front

FAR = 8.0  # times the median: a discomfort that would hide the differences between the others
OUTSIDE = 0.6  # of the others' span: a reference that lies farther off is only pointed at
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
POINTING = {(0, 1): "^", (0, -1): "v", (1, 0): ">", (-1, 0): "<"}

PLATE = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}  # words over lines

Point = tuple[float, float]


def draw_tradeoff(
    runs: dict[str, list[RunRecord]], currency: str, path: Path, aside: Collection[str] = ()
) -> Path | None:
    """Small marks: seeds; large marks: their mean. None where indicators are missing.

    Those `aside` (references) are grey and named where they stand; one that lies far off is pointed at from
    the edge, so that it does not squash the others.
    """
    points = {agent: _points(records) for agent, records in runs.items()}
    points = {agent: p for agent, p in points.items() if len(p)}
    if len(points) < 2:
        return None
    means = {agent: (float(p[:, 0].mean()), float(p[:, 1].mean())) for agent, p in points.items()}
    named = {agent: mean for agent, mean in means.items() if agent not in aside} or means
    near, far = _apart({agent: mean for agent, mean in means.items() if agent not in named}, named)
    made, cells = grid(6.6, 4.4, 1, 1)
    axis = cells[0][0]
    _named(axis, {agent: points[agent] for agent in named})
    _beside(axis, near)
    best = [named[agent] for agent in pareto_front(named)]
    if len(best) > 1:
        axis.plot(*zip(*best, strict=True), color=GREY, linewidth=1.2, zorder=2, label="best trade-offs")
    _limits(axis, [y for _, y in (*named.values(), *near.values())])
    _point_at(axis, far, currency)
    axis.set_xlabel(f"cost of energy [{currency} per m²], cheaper to the left", fontsize=10)
    axis.set_ylabel("too warm or too cold while\npeople are there [K·h per person]", fontsize=10)
    if not near:  # the plan beside the others says it better
        _say_better(axis)
    made.legend(loc="outside right center", frameon=False, fontsize=10.5)
    return save(made, path)


def _apart(
    beside: Mapping[str, Point], named: Mapping[str, Point]
) -> tuple[dict[str, Point], dict[str, Point]]:
    """References that fit into a picture of the named ones, and those that do not.

    What nobody beats in both is what is left to gain: it always fits.
    """
    low, high = (pick(x for x, _ in named.values()) for pick in (min, max))
    most = max(y for _, y in named.values())
    span, tall = max(high - low, 0.1 * high), max(most, 0.5)
    front = set(pareto_front({**named, **beside}))
    near = {
        agent: (x, y)
        for agent, (x, y) in beside.items()
        if y <= most + OUTSIDE * tall
        and (x <= high + OUTSIDE * span and (x >= low - OUTSIDE * span or agent in front))
    }
    return near, {agent: mean for agent, mean in beside.items() if agent not in near}


def _named(axis: Axes, points: Mapping[str, np.ndarray]) -> None:
    for i, (agent, found) in enumerate(points.items()):
        colour = CONTROLLERS[i % len(CONTROLLERS)]
        marker = MARKERS[(i + i // len(CONTROLLERS)) % len(MARKERS)]  # the second time round another marker
        axis.scatter(found[:, 0], found[:, 1], s=26, color=colour, alpha=0.45, marker=marker, linewidth=0)
        x, y = found.mean(axis=0)
        axis.scatter(
            [x], [y], s=150, color=colour, marker=marker, edgecolor="white", linewidth=1.2, label=agent,
            zorder=3,
        )  # fmt: skip


def _beside(axis: Axes, near: Mapping[str, Point]) -> None:
    """Hollow grey marks with their names."""
    for agent, (x, y) in near.items():
        axis.scatter(
            [x], [y], s=80, facecolor="white", edgecolor=GREY, linestyle="--", linewidth=1.3, zorder=2.5
        )
        axis.annotate(
            agent, (x, y), (8, 5), textcoords="offset points", ha="left", fontsize=9.5, color=GREY,
            zorder=2.5,
        )  # fmt: skip


def _limits(axis: Axes, discomfort: list[float]) -> None:
    axis.margins(0.18)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.set_xlim(left=max(0.0, axis.get_xlim()[0]))
    _spread(axis, discomfort)


def _spread(axis: Axes, discomfort: list[float]) -> None:
    """Where one controller is far worse than most, only the lower part of the scale is linear."""
    middle, most = float(np.median(discomfort)), max(discomfort)
    if most > FAR * max(middle, 0.1):
        axis.set_yscale("symlog", linthresh=max(0.5, middle), linscale=1.0)
        axis.set_yticks([0.0, *(t for t in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if t <= 1.1 * most)])
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_locator(NullLocator())
        axis.set_ylim(bottom=-0.15)
    else:
        axis.set_ylim(bottom=-0.03 * axis.get_ylim()[1])  # room for whole marks at zero


def _point_at(axis: Axes, far: Mapping[str, Point], currency: str) -> None:
    """Arrowheads at the edge for what lies outside, with where it is."""
    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    axis.set_xlim(left, right)
    axis.set_ylim(bottom, top)
    for k, (agent, (x, y)) in enumerate(far.items()):
        at = min(max(x, left), right), min(max(y, bottom), top)
        way = (0, 1) if y > top else (0, -1) if y < bottom else (1, 0) if x > right else (-1, 0)
        axis.scatter([at[0]], [at[1]], s=70, marker=POINTING[way], color=GREY, clip_on=False, zorder=4)
        share = (at[0] - left) / (right - left)
        axis.annotate(
            f"{agent}: {number(x)} {currency}/m², {number(y)} K·h",
            at, (0, -16 - 13 * k if way == (0, 1) else 10 + 13 * k), textcoords="offset points",
            ha="left" if share < 0.3 else "right" if share > 0.7 else "center",
            fontsize=9, color=GREY, zorder=4, bbox=PLATE,
        )  # fmt: skip


def _say_better(axis: Axes) -> None:
    axis.annotate(
        "better",
        xy=(0.02, 0.03),
        xytext=(0.14, 0.15),
        xycoords="axes fraction",
        fontsize=10,
        color=GREY,
        arrowprops={"arrowstyle": "->", "color": GREY},
    )


def _points(records: list[RunRecord]) -> np.ndarray:
    pairs = [(r.kpis.get("cost_tot"), r.kpis.get("tdis_occ", r.kpis.get("tdis_tot"))) for r in records]
    return np.array([(c, t) for c, t in pairs if c is not None and t is not None], dtype=np.float64).reshape(
        -1, 2
    )
