"""Meters, signals and indicators of one tick, on hand-made states of two zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import electrical
from twin.physics import layout as la
from twin.physics.psychrometrics import saturation_pressure_fast

DT = 60
SIGNALS = 2 * la.ZONE_SIGNALS + la.SITE_SIGNALS + la.SYSTEM_SIGNALS + la.METER_SIGNALS
PRICE, CARBON = 0.36 / 3.6e6, 0.5 / 3.6e6


class Bench:
    """One building of two zones without any physics: the test writes powers and temperatures itself."""

    def __init__(
        self, tick_s: int = DT, warm_up_ticks: int = 0, ticks_per_step: int = 15, operative: bool = True
    ):
        kind = np.zeros(la.KINDS, dtype=np.int64)
        kind[la.K_TICK_S], kind[la.K_TICKS_PER_BOUNDARY] = tick_s, 5
        kind[la.K_WARM_UP_TICKS], kind[la.K_TICKS_PER_STEP] = warm_up_ticks, ticks_per_step
        kind[la.K_COMFORT_OPERATIVE] = operative
        zone = np.zeros((1, 2, la.ZONE_PARAMETERS))
        zone[:, :, la.ZP_AREA], zone[:, :, la.ZP_CONDITIONED], zone[:, :, la.ZP_LIGHTS] = 20.0, 1.0, 140.0
        zone[:, :, la.ZP_DAYLIGHT] = 4.0
        empty: Any = np.zeros((1, 1, 1))
        self.p = la.Parameters(
            kind, np.zeros(la.CONSTANTS), zone, np.zeros((1, 1, 1, 1)), empty, np.zeros((1, 1, 1, 1)), empty,
            empty, empty, np.zeros((1, 1)), empty, empty, np.zeros((1, 1)),
        )  # fmt: skip
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(la.State._fields, (1, 1))
        for name in ("node", "surface", "drive", "terminal", "occupant", "sensor"):
            shapes[name] = (1, 1, 1)
        shapes |= {
            "zone": (1, 2, la.ZONE_STATES), "gains": (1, 2, la.GAINS), "power": (1, la.END_USES),
            "register": (1, la.END_USES), "kpi": (1, la.KPI_COLUMNS), "kpi_zone": (1, 2, la.KPI_ZONE_COLUMNS),
            "signal": (1, SIGNALS), "counter": (1, la.COUNTERS),
        }  # fmt: skip
        self.x, _ = la.allocate(shapes)
        self.x.zone[:, :, [la.Z_AIR, la.Z_MEAN_AIR, la.Z_RADIANT]] = 22.0
        self.x.zone[:, :, la.Z_CO2] = 420.0
        steps = 5000
        weather = np.zeros((1, steps, la.SITE_COLUMNS))
        weather[:, :, la.W_PRESSURE] = 101325.0
        bounds = np.zeros((steps, 2, la.BOUND_COLUMNS))
        bounds[:, :, la.B_LOWER], bounds[:, :, la.B_UPPER], bounds[:, :, la.B_CO2] = 20.0, 26.0, 1000.0
        tariff = np.zeros((steps, la.TARIFF_COLUMNS))
        tariff[:, la.P_ELECTRICITY], tariff[:, la.Q_ELECTRICITY] = PRICE, CARBON
        whole = np.zeros((1, 1), dtype=np.int64)
        self.b = la.Boundary(
            weather, np.zeros((1, steps, 2, la.SUN_COLUMNS)), tariff, bounds,
            np.zeros((1, 1, 1), dtype=np.int64), empty,
            whole, empty, whole, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64),
        )  # fmt: skip
        self.w = np.full((2, la.WORK), 2000.0)

    def tick(self, **power: float) -> None:
        """One tick at the given HVAC powers, as the kernel would do it."""
        k = int(self.x.counter[0, la.N_TICK])
        for name, value in power.items():
            self.x.power[0, getattr(la, f"E_{name.upper()}")] = value
        self.w[0, la.WK_SATURATION] = saturation_pressure_fast(self.x.zone[0, 0, la.Z_AIR])
        electrical.signals(self.p, self.b, self.x, 0, 0, 0, k // 5, self.w)
        electrical.accumulate(self.p, self.b, self.x, 0, 0, k // 5)
        self.x.counter[0, la.N_TICK] = k + 1

    def site(self, column: int) -> float:
        return float(self.x.signal[0, 2 * la.ZONE_SIGNALS + column])

    def meter(self, column: int) -> float:
        return float(self.x.signal[0, 2 * la.ZONE_SIGNALS + la.SITE_SIGNALS + la.SYSTEM_SIGNALS + column])


def test_register_read_at_the_end_of_a_tick_contains_that_tick() -> None:
    bench = Bench()
    for _ in range(60):
        bench.tick(fans=1000.0, gas_heating=500.0)
    assert bench.meter(la.METERS + la.E_FANS) == pytest.approx(1.0)
    assert bench.meter(la.METERS + la.END_USES + la.SM_TOTAL_ELECTRIC) == pytest.approx(1.0)
    assert bench.meter(la.METERS + la.END_USES + la.SM_TOTAL_GAS) == pytest.approx(0.5)
    assert bench.meter(la.END_USES + la.SM_TOTAL_ELECTRIC) == 1000.0


def test_lights_and_equipment_come_from_the_gains_of_all_zones() -> None:
    bench = Bench()
    bench.x.gains[0, :, la.G_LIGHTS] = [140.0, 70.0]
    bench.x.gains[0, :, la.G_EQUIPMENT] = [100.0, 20.0]
    bench.tick()
    assert bench.x.power[0, la.E_LIGHTS] == 210.0
    assert bench.x.power[0, la.E_EQUIPMENT] == 120.0


def test_price_and_carbon_signals_are_per_kwh() -> None:
    bench = Bench()
    bench.tick()
    assert bench.site(la.SS_PRICE) == pytest.approx(0.36)
    assert bench.site(la.SS_CARBON) == pytest.approx(0.5)


BENCH = Bench()


@given(st.floats(0.0, 50.0), st.floats(0.001, 0.02))
@settings(max_examples=40, deadline=None)
def test_relative_humidity_agrees_with_psychrolib(temperature: float, ratio: float) -> None:
    psychrolib = pytest.importorskip("psychrolib")
    psychrolib.SetUnitSystem(psychrolib.SI)
    vapour = psychrolib.GetVapPresFromHumRatio(ratio, 101325.0)
    expected = 100.0 * vapour / psychrolib.GetSatVapPres(temperature)
    BENCH.x.zone[0, 0, la.Z_AIR], BENCH.x.zone[0, 0, la.Z_HUMIDITY] = temperature, ratio
    BENCH.tick()
    assert BENCH.x.signal[0, la.SG_RH] == pytest.approx(min(expected, 100.0), rel=0.002)


def test_peak_is_a_time_mean_over_a_quarter_hour_and_not_the_highest_sample() -> None:
    bench = Bench()
    for k in range(30):
        bench.tick(cooling=9000.0 if k == 20 else 0.0)
    assert bench.x.kpi[0, la.KP_PEAK] == pytest.approx(9000.0 / 15)


def test_peak_covers_fixed_quarter_hours_and_skips_the_one_that_still_runs() -> None:
    bench = Bench()
    for k in range(29):
        bench.tick(cooling=900.0 if 10 <= k < 20 else 0.0)
    assert bench.x.kpi[0, la.KP_PEAK] == pytest.approx(900.0 * 5 / 15)
    bench.tick(cooling=0.0)
    assert bench.x.kpi[0, la.KP_PEAK] == pytest.approx(900.0 * 5 / 15)


def test_tick_that_straddles_a_quarter_hour_is_split() -> None:
    bench = Bench(tick_s=600)
    bench.tick(cooling=0.0)
    bench.tick(cooling=1200.0)  # 300 s of it belong to the first quarter hour
    assert bench.x.kpi[0, la.KP_PEAK] == pytest.approx(1200.0 * 300 / 900)
    bench.tick(cooling=1200.0)
    assert bench.x.kpi[0, la.KP_PEAK] == pytest.approx(1200.0)


def test_carriers_have_their_own_peaks_and_hvac_electricity_leaves_lights_out() -> None:
    bench = Bench()
    bench.x.gains[0, 0, la.G_LIGHTS] = 100.0
    for _ in range(15):
        bench.tick(fans=300.0, gas_heating=50.0, district_heating=60.0, district_cooling=70.0)
    assert bench.x.kpi[0, la.KP_PEAK : la.KP_PEAK + la.PEAKS] == pytest.approx(
        [400.0, 50.0, 60.0, 70.0, 300.0]
    )


def test_cost_and_carbon_of_hvac_and_of_the_building() -> None:
    bench = Bench()
    bench.x.gains[0, 0, la.G_EQUIPMENT] = 1000.0
    for _ in range(60):
        bench.tick(fans=1000.0)
    assert bench.x.kpi[0, la.KP_COST] == pytest.approx(2 * 0.36)
    assert bench.x.kpi[0, la.KP_COST_HVAC] == pytest.approx(0.36)
    assert bench.x.kpi[0, la.KP_CARBON] == pytest.approx(1.0)
    assert bench.x.kpi[0, la.KP_CARBON_HVAC] == pytest.approx(0.5)


def test_each_carrier_is_billed_at_its_own_price() -> None:
    bench = Bench()
    bench.b.tariff[:, la.P_GAS] = 0.1 / 3.6e6
    for _ in range(60):
        bench.tick(gas_heating=2000.0)
    assert bench.x.kpi[0, la.KP_COST_HVAC] == pytest.approx(0.2)


@pytest.mark.parametrize(("temperature", "deviation"), [(19.0, 1.0), (28.5, 2.5), (23.0, 0.0)])
def test_discomfort_counts_both_sides_of_the_band(temperature: float, deviation: float) -> None:
    bench = Bench()
    bench.x.zone[0, 0, [la.Z_MEAN_AIR, la.Z_RADIANT]] = temperature
    for _ in range(60):
        bench.tick()
    assert bench.x.kpi_zone[0, 0, la.KZ_TDIS] == pytest.approx(deviation * 3600)
    assert bench.x.kpi_zone[0, 1, la.KZ_TDIS] == 0.0


def test_comfort_temperature_is_air_or_operative_as_the_scenario_says() -> None:
    for operative, expected in ((True, 1.0), (False, 0.0)):
        bench = Bench(operative=operative)
        bench.x.zone[0, 0, la.Z_RADIANT] = 16.0
        bench.tick()
        assert bench.x.kpi_zone[0, 0, la.KZ_TDIS] == pytest.approx(expected * DT)


def test_occupied_integrals_count_people() -> None:
    bench = Bench()
    bench.x.zone[0, :, la.Z_MEAN_AIR] = 16.0  # operative 19: one kelvin short
    bench.x.zone[0, :, la.Z_CO2] = 1200.0
    bench.x.gains[0, 0, la.G_PEOPLE] = 3.0
    bench.x.zone[0, 0, la.Z_PMV], bench.x.zone[0, 0, la.Z_PPD] = -0.8, 18.0
    bench.tick()
    kz = bench.x.kpi_zone[0]
    assert kz[0, la.KZ_TDIS_OCCUPIED] == pytest.approx(3 * DT)
    assert kz[0, la.KZ_IDIS_OCCUPIED] == pytest.approx(3 * 200 * DT)
    assert kz[0, la.KZ_PMV_OUT] == kz[0, la.KZ_PRESENT] == 3 * DT
    assert kz[0, la.KZ_PPD] == pytest.approx(18.0 * 3 * DT)
    assert kz[1, la.KZ_TDIS_OCCUPIED] == 0.0
    assert kz[1, la.KZ_IDIS] == pytest.approx(200 * DT)


def test_warm_up_is_in_no_indicator_but_in_the_registers() -> None:
    bench = Bench(warm_up_ticks=10)
    bench.x.zone[0, :, la.Z_MEAN_AIR] = 10.0
    for _ in range(10):
        bench.x.counter[0, la.N_STARTS] += 1
        bench.tick(fans=100.0)
    kpi = bench.x.kpi[0].copy()
    assert kpi[la.KP_STARTS] == 10
    assert kpi[: la.KP_STEP_COST].sum() == 0.0
    assert bench.x.kpi_zone.sum() == 0.0
    assert bench.x.register[0, la.E_FANS] == 60000.0
    bench.x.counter[0, la.N_STARTS] += 1
    bench.tick(fans=100.0)
    assert bench.x.kpi[0, la.KP_TIME] == DT
    assert bench.x.kpi[0, la.KP_STARTS] == 10  # the counter moves on, the note of the warm-up stays


def test_step_integrals_restart_with_the_control_step() -> None:
    bench = Bench(ticks_per_step=5)
    bench.x.zone[0, :, la.Z_MEAN_AIR] = 16.0
    bench.x.gains[0, 0, la.G_PEOPLE] = 2.0
    for _ in range(5):
        bench.tick(fans=1000.0)
    assert bench.x.kpi[0, la.KP_STEP_TDIS] == pytest.approx(2 * 1.0 * 5 * DT)
    assert bench.x.kpi[0, la.KP_STEP_COST] == pytest.approx(5 * DT * 1000.0 * PRICE)
    bench.tick(fans=1000.0)
    assert bench.x.kpi[0, la.KP_STEP_COST] == pytest.approx(DT * 1000.0 * PRICE)


def test_unconditioned_zones_are_in_no_reward() -> None:
    bench = Bench()
    bench.p.zone[0, 0, la.ZP_CONDITIONED] = 0.0
    bench.x.zone[0, :, la.Z_MEAN_AIR] = 16.0
    bench.x.gains[0, 0, la.G_PEOPLE] = 2.0
    bench.tick()
    assert bench.x.kpi[0, la.KP_STEP_TDIS] == 0.0
