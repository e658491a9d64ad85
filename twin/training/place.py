"""Learners whose errors say file and line, also those that show only with the scenario at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.basics.errors import TwinError
from twin.scenario.catalog import find, load_learner
from twin.scenario.learners import Learner
from twin.scenario.strict_yaml import load


def read_learner(source: str | Path) -> Learner:
    """As twin.scenario.catalog.load_learner; what is read knows where its keys are written."""
    learner = load_learner(source)
    return learner.read_at(load(find(source, "agents")).keys)


@contextmanager
def telling_where(learner: Learner) -> Iterator[None]:
    """Errors about keys of this learner name its file and line."""
    try:
        yield
    except TwinError as error:
        learner.locate(error)
        raise
