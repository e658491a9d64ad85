"""`twin train`: a few seeds of one learner on one scenario, in a results folder that explains itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from twin import results, workers
from twin.basics.errors import TwinError
from twin.building.assembly import assemble
from twin.results import Manifest
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_learner, load_scenario
from twin.scenario.dump import scenario_yaml
from twin.scenario.first_days import Use, starts
from twin.scenario.learners import Learner
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.telemetry.storage import whole_file
from twin.training import algorithms
from twin.training.diary import BEST, ONNX
from twin.training.evaluation import OBJECTIVE, REWARD, HeldOut, Values, check_rule
from twin.training.going_on import KIND, LEARNER, SCENARIO, what_goes_on
from twin.training.place import check_effects, for_scenario, telling_where
from twin.training.seed import Job, Outcome
from twin.training.together import Progress, every_seed

SUMMARY = "summary.json"


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C where nothing could be told any more.

    Attributes
    ----------
    folder
        What was finished lies there.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(f"what was finished is in {folder}")
        self.folder = folder


@dataclass(frozen=True)
class Training:
    """What came of a training.

    Attributes
    ----------
    folder
        Where everything is.
    outcomes
        One per seed that was begun, in order of the seeds.
    rules
        Rule: its indicators on the held-out episodes; the scenario's baseline first.
    units
        Of the indicators.
    manifest
        The content of manifest.json.
    objective
        `evaluate.objective` of the learner.
    """

    folder: Path
    outcomes: tuple[Outcome, ...]
    rules: dict[str, Values]
    units: dict[str, str]
    manifest: dict[str, Any]
    objective: str = "reward"

    @property
    def state(self) -> str:
        """complete or interrupted."""
        return str(self.manifest["state"])

    @property
    def best(self) -> Outcome | None:
        """The seed with the best evaluation.

        Where every seed keeps what it learned at last, scores are steps and say nothing about seeds: then
        the one with the least cost and discomfort on the held-out episodes.
        """
        tried = {o.seed: o.best for o in self.outcomes if o.best is not None}
        if not tried:
            return None
        if self.objective == "last" and all(OBJECTIVE in row for row in tried.values()):
            chosen = min(tried, key=lambda seed: tried[seed][OBJECTIVE])
        else:  # evaluations of earlier versions do not hold the indicator
            chosen = max(tried, key=lambda seed: (tried[seed]["score"], tried[seed][REWARD]))
        return next(o for o in self.outcomes if o.seed == chosen)


def train(
    scenario: Scenario | str | Path,
    learner: Learner | str | Path,
    seeds: int | Sequence[int] = 1,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> Training:
    """Train a learner with several seeds and keep of each the best policy on held-out episodes.

    Parameters
    ----------
    scenario, learner
        Names, paths, or what was read from them; the learner's changes for this scenario are applied.
    seeds
        How many (0, 1, ...), or which.
    jobs
        Processes at the same time.
    out
        The results folder, new or empty; None makes one in `results/`.
    progress
        Called with the share done, 0-1, and words.
    command
        Noted in the policies: what made them.

    Raises
    ------
    TwinError
        Bad input, or results that cannot be written; the manifest of a begun training then says "failed".
    MissingExtraError
        The extra `rl` is not installed.
    TrainingInterrupted
        Ctrl-C twice, or before the first seed; `resume` goes on.
    """
    workers.check_begun()
    scenario = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    learner = load_learner(learner) if isinstance(learner, str | Path) else learner
    learner = for_scenario(learner, scenario.name)
    chosen = list(range(seeds)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
    if not chosen or min(chosen) < 0 or len(set(chosen)) < len(chosen):
        raise TwinError(
            "these are no training seeds", key="seeds", value=seeds, allowed="at least 1, each once"
        )
    algorithms.check(learner, scenario)
    scenario = varied(scenario, learner)
    check_starts(scenario, learner, ("training", "evaluation"))
    agents = rule_agents(scenario, learner)
    check_effects(scenario, learner)
    warm(scenario)
    held_out = HeldOut(scenario, learner)
    about = _about(scenario, learner, chosen, held_out, command)
    folder = results.make_folder(out, results.run_id(scenario.name, learner.name))
    manifest = Manifest(folder, about)
    with told_failure(manifest):
        results.write_text(folder / SCENARIO, scenario_yaml(scenario))
        results.write_text(folder / LEARNER, learner_yaml(learner))
        rules = {name: held_out.play_rule(agent) for name, agent in agents.items()}
        baseline = rules[compared_with(learner, rules)]
        todo = [Job(folder, scenario, learner, seed, baseline, command) for seed in chosen]
        return _conclude(manifest, learner, every_seed(todo, jobs, held_out, progress), rules, held_out.units)


def resume(
    folder: str | Path,
    steps: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Training:
    """Go on with a training where it stopped, in the same folder.

    Parameters
    ----------
    folder
        Of `train`.
    steps
        Train until so many in all, no fewer than any seed has; None: as many as were planned.

    Raises
    ------
    ResultsError
        The folder is not one of a training, or it was made from another version of the physics or another
        scenario than lies there, or a seed is further than `steps`; nothing has changed then.
    TrainingInterrupted
        Ctrl-C twice, or before the first seed.
    """
    workers.check_begun()
    folder = Path(folder)
    known = what_goes_on(folder, steps)
    scenario, learner = load_scenario(folder / SCENARIO), load_learner(folder / LEARNER)
    if steps is not None:
        learner = learner.updated({"training": {"steps": steps}})
    algorithms.check(learner, scenario)
    check_starts(scenario, learner, ("training", "evaluation"))
    agents = {} if known.get("rules") else rule_agents(scenario, learner)
    warm(scenario)
    held_out = HeldOut(scenario, learner)
    manifest = Manifest(
        folder,
        {
            **_about(scenario, learner, known["seeds"], held_out, known["command"]),
            "hashes": known["hashes"],
            "resumed": int(known.get("resumed", 0)) + 1,
        },
    )
    with told_failure(manifest):
        results.write_text(folder / LEARNER, learner_yaml(learner))
        rules: dict[str, Values] = known.get("rules") or {
            name: held_out.play_rule(agent) for name, agent in agents.items()
        }
        baseline = rules[compared_with(learner, rules)]
        todo = [Job(folder, scenario, learner, s, baseline, known["command"], True) for s in known["seeds"]]
        return _conclude(manifest, learner, every_seed(todo, jobs, held_out, progress), rules, held_out.units)


def rules_of(scenario: Scenario, learner: Learner) -> list[str]:
    """Rules played beside: the scenario's baseline, one that leads, and those asked for."""
    leads = [learner.task.rule] if learner.task.rule else []
    return [scenario.run.baseline, *leads, *learner.evaluate.rules]


