"""Where every number lies between its bounds: one strip per suite, and one panel per quantity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from twin.report import look
from twin.report.look import BLUE, GREEN, GREY, ORANGE, VERMILION
from twin.report.validation import words
from twin.report.validation.record import Number, SuiteRecord

_COLOUR = {"inside": BLUE, "accepted": ORANGE, "outside": VERMILION}
_MARK = {"inside": "o", "accepted": "^", "outside": "X"}
_WORDS = {"inside": "inside the range", "accepted": "outside it, accepted", "outside": "out of bounds"}
_EDGE = 1.6  # what lies farther off is drawn here


def place(number: Number) -> float | None:
    """-1 at the lower and 1 at the upper bound that is still good; None where there are no bounds."""
    low, high = number.limits
    if not math.isfinite(number.ours) or (low is None and high is None):
        return None
    if low is None or high is None:
        if number.beyond > 0:
            return _EDGE
        # a deviation that is to be small stands by its share of what is allowed
        return 0.0 if high is None or high <= 0 else max(-1.0, number.ours / high)
    if high <= low:
        return 0.0 if number.beyond <= 0 else _EDGE
    return 2.0 * (number.ours - low) / (high - low) - 1.0


def draw_overview(suites: Sequence[SuiteRecord], path: Path) -> Path | None:
    """Every bounded number of every suite between its bounds; None where there is none."""
    shown = [suite for suite in suites if any(place(n) is not None for n in suite.numbers)]
    if not shown:
        return None
    made = look.figure(10.2, 0.55 * len(shown) + 1.5)
    axis = made.subplots()
    look.tidy(axis)
    axis.grid(False, axis="y")
    axis.axvspan(-1, 1, color=GREEN, alpha=0.13, linewidth=0)
    for bound in (-1, 1):
        axis.axvline(bound, color=GREEN, linewidth=1.2, linestyle="--")
    for k, suite in enumerate(shown):
        _strip(axis, k, suite)
    axis.set_yticks(range(len(shown)), [f"{suite.name}" for suite in shown], fontsize=11)
    axis.set_ylim(len(shown) - 0.5, -0.5)
    axis.set_xlim(-_EDGE - 0.12, _EDGE + 0.12)
    axis.set_xticks([-1, 0, 1], ["lower bound", "middle", "upper bound"], fontsize=10)
    _legend(made, [n for suite in shown for n in suite.numbers])
    return look.save(made, path)


def _strip(axis: Axes, k: int, suite: SuiteRecord) -> None:
    """Marks of one suite, spread over the height of its row so that they do not hide each other."""
    spots = [(spot, number) for number in suite.numbers if (spot := place(number)) is not None]
    for j, (spot, number) in enumerate(spots):
        height = k + 0.62 * (((j * 7) % 11) / 10 - 0.5) if len(spots) > 3 else k
        axis.plot(
            max(-_EDGE, min(_EDGE, spot)),
            height,
            linestyle="none",
            marker=_MARK.get(number.verdict, "o"),
            markersize=8 if number.verdict == "outside" else 5.5,
            color=_COLOUR.get(number.verdict, GREY),
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=4 if number.verdict == "outside" else 3,
        )


def draw_ranges(groups: dict[tuple[str, str], list[Number]], path: Path) -> Path:
    """One panel per quantity and a row per case: the range of the references, and where ours lies."""
    columns = min(2, len(groups))
    rows = -(-len(groups) // columns)
    lists = list(groups.values())
    most = [max(len(n) for n in lists[k * columns : (k + 1) * columns]) for k in range(rows)]
    heights = [0.27 * count + 0.95 for count in most]
    made = look.figure(11.4 if columns > 1 else 7.5, sum(heights) + 0.6)
    cells = made.subplots(rows, columns, squeeze=False, gridspec_kw={"height_ratios": heights})
    flat = [axis for row in cells for axis in row]
    for axis, ((quantity, unit), numbers) in zip(flat, groups.items(), strict=False):
        look.tidy(axis)
        _ranges(axis, numbers)
        look.title(axis, quantity)
        axis.set_xlabel(words.unit(unit), fontsize=10)
    for axis in flat[len(groups) :]:
        axis.set_visible(False)
    _legend(made, [n for numbers in groups.values() for n in numbers], bars=True)
    return look.save(made, path)


def _ranges(axis: Axes, numbers: Sequence[Number]) -> None:
    for k, number in enumerate(numbers):
        low, high = number.acceptance
        if low is not None and high is not None:
            axis.plot([low, high], [k, k], color=GREEN, linewidth=1.6, zorder=1.5)
        if number.low is not None and number.high is not None:
            axis.barh(k, number.high - number.low, 0.62, left=number.low, color="#C4CCD6", zorder=2)
        if number.reference is not None:
            axis.plot([number.reference] * 2, [k - 0.31, k + 0.31], color="#2B2F36", linewidth=2, zorder=3)
        axis.plot(
            number.ours,
            k,
            linestyle="none",
            marker=_MARK.get(number.verdict, "o"),
            color=_COLOUR.get(number.verdict, GREY),
            markeredgecolor="white",
            markersize=8,
            zorder=4,
        )
    axis.set_yticks(range(len(numbers)), [number.case for number in numbers], fontsize=9.5)
    axis.set_ylim(len(numbers) - 0.4, -0.6)
    axis.use_sticky_edges = False  # else the first bar begins at the frame
    axis.margins(x=0.06)
    axis.grid(False, axis="y")


def _legend(made: Figure, numbers: Sequence[Number], bars: bool = False) -> None:
    handles: list[Line2D | Patch] = []
    labels = []
    if bars:
        handles += [Patch(color="#C4CCD6"), Line2D([], [], color="#2B2F36", linewidth=2)]
        labels += ["range of the references", words.against(numbers)]
    if bars and any(n.acceptance != (None, None) for n in numbers):
        handles.append(Line2D([], [], color=GREEN, linewidth=1.6))
        labels.append("accepted")
    for verdict, word in _WORDS.items():
        if any(number.verdict == verdict for number in numbers):
            handles.append(
                Line2D([], [], linestyle="none", marker=_MARK[verdict], color=_COLOUR[verdict], markersize=8)
            )
            labels.append(f"this twin: {word}")
    look.legend_below(made, handles, labels, columns=6)
