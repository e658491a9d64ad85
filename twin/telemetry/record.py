"""Blocks of telemetry and the protocol of what takes them: columns, never one object per reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Kind = Literal["readings", "truth", "events"]
KINDS: tuple[Kind, ...] = ("readings", "truth", "events")
GOOD, AT_LIMIT = 0, 1  # quality of a reading: as measured; the device is at the upper end of its range


@dataclass(frozen=True)
class Block:
    """Rows of one kind, ascending in time.

    Parameters
    ----------
    kind
        What the rows are.
    columns
        `time_s` (R,) seconds since the clock's origin, ascending, in each kind; and
        readings: `point` (R,) int index into `names`, `value` (R,), `quality` (R,) int8 (GOOD, AT_LIMIT);
        truth: `value` (R, len(names));
        events: `kind`, `entity`, `text` (R,) strings and `value` (R,), NaN where an event has none.
    names
        Point ids: the dictionary of `point`, or the columns of truth.
    """

    kind: Kind
    columns: dict[str, NDArray[Any]]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns["time_s"])

    def rows(self, start: int, stop: int) -> Block:
        """Rows start..stop-1, as views."""
        return Block(
            self.kind, {name: column[start:stop] for name, column in self.columns.items()}, self.names
        )


class Sink(Protocol):
    """Takes blocks. Blocks of one kind arrive in order of time."""

    def write(self, block: Block) -> None:
        """Take a block; may raise ResultsError."""

    def close(self) -> None:
        """Finish what is open; calling it again does nothing."""


def join(blocks: Sequence[Block]) -> Block:
    """One block from several of the same kind and names.

    Raises
    ------
    ValueError
        Where there is none, or they differ in kind or names.
    """
    if not blocks:
        raise ValueError("no block to join")
    first = blocks[0]
    if any(block.kind != first.kind or block.names != first.names for block in blocks):
        raise ValueError("blocks of different kinds or points")
    if len(blocks) == 1:
        return first
    columns = {name: np.concatenate([block.columns[name] for block in blocks]) for name in first.columns}
    return Block(first.kind, columns, first.names)


class MemorySink:
    """Keeps blocks in memory: for tests, notebooks and small runs."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.closed = False

    def write(self, block: Block) -> None:
        """Keep a block."""
        self.blocks.append(block)

    def close(self) -> None:
        """Note that no more will come."""
        self.closed = True

    def all(self, kind: Kind) -> Block | None:
        """Everything of one kind so far, or None."""
        found = [block for block in self.blocks if block.kind == kind]
        return join(found) if found else None

    def of(self, point_id: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times [s since the origin] and readings of one point, (R,) each.

        Raises
        ------
        KeyError
            Where no device measures the point.
        """
        block = self.all("readings")
        if block is None or point_id not in block.names:
            raise KeyError(point_id)
        mine = block.columns["point"] == block.names.index(point_id)
        return block.columns["time_s"][mine], block.columns["value"][mine]
