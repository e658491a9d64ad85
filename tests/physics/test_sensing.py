"""Readings: lag, noise, rounding, registers, schedules, and what a log sees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.streams import key
from twin.physics import layout as la
from twin.physics.compile import njit
from twin.physics.layout import Boundary, Float, Log, Parameters, State
from twin.physics.sensing import REGISTER, sample


@njit
def drive(p: Parameters, b: Boundary, x: State, truth: Float, start: int, until: int, log: Log) -> None:
    """Play true signals (K, T) to the sensors of building 0, as one call of advance does."""
    x.counter[0, la.N_UNTIL] = until
    for k in range(start, until):
        for s in range(truth.shape[1]):
            x.signal[0, s] = truth[k, s]
        sample(p, b, x, 0, k, log)


class Bench:
    """Sensors alone: rows of parameters, a state, and a log."""

    def __init__(self, rows: list[dict[int, float]], signals: int = 1, seed: int = 0) -> None:
        count = len(rows)
        sensor = np.zeros((1, count, la.SENSOR_PARAMETERS))
        sensor[:, :, [la.SP_PERIOD, la.SP_LAG, la.SP_GAIN]] = 1.0
        sensor[:, :, la.SP_LOWER], sensor[:, :, la.SP_UPPER] = -np.inf, np.inf
        for i, row in enumerate(rows):
            for column, value in row.items():
                sensor[0, i, column] = value
        keys = np.array([[key(seed, "sensor", str(i)) for i in range(count)]], dtype=np.int64)
        f1, f2, f3, f4 = (np.zeros((1,) * d) for d in (1, 2, 3, 4))
        i1, i2, i3 = (np.zeros((1,) * d, dtype=np.int64) for d in (1, 2, 3))
        kind = np.zeros(la.KINDS, dtype=np.int64)
        kind[la.K_TRUTH_TICKS] = 5
        self.p = Parameters(kind, f1, f3, f4, f3, f4, f3, f3, f3, f2, f3, f3, f2)
        self.b = Boundary(f3, f4, f2, f3, i3, f3, i2, sensor, keys, i1, i1)
        self.x = State(
            f3, f3, f3, f3, f3, f2, f3, f3, f2, f2, f2, f3,
            np.zeros((1, count, la.SENSOR_STATES)), np.zeros((1, signals)), np.zeros((1, la.COUNTERS)), f2,
        )  # fmt: skip
        self.x.sensor[:, :, la.SN_TIME] = -1.0
        self.x.sensor[:, :, la.SN_LAGGED] = np.nan
        self.signals = signals

    def run(self, truth: Float, start: int = 0, logged: bool = True, until: int | None = None) -> Log:
        until = len(truth) if until is None else until
        room = (until - start) * self.x.sensor.shape[1] if logged else 0
        rows = (until - start) // 5 + 1 if logged else 0
        ints = np.zeros(room, dtype=np.int64)
        log = Log(ints, ints.copy(), np.zeros(room), np.zeros((rows, self.signals)))
        self.x.counter[0, [la.N_LOGGED, la.N_TRUTH]] = 0.0
        drive(self.p, self.b, self.x, truth.reshape(len(truth), -1), start, until, log)
        n = int(self.x.counter[0, la.N_LOGGED])
        return Log(log.reading_tick[:n], log.reading_sensor[:n], log.reading_value[:n], log.truth)

    def state(self, column: int) -> Float:
        return self.x.sensor[0, :, column]


def test_noise_has_the_stated_spread_and_no_memory() -> None:
    bench = Bench([{la.SP_NOISE: 0.3}])
    noise = bench.run(np.full(20_000, 21.0)).reading_value - 21.0
    assert abs(noise.mean()) < 4 * 0.3 / math.sqrt(20_000)
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.03


def test_noise_is_keyed_by_seed_and_sensor() -> None:
    rows = [{la.SP_NOISE: 1.0}, {la.SP_NOISE: 1.0}]
    first, again, other = (Bench(rows, seed=seed).run(np.zeros(50)).reading_value for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.any(first == other)
    assert not np.any(first[0::2] == first[1::2])


def test_reading_is_rounded_to_the_resolution_as_people_write_it() -> None:
    truth = np.linspace(15.0, 30.0, 1000)
    values = Bench([{la.SP_RESOLUTION: 0.1}]).run(truth).reading_value
    assert np.abs(values - truth).max() <= 0.05 + 1e-9
    assert all(repr(float(v)) == f"{v:.1f}" for v in values)


def test_range_limits_hold_after_noise_and_bias() -> None:
    rows = [{la.SP_NOISE: 500.0, la.SP_BIAS: 100.0, la.SP_LOWER: 0.0, la.SP_UPPER: 2000.0}]
    values = Bench(rows).run(np.linspace(0.0, 2500.0, 2000)).reading_value
    assert (values.min(), values.max()) == (0.0, 2000.0)


@pytest.mark.parametrize("lag_ticks", [0.5, 5.0, 30.0])
def test_step_response_of_the_lag_is_exact(lag_ticks: float) -> None:
    truth = np.r_[np.full(10, 20.0), np.full(200, 25.0)]
    values = Bench([{la.SP_LAG: 1.0 - math.exp(-1.0 / lag_ticks)}]).run(truth).reading_value
    after = np.arange(1, 201)
    np.testing.assert_allclose(values[:10], 20.0)
    np.testing.assert_allclose(values[10:], 25.0 - 5.0 * np.exp(-after / lag_ticks), atol=1e-9)


def test_a_signal_that_means_nothing_for_a_while_does_not_poison_the_lag() -> None:
    truth = np.r_[np.full(5, np.nan), np.full(5, 18.0)]
    assert Bench([{la.SP_LAG: 0.2}]).run(truth).reading_value[-1] == 18.0


@settings(max_examples=60, deadline=None)
@given(
    power=st.lists(st.floats(0.0, 5e4), min_size=1, max_size=80),
    gain=st.floats(0.97, 1.03),
    resolution=st.sampled_from([0.0, 0.001, 0.1, 1.0, 10.0]),
)
def test_register_never_goes_back_and_never_shows_more_than_it_counted(
    power: list[float], gain: float, resolution: float
) -> None:
    energy = np.cumsum(np.array(power) * 60.0) / 3.6e6
    rows = [{la.SP_KIND: REGISTER, la.SP_GAIN: gain, la.SP_RESOLUTION: resolution}]
    values = Bench(rows).run(energy).reading_value
    assert np.all(np.diff(values) >= 0.0)
    assert np.all(values <= gain * energy * (1 + 1e-12) + 1e-12)
    assert np.all(values > gain * energy - max(resolution, 1e-9) - 1e-9)


def grouped(schedule: list[tuple[int, int]]) -> list[dict[int, float]]:
    """Rows for sensors of (period, phase), as `devices` would order them."""
    schedule = sorted(schedule)
    ends = [max(j for j, other in enumerate(schedule) if other == one) + 1 for one in schedule]
    return [
        {la.SP_PERIOD: period, la.SP_PHASE: phase, la.SP_NEXT_GROUP: end, la.SP_NOISE: 1.0}
        for (period, phase), end in zip(schedule, ends, strict=True)
    ]


def test_readings_come_at_period_and_phase() -> None:
    schedule = sorted([(5, 0), (5, 0), (5, 3), (15, 7), (1, 0)])
    log = Bench(grouped(schedule)).run(np.zeros(60))
    for i, (period, phase) in enumerate(schedule):
        ticks = log.reading_tick[log.reading_sensor == i]
        assert np.array_equal(ticks, [k for k in range(1, 61) if (k - phase) % period == 0])
    assert np.all(np.diff(log.reading_tick) >= 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(0, 3))
def test_state_at_the_end_of_a_block_does_not_depend_on_logging_or_blocks(
    blocks: list[int], seed: int
) -> None:
    rows = grouped([(1, 0), (4, 1), (4, 1), (5, 2), (15, 0)])
    rng = np.random.default_rng(seed)
    truth = rng.normal(20.0, 3.0, sum(blocks))
    logged, silent = Bench(rows, seed=seed), Bench(rows, seed=seed)
    start = 0
    for ticks in blocks:
        silent.run(truth, start, logged=False, until=start + ticks)
        start += ticks
        for tick in range(start - ticks, start):
            logged.run(truth, tick, until=tick + 1)
        assert np.array_equal(silent.x.sensor, logged.x.sensor, equal_nan=True)


def test_the_log_ends_with_what_the_state_holds() -> None:
    bench = Bench(grouped([(5, 0), (5, 1), (15, 4)]))
    log = bench.run(np.linspace(0.0, 10.0, 100))
    for i in range(3):
        last = np.flatnonzero(log.reading_sensor == i)[-1]
        assert log.reading_value[last] == bench.state(la.SN_READING)[i]
        assert log.reading_tick[last] == bench.state(la.SN_TIME)[i]


def test_truth_rows_are_the_signals_themselves() -> None:
    truth = np.arange(40.0).reshape(20, 2)
    bench = Bench([{la.SP_NOISE: 1.0}], signals=2)
    log = bench.run(truth)
    assert np.array_equal(log.truth[:4], truth[4::5])
    assert bench.x.counter[0, la.N_TRUTH] == 4


def test_a_full_log_drops_readings_but_not_the_state() -> None:
    bench = Bench([{}])
    small = Log(np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64), np.zeros(3), np.zeros((0, 1)))
    drive(bench.p, bench.b, bench.x, np.arange(10.0).reshape(10, 1), 0, 10, small)
    assert bench.x.counter[0, la.N_LOGGED] == 3
    assert bench.state(la.SN_READING)[0] == 9.0


def test_a_fault_comes_at_its_onset_and_its_drift_grows_from_there() -> None:
    row = {la.SP_BIAS: 0.1, la.SP_ONSET: 40.0, la.SP_FAULT: 2.0, la.SP_DRIFT: 0.01}
    seen = Bench([row]).run(np.full(100, 20.0))
    wanted = 20.1 + np.where(seen.reading_tick >= 40, 2.0 + 0.01 * (seen.reading_tick - 40), 0.0)
    np.testing.assert_allclose(seen.reading_value, wanted, rtol=0, atol=1e-12)


def test_without_fault_and_drift_an_onset_changes_nothing() -> None:
    truth = np.sin(np.arange(60.0))
    plain, ready = (Bench([{la.SP_NOISE: 0.2} | more]).run(truth) for more in ({}, {la.SP_ONSET: 5.0}))
    np.testing.assert_array_equal(plain.reading_value, ready.reading_value)
