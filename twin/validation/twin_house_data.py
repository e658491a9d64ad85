"""The measured Twin House N2: the record of experiment 1 as weather, boundary conditions and heat.

A row of the record holds means over the ten minutes that end at its stamp (heaters switched at whole hours
show their full power in the row stamped ten minutes later); stamps are local standard time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from twin.building.sun import sun_path
from twin.building.weather import SiteWeather, saturation_pressure
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.physics.layout import Float
from twin.physics.psychrometrics import MOLAR_RATIO

RECORD = "twin_house/N2_exp1.parquet"
ROW_S = 600
PRESSURE = 93_425.0  # [Pa] at 680 m, ICAO standard atmosphere
LOWEST_SUN_DEG = 3.0  # below, what little beam there is counts as diffuse: its normal irradiance is not known

ROOMS = {
    "living": "living_room", "corridor": "", "bathroom": "bath_room", "child": "children_room",
    "kitchen": "kitchen", "doorway": "doorway", "bedroom": "bedroom",
}  # fmt: skip
SENSORS = {
    "living": "living_AT_h125cm", "corridor": "corridor_AT", "bathroom": "bath_AT", "child": "child_AT",
    "kitchen": "kitchen_AT", "doorway": "doorway_AT", "bedroom": "bedroom_AT",
}  # fmt: skip
OTHER_HEIGHTS = ("living_AT_h67cm", "living_AT_h187cm")
FACADES = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}


def reference() -> dict[str, Any]:
    """The figures of the house that the package holds."""
    path = Path(__file__).parent / "references" / "twin_house.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, eq=False)
class Record:
    """Experiment 1, one value per ten minutes, each column of shape (n,).

    Attributes
    ----------
    start
        Begin of the first ten minutes, UTC.
    columns
        Everything measured, by the names of the record.
    """

    start: datetime
    columns: Mapping[str, Float]

    def __len__(self) -> int:
        return len(self.columns["Ambient_temperature"])

    def air(self, room: str) -> Float:
        """Air temperature of a room [°C], of the living room at 125 cm, which its heater kept."""
        return self.columns[SENSORS[room]]

    def heater(self, room: str) -> Float:
        """Electric power of a room's heater [W]."""
        name = ROOMS[room]
        return self.columns[f"heat_elP_{name}"] if name else np.zeros(len(self))

    def row(self, day: str) -> int:
        """Row that begins at midnight of a date (local standard time)."""
        zone = timedelta(hours=reference()["site"]["utc_offset_h"])
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC) - zone
        return round((moment - self.start).total_seconds() / ROW_S)

    def phase(self, name: str, later: int = 0) -> slice:
        """Rows of a phase of the experiment, less its first `later` days."""
        first, last = (self.row(day) for day in reference()["phases"][name])
        return slice(first + later * 86_400 // ROW_S, last)


def read_record(data: Path) -> Record:
    """The record of experiment 1 from the data folder.

    Raises
    ------
    OSError
        Where it cannot be read.
    """
    import pyarrow.parquet as parquet

    table = parquet.read_table(data / RECORD)
    stamps = table.column("time").to_numpy().astype("datetime64[s]").astype(np.int64)
    names = [name for name in table.column_names if name != "time"]
    offset = reference()["site"]["utc_offset_h"]
    # the first row ends where the experiment begins: the second is the first of it
    columns = {name: table.column(name).to_numpy().astype(np.float64)[1:] for name in names}
    start = datetime.fromtimestamp(int(stamps[0]), UTC) - timedelta(hours=offset)
    return Record(start, columns)


def measured_weather(record: Record) -> SiteWeather:
    """Measured weather with the sun of the place, one interval per row."""
    site = reference()["site"]
    rows = len(record)
    begin = record.start.timestamp()
    middle = begin + ROW_S * (np.arange(rows, dtype=np.float64) + 0.5)
    place = (site["latitude_deg"], site["longitude_deg"], site["altitude_m"])
    path = sun_path(*place, begin, begin + ROW_S * rows)
    zenith, azimuth = path.zenith_azimuth(middle)
    columns = record.columns
    total = np.maximum(columns["Solar_radiation_global_horizontal"], 0.0)
    diffuse = np.clip(columns["Solar_radiation_diffuse_horizontal"], 0.0, total)
    high = zenith < 90.0 - LOWEST_SUN_DEG
    diffuse = np.where(high, diffuse, total)
    direct = np.where(high, (total - diffuse) / np.cos(np.radians(np.where(high, zenith, 0.0))), 0.0)
    temperature = columns["Ambient_temperature"]
    vapour = columns["Relative_humidity"] / 100.0 * saturation_pressure(temperature)
    return SiteWeather(
        start_utc=record.start,
        step_s=ROW_S,
        temperature=temperature,
        humidity_ratio=np.asarray(MOLAR_RATIO * vapour / (PRESSURE - vapour)),
        pressure=np.full(rows, PRESSURE),
        wind_speed=columns["Wind_speed"],
        wind_direction=columns["Wind_direction"],
        sky_temperature=(columns["Longwave_radiation_horizontal"] / STEFAN_BOLTZMANN) ** 0.25 - KELVIN,
        ground_temperature=columns["Ground_temperature_50cm"],
        sky_cover=np.full(rows, np.nan),
        ghi=total,
        dni=np.asarray(direct),
        dhi=np.asarray(diffuse),
        zenith=zenith,
        azimuth=azimuth,
        sun_up=(zenith < 90.0).astype(np.float64),
    )
