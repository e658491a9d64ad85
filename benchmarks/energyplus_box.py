"""Rooms of a scenario as boxes in space: what EnergyPlus needs and a scenario does not say.

A scenario gives walls by area and azimuth. Rooms whose walls face the four cardinal points are boxes; a
second room stands beyond the partition, on the side where the first has no outside wall. Windows stand side
by side, evenly along their wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twin.basics.errors import TwinError
from twin.scenario.fabric import BuildingFabric, Wall, Zone
from twin.scenario.windows import Window

Point = tuple[float, float, float]
SIDES = (0, 90, 180, 270)  # azimuths of the outward normals


@dataclass(frozen=True)
class Box:
    """One room from its lowest south-west to its highest north-east corner [m]; x east, y north."""

    west: float
    south: float
    east: float
    north: float
    height: float

    def side(self, azimuth: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Left and right end of a wall on the plan, as seen from outside [m]."""
        w, s, e, n = self.west, self.south, self.east, self.north
        return {
            0: ((e, n), (w, n)), 90: ((e, s), (e, n)), 180: ((w, s), (e, s)), 270: ((w, n), (w, s)),
        }[azimuth]  # fmt: skip

    def length(self, azimuth: int) -> float:
        """Length of a wall [m]."""
        return self.east - self.west if azimuth in (0, 180) else self.north - self.south

    def wall(self, azimuth: int) -> list[Point]:
        """Corners of a wall: upper left, then counterclockwise as seen from outside [m]."""
        return self.rectangle(azimuth, 0.0, self.length(azimuth), 0.0, self.height)

    def rectangle(self, azimuth: int, start: float, end: float, low: float, high: float) -> list[Point]:
        """Corners of a part of a wall, from `start` to `end` along it from its left end [m]."""
        (x0, y0), (x1, y1) = self.side(azimuth)
        length = self.length(azimuth)

        def at(along: float, z: float) -> Point:
            part = along / length
            return (round(x0 + (x1 - x0) * part, 9), round(y0 + (y1 - y0) * part, 9), round(z, 9))

        return [at(start, high), at(start, low), at(end, low), at(end, high)]

    def top(self) -> list[Point]:
        """Corners of the roof, seen from above [m]."""
        w, s, e, n, z = self.west, self.south, self.east, self.north, self.height
        return [(w, n, z), (w, s, z), (e, s, z), (e, n, z)]

    def bottom(self) -> list[Point]:
        """Corners of the floor, seen from below [m]."""
        w, s, e, n = self.west, self.south, self.east, self.north
        return [(w, s, 0.0), (w, n, 0.0), (e, n, 0.0), (e, s, 0.0)]


def boxes(fabric: BuildingFabric) -> dict[str, Box]:
    """Boxes of a building of one room, or of two with a partition, by zone.

    Raises
    ------
    TwinError
        The rooms are no such boxes; names the zone.
    """
    first, *others = fabric.zones
    found = {first.id: _placed(first, None, 0)}
    for zone in others:
        beyond = _open_sides(first)
        if len(others) > 1 or len(beyond) != 1 or len(fabric.partitions) != 1:
            raise _no_box(zone, "one room, or two with one partition on the side that has no outside wall")
        found[zone.id] = _placed(zone, found[first.id], beyond[0])
    return found


def _placed(zone: Zone, beside: Box | None, azimuth: int) -> Box:
    """The box of a room, its south-west corner at 0, or against a side of another box."""
    by_side = {_azimuth(zone, wall): wall for wall in zone.walls}
    depth = next((by_side[a].area_m2 / zone.height_m for a in (90, 270) if a in by_side), None)
    if depth is None:
        raise _no_box(zone, "a room with an east or a west wall")
    width = zone.floor_area_m2 / depth
    x = y = 0.0
    if beside is not None:
        x = {90: beside.east, 270: beside.west - width}.get(azimuth, beside.west)
        y = {0: beside.north, 180: beside.south - depth}.get(azimuth, beside.south)
    west, south, east, north = (round(v, 9) for v in (x, y, x + width, y + depth))
    box = Box(west, south, east, north, zone.height_m)
    for side, wall in by_side.items():
        if abs(box.length(side) * box.height - wall.area_m2) > 1e-6 * wall.area_m2:
            raise _no_box(zone, "walls whose areas fit the floor and the height")
    return box


def _open_sides(zone: Zone) -> list[int]:
    faced = [_azimuth(zone, wall) for wall in zone.walls]
    return [side for side in SIDES if side not in faced]


def _azimuth(zone: Zone, wall: Wall) -> int:
    if wall.azimuth_deg not in SIDES or wall.tilt_deg != 90.0:
        raise _no_box(zone, "upright walls that face north, east, south or west")
    return int(wall.azimuth_deg)


def _no_box(zone: Zone, allowed: str) -> TwinError:
    return TwinError("this room cannot be written for EnergyPlus as a box", value=zone.id, allowed=allowed)


def panes(wall: Wall, length: float) -> Iterator[tuple[Window, float, float]]:
    """Every single window of a wall with its start and end along the wall [m], evenly spread."""
    every = [window for window in wall.windows for _ in range(window.count)]
    for k, window in enumerate(every):
        middle = length * (k + 0.5) / len(every)
        yield window, middle - 0.5 * window.one_width_m, middle + 0.5 * window.one_width_m
