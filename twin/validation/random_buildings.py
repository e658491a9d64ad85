"""Buildings drawn at random from what a scenario may say of fabric, openings and plant; keyed by a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scenario.schema import Scenario

Record = dict[str, Any]
WALLS = ("wall_light", "wall_heavy", "wall_brick_insulated", "wall_timber")
ROOFS = ("roof_light", "roof_insulated", "roof_timber")
FLOORS = ("floor_slab", "floor_slab_insulated", "floor_timber")
GLASS = ("single_clear", "double_clear", "double_low_e_argon", "triple_low_e")
BEYOND: tuple[Any, ...] = (
    "outdoor", "adiabatic", "ground", {"kind": "unheated_space", "temperature_factor": 0.6},
    {"kind": "fixed_temperature", "temperature_c": 15.0},
)  # fmt: skip
TICKS_S = (1, 60, 300, 900)


def scenario(number: int) -> Scenario:
    """Building `number`: one to five zones, any plant, any tick of TICKS_S (tick 1 s: an hour is run).

    Raises
    ------
    ValidationError
        Where the schema refuses it, which is a mistake here.
    """
    rng = np.random.default_rng([2023, number])
    names = [f"z{i}" for i in range(int(rng.integers(1, 6)))]
    tick_s = int(rng.choice(TICKS_S))
    first = f"2023-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}"
    run = {"tick_s": tick_s, "control_step_s": 3600, "truth_s": 3600, "days": 1, "warm_up_days": 0}
    zones, plant = [_zone(rng, name) for name in names], _plant(rng)
    if plant.get("emitter") == {"kind": "floor"}:  # needs floors to lie in
        for zone in zones:
            zone.setdefault(
                "floor", {"construction": "floor_slab_insulated", "area_m2": zone["floor_area_m2"]}
            )
    return Scenario.model_validate(
        {
            "name": "drawn",
            "site": {"weather": "denver", "timezone": "Etc/GMT+7", "shelter": float(rng.uniform(0.2, 1.0))},
            "building": {
                "zones": zones,
                "partitions": _doors(rng, names),
                "convection": "detailed" if number % 2 else "fixed",
            },
            "hvac": plant,
            "run": {"start": first, **run},
        }
    )


def _pick(rng: np.random.Generator, values: tuple[Any, ...]) -> Any:
    return values[int(rng.integers(len(values)))]


def _zone(rng: np.random.Generator, name: str) -> Record:
    area = float(rng.uniform(15.0, 80.0))
    walls = [_wall(rng) for _ in range(int(rng.integers(0, 4)))]
    zone: Record = {"id": name, "floor_area_m2": area, "height_m": 2.8, "walls": walls}
    if rng.random() < 0.6:
        zone["roof"] = {
            "construction": _pick(rng, ROOFS),
            "area_m2": area,
            "tilt_deg": float(rng.uniform(0, 40)),
        }
    if rng.random() < 0.7:
        boundary = _pick(rng, BEYOND)
        zone["floor"] = {"construction": _pick(rng, FLOORS), "area_m2": area, "boundary": boundary}
    if rng.random() < 0.7:
        zone["furniture"] = {"construction": "furniture", "area_m2": area / 2.0}
    if rng.random() < 0.5:
        zone["infiltration"] = {"leakage_area_cm2": float(rng.uniform(10.0, 300.0))}
    else:
        zone["infiltration"] = {"air_changes_per_hour": float(rng.uniform(0.0, 2.0))}
    if rng.random() < 0.3:
        zone["night_ventilation"] = {"air_changes_per_hour": 2.0, "only_if_cooler_by_k": 2.0}
    if rng.random() < 0.3:
        zone["thermal_bridges"] = [{"psi_w_mk": 0.1, "length_m": float(rng.uniform(1.0, 30.0))}]
    return zone


def _wall(rng: np.random.Generator) -> Record:
    boundary = "outdoor" if rng.random() < 0.7 else _pick(rng, BEYOND)
    wall: Record = {"construction": _pick(rng, WALLS), "area_m2": 20.0, "boundary": boundary}
    wall |= {"azimuth_deg": float(rng.uniform(0.0, 359.0)), "tilt_deg": float(rng.uniform(60.0, 120.0))}
    if boundary == "outdoor":
        glass = {
            "glazing": _pick(rng, GLASS),
            "area_m2": float(rng.uniform(1.0, 12.0)),
            "openable_fraction": 0.4,
        }
        wall["windows"] = [glass | {"frame_fraction": float(rng.uniform(0.0, 0.3))}]
    return wall


def _doors(rng: np.random.Generator, names: list[str]) -> list[Record]:
    """Walls between some pairs of zones, most with a door; rings happen."""
    rows: list[Record] = []
    for i, first in enumerate(names):
        for second in names[:i]:
            if rng.random() < 0.5:
                kind = _pick(rng, ("partition_light", "partition_heavy"))
                row: Record = {"between": [first, second], "construction": kind, "area_m2": 12.0}
                if rng.random() < 0.8:
                    row["door"] = {
                        "open_fraction": float(rng.random()),
                        "mixing_m3_h": float(rng.uniform(0, 100)),
                    }
                rows.append(row)
    return rows


def _plant(rng: np.random.Generator) -> Record:
    kind = _pick(rng, ("ideal_loads", "ideal_loads", "vav", "radiators", "floor"))
    if kind == "ideal_loads":
        return {
            "kind": kind,
            "outdoor_air_l_s_m2": float(rng.uniform(0.0, 1.0)),
            "heat_recovery_efficiency": 0.5,
        }
    if kind == "vav":
        return {"kind": kind}
    emitter = {"kind": kind}
    return {"kind": "heat_pump", "heating_capacity_w": 9000.0, "emitter": emitter, "ventilation_m3_h": 120.0}
