"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    typer.Option(metavar="KEY=VALUE", help="A key of the learner's task, as action=supervisory; repeatable."),
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
