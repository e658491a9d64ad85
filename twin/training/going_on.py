"""What must hold before a training goes on where it stopped; nothing is changed here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin import results
from twin.basics.errors import ResultsError
from twin.scenario.policy_file import read_about
from twin.training.diary import CHECKPOINTS, LAST

LEARNER, SCENARIO, MANIFEST = "learner.yaml", "scenario.yaml", "manifest.json"
KIND = "training"


def what_goes_on(folder: Path, steps: int | None) -> dict[str, Any]:
    """What a training's manifest says, where it can go on until so many steps (None: those planned).

    Raises
    ------
    ResultsError
        It is no training, it is further, or its physics or its scenario is another by now.
    """
    known = results.read_json(folder / MANIFEST)
    if known.get("kind") != KIND:
        raise ResultsError(
            "this is no folder of a training",
            file=folder,
            value=known.get("kind"),
            allowed="a folder of twin train",
        )
    _check_hashes(folder, known)
    done = steps_done(folder, known)
    seed = max(done, key=lambda seed: done[seed])
    if steps is not None and steps < done[seed]:
        raise ResultsError(
            f"seed {seed} has trained for {done[seed]} steps already",
            file=folder,
            key="steps",
            value=steps,
            allowed=f"at least {done[seed]}, or nothing: the {known['steps_planned']} planned",
        )
    return known


def steps_done(folder: Path, known: Mapping[str, Any]) -> dict[int, int]:
    """Seed: its steps so far; those that it would go on from where it was killed."""
    found = {}
    for seed in known["seeds"]:
        file = newest(folder / f"seed-{seed}")
        found[int(seed)] = 0 if file is None else read_about(file).steps
    return found


def newest(place: Path) -> Path | None:
    """The stored model with most steps: the last one, or a checkpoint where the program was killed."""
    checkpoints = [path for path in (place / CHECKPOINTS).glob("*.zip") if path.stem.isdecimal()]
    found = {path: int(path.stem) for path in checkpoints}
    if (place / LAST).is_file():
        found[place / LAST] = read_about(place / LAST).steps
    return max(found, key=lambda path: (found[path], path.name == LAST), default=None)


def _check_hashes(folder: Path, known: Mapping[str, Any]) -> None:
    """Raise ResultsError where physics or scenario is another: evaluations would not compare."""
    source, made = folder / SCENARIO, known.get("hashes", {})
    anew = f"twin train {shlex.quote(str(source))} --agent {shlex.quote(str(folder / LEARNER))}"
    ours = results.physics_hash()
    if made.get("physics") != ours:
        raise ResultsError(
            "this training was made with another version of the physics",
            file=folder / MANIFEST,
            key="hashes.physics",
            value=str(made.get("physics"))[:12],
            allowed=f"{ours[:12]}; train anew with `{anew}`",
        )
    if not source.is_file():
        raise ResultsError("the scenario of this training is gone", file=source, value=known.get("scenario"))
    if made.get("scenario") != results.digest(source.read_bytes().decode()):
        raise ResultsError(
            "this is not the scenario any more that was trained on",
            file=source,
            value=known.get("scenario"),
            allowed=f"the file as it was; train anew on this one with `{anew}`",
        )
