"""Ours among the reference programs: groups of bars per case, as the field draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from twin.report.look import BLUE, GREEN, VERMILION, figure, legend_below, save, tidy, title
from twin.report.validation import words
from twin.report.validation.record import Number

OURS = "this twin"
WIDE = 7  # cases from which on a quantity has a row of its own
MOST = 20  # cases in one panel
_COMPARED = "EnergyPlus"
_COMPARED_COLOUR = "#E9B24A"
_PROGRAMS = ("#C4CCD6", "#93A1B1", "#D3C7B6", "#B3A287", "#BFD3C6", "#CFBFCB", "#A6BCC9", "#DDDDDD")
_GROUP = 0.84  # of the distance from case to case


Groups = dict[tuple[str, str], list[Number]]


def drawable(numbers: Sequence[Number]) -> Groups:
    """Quantities with results of other programs, each with its cases: (quantity, unit) to numbers.

    Quantities with a single case that differ only after a comma, as irradiation by orientation, or that share
    a unit, become one group in which the quantity takes the place of the case.
    """
    found: Groups = {}
    for number in numbers:
        if len(number.others) > 1:
            found.setdefault((number.quantity, number.unit), []).append(number)
    single = [key for key, group in found.items() if len(group) == 1]
    for alike in _families(single):
        members = [found.pop(key)[0] for key in alike]
        same = len({member.case for member in members}) == 1
        begin = _beginning([member.quantity for member in members])
        case = f"case {members[0].case}" if same else ""
        heading = ", ".join(word for word in (begin.rstrip(", "), case) if word)
        found[(heading or "by case", members[0].unit)] = [
            replace(m, case=m.quantity.removeprefix(begin) + ("" if same else f", {m.case}")) for m in members
        ]
    return found


def _families(keys: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Keys (quantity, unit) that belong together: the same words before the comma, or only the same unit."""
    families: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for quantity, unit in keys:
        families.setdefault((quantity.partition(", ")[0], unit), []).append((quantity, unit))
    left: dict[str, list[tuple[str, str]]] = {}
    for (_, unit), members in families.items():
        if len(members) == 1:
            left.setdefault(unit, []).extend(members)
    return [m for m in (*families.values(), *left.values()) if len(m) > 1]


def _beginning(quantities: Sequence[str]) -> str:
    """What all quantities begin with, up to and with the comma; empty where they differ."""
    heads = {quantity.partition(", ")[0] for quantity in quantities}
    return f"{heads.pop()}, " if len(heads) == 1 and all(", " in q for q in quantities) else ""


def sheets(groups: Groups) -> list[Groups]:
    """Groups that share a picture: those of the same programs; wide ones below, narrow ones side by side."""
    made: list[Groups] = []
    kinds: list[tuple[bool, set[str]]] = []
    for key, numbers in groups.items():
        narrow, names = len(numbers) < WIDE, {name for number in numbers for name in number.others}
        for sheet, (shape, programs) in zip(made, kinds, strict=True):
            if shape == narrow and (names <= programs or programs <= names):
                sheet[key] = numbers
                programs |= names
                break
        else:
            made.append({key: numbers})
            kinds.append((narrow, names))
    return made


def crowded(sheet: Groups) -> bool:
    """Whether bars would be too many or their names too long; rows (`draw_ranges`) can then be read."""
    return any(
        len(numbers) > MOST or (len(numbers) >= WIDE and max(len(n.case) for n in numbers) > 14)
        for numbers in sheet.values()
    )


