"""An EPW file of a Weather, so that another program may run under the very weather of a scenario."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.basics.errors import TwinError
from twin.building.weather_year import Weather

HOURS = 8760
DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
UNKNOWN = {  # what the format writes where there is no value, by the column's place from 0
    5: "?9", 10: "9999", 11: "9999", 16: "999999", 17: "999999", 18: "999999", 19: "9999", 22: "99", 23: "99",
    24: "9999", 25: "99999", 26: "9", 27: "999999999", 28: "999", 29: ".999", 30: "999", 31: "99", 32: "999",
    33: "0", 34: "0",
}  # fmt: skip
COLUMNS = {  # place from 0, factor from our unit to the format's
    "temperature": (6, 1.0),
    "dew_point": (7, 1.0),
    "relative_humidity": (8, 1.0),
    "pressure": (9, 1.0),
    "infrared": (12, 1.0),
    "ghi": (13, 1.0),
    "dni": (14, 1.0),
    "dhi": (15, 1.0),
    "wind_direction": (20, 1.0),
    "wind_speed": (21, 1.0),
    "sky_cover": (22, 10.0),
    "opaque_sky_cover": (23, 10.0),
}


def write_epw(weather: Weather, path: Path, year: int) -> None:
    """Write a year of hourly weather as an EPW file.

    Parameters
    ----------
    weather
        8760 hours.
    path
        The file, written anew.
    year
        That every row is stamped with; not a leap year.

    Raises
    ------
    TwinError
        Weather of a leap year.
    """
    if weather.hours != HOURS:
        raise TwinError(
            "EPW files are written of common years", value=weather.hours, allowed=f"{HOURS} hours"
        )
    rows = [[UNKNOWN.get(k, "") for k in range(35)] for _ in range(HOURS)]
    for name, (place, factor) in COLUMNS.items():
        for row, value in zip(rows, getattr(weather, name), strict=True):
            if not np.isnan(value):
                row[place] = f"{value * factor:.6g}"
    days = [(m, d) for m, days in enumerate(DAYS_OF_MONTH, 1) for d in range(1, days + 1)]
    for hour, row in enumerate(rows):
        month, day = days[hour // 24]
        row[:5] = [str(year), str(month), str(day), str(hour % 24 + 1), "0"]
    lines = [*_header(weather), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii", errors="replace")


def _header(weather: Weather) -> list[str]:
    place = weather.name.replace(",", " ")
    site = f"{weather.latitude:g},{weather.longitude:g},{weather.utc_offset_h:g},{weather.altitude_m:g}"
    return [
        f"LOCATION,{place},-,-,TMY3,000000,{site}",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,written from a scenario's weather",
        "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
    ]
