"""What the command line does: list, check, describe and start files; run a validation and tell of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin import tables, terminal
from twin.basics.errors import ResultsError, TwinError, nearest

LISTS = ("scenarios", "agents", "sensors", "points")


def show(what: str, scenario: str) -> None:
    """List one folder of the catalogue, all three, or the points of a scenario."""
    if what and what not in LISTS:
        raise TwinError(
            "nothing of that name to list",
            value=what,
            allowed=", ".join(LISTS),
            suggestion=nearest(what, LISTS),
        )
    if what == "points":
        if not scenario:
            raise TwinError("points of which scenario?", allowed="twin list points office")
        show_points(scenario)
        return
    if scenario and what and _show_group(what, scenario):
        return
    if scenario:
        raise TwinError(
            "only points are listed of one scenario", value=scenario, allowed=f"twin list points {scenario}"
        )
    for folder in (what,) if what else LISTS[:3]:
        _show_folder(folder, described=bool(what))


def _show_group(folder: str, group: str) -> bool:
    """List the files of a group inside a folder of the catalogue; False where there is no such group."""
    from twin.scenario import catalog

    if group not in catalog.groups(folder):  # type: ignore[arg-type]
        return False
    _show_folder(folder, described=True, group=group)
    return True


def _show_folder(folder: str, described: bool, group: str = "") -> None:
    from twin.scenario import catalog

    read: dict[str, Any] = {
        "scenarios": catalog.load_scenario,
        "agents": catalog.load_any_agent,
        "sensors": catalog.load_datasheet,
    }
    rows = []
    for name, path in catalog.available(folder, group).items():  # type: ignore[arg-type]
        try:
            rows.append([name, _summary(read[folder](path), described)])
        except TwinError as error:
            rows.append([name, f"cannot be read: {error}"])
    for inside in () if group else catalog.groups(folder):  # type: ignore[arg-type]
        count = len(catalog.available(folder, inside))  # type: ignore[arg-type]
        rows.append([f"{inside}/", f"{count} more: twin list {folder} {inside}"])
    terminal.print_table([folder, ""], rows)


def _summary(record: Any, described: bool) -> str:
    """The title, and where asked for the first sentence of the description."""
    title = str(getattr(record, "title", "") or "")
    if title and not described:
        return title
    first = str(getattr(record, "description", "") or "").strip().split(". ")[0].replace("\n", " ")
    return ": ".join(part for part in (title, first.rstrip(".")) if part)


def show_points(source: str) -> None:
    """Print what can be commanded, what devices measure, and what the truth channel stores."""
    from twin.building.assembly import assemble
    from twin.scenario.catalog import load_scenario

    building = assemble(load_scenario(source), [0])
    low, high = building.command_low, building.command_high
    rows = [
        ["command", point.id, point.row.label, point.row.unit, f"{low[k]:g} to {high[k]:g}"]
        for k, point in enumerate(building.command_points)
    ]
    rows += [
        ["measured", info.point_id, info.datasheet, info.unit, f"every {info.period_s:g} s"]
        for info in building.sensors
    ]
    rows += [["truth", point.id, point.row.label, point.row.unit, ""] for point in building.signal_points]
    terminal.print_table(["", "point", "what", "unit", ""], rows)


def validate(files: Sequence[Path]) -> bool:
    """Check each file, print "ok" or what is wrong; True where all are good."""
    good = True
    for path in files:
        try:
            kind = _check(path)
        except TwinError as error:
            good = False
            terminal.say(f"error: {error}")
        else:
            terminal.show(f"ok: {path} ({kind})")
    return good


def _check(path: Path) -> str:
    """Read a file as what it looks like; a scenario is also assembled, which opens its weather."""
    from twin.building.assembly import assemble
    from twin.scenario import catalog

    if not path.is_file():
        raise TwinError("there is no such file", file=path)
    folder = catalog.folder_of(path)
    if folder == "scenarios":
        assemble(catalog.load_scenario(path), [0])
        return "scenario"
    if folder == "agents":
        from twin.scenario.learners import Learner

        return "learner" if isinstance(catalog.load_any_agent(path), Learner) else "agent"
    catalog.load_datasheet(path)
    return "datasheet"


def report(folder: Path) -> Path:
    """Write the page of a run, comparison or validation again, or draw a training's curves."""
    from twin.report import write_report
    from twin.report.learning import draw_learning_curve
    from twin.report.record import read_json

    if (folder / "manifest.json").is_file() and read_json(folder / "manifest.json").get("kind") == "training":
        drawn = draw_learning_curve(folder)
        if drawn is None:
            raise ResultsError("nothing was evaluated yet, so there are no curves", file=folder)
        return drawn
    return write_report(folder)


def schema(what: str) -> str:
    """JSON Schema of a kind of file."""
    from twin.scenario.agents import AgentSpec
    from twin.scenario.datasheets import Datasheet
    from twin.scenario.json_schema import json_schema, scenario_json_schema
    from twin.scenario.learners import Learner

    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "scenario": scenario_json_schema,
        "agent": lambda: json_schema(AgentSpec),
        "learner": lambda: json_schema(Learner),
        "datasheet": lambda: json_schema(Datasheet),
    }
    if what not in kinds:
        raise TwinError(
            "no schema of that name", value=what, allowed=", ".join(kinds), suggestion=nearest(what, kinds)
        )
    return json.dumps(kinds[what](), indent=2, ensure_ascii=False)


def new(path: Path) -> None:
    """Write the commented scenario to start from; never over a file."""
    from twin.scenario.template import scenario_text

    name = re.sub(r"[^a-z0-9_]+", "_", path.stem.lower()).strip("_")
    text = scenario_text(name if name[:1].isalpha() else "my_building")
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise ResultsError("there is such a file already; it was left as it is", file=path) from error
    except OSError as error:
        raise ResultsError(f"cannot be written: {error.strerror or error}", file=path) from error


@dataclass(frozen=True)
class Validation:
    """What is asked: names of suites and cases (none: all), data, processes, results folder."""

    suites: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    data: Path | None = None
    jobs: int = 1
    out: Path | None = None


def validate_physics(asked: Validation, full: bool, report: bool, quiet: bool) -> tuple[Path, bool]:
    """Run validation suites, print what they found, write the page.

    Returns
    -------
    The results folder, and whether a demand is missed.
    """
    from twin.report.validation import read_validation, write_validation_report
    from twin.validation.run import validate_physics as run_all

    terminal.announce_compiling()
    with terminal.progress("validation", quiet) as bar:
        folder = run_all(asked.suites, asked.cases, asked.data, asked.out, bar, asked.jobs)
    record = read_validation(folder)
    tables.print_validation(record, full)
    if report:
        terminal.show(f"report: {terminal.shown_path(write_validation_report(folder))}")
    terminal.show(f"results: {terminal.shown_path(folder)}")
    return folder, bool(record.missed)
