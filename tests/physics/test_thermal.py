"""Heat: exactness against a fine solution, closed balances, ideal loads, bounds and convergence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from tests.physics import rooms
from twin.building.envelope import envelope
from twin.building.zone_fabric import ZoneFabric
from twin.physics import fabric
from twin.physics import layout as la
from twin.physics.implicit import sharpness
from twin.physics.psychrometrics import CP_AIR
from twin.scenario.schema import Scenario

MIXING = {"mixing_m3_h": 120.0}
DOOR = {"open_fraction": 0.6}


def two_rooms(door: dict[str, float] | None = None) -> list[dict[str, object]]:
    return [{"between": ["left", "right"], "construction": "partition_heavy", "area_m2": 12.0, "door": door}]


def test_sharpness_is_its_definition() -> None:
    for z in (0.05, 0.3, 1.0, 1.9, 2.1, 5.0, 40.0):
        exact = 1.0 / (1.0 / -np.expm1(-z) - 1.0 / z)
        assert sharpness(z) == pytest.approx(exact, rel=2e-10)
    assert sharpness(0.0) == 2.0
    assert sharpness(1e-9) == pytest.approx(2.0, rel=1e-9)


def test_a_building_at_rest_stays_at_rest() -> None:
    r = rooms.room(rooms.scenario([rooms.zone("left"), rooms.zone("right")], two_rooms(DOOR)), steps=300)
    trace = rooms.run(r, 1440)
    assert np.abs(trace[:, :, la.Z_AIR] - 20.0).max() < 1e-9
    assert np.abs(r.x.surface - 20.0).max() < 1e-9
    assert np.abs(trace[:, :, la.Z_RADIANT] - 20.0).max() < 1e-9


def energy(r: rooms.Room) -> float:
    air = (r.p.zone[0, :, la.ZP_AIR_CAPACITY] * r.x.zone[0, :, la.Z_AIR]).sum()
    return float(air + (r.shell.capacity[0] * r.x.node[0]).sum())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    zones=st.integers(1, 4),
    tick=st.sampled_from([1, 60, 300, 900]),
    ideal=st.booleans(),
)
def test_energy_closes_to_rounding(seed: int, zones: int, tick: int, ideal: bool) -> None:
    """Every joule that enters a random building under random commands is found in it or has left it."""
    rng = np.random.default_rng(seed)
    r = random_building(rng, zones, tick)
    stored, moved, largest = energy(r), 0.0, energy(r)
    slow: list[np.ndarray] = []
    slow: list[np.ndarray] = []
    for k in range(20):
        random_commands(rng, r, ideal)
        if k % 5 == 0:
            slow = [slow_inputs(r, z, k // 5) for z in range(zones)]
        if k % 5 == 0:
            slow = [slow_inputs(r, z, k // 5) for z in range(zones)]
        node = r.x.node[0].copy()
        rooms.run(r, 1, first=k)
        moved += tick * heat_of_tick(r, node, slow, r.b.weather[0, k // 5, la.W_TEMPERATURE])
        largest = max(largest, abs(energy(r)))
    assert energy(r) - stored == pytest.approx(moved, rel=1e-9, abs=1e-11 * largest)


BESIDE: tuple[object, ...] = (
    "outdoor", "adiabatic", {"kind": "unheated_space", "temperature_factor": 0.3},
    {"kind": "fixed_temperature", "temperature_c": 12.0},
)  # fmt: skip


def random_building(
    rng: np.random.Generator, zones: int, tick: int, spaces: tuple[object, ...] = BESIDE
) -> rooms.Room:
    names = [f"z{i}" for i in range(zones)]
    rows = []
    for name in names:
        changes: dict[str, object] = {}
        if rng.random() < 0.3:
            changes["roof"] = None
        if rng.random() < 0.3:
            changes["furniture"] = None
        if rng.random() < 0.5:
            changes["floor"] = {
                "construction": "floor_timber", "area_m2": 30.0,
                "boundary": spaces[rng.integers(len(spaces))],
            }  # fmt: skip
        if rng.random() < 0.5:
            beside = spaces[rng.integers(len(spaces))]
            changes["roof"] = {"construction": "roof_light", "area_m2": 30.0, "boundary": beside}
            changes["thermal_bridges"] = [{"psi_w_mk": 0.1, "length_m": 20.0}]
        if rng.random() < 0.5:
            rows_beside = [
                {"construction": "wall_heavy", "area_m2": 9.0, "azimuth_deg": 0.0, "boundary": beside}
                for beside in spaces
            ]
            changes["walls"] = [*rooms.zone()["walls"], *rows_beside]
        rows.append(rooms.zone(name, **changes))
    walls = [
        {
            "between": [names[i], names[i + 1]],
            "construction": "partition_light",
            "area_m2": 10.0,
            "door": DOOR,
        }
        for i in range(zones - 1)
    ]
    r = rooms.room(rooms.scenario(rows, walls), tick_s=tick, steps=4)
    r.b.weather[..., la.W_TEMPERATURE] = rng.uniform(-20, 35, 4)
    r.b.weather[..., la.W_SKY] = rng.uniform(-40, 20, 4)
    r.b.weather[..., la.W_WIND] = rng.uniform(0, 12, 4)
    r.b.sun[:] = rng.uniform(0, 2000, r.b.sun.shape)
    r.b.sun[..., la.SUN_BELOW] = rng.uniform(-10, 10, r.b.sun.shape[:-1])
    r.x.zone[0, :, la.Z_AIR] += rng.uniform(-5, 5, zones)
    r.x.node[0] += rng.uniform(-5, 5, r.x.node[0].shape)
    return r


def random_commands(rng: np.random.Generator, r: rooms.Room, ideal: bool) -> None:
    zones = len(r.w)
    r.w[:, la.WK_SUPPLY] = rng.uniform(0, 0.3, zones)
    r.w[:, la.WK_SUPPLY_T] = rng.uniform(12, 35, zones)
    r.w[:, la.WK_SUPPLY_X] = 0.006
    for column in (la.WK_CONVECTIVE, la.WK_RADIANT, la.WK_FLOOR):
        r.w[:, column] = rng.uniform(-500, 1500, zones)
    r.x.gains[0, :, la.G_CONVECTIVE] = rng.uniform(0, 500, zones)
    r.x.gains[0, :, la.G_RADIANT] = rng.uniform(0, 500, zones)
    if ideal:
        r.w[:, la.WK_LOW], r.w[:, la.WK_HIGH] = rng.uniform(15, 21, zones), rng.uniform(22, 27, zones)
        r.w[:, la.WK_CAP_HEAT], r.w[:, la.WK_CAP_COOL] = (
            rng.uniform(0, 8000, zones),
            rng.uniform(0, 8000, zones),
        )


def heat_of_tick(r: rooms.Room, node: np.ndarray, slow: list[np.ndarray], outdoor: float) -> float:
    """Heat into the building during the tick just run [W]; `node` are the nodes at its begin."""
    total = 0.0
    for z in range(len(r.w)):
        w, mean = r.w[z], r.x.zone[0, z, la.Z_MEAN_AIR]
        inputs = slow[z].copy()
        inputs[la.I_RADIANT] = r.x.gains[0, z, la.G_RADIANT] + w[la.WK_RADIANT]
        inputs[la.I_FLOOR_HEAT] = w[la.WK_FLOOR]
        inputs[la.I_PARTITION] = w[la.WK_PARTITION]
        rows = np.concatenate([node[z], inputs, [mean]])
        total += rows @ r.shell.outside[0, z] + w[la.WK_IDEAL] + w[la.WK_CONVECTIVE]
        total += r.x.gains[0, z, la.G_CONVECTIVE]
        total += CP_AIR * w[la.WK_SUPPLY] * (w[la.WK_SUPPLY_T] - mean)
        total += CP_AIR * w[la.WK_OUTDOOR] * (outdoor - mean)
    return total


def slow_inputs(r: rooms.Room, z: int, j: int) -> np.ndarray:
    """Inputs of the boundary step about to begin: weather, sun, and corrections from the surfaces now."""
    u = np.zeros(la.INPUTS)
    weather, sun = r.b.weather[0, j], r.b.sun[0, j, z]
    u[la.I_OUTDOOR], u[la.I_SKY], u[la.I_GROUND] = weather[[la.W_TEMPERATURE, la.W_SKY, la.W_GROUND]]
    u[la.I_SUN_WALL : la.I_TRANSMITTED + 1] = sun[: la.SUN_BESIDE]
    u[la.I_GROUND] += sun[la.SUN_BELOW]
    u[la.I_BESIDE] = sun[la.SUN_BESIDE]
    film, surface = r.p.film, r.x.surface
    fabric.correct(film, r.p.recover, surface, r.x.drive, 0, 0, z, weather[la.W_FORCED], u, False)
    return u


def bare(name: str = "room", volume_m3: float = 100.0) -> dict[str, object]:
    """Air alone: no surface, no leak."""
    return {"id": name, "floor_area_m2": volume_m3 / 2.5, "height_m": 2.5, "air_capacity_multiplier": 1.0}


@pytest.mark.parametrize("tick", [60, 300, 900])
def test_air_alone_follows_the_exponential_at_any_tick(tick: int) -> None:
    r = rooms.room(rooms.scenario([bare()]), tick_s=tick, steps=20)
    r.w[0, la.WK_SUPPLY], r.w[0, la.WK_SUPPLY_T] = 0.05, 30.0
    trace = rooms.run(r, 12, leaks=False)
    rate = 0.05 * CP_AIR / r.p.zone[0, 0, la.ZP_AIR_CAPACITY]
    exact = 30.0 - 10.0 * np.exp(-rate * tick * np.arange(1, 13))
    np.testing.assert_allclose(trace[:, 0, la.Z_AIR], exact, rtol=1e-9)


def test_cooling_of_a_room_follows_the_full_network() -> None:
    """A room left alone at -10 °C outside, against the whole network with its air by one exponential."""
    model = rooms.scenario([rooms.zone()])
    rate, push = whole_network(model)
    steps = 49
    u = np.zeros(la.INPUTS)
    u[la.I_OUTDOOR], u[la.I_SKY], u[la.I_GROUND], u[la.I_RADIANT] = -10.0, -20.0, 10.0, 300.0
    still = np.linalg.solve(rate, -(push @ u))
    errors = []
    for tick in (300, 60):
        r = rooms.room(model, tick_s=tick, steps=12 * steps)
        r.p.film[:] = 0.0  # the linear part alone
        r.b.weather[..., [la.W_TEMPERATURE, la.W_SKY, la.W_GROUND]] = -10.0, -20.0, 10.0
        r.x.gains[0, 0, la.G_RADIANT] = 300.0
        trace = rooms.run(r, 48 * 3600 // tick, leaks=False)[:, 0, la.Z_AIR]
        times = (1, 6, 24, 48)
        exact = [(still + expm(rate * 3600.0 * h) @ (20.0 - still))[-1] for h in times]
        errors.append(np.abs(trace[[h * 3600 // tick - 1 for h in times]] - exact).max())
    assert errors[1] < 2e-3
    assert errors[1] < 0.3 * errors[0] + 1e-6


def whole_network(model: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """dx/dt = rate x + push u of a single zone's capacities and, last, its air; massless nodes eliminated."""
    net = ZoneFabric(model.building.zones[0], model.building).network()
    capacity = np.concatenate([net.capacity, np.zeros(la.SURFACES)])
    air_capacity = envelope(model, 60).zone[0, 0, la.ZP_AIR_CAPACITY]
    size = len(capacity)
    link = np.zeros((size + 1, size + 1))
    link[:size, :size] = net._link
    link[:size, size] = link[size, :size] = -net._air
    link[size, size] = net._air.sum()
    drive = np.vstack([net._input, net._direct])
    capacity = np.append(capacity, air_capacity)
    used = np.diag(link) > 0.0
    mass, light = np.flatnonzero(used & (capacity > 0.0)), np.flatnonzero(used & (capacity == 0.0))
    back = np.linalg.solve(link[np.ix_(light, light)], np.hstack([-link[np.ix_(light, mass)], drive[light]]))
    n = len(mass)
    scale = capacity[mass][:, None]
    rate = -(link[np.ix_(mass, mass)] + link[np.ix_(mass, light)] @ back[:, :n]) / scale
    return rate, (drive[mass] - link[np.ix_(mass, light)] @ back[:, n:]) / scale


