"""Newton's method by differences: every number is tried a step up and a step down, all on the same episodes.

As candidates meet the same people and weather, their differences are theirs alone, and a parabola through
three of them says where each number would be best. Numbers are taken one by one (of the second derivatives
only the diagonal is known), so that the step is tried in parts, on fresh episodes, before it is taken.

Source: common random numbers: P. Glasserman and D. Yao, Some guidelines and guarantees for common random
numbers, Management Science 38 (1992); an estimate shrunk by its noise: W. James and C. Stein, Estimation with
quadratic loss (1961), in the form that never turns a sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
PARTS = (0.0, 0.12, 0.25, 0.5, 0.75)  # of a step, that are tried
FURTHEST = 2.0  # widths that a number moves at once
RECENT = 0.4  # of what is believed of a curvature, the share of the last look
WIDER, NARROWER = 1.3, 0.8


class DiagonalNewton:
    """Minimises a function of `count` numbers that is a sum over episodes.

    It speaks as `twin.training.strategy.SeparableCma` does, but is told the episodes apart. Generations take
    turns: in one, all numbers are tried up and down; in the next, parts of the step that follows.

    Parameters
    ----------
    width
        How far each number is tried at first (count,).
    begin
        Where to begin (count,), by default 0.

    Attributes
    ----------
    mean
        What is believed best, (count,).
    generation
        How often it was told.
    """

    def __init__(self, width: Sequence[float], begin: Sequence[float] | None = None) -> None:
        self.width = np.array(width, dtype=np.float64)
        self.mean = np.zeros_like(self.width) if begin is None else np.array(begin, dtype=np.float64)
        self.generation = 0
        self._curvature = np.full_like(self.width, np.nan)
        self._step = np.zeros_like(self.width)

    @property
    def tries_parts(self) -> bool:
        """Whether the next generation tries parts of a step."""
        return self.generation % 2 == 1

    def ask(self, random: np.random.Generator) -> Float:  # noqa: ARG002 - no chance but that of episodes
        """Candidates of the next generation (C, count)."""
        if self.tries_parts:
            return self.mean + np.array(PARTS)[:, None] * self._step
        moved = np.diag(self.width)
        return np.concatenate([self.mean[None], self.mean + moved, self.mean - moved])

    def tell(self, values: Float) -> None:
        """What the candidates last asked for are worth in every episode, (episodes, C), less is better."""
        if self.tries_parts:
            self.mean = self.mean + PARTS[int(np.argmin(values.sum(axis=0)))] * self._step
        else:
            self._look(values)
        self.generation += 1

    def _look(self, values: Float) -> None:
        """From values (episodes, 2 count + 1) to a step, and to how far to try next time."""
        count, episodes = len(self.mean), len(values)
        here, up, down = values[:, :1], values[:, 1 : count + 1], values[:, count + 1 :]
        slopes = 0.5 * (up - down)
        slope = slopes.sum(axis=0)
        noise = slopes.std(axis=0, ddof=1) * np.sqrt(episodes) if episodes > 1 else np.zeros(count)
        seen = (up + down - 2.0 * here).sum(axis=0) / self.width**2
        known = np.where(np.isnan(self._curvature), seen, self._curvature)
        self._curvature = (1.0 - RECENT) * known + RECENT * seen
        steep = np.maximum(np.maximum(self._curvature * self.width**2, 0.5 * np.abs(slope)), 1e-12)
        sure = np.maximum(0.0, 1.0 - (noise / np.maximum(np.abs(slope), 1e-12)) ** 2)
        share = np.clip(-slope / steep, -FURTHEST, FURTHEST) * sure
        self._step = share * self.width
        far, near = np.abs(share) > 1.2, (np.abs(share) < 0.3) & (sure > 0.0)
        self.width = self.width * np.where(far, WIDER, np.where(near, NARROWER, 1.0))

    def state(self) -> dict[str, NDArray[Any]]:
        """All that a continuation needs."""
        return {
            "newton_mean": self.mean,
            "newton_width": self.width,
            "newton_curvature": self._curvature,
            "newton_step": self._step,
            "newton_generation": np.array(float(self.generation)),
        }

    def recall(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from `state`; raises KeyError or ValueError for that of another search."""
        if state["newton_mean"].shape != self.mean.shape:
            raise ValueError(f"{state['newton_mean'].size} numbers, expected {self.mean.size}")
        self.mean, self.width = state["newton_mean"].copy(), state["newton_width"].copy()
        self._curvature, self._step = state["newton_curvature"].copy(), state["newton_step"].copy()
        self.generation = int(state["newton_generation"])
