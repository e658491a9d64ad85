"""Errors that show only with the scenario at hand, but are of a learner's file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twin.basics.errors import TwinError
from twin.scenario.learners import Learner


@contextmanager
def telling_where(learner: Learner) -> Iterator[None]:
    """Errors about keys of this learner name its file and line."""
    try:
        yield
    except TwinError as error:
        learner.locate(error)
        raise
