"""The Simulator: exact snapshots, partial resets, commands of any layout, clear ends."""

from __future__ import annotations

import _thread
import multiprocessing
import threading
import time
from datetime import date
from multiprocessing.connection import Connection

import numpy as np
import pytest

from twin.basics.errors import TwinError
from twin.building.assembly import assemble
from twin.physics.layout import N_TICK
from twin.scenario.catalog import load_scenario
from twin.simulator import Simulator

MANY = 64
SEEDS = (4, 0, 7)


@pytest.fixture
def simulator() -> Simulator:
    plan = load_scenario("office").updated(start=date(2023, 1, 9), days=2, warm_up_days=0)
    return Simulator(assemble(plan, SEEDS))


def default(simulator: Simulator) -> np.ndarray:
    return np.tile(simulator.building.command_default, (simulator.count, 1))


def test_a_restored_snapshot_goes_on_exactly(simulator: Simulator) -> None:
    command = default(simulator)
    for _ in range(40):
        simulator.step(command)
    kept = simulator.snapshot()
    first = [simulator.step(command) for _ in range(20)][-1]
    after = simulator.snapshot()
    simulator.restore(kept)
    assert int(simulator.state.counter[0, N_TICK]) == 40 * 15
    second = [simulator.step(command) for _ in range(20)][-1]
    assert np.array_equal(after.buffer, simulator.snapshot().buffer, equal_nan=True)
    assert np.array_equal(first.reading, second.reading, equal_nan=True)


def test_a_snapshot_of_another_shape_is_refused(simulator: Simulator) -> None:
    other = Simulator(assemble(simulator.building.scenario, (1,)))
    with pytest.raises(ValueError, match="snapshot"):
        simulator.restore(other.snapshot())


def test_reset_with_a_mask_touches_those_only(simulator: Simulator) -> None:
    fresh = {name: array.copy() for name, array in simulator.state._asdict().items()}
    for _ in range(30):
        simulator.step(default(simulator))
    moved = {name: array.copy() for name, array in simulator.state._asdict().items()}
    simulator.reset(np.array([False, True, False]))
    for name, array in simulator.state._asdict().items():
        assert np.array_equal(array[1], fresh[name][1], equal_nan=True), name
        assert np.array_equal(array[[0, 2]], moved[name][[0, 2]], equal_nan=True), name


def test_commands_of_another_layout_or_precision_are_the_same_command(simulator: Simulator) -> None:
    command = default(simulator)
    start = simulator.snapshot()
    simulator.step(command)
    expected = simulator.snapshot().buffer
    strided = np.repeat(command, 2, axis=1)[:, ::2]
    for same in (np.asfortranarray(command), strided, command.astype(np.float32)):
        simulator.restore(start)
        simulator.step(same)
        assert np.array_equal(simulator.snapshot().buffer, expected, equal_nan=True)


def test_a_command_of_the_wrong_shape_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="shape"):
        simulator.step(simulator.building.command_default)


def test_the_run_ends_where_the_scenario_says(simulator: Simulator) -> None:
    simulator.advance(default(simulator), 2 * 1440)
    with pytest.raises(TwinError, match="over"):
        simulator.advance(default(simulator), 1)


def test_the_command_of_a_step_holds_during_it_and_the_observation_is_its_end(simulator: Simulator) -> None:
    """Command k holds on [t_k, t_k+1); what is then seen is the state at t_k+1, ticks apart from it."""
    command = default(simulator)
    simulator.step(command)
    assert simulator.tick == simulator.building.clock.ticks_per_step
    assert np.array_equal(simulator.state.command, command, equal_nan=True)
    air = simulator.building.signal_columns["core.air_temperature"]
    assert np.array_equal(simulator.state.signal[:, air], simulator.state.zone[:, 4, 0])


