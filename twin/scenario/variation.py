"""What differs from episode to episode: numbers of the scenario drawn by seed.

A draw is keyed by (episode seed, "randomise", the path of the number), so that neither other draws nor their
order matter, and equal seeds give equal buildings wherever they stand in a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from twin.basics.streams import generator
from twin.scenario.explain import words
from twin.scenario.headcount import OCCUPANTS, counts_people, head_count, resized, rooms
from twin.scenario.insulate import INSULATION, insulated
from twin.scenario.record import Positive, Record, listing, wrong
from twin.scenario.strict_yaml import Keys, dotted

if TYPE_CHECKING:
    from twin.scenario.schema import Scenario


class Draw(Record):
    """A range that a number of the scenario is drawn from, evenly; `[low, high]` is one of factors."""

    factor: tuple[Positive, Positive] | None = None  # times the number; of whole numbers: rounded
    add: tuple[float, float] | None = None  # more than the number, in its unit
    add_min: tuple[float, float] | None = None  # more than a clock time [minutes]

    @model_validator(mode="after")
    def _one_range(self) -> Draw:
        given = [name for name in ("factor", "add", "add_min") if getattr(self, name) is not None]
        if len(given) != 1:
            raise wrong("a draw has one range", (), None, "factors as [0.8, 1.2], or add: [-1, 1]")
        low, high = getattr(self, given[0])
        if low > high:
            raise wrong("the range is empty", (given[0],), [low, high], f"a lower end of at most {high:g}")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper end."""
        return self.factor or self.add or self.add_min or (1.0, 1.0)

    @model_serializer(mode="wrap")
    def _as_list(self, handler: SerializerFunctionWrapHandler) -> Any:
        if self.factor is not None:
            return list(self.factor)
        return {key: list(value) for key, value in handler(self).items() if value is not None}


def _range(value: Any) -> Any:
    """A list is one of factors. Lists become tuples: what comes from here is read as strictly as Python's."""
    if isinstance(value, list | tuple):
        return {"factor": tuple(value)}
    if not isinstance(value, dict):
        if isinstance(value, Draw):
            return value
        raise wrong("this is not a range", (), value, "factors as [0.8, 1.2], or add: [-1, 1]")
    return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}


_Pair = Annotated[list[Positive], Field(min_length=2, max_length=2)]
Range = Annotated[Draw, BeforeValidator(_range, json_schema_input_type=_Pair | Draw)]

# What all buildings of a batch share, or what their arrays' shapes follow from
_SHARED = "the same for all buildings of a batch; change it in the scenario"
_REFUSED: dict[str, str] = {
    "run": "the run is " + _SHARED,
    "comfort": "the bounds are " + _SHARED,
    "tariff": "prices are " + _SHARED,
    "carbon": "emission factors are " + _SHARED,
    "faults": "labelled faults come in a later version",
    "format": "the format of the file is no number of the building",
}
_SECTIONS = ("site", "building", "hvac", "people", "behaviour", "loads", "devices")
_SHAPES = ("floor_area_m2", "outline_m")
_SHAPE = "the floor's shape is the same for all buildings of a batch"
_WORDS = (INSULATION, OCCUPANTS)  # that stand for many numbers


def varies(scenario: Scenario) -> bool:
    """Whether episodes differ in weather or building, not only in people and devices."""
    return bool(scenario.randomise) or scenario.site.weather_variability.on


def draws(scenario: Scenario, seed: int) -> dict[str, float]:
    """What is drawn for an episode: the path of each number, and its factor or offset."""
    data = _data(scenario)
    return {
        dotted(keys): _drawn(draw, seed, keys, data)
        for pattern, draw in scenario.randomise.items()
        for keys in _matches(data, pattern)
        if pattern in _WORDS or _at(data, keys) is not None
    }


def most_people(scenario: Scenario) -> int:
    """The largest number of people that any episode seed can draw: places that every building then has."""
    data = _data(scenario)
    for pattern, draw in scenario.randomise.items():
        for keys in _matches(data, pattern):
            if counts_people(keys):
                _change(data, keys, draw, draw.ends[1])
    return head_count(data)