def test_two_rooms_mix_as_they_must() -> None:
    partition = {"between": ["a", "b"], "construction": "partition_light", "area_m2": 2.0, "door": MIXING}
    r = rooms.room(rooms.scenario([bare("a"), bare("b")], [partition]), tick_s=60, steps=12)
    r.p.flux[:] = 0.0  # air alone
    r.x.zone[0, :, la.Z_AIR] = 18.0, 26.0
    trace = rooms.run(r, 60)[:, :, la.Z_AIR]
    flow = r.p.door[0, 0, la.D_MIXING]
    decay = np.exp(-2.0 * flow / r.p.zone[0, 0, la.ZP_AIR_MASS] * 60.0 * np.arange(1, 61))
    np.testing.assert_allclose(trace[:, 1] - trace[:, 0], 8.0 * decay, rtol=2e-3)
    np.testing.assert_allclose(trace.sum(axis=1), 44.0, rtol=1e-12)


def test_equal_rooms_stay_equal_and_mirrored_rooms_swap() -> None:
    model = rooms.scenario([rooms.zone("left"), rooms.zone("right")], two_rooms(DOOR))
    results = []
    for warm in (0, 1):
        r = rooms.room(model, steps=100)
        r.b.weather[..., la.W_TEMPERATURE] = 0.0
        r.x.gains[0, warm, la.G_CONVECTIVE] = 800.0
        results.append(rooms.run(r, 400)[:, :, la.Z_AIR])
    np.testing.assert_allclose(results[0], results[1][:, ::-1], rtol=1e-12)
    assert (results[0][-1, 0] - results[0][-1, 1]) > 0.1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), tick=st.sampled_from([60, 900]))