def rule_agents(scenario: Scenario, learner: Learner) -> dict[str, AgentSpec]:
    """Those rules by name, each once.

    Raises
    ------
    TwinError
        There is no such agent, or it is no rule.
    """
    found: dict[str, AgentSpec] = {}
    keys = {scenario.run.baseline: "run.baseline", learner.task.rule: "task.rule"}
    keys |= dict.fromkeys(learner.evaluate.rules, "evaluate.rules")
    for name in rules_of(scenario, learner):
        try:
            found[name] = load_agent(name)
            check_rule(found[name])
        except TwinError as error:
            if error.file is None:
                error.key = keys[name]
                learner.locate(error)
            raise
    return found


def check_starts(scenario: Scenario, learner: Learner, uses: Sequence[Use]) -> None:
    """Raise ScenarioError for first days that are none, or whose episodes serve two uses."""
    with telling_where(learner):
        for use in uses:
            starts(learner, use, scenario)


def compared_with(learner: Learner, rules: Mapping[str, object]) -> str:
    """The rule whose comfort a policy must keep: the one that leads it, else the scenario's baseline."""
    return learner.task.rule if learner.task.rule in rules else next(iter(rules))


def varied(scenario: Scenario, learner: Learner) -> Scenario:
    """The scenario with the variability of weather that the learner asks for, in training and evaluation."""
    asked = learner.training.weather_variability
    return scenario if asked is None else scenario.altered("site", weather_variability=asked)


def learner_yaml(learner: Learner) -> str:
    """A learner's file."""
    found = learner.model_dump(mode="json", exclude_unset=True)
    first = ("name", "kind", "title", "description", "policy")
    data = {"format": 1, **{key: found[key] for key in first if key in found}}
    data |= {key: value for key, value in found.items() if key not in data}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def warm(scenario: Scenario) -> None:
    """Compile before any folder is made and any process starts."""
    building = assemble(scenario.updated(days=1), [0])
    Simulator(building).advance(np.repeat(building.command_default[None, :], building.count, axis=0), 1)


def _about(
    scenario: Scenario, learner: Learner, seeds: list[int], held_out: HeldOut, command: str
) -> dict[str, Any]:
    return {
        "kind": KIND,
        "scenario": scenario.name,
        "title": scenario.title,
        "agent": learner.name,
        "algorithm": learner.kind,
        "seeds": seeds,
        "steps_planned": learner.training.steps,
        "command": command,
        "hashes": {"scenario": results.digest(scenario_yaml(scenario)), "physics": results.physics_hash()},
        "packages": _packages(),
        "held_out": [
            {"start": start, "seed": seed, "days": held_out.days} for start, seed in held_out.episodes
        ],
    }


def _packages() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for package in ("torch", "stable-baselines3", "sb3-contrib", "gymnasium"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


@contextmanager
def told_failure(manifest: Manifest) -> Iterator[None]:
    """Whatever ends this is noted in the manifest, so that no folder claims to be running for ever."""
    try:
        yield
    except BaseException as error:
        with suppress(TwinError):
            manifest.fail(error)
        if isinstance(error, KeyboardInterrupt):
            raise TrainingInterrupted(manifest.path.parent) from error
        raise


def _conclude(
    manifest: Manifest,
    learner: Learner,
    outcomes: list[Outcome],
    rules: dict[str, Values],
    units: dict[str, str],
) -> Training:
    """The best seed's policy beside the seeds' folders, the summary, and the last manifest."""
    folder = manifest.path.parent
    whole = len(outcomes) == len(manifest.content["seeds"]) and all(o.state == "complete" for o in outcomes)
    made = Training(folder, tuple(outcomes), rules, units, {}, learner.evaluate.objective)
    best = made.best
    if best is not None:
        for name in (BEST, ONNX):
            source = folder / f"seed-{best.seed}" / name
            if source.is_file():
                with whole_file(folder / name, "a policy") as stream:
                    stream.write(source.read_bytes())
            else:  # of another seed, or of an earlier policy
                (folder / name).unlink(missing_ok=True)
    results.write_json(
        folder / SUMMARY,
        {
            "format": 1,
            "rules": rules,
            "units": units,
            "best_seed": None if best is None else best.seed,
            "seeds": {
                str(o.seed): {
                    "state": o.state,
                    "steps": o.steps,
                    "wall_s": round(o.wall_s, 1),
                    "best": o.best,
                }
                for o in outcomes
            },
        },
    )
    content = manifest.finish(
        "complete" if whole else "interrupted",
        rules=rules,
        units=units,
        steps={str(o.seed): o.steps for o in outcomes},
    )
    return replace(made, manifest=content)
