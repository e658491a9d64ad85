"""From pydantic's errors to one sentence that a person can act on: where, what was found, what would do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from twin.basics.errors import ScenarioError, nearest
from twin.scenario import shape
from twin.scenario.record import listing
from twin.scenario.strict_yaml import GIVEN, Keys, Mark, dotted

Marks = Mapping[Keys, Mark]

_WORDS = {
    "float_type": ("this is not a number", "a number"),
    "float_parsing": ("this is not a number", "a number"),
    "int_type": ("this is not a whole number", "a whole number"),
    "int_parsing": ("this is not a whole number", "a whole number"),
    "int_from_float": ("this is not a whole number", "a whole number"),
    "bool_type": ("this is not a truth value", "true or false"),
    "string_type": ("this is not text", "text; put it in quotes"),
    "tuple_type": ("this is not a list", "a list, such as [a, b]"),
    "dict_type": ("this is not a mapping", "keys with values"),
    "model_type": ("this is not a mapping", "keys with values"),
    "model_attributes_type": ("this is not a mapping", "keys with values"),
    "finite_number": ("the number is not finite", "a finite number"),
    "date_type": ("this is not a date", "YYYY-MM-DD"),
    "date_parsing": ("this is not a date", "YYYY-MM-DD"),
    "date_from_datetime_parsing": ("this is not a date", "YYYY-MM-DD"),
    "date_from_datetime_inexact": ("this is not a date", "YYYY-MM-DD, without a time"),
}
_RANK = {"extra_forbidden": 0, "missing": 2, "too_short": 3, "rule": 1}
_UNIT = re.compile(
    r"_(mm|cm|m|ft|in|m2|ft2|sqft|sqm|cm2|m3|m3_h|cfm|l|l_s|w|kw|w_m2|kwh|wh|s|min|h|c|f|k|deg|pa|ppm|kg)$"
)
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_PATTERNS = {
    r"^[a-z]": "lower case letters, digits and _, beginning with a letter",
    r"^([01]": 'a clock time in quotes, "00:00" to "24:00"',
    r"^(0[1-9]|1[0-2])-": 'month and day in quotes, such as "07-01"',
    "^[A-Z]{3}$": "three capital letters, such as USD",
}


def explain(
    error: ValidationError, model: type[BaseModel], data: Any, marks: Marks, file: object
) -> ScenarioError:
    """The most helpful of the errors, as one ScenarioError.

    A misspelt key comes before what is missing because of it; among equals, the first in the file.

    Parameters
    ----------
    error
        From validating `data` against `model`.
    marks
        Where each key is written, see strict_yaml.Document.
    file
        Named where nothing better is known.
    """
    found = error.errors(include_url=False)
    placed = [(_RANK.get(e["type"], 1), _position(_keys(e, data), marks), i) for i, e in enumerate(found)]
    return _sentence(dict(found[min(placed)[2]]), model, data, marks, file)


def explain_rule(error: PydanticCustomError, marks: Marks, file: object) -> ScenarioError:
    """A broken rule (see record.wrong) as a ScenarioError."""
    return _rule(dict(error.context or {}), (), marks, file)


def _keys(error: Mapping[str, Any], data: Any) -> Keys:
    """Path of the error in the file: pydantic's location without the tags of unions."""
    keys: list[str | int] = []
    loc = error["loc"]
    for i, part in enumerate(loc):
        if part == "[key]":
            continue
        if isinstance(data, dict) and part not in data and data.get("kind") == part and i < len(loc):
            continue
        keys.append(part)
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            data = None
    if error["type"] == "rule":
        keys += error.get("ctx", {}).get("at", ())
    if error["type"] in ("union_tag_invalid", "union_tag_not_found") and not isinstance(data, str):
        keys.append("kind")
    return tuple(keys)


def _position(keys: Keys, marks: Marks) -> tuple[str, int, int]:
    mark = _mark(keys, marks)
    return ("", 0, 0) if mark is None else (mark.file, mark.line, mark.column)


def _mark(keys: Keys, marks: Marks) -> Mark | None:
    while keys and keys not in marks:
        keys = keys[:-1]
    return marks.get(keys)


def _place(keys: Keys, marks: Marks, file: object) -> dict[str, Any]:
    mark = _mark(keys, marks)
    if mark is None or mark.file == GIVEN:
        return {"file": file if mark is None else None, "line": None, "key": dotted(keys) or None}
    return {"file": mark.file, "line": mark.line, "key": dotted(keys) or None}


