"""Ticks longer than a minute: the same building as at a minute, as far as loops, chance and comfort go."""

from __future__ import annotations

import numpy as np
import pytest

from twin.building.assembly import assemble
from twin.physics import layout as la
from twin.scenario.catalog import load_scenario
from twin.simulator import Simulator

WEEKS = {"winter": "2023-01-16", "summer": "2023-07-10"}


def week(start: str, tick_s: int, seeds: int, behaviour: bool) -> Simulator:
    """A week of offices with the comfort bounds as setpoints."""
    people = {"thermostat_override": behaviour, "open_windows": behaviour}
    run = {"start": start, "days": 7, "tick_s": tick_s}
    simulator = Simulator(assemble(load_scenario("office", {"behaviour": people, "run": run}), range(seeds)))
    bounds = simulator.building.boundary.bounds
    command = np.tile(simulator.building.command_default, (seeds, 1))
    clock = simulator.building.clock
    for k in range(0, clock.ticks, clock.ticks_per_step):
        now = bounds[k * clock.tick_s // clock.boundary_step_s]
        for z in range(bounds.shape[1]):
            command[:, z * la.ZONE_COMMANDS + la.C_HEATING] = now[z, la.B_LOWER]
            command[:, z * la.ZONE_COMMANDS + la.C_COOLING] = now[z, la.B_UPPER]
        simulator.step(command)
    return simulator


@pytest.mark.parametrize("season", list(WEEKS))
def test_five_minutes_use_the_energy_and_give_the_comfort_of_one(season: str) -> None:
    """Energy and occupied discomfort within 2 %; every end use that matters within 3 %."""
    fine, coarse = (week(WEEKS[season], tick, 4, False).state for tick in (60, 300))
    used = [state.kpi[:, : la.END_USES].sum(axis=0) for state in (fine, coarse)]
    assert used[1].sum() == pytest.approx(used[0].sum(), rel=0.02)
    large = used[0] > 0.02 * used[0].sum()
    np.testing.assert_allclose(used[1][large], used[0][large], rtol=0.03)
    felt = [state.kpi_zone[:, :, la.KZ_TDIS_OCCUPIED].sum() for state in (fine, coarse)]
    assert felt[0] > 0.0
    assert felt[1] == pytest.approx(felt[0], rel=0.02)


def test_people_decide_by_the_same_draws_at_any_tick_from_a_minute() -> None:
    fine, coarse = (week(WEEKS["winter"], tick, 8, True).state.counter for tick in (60, 300))
    often = [counter[:, la.N_OVERRIDES] for counter in (fine, coarse)]
    assert often[0].mean() > 20.0
    assert np.abs(often[1] - often[0]).mean() < 0.1 * often[0].mean()
