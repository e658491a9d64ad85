"""Inside a zone: how surfaces see each other, and where the sun that came in ends up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.layout import S_FLOOR, S_ROOF, S_WINDOW

SOLAR_ABSORPTANCE = 0.6  # of opaque surfaces inside, ANSI/ASHRAE 140
LARGEST_FACTOR = 10.0  # a surface larger than all others together sees mostly them: bounds Carroll's factor


@dataclass(frozen=True)
class Surface:
    """An inner surface: its column (S_WALL ...), area [m2], long-wave emissivity, solar absorptance.

    The absorptance of a window is what leaves through it, one less its reflectance.
    """

    index: int
    area: float
    emissivity: float
    absorptance: float = SOLAR_ABSORPTANCE


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


def opposite_view(floor_area: float, height: float) -> float:
    """View factor from a square floor to the ceiling right above it.

    Source: J.R. Howell, A Catalog of Radiation Heat Transfer Configuration Factors, C-11.
    """
    x = math.sqrt(floor_area) / height
    root = math.sqrt(1.0 + x * x)
    inner = 0.5 * math.log((1.0 + x * x) ** 2 / (1.0 + 2.0 * x * x))
    return 2.0 / (math.pi * x * x) * (inner + 2.0 * x * root * math.atan(x / root) - 2.0 * x * math.atan(x))


def solar_shares(surfaces: Sequence[Surface], floor_area: float, height: float) -> list[float]:
    """Share of the transmitted sun that each surface takes up; a window's share leaves through it.

    All of it falls on the floor first; what the floor reflects goes to the ceiling by their view factor and
    to the other surfaces by area; what these reflect is spread evenly until it is absorbed (area times
    absorptance).

    Source: the bounces of ANSI/ASHRAE 140, informative annex on solar fractions, the later ones in closed
    form.
    """
    area = np.array([s.area for s in surfaces])
    absorbs = np.array([s.absorptance for s in surfaces])
    floor = np.array([s.index == S_FLOOR for s in surfaces])
    roof = np.array([s.index == S_ROOF for s in surfaces])
    window = np.array([s.index == S_WINDOW for s in surfaces])
    rest = ~floor & ~roof
    opaque = ~window if (~window).any() else window
    first = _by_area(area, floor) if floor.any() else _by_area(area, opaque)
    view = opposite_view(floor_area, height) if floor.any() and roof.any() else 0.0
    if not floor.any() or not (rest | roof).any():
        second = _by_area(area, np.ones_like(floor))
    elif not rest.any():
        second = _by_area(area, roof)
    else:
        others = rest if view > 0.0 else rest | roof
        second = view * _by_area(area, roof) + (1.0 - view) * _by_area(area, others)
    shares = absorbs * first
    reflected = float(((1.0 - absorbs) * first).sum())
    shares = shares + reflected * absorbs * second
    reflected *= float(((1.0 - absorbs) * second).sum())
    last = area * absorbs
    return [float(s) for s in shares + reflected * last / last.sum()]


def _by_area(area: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    weight = np.where(chosen, area, 0.0)
    total = weight.sum()
    return weight / total if total > 0.0 else weight
