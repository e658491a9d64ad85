"""Every command and every line of Python in the README runs.

Long commands are shortened here (fewer days and seeds), and say so in `SHORTER`; what they do is the same.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHORTER = {
    "run": ["--days", "1"],
    "compare": ["--days", "1", "--seeds", "1", "--jobs", "1"],
    "demo": ["--days", "1", "--seeds", "1"],
    "train": ["--steps", "1000", "--seeds", "1", "--jobs", "1"],
    "validate-physics": ["--case", "600", "--no-report", "--quiet"],
}


def blocks(language: str) -> list[str]:
    """Code blocks of a language in the README."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands(block: str) -> list[list[str]]:
    """Commands of a shell block without comments."""
    lines = (line.split(" #")[0].strip() for line in block.splitlines())
    return [shlex.split(line) for line in lines if line and not line.startswith("#")]


def run_twin(arguments: list[str], folder: Path) -> None:
    shorter = [*arguments, *SHORTER.get(arguments[0], [])]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "twin.cli", *shorter],
        cwd=folder, capture_output=True, text=True, timeout=600, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, f"twin {' '.join(shorter)}\n{done.stdout}\n{done.stderr}"


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = [c[1] for block in blocks("bash") for c in commands(block) if c[0] == "make"]
    assert {"demo", "test"} <= set(asked)
    for target in asked:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_windows_commands_do_what_make_setup_does() -> None:
    (block,) = blocks("powershell")
    venv, install, demo = block.strip().splitlines()
    assert "-m venv .venv" in venv
    assert '-c constraints.txt -e ".[dev]"' in install
    assert demo.endswith("twin demo")
    assert '--constraint constraints.txt --editable ".[dev]"' in (ROOT / "Makefile").read_text(
        encoding="utf-8"
    )


SHELL = [c for block in blocks("bash") for c in commands(block) if c[0] == "twin"]


@pytest.mark.slow
def test_every_twin_command_of_the_readme_runs(tmp_path: Path) -> None:
    assert len(SHELL) >= 8
    for command in SHELL:
        run_twin(command[1:], tmp_path)


@pytest.mark.slow
def test_the_demo_runs_and_names_its_report(tmp_path: Path) -> None:
    run_twin(["demo"], tmp_path)
    (page,) = tmp_path.glob("results/demo-*/report.html")
    text = page.read_text(encoding="utf-8")
    assert text.count("<article") == 2


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "kWh/m2" in done.stdout


def test_links_and_pictures_of_the_readme_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_every_command_in_the_table_exists() -> None:
    from typer.main import get_command

    from twin.cli import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^\| `twin ([\w-]+)", README, re.M))
    assert named == known
