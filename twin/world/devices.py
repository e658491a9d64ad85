"""The gateway: takes what the devices read (sensing computed it) and what was true, and hands on blocks.

An ideal link needs no event per reading. Links that lose, delay or repeat messages, skewed clocks and
batteries get their place between `Gateway.advance` and `Gateway.blocks`.
"""

from __future__ import annotations

import numpy as np

from twin.building.assembly import Building
from twin.physics.layout import K_TRUTH_TICKS, N_LOGGED, N_TRUTH, Float, Log
from twin.simulator import Simulator
from twin.telemetry.record import AT_LIMIT, GOOD, Block


class Gateway:
    """Buffers one flush interval of readings and truth.

    Parameters
    ----------
    building
        Its sensors and signals.
    ticks
        Most ticks between two calls of `blocks`.
    """

    def __init__(self, building: Building, ticks: int) -> None:
        self._tick_s = building.clock.tick_s
        self._truth_ticks = int(building.parameters.kind[K_TRUTH_TICKS])
        self._sensors = tuple(info.point_id for info in building.sensors)
        self._upper = np.array([info.upper for info in building.sensors], dtype=np.float64)
        columns = sorted(building.signal_columns.items(), key=lambda item: item[1])
        self._signals = tuple(name for name, _ in columns)
        self._columns = np.array([column for _, column in columns], dtype=np.int64)
        room = sum(ticks * self._tick_s // info.period_s + 2 for info in building.sensors)
        rows = ticks // self._truth_ticks + 2
        self._log = Log(
            np.zeros(room, dtype=np.int64),
            np.zeros(room, dtype=np.int64),
            np.zeros(room),
            np.zeros((rows, len(building.signal_points))),
        )
        self._readings = 0
        self._rows = 0
        self._from_tick = 0

    def start(self, tick: int) -> None:
        """Begin at a tick: truth rows are stamped from here."""
        self._from_tick = tick

    def advance(self, simulator: Simulator, command: Float, ticks: int) -> None:
        """Let the simulator run some ticks under a command (1, A); keep what was read and what was true."""
        at, row, log = self._readings, self._rows, self._log
        simulator.advance(
            command,
            ticks,
            Log(log.reading_tick[at:], log.reading_sensor[at:], log.reading_value[at:], log.truth[row:]),
        )
        counter = simulator.state.counter
        self._readings = at + int(counter[0, N_LOGGED])
        self._rows = row + int(counter[0, N_TRUTH])
        counter[0, N_LOGGED] = counter[0, N_TRUTH] = 0.0  # the future does not depend on where the log stands

    def blocks(self, tick: int) -> list[Block]:
        """Readings and truth since the last call, up to `tick`; empties the buffer."""
        found = [self._reading_block(), self._truth_block()]
        self._readings, self._rows, self._from_tick = 0, 0, tick
        return [block for block in found if len(block)]

    def _reading_block(self) -> Block:
        n, log = self._readings, self._log
        sensor = log.reading_sensor[:n].astype(np.int32)
        value = log.reading_value[:n].copy()
        quality = np.where(value >= self._upper[sensor], AT_LIMIT, GOOD).astype(np.int8)
        time_s = log.reading_tick[:n] * float(self._tick_s)
        return Block(
            "readings", {"time_s": time_s, "point": sensor, "value": value, "quality": quality}, self._sensors
        )

    def _truth_block(self) -> Block:
        first = self._from_tick // self._truth_ticks + 1
        ticks = (first + np.arange(self._rows)) * self._truth_ticks
        value = self._log.truth[: self._rows][:, self._columns]
        return Block("truth", {"time_s": ticks * float(self._tick_s), "value": value}, self._signals)
