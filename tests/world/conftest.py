"""A wall clock for tests of pace."""

from __future__ import annotations

import pytest


class FakeClock:
    """A wall clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> FakeClock:
    """A fresh fake clock, at 100 s."""
    return FakeClock()
