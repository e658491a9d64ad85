"""Random numbers keyed by (episode seed, stream, entity, index): a slot in a batch never enters.

`key` names one stream of one entity; `generator` draws from it before a run (people, biases), and
`twin.physics.noise` draws from it inside the compiled physics. Equal keys give equal numbers everywhere.
"""

from __future__ import annotations

import zlib

import numpy as np

_MASK = (1 << 64) - 1


def _mix(z: int) -> int:
    """splitmix64 finaliser (Steele, Lea & Flood 2014, OOPSLA, fig. 15)."""
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def key(seed: int, stream: str, entity: str = "") -> int:
    """A 63-bit key for one stream of one entity.

    Parameters
    ----------
    seed
        Episode seed, any integer >= 0 (0 is a seed like any other).
    stream, entity
        Names; hashed by CRC-32, so that they do not depend on Python's hash seed.
    """
    if seed < 0:
        raise ValueError(f"seed must be >= 0, got {seed}")
    state = _mix(seed & _MASK)
    state = _mix(state ^ zlib.crc32(stream.encode()))
    state = _mix(state ^ (zlib.crc32(entity.encode()) << 1))
    return state >> 1


def generator(seed: int, stream: str, entity: str = "") -> np.random.Generator:
    """A numpy generator (Philox) for draws made before a run."""
    return np.random.Generator(np.random.Philox(key=key(seed, stream, entity)))
