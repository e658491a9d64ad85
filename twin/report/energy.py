"""Where the energy goes: by end use, by day and by controller; running cost and emissions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter

from twin.report.hours import energy_per_day
from twin.report.look import (
    BLACK,
    BLUE,
    CONTROLLERS,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    grid,
    legend_below,
    save,
    title,
)
from twin.report.record import RunRecord

PALE = 0.45  # bars of references

# One colour per end use, the same in every picture.
COLOURS = {
    "heating, electric": VERMILION,
    "heating, gas": ORANGE,
    "heat delivered": VERMILION,
    "cooling, electric": BLUE,
    "cold delivered": BLUE,
    "fans": SKY,
    "pumps": PURPLE,
    "lights": YELLOW,
    "plugged-in equipment": GREY,
}


# Names in kpis.json and the words for them.
END_USES = {
    "heating": "heating, electric",
    "gas_heating": "heating, gas",
    "district_heating": "heat delivered",
    "cooling": "cooling, electric",
    "district_cooling": "cold delivered",
    "fans": "fans",
    "pumps": "pumps",
    "lighting": "lights",
    "equipment": "plugged-in equipment",
}


def draw_energy_days(run: RunRecord, path: Path) -> Path | None:
    """Stacked bars: energy by end use on every day of one run, or None where no meter was stored."""
    table = energy_per_day(run)
    if table.empty:
        return None
    label = "energy per day [kWh]"
    if len(table) > 62:
        months = pd.to_datetime(pd.Index(table.index)).strftime("%b\n%Y")
        table, label = table.groupby(months, sort=False).sum(), "energy per month [kWh]"
        names = list(table.index)
    else:
        names = [f"{day:%a}\n{day.day} {day:%b}" for day in table.index]
    made, cells = grid(max(7.0, min(12.0, 1.5 + 0.62 * len(table))), 4.2, 1, 1)
    axis = cells[0][0]
    _stack(axis, table, names)
    axis.set_ylabel(label, fontsize=10)
    legend_below(made, *_legend(axis, list(table.columns)), columns=4)
    return save(made, path)


def draw_energy_controllers(
    runs: dict[str, list[RunRecord]], path: Path, aside: Collection[str] = ()
) -> Path | None:
    """Stacked bars: energy per floor area by end use for every controller, mean over its seeds.

    Those `aside` (references) are paler, behind a dashed line.
    """
    rows = {}
    for agent, records in runs.items():
        used = pd.DataFrame([record.energy_kwh for record in records if record.energy_kwh]).mean()
        rows[agent] = used / floor_area(records[0])
    table = pd.DataFrame(rows).T.rename(columns=END_USES)
    table = table[[w for w in COLOURS if w in table.columns and table[w].max() > 0.0]]
    if table.empty or not len(table.columns):
        return None
    made, cells = grid(max(6.5, 2.5 + 1.3 * len(table)), 4.4, 1, 1)
    axis = cells[0][0]
    _stack(axis, table, list(table.index), [PALE if agent in aside else 1.0 for agent in table.index])
    for k, (agent, total) in enumerate(table.sum(axis=1).items()):
        weight, colour = ("normal", GREY) if agent in aside else ("bold", BLACK)
        axis.text(
            k, total, f"{total:.2f}", ha="center", va="bottom", fontsize=10.5, fontweight=weight, color=colour
        )
    first = next((k for k, agent in enumerate(table.index) if agent in aside), 0)
    if first:
        axis.axvline(first - 0.5, color=GREY, linewidth=1.2, linestyle="--")
    axis.margins(y=0.12)
    axis.set_ylabel("energy in the period [kWh per m²]", fontsize=10)
    legend_below(made, *_legend(axis, list(table.columns)), columns=3)
    return save(made, path)


def _stack(
    axis: Axes, table: pd.DataFrame, names: Sequence[str], strength: Sequence[float] | None = None
) -> None:
    bottom = np.zeros(len(table))
    for column in table.columns:
        values = table[column].to_numpy(dtype=float)
        bars = axis.bar(
            np.arange(len(table)),
            values,
            bottom=bottom,
            color=COLOURS.get(column, GREEN),
            width=0.72,
            edgecolor="white",
            linewidth=0.6,
            label=column,
        )
        for bar, alpha in zip(bars, strength or (), strict=False):
            bar.set_alpha(alpha)
        bottom += values
    step = max(1, len(names) // 24)
    axis.set_xticks(np.arange(0, len(names), step), list(names)[::step])
    axis.grid(False, axis="x")


def _legend(axis: Axes, columns: Sequence[str]) -> tuple[list[Artist], list[str]]:
    handles, labels = axis.get_legend_handles_labels()
    by_label = dict(zip(labels, handles, strict=True))
    return [by_label[c] for c in columns], list(columns)


def floor_area(run: RunRecord) -> float:
    """Floor area of all zones [m2]."""
    return sum(z.floor_area_m2 for z in run.scenario.building.zones)


def draw_running_totals(runs: Sequence[RunRecord], path: Path) -> Path | None:
    """Cost and emissions as they add up over the period, one line per controller."""
    made, cells = grid(10.0, 3.9, 1, 2)
    lines = 0
    for run, colour in zip(runs, CONTROLLERS, strict=False):
        for axis, series in zip(cells[0], _running(run), strict=True):
            if series is not None:
                axis.plot(
                    series.index.tz_localize(None),
                    series.to_numpy(),
                    color=colour,
                    linewidth=2.0,
                    label=run.agent,
                )
                lines += 1
    if not lines:
        return None
    title(cells[0][0], f"cost [{runs[0].scenario.tariff.currency}]")
    title(cells[0][1], "emissions [kg CO2]")
    for axis in cells[0]:
        axis.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))  # type: ignore[no-untyped-call]
        axis.xaxis.set_major_formatter(DateFormatter("%d %b"))  # type: ignore[no-untyped-call]
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
    if len(runs) > 1:
        legend_below(made, *cells[0][0].get_legend_handles_labels())
    return save(made, path)


def _running(run: RunRecord) -> tuple[pd.Series | None, pd.Series | None]:
    """Running cost [currency] and emissions [kg]: registers times the price and carbon of their hour."""
    tariff, carbon = run.scenario.tariff, run.scenario.carbon
    price, intensity = run.column("site.electricity_price"), run.column("site.carbon_intensity")
    carriers = (
        (
            "electricity.electric_energy",
            tariff.electricity_per_kwh if price is None else price,
            carbon.electricity_kg_per_kwh if intensity is None else intensity,
        ),
        ("gas.gas_energy", tariff.gas_per_kwh, carbon.gas_kg_per_kwh),
        ("district_heating.heat_energy", tariff.district_heating_per_kwh, carbon.district_heating_kg_per_kwh),
        ("district_cooling.heat_energy", tariff.district_cooling_per_kwh, carbon.district_cooling_kg_per_kwh),
    )
    cost: pd.Series | None = None
    mass: pd.Series | None = None
    for point, per_kwh, kg_per_kwh in carriers:
        register = run.column(point)
        if register is None:
            continue
        used = register.diff().fillna(0.0)
        cost = used * per_kwh if cost is None else cost + used * per_kwh
        mass = used * kg_per_kwh if mass is None else mass + used * kg_per_kwh
    return (None if cost is None else cost.cumsum()), (None if mass is None else mass.cumsum())
