"""One controller on one scenario: simulated in the World, written down in a results folder."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin import results
from twin.basics.errors import ControllerError, TwinError
from twin.building.assembly import Building, assemble
from twin.control.build import build, commands, lead, sight
from twin.control.controller import Controller
from twin.kpi import Kpis, Timing, evaluate
from twin.results import Manifest
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.dump import scenario_yaml
from twin.scenario.schema import Scenario
from twin.sight import Sight
from twin.simulator import Simulator
from twin.task import Task
from twin.telemetry.storage import ParquetSink
from twin.world.world import World

Progress = Callable[..., None]
Agent = str | Path | AgentSpec
PREPARED = {"mpc": 0.3, "foresight": 0.95}  # kinds made for one run; what that takes of the progress bar
_ROW_BYTES = 3  # per stored number, compressed; measured on the shipped office


@dataclass(frozen=True)
class Run:
    """One finished or interrupted run.

    Attributes
    ----------
    folder
        Where everything is.
    kpis, units
        Indicators by name (None where there is none) and their units.
    manifest
        The content of manifest.json.
    """

    folder: Path
    kpis: dict[str, float | None]
    units: dict[str, str]
    manifest: dict[str, Any]

    @property
    def state(self) -> str:
        """complete or interrupted."""
        return str(self.manifest["state"])


def run(
    scenario: Scenario | str | Path,
    controller: Agent | Controller = "setback",
    seed: int = 0,
    out: str | Path | None = None,
    progress: Progress | None = None,
    speed: float = math.inf,
) -> Run:
    """Simulate one building under one controller and write a results folder.

    Parameters
    ----------
    scenario
        From load_scenario, or a name or path.
    controller
        An agent's name or path, its spec, or anything with `predict`.
    seed
        Episode seed; 0 is a seed.
    out
        The results folder, new or empty; None makes one in `results/`.
    progress
        Called with the share done, 0-1.
    speed
        Simulated seconds per second; infinite: as fast as possible.

    Returns
    -------
    The run; its state is "interrupted" where Ctrl-C ended it, with the indicators of what was done.

    Raises
    ------
    TwinError
        Bad input, or results that cannot be written; the manifest of a started run then says "failed".
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    agent = load_agent(controller) if isinstance(controller, str | Path) else controller
    if not isinstance(agent, AgentSpec) and not hasattr(agent, "predict"):
        raise ControllerError(
            "this is not a controller", value=type(agent).__name__, allowed="a name, a path, or `predict`"
        )
    building = assemble(scenario, [seed])
    seed = building.seeds[0]
    task = task_for(agent, building)
    baseline = build_for(load_agent(scenario.run.baseline), Task(building), seed)
    chosen: AgentSpec | Controller = agent
    if isinstance(agent, AgentSpec) and agent.kind not in PREPARED:
        chosen = build_for(agent, task, seed)
    warm(building)
    name = agent.name if isinstance(agent, AgentSpec) else type(agent).__name__.lower()
    folder = results.make_folder(
        out, results.run_id(scenario.name, f"{name}-seed{seed}"), expected_bytes(building)
    )
    manifest = Manifest(folder, _about_run(building, name, agent, seed))
    try:
        results.write_text(folder / "scenario.yaml", scenario_yaml(scenario))
        if isinstance(chosen, AgentSpec):
            told, progress = parts_of(progress, PREPARED[chosen.kind])
            chosen = controller_for(chosen, task, seed, told)
            manifest.content["notes"] |= getattr(chosen, "notes", {})
        if hasattr(chosen, "reset"):
            chosen.reset([seed])
        sink = ParquetSink(folder, building.clock)
        world = World(building, chosen, task, [sink], speed=speed, progress=progress, baseline=baseline)
        interrupted = _simulate(world)
        return _conclude(folder, manifest, world, interrupted)
    except BaseException as error:
        with suppress(TwinError):  # a full disk may refuse this too; then it still says "running"
            manifest.fail(error)
        raise


def warm(building: Building) -> None:
    """Compile before any folder is made and any process starts; Ctrl-C then ends it at once."""
    Simulator(building).advance(np.repeat(building.command_default[None, :], building.count, axis=0), 1)


