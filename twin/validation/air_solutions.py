"""Closed forms of well-mixed air: decay, coupled zones, and flow through openings.

A zone of well-mixed air obeys V dc/dt = q (c_out - c) + s; coupled zones obey the same with a matrix of flows
(F.W. Sinden, Multi-chamber theory of air infiltration, Building and Environment 13 (1978) 21). Flows are by
volume [m3/s], sources by volume of the gas [m3/s] or, with dry air by mass, in kg/s throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from twin.physics.layout import Float

GRAVITY = 9.81  # [m/s2]
KELVIN = 273.15


def decay(start: float, rest: float, per_hour: float, seconds: Float) -> Float:
    """A concentration that relaxes from `start` to `rest` at so many air changes an hour."""
    return rest + (start - rest) * np.exp(-per_hour * seconds / 3600.0)


def piecewise(start: float, rest: Float, per_hour: Float, step_s: float) -> Float:
    """As `decay`, with rest and rate (n,) constant over steps of step_s; values at all n + 1 step ends."""
    found = np.empty(len(rest) + 1)
    found[0] = start
    for k in range(len(rest)):
        found[k + 1] = rest[k] + (found[k] - rest[k]) * math.exp(-per_hour[k] * step_s / 3600.0)
    return found


def coupled(
    capacity: Sequence[float],
    outdoor: Sequence[float],
    exchange: Sequence[tuple[int, int, float]],
    source: Sequence[float],
    start: Sequence[float],
    seconds: Float,
) -> Float:
    """Concentrations above outdoors (n, Z) of zones that exchange air with each other and outdoors.

    Parameters
    ----------
    capacity, outdoor
        Of each zone: volume [m3] and air from outdoors [m3/s] (or kg and kg/s).
    exchange
        Zone, zone, and the air that passes each way [m3/s].
    source
        Of each zone, in units of concentration times flow.
    start
        Concentrations above outdoors.
    """
    rate = -np.diag(np.asarray(outdoor, dtype=np.float64))
    for first, second, flow in exchange:
        rate[first, first] -= flow
        rate[second, second] -= flow
        rate[first, second] += flow
        rate[second, first] += flow
    rest = np.linalg.solve(-rate, np.asarray(source, dtype=np.float64))
    eigenvalue, vector = np.linalg.eig(rate / np.asarray(capacity)[:, None])
    weight = np.linalg.solve(vector, np.asarray(start) - rest)
    return np.asarray(rest + np.real(np.exp(np.outer(seconds, eigenvalue)) * weight @ vector.T))


def door_flow(width: float, height: float, one: float, two: float) -> float:
    """Air that buoyancy drives each way through an open door [m3/s]; temperatures of both rooms [°C].

    Source: W.G. Brown, K.R. Solvason, Int. J. Heat Mass Transfer 5 (1962) 859: half the door carries
    (C_d / 3) W (g H3 |dT| / T_mean)^1/2 in, the other half as much out; C_d = 0.61 of a sharp edge.
    """
    mean = 0.5 * (one + two) + KELVIN
    return 0.61 / 3.0 * width * math.sqrt(GRAVITY * height**3 * abs(one - two) / mean)


def door_decay(
    difference: float, mean: float, width: float, height: float, volume: float, seconds: Float
) -> Float:
    """Temperature difference of two equal rooms that only an open door connects [K].

    d(dT)/dt = -2 q(dT) dT / V with q = k dT^1/2 has the solution dT = (dT_0^-1/2 + k t / V)^-2; the mean
    stays.
    """
    k = door_flow(width, height, mean + 0.5, mean - 0.5)
    return np.asarray((difference**-0.5 + k * seconds / volume) ** -2.0)


def window_flow(area: float, height: float, wind: float, difference: float) -> float:
    """Outdoor air by one-sided airing through an open window [m3/s].

    Source: W. de Gids, H. Phaff, Air Infiltration Review 4 (1982):
    q = A/2 (0.001 U2 + 0.0035 H |dT| + 0.01)^1/2.
    """
    return 0.5 * area * math.sqrt(0.001 * wind**2 + 0.0035 * height * abs(difference) + 0.01)


def leak_flow(area_cm2: float, wind: float, difference: float) -> float:
    """Outdoor air by leaks of an effective area at 4 Pa, one storey, no shelter [m3/s].

    Source: M.H. Sherman, D.T. Grimsrud, LBL-10163 (1980); coefficients: ASHRAE Handbook Fundamentals 2017,
    ch. 16, basic model, in L/s and cm2.
    """
    return area_cm2 / 1000.0 * math.sqrt(0.000145 * abs(difference) + 0.000319 * wind**2)
