"""Features of a linear policy: products of hinges of what is seen, as plain numbers that a file can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]
PREFIX = "feature_"  # of the arrays in a file


@dataclass(frozen=True)
class Features:
    """phi = product over a few factors of clip(max over rows of (coefficient · observation + shift), 0, cap).

    Attributes
    ----------
    column, coefficient
        What a row adds up, (rows, c): numbers of columns of the observation, and by how much.
    shift
        Of each row (rows,).
    row
        Rows of which a hinge takes the largest, (hinges, g); shorter lists repeat one.
    floor, cap
        Bounds of each hinge (hinges,).
    factor
        Hinges that a feature multiplies (features, f); the number of hinges stands for 1.
    """

    column: Int
    coefficient: Float32
    shift: Float32
    row: Int
    floor: Float32
    cap: Float32
    factor: Int

    def __call__(self, seen: Float32) -> Float32:
        """Features (N, features) of observations (N, n); no sum depends on N."""
        rows = self.shift + seen[:, self.column[:, 0]] * self.coefficient[:, 0]
        for k in range(1, self.column.shape[1]):
            rows += seen[:, self.column[:, k]] * self.coefficient[:, k]
        largest = rows[:, self.row[:, 0]]
        for k in range(1, self.row.shape[1]):
            np.maximum(largest, rows[:, self.row[:, k]], out=largest)
        hinges = np.ones((len(seen), len(self.row) + 1), dtype=np.float32)
        hinges[:, :-1] = np.minimum(np.maximum(largest, self.floor), self.cap)
        phi: Float32 = hinges[:, self.factor[:, 0]]
        for k in range(1, self.factor.shape[1]):
            phi = phi * hinges[:, self.factor[:, k]]
        return phi

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, for a file."""
        return {PREFIX + name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Features | None:
        """What `arrays` gave; None where there are none.

        Raises
        ------
        ControllerError
            Some are missing.
        """
        names = [PREFIX + name for name in cls.__dataclass_fields__]
        missing = [name for name in names if name not in arrays]
        if len(missing) == len(names):
            return None
        if missing:
            raise ControllerError("this policy's features are incomplete", key=missing[0])
        return cls(*(arrays[name] for name in names))
