"""What environments are made with, checked in the words of whoever makes them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gymnasium.vector import AutoresetMode

from twin.basics.errors import ScenarioError, TwinError, nearest
from twin.envs.fleet import Starts, begun, dates
from twin.scenario.catalog import available, load_scenario
from twin.scenario.record import listing
from twin.scenario.schema import RunPlan, Scenario

Source = str | Path | Scenario
_HIDDEN = ("self", "run", "fixed")  # not for those who make an environment


def starting_scenario(
    scenario: Source | None,
    run: Mapping[str, Any],
    starts: Starts,
    made: type,
    fixed: str | None = None,
) -> Scenario:
    """The scenario of an environment with some keys of its run replaced, at the first of its starts.

    Parameters
    ----------
    scenario, run, starts
        As given.
    made
        The environment's class, for the names of its arguments.
    fixed
        The scenario of a registered id.

    Raises
    ------
    TwinError
        No scenario, another than the id's, an argument that is none, or no such start.
    ScenarioError
        As load_scenario.
    """
    _check_names(run, made)
    source = _source(scenario, fixed)
    if isinstance(source, Scenario):
        read = source.updated(**run) if run else source
    else:
        read = load_scenario(source, {"run": dict(run)} if run else None)
    return read if starts is None else begun(read, dates(read, starts)[0])


def _source(scenario: object, fixed: str | None) -> Source:
    if fixed is not None and scenario is not None and scenario != fixed:
        name = scenario.name if isinstance(scenario, Scenario) else scenario
        raise TwinError("this id has a scenario of its own", key="scenario", value=name,
                        allowed=f"{fixed}; twin/Building-v0 takes any")  # fmt: skip
    given = fixed if scenario is None else scenario
    if isinstance(given, str | Path | Scenario):
        return given
    said = "there is no scenario" if given is None else "this is no scenario"
    names = listing(available("scenarios"))
    raise TwinError(said, key="scenario", value=given, allowed=f"a name ({names}), a YAML file or a Scenario")


def _check_names(run: Mapping[str, Any], made: type) -> None:
    """What is no argument of the environment's own is a key of the run."""
    for name in run:
        if name not in RunPlan.model_fields:
            own = [own for own in inspect.signature(made).parameters if own not in _HIDDEN]
            known = [*own, *RunPlan.model_fields]
            raise ScenarioError("unknown argument", key=name, allowed=listing(known, 40),
                                suggestion=nearest(name, known))  # fmt: skip


def checked_mode(render_mode: str | None) -> str | None:
    """A render mode; raises TwinError where there is none of that name."""
    if render_mode not in (None, "rgb_array"):
        raise TwinError("unknown render mode", key="render_mode", value=render_mode, allowed="rgb_array")
    return render_mode


def checked_autoreset(mode: AutoresetMode | str) -> AutoresetMode:
    """A way to begin again; raises TwinError where there is none of that name."""
    try:
        return AutoresetMode(mode)
    except ValueError:
        names = [str(known.value) for known in AutoresetMode]
        raise TwinError("unknown way to begin again", key="autoreset_mode", value=mode,
                        allowed=", ".join(names), suggestion=nearest(str(mode), names)) from None  # fmt: skip
