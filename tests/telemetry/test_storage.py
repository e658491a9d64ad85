"""Parquet parts: round trip, UTC, and what is left after a kill or a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twin.basics.clock import Clock
from twin.basics.errors import ResultsError
from twin.telemetry import storage
from twin.telemetry.record import Block
from twin.telemetry.storage import ParquetSink, read_events, read_readings, read_truth

CLOCK = Clock(date(2023, 3, 25), "Europe/Berlin", 0, 21, 60, 900)  # clocks go forward on the 26th
NAMES = ("open_plan.air_temperature", "open_plan.co2")
DAY_S = 86400


def readings(day: int, days: int = 1) -> Block:
    time_s = np.repeat(np.arange(day * DAY_S, (day + days) * DAY_S, 300.0), 2)
    rows = len(time_s)
    return Block(
        "readings",
        {
            "time_s": time_s,
            "point": np.tile(np.array([0, 1], dtype=np.int32), rows // 2),
            "value": time_s / 1000.0 + np.tile([0.0, 0.5], rows // 2),
            "quality": np.tile(np.array([0, 1], dtype=np.int8), rows // 2),
        },
        NAMES,
    )


def parts(folder: Path, kind: str = "telemetry") -> list[str]:
    return sorted(path.name for path in (folder / kind).iterdir())


def test_readings_come_back_as_they_went(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    for day in range(10):
        sink.write(readings(day))
    sink.close()
    frame = read_readings(tmp_path)
    sent = readings(0, 10).columns
    assert list(frame.columns) == ["time", "point", "value", "quality"]
    assert np.array_equal(frame["value"], sent["value"])
    assert frame["point"].astype(str).tolist() == [NAMES[i] for i in sent["point"]]
    assert frame["quality"].dtype == np.int8
    assert parts(tmp_path) == ["part-00000.parquet", "part-00001.parquet"]


def test_times_are_utc_and_even_across_daylight_saving(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    sink.write(readings(0, 3))
    sink.close()
    times = read_readings(tmp_path)["time"].drop_duplicates()
    assert str(times.dt.tz) == "UTC"
    assert times.iloc[0] == pd.Timestamp("2023-03-24T23:00Z")
    assert (times.diff().dropna() == pd.Timedelta(minutes=5)).all()
    civil = times.dt.tz_convert("Europe/Berlin")
    assert not ((civil.dt.date == date(2023, 3, 26)) & (civil.dt.hour == 2)).any()


def test_a_part_is_a_week_whatever_the_blocks(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    sink.write(readings(0, 20))
    sink.close()
    assert len(parts(tmp_path)) == 3
    first = pd.read_parquet(tmp_path / "telemetry" / "part-00000.parquet")
    assert first["time"].max() - first["time"].min() == pd.Timedelta(days=7) - pd.Timedelta(minutes=5)


def test_truth_is_wide(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    value = np.array([[20.0, 400.0], [20.5, 450.25]])
    sink.write(Block("truth", {"time_s": np.array([300.0, 600.0]), "value": value}, NAMES))
    sink.close()
    frame = read_truth(tmp_path)
    assert list(frame.columns) == ["time", *NAMES]
    np.testing.assert_allclose(frame[list(NAMES)], value, rtol=1e-6)


def test_events_keep_their_words(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    words = {name: np.array([f"{name} 1", "ä°"], dtype=object) for name in ("kind", "entity", "text")}
    times = {"time_s": np.array([1.5, 9.0]), "value": np.array([np.nan, 2.0])}
    sink.write(Block("events", words | times))
    sink.close()
    frame = read_events(tmp_path)
    assert list(frame.columns) == ["time", "kind", "entity", "value", "text"]
    assert frame["entity"].tolist() == ["entity 1", "ä°"]
    assert frame["value"].isna().tolist() == [True, False]
    assert frame["time"][0] == pd.Timestamp("2023-03-24T23:00:01.5Z")


def test_a_folder_without_parts_reads_as_empty(tmp_path: Path) -> None:
    ParquetSink(tmp_path, CLOCK).close()
    assert read_truth(tmp_path).empty
    assert list(read_readings(tmp_path).columns) == ["time", "point", "value", "quality"]
    assert list(read_events(tmp_path).columns) == ["time", "kind", "entity", "value", "text"]


def test_closing_twice_and_going_on_loses_nothing(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    sink.write(readings(0))
    sink.close()
    sink.close()
    sink.write(readings(1))
    sink.close()
    assert np.array_equal(read_readings(tmp_path)["value"], readings(0, 2).columns["value"])


def test_a_full_disk_leaves_the_earlier_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = ParquetSink(tmp_path, CLOCK)
    sink.write(readings(0, 8))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left"):
        sink.close()
    assert parts(tmp_path) == ["part-00000.parquet"]
    assert np.array_equal(read_readings(tmp_path)["value"], readings(0, 7).columns["value"])


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot make"):
        ParquetSink(tmp_path / "file" / "run", CLOCK)


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    ParquetSink(tmp_path, CLOCK).close()
    (tmp_path / "truth" / "part-00000.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(ResultsError, match="cannot read") as error:
        read_truth(tmp_path)
    assert "truth" in str(error.value)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_kill_in_the_middle_of_a_part_leaves_the_finished_ones(tmp_path: Path) -> None:
    script = """
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[2])
        from test_storage import CLOCK, readings
        from twin.telemetry import storage

        sink = storage.ParquetSink(sys.argv[1], CLOCK)
        sink.write(readings(0, 15))
        storage.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
        sink.close()
    """
    here = Path(__file__).parent
    env: dict[str, Any] = {**os.environ, "PYTHONPATH": str(here.parents[1])}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path), str(here)], env=env)
    assert done.returncode == -signal.SIGKILL
    assert parts(tmp_path) == [".part-00002.parquet.tmp", "part-00000.parquet", "part-00001.parquet"]
    assert np.array_equal(read_readings(tmp_path)["value"], readings(0, 14).columns["value"])
