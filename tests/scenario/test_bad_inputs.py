"""Every bad input ends with one message: file, line, key, value, what is allowed and the nearest name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenario.bad_inputs import FAMILY, GOOD, HEAT_PUMP, HVAC, OFFICE, SCHOOL, TABLE, Bad
from twin.basics.errors import ScenarioError, TwinError
from twin.scenario.catalog import load_agent, load_datasheet, load_scenario

DOUBLING = b"a: &a [x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20)
)  # four million x


def refused(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return caught.value


@pytest.mark.parametrize("people", [OFFICE, SCHOOL, FAMILY])
@pytest.mark.parametrize("hvac", [HVAC, HEAT_PUMP])
def test_the_scenarios_before_the_change_are_good(tmp_path: Path, people: str, hvac: str) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD.replace(OFFICE, people).replace(HVAC, hvac))
    assert load_scenario(path).name == "shop"


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 45
    assert len({bad.name for bad in TABLE}) == len(TABLE)


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_bad_input(tmp_path: Path, bad: Bad) -> None:
    assert GOOD.count(bad.old) >= 1
    text = GOOD.replace(bad.old, bad.new, 1)
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    error = refused(path)
    position = GOOD.index(bad.old) if bad.at is None else text.index(bad.at)
    line = text[:position].count("\n") + 1
    assert (error.file, error.line, error.key) == (str(path), line, bad.key)
    assert bad.message in error.message
    if bad.allowed is not None:
        assert bad.allowed in (error.allowed or "")
    assert error.suggestion == bad.nearest
    assert "\n" not in str(error)
    assert "pydantic" not in str(error)
    assert "Input should" not in str(error)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"- a\n- b\n", "not a mapping"),
        (b"just words\n", "not a mapping"),
        (b"name: caf\xe9\n", "UTF-8"),
        (b"\xff\xfen\x00a\x00", "UTF-8"),
        (b"name: a\x00b\n", "characters"),
        (b"name: " + b"[" * 50, "YAML"),
        (DOUBLING, "repeated"),
        (b"#" * 4_100_000, "too large"),
    ],
)  # fmt: skip
def test_files_that_are_no_scenario(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    error = refused(path)
    assert error.file == str(path)
    assert message in error.message


@pytest.mark.parametrize("depth", [100, 600, 200_000])
def test_deep_nesting_is_refused_and_not_a_crash(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.yaml"
    for text in ("[" * depth + "]" * depth, "\n" + "- " * depth + "x", "[\n" * depth):
        path.write_text(f"name: {text}\n")
        assert re.search("deep|YAML", refused(path).message)


def test_missing_file_folder_and_unknown_name(tmp_path: Path) -> None:
    assert "no such scenario file" in refused(tmp_path / "nothing.yaml").message
    (tmp_path / "folder.yaml").mkdir()
    assert "folder" in refused(tmp_path / "folder.yaml").message
    with pytest.raises(ScenarioError, match="unknown scenario") as caught:
        load_scenario("offfice")
    assert caught.value.suggestion == "office"
    assert "classroom" in (caught.value.allowed or "")


def test_error_through_extends_names_the_file_it_was_written_in(tmp_path: Path) -> None:
    base, child = tmp_path / "base.yaml", tmp_path / "child.yaml"
    base.write_text(GOOD.replace("lower_c: 20.0", "lower_c: 26.0"))
    child.write_text("extends: base.yaml\nrun: {days: 2}\n")
    error = refused(child)
    assert error.file == str(base)
    assert error.line == base.read_text().split("lower_c")[0].count("\n") + 1
    base.write_text(GOOD)
    child.write_text("extends: base.yaml\nrun:\n  dayz: 2\n")
    error = refused(child)
    assert (error.file, error.line, error.key, error.suggestion) == (str(child), 3, "run.dayz", "days")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: nothing.yaml\n", "no such"),
        ("extends: offce\n", "unknown"),
        ("extends: [a]\n", "not the name"),
        ("extends:\n", "not the name"),
        ("extends: me.yaml\n", "circle"),
    ],
)
def test_bad_extends(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "me.yaml"
    path.write_text("name: me\n" + text)
    error = refused(path)
    assert (error.file, error.line, error.key) == (str(path), 2, "extends")
    assert message in error.message


def test_circle_of_two(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    assert "a.yaml -> b.yaml -> a.yaml" in refused(tmp_path / "a.yaml").message


def test_bad_values_from_python_have_no_file(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    for call in (
        lambda: load_scenario(path).updated(days=-1),
        lambda: load_scenario(path, {"run": {"days": -1}}),
    ):
        with pytest.raises(ScenarioError, match=r"run\.days: the value is too small") as caught:
            call()
        assert (caught.value.file, caught.value.line) == (None, None)


AGENT = "format: 1\nname: mine\nkind: setback\nparameters:\n  margin_k: 0.5\n"


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("kind: setback", "kind: setbak", "kind", "setback"),
        ("margin_k: 0.5", "margn_k: 0.5", "parameters.margn_k", "margin_k"),
        ("margin_k: 0.5", "margin_k: -1", "parameters.margin_k", None),
        ("margin_k: 0.5", "margin_k: wide", "parameters.margin_k", None),
        ("margin_k: 0.5", "optimum_start: 7.5", "parameters.optimum_start", None),
    ],
)
def test_bad_agents(tmp_path: Path, old: str, new: str, key: str, nearest: str | None) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(AGENT)
    assert load_agent(path).settings.margin_k == 0.5
    path.write_text(AGENT.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        load_agent(path)
    error = caught.value
    assert (error.file, error.key, error.suggestion) == (str(path), key, nearest)
    assert error.line == path.read_text().split(new)[0].count("\n") + 1
    assert error.allowed
    assert "Input should" not in str(error)


SHEET = (
    "format: 1\nname: mine\nsource: a guess\nkind: sensor\nquantities: [co2]\nperiod_s: 300\naccuracy: 50\n"
)


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("[co2]", "[CO2]", "quantities[0]", "co2"),
        ("period_s: 300", "period_min: 5", "period_min", "period_s"),
        ("accuracy: 50", "accuracy: -50", "accuracy", None),
        ("accuracy: 50", "accuracy: .nan", "accuracy", None),
        ("accuracy: 50", "lower: 500\nupper: 400", "lower", None),
        ("kind: sensor", "kind: senor", "kind", "sensor"),
        ("source: a guess\n", "", "source", None),
    ],
)
def test_bad_datasheets(tmp_path: Path, old: str, new: str, key: str, nearest: str | None) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SHEET)
    assert load_datasheet(path).bias_sd == 25.0
    path.write_text(SHEET.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        load_datasheet(path)
    assert (caught.value.file, caught.value.key, caught.value.suggestion) == (str(path), key, nearest)


def test_error_inside_a_datasheet_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SHEET.replace("accuracy: 50", "acuracy: 50"))
    path = tmp_path / "scenario.yaml"
    path.write_text(GOOD.replace("datasheet: room_temperature, measures: air_temperature",
                                 "datasheet: mine.yaml, measures: co2"))  # fmt: skip
    error = refused(path)
    assert (error.file, error.line, error.suggestion) == (str(tmp_path / "mine.yaml"), 7, "accuracy")


@pytest.mark.parametrize(
    ("content", "words"), [("LOCATION,Nowhere\n", ""), ("", ""), ("month,day\n1,1\n", "")], ids=str
)
def test_damaged_weather(tmp_path: Path, content: str, words: str) -> None:
    from twin.building.weather import read_weather

    path = tmp_path / "bad.epw"
    path.write_text(content)
    with pytest.raises(TwinError) as caught:
        read_weather(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


ODDITIES = ["null", "[]", "{}", "-1", "1e999", ".nan", "yes", "true", "2023-01-16", '""', "front", "a: b"]
ODDITIES += ["[[1]]", "é", "|"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_scenarios_load_or_are_refused_in_one_line(tmp_path: Path, data: st.DataObject) -> None:
    """Lines lost, doubled, moved in or given odd values: never another error than a ScenarioError."""
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 2))):
        i = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "indent", "value"]))
        if how == "drop":
            del lines[i]
        elif how == "double":
            lines.insert(i, lines[i])
        elif how == "indent":
            lines[i] = "  " + lines[i]
        else:
            lines[i] = lines[i].partition(":")[0] + ": " + data.draw(st.sampled_from(ODDITIES))
    path = tmp_path / "damaged.yaml"
    path.write_text("\n".join(lines) + "\n")
    try:
        load_scenario(path)
    except ScenarioError as error:
        assert error.file == str(path)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        assert "Input should" not in str(error)  # noqa: PT017
