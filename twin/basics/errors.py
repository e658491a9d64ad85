"""Errors that tell a person where the fault is, what was found, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The option closest in spelling to `name`, or None where nothing is close."""
    by_lower = {option.lower(): option for option in options}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


class TwinError(Exception):
    """Base of every error that is the input's fault and not the program's; the command line exits with 2.

    Parameters
    ----------
    message
        One plain sentence: what is wrong.
    file, line, key, value
        Where it was found, as far as known; `key` is the dotted path inside a scenario.
    allowed
        What would have been accepted, in words.
    suggestion
        The nearest valid name.
    """

    def __init__(
        self,
        message: str,
        *,
        file: object | None = None,
        line: int | None = None,
        key: str | None = None,
        value: object | None = None,
        allowed: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key
        self.value = value
        self.allowed = allowed
        self.suggestion = suggestion

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}"
        parts = [f"{place}: " if place else "", f"{self.key}: " if self.key else "", self.message]
        if self.value is not None:
            parts.append(f" (found {self.value!r})")
        if self.allowed:
            parts.append(f"; allowed: {self.allowed}")
        if self.suggestion:
            parts.append(f"; did you mean '{self.suggestion}'?")
        return "".join(parts)


class ScenarioError(TwinError):
    """A scenario, agent or datasheet file says something that cannot be built."""


class WeatherError(TwinError):
    """A weather file is missing, damaged, or does not cover the run."""


class ResultsError(TwinError):
    """A results folder cannot be written or read."""


class ControllerError(TwinError):
    """A controller is unknown or was given parameters that it does not take."""


class MissingExtraError(TwinError):
    """Something needs a package that only an extra of this distribution brings.

    Parameters
    ----------
    package
        What could not be imported.
    extra
        The extra that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; pip install 'building-twin[{extra}]' brings it")
        self.package = package
        self.extra = extra
