"""Spaces beside the zones whose temperature is known: fixed, measured, or the ground's."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from twin.basics.errors import ScenarioError, nearest
from twin.building.constructions import construction_of, slab
from twin.building.ground import SOIL, virtual_temperature
from twin.building.weather import SiteWeather, Weather
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.beyond import FixedTemperature, Ground, TemperatureSeries
from twin.scenario.catalog import place_of, source_of
from twin.scenario.fabric import Construction, Wall
from twin.scenario.schema import Scenario

__all__ = ["FILMS", "SOIL", "add_adjacent", "wall_conductance"]

# surface resistances on the side of an unheated space [m2K/W]: EN ISO 6946:2017, table 7 (internal, by
# direction of heat flow: horizontal, upwards, downwards)
FILMS = {"wall": 0.13, "roof": 0.10, "floor": 0.17}
Keys = tuple[str | int, ...]
_Known = FixedTemperature | TemperatureSeries


def wall_conductance(wall: Wall, construction: Construction) -> float:
    """From the node of a wall's inner half to the space beside it, or through soil to the ground [W/K]."""
    ground = isinstance(wall.boundary, Ground)
    parts = slab(construction, (SOIL,) if ground else ())
    return wall.area_m2 / (parts.core + parts.outer + (0.0 if ground else FILMS["wall"]))


def add_adjacent(sun: Float, scenario: Scenario, weather: Weather, sample: SiteWeather) -> None:
    """Heat from spaces of known temperature into `sun` (K, Z, SUN_COLUMNS).

    Raises
    ------
    ScenarioError
        A series that is missing, damaged, or does not cover the run.
    """
    fabric = scenario.building
    start = sample.start_utc.timestamp()
    count = len(sample.temperature)
    middle: Float = start + sample.step_s * (np.arange(count, dtype=np.float64) + 0.5)
    for z, zone in enumerate(fabric.zones):
        at: Keys = ("building", "zones", z)
        for i, wall in enumerate(zone.walls):
            construction = construction_of(wall.construction, fabric.constructions)
            if isinstance(wall.boundary, Ground):
                beside: Float | float = sample.ground_temperature
            elif isinstance(wall.boundary, _Known):
                beside = _temperature(wall.boundary, scenario, middle, (*at, "walls", i, "boundary"))
            else:
                continue
            sun[:, z, la.SUN_BESIDE] += wall_conductance(wall, construction) * beside
        roof, floor = zone.roof, zone.floor
        if roof is not None and isinstance(roof.boundary, _Known):
            above = _temperature(roof.boundary, scenario, middle, (*at, "roof", "boundary"))
            sun[:, z, la.SUN_ROOF] += roof.area_m2 / FILMS["roof"] * above
        if floor is None:
            continue
        if isinstance(floor.boundary, _Known):
            below = _temperature(floor.boundary, scenario, middle, (*at, "floor", "boundary"))
            sun[:, z, la.SUN_BELOW] = below - sample.ground_temperature
        elif isinstance(floor.boundary, Ground) and floor.boundary.characteristic_dimension_m is not None:
            construction = construction_of(floor.construction, fabric.constructions)
            virtual = virtual_temperature(floor.boundary, construction, weather, middle)
            sun[:, z, la.SUN_BELOW] = virtual - sample.ground_temperature


def _temperature(boundary: _Known, scenario: Scenario, seconds: Float, at: Keys) -> Float | float:
    """Temperature of a space [°C] at instants (n,) in seconds since 1970 UTC."""
    if isinstance(boundary, FixedTemperature):
        return boundary.temperature_c
    try:
        times, values = _series(str(_path(boundary, scenario)), boundary.column)
        if seconds[0] < times[0] - 3600.0 or seconds[-1] > times[-1] + 3600.0:
            raise ScenarioError(
                "the series does not cover the run and its warm-up",
                value=_span(seconds),
                allowed=_span(times),
            )
    except ScenarioError as error:
        file, line = place_of(scenario, *at)
        dotted = f"building.zones[{at[2]}]." + ".".join(str(k) for k in at[3:])
        raise ScenarioError(
            error.message, file=file, line=line, key=dotted, value=error.value, allowed=error.allowed,
            suggestion=error.suggestion,
        ) from None  # fmt: skip
    return np.interp(seconds, times, values)


def _span(seconds: Float) -> str:
    first, last = (
        datetime.fromtimestamp(float(s), UTC).strftime("%Y-%m-%d %H:%M") for s in (seconds[0], seconds[-1])
    )
    return f"{first} to {last} UTC"


def _path(boundary: TemperatureSeries, scenario: Scenario) -> Path:
    path, source = Path(boundary.file).expanduser(), source_of(scenario)
    for place in ([] if source is None else [source.parent / path]) + [path]:
        if place.is_file():
            return place
    raise ScenarioError(
        "there is no such file of temperatures", value=boundary.file, allowed="a path to a CSV file"
    )


@lru_cache(maxsize=16)
def _columns(path: str, _changed: int) -> dict[str, list[str]]:
    """Columns of a file as text, by heading; read once until it changes."""
    import csv

    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if row]
    if len(rows) < 3:
        raise ScenarioError("the file of temperatures has less than two rows", value=path)
    short = next((i for i, row in enumerate(rows) if len(row) < len(rows[0])), None)
    if short is not None:
        raise ScenarioError(
            "a row of the file of temperatures is too short", value=f"{path}, row {short + 1}"
        )
    return {name.strip(): [row[k] for row in rows[1:]] for k, name in enumerate(rows[0])}


def _series(path: str, column: str) -> tuple[Float, Float]:
    """Times [s since 1970 UTC] and temperatures [°C] of one column."""
    columns = _columns(path, Path(path).stat().st_mtime_ns)
    if column not in columns:
        names = list(columns)[1:]
        raise ScenarioError(
            "the file of temperatures has no such column", value=column, allowed=", ".join(names),
            suggestion=nearest(column, names),
        )  # fmt: skip
    stamps = next(iter(columns.values()))
    try:
        moments = [datetime.fromisoformat(stamp.strip()) for stamp in stamps]
        times = np.array([(m if m.tzinfo else m.replace(tzinfo=UTC)).timestamp() for m in moments])
        values = np.array([float(value) for value in columns[column]])
    except ValueError as error:
        raise ScenarioError(
            "the file of temperatures cannot be read",
            value=str(error),
            allowed="ISO times in the first column, numbers in the others",
        ) from None
    if not np.isfinite(values).all() or (np.diff(times) <= 0.0).any():
        raise ScenarioError("the file of temperatures has gaps, or its times do not rise", value=path)
    return times, values
