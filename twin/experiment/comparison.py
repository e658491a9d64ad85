"""Many controllers over the same seeds: paired, with intervals, and a front of cost against discomfort."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin import results, workers
from twin.basics.errors import ControllerError, ResultsError, TwinError
from twin.building.assembly import Building, assemble, checked_seeds
from twin.experiment.references import References
from twin.experiment.references import references as references_for
from twin.experiment.single import (
    PREPARED,
    Agent,
    Progress,
    Run,
    build_for,
    expected_bytes,
    run,
    task_for,
    warm,
)
from twin.experiment.table import against, baseline_of, front, summary_table
from twin.kpi import INDICATORS
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.results import Manifest
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.dump import scenario_yaml
from twin.scenario.schema import Scenario

DAY_S = 86_400
UNPAID = (
    "the run ends on a day off: what drifted by then is not paid for; another first day (--start) mends it"
)
EFFORT = {"foresight": 8.0, "mpc": 8.0}  # of a run of these kinds, in runs of a rule: for the progress bar
PREPARING = {"foresight": "{name} plans, seed {seed}", "mpc": "{name} looks ahead, seed {seed}"}


@dataclass(frozen=True)
class Comparison:
    """Controllers on the same seeds.

    Attributes
    ----------
    folder
        Where everything is.
    table
        Indicator: agent: mean, iqm, low, high, count, difference (to the baseline, paired), best.
    pareto
        Agents (references aside) that no other beats in cost and occupied discomfort at once, cheapest first.
    ratios
        Agent: CityLearn's ratios to the baseline, means over seeds.
    runs
        Finished runs, by agent and seed.
    manifest
        The content of manifest.json.
    """

    folder: Path
    table: dict[str, dict[str, Any]]
    pareto: list[str]
    ratios: dict[str, dict[str, float | None]]
    runs: dict[str, dict[int, Run]]
    manifest: dict[str, Any]


@dataclass(frozen=True)
class _Job:
    """One run of a comparison; everything in it can be sent to another process."""

    scenario: Scenario
    agent: AgentSpec
    seed: int
    folder: Path


def compare(
    scenario: Scenario | str | Path,
    agents: Agent | Sequence[Agent],
    seeds: int | Sequence[int] = 5,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    references: bool = True,
) -> Comparison:
    """Run every agent on every seed and say what can be said: paired, with intervals.

    Parameters
    ----------
    scenario
        From load_scenario, or a name or path.
    agents
        Names, paths or specs of controllers with different names.
    seeds
        How many (0, 1, ...), or which.
    jobs
        Processes at the same time.
    out
        The results folder, new or empty; None makes one in `results/`.
    progress
        Called with the share of all runs done and words.
    references
        Also run what others are measured by, where it is not named: `random`, `constant`, and `foresight`
        with a quick search, unless there are more days than are planned unasked (see
        `twin.experiment.references`).

    Raises
    ------
    TwinError
        Bad input, or results that cannot be written.

    Notes
    -----
    Ctrl-C ends it early: the finished runs are compared, the manifest says "interrupted", and runs that were
    not finished lie in `unfinished/`.
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    agents = [agents] if isinstance(agents, str | Path | AgentSpec) else agents
    named = [agent if isinstance(agent, AgentSpec) else load_agent(agent) for agent in agents]
    chosen = _chosen(seeds)
    _check(named, chosen)
    building = assemble(scenario, [chosen[0]])
    beside = references_for(named, building, len(chosen)) if references else References()
    specs = [*named, *beside.agents]
    for spec in specs:
        task = task_for(spec, building)
        if spec.kind not in PREPARED:
            build_for(spec, task, chosen[0])  # a wrong parameter is better found now
    warm(building)
    folder = results.make_folder(
        out,
        results.run_id(scenario.name, "comparison"),
        expected_bytes(building) * len(specs) * len(chosen),
    )
    manifest = Manifest(folder, _about_comparison(scenario, named, beside, chosen) | _remarks(building))
    results.write_text(folder / "scenario.yaml", scenario_yaml(scenario))
    todo = [
        _Job(scenario, spec, seed, folder / "runs" / spec.name / f"seed-{seed}")
        for group in (named, *([spec] for spec in beside.agents))  # Ctrl-C costs the last reference first
        for seed in chosen
        for spec in group
    ]
    try:
        done = _Collector(folder, todo, progress)
        (_serial if jobs <= 1 or len(todo) == 1 else _parallel)(todo, jobs, done)
        return _compared(folder, manifest, scenario, done)
    except BaseException as error:
        with suppress(TwinError):
            manifest.fail(error)
        raise


def _chosen(seeds: int | Sequence[int]) -> list[int]:
    """Which seeds; a number says how many."""
    if not isinstance(seeds, int) or isinstance(seeds, bool):
        return list(checked_seeds(seeds))
    if seeds < 1:
        raise TwinError("a comparison needs seeds", key="seeds", value=seeds, allowed="at least 1")
    return list(range(seeds))


def _check(specs: Sequence[AgentSpec], seeds: Sequence[int]) -> None:
    names = [spec.name for spec in specs]
    if not names or len(set(names)) < len(names):
        raise ControllerError(
            "agents need different names", key="agents", value=", ".join(names), allowed="each once"
        )
    if len(set(seeds)) < len(seeds):
        raise TwinError("a seed comes twice", key="seeds", value=list(seeds), allowed="each once")


