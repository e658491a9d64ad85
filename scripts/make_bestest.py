"""Write scenarios/validation/bestest_<case>.yaml, the cases of ANSI/ASHRAE Standard 140, from their figures.

Usage::

    python scripts/make_bestest.py

The figures are those of twin/validation/references/bestest.json. Case 600 is written in full, every other
file extends the case that it varies. `texts` gives what is written; a test compares it with the files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
REFERENCES = ROOT / "twin" / "validation" / "references" / "bestest.json"
FOLDER = ROOT / "scenarios" / "validation"

Data = dict[str, Any]
NORTH, EAST, SOUTH, WEST = 0, 90, 180, 270
GLAZING = "clear_pair"
NOWHERE_C = 45.0  # a cooling setpoint that nothing reaches: the upper end of what a setpoint may be
KEPT = "To keep the setpoints of the standard run it with --agent follow; twin validate-physics judges it."
FREE = "Nothing heats or cools, whatever the agent; twin validate-physics judges it."
HEADER = (
    "# ANSI/ASHRAE Standard 140, case {case}. Written by scripts/make_bestest.py: change that, not this.\n"
)


class Cell:
    """The test cell of the standard with chosen windows, as the keys of a scenario."""

    def __init__(self, spec: Data) -> None:
        self.spec = spec
        self.width, self.depth, self.height = (spec["cell"][k] for k in ("width_m", "depth_m", "height_m"))

    def window(self, count: int = 1, shading: Data | None = None) -> Data:
        """Some like windows of one wall."""
        size = self.spec["window"]
        area = count * size["width_m"] * size["height_m"]
        many = {"count": count} if count > 1 else {}
        window = {"glazing": GLAZING, "area_m2": area, **many}
        window |= {"width_m": size["width_m"], "height_m": size["height_m"]}
        return window | ({"shading": shading} if shading else {})

    def overhang(self) -> list[Data]:
        """Case 610: the south windows under an overhang as wide as the wall."""
        size, shade = self.spec["window"], self.spec["shading"]
        near = size["south_from_wall_edges_m"]
        far = shade["610_overhang_width_m"] - near - size["width_m"]
        above = shade["overhang_at_m"] - size["sill_m"] - size["height_m"]
        depth = {"overhang_depth_m": shade["depth_m"], "overhang_above_m": round(above, 9)}
        sides = ({"overhang_left_m": a, "overhang_right_m": b} for a, b in ((near, far), (far, near)))
        return [self.window(1, depth | side) for side in sides]

    def box(self) -> list[Data]:
        """Case 630: one window with an overhang of its own width and fins at its edges."""
        size, shade = self.spec["window"], self.spec["shading"]
        head = size["sill_m"] + size["height_m"]
        low, high = shade["630_fins_from_to_m"]
        depth = shade["depth_m"]
        beyond = round(0.5 * (shade["630_overhang_width_m"] - size["width_m"]), 9)
        shading = {
            "overhang_depth_m": depth,
            "overhang_above_m": round(shade["overhang_at_m"] - head, 9),
            "overhang_left_m": beyond,
            "overhang_right_m": beyond,
            "fin_depth_m": depth,
            "fin_above_m": round(high - head, 9),
            "fin_below_m": round(size["sill_m"] - low, 9),
        }
        return [self.window(1, shading)]

    def zone(self, windows: dict[int, list[Data]], without: int | None = None, **more: Any) -> Data:
        """The cell, with windows by azimuth; `without` names a wall that is left out."""
        cell = self.spec["cell"]
        floor = self.width * self.depth
        return {
            "id": "cell",
            "floor_area_m2": floor,
            "height_m": self.height,
            "air_capacity_multiplier": 1.0,
            "infiltration": {"air_changes_per_hour": cell["air_changes_per_hour"]},
            "walls": self.walls(self.depth, windows, without),
            "roof": {"construction": "roof", "area_m2": floor},
            "floor": {"construction": "floor", "area_m2": floor, "boundary": "outdoor"},
        } | more

    def walls(
        self, depth: float, windows: dict[int, list[Data]], without: int | None, construction: str = "wall"
    ) -> list[Data]:
        """Outside walls of a room as wide as the cell."""
        rows = []
        for azimuth, length in ((NORTH, self.width), (EAST, depth), (SOUTH, self.width), (WEST, depth)):
            if azimuth == without:
                continue
            area = round(length * self.height, 9)
            row: Data = {"construction": construction, "area_m2": area, "azimuth_deg": azimuth}
            rows.append(row | ({"windows": windows[azimuth]} if azimuth in windows else {}))
        return rows

    def sunspace(self) -> Data:
        """The unheated room in front of case 960, of the heavy constructions."""
        room = self.spec["sunspace_960"]
        floor = self.width * room["depth_m"]
        cell = self.zone({SOUTH: [self.window(2)]}, floor_area_m2=floor)
        return cell | {
            "id": "sunspace",
            "conditioned": False,
            "walls": self.walls(room["depth_m"], {SOUTH: [self.window(2)]}, NORTH, "sunspace_wall"),
            "roof": {"construction": "roof", "area_m2": floor},
            "floor": {"construction": "sunspace_floor", "area_m2": floor, "boundary": "outdoor"},
        }


def layers(rows: list[list[Any]]) -> Data:
    """A construction from rows of name, thickness, conductivity, density and specific heat."""
    keys = ("material", "thickness_m", "conductivity_w_mk", "density_kg_m3", "specific_heat_j_kgk")
    return {"layers": [dict(zip(keys, row, strict=True)) for row in rows]}


def glazing(spec: Data) -> Data:
    """The panes by their table; hemispherical values are left to the engine."""
    return {key: value for key, value in spec["glazing"].items() if key not in ("about", "hemispherical")}


def base(spec: Data) -> Data:
    """Case 600 in full."""
    cell, thermostat, site = spec["cell"], spec["thermostat"], spec["site"]
    floor = cell["width_m"] * cell["depth_m"]
    both = {"lower_c": thermostat["heating_c"], "upper_c": thermostat["cooling_c"]}
    return {
        "site": {"weather": "denver", "timezone": "Etc/GMT+7", **site},
        "building": {
            "constructions": {name: layers(rows) for name, rows in spec["light"].items()},
            "glazing": {GLAZING: glazing(spec)},
            "zones": [Cell(spec).zone({SOUTH: [Cell(spec).window(2)]})],
        },
        "hvac": {"kind": "ideal_loads"} | capacity(spec, 1.0, 1.0),
        "people": {"kind": "none"},
        "loads": {
            "default": {
                "equipment_base_w_m2": round(cell["gain_w"] / floor, 9),
                "equipment_radiant_fraction": cell["gain_radiant_fraction"],
                "lighting_w_m2": 0.0,
            }
        },
        "comfort": both | {f"{k[:5]}_unoccupied_c": v for k, v in both.items()} | {"temperature": "air"},
        "run": {
            "start": "2021-01-01",
            "days": 365,
            "warm_up_days": 21,
            "tick_s": 60,
            "control_step_s": 3600,
            "baseline": "follow",
        },
    }


def capacity(spec: Data, heating: float, cooling: float) -> Data:
    """Capacities of the ideal plant as parts of the standard's."""
    floor = spec["cell"]["width_m"] * spec["cell"]["depth_m"]
    full = round(spec["thermostat"]["capacity_kw"] * 1e3 / floor, 3)
    return {"heating_capacity_w_m2": heating * full, "cooling_capacity_w_m2": cooling * full}


