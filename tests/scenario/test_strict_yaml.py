"""YAML without its surprises."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.scenario.strict_yaml import dotted, load, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18:30", "18:30"), ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("True", "True"),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3),
        ("1_000", 1000), ("012", "012"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("1e3", 1e3), ("1.5e-3", 0.0015),
        (".5", 0.5), ("5.", 5.0), ("2023-01-16", date(2023, 1, 16)), ("2023-01-16 10:00", "2023-01-16 10:00"),
        ('"2023-01-16"', "2023-01-16"), ('"12"', "12"), ("'true'", "true"), ("nan", "nan"), ("=", "="),
        ("3.0 m", "3.0 m"), ("1,5", "1,5"), (">\n  two\n  lines\n", "two lines\n"), ("[1, a]", [1, "a"]),
    ],
)  # fmt: skip
def test_scalars(text: str, value: Any) -> None:
    found = parse(f"key: {text}\n").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_infinite_and_not_a_number() -> None:
    assert parse("key: -.inf").data["key"] == float("-inf")
    assert parse("key: .NaN").data["key"] != parse("key: .NaN").data["key"]


def test_lines_and_columns() -> None:
    document = parse("# comment\na:\n  b: 1\n  c: [x, {d: 2}]\n", "file.yaml")
    assert document.line_of(("a",)) == 2
    assert document.line_of(("a", "c", 1, "d")) == 4
    assert document.line_of(("a", "nothing", "here")) == 2
    assert document.line_of(("nothing",)) == 2  # the mapping begins there
    mark = document.values["a", "b"]
    assert (mark.file, mark.line, mark.column) == ("file.yaml", 3, 6)


def test_anchors_are_fine_until_they_recur() -> None:
    assert parse("a: &x {b: 1}\nc: *x\n").data == {"a": {"b": 1}, "c": {"b": 1}}
    with pytest.raises(ScenarioError, match="itself"):
        parse("a: &x {b: *x}\n")


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: caf\xc3\xa9\r\n")
    assert load(path).data == {"a": 1, "b": "café"}


def test_dotted() -> None:
    assert dotted(("zones", 0, "walls", 1, "area_m2")) == "zones[0].walls[1].area_m2"


POWER = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")  # 1e5 is a number here (YAML 1.2) and a word to PyYAML
words = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20).filter(
    lambda word: not POWER.fullmatch(word)
)
scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words | st.dates()
values = st.recursive(
    scalars | st.floats(allow_nan=False), lambda inner: st.lists(inner, max_size=3), max_leaves=8
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(words.filter(bool), values, min_size=1, max_size=4))
def test_what_pyyaml_writes_in_quotes_reads_the_same(data: dict[str, Any]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    if ": .nan" not in text:
        assert parse(text).data == data


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_scenario_error(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        assert isinstance(parse(text).data, dict)
