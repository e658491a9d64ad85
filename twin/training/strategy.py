"""Separable CMA-ES: a search that needs no gradients, only which of its candidates do better.

Source: R. Ros and N. Hansen, A simple modification in CMA-ES achieving linear time and space complexity, PPSN
X (2008); constants after N. Hansen, The CMA evolution strategy: a tutorial (2016), table 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


class SeparableCma:
    """Minimises a function of `count` numbers.

    Parameters
    ----------
    count
        Numbers to find.
    population
        Candidates of a generation.
    sigma
        Standard deviation of the first generation.
    begin, step
        Where to begin (count,), by default 0, and each number's own share of sigma (count,), by default 1.

    Attributes
    ----------
    mean
        What is believed best, (count,).
    """

    def __init__(
        self,
        count: int,
        population: int,
        sigma: float,
        begin: Sequence[float] | None = None,
        step: Sequence[float] | None = None,
    ) -> None:
        self.population, n = population, count
        half = population // 2
        weight = np.log(half + 0.5) - np.log(np.arange(1, half + 1))
        self._weight = weight / weight.sum()
        effective = 1.0 / float((self._weight**2).sum())
        self._effective = effective
        self._c_sigma = (effective + 2.0) / (n + effective + 5.0)
        self._damping = 1.0 + 2.0 * max(0.0, np.sqrt((effective - 1.0) / (n + 1.0)) - 1.0) + self._c_sigma
        self._c_path = (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n)
        one = 2.0 / ((n + 1.3) ** 2 + effective)
        rank = min(1.0 - one, 2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0) ** 2 + effective))
        faster = (n + 2.0) / 3.0  # what is learned of a diagonal is less, and quicker
        self._c_one = min(1.0, one * faster)
        self._c_rank = min(1.0 - self._c_one, rank * faster)
        self._length = np.sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))
        self.mean = np.zeros(n) if begin is None else np.array(begin, dtype=np.float64)
        self.scale = np.ones(n) if step is None else np.array(step, dtype=np.float64)
        self.sigma, self.generation = sigma, 0
        self._path_sigma, self._path = np.zeros(n), np.zeros(n)
        self._asked = np.zeros((population, n))

    def ask(self, random: np.random.Generator) -> Float:
        """Candidates of the next generation (population, count)."""
        self._asked = random.standard_normal((self.population, len(self.mean)))
        return self.mean + self.sigma * self.scale * self._asked

    def tell(self, values: Float, most: float = np.inf) -> None:
        """What the candidates last asked for are worth (population,), less is better; `most` caps sigma."""
        best = np.argsort(values, kind="stable")[: len(self._weight)]
        z, y = self._asked[best], self.scale * self._asked[best]
        step, move = self._weight @ z, self._weight @ y
        self.mean = self.mean + self.sigma * move
        self.generation += 1
        keep, grow = 1.0 - self._c_sigma, self._c_sigma * (2.0 - self._c_sigma) * self._effective
        self._path_sigma = keep * self._path_sigma + np.sqrt(grow) * step
        length = float(np.linalg.norm(self._path_sigma))
        usual = length / np.sqrt(1.0 - keep ** (2 * self.generation)) / self._length
        calm = usual < 1.4 + 2.0 / (len(self.mean) + 1.0)
        grow = self._c_path * (2.0 - self._c_path) * self._effective
        self._path = (1.0 - self._c_path) * self._path + calm * np.sqrt(grow) * move
        spread = (1.0 - self._c_one - self._c_rank) * self.scale**2
        spread += self._c_one * self._path**2 + self._c_rank * (self._weight @ y**2)
        self.scale = np.sqrt(spread)
        self.sigma *= float(np.exp(min(1.0, self._c_sigma / self._damping * (length / self._length - 1.0))))
        self.sigma = min(self.sigma, most)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that a continuation needs."""
        return {
            "cma_mean": self.mean,
            "cma_scale": self.scale,
            "cma_sigma": np.array([self.sigma, float(self.generation)]),
            "cma_path_sigma": self._path_sigma,
            "cma_path": self._path,
        }

    def recall(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from `state`; raises KeyError or ValueError for that of another search."""
        if state["cma_mean"].shape != self.mean.shape:
            raise ValueError(f"{state['cma_mean'].size} numbers, expected {self.mean.size}")
        self.mean, self.scale = state["cma_mean"].copy(), state["cma_scale"].copy()
        self.sigma, self.generation = float(state["cma_sigma"][0]), int(state["cma_sigma"][1])
        self._path_sigma, self._path = state["cma_path_sigma"].copy(), state["cma_path"].copy()
