"""The peers' interpreters: making them with venv and pip, and the programs that run in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from benchmarks.peers_catalogue import Peer, Row
from benchmarks.peers_clock import Header, Sample
from twin.basics.errors import TwinError

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "TWIN_THREADS",
    ),
    "1",
)  # fmt: skip
PATIENCE_S = 600.0  # a peer that says nothing for so long is ended
COMPLETE = ".complete"


def bin_python(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(peer: Peer, folder: Path) -> Path:
    """The peer's interpreter in a virtual environment of its own, made where there is none.

    Raises
    ------
    TwinError
        It did not install; says pip's last error.
    """
    python = bin_python(folder)
    if (folder / COMPLETE).is_file():
        return python
    steps = [[sys.executable, "-m", "venv", str(folder)]]
    steps += [[str(python), "-m", "pip", "install", "--quiet", *asked] for asked in peer.install]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise TwinError("did not install", key=peer.key, value=last_line(done.stderr, "ERROR"))
    (folder / COMPLETE).touch()
    return python


def last_line(text: str, wanted: str = "") -> str:
    """The last line that says something, of those with a word in them where there are any."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if wanted in line), lines[-1] if lines else "said nothing")


class Running:
    """A program in a peer's interpreter, kept alive between repetitions so that they can take turns.

    Parameters
    ----------
    row
        What it measures.
    python
        The interpreter.
    folder
        An empty folder in which it runs.

    Raises
    ------
    TwinError
        It ended before it said anything; says its last words.
    """

    def __init__(self, row: Row, python: Path, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.row = row
        self.log: IO[str] = (folder / "log").open("w+", encoding="utf-8", errors="replace")
        begin = {**environ, **ONE_THREAD, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            [str(python), "-m", row.module, *row.arguments],
            cwd=folder, env=begin, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        self.header = Header(**self._line())

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, seconds: float) -> Sample:
        """One repetition of about so many processor seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return Sample(**self._line())

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream is not None:
                stream.close()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        timer = threading.Timer(PATIENCE_S, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            self.process.wait()
            self.log.seek(0)
            words = last_line(self.log.read())
            self.close()
            raise TwinError("did not run", key=self.row.key, value=words)
        found: dict[str, Any] = json.loads(line)
        return found