def _rule(context: dict[str, Any], at: Keys, marks: Marks, file: object) -> ScenarioError:
    return ScenarioError(
        context["text"],
        **_place((*at, *context["at"]), marks, file),
        value=context["value"],
        allowed=context["allowed"],
        suggestion=context["suggestion"],
    )


def _sentence(
    error: dict[str, Any], model: type[BaseModel], data: Any, marks: Marks, file: object
) -> ScenarioError:
    kind, context, value = error["type"], error.get("ctx", {}), error.get("input")
    keys, loc = _keys(error, data), error["loc"]
    place = _place(keys, marks, file)
    if kind == "rule":
        return _rule(context, keys[: len(keys) - len(context["at"])], marks, file)
    if kind == "extra_forbidden":
        return _unknown_key(str(keys[-1]), model, loc[:-1], place)
    if kind == "missing":
        return ScenarioError("a key is missing", **place, allowed=shape.words_for(shape.follow(model, loc)))
    if kind == "union_tag_not_found":
        return ScenarioError("a key is missing", **place, allowed=listing(shape.tags_at(model, loc)))
    if kind in ("union_tag_invalid", "literal_error"):
        names = re.findall(r"'([^']*)'", context.get("expected_tags") or context["expected"])
        value = context.get("tag", value)
        close = nearest(value, names) if isinstance(value, str) else None
        message = "unknown kind" if "tag" in context else "unknown value"
        allowed = listing(names) if names else context["expected"]
        return ScenarioError(message, **place, value=value, allowed=allowed, suggestion=close)
    message, allowed = words(kind, context, value, error["msg"])
    shown = value if isinstance(value, str | int | float) else None
    return ScenarioError(message, **place, value=shown, allowed=allowed, suggestion=_mended(context, value))


def words(kind: str, context: dict[str, Any], value: Any, fallback: str) -> tuple[str, str | None]:
    """What is wrong and what would do, of an error of pydantic: its kind, context, input and message."""
    if kind in _WORDS:
        message, allowed = _WORDS[kind]
        if value is None:
            return "there is no value", allowed
        if kind.startswith("float") and isinstance(value, str) and re.match(r"\s*[-+]?\d", value):
            return "this is text, not a number", "a number alone, without quotes; its unit is in the key"
        return message, allowed
    if kind in _BOUNDS:
        key, limit = _BOUNDS[kind]
        return f"the value is too {'small' if key[0] == 'g' else 'large'}", f"{limit} {context[key]:g}"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        allowed = next((text for start, text in _PATTERNS.items() if pattern.startswith(start)), pattern)
        return "this is not written as it should be", allowed
    if kind in ("too_short", "string_too_short"):
        return "there are too few entries", f"at least {context['min_length']}"
    if kind == "too_long":
        return "there are too many entries", f"at most {context['max_length']}"
    return fallback[:1].lower() + fallback[1:], None


def _mended(context: dict[str, Any], value: Any) -> str | None:
    """A value that nearly matches its pattern, made to match."""
    pattern = context.get("pattern")
    if pattern is None or not isinstance(value, str):
        return None
    for better in (f"0{value}", re.sub(r"[^a-z0-9_]+", "_", value.lower()).strip("_")):
        if re.search(pattern, better):
            return better
    return None


def _unknown_key(key: str, model: type[BaseModel], loc: Keys, place: dict[str, Any]) -> ScenarioError:
    options = shape.keys_at(model, loc)
    if not loc and getattr(model, "extendable", False):
        options.append("extends")
    stem = _UNIT.sub("", key)
    same = [option for option in options if option != key and _UNIT.sub("", option) == stem]
    if same:
        message = "unknown key; the unit is part of the name"
        return ScenarioError(message, **place, value=key, allowed=same[0], suggestion=same[0])
    close, homes = nearest(key, options), list(dict.fromkeys(shape.homes_of(key, model)))
    message = "unknown key"
    around = re.sub(r"\[\d+\]", "", str(place["key"])).rpartition(".")[0]
    if around in homes:
        message = "this kind does not take this key"
    elif close is None and homes:
        message = f"unknown key here; it belongs in {' or '.join(homes[:3])}"
    return ScenarioError(message, **place, value=key, allowed=listing(options, 40), suggestion=close)
