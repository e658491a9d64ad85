"""One tick of one building, in order; everything that moves time calls `advance` and nothing else does.

The kernel calls, it does not compute: each line below is a module of the physics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics import air, behaviour, electrical, hvac, panel, people, sensing, thermal
from twin.physics.compile import entry, njit, take
from twin.physics.layout import (
    K_TICKS_PER_BOUNDARY,
    N_TICK,
    N_UNTIL,
    WK_CAP_COOL,
    WK_CAP_HEAT,
    WK_CONVECTIVE,
    WK_FLOOR,
    WK_RADIANT,
    WK_SUPPLY,
    WK_SUPPLY_CO2,
    WK_SUPPLY_T,
    WK_SUPPLY_X,
    WK_VAPOUR,
    Boundary,
    Float,
    Int,
    Log,
    Parameters,
    Scratch,
    State,
)

CHUNK = 4  # buildings that a thread takes at a time


@njit
def _clear(w: Float) -> None:
    """Nothing given to any zone yet; the other columns are written before they are read."""
    for z in range(w.shape[0]):
        w[z, WK_SUPPLY] = 0.0
        w[z, WK_SUPPLY_T] = 0.0
        w[z, WK_SUPPLY_X] = 0.0
        w[z, WK_SUPPLY_CO2] = 0.0
        w[z, WK_CONVECTIVE] = 0.0
        w[z, WK_RADIANT] = 0.0
        w[z, WK_FLOOR] = 0.0
        w[z, WK_VAPOUR] = 0.0
        w[z, WK_CAP_HEAT] = 0.0
        w[z, WK_CAP_COOL] = 0.0


@njit
def _tick(p: Parameters, x: State, b: Boundary, n: int, s: Scratch, log: Log) -> None:
    """Move building n from the start to the end of its current tick."""
    k = int(x.counter[n, N_TICK])
    ratio = p.kind[K_TICKS_PER_BOUNDARY]
    j = k // ratio
    v = b.variant[n]
    c = b.climate[n]
    w = s.work
    d = s.door
    _clear(w)
    people.apply(p, b, x, n, v, k, j)
    if k == j * ratio:
        thermal.refresh(p, b, x, n, v, c, j, s.slow)
    behaviour.step(p, b, x, n, v, k, j)
    hvac.setpoints(x, n, w)
    hvac.step(p, b, x, n, v, c, j, w)
    air.openings(p, b, x, n, v, c, j, w, d)
    thermal.solve(p, b, x, n, v, c, j, w, d)
    air.balances(p, b, x, n, v, c, j, w, d)
    hvac.settle(p, b, x, n, v, c, j, w)
    electrical.signals(p, b, x, n, v, c, j, w)
    electrical.accumulate(p, b, x, n, v, j)
    sensing.sample(p, b, x, n, k, log)
    x.counter[n, N_TICK] = k + 1.0


@entry
def advance(
    p: Parameters, x: State, u: Float, b: Boundary, ticks: int, log: Log, s: Scratch, view: panel.View,
    seen: NDArray[np.float32], turns: Int, me: int,
) -> None:  # fmt: skip
    """Advance buildings by some ticks under one latched command, in place, and look at them then.

    Parameters
    ----------
    p, x, b
        Parameters, state and boundary conditions (see twin.physics.layout).
    u
        Command rows (N, A); NaN leaves the choice to the local loop.
    ticks
        How many ticks; the command holds throughout.
    log
        Where readings and truth of a single building go; zero-length arrays switch it off.
    s
        Scratch, so that nothing is allocated in compiled code; one for each thread.
    view, seen
        What is to be seen at the end goes into `seen` (N, n); none of it where `seen` has no rows.
    turns, me
        One row per thread that shares this call: the next building that is to be taken, and the one after the
        last; this thread begins with row `me` and goes on with what others left.

    Notes
    -----
    Buildings do not interact, so each runs its whole block before the next begins: its state stays in the
    processor's cache, and N = 16 gives the very same numbers as 16 times N = 1.
    """
    for r in range(turns.shape[0]):
        row = (me + r) % turns.shape[0]
        end = turns[row, 1]
        first = take(turns, row, CHUNK)
        while first < end:
            for n in range(first, min(first + CHUNK, end)):
                for a in range(u.shape[1]):
                    x.command[n, a] = u[n, a]
                x.counter[n, N_UNTIL] = x.counter[n, N_TICK] + ticks
                for _ in range(ticks):
                    _tick(p, x, b, n, s, log)
                if seen.shape[0] > 0:
                    panel.see(view, x, n, b.climate[n], p.kind[K_TICKS_PER_BOUNDARY], seen)
            first = take(turns, row, CHUNK)
