"""How well a model predicts telemetry that it was not identified from: a day ahead, again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.control.mpc_model import Float, Model, features, mass_step
from twin.estimation import active
from twin.estimation.passive import BEFORE_H, drifting, running
from twin.estimation.record import Telemetry
from twin.estimation.table import Table, table

EVERY_H = 6.0  # a new prediction starts so often
AHEAD_H = 24.0


@dataclass(frozen=True)
class Quality:
    """Errors on telemetry that the model has not seen.

    Attributes
    ----------
    drift_rmse_k
        Of air temperature while neither heating nor cooling is called, predicted from the last call on, up to
        a day [K].
    hour_rmse_k
        The same, an hour ahead [K].
    heating_rmse_kwh, cooling_rmse_kwh
        Of daily metered energy, given the temperatures that occurred [kWh]; NaN without such a meter.
    heating_mean_kwh, cooling_mean_kwh
        Daily means beside them [kWh].
    """

    drift_rmse_k: float
    hour_rmse_k: float
    heating_rmse_kwh: float
    heating_mean_kwh: float
    cooling_rmse_kwh: float
    cooling_mean_kwh: float


def quality(model: Model, telemetry: Telemetry) -> Quality:
    """Prediction errors of a model on other telemetry of the same building."""
    data = table(telemetry)
    on = running(data.occupied, model.lead_h, model.lag_h, data.step_h)
    long, short = _drift(model, data, on)
    heat, cold = _energy(model, data, on)
    return Quality(long, short, *heat, *cold)


def _drift(model: Model, data: Table, on: Float) -> tuple[float, float]:
    """RMSE of free temperatures: zones that are called follow what was measured."""
    free = _settled(drifting(data)[0], round(BEFORE_H / data.step_h))
    steps = len(data.heating)
    hour, day = round(1.0 / data.step_h), round(AHEAD_H / data.step_h)
    long: list[Float] = []
    short: list[Float] = []
    for start in range(0, steps - day, round(EVERY_H / data.step_h)):
        air, mass = data.air[start].copy(), data.mass[start].copy()
        for k in range(start, start + day):
            rows = features(
                air[None], mass[None], data.outdoor[k : k + 1], data.sun[k : k + 1], data.people[k : k + 1],
                on[k : k + 1], data.share[k : k + 1],
            )  # fmt: skip
            moved = air + data.step_h * np.einsum("zf,zf->z", rows[0], model.theta)
            moved = np.where(free[k], moved, data.air[k + 1])
            mass = mass_step(mass, 0.5 * (air + moved), data.step_h)
            error = (moved - data.air[k + 1])[free[k]]
            long.append(error)
            if k - start < hour:
                short.append(error)
            air = moved
    return _rms(long), _rms(short)


def _settled(free: np.ndarray, steps: int) -> np.ndarray:
    """Where a zone drifts and did already for so many steps."""
    out = free.copy()
    for k in range(1, steps + 1):
        out[k:] &= free[:-k]
        out[:k] = False
    return out


def _energy(model: Model, data: Table, on: Float) -> tuple[tuple[float, float], tuple[float, float]]:
    """RMSE and mean of daily energy, fitted with the model's rates on what ran beside."""
    found = active.rates(data, model.theta, on, 1.0)
    day = round(24.0 / data.step_h)
    pairs = []
    cold = np.maximum(active.REFERENCE_C - data.outdoor, 0.0)[: len(found.heat)] / active.STEP_K
    warm = np.maximum(data.outdoor - active.REFERENCE_C, 0.0)[: len(found.heat)] / active.STEP_K
    water = np.nan_to_num(np.maximum(data.water[: len(cold)] - active.WATER_C, 0.0)) / active.STEP_K
    heating = found.heat @ model.heat_power * (1.0 + model.heat_cold * cold + model.heat_water * water)
    cooling = found.cool @ model.cool_power * np.minimum(1.0, 2.0 * warm + 0.15)
    cooling += found.cool.sum(axis=1) * model.cool_warm * warm * float(model.cool_power.mean())
    runs = on[: len(warm)]
    heating += np.stack([runs, runs * cold, np.ones_like(runs)], axis=1) @ model.heat_base
    cooling += np.stack([runs, runs * warm, np.ones_like(runs)], axis=1) @ model.cool_base
    for meter, rate in ((data.heat, heating), (data.cold, cooling)):
        if meter is None or meter.max() <= 0.0:
            pairs.append((float("nan"), float("nan")))
            continue
        days = len(rate) // day
        seen = meter[: days * day].reshape(days, day).sum(axis=1) * data.step_h
        told = rate[: days * day].reshape(days, day).sum(axis=1) * data.step_h
        pairs.append((float(np.sqrt(np.mean((seen - told) ** 2))), float(seen.mean())))
    return pairs[0], pairs[1]


def _rms(parts: list[Float]) -> float:
    values = np.concatenate(parts) if parts else np.zeros(0)
    return float(np.sqrt(np.mean(values * values))) if len(values) else float("nan")
