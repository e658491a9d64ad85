"""What reset and fork are asked for: starts, weather, seeds of episodes and of futures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.basics import streams
from twin.basics.errors import ScenarioError, TwinError, WeatherError, nearest
from twin.building.assembly import checked_seeds
from twin.building.weather import packaged, read_weather
from twin.physics.layout import Int
from twin.scenario.catalog import source_of
from twin.scenario.first_days import first_day
from twin.scenario.schema import Scenario

Reseed = bool | Sequence[int]
SEEDS = 2**63  # how many seeds an environment takes, 0 being the first
ELSEWHERE = ("start", "weather")


def whole_seed(seed: object, key: str = "seed") -> int:
    """A seed of an environment or of its episode; raises TwinError where it is none."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < SEEDS:
        allowed = "whole numbers from 0 to 2**63 - 1"
        raise TwinError("this is not a seed", key=key, value=seed, allowed=allowed)
    return int(seed)


def whole(value: object, key: str, message: str, allowed: str, least: int = 0, most: float = math.inf) -> int:
    """A whole number between two bounds; raises TwinError with this message where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TwinError("this is not a whole number", key=key, value=value, allowed=allowed)
    if not least <= value <= most:
        raise TwinError(message, key=key, value=value, allowed=allowed)
    return int(value)


def numbered(
    row: tuple[Int, Int],
    slots: Int,
    seeds: Sequence[int | None],
    seeded: Sequence[bool] | NDArray[np.bool_],
    draw: Callable[[], int],
    advance: bool = True,
) -> tuple[Int, Int]:
    """Every slot's own seed and the number of its episode, when some slots are reset.

    Parameters
    ----------
    row
        What they are, each (N,); left as they are.
    slots
        Those that are reset.
    seeds
        Of every slot, as given; None: the next of its episodes.
    seeded
        Whether a slot has been given or has drawn a seed before.
    draw
        Gives a seed for slot 0 where a slot has none yet; slot i then has that and i more.
    advance
        Whether the next episode is another than the one before.
    """
    base, episode = row[0].copy(), row[1].copy()
    drawn: int | None = None
    for slot in slots.tolist():
        own = seeds[slot]
        if own is None and seeded[slot]:
            episode[slot] += advance
            continue
        if own is None:
            drawn = draw() if drawn is None else drawn
            own = drawn + slot
        base[slot], episode[slot] = own, 0
    return base, episode


def futures(reseed: Reseed, seed: int, count: int) -> list[int]:
    """Seeds of the futures of `count` copies of the episode `seed`."""
    if isinstance(reseed, bool):
        return [streams.key(seed, "future", str(i)) for i in range(count)]
    seeds = list(checked_seeds(reseed))
    if len(seeds) != count:
        raise TwinError("there is not one seed per copy", key="reseed", value=len(seeds),
                        allowed=f"{count} seeds, or true")  # fmt: skip
    return seeds


def moved(scenario: Scenario, options: Mapping[str, object], further: Sequence[str] = ()) -> Scenario:
    """The scenario at the start and in the weather that reset's options ask for.

    `start` is a date, its text, or a named period; `weather` a packaged name or a file, as in the scenario;
    `further` are other options that the caller knows, besides `episode_seed`.

    Raises
    ------
    ScenarioError, WeatherError
        Unknown option, or no such start or weather.
    """
    known = (*ELSEWHERE, "episode_seed", *further)
    for name in options:
        if name not in known:
            raise ScenarioError("unknown option of reset", key=f"options.{name}", allowed=", ".join(known),
                                suggestion=nearest(str(name), known))  # fmt: skip
    weather, start = options.get("weather"), options.get("start")
    if weather is not None and weather != scenario.site.weather:
        scenario = _elsewhere(scenario, weather)
    if start is None:
        return scenario
    day = first_day(start, scenario.run, "options.start")
    return scenario if day == scenario.run.start else scenario.updated(start=day)


def _elsewhere(scenario: Scenario, weather: object) -> Scenario:
    """The scenario in another weather; people keep its time zone."""
    source = source_of(scenario)
    try:
        if not isinstance(weather, str):
            raise WeatherError("this is no weather", value=weather, allowed=", ".join(packaged()))
        read_weather(weather, base=source.parent if source else None)
    except WeatherError as error:
        error.key = "options.weather"
        raise
    return scenario.altered("site", weather=weather)


def exact_seed(options: Mapping[str, object]) -> int | None:
    """The building's seed that reset's options name; raises TwinError where it is none."""
    seed = options.get("episode_seed")
    if seed is None:
        return None
    return whole_seed(seed, "options.episode_seed")


def goes_elsewhere(options: Mapping[str, object]) -> bool:
    """Whether reset's options name a start or a weather."""
    return any(name in options for name in ELSEWHERE)
