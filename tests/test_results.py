"""Results folders: whole files or none, honest manifests, refusals before anything is simulated."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import results
from twin.basics.errors import ResultsError
from twin.results import Manifest, make_folder, read_json, run_id, write_json
from twin.scenario.catalog import load_scenario
from twin.scenario.dump import scenario_yaml

Usage = namedtuple("Usage", "total used free")


def test_json_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kpis.json"
    write_json(path, {"a": 1})

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left"):
        write_json(path, {"a": 2})
    monkeypatch.undo()
    assert read_json(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["kpis.json"]


def test_not_a_number_becomes_null_and_numpy_plain(tmp_path: Path) -> None:
    write_json(
        tmp_path / "x.json", {"a": float("nan"), "b": np.float64(2.5), "c": np.int64(3), "d": (np.inf, None)}
    )
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": None, "b": 2.5, "c": 3, "d": [None, None]}


def test_damaged_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 1')
    with pytest.raises(ResultsError, match=r"manifest\.json"):
        read_json(tmp_path / "manifest.json")


def test_a_disk_that_filled_up_still_takes_the_last_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = Manifest(tmp_path, {"scenario": "office"})
    room = sum(path.stat().st_size for path in tmp_path.iterdir())
    sync = os.fsync

    def full(descriptor: int) -> None:
        if sum(path.stat().st_size for path in tmp_path.iterdir()) > room:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left"):
        write_json(tmp_path / "kpis.json", {"a": list(range(5000))})
    manifest.fail(ResultsError("cannot write results: No space left on device"))
    assert read_json(tmp_path / "manifest.json")["state"] == "failed"
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_manifest_says_running_from_the_start(tmp_path: Path) -> None:
    Manifest(tmp_path, {"scenario": "office"})
    found = read_json(tmp_path / "manifest.json")
    assert (found["state"], found["format"], found["scenario"]) == ("running", 1, "office")
    assert found["versions"]["building-twin"]
    assert found["versions"]["numpy"] == np.__version__


@pytest.mark.parametrize(
    ("error", "state"), [(KeyboardInterrupt(), "interrupted"), (ValueError("odd"), "failed")]
)
def test_manifest_says_how_it_ended(tmp_path: Path, error: BaseException, state: str) -> None:
    Manifest(tmp_path, {}).fail(error)
    assert read_json(tmp_path / "manifest.json")["state"] == state


def test_run_ids_are_made_unique(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = run_id("office", "pi-seed0", datetime(2026, 1, 5, 10, 0, 0))
    assert name == "office-pi-seed0-20260105-100000"
    folders = [make_folder(None, name) for _ in range(3)]
    assert [folder.name for folder in folders] == [name, f"{name}-2", f"{name}-3"]


def test_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ResultsError, match="something here already"):
        make_folder(tmp_path, "x")
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError):
        make_folder(tmp_path / "file", "x")
    with pytest.raises(ResultsError, match="cannot make"):
        make_folder(tmp_path / "file" / "below", "x")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ResultsError, match="cannot make"):
        make_folder(tmp_path / "run", "x")


def test_full_disk_is_noticed_before_simulating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nearly_full(_path: Any) -> Usage:
        return Usage(10**9, 10**9 - 10**6, 10**6)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(ResultsError, match="too full"):
        make_folder(tmp_path / "run", "x", expected_bytes=10**8)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["classroom", "office"])
def test_scenario_copy_can_be_run_again(tmp_path: Path, name: str) -> None:
    spec = load_scenario(name)
    path = tmp_path / "scenario.yaml"
    results.write_text(path, scenario_yaml(spec))
    assert load_scenario(path).model_dump() == spec.model_dump()
