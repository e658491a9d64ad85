"""Fabric to operators: resistances and capacities kept, groups merged rightly, heat where it belongs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics import rooms
from twin.basics.errors import ScenarioError
from twin.building.constructions import construction_of, layer_values, slab
from twin.building.envelope import CP_AIR, Envelope, envelope
from twin.building.ground import SOIL
from twin.building.interior import Box, Surface, carroll_factors, opposite_view, solar_shares
from twin.building.leakage import leakage
from twin.physics import layout as la
from twin.scenario.fabric import Construction, Layer, Zone
from twin.scenario.library import CONSTRUCTIONS

LAYER = st.builds(
    Layer,
    thickness_m=st.floats(0.001, 0.5),
    conductivity_w_mk=st.floats(0.02, 50.0),
    density_kg_m3=st.floats(0.0, 3000.0),
    specific_heat_j_kgk=st.floats(0.0, 2500.0),
)


@given(st.lists(LAYER, min_size=1, max_size=6))
def test_a_slab_keeps_resistance_and_capacity(layers: list[Layer]) -> None:
    parts = slab(Construction(layers=tuple(layers)))
    values = [layer_values(layer) for layer in layers]
    assert parts.resistance == pytest.approx(max(sum(r for r, _ in values), 0.0), abs=4e-4, rel=1e-9)
    assert parts.inner_capacity + parts.outer_capacity == pytest.approx(sum(c for _, c in values), rel=1e-9)
    assert min(parts.inner, parts.core, parts.outer) > 0.0


@given(st.lists(LAYER, min_size=1, max_size=6))
def test_a_slab_turned_round_is_the_same_slab_turned_round(layers: list[Layer]) -> None:
    one = slab(Construction(layers=tuple(layers)))
    two = slab(Construction(layers=tuple(layers[::-1])))
    resistances = [layer_values(layer)[0] for layer in layers]
    if resistances.count(max(resistances)) == 1:
        assert (one.inner, one.outer) == pytest.approx((two.outer, two.inner))
        assert one.inner_capacity == pytest.approx(two.outer_capacity, abs=1e-6)


def test_mass_stays_on_its_side_of_the_insulation() -> None:
    outside_insulated = slab(CONSTRUCTIONS["wall_heavy"])
    assert outside_insulated.inner_capacity > 8 * outside_insulated.outer_capacity
    assert outside_insulated.core > 0.9 * outside_insulated.resistance - 0.2
    homogeneous = slab(
        Construction(
            layers=(
                Layer(thickness_m=0.2, conductivity_w_mk=1.0, density_kg_m3=2000, specific_heat_j_kgk=900),
            )
        )
    )
    third = 0.1 / 3  # a third of each half's resistance
    assert (homogeneous.inner, homogeneous.core, homogeneous.outer) == pytest.approx(
        (third, 0.2 - 2 * third, third)
    )


@pytest.mark.parametrize("hours", [24.0, 48.0, 168.0])
def test_mass_before_insulation_takes_up_heat_as_the_exact_slab(hours: float) -> None:
    """A concrete block with insulation behind it, against the impedance of a slab with an adiabatic back."""
    block = Layer(thickness_m=0.1, conductivity_w_mk=0.51, density_kg_m3=1400, specific_heat_j_kgk=1000)
    found = slab(Construction(layers=(block, Layer(resistance_m2k_w=20.0))))
    resistance, capacity = layer_values(block)
    s = 2j * np.pi / (hours * 3600.0)
    root = np.sqrt(s * resistance * capacity)
    exact = resistance / (root * np.tanh(root))
    assert found.inner_capacity == pytest.approx(capacity)
    reduced, centred = found.inner + 1.0 / (s * capacity), 0.5 * resistance + 1.0 / (s * capacity)
    assert abs(reduced - exact) < 0.12 * abs(exact)
    assert abs(reduced - exact) < 0.35 * abs(centred - exact)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="wall_light"):
        construction_of("wall_lihgt", {})


def steady(shell: Envelope, z: int = 0, **inputs: float) -> tuple[np.ndarray, float]:
    """Nodes at rest and heat to the air [W] for constant inputs; air at `air`."""
    rows = np.zeros(la.ROWS)
    for name, value in inputs.items():
        rows[la.ROW_AIR if name == "air" else la.NODES + getattr(la, name)] = value
    operator = shell.operator[0, z]
    used = shell.capacity[0, z] > 0.0
    left = np.eye(used.sum()) - operator[: la.NODES][np.ix_(used, used)].T
    rows[: la.NODES][used] = np.linalg.solve(left, (rows @ operator)[used])
    return rows, float(rows @ shell.flux[0, z])


def test_a_wall_loses_what_its_u_value_says() -> None:
    """One wall only: convection 2.2 and no partner to radiate to inside.

    Outside 11.9 and long-wave to 0 °C too.
    """
    wall = {"construction": "wall_heavy", "area_m2": 10.0, "azimuth_deg": 0.0}
    zone = {"id": "a", "floor_area_m2": 20.0, "walls": [wall]}
    shell = envelope(rooms.scenario([zone]), 60)
    _, heat = steady(shell, air=20.0)
    resistance = sum(layer_values(layer)[0] for layer in CONSTRUCTIONS["wall_heavy"].layers)
    outside = 11.9 + 0.9 * 4.0 * 5.670374419e-8 * 283.15**3
    assert heat == pytest.approx(-20.0 * 10.0 / (1 / 2.2 + resistance + 1 / outside), rel=1e-6)


def test_rows_of_temperatures_form_weighted_means() -> None:
    """Equal temperatures everywhere are a state of rest, and no weight is negative."""
    shell = envelope(rooms.scenario([rooms.zone()]), 60)
    warm = np.zeros(la.ROWS)
    warm[: la.NODES] = shell.capacity[0, 0] > 0.0
    warm[[la.NODES + la.I_OUTDOOR, la.NODES + la.I_SKY, la.NODES + la.I_GROUND, la.ROW_AIR]] = 1.0
    used = shell.capacity[0, 0] > 0.0
    np.testing.assert_allclose((warm @ shell.operator[0, 0])[used], 1.0, rtol=1e-11)
    np.testing.assert_allclose((warm @ shell.recover[0, 0])[: la.S_AIR], 1.0, rtol=1e-9)
    assert abs(warm @ shell.flux[0, 0]) < 1e-8 * abs(shell.flux[0, 0, la.ROW_AIR])
    assert shell.operator[0, 0, : la.NODES].min() > -1e-12


@pytest.mark.parametrize(
    "source", ["I_SUN_WALL", "I_SUN_ROOF", "I_PANE_OUT", "I_PANE_IN", "I_RADIANT", "I_FLOOR_HEAT"]
)
def test_heat_put_in_comes_out(source: str) -> None:
    """In the long run all heat goes to the air at 0 °C and to the surroundings at 0 °C, none is lost."""
    shell = envelope(rooms.scenario([rooms.zone()]), 60)
    rows, heat = steady(shell, **{source: 100.0})
    assert float(rows @ shell.outside[0, 0]) == pytest.approx(heat, rel=1e-6, abs=1e-6)
    assert 0.0 < heat <= 100.0


def test_absent_groups_are_left_alone() -> None:
    shell = envelope(rooms.scenario([{"id": "a", "floor_area_m2": 20.0}]), 60)
    np.testing.assert_array_equal(shell.operator[0, 0, : la.NODES], np.eye(la.NODES))
    assert np.abs(shell.operator[0, 0, la.NODES :]).max() == 0.0
    assert shell.flux[0, 0, la.NODES + la.I_RADIANT] == 1.0
    assert shell.flux[0, 0, la.ROW_AIR] == 0.0


def test_two_half_walls_are_one_wall() -> None:
    def walls(areas: list[float]) -> Envelope:
        rows = [{"construction": "wall_light", "area_m2": a, "azimuth_deg": 90.0} for a in areas]
        return envelope(rooms.scenario([rooms.zone(walls=rows, roof=None)]), 60)

    one, two = walls([24.0]), walls([12.0, 12.0])
    np.testing.assert_allclose(one.capacity, two.capacity)
    light = one.operator[0, 0, la.WALL_IN], two.operator[0, 0, la.WALL_IN]
    np.testing.assert_allclose(*light, rtol=0.05, atol=1e-3)  # halves also radiate to each other


def test_a_partition_conducts_through_both_halves() -> None:
    wall = {"between": ["a", "b"], "construction": "partition_heavy", "area_m2": 10.0}
    shell = envelope(rooms.scenario([rooms.zone("a"), rooms.zone("b")], [wall]), 60)
    halves = slab(CONSTRUCTIONS["partition_heavy"])
    np.testing.assert_allclose(shell.partition[0], [[0.0, 1.0, 10.0 / halves.core]])
    np.testing.assert_allclose(
        shell.capacity[0, :, la.PARTITION], [halves.inner_capacity * 10] * 2, rtol=1e-9
    )


def test_a_light_partition_stays_stable_at_long_ticks() -> None:
    glass = {"layers": [{"thickness_m": 0.006, "conductivity_w_mk": 1.0, "density_kg_m3": 0.0}]}
    wall = {"between": ["a", "b"], "construction": "glass", "area_m2": 10.0}
    model = rooms.scenario([rooms.zone("a"), rooms.zone("b")], [wall], constructions={"glass": glass})
    r = rooms.room(model, tick_s=900, steps=100, per_step=1)
    r.x.node[0, 0, la.PARTITION] = 40.0
    trace = rooms.run(r, 90)[:, :, la.Z_AIR]
    assert np.isfinite(trace).all()
    assert trace.max() < 25.0


def test_a_floor_on_the_ground_has_soil_under_it() -> None:
    zone = rooms.zone(floor={"construction": "floor_slab", "area_m2": 30.0, "boundary": "ground"})
    shell = envelope(rooms.scenario([zone]), 60)
    soil = 30.0 * layer_values(SOIL)[1]
    assert shell.capacity[0, 0, [la.FLOOR_IN, la.FLOOR_OUT]].sum() > soil
    _, heat = steady(shell, I_GROUND=10.0)
    assert heat > 0.0


def test_zone_parameters_follow_the_site_and_the_zone() -> None:
    shell = envelope(rooms.scenario([rooms.zone(air_capacity_multiplier=2.0)]), 60, pressure_pa=84000.0)
    row = shell.zone[0, 0]
    density = 84000.0 / (287.042 * 293.15)
    assert row[la.ZP_AIR_MASS] == pytest.approx(84.0 * density)
    assert row[la.ZP_AIR_CAPACITY] == pytest.approx(2.0 * 84.0 * density * CP_AIR)
    assert (row[la.ZP_WINDOW_AREA], row[la.ZP_WINDOW_HEIGHT]) == pytest.approx((1.5, 1.5))


def test_a_fixed_air_change_is_the_sites_own_air() -> None:
    zone = Zone.model_validate(rooms.zone(infiltration={"air_changes_per_hour": 0.5}))
    assert leakage(zone, 1.0) == pytest.approx((0.0, 0.0, 0.5 * 84.0 / 3600.0))


# --- inside -------------------------------------------------------------------------------------------------


def test_two_parallel_planes_exchange_as_they_must() -> None:
    """Carroll's network of two equal planes: each has factor 2.

    So that together they see each other with 1.
    """
    one, two = carroll_factors([10.0, 10.0])
    assert 1.0 / (1.0 / one + 1.0 / two) == pytest.approx(1.0, rel=1e-9)
    cube = carroll_factors([1.0] * 6)
    assert cube == pytest.approx([1.2] * 6, rel=1e-9)
    assert all(math.isfinite(f) and f > 0 for f in carroll_factors([100.0, 1.0, 2.0]))


def test_view_to_a_ceiling() -> None:
    assert opposite_view(1.0, 1.0) == pytest.approx(0.19982, abs=1e-4)  # opposite faces of a cube
    assert opposite_view(1e3, 1e3) == pytest.approx(1.0, abs=0.01)


def test_sun_is_shared_nearly_as_the_standard_tabulates() -> None:
    """ANSI/ASHRAE 140-2020, case 600: floor 0.642, ceiling 0.167, walls 0.156, lost 0.035."""
    cell = [
        Surface(la.S_FLOOR, 48.0, 0.9), Surface(la.S_ROOF, 48.0, 0.9), Surface(la.S_WALL, 63.6, 0.9),
        Surface(la.S_WINDOW, 12.0, 0.84, 0.784),
    ]  # fmt: skip
    floor, roof, walls, lost = solar_shares(cell, Box(8.0, 6.0, 2.7))
    assert (floor, roof, walls, lost) == pytest.approx((0.642, 0.167, 0.156, 0.035), abs=0.02)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(range(la.S_WALL, la.S_WINDOW + 1)), st.floats(0.1, 500.0), st.floats(0.05, 1.0)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_all_sun_is_taken_up_somewhere(rows: list[tuple[int, float, float]]) -> None:
    shares = solar_shares([Surface(i, a, 0.9, absorbs) for i, a, absorbs in rows], Box(10.0, 5.0, 3.0))
    assert sum(shares) == pytest.approx(1.0, rel=1e-9)
    assert min(shares) >= 0.0
