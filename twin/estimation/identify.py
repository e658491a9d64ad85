"""From telemetry to the model of a planning controller."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from twin.basics.errors import ControllerError
from twin.control.mpc_model import Float, Model
from twin.estimation import active
from twin.estimation.passive import every, fit_passive, running, running_hours, windows
from twin.estimation.record import Telemetry
from twin.estimation.table import Table, table

LEAST_DAYS = 5.0
FRESH_PPM = 420.0
HOUR = 4  # control steps, about
UNPRESSED = 1.25
LEAST_TOLD = 100  # hours, each beginning a step after the other


def identify(
    telemetry: Telemetry,
    *,
    prices: dict[str, float] | None = None,
    weights: tuple[float, float] = (0.5, 0.2),
    co2_limit: float = 1000.0,
    areas: Sequence[float] | None = None,
) -> Model:
    """A model of the building that the telemetry comes from.

    Parameters
    ----------
    telemetry
        A week at the least; see `record`.
    prices
        Contract prices by carrier (gas, district_heating, district_cooling) [currency/kWh].
    weights
        Worth of a person's K h and 1000 ppm h [currency].
    co2_limit
        [ppm]
    areas
        Floor areas of the zones [m2], which say how much of the meters is theirs; None: all alike.

    Raises
    ------
    ControllerError
        Telemetry too short, or columns or meters that are missing.
    """
    data = table(telemetry, areas)
    days = len(data.heating) * data.step_h / 24.0
    if days < LEAST_DAYS:
        raise ControllerError(
            "telemetry is too short", key="days", value=round(days, 2), allowed="5 and more"
        )
    lead, lag = running_hours(data)
    on = running(data.occupied, lead, lag, data.step_h)
    theta = fit_passive(data, on)
    found = active.rates(data, theta, on)
    air = data.air[: len(data.heating)]
    heat_most, cool_most = active.most(data, active.rates(data, theta, on, active.ramp_h(data)))
    heat = active.heating_power(data, found, on, heat_most)
    cool_rate, cool_share, cool_base = _cooling(data, found, on, heat.per_rate)
    if heat.per_rate.max() <= 0.0:  # nothing was heated: as dear as cooling, or a kilowatt
        heat = dataclasses.replace(heat, per_rate=np.where(cool_rate > 0.0, np.maximum(cool_rate, 0.1), 1.0))
    fans = active.fan_power(data, found, on).per_rate if data.fans is not None else np.zeros(len(data.zones))
    return Model(
        zones=data.zones, theta=theta, heat_most=heat_most, cool_most=cool_most,
        heat_power=heat.per_rate, cool_power=cool_rate,
        heat_cold=float(heat.shares[0]), heat_water=float(heat.shares[1]), heat_load=float(heat.shares[2]),
        cool_warm=cool_share, heat_limit=_limit(data.heat, air < data.heating - active.SATURATED_K),
        cool_limit=_limit(data.cold, air > data.cooling + active.SATURATED_K),
        heat_base=heat.base, cool_base=cool_base, fan_power=fans, ventilation_power=_ventilation_power(data),
        heat_price=_price(data.heat_meter, prices), cool_price=_price(data.cool_meter, prices),
        lead_h=lead, lag_h=lag, emission=_emission(data, found), co2=_co2(data), presence=_presence(data),
        co2_limit=co2_limit, weight_kh=weights[0], weight_kppmh=weights[1],
    )  # fmt: skip


def _cooling(data: Table, found: active.Rates, on: Float, heating: Float) -> tuple[Float, float, Float]:
    """Power per rate of cooling; as dear as heating where the telemetry saw none."""
    if data.cold is None or found.cool.max() <= 0.0 or data.cold.max() <= 0.0:
        return heating, 0.0, np.zeros(3)
    power = active.cooling_power(data, found, on)
    if power.per_rate.max() <= 0.0 and power.shares[0] <= 0.0:
        return heating, 0.0, power.base
    return np.maximum(power.per_rate, 1e-3), float(min(power.shares[0], 1e3)), power.base


def _limit(power: Float | None, far: NDArray[np.bool_]) -> float:
    """Most metered power of an hour; more where all zones were never far off (K, Z) for an hour together."""
    if power is None or power.max() <= 0.0:
        return float("inf")
    pressed = np.count_nonzero(every(np.asarray(far.all(axis=1))[:, None], HOUR)) >= HOUR
    return float(np.quantile(windows(power, HOUR), 0.995)) * (1.0 if pressed else UNPRESSED)


def _price(meter: str, prices: dict[str, float] | None) -> float:
    """Contract price of a meter's carrier; NaN for electricity."""
    carrier = meter.partition(".")[0]
    if meter.endswith(".electric_energy") or not meter:
        return float("nan")
    return (prices or {}).get("district_heating" if carrier == "heat" else carrier, 0.05)


def _emission(data: Table, found: active.Rates) -> float:
    """Rate per kelvin of water above the rooms that valves wide open reach [1/h]; 0 without such water."""
    water = windows(data.water, found.wide)
    excess = water - windows(data.air[:-1], found.wide).mean(axis=1)
    good = np.isfinite(excess) & (excess > 5.0)
    if np.count_nonzero(good) < 20:
        return 0.0
    return float(np.quantile(found.heat.mean(axis=1)[good] / excess[good], 0.9))


def _ventilation_power(data: Table) -> Float:
    """Electric power of full ventilation of every zone [kW], from what no other meter explains."""
    out = np.zeros(len(data.zones))
    if data.vents:
        series = data.rest if data.fans is None else data.fans
        columns = np.column_stack([data.share[:, list(data.vents)], np.ones(len(series))])
        out[list(data.vents)] = nnls(columns, series)[0][:-1]
    return out


def _co2(data: Table) -> Float:
    """(Z, 3) source of people present [ppm/h], outdoor air changes without and by full ventilation [1/h].

    From hours in which ventilation was set: what a plant chooses for itself is not known.
    """
    wide = round(1.0 / data.step_h)
    rate = data.co2[wide:] - data.co2[:-wide]
    above = data.co2[: len(data.share)] - FRESH_PPM
    out = []
    for z in range(len(data.zones)):
        columns = np.stack([
            windows(data.presence[: len(above), z], wide), -windows(above[:, z], wide),
            -windows(above[:, z] * data.share[:, z], wide),
        ], axis=1)  # fmt: skip
        told = windows(data.sent[:, z], wide) > 1.0 - 1e-9
        told = told if np.count_nonzero(told) >= LEAST_TOLD else np.ones(len(told), dtype=np.bool_)
        scale = np.sqrt(np.mean(columns[told] ** 2, axis=0)) + 1e-9
        out.append(nnls(columns[told] / scale, rate[told, z])[0] / scale)
    return np.stack(out)


def _presence(data: Table) -> Float:
    """(Z, 2, 24) share of time with somebody there, by working day and civil hour."""
    out = np.zeros((len(data.zones), 2, 24))
    hour = np.minimum(data.hour.astype(int), 23)
    for day in range(2):
        for h in range(24):
            at = (data.workday == day) & (hour == h)
            if at.any():
                out[:, day, h] = data.presence[at].mean(axis=0)
    return out
