"""Read EPW and TMY3 files into hourly columns, and refuse what is not a whole, sound year."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import WeatherError

if TYPE_CHECKING:
    from pandas import DataFrame

Float = NDArray[np.float64]
Int = NDArray[np.int64]

LENGTHS = (8760, 8784)  # hours of a common and of a leap year
HEADER_LINES = {"EPW": 8, "TMY3": 2}
FIELDS = {"EPW": 24, "TMY3": 46}  # fields that a row must have to hold all that is read

# plausible range of each column; codes for missing values (99.9, 999, 9999, -9900 ...) lie outside
RANGES: dict[str, tuple[float, float]] = {
    "temperature": (-90.0, 70.0),
    "dew_point": (-90.0, 70.0),
    "relative_humidity": (0.0, 110.0),
    "pressure": (31_000.0, 120_000.0),
    "wind_speed": (0.0, 60.0),
    "wind_direction": (0.0, 360.0),
    "ghi": (0.0, 1500.0),
    "dni": (0.0, 1500.0),
    "dhi": (0.0, 1000.0),
    "infrared": (40.0, 900.0),
    "sky_cover": (0.0, 10.0),
    "opaque_sky_cover": (0.0, 10.0),
}
OPTIONAL = ("infrared", "sky_cover", "opaque_sky_cover")
UNITS = {
    "temperature": "°C",
    "dew_point": "°C",
    "relative_humidity": "%",
    "pressure": "Pa",
    "wind_speed": "m/s",
    "wind_direction": "°",
}  # the others: W/m2 or tenths

EPW_NAMES = {
    "temperature": "temp_air",
    "dew_point": "temp_dew",
    "relative_humidity": "relative_humidity",
    "pressure": "atmospheric_pressure",
    "wind_speed": "wind_speed",
    "wind_direction": "wind_direction",
    "ghi": "ghi",
    "dni": "dni",
    "dhi": "dhi",
    "infrared": "ghi_infrared",
    "sky_cover": "total_sky_cover",
    "opaque_sky_cover": "opaque_sky_cover",
}
TMY3_NAMES = EPW_NAMES | {
    "pressure": "pressure",
    "sky_cover": "TotCld (tenths)",
    "opaque_sky_cover": "OpqCld (tenths)",
}


@dataclass(frozen=True, eq=False)
class Table:
    """One weather file as it stands: site and hourly columns, each (H,), row k for hour k + 1 of the file.

    `columns` has the names of RANGES; optional ones hold NaN where the file has no value. `dates` (H, 4) are
    year, month, day and the hour that ends (1-24), in local standard time.
    """

    form: str  # EPW or TMY3
    name: str
    label: str  # what the file calls its kind of data
    latitude: float
    longitude: float
    utc_offset_h: float
    altitude_m: float
    columns: dict[str, Float]
    dates: Int


def read_table(path: Path) -> tuple[Table, bytes]:
    """The table of an EPW or TMY3 file, plain or gzipped, and the bytes it was read from.

    Raises
    ------
    WeatherError
        Unreadable, truncated, not a weather file, or a value missing in a column that is needed.
    """
    raw = _bytes(path)
    text = raw.decode("utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "latin-1").replace("\r\n", "\n")
    form = _form(text, path)
    _check_rows(text, form, path)
    try:
        table = _parse_epw(text) if form == "EPW" else _parse_tmy3(text)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeatherError(f"not a readable {form} file: {reason}", file=path) from error
    _check_site(table, path)
    _check_values(table, path)
    _check_calendar(table, path)
    return table, raw


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise WeatherError(f"cannot read the weather file: {error.strerror}", file=path) from error
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise WeatherError("the gzip file is truncated or damaged", file=path) from error


def _form(text: str, path: Path) -> str:
    lines = text[:20_000].split("\n", 2)
    if lines[0].startswith("LOCATION,"):
        return "EPW"
    if len(lines) > 1 and lines[1].startswith("Date (MM/DD/YYYY)"):
        return "TMY3"
    raise WeatherError(
        "not a weather file",
        file=path,
        line=1,
        value=lines[0][:40],
        allowed="an EPW file (first line LOCATION,...) or a TMY3 CSV file, plain or .gz",
    )


def _check_rows(text: str, form: str, path: Path) -> None:
    head = HEADER_LINES[form]
    rows = [line for line in text.split("\n")[head:] if line.strip()]
    if len(rows) not in LENGTHS:
        raise WeatherError(
            "the weather file is not one whole year of hours",
            file=path,
            line=head + len(rows),
            value=f"{len(rows)} rows",
            allowed="8760 or 8784 rows",
        )
    fields = rows[-1].count(",") + 1
    if fields < FIELDS[form]:
        raise WeatherError(
            "the last row of the weather file is cut off",
            file=path,
            line=head + len(rows),
            value=f"{fields} fields",
            allowed=f"at least {FIELDS[form]}",
        )


def _column(data: DataFrame, name: str) -> Float:
    import pandas as pd

    if name not in data:
        return np.full(len(data), np.nan)
    return np.asarray(pd.to_numeric(data[name], errors="coerce"), dtype=np.float64)


def _parse_epw(text: str) -> Table:
    from pvlib.iotools import read_epw

    data, meta = read_epw(io.StringIO(text))
    dates = np.column_stack([_column(data, k) for k in ("year", "month", "day", "hour")]).astype(np.int64)
    parts = (str(meta[key]).strip() for key in ("city", "state-prov", "country"))
    place = ", ".join(part for part in parts if part)
    columns = {name: _column(data, source) for name, source in EPW_NAMES.items()}
    return _table("EPW", place, str(meta["data_type"]), meta, columns, dates)


def _parse_tmy3(text: str) -> Table:
    from pvlib.iotools import read_tmy3

    data, meta = read_tmy3(io.StringIO(text))
    day = data["Date (MM/DD/YYYY)"].str.split("/", expand=True).astype(int).to_numpy()
    hour = data["Time (HH:MM)"].str.split(":").str[0].astype(int).to_numpy()
    dates = np.column_stack([day[:, 2], day[:, 0], day[:, 1], hour]).astype(np.int64)
    columns = {name: _column(data, source) for name, source in TMY3_NAMES.items()}
    columns["pressure"] = columns["pressure"] * 100.0  # mbar
    place = f"{str(meta['Name']).strip(chr(34))}, {str(meta['State']).strip()}"
    return _table("TMY3", place, "TMY3", meta, columns, dates)


def _table(
    form: str, name: str, label: str, meta: dict[str, Any], columns: dict[str, Float], dates: Int
) -> Table:
    return Table(
        form=form,
        name=name,
        label=label,
        latitude=float(meta["latitude"]),
        longitude=float(meta["longitude"]),
        utc_offset_h=float(meta["TZ"]),
        altitude_m=float(meta["altitude"]),
        columns=columns,
        dates=dates,
    )


def _check_site(table: Table, path: Path) -> None:
    limits = {
        "latitude": (table.latitude, 90.0),
        "longitude": (table.longitude, 180.0),
        "utc_offset_h": (table.utc_offset_h, 14.0),
    }
    for key, (value, limit) in limits.items():
        if not abs(value) <= limit:
            raise WeatherError(
                "the site of the weather file is impossible",
                file=path,
                line=1,
                key=key,
                value=value,
                allowed=f"-{limit:g} to {limit:g}",
            )


def _check_values(table: Table, path: Path) -> None:
    for name, (low, high) in RANGES.items():
        values = table.columns[name]
        bad = ~((values >= low) & (values <= high))
        if name in OPTIONAL:
            values[bad] = np.nan
            continue
        if bad.any():
            row = int(np.argmax(bad))
            raise WeatherError(
                f"row {row + 1}: {name} is missing or impossible ({int(bad.sum())} such rows)",
                file=path,
                line=HEADER_LINES[table.form] + row + 1,
                key=name,
                value=float(values[row]),
                allowed=f"{low:g} to {high:g} {UNITS.get(name, 'W/m2')}",
            )


def _check_calendar(table: Table, path: Path) -> None:
    """The rows must run through January to December hour by hour: a gap would shift the sun."""
    hours = len(table.dates)
    expected = calendar(hours)
    wrong = (table.dates[:, 1] != expected[:, 0]) | (table.dates[:, 2] != expected[:, 1])
    wrong |= table.dates[:, 3] % 24 != expected[:, 2] % 24
    if wrong.any():
        row = int(np.argmax(wrong))
        month, day, hour = (int(v) for v in table.dates[row, 1:])
        raise WeatherError(
            f"row {row + 1} is out of order",
            file=path,
            line=HEADER_LINES[table.form] + row + 1,
            value=f"month {month} day {day} hour {hour}",
            allowed="month {} day {} hour {}".format(*(int(v) for v in expected[row])),
        )


def calendar(hours: int) -> Int:
    """Month, day and ending hour (1-24) of each row of a year of 8760 or 8784 hours, shape (hours, 3)."""
    start = np.datetime64("2004-01-01T00" if hours == LENGTHS[1] else "2001-01-01T00")
    stamp = start + np.arange(hours)
    day = stamp.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    month_number = month.astype(np.int64) % 12 + 1
    day_number = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    return np.column_stack([month_number, day_number, np.arange(hours) % 24 + 1])
