"""Rooms beside each other and the walls that people feel, as a plan may take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.control.mpc_model import (
    CONSTANT,
    MASS,
    NEIGHBOURS,
    OUTDOOR,
    PEOPLE,
    RUNNING,
    SUN,
    SUPPLY,
    SUPPLY_C,
    VENTILATION,
    Float,
    Model,
    felt_surfaces,
    mass_step,
)

if TYPE_CHECKING:
    from twin.control.mpc_plan import Ahead

MOST_K = 3.0  # that air is taken to go beyond a bound for walls that lag behind


def beside(model: Model) -> Float:
    """Rate of each zone per kelvin that another one is warmer (Z, Z) [1/h]: what one gains, the other loses.

    Zones are identified one by one; a plan would heat a room that seems to warm others for nothing.
    """
    zones = len(model.zones)
    size = np.maximum(model.heat_power, 1e-6)
    flow = np.repeat((size * model.theta[:, NEIGHBOURS] / max(1, zones - 1))[:, None], zones, axis=1)
    np.fill_diagonal(flow, 0.0)
    return np.asarray(0.5 * (flow + flow.T) / size[:, None])


def balance(model: Model, ahead: Ahead, coupling: Float, j: int) -> tuple[Float, Float]:
    """What warms zones in a block (Z,) [K/h], and what they lose per kelvin of their own (Z,) [1/h].

    Slow masses and other zones, which a plan moves, warm them besides.
    """
    theta = model.theta
    vent = theta[:, VENTILATION] * ahead.share[j]
    known = (
        theta[:, OUTDOOR] * ahead.outdoor[j] + theta[:, SUN] @ ahead.sun[j]
        + theta[:, PEOPLE] * ahead.people[j]
        + ahead.running[j] * (theta[:, SUPPLY] * SUPPLY_C + theta[:, RUNNING]) + theta[:, CONSTANT]
        + vent * ahead.outdoor[j] + ahead.bias
    )  # fmt: skip
    losses = (
        theta[:, MASS].sum(axis=1) + theta[:, OUTDOOR] + theta[:, SUPPLY] * ahead.running[j] + vent
        + coupling.sum(axis=1)
    )  # fmt: skip
    return np.asarray(known), np.asarray(losses)


def surfaces(model: Model, ahead: Ahead, coupling: Float) -> Float:
    """The slow masses that people feel at the end of blocks (J, Z) [°C], were zones just kept inside bounds.

    Not as the plan itself would move it: telemetry seldom tells what it takes to warm walls, and a plan in
    which they warm for nothing has them warmed all night.
    """
    air, mass, out = ahead.air.copy(), ahead.mass.copy(), np.empty(ahead.lower.shape)
    share, slow, cold = ahead.felt
    for j, hours in enumerate(ahead.hours):
        drifts = _drift(model, ahead, coupling, j, air, mass)
        elsewhere = cold * ahead.outdoor[j] + slow * felt_surfaces(mass, ahead.inner)
        warm = np.minimum((ahead.lower[j] - elsewhere) / share, ahead.lower[j] + MOST_K)
        cool = np.maximum((ahead.upper[j] - elsewhere) / share, ahead.upper[j] - MOST_K)
        after = np.minimum(np.maximum(drifts, warm), cool)
        mass = mass_step(mass, 0.5 * (air + after), float(hours))
        air, out[j] = after, felt_surfaces(mass, ahead.inner)
    return out


def _drift(model: Model, ahead: Ahead, coupling: Float, j: int, air: Float, mass: Float) -> Float:
    """Air at the end of a block without heating and cooling (Z,) [°C], by the implicit Euler rule."""
    hours = float(ahead.hours[j])
    known, losses = balance(model, ahead, coupling, j)
    gain = known + coupling @ air + np.einsum("zi,zi->z", model.theta[:, MASS], mass)
    return np.asarray((air + hours * gain) / (1.0 + hours * losses))
