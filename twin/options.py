"""Options that several commands share, and what is meant by them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from twin.scenario.agents import AgentSpec
    from twin.scenario.schema import Scenario

POLICIES = ("policy.zip", "policy.onnx")  # what twin train keeps, the one that it names first
ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name (see: twin list scenarios) or a file.")
]
Start = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="First day, as 2023-01-09, or a period that the scenario names, as winter."
    ),
]
Days = Annotated[int | None, typer.Option(metavar="N", min=1, help="How many days.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder for the results; default: a new one in results/.")
]
Steps = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Control steps of all buildings together; default: the learner's."),
]
Task = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="A key of the learner's task, as past_steps=2; repeatable."),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="A parameter of the algorithm, as gamma=0.98; repeatable."
    ),
]
Reward = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="currency, linear, boptest, ..., or your own mine.py:function."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")]


def planned(source: str, start: str | None, days: int | None) -> Scenario:
    """The scenario with another start or length; a start may name one of the scenario's periods.

    Raises
    ------
    ScenarioError
        As load_scenario; also for a start that is neither a date nor a period.
    """
    from twin.scenario.catalog import load_scenario
    from twin.scenario.first_days import first_day

    plan: dict[str, Any] = {} if days is None else {"days": days}
    if start is not None:
        plan["start"] = first_day(start, load_scenario(source).run, "--start")
    return load_scenario(source, {"run": plan} if plan else None)


def controllers(text: str) -> list[AgentSpec]:
    """Controllers from a list with commas; one that comes twice would overwrite its own results.

    Raises
    ------
    ScenarioError
        As controller.
    ControllerError
        One is missing, or two have one name.
    """
    from twin.basics.errors import ControllerError

    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise ControllerError(
            "a controller is missing", key="--agents", value=text, allowed="one between commas, as setback,pi"
        )
    specs = [controller(name, "--agents") for name in names]
    if len({spec.name for spec in specs}) < len(specs):
        raise ControllerError(
            "controllers need different names", key="--agents", value=text, allowed="each once, as setback,pi"
        )
    return specs


def controller(text: str, option: str) -> AgentSpec:
    """A controller by name or file; a folder of a training stands for the policy that it kept.

    Raises
    ------
    ScenarioError
        As load_agent; also for a folder without a policy.
    """
    from twin.scenario.catalog import available, load_agent

    folder = Path(text).expanduser()
    known = text in available("agents", text.rpartition("/")[0])
    return load_agent(_policy_in(folder, option) if text and folder.is_dir() and not known else text)


def _policy_in(folder: Path, option: str) -> Path:
    """The policy that lies in a folder; where there is none, the error names the newest one below it."""
    from twin.basics.errors import ScenarioError

    for name in POLICIES:
        if (folder / name).is_file():
            return folder / name
    below = sorted(folder.glob(f"*/{POLICIES[0]}"), key=lambda path: path.stat().st_mtime)
    raise ScenarioError(
        "this folder holds no trained policy",
        key=option,
        value=str(folder),
        allowed=f"a controller, or a folder of twin train with its {' or '.join(POLICIES)}",
        suggestion=str(below[-1]) if below else None,
    )


def processes(asked: int) -> int:
    """How many processes work at the same time: as many as asked, or for 0 one per processor core."""
    return asked or max(1, os.cpu_count() or 1)
