"""Which pictures a validation's page has, suite by suite."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from twin.report.pictures import Picture
from twin.report.validation.bars import Groups, crowded, draw_bars, drawable, sheets
from twin.report.validation.curves import draw_curves, panels
from twin.report.validation.ranges import draw_overview, draw_ranges
from twin.report.validation.record import SuiteRecord, ValidationRecord
from twin.telemetry.storage import whole_file

_AS_RANGES = {"differences"}  # many cases whose values are small beside those of others
_PANELS = 12  # in one picture
_COLOURS = 128  # lines and bars on white need no more, and a page of many pictures gets a third as long

_OVERVIEW = (
    "Every number with bounds, placed between its lowest and its highest good value (a deviation that is "
    "only to be small: by its share of what is allowed). What lies farther out is drawn at the frame's edge."
)
_BARS = (
    "Each group is a case, each bar one of the references; ours stands at the right of its group. "
    "Green: what is accepted."
)
_RANGES = (
    "Grey bar: lowest to highest of the references; black line: the one we compare with; mark: this twin."
)
_CURVES = "Coloured lines: this twin; rings or a thin black line: the reference."


def overview(folder: Path, record: ValidationRecord) -> Picture | None:
    """All suites at a glance; None where no number has bounds."""
    path = draw_overview(record.suites, folder / "validation_overview.png")
    return None if path is None else Picture(_lighter(path), "Where every number lies", _OVERVIEW)


def of_suite(folder: Path, record: ValidationRecord, suite: SuiteRecord) -> list[Picture]:
    """Bars or ranges among the programs, then curves."""
    stem = "validation_" + re.sub(r"[^a-z0-9]+", "_", suite.name.lower())
    made = []
    groups = drawable(suite.numbers)
    together = [groups] if groups and suite.name in _AS_RANGES else sheets(groups)
    for k, sheet in enumerate(together, 1):
        path = folder / (f"{stem}_{k}.png" if len(together) > 1 else f"{stem}.png")
        if suite.name in _AS_RANGES or crowded(sheet):
            draw_ranges(sheet, path)
            made.append(Picture(_lighter(path), f"In the range: {_listed(sheet)}", _RANGES))
        else:
            draw_bars(sheet, path)
            made.append(Picture(_lighter(path), f"Among the references: {_listed(sheet)}", _BARS))
    frames = panels([curve for curve in record.curves if curve.suite == suite.name])
    pages = [frames[at : at + _PANELS] for at in range(0, len(frames), _PANELS)]
    for k, page in enumerate(pages, 1):
        path = _lighter(draw_curves(page, folder / f"{stem}_curves_{k}.png"))
        number = f" ({k} of {len(pages)})" if len(pages) > 1 else ""
        made.append(Picture(path, f"Over time{number}", _CURVES))
    return made


def _lighter(path: Path) -> Path:
    """The same picture with a palette."""
    with Image.open(path) as drawn:
        made = drawn.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    with whole_file(path, "a figure") as stream:
        made.save(stream, format="PNG", optimize=True)
    return path


def _listed(sheet: Groups) -> str:
    names = [quantity for quantity, _ in sheet]
    return "; ".join(names) if len(names) <= 4 else f"{len(names)} quantities"
