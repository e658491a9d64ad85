"""The commands for learners: train, go on, tune, and tell what came of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin import terminal
from twin.basics.errors import ScenarioError, TwinError, nearest
from twin.options import Out, Quiet, Reward, ScenarioName, Sets, Steps, Task, processes

if TYPE_CHECKING:
    from twin.scenario.learners import Learner
    from twin.training.train import Training
    from twin.training.tune import Tuning

_RESUME, _SAME = "go on with: twin train --resume {}", "the same command with --out {} goes on"


@dataclass(frozen=True)
class Wishes:
    """What the command line changes in a learner's file; None and (): nothing."""

    steps: int | None = None
    envs: int | None = None
    days: int | None = None
    starts: str | None = None
    reward: str | None = None
    task: Sequence[str] = ()
    parameters: Sequence[str] = ()
    training: dict[str, Any] = field(default_factory=dict)

    def changes(self) -> dict[str, Any]:
        """As a learner's file would say it; raises ScenarioError for a pair or a first day that is none."""
        given = {"steps": self.steps, "envs": self.envs, "days": self.days}
        training = {name: value for name, value in given.items() if value is not None} | self.training
        if self.starts is not None:
            training["starts"] = _first_days(self.starts)
        task = _pairs(self.task, "--task")
        if self.reward is not None:
            task["reward"] = self.reward
        found = {"training": training, "task": task, "parameters": _pairs(self.parameters, "--set")}
        return {section: values for section, values in found.items() if values}


def train(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name or a file; not needed with --resume.")
    ] = "",
    agent: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The learner: ppo (default), es, sac, td3, a2c, ..., or a file."),
    ] = None,
    steps: Steps = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Training seeds 0 to N-1; default: 1.")
    ] = None,
    envs: Annotated[int | None, typer.Option(metavar="N", min=1, help="Buildings side by side.")] = None,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=0, help="Seeds at the same time; 0: one per processor core.")
    ] = 0,
    task: Task = None,
    set_: Sets = None,
    reward: Reward = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="First days of training's episodes: dates, or named periods."),
    ] = None,
    days: Annotated[int | None, typer.Option(metavar="N", min=1, help="Length of an episode.")] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on with this training; --steps: until so many.")
    ] = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Train a learner, keep its best policy on weeks and seeds that it does not train on, draw its curve.

    Ctrl-C ends it with everything in place; --resume goes on. Needs the extra rl; es does not.

    \b
    Examples:
      twin train office --agent ppo --seeds 3
      twin train home --agent sac --steps 100000 --task past_steps=2 --set learning_rate=0.001
      twin train --resume results/office-ppo-20260102-120000 --steps 2000000
    """
    wishes = Wishes(steps, envs, days, start, reward, task or (), set_ or ())
    if resume is not None:
        known = _check_resume((agent, seeds, out), scenario, wishes, resume)
        if not _nothing_left(resume, known, steps):
            _go_on(resume, steps, processes(jobs), quiet)
        return
    _train(
        _named(scenario), "ppo" if agent is None else agent, wishes, seeds or 1, processes(jobs), out, quiet
    )


def tune(
    scenario: ScenarioName,
    agent: Annotated[str, typer.Option(metavar="NAME", help="The learner: a name or a file.")] = "ppo",
    trials: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Trials in all; those in --out count.")
    ] = None,
    steps: Steps = None,
    envs: Annotated[int | None, typer.Option(metavar="N", min=1, help="Buildings side by side.")] = None,
    task: Task = None,
    set_: Sets = None,
    reward: Reward = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the study; the same folder goes on with it.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Try parameters of a learner on weeks and seeds of neither training's nor evaluation's.

    Writes the best as a learner's file. Ctrl-C ends it; the same --out goes on. Needs the extra rl.

    \b
    Examples:
      twin tune office --agent ppo --trials 20
      twin tune office --agent sac --steps 50000 --out results/study
    """
    wishes = Wishes(None, envs, None, None, reward, task or (), set_ or ())
    _tune(scenario, agent, wishes, trials, steps, out, quiet)


def _named(scenario: str) -> str:
    if not scenario:
        from twin.scenario.catalog import available

        raise TwinError("train on which scenario?", allowed=", ".join(available("scenarios")))
    return scenario


def learner_for(agent: str, scenario: str, wishes: Wishes) -> Learner:
    """The learner of a file with what the command line changes; raises ScenarioError."""
    from twin.scenario.catalog import load_learner
    from twin.training.place import for_scenario

    return for_scenario(load_learner(agent), scenario).updated(wishes.changes())


