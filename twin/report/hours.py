"""Occupied hours, comfort bounds and energy per day of a run, as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.report.record import Float, RunRecord
from twin.scenario.daily import at_hour
from twin.scenario.schema import Comfort

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
J_PER_KWH = 3.6e6

# Point of the register, words for it, in the order in which bars are stacked.
REGISTERS = (
    ("heating.electric_energy", "heating, electric"),
    ("gas.gas_energy", "heating, gas"),
    ("district_heating.heat_energy", "heat delivered"),
    ("cooling.electric_energy", "cooling, electric"),
    ("district_cooling.heat_energy", "cold delivered"),
    ("fans.electric_energy", "fans"),
    ("pumps.electric_energy", "pumps"),
    ("lighting.electric_energy", "lights"),
    ("equipment.electric_energy", "plugged-in equipment"),
)


def clock_hours(text: str) -> float:
    """Hours of a clock time "HH:MM"."""
    hours, _, minutes = text.partition(":")
    return int(hours) + int(minutes) / 60.0


def hour_of(index: pd.DatetimeIndex) -> Float:
    """Civil hour of the day [h], 0 to 24."""
    return np.asarray(index.hour + index.minute / 60.0, dtype=np.float64)


def occupied_days(run: RunRecord) -> np.ndarray:
    """True on the comfort plan's occupied weekdays, without days on which hardly anybody came (holidays)."""
    index = pd.DatetimeIndex(run.truth.index)
    wanted = {WEEKDAYS.index(day) for day in run.scenario.comfort.occupied_days}
    chosen: np.ndarray = np.isin(np.asarray(index.day_of_week), list(wanted))
    people = run.zone_table("occupants").sum(axis=1)
    if not len(people) or float(people.max()) < 0.5:
        return chosen
    came = people.groupby(index.normalize()).transform("max") > 0.25 * float(people.max())
    return np.asarray(chosen & came.to_numpy())


def occupied_rows(run: RunRecord) -> np.ndarray:
    """True for rows of the truth inside the occupied hours; all rows where none is."""
    index = pd.DatetimeIndex(run.truth.index)
    start, end = (clock_hours(t) for t in run.scenario.comfort.occupied_hours)
    hour = hour_of(index)
    rows = occupied_days(run) & (hour >= start) & (hour < end)
    return rows if rows.any() else np.ones(len(index), dtype=bool)


def bounds_by_hour(comfort: Comfort, hour: Float) -> tuple[Float, Float]:
    """Comfort bounds [°C] on an occupied day at these hours."""
    start, end = (clock_hours(t) for t in comfort.occupied_hours)
    inside = (hour >= start) & (hour < end)
    lower = np.where(inside, comfort.lower_c, comfort.lower_unoccupied_c)
    upper = np.where(inside, comfort.upper_c, comfort.upper_unoccupied_c)
    if comfort.lower_schedule_c:
        lower = np.array([at_hour(comfort.lower_schedule_c, float(h)) for h in hour])
    if comfort.upper_schedule_c:
        upper = np.array([at_hour(comfort.upper_schedule_c, float(h)) for h in hour])
    return lower, upper


def comfort_temperature(run: RunRecord) -> tuple[pd.DataFrame, str]:
    """Zone temperatures that the scenario judges comfort by, and their name in words."""
    if run.scenario.comfort.temperature == "operative":
        table = run.zone_table("operative_temperature")
        if len(table.columns):
            return table, "operative temperature (air and surfaces)"
    return run.zone_table("air_temperature"), "air temperature"


def hourly_quantiles(values: pd.Series, levels: tuple[float, ...]) -> pd.DataFrame:
    """Quantiles by half hour of the day (rows: the middle of each [h]; columns: levels)."""
    index = pd.DatetimeIndex(values.index)
    slot = np.floor(hour_of(index) * 2.0) / 2.0 + 0.25
    return values.groupby(slot).quantile(list(levels)).unstack()  # noqa: PD010


def energy_per_day(run: RunRecord) -> pd.DataFrame:
    """Energy by end use and civil day [kWh] (rows: date; columns: words), from the meters' registers."""
    index = pd.DatetimeIndex(run.truth.index)
    out: dict[str, pd.Series] = {}
    # A register read at midnight closes the day before.
    days = (index - pd.Timedelta(microseconds=1)).date
    for point, words in REGISTERS:
        register = run.column(point)
        if register is None or not len(register):
            continue
        used = register.diff().fillna(0.0)
        per_day = used.groupby(days).sum()
        if float(per_day.sum()) > 1e-6:
            out[words] = per_day
    table = pd.DataFrame(out)
    return table.iloc[1:] if len(table) > 1 and float(table.iloc[0].sum()) == 0.0 else table


def carpet(values: pd.Series) -> tuple[Float, list[str]]:
    """Values as a picture: rows are half hours, columns are days (48, days); and the days' names."""
    # a reading at midnight closes the day before
    index = pd.DatetimeIndex(values.index) - pd.Timedelta(microseconds=1)
    frame = pd.DataFrame(
        {"day": index.date, "slot": np.floor(hour_of(index) * 2.0), "value": values.to_numpy()}
    )
    picture = frame.pivot_table(index="slot", columns="day", values="value", aggfunc="mean")
    # the reading at the very start belongs to no day of the run
    picture = picture.dropna(axis="columns", thresh=2).reindex(np.arange(48.0))
    names = [f"{day:%a %d %b}" for day in picture.columns]
    return picture.to_numpy(dtype=np.float64), names
