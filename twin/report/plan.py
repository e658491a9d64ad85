"""The plan of the zones, drawn to scale and coloured by mean temperature."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Polygon

from twin.report.hours import occupied_rows
from twin.report.look import TEMPERATURE_MAP, figure, save
from twin.report.record import RunRecord
from twin.scenario.fabric import Zone

Corners = list[tuple[float, float]]
LETTERS = 52  # of a label, across the whole plan


def outlines(zones: tuple[Zone, ...]) -> dict[str, Corners]:
    """Corners [m] of every zone; zones without an outline become squares of their area in a row below."""
    drawn = {z.id: [(float(x), float(y)) for x, y in z.outline_m] for z in zones if len(z.outline_m) >= 3}
    left = min((x for c in drawn.values() for x, _ in c), default=0.0)
    top = min((y for c in drawn.values() for _, y in c), default=0.0)
    if drawn:
        top -= 1.5
    for zone in zones:
        if zone.id not in drawn:
            side = math.sqrt(zone.floor_area_m2)
            drawn[zone.id] = [(left, top - side), (left + side, top - side), (left + side, top), (left, top)]
            left += side + 0.4
    return drawn


def inner_point(corners: Corners) -> tuple[float, float]:
    """A point well inside a polygon: far from every edge and, among such points, close to the middle.

    The centroid of a ring-shaped or L-shaped room lies outside it; a label there would name the wrong room.
    """
    points = np.asarray(corners)
    low, high = points.min(axis=0), points.max(axis=0)
    xs = np.linspace(low[0], high[0], 42)[1:-1]
    ys = np.linspace(low[1], high[1], 42)[1:-1]
    middle = points.mean(axis=0)
    found = [(_distance_inside(x, y, corners), float(x), float(y)) for x in xs for y in ys]
    best = max(distance for distance, _, _ in found)
    good = [(x, y) for distance, x, y in found if distance >= 0.9 * best] or [
        (float(middle[0]), float(middle[1]))
    ]
    return min(good, key=lambda p: math.hypot(p[0] - middle[0], p[1] - middle[1]))


def _distance_inside(x: float, y: float, corners: Corners) -> float:
    """Distance to the nearest edge, sideways counted half because labels are wide; -1 outside."""
    inside, nearest = False, math.inf
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        dx, dy = x2 - x1, y2 - y1
        t = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy or 1.0)))
        nearest = min(nearest, math.hypot((x1 + t * dx - x) / 2.0, y1 + t * dy - y))
    return nearest if inside else -1.0


def draw_plan(run: RunRecord, path: Path) -> Path:
    """Draw the plan of one run: colour is the mean air temperature [°C] in occupied hours."""
    zones = run.scenario.building.zones
    temperatures = run.zone_table("air_temperature")
    mean = temperatures[occupied_rows(run)].mean() if len(temperatures) else temperatures.mean()
    shapes = outlines(zones)
    points = np.concatenate([np.asarray(c) for c in shapes.values()])
    width, depth = np.ptp(points[:, 0]), np.ptp(points[:, 1])
    made = figure(6.4, min(7.5, max(3.0, 6.0 * depth / max(width, 1.0) + 1.3)))
    axis = made.subplots()
    known = [float(v) for v in mean.to_numpy() if np.isfinite(v)] or [20.0]
    # A span of at least 4 K keeps small differences from looking dramatic.
    middle, half = (min(known) + max(known)) / 2.0, max(2.0, (max(known) - min(known)) / 2.0)
    scale = ScalarMappable(Normalize(middle - half, middle + half), cmap=TEMPERATURE_MAP)
    for zone in zones:
        _room(axis, zone, shapes[zone.id], float(mean.get(zone.id, math.nan)), scale, width)
    _scale_and_north(axis, points)
    bar = made.colorbar(scale, ax=axis, location="bottom", shrink=0.8, aspect=32, pad=0.02)
    bar.set_label("mean air temperature in occupied hours [°C]", fontsize=10)
    return save(made, path)


def _room(
    axis: Axes, zone: Zone, corners: Corners, temperature: float, scale: ScalarMappable, width: float
) -> None:
    known = math.isfinite(temperature)
    colour = scale.to_rgba(np.array([temperature]))[0] if known else (0.93, 0.93, 0.93, 1.0)
    axis.add_patch(Polygon(corners, closed=True, facecolor=colour, edgecolor="#1D2127", linewidth=2.0))
    luminance = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    across = max(x for x, _ in corners) - min(x for x, _ in corners)
    name = textwrap.fill(zone.label or zone.id.replace("_", " "), max(6, int(LETTERS * across / width)))
    text = f"{name}\n{zone.floor_area_m2:.0f} m²" + (f"\n{temperature:.1f} °C" if known else "")
    x, y = inner_point(corners)
    axis.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=10.5,
        linespacing=1.3,
        color="white" if luminance < 0.5 else "black",
    )


def _scale_and_north(axis: Axes, points: np.ndarray) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    width = max(float(high[0] - low[0]), 1.0)
    length = next(step for step in (20, 10, 5, 2, 1) if step <= width / 3.0 or step == 1)
    y = low[1] - 0.05 * width
    axis.plot([low[0], low[0] + length], [y, y], color="black", linewidth=3, solid_capstyle="butt")
    axis.text(low[0] + length + 0.01 * width, y, f"{length} m", va="center", ha="left", fontsize=10)
    x = high[0] - 0.02 * width
    axis.annotate(
        "N",
        xy=(x, y + 0.03 * width),
        xytext=(x, y - 0.035 * width),
        ha="center",
        va="center",
        fontsize=11,
        arrowprops={"arrowstyle": "-|>", "color": "black"},
    )
    axis.set_xlim(low[0] - 0.02 * width, high[0] + 0.02 * width)
    axis.set_ylim(y - 0.06 * width, high[1] + 0.02 * width)
    axis.set_aspect("equal")
    axis.axis("off")
