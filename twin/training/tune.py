"""`twin tune`: a study of Optuna over a learner's parameters, in a journal that can be gone on with."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin import results
from twin.basics.errors import MissingExtraError, ResultsError, TwinError
from twin.results import Manifest
from twin.scenario.dump import scenario_yaml
from twin.scenario.learners import Learner, Search
from twin.scenario.schema import Scenario
from twin.training import algorithms
from twin.training.evaluation import OBJECTIVE, HeldOut, Values
from twin.training.going_on import LEARNER, SCENARIO
from twin.training.place import check_effects, for_scenario
from twin.training.seed import Job, train_seed
from twin.training.train import (
    check_starts,
    compared_with,
    learner_yaml,
    rule_agents,
    told_failure,
    varied,
    warm,
)

JOURNAL, TRIALS, BEST = "journal.log", "trials", "best.yaml"
KIND = "tuning"
_SEED = 1_000  # of trials' models; training's own are small
_EVALUATIONS = 5  # of a trial at least, so that a bad one can end early


@dataclass(frozen=True)
class Tuning:
    """What came of a study.

    Attributes
    ----------
    folder, scenario
        Where, and for what.
    learner
        The file with the best parameters.
    best, score
        Parameters of the best trial, and its best evaluation; empty before the first one has ended.
    finished, pruned
        Trials to the end, and those that were ended early.
    interrupted
        By Ctrl-C.
    """

    folder: Path
    scenario: str
    learner: Path
    best: dict[str, Any]
    score: float
    finished: int
    pruned: int
    interrupted: bool


def tune(
    scenario: Scenario,
    learner: Learner,
    trials: int | None = None,
    steps: int | None = None,
    out: str | Path | None = None,
    progress: Callable[..., None] | None = None,
) -> Tuning:
    """Try parameters from the learner's `search` and write the best as a learner's file.

    Parameters
    ----------
    scenario, learner
        The learner with its changes for the scenario.
    trials
        In all, those that the study in `out` holds included; None: the learner's.
    steps
        Of each trial; None: the learner's.
    out
        New, empty, or the folder of a study of the same scenario, task and search, which then goes on.

    Raises
    ------
    TwinError
        Nothing to search, bad input, another study's folder, results that cannot be written.
    MissingExtraError
        The extra `rl` is not installed.
    """
    learner = for_scenario(learner, scenario.name)
    if not learner.search:
        raise TwinError(
            "this learner says nothing about where to look",
            key="search",
            value=learner.name,
            allowed="search: {learning_rate: {low: 0.0001, high: 0.003, log: true}}",
        )
    algorithms.check(learner, scenario)
    scenario = varied(scenario, learner)
    check_starts(scenario, learner, ("training", "tuning"))
    agents = rule_agents(scenario, learner)
    check_effects(scenario, learner)
    optuna = _optuna()
    warm(scenario)
    planned = trials or learner.tuning.trials
    short = _short(learner, steps or learner.tuning.steps)
    held_out = HeldOut(scenario, short, "tuning")
    folder, manifest = _opened(scenario, short, planned, out)
    with told_failure(manifest):
        results.write_text(folder / SCENARIO, scenario_yaml(scenario))
        results.write_text(folder / LEARNER, learner_yaml(short))
        baseline = held_out.play_rule(agents[compared_with(learner, agents)])
        study = _study(optuna, folder, short)
        effort = _Effort(optuna, folder, scenario, short, held_out, baseline, planned, progress)
        effort.spend(study)
        return _conclude(optuna, study, learner, folder, manifest, effort.interrupted)


def _optuna() -> Any:
    try:
        optuna = importlib.import_module("optuna")
        importlib.import_module("optuna.storages.journal")
    except ImportError as missing:
        raise MissingExtraError("optuna", "rl") from missing
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _study(optuna: Any, folder: Path, learner: Learner) -> Any:
    """The study in the folder's journal, new or as far as it was."""
    backend = optuna.storages.journal
    storage = optuna.storages.JournalStorage(backend.JournalFileBackend(str(folder / JOURNAL)))
    return optuna.create_study(
        study_name=learner.name,
        storage=storage,
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=len(_known(storage, learner.name)), n_startup_trials=5),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=learner.training.steps // 3),
    )


def _known(storage: Any, name: str) -> list[Any]:
    """Trials that the journal holds: a continued study draws on, not again."""
    try:
        return list(storage.get_all_trials(storage.get_study_id_from_name(name)))
    except KeyError:
        return []


