"""The page: self-contained, in plain words, rebuilt from the folder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.report.folders import scenario, write_run
from twin.basics.errors import ResultsError
from twin.report import write_joint_report, write_report
from twin.report.plan import inner_point, outlines
from twin.report.words import number

PNG = b"\x89PNG\r\n\x1a\n"


class Links(HTMLParser):
    """Collects everything that a browser would fetch, and checks that tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [v or "" for k, v in attrs if k in ("src", "href", "srcset")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_comparison_gives_one_page_that_needs_nothing_else(comparison: Path) -> None:
    folder, page = comparison, comparison / "report.html"
    text = page.read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert not links.open
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in links.fetched)
    assert "@import" not in text
    assert "url(" not in text
    figures = sorted(p.name for p in (folder / "figures").glob("*.png"))
    assert {
        "plan.png",
        "temperatures.png",
        "energy_controllers.png",
        "day.png",
        "carpets.png",
        "co2.png",
    } <= set(figures)
    assert sum(link.startswith("data:") for link in links.fetched) == len(figures)
    assert all((folder / "figures" / name).read_bytes().startswith(PNG) for name in figures)


def test_the_table_marks_the_best_and_gives_intervals(comparison: Path) -> None:
    text = (comparison / "report.html").read_text(encoding="utf-8")
    row = next(r for r in re.findall(r"<tr>.*?</tr>", text, re.S) if "Cost of energy" in r)
    cells = re.findall(r'<td class="best">.*?class="value">([^<]+)', row, re.S)
    assert cells == ["0.340"]  # setback, mean of its three seeds
    assert "0.336 to 0.344" in row
    assert "[USD/m²]" in row
    equal = next(r for r in re.findall(r"<tr>.*?</tr>", text, re.S) if "Stale air" in r)
    assert "best" not in equal


def test_what_was_simulated_is_said_in_words(comparison: Path) -> None:
    text = (comparison / "report.html").read_text(encoding="utf-8")
    said = (
        "Paper office",
        "Chicago",
        "23 March 2023 to 28 March 2023 (6 days)",
        "18 people",
        "a warm-up of 1 day",
    )
    for words in (*said, "gas boiler", "20 to 26 °C", "300 m²"):
        assert words in text


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", scenario(), "pi", 0, "interrupted")
    (folder / "kpis.json").unlink()
    text = write_report(folder).read_text(encoding="utf-8")
    assert 'class="warning"' in text


def test_a_run_without_any_telemetry_still_has_a_page(run_folder: Path) -> None:
    for part in (run_folder / "truth").iterdir():
        part.unlink()
    text = write_report(run_folder).read_text(encoding="utf-8")
    assert "Paper office" in text


def test_words_in_a_scenario_cannot_become_markup(run_folder: Path) -> None:
    path = run_folder / "scenario.yaml"
    path.write_text(path.read_text().replace("An office that exists on paper.", "<script>alert(1)</script>"))
    assert "<script>" not in write_report(run_folder).read_text(encoding="utf-8")


def test_two_folders_share_a_page(
    run_folder: Path, make_comparison: Callable[..., Path], tmp_path: Path
) -> None:
    page = write_joint_report([run_folder, make_comparison(agents=("pi",), seeds=1)], tmp_path / "both.html")
    text = page.read_text(encoding="utf-8")
    assert text.count("<article") == 2
    assert "#chapter-2" in text


def test_a_rebuilt_report_says_the_same(run_folder: Path) -> None:
    first = write_report(run_folder).read_bytes()
    assert write_report(run_folder).read_bytes() == first


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="not a results folder"):
        write_report(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"kind": "comparison"}))
    with pytest.raises(ResultsError):
        write_report(tmp_path)


def test_zones_without_outline_are_laid_out_apart_and_by_area() -> None:
    shapes = outlines(scenario(outlines=False).building.zones)
    left = [min(x for x, _ in corners) for corners in shapes.values()]
    right = [max(x for x, _ in corners) for corners in shapes.values()]
    assert all(a < b for a, b in zip(right, left[1:], strict=False))
    assert (right[0] - left[0]) ** 2 == pytest.approx(75.0)


def test_a_label_lies_inside_an_l_shaped_room() -> None:
    x, y = inner_point([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
    assert (0 < x < 10 and 0 < y < 2) or (0 < x < 2 and 0 < y < 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (float("nan"), "–"), (0.0, "0"), (1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"),
     (0.0123, "0.012"), (-5.0, "-5.00"), (0.00012, "0.00012")],
)  # fmt: skip
def test_numbers_keep_the_digits_that_matter(value: float | None, text: str) -> None:
    assert number(value) == text
