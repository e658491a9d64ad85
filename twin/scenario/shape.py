"""The shape of records: which keys and types stand at a location, for messages."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

Keys = tuple[str | int, ...]


def keys_at(model: type[BaseModel], loc: Keys) -> list[str]:
    """Names of the keys that the record at a location of pydantic takes."""
    found = follow(model, loc)
    return list(found.model_fields) if is_record(found) else []


def tags_at(model: type[BaseModel], loc: Keys) -> list[str]:
    """The kinds that the union at a location offers."""
    return [tag_of(member) for member in typing.get_args(follow(model, loc)) if is_record(member)]


def homes_of(key: str, annotation: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of the records that take a key."""
    annotation = bare(annotation)
    if is_record(annotation):
        if key in annotation.model_fields:
            yield path or "the top of the file"
        for name, field in annotation.model_fields.items():
            yield from homes_of(key, field.annotation, f"{path}.{name}" if path else name)
    else:
        for member in typing.get_args(annotation):
            yield from homes_of(key, member, path)


def words_for(annotation: Any) -> str:
    """What a value of a type looks like."""
    annotation = bare(annotation)
    if is_record(annotation):
        return f"keys such as {', '.join(list(annotation.model_fields)[:4])}"
    members = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple:
        return "a list"
    if any(is_record(member) for member in members):
        return "keys, among them kind: " + " or ".join(tag_of(m) for m in members if is_record(m))
    return {str: "text", float: "a number", int: "a whole number", bool: "true or false"}.get(
        annotation, "a value"
    )


def is_record(annotation: Any) -> bool:
    """True for a pydantic model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def tag_of(member: Any) -> str:
    """The `kind` of a record in a union."""
    return str(typing.get_args(member.model_fields["kind"].annotation)[0])


def follow(annotation: Any, loc: Keys) -> Any:
    """The type that stands at a location of pydantic (tags of unions included)."""
    annotation = bare(annotation)
    for part in loc:
        origin, members = typing.get_origin(annotation), typing.get_args(annotation)
        if is_record(annotation):
            field = annotation.model_fields.get(str(part))
            annotation = None if field is None else field.annotation
        elif origin in (typing.Union, types.UnionType):
            kinds = [m for m in map(bare, members) if is_record(m) and "kind" in m.model_fields]
            annotation = next((m for m in kinds if tag_of(m) == part), None)
        elif origin in (tuple, dict):
            annotation = members[0 if origin is tuple else 1]
        annotation = bare(annotation)
    return annotation


def bare(annotation: Any) -> Any:
    """Without Annotated and without None."""
    if typing.get_origin(annotation) is typing.Annotated:
        return bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [m for m in typing.get_args(annotation) if m is not type(None)]
        if len(members) == 1:
            return bare(members[0])
    return annotation
