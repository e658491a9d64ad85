"""One training seed, from the first step or from where it stopped, in a process of its own or in this one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin import results
from twin.basics import streams
from twin.basics.errors import ResultsError
from twin.control.learned import LINEAR
from twin.control.linear import arrays
from twin.outlook import Outlook
from twin.scenario.first_days import starts
from twin.scenario.learners import Learner
from twin.scenario.policy_file import About, TrainedRun, read_about
from twin.scenario.schema import Scenario
from twin.training import algorithms
from twin.training.checkpointer import Checkpointer
from twin.training.diary import BUFFER, FILE, LAST, TENSORBOARD, Diary, Row
from twin.training.evaluation import HeldOut, Values
from twin.training.evolution import Evolution
from twin.training.generations import Generations
from twin.training.going_on import newest

if TYPE_CHECKING:
    from twin.envs.sb3 import BuildingVecEnv

STOP = ".stop"  # a file beside the seeds' folders: training ends at the next step
_FIRST_SEED = 1_000_000  # of the buildings: above all that evaluation and tuning may use
_APART = 10_000  # between the buildings' seeds of two training seeds


@dataclass(frozen=True)
class Job:
    """One seed to train; everything in it can be sent to another process."""

    folder: Path
    scenario: Scenario
    learner: Learner
    seed: int
    baseline: Values
    command: str = ""
    resume: bool = False

    @property
    def place(self) -> Path:
        """The seed's own folder."""
        return self.folder / f"seed-{self.seed}"


@dataclass(frozen=True)
class Outcome:
    """What came of a seed: its state, and its best evaluation."""

    seed: int
    state: results.State
    steps: int
    wall_s: float
    best: Row | None


def train_seed(
    job: Job,
    told: Callable[[float, str], None] | None = None,
    held_out: HeldOut | None = None,
    report: Callable[[Row], None] | None = None,
) -> Outcome:
    """Train one seed; Ctrl-C ends it after the step or update in hand, with all files in place.

    Parameters
    ----------
    held_out
        Where it is there already.
    report
        Told every evaluation; what it raises ends training.

    Raises
    ------
    TwinError
        Parameters that do not go together, results that cannot be written or continued.
    """
    if job.learner.kind == LINEAR:
        return _evolve(job, told, held_out or HeldOut(job.scenario, job.learner), report)
    algorithms.quiet_torch()
    from twin.training.watch import ScaledReward, Watch, logged, logger

    held_out = held_out or HeldOut(job.scenario, job.learner)
    env = _environment(job)
    diary = Diary(job.place, _about(job, env.batch.scenario, env.batch.outlook), levels_of(env))
    model = _model(job, ScaledReward(env, job.learner.training.reward_scale), diary)
    env.seed(_first_building(job.seed, diary.steps))
    model.set_logger(logger(job.place / TENSORBOARD))
    left = job.learner.training.steps - diary.steps
    report = logged(model, report)
    checkpointer = Checkpointer(diary, held_out, job.baseline, job.learner, model, told, report)
    with _asked_to_stop(job.folder / STOP) as ended:
        watch = Watch(checkpointer, ended)
        try:
            if left > 0:
                model.learn(left, callback=watch, reset_num_timesteps=False)
        except (TypeError, ValueError, RuntimeError, AssertionError) as error:
            raise algorithms.explained(error) from error
        return _closed(job, checkpointer, watch.interrupted)


def _evolve(
    job: Job,
    told: Callable[[float, str], None] | None,
    held_out: HeldOut,
    report: Callable[[Row], None] | None,
) -> Outcome:
    """As train_seed, by evolution: neither torch nor Stable-Baselines3 is needed."""
    model = Evolution(job.scenario, job.learner, job.seed, _FIRST_SEED + _APART * job.seed)
    first = model.crowd.first
    diary = Diary(job.place, _about(job, first.scenario, first.outlook))
    file = _to_continue(job, diary)
    if file is not None:
        with _told_continuing(job):
            steps = read_about(file).steps
            model.recall(arrays(file), steps)
        diary.recall(steps)
    checkpointer = Checkpointer(diary, held_out, job.baseline, job.learner, model, told, report)
    with _asked_to_stop(job.folder / STOP) as ended:
        effort = Generations(model, checkpointer, ended)
        effort.run(job.learner.training.steps)
        return _closed(job, checkpointer, effort.interrupted)


