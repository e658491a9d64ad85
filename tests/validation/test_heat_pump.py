"""Suite "heat-pump": arithmetic of its errors, and the NIST bench where its data are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twin.validation import heat_pump, heat_pump_bench
from twin.validation.check import Check
from twin.validation.heat_pump import SUITE


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    if not (shared_data / SUITE.data / heat_pump_bench.FILE).exists():
        pytest.skip("the NIST bench data (nist_hil_ashp) are not here")
    return shared_data


def _value(checks: tuple[Check, ...], quantity: str) -> float:
    (found,) = [check.ours for check in checks if check.quantity == quantity]
    return found


def test_errors() -> None:
    measured = np.array([1.0, 3.0])
    assert heat_pump.errors(measured, measured) == (0.0, 0.0)
    assert heat_pump.errors(measured + 0.5, measured) == pytest.approx((0.25, 0.25))
    assert heat_pump.errors(np.array([2.0, 2.0]), measured) == pytest.approx((0.0, 0.5))


def _frame(minutes: int, stage: int, power: float) -> pd.DataFrame:
    """A run in which the unit starts after half an hour, 80 °F in the room and 95 °F outdoors."""
    on = np.arange(minutes) >= 30
    return pd.DataFrame(
        {
            "local_pres": np.full(minutes, 29.92), "zn_temp": np.full(minutes, 80.0),
            "sa_temp": np.where(on, 60.0, 80.0), "zn_temp_dp": np.full(minutes, 55.0),
            "sa_temp_dp": np.where(on, 53.0, 55.0), "sa_flow": np.where(on, 1000.0, 0.0),
            "stg": np.where(on, stage, 0), "od_power": np.where(on, power, 0.0),
            "id_power": np.where(on, 300.0, 15.0), "oa_temp": np.full(minutes, 95.0),
            "ref_flow": np.where(on, 7.0, 0.0),
        }
    )  # fmt: skip


def test_only_minutes_that_stand_are_kept(tmp_path: Path) -> None:
    _frame(120, 2, 2500.0).to_parquet(tmp_path / heat_pump_bench.FILE)
    bench = heat_pump_bench.read_bench(tmp_path)
    assert bench.run.size == 120 - 30 - heat_pump_bench.SETTLED
    sensible = 1000.0 * 0.3048**3 / 60.0 * heat_pump_bench.STANDARD_DENSITY * 1022.0 * 20.0 / 1.8
    assert bench.net - bench.latent == pytest.approx(sensible, rel=0.01)
    assert bench.gross - bench.net == pytest.approx(300.0)
    assert bench.outdoor == pytest.approx(35.0)


def test_without_data_nothing_is_run() -> None:
    with pytest.raises(ValueError, match="data folder"):
        SUITE.run("bench", None)


def test_the_bench_is_sound(data: Path) -> None:
    checks = SUITE.run("bench", data).checks
    assert all(demand.met for demand in SUITE.demands(checks, True))
    assert _value(checks, "steady minutes, high and low stage") > 10000


def test_the_shape_of_the_map_is_near_the_unit(data: Path) -> None:
    """Regression guards, not demands: what the suite states today, with room."""
    checks = SUITE.run("shape", data).checks
    assert all(check.verdict == "reported" for check in checks)
    assert _value(checks, "capacity, high stage: CV(RMSE)") < 7.0
    assert _value(checks, "power, high stage: CV(RMSE)") < 7.0
    assert _value(checks, "COP, low stage: CV(RMSE)") < 16.0


def test_the_coil_dries_as_the_bench_measured(data: Path) -> None:
    checks = SUITE.run("moisture", data).checks
    assert abs(_value(checks, "water removed: mean bias")) < 0.1
    assert _value(checks, "water removed: RMSE") < 0.2


def test_an_identified_map_is_tried_on_other_runs(data: Path) -> None:
    checks = SUITE.run("identified", data).checks
    assert _value(checks, "power, low stage: CV(RMSE)") < 4.0
    assert _value(checks, "power, high stage: CV(RMSE)") < 4.0
