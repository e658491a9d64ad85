"""How zones drift when nothing heats or cools them, and when the plant runs its hours."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from twin.control.mpc_model import FEATURES, Float
from twin.estimation.table import IDLE_K, SHUT_K, Table

WINDOW_H = 1.0
BALANCE_H = 2.0
COLDEST_C = -15.0
TOGETHER = 0.05  # weight of the fit of all zones in that of each, as a share of its data
ALWAYS = 0.985  # of the time
MOST_H = 2.5
BEFORE_H = 0.5  # what was called before may still be felt for so long
SMALL = 1e-3  # ridge, so that what never varied stays at zero


def windows(series: Float, steps: int) -> Float:
    """Mean over `steps` steps from each on, (K - steps + 1, ...); NaN where one of these is."""
    known = ~np.isnan(series)

    def total(values: Float) -> Float:
        sums = np.concatenate([np.zeros((1, *series.shape[1:])), np.cumsum(values, axis=0)])
        return np.asarray(sums[steps:] - sums[:-steps])

    mean = total(np.where(known, series, 0.0)) / steps
    return mean if known.all() else np.where(total(known * 1.0) > steps - 0.5, mean, np.nan)


def every(mask: np.ndarray, steps: int) -> np.ndarray:
    """Where `mask` (K, Z) holds for `steps` steps on end."""
    return windows(mask * 1.0, steps) > 1.0 - 1e-9


def drifting(data: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps (K, Z) in which neither is called, in which heating, and in which cooling is called."""
    air = data.air[: len(data.heating)]
    warm = air < data.heating + SHUT_K
    cold = air > data.cooling - IDLE_K
    return ~warm & ~cold, warm & ~cold, cold


def running_hours(data: Table) -> tuple[float, float]:
    """How long before and after occupied hours the plant always runs, from its fans' meter [h].

    Outside them it runs where a zone calls. 0, 0 without a meter of fans.
    """
    if data.fans is None or data.fans.max() <= 0.0:
        return 0.0, 0.0
    on = data.fans > 0.02 * np.quantile(data.fans, 0.98)

    def always(lead: float, lag: float) -> bool:
        inside = running(data.occupied, lead, lag, data.step_h)[: len(on)] > 0.5
        return bool(inside.any()) and float(np.mean(on[inside])) >= ALWAYS

    lead = max((x for x in np.arange(0.0, MOST_H + 0.1, 0.5) if always(float(x), 0.0)), default=0.0)
    lag = max((x for x in np.arange(0.0, MOST_H + 0.1, 0.5) if always(0.0, float(x))), default=0.0)
    return float(lead), float(lag)


def running(occupied: Float, lead_h: float, lag_h: float, step_h: float) -> Float:
    """Occupied steps, widened by a lead and a lag, (K,)."""
    out = occupied > 0.5
    before, after = round(lead_h / step_h), round(lag_h / step_h)
    wide = out.copy()
    for k in range(1, before + 1):
        wide[:-k] |= out[k:]
    for k in range(1, after + 1):
        wide[k:] |= out[:-k]
    return np.asarray(wide * 1.0)


def fit_passive(data: Table, on: Float) -> Float:
    """Coefficients (Z, features) of the passive rate [K/h] by non-negative least squares.

    First one set for all zones, from hours in which a zone drifted, and did already for half an hour (boxes
    and emitters have run empty), and from the balance of the whole building at all hours, in which the meters
    say what was heated and cooled. Then each zone by itself, drawn towards the common set.
    """
    wide = round(WINDOW_H / data.step_h)
    before = round(BEFORE_H / data.step_h)
    free = every(drifting(data)[0], before + wide)
    rows = windows(data.features(on), wide)
    rate = (data.air[wide:] - data.air[:-wide]) / WINDOW_H
    scale = (
        np.sqrt(np.mean(rows * rows, axis=(0, 1))) + 1e-9
    )  # of all hours: what is rare among the free stays small
    rows, rate = rows[before : before + len(free)], rate[before : before + len(free)]
    zones = data.air.shape[1]
    all_rows, all_rate, columns = _balance(data, on)
    width = len(FEATURES)
    stacked = np.vstack([np.pad(rows[free], ((0, 0), (0, columns))), all_rows])
    every_scale = np.concatenate([scale, np.sqrt(np.mean(all_rows[:, width:] ** 2, axis=0)) + 1e-9])
    together = _solve(
        stacked, np.concatenate([rate[free], all_rate]), every_scale, np.zeros(width + columns), SMALL
    )[:width]
    own = [_solve(rows[free[:, z], z], rate[free[:, z], z], scale, together, TOGETHER) for z in range(zones)]
    return np.stack(own)


def _balance(data: Table, on: Float) -> tuple[Float, Float, int]:
    """Features and rates of the mean zone over two hours, with columns of metered power behind."""
    wide = round(BALANCE_H / data.step_h)
    share = data.size / data.size.sum()
    rows = np.einsum("kzf,z->kf", windows(data.features(on), wide), share)
    rate = ((data.air[wide:] - data.air[:-wide]) / BALANCE_H) @ share
    powers = []
    outdoor = windows(data.outdoor[: len(data.heat)], wide)
    if data.heat_meter and data.heat.max() > 0.0:
        heat = windows(data.heat, wide)
        powers += [heat]
        if data.heat_meter.endswith("electric_energy"):
            powers += [heat * np.maximum(outdoor - COLDEST_C, 0.0) / 10.0]
    if data.cold is not None and data.cold.max() > 0.0:
        powers += [-windows(data.cold, wide)]
    return np.column_stack([rows, *powers]), rate, len(powers)


def _solve(rows: Float, rate: Float, scale: Float, towards: Float, weight: float) -> Float:
    """Non-negative least squares drawn towards a vector, in the scale of the columns."""
    if not len(rows):
        return towards
    strength = np.sqrt(weight * len(rows))
    found, _ = nnls(
        np.vstack([rows / scale, strength * np.eye(len(scale))]),
        np.concatenate([rate, strength * towards * scale]),
    )
    return np.asarray(found / scale)
