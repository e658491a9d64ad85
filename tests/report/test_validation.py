"""The page of a validation, from the folder alone; and the documentation that is generated from it."""

from __future__ import annotations

import html
import importlib.util
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from tests.report.paper_validation import paper_suites
from tests.report.test_page import Links
from twin.basics.errors import ResultsError, TwinError
from twin.report import write_joint_report, write_report
from twin.report.validation import curves, read_validation, words
from twin.report.validation.bars import crowded, drawable
from twin.report.validation.curves import draw_curves, panels
from twin.report.validation.glance import glance, peer_inside
from twin.report.validation.ranges import place
from twin.report.validation.record import Curve, DemandRecord, Number
from twin.validation.run import validate_physics


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A validation on paper with its page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twin.validation.suites.suites", paper_suites)
        made = validate_physics(out=tmp_path_factory.mktemp("validation") / "v")
    write_report(made)
    return made


@pytest.fixture(scope="module")
def generator(repository: Path) -> ModuleType:
    """scripts/write_validation_docs.py."""
    path = repository / "scripts" / "write_validation_docs.py"
    spec = importlib.util.spec_from_file_location("write_validation_docs", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_needs_nothing_else(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert not links.open
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in links.fetched)
    assert "url(" not in text
    names = {path.name for path in (folder / "figures").glob("*.png")}
    assert {
        "validation_overview.png",
        "validation_bestest_1.png",
        "validation_bestest_2.png",
        "validation_differences.png",
        "validation_hourly_curves_1.png",
        "validation_vdi6007_curves_1.png",
        "validation_air_curves_1.png",
    } == names
    assert sum(link.startswith("data:") for link in links.fetched) == len(names)


def test_the_page_tells_demands_what_is_out_and_what_was_skipped(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    for said in ("MISSED by 1", "OUT by 0.188", "skipped: needs reference data", "5 of 6 demands met"):
        assert said in text
    assert 'class="warning"' not in text


def test_the_page_is_rebuilt_the_same(folder: Path) -> None:
    before = (folder / "report.html").read_bytes()
    assert write_report(folder).read_bytes() == before


def test_an_interrupted_validation_has_a_page(folder: Path, tmp_path: Path) -> None:
    about = json.loads((folder / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(about | {"state": "running"}))
    data = json.loads((folder / "validation.json").read_text())
    for suite in data["suites"][1:]:
        suite.update(checks=[], demands=[], cases={})
    (tmp_path / "validation.json").write_text(json.dumps(data))
    assert "not finished" in write_report(tmp_path).read_text(encoding="utf-8")


def test_a_damaged_folder_is_one_error(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"kind": "validation"}))
    with pytest.raises(ResultsError, match=r"validation\.json"):
        write_report(tmp_path)
    (tmp_path / "validation.json").write_text(json.dumps({"suites": [{"title": "x"}]}))
    with pytest.raises(ResultsError, match="not what a validation writes"):
        write_report(tmp_path)
    with pytest.raises(ResultsError, match="page of its own"):
        write_joint_report([folder], tmp_path / "both.html")


def number(ours: float, **more: object) -> Number:
    fields = {"suite": "s", "case": "c", "quantity": "q", "unit": "K", "verdict": "inside"} | more
    return Number(ours=ours, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "spot"),
    [
        (number(1.0, low=0.0, high=2.0), 0.0),
        (number(2.0, low=0.0, high=2.0), 1.0),
        (number(0.0, low=0.0, high=2.0, accept_low=-2.0, accept_high=2.0), 0.0),
        (number(0.5, high=2.0), 0.25),
        (number(0.0, low=0.0, high=0.0), 0.0),
        (number(1.0), None),
        (number(math.nan, high=1.0), None),
    ],
)
def test_a_number_stands_where_it_is_between_its_bounds(made: Number, spot: float | None) -> None:
    assert place(made) == spot


def test_a_row_says_how_far_out_and_against_what() -> None:
    cells = words.row(number(3.2, low=2.0, high=3.0, verdict="outside", reference=2.5, unit="MWh")).cells
    assert cells[3:] == ("3.200", "2.000 to 3.000", "OUT by 0.200", "2.500", "+28.0 %")
    assert words.row(number(21.5, reference=21.0, unit="°C")).cells[-1] == "+0.50 K"
    assert words.row(number(0.0, low=0.0, high=0.0, reference=0.0)).cells[-1] == "0 %"
    assert words.row(number(3e-13, high=1e-9)).cells[3:5] == ("3.0e-13", "at most 1.0e-09")
    assert words.row(number(1.0, verdict="reported")).cells[4:6] == ("–", "no demand")


def test_a_demand_says_what_was_reached() -> None:
    assert words.demand(DemandRecord("quantities accepted of 67", 65, 67, None, False)) == (
        "quantities accepted: 65 of 67",
        "MISSED by 2",
    )
    inside = DemandRecord("quantities inside the range, of 67", 64, 62, None, True)
    assert words.demand(inside) == ("quantities inside the range: 64 of 67 (at least 62)", "met")
    assert words.demand(DemandRecord("error", 2.25, None, 4.0, True)) == (
        "error: 2.250 (at most 4)",
        "met",
    )
    assert words.demand(DemandRecord("error", math.nan, None, 4.0, False))[1] == "MISSED"


def test_the_first_lines_say_how_the_programs_themselves_do() -> None:
    others = {"EnergyPlus": 3.0, "a": 1.0, "b": 2.0}
    numbers = [
        number(2.0, others=others),
        number(2.0, others=others | {"EnergyPlus": 1.5}),
        number(2.0, others={"EnergyPlus": 1.0}),
        number(2.0),
    ]
    assert peer_inside(numbers, "EnergyPlus") == (1, 2)


