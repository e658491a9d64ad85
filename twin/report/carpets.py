"""Carpets: every column is a day, every row a half hour, the colour a value. Weeks show at a glance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.report.hours import carpet
from twin.report.look import PEOPLE_MAP, TEMPERATURE_MAP, grid, save, title
from twin.report.record import RunRecord


def draw_carpets(run: RunRecord, path: Path) -> Path | None:
    """People in the building, and the mean temperature of its zones, by day and hour."""
    people, temperature = run.zone_table("occupants"), run.zone_table("air_temperature")
    if not len(temperature.columns):
        return None
    made, cells = grid(11.0, 3.9, 1, 2)
    areas = pd.Series({z.id: z.floor_area_m2 for z in run.scenario.building.zones})
    weights = areas[list(temperature.columns)] / areas[list(temperature.columns)].sum()
    mean = temperature.mul(weights, axis=1).sum(axis=1)
    if len(people.columns):
        _picture(made, cells[0][0], people.sum(axis=1), PEOPLE_MAP, "people in the building")
    title(cells[0][0], "People in the building")
    _picture(made, cells[0][1], mean, TEMPERATURE_MAP, "°C")
    title(cells[0][1], "Mean air temperature (by floor area)")
    return save(made, path)


def _picture(made: Figure, axis: Axes, values: pd.Series, colours: str, label: str) -> None:
    picture, names = carpet(values)
    image = axis.imshow(
        picture,
        aspect="auto",
        origin="lower",
        cmap=colours,
        extent=(-0.5, len(names) - 0.5, 0, 24),
        interpolation="nearest",
    )
    step = max(1, -(-len(names) // 7))
    axis.set_xticks(np.arange(0, len(names), step), [n.replace(" ", "\n", 1) for n in names[::step]])
    axis.set_yticks([0, 6, 12, 18, 24])
    axis.set_ylabel("hour of the day", fontsize=10)
    axis.grid(False)
    bar = made.colorbar(image, ax=axis, pad=0.02)
    bar.set_label(label, fontsize=10)