def _short(learner: Learner, steps: int) -> Learner:
    """The learner as trials train it: fewer steps, evaluations often enough to end a bad one early."""
    every = min(learner.training.evaluate_every, max(1, steps // _EVALUATIONS))
    return learner.updated(
        {"training": {"steps": steps, "evaluate_every": every, "checkpoint_every": 10 * steps}}
    )


def _opened(
    scenario: Scenario, learner: Learner, trials: int, out: str | Path | None
) -> tuple[Path, Manifest]:
    """The study's folder: new, or one with the same scenario and learner."""
    about = {
        "kind": KIND,
        "scenario": scenario.name,
        "agent": learner.name,
        "algorithm": learner.kind,
        "trials_planned": trials,
        "hashes": {
            "scenario": results.digest(scenario_yaml(scenario)),
            "learner": results.digest(learner_yaml(learner)),
            "physics": results.physics_hash(),
        },
    }
    folder = None if out is None else Path(out)
    if folder is not None and (folder / "manifest.json").is_file():
        known = results.read_json(folder / "manifest.json")
        if known.get("kind") != KIND or known.get("hashes") != about["hashes"]:
            raise ResultsError(
                "this study is of another scenario or learner, or of another version of the physics",
                file=folder,
                value=known.get("agent"),
                allowed="a new folder, or the same command as before",
            )
        return folder, Manifest(folder, about)
    made = results.make_folder(out, results.run_id(scenario.name, f"{learner.name}-tuning"))
    return made, Manifest(made, about)


class _Effort:
    """Trials one after another, until there are enough or Ctrl-C comes."""

    def __init__(
        self,
        optuna: Any,
        folder: Path,
        scenario: Scenario,
        learner: Learner,
        held_out: HeldOut,
        baseline: Values,
        planned: int,
        progress: Callable[..., None] | None,
    ) -> None:
        self._optuna, self._folder, self._held_out, self._planned = optuna, folder, held_out, planned
        self._job = Job(folder / TRIALS, scenario, learner, _SEED, baseline)
        self._progress, self.interrupted = progress, False

    def spend(self, study: Any) -> None:
        """Try until there are as many as planned."""
        ended = self._optuna.trial.TrialState
        done = sum(
            trial.state in (ended.COMPLETE, ended.PRUNED) for trial in study.get_trials(deepcopy=False)
        )
        while done < self._planned and not self.interrupted:
            self._try(study, study.ask(), done)
            done += 1

    def _try(self, study: Any, trial: Any, done: int) -> None:
        """One trial; told as failed where Ctrl-C ended it, so that it counts for nothing."""
        state = self._optuna.trial.TrialState
        learner = applied(
            self._job.learner, {name: _drawn(trial, name, s) for name, s in self._job.learner.search.items()}
        )
        job = replace(self._job, folder=self._folder / TRIALS / str(trial.number), learner=learner)

        def tell(share: float, words: str) -> None:
            if self._progress is not None:
                self._progress((done + share) / self._planned, f"trial {trial.number}, {words}")

        def report(row: dict[str, float]) -> None:
            trial.report(_worth(learner, row), int(row["steps"]))
            if trial.should_prune():
                raise self._optuna.TrialPruned

        try:
            outcome = train_seed(job, tell, self._held_out, report)
        except self._optuna.TrialPruned:
            study.tell(trial, state=state.PRUNED)
            return
        except KeyboardInterrupt:
            self.interrupted = True
            study.tell(trial, state=state.FAIL)
            return
        except TwinError:  # parameters that do not go together, or a training that broke: tells the sampler
            study.tell(trial, state=state.FAIL)
            if not any(t.state == state.COMPLETE for t in study.get_trials(deepcopy=False)):
                raise
            return
        if outcome.state == "interrupted" or outcome.best is None:
            self.interrupted = True
            study.tell(trial, state=state.FAIL)
        else:
            study.tell(trial, _worth(learner, outcome.best))


def _worth(learner: Learner, row: Mapping[str, float]) -> float:
    """What a trial has most of: its score; cost and discomfort decide where that only counts steps."""
    return -row[OBJECTIVE] if learner.evaluate.objective == "last" else row["score"]


def _drawn(trial: Any, name: str, search: Search) -> Any:
    if search.choices:
        texts = [str(choice) for choice in search.choices]  # Optuna wants plain values; lists are not
        return search.choices[texts.index(trial.suggest_categorical(name, texts))]
    if search.low is None or search.high is None:
        raise TwinError("where to look is missing", key=f"search.{name}", allowed="low and high, or choices")
    if search.whole:
        return trial.suggest_int(name, round(search.low), round(search.high), log=search.log)
    return trial.suggest_float(name, search.low, search.high, log=search.log)


def applied(learner: Learner, drawn: dict[str, Any]) -> Learner:
    """The learner with these parameters, each in the section that takes it."""
    policy = algorithms.policy_names(learner)
    own = {name: value for name, value in drawn.items() if name not in policy}
    return learner.updated(
        {"parameters": own, "policy_kwargs": {n: v for n, v in drawn.items() if n in policy}}
    )


def _conclude(
    optuna: Any, study: Any, learner: Learner, folder: Path, manifest: Manifest, interrupted: bool
) -> Tuning:
    state = optuna.trial.TrialState
    trials = study.get_trials(deepcopy=False)
    finished = [trial for trial in trials if trial.state == state.COMPLETE]
    best: dict[str, Any] = {}
    score = float("nan")
    if finished:
        top = max(finished, key=lambda trial: trial.value)
        score = float(top.value)
        best = {name: _value(learner.search[name], value) for name, value in top.params.items()}
        words = f"Trial {top.number} of a study of {len(trials)} on {manifest.content['scenario']}."
        tuned = applied(learner, best).updated({"name": f"{learner.name}_tuned", "description": words})
        results.write_text(folder / BEST, learner_yaml(tuned))
    results.write_json(
        folder / "trials.json",
        {
            "format": 1,
            "trials": [
                {
                    "number": t.number,
                    "state": t.state.name.lower(),
                    "score": t.value,
                    "parameters": t.params,
                    "evaluations": t.intermediate_values,
                }
                for t in trials
            ],
        },
    )
    manifest.finish("interrupted" if interrupted else "complete", best=best, score=score, trials=len(trials))
    pruned = sum(trial.state == state.PRUNED for trial in trials)
    return Tuning(
        folder, manifest.content["scenario"], folder / BEST, best, score, len(finished), pruned, interrupted
    )


def _value(search: Search, found: Any) -> Any:
    if not search.choices:
        return found
    return search.choices[[str(choice) for choice in search.choices].index(found)]
