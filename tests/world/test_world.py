"""The event world: numbers as in the batch, commands from outside, interrupts, pace, what the sinks get."""

from __future__ import annotations

import os
import signal
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ResultsError, ScenarioError, TwinError
from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.control.controller import Controller
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up
from twin.telemetry.record import Block, MemorySink
from twin.telemetry.storage import ParquetSink, read_events, read_readings, read_truth
from twin.world import world as world_module
from twin.world.pacing import PacedEnvironment
from twin.world.world import World

STEP_S, TICK_S, DAY_S = 900, 60, 86400
POINT = "classroom.heating_setpoint"
SPRING = {"America": "2023-03-12", "Europe": "2023-03-26"}


@cache
def building(days: int = 1, start: str = "2023-01-18") -> Building:
    return assemble(load_scenario("classroom", {"run": {"days": days, "warm_up_days": 1, "start": start}}), 3)


def agent(name: str = "setback", of: Building | None = None) -> Controller:
    of = of or building()
    task = Task(of)
    return build(load_agent(name), task.observation, task.action, of.clock.control_step_s, of.seeds)


def world(sink: Any = None, controller: Any = None, of: Building | None = None, **more: Any) -> World:
    of = of or building()
    sinks = () if sink is None else (sink,)
    return World(of, controller or agent(of=of), Task(of), sinks, baseline=agent(of=of), **more)


def same_state(one: World | Simulator, other: World | Simulator) -> bool:
    first, second = (w.simulator.state if isinstance(w, World) else w.state for w in (one, other))
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True))


def assert_same_blocks(one: MemorySink, other: MemorySink) -> None:
    for kind in ("readings", "truth", "events"):
        a, b = one.all(kind), other.all(kind)  # type: ignore[arg-type]
        assert a is not None
        assert b is not None
        for name, column in a.columns.items():
            if column.dtype == object:
                assert column.tolist() == b.columns[name].tolist()
            else:
                assert np.array_equal(column, b.columns[name], equal_nan=True)


@pytest.mark.parametrize("name", ["setback", "pi", "random"])
def test_world_and_batch_are_the_same_bit_for_bit(name: str) -> None:
    recorded, silent = world(MemorySink(), agent(name)).run(), world(None, agent(name)).run()
    simulator, task, controller = Simulator(building()), Task(building()), agent(name)
    warm_up(simulator, task, agent())
    state: object = None
    start = np.ones(1, dtype=np.bool_)
    while simulator.tick < building().clock.ticks:
        action, state = controller.predict(task.observe(simulator), state, start)
        simulator.step(task.command(action))
        start = np.zeros(1, dtype=np.bool_)
    assert same_state(recorded, simulator)
    assert same_state(silent, simulator)
    assert recorded.steps == DAY_S // STEP_S


def test_sinks_get_what_was_read_after_the_warm_up() -> None:
    sink = MemorySink()
    done = world(sink).run()
    assert sink.closed
    sensor = done.simulator.state.sensor[0]
    for i, info in enumerate(building().sensors):
        times, values = sink.of(info.point_id)
        assert values[-1] == sensor[i, la.SN_READING]
        assert times[-1] == sensor[i, la.SN_TIME] * TICK_S
        assert np.all(np.diff(times) == info.period_s)
        assert DAY_S < times[0] <= DAY_S + info.period_s
        if info.datasheet.endswith("_meter"):
            assert np.all(np.diff(values) >= 0.0)


def test_truth_has_every_point_that_means_something() -> None:
    sink = MemorySink()
    done = world(sink).run()
    truth = sink.all("truth")
    assert truth is not None
    assert set(truth.names) == set(building().signal_columns)
    assert np.array_equal(truth.columns["time_s"], np.arange(DAY_S + 300.0, 2 * DAY_S + 1.0, 300.0))
    column = building().signal_columns["classroom.air_temperature"]
    at = truth.names.index("classroom.air_temperature")
    assert truth.columns["value"][-1, at] == done.simulator.state.signal[0, column]


