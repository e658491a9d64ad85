"""Write scenarios/validation/twin_house_n2.yaml, the Twin House N2 of IEA EBC Annex 58, from its figures.

Usage::

    python scripts/make_twin_house.py

The figures are those of twin/validation/references/twin_house.json, which says where each comes from. `text`
gives what is written; a test compares it with the file.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
REFERENCES = ROOT / "twin" / "validation" / "references" / "twin_house.json"
TARGET = ROOT / "scenarios" / "validation" / "twin_house_n2.yaml"

Data = dict[str, Any]
HEADER = """\
# Twin House N2 of IEA EBC Annex 58, experiment 1. Written by scripts/make_twin_house.py: change that.
#
# The house as it stands: rooms by their inner dimensions, thermal bridges beside them. What was measured
# replaces what stands here when `twin validate-physics --suite twin-house` runs it with the data: the
# weather, the temperatures of attic and cellar (also for their thermal bridges, which alone would go
# outdoors), the temperature of the supply air, and the heat of the heaters.
"""
ATTIC_C, CELLAR_C = 20.0, 18.0  # about the means of the experiment; the suite puts the measured ones
MEASURED = "denver"  # some packaged weather: the suite puts the measured one
AIR_DENSITY = 1.11  # [kg/m3] at 20 °C and 680 m, ICAO standard atmosphere
N50_TO_NATURAL = 20.0  # M. Sherman, Energy and Buildings 10 (1987) 81: the rule of Kronvall and Persily
STEFAN_BOLTZMANN = 5.670374419e-8


def layers(spec: Data, name: str, **faces: float) -> Data:
    """A construction from its layers, which the reference lists from outside to inside."""
    rows = []
    for material, thickness in reversed(spec["constructions_outside_to_inside"][name]):
        values = spec["materials"][material]
        rows.append(
            {
                "material": material,
                "thickness_m": thickness,
                "conductivity_w_mk": values["k"],
                "density_kg_m3": values["rho"],
                "specific_heat_j_kgk": values["c"],
            }
        )
    return {"layers": rows, **faces}


def constructions(spec: Data) -> Data:
    """All opaque constructions; outside surfaces of attic, cellar and inner walls see no sun."""
    inside = {"solar_absorptance_inside": spec["absorptance_inside"]}
    both = {"solar_absorptance_outside": spec["absorptance_outside"], **inside}
    out = {}
    for name in spec["constructions_outside_to_inside"]:
        if name.startswith("extwall"):
            out[name] = layers(spec, name, **both)
        elif name == "ground":
            out[name] = layers(spec, name, solar_absorptance_inside=spec["absorptance_floor"])
        elif name != "column":
            out[name] = layers(spec, name, **({} if name.startswith("door") else inside))
    column = spec["materials"]["concrete"]
    out["column_half"] = {
        "layers": [
            {
                "material": "concrete",
                "thickness_m": 0.5 * spec["constructions_outside_to_inside"]["column"][0][1],
                "conductivity_w_mk": column["k"],
                "density_kg_m3": column["rho"],
                "specific_heat_j_kgk": column["c"],
            }
        ],
        **inside,
    }
    return out


def glazing(spec: Data) -> Data:
    """The glazing, and the same behind a closed roller blind."""
    glass, blind = spec["glazing"], spec["blinds"]
    panes = 2.0 * glass["pane_m"] / glass["pane_conductivity_w_mk"]
    gap = 1.0 / glass["u_value_w_m2k"] - sum(glass["films_m2k_w"]) - panes
    coated = 1.0 / (1.0 / glass["emissivity_faces"] + 1.0 / glass["emissivity_coating"] - 1.0)
    open_: Data = {
        **{key: glass[key] for key in ("transmittance", "absorptance_outer", "absorptance_inner")},
        "diffuse_transmittance": glass["diffuse"][0],
        "diffuse_absorptance_outer": glass["diffuse"][1],
        "diffuse_absorptance_inner": glass["diffuse"][2],
        "gap_conductance_w_m2k": round(1.0 / gap, 4),
        "gap_emissivity": round(coated, 4),
        "pane_resistance_m2k_w": panes,
        "emissivity_outside": glass["emissivity_faces"],
        "emissivity_inside": glass["emissivity_faces"],
    }
    closed: Data = {
        "angles_deg": [0.0, 45.0, 90.0],
        "transmittance": [0.0] * 3,
        "absorptance_outer": [blind["absorptance"]] * 3,
        "absorptance_inner": [0.0] * 3,
        "gap_conductance_w_m2k": round(1.0 / (gap + blind["additional_resistance_m2k_w"]), 4),
        "pane_resistance_m2k_w": panes,
        "emissivity_outside": 0.9,
        "emissivity_inside": glass["emissivity_faces"],
    }
    return {"low_e": open_, "low_e_behind_blind": closed}


def window(spec: Data, name: str, azimuth: float) -> Data:
    """One window; those of the south have their roller blinds down."""
    kinds = spec["windows"]
    size, reveal = kinds[name], kinds["reveal"]
    closed = azimuth == spec["blinds"]["closed_azimuth_deg"]
    out: Data = {
        "glazing": "low_e_behind_blind" if closed else "low_e",
        "area_m2": size["area_m2"],
        "height_m": size["height_m"],
        "frame_fraction": size["frame_fraction"],
        "frame_u_value_w_m2k": kinds["frame_u_value_w_m2k"],
    }
    if not closed:  # nothing shades a blind that lies flush with the wall
        out["shading"] = {
            "overhang_depth_m": reveal["depth_m"],
            "overhang_above_m": reveal["above_m"],
            "fin_depth_m": reveal["depth_m"],
            "fin_offset_m": reveal["beside_m"],
        }
    return out


def walls(spec: Data, rows: list[Data]) -> list[Data]:
    """Outside walls of a room, gross of windows; a thinner wall under a window stands by itself."""
    out = []
    for row in rows:
        azimuth = row["azimuth_deg"]
        others = row.get("under_window_m2", 0.0) + row.get("door_m2", 0.0)
        area = row["length_m"] * spec["room_height_m"] - others
        wall: Data = {"construction": row["construction"], "area_m2": round(area, 4), "azimuth_deg": azimuth}
        if "windows" in row:
            wall["windows"] = [window(spec, name, azimuth) for name in row["windows"]]
        out.append(wall)
        if "under_window_m2" in row:
            out.append(wall | {"construction": "extwall_sn_uw", "area_m2": row["under_window_m2"]})
            del out[-1]["windows"]
        if "door_m2" in row:
            out.append({"construction": "door_ext", "area_m2": row["door_m2"], "azimuth_deg": azimuth})
    return out


def bridges(spec: Data, name: str) -> list[Data]:
    """Thermal bridges of a room to outdoors, attic and cellar, and the edges of its glass."""
    outdoor, attic, cellar = spec["thermal_bridges_w_k"][name]
    rows = [("junctions to outdoors", outdoor), ("junctions to the attic", attic)]
    rows.append(("junctions to the cellar", cellar))
    out: list[Data] = [{"name": text, "chi_w_k": round(value, 5)} for text, value in rows if value > 0.0]
    kinds = spec["windows"]
    edge = sum(kinds[w]["edge_m"] for wall in spec["rooms"][name]["walls"] for w in wall.get("windows", ()))
    if edge > 0.0:
        psi = kinds["edge_psi_w_mk"]
        out.append({"name": "edges of the glass", "psi_w_mk": psi, "length_m": round(edge, 3)})
    return out


def zone(spec: Data, name: str) -> Data:
    """One room."""
    room, height = spec["rooms"][name], spec["room_height_m"]
    floor = round(math.prod(room["floor_m"]), 4)
    fan = spec["ventilation"]
    out: Data = {
        "id": name,
        "label": room["label"],
        "floor_area_m2": floor,
        "height_m": height,
        "air_capacity_multiplier": 1.0,
        "infiltration": {"air_changes_per_hour": round(spec["n50_per_h"][name] / N50_TO_NATURAL, 4)},
        "thermal_bridges": bridges(spec, name),
        "walls": walls(spec, room["walls"]),
        "roof": {
            "construction": "ceiling",
            "area_m2": floor,
            "boundary": {"kind": "fixed_temperature", "temperature_c": ATTIC_C},
        },
        "floor": {
            "construction": "ground",
            "area_m2": floor,
            "boundary": {"kind": "fixed_temperature", "temperature_c": CELLAR_C},
        },
    }
    if room.get("column"):
        faces = round(2.0 * spec["column_face_m"] * height, 4)  # both, of half the thickness each
        out["furniture"] = {"construction": "column_half", "area_m2": faces}
    if fan["supply_room"] == name:
        flow = fan["flow_m3_h"] * fan["density_kg_m3"] / AIR_DENSITY
        changes = round(flow / (floor * height), 4)
        out["night_ventilation"] = {"air_changes_per_hour": changes, "hours": ["00:00", "24:00"]}
    return out


def partitions(spec: Data) -> list[Data]:
    """Walls between rooms; a closed door is a thin wall of wood, an open one an opening."""
    door, height = spec["door"], spec["room_height_m"]
    size = door["width_m"] * door["height_m"]
    out = []
    for first, second, construction, length, state in spec["partitions"]:
        area = length * height - (size if state == "closed" else 0.0)
        wall: Data = {"between": [first, second], "construction": construction, "area_m2": round(area, 4)}
        if state == "open":
            wall["door"] = {**door, "open_fraction": 1.0}
        out.append(wall)
        if state == "closed":
            out.append({"between": [first, second], "construction": "door_int", "area_m2": round(size, 4)})
    return out


def scenario(spec: Data) -> Data:
    """The whole file."""
    return {
        "format": 1,
        "name": "twin_house_n2",
        "title": "Twin House N2, experiment 1 (IEA EBC Annex 58)",
        "description": (
            "Ground floor of a measured house in Holzkirchen, Bavaria: seven rooms, electric heaters, supply "
            "air to the living room, roller blinds of the south windows down, nobody there."
        ),
        "site": {
            "weather": MEASURED,
            "timezone": f"Etc/GMT-{spec['site']['utc_offset_h']}",
            "albedo": spec["site"]["albedo"],
            "air_density_kg_m3": AIR_DENSITY,
        },
        "building": {
            "constructions": constructions(spec),
            "glazing": glazing(spec),
            "zones": [zone(spec, name) for name in spec["rooms"]],
            "partitions": partitions(spec),
        },
        "hvac": {"kind": "ideal_loads", "heating_capacity_w_m2": 500.0, "cooling_capacity_w_m2": 0.0},
        "people": {"kind": "none"},
        "loads": {"default": {"equipment_base_w_m2": 0.0, "equipment_w_person": 0.0, "lighting_w_m2": 0.0}},
        "comfort": {
            "lower_c": 29.9,
            "upper_c": 30.1,
            "lower_unoccupied_c": 29.9,
            "upper_unoccupied_c": 30.1,
            "temperature": "air",
        },
        "run": {
            "start": spec["phases"]["heated 30"][0],
            "days": 41,
            "warm_up_days": 7,
            "tick_s": 60,
            "control_step_s": 600,
            "truth_s": 600,
        },
    }


def text(spec: Data) -> str:
    """What the file holds."""
    how: Data = {"sort_keys": False, "default_flow_style": None, "width": 116, "allow_unicode": True}
    return HEADER + str(yaml.safe_dump(scenario(spec), **how))


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(json.loads(REFERENCES.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