def drawn(scenario: Scenario, seed: int) -> Scenario:
    """The scenario of an episode: all that `randomise` names is drawn; nothing is left to draw.

    Parameters
    ----------
    scenario, seed
        A scenario that may vary, and the episode seed.

    Raises
    ------
    ScenarioError
        The numbers drawn do not fit together, or one is not allowed; at the line of its range.
    """
    if not scenario.randomise:
        return scenario
    data = _data(scenario)
    for pattern, draw in scenario.randomise.items():
        for keys in _matches(data, pattern):
            _change(data, keys, draw, _drawn(draw, seed, keys, data))
    found = _validated(scenario, data)
    if isinstance(found, PydanticCustomError):
        from twin.scenario.explain import explain_rule

        origin = scenario._origin
        marks, file = ({}, None) if origin is None else (origin.marks, origin.path)
        problem = explain_rule(found, marks, file)
        problem.message = f"episode seed {seed} draws what cannot be: {problem.message}"
        raise problem
    found._origin = scenario._origin
    return found


def check(scenario: Scenario) -> None:
    """Every range names numbers that may vary, and both its ends are allowed; raises as record.wrong."""
    if not scenario.randomise:
        return
    data = _data(scenario)
    for pattern, draw in scenario.randomise.items():
        found = _matches(data, pattern)
        if pattern not in _WORDS:
            _check_kind(data, pattern, draw, found)
        elif pattern == INSULATION and draw.factor is None:
            raise wrong("insulation varies by factors", ("randomise", pattern), None, "such as [0.8, 1.2]")
        elif draw.add_min is not None:
            raise wrong("add_min is for clock times", ("randomise", pattern), None, "add, or factors")
        elif found == [(OCCUPANTS,)] and draw.ends[1] > (draw.factor is not None):
            raise wrong("a household has no more members than are written", ("randomise", pattern),
                        list(draw.ends), "an upper end of at most 1 (add: 0)")  # fmt: skip
        for end in sorted(set(draw.ends)):
            changed = _data(scenario)
            for keys in found:
                _change(changed, keys, draw, end)
            problem = _validated(scenario, changed, pattern)
            if isinstance(problem, PydanticCustomError):
                context = problem.context or {}
                context["text"] = f"at the end {end:g} of the range: {context['text']}"
                raise problem


