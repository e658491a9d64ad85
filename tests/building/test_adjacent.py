"""Spaces beside a zone: what reaches it is what ISO 13789 says, or what a file says, and heat is not lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.physics import rooms
from twin.basics.clock import Clock
from twin.basics.errors import ScenarioError
from twin.building.adjacent import FILMS
from twin.building.climate import climate
from twin.building.constructions import slab
from twin.building.envelope import envelope
from twin.building.weather import read_weather
from twin.building.zone_fabric import INSIDE_FLOOR, INSIDE_ROOF, INSIDE_WALL
from twin.physics import layout as la
from twin.scenario.beyond import Adiabatic
from twin.scenario.library import CONSTRUCTIONS
from twin.scenario.schema import Scenario

WALL, AREA = "wall_brick_insulated", 20.0
PARTS = ("wall", "roof", "floor")


def box(part: str, boundary: Any, **changes: Any) -> Scenario:
    """A zone whose only surface is one wall, roof or floor."""
    surface = {"construction": WALL, "area_m2": AREA, "boundary": boundary}
    own = {"walls": [{**surface, "azimuth_deg": 0.0}]} if part == "wall" else {part: surface}
    room = {"id": "room", "floor_area_m2": AREA, "air_capacity_multiplier": 1.0, **own, **changes}
    return rooms.scenario([room])


def steady(model: Scenario, outdoor: float, inside: float = 20.0, days: int = 1) -> float:
    """Heat that keeps the air at a temperature, with real ground, sun off, after a long while [W]."""
    clock = Clock(datetime(2023, 1, 2, tzinfo=UTC).date(), "UTC", 0, days, 900, 3600)
    site, sun = climate(model, clock, read_weather("denver"))
    r = rooms.room(model, tick_s=900, per_step=1, start=outdoor)
    weather = np.repeat(r.b.weather, 1, axis=1)
    weather[:, :, la.W_GROUND] = site[0, 0, la.W_GROUND]
    r = r._replace(b=r.b._replace(weather=weather, sun=sun[:, :1] * 1.0))
    r.b.sun[:, :, :, : la.SUN_BESIDE] *= np.isin(np.arange(la.SUN_BESIDE), [la.SUN_ROOF])
    r.x.node[:] = inside
    r.x.zone[:, :, [la.Z_AIR, la.Z_MEAN_AIR]] = inside
    r.w[0, [la.WK_LOW, la.WK_HIGH, la.WK_CAP_HEAT, la.WK_CAP_COOL]] = inside, inside, 1e6, 1e6
    trace = np.zeros((1, 1))
    for _ in range(3000):
        trace = rooms.run(r, 1, 0)[:, 0, :]
    return float(trace[-1, la.Z_HEAT])


def conductance(part: str) -> float:
    """U A of the surface between two rooms [W/K]; one surface alone has no radiation inside."""
    film = {"wall": INSIDE_WALL, "roof": INSIDE_ROOF, "floor": INSIDE_FLOOR}[part]
    return AREA / (1.0 / film + slab(CONSTRUCTIONS[WALL]).resistance + FILMS[part])


@pytest.mark.parametrize("part", PARTS)
def test_an_unheated_space_takes_its_share_of_the_difference(part: str) -> None:
    """EN ISO 13789: H = b U A, for every kind of surface."""
    for factor in (0.0, 0.4, 1.0):
        model = box(part, {"kind": "unheated_space", "temperature_factor": factor})
        assert steady(model, outdoor=0.0) == pytest.approx(factor * conductance(part) * 20.0, abs=0.02)


@pytest.mark.parametrize("part", PARTS)
def test_a_space_of_fixed_temperature(part: str) -> None:
    model = box(part, {"kind": "fixed_temperature", "temperature_c": 12.0})
    assert steady(model, outdoor=-10.0) == pytest.approx(8.0 * conductance(part), abs=0.02)


@pytest.mark.parametrize("part", PARTS)
def test_beside_a_room_alike_nothing_is_lost(part: str) -> None:
    assert steady(box(part, "adiabatic"), outdoor=-10.0) == pytest.approx(0.0, abs=1e-6)


def test_a_wall_in_the_ground_sees_the_ground() -> None:
    warm = steady(box("wall", "ground"), outdoor=-10.0, inside=20.0)
    cold = steady(box("wall", "ground"), outdoor=-10.0, inside=10.0)
    resistance = 1.0 / INSIDE_WALL + slab(CONSTRUCTIONS[WALL]).resistance + 0.25
    assert warm - cold == pytest.approx(10.0 * AREA / resistance, rel=1e-4)


def test_one_word_and_a_mapping_say_the_same() -> None:
    one, two = box("roof", "adiabatic"), box("roof", {"kind": "adiabatic"})
    assert one.building.zones[0].roof == two.building.zones[0].roof
    assert one.building.zones[0].roof is not None
    assert one.building.zones[0].roof.boundary == Adiabatic()
    assert one.model_dump()["building"]["zones"][0]["roof"]["boundary"] == "adiabatic"


def series(path: Path, hours: int = 60, start: str = "2023-01-01") -> Path:
    """Hourly temperatures of an attic that warms by a kelvin an hour, and of a cellar."""
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    rows = [f"{(first + timedelta(hours=h)).isoformat()},{h},{12.5}" for h in range(hours)]
    path.write_text("time,attic,cellar\n" + "\n".join(rows) + "\n")
    return path


def heat_from(model: Scenario) -> np.ndarray:
    clock = Clock(datetime(2023, 1, 2, tzinfo=UTC).date(), "UTC", 0, 1, 300, 900)
    return climate(model, clock, read_weather("denver"))[1][0, :, 0]


def test_a_measured_temperature_is_followed(tmp_path: Path) -> None:
    boundary = {"kind": "series", "file": str(series(tmp_path / "beside.csv")), "column": "attic"}
    sun = heat_from(box("roof", boundary))
    beside = sun[:, la.SUN_ROOF] / (AREA / FILMS["roof"])
    assert beside[[0, -1]] == pytest.approx([24.0 + 2.5 / 60.0, 48.0 - 2.5 / 60.0])


@pytest.mark.parametrize(
    ("change", "message", "nearest"),
    [
        ({"column": "atic"}, "no such column", "attic"),
        ({"file": "nothing.csv"}, "no such file", None),
        ({}, "does not cover", None),
    ],
)
def test_series_that_do_not_do(
    tmp_path: Path, change: dict[str, str], message: str, nearest: str | None
) -> None:
    file = series(tmp_path / "beside.csv", 30 if not change else 60)
    boundary = {"kind": "series", "file": str(file), "column": "attic", **change}
    with pytest.raises(ScenarioError, match=message) as caught:
        heat_from(box("roof", boundary))
    assert caught.value.key == "building.zones[0].roof.boundary"
    assert caught.value.suggestion == nearest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,attic\n2023-01-01,5\n2022-01-01,6\n2024-01-01,6\n", "do not rise"),
        ("time,attic\nyesterday,5\ntoday,6\ntomorrow,6\n", "cannot be read"),
        ("time,attic\n2023-01-01,nan\n2023-01-05,6\n2024-01-01,6\n", "gaps"),
        ("time,attic\n2023-01-01\n2024-01-01,6\n", "too short"),
        ("time,attic\n", "less than two rows"),
    ],
)
def test_damaged_series(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "beside.csv"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=message):
        heat_from(box("roof", {"kind": "series", "file": str(file), "column": "attic"}))


def test_thermal_bridges_and_frames_lose_to_outdoors() -> None:
    """Sum of psi l and chi n, and of the frame's U A, on top of the surfaces."""
    bridges = [{"psi_w_mk": 0.05, "length_m": 40.0}, {"chi_w_k": 0.1, "count": 5}]
    plain, bridged = box("wall", "adiabatic"), box("wall", "adiabatic", thermal_bridges=bridges)
    assert steady(bridged, 0.0) - steady(plain, 0.0) == pytest.approx(2.5 * 20.0, abs=1e-6)
    window = {"glazing": "double_clear", "area_m2": 5.0, "frame_fraction": 0.2, "frame_u_value_w_m2k": 1.5}
    glass = {"glazing": "double_clear", "area_m2": 4.0}
    wall = {"construction": WALL, "area_m2": 20.0, "azimuth_deg": 0.0}
    framed = rooms.scenario([rooms.zone(walls=[{**wall, "windows": [window]}])])
    bare = rooms.scenario([rooms.zone(walls=[{**wall, "area_m2": 19.0, "windows": [glass]}])])
    with_frame, without = envelope(framed, 60), envelope(bare, 60)
    outdoor, air = la.NODES + la.I_OUTDOOR, la.ROW_AIR
    assert with_frame.flux[0, 0, outdoor] - without.flux[0, 0, outdoor] == pytest.approx(1.5, abs=1e-9)
    assert with_frame.flux[0, 0, air] - without.flux[0, 0, air] == pytest.approx(-1.5, abs=1e-9)
