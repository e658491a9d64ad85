"""Blocks and the sink in memory."""

from __future__ import annotations

import numpy as np
import pytest

from twin.telemetry.record import Block, MemorySink, join


def readings(start: int, count: int, names: tuple[str, ...] = ("a.co2", "b.co2")) -> Block:
    return Block(
        "readings",
        {
            "time_s": np.arange(start, start + count) * 300.0,
            "point": np.arange(count, dtype=np.int32) % len(names),
            "value": np.arange(start, start + count, dtype=np.float64),
            "quality": np.zeros(count, dtype=np.int8),
        },
        names,
    )


def test_join_puts_blocks_one_after_the_other() -> None:
    whole = join([readings(0, 3), readings(3, 4)])
    assert len(whole) == 7
    assert np.array_equal(whole.columns["value"], np.arange(7.0))


def test_join_refuses_what_does_not_belong_together() -> None:
    with pytest.raises(ValueError, match="different"):
        join([readings(0, 3), readings(3, 4, ("x.co2",))])
    with pytest.raises(ValueError, match="no block"):
        join([])


def test_memory_sink_finds_a_point() -> None:
    sink = MemorySink()
    sink.write(readings(0, 4))
    sink.write(readings(4, 4))
    times, values = sink.of("b.co2")
    assert values.tolist() == [1.0, 3.0, 5.0, 7.0]
    assert times.tolist() == [300.0, 900.0, 1500.0, 2100.0]
    with pytest.raises(KeyError):
        sink.of("c.co2")
    assert sink.all("truth") is None
