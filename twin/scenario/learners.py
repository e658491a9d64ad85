"""Learners: which algorithm, with which parameters, on which task and weeks, as in `agents/*.yaml`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, JsonValue, PrivateAttr, ValidationError, model_validator

from twin.basics.errors import ScenarioError, TwinError
from twin.scenario.explain import explain
from twin.scenario.learning import TaskSpec
from twin.scenario.record import Name, Positive, Record, wrong
from twin.scenario.strict_yaml import GIVEN, Keys, Mark, dotted, walk

LearnerKind = Literal["ppo", "sac", "td3", "a2c", "dqn", "recurrent_ppo", "tqc", "es"]
KINDS: tuple[str, ...] = get_args(LearnerKind)
Values = dict[str, JsonValue]
Places = Mapping[Keys, tuple[Keys, Mark]]  # key of a learner: its key in the file, and where that stands

_SEEDS = 100_000  # below: episodes for evaluation and tuning; above: where training without a pool draws


class TrainingSpec(Record):
    """How long, how many buildings at once, and which episodes."""

    steps: int = Field(500_000, ge=1)  # control steps of all buildings together
    envs: int = Field(64, ge=1, le=4096)  # buildings side by side
    days: int = Field(7, ge=1)  # length of an episode
    starts: tuple[str, ...] = ()  # first days or named periods; none: weeks over the year, see first_days
    pool: int = Field(8, ge=0, le=10_000)  # episodes are the seeds 0 to pool - 1; 0: each has its own
    tick_s: int | None = Field(None, ge=1)  # of the physics while training; None: the scenario's
    control_step_s: int | None = Field(None, ge=1)  # None: the scenario's
    warm_up_days: int | None = Field(None, ge=1)  # None: the scenario's
    weather_variability: Literal["none", "low", "medium", "high"] | None = None  # None: the scenario's
    reward_scale: Positive = 1.0  # the learner's reward is the task's times this
    evaluate_every: int = Field(50_000, ge=1)  # steps between evaluations on held-out episodes
    checkpoint_every: int = Field(250_000, ge=1)  # steps between checkpoints

    @property
    def run(self) -> dict[str, int]:
        """Keys of a scenario's run that training replaces, besides `start`."""
        names = ("days", "tick_s", "control_step_s", "warm_up_days")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class EvaluationSpec(Record):
    """Held-out episodes, on which the best policy is chosen."""

    starts: tuple[str, ...] = ()  # none: other weeks than the training's
    days: int | None = Field(None, ge=1)  # None: as long as in training
    seeds: tuple[int, ...] = (10_000, 10_001, 10_002, 10_003)  # not those of the training's pool
    rules: tuple[str, ...] = ()  # agents played on the same episodes besides the scenario's baseline
    # cost_at_comfort: cost, no comfort worse than the baseline's; last: whatever was learned at last
    objective: Literal["reward", "cost_at_comfort", "last"] = "reward"


class TuningSpec(Record):
    """What `twin tune` tries, on episodes of neither training nor evaluation."""

    trials: int = Field(20, ge=1)
    steps: int = Field(150_000, ge=1)  # of each trial
    starts: tuple[str, ...] = ()  # none: weeks of neither
    seeds: tuple[int, ...] = (20_000, 20_001)


