"""What a planning controller remembers of a building: slow masses, errors of its plans, what it called."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Float, Memory
from twin.control.mpc_model import MASS_H, mass_step
from twin.control.mpc_setup import Setup

OFFSET_K = 1.5
CALM_STEPS = 3  # a drift is judged from the third quiet step on


def fresh(count: int, zones: int, per_hour: int) -> Memory:
    """Memory of `count` buildings: slow masses, errors, offsets of setpoints, CO2's rise, and so on."""
    return {
        "mass": np.full((count, zones, len(MASS_H)), np.nan),
        "bias": np.zeros((count, zones)),
        "expected": np.full((count, zones), np.nan),
        "mode": np.zeros((count, zones)),
        "calm": np.zeros((count, zones)),
        "offset": np.zeros((count, zones)),
        "co2": np.full((count, zones), np.nan),
        "rise": np.zeros((count, zones)),
        "air": np.full((count, zones), np.nan),
        "last": np.full((count, zones), np.nan),
        "since": np.full((count, 1), 1e3),
        "open": np.zeros((count, 1)),
        "purge": np.zeros((count, 1)),
        "recent": np.full((count, per_hour, 2), np.nan),
    }


def look(setup: Setup, row: Float, memory: Memory, hours: float) -> None:
    """Move masses on; learn from what was expected."""
    air = setup.read.zone(row, "air_temperature")
    if np.isnan(memory["air"]).any():
        memory["mass"][:] = air[:, None]
    else:
        memory["mass"][:] = mass_step(memory["mass"], 0.5 * (air + memory["air"]), hours)
        _correct(setup, air, memory, hours)
    memory["last"][:] = memory["air"]
    memory["air"][:] = air
    co2 = setup.read.zone(row, "co2")
    if not np.isnan(memory["co2"]).any():
        memory["rise"][:] += 0.5 * ((co2 - memory["co2"]) / hours - memory["rise"])
    memory["co2"][:] = co2
    occupied = float(setup.read.zone(row, "hours_to_occupied").min()) <= 0.0
    memory["since"][:] = 0.0 if occupied else memory["since"] + hours
    memory["open"][:] = memory["open"] + hours if occupied else 0.0
    memory["recent"][:] = np.concatenate([memory["recent"][1:], setup.read.next_hour(row)[None]])


def _correct(setup: Setup, air: Float, memory: Memory, hours: float) -> None:
    """Carry on the drift's error while nothing was called; make up for setpoints missed while it was."""
    missed = memory["expected"] - air
    known = ~np.isnan(missed)
    memory["calm"][:] = np.where(memory["mode"] == 0.0, memory["calm"] + 1.0, 0.0)
    still = known & (memory["calm"] >= CALM_STEPS)
    share = min(1.0, hours / setup.own.correction_h)
    error = np.clip(-missed / hours, -2.0, 2.0)
    memory["bias"][still] += share * error[still]
    memory["bias"][~still] *= 1.0 - share / 4.0
    np.clip(memory["bias"], -0.5, 0.5, out=memory["bias"])
    called = known & (np.abs(memory["mode"]) == 1.0)
    memory["offset"][called] += setup.own.tracking * missed[called]
    memory["offset"][~called] *= 0.9
    np.clip(memory["offset"], -OFFSET_K, OFFSET_K, out=memory["offset"])
