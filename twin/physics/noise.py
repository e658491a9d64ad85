"""Keyed random numbers inside the compiled physics (see twin.basics.streams)."""

from __future__ import annotations

import math

import numpy as np

from twin.physics.compile import njit


@njit
def _bits(key: int, index: int) -> np.uint64:
    """64 random bits for one index of one stream: splitmix64 (Steele, Lea & Flood 2014) twice."""
    z = np.uint64(key) + np.uint64(index) * np.uint64(0x9E3779B97F4A7C15)
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return z


@njit
def uniform(key: int, index: int) -> float:
    """A number in the open interval (0, 1) for one index of one stream."""
    return (float(_bits(key, index) >> np.uint64(12)) + 0.5) * 2.0**-52


@njit
def normal(key: int, index: int) -> float:
    """A standard normal number for one index of one stream (Box & Muller 1958, Ann. Math. Stat. 29)."""
    u1 = uniform(key, 2 * index)
    u2 = uniform(key, 2 * index + 1)
    return math.sqrt(-2.0 * math.log(u1)) * math.cos(2.0 * math.pi * u2)
