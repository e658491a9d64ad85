"""What happened, for the record: people, appliances, commands, overrides, windows, complaints, as blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.building.assembly import Building
from twin.physics.layout import N_COMPLAINTS, Z_OFFSET, Z_WINDOW, Float, State
from twin.telemetry.record import Block

Columns = dict[str, NDArray[Any]]


class Journal:
    """Collects events; changes of state are found a whole block at a time, not step by step.

    Parameters
    ----------
    building
        Its clock, command points and zones.
    """

    def __init__(self, building: Building) -> None:
        self._tick_s = float(building.clock.tick_s)
        self._columns = building.command_columns
        self._points = np.array([point.id for point in building.command_points], dtype=object)
        self._zones = np.array(building.zone_ids, dtype=object)
        self._said: list[tuple[float, str, str, float, str]] = []
        self._ticks: list[int] = []
        self._commands: list[Float] = []
        self._windows: list[Float] = []
        self._offsets: list[Float] = []
        self._complaints: list[float] = []

    def say(self, time_s: float, kind: str, entity: str, value: float = np.nan, text: str = "") -> None:
        """Record one event at `time_s` [s since the origin]."""
        self._said.append((time_s, kind, entity, value, text))

    def look(self, tick: int, command: Float, state: State) -> None:
        """Note command row (A,) and what people did to windows and thermostats, at a control step.

        The first row is said whole, so that a reader of the record knows what later changes start from.
        """
        if not self._ticks:
            for point, value in zip(self._points, command[self._columns], strict=True):
                if np.isfinite(value):
                    self.say(tick * self._tick_s, "command", point, float(value))
        self._ticks.append(tick)
        self._commands.append(command)
        self._windows.append(state.zone[0, :, Z_WINDOW].copy())
        self._offsets.append(state.zone[0, :, Z_OFFSET].copy())
        self._complaints.append(float(state.counter[0, N_COMPLAINTS]))

    def block(self) -> Block:
        """Events since the last call, ascending in time; the last look stays, to compare with."""
        parts = [self._spoken()]
        if len(self._ticks) > 1:
            parts += [self._command_changes(), self._complaint_changes()]
            parts += [
                self._zone_changes("window", self._windows, ("opened", "closed further", "closed")),
                self._zone_changes("override", self._offsets, ("warmer", "cooler", "ended")),
            ]
            for kept in (self._ticks, self._commands, self._windows, self._offsets, self._complaints):
                del kept[:-1]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.argsort(columns["time_s"], kind="stable")
        return Block("events", {name: column[order] for name, column in columns.items()})

    def _spoken(self) -> Columns:
        said, self._said = self._said, []
        time_s, kind, entity, value, text = zip(*said, strict=True) if said else ((), (), (), (), ())
        return _columns(np.array(time_s), _words(kind), _words(entity), np.array(value), _words(text))

    def _times(self, rows: NDArray[np.int64]) -> Float:
        ticks: Float = np.array(self._ticks)[1:][rows] * self._tick_s
        return ticks

    def _command_changes(self) -> Columns:
        rows = np.stack(self._commands)[:, self._columns]
        before, after = rows[:-1], rows[1:]
        at, column = np.nonzero((before != after) & ~(np.isnan(before) & np.isnan(after)))
        return self._rows("command", at, self._points[column], after[at, column], "")

    def _zone_changes(self, kind: str, states: list[Float], words: tuple[str, str, str]) -> Columns:
        up, down, rest = words
        rows = np.stack(states)
        at, zone = np.nonzero(rows[1:] != rows[:-1])
        columns = self._rows(kind, at, self._zones[zone], rows[1:][at, zone], "")
        before, after = rows[:-1][at, zone], rows[1:][at, zone]
        columns["text"][:] = np.where(after == 0.0, rest, np.where(after > before, up, down))
        return columns

    def _complaint_changes(self) -> Columns:
        new = np.diff(np.array(self._complaints))
        at = np.flatnonzero(new > 0.0)
        return self._rows(
            "complaint", at, np.full(len(at), "building", dtype=object), new[at], "new complaints"
        )

    def _rows(
        self, kind: str, at: NDArray[np.int64], entity: NDArray[Any], value: Float, text: str
    ) -> Columns:
        same = [np.full(len(at), word, dtype=object) for word in (kind, text)]
        return _columns(self._times(at), same[0], entity, value, same[1])


def _words(words: tuple[str, ...]) -> NDArray[Any]:
    return np.array(words, dtype=object)


def _columns(
    time_s: Float, kind: NDArray[Any], entity: NDArray[Any], value: Float, text: NDArray[Any]
) -> Columns:
    return {
        "time_s": time_s.astype(np.float64),
        "kind": kind,
        "entity": entity,
        "value": value.astype(np.float64),
        "text": text,
    }
