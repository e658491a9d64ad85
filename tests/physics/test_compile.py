"""The compiled physics is kept on disk, and never stale: editing any part of it compiles anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from twin.physics import compile as project

PART = """
from house.compile import njit

@njit
def inner(x):
    return x[0] * {factor}
"""
KERNEL = """
import numpy as np
from house.compile import entry, is_compiled
from house.part import inner

@entry
def advance(x):
    x[1] = inner(x)

if __name__ == "__main__":
    was = is_compiled()
    x = np.array([2.0, 0.0])
    advance(x)
    print(x[1], was, sum(advance.stats.cache_hits.values()))
"""


def run(folder: Path, cache: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(folder), "TWIN_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", "import runpy; runpy.run_module('house.kernel', run_name='__main__')"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    folder.mkdir()
    for name in ("compile.py", "parts.py"):
        text = (Path(project.__file__).parent / name).read_text()
        (folder / name).write_text(text.replace("twin.physics.", "house."))
    (folder / "__init__.py").touch()
    (folder / "part.py").write_text(PART.format(factor=3))
    (folder / "kernel.py").write_text(KERNEL)
    return tmp_path


def test_an_edited_callee_changes_the_result(house: Path) -> None:
    assert run(house, house / "cache").startswith("6.0 False 0")
    (house / "house" / "part.py").write_text(PART.format(factor=5))
    assert run(house, house / "cache").startswith("10.0 False 0")


def test_it_works_where_no_cache_can_be_written(house: Path) -> None:
    blocked = house / "a file, not a folder"
    blocked.touch()
    assert run(house, blocked).startswith("6.0 False")


def test_a_numba_that_nobody_tried_compiles_the_plain_way(house: Path) -> None:
    source = (house / "house" / "compile.py").read_text()
    assert 'startswith("0.68.")' in source
    (house / "house" / "compile.py").write_text(source.replace('startswith("0.68.")', 'startswith("9.")'))
    (house / "house" / "parts.py").write_text("raise ImportError('insides that are no more')")
    assert run(house, house / "cache").startswith("6.0 False 0")
    assert run(house, house / "cache").startswith("6.0 True 1"), "and is kept on disk all the same"


def test_the_hash_sees_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    first = project.source_hash(tmp_path)
    (tmp_path / "a.py").write_text("x = 2")
    second = project.source_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, project.source_hash(tmp_path)}) == 3


def test_a_part_may_be_called_from_python_beside_its_callers() -> None:
    @project.njit
    def inner(x: np.ndarray) -> float:
        return x[0] * 3.0

    @project.entry
    def outer(x: np.ndarray) -> None:
        x[1] = inner(x)

    x = np.array([2.0, 0.0])
    outer(x)
    assert x[1] == 6.0
    assert inner(x) == 6.0


def test_what_seldom_holds_is_what_it_is() -> None:
    @project.njit
    def side(x: float) -> float:
        return 1.0 if project.rarely(x > 0.0) else -1.0

    assert [side(x) for x in (2.0, -2.0, 0.0)] == [1.0, -1.0, -1.0]
    assert side.py_func(2.0) == 1.0