def test_nothing_gets_warmer_or_colder_than_its_surroundings(seed: int, tick: int) -> None:
    rng = np.random.default_rng(seed)
    r = random_building(rng, 3, tick, BESIDE[:3])
    r.b.sun[:] = 0.0
    temperatures = rng.uniform(-20.0, 35.0, 2)
    r.b.weather[..., la.W_TEMPERATURE] = r.b.weather[..., la.W_SKY] = temperatures[0]
    r.b.weather[..., la.W_GROUND] = temperatures[1]
    r.x.surface[:] = r.x.node.mean()
    low = min(r.x.node.min(), r.x.zone[..., la.Z_AIR].min(), *temperatures)
    high = max(r.x.node.max(), r.x.zone[..., la.Z_AIR].max(), *temperatures)
    trace = rooms.run(r, 20)[:, :, la.Z_AIR]
    assert low - 1e-6 <= min(trace.min(), r.x.node.min())
    assert max(trace.max(), r.x.node.max()) <= high + 1e-6


def test_a_minute_is_fine_enough() -> None:
    """Rooms with doors, a step of gains and cold weather: 60 s against 1 s."""
    model = rooms.scenario([rooms.zone("left"), rooms.zone("right")], two_rooms(DOOR))
    ends = []
    for tick in (1, 60):
        r = rooms.room(model, tick_s=tick, steps=24, per_step=300 // tick)
        r.b.weather[..., la.W_TEMPERATURE], r.b.weather[..., la.W_SKY] = -5.0, -20.0
        r.x.gains[0, 0, [la.G_CONVECTIVE, la.G_RADIANT]] = 1500.0, 500.0
        ends.append(rooms.run(r, 7200 // tick)[59 * 60 // tick :: 3600 // tick, :, la.Z_AIR][-1])
    assert np.abs(ends[0] - ends[1]).max() < 0.02


def ideal_rooms(capacity: float = 1e5) -> rooms.Room:
    names = ("a", "b", "c")
    walls = [
        {"between": [one, two], "construction": "partition_light", "area_m2": 10.0, "door": DOOR}
        for one, two in (("a", "b"), ("b", "c"))
    ]
    r = rooms.room(rooms.scenario([rooms.zone(n) for n in names], walls), steps=300)
    r.b.weather[..., la.W_TEMPERATURE] = -10.0
    r.w[:, la.WK_LOW], r.w[:, la.WK_HIGH] = (21.0, 18.0, 20.0), 26.0
    r.w[:, la.WK_CAP_HEAT] = r.w[:, la.WK_CAP_COOL] = capacity
    return r


def test_ideal_loads_reach_the_setpoint_exactly_through_open_doors() -> None:
    r = ideal_rooms()
    trace = rooms.run(r, 600)
    np.testing.assert_allclose(trace[:, [0, 2], la.Z_AIR], [[21.0, 20.0]] * 600, atol=1e-9)
    assert (trace[:, 1, la.Z_AIR] >= 18.0 - 1e-9).all()
    assert (trace[:, :, la.Z_HEAT] >= 0.0).all()
    free = trace[:, 1, la.Z_AIR] > 18.0 + 1e-6
    assert np.abs(trace[free, 1, la.Z_HEAT]).max(initial=0.0) < 1e-6


def test_ideal_loads_stop_at_their_capacity() -> None:
    r = ideal_rooms(capacity=700.0)
    trace = rooms.run(r, 900)
    assert trace[-1, 0, la.Z_HEAT] == pytest.approx(700.0, abs=1e-9)
    assert trace[-1, 0, la.Z_AIR] < 21.0
    assert trace[:, :, la.Z_HEAT].max() <= 700.0 + 1e-9


def test_ideal_loads_cool_what_the_sun_heats() -> None:
    r = ideal_rooms()
    r.b.weather[..., la.W_TEMPERATURE], r.b.sun[..., la.SUN_TRANSMITTED] = 30.0, 3000.0
    trace = rooms.run(r, 600)
    np.testing.assert_allclose(trace[300:, :, la.Z_AIR], 26.0, atol=1e-9)
    assert (trace[300:, :, la.Z_HEAT] < 0.0).all()
