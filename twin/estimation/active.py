"""What heating and cooling do to a zone, and what meters count for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from twin.control.mpc_model import Float
from twin.estimation.passive import drifting, every, windows
from twin.estimation.table import Table

WINDOW_H = 2.0
RAMP_H = 1.0  # with air, a ramp at full power is over within two hours
REFERENCE_C, WATER_C, STEP_K = 15.0, 30.0, 10.0
SATURATED_K = 0.5  # so far off its setpoint a zone gets all there is
LEAST_RATE = 0.3  # a rate that any plant brings about [K/h]
# Growth of a heat pump's power per 10 K colder outdoors and hotter water, and with load: 2.3 % per kelvin
# between them, mean of air-source heat pumps at 35 K (I. Staffell et al., A review of domestic heat pumps,
# Energy & Environmental Science 5 (2012) 9291-9306: COP = 6.81 - 0.121 dT + 0.00063 dT2); the most of each
HEAT_PUMP, HEAT_PUMP_MOST = (0.23, 0.23, 0.0), (1.0, 0.5, 1.0)
NONE = (0.0, 0.0, 0.0)
LEAST_WINDOWS = 100
DRAWN = 0.1  # how strongly, as a share of what the data say


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


def ramp_h(data: Table) -> float:
    """How long a ramp at full power takes [h]: water has to warm up first, and then carries on."""
    return WINDOW_H if np.isfinite(data.water).any() else RAMP_H


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
    water = np.maximum(mean(data.water) - WATER_C, 0.0) / STEP_K
    known = np.isfinite(
        water
    )  # hours in which the plant chose its water by itself say nothing of what it costs
    if np.count_nonzero(known) < LEAST_WINDOWS:
        water, known = np.zeros(len(water)), np.ones(len(water), dtype=np.bool_)
    load = found.heat.mean(axis=1) / max(1e-6, float(heat_most.mean()))
    running = mean(on[: len(data.heat)])
    beside = [running, running * cold, np.ones_like(running)]
    electric = data.heat_meter.endswith("electric_energy")
    most, usual = (HEAT_PUMP_MOST, HEAT_PUMP) if electric else (NONE, NONE)  # of fuel and heat, the same heat
    grows = [series[known] for series in (cold, water, load)]
    beside = [series[known] for series in beside]
    return _power(power[known], found.heat[known], data.size, grows, most, usual, beside)


def cooling_power(data: Table, found: Rates, on: Float) -> Power:
    """Cooling meter on cooling rates, growing with heat outdoors; below 15 °C outdoor air cools by itself."""
    assert data.cold is not None
    wide = found.wide
    power, outdoor = windows(data.cold, wide), windows(data.outdoor[: len(data.cold)], wide)
    warm = np.maximum(outdoor - REFERENCE_C, 0.0) / STEP_K
    running = windows(on[: len(data.cold)], wide)
    beside = [running, running * warm, np.ones_like(running)]
    return _power(power, found.cool, data.size, [warm], (1.0,), (0.0,), beside)


def fan_power(data: Table, found: Rates, on: Float) -> Power:
    """Fans' meter on rates of cooling and heating."""
    assert data.fans is not None
    running = windows(on[: len(data.fans)], found.wide)
    power = windows(data.fans, found.wide)
    beside = [running, found.heat.sum(axis=1), np.ones_like(running)]
    return _power(power, found.cool, data.size, [], (), (), beside)


def _power(
    power: Float,
    rate: Float,
    size: Float,
    grows: list[Float],
    most: tuple[float, ...],
    usual: tuple[float, ...],
    beside: list[Float],
) -> Power:
    """Non-negative fit of power on the rate of all zones by size, times what grows, and on what runs beside.

    One number for all zones: a single meter cannot tell zones apart that are heated together. Each kind of
    growth is a column of its own, at its most; so shares lie between nothing and that, however alike the
    columns are, and every rate has its power. Where the telemetry does not tell, they are drawn to `usual`.
    """
    total = rate @ size
    columns = np.stack(
        [total, *(total * (1.0 + m * g) for m, g in zip(most, grows, strict=True)), *beside], axis=1
    )
    scale = np.sqrt(np.mean(columns**2, axis=0)) + 1e-9
    count = 1 + len(grows)
    drawn = np.zeros((len(grows), columns.shape[1]))  # most * own / (all) = usual, as lines through zero
    for i, (m, u) in enumerate(zip(most, usual, strict=True)):
        drawn[i, :count] = -u
        drawn[i, 1 + i] += m
    strength = DRAWN * np.sqrt(len(power)) * float(np.sqrt(np.mean(total * total)))
    found = (
        nnls(np.vstack([columns, strength * drawn]) / scale, np.concatenate([power, np.zeros(len(grows))]))[0]
        / scale
    )
    error = float(np.sqrt(np.mean((power - columns @ found) ** 2)))
    variance = float(np.var(power))
    whole = float(found[:count].sum())
    shares = np.array(most) * found[1:count] / max(whole, 1e-9)
    return Power(
        whole * size, shares, found[count:], error, 1.0 - error**2 / variance if variance > 0.0 else 0.0
    )
