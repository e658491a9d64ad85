"""One tick of one building, in order; everything that moves time calls `advance` and nothing else does.

The kernel calls, it does not compute: each line below is a module of the physics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from twin.physics import air, behaviour, electrical, hvac, people, sensing, thermal
from twin.physics.compile import entry, njit
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
    Log,
    Parameters,
    Scratch,
    State,
)

_typeof: Any = numba.typeof


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
def advance(p: Parameters, x: State, u: Float, b: Boundary, ticks: int, log: Log, s: Scratch) -> None:
    """Advance every building by some ticks under one latched command, in place.

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
        Scratch, so that nothing is allocated in compiled code.

    Notes
    -----
    Buildings do not interact, so each runs its whole block before the next begins: its state stays in the
    processor's cache, and N = 16 gives the very same numbers as 16 times N = 1.
    """
    for n in range(x.zone.shape[0]):
        for a in range(u.shape[1]):
            x.command[n, a] = u[n, a]
        x.counter[n, N_UNTIL] = x.counter[n, N_TICK] + ticks
        for _ in range(ticks):
            _tick(p, x, b, n, s, log)


def bound(*arguments: Any) -> Callable[..., None]:
    """`advance`, compiled for arguments of exactly these types, to be called with such arguments only.

    A call through numba's dispatcher looks at the type of every one of sixty arrays, which takes twenty times
    as long (11 us) as handing them over; whoever owns the arrays knows their types.
    """
    overloads = getattr(advance, "overloads", None)
    if overloads is None:  # compiling is switched off (NUMBA_DISABLE_JIT)
        return advance
    types = tuple(_typeof(argument) for argument in arguments)
    if types not in overloads:
        advance.compile(types)  # type: ignore[attr-defined]
    compiled: Callable[..., None] = overloads[types].entry_point
    return compiled