class Search(Record):
    """Where tuning looks for one parameter: between two bounds, or among choices."""

    low: float | None = None
    high: float | None = None
    log: bool = False  # evenly over orders of magnitude
    whole: bool = False  # whole numbers only
    choices: tuple[JsonValue, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Search:
        if self.choices:
            return self
        if self.low is None or self.high is None:
            raise wrong("where to look is missing", (), None, "low and high, or choices")
        if self.low >= self.high:
            raise wrong("the range is empty", ("low",), self.low, f"below {self.high:g}")
        if self.log and self.low <= 0.0:
            raise wrong("orders of magnitude begin above 0", ("low",), self.low, "more than 0")
        return self


class Changes(Record):
    """What differs for one scenario; keys merge with the learner's own."""

    parameters: Values = Field({})
    policy_kwargs: Values = Field({})
    task: TaskSpec = TaskSpec()
    training: TrainingSpec = TrainingSpec()
    evaluate: EvaluationSpec = EvaluationSpec()
    tuning: TuningSpec = TuningSpec()
    search: dict[str, Search] = Field({})


class Learner(Changes):
    """A learning algorithm of Stable-Baselines3 with all that `twin train` needs."""

    extendable: ClassVar[bool] = True

    format: Literal[1] = 1
    name: Name
    kind: LearnerKind  # the algorithm
    title: str = ""
    description: str = ""
    policy: Literal["MlpPolicy", "MlpLstmPolicy"] = "MlpPolicy"  # es: always linear
    scenarios: dict[str, Changes] = Field({})  # scenario's name: what differs there
    _places: Places = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _held_out(self) -> Learner:
        both = {"evaluate": self.evaluate.seeds, "tuning": self.tuning.seeds}
        for section, seeds in both.items():
            if not seeds:
                raise wrong("at least one seed is needed", (section, "seeds"), None, "a list such as [10000]")
            for seed in seeds:
                if not self.training.pool <= seed < _SEEDS:
                    raise wrong(
                        "this seed is not held out",
                        (section, "seeds"),
                        seed,
                        f"{self.training.pool} to {_SEEDS - 1}: training has the others",
                    )
        shared = sorted(set(self.evaluate.seeds) & set(self.tuning.seeds))
        if shared:
            raise wrong("evaluation and tuning share a seed", ("tuning", "seeds"), shared[0], "other seeds")
        if self.kind == "recurrent_ppo" and self.policy != "MlpLstmPolicy":
            raise wrong("this algorithm remembers", ("policy",), self.policy, "MlpLstmPolicy")
        if self.kind != "recurrent_ppo" and self.policy == "MlpLstmPolicy":
            raise wrong("this algorithm does not remember", ("policy",), self.policy, "MlpPolicy")
        return self

    def for_scenario(self, name: str) -> Learner:
        """The learner with what differs for one scenario, and without `scenarios`; raises ScenarioError."""
        own, section = self.scenarios.get(name), ("scenarios", name)
        changes = {} if own is None else own.model_dump(mode="json", exclude_unset=True)
        there = {keys[2:]: place for keys, place in self._places.items() if keys[:2] == section}
        return self._merged(changes, _laid_over(self._places, there))

    def updated(self, changes: Mapping[str, Any]) -> Learner:
        """With other values of some keys, nested as in the file; raises ScenarioError as a file does."""
        given = {
            keys: (keys, Mark(GIVEN, 0, 0))
            for keys, value in walk(dict(changes))
            if len(keys) > 1 or not isinstance(value, Mapping)  # a section keeps its line
        }
        return self._merged(changes, _laid_over(self._places, given))

    def read_at(self, marks: Mapping[Keys, Mark]) -> Learner:
        """The same learner, which knows where each of its keys is written."""
        made = self.model_copy()
        made._places = {keys: (keys, mark) for keys, mark in marks.items()}
        return made

    def locate(self, error: TwinError) -> None:
        """Say in an error about one of this learner's keys where that, or what is around it, is written.

        Nothing changes where the error names a file already, or where the key comes from elsewhere: Python,
        the command line, a default.
        """
        _locate(error, self._places)

    def _merged(self, changes: Mapping[str, Any], places: Places) -> Learner:
        data = merged(self.model_dump(mode="json", exclude_unset=True, exclude={"scenarios"}), changes)
        try:
            made = Learner.model_validate_json(json.dumps(data, default=str), strict=True)
        except ValidationError as error:
            marks = {keys: mark for keys, (_, mark) in places.items()}
            found = explain(error, Learner, data, marks, None)
            found.file = found.line = None
            _locate(found, places)
            raise found from None
        made._places = places
        return made


def _laid_over(below: Places, above: Places) -> Places:
    """Where keys are written once those of `above` have replaced others, as `merged` replaces values."""
    replaced = {keys[:2] for keys in above if len(keys) > 1}
    kept = {k: place for k, place in below.items() if k[:2] not in replaced and k[:1] != ("scenarios",)}
    return {**kept, **above}


def _locate(error: TwinError, places: Places) -> None:
    """See Learner.locate."""
    key = error.key
    if key is None or error.file is not None:
        return
    known = {dotted(keys): place for keys, place in places.items() if keys}
    around = [text for text in known if key == text or key.startswith((f"{text}.", f"{text}["))]
    if not around:
        return
    nearest_one = max(around, key=len)
    keys, mark = known[nearest_one]
    if mark.file != GIVEN:
        error.file, error.line = mark.file, mark.line
        error.key = dotted(keys) + key[len(nearest_one) :]


def merged(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merged key by key (two levels, as sections have), all else replaced."""
    out = dict(data)
    for key, value in changes.items():
        known = out.get(key)
        out[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, Mapping) else value
    return out


def as_learner_error(name: str) -> ScenarioError:
    """What is said where a controller is asked for and a learner is named."""
    return ScenarioError(
        f"{name} learns: train it first with `twin train office --agent {name}`, then name the policy file",
        value=name,
        allowed="a controller, or a policy file such as results/.../policy.zip",
    )
