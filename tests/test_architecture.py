"""The floors hold: imports point downwards, data folders stay data, names say what things are."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

JUNK = {"utils", "util", "common", "helpers", "misc", "base", "core", "tools"}
ROOMS = ("basics", "scenario", "physics", "building", "control", "world", "telemetry", "validation", "envs")


def test_imports_point_downwards(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contract of pyproject.toml, read by import-linter itself."""
    monkeypatch.chdir(repository)
    monkeypatch.setattr(sys, "path", [str(repository), *sys.path])
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.mark.parametrize("folder", ["scenarios", "agents", "sensors"])
def test_a_workbench_folder_is_no_package(repository: Path, folder: str) -> None:
    assert not list((repository / folder).rglob("*.py"))


def test_no_module_is_a_junk_drawer(repository: Path) -> None:
    found = [p for p in (repository / "twin").rglob("*.py") if p.stem in JUNK or p.parent.name in JUNK]
    assert found == []


def lines_below_the_imports(path: Path) -> int:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return len(path.read_text(encoding="utf-8").splitlines()) - max(imports, default=0)


def test_no_file_is_longer_than_four_hundred_lines(repository: Path) -> None:
    files = (repository / "twin").rglob("*.py")
    long = {p.name: n for p in files if (n := lines_below_the_imports(p)) > 400}
    assert long == {}


def test_basics_has_four_modules(repository: Path) -> None:
    names = {p.stem for p in (repository / "twin" / "basics").glob("*.py")}
    assert names == {"__init__", "points", "clock", "streams", "errors"}


def test_the_page_of_physics_names_modules_that_exist(repository: Path) -> None:
    text = (repository / "docs" / "physics.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:physics|building|basics)\.\w+)`", text))
    assert len(named) > 30
    there = {f"{path.parent.name}.{path.stem}" for path in (repository / "twin").glob("*/*.py")}
    assert named <= there


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_of_architecture_names_every_module(repository: Path, room: str) -> None:
    text = (repository / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.stem for path in (repository / "twin" / room).glob("*.py")} - {"__init__"}
    row = next(line for line in text.splitlines() if line.startswith(f"| `{room}` |"))
    assert set(re.findall(r"`(\w+)`", row.split("|")[2])) == modules
