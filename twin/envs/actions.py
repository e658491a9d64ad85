"""Actions as an environment is given them, checked in its own words before anything moves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import TwinError
from twin.outlook import Outlook
from twin.scenario.record import listing

SHOWN = 4  # names of what actions set, in an error


class Actions:
    """What an environment takes as an action.

    Parameters
    ----------
    outlook
        Says what is set, and whether by numbers or by a choice.
    count
        Buildings of a vector environment; None: one building, whose actions have no axis for it.
    """

    def __init__(self, outlook: Outlook, count: int | None = None) -> None:
        self._names, self._levers, self._choices = outlook.action_names, outlook.levers, outlook.choices
        own = () if self._choices else (len(self._names),)
        self._shape = own if count is None else (count, *own)
        self._kinds = "iu" if self._choices else "fiu"
        self._one = count is None

    def rows(self, action: object) -> NDArray[np.generic]:
        """Actions in [-1, 1] of all buildings (N, m); of numbers those given, however far beyond.

        Raises
        ------
        TwinError
            Another shape than the action space's, no numbers, or no such choice.
        """
        try:
            given = np.asarray(action)
        except ValueError:  # rows of unequal length
            raise self._error("this is not an action", action) from None
        if given.shape != self._shape:
            raise self._error("an action has another shape", given.shape)
        if given.dtype.kind not in self._kinds:
            raise self._error("this is not an action", action if given.ndim == 0 else str(given.dtype))
        rows: NDArray[Any] = given[None] if self._one else given
        if not self._choices:
            return rows
        if not 0 <= rows.min() <= rows.max() < self._choices:
            bad = rows[(rows < 0) | (rows >= self._choices)]
            raise self._error("there is no such choice", int(bad[0]))
        return self._levers.decode(rows)

    def _error(self, message: str, found: object) -> TwinError:
        each = "" if self._one else " per building"
        if self._choices:
            what = f"a whole number from 0 to {self._choices - 1}{each}"
        else:
            what = f"a number{each} for {listing(self._names, SHOWN)}"
        shape = f", shape {self._shape}" if self._shape else ""
        return TwinError(message, key="action", value=found, allowed=what + shape)
