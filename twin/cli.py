"""The command line. Each command imports what it needs when it runs, so that help comes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin import __version__, learning, tables, terminal
from twin.options import Days, Out, Quiet, ScenarioName, Start, controller, controllers, planned, processes

app = typer.Typer(
    name="twin",
    cls=terminal.Commands,
    help="A digital twin of a building: simulate it, compare its controllers, read the report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def main() -> None:
    """Entry point of the command `twin`."""
    terminal.tolerate_any_encoding()
    app(prog_name="twin")


def _version(asked: bool) -> None:
    if asked:
        terminal.show(f"building-twin {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(short_help="Simulate a building under one controller.")
def run(
    scenario: ScenarioName,
    agent: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A name (see: twin list agents), a file, a folder of twin train, or your own mine.py:Mine.",
        ),
    ] = "setback",
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Which draw of people's days and sensor noise.")
    ] = 0,
    start: Start = None,
    days: Days = None,
    out: Out = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write the data only.")] = False,
    quiet: Quiet = False,
) -> None:
    """Simulate one building under one controller and write a results folder with a report.

    \b
    Examples:
      twin run office
      twin run office --agent pi --seed 3 --start 2023-07-10 --days 7
    """
    chosen, acting = planned(scenario, start, days), controller(agent, "--agent")
    from twin.experiment import run as run_one

    terminal.announce_compiling()
    with terminal.progress(f"{chosen.name}, {agent}", quiet) as bar:
        done = run_one(chosen, acting, seed=seed, out=out, progress=bar)
    _finish(Path(done.folder), done.manifest, no_report)


@app.command(short_help="Compare controllers on the same days.")
def compare(
    scenario: ScenarioName,
    agents: Annotated[
        str,
        typer.Option(
            metavar="A,B,C", help="Controllers, separated by commas; your own as mine.py:MyController."
        ),
    ] = "thermostat,setback,pi",
    seeds: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Every controller meets these N draws of people and noise."),
    ] = 5,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=0, help="Runs at the same time; 0: one per processor core.")
    ] = 0,
    start: Start = None,
    days: Days = None,
    out: Out = None,
    no_references: Annotated[
        bool, typer.Option("--no-references", help="Only what is named: no random, constant, foresight.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write the data only.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare controllers on the same weather, people and chance; print a table and write a report.

    Beside them stand a random policy, a constant one, and foresight: the best plan that a quick search finds
    with perfect knowledge. Named among the agents it searches longer; beyond 140 days of all seeds together
    it is left out unless it is named.

    \b
    Examples:
      twin compare office --agents thermostat,setback,pi --seeds 5
      twin compare home --agents setback,my_controller.yaml --start winter
    """
    chosen, names = planned(scenario, start, days), controllers(agents)
    from twin.experiment import compare as compare_all

    terminal.announce_compiling()
    with terminal.progress(chosen.name, quiet) as bar:
        done = compare_all(
            chosen, names, seeds, processes(jobs), out=out, progress=bar, references=not no_references
        )
    _finish(Path(done.folder), done.manifest, no_report)


app.command(short_help="Train a learning controller.")(learning.train)
app.command(short_help="Look for a learner's parameters.")(learning.tune)


@app.command(short_help="Draw figures and page again from results.")
def report(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULTS...", help="Results folders of runs or comparisons.")
    ],
    together: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also one page with a chapter for each.")
    ] = None,
) -> None:
    """Draw the figures and write the HTML page again, from results folders alone.

    \b
    Examples:
      twin report results/*
      twin report results/winter results/summer --together both.html
    """
    from twin import workbench
    from twin.report import write_joint_report

    for folder in results:
        terminal.show(terminal.shown_path(workbench.report(folder)))
    if together is not None:
        terminal.show(terminal.shown_path(write_joint_report(results, together)))


@app.command("list", short_help="List scenarios, agents, sensors or points.")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[scenarios|agents|sensors|points]", help="What to list; default: the first three."
        ),
    ] = "",
    scenario: Annotated[str, typer.Argument(metavar="[SCENARIO]", help="For points: whose points.")] = "",
) -> None:
    """List scenarios, controllers and devices that are there, or the points of a scenario.

    \b
    Examples:
      twin list
      twin list points office
    """
    from twin import workbench

    workbench.show(what, scenario)


@app.command(short_help="Check files, say what is wrong.")
def validate(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scenario, agent or datasheet files.")
    ],
) -> None:
    """Check files and say what is wrong with them, with file, line and what is allowed.

    \b
    Example:
      twin validate my_building.yaml
    """
    from twin import workbench

    if not workbench.validate(files):
        raise typer.Exit(terminal.BAD_INPUT)