def test_events_tell_who_came_and_went() -> None:
    sink = MemorySink()
    world(sink).run()
    events = sink.all("events")
    assert events is not None
    times, kinds = events.columns["time_s"], events.columns["kind"].tolist()
    assert np.all(np.diff(times) >= 0.0)
    assert times[0] >= DAY_S
    assert kinds.count("arrival") == kinds.count("departure") > 0
    trace = building().traces[0].events
    inside = (
        (trace[:, la.EV_TICK] >= 1440) & (trace[:, la.EV_TICK] < 2880) & (trace[:, la.EV_KIND] == la.EV_MOVE)
    )
    people = {"arrival", "departure", "move", "meeting", "activity"}
    assert sum(kind in people for kind in kinds) == np.count_nonzero(inside)


def test_in_pieces_is_as_at_once() -> None:
    whole, pieces = MemorySink(), MemorySink()
    done, cut = world(whole).run(), world(pieces)
    for until in (0.0, 50_000.0, DAY_S, DAY_S + 7.0, DAY_S + 3600, DAY_S + 4000.5, 1.9 * DAY_S):
        cut.run(until)
        assert cut.simulator.seconds == until // TICK_S * TICK_S
    cut.run()
    assert same_state(done, cut)
    assert_same_blocks(whole, pieces)


def setpoint(of: World) -> float:
    column = dict(zip((p.id for p in building().command_points), building().command_columns, strict=True))[
        POINT
    ]
    return float(of.simulator.state.command[0, column])


def test_a_command_from_outside_is_latched_at_the_next_tick_and_held() -> None:
    sink = MemorySink()
    hand = world(sink)
    hand.run(DAY_S + 430.0)
    hand.command(POINT, 26.5)
    before = setpoint(hand)
    hand.run(DAY_S + 480.0)
    assert setpoint(hand) == before != 26.5
    hand.run(DAY_S + 540.0)
    assert setpoint(hand) == 26.5
    hand.run(DAY_S + 5 * STEP_S)
    assert setpoint(hand) == 26.5
    hand.command(POINT, None)
    hand.run(DAY_S + 5 * STEP_S + TICK_S)
    assert setpoint(hand) == before
    hand.close()
    events = sink.all("events")
    assert events is not None
    said = [
        (float(t), float(v))
        for t, k, v in zip(*(events.columns[n] for n in ("time_s", "kind", "value")), strict=True)
        if k == "outside_command"
    ]
    assert said[0] == (DAY_S + 480.0, 26.5)
    assert said[1][0] == DAY_S + 5 * STEP_S
    assert np.isnan(said[1][1])


def test_latching_does_not_depend_on_when_within_the_tick() -> None:
    runs = []
    for at in (DAY_S + 421.0, DAY_S + 479.0, DAY_S + 480.0):
        one = world()
        one.run(at)
        one.command(POINT, 24.0)
        runs.append(one.run())
    assert same_state(runs[0], runs[1])
    assert same_state(runs[0], runs[2])
    assert not same_state(runs[0], world().run())


def test_a_command_that_cannot_be_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'classroom\.heating_setpoint'"):
        world().command("classroom.heating_setpiont", 21.0)
    for value in (99.0, float("nan")):
        with pytest.raises(ScenarioError, match="out of bounds"):
            world().command(POINT, value)


class Breaking:
    """A controller that does something at its n-th step."""

    def __init__(self, step: int, act: Any) -> None:
        self.inner, self.left, self.act = agent(), step, act

    def predict(self, observation: Float, state: Any = None, *rest: Any) -> tuple[Float, Any]:
        self.left -= 1
        if self.left == 0:
            self.act()
        return self.inner.predict(observation, state, *rest)


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def raise_interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("act", [ctrl_c, raise_interrupt])
def test_ctrl_c_leaves_complete_results(act: Any, tmp_path: Path) -> None:
    stopped = world(ParquetSink(tmp_path, building().clock), Breaking(49, act)).run()
    assert stopped.interrupted
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    reached = building().clock.utc(DAY_S + 48 * STEP_S)
    assert stopped.simulator.seconds == DAY_S + 48 * STEP_S
    for read in (read_readings, read_truth):
        assert read(tmp_path)["time"].max() <= reached
    assert read_truth(tmp_path)["time"].max() == reached
    assert not read_events(tmp_path).empty
    assert stopped.run().simulator.seconds == DAY_S + 48 * STEP_S


