"""A measured house: the Twin House N2 of IEA EBC Annex 58, experiment 1, described and not fitted.

The scenario is scenarios/validation/twin_house_n2.yaml, made from documented figures; the record of the
experiment may not be in the repository and comes from the data folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from twin.basics.errors import TwinError
from twin.building.solar import incident
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.physics.layout import Float
from twin.validation.check import Check, Demand, Outcome, Series, Suite
from twin.validation.twin_house_data import (
    FACADES,
    OTHER_HEIGHTS,
    ROOMS,
    Record,
    measured_weather,
    read_record,
    reference,
)
from twin.validation.twin_house_run import House, simulate

LIMIT_K = 1.5  # RMSE of the living room in free float
PER_HOUR = 6
DEMANDED = "Living room: RMSE of air temperature"
RECORDED = "IEA EBC Annex 58, Twin House N2, experiment 1, measured"
SETTLING = {"heated 30": 3, "heated 25": 2}  # days until powers no longer come from how the phase began
WELL_MIXED = (
    "measured at 125 cm; one air node, constant films and leaks of n50/20 whatever wind and temperatures are"
)
PHASES = {"free": ("free",), "pulses": ("pulses",), "heated": ("heated 30", "heated 25")}


@lru_cache(maxsize=2)
def _house(data: Path) -> tuple[Record, House]:
    record = read_record(data)
    return record, simulate(record)


def _rmse(error: Float) -> float:
    return float(np.sqrt(np.mean(error**2)))


def _hourly(values: Float) -> Float:
    return np.asarray(values[: len(values) // PER_HOUR * PER_HOUR].reshape(-1, PER_HOUR).mean(axis=1))


def _curve(case: str, quantity: str, unit: str, ours: Float, measured: Float) -> Series:
    mine, theirs = _hourly(ours), _hourly(measured)
    hours = np.arange(len(mine), dtype=np.float64) + 0.5
    return Series(case, quantity, unit, hours, mine, theirs, "measured")


def labels() -> dict[str, str]:
    """Rooms and what they are called."""
    rooms = reference()["rooms"]
    return {room: rooms[room]["label"] for room in ROOMS}


# --- the sun on the facades


def _sun(record: Record) -> Outcome:
    """Measured global and diffuse radiation turned onto the facades, against what was measured there."""
    weather = measured_weather(record)
    albedo = reference()["site"]["albedo"]
    checks, curves = [], []
    for facade, azimuth in FACADES.items():
        ours = incident(weather, 90.0, azimuth, albedo).total
        measured = record.columns[f"Solar_radiation_global_vertical_{facade}"]
        checks += _against(facade.capitalize(), "vertical irradiance", "W/m2", ours, measured)
        curves.append(_curve("sun", f"{facade.capitalize()}: vertical irradiance", "W/m2", ours, measured))
    view = 0.5**1.5  # what a wall sees of the sky, F sqrt(F); the rest is at the temperature of the air
    sky = record.columns["Longwave_radiation_horizontal"]
    air = STEFAN_BOLTZMANN * (record.columns["Ambient_temperature"] + KELVIN) ** 4
    long_wave = view * sky + (1.0 - view) * air
    measured = record.columns["Longwave_radiation_vertical_west"]
    checks += _against("West", "vertical long-wave irradiance", "W/m2", long_wave, measured)
    return Outcome(tuple(checks), tuple(curves))


def _against(where: str, what: str, unit: str, ours: Float, measured: Float) -> list[Check]:
    mean = Check("sun", f"{where}: mean {what}", unit, float(ours.mean()), reference=float(measured.mean()),
                 source=RECORDED)  # fmt: skip
    return [mean, Check("sun", f"{where}: RMSE of {what}", unit, _rmse(ours - measured), source=RECORDED)]


# --- the rooms


def _temperatures(case: str, record: Record, house: House) -> Outcome:
    """Air temperatures of a phase whose heat is known."""
    rows = record.phase(PHASES[case][0])
    checks, curves = [], []
    for z, (room, label) in enumerate(labels().items()):
        ours, measured = house.air[z, rows], record.air(room)[rows]
        error = ours - measured
        limit = LIMIT_K if case == "free" and room == "living" else None
        note = WELL_MIXED if room == "living" else ""
        checks.append(
            Check(case, f"{label}: RMSE of air temperature", "K", _rmse(error), high=limit,
                  source=RECORDED, note=note)
        )  # fmt: skip
        checks.append(
            Check(case, f"{label}: bias of air temperature", "K", float(error.mean()), source=RECORDED)
        )
        checks.append(
            Check(case, f"{label}: mean air temperature", "°C", float(ours.mean()),
                  reference=float(measured.mean()), source=RECORDED)
        )  # fmt: skip
        curves.append(_curve(case, f"{label}: air temperature", "°C", ours, measured))
    for name in OTHER_HEIGHTS:
        error = house.air[0, rows] - record.columns[name][rows]
        height = name.rpartition("h")[2].removesuffix("cm")
        note = "one air node against a sensor at another height"
        what = f"Living room at {height} cm: RMSE of air temperature"
        checks.append(Check(case, what, "K", _rmse(error), source=RECORDED, note=note))
    return Outcome(tuple(checks), tuple(curves))


def _heat(record: Record, house: House) -> Outcome:
    """Heater power of the phases in which the measured temperatures are held."""
    checks, curves = [], []
    for phase in PHASES["heated"]:
        rows = record.phase(phase, SETTLING[phase])
        kept = f"{phase.removeprefix('heated ')} °C"
        for z, (room, label) in enumerate(labels().items()):
            ours, measured = house.heat[z, rows], record.heater(room)[rows]
            if not ROOMS[room]:
                error = house.air[z, rows] - record.air(room)[rows]
                checks.append(
                    Check("heated", f"{label} at {kept} (no heater): bias of air temperature", "K",
                          float(error.mean()), source=RECORDED)
                )  # fmt: skip
                continue
            checks += _powers(f"{label} at {kept}", ours, measured)
            curves.append(_curve("heated", f"{label} at {kept}: heater power", "W", ours, measured))
        total = np.sum([record.heater(room)[rows] for room in ROOMS], axis=0)
        checks += _powers(f"Whole house at {kept}", house.heat[:, rows].sum(axis=0), total)
    return Outcome(tuple(checks), tuple(curves))


def _powers(where: str, ours: Float, measured: Float) -> list[Check]:
    mean = Check("heated", f"{where}: mean heater power", "W", float(ours.mean()),
                 reference=float(measured.mean()), source=RECORDED)  # fmt: skip
    apart = _rmse(_hourly(ours) - _hourly(measured))
    return [mean, Check("heated", f"{where}: hourly RMSE of heater power", "W", apart, source=RECORDED)]


# --- the suite


def _run(case: str, data: Path | None) -> Outcome:
    if data is None:
        raise TwinError("the record of the house is missing", key="data", allowed="a folder with twin_house")
    if case == "sun":
        return _sun(read_record(data))
    record, house = _house(data)
    return _heat(record, house) if case == "heated" else _temperatures(case, record, house)


def _demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:  # noqa: ARG001
    reached = [c.ours for c in checks if c.case == "free" and c.quantity == DEMANDED]
    text = "air of the living room in free float: RMSE [K]"
    return tuple(Demand(text, value, most=LIMIT_K) for value in reached)


SUITE = Suite(
    name="twin-house",
    title="A measured house: Twin House N2",
    about=(
        "Ground floor of a test house in Holzkirchen with seven rooms, described from documented geometry, "
        "layers, glazing and thermal bridges; nothing is fitted. Measured weather, attic, cellar and supply "
        "air are boundary conditions. While a temperature was kept (30 °C, later 25 °C), heater power is "
        "compared, in two weeks of heat pulses in the living room and in free float the air of every room. "
        "Case `sun` turns measured horizontal radiation onto the facades."
    ),
    source=str(reference()["source"]),
    cases=("sun", "heated", "pulses", "free"),
    run=_run,
    demands=_demands,
    data="twin_house",
    data_from="the record of IEA EBC Annex 58, experiment 1, is in the open library IDEAS of KU Leuven",
)
