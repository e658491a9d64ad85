"""Jobs in processes of their own: what one of them raises is told at once, not when the others are done."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from twin import workers
from twin.basics.errors import TwinError

JOBS = '''
import time
from twin.basics.errors import TwinError


def work(job):
    """One job breaks once another runs; that one notes how it ended."""
    folder, name = job
    if name == "breaks":
        while not (folder / "runs").exists():
            time.sleep(0.02)
        raise TwinError("broke")
    (folder / name).touch()
    try:
        for _ in range(3000):
            time.sleep(0.02)
    except KeyboardInterrupt:
        (folder / f"{name}-stopped").touch()
        raise
    (folder / f"{name}-ended").touch()


def double(job):
    return 2 * job
'''


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that other processes find too."""
    (tmp_path / "jobs_of_a_test.py").write_text(JOBS)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("jobs_of_a_test")


def test_an_error_stops_the_others_as_ctrl_c_does_and_begins_no_more(jobs: Any, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    todo = [(folder, name) for name in ("runs", "breaks", "waits", "waits-too")]
    with pytest.raises(TwinError, match="broke"):
        list(workers.each(jobs.work, todo, 2, lambda: None))
    found = {path.name for path in folder.iterdir()}
    assert "runs-stopped" in found
    assert not {name for name in found if name.endswith("-ended")}
    assert "waits-too" not in found


def test_answers_come_with_their_jobs(jobs: Any) -> None:
    assert sorted(workers.each(jobs.double, [1, 2, 3], 2, lambda: None)) == [(1, 2), (2, 4), (3, 6)]


NAIVE = """
import sys
from pathlib import Path
from jobs_of_a_test import double
from twin import workers
from twin.basics.errors import TwinError

def main():
    try:
        print(sorted(answer for _, answer in workers.each(double, [1, 2], 2, lambda: None)))
    except TwinError as error:
        print(error)
        sys.exit(2)
{guard}
    main()
"""


@pytest.mark.parametrize(
    ("guard", "code", "words"),
    [("if True:", 2, "no process could begin its work"), ("if __name__ == '__main__':", 0, "[2, 4]")],
)
def test_a_script_without_a_guard_is_told_what_it_lacks(
    guard: str, code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "jobs_of_a_test.py").write_text(JOBS)
    (tmp_path / "mine.py").write_text(NAIVE.format(guard=guard))
    places = os.pathsep.join([str(tmp_path), str(Path(__file__).resolve().parents[1])])
    made = subprocess.run(
        [sys.executable, str(tmp_path / "mine.py")],
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == code, made.stderr
    assert words in made.stdout.splitlines()[-1]
    if code:
        assert "this script runs again in each process" in made.stdout + made.stderr
        assert "if __name__ == '__main__':" in made.stdout
