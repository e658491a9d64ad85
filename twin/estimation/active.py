"""What heating and cooling do to a zone, and what meters count for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from twin.control.mpc_model import Float
from twin.estimation.passive import drifting, every, windows
from twin.estimation.table import Table

WINDOW_H = 2.0
REFERENCE_C, WATER_C, STEP_K = 15.0, 30.0, 10.0
SATURATED_K = 0.5  # so far off its setpoint a zone gets all there is
LEAST_RATE = 0.3  # a rate that any plant brings about [K/h]


@dataclass(frozen=True)
class Rates:
    """Mean rates over windows that heating and cooling brought about [K/h], (K', Z), and their length."""

    heat: Float
    cool: Float
    wide: int


def rates(data: Table, theta: Float, on: Float, window_h: float = WINDOW_H) -> Rates:
    """Measured rate less the passive one, by what was called in each window."""
    wide = round(window_h / data.step_h)
    passive = np.einsum("kzf,zf->kz", windows(data.features(on), wide), theta)
    extra = (data.air[wide:] - data.air[:-wide]) / window_h - passive
    _, warm, cold = drifting(data)
    heats, cools = windows(warm * 1.0, wide) > 0.0, windows(cold * 1.0, wide) > 0.0
    return Rates(
        np.where(heats, np.maximum(extra, 0.0), 0.0), np.where(cools, np.maximum(-extra, 0.0), 0.0), wide
    )


def most(data: Table, found: Rates) -> tuple[Float, Float]:
    """Rates with everything open [K/h], (Z,) and (Z,): medians where a zone stayed far off its setpoint,
    or what it reached at its best.
    """
    k = len(data.heating)
    air = data.air[:k]
    sides = ((air < data.heating - SATURATED_K, found.heat), (air > data.cooling + SATURATED_K, found.cool))
    out = []
    for far, rate in sides:
        full = every(far, found.wide)
        some = [rate[full[:, z], z] for z in range(air.shape[1])]
        usual = [float(np.quantile(rate[:, z], 0.98)) for z in range(air.shape[1])]
        best = [max(u, float(np.median(s)) if len(s) else 0.0) for s, u in zip(some, usual, strict=True)]
        typical = float(np.median(best))  # a zone that was never pressed can do as much as others
        out.append(np.maximum(np.array(best), max(LEAST_RATE, 0.7 * typical)))
    return out[0], out[1]


@dataclass(frozen=True)
class Power:
    """Metered power of rates: per zone [kW per K/h], shares (see Model), and what runs anyway."""

    per_rate: Float
    shares: Float
    base: Float
    rmse: float
    explained: float


def heating_power(data: Table, found: Rates, on: Float, heat_most: Float) -> Power:
    """Heating meter on heating rates, growing with cold, hot water and load."""
    wide = found.wide

    def mean(series: Float) -> Float:
        return windows(series, wide)

    power, outdoor = mean(data.heat), mean(data.outdoor[: len(data.heat)])
    cold = np.maximum(REFERENCE_C - outdoor, 0.0) / STEP_K
    water = np.nan_to_num(mean(np.where(np.isnan(data.water), WATER_C, data.water)) - WATER_C) / STEP_K
    water = np.maximum(water, 0.0)
    load = found.heat.mean(axis=1) / max(1e-6, float(heat_most.mean()))
    running = mean(on[: len(data.heat)])
    beside = [running, running * cold, np.ones_like(running)]
    return _power(power, found.heat, data.size, [cold, water, load], beside)


def cooling_power(data: Table, found: Rates, on: Float) -> Power:
    """Cooling meter on cooling rates, growing with heat outdoors; below 15 °C outdoor air cools by itself."""
    assert data.cold is not None
    wide = found.wide
    power, outdoor = windows(data.cold, wide), windows(data.outdoor[: len(data.cold)], wide)
    warm = np.maximum(outdoor - REFERENCE_C, 0.0) / STEP_K
    running = windows(on[: len(data.cold)], wide)
    return _power(power, found.cool, data.size, [warm], [running, running * warm, np.ones_like(running)])


def fan_power(data: Table, found: Rates, on: Float) -> Power:
    """Fans' meter on rates of cooling and heating."""
    assert data.fans is not None
    running = windows(on[: len(data.fans)], found.wide)
    power = windows(data.fans, found.wide)
    return _power(power, found.cool, data.size, [], [running, found.heat.sum(axis=1), np.ones_like(running)])


def _power(power: Float, rate: Float, size: Float, grows: list[Float], beside: list[Float]) -> Power:
    """Non-negative fit of power on the rate of all zones by size, times what grows, and on what runs beside.

    One number for all zones: a single meter cannot tell zones apart that are heated together.
    """
    total = rate @ size
    columns = np.stack([total, *(total * g for g in grows), *beside], axis=1)
    scale = np.sqrt(np.mean(columns**2, axis=0)) + 1e-9
    found = nnls(columns / scale, power)[0] / scale
    error = float(np.sqrt(np.mean((power - columns @ found) ** 2)))
    variance = float(np.var(power))
    shares = found[1 : 1 + len(grows)] / max(float(found[0]), 1e-3)
    return Power(
        found[0] * size, shares, found[1 + len(grows) :], error,
        1.0 - error**2 / variance if variance > 0.0 else 0.0,
    )  # fmt: skip
