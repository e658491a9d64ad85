"""What a hard user does: odd seeds, odd terminals, relative files, a killed worker, a race for a folder."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import twin
from tests.report.folders import scenario as paper_scenario
from tests.report.folders import write_run
from twin import results, terminal
from twin.basics.errors import ControllerError, ResultsError, ScenarioError, TwinError
from twin.cli import app

SHORT = {"run": {"days": 1, "warm_up_days": 0}}


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, True, float("nan"), 2**64])
@pytest.mark.parametrize("many", [False, True])
def test_a_seed_that_is_none_is_refused(seed: Any, many: bool) -> None:
    with pytest.raises(TwinError, match="not a seed"):
        twin.assemble(twin.load_scenario("classroom", SHORT), [0, seed] if many else seed)


def test_no_seeds_are_refused() -> None:
    with pytest.raises(TwinError, match="not a seed"):
        twin.assemble(twin.load_scenario("classroom", SHORT), [])


def test_seeds_of_numpy_are_seeds_and_twins_stay_twins() -> None:
    building = twin.assemble(twin.load_scenario("classroom", SHORT), np.array([7, 7]))
    assert building.seeds == (7, 7)
    simulator = twin.Simulator(building)
    for _ in range(40):
        simulator.step(np.tile(building.command_default, (2, 1)))
    assert all(np.array_equal(a[0], a[1], equal_nan=True) for a in simulator.state)


def test_snapshot_continues_exactly_even_elsewhere() -> None:
    building = twin.assemble(twin.load_scenario("classroom", SHORT), range(8))
    command = np.tile(building.command_default, (8, 1))
    one, two = twin.Simulator(building), twin.Simulator(building)
    for _ in range(20):
        one.step(command)
    saved = one.snapshot()
    first = [one.step(command).reading for _ in range(30)]
    two.restore(saved)
    second = [two.step(command).reading for _ in range(30)]
    assert np.array_equal(first, second, equal_nan=True)
    assert np.array_equal(one.snapshot().buffer, two.snapshot().buffer, equal_nan=True)


@pytest.mark.parametrize(
    ("seeds", "words"), [(0, "needs seeds"), (-1, "needs seeds"), ([1, 1], "twice"), ([1.5], "not a seed")]
)
def test_comparison_refuses_odd_seeds(seeds: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(TwinError, match=words):
        twin.compare("classroom", ["constant"], seeds=seeds, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_something_without_predict_is_no_controller(tmp_path: Path) -> None:
    nothing: Any = None
    with pytest.raises(ControllerError, match="not a controller"):
        twin.run("classroom", nothing, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_overrides_take_numpy_and_refuse_what_yaml_has_not() -> None:
    assert twin.load_scenario("classroom", {"run": {"days": np.int64(3)}}).run.days == 3
    with pytest.raises(ScenarioError, match="cannot stand in a scenario"):
        twin.load_scenario("classroom", {"run": {"days": object()}})
    wrong: Any = [1]
    with pytest.raises(ScenarioError, match="not a mapping"):
        twin.load_scenario("classroom", wrong)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "classroom", "--days", "0"],
        ["run", "classroom", "--days", "1.5"],
        ["run", "classroom", "--seed", "-1"],
        ["run", "classroom", "--sed", "1"],
        ["run"],
        ["rnu"],
        ["--nope"],
        ["compare", "classroom", "--seeds", "0"],
        ["list", "scenarios", "office"],
    ],
)
def test_wrong_use_is_one_line_too(arguments: list[str]) -> None:
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("error: ")
    assert len(found.stderr.strip().splitlines()) == 1


def test_numbers_survive_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    terminal.print_table(["", "pi"], [["a label that is far too long for such a terminal", "123.456"]], [1])
    assert "123.456" in capsys.readouterr().out


def test_letters_that_an_encoding_has_not_become_plainer(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.tolerate_any_encoding()
    stream.write("★ 21 °C, 3 kWh/m², 东")
    stream.flush()
    assert raw.getvalue() == b"* 21 C, 3 kWh/m2, ?"


def _own_building(place: Path) -> Path:
    """A scenario in another folder, over the classroom, with a weather file and a datasheet beside it."""
    (place / "files").mkdir(parents=True)
    hours = [f"{m},{d},{h}" for m in range(1, 13) for d in range(1, _DAYS[m] + 1) for h in range(1, 25)]
    head = ["LOCATION,Own,-,X,own,0,41.8,-87.8,-6.0,200"] + ["DESIGN CONDITIONS,0"] + ["X"] * 5
    rows = [
        f"1999,{t},0,?,5.0,0.0,60,99000,0,0,300,0,0,0,0,0,0,0,180,3.0,5,5,20,0,9,0,0,0,0,0,0,0,0"
        for t in hours
    ]
    periods = "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"
    text = "\n".join([*head, periods, *rows]) + "\n"
    (place / "files" / "own.epw.gz").write_bytes(gzip.compress(text.encode()))
    path = place / "own.yaml"
    path.write_text("extends: classroom\nname: own\nsite: {weather: files/own.epw.gz}\n", encoding="utf-8")
    return path


_DAYS = dict(enumerate([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 1))


def test_a_relative_weather_file_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _own_building(tmp_path / "far" / "away")
    monkeypatch.chdir(tmp_path)
    spec = twin.load_scenario(path.relative_to(tmp_path), {"run": SHORT["run"] | {"start": "1999-02-01"}})
    monkeypatch.chdir("/")
    for again in (spec, spec.updated(days=2, start=date(1999, 5, 1)), spec.model_copy(deep=True)):
        building = twin.assemble(again, [0])
        assert building.weather.name.lower().startswith("own")


def test_two_runs_of_one_second_get_a_folder_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _self: False)  # both looked before either had made it
    assert {results.make_folder(None, "x").name for _ in range(3)} == {"x", "x-2", "x-3"}


def test_a_worker_that_was_killed_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(waiting: set[Future[Any]], *_: Any) -> Any:
        wait(waiting, return_when=FIRST_COMPLETED)  # processes have begun
        raise BrokenProcessPool

    monkeypatch.setattr("twin.workers.as_they_finish", broken)
    folder = tmp_path / "out"
    with pytest.raises(ResultsError, match="ended from outside"):
        twin.compare(twin.load_scenario("classroom", SHORT), ["constant"], seeds=2, jobs=2, out=folder)
    assert json.loads((folder / "manifest.json").read_text())["state"] == "failed"


def test_report_of_a_comparison_leaves_out_what_a_kill_cut_short(tmp_path: Path) -> None:
    from twin.report.record import read_comparison

    spec = paper_scenario()
    results.write_json(tmp_path / "manifest.json", {"kind": "comparison", "agents": ["pi", "setback"]})
    write_run(tmp_path / "runs" / "pi" / "seed-0", spec, "pi", 0)
    killed = write_run(tmp_path / "runs" / "pi" / "seed-1", spec, "pi", 1)
    (tmp_path / "scenario.yaml").write_bytes((killed / "scenario.yaml").read_bytes())
    manifest = json.loads((killed / "manifest.json").read_text())
    results.write_json(killed / "manifest.json", manifest | {"state": "running"})
    assert len(read_comparison(tmp_path).runs["pi"]) == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_tells_so(tmp_path: Path, number: signal.Signals) -> None:
    twin.run(twin.load_scenario("classroom", SHORT), "constant", out=tmp_path / "warm")  # compiled
    out = tmp_path / "out"
    command = [sys.executable, "-m", "twin.cli", "run", "office", "--days", "3000", "--quiet", "--no-report"]
    child = subprocess.Popen([*command, "--out", str(out)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    while not list(out.glob("telemetry/part-*.parquet")):
        assert child.poll() is None
    child.send_signal(number)
    _, said = child.communicate(timeout=60)
    state = json.loads((out / "manifest.json").read_text())["state"]
    assert b"Traceback" not in said
    interrupted = number == signal.SIGINT
    assert (child.returncode, state) == ((130, "interrupted") if interrupted else (-9, "running"))
    page = twin.write_report(out).read_text(encoding="utf-8")
    assert ("was interrupted" if interrupted else "not finished, or was killed") in page


def test_a_sink_that_cannot_write_names_its_file_through_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twin.telemetry import storage

    def full(_table: Any, path: Path) -> None:
        raise ResultsError("cannot write telemetry: No space left on device", file=path)

    monkeypatch.setattr(storage, "write_part", full)
    with pytest.raises(ResultsError, match=r"part-\d+\.parquet: cannot write"):
        twin.run(twin.load_scenario("classroom", {"run": {"days": 9}}), "constant", out=tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["state"] == "failed"


def _shape(value: Any) -> Any:
    """Keys and kinds of a JSON value; a list is shown by its first item."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_shape(item) for item in value[:1]]
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


def test_manifest_and_indicators_keep_their_format(tmp_path: Path) -> None:
    """Who reads results relies on these keys; a change needs a new `format` number and a new golden file."""
    holiday = {"run": SHORT["run"] | {"start": "2023-01-16"}}  # nobody is there: some indicators are null
    done = twin.run(twin.load_scenario("classroom", holiday), "constant", out=tmp_path / "out")
    found = {}
    for name in ("manifest", "kpis"):
        data = json.loads((done.folder / f"{name}.json").read_text(encoding="utf-8"))
        assert data["format"] == 1
        found[name] = _shape(data)
    golden = Path(__file__).parent / "golden" / "run_format_1.json"
    assert found == json.loads(golden.read_text(encoding="utf-8"))
