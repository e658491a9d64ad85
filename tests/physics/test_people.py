"""People and appliances give each zone the heat, moisture and CO2 that their table says, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics.inhabited import appliance, inhabited, move, run
from twin.building.activities import ACTIVITY_NAMES, EVAPORATION_J_KG, Activity, activities, co2_generation
from twin.physics import layout as la
from twin.physics.people import DESIGN_LX


def test_an_empty_room_has_its_base_load_only() -> None:
    gains, _ = run(inhabited([]), 20)
    assert (gains[0, :, 0, la.G_EQUIPMENT] == 20.0).all()
    assert gains[0, -1, 0, la.G_CONVECTIVE] == pytest.approx(15.0)
    assert gains[0, -1, 0, la.G_RADIANT] == pytest.approx(5.0)
    assert (gains[0, :, 0, [la.G_PEOPLE, la.G_LIGHTS, la.G_VAPOUR, la.G_CO2]] == 0.0).all()


def test_a_person_brings_heat_light_and_plugs_and_takes_them_along() -> None:
    gains, _ = run(inhabited([move(3, 0, 0), move(9, 0, -1)]), 12)
    assert list(gains[0, :, 0, la.G_PEOPLE]) == [0.0] * 3 + [1.0] * 6 + [0.0] * 3
    here = gains[0, 5, 0]
    assert here[la.G_LIGHTS] == 140.0
    assert here[la.G_EQUIPMENT] == 100.0
    assert here[la.G_CONVECTIVE] + here[la.G_RADIANT] == pytest.approx(75.0 + 140.0 + 100.0)
    assert here[la.G_VAPOUR] == pytest.approx(55.0 / EVAPORATION_J_KG)
    assert np.array_equal(gains[0, 10], gains[0, 0])


def test_illuminance_is_daylight_plus_lights() -> None:
    house = inhabited([move(0, 0, 1)], zones=2)
    house.b.sun[0, :, 0, la.SUN_TRANSMITTED] = 5.0
    run(house, 3)
    assert house.x.signal[0, la.SG_ILLUMINANCE] == pytest.approx(40.0 * 5.0 / 20.0)
    assert house.x.signal[0, la.ZONE_SIGNALS + la.SG_ILLUMINANCE] == DESIGN_LX


def test_sleepers_use_no_light() -> None:
    gains, _ = run(inhabited([move(0, 0, 0, Activity.SLEEPING)]), 2)
    assert gains[0, 1, 0, la.G_LIGHTS] == 0.0
    assert gains[0, 1, 0, la.G_EQUIPMENT] == 20.0
    assert gains[0, 1, 0, la.G_PEOPLE] == 1.0


def test_daylight_switches_lights_off_and_dims_where_it_may() -> None:
    house = inhabited([move(0, 0, 0), move(0, 1, 1)], zones=2, occupants=2)
    house.p.zone[0, 1, la.ZP_DIMMING] = 1.0
    house.b.sun[0, 1:, :, la.SUN_TRANSMITTED] = 20.0 * 250.0 / 40.0  # 250 lx from the second step on
    gains, _ = run(house, 10)
    assert list(gains[0, 4, :, la.G_LIGHTS]) == [140.0, 140.0]
    assert gains[0, 5, 0, la.G_LIGHTS] == 0.0
    assert gains[0, 5, 1, la.G_LIGHTS] == pytest.approx(140.0 * (1.0 - 250.0 / 400.0))


def test_daylight_dims_the_lamps_near_windows_only() -> None:
    house = inhabited([move(0, 0, 0)])
    house.p.zone[0, 0, la.ZP_DIMMING] = 0.6
    house.b.sun[0, :, :, la.SUN_TRANSMITTED] = 20.0 * 2000.0 / 40.0  # a bright day
    gains, _ = run(house, 2)
    assert gains[0, 1, 0, la.G_LIGHTS] == pytest.approx(0.4 * 140.0)


def test_cooking_turns_part_of_its_power_into_steam() -> None:
    gains, _ = run(inhabited([appliance(2, 0, 1800, 800), appliance(6, 0, 0, 0)]), 8)
    cooking = gains[0, 3, 0]
    steam = 800.0 / 3.6e6
    assert cooking[la.G_EQUIPMENT] == 1820.0
    assert cooking[la.G_VAPOUR] == pytest.approx(steam)
    assert cooking[la.G_CONVECTIVE] + cooking[la.G_RADIANT] == pytest.approx(1820.0 - steam * 2.45e6)
    assert gains[0, 7, 0, la.G_EQUIPMENT] == 20.0
    assert gains[0, 7, 0, la.G_VAPOUR] == 0.0


def test_a_shower_moistens_and_does_not_cool() -> None:
    gains, _ = run(inhabited([appliance(0, 0, 0, 1800)]), 2)
    assert gains[0, 1, 0, la.G_VAPOUR] == pytest.approx(5e-4)
    assert gains[0, 1, 0, la.G_CONVECTIVE] + gains[0, 1, 0, la.G_RADIANT] == pytest.approx(20.0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(-1, 2), st.sampled_from(list(Activity))),
        max_size=40,
    )
)
def test_gains_are_the_sum_over_those_present(moves: list[tuple[int, int, int, Activity]]) -> None:
    moves.sort(key=lambda row: row[0])
    house = inhabited([move(*row) for row in moves], zones=3, occupants=6)
    gains, _ = run(house, 31)
    where = {person: (zone, activity) for _, person, zone, activity in moves}
    table = activities()
    for z in range(3):
        here = [activity for zone, activity in where.values() if zone == z]
        last = gains[0, -1, z]
        awake = [a for a in here if table[a, la.AC_MET] > 0.8]
        watts = table[here, la.AC_SENSIBLE].sum() + 20.0 + 80.0 * len(awake) + (140.0 if awake else 0.0)
        assert last[la.G_PEOPLE] == len(here)
        assert last[la.G_CONVECTIVE] + last[la.G_RADIANT] == pytest.approx(watts)
        assert last[la.G_CO2] == pytest.approx(table[here, la.AC_CO2].sum())
        assert last[la.G_VAPOUR] == pytest.approx(table[here, la.AC_VAPOUR].sum())
    assert gains[0, -1, :, la.G_PEOPLE].sum() == sum(zone >= 0 for zone, _ in where.values())


def test_the_activity_table_is_of_human_size() -> None:
    table = activities()
    assert table.shape == (len(ACTIVITY_NAMES), la.ACTIVITY_COLUMNS)
    heat = table[:, la.AC_SENSIBLE] + table[:, la.AC_VAPOUR] * EVAPORATION_J_KG
    assert (heat > 45.0).all()
    assert (heat < 200.0).all()
    office = table[Activity.SEATED_OFFICE, la.AC_CO2] * 1e3
    assert office == pytest.approx(0.0048, rel=0.15)  # L/s, Persily & de Jonge 2017, table 5, offices
    man = co2_generation(7.83, 1.0) * 1e3 * (273.0 / 295.15) * (101.325 / 101.0)  # at their 273 K and 101 kPa
    assert man == pytest.approx(0.0037, rel=0.03)  # their table 4: 30 to 40 years, 1.0 met
    assert table[Activity.SLEEPING, la.AC_CO2] < table[Activity.SEATED_QUIET, la.AC_CO2]
