"""Telemetry as a folder of Parquet parts, one per simulated week, each written whole or not at all.

A part appears under its name only when it is complete and on the disk (write, fsync, rename), so a kill loses
the running week and nothing else, and a full disk leaves the earlier weeks as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.clock import Clock
from twin.basics.errors import ResultsError
from twin.telemetry.record import KINDS, Block, Kind, join

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FOLDERS: dict[Kind, str] = {"readings": "telemetry", "truth": "truth", "events": "events"}
DAY_S = 86400
_REPEATED = ["point", "value", "quality", "kind", "entity", "text"]  # worth a dictionary; truth is not
_STEADY = {"time": "DELTA_BINARY_PACKED"}  # a third off the size of readings, and quicker than a dictionary


class ParquetSink:
    """Writes `telemetry/`, `truth/` and `events/` under a run's folder.

    Parameters
    ----------
    folder
        The run's folder; made where it does not exist.
    clock
        Turns seconds into UTC.
    part_days
        Simulated days per part, counted from the clock's origin.

    Raises
    ------
    ResultsError
        Where a part cannot be written; earlier parts stay.

    Notes
    -----
    readings: time (timestamp[us, UTC]), point (dictionary), value (double), quality (int8);
    truth: time and one float column per point (32 bits: seven digits);
    events: time, kind (dictionary), entity (dictionary), value (double, null where none), text.
    """

    def __init__(self, folder: str | Path, clock: Clock, part_days: int = 7) -> None:
        self.folder = Path(folder)
        self.clock = clock
        self._part_s = part_days * DAY_S
        self._waiting: dict[Kind, list[Block]] = {kind: [] for kind in KINDS}
        self._part: dict[Kind, int] = dict.fromkeys(KINDS, -1)
        for kind in KINDS:
            _make(self.folder / FOLDERS[kind])

    def write(self, block: Block) -> None:
        """Take rows; parts that they complete are written."""
        if len(block) == 0:
            return
        time_s = block.columns["time_s"]
        first, last = int(time_s[0] // self._part_s), int(time_s[-1] // self._part_s)
        marks = np.arange(first + 1, last + 1) * self._part_s
        cuts = [0, *np.searchsorted(time_s, marks).tolist(), len(block)]
        for number, start, stop in zip(range(first, last + 1), cuts, cuts[1:], strict=False):
            if number != self._part[block.kind]:
                self._flush(block.kind)
                self._part[block.kind] = number
            if stop > start:
                self._waiting[block.kind].append(block.rows(start, stop))

    def close(self) -> None:
        """Write the running parts."""
        for kind in KINDS:
            self._flush(kind)

    def _flush(self, kind: Kind) -> None:
        if not self._waiting[kind]:
            return
        block = join(self._waiting[kind])
        self._waiting[kind] = []
        times = self.clock.utc_microseconds(block.columns["time_s"])
        folder = self.folder / FOLDERS[kind]
        write_part(
            _TABLES[kind](block, times), folder / f"part-{_free_number(folder, self._part[kind]):05d}.parquet"
        )


def _free_number(folder: Path, number: int) -> int:
    """A part that was closed and continued (a run in pieces) gets a second file, it is not replaced."""
    while (folder / f"part-{number:05d}.parquet").exists():
        number += 1
    return number


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"cannot make the results folder: {error.strerror}", file=folder) from error


@contextmanager
def whole_file(path: Path, what: str) -> Iterator[IO[bytes]]:
    """A stream for a file that is either there and whole or as it was before: write, fsync, rename.

    Parameters
    ----------
    what
        For the message: "telemetry", "results", "the report".

    Raises
    ------
    ResultsError
        Full disk, no permission, folder gone; no half-written file stays.
    """
    draft = path.with_name(f".{path.name}.tmp")
    try:
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):  # the first error says why
            draft.unlink(missing_ok=True)
        raise ResultsError(f"cannot write {what}: {error.strerror or error}", file=path) from error


def write_part(table: pa.Table, path: Path) -> None:
    """Write a table as one Parquet file that is either there and whole or not there.

    Raises
    ------
    ResultsError
        Full disk, no permission, folder gone; nothing is left under `path`.
    """
    import pyarrow.parquet as pq

    options = {"compression": "zstd", "compression_level": 1, "write_statistics": ["time"]}
    with whole_file(path, "telemetry") as stream:
        pq.write_table(table, stream, use_dictionary=_REPEATED, column_encoding=_STEADY, **options)


def _stamps(times: NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(times, type=pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _readings(block: Block, times: NDArray[np.int64]) -> pa.Table:
    import pyarrow as pa

    point = pa.DictionaryArray.from_arrays(
        pa.array(block.columns["point"].astype(np.int32)), pa.array(list(block.names), type=pa.string())
    )
    return pa.table(
        {
            "time": _stamps(times),
            "point": point,
            "value": pa.array(block.columns["value"]),
            "quality": pa.array(block.columns["quality"].astype(np.int8)),
        }
    )


def _truth(block: Block, times: NDArray[np.int64]) -> pa.Table:
    import pyarrow as pa

    values = np.asarray(block.columns["value"], dtype=np.float32).T.copy()
    columns = {name: pa.array(values[i]) for i, name in enumerate(block.names)}
    return pa.table({"time": _stamps(times)} | columns)


def _events(block: Block, times: NDArray[np.int64]) -> pa.Table:
    import pyarrow as pa

    def words(name: str) -> pa.Array:
        return pa.array(block.columns[name].tolist(), type=pa.string())

    return pa.table(
        {
            "time": _stamps(times),
            "kind": words("kind").dictionary_encode(),
            "entity": words("entity").dictionary_encode(),
            "value": pa.array(block.columns["value"].astype(np.float64), from_pandas=True),
            "text": words("text"),
        }
    )


_EMPTY: dict[Kind, dict[str, str]] = {
    "readings": {"time": "datetime64[us, UTC]", "point": "category", "value": "float64", "quality": "int8"},
    "truth": {"time": "datetime64[us, UTC]"},
    "events": {
        "time": "datetime64[us, UTC]",
        "kind": "category",
        "entity": "category",
        "value": "float64",
        "text": "object",
    },
}
_TABLES: dict[Kind, Any] = {"readings": _readings, "truth": _truth, "events": _events}


def _read(folder: str | Path, kind: Kind) -> pd.DataFrame:
    """All finished parts of one kind, in order of time."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = sorted((Path(folder) / FOLDERS[kind]).glob("part-*.parquet"))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _EMPTY[kind].items()})
    try:
        tables = [pq.read_table(part) for part in parts]
    except (OSError, pa.ArrowInvalid) as error:
        raise ResultsError(f"cannot read telemetry: {error}", file=Path(folder) / FOLDERS[kind]) from error
    frame: pd.DataFrame = pa.concat_tables(tables).unify_dictionaries().to_pandas()
    return frame


def read_readings(folder: str | Path) -> pd.DataFrame:
    """Readings of a run's folder: time (UTC), point (categorical), value [the point's unit], quality.

    Raises
    ------
    ResultsError
        Where a part is damaged. Without any part the frame is empty.
    """
    return _read(folder, "readings")


def read_truth(folder: str | Path) -> pd.DataFrame:
    """True values of a run's folder: time (UTC) and a column per point [its unit]. Raises ResultsError."""
    return _read(folder, "truth")


def read_events(folder: str | Path) -> pd.DataFrame:
    """Events of a run's folder: time (UTC), kind, entity, value, text. Raises ResultsError."""
    return _read(folder, "events")
