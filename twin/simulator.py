"""N buildings, one tick or one control step at a time: the only caller of the physics kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.basics.errors import TwinError
from twin.building.assembly import Building, initial_state
from twin.physics import threads
from twin.physics.compile import bound
from twin.physics.kernel import advance
from twin.physics.layout import (
    N_LOGGED,
    N_TICK,
    N_TRUTH,
    SN_READING,
    SN_TIME,
    Float,
    Int,
    Log,
    State,
    scratch,
)
from twin.physics.panel import View, blind

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLIND = blind()
SHARED_FROM = 64  # building-ticks in a call from which threads save more than they cost
FLOAT = np.dtype(np.float64)
APART = 16  # numbers in two cache lines


class Measurements(NamedTuple):
    """The newest readings: value (N, P) in the point's unit, NaN where none came yet; age (N, P) [s]."""

    reading: Float
    age_s: Float


@dataclass(frozen=True)
class Snapshot:
    """Everything that the future depends on, apart from the traces, which are shared."""

    buffer: Float


def silent_log(signals: int) -> Log:
    """Logging switched off: arrays of length zero."""
    empty = np.zeros(0, dtype=np.int64)
    return Log(empty, empty, np.zeros(0), np.zeros((0, signals)))


def _turns(count: int, number: int) -> tuple[Int, Int]:
    """For each of `number` threads the next building and the one after its last; and where each begins.

    A thread's row stays in its own cache until others come to help.
    """
    turns = np.zeros((number, APART), dtype=np.int64)
    for i in range(number):
        turns[i, 0], turns[i, 1] = count * i // number, count * (i + 1) // number
    return turns, turns[:, 0].copy()


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
        begin = accumulate((array.nbytes for array in self.state), initial=0)
        self._places = [(array.shape, at) for array, at in zip(self.state, begin, strict=False)]
        self._log = silent_log(len(building.signal_points))
        self._unseen = np.zeros((0, 0), dtype=np.float32)
        self._advance: Callable[..., None] | None = None
        self.use(threads.wanted())

    @property
    def tick(self) -> int:
        """Ticks since the origin of building 0."""
        return int(self.state.counter[0, N_TICK])

    @property
    def seconds(self) -> float:
        """Seconds since the origin of building 0."""
        return float(self.tick * self.building.clock.tick_s)

    def use(self, number: int) -> None:
        """Share calls that are large enough among so many threads."""
        number = min(number, self.count)
        zones, doors = self.state.zone.shape[1], self.building.parameters.door.shape[1]
        self._scratches = [scratch(zones, doors) for _ in range(number)]
        self._scratch = self._scratches[0]
        self._alone, self._all = self._turns, self._begin = _turns(self.count, 1)
        if number > 1:
            self._turns, self._begin = _turns(self.count, number)

    def reset(self, mask: NDArray[np.bool_] | None = None) -> Measurements:
        """Put all buildings, or those where mask (N,) is true, back to the start of the warm-up."""
        fresh, buffer = initial_state(self.building)
        if mask is None:
            self._buffer[:] = buffer
        else:
            for array, new in zip(self.state, fresh, strict=True):
                array[mask] = new[mask]
        return self.measurements()

    def fork(self, building: Building, row: int) -> Simulator:
        """A simulator of another building of the same design, all of it in the state of one row of this."""
        other = Simulator.__new__(Simulator)
        other.building, other.count = building, len(building.seeds)
        other._log, other._unseen, other._advance = self._log, self._unseen, self._advance
        other._spread(self, row)
        other.use(1 if other.count == 1 else threads.wanted())
        return other

    def _spread(self, parent: Simulator, row: int) -> None:
        """A state of its own, where every building is as one row of another simulator is."""
        count, many = self.count, parent.count
        self._places = parent._places
        if count != many:
            self._places = [((count, *shape[1:]), at // many * count) for shape, at in parent._places]
        alone = many == count == 1
        buffer = parent._buffer.copy() if alone else np.empty(parent._buffer.size // many * count)
        views = [np.ndarray(shape, FLOAT, buffer, at) for shape, at in self._places]
        self.state, self._buffer = State._make(views), buffer
        if not alone:
            for own, array in zip(views, parent.state, strict=True):
                own[:] = array[row]

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
        if log is not None:
            self.state.counter[:, N_LOGGED] = 0.0
            self.state.counter[:, N_TRUTH] = 0.0
        command = np.ascontiguousarray(command, dtype=np.float64)
        self._call(command, ticks, log or self._log, BLIND, self._unseen)

    def play(self, command: Float, ticks: int, view: View, seen: NDArray[np.float32]) -> None:
        """Move time by some ticks under commands (N, A), and put what is then in view into `seen` (N, n)."""
        self._call(command, ticks, self._log, view, seen)

    def _call(self, command: Float, ticks: int, log: Log, view: View, seen: NDArray[np.float32]) -> None:
        if command.shape != self.state.command.shape:
            raise ValueError(f"command of shape {command.shape}, expected {self.state.command.shape}")
        building, counter = self.building, self.state.counter
        last = counter.item(0, N_TICK) if self.count == 1 else counter[:, N_TICK].max()
        if last + ticks > building.clock.ticks:
            raise TwinError("the run is over", key="run.days", value=building.scenario.run.days)
        shared = len(self._scratches) > 1 and self.count * ticks >= SHARED_FROM
        given = (building.parameters, self.state, command, building.boundary, ticks, log)
        turns, begin = (self._turns, self._begin) if shared else (self._alone, self._all)
        turns[:, 0] = begin
        if self._advance is None:
            self._advance = bound(advance, *given, self._scratch, view, seen, turns, 0)
        if shared:
            each = enumerate(self._scratches)
            parts = [partial(self._advance, *given, own, view, seen, turns, i) for i, own in each]
            threads.share(parts, len(parts))
        else:
            self._advance(*given, self._scratch, view, seen, turns, 0)

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
