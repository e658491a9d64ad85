"""The base of every record in a scenario: frozen, unknown keys refused, finite numbers only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from twin.basics.errors import nearest


class Record(BaseModel):
    """A frozen record; unknown keys, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)
    extendable: ClassVar[bool] = False  # a file of it may begin with `extends`


Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case letters, digits and _")]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", description='"HH:MM", quoted')]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Temperature = Annotated[float, Field(ge=-50, le=80)]

WORKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY: tuple[Weekday, ...] = (*WORKDAYS, "sat", "sun")


def wrong(
    message: str,
    at: tuple[str | int, ...],
    value: Any = None,
    allowed: str | None = None,
    options: Iterable[str] | None = None,
) -> PydanticCustomError:
    """An error that a rule raises about the key `at` (path from the record that the rule belongs to).

    Parameters
    ----------
    message
        What is wrong, without the value.
    value, allowed
        What was found and what would do, in words.
    options
        Names that would do; the nearest is suggested and, where there are few, all are listed.
    """
    names = None if options is None else list(options)
    if names is not None and allowed is None:
        allowed = listing(names)
    context = {"text": message, "at": at, "value": value, "allowed": allowed}
    context["suggestion"] = nearest(value, names) if names and isinstance(value, str) else None
    return PydanticCustomError("rule", "{text}", context)


def check_hours(start: str, end: str, at: tuple[str | int, ...]) -> None:
    """Raise unless the clock time `start` comes before `end` on the same day."""
    if start >= end:
        raise wrong(
            "the end is not after the start", at, f"{start} to {end}", "a start before its end, on one day"
        )


def listing(names: Iterable[str], most: int = 14) -> str:
    """Names in one line, cut where there are many."""
    names = list(names)
    text = ", ".join(names[:most])
    return text + (f", ... ({len(names)} in all)" if len(names) > most else "") if names else "none"
