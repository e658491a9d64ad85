"""Importing is light: what is heavy loads when it is used. Times are measured in benchmarks/, not here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import twin

HEAVY = {
    "numpy", "scipy", "pandas", "numba", "matplotlib", "pyarrow", "pydantic", "simpy", "gymnasium",
    "pvlib", "jinja2", "holidays", "yaml", "rich",
}  # fmt: skip


def loaded(code: str, folder: Path) -> set[str]:
    """Top-level modules that a fresh Python has after running this code."""
    report = "; import sys; print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + report], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_import_twin_loads_nothing_heavy(repository: Path) -> None:
    assert loaded("import twin", repository) & HEAVY == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(repository: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom twin.cli import app\n"
        f"sys.argv = ['twin', *{arguments!r}]\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code\nimport sys\n"
    )
    assert loaded(code + "pass", repository) & (HEAVY - {"pydantic"}) == set()  # typer itself uses pydantic


def test_listing_needs_no_compiler(repository: Path) -> None:
    code = "from twin import workbench\nworkbench.show('agents', '')\npass"
    assert loaded(code, repository) & {"numba", "matplotlib", "pandas", "pvlib"} == set()


@pytest.mark.parametrize("name", [n for n in twin.__all__ if n != "__version__"])
def test_every_name_of_the_package_loads(name: str) -> None:
    assert getattr(twin, name) is not None
    assert name in dir(twin)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        twin.nothing  # noqa: B018