def test_the_page_begins_with_what_a_reviewer_asks(folder: Path) -> None:
    record = read_validation(folder)
    said = dict(glance(record))
    assert said["Demands"].startswith("5 of 6 met; missed: bestest, quantities accepted: 60 of 61")
    assert said["BESTEST"].startswith(
        "60 of 61 quantities inside the range of 6 programs, 60 accepted, 1 out."
    )
    assert "EnergyPlus itself has 61 of 61 inside the range of the other 5." in said["BESTEST"]
    assert "skipped: twin-house needs reference data" in said["Suites"]
    assert f"physics {record.manifest['hashes']['physics']}" in said["Program"]
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert all(html.escape(line, quote=False) in text for line in said.values())


def test_pictures_are_small(folder: Path) -> None:
    for path in (folder / "figures").glob("*.png"):
        with Image.open(path) as drawn:
            assert drawn.mode == "P"


def test_ticks_of_one_quantity_share_a_frame_and_weeks_of_sun_show_one() -> None:
    ticks = [curve(f"CO2 of zone {z}, tick {t} s", [0.0, 1.0]) for z in (1, 2) for t in (60, 900)]
    assert [(panel.heading, len(panel.curves)) for panel in panels(ticks)] == [
        ("c: CO2 of zone 1", 2),
        ("c: CO2 of zone 2", 2),
    ]
    sun = replace(curve("South", [float(h) for h in range(41 * 24)]), unit="W/m2")
    (panel,) = panels([sun])
    hours = panel.curves[0].hours
    assert (hours[0] % 24, hours[-1] - hours[0]) == (0, 168)


def test_quantities_with_one_case_share_a_picture() -> None:
    others = {"a": 1.0, "b": 2.0}
    groups = drawable([number(1.0, quantity=f"incident {d}", others=others) for d in ("north", "south")])
    ((words_, numbers),) = groups.items()
    assert words_ == ("case c", "K")
    assert [n.case for n in numbers] == ["incident north", "incident south"]


def test_a_year_is_shown_by_two_days_and_many_rooms_by_a_frame_each(folder: Path) -> None:
    found = read_validation(folder).curves
    hourly = panels([curve for curve in found if curve.suite == "hourly"])
    assert [panel.heading for panel in hourly][:3] == [
        "case 600FF: air temperature, 1 February",
        "case 600FF: air temperature, 14 July",
        "case 600: power, 1 February",
    ]
    assert len(hourly) == 6
    assert len(panels([curve for curve in found if curve.suite == "vdi6007"])) == 7


def curve(quantity: str, hours: list[float]) -> Curve:
    x = np.array(hours)
    return Curve("s", "c", quantity, "W", "measured", x, x, x + 0.1)


def test_days_of_one_quantity_are_one_curve_with_a_day_named_at_each_stretch(tmp_path: Path) -> None:
    days = [curve(f"load, day {d}", [24.0 * (d - 1) + h for h in range(24)]) for d in (1, 10, 60)]
    (panel,) = panels(days)
    assert panel.heading == "c: load"
    assert len(panel.curves[0].hours) == 72
    x, ours, _, ticks = curves.shown_part(panel.curves[0], panel)
    assert ticks is not None
    assert [word for _, word in ticks] == ["day 1", "day 10", "day 60"]
    assert np.isfinite(ours).sum() == 72
    assert np.nanmax(x) < 100
    assert draw_curves([panel], tmp_path / "days.png").read_bytes().startswith(b"\x89PNG")


def test_a_curve_over_something_else_than_time_says_over_what() -> None:
    (panel,) = panels([curve("power by outdoor temperature, low stage [axis: °C]", [17.0, 38.0])])
    assert panel.axis == "outdoor temperature [°C]"
    assert panel.heading == "c: power, low stage"


def test_bars_that_could_not_be_read_become_rows() -> None:
    others = {"a": 1.0, "b": 2.0}
    few = [number(1.0, case=str(k), others=others) for k in range(8)]
    many = [number(1.0, case=f"a case with a long name {k}", others=others) for k in range(8)]
    assert not crowded(drawable(few))
    assert crowded(drawable(many))


def test_the_documentation_has_its_marks(repository: Path, generator: ModuleType) -> None:
    text = (repository / "docs" / "physics.md").read_text(encoding="utf-8")
    assert generator.written(text, "x").count("validation: ") == 2


def test_the_documentation_is_generated_and_stays_when_generated_again(
    folder: Path, generator: ModuleType, tmp_path: Path
) -> None:
    page, images = tmp_path / "physics.md", tmp_path / "images"
    page.write_text(f"before\n{generator.BEGIN}\nold\n{generator.END}\nafter\n", encoding="utf-8")
    generator.write(folder, page, images)
    once = page.read_text(encoding="utf-8")
    generator.write(folder, page, images)
    assert page.read_text(encoding="utf-8") == once
    assert once.startswith("before\n") and once.endswith("\nafter\n")
    assert "old" not in once.split()
    assert "OUT by 0.188" in once
    pictures = [line.split("(")[-1].rstrip(")") for line in once.splitlines() if line.startswith("![")]
    assert pictures and all((tmp_path / name).is_file() for name in pictures)


def test_marks_that_are_missing_are_an_error(generator: ModuleType) -> None:
    with pytest.raises(TwinError, match="both marks"):
        generator.written("no marks here", "x")