def _data(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a mapping in which every number has its key."""
    data = scenario.model_dump()
    weather = scenario.site.weather_variability
    data["site"]["weather_variability"] = {key: getattr(weather, key) for key in type(weather).model_fields}
    return data


def _validated(scenario: Scenario, data: dict[str, Any], pattern: str = "") -> Scenario | PydanticCustomError:
    """The scenario in the data, or what is wrong with it, told at the range that led there."""
    data["randomise"] = {}
    try:
        return type(scenario).model_validate(data)
    except ValidationError as error:
        first: dict[str, Any] = dict(error.errors(include_url=False)[0])
        context: dict[str, Any] = first.get("ctx", {})
        keys: Keys = tuple(first["loc"])
        if first["type"] == "rule":
            keys += context["at"]
            text, value, allowed = context["text"], context["value"], context["allowed"]
        else:
            value = first.get("input")
            text, allowed = words(first["type"], context, value, first["msg"])
        place = pattern or _pattern_of(scenario, keys)
        at: Keys = ("randomise", place) if place else keys
        return wrong(
            f"{text} ({_plainly(keys)})", at, value if not isinstance(value, dict) else None, allowed
        )


def _plainly(keys: Keys) -> str:
    """A location of pydantic as people write it, without the tags of unions."""
    return dotted(tuple(key for key in keys if key not in _TAGS))


_TAGS = ("ideal_loads", "vav", "heat_pump", "office", "school", "family", "radiators", "floor_heating")


def _pattern_of(scenario: Scenario, keys: Keys) -> str:
    """The pattern that names the number at a location of pydantic, or the first whose section it is."""
    path = [str(key) for key in keys if key not in _TAGS]
    names = list(scenario.randomise)
    last = [name for name in names if path and name.rsplit(".", 1)[-1] == path[-1]]
    section = [name for name in names if path and name.split(".", 1)[0] == path[0]]
    return next(iter([*last, *section, *names]), "")


def _matches(data: dict[str, Any], pattern: str) -> list[Keys]:
    """Paths of all numbers that a pattern names; raises as record.wrong where it names none."""
    if pattern == INSULATION:
        return [(INSULATION,)]
    if pattern == OCCUPANTS:
        if not (found := rooms(data)):
            raise wrong("there is nobody", ("randomise", pattern), None, "a scenario with people")
        return found
    parts = tuple(pattern.split("."))
    if parts[0] in _REFUSED:
        raise wrong("this cannot vary from episode to episode", ("randomise", pattern), None,
                    _REFUSED[parts[0]])  # fmt: skip
    if "operating_hours" in parts:
        raise wrong("operating hours cannot vary from episode to episode", ("randomise", pattern), None,
                    "schedules are " + _SHARED)  # fmt: skip
    if shape := next((part for part in parts if part in _SHAPES), None):
        raise wrong(f"{shape} cannot vary from episode to episode", ("randomise", pattern), None, _SHAPE)
    return list(_walk(data, parts, (), pattern))


def _walk(value: Any, parts: tuple[str, ...], at: Keys, pattern: str) -> Iterator[Keys]:
    if not parts:
        yield at
        return
    part, rest = parts[0], parts[1:]
    if isinstance(value, list | tuple):
        called = {_name(item, i): i for i, item in enumerate(value)}
        if part == "*":
            for i, item in enumerate(value):
                yield from _walk(item, rest, (*at, i), pattern)
            return
        number = called.get(part, int(part) if part.isdecimal() and int(part) < len(value) else None)
        if number is not None:
            yield from _walk(value[number], rest, (*at, number), pattern)
            return
        options = list(called)
    elif isinstance(value, dict):
        if part == "*":
            for key, item in value.items():
                yield from _walk(item, rest, (*at, key), pattern)
            return
        if part in value:
            yield from _walk(value[part], rest, (*at, part), pattern)
            return
        options = list(value) if at else [*_WORDS, *(key for key in value if key in _SECTIONS)]
    elif value is None and "*" in pattern.split("."):
        return  # this one of several has no such part
    else:
        options = []
    text = f"unknown key {part}" if options else f"there is nothing below {dotted(at)}"
    raise wrong(text, ("randomise", pattern), part, listing([*options, "*"] if options else ["no key"], 40),
                options or None)  # fmt: skip


def _name(item: Any, i: int) -> str:
    """What an item of a list is called in a path."""
    if isinstance(item, dict):
        for key in ("id", "zone", "name", "measures"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return str(i)


def _at(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def _check_kind(data: dict[str, Any], pattern: str, draw: Draw, found: list[Keys]) -> None:
    """What a pattern names are numbers (or clock times, with add_min), and one of them is given."""
    values = [_at(data, keys) for keys in found]
    if all(value is None for value in values):
        text = "this is not given in the scenario, so there is no number to vary"
        raise wrong(text, ("randomise", pattern), None, "the key of a number; write it into the scenario")
    for value in values:
        clock = isinstance(value, str) and value[2:3] == ":"
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if clock and draw.add_min is None:
            raise wrong("this is a clock time", ("randomise", pattern), value, "add_min: [-30, 30]")
        if draw.add_min is not None and number:
            raise wrong("add_min is for clock times", ("randomise", pattern), value, "add, or factors")
        if value is not None and not clock and not number:
            shown = value if isinstance(value, str | bool) else None
            raise wrong("this is not a number", ("randomise", pattern), shown, "the key of a number")


def _drawn(draw: Draw, seed: int, keys: Keys, data: dict[str, Any]) -> float:
    """The factor or offset of one number in one episode."""
    named: list[str] = []
    value: Any = data
    for key in keys:
        listed = isinstance(value, list | tuple) and isinstance(key, int)
        named.append(_name(value[key], key) if listed and isinstance(key, int) else str(key))
        value = None if keys[0] in _WORDS else value[key]
    low, high = draw.ends
    return low + (high - low) * float(generator(seed, "randomise", ".".join(named)).random())


def _change(data: dict[str, Any], keys: Keys, draw: Draw, by: float) -> None:
    """Put the drawn value of one number into the data."""
    if keys == (INSULATION,):
        insulated(data, by)
        return
    if keys[0] == OCCUPANTS:
        resized(data, keys, lambda number: _moved(number, draw, by))
        return
    owner: Any = data
    for key in keys[:-1]:
        if isinstance(owner[key], tuple):
            owner[key] = list(owner[key])
        owner = owner[key]
    value = owner[keys[-1]]
    if value is not None:
        owner[keys[-1]] = _moved(value, draw, by)


def _moved(value: Any, draw: Draw, by: float) -> Any:
    if draw.add_min is not None:
        minutes = round(60 * int(value[:2]) + int(value[3:]) + by)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    new = value * by if draw.factor is not None else value + by
    return round(new) if isinstance(value, int) else new