def test_an_uninterrupted_run_says_so() -> None:
    assert not world().run().interrupted


class FullDisk(MemorySink):
    """Takes a number of blocks, then fails."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.left = blocks

    def write(self, block: Block) -> None:
        self.left -= 1
        if self.left < 0:
            raise ResultsError("cannot write telemetry: No space left on device")
        super().write(block)


def test_a_full_disk_ends_the_run_with_one_error() -> None:
    sink = FullDisk(2)
    with pytest.raises(ResultsError, match="No space"):
        world(sink, of=building(3)).run()
    assert sink.closed
    assert len(sink.blocks) == 2


def test_progress_goes_from_zero_to_one() -> None:
    shares: list[float] = []
    world(progress=shares.append, of=building(3)).run()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) >= 3


def test_a_paced_world_keeps_time_and_changes_no_number(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    paced_environment = partial(PacedEnvironment, clock=clock, sleep=clock.sleep)
    monkeypatch.setattr(world_module, "_paced", paced_environment)
    paced, fast = MemorySink(), MemorySink()
    slow = world(paced, speed=3600.0)
    slow.run(DAY_S)
    assert clock.now - 100.0 == pytest.approx(24.0)
    slow.run()
    assert clock.now - 100.0 == pytest.approx(48.0)
    done = world(fast).run()
    assert same_state(slow, done)
    assert_same_blocks(paced, fast)
    assert len(paced.blocks) > len(fast.blocks)


def test_a_paced_world_can_be_stopped_while_it_waits(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.naps) == 20:
            ctrl_c()

    monkeypatch.setattr(world_module, "_paced", partial(PacedEnvironment, clock=clock, sleep=sleep))
    stopped = world(MemorySink(), speed=60.0).run()
    assert stopped.interrupted
    assert len(clock.naps) == 20


def test_daylight_saving_makes_a_long_or_short_day() -> None:
    short = building(1, SPRING[building().clock.timezone.split("/")[0]])
    sink = MemorySink()
    world(sink, of=short).run()
    truth = sink.all("truth")
    assert truth is not None
    assert len(truth) == 23 * 12
    assert np.all(np.diff(truth.columns["time_s"]) == 300.0)


def test_a_world_is_one_building_at_a_positive_speed() -> None:
    with pytest.raises(TwinError, match="one building"):
        World(assemble(building().scenario, [0, 1]), agent(), Task(building()))
    with pytest.raises(TwinError, match="positive"):
        world(speed=0.0)


def test_without_devices_there_is_still_truth() -> None:
    bare = assemble(load_scenario("classroom", {"devices": [], "run": {"days": 1, "warm_up_days": 0}}), 0)
    sink = MemorySink()
    world(sink, of=bare).run()
    assert sink.all("readings") is None
    truth = sink.all("truth")
    assert truth is not None
    assert len(truth) == 288


def test_a_control_step_of_a_day_loses_no_reading() -> None:
    plan = {"days": 2, "warm_up_days": 1, "control_step_s": DAY_S, "start": "2023-01-18"}
    slow = assemble(load_scenario("classroom", {"run": plan}), 0)
    sink = MemorySink()
    done = world(sink, of=slow).run()
    assert done.steps == 2
    expected = sum(2 * DAY_S // info.period_s for info in slow.sensors)
    readings = sink.all("readings")
    assert readings is not None
    assert len(readings) == expected