def draw_bars(groups: Groups, path: Path) -> Path:
    """One panel per quantity: a group of bars per case, ours at the right of each group.

    Parameters
    ----------
    groups
        As from `drawable`.
    path
        Where the PNG goes.
    """
    programs = _programs(groups)
    most = max(len(numbers) for numbers in groups.values())
    columns = 1 if most >= WIDE else min(len(groups), 3 if most > 1 else 4)
    rows = -(-len(groups) // columns)
    made = figure(12.0, 3.1 * rows + 0.6)
    axes = made.subplots(rows, columns, squeeze=False)
    flat = [axis for row in axes for axis in row]
    for axis, ((quantity, unit), numbers) in zip(flat, groups.items(), strict=False):
        _panel(axis, numbers, programs)
        title(axis, f"{quantity} [{words.unit(unit)}]" if words.unit(unit) else quantity)
    for axis in flat[len(groups) :]:
        axis.set_visible(False)
    handles, labels = _legend(programs, groups)
    legend_below(made, handles, labels, columns=9)
    return save(made, path)


def _programs(groups: Groups) -> dict[str, str]:
    """Every program with its colour, in the order of the reference."""
    names = dict.fromkeys(name for numbers in groups.values() for number in numbers for name in number.others)
    colours = iter(_PROGRAMS * (1 + len(names) // len(_PROGRAMS)))
    return {name: _COMPARED_COLOUR if name.startswith(_COMPARED) else next(colours) for name in names}


def _panel(axis: Axes, numbers: Sequence[Number], programs: dict[str, str]) -> None:
    tidy(axis)
    axis.grid(False, axis="x")
    width = _GROUP / (len(programs) + 1)
    for k, number in enumerate(numbers):
        left = k - _GROUP / 2
        _band(axis, k, number)
        for j, (name, colour) in enumerate(programs.items()):
            value = number.others.get(name, math.nan)
            axis.bar(left + (j + 0.5) * width, value, width * 0.94, color=colour, zorder=2)
        at = left + (len(programs) + 0.5) * width
        out = number.verdict == "outside"
        axis.bar(at, number.ours, width * 0.94, color=VERMILION if out else BLUE, zorder=2)
        if out and math.isfinite(number.ours):
            below = number.ours < 0
            axis.annotate(
                "out",
                (at, number.ours),
                (0, -3 if below else 3),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
                fontsize=9,
                color=VERMILION,
                fontweight="bold",
            )
    axis.axhline(0, color="#9AA1AB", linewidth=0.8)
    axis.set_xticks(range(len(numbers)), _labels(numbers), fontsize=10)
    axis.tick_params(axis="x", length=0)
    axis.set_xlim(-0.6, len(numbers) - 0.4)
    axis.margins(y=0.1)
    if min(axis.dataLim.y0, 0.0) >= 0.0:
        axis.set_ylim(bottom=0.0)
    _zoom(axis, numbers)


def _zoom(axis: Axes, numbers: Sequence[Number]) -> None:
    """Where all values are large and alike, bars from zero hide what differs: begin below the smallest."""
    limits = [b for n in numbers for b in (*n.limits, n.low, n.high) if b is not None]
    values = [v for n in numbers for v in (n.ours, *n.others.values()) if math.isfinite(v)] + limits
    low, high = min(values), max(values)
    if low > 0 and low > 0.75 * high:
        bottom = max(0.0, low - 0.6 * (high - low))
        axis.set_ylim(bottom, high + 0.15 * (high - low))
        axis.set_ylabel("(axis not from 0)", fontsize=9)


def _band(axis: Axes, k: int, number: Number) -> None:
    """The bounds that are still accepted, behind the group."""
    low, high = number.range if number.acceptance == (None, None) else number.acceptance
    if low is None or high is None:
        return
    box = Rectangle(
        (k - 0.47, low), 0.94, high - low, facecolor=GREEN, alpha=0.16, edgecolor="none", zorder=0.5
    )
    axis.add_patch(box)
    for level in (low, high):
        axis.plot([k - 0.47, k + 0.47], [level, level], color=GREEN, linewidth=1.1, linestyle="--", zorder=3)


def _labels(numbers: Sequence[Number]) -> list[str]:
    """Names of the cases; long ones in lines of their own."""
    return ["\n".join(wrap(number.case, 12, break_long_words=False)) for number in numbers]


def _legend(programs: dict[str, str], groups: Groups) -> tuple[list[Artist], list[str]]:
    handles: list[Artist] = [Patch(color=colour) for colour in programs.values()]
    labels = list(programs)
    handles.append(Patch(color=BLUE))
    labels.append(OURS)
    numbers = [number for found in groups.values() for number in found]
    if any(number.verdict == "outside" for number in numbers):
        handles.append(Patch(color=VERMILION))
        labels.append("out of bounds")
    if any(None not in number.limits for number in numbers):
        handles.append(Patch(facecolor=GREEN, alpha=0.3, edgecolor=GREEN, linestyle="--"))
        labels.append("accepted")
    return handles, labels