def task_for(agent: AgentSpec | Controller, building: Building) -> Task | Sight:
    """What an agent sees and sets; a rule: zones' setpoints and what it names; raises ControllerError."""
    seen = sight(agent) if isinstance(agent, AgentSpec) else None
    if seen is not None:
        return Sight(building, seen[0], scaled=seen[1], lead=lead(seen[0]))
    wanted = commands(agent) if isinstance(agent, AgentSpec) else tuple(getattr(agent, "commands", ()))
    return Task(building, also=wanted)


def build_for(agent: AgentSpec, task: Task | Sight, seed: int) -> Controller:
    """The controller of an agent for a task of one building; raises ControllerError."""
    step_s = task.building.clock.control_step_s
    return build(agent, task.observation, task.action, step_s, [seed])


def parts_of(progress: Progress | None, share: float) -> tuple[Progress | None, Progress | None]:
    """One progress bar for two things: what takes the first `share` of it, and what follows."""
    if progress is None:
        return None, None
    return lambda done: progress(share * done), lambda done: progress(share + (1.0 - share) * done)


def controller_for(
    agent: AgentSpec, task: Task | Sight, seed: int, progress: Progress | None = None
) -> Controller:
    """As build_for, with what takes time: a plan made on forks of the plant, or a model identified from
    telemetry of the weeks before the run.
    """
    if agent.kind == "foresight":
        from twin.experiment.foresight import plan

        return plan(task.building, agent.settings, progress)
    if agent.kind == "mpc":
        from twin.estimation import model_for

        model = model_for(task.building.scenario, seed, agent.settings)
        step_s = task.building.clock.control_step_s
        return build(agent, task.observation, task.action, step_s, [seed], model)
    return build_for(agent, task, seed)


def expected_bytes(building: Building) -> int:
    """What telemetry and truth of this run will take on the disk, roughly."""
    clock, scenario = building.clock, building.scenario
    seconds = clock.days * 86400
    rows = seconds / scenario.run.truth_s * len(building.signal_columns)
    readings = sum(4.0 * seconds / info.period_s for info in building.sensors)
    return int(_ROW_BYTES * (rows + readings))


def _about_run(building: Building, name: str, agent: AgentSpec | Controller, seed: int) -> dict[str, Any]:
    """What the manifest knows before the first tick."""
    clock, scenario = building.clock, building.scenario
    spec = agent.model_dump(mode="json") if isinstance(agent, AgentSpec) else {"name": name, "kind": "python"}
    points = {
        point.id: point.row.unit for point in building.signal_points if point.id in building.signal_columns
    }
    return {
        "kind": "run",
        "scenario": scenario.name,
        "title": scenario.title,
        "agent": name,
        "agent_spec": spec,
        "baseline": scenario.run.baseline,
        "seed": seed,
        "hashes": {
            "scenario": results.digest(scenario_yaml(scenario)),
            "physics": results.physics_hash(),
        },
        "zones": list(building.zone_ids),
        "points": points | {point.id: point.row.unit for point in building.command_points},
        "clock": {
            "origin": clock.origin.isoformat(),
            "start": clock.start.isoformat(),
            "end": clock.end.isoformat(),
            "timezone": clock.timezone,
            "tick_s": clock.tick_s,
            "control_step_s": clock.control_step_s,
        },
        "notes": {"tariff": "stated by the scenario's civil hours; no series matched", **building.notes},
    }


def _simulate(world: World) -> bool:
    """Run to the end; True where a person interrupted it. World itself answers the first Ctrl-C."""
    try:
        world.run()
    except KeyboardInterrupt:
        world.close()
        return True
    return world.interrupted


def _conclude(folder: Path, manifest: Manifest, world: World, interrupted: bool) -> Run:
    clock = world.simulator.building.clock
    kpis = evaluate(world.simulator, timing=Timing(world.controller_s, world.steps))[0]
    results.write_json(folder / "kpis.json", kpis.as_json())
    done = max(0, world.tick - clock.warm_up_ticks) * clock.tick_s
    content = manifest.finish(
        "interrupted" if interrupted else "complete",
        simulated_s=done,
        simulated_until=clock.utc(world.tick * clock.tick_s).isoformat(),
    )
    return _as_run(folder, kpis, content)


def _as_run(folder: Path, kpis: Kpis, manifest: dict[str, Any]) -> Run:
    return Run(folder, kpis.values, kpis.units, manifest)