def building(*zones: Data, **more: Any) -> Data:
    """Zones, which replace those of the case extended."""
    return {"building": {**more, "zones": list(zones)}}


def heavy(spec: Data) -> Data:
    """Heavy walls and floor instead of the light ones."""
    return {"building": {"constructions": {name: layers(rows) for name, rows in spec["heavy"].items()}}}


def ventilated(spec: Data) -> Data:
    """Case 650: no heating, a fan at night, cooling by day only."""
    night, cell = spec["ventilation_650"], Cell(spec)
    volume = cell.width * cell.depth * cell.height
    fan = {"air_changes_per_hour": round(night["flow_m3_h"] / volume, 6), "hours": night["hours"]}
    begin, end = night["cooling_hours"]
    high = spec["thermostat"]["cooling_c"]
    curve = [["00:00", NOWHERE_C], [begin, NOWHERE_C], [begin, high], [end, high], [end, NOWHERE_C]]
    return {
        **building(cell.zone({SOUTH: [cell.window(2)]}, night_ventilation=fan)),
        "hvac": capacity(spec, 0.0, 1.0),
        "comfort": {"upper_schedule_c": curve},
    }


def sunspace(spec: Data) -> Data:
    """Case 960: the cell without its south wall, a heavy room in front of it."""
    cell = Cell(spec)
    built = {f"sunspace_{name}": layers(rows) for name, rows in spec["heavy"].items()}
    built["common_wall"] = layers(spec["sunspace_960"]["common_wall"])
    area = round(cell.width * cell.height, 9)
    wall = {"between": ["cell", "sunspace"], "construction": "common_wall", "area_m2": area}
    rooms = building(cell.zone({}, without=SOUTH), cell.sunspace(), constructions=built, partitions=[wall])
    return rooms | {"loads": {"zones": {"sunspace": {"equipment_base_w_m2": 0.0, "lighting_w_m2": 0.0}}}}


