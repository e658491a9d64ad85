"""A finished training, for tests of what comes after it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.training.small import GENERATION, evolving


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished evolution of two generations, which is to stay as it is."""
    from twin.training.train import train

    folder = tmp_path_factory.mktemp("finished") / "es"
    train("classroom", evolving(steps=2 * GENERATION), out=folder)
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as a test likes."""
    made = tmp_path / "out"
    shutil.copytree(finished, made)
    return made
