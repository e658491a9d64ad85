"""What can be said about controllers from a few seeds: means, intervals, paired differences, trade-offs.

Interquartile mean and stratified bootstrap as recommended by Agarwal et al. (2021), "Deep reinforcement
learning at the edge of the statistical precipice", NeurIPS 34.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from twin.basics.streams import generator

Float = NDArray[np.float64]
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Summary:
    """One indicator of one controller over seeds.

    Attributes
    ----------
    count
        Seeds that have a value.
    mean, iqm
        Mean and interquartile mean.
    low, high
        95 % interval of the interquartile mean; equal to it with a single seed.
    """

    count: int
    mean: float
    iqm: float
    low: float
    high: float

    def as_json(self) -> dict[str, float | int]:
        """Plain numbers."""
        return asdict(self)


def interquartile_mean(values: Float) -> float:
    """Mean of the middle half; a quarter of the values (rounded down) is left out at either end."""
    return float(_middle_half(np.asarray(values, dtype=np.float64)))


def _middle_half(values: Float) -> Float:
    """Mean of the middle half along the last axis; in numpy, as scipy.stats takes half a second to load."""
    cut = values.shape[-1] // 4
    ordered = np.sort(values, axis=-1)
    return np.asarray(ordered[..., cut : values.shape[-1] - cut].mean(axis=-1))


def summarise(values: Sequence[float], strata: Sequence[int] | None = None) -> Summary:
    """Mean, interquartile mean and its 95 % stratified bootstrap interval.

    Parameters
    ----------
    values
        One per run, at least one.
    strata
        Group of each run (a training seed, a scenario): resampling keeps every group's size. None: one group.

    Raises
    ------
    ValueError
        No values, or strata of another length.
    """
    data = np.asarray(values, dtype=np.float64)
    if not data.size:
        raise ValueError("no values to summarise")
    groups = np.zeros(data.size, dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64)
    if groups.size != data.size:
        raise ValueError(f"{data.size} values and {groups.size} strata")
    low, high = _bootstrap(data, groups)
    return Summary(data.size, float(data.mean()), interquartile_mean(data), low, high)


def _bootstrap(data: Float, groups: NDArray[np.int64]) -> tuple[float, float]:
    """Percentile interval of the interquartile mean; draws are keyed, so equal data give equal intervals."""
    draws = generator(0, "bootstrap")
    parts = []
    for group in np.unique(groups):
        members = data[groups == group]
        parts.append(members[draws.integers(0, members.size, (RESAMPLES, members.size))])
    means = _middle_half(np.concatenate(parts, axis=1))
    tail = 0.5 * (1.0 - CONFIDENCE)
    low, high = np.quantile(means, (tail, 1.0 - tail))
    return float(low), float(high)


def paired_difference(control: Mapping[int, float], baseline: Mapping[int, float]) -> Summary | None:
    """Control minus baseline on the seeds that both have (same weather, people, faults); None without any."""
    common = sorted(control.keys() & baseline.keys())
    if not common:
        return None
    return summarise([control[seed] - baseline[seed] for seed in common])


def pareto_front(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names that no other beats in both numbers at once (smaller is better), by the first number.

    A point beats another where it is no worse in both and better in one; equal points stay together.
    """
    front = [
        name
        for name, (a, b) in points.items()
        if not any(c <= a and d <= b and (c < a or d < b) for c, d in points.values())
    ]
    return sorted(front, key=lambda name: points[name])
