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

import numpy as np

from twin.physics.compile import njit
from twin.physics.layout import (
    D_FROM,
    D_TO,
    D_TREE,
    SOLVED,
    WK_DIAGONAL,
    WK_MEAN,
    WK_PIVOT,
    WK_RIGHT,
    WK_SHARE,
    WK_STATUS,
    WORK,
    Float,
)

HELD = 3.0  # WK_STATUS from here on: the mean is given


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
def solve(door: Float, v: int, w: Float, d: Float, scale: float) -> None:
    """Means (WK_MEAN) of zones that exchange air d (D,) [kg/s] times `scale` through doors.

    In: WK_DIAGONAL (kept), WK_RIGHT; a zone that is HELD (WK_STATUS) has its mean given and hears nothing
    of the others, though they hear of it.
    """
    if door[v, 0, D_TREE] > 0.0:
        _along_tree(door, v, w, d, scale)
    else:
        _fill_matrix(door, v, w, d, scale)
        _eliminate(w, w.shape[0])


@njit
def solve_two(door: Float, v: int, w: Float, d: Float) -> None:
    """Means of two quantities that the same air carries, none of them held; the second from WK_SECOND on.

    Each waits for its own divisions, so that both take little longer than one.
    """
    if door[v, 0, D_TREE] > 0.0:
        for z in range(w.shape[0]):
            _begin(w, z, 0)
            _begin(w, z, SOLVED)
        for q in range(door.shape[1]):
            leaf, root = np.uint64(door[v, q, D_FROM]), np.uint64(door[v, q, D_TO])
            _fold(w, leaf, root, d[q], 0)
            _fold(w, leaf, root, d[q], SOLVED)
        for z in range(w.shape[0]):
            _root(w, z, 0)
            _root(w, z, SOLVED)
        for q in range(door.shape[1] - 1, -1, -1):
            leaf, root = np.uint64(door[v, q, D_FROM]), np.uint64(door[v, q, D_TO])
            _unfold(w, leaf, root, 0)
            _unfold(w, leaf, root, SOLVED)
        return
    solve(door, v, w, d, 1.0)
    for z in range(w.shape[0]):
        first = w[z, WK_MEAN]
        w[z, WK_DIAGONAL] = w[z, WK_DIAGONAL + SOLVED]
        w[z, WK_RIGHT] = w[z, WK_RIGHT + SOLVED]
        w[z, WK_MEAN + SOLVED] = first
    solve(door, v, w, d, 1.0)
    for z in range(w.shape[0]):
        first = w[z, WK_MEAN + SOLVED]
        w[z, WK_MEAN + SOLVED] = w[z, WK_MEAN]
        w[z, WK_MEAN] = first


@njit
def _along_tree(door: Float, v: int, w: Float, d: Float, scale: float) -> None:
    """Gaussian elimination from the leaves to the roots and back, one division per door and no fill-in.

    Source: S. Parter, The use of linear graphs in Gauss elimination, SIAM Review 3 (1961) 119.
    """
    for z in range(w.shape[0]):
        _begin(w, z, 0)
    for q in range(door.shape[1]):
        leaf, root = np.uint64(door[v, q, D_FROM]), np.uint64(door[v, q, D_TO])
        kept, told = w[root, WK_RIGHT], w[root, WK_PIVOT]
        _fold(w, leaf, root, d[q] * scale, 0)
        if w[root, WK_STATUS] >= HELD:
            w[root, WK_RIGHT] = kept
        if w[root, WK_STATUS] >= HELD or w[leaf, WK_STATUS] >= HELD:
            w[root, WK_PIVOT] = told
    for z in range(w.shape[0]):
        _root(w, z, 0)
    for q in range(door.shape[1] - 1, -1, -1):
        leaf, root = np.uint64(door[v, q, D_FROM]), np.uint64(door[v, q, D_TO])
        if w[leaf, WK_STATUS] < HELD:
            _unfold(w, leaf, root, 0)


@njit
def _begin(w: Float, z: int, at: int) -> None:
    w[z, WK_PIVOT + at] = w[z, WK_DIAGONAL + at]
    w[z, WK_SHARE + at] = 0.0


@njit
def _fold(w: Float, leaf: np.uint64, root: np.uint64, flow: float, at: int) -> None:
    """What a leaf hears of its root, over its own diagonal (WK_SHARE), and what the root hears of it."""
    inverse = 1.0 / w[leaf, WK_PIVOT + at]
    share = flow * inverse
    w[leaf, WK_SHARE + at] = share
    w[leaf, WK_MEAN + at] = w[leaf, WK_RIGHT + at] * inverse
    w[root, WK_PIVOT + at] -= share * flow
    w[root, WK_RIGHT + at] += share * w[leaf, WK_RIGHT + at]


@njit
def _root(w: Float, z: int, at: int) -> None:
    if w[z, WK_SHARE + at] == 0.0:
        w[z, WK_MEAN + at] = w[z, WK_RIGHT + at] / w[z, WK_PIVOT + at]


@njit
def _unfold(w: Float, leaf: np.uint64, root: np.uint64, at: int) -> None:
    w[leaf, WK_MEAN + at] += w[leaf, WK_SHARE + at] * w[root, WK_MEAN + at]


@njit
def _fill_matrix(door: Float, v: int, w: Float, d: Float, scale: float) -> None:
    """The matrix of all zones, in the last columns of w."""
    zones = w.shape[0]
    for z in range(zones):
        for y in range(zones):
            w[z, WORK + y] = w[z, WK_DIAGONAL] if y == z else 0.0  # not a memset, which costs more
    for q in range(door.shape[1]):
        first = np.uint64(door[v, q, D_FROM])
        second = np.uint64(door[v, q, D_TO])
        if w[first, WK_STATUS] < HELD:
            w[first, WORK + second] -= d[q] * scale
        if w[second, WK_STATUS] < HELD:
            w[second, WORK + first] -= d[q] * scale


@njit
def _eliminate(w: Float, zones: int) -> None:
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
