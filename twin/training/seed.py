"""One training seed, from the first step or from where it stopped, in a process of its own or in this one."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin import results
from twin.basics import streams
from twin.basics.errors import TwinError
from twin.control.learned import LINEAR
from twin.control.linear import arrays
from twin.outlook import Outlook
from twin.scenario.learners import Learner, starts
from twin.scenario.policy_file import About, TrainedRun, read_about
from twin.scenario.schema import Scenario
from twin.training import algorithms
from twin.training.diary import BUFFER, CHECKPOINTS, LAST, PACE, TENSORBOARD, Diary, Row
from twin.training.evaluation import HeldOut, Values, score
from twin.training.evolution import Evolution

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
    from twin.training.watch import ScaledReward, Watch, logger

    held_out = held_out or HeldOut(job.scenario, job.learner)
    env = _environment(job)
    diary = Diary(job.place, _about(job, env.batch.scenario, env.batch.outlook), levels_of(env))
    model = _model(job, ScaledReward(env, job.learner.training.reward_scale), diary)
    env.seed(_first_building(job.seed, diary.steps))
    model.set_logger(logger(job.place / TENSORBOARD))
    left = job.learner.training.steps - diary.steps
    with _asked_to_stop() as asked:
        watch = Watch(
            diary,
            held_out,
            job.baseline,
            job.learner,
            lambda: asked() or (job.folder / STOP).exists(),
            told,
            report,
        )
        try:
            if left > 0:
                model.learn(left, callback=watch, reset_num_timesteps=False)
        except (TypeError, ValueError, RuntimeError, AssertionError) as error:
            raise algorithms.explained(error) from error
        state: results.State = "interrupted" if watch.interrupted else "complete"
        if left > 0:
            watch.note_time()
        diary.last(model, state)
        if left > 0 and diary.rows[-1]["steps"] < diary.steps:
            with suppress(KeyboardInterrupt):  # the second Ctrl-C: all is kept already
                watch.evaluate()
            diary.write(state)
    return Outcome(job.seed, state, diary.steps, diary.wall_s, diary.best)


def _evolve(
    job: Job,
    told: Callable[[float, str], None] | None,
    held_out: HeldOut,
    report: Callable[[Row], None] | None,
) -> Outcome:
    """As train_seed, by evolution: neither torch nor Stable-Baselines3 is needed."""
    training = job.learner.training
    model = Evolution(job.scenario, job.learner, job.seed, _FIRST_SEED + _APART * job.seed)
    first = model.crowd.first
    diary = Diary(job.place, _about(job, first.scenario, first.outlook))
    if job.resume and (job.place / LAST).is_file():
        steps = read_about(job.place / LAST).steps
        model.recall(arrays(job.place / LAST), steps)
        diary.recall(steps)
    before, began, at_first = diary.wall_s, time.perf_counter(), model.num_timesteps
    state: results.State = "complete"

    def evaluate() -> None:
        values = held_out.play(model.policy.predict)
        diary.steps, diary.wall_s = model.num_timesteps, before + time.perf_counter() - began
        row = diary.row(values, score(values, job.baseline, job.learner.evaluate.objective, diary.steps))
        diary.evaluated(row, model)
        if report is not None:
            report(row)

    with _asked_to_stop() as asked:

        def ended() -> bool:
            return asked() or (job.folder / STOP).exists()

        if not diary.rows:
            evaluate()
        due = model.num_timesteps + training.evaluate_every
        while model.num_timesteps < training.steps:
            if not model.generation(ended):
                state = "interrupted"
                break
            done = model.num_timesteps
            pace = (done - at_first) / max(time.perf_counter() - began, 1e-6)
            if told is not None:
                told(min(1.0, done / training.steps), f"{done / 1e6:.1f}M steps, {pace / 1e3:.0f}k/s")
            else:
                (job.place / PACE).write_text(str(done))
            if done >= due:
                due += training.evaluate_every
                evaluate()
        if diary.rows[-1]["steps"] < model.num_timesteps:
            evaluate()
        diary.last(model, state)
    return Outcome(job.seed, state, diary.steps, diary.wall_s, diary.best)


def _first_building(seed: int, steps: int) -> int:
    """The buildings' first seed: after a continuation other episodes than at the start."""
    later = streams.key(seed, "training", str(steps)) % (_APART // 2) if steps else 0
    return _FIRST_SEED + _APART * seed + later


def _environment(job: Job) -> BuildingVecEnv:
    from twin.envs.sb3 import BuildingVecEnv

    training = job.learner.training
    return BuildingVecEnv(
        job.scenario,
        training.envs,
        job.learner.task,
        pool=training.pool,
        starts=starts(training.starts, "training", job.scenario, training.days),
        **training.run,
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

    file = newest(job.place) if job.resume else None
    if file is None:
        return algorithms.make(job.learner, env, job.seed)
    try:
        model = algorithms.load(job.learner, file, env)
        if file.name == LAST and (job.place / BUFFER).is_file():
            model.load_replay_buffer(job.place / BUFFER)
    except (OSError, ValueError, KeyError, AttributeError, AssertionError) as error:
        raise TwinError(f"cannot be continued: {' '.join(str(error).split())}", file=job.place) from error
    diary.recall(int(model.num_timesteps))
    set_random_seed(streams.key(job.seed, "continued", str(diary.steps)) % 2**31)
    return model


def newest(place: Path) -> Path | None:
    """The stored model with most steps: the last one, or a checkpoint where the program was killed."""
    checkpoints = [path for path in (place / CHECKPOINTS).glob("*.zip") if path.stem.isdecimal()]
    found = {path: int(path.stem) for path in checkpoints}
    if (place / LAST).is_file():
        found[place / LAST] = read_about(place / LAST).steps
    return max(found, key=lambda path: (found[path], path.name == LAST), default=None)


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C came since; a second one interrupts at once. In another thread: never."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def note(number: int, _frame: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, before)