def cases(spec: Data) -> dict[str, tuple[str, str, Data]]:
    """Case to what it is, the case that it extends ("" for none) and its own keys."""
    cell = Cell(spec)
    sides = {EAST: [cell.window()], WEST: [cell.window()]}
    boxed = {EAST: cell.box(), WEST: cell.box()}
    setback = {"lower_schedule_c": spec["setback_640"]["heating_schedule_c"]}
    out: dict[str, tuple[str, str, Data]] = {
        "600": ("light cell, south windows", "", base(spec)),
        "610": ("case 600 with an overhang", "600", building(cell.zone({SOUTH: cell.overhang()}))),
        "620": ("case 600 with east and west windows", "600", building(cell.zone(sides))),
        "630": ("case 620 with overhangs and fins", "620", building(cell.zone(boxed))),
        "640": ("case 600 with a night setback", "600", {"comfort": setback, "run": {"control_step_s": 300}}),
        "650": ("case 600 ventilated at night, without heating", "600", ventilated(spec)),
        "900": ("case 600 with heavy walls and floor", "600", heavy(spec)),
    }
    for case in ("610", "620", "630", "640", "650"):
        out[f"9{case[1:]}"] = (f"case {case} with heavy walls and floor", case, heavy(spec))
    for case in ("600", "650", "900", "950"):
        text = f"case {case} without heating and cooling"
        out[f"{case}FF"] = (text, case, {"hvac": capacity(spec, 0.0, 0.0)})
    out["960"] = ("the cell behind a heavy sunspace", "600", sunspace(spec))
    return out


def texts(spec: Data) -> dict[str, str]:
    """Text of every file by its name."""
    out = {}
    for case, (what, extends, keys) in cases(spec).items():
        head: Data = {"extends": f"bestest_{extends}.yaml"} if extends else {"format": 1}
        head |= {"name": f"bestest_{case.lower()}", "title": f"BESTEST {case}: {what}"}
        head["description"] = FREE if case.endswith("FF") else KEPT
        body = yaml.safe_dump(head | keys, sort_keys=False, default_flow_style=None, width=118)
        out[f"bestest_{case.lower()}.yaml"] = HEADER.format(case=case) + body
    return out


def main() -> None:
    """Write the files."""
    spec = json.loads(REFERENCES.read_text(encoding="utf-8"))["specification"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts(spec).items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
