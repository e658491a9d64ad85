"""One day in the life of a building: outdoors and price, people, temperature and setpoints, events, power."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twin.report.bands import zone_label
from twin.report.hours import bounds_by_hour, comfort_temperature, hour_of, occupied_rows
from twin.report.look import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    grid,
    hours,
    save,
    title,
)
from twin.report.record import RunRecord

_POWERS = (
    (("heating.electric_power", "gas.gas_power", "district_heating.thermal_power"), "heating", VERMILION),
    (("cooling.electric_power", "district_cooling.thermal_power"), "cooling", BLUE),
    (("fans.electric_power", "pumps.electric_power"), "fans and pumps", SKY),
    (("lighting.electric_power",), "lights", YELLOW),
    (("equipment.electric_power",), "plugged-in equipment", GREY),
)
# Part of an event's kind, its words, marker and colour.
EVENT_WORDS = (
    ("override", "somebody turns the thermostat", "^", PURPLE),
    ("window", "window opened or closed", "s", GREEN),
    ("complaint", "complaint", "X", VERMILION),
    ("fault", "fault", "D", ORANGE),
)


def liveliest_day(run: RunRecord) -> pd.Timestamp | None:
    """Start of the day on which people move most, the first where nobody does; None without truth."""
    index = pd.DatetimeIndex(run.truth.index)
    if not len(index):
        return None
    moves = run.zone_table("occupants").diff().abs().sum(axis=1).reindex(index, fill_value=0.0)
    # the stamp of midnight is the end of the day before
    days = (index - pd.Timedelta(microseconds=1)).normalize()
    totals = moves.groupby(days).sum()
    rows = pd.Series(1, index=index).groupby(days).sum()
    return pd.Timestamp(totals[rows >= 0.9 * rows.max()].idxmax())


def liveliest_zone(run: RunRecord, rows: np.ndarray) -> str:
    """The zone with most people·hours in these rows; the largest where nobody comes."""
    people = run.zone_table("occupants")[rows].sum()
    known = set(comfort_temperature(run)[0].columns)
    people = people[[z for z in people.index if z in known]]
    if len(people) and float(people.max()) > 0.0:
        return str(people.idxmax())
    return max((z for z in run.scenario.building.zones if z.id in known), key=lambda z: z.floor_area_m2).id


def draw_day(run: RunRecord, path: Path) -> Path | None:
    """Draw the liveliest day of a run; None where there is nothing to draw."""
    day = liveliest_day(run)
    if day is None or not len(comfort_temperature(run)[0].columns):
        return None
    index = pd.DatetimeIndex(run.truth.index)
    rows = np.asarray((index >= day) & (index < day + pd.Timedelta(days=1)))
    zone = liveliest_zone(run, rows)
    made, cells = grid(10.5, 10.0, 4, 1, sharex=True)
    outdoors, people, warmth, power = (row[0] for row in cells)
    hour = hour_of(pd.DatetimeIndex(index[rows]))
    _outdoors(outdoors, run, rows, hour)
    _people(people, run, rows, hour)
    _warmth(warmth, run, rows, hour, zone, day)
    _power(power, run, rows, hour)
    for axis in (outdoors, people, warmth):
        axis.tick_params(labelbottom=False)
    hours(power)
    for axis in (outdoors, people, warmth, power):
        axis.set_xticks(range(0, 25, 2))
    made.suptitle(
        f"{day:%A}, {day.day} {day:%B %Y}, controller “{run.agent}”",
        fontsize=13,
        fontweight="bold",
        x=0.01,
        ha="left",
    )
    return save(made, path)


def _outdoors(axis: Axes, run: RunRecord, rows: np.ndarray, hour: np.ndarray) -> None:
    title(axis, "Outdoors: temperature, and the price of electricity")
    outdoor, price = run.column("site.outdoor_temperature"), run.column("site.electricity_price")
    if outdoor is not None:
        axis.plot(hour, outdoor[rows], color=BLUE, linewidth=2.0, label="outdoor temperature")
        axis.set_ylabel("°C", fontsize=10)
    if price is not None:
        right = axis.twinx()
        right.step(
            hour, price[rows], where="post", color=ORANGE, linewidth=1.8, linestyle="--", label="price"
        )
        right.set_ylabel(f"{run.scenario.tariff.currency} per kWh", fontsize=10, color="#9A6A00")
        right.set_ylim(0, 1.25 * max(float(price[rows].max()), 1e-6))
        right.spines["top"].set_visible(False)
        right.tick_params(labelsize=10)
        axis.plot([], [], color=ORANGE, linewidth=1.8, linestyle="--", label="price of electricity (right)")
    _legend(axis)


def _people(axis: Axes, run: RunRecord, rows: np.ndarray, hour: np.ndarray) -> None:
    title(axis, "People in the building")
    table = run.zone_table("occupants")[rows]
    total = table.sum(axis=1).to_numpy()
    axis.fill_between(hour, total, step="post", color=LIGHT, linewidth=0)
    axis.step(hour, total, where="post", color=BLACK, linewidth=1.5, label="people in the building")
    present = np.flatnonzero(total > 0.5)
    if len(present) and total[0] < 0.5:
        _say(axis, hour[present[0]], "first arrives", -1)
    if len(present) and total[-1] < 0.5:
        _say(axis, hour[present[-1]], "last leaves", 1)
    axis.set_ylim(0, 1.3 * max(1.0, float(total.max()) if len(total) else 1.0))
    axis.set_ylabel("people", fontsize=10)


def _say(axis: Axes, hour: float, words: str, side: int) -> None:
    axis.axvline(hour, color=GREY, linewidth=1.0, linestyle=":")
    axis.annotate(
        f"{words} {int(hour):02d}:{round(hour % 1 * 60):02d}",
        xy=(hour, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(5 * side, -4),
        textcoords="offset points",
        va="top",
        ha="left" if side > 0 else "right",
        fontsize=9.5,
        color="#2B2F36",
    )


def _warmth(
    axis: Axes, run: RunRecord, rows: np.ndarray, hour: np.ndarray, zone: str, day: pd.Timestamp
) -> None:
    table, words = comfort_temperature(run)
    title(
        axis,
        f"{zone_label(run, zone)}: {words.split(' (')[0]}, setpoints, and what people do in the building",
    )
    values = table[zone][rows]
    # civil days that are not occupied have the wide bounds all day
    whole = occupied_rows(run)[rows].any()
    comfort = run.scenario.comfort
    lower, upper = bounds_by_hour(comfort, hour if whole else np.full(len(hour), -1.0))
    low = min(float(values.min()), float(lower.max()) if whole else 90.0) - 1.0
    high = max(float(values.max()), float(upper.min()) if whole else -90.0) + 1.0
    for quantity, colour, label in (
        ("heating_setpoint", VERMILION, "heat below"),
        ("cooling_setpoint", SKY, "cool above"),
    ):
        series = run.setpoint(f"{zone}.{quantity}")
        if series is not None:
            axis.step(
                hour, series[rows], where="post", color=colour, linewidth=1.6, linestyle="-.", label=label
            )
            inside = series[rows][(series[rows] > low - 4) & (series[rows] < high + 4)]
            if len(inside):
                low, high = min(low, float(inside.min()) - 0.5), max(high, float(inside.max()) + 0.5)
    axis.fill_between(
        hour,
        lower,
        upper,
        color=GREEN,
        alpha=0.13,
        linewidth=0,
        step="mid",
        label="within the comfort bounds",
    )
    axis.plot(hour, values, color=BLACK, linewidth=2.2, label="temperature")
    axis.set_ylim(low - 0.22 * (high - low), high)
    axis.set_ylabel("°C", fontsize=10)
    _events(axis, run, day, low - 0.11 * (high - low))
    _legend(axis)


def _events(axis: Axes, run: RunRecord, day: pd.Timestamp, level: float) -> None:
    """Marks of what people did in the whole building, in a strip under the temperatures."""
    events = run.events
    today = events[(events.index >= day) & (events.index < day + pd.Timedelta(days=1))]
    if not len(today):
        return
    kinds = today["kind"].astype(str)
    for part, words, marker, colour in EVENT_WORDS:
        chosen = today[kinds.str.contains(part)]
        if len(chosen):
            at = hour_of(pd.DatetimeIndex(chosen.index))
            axis.scatter(
                at,
                np.full(len(at), level),
                marker=marker,
                s=52,
                color=colour,
                edgecolor="white",
                zorder=4,
                label=f"{words} ({len(at)}x)",
            )


def _power(axis: Axes, run: RunRecord, rows: np.ndarray, hour: np.ndarray) -> None:
    title(axis, "Power of the whole building")
    layers, labels, colours = [], [], []
    for points, words, colour in _POWERS:
        found = [run.column(p) for p in points]
        present = [s[rows].to_numpy() / 1000.0 for s in found if s is not None]
        if present and float(np.max(np.abs(present))) > 1e-3:
            layers.append(np.clip(np.sum(present, axis=0), 0.0, None))
            labels.append(words)
            colours.append(colour)
    if layers:
        axis.stackplot(hour, layers, labels=labels, colors=colours, linewidth=0, step="post")
        _legend(axis)
    axis.set_ylabel("kW", fontsize=10)


def _legend(axis: Axes) -> None:
    """A legend to the right of the panel, where it covers nothing."""
    axis.legend(loc="center left", bbox_to_anchor=(1.1, 0.5), frameon=False, fontsize=10)
