"""A linear policy: each action a weighted sum of what is seen, or of features of it, cut to [-1, 1]."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError
from twin.control.features import Features

Float = NDArray[np.float64]


class LinearPolicy:
    """action = weight · observation + bias, cut.

    Parameters
    ----------
    weight, bias
        (m, n) and (m,).
    features
        Stand in the observation's place, n of them.
    """

    def __init__(self, weight: Float, bias: Float, features: Features | None = None) -> None:
        self.weight = np.asarray(weight, dtype=np.float32)
        self.bias = np.asarray(bias, dtype=np.float32)
        self.features = features

    def predict(
        self,
        observation: NDArray[np.floating],
        state: Any = None,
        episode_start: object = None,  # noqa: ARG002 - it remembers nothing
        deterministic: bool = True,  # noqa: ARG002 - there is no chance in it
    ) -> tuple[NDArray[np.float32], Any]:
        """Actions (N, m) for observations (N, n), as Stable-Baselines3's models have it."""
        seen = np.asarray(observation, dtype=np.float32)
        if self.features is not None:
            seen = self.features(seen)
        chosen = np.einsum("no,ao->na", seen, self.weight) + self.bias
        return np.minimum(np.maximum(chosen, np.float32(-1.0)), np.float32(1.0)), state

    def save(self, stream: IO[bytes], **more: NDArray[Any]) -> None:
        """Write a zip of arrays, with `more` beside the policy's own."""
        held: dict[str, Any] = {"weight": self.weight, "bias": self.bias, **more}
        if self.features is not None:
            held |= self.features.arrays()
        np.savez(stream, **held)

    @classmethod
    def load(cls, file: Path) -> LinearPolicy:
        """Read what `save` wrote; raises ControllerError."""
        held = arrays(file)
        try:
            return cls(held["weight"], held["bias"], Features.of(held))
        except KeyError:
            raise ControllerError(
                "there is no linear policy in this file", file=file, allowed="a file of twin train"
            ) from None


def arrays(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays in a zip that `LinearPolicy.save` wrote; raises ControllerError."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {
                n[: -len(".npy")]: np.load(io.BytesIO(archive.read(n)), allow_pickle=False) for n in names
            }
    except (zipfile.BadZipFile, OSError, ValueError):
        raise ControllerError(
            "this is not a readable policy file", file=file, allowed="a file of twin train"
        ) from None
