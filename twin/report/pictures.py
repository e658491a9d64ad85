"""Every figure of a report, in the order of the page, with what it shows and how to read it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from twin.report.bands import draw_co2, draw_temperatures
from twin.report.carpets import draw_carpets
from twin.report.day import draw_day
from twin.report.energy import draw_energy_controllers, draw_energy_days, draw_running_totals
from twin.report.plan import draw_plan
from twin.report.record import RunRecord
from twin.report.tradeoff import draw_tradeoff

CONTROLLERS_DRAWN = 8
_NEED_NO_TRUTH = ("plan", "tradeoff")

# Name of the file, heading, how to read it, and whether it shows one controller or all.
_TEXTS = (
    ("plan", "Plan", "The zones to scale, north up.", "one"),
    ("tradeoff", "Cost against comfort",
     "Large marks: means over the seeds; small marks: single seeds. Down and to the left is better.",
     "aside"),
    ("temperatures", "Temperatures on occupied days",
     "Line: the middle value at that hour; band: 8 of 10 values lie in it. Grey: too cold or too warm by the "
     "comfort bounds, which are wide at night.", "all"),
    ("energy_controllers", "Energy by what it was used for",
     "Per floor area over the period, lights and equipment included; mean over the seeds. Gas counts the "
     "fuel, not the heat.", ""),
    ("energy_days", "Energy day by day", "Each bar is a day, or a month where there are many.", "one"),
    ("totals", "Cost and emissions as they add up", "Whole building, lights and equipment included.", "all"),
    ("co2", "Air quality",
     "CO2 that people breathe out shows how much fresh air they get. Line: the middle value at that hour on "
     "occupied days; band: 8 of 10 values lie in it.", "all"),
    ("day", "A day in the life", "The liveliest day of the period.", "one"),
    ("carpets", "Every day at a glance",
     "Each column is a day, each row a half hour; midnight is at the bottom.", "one"),
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A figure with what it shows and how to read it."""

    path: Path
    heading: str
    caption: str

    @property
    def data(self) -> str:
        """The PNG as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.path.read_bytes()).decode("ascii")


def draw_all(
    folder: Path, runs: dict[str, list[RunRecord]], shown: list[RunRecord], aside: Collection[str] = ()
) -> list[Picture]:
    """Draw every figure that the stored data allow.

    Parameters
    ----------
    folder
        Where the PNGs go.
    runs
        Runs by controller, one per seed.
    shown
        The first seed of every controller.
    aside
        Controllers that are references: grey where they are shown at all.
    """
    named = [run for run in shown if run.agent not in aside] or shown
    one = featured(named)
    jobs = _jobs(runs, named, one, aside)
    made = []
    for name, heading, caption, scope in _TEXTS:
        if name not in _NEED_NO_TRUTH and len(one.truth) < 2:
            continue
        path = jobs[name](folder / f"{name}.png")
        if path is not None:
            said = f"{_whose(scope, named, one)} {_without(scope, aside)}"
            made.append(Picture(path, heading, f"{caption} {said}".strip()))
    return made


def _jobs(
    runs: dict[str, list[RunRecord]], shown: list[RunRecord], first: RunRecord, aside: Collection[str]
) -> dict[str, Callable[[Path], Path | None]]:
    drawn = shown[:CONTROLLERS_DRAWN]
    currency = first.scenario.tariff.currency
    return {
        "plan": lambda p: draw_plan(first, p),
        "tradeoff": lambda p: draw_tradeoff(runs, currency, p, aside),
        "temperatures": lambda p: draw_temperatures(drawn, p),
        "energy_controllers": lambda p: draw_energy_controllers(runs, p, aside) if len(runs) > 1 else None,
        "energy_days": lambda p: draw_energy_days(first, p),
        "totals": lambda p: draw_running_totals(drawn, p),
        "co2": lambda p: draw_co2(drawn, p),
        "day": lambda p: draw_day(first, p),
        "carpets": lambda p: draw_carpets(first, p),
    }


def featured(shown: list[RunRecord]) -> RunRecord:
    """The run that pictures of a single run show: the scenario's baseline, or the first."""
    return next((run for run in shown if run.agent == run.scenario.run.baseline), shown[0])


def _without(scope: str, aside: Collection[str]) -> str:
    """What a picture says of references."""
    names = ", ".join(aside)
    if not names or scope in ("", "one"):
        return ""
    return f"Grey: {names}, to measure the others by." if scope == "aside" else f"Without {names}."


def _whose(scope: str, shown: list[RunRecord], one: RunRecord) -> str:
    """Which runs a figure shows, where a comparison leaves a doubt."""
    if len(shown) < 2 or scope in ("", "aside"):
        return ""
    seed = one.manifest.get("seed", 0)
    if scope == "one":
        return f"Shown: controller “{one.agent}”, seed {seed}."
    return f"Same weather and same people for every controller (seed {seed})."
