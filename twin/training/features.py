"""What a learner's file says that an action hears: hinges and hours, multiplied, by name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError, nearest
from twin.control.features import Features
from twin.training.shared import Weights, zone_of

Float = NDArray[np.float64]
KEYS = ("of", "from", "to", "most", "hours")
HEARS = "parameters.hears"
ZONE = "zone"  # as a factor: a weight for each zone
ONE = "one"  # as a factor: nothing but the weight
MOST = 4  # factors of a product, and columns that a row adds up
_STEEP = 2000.0  # of an hour's edge: from 0 to 1 within the minute before
_MINUTE = 2.0 * math.pi / 1440.0
_TERM = r"[^\s-]+"
_EXPRESSION = re.compile(rf"\s*-?\s*{_TERM}(\s*-\s*{_TERM})*\s*")


@dataclass(frozen=True)
class Row:
    """Columns and coefficients in scaled units, and what is added."""

    parts: tuple[tuple[int, float], ...]
    shift: float


@dataclass(frozen=True)
class Hinge:
    """The largest of some rows, cut."""

    rows: tuple[Row, ...]
    floor: float = 0.0
    cap: float = 1.0


class Vocabulary:
    """Reads the features of a learner's file for one building.

    Parameters
    ----------
    seen, lower, upper
        Columns of the observation, and the values that -1 and 1 stand for.
    zones
        Ids.
    described
        `features` of the file: by name, either `{of: expression, from: a, to: b}`, 0 at a and 1 at b, on to
        `most`, or `{hours: [a, b]}`, 1 between these hours of the day. An expression is a column, or one less
        another, `-` may lead; that of a zone's quantity is the largest over zones. Features that no action
        hears are checked all the same, and do nothing.

    Raises
    ------
    ControllerError
        Of the constructor and of `weights`: what cannot be understood, by key.
    """

    def __init__(
        self,
        seen: Sequence[str],
        lower: Float,
        upper: Float,
        zones: Sequence[str],
        described: Mapping[str, Any],
    ) -> None:
        self._seen, self._lower, self._upper, self._zones = list(seen), lower, upper, list(zones)
        self._quantities = {column for name in seen for zone, column in [zone_of(name, zones)] if zone}
        self._hinges = {name: self._read(f"features.{name}", given) for name, given in described.items()}

    def _read(self, key: str, given: Any) -> Hinge:
        _check_form(key, given)
        if "hours" in given:
            return self._hours(f"parameters.{key}.hours", given["hours"])
        numbers = [given.get("from"), given.get("to")]
        if not isinstance(given.get("of"), str) or not all(_is_number(n) for n in numbers):
            raise ControllerError(
                "a feature needs a column and two numbers",
                key=f"parameters.{key}",
                value=dict(given),
                allowed="{of: column, from: number, to: number}",
            )
        begin, end = (float(n) for n in numbers)
        most = given.get("most", 1.0)
        if not _is_number(most) or most <= 0.0:
            raise ControllerError(
                "this is no bound", key=f"parameters.{key}.most", value=most, allowed="a number more than 0"
            )
        if begin == end:
            raise ControllerError(
                "these are one value", key=f"parameters.{key}.to", value=end, allowed="another than from"
            )
        rows = [self._row(terms, begin, end) for terms in self._terms(f"parameters.{key}.of", given["of"])]
        return Hinge(tuple(rows), cap=float(most))

    def _hours(self, key: str, given: Any) -> Hinge:
        fits = isinstance(given, Sequence) and len(given) == 2 and all(_is_number(h) for h in given)
        if not fits or not 0.0 <= given[0] < given[1] <= 24.0:
            raise ControllerError("these are no hours", key=key, value=given, allowed="[from, to] of 0 to 24")
        first, last = (2.0 * math.pi * hour / 24.0 - 0.5 * _MINUTE for hour in given)
        middle, half = 0.5 * (first + last), 0.5 * (last - first)
        sine, cosine = self._column(key, "time.day_sin"), self._column(key, "time.day_cos")
        parts = ((sine, _STEEP * math.sin(middle)), (cosine, _STEEP * math.cos(middle)))
        return Hinge((Row(parts, -_STEEP * math.cos(half)),))

    def _terms(self, key: str, text: str) -> list[list[tuple[int, float]]]:
        """Columns and signs; one list for each zone where a zone's quantity is meant."""
        found = re.findall(rf"(-?)\s*({_TERM})", text)
        if not _EXPRESSION.fullmatch(text) or len(found) > MOST:
            raise ControllerError(
                "this cannot be computed",
                key=key,
                value=text,
                allowed=f"a column, or one - another, at most {MOST} of them; a - may lead",
            )
        signs, names = [-1.0 if minus else 1.0 for minus, _ in found], [name for _, name in found]
        over = self._zones if any(name in self._quantities for name in names) else [""]
        return [
            [(self._column(key, name, zone), s) for name, s in zip(names, signs, strict=True)]
            for zone in over
        ]

    def _column(self, key: str, name: str, zone: str = "") -> int:
        if name in self._quantities:
            name = f"rule.{zone}.{name[5:]}" if name.startswith("rule.") else f"{zone}.{name}"
        if name not in self._seen:
            known = {*self._quantities, *(n for n in self._seen if not zone_of(n, self._zones)[0])}
            raise _unknown("nothing of this name is seen", key, name, known)
        return self._seen.index(name)

    def _row(self, terms: Sequence[tuple[int, float]], begin: float, end: float) -> Row:
        """(sum of signed values - begin) / (end - begin), of scaled columns."""
        half = [0.5 * (self._upper[c] - self._lower[c]) for c, _ in terms]
        parts = tuple((c, s * h / (end - begin)) for (c, s), h in zip(terms, half, strict=True))
        middle = sum(s * 0.5 * (self._upper[c] + self._lower[c]) for c, s in terms)
        return Row(parts, (middle - begin) / (end - begin))

    def weights(self, acted: Sequence[str], heard: Mapping[str, Any]) -> Weights:
        """Numbers to find where each action hears only what is named for it.

        Parameters
        ----------
        acted
            Names of the actions.
        heard
            `hears` of the file: by quantity of the action, products as `open * early` with where the search
            begins and how far it tries. Factors are features; a zone's quantity, its own and scaled; and
            `zone`, which gives every zone a weight of its own.
        """
        kinds = {name.rpartition(".")[2] for name in acted}
        for quantity, products_given in heard.items():
            if quantity not in kinds:
                raise _unknown("no action is called so", f"{HEARS}.{quantity}", quantity, kinds)
            if not isinstance(products_given, Mapping):
                raise ControllerError(
                    "what is heard is missing",
                    key=f"{HEARS}.{quantity}",
                    value=products_given,
                    allowed="products, each with [begin, step], such as open * early: [0.0, 0.4]",
                )
        hinges: dict[tuple[str, str], Hinge] = {}
        products: dict[tuple[tuple[str, str], ...], int] = {}
        found: list[tuple[tuple[str, ...], int, int, float, float]] = []
        for a, name in enumerate(acted):
            zone, what = zone_of(name, self._zones)[0], name.rpartition(".")[2]
            for text, numbers in heard.get(what, {}).items():
                key = f"{HEARS}.{what}.{text}"
                if not _is_pair(numbers):
                    raise ControllerError(
                        "two numbers are needed", key=key, value=numbers, allowed="[begin, step]"
                    )
                words = [word.strip() for word in text.split("*")]
                factors = tuple(
                    self._factor(key, word, zone, hinges) for word in words if word not in (ZONE, ONE)
                )
                if len(factors) > MOST or (ZONE in words and not zone):
                    raise ControllerError(
                        "this cannot be heard",
                        key=key,
                        value=text,
                        allowed=f"at most {MOST} factors; {ZONE} only for actions of zones",
                    )
                column = products.setdefault(factors, len(products))
                own: tuple[str, ...] = (what, text, zone) if ZONE in words else (what, text)
                found.append((own, a, column, float(numbers[0]), float(numbers[1])))
        made = Weights(len(acted), len(products), _compiled(hinges, list(products)))
        for own, a, column, begin, step in found:
            made.hear(own, a, column, begin=begin, step=step)
        return made

    def _factor(
        self, key: str, word: str, zone: str, hinges: dict[tuple[str, str], Hinge]
    ) -> tuple[str, str]:
        """The name of a hinge, which is kept with those needed."""
        if word in self._hinges:
            hinges[word, ""] = self._hinges[word]
            return word, ""
        if word in self._quantities and zone:
            row = Row(((self._column(key, word, zone), 1.0),), 0.0)
            hinges[word, zone] = Hinge((row,), -1.0, 1.0)
            return word, zone
        known = {*self._hinges, *(self._quantities | {ZONE} if zone else ()), ONE}
        raise _unknown("there is no such feature", key, word, known)


