"""Ours beside its peers: who is absent is said, resets do not count, and the data for CityLearn hold."""

from __future__ import annotations

import csv
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.peers import BESIDE, Measured, Turns, chosen, interpreters, notes, ratios, speeds
from benchmarks.peers_catalogue import ABSENT, OURS_MODULE, Row, ours, peers
from benchmarks.peers_citylearn import STEPS, schema, write_data
from benchmarks.peers_clock import Header, Sample, rounds
from benchmarks.peers_process import Running, install, last_line
from twin.basics.errors import TwinError

MISSING = Row("missing", "Missing", "benchmarks.peers_of_nobody", (), "office")


class Slow:
    """Episodes of three steps whose reset takes far longer than they do, by a clock that only they move."""

    def __init__(self) -> None:
        self.steps = self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def step(self) -> bool:
        self.steps += 1
        return self.steps % 3 == 0

    def process_time(self) -> float:
        return self.steps * 0.25 + self.resets * 64.0

    def perf_counter(self) -> float:
        return 2.0 * self.process_time()


def test_without_interpreters_every_peer_is_absent_and_says_what_to_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found, absent = interpreters({}, None, peers())
    assert not found
    assert absent.keys() == {peer.key for peer in peers()}
    text = "\n".join(notes(peers(), absent))
    for peer in peers():
        assert f"- {peer.title}: no interpreter given: --peer {peer.key}=PATH, or --install FOLDER." in text
    for one in ABSENT:
        assert f"- {one.title}: {one.why}." in text


def test_a_peer_that_is_given_is_not_absent() -> None:
    found, absent = interpreters(chosen(["ochre=/there/python"]), None, peers())
    assert found["ochre"] == Path("/there/python")
    assert "ochre" not in absent and "citylearn" in absent


def test_a_peer_that_does_not_start_is_named_with_its_last_words() -> None:
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        turns = Turns(stack, absent)
        turns.start(MISSING, Path(sys.executable))
        turns.start(Row("nowhere", "Nowhere", "x", (), "office"), Path("/no/such/python"))
        assert turns.measured() == []
    assert "No module named benchmarks.peers_of_nobody" in absent["Missing"]
    assert "No such file" in absent["Nowhere"]


def test_ours_must_start() -> None:
    with ExitStack() as stack, pytest.raises(OSError):
        Turns(stack, {}).start(Row("ours", "ours", OURS_MODULE, (), "office"), Path("/no/such/python"))


def test_what_does_not_install_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(step: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(step, 1, "", "ERROR: no such thing\nnotice of something else\n")

    monkeypatch.setattr("subprocess.run", refuse)
    with pytest.raises(TwinError, match="ochre: did not install"):
        install(next(peer for peer in peers() if peer.key == "ochre"), tmp_path)
    _, absent = interpreters({}, tmp_path, peers())
    assert absent["citylearn"] == "did not install: ERROR: no such thing"


def test_an_unknown_peer_is_refused_with_the_nearest(repository: Path) -> None:
    with pytest.raises(TwinError, match="citylearn"):
        chosen(["citylern=/x"])
    with pytest.raises(TwinError):
        chosen(["citylearn"])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers", "--peer", "sinergim=x"],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "sinergym" in done.stderr and "Traceback" not in done.stderr


def test_resets_are_taken_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    env = Slow()
    monkeypatch.setattr("benchmarks.peers_clock.time", env)
    sample = rounds(env, 10.0, 4)
    assert env.steps == 42 and env.resets == 14  # whole episodes, until 10 s are full
    assert sample == Sample(steps=4 * 42, cpu_s=10.5, wall_s=21.0)


def test_tables_have_a_line_for_each_and_ratios_are_taken_round_by_round() -> None:
    head = Header("1", 0.1, 0.5, 100.0, float("nan"))
    mine = [Measured(row, head, [Sample(1000, 1.0, 1.0), Sample(3000, 1.0, 1.0)]) for row in ours(8)]
    other = Measured(peers()[0].rows[0], head, [Sample(100, 1.0, 2.0), Sample(100, 2.0, 2.0)])
    table = list(speeds([*mine, other]))
    assert len(table) == 2 + len(mine) + 1
    assert "75 (50–100)" in table[-1] and "| 500 |" in table[-1] and "–" in table[-1]
    (line,) = list(ratios([*mine, other]))[2:]
    assert line.count("35 (10–60)") == len(BESIDE)
    assert line.endswith("| home |")


def test_a_week_with_its_reset_is_slower_than_its_steps() -> None:
    head = Header("1", 0.0, 672.0 / 100.0, 1.0, 1.0)
    line = list(speeds([Measured(MISSING, head, [Sample(100, 1.0, 1.0)])]))[-1]
    assert "| 100 (100–100) | 50 |" in line


def test_the_rows_of_ours_that_ratios_need_exist() -> None:
    keys = {row.key for row in ours(16)}
    for peer in peers():
        for row in peer.rows:
            assert all(f"{row.beside}-{kind}-{tick}" in keys for kind, tick in BESIDE)


def test_the_data_written_for_citylearn(tmp_path: Path) -> None:
    write_data(tmp_path)
    for name in ("building", "weather", "pricing", "carbon"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8") as file:
            assert sum(1 for _ in csv.DictReader(file)) == STEPS
    written = schema(tmp_path, 3)
    assert len(written["buildings"]) == 3
    assert all((tmp_path / one["weather"]).is_file() for one in written["buildings"].values())


def test_last_words() -> None:
    assert last_line("ERROR: a\nb\n", "ERROR") == "ERROR: a"
    assert last_line("a\nb\n\n", "ERROR") == "b"
    assert last_line("") == "said nothing"


@pytest.mark.slow
def test_ours_is_measured_by_a_program_of_its_own(tmp_path: Path) -> None:
    row = next(row for row in ours(4) if row.key == "office-batch-300")
    with Running(row, Path(sys.executable), tmp_path) as program:
        sample = program.ask(0.05)
        assert program.header.process_mib > 50.0 and program.header.make_s > 0.0
    assert sample.steps > 0 and sample.steps % 4 == 0 and sample.cpu_s >= 0.05
