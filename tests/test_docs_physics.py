"""docs/physics.md, the model's reference, speaks of code that exists and of numbers that the code has."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOMS = "physics|building|basics|scenario|validation|report|kpi|statistics|simulator"
PATH = rf"`((?:{ROOMS})(?:\.\w+)+)`"


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """The page up to its generated part."""
    text = (repository / "docs" / "physics.md").read_text(encoding="utf-8")
    return text.split("<!-- validation: begin")[0]


def found(path: str) -> Any:
    """What a dotted path under twin names: a module, or something in one; raises where it does not exist."""
    words = path.split(".")
    thing: Any = import_module(f"twin.{words[0]}")
    for at, word in enumerate(words[1:], start=2):
        if not hasattr(thing, word):
            thing = import_module("twin." + ".".join(words[:at]))
        else:
            thing = getattr(thing, word)
    return thing


def test_everything_that_the_page_names_exists(page: str) -> None:
    named = sorted(set(re.findall(PATH, page)))
    missing = []
    for path in named:
        try:
            found(path)
        except ImportError:
            missing.append(path)
    assert missing == []
    assert len(named) > 150


def test_a_name_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(ImportError):
        found("physics.air.no_such_function")


def test_numbers_given_to_constants_are_those_of_the_code(page: str) -> None:
    given = re.findall(rf"{PATH} = (-?[\d.]+(?:e-?\d+)?)", page)
    wrong = {path: (value, found(path)) for path, value in given if float(value) != float(found(path))}
    assert wrong == {}
    assert len(given) > 60


@pytest.mark.parametrize("room", ["physics", "building"])
def test_every_module_of_physics_and_building_is_named(page: str, repository: Path, room: str) -> None:
    modules = {path.stem for path in (repository / "twin" / room).glob("*.py")} - {"__init__"}
    named = {path.split(".")[1] for path in re.findall(PATH, page) if path.startswith(f"{room}.")}
    assert modules - named == set()


def test_every_equation_has_a_number_of_its_own_a_source_and_a_place(page: str) -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \|(.*)\|$", page, re.M)
    numbers = [number for number, _ in rows]
    assert len(numbers) == len(set(numbers)) > 100
    for number, rest in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)]
        assert all(cells), f"{number} has an empty cell"
        assert re.search(PATH, cells[-1]), f"{number} does not say where it is computed"


def test_equations_are_referred_to_by_numbers_that_exist(page: str) -> None:
    rows = set(re.findall(r"^\| ([A-Z]\d+) \|", page, re.M))
    prose = re.sub(r"`[^`]*`", "", page)
    cited = set(re.findall(r"\b([HSGAPOMK]\d{1,2})\b", prose)) - {"C0"}
    assert cited <= rows


def test_links_within_the_page_lead_to_its_headings(page: str) -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