def _check_form(key: str, given: Any) -> None:
    """Raise ControllerError for a feature with a name that none can hear, or with keys that are none."""
    name = key.partition(".")[2]
    if name in (ONE, ZONE) or not name or name != name.strip() or "*" in name:
        raise ControllerError(
            "a feature of this name is never heard",
            key=f"parameters.{key}",
            value=name,
            allowed=f"a name without *, and not {ONE} or {ZONE}, which have a meaning as factors",
        )
    if not isinstance(given, Mapping) or not given:
        raise ControllerError(
            "this is no feature", key=f"parameters.{key}", value=given, allowed="of, from, to; or hours"
        )
    for word in given:
        if word not in KEYS:
            raise _unknown("a feature has no such key", f"parameters.{key}.{word}", word, KEYS)
    beside = [word for word in given if word != "hours"]
    if "hours" in given and beside:
        raise ControllerError(
            "hours stand alone", key=f"parameters.{key}.{beside[0]}", value=given[beside[0]],
            allowed="hours; or of, from, to and most",
        )  # fmt: skip


def _unknown(what: str, key: str, name: str, known: Iterable[str]) -> ControllerError:
    """A name that stands for nothing, with those that would."""
    names = sorted(known)
    return ControllerError(
        what, key=key, value=name, allowed=", ".join(names), suggestion=nearest(name, names)
    )


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)


