"""The implicit, exponentially fitted step that temperatures, humidity and CO2 of coupled zones share.

A zone's quantity T obeys C dT/dt = S - G T + sum_j g_j (T_j - T). Over a tick, with mean theta,

    C (T+ - T) / dt = S - G theta + sum_j g_j (theta_j - theta),     T+ = T + (theta - T) / a(z),

G summed over everything that the zone is coupled to and z = G dt / C. One zone with constant coefficients is
exact for any tick; several are conservative (what leaves one at theta enters the other at theta), monotone
and never negative: each mean is at least what the zone would have alone.

Source: exponential fitting, E.P. Doolan, J.J.H. Miller, W.H.A. Schilders, Uniform Numerical Methods for
Problems with Initial and Boundary Layers, Boole Press 1980, chapter 2.
"""

from __future__ import annotations

import math

from twin.physics.compile import njit
from twin.physics.layout import WK_MEAN, WK_RIGHT, WORK, Float


@njit
def sharpness(z: float) -> float:
    """1/a(z) = 1 / (1/(1 - exp(-z)) - 1/z): end over mean change of a tick; 2 at z = 0, 1 at infinity.

    a(z) = 1/2 + L(z/2)/2 with Langevin's L(y) = coth y - 1/y, whose continued fraction
    y/(3 + y2/(5 + y2/(7 + ...))) serves up to z = 2 (error below 1e-10), the definition beyond.
    """
    if z < 2.0:
        y = 0.5 * z
        s = y * y
        above = 45045.0 + s * (2772.0 + s * 27.0)
        below = 135135.0 + s * (17325.0 + s * (378.0 + s))
        return 2.0 * below / (below + y * above)
    return 1.0 / (1.0 / (1.0 - math.exp(-z)) - 1.0 / z)


@njit
def eliminate(w: Float, zones: int) -> None:
    """Solve the matrix in the last columns of w for WK_RIGHT into WK_MEAN; both are destroyed.

    Gaussian elimination without pivoting: the matrix is strictly diagonally dominant, with few doors per
    zone.
    """
    for k in range(zones - 1):
        pivot = 1.0 / w[k, WORK + k]
        for i in range(k + 1, zones):
            factor = w[i, WORK + k] * pivot
            if factor != 0.0:
                for m in range(k + 1, zones):
                    w[i, WORK + m] -= factor * w[k, WORK + m]
                w[i, WK_RIGHT] -= factor * w[k, WK_RIGHT]
    for i in range(zones - 1, -1, -1):
        total = w[i, WK_RIGHT]
        for m in range(i + 1, zones):
            total -= w[i, WORK + m] * w[m, WK_MEAN]
        w[i, WK_MEAN] = total / w[i, WORK + i]
