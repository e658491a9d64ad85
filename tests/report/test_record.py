"""What a results folder says, read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twin.basics.errors import ResultsError
from twin.report.hours import REGISTERS, carpet, energy_per_day, occupied_rows
from twin.report.record import read_comparison, read_run


def test_truth_begins_at_the_end_of_the_warm_up_in_civil_time(run_folder: Path) -> None:
    run = read_run(run_folder)
    first = run.truth.index[0]
    assert str(first.tz) == "Europe/Berlin"
    assert first == pd.Timestamp(run.clock.start)
    assert (first.hour, first.minute) == (0, 0)
    assert run.truth.index.is_monotonic_increasing


def test_energy_per_day_adds_up_to_the_registers_and_every_day_appears_once(run_folder: Path) -> None:
    run = read_run(run_folder)
    table = energy_per_day(run)
    assert list(table.index) == [run.scenario.run.start + timedelta(days=k) for k in range(6)]
    for point, words in REGISTERS:
        register = run.column(point)
        if register is not None and words in table.columns:
            assert table[words].sum() == pytest.approx(register.iloc[-1] - register.iloc[0], rel=1e-9)


def test_the_day_of_daylight_saving_has_an_hour_less_energy(run_folder: Path) -> None:
    pumps = energy_per_day(read_run(run_folder))["pumps"]
    assert pumps.iloc[3] == pytest.approx(pumps.iloc[1] * 23 / 24, rel=1e-6)


def test_occupied_rows_follow_the_wall_clock(run_folder: Path) -> None:
    run = read_run(run_folder)
    index = run.truth.index[occupied_rows(run)]
    assert set(index.day_of_week) <= {0, 1, 2, 3, 4}
    assert index.hour.min() == 7
    assert index.hour.max() == 18


def test_carpet_has_one_column_per_day(run_folder: Path) -> None:
    run = read_run(run_folder)
    picture, names = carpet(run.zone_table("air_temperature").mean(axis=1))
    assert picture.shape == (48, 6)
    assert names[0] == "Thu 23 Mar"
    # two half hours do not exist on the night when clocks go forward
    assert np.isnan(picture[:, 3]).sum() == 2


def test_setpoints_come_from_command_events_where_truth_has_none(run_folder: Path) -> None:
    run = read_run(run_folder)
    del run.truth["south.heating_setpoint"]
    events = pd.DataFrame(
        {"kind": "command", "entity": "south.heating_setpoint", "value": [20.0, 16.0], "text": ""},
        index=run.truth.index[[10, 50]],
    )
    run.__dict__["events"] = events
    held = run.setpoint("south.heating_setpoint")
    assert held is not None
    assert np.isnan(held.iloc[9])
    assert list(held.iloc[[10, 49, 50, -1]]) == [20.0, 20.0, 16.0, 16.0]


def test_a_comparison_keeps_the_order_of_controllers_and_seeds(make_comparison: Callable[..., Path]) -> None:
    record = read_comparison(make_comparison(agents=("setback", "pi"), seeds=2))
    assert record.agents == ["setback", "pi"]
    assert [r.manifest["seed"] for r in record.runs["pi"]] == [0, 1]


@pytest.mark.parametrize("name", ["manifest.json", "scenario.yaml"])
def test_a_missing_or_damaged_file_is_named(run_folder: Path, name: str) -> None:
    (run_folder / name).write_text("{ not what it should be")
    with pytest.raises(ResultsError, match=name):
        read_run(run_folder)
    (run_folder / name).unlink()
    with pytest.raises(ResultsError, match=name):
        read_run(run_folder)