def _train(
    scenario: str, agent: str, wishes: Wishes, seeds: int, jobs: int, out: Path | None, quiet: bool
) -> None:
    """Train, tell, and end as `twin run` does."""
    with _told_interrupted(_RESUME):
        from twin.scenario.catalog import load_scenario
        from twin.training.train import train as train_all

        chosen = load_scenario(scenario)
        learner = learner_for(agent, chosen.name, wishes)
        terminal.announce_compiling()
        with terminal.progress(f"{chosen.name}, {learner.name}", quiet) as bar:
            made = train_all(
                chosen, learner, seeds=seeds, jobs=min(jobs, seeds), out=out, progress=bar, command=_command()
            )
    _tell(made)


def _go_on(folder: Path, steps: int | None, jobs: int, quiet: bool) -> None:
    """Continue a training and tell."""
    with _told_interrupted(_RESUME, folder):
        from twin.training.train import resume

        terminal.announce_compiling()
        with terminal.progress(folder.name, quiet) as bar:
            made = resume(folder, steps, jobs, bar)
    _tell(made)


def _tune(
    scenario: str,
    agent: str,
    wishes: Wishes,
    trials: int | None,
    steps: int | None,
    out: Path | None,
    quiet: bool,
) -> None:
    """Look for parameters and tell."""
    with _told_interrupted(_SAME):
        from twin.scenario.catalog import load_scenario
        from twin.training.tune import tune as tune_all

        chosen = load_scenario(scenario)
        learner = learner_for(agent, chosen.name, wishes)
        terminal.announce_compiling()
        with terminal.progress(f"{chosen.name}, {learner.name}", quiet) as bar:
            found = tune_all(chosen, learner, trials=trials, steps=steps, out=out, progress=bar)
    _tell_tuning(found)


def _tell(made: Training) -> None:
    """The best policy beside the rules, the curves, and what one can do next."""
    from twin.report.learning import draw_learning_curve

    _table(made)
    folder = terminal.shown_path(made.folder)
    picture = draw_learning_curve(made.folder)
    if picture is not None:
        terminal.show(f"learning curve: {terminal.shown_path(picture)}")
    best = made.best
    if best is not None:
        scenario = made.manifest["scenario"]
        policy = shlex.quote(f"{folder}/policy.zip")
        terminal.show(f"best policy: {policy} (seed {best.seed})")
        rules = ",".join(made.rules)
        terminal.say(f"next: twin compare {scenario} --agents {rules},{policy}")
    terminal.show(f"results: {folder}")
    if made.state == "interrupted":
        raise _interrupted(_RESUME, made.folder)


def _table(made: Training) -> None:
    from twin.training.evaluation import table

    tried = [outcome for outcome in made.outcomes if outcome.best is not None]
    best = made.best
    if best is None or best.best is None:
        terminal.say("nothing was evaluated yet")
        return
    name = str(made.manifest["agent"])
    rows = [*made.rules.items(), (f"{name}, seed {best.seed}", best.best)]
    if len(tried) > 1:
        keys = [key for key in best.best if all(o.best and key in o.best for o in tried)]
        mean = {key: sum(o.best[key] for o in tried if o.best) / len(tried) for key in keys}
        rows.append((f"mean of {len(tried)} seeds", mean))
    baseline = next(iter(made.rules))
    header, cells = table(rows, made.units)
    against = _against(best.best, made.rules[baseline], made.units)
    cells = [[*row, change] for row, change in zip(cells, against, strict=True)]
    episodes = made.manifest["held_out"]
    weeks = len({episode["start"] for episode in episodes})
    terminal.show(
        f"\nBest policies on {len(episodes)} episodes that were not trained on:"
        f" {weeks} first days, {len(episodes) // weeks} seeds each"
    )
    terminal.print_table(
        [*header, f"seed {best.seed} against {baseline}"], cells, right=range(2, len(header) + 1)
    )


def _against(best: Mapping[str, float], rule: Mapping[str, float], units: Mapping[str, str]) -> list[str]:
    """Change of every indicator against a rule, in percent where that says something."""
    out = []
    for name in units:
        if name not in best and name not in rule:
            continue
        here, there = best.get(name), rule.get(name)
        if here is None or there is None or abs(there) < 1e-9:
            out.append("–")
        else:
            share = (here - there) / abs(there)
            out.append(f"{share:+.0%}" if abs(share) < 10.0 else f"{here - there:+.3g}")
    return out


