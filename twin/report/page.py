"""The report: figures as PNG and one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from twin.basics.errors import ResultsError
from twin.report import words
from twin.report.energy import floor_area
from twin.report.paired import Paired, paired
from twin.report.pictures import Picture, draw_all
from twin.report.record import ComparisonRecord, RunRecord, read_comparison, read_json, read_run
from twin.report.table import Line, lines
from twin.report.validation import write_validation_report
from twin.telemetry.storage import whole_file


@dataclass(frozen=True)
class Named:
    """A controller of a chapter, with what it does; `reference` where nobody asked for it."""

    name: str
    text: str
    reference: bool
    first: bool = False


@dataclass(frozen=True)
class Chapter:
    """One run or comparison on the page."""

    title: str
    subtitle: str
    warning: str
    facts: tuple[tuple[str, str], ...]
    agents: tuple[Named, ...]
    seeds: int
    remarks: tuple[str, ...]
    table: tuple[Line, ...]
    paired: Paired | None
    plan: Picture | None
    pictures: tuple[Picture, ...]
    origin: tuple[tuple[str, str], ...]


def write_report(folder: str | Path) -> Path:
    """Draw the figures of a results folder and write its page.

    Parameters
    ----------
    folder
        A run, a comparison or a validation.

    Returns
    -------
    Path
        The page, `report.html` in the folder; pictures lie in `figures/`.

    Raises
    ------
    ResultsError
        Where the folder is not a results folder, is damaged or cannot be written.
    """
    folder = Path(folder)
    if read_json(folder / "manifest.json").get("kind") == "validation":
        return write_validation_report(folder)
    return write_joint_report([folder], folder / "report.html")


def write_joint_report(folders: Sequence[str | Path], page: str | Path) -> Path:
    """Write one page with a chapter per results folder (say, winter and summer).

    Raises
    ------
    ResultsError
        As `write_report`.
    """
    chapters = [chapter(Path(folder)) for folder in folders]
    page = Path(page)
    text = _template().render(chapters=chapters, several=len(chapters) > 1)
    with whole_file(page, "the report") as stream:
        stream.write(text.encode())
    return page


def chapter(folder: Path) -> Chapter:
    """Read one results folder, draw its figures, and say in words what it is."""
    manifest = read_json(folder / "manifest.json")
    if manifest.get("kind") == "validation":
        raise ResultsError("a validation has a page of its own", file=folder, allowed="runs and comparisons")
    if manifest.get("kind") == "comparison":
        record = read_comparison(folder)
        if not record.shown:
            begun = sorted(p.parent for p in folder.glob("*/*/seed-*/manifest.json"))
            raise ResultsError(
                "the comparison holds no finished run",
                file=folder,
                allowed=f"a run that was begun, as: twin report {begun[0]}" if begun else None,
            )
        return _chapter(record)
    run = read_run(folder)
    return _chapter(ComparisonRecord(run.folder, run.manifest, run.scenario, {run.agent: [run]}))


def _chapter(record: ComparisonRecord) -> Chapter:
    folder, manifest, runs, shown, aside = (
        record.folder, record.manifest, record.runs, record.shown, record.references
    )  # fmt: skip
    scenario = shown[0].scenario
    pictures = draw_all(folder / "figures", runs, shown, aside)
    seeds = max(len(records) for records in runs.values())
    return Chapter(
        title=scenario.title or scenario.name.replace("_", " "),
        subtitle=f"{words.weather(scenario)}, {words.dates(scenario)}",
        warning=words.state(manifest),
        facts=_facts(shown[0]),
        agents=tuple(
            Named(
                agent,
                _describe(records[0], agent in aside),
                agent in aside,
                agent == aside[0] if aside else False,
            )
            for agent, records in runs.items()
        ),
        seeds=seeds,
        remarks=record.remarks,
        table=tuple(lines(runs, scenario.tariff.currency, aside)),
        paired=paired(runs, aside),
        plan=pictures[0] if pictures and pictures[0].path.name == "plan.png" else None,
        pictures=tuple(p for p in pictures if p.path.name != "plan.png"),
        origin=_origin(folder, manifest, runs),
    )


def _describe(run: RunRecord, briefly: bool) -> str:
    """What the controller does, where its file says so."""
    agent = run.manifest.get("agent_spec", run.manifest.get("agent"))
    if not isinstance(agent, dict):
        return ""
    keys = ("title", "description") if briefly else ("description", "title")
    return next((text for key in keys if (text := str(agent.get(key) or "").strip())), "")


def _facts(run: RunRecord) -> tuple[tuple[str, str], ...]:
    scenario = run.scenario
    count, size = len(scenario.building.zones), floor_area(run)
    building = f"{size:,.0f} m² in {count} zone{'' if count == 1 else 's'}. {scenario.description.strip()}"
    warm_up = _days(scenario.run.warm_up_days)
    return (
        ("Building", building),
        ("Weather", f"{words.weather(scenario)}; {words.weather_range(run)}".rstrip("; ")),
        ("Dates", f"{words.dates(scenario)}, after a warm-up of {warm_up} that no measure counts"),
        ("People", words.people(scenario)),
        ("Heating, cooling, air", words.system(scenario)),
        ("Comfort", words.comfort(scenario)),
    )


def _days(n: int) -> str:
    return f"{n} day{'' if n == 1 else 's'}"


def _origin(
    folder: Path, manifest: dict[str, Any], runs: dict[str, list[RunRecord]]
) -> tuple[tuple[str, str], ...]:
    """Where the numbers come from, for who wants to repeat them."""
    versions = manifest.get("versions", {})
    seeds = sorted(
        {str(r.manifest.get("seed")) for records in runs.values() for r in records}, key=lambda s: (len(s), s)
    )
    rows = [
        ("Results folder", folder.name),
        ("Seeds", ", ".join(seeds)),
        ("Started", str(manifest.get("started", "–"))),
        ("Computing time", f"{words.number(manifest.get('wall_s'))} s"),
        (
            "Versions",
            ", ".join(f"{k} {v}" for k, v in versions.items())
            if isinstance(versions, dict)
            else str(versions),
        ),
    ]
    return tuple(rows)


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("page.html.j2")
