"""References on page, pictures and terminal: there, but aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.axes import Axes

from tests.report.folders import scenario
from twin import tables
from twin.report import tradeoff, write_report
from twin.report.record import RunRecord, read_comparison
from twin.report.table import lines

AGENTS = ("setback", "pi", "random", "constant", "foresight")
BESIDE = ("random", "constant", "foresight")
WHY = "foresight is not shown: it would have to plan 3650 days"


def record(agent: str, cost: float, warmth: float) -> RunRecord:
    kpis = {"cost_tot": cost, "tdis_occ": warmth}
    return RunRecord(Path(), {"agent": agent}, scenario(), kpis, {})


@pytest.fixture
def folder(make_comparison: Callable[..., Path]) -> Path:
    return make_comparison(agents=AGENTS, references=BESIDE, left_out={"x": WHY})


def test_no_reference_is_marked_best() -> None:
    runs = {"mine": [record("mine", 2.0, 1.0)], "yours": [record("yours", 3.0, 1.0)],
            "foresight": [record("foresight", 1.0, 0.0)]}  # fmt: skip
    (cost, warmth) = (line for line in lines(runs, "USD", ("foresight",)) if line.core)
    assert [cell.best for cell in cost.cells] == [True, False, False]
    assert not any(cell.best for cell in warmth.cells)  # equal but for the reference


def test_the_page_sets_them_aside_and_says_what_is_missing(folder: Path) -> None:
    text = write_report(folder).read_text(encoding="utf-8")
    heads = re.findall(r"<th( class=[^>]*)?>(\w+)</th>", text)[: len(AGENTS)]
    assert [name for mark, name in heads if "aside" in mark] == list(BESIDE)
    assert "To measure them by" in text
    assert WHY in text
    assert "Without random, constant, foresight." in text
    first = next(row for row in re.findall(r"<tr[^>]*>.*?</tr>", text, re.S) if "<td>random</td>" in row)
    assert 'class="aside first"' in first


def test_the_terminal_sets_them_aside_and_says_what_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.print_comparison(read_comparison(folder))
    text = capsys.readouterr().out
    head = next(line for line in text.splitlines() if "random" in line)
    assert head.index("pi") < head.index("│") < head.index("random")
    below = text[text.index("difference to setback") :].splitlines()
    rule = [k for k, line in enumerate(below) if "──" in line]
    random = next(k for k, line in enumerate(below) if "random" in line)
    assert len(rule) == 2  # below the head, and above the references
    assert rule[1] == random - 1
    assert WHY in text


@pytest.mark.parametrize("width", [60, 80, 99])
def test_a_narrow_terminal_loses_no_column(
    folder: Path, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    tables.print_comparison(read_comparison(folder))
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    values = text[: text.index("  a  ")]
    letters = re.findall(r"(?m)^ *[a-z](?: +[a-z])* *$", values)
    assert (
        "".join("".join(row.split()) for row in letters) == "abcdefghi"[: len("".join(letters).split())]
        or letters
    )
    for name in AGENTS:
        assert text.count(name) >= 2
    assert max(map(len, values.splitlines())) <= width


def drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runs: dict[str, list[RunRecord]], aside: tuple[str, ...]
) -> tuple[Axes, list[str]]:
    """The axis of the trade-off, and all words on it."""
    kept: list[Axes] = []
    original = tradeoff.grid

    def grid(*args: float) -> object:
        made, cells = original(*args)  # type: ignore[arg-type]
        kept.append(cells[0][0])
        return made, cells

    monkeypatch.setattr(tradeoff, "grid", grid)
    assert tradeoff.draw_tradeoff(runs, "USD", tmp_path / "t.png", aside) is not None
    return kept[0], [text.get_text() for text in kept[0].texts]


def test_what_is_far_off_is_pointed_at_and_squashes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = {
        "setback": [record("setback", 1.0, 0.2)], "pi": [record("pi", 0.9, 0.4)],
        "random": [record("random", 0.95, 60.0)], "constant": [record("constant", 1.9, 0.3)],
        "foresight": [record("foresight", 0.6, 0.01)],
    }  # fmt: skip
    axis, words = drawn(monkeypatch, tmp_path, runs, BESIDE)
    assert axis.get_ylim()[1] < 1.0
    assert axis.get_xlim()[1] < 1.3
    assert axis.get_xlim()[0] < 0.6  # what is left to gain is in the picture
    assert "foresight" in words
    assert any(text.startswith("random: 0.950 USD/m², 60.0") for text in words)
    assert any(text.startswith("constant: 1.90 USD/m²") for text in words)
    _, labels = axis.get_legend_handles_labels()
    assert not set(labels) & set(BESIDE)


def test_references_alone_are_drawn_as_any_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs = {"random": [record("random", 0.9, 60.0)], "constant": [record("constant", 1.9, 0.3)]}
    axis, words = drawn(monkeypatch, tmp_path, runs, ("random", "constant"))
    assert axis.get_ylim()[1] > 60.0
    assert words == ["better"]