def _tell_tuning(found: Tuning) -> None:
    folder = terminal.shown_path(found.folder)
    rows = [
        [name, f"{value:.4g}" if isinstance(value, float) else str(value)]
        for name, value in found.best.items()
    ]
    if rows:
        terminal.show(
            f"\nBest of {found.finished} trials ({found.pruned} ended early), score {found.score:.4g}"
        )
        terminal.print_table(["parameter", "value"], rows, right=(1,))
        file = terminal.shown_path(found.learner)
        terminal.show(f"learner: {file}")
        terminal.say(f"next: twin train {found.scenario} --agent {shlex.quote(file)}")
    terminal.show(f"results: {folder}")
    if found.interrupted:
        raise _interrupted(_SAME, found.folder)


@contextmanager
def _told_interrupted(words: str, folder: Path | None = None) -> Iterator[None]:
    """At Ctrl-C say how to go on; before there is anything to go on with, that nothing was kept."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise _interrupted(words, getattr(error, "folder", folder)) from None


def _interrupted(words: str, folder: Path | None) -> typer.Exit:
    """Say how to go on in a folder; returns how to leave."""
    from twin.training.going_on import LEARNER

    if folder is None or not (folder / LEARNER).is_file():
        terminal.say("interrupted before the first step; nothing was kept")
    else:
        terminal.say("interrupted; " + words.format(shlex.quote(terminal.shown_path(folder))))
    return typer.Exit(terminal.INTERRUPTED)


def _first_days(text: str) -> list[str]:
    """Dates or named periods, separated by commas; what they are is the scenario's business."""
    days = [day.strip() for day in text.split(",")]
    if not all(days):
        raise ScenarioError(
            "a first day is missing",
            key="--start",
            value=text,
            allowed="dates or named periods between commas, as winter,2023-07-10",
        )
    return days


def _pairs(texts: Sequence[str], option: str) -> dict[str, Any]:
    """key=value, the value as YAML has it."""
    import yaml

    out: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ScenarioError(
                "not key=value", key=option, value=text, allowed="a pair such as action=supervisory"
            )
        try:
            out[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ScenarioError("this value cannot be read", key=option, value=text, allowed="YAML") from None
    return out


def _command() -> str:
    """What was typed, for the policies."""
    return shlex.join(["twin", *sys.argv[1:]])


def _check_resume(others: Sequence[object], scenario: str, wishes: Wishes, folder: Path) -> Mapping[str, Any]:
    """A training goes on as it began: only its steps may change; returns what its manifest says."""
    if (
        any(other is not None for other in others)
        or wishes.changes().keys() - {"training"}
        or (wishes.envs, wishes.days, wishes.starts) != (None,) * 3
    ):
        raise TwinError(
            "a training goes on as it began",
            key="--resume",
            value=str(folder),
            allowed="with it only --steps, --jobs and --quiet",
        )
    known = _manifest_of(folder)
    if scenario and known.get("scenario") not in (None, scenario):
        raise TwinError(
            "this training is of another scenario",
            key="--resume",
            value=str(folder),
            allowed=str(known["scenario"]),
        )
    return known


def _manifest_of(folder: Path) -> Mapping[str, Any]:
    """What a training's folder says of itself; where it is none, the error names the nearest beside it."""
    from twin.results import read_json
    from twin.training.going_on import LEARNER, MANIFEST

    if not (folder / MANIFEST).is_file():
        beside = [path.parent for path in folder.parent.glob(f"*/{MANIFEST}")]
        trainings = {path.name: path for path in beside if (path / LEARNER).is_file()}
        like = nearest(folder.name, trainings)
        raise TwinError(
            "there is no training here",
            key="--resume",
            value=str(folder),
            allowed=f"a folder of twin train, which holds {MANIFEST}",
            suggestion=str(trainings[like]) if like else None,
        )
    return read_json(folder / MANIFEST)


def _nothing_left(folder: Path, known: Mapping[str, Any], steps: int | None) -> bool:
    """Whether all seeds are as far as is asked, which is then said."""
    from twin.training.going_on import KIND

    if known.get("kind") != KIND:
        return False
    done = [int(number) for number in (known.get("steps") or {}).values()]
    planned = int(known.get("steps_planned", 0))
    asked = planned if steps is None else steps
    ended = known.get("state") == "complete" or asked < planned  # else the last evaluation may be missing
    if not ended or not done or len(done) < len(known.get("seeds", ())) or min(done) < asked:
        return False
    name = terminal.shown_path(folder)
    terminal.say(
        f"nothing is left to do: {name} has trained for {min(done)} steps, {asked} were asked for; "
        f"to go further: twin train --resume {shlex.quote(name)} --steps {2 * max(done)}"
    )
    return True
