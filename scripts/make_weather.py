"""Make the packaged typical years from the NREL TMY3 files that ride in two wheels of the Python registry.

Usage::

    pip download --no-deps pyenergyplus-lbnl ochre-nrel
    python scripts/make_weather.py pyenergyplus_lbnl-*.whl ochre_nrel-*.whl

Writes one compressed array file per site and PROVENANCE.md into twin/building/weather_data. Values are kept
as whole numbers of the resolution that the source file prints, so that nothing is lost.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TARGET = Path(__file__).parent.parent / "twin" / "building" / "weather_data"
STATIONS = {  # packaged name: WMO number in the name of the wheel's file
    "chicago": "725300",
    "denver": "725650",
    "miami": "722020",
    "phoenix": "722780",
    "san_francisco": "724940",
}
COLUMNS = {  # name: column of an EPW row, values per unit
    "temperature": (6, 10),
    "dew_point": (7, 10),
    "relative_humidity": (8, 1),
    "pressure": (9, 1),
    "infrared": (12, 1),
    "ghi": (13, 1),
    "dni": (14, 1),
    "dhi": (15, 1),
    "wind_direction": (20, 1),
    "wind_speed": (21, 10),
    "sky_cover": (22, 1),
    "opaque_sky_cover": (23, 1),
}
INTRODUCTION = """# Where the packaged weather comes from

Typical meteorological years TMY3 of the National Renewable Energy Laboratory (NREL): S. Wilcox and
W. Marion, "Users Manual for TMY3 Data Sets", NREL/TP-581-43156, 2008. The data are in the public domain.
The EPW files below ride in two wheels of the Python registry, which were downloaded and are no dependency
of this project. Kept are dry bulb, dew point, relative humidity, pressure, horizontal infrared, global,
direct and diffuse radiation, wind and sky cover, at the resolution of the source file.

Made by

    pip download --no-deps pyenergyplus-lbnl ochre-nrel
    python scripts/make_weather.py pyenergyplus_lbnl-*.whl ochre_nrel-*.whl

| name | station | file in the wheel | wheel | SHA-256 of the source file |
|---|---|---|---|---|
"""


def find(wheels: list[Path], station: str) -> tuple[Path, str, bytes]:
    """The wheel, path and bytes of the EPW file of a station, from the first wheel that has it."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if station in member and member.endswith(".epw"):
                    return wheel, member, archive.read(member)
    raise SystemExit(f"no EPW file of station {station} in {', '.join(w.name for w in wheels)}")


def whole(values: list[str], scale: int) -> NDArray[np.integer]:
    """Decimal strings as whole numbers of 1/scale; refuses what would not survive the way back."""
    number = np.array([float(v) for v in values])
    scaled: NDArray[np.integer] = np.rint(number * scale).astype(np.int32)
    if not np.array_equal(scaled / scale, number):
        raise SystemExit("the source prints more digits than the packaged form keeps")
    small: NDArray[np.integer] = scaled.astype(np.int16)
    return small if np.array_equal(small, scaled) else scaled


def convert(text: str) -> dict[str, NDArray[np.generic]]:
    """Arrays of one EPW file, with the site and the source year of every month as JSON."""
    lines = text.splitlines()
    head = lines[0].split(",")
    rows = [line.split(",") for line in lines[8:] if line.strip()]
    arrays: dict[str, NDArray[np.generic]] = {
        name: whole([r[column] for r in rows], scale) for name, (column, scale) in COLUMNS.items()
    }
    years = {int(row[1]): int(row[0]) for row in rows}
    site = {
        "name": f"{head[1]}, {head[2]}, {head[3]}",
        "wmo": head[5],
        "latitude": float(head[6]),
        "longitude": float(head[7]),
        "utc_offset_h": float(head[8]),
        "altitude_m": float(head[9]),
        "years": [years[month] for month in range(1, 13)],
        "scales": {name: scale for name, (_, scale) in COLUMNS.items()},
    }
    arrays["site"] = np.array(json.dumps(site))
    return arrays


def main() -> None:
    """Read the wheels named on the command line and write the packaged files."""
    parser = argparse.ArgumentParser(description="Make the packaged typical years.")
    parser.add_argument("wheels", nargs="+", type=Path)
    wheels = parser.parse_args().wheels
    TARGET.mkdir(exist_ok=True)
    table = INTRODUCTION
    for name, station in STATIONS.items():
        wheel, member, raw = find(wheels, station)
        arrays = convert(raw.decode("latin-1"))
        np.savez_compressed(TARGET / f"{name}.npz", **arrays)  # type: ignore[arg-type]
        site = json.loads(str(arrays["site"]))
        digest = hashlib.sha256(raw).hexdigest()
        table += f"| {name} | {site['name']} ({station}) | {Path(member).name} | {wheel.name} | {digest} |\n"
    (TARGET / "PROVENANCE.md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
