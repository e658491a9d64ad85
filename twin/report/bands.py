"""Temperature and CO2 by hour of the day, zone by zone and controller by controller."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from twin.report.hours import bounds_by_hour, comfort_temperature, hourly_quantiles, occupied_days
from twin.report.look import CONTROLLERS, GREY, grid, hours, legend_below, save, title
from twin.report.record import RunRecord

ZONES_SHOWN = 8
COLUMNS = (1, 1, 2, 3, 2, 3, 3, 4, 4)  # panels beside each other, by number of zones


def shown_zones(run: RunRecord, table: pd.DataFrame) -> list[str]:
    """Zones with a panel: all, or the largest where there are many."""
    zones = [z for z in run.scenario.building.zones if z.id in table.columns]
    if len(zones) > ZONES_SHOWN:
        keep = {z.id for z in sorted(zones, key=lambda z: -z.floor_area_m2)[:ZONES_SHOWN]}
        zones = [z for z in zones if z.id in keep]
    return [z.id for z in zones]


def zone_label(run: RunRecord, zone: str) -> str:
    """The zone's name as people say it."""
    found = next(z for z in run.scenario.building.zones if z.id == zone)
    return found.label or zone.replace("_", " ")


def draw_temperatures(runs: Sequence[RunRecord], path: Path) -> Path:
    """Bands that hold 80 % of the temperatures on occupied days, against the comfort bounds."""
    tables = [comfort_temperature(run)[0] for run in runs]
    words = comfort_temperature(runs[0])[1]
    axes, made = _panels(runs, tables, f"{words.split(' (')[0]} [°C]")
    hour = np.linspace(0, 24, 24 * 12 + 1)
    lower, upper = bounds_by_hour(runs[0].scenario.comfort, hour)
    low, high = _limits(tables, lower, upper)
    for axis in axes:
        axis.fill_between(hour, lower, low - 50, color=GREY, alpha=0.16, linewidth=0, step="mid")
        axis.fill_between(hour, upper, high + 50, color=GREY, alpha=0.16, linewidth=0, step="mid")
        axis.plot(hour, lower, color=GREY, linewidth=1.2, linestyle="--")
        axis.plot(hour, upper, color=GREY, linewidth=1.2, linestyle="--")
        axis.set_ylim(low, high)
    handles, labels = _controller_handles(runs)
    legend_below(made, [*handles, Patch(color=GREY, alpha=0.3)], [*labels, "outside the comfort bounds"])
    return save(made, path)


def draw_co2(runs: Sequence[RunRecord], path: Path) -> Path:
    """Bands that hold 80 % of the CO2 concentrations on occupied days, against the limit."""
    tables = [run.zone_table("co2") for run in runs]
    axes, made = _panels(runs, tables, "CO2 in the air [ppm]")
    limit = runs[0].scenario.comfort.co2_limit_ppm
    for axis in axes:
        axis.axhline(limit, color=GREY, linewidth=1.4, linestyle="--")
    handles, labels = _controller_handles(runs)
    line = axes[0].lines[-1]
    legend_below(made, [*handles, line], [*labels, f"limit, {limit:.0f} ppm"])
    return save(made, path)


def _panels(
    runs: Sequence[RunRecord], tables: Sequence[pd.DataFrame], label: str
) -> tuple[list[Axes], Figure]:
    zones = shown_zones(runs[0], tables[0])
    columns = COLUMNS[len(zones)]
    rows = max(1, -(-len(zones) // columns))
    made, cells = grid(max(6.5, 3.0 * columns), 2.5 * rows + 0.7, rows, columns, sharex=True, sharey=True)
    flat = [axis for row in cells for axis in row]
    for axis, zone in zip(flat, zones, strict=False):
        for run, table, colour in zip(runs, tables, CONTROLLERS, strict=False):
            if zone in table.columns:
                _band(axis, run, table[zone], colour)
        title(axis, zone_label(runs[0], zone))
        hours(axis)
    for axis in flat[len(zones) :]:
        axis.set_visible(False)
    for k, axis in enumerate(flat[: len(zones)]):
        # shared axes hide the hours of every row but the last, which may be the row with hidden panels
        below = k + columns < len(zones)
        axis.tick_params(labelbottom=not below)
        axis.set_xlabel("" if below else "hour of the day", fontsize=10)
    for row in cells:
        row[0].set_ylabel(label, fontsize=10)
    return flat[: len(zones)], made


def _band(axis: Axes, run: RunRecord, values: pd.Series, colour: str) -> None:
    days = occupied_days(run)
    chosen = values[days] if days.any() else values
    if not len(chosen):
        return
    table = hourly_quantiles(chosen, (0.1, 0.5, 0.9))
    axis.fill_between(table.index, table[0.1], table[0.9], color=colour, alpha=0.25, linewidth=0)
    axis.plot(table.index, table[0.5], color=colour, linewidth=2.0)


def _limits(tables: Sequence[pd.DataFrame], lower: np.ndarray, upper: np.ndarray) -> tuple[float, float]:
    values = np.concatenate([t.to_numpy(dtype=float).ravel() for t in tables])
    values = values[np.isfinite(values)]
    low, high = (float(q) for q in np.quantile(values, (0.005, 0.995))) if len(values) else (18.0, 26.0)
    # the occupied band is always in the picture, the wide night band only as far as temperatures go
    return min(low, float(lower.max())) - 1.0, max(high, float(upper.min())) + 1.0


def _controller_handles(runs: Sequence[RunRecord]) -> tuple[list[Patch], list[str]]:
    handles = [Patch(facecolor=colour, alpha=0.6) for _, colour in zip(runs, CONTROLLERS, strict=False)]
    if len(runs) == 1:
        return handles, ["line: median; band: 8 of 10 readings"]
    return handles, [run.agent for run in runs]
