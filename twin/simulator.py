"""N buildings, one tick or one control step at a time: the only caller of the physics kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.basics.errors import TwinError
from twin.building.assembly import Building, initial_state
from twin.physics import threads
from twin.physics.kernel import bound
from twin.physics.layout import (
    N_LOGGED,
    N_TICK,
    N_TRUTH,
    OWN,
    SN_READING,
    SN_TIME,
    Boundary,
    Float,
    Log,
    Scratch,
    State,
    scratch,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED_FROM = 64  # building-ticks in a call from which threads save more than they cost
SLICE = 32  # buildings that a thread takes at a time, about: it may not have its core for itself


class Measurements(NamedTuple):
    """The newest readings: value (N, P) in the point's unit, NaN where none came yet; age (N, P) [s]."""

    reading: Float
    age_s: Float


class Slice(NamedTuple):
    """Some neighbouring buildings: views of their rows, and scratch of their own."""

    rows: slice
    state: State
    boundary: Boundary
    scratch: Scratch


@dataclass(frozen=True)
class Snapshot:
    """Everything that the future depends on, apart from the traces, which are shared."""

    buffer: Float


def silent_log(signals: int) -> Log:
    """Logging switched off: arrays of length zero."""
    empty = np.zeros(0, dtype=np.int64)
    return Log(empty, empty, np.zeros(0), np.zeros((0, signals)))


class Simulator:
    """N buildings side by side.

    Parameters
    ----------
    building
        From `twin.assemble(scenario, seeds)`; one building per seed.

    Attributes
    ----------
    state
        The wide arrays of twin.physics.layout.State, first axis N.
    """

    def __init__(self, building: Building) -> None:
        self.building = building
        self.count = len(building.seeds)
        self.state, self._buffer = initial_state(building)
        self._fresh = self._buffer.copy()
        self._scratch = scratch(self.state.zone.shape[1], building.parameters.door.shape[1])
        self._threads = threads.wanted()
        self._slices: list[Slice] = []
        self._sliced: Boundary | None = None
        self._advance: Callable[..., None] | None = None
        self._log = silent_log(len(building.signal_points))

    @property
    def tick(self) -> int:
        """Ticks since the origin of building 0."""
        return int(self.state.counter[0, N_TICK])

    @property
    def seconds(self) -> float:
        """Seconds since the origin of building 0."""
        return float(self.tick * self.building.clock.tick_s)

    def reset(self, mask: NDArray[np.bool_] | None = None) -> Measurements:
        """Put all buildings, or those where mask (N,) is true, back to the start of the warm-up."""
        if mask is None:
            self._buffer[:] = self._fresh
        else:
            fresh = self._views(self._fresh)
            for name, array in self.state._asdict().items():
                array[mask] = fresh[name][mask]
        return self.measurements()

    def _views(self, buffer: Float) -> dict[str, Float]:
        views: dict[str, Float] = {}
        offset = 0
        for name, array in self.state._asdict().items():
            views[name] = buffer[offset : offset + array.size].reshape(array.shape)
            offset += array.size
        return views

    def step(self, command: Float) -> Measurements:
        """One control step under one command row per building, (N, A)."""
        self.advance(command, self.building.clock.ticks_per_step)
        return self.measurements()

    def advance(self, command: Float, ticks: int, log: Log | None = None) -> None:
        """Move time by some ticks.

        Parameters
        ----------
        command
            (N, A), NaN where the local loop decides.
        ticks
            Number of ticks; refused beyond the end of the run.
        log
            Filled with readings and truth (N = 1 only); its positions restart at 0 with each call.
        """
        last = int(self.state.counter[:, N_TICK].max()) + ticks
        if last > self.building.clock.ticks:
            raise TwinError("the run is over", key="run.days", value=self.building.scenario.run.days)
        if log is not None:
            self.state.counter[:, N_LOGGED] = 0.0
            self.state.counter[:, N_TRUTH] = 0.0
        self._call(np.ascontiguousarray(command, dtype=np.float64), ticks, log or self._log)

    def _call(self, command: Float, ticks: int, log: Log) -> None:
        if command.shape != self.state.command.shape:
            raise ValueError(f"command of shape {command.shape}, expected {self.state.command.shape}")
        building = self.building
        arguments = (building.parameters, self.state, command, building.boundary, ticks, log, self._scratch)
        if self._advance is None:
            self._advance = bound(*arguments)
        if self._threads > 1 and self.count > 1 and self.count * ticks >= SHARED_FROM:
            self._share(self._advance, command, ticks, log)
        else:
            self._advance(*arguments)

    def _share(self, advance: Callable[..., None], command: Float, ticks: int, log: Log) -> None:
        """The same call, by slices that threads take one after the other."""
        if self._sliced is not self.building.boundary:
            self._sliced = self.building.boundary
            self._slices = self._cut(self._sliced)
        design = self.building.parameters
        parts = [
            partial(advance, design, one.state, command[one.rows], one.boundary, ticks, log, one.scratch)
            for one in self._slices
        ]
        threads.share(parts, self._threads)

    def _cut(self, boundary: Boundary) -> list[Slice]:
        """Slices of about SLICE buildings, as many for each thread."""
        count = min(self.count, self._threads * max(1, round(self.count / (self._threads * SLICE))))
        edges = [self.count * i // count for i in range(count + 1)]
        doors = self.building.parameters.door.shape[1]
        slices = []
        for first, last in pairwise(edges):
            rows = slice(first, last)
            own = {name: getattr(boundary, name)[rows] for name in OWN}
            state = State(*(array[rows] for array in self.state))
            room = scratch(self.state.zone.shape[1], doors)
            slices.append(Slice(rows, state, boundary._replace(**own), room))
        return slices

    def measurements(self) -> Measurements:
        """The newest readings and their ages."""
        age = self.state.counter[:, N_TICK, None] - self.state.sensor[:, :, SN_TIME]
        age *= self.building.clock.tick_s
        return Measurements(self.state.sensor[:, :, SN_READING].copy(), age)

    def snapshot(self) -> Snapshot:
        """A copy of the state; restore() continues from here exactly."""
        return Snapshot(self._buffer.copy())

    def restore(self, snapshot: Snapshot) -> None:
        """Continue from a snapshot of this simulator (or of one of equal shape)."""
        if snapshot.buffer.shape != self._buffer.shape:
            raise ValueError(f"snapshot of {snapshot.buffer.size} numbers, expected {self._buffer.size}")
        self._buffer[:] = snapshot.buffer
