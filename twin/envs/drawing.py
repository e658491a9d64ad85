"""The plan of a building as a picture: zones coloured by air temperature, with people. For render()."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.physics import layout as la

if TYPE_CHECKING:
    from twin.envs.batch import Batch
    from twin.scenario.fabric import Zone

Corners = list[tuple[float, float]]
COLDEST_C, HOTTEST_C = 15.0, 30.0  # ends of the colour scale


def draw(batch: Batch, slot: int) -> NDArray[np.uint8]:
    """One slot now, (height, width, 3)."""
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    state, building = batch.simulator.state, batch.building
    figure = Figure(figsize=(6.4, 4.8), dpi=75, layout="constrained")
    canvas, axis = FigureCanvasAgg(figure), figure.add_subplot()
    colours = colormaps["coolwarm"]
    for z, (zone, corners) in enumerate(outlines(building.scenario.building.zones)):
        air = float(state.zone[slot, z, la.Z_AIR])
        people = round(float(state.gains[slot, z, la.G_PEOPLE]))
        share = (air - COLDEST_C) / (HOTTEST_C - COLDEST_C)
        axis.add_patch(Polygon(corners, facecolor=colours(share), edgecolor="black", alpha=0.85))
        x, y = np.mean(corners, axis=0)
        text = f"{zone.label or zone.id}\n{air:.1f} °C\n{people} people"
        axis.text(x, y, text, ha="center", va="center", fontsize=7)
    now = building.clock.civil(float(state.counter[slot, la.N_TICK]) * building.clock.tick_s)
    name = building.scenario.title or building.scenario.name
    axis.set_title(f"{name} — {now:%a %d %b %Y %H:%M}", fontsize=9)
    axis.set_aspect("equal")
    axis.autoscale_view()
    axis.set_axis_off()
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()  # type: ignore[no-untyped-call]


def outlines(zones: tuple[Zone, ...]) -> list[tuple[Zone, Corners]]:
    """Zones with their corners [m]; one without an outline is a square of its area, below the others."""
    known = [corner for zone in zones for corner in zone.outline_m]
    left = min((x for x, _ in known), default=0.0)
    top = min((y for _, y in known), default=1.5) - 1.5
    drawn: list[tuple[Zone, Corners]] = []
    for zone in zones:
        corners = [(float(x), float(y)) for x, y in zone.outline_m]
        if not corners:
            side = math.sqrt(zone.floor_area_m2)
            corners = [(left, top - side), (left + side, top - side), (left + side, top), (left, top)]
            left += side + 0.4
        drawn.append((zone, corners))
    return drawn
