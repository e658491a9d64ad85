"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
settings.register_profile("twin", deadline=None)  # the first example may compile, and machines are busy
settings.load_profile("twin")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's top folder."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of large reference data kept beside the repository; the test is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data kept beside the repository (../shared/data) is not on this machine")
    return folder
