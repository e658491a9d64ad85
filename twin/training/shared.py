"""Weights that zones share, so that a search has few numbers to find.

What a zone's action hears: columns of its own zone, with the same weights in every zone; what belongs to no
zone, alike. A building-wide action hears the mean over zones.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.control.features import Features
from twin.control.linear import LinearPolicy

Float = NDArray[np.float64]
BIAS = -1  # in place of a column


@dataclass
class Weights:
    """From the numbers of a search to weights and biases of policies.

    Parameters
    ----------
    actions, columns
        What a policy sets, and how much it hears.
    features
        What it hears in place of the observation.

    Attributes
    ----------
    begin, step
        Where the search begins (count,), and how far each number is tried, as multiples of its sigma.
    """

    actions: int
    columns: int
    features: Features | None = None
    begin: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)
    _rows: list[tuple[int, int, float]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Numbers to find."""
        return len(self._known)

    def hear(
        self,
        key: Hashable,
        action: int,
        column: int,
        factor: float = 1.0,
        begin: float = 0.0,
        step: float = 1.0,
    ) -> None:
        """One number, known by `key`, weighs a column (or is the bias) of an action."""
        if key not in self._known:
            self._known[key] = len(self._known)
            self.begin.append(begin)
            self.step.append(step)
        place = action * (self.columns + 1) + (self.columns if column == BIAS else column)
        self._rows.append((self._known[key], place, factor))

    def weights(self, numbers: Float) -> tuple[Float, Float]:
        """Weights (C, m, n) and biases (C, m) of C candidates (C, count)."""
        flat = np.zeros((len(numbers), self.actions * (self.columns + 1)))
        for (
            number,
            place,
            factor,
        ) in self._rows:  # a place may be fed twice: by the bias of all and by its own
            flat[:, place] += numbers[:, number] * factor
        whole = flat.reshape(len(numbers), self.actions, self.columns + 1)
        return whole[:, :, :-1], whole[:, :, -1]

    def policy(self, numbers: Float) -> LinearPolicy:
        """The policy of one candidate (count,)."""
        weight, bias = self.weights(numbers[None])
        return LinearPolicy(weight[0], bias[0], self.features)


def shared(
    seen: Sequence[str], acted: Sequence[str], zones: Sequence[str], leave_out: Sequence[str] = ()
) -> Weights:
    """Every action hears every column, with a bias of all zones and one of its own.

    Parameters
    ----------
    seen, acted
        Names of the columns of observation and action.
    zones
        Ids, which begin names as `<zone>.` or `rule.<zone>.`.
    leave_out
        Columns whose name holds one of these are not heard.
    """
    made = Weights(len(acted), len(seen))
    parts = [zone_of(name, zones) for name in seen]
    for a, name in enumerate(acted):
        zone, what = zone_of(name, zones)
        for c, (there, column) in enumerate(parts):
            if any(word in seen[c] for word in leave_out):
                continue
            if not there:
                made.hear((what, column), a, c)
            elif not zone:
                made.hear((what, "mean", column), a, c, 1.0 / len(zones))
            elif zone == there:
                made.hear((what, "own", column), a, c)
        made.hear((what, "bias"), a, BIAS)
        if zone:
            made.hear((what, "bias", zone), a, BIAS)
    return made


def zone_of(name: str, zones: Sequence[str]) -> tuple[str, str]:
    """The zone that a column belongs to ("" for none), and its name without it."""
    for prefix in ("", "rule."):
        for zone in zones:
            if name.startswith(f"{prefix}{zone}."):
                return zone, prefix + name[len(prefix) + len(zone) + 1 :]
    return "", name