def test_power_is_the_mean_of_a_tick_and_registers_add_it_up(simulator: Simulator) -> None:
    """What a step used is the difference of its registers: the mean over the step just ended."""
    command = default(simulator)
    simulator.advance(command, 9 * 60)  # people come
    before, used = simulator.state.register.copy(), np.zeros_like(simulator.state.power)
    for _ in range(simulator.building.clock.ticks_per_step):
        simulator.advance(command, 1)
        used += simulator.state.power * simulator.building.clock.tick_s
    assert (used.sum(axis=1) > 0.0).all()
    np.testing.assert_allclose(simulator.state.register - before, used, rtol=1e-9, atol=1e-6)


def many(tick_s: int = 300) -> Simulator:
    plan = load_scenario("office").updated(start=date(2023, 7, 10), days=2, warm_up_days=0, tick_s=tick_s)
    return Simulator(assemble(plan, range(MANY)))


def random_steps(simulator: Simulator, steps: int) -> np.ndarray:
    """The state after some steps under setpoints, dampers and valves at random."""
    rng = np.random.default_rng(3)
    building = simulator.building
    for _ in range(steps):
        command = default(simulator)
        low, high = building.command_low, building.command_high
        given = low + (high - low) * rng.random((simulator.count, len(low)))
        given[rng.random(given.shape) < 0.5] = np.nan  # left to the local loops
        command[:, building.command_columns] = given
        simulator.step(command)
    return simulator.snapshot().buffer


@pytest.fixture(scope="module")
def by_one_thread() -> np.ndarray:
    simulator = many()
    simulator.use(1)
    return random_steps(simulator, 60)


@pytest.mark.parametrize("threads", [2, 3, 100])
def test_the_number_of_threads_changes_nothing(
    threads: int, by_one_thread: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_THREADS", str(threads))
    simulator = many()
    assert np.array_equal(random_steps(simulator, 60), by_one_thread, equal_nan=True)
    assert len(simulator._turns) == min(threads, MANY)


def test_threads_follow_people_and_devices_that_are_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slot's people may be rewritten in place, or all rows replaced as a busier day needs more room."""
    monkeypatch.setenv("TWIN_THREADS", "2")
    shared, alone = many(), many()
    alone.use(1)
    for simulator in (shared, alone):
        random_steps(simulator, 30)
        boundary = simulator.building.boundary
        boundary.event[:] = boundary.event[::-1].copy()
        random_steps(simulator, 10)
        wider = np.concatenate([boundary.event[::-1], np.full_like(boundary.event, 2**62)], axis=1)
        object.__setattr__(simulator.building, "boundary", boundary._replace(event=wider))
        random_steps(simulator, 10)
    assert np.array_equal(shared.snapshot().buffer, alone.snapshot().buffer, equal_nan=True)


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5"])
def test_a_number_of_threads_that_cannot_be_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_THREADS", given)
    with pytest.raises(TwinError, match="TWIN_THREADS"):
        Simulator(assemble(load_scenario("office").updated(days=1, warm_up_days=0), (0,)))


def _interrupt(after_s: float) -> None:
    time.sleep(after_s)
    _thread.interrupt_main()


def test_ctrl_c_leaves_all_buildings_at_the_same_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_THREADS", "2")
    simulator = many()
    command = default(simulator)
    simulator.advance(command, 3)
    start = simulator.snapshot()
    caught = 0
    for i in range(60):
        simulator.restore(start)
        interrupter = threading.Thread(target=_interrupt, args=(1e-5 * i,))
        try:
            interrupter.start()
            while True:
                simulator.advance(command, 3)
                if simulator.tick > 500:
                    simulator.restore(start)
        except KeyboardInterrupt:
            caught += 1
        interrupter.join()
        assert len(np.unique(simulator.state.counter[:, N_TICK])) == 1
    assert caught == 60


def _child(simulator: Simulator, steps: int, answer: Connection) -> None:
    answer.send(random_steps(simulator, steps))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own(
    by_one_thread: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_THREADS", "2")
    simulator = many()
    start = simulator.snapshot()
    random_steps(simulator, 5)  # the parent's threads are there
    simulator.restore(start)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(simulator, 60, there))
    child.start()
    there.close()
    assert here.poll(60.0)
    found = here.recv()
    child.join(10.0)
    assert child.exitcode == 0
    assert np.array_equal(found, by_one_thread, equal_nan=True)
