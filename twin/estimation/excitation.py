"""A mild excitation on top of the baseline: without it, telemetry shows one habit and little else."""

from __future__ import annotations

import numpy as np

from twin.basics.streams import generator
from twin.control.mpc_model import Float

# heating setpoints are moved by one of these, cooling setpoints by one of those [K]; more often down
# and up than by nothing, as a zone that drifts freely teaches most
HEATING_K = (-3.0, -2.0, -1.0, 0.0, 0.0, 1.0)
COOLING_K = (-1.0, 0.0, 0.0, 1.0, 2.0)
SUPPLY_WATER_C = (30.0, 34.0, 38.0, 42.0)
VENTILATION = (0.2, 0.4, 0.7, 1.0)
HOLD_H = (2, 7)  # least and first not reached
LOCAL_SHARE = 0.3  # of the time, points beyond setpoints stay with the plant's own loop


def steps_of(seed: int, point: str, quantity: str, steps: int, per_hour: int) -> Float:
    """What to add to a setpoint, or what to set another point to (NaN: the plant's own loop), (steps,).

    Levels are held for 2 to 6 hours, drawn by seed and point.
    """
    draw = generator(seed, "excitation", point)
    levels = {
        "heating_setpoint": HEATING_K,
        "cooling_setpoint": COOLING_K,
        "supply_water_temperature_setpoint": SUPPLY_WATER_C,
        "ventilation_command": VENTILATION,
    }.get(quantity)
    out = np.full(steps, np.nan)
    at = 0
    while at < steps:
        hold = int(draw.integers(*HOLD_H)) * per_hour
        level, local = draw.random(), draw.random()
        if levels is not None and (
            quantity.endswith(("heating_setpoint", "cooling_setpoint")) or local > LOCAL_SHARE
        ):
            out[at : at + hold] = levels[int(level * len(levels))]
        at += hold
    return out
