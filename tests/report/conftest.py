"""Results folders for the tests of the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.folders import scenario, write_comparison, write_run
from twin.report import write_report


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """One finished run."""
    return write_run(tmp_path / "run", scenario(), "setback", 0)


@pytest.fixture
def make_comparison(tmp_path: Path) -> Callable[..., Path]:
    """Writes a comparison folder."""
    return lambda **options: write_comparison(tmp_path / "comparison", **options)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison with its report, shared by tests that only look at it."""
    folder = write_comparison(tmp_path_factory.mktemp("results") / "comparison")
    write_report(folder)
    return folder