@app.command("validate-physics", short_help="Compare the physics with independent answers.")
def validate_physics(
    suite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this suite, as bestest; may come several times."),
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this case, as 600; may come several times.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="TWIN_DATA",
            help="Reference data that are not shipped; suites that miss theirs are skipped.",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=0, help="Cases at the same time; 0: one per processor core.")
    ] = 1,
    out: Out = None,
    full: Annotated[
        bool, typer.Option("--full", "--verbose", help="Every number, also where they are many.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write the data only.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run the validation suites, print a table and write a report.

    Every number stands beside the range of other programs, the exact solution or the measurement.
    The exit code is 1 where a demand is missed.

    \b
    Examples:
      twin validate-physics
      twin validate-physics --suite bestest --case 600 --case 900 --full
      twin validate-physics --suite twin-house --data my_data
    """
    from twin import workbench

    request = workbench.Validation(tuple(suite or ()), tuple(case or ()), data, processes(jobs), out)
    folder, missed = workbench.validate_physics(request, full, not no_report, quiet)
    from twin.report.record import read_json

    _stop_if_interrupted(read_json(folder / "manifest.json"), folder)
    if missed:
        raise typer.Exit(terminal.MISSED)


@app.command(short_help="Print a JSON Schema for editors.")
def schema(
    what: Annotated[
        str, typer.Argument(metavar="scenario|agent|learner|datasheet", help="Which kind of file.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a kind of file: editors complete and check keys with it.

    \b
    Example:
      twin schema scenario > scenario.schema.json
    """
    from twin import workbench

    terminal.show(workbench.schema(what))


@app.command(short_help="Write a scenario to start from.")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
) -> None:
    """Write a commented scenario to start your own building from.

    \b
    Example:
      twin new my_building.yaml
    """
    import shlex

    from twin import workbench

    workbench.new(file)
    name = shlex.quote(terminal.shown_path(file))
    terminal.say(f"wrote {name}; next: twin validate {name}, then: twin run {name}")


@app.command(short_help="Office, winter and summer, rules and a policy.")
def demo(
    days: Annotated[int, typer.Option(metavar="N", min=1, help="Days per season.")] = 14,
    seeds: Annotated[int, typer.Option(metavar="N", min=1, help="Draws of people and noise.")] = 2,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """The main job once: an office in winter and in summer, rules and a trained policy, one report."""
    from datetime import datetime
    from importlib.util import find_spec

    from twin.experiment import compare as compare_all
    from twin.report import write_joint_report
    from twin.report.record import read_comparison

    agents = ["setback", "guideline36"]
    if find_spec("onnxruntime") is None:
        terminal.say("onnxruntime is not installed (extra policy): the trained policy is left out")
    else:
        agents.append("trained/office")
    folder = out or Path("results") / f"demo-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 - a person's own clock
    terminal.say(
        f"An office on real weather: {days} days of winter, {days} of summer; {len(agents)} controllers, "
        "a random one, a constant one, and the best plan found with perfect knowledge."
    )
    terminal.announce_compiling()
    for season in ("winter", "summer"):
        chosen = planned("office", season, days)
        with terminal.progress(season, quiet) as bar:
            done = compare_all(
                chosen, agents, seeds=seeds, jobs=processes(0), out=folder / season, progress=bar
            )
        terminal.show(f"\n{season.title()}")
        tables.print_comparison(read_comparison(Path(done.folder)))
        _stop_if_interrupted(done.manifest, folder)
    page = write_joint_report([folder / "winter", folder / "summer"], folder / "report.html")
    terminal.show(f"report: {terminal.shown_path(page)}")


def _finish(folder: Path, manifest: dict[str, Any], no_report: bool) -> None:
    """Print the indicators, write the report, and name the folder."""
    from twin.report.record import read_comparison, read_run

    if manifest.get("kind") == "comparison":
        record = read_comparison(folder)
        anything = bool(record.runs)
        tables.print_comparison(record)
    else:
        run = read_run(folder)
        anything = True
        tables.print_indicators({run.agent: [run]})
    if not no_report and anything:
        from twin.report import write_report

        terminal.show(f"report: {terminal.shown_path(write_report(folder))}")
    terminal.show(f"results: {terminal.shown_path(folder)}")
    _stop_if_interrupted(manifest, folder)


def _stop_if_interrupted(manifest: dict[str, Any], folder: Path) -> None:
    if manifest.get("state") == "interrupted":
        terminal.say(f"interrupted; what was done until then is in {terminal.shown_path(folder)}")
        raise typer.Exit(terminal.INTERRUPTED)


if __name__ == "__main__":
    main()
