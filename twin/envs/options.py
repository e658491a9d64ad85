"""What reset and fork are asked for: starts, weather, seeds of episodes and of futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from twin.basics import streams
from twin.basics.errors import ScenarioError, TwinError, WeatherError, nearest
from twin.building.assembly import checked_seeds
from twin.building.weather import packaged, read_weather
from twin.scenario.catalog import source_of
from twin.scenario.schema import Scenario

Reseed = bool | Sequence[int]


def futures(reseed: Reseed, seed: int, count: int) -> list[int]:
    """Seeds of the futures of `count` copies of the episode `seed`."""
    if isinstance(reseed, bool):
        return [streams.key(seed, "future", str(i)) for i in range(count)]
    seeds = list(checked_seeds(reseed))
    if len(seeds) != count:
        raise TwinError("there is not one seed per copy", key="reseed", value=len(seeds),
                        allowed=f"{count} seeds, or true")  # fmt: skip
    return seeds


def moved(scenario: Scenario, options: Mapping[str, object]) -> Scenario:
    """The scenario at the start and in the weather that reset's options ask for.

    `start` is a date, its text, or a named period; `weather` a packaged name or a file, as in the scenario.

    Raises
    ------
    ScenarioError, WeatherError
        Unknown option, or no such start or weather.
    """
    known = ("start", "weather", "episode_seed", "reset_mask")
    for name in options:
        if name not in known:
            raise ScenarioError("unknown option of reset", key=f"options.{name}", allowed=", ".join(known),
                                suggestion=nearest(str(name), known))  # fmt: skip
    weather, start = options.get("weather"), options.get("start")
    if weather is not None and weather != scenario.site.weather:
        scenario = _elsewhere(scenario, weather)
    if start is None:
        return scenario
    periods = scenario.run.periods
    day = periods.get(start, start) if isinstance(start, str) else start
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            raise ScenarioError(
                "this is not a start", key="options.start", value=start,
                allowed=f"a date such as 2023-01-16, or a period: {', '.join(periods) or 'none named'}",
                suggestion=nearest(str(start), periods),
            ) from None  # fmt: skip
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
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise TwinError("this is not a seed", key="options.episode_seed", value=seed,
                        allowed="whole numbers from 0 to 2**63 - 1")  # fmt: skip
    return int(seed)
