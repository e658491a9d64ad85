"""How a training went: indicators of the policy on held-out episodes while it learned, beside the rules'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from twin.basics.errors import ResultsError
from twin.report.look import BLUE, CONTROLLERS, GREY, grid, legend_below, save, title
from twin.report.record import read_json

Rows = Sequence[Mapping[str, float]]
NAME = "learning_curve.png"
_PANELS = (
    ("reward_per_day", "Reward", "higher is better"),
    ("cost_tot", "Cost of energy", "lower is better"),
    ("tdis_occ", "Too warm or too cold for people", "lower is better"),
    ("idis_occ", "Stale air for people", "lower is better"),
)
_LATE, _MARGIN = 0.25, 0.12  # the first quarter of the evaluations may leave the picture


def draw_learning_curve(folder: Path) -> Path | None:
    """Draw a training's curves from its folder; None before the second evaluation of a seed.

    Raises
    ------
    ResultsError
        The folder holds no training.
    """
    manifest = read_json(folder / "manifest.json")
    if manifest.get("kind") != "training":
        raise ResultsError("this is no folder of a training", file=folder, value=manifest.get("kind"))
    seeds = {seed: _evaluations(folder / f"seed-{seed}") for seed in manifest["seeds"]}
    seeds = {seed: rows for seed, rows in seeds.items() if len(rows) > 1}
    rules: dict[str, Any] = manifest.get("rules") or {}
    if not seeds or not rules:
        return None
    shown = [p for p in _PANELS if any(p[0] in row for rows in seeds.values() for row in rows)]
    made, cells = grid(10.4, 3.4 * ((len(shown) + 1) // 2) + 0.7, (len(shown) + 1) // 2, 2, sharex=True)
    axes = [axis for row in cells for axis in row]
    for axis, (name, words, better) in zip(axes, shown, strict=False):
        _panel(axis, name, seeds, rules)
        title(axis, f"{words}, {better}")
        axis.set_ylabel(f"[{_spelled(manifest['units'][name])}]", fontsize=10)
    for axis in axes[len(shown) :]:
        axis.set_visible(False)
    for axis in axes[max(0, len(shown) - 2) : len(shown)]:
        axis.set_xlabel("control steps of all buildings together", fontsize=10)
        axis.xaxis.set_major_formatter(FuncFormatter(_thousands))
        axis.xaxis.set_major_locator(MaxNLocator(6))
    made.suptitle(
        f"What {manifest['agent']} learned on {manifest['scenario']}: means over {len(manifest['held_out'])}"
        " episodes it was not trained on",
        fontsize=12,
        x=0.01,
        ha="left",
        color="#2B2F36",
    )
    handles, labels = axes[0].get_legend_handles_labels()
    legend_below(made, handles, labels)
    return save(made, folder / NAME)


def _evaluations(folder: Path) -> list[dict[str, float]]:
    try:
        return list(read_json(folder / "training.json")["evaluations"])
    except ResultsError:  # a seed that was never begun
        return []


def _panel(
    axis: Axes, name: str, seeds: Mapping[int, Rows], rules: Mapping[str, Mapping[str, float]]
) -> None:
    several = len(seeds) > 1
    curves = [
        (np.array([r["steps"] for r in rows]), np.array([r.get(name, np.nan) for r in rows]))
        for rows in seeds.values()
    ]
    for i, (steps, values) in enumerate(curves):
        label = ("one seed" if i == 0 else None) if several else "the learner"
        axis.plot(
            steps,
            values,
            color=BLUE,
            alpha=0.45 if several else 1.0,
            linewidth=1.2 if several else 2.0,
            label=label,
        )
    if several:
        common = curves[int(np.argmin([steps[-1] for steps, _ in curves]))][0]
        middle = np.mean([np.interp(common, steps, values) for steps, values in curves], axis=0)
        axis.plot(common, middle, color=BLUE, linewidth=2.4, label=f"mean of {len(curves)} seeds")
    for i, rows in enumerate(seeds.values()):
        best = max(rows, key=lambda row: row["score"])
        axis.plot(
            [best["steps"]],
            [best.get(name, np.nan)],
            "o",
            color=BLUE,
            markersize=6,
            markeredgecolor="white",
            linewidth=0,
            label="kept: best policy" if i == 0 else None,
            zorder=4,
        )
    for (rule, level), colour in zip(rules.items(), CONTROLLERS[1:], strict=False):
        if name in level:
            axis.axhline(level[name], color=colour, linestyle="--", linewidth=1.6, label=rule)
    _frame(axis, curves, [level[name] for level in rules.values() if name in level])


def _frame(axis: Axes, curves: Sequence[tuple[Any, Any]], level: Sequence[float]) -> None:
    """Limits in which the later evaluations and the rules are seen; says where something lies outside."""
    late = [v for _, values in curves for v in values[int(_LATE * len(values)) :]]
    known = np.array([*late, *level])
    known = known[np.isfinite(known)]
    if not known.size:
        return
    low, high = float(known.min()), float(known.max())
    if low == high == 0.0:
        axis.set_ylim(-0.05, 1.0)
        axis.text(0.5, 0.5, "none, for anybody", transform=axis.transAxes, ha="center", color=GREY)
        return
    room = _MARGIN * max(high - low, 1e-6 * abs(high), 1e-9)
    axis.set_ylim(low - room, high + room)
    everything = np.concatenate([values for _, values in curves])
    if np.nanmin(everything) < low - room or np.nanmax(everything) > high + room:
        axis.text(
            0.99,
            0.97,
            "the beginning lies outside",
            transform=axis.transAxes,
            ha="right",
            va="top",
            fontsize=9,
            color=GREY,
        )


def _spelled(unit: str) -> str:
    return unit.replace("m2", "m²").replace("K.h", "K·h").replace("ppm.h", "ppm·h").replace("/", " per ")


def _thousands(value: float, _position: object = None) -> str:
    return "0" if value == 0 else f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k"
