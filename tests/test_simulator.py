"""The Simulator: exact snapshots, partial resets, commands of any layout, clear ends."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from twin.basics.errors import TwinError
from twin.building.assembly import assemble
from twin.physics.layout import N_TICK
from twin.scenario.catalog import load_scenario
from twin.simulator import Simulator

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