def _is_pair(given: Any) -> bool:
    return (
        isinstance(given, Sequence) and len(given) == 2 and all(_is_number(n) for n in given) and given[1] > 0
    )


def _compiled(
    hinges: Mapping[tuple[str, str], Hinge], products: Sequence[tuple[tuple[str, str], ...]]
) -> Features:
    """The arrays that compute these products."""
    rows = [row for hinge in hinges.values() for row in hinge.rows]
    column, coefficient = np.zeros((len(rows), MOST), np.int64), np.zeros((len(rows), MOST), np.float32)
    for r, row in enumerate(rows):
        for k, (number, by) in enumerate(row.parts):
            column[r, k], coefficient[r, k] = number, by
    widest = max((len(hinge.rows) for hinge in hinges.values()), default=1)
    largest, at = np.zeros((len(hinges), widest), np.int64), 0
    for h, hinge in enumerate(hinges.values()):
        largest[h] = at
        largest[h, : len(hinge.rows)] = at + np.arange(len(hinge.rows))
        at += len(hinge.rows)
    names = list(hinges)
    factor = np.full((len(products), MOST), len(hinges), np.int64)
    for p, product in enumerate(products):
        for k, name in enumerate(product):
            factor[p, k] = names.index(name)
    return Features(
        column,
        coefficient,
        np.array([row.shift for row in rows], np.float32),
        largest,
        np.array([hinge.floor for hinge in hinges.values()], np.float32),
        np.array([hinge.cap for hinge in hinges.values()], np.float32),
        factor,
    )
