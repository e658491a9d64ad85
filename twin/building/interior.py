"""Inside a zone: how surfaces see each other, and where the sun that came in ends up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.layout import S_FLOOR, S_ROOF, S_WINDOW
from twin.scenario.fabric import Zone

SOLAR_ABSORPTANCE = 0.6  # of opaque surfaces inside, ANSI/ASHRAE 140; default of twin.scenario.fabric
ALONG = 0.09  # sine of the angle within which two directions count as one (5 degrees)
ROUND = 0.05  # walls go round a zone where they enclose its floor area to this part
LARGEST_FACTOR = 10.0  # a surface larger than all others together sees mostly them: bounds Carroll's factor


@dataclass(frozen=True)
class Surface:
    """An inner surface, for radiation.

    Parameters
    ----------
    index
        Its column: S_WALL, ...
    area
        [m2].
    emissivity, absorptance
        Long-wave and solar [-]; a window's absorptance is one less its reflectance, seen from inside.
    azimuth
        Outward normal of an upright wall or its window [°]; None where unknown.
    kept
        Parts of what a window takes that stay in its inner and its outer pane; the rest leaves through it.
    """

    index: int
    area: float
    emissivity: float
    absorptance: float = SOLAR_ABSORPTANCE
    azimuth: float | None = None
    kept: tuple[float, float] = (0.0, 0.0)


def carroll_factors(areas: Sequence[float]) -> list[float]:
    """Mean-radiant view factors of surfaces in one enclosure: F_i = 1 / (1 - A_i F_i / sum A_j F_j).

    Source: J.A. Carroll, An "MRT method" of computing radiant energy exchange in rooms, Proc. 2nd Systems
    Simulation and Economics Analysis Conf., San Diego 1980, p. 343; EnergyPlus Engineering Reference,
    "Carroll".
    """
    if len(areas) < 2:
        return [1.0] * len(areas)
    area = np.asarray(areas, dtype=np.float64)
    factor = np.ones_like(area)
    for _ in range(200):
        share = area * factor / (area * factor).sum()
        factor = np.minimum(1.0 / np.maximum(1.0 - share, 1.0 / LARGEST_FACTOR), LARGEST_FACTOR)
    return [float(f) for f in factor]


@dataclass(frozen=True)
class Box:
    """A zone taken as a box, for view factors.

    Parameters
    ----------
    length, width, height
        Of its floor, and up [m].
    azimuth
        Outward normal of the two walls that are `length` long, clockwise from north [°]; None: unknown.
    """

    length: float
    width: float
    height: float
    azimuth: float | None = None

    @property
    def to_ceiling(self) -> float:
        """View factor from the floor to the ceiling right above it."""
        return opposite_view(self.length / self.height, self.width / self.height)

    def to_side(self, azimuth: float | None) -> float:
        """View factor from the floor to a wall per area of the wall [1/m2]; of a mean wall where unknown."""
        if self.azimuth is not None and azimuth is not None:
            turn = abs(math.sin(math.radians(azimuth - self.azimuth)))
            if turn < ALONG:
                return adjacent_view(self.width, self.height, self.length) / (self.length * self.height)
            if turn > math.sqrt(1.0 - ALONG**2):
                return adjacent_view(self.length, self.height, self.width) / (self.width * self.height)
        return (1.0 - self.to_ceiling) / (2.0 * (self.length + self.width) * self.height)


def box_of(zone: Zone) -> Box:
    """The box that a zone is: by its outline if a rectangle, by its walls if they go round, else square."""
    height = zone.height_m
    corners = zone.outline_m
    if len(corners) == 4:
        sides = [(u - x, v - y) for (x, y), (u, v) in zip(corners, corners[1:] + corners[:1], strict=True)]
        (east, north), (x, y) = sides[0], sides[1]
        length, width = math.hypot(east, north), math.hypot(x, y)
        if abs(east * x + north * y) < ALONG * length * width:
            return Box(length, width, height, math.degrees(math.atan2(-north, east)) % 180.0)
    upright = [w for w in zone.walls if abs(w.tilt_deg - 90.0) < 1.0]
    for azimuth in dict.fromkeys(w.azimuth_deg % 180.0 for w in upright):
        turns = [abs(math.sin(math.radians(w.azimuth_deg - azimuth))) for w in upright]
        length = sum(w.area_m2 for w, t in zip(upright, turns, strict=True) if t < ALONG) / (2.0 * height)
        width = sum(w.area_m2 for w, t in zip(upright, turns, strict=True) if t > 1.0 - ALONG**2) / (
            2.0 * height
        )
        if width > 0.0 and abs(length * width / zone.floor_area_m2 - 1.0) < ROUND:
            return Box(length, width, height, azimuth)
    side = math.sqrt(zone.floor_area_m2)
    return Box(side, side, height)


def opposite_view(x: float, y: float) -> float:
    """View factor between opposite rectangles whose sides are x and y times their distance.

    Source: J.R. Howell, A Catalog of Radiation Heat Transfer Configuration Factors, C-11.
    """
    p, q = 1.0 + x * x, 1.0 + y * y
    inner = 0.5 * math.log(p * q / (p + q - 1.0))
    inner += x * math.sqrt(q) * math.atan(x / math.sqrt(q)) + y * math.sqrt(p) * math.atan(y / math.sqrt(p))
    return 2.0 / (math.pi * x * y) * (inner - x * math.atan(x) - y * math.atan(y))


def adjacent_view(depth: float, height: float, edge: float) -> float:
    """View factor from a floor `depth` deep to a wall of `height` at right angles, along a common edge [m].

    Source: J.R. Howell, A Catalog of Radiation Heat Transfer Configuration Factors, C-14.
    """
    w, h = depth / edge, height / edge
    w2, h2 = w * w, h * h
    both = w2 + h2
    inner = (
        w * math.atan(1.0 / w) + h * math.atan(1.0 / h) - math.sqrt(both) * math.atan(1.0 / math.sqrt(both))
    )
    inner += 0.25 * math.log((1.0 + w2) * (1.0 + h2) / (1.0 + both))
    inner += 0.25 * w2 * math.log(w2 * (1.0 + both) / ((1.0 + w2) * both))
    inner += 0.25 * h2 * math.log(h2 * (1.0 + both) / ((1.0 + h2) * both))
    return inner / (math.pi * w)


def solar_shares(surfaces: Sequence[Surface], box: Box) -> list[float]:
    """Share of the transmitted sun that each surface takes up; a window's share leaves or stays in its panes.

    All of it falls on the floor first; what the floor reflects goes to the others by their view factors; what
    these reflect is spread by area times absorptance until none is left (all later bounces in closed form).
    Where there is no floor, the first fall is spread over the opaque surfaces by area.

    Source: ANSI/ASHRAE 140, informative annex on the calculation of solar fractions.
    """
    area = np.array([s.area for s in surfaces])
    absorbs = np.array([s.absorptance for s in surfaces])
    floor = np.array([s.index == S_FLOOR for s in surfaces])
    roof = np.array([s.index == S_ROOF for s in surfaces])
    window = np.array([s.index == S_WINDOW for s in surfaces])
    opaque = ~window if (~window).any() else window
    first = _by_area(area, floor) if floor.any() else _by_area(area, opaque)
    second = _seen_from_floor(surfaces, box, area, floor, roof)
    shares = absorbs * first
    reflected = float(((1.0 - absorbs) * first).sum())
    shares = shares + reflected * absorbs * second
    reflected *= float(((1.0 - absorbs) * second).sum())
    last = area * absorbs
    return [float(s) for s in shares + reflected * last / last.sum()]


def _seen_from_floor(
    surfaces: Sequence[Surface], box: Box, area: np.ndarray, floor: np.ndarray, roof: np.ndarray
) -> np.ndarray:
    """What of the floor's reflection meets each surface; walls not listed leave theirs to the others."""
    rest = ~floor & ~roof
    if not floor.any() or not (rest | roof).any():
        return _by_area(area, np.ones_like(floor))
    if not rest.any():
        return _by_area(area, roof)
    density = np.array([box.to_side(s.azimuth) for s in surfaces])
    if not roof.any():
        return _by_area(area * density, rest)
    view = box.to_ceiling
    return view * _by_area(area, roof) + (1.0 - view) * _by_area(area * density, rest)


def _by_area(area: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    weight = np.where(chosen, area, 0.0)
    total = weight.sum()
    return weight / total if total > 0.0 else weight