def _about_comparison(
    scenario: Scenario, named: Sequence[AgentSpec], beside: References, seeds: Sequence[int]
) -> dict[str, Any]:
    specs = [*named, *beside.agents]
    return {
        "kind": "comparison",
        "scenario": scenario.name,
        "title": scenario.title,
        "agents": [spec.name for spec in specs],
        "references": [spec.name for spec in beside.agents],
        "references_left_out": beside.missing,
        "agent_specs": [spec.model_dump(mode="json") for spec in specs],
        "baseline": baseline_of(scenario, [spec.name for spec in named]),
        "seeds": list(seeds),
        "hashes": {
            "scenario": results.digest(scenario_yaml(scenario)),
            "physics": results.physics_hash(),
        },
    }


def _remarks(building: Building) -> dict[str, list[str]]:
    """What a reader of the differences should know, a line each."""
    expected: Float = building.boundary.bounds[:, :, la.B_EXPECTED].sum(axis=1)
    last_day = expected[-DAY_S // building.clock.boundary_step_s :]
    return {"remarks": [UNPAID] if expected.any() and not last_day.any() else []}


@dataclass
class _Collector:
    """Finished runs of a comparison, and how far it is."""

    folder: Path
    todo: Sequence[_Job]
    progress: Progress | None
    runs: dict[str, dict[int, Run]] = field(default_factory=dict)
    interrupted: bool = False
    finished: int = 0
    _ended: set[Path] = field(default_factory=set)

    def take(self, job: _Job, found: Run) -> None:
        """Keep a finished run; move one that was cut short out of the comparison."""
        if found.state != "complete":
            self.interrupted = True
            self.set_aside(job)
            return
        self.runs.setdefault(job.agent.name, {})[job.seed] = found
        self.finished += 1
        self._ended.add(job.folder)
        self.begin()

    def begin(self) -> None:
        """Tell what is under way: the first run that has not ended."""
        left = [job for job in self.todo if job.folder not in self._ended]
        if left:
            self.show(0.0, left[0])

    def interrupt(self) -> None:
        """Note that Ctrl-C came."""
        self.interrupted = True

    def set_aside(self, job: _Job) -> None:
        """Move an unfinished run to `unfinished/<agent>/seed-<n>`."""
        if job.folder.exists():
            place = self.folder / "unfinished" / job.agent.name / job.folder.name
            place.parent.mkdir(parents=True, exist_ok=True)
            job.folder.rename(place)

    def show(self, share: float, job: _Job) -> None:
        """Tell how far all runs together are, `share` of the running one included."""
        if self.progress is None:
            return
        effort = {each.folder: EFFORT.get(each.agent.kind, 1.0) for each in self.todo}
        ended = sum(effort[folder] for folder in self._ended)
        doing = PREPARING.get(job.agent.kind, "{name}, seed {seed}").format(
            name=job.agent.name, seed=job.seed
        )
        at = f"run {min(len(self._ended) + 1, len(self.todo))} of {len(self.todo)}: {doing}"
        self.progress((ended + share * effort[job.folder]) / sum(effort.values()), at)


def _serial(todo: Sequence[_Job], _jobs: int, done: _Collector) -> None:
    for job in todo:
        done.show(0.0, job)
        try:
            found = run(
                job.scenario,
                job.agent,
                job.seed,
                job.folder,
                progress=lambda share, job=job: done.show(share, job),
            )
        except KeyboardInterrupt:
            done.interrupted = True
            done.set_aside(job)
            return
        done.take(job, found)
        if done.interrupted:
            return


def _parallel(todo: Sequence[_Job], jobs: int, done: _Collector) -> None:
    """Runs in other processes; after Ctrl-C the running ones close their folders."""
    done.begin()
    try:
        for job, found in workers.each(_run_job, todo, jobs, done.interrupt):
            if found is not None:
                done.take(job, found)
            else:
                done.interrupt()
                done.set_aside(job)
    except BrokenProcessPool as error:
        raise ResultsError(
            "a run was ended from outside (killed, or out of memory); finished runs are kept",
            file=done.folder,
            allowed="fewer jobs at a time where memory is short",
        ) from error


def _run_job(job: _Job) -> Run:
    return run(job.scenario, job.agent, job.seed, job.folder)


def _compared(folder: Path, manifest: Manifest, scenario: Scenario, done: _Collector) -> Comparison:
    names, baseline = manifest.content["agents"], manifest.content["baseline"]
    aside = manifest.content["references"]
    values = {name: {seed: found.kpis for seed, found in done.runs.get(name, {}).items()} for name in names}
    table = summary_table(values, baseline, aside)
    pareto = front(table, aside)
    ratios = against(scenario, done.runs, baseline)
    state: results.State = "interrupted" if done.interrupted else "complete"
    results.write_json(
        folder / "comparison.json",
        {
            "format": results.FORMAT,
            "agents": names,
            "references": aside,
            "baseline": baseline,
            "seeds": manifest.content["seeds"],
            "runs": [
                {"agent": name, "seed": seed, "folder": f"runs/{name}/seed-{seed}", "kpis": kpis}
                for name, found in values.items()
                for seed, kpis in sorted(found.items())
            ],
            "units": {row.name: row.unit.format(currency=scenario.tariff.currency) for row in INDICATORS},
            "table": table,
            "pareto": {"x": "cost_tot", "y": "tdis_occ", "front": pareto},
            "against_baseline": ratios,
        },
    )
    content = manifest.finish(state, finished_runs=done.finished, asked_runs=len(done.todo))
    return Comparison(folder, table, pareto, ratios, done.runs, content)
