"""Curves of ours over those of the reference: days of a year, the days with a reference, or the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from twin.report.look import BLUE, GREEN, ORANGE, PURPLE, VERMILION, grid, legend_below, save, title
from twin.report.validation import words
from twin.report.validation.record import Curve, Float

OURS = "this twin"
YEAR_H = 8000.0  # curves this long are years
_DAYS = ((31, "1 February"), (194, "14 July"))  # the days that ANSI/ASHRAE 140 tables hour by hour
_LINES = 3  # curves of one unit that share a panel
_SMALL_W = 5.0  # a load below it is none
_COLOURS = (GREEN, PURPLE, ORANGE)
_PAIRS = {"heating": VERMILION, "cooling": BLUE}
_GAP_H = 3.0
_APART_H = 12.0  # stretches farther apart than this are drawn beside each other
_DAY = re.compile(r", day \d+$")
_VARIANT = re.compile(r", (tick \d+ s|detailed convection)$")  # the same quantity, computed otherwise
_WEEKS_H = 21 * 24.0  # daily ups and downs of more than this are not told apart; shown is the middle week
_SUNNY = ("W/m2", "W/m²")
_OTHER_AXIS = re.compile(r"^(?P<what>.+?) by (?P<axis>[^,\[]+?)(?:, (?P<which>.+?))? \[axis: (?P<unit>.+)\]$")
_LONG = 2000  # points of a curve that needs the whole width
_FEW = 90  # points of a reference that are drawn one by one
_RING: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 5.5,
    "markerfacecolor": "none",
    "markeredgewidth": 0.9,
}


@dataclass(frozen=True)
class Panel:
    """Curves in one frame, over some hours of their case; `axis` where it is not time."""

    heading: str
    unit: str
    curves: tuple[Curve, ...]
    window: tuple[float, float] | None = None
    axis: str = ""


def panels(curves: Sequence[Curve]) -> list[Panel]:
    """Frames for the curves of a suite: years become days, many curves of one unit a frame each."""
    made = []
    for (case, unit, axis), found in _by_case(curves).items():
        for group in _together(found):
            what = _what(group, unit)
            name = f"case {case}" if case[:1].isdigit() else case
            heading = f"{name}: {what}" if what else name
            if group[0].hours[-1] - group[0].hours[0] > YEAR_H:
                days = [(24.0 * day, 24.0 * (day + 1), date) for day, date in _DAYS]
                made += [
                    Panel(f"{heading}, {d}", unit, group, (a, b)) for a, b, d in days if _on(group, a, b)
                ]
            elif unit in _SUNNY and not axis and group[0].hours[-1] - group[0].hours[0] > _WEEKS_H:
                made.append(Panel(heading, unit, tuple(map(_middle_week, group))))
            else:
                made.append(Panel(heading, unit, group, axis=axis))
    return sorted(made, key=lambda panel: panel.unit != "°C")  # temperatures first


def _on(group: Sequence[Curve], first: float, last: float) -> bool:
    """Whether between two hours there is anything to see: a load, or what is no load."""
    if group[0].unit != "W":
        return True
    inside = (group[0].hours >= first) & (group[0].hours <= last)
    lines = [line for curve in group for line in (curve.ours, curve.reference) if line is not None]
    return any(np.nanmax(line[inside], initial=0.0) > _SMALL_W for line in lines)


def _together(found: Sequence[Curve]) -> list[tuple[Curve, ...]]:
    """Curves that share a frame: few ones all, of many the variants of one quantity."""
    if len(found) <= _LINES:
        return [tuple(found)]
    groups: dict[str, list[Curve]] = {}
    for curve in found:
        groups.setdefault(_VARIANT.sub("", curve.quantity), []).append(curve)
    return [tuple(group) for group in groups.values()]


def _middle_week(curve: Curve) -> Curve:
    """Seven whole days in the middle of a curve; its hours stay those since the start."""
    first = 24.0 * ((curve.hours[0] + curve.hours[-1]) / 2.0 // 24.0 - 3.0)
    inside = (curve.hours >= first) & (curve.hours <= first + 168.0)
    reference = None if curve.reference is None else curve.reference[inside]
    return replace(curve, hours=curve.hours[inside], ours=curve.ours[inside], reference=reference)


def _what(group: Sequence[Curve], unit: str) -> str:
    """What curves of one frame have in common."""
    if len(group) == 1:
        return group[0].quantity
    heads = {_VARIANT.sub("", curve.quantity) for curve in group}
    if len(heads) > 1:
        heads = {head.partition(",")[0] for head in heads}
    return heads.pop() if len(heads) == 1 else "power" if unit in ("W", "kW") else ""


def _by_case(curves: Sequence[Curve]) -> dict[tuple[str, str, str], list[Curve]]:
    """Curves by case, unit and what their axis is (empty: time); days of one quantity are joined."""
    found: dict[tuple[str, str, str], dict[str, Curve]] = {}
    for curve in (curve for curve in curves if len(curve.hours)):
        axis, quantity = "", curve.quantity
        if (other := _OTHER_AXIS.match(quantity)) is not None:
            axis = f"{other['axis']} [{other['unit']}]"
            quantity = ", ".join(word for word in (other["what"], other["which"]) if word)
        quantity = _DAY.sub("", quantity)
        group = found.setdefault((curve.case, curve.unit, axis), {})
        named = replace(curve, quantity=quantity)
        group[quantity] = _joined(group[quantity], named) if quantity in group else named
    return {key: list(group.values()) for key, group in found.items()}


def _joined(first: Curve, second: Curve) -> Curve:
    """One curve after the other."""
    both = None
    if first.reference is not None and second.reference is not None:
        both = np.concatenate([first.reference, second.reference])
    hours, ours = (np.concatenate(pair) for pair in ((first.hours, second.hours), (first.ours, second.ours)))
    return replace(first, hours=hours, ours=ours, reference=both)


def draw_curves(shown: Sequence[Panel], path: Path) -> Path:
    """Draw frames: ours a coloured line, the reference rings, or a thin line where it is long."""
    weeks = any(panel.window is None and len(panel.curves[0].hours) > _LONG for panel in shown)
    columns = 1 if len(shown) == 1 or weeks else 2
    rows = -(-len(shown) // columns)
    width = 10.2 if weeks or columns > 1 else 8.0
    height = 2.1 if weeks else 2.55
    made, cells = grid(width, height * rows + 0.6, rows, columns)
    flat = [axis for row in cells for axis in row]
    for axis, panel in zip(flat, shown, strict=False):
        _draw(axis, panel, int(9.2 * width / columns))
    for axis in flat[len(shown) :]:
        axis.set_visible(False)
    handles, labels = _legend(shown)
    legend_below(made, handles, labels, columns=6)
    return save(made, path)


def colours(panel: Panel) -> list[str]:
    """A colour per curve; heating is warm and cooling cold wherever they appear."""
    spare = iter((PURPLE, ORANGE, GREEN) if any(map(_named, panel.curves)) else _COLOURS)
    if len(panel.curves) == 1:
        return [_named(panel.curves[0]) or GREEN]
    found: list[str] = []
    for curve in panel.curves:
        named = _named(curve)
        found.append(named if named and named not in found else next(c for c in spare if c not in found))
    return found


def _named(curve: Curve) -> str | None:
    return next((colour for word, colour in _PAIRS.items() if word in curve.quantity.lower()), None)


def _draw(axis: Axes, panel: Panel, letters: int) -> None:
    axis.set_ylabel(words.unit(panel.unit), fontsize=10)
    whole = re.sub(r"(\d) (?=\S)", "\\1\u00a0", panel.heading)  # a number stays with its unit
    title(axis, "\n".join(wrap(whole, letters)))
    ticks: list[tuple[float, str]] | None = None
    drawn: list[Float] = []
    for curve, colour in zip(panel.curves, colours(panel), strict=True):
        x, ours, reference, ticks = shown_part(curve, panel)
        axis.plot(x, ours, color=colour, linewidth=2.0, zorder=3)
        known = reference is not None and any(np.array_equal(reference, r, equal_nan=True) for r in drawn)
        if reference is not None and not known:
            drawn.append(reference)
            if np.isfinite(reference).sum() <= _FEW:  # rings, through which ours is seen
                axis.plot(x, reference, color=colour, zorder=2, **_RING)
            else:
                axis.plot(x, reference, color="black", zorder=4, linewidth=0.8)
    _x_axis(axis, panel, ticks)


def _x_axis(axis: Axes, panel: Panel, ticks: list[tuple[float, str]] | None) -> None:
    if panel.window is not None:
        axis.set_xlim(0, 24)
        axis.set_xticks([0, 6, 12, 18, 24])
        axis.set_xlabel("hour of the day", fontsize=10)
    elif panel.axis:
        axis.set_xlabel(panel.axis, fontsize=10)
    elif ticks:
        axis.set_xticks([at for at, _ in ticks], [word for _, word in ticks])
        axis.set_xlabel("day (hour by hour where there is a reference)", fontsize=10)
        axis.grid(False, axis="x")
    else:
        axis.margins(x=0.01)
        axis.set_xlabel(_scale(panel.curves[0])[1], fontsize=10)


def _scale(curve: Curve) -> tuple[float, str]:
    length = curve.hours[-1] - curve.hours[0]
    if length > 96:
        return 24.0, "days since the start"
    return (1.0, "hours since the start") if length > 3 else (1 / 60, "minutes since the start")


def shown_part(
    curve: Curve, panel: Panel
) -> tuple[Float, Float, Float | None, list[tuple[float, str]] | None]:
    """Hours, ours, reference and ticks (None: plain) of what a frame shows of a curve."""
    hours, ours, reference, window = curve.hours, curve.ours, curve.reference, panel.window
    if window is not None:
        inside = (hours >= window[0]) & (hours <= window[1])
        return hours[inside] - window[0], ours[inside], None if reference is None else reference[inside], None
    if panel.axis:
        return hours, ours, reference, None
    if reference is not None and np.diff(hours[np.isfinite(reference)]).max(initial=0.0) > 2 * _APART_H:
        return _pieces(hours, ours, reference)
    return hours / _scale(curve)[0], ours, reference, None


def _pieces(
    hours: Float, ours: Float, reference: Float
) -> tuple[Float, Float, Float | None, list[tuple[float, str]] | None]:
    """Only the stretches that have a reference, beside each other, each named by its day."""
    where = np.flatnonzero(np.isfinite(reference))
    cuts = np.flatnonzero(np.diff(hours[where]) > _APART_H) + 1
    x: list[Float] = []
    y: list[Float] = []
    r: list[Float] = []
    ticks, begin = [], 0.0
    for piece in np.split(where, cuts):
        rows = slice(int(piece[0]), int(piece[-1]) + 1)
        local = hours[rows] - hours[rows][0] + begin
        ticks.append((float(local.mean()), f"day {int((hours[rows].mean()) // 24) + 1}"))
        x += [local, np.array([np.nan])]
        y += [ours[rows], np.array([np.nan])]
        r += [reference[rows], np.array([np.nan])]
        begin = float(local[-1]) + _GAP_H
    return np.concatenate(x), np.concatenate(y), np.concatenate(r), ticks


def _legend(shown: Sequence[Panel]) -> tuple[list[Artist], list[str]]:
    named: dict[str, str] = {}
    labels: dict[str, None] = {}
    rings: set[bool] = set()
    for panel in shown:
        for curve, colour in zip(panel.curves, colours(panel), strict=True):
            named[", ".join(word for word in (OURS, _distinct(curve, panel)) if word)] = colour
            if curve.reference is not None:
                labels[curve.label or "reference"] = None
                rings.add(bool(np.isfinite(curve.reference).sum() <= _FEW or panel.window))
    handles: list[Artist] = [Line2D([], [], color=colour, linewidth=2.0) for colour in named.values()]
    if not labels:
        return handles, [*named]
    style: dict[str, Any] = _RING | {"color": "#2B2F36"} if True in rings else {"color": "black"}
    line = {"linestyle": "-", "linewidth": 0.8} if False in rings else {}
    return [*handles, Line2D([], [], **(style | line))], [*named, " or ".join(labels)]


def _distinct(curve: Curve, panel: Panel) -> str:
    """What tells a curve from the others of its frame; empty where nothing has to."""
    variant = _VARIANT.search(curve.quantity)
    heads = {_VARIANT.sub("", other.quantity) for other in panel.curves}
    if variant and len(heads) == 1 and len(panel.curves) > 1:
        return variant.group().removeprefix(", ")
    return curve.quantity if _named(curve) or len(heads) > 1 else ""