def _closed(job: Job, checkpointer: Checkpointer, interrupted: bool) -> Outcome:
    """What came of it, once all files are in place."""
    state: results.State = "interrupted" if interrupted else "complete"
    checkpointer.close(state)
    diary = checkpointer.diary
    return Outcome(job.seed, state, diary.steps, diary.wall_s, diary.best)


def _first_building(seed: int, steps: int) -> int:
    """The buildings' first seed: after a continuation other episodes than at the start."""
    later = streams.key(seed, "training", str(steps)) % (_APART // 2) if steps else 0
    return _FIRST_SEED + _APART * seed + later


def _environment(job: Job) -> BuildingVecEnv:
    from twin.envs.sb3 import BuildingVecEnv

    training = job.learner.training
    run: dict[str, Any] = training.run
    return BuildingVecEnv(
        job.scenario,
        training.envs,
        job.learner.task,
        pool=training.pool,
        starts=starts(job.learner, "training", job.scenario),
        **run,
    )


def _about(job: Job, scenario: Scenario, outlook: Outlook) -> About:
    run = scenario.run
    return About(
        scenario=job.scenario.name,
        algorithm=job.learner.kind,
        seed=job.seed,
        steps=0,
        command=job.command,
        task=job.learner.task,
        run=TrainedRun(control_step_s=run.control_step_s, tick_s=run.tick_s),
        observation_names=outlook.names,
        action_names=outlook.action_names,
        discrete_levels=getattr(job.learner.task, "discrete_levels", 0),
    )


def levels_of(env: BuildingVecEnv) -> NDArray[np.float64] | None:
    """Actions (k, m) behind the numbers of a discrete action space; None for a continuous one."""
    outlook = env.batch.outlook
    return outlook.decode(np.arange(outlook.choices)) if outlook.choices else None


def _model(job: Job, env: Any, diary: Diary) -> Any:
    """A fresh model, or the stored one with its replay buffer."""
    from stable_baselines3.common.utils import set_random_seed

    file = _to_continue(job, diary)
    if file is None:
        return algorithms.make(job.learner, env, job.seed)
    with _told_continuing(job):
        model = algorithms.load(job.learner, file, env)
        if file.name == LAST and (job.place / BUFFER).is_file():
            model.load_replay_buffer(job.place / BUFFER)
    diary.recall(int(model.num_timesteps))
    set_random_seed(streams.key(job.seed, "continued", str(diary.steps)) % 2**31)
    return model


def _to_continue(job: Job, diary: Diary) -> Path | None:
    """The stored model to go on from; without one all begins anew, and the best policy so far is kept."""
    file = newest(job.place) if job.resume else None
    if file is None and job.resume and (job.place / FILE).is_file():
        diary.recall(0)
    return file


@contextmanager
def _told_continuing(job: Job) -> Iterator[None]:
    """What a stored model does not go together with, in one line."""
    try:
        yield
    except (OSError, ValueError, KeyError, AttributeError, AssertionError, RuntimeError) as error:
        raise ResultsError(
            f"cannot be continued with this learner: {' '.join(str(error).split())}",
            file=job.place,
            allowed="the learner.yaml that the training began with",
        ) from error


@contextmanager
def _asked_to_stop(file: Path) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C came since, or the file is there; a second Ctrl-C interrupts at once.

    In another thread no Ctrl-C comes.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield file.exists
        return

    def note(number: int, _frame: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came) or file.exists()
    finally:
        signal.signal(signal.SIGINT, before)
