"""Learners with a scenario at hand: what differs there, and errors that show only then but are of a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher

from twin.basics.errors import ScenarioError, TwinError
from twin.scenario.catalog import available
from twin.scenario.learners import Learner

_ALIKE = 0.75  # of two spellings, 0 to 1: from there on a name is taken for a slip of another


@contextmanager
def telling_where(learner: Learner) -> Iterator[None]:
    """Errors about keys of this learner name its file and line."""
    try:
        yield
    except TwinError as error:
        learner.locate(error)
        raise


def for_scenario(learner: Learner, name: str) -> Learner:
    """The learner with what differs for one scenario.

    What its file says of other scenarios means nothing here, whatever they are called. But a name that is
    almost this scenario's is a slip, where no catalogue has it and this scenario has no section of its own.

    Raises
    ------
    ScenarioError
        A misspelt name under `scenarios`, or changes that do not go together.
    """
    own = name in learner.scenarios
    for other in () if own else set(learner.scenarios) - set(available("scenarios")):
        if SequenceMatcher(None, other.lower(), name.lower()).ratio() >= _ALIKE:
            with telling_where(learner):
                raise ScenarioError(
                    f"this says nothing about {name}",
                    key=f"scenarios.{other}",
                    value=other,
                    allowed="names of scenarios",
                    suggestion=name,
                )
    return learner.for_scenario(name)
