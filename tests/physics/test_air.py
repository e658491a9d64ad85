"""Air: flows by their formulas, and balances of humidity and CO2 that are exact, closed
and never negative.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics import rooms
from twin.physics import layout as la
from twin.physics.psychrometrics import relative_humidity


def sealed(name: str = "room", **changes: object) -> dict[str, object]:
    return {"id": name, "floor_area_m2": 40.0, "height_m": 2.5, **changes}


@pytest.mark.parametrize("tick", [1, 60, 900])
def test_co2_decays_as_it_must_at_any_tick(tick: int) -> None:
    """One air change an hour from 2000 ppm to an outdoor 420 ppm: the exponential, to rounding."""
    model = rooms.scenario([sealed(infiltration={"air_changes_per_hour": 1.0})])
    r = rooms.room(model, tick_s=tick, steps=40, per_step=60)
    r.x.zone[0, 0, la.Z_CO2] = 2000.0
    ticks = 1800 // tick
    trace = rooms.run(r, ticks)[:, 0, la.Z_CO2]
    exact = 420.0 + 1580.0 * np.exp(-np.arange(1, ticks + 1) * tick / 3600.0)
    np.testing.assert_allclose(trace, exact, rtol=1e-9)


def test_people_raise_co2_to_the_textbook_level() -> None:
    """Five people at 0.0052 l/s each, 50 l/s of air: 420 ppm + 520 ppm at rest."""
    r = rooms.room(rooms.scenario([sealed(infiltration={"air_changes_per_hour": 1.8})]), steps=400)
    r.x.gains[0, 0, la.G_CO2] = 5 * 5.2e-6
    assert rooms.run(r, 1440)[-1, 0, la.Z_CO2] == pytest.approx(940.0, rel=1e-6)


def test_leaks_follow_wind_and_temperature() -> None:
    r = rooms.room(rooms.scenario([sealed(infiltration={"leakage_area_cm2": 200.0})]))
    r.b.weather[..., la.W_TEMPERATURE], r.b.weather[..., la.W_WIND] = 0.0, 4.0
    rooms.run(r, 1)
    density = r.p.zone[0, 0, la.ZP_AIR_MASS] / 100.0
    expected = 0.2 * math.sqrt(0.000145 * 20.0 + 0.000319 * 16.0) * density
    assert r.x.zone[0, 0, la.Z_OUTDOOR_FLOW] == pytest.approx(expected, rel=1e-12)


def test_an_open_window_airs_more_than_leaks_and_a_closed_one_not_at_all() -> None:
    r = rooms.room(rooms.scenario([rooms.zone(infiltration={})]))
    r.b.weather[..., la.W_TEMPERATURE] = 10.0
    rooms.run(r, 1)
    assert r.x.zone[0, 0, la.Z_OUTDOOR_FLOW] == 0.0
    r.x.zone[0, 0, la.Z_WINDOW], r.x.zone[0, 0, la.Z_AIR] = 1.0, 20.0
    rooms.run(r, 1)
    density = r.p.zone[0, 0, la.ZP_AIR_MASS] / r.p.zone[0, 0, la.ZP_VOLUME]
    expected = 0.5 * 1.5 * math.sqrt(0.0035 * 1.5 * 10.0 + 0.01) * density  # 1.5 m2 open, 1.5 m high
    assert r.x.zone[0, 0, la.Z_OUTDOOR_FLOW] == pytest.approx(expected, rel=1e-12)


def doors(*pairs: tuple[str, str], **door: float) -> list[dict[str, object]]:
    return [
        {"between": pair, "construction": "partition_light", "area_m2": 8.0, "door": door} for pair in pairs
    ]


def test_a_door_passes_air_by_the_root_of_the_temperature_difference() -> None:
    model = rooms.scenario([sealed("a"), sealed("b")], doors(("a", "b"), open_fraction=1.0))
    r = rooms.room(model)
    rooms.run(r, 1)
    assert r.d[0] == 0.0
    flows = []
    for difference in (1.0, 4.0):
        r.x.zone[0, :, la.Z_AIR] = 20.0 - difference / 2, 20.0 + difference / 2
        rooms.run(r, 1)
        flows.append(r.d[0])
    assert flows[1] / flows[0] == pytest.approx(2.0, rel=1e-9)
    expected = 0.61 / 3.0 * 0.9 * 2.0**1.5 * math.sqrt(9.81 / 293.15)
    assert flows[0] == pytest.approx(expected * r.p.zone[0, 0, la.ZP_AIR_MASS] / 100.0, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), zones=st.integers(2, 5), tick=st.sampled_from([1, 60, 900]))
def test_co2_and_vapour_are_conserved_and_never_negative(seed: int, zones: int, tick: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"z{i}" for i in range(zones)]
    pairs = [(names[i], names[j]) for i in range(zones) for j in range(i) if rng.random() < 0.7]
    rows = [sealed(n, infiltration={"leakage_area_cm2": float(rng.uniform(0, 300))}) for n in names]
    model = rooms.scenario(rows, doors(*pairs, open_fraction=0.5, mixing_m3_h=50.0))
    r = rooms.room(model, tick_s=tick, steps=4)
    r.x.zone[0, :, la.Z_CO2] = rng.uniform(0.0, 3000.0, zones) * (rng.random(zones) < 0.7)
    r.x.zone[0, :, la.Z_HUMIDITY] = rng.uniform(0.0, 0.01, zones)
    r.b.weather[..., la.W_CO2] = 0.0 if rng.random() < 0.5 else 420.0
    r.x.gains[0, :, la.G_CO2] = rng.uniform(0, 1e-4, zones)
    r.x.gains[0, :, la.G_VAPOUR] = rng.uniform(0, 1e-4, zones)
    r.w[:, la.WK_SUPPLY], r.w[:, la.WK_SUPPLY_T] = rng.uniform(0, 0.1, zones), 20.0
    r.w[:, la.WK_SUPPLY_CO2], r.w[:, la.WK_SUPPLY_X] = 600.0, 0.005
    mass = r.p.zone[0, :, la.ZP_AIR_MASS]
    for k in range(10):
        before = r.x.zone[0].copy()
        rooms.run(r, 1, first=k)
        after = r.x.zone[0]
        assert (after[:, la.Z_CO2] >= 0.0).all()
        assert (after[:, la.Z_HUMIDITY] >= 0.0).all()
        # w still holds CO2's means: WK_LOSS includes doors, so take the zones' own flows
        mean = r.w[:, la.WK_MEAN]
        leaving = (r.w[:, la.WK_SUPPLY] + r.w[:, la.WK_OUTDOOR]) * mean
        entering = r.w[:, la.WK_SUPPLY] * 600.0 + r.w[:, la.WK_OUTDOOR] * r.b.weather[0, 0, la.W_CO2]
        breath = r.x.gains[0, :, la.G_CO2] * 1e6 * mass / 100.0
        change = (mass * (after[:, la.Z_CO2] - before[:, la.Z_CO2])).sum()
        moved = tick * (entering + breath - leaving).sum()
        assert change == pytest.approx(moved, rel=1e-9, abs=1e-9 * (mass * after[:, la.Z_CO2]).sum())


def test_vapour_between_closed_rooms_is_conserved() -> None:
    model = rooms.scenario([sealed("a"), sealed("b")], doors(("a", "b"), mixing_m3_h=100.0))
    r = rooms.room(model, steps=100)
    r.x.zone[0, :, la.Z_HUMIDITY] = 0.004, 0.010
    trace = rooms.run(r, 400)[:, :, la.Z_HUMIDITY]
    np.testing.assert_allclose(trace.sum(axis=1), 0.014, rtol=1e-12)
    assert 0.0 < trace[-1, 1] - trace[-1, 0] < 0.003


def test_air_does_not_stay_above_saturation_and_condensate_is_counted() -> None:
    r = rooms.room(rooms.scenario([sealed()]), steps=50)
    r.x.zone[0, 0, la.Z_HUMIDITY] = 0.0140
    r.x.gains[0, 0, la.G_VAPOUR] = 1e-4
    capacity = r.p.zone[0, 0, la.ZP_AIR_MASS] * r.p.zone[0, 0, la.ZP_MOISTURE_CAPACITY]
    stored = capacity * r.x.zone[0, 0, la.Z_HUMIDITY]
    condensed = 0.0
    for k in range(200):
        rooms.run(r, 1, first=k)
        condensed += 60.0 * r.w[0, la.WK_CONDENSATE]
    assert condensed > 0.0
    state = r.x.zone[0, 0]
    assert relative_humidity(state[la.Z_AIR], state[la.Z_HUMIDITY], 101325.0) == pytest.approx(1.0, abs=1e-3)
    assert capacity * state[la.Z_HUMIDITY] + condensed == pytest.approx(stored + 200 * 60.0 * 1e-4, rel=1e-9)


@pytest.mark.parametrize(
    ("limits", "room", "outdoor", "runs"),
    [
        ({}, 20.0, 30.0, True),
        ({"only_if_cooler_by_k": 2.0}, 20.0, 17.9, True),
        ({"only_if_cooler_by_k": 2.0}, 20.0, 18.1, False),
        ({"not_below_c": 21.0}, 20.0, 10.0, False),
        ({"not_below_c": 21.0}, 21.5, 10.0, True),
    ],
)
def test_night_ventilation_keeps_to_its_limits(
    limits: dict[str, float], room: float, outdoor: float, runs: bool
) -> None:
    plan = {"air_changes_per_hour": 3.6, "fan_power_w_per_l_s": 0.5, **limits}
    r = rooms.room(rooms.scenario([sealed(night_ventilation=plan)]))
    r = r._replace(x=r.x._replace(power=np.zeros((1, la.END_USES))))
    r.b.weather[..., la.W_TEMPERATURE] = outdoor
    for share in (0.0, 1.0):
        r.x.zone[0, 0, la.Z_AIR] = room
        r.x.power[:] = 0.0
        r.b.bounds[..., la.B_VENTILATION] = share
        rooms.run(r, 1)
        litres = 100.0 * runs * share
        density = r.p.zone[0, 0, la.ZP_AIR_MASS] / r.p.zone[0, 0, la.ZP_VOLUME]
        assert r.x.zone[0, 0, la.Z_OUTDOOR_FLOW] == pytest.approx(litres * density / 1000.0, rel=1e-12)
        assert r.x.power[0, la.E_FANS] == pytest.approx(0.5 * litres, rel=1e-12)
