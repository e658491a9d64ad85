"""A linear policy whose weights zones share, so that a search has few numbers to find.

What a zone's action hears: the same columns of its own zone, with the same weights in every zone; what
belongs to no zone, alike; a bias of all and one of its own. A building-wide action hears the mean over zones.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.control.linear import LinearPolicy

Float = NDArray[np.float64]


class SharedWeights:
    """From the numbers of a search to weights and biases of policies.

    Parameters
    ----------
    seen, acted
        Names of the columns of observation and action.
    zones
        Ids, which begin names as `<zone>.` or `rule.<zone>.`.
    leave_out
        Columns whose name holds one of these are not heard.

    Attributes
    ----------
    count
        Numbers to find.
    """

    def __init__(
        self, seen: Sequence[str], acted: Sequence[str], zones: Sequence[str], leave_out: Sequence[str] = ()
    ) -> None:
        self.shape = len(acted), len(seen)
        known: dict[Hashable, int] = {}
        rows: list[tuple[int, int, int, float]] = []

        def hear(key: Hashable, action: int, column: int, factor: float = 1.0) -> None:
            rows.append((known.setdefault(key, len(known)), action, column, factor))

        parts = [_zone_of(name, zones) for name in seen]
        for a, name in enumerate(acted):
            zone, what = _zone_of(name, zones)
            for c, (there, column) in enumerate(parts):
                if any(word in seen[c] for word in leave_out):
                    continue
                if not there:
                    hear((what, column), a, c)
                elif not zone:
                    hear((what, "mean", column), a, c, 1.0 / len(zones))
                elif zone == there:
                    hear((what, "own", column), a, c)
            hear((what, "bias"), a, len(seen))
            if zone:
                hear((what, "bias", zone), a, len(seen))
        self.count = len(known)
        self._number = np.array([row[0] for row in rows])
        self._place = np.array([row[1] * (len(seen) + 1) + row[2] for row in rows])
        self._factor = np.array([row[3] for row in rows])

    def weights(self, numbers: Float) -> tuple[Float, Float]:
        """Weights (C, m, n) and biases (C, m) of C candidates (C, count)."""
        actions, columns = self.shape
        flat = np.zeros((len(numbers), actions * (columns + 1)))
        for k in range(len(self._number)):  # a place may be fed twice: by the bias of all and by its own
            flat[:, self._place[k]] += numbers[:, self._number[k]] * self._factor[k]
        whole = flat.reshape(len(numbers), actions, columns + 1)
        return whole[:, :, :-1], whole[:, :, -1]

    def policy(self, numbers: Float) -> LinearPolicy:
        """The policy of one candidate (count,)."""
        weight, bias = self.weights(numbers[None])
        return LinearPolicy(weight[0], bias[0])


def _zone_of(name: str, zones: Sequence[str]) -> tuple[str, str]:
    """The zone that a column belongs to ("" for none), and its name without it."""
    for prefix in ("", "rule."):
        for zone in zones:
            if name.startswith(f"{prefix}{zone}."):
                return zone, prefix + name[len(prefix) + len(zone) + 1 :]
    return "", name
