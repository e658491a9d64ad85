"""What devices report: lag, bias, noise, rounding, range, and the tick at which each one reads.

A reading depends on the true signal and on a keyed draw only, so that a controller sees the same numbers in
the event world and in a batch. A device publishes what is computed here; it decides nothing.

Radio links, gateways that drop or delay, clock skew and drift get their place in this module later: as
columns of pre-sampled schedules in `Boundary`, never as draws made in the event world.
"""

from __future__ import annotations

import math

import numpy as np

from twin.physics.compile import njit
from twin.physics.layout import (
    K_TRUTH_TICKS,
    N_DUE,
    N_LOGGED,
    N_TRUTH,
    N_UNTIL,
    SN_DUE,
    SN_LAGGED,
    SN_READING,
    SN_TIME,
    SP_BIAS,
    SP_DRIFT,
    SP_FAULT,
    SP_GAIN,
    SP_KIND,
    SP_LAG,
    SP_LOWER,
    SP_NEXT_GROUP,
    SP_NOISE,
    SP_ONSET,
    SP_PERIOD,
    SP_PHASE,
    SP_RESOLUTION,
    SP_SIGNAL,
    SP_UPPER,
    Boundary,
    Log,
    Parameters,
    State,
)
from twin.physics.noise import normal

VALUE, REGISTER = 0, 1  # SP_KIND


@njit
def _lag(b: Boundary, x: State, n: int, k: int) -> None:
    """First-order lag of the sensors that have one, exact for a signal that holds during the tick."""
    sensor, state, signal = b.sensor[n], x.sensor[n], x.signal[n]
    for i in range(sensor.shape[0]):
        factor = sensor[i, SP_LAG]
        if factor >= 1.0:
            return
        true = signal[np.uint64(sensor[i, SP_SIGNAL])]
        lagged = state[i, SN_LAGGED]
        if k == 0 or math.isnan(lagged):
            lagged = true
        state[i, SN_LAGGED] = lagged + factor * (true - lagged)


@njit
def _read(b: Boundary, x: State, n: int, i: int, index: int, now: int) -> float:
    """Reading number `index` of sensor i at tick `now` from its lagged signal, in the unit of its point."""
    value = x.sensor[n, i, SN_LAGGED]
    if b.sensor[n, i, SP_LAG] >= 1.0:
        value = x.signal[n, np.uint64(b.sensor[n, i, SP_SIGNAL])]
    value = value * b.sensor[n, i, SP_GAIN] + b.sensor[n, i, SP_BIAS]
    fault, drift, onset = b.sensor[n, i, SP_FAULT], b.sensor[n, i, SP_DRIFT], b.sensor[n, i, SP_ONSET]
    if (fault != 0.0 or drift != 0.0) and now >= onset:
        value += fault + drift * (now - onset)
    noise = b.sensor[n, i, SP_NOISE]
    if noise > 0.0:
        value += noise * normal(b.sensor_key[n, i], index)
    resolution = b.sensor[n, i, SP_RESOLUTION]
    register = b.sensor[n, i, SP_KIND] == REGISTER
    if resolution > 0.0:
        # dividing by the counts per unit gives 21.3, multiplying by the resolution 21.300000000000004
        counts = 1.0 / resolution
        value = np.floor(value * counts if register else value * counts + 0.5) / counts
    value = min(max(value, b.sensor[n, i, SP_LOWER]), b.sensor[n, i, SP_UPPER])
    if register and x.sensor[n, i, SN_TIME] >= 0.0:
        value = max(value, x.sensor[n, i, SN_READING])
    return float(value)


@njit
def _group(b: Boundary, x: State, n: int, first: int, end: int, now: int, log: Log) -> None:
    """Read sensors first..end-1, which share period and phase, if due, and note when they will be."""
    period = int(b.sensor[n, first, SP_PERIOD])
    phase = int(b.sensor[n, first, SP_PHASE])
    late = (now - phase) % period
    due = now + period - late
    room = log.reading_tick.shape[0]
    until = int(x.counter[n, N_UNTIL])
    seen = room > 0 or due > until
    if room == 0 and due < until:
        due += (until - due) // period * period  # the last before the call ends
    x.sensor[n, first, SN_DUE] = due
    if late != 0 or not seen:
        return
    index = (now - phase) // period
    position = int(x.counter[n, N_LOGGED])
    for i in range(first, end):
        value = _read(b, x, n, i, index, now)
        x.sensor[n, i, SN_READING] = value
        x.sensor[n, i, SN_TIME] = now
        if position < room:
            log.reading_tick[position] = now
            log.reading_sensor[position] = i
            log.reading_value[position] = value
            position += 1
    x.counter[n, N_LOGGED] = position


@njit
def _read_due(b: Boundary, x: State, n: int, now: int, log: Log) -> None:
    """Read every group that is due, and note when the next one will be (N_DUE)."""
    first = 0
    sensors = b.sensor.shape[1]
    earliest = np.inf
    while first < sensors:
        end = max(int(b.sensor[n, first, SP_NEXT_GROUP]), first + 1)
        if now >= x.sensor[n, first, SN_DUE]:
            _group(b, x, n, first, min(end, sensors), now, log)
        earliest = min(earliest, x.sensor[n, first, SN_DUE])
        first = end
    x.counter[n, N_DUE] = earliest


@njit
def _truth(p: Parameters, x: State, n: int, now: int, log: Log) -> None:
    """Append the true signals to the log every K_TRUTH_TICKS."""
    if log.truth.shape[0] == 0 or now % p.kind[K_TRUTH_TICKS] != 0:
        return
    row = int(x.counter[n, N_TRUTH])
    if row < log.truth.shape[0]:
        for s in range(log.truth.shape[1]):
            log.truth[row, s] = x.signal[n, s]
        x.counter[n, N_TRUTH] = row + 1.0


@njit
def sample(p: Parameters, b: Boundary, x: State, n: int, k: int, log: Log) -> None:
    """Readings that are due at the end of tick k, and the truth row, of building n.

    A sensor reads at tick indices k+1 = phase + m * period: reading = clip(round(lagged * gain + bias +
    fault + drift * (k+1 - onset) + noise * normal(key, m))), fault and drift from their onset on; a register
    is rounded down and never goes back.

    Parameters
    ----------
    p, x, b
        Parameters, state and boundary; sensors with a lag come first, then those without, both in groups of
        equal period and phase (SP_NEXT_GROUP), which `twin.building.devices` arranges.
    n, k
        Building; tick that has just been computed.
    log
        Arrays of length 0 switch logging off. Without a log, a reading that a newer one replaces before the
        running call of `advance` ends is not computed: nobody can see it, and it leaves no trace.

    Source
    ------
    First-order lag: exact solution of dy/dt = (signal - y) / lag over a tick with held signal, factor
    1 - exp(-tick / lag).
    """
    now = k + 1
    _lag(b, x, n, k)
    if now >= x.counter[n, N_DUE]:
        _read_due(b, x, n, now, log)
    _truth(p, x, n, now, log)
