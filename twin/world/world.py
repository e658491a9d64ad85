"""World: one building as an event world. It owns a Simulator of one, so that its numbers are the batch's."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from simpy.core import Environment

from twin.basics.errors import ScenarioError, TwinError, nearest
from twin.building.assembly import Building
from twin.physics.layout import Float
from twin.sight import Sight
from twin.simulator import Simulator
from twin.task import Task
from twin.telemetry.record import Sink
from twin.world import processes
from twin.world.devices import Gateway
from twin.world.journal import Journal
from twin.world.pacing import Moment, Order, PacedEnvironment

FLUSH_S = 86400
AWAKE_S = 0.05  # a paced world wakes at most every so many real seconds
_paced = PacedEnvironment


class Controller(Protocol):
    """What a World needs from a controller (see twin.control.controller)."""

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: NDArray[np.bool_] | None = None,
        deterministic: bool = True,
    ) -> tuple[Float, Any]:
        """Action (1, m) for an observation (1, n), and the controller's next state."""


class World:
    """A building, its people, devices and controller in simulated time.

    Parameters
    ----------
    building
        Of one seed.
    controller
        In charge from the end of the warm-up (from the start without a baseline).
    task
        Turns the state into observations and actions into commands.
    sinks
        Take readings, truth and events of the time after the warm-up, in blocks of a day.
    speed
        Simulated seconds per second; infinite: as fast as possible.
    progress
        Called with the share of the run done, 0–1, once per block.
    baseline
        In charge of the warm-up, on the plain task.

    Attributes
    ----------
    simulator
        The Simulator of one; its state is current whenever `run` has returned.
    interrupted
        Ctrl-C came; what was done is complete in the sinks, and they are closed.
    controller_s, steps
        Wall time spent in `predict` after the warm-up [s], and control steps there.
    """

    def __init__(
        self,
        building: Building,
        controller: Controller,
        task: Task | Sight,
        sinks: Sequence[Sink] = (),
        speed: float = math.inf,
        progress: Callable[[float], None] | None = None,
        baseline: Controller | None = None,
    ) -> None:
        if building.count != 1:
            raise TwinError("a World runs one building", value=building.count, allowed="one seed")
        if not speed > 0.0:
            raise TwinError("speed must be positive", key="speed", value=speed)
        self.simulator = Simulator(building)
        self.interrupted = False
        self.controller_s, self.steps = 0.0, 0
        first = task if baseline is None else Task(building)
        self._tasks, self._sinks, self._progress = (first, task), tuple(sinks), progress
        self._controllers = (baseline or controller, controller)
        self._memory: tuple[Any, NDArray[np.bool_]] = (None, np.ones(1, dtype=np.bool_))
        self._stop, self._closed = False, False
        self._prepare_clock(building, speed)
        self._gateway = Gateway(building, self.flush_ticks + building.clock.ticks_per_step)
        self._gateway.start(self.recorded_from)
        self._journal = Journal(building)
        self._prepare_commands(building)
        self._start_processes()

    def _prepare_clock(self, building: Building, speed: float) -> None:
        clock = building.clock
        per_step, tick_s = clock.ticks_per_step, clock.tick_s
        self.tick, self.end = 0, clock.ticks
        self.recorded_from = min(-(-clock.warm_up_ticks // per_step) * per_step, self.end)
        paced = math.isfinite(speed)
        self.env: Environment = _paced(speed, lambda: self._stop) if paced else Environment()
        self.stride = max(1, min(per_step, int(speed * AWAKE_S / tick_s))) if paced else per_step
        self.flush_ticks = max(1, int(min(FLUSH_S, speed) / tick_s))
        self._per_step, self._tick_s = per_step, tick_s

    def _prepare_commands(self, building: Building) -> None:
        self._column = {
            point.id: int(column)
            for point, column in zip(building.command_points, building.command_columns, strict=True)
        }
        self._bounds = {
            point.id: (float(low), float(high))
            for point, low, high in zip(
                building.command_points, building.command_low, building.command_high, strict=True
            )
        }
        self._chosen: Float = building.command_default[None, :].copy()
        self._latched = self._chosen
        self._held: dict[int, float] = {}
        self._pending: list[tuple[int, int, float]] = []

    def _start_processes(self) -> None:
        for process in (processes.plant, processes.controller, processes.gateway):
            self.env.process(process(self))
        if self._sinks:
            for person in processes.people(self):
                self.env.process(person)

    # --- what a user calls ------------------------------------------------------------------------------

    def run(self, until_s: float | None = None) -> World:
        """Run to the end, or up to `until_s` seconds after the origin; may be called again to go on.

        At the end the sinks are closed. Ctrl-C ends the run between two events: what was done is flushed, the
        sinks are closed, and `interrupted` is true.

        Raises
        ------
        ResultsError
            Where a sink cannot write; what was written before stays.
        """
        if self._closed:
            return self
        full = until_s is None or until_s >= self.end * self._tick_s
        limit = self.end * self._tick_s if full or until_s is None else until_s
        halt = Moment(self.env, max(0.0, limit - self.env.now), Order.HALT if full else Order.PEOPLE)
        if isinstance(self.env, PacedEnvironment):
            self.env.anchor()
        try:
            with self._listening_to_interrupts():
                self._loop(halt)
        except KeyboardInterrupt:
            self._stop = True
        except BaseException as error:
            with suppress(Exception):
                self.close()
            if isinstance(error.__cause__, TwinError):  # SimPy raises a copy, which names no file
                raise error.__cause__ from None
            raise
        self.interrupted = self._stop
        if full or self._stop:
            self.close()
        else:
            self.advance_to(int(limit // self._tick_s))
            self.hand_on()
        return self

    def command(self, point_id: str, value: float | None) -> None:
        """Hold a command from outside from the next tick on, over the controller's; None hands it back.

        Parameters
        ----------
        point_id
            One of the building's command points.
        value
            In the point's unit, within its bounds.

        Raises
        ------
        ScenarioError
            Unknown point (with the nearest), or a value out of bounds.
        """
        if point_id not in self._column:
            raise ScenarioError(
                "this point cannot be commanded",
                key="point",
                value=point_id,
                allowed=", ".join(self._column),
                suggestion=nearest(point_id, self._column),
            )
        low, high = self._bounds[point_id]
        if value is not None and not low <= value <= high:
            raise ScenarioError(
                "command out of bounds", key=point_id, value=value, allowed=f"{low:g} to {high:g}"
            )
        number = math.nan if value is None else float(value)
        tick = max(self.tick, math.ceil(self.env.now / self._tick_s))
        self._pending.append((tick, self._column[point_id], number))
        self._journal.say(
            tick * self._tick_s, "outside_command", point_id, number, "" if value is not None else "released"
        )

    def close(self) -> None:
        """Flush what has been recorded and close the sinks; nothing runs afterwards."""
        if self._closed:
            return
        self._closed = True
        try:
            self.hand_on()
        finally:
            for sink in self._sinks:
                sink.close()

    # --- what the processes call ------------------------------------------------------------------------

    def moment(self, tick: int, order: Order) -> Moment:
        """The event at which `tick` begins, for those of that order."""
        ahead = tick * self._tick_s - self.env.now
        return Moment(self.env, ahead if ahead > 0.0 else 0.0, order)

    def step_after(self, tick: int) -> int:
        """First tick of the next control step."""
        return (tick // self._per_step + 1) * self._per_step

    def say(self, kind: str, entity: str, value: float, text: str) -> None:
        """Put an event of now on record."""
        self._journal.say(self.env.now, kind, entity, value, text)

    def advance_to(self, tick: int) -> None:
        """Let physics catch up with `tick`; commands from outside are latched at theirs."""
        while self.tick < tick:
            goal = self._latch_pending(tick) if self._pending else tick
            if self.tick >= self.recorded_from and self._sinks:
                self._gateway.advance(self.simulator, self._latched, goal - self.tick)
            else:
                self.simulator.advance(self._latched, goal - self.tick)
            self.tick = goal

    def _latch_pending(self, tick: int) -> int:
        """Apply what is due now; returns how far the command then holds, at most `tick`."""
        due = [entry for entry in self._pending if entry[0] <= self.tick]
        self._pending = [entry for entry in self._pending if entry[0] > self.tick]
        for _, column, value in due:
            self._held[column] = value
            if math.isnan(value):
                del self._held[column]
        if due:
            self._latch()
        return min([tick, *(entry[0] for entry in self._pending)])

    def _latch(self) -> None:
        self._latched = self._chosen
        if self._held:
            self._latched = self._chosen.copy()
            for column, value in self._held.items():
                self._latched[0, column] = value

    def decide(self) -> None:
        """One control step: observe, predict, latch; note what changed."""
        recorded = self.tick >= self.recorded_from
        if self.tick < self.end:
            if self.tick == self.recorded_from and self._controllers[0] is not self._controllers[1]:
                self._memory = (None, np.ones(1, dtype=np.bool_))
            state, start = self._memory
            task = self._tasks[recorded]
            observation = task.observe(self.simulator)
            begin = time.perf_counter()
            action, state = self._controllers[recorded].predict(observation, state, start)
            if recorded:
                self.controller_s += time.perf_counter() - begin
                self.steps += 1
            self._memory = (state, np.zeros(1, dtype=np.bool_) if start[0] else start)
            self._chosen = task.command(action)
            self._latch()
        if recorded and self._sinks:
            self._journal.look(self.tick, self._chosen[0], self.simulator.state)

    def hand_on(self) -> None:
        """Blocks of everything since the last time, to every sink."""
        if self._sinks and self.tick >= self.recorded_from:
            for block in [*self._gateway.blocks(self.tick), self._journal.block()]:
                for sink in self._sinks if len(block) else ():
                    sink.write(block)
        if self._progress is not None:
            self._progress(self.tick / max(1, self.end))

    # --- the loop ---------------------------------------------------------------------------------------

    def _loop(self, halt: Moment) -> None:
        step = self.env.step
        while not (halt.processed or self._stop):
            step()

    @contextmanager
    def _listening_to_interrupts(self) -> Iterator[None]:
        """First Ctrl-C: stop between events, so that no block is torn; second: at once."""
        mine = threading.current_thread() is threading.main_thread()
        if not mine or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return

        def stop(_number: int, _frame: FrameType | None) -> None:
            if self._stop:
                raise KeyboardInterrupt
            self._stop = True

        signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
