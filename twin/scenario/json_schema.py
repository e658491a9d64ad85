"""The JSON Schema of a scenario file, with which editors complete keys and mark mistakes."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

from pydantic import BaseModel

from twin.scenario.record import Record
from twin.scenario.schema import Scenario

_FIELD = re.compile(r"^    (\w+): [^#]*?(?:#\s*(?!fmt:)(.*))?$", re.MULTILINE)
_UNITS = (
    ("_w_m2k", "W/m2K"), ("_w_mk", "W/mK"), ("_m2k_w", "m2K/W"), ("_j_kgk", "J/kgK"), ("_kg_m3", "kg/m3"),
    ("_m3_h_m2", "m3/h per m2"), ("_m3_h", "m3/h"), ("_l_s_person", "l/s per person"),
    ("_l_s_m2", "l/s per m2"), ("_w_per_l_s", "W per l/s"), ("_w_m2", "W/m2"), ("_w_person", "W per person"),
    ("_l_kw", "l/kW"), ("_per_kwh", "per kWh"), ("_cm2", "cm2"), ("_m2", "m2"), ("_m", "m"),
    ("_deg", "degrees"), ("_ppm", "ppm"), ("_pa", "Pa"), ("_min", "minutes"), ("_h", "hours"),
    ("_s", "seconds"), ("_c", "degrees Celsius"), ("_k", "kelvin"), ("_w", "W"), ("_l", "litres"),
)  # fmt: skip


def json_schema(model: type[Record]) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file that holds one record, such as an AgentSpec or a Datasheet.

    Descriptions are the comments that stand beside the fields in the records, and the unit in the key's name.
    Where files may extend each other, `extends` is added; a file that has it may leave required keys to the
    one that it extends.
    """
    schema = model.model_json_schema()
    records = {record.__name__: record for record in _records(Record)}
    for name, part in {**schema.get("$defs", {}), model.__name__: schema}.items():
        _describe(part.get("properties", {}), records.get(name))
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return _extendable(whole) if model.extendable else whole


def scenario_json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, as `json_schema`."""
    return json_schema(Scenario)


def _extendable(schema: dict[str, Any]) -> dict[str, Any]:
    extends = {
        "type": "string",
        "description": "Another file, by name or path; mappings merge, the rest replaces, null removes",
    }
    required = schema.pop("required", [])
    return {
        **schema,
        "properties": {"extends": extends, **schema["properties"]},
        "anyOf": [{"required": ["extends"]}, {"required": required}],
    }


def _records(root: type[Record]) -> list[type[Record]]:
    return [root, *(model for child in root.__subclasses__() for model in _records(child))]


def _describe(properties: dict[str, Any], model: type[BaseModel] | None) -> None:
    notes = {} if model is None else _comments(model)
    for key, part in properties.items():
        unit = next((text for suffix, text in _UNITS if key.endswith(suffix)), None)
        words = [part.get("description") or notes.get(key), f"[{unit}]" if unit else None]
        text = " ".join(word for word in words if word)
        if text:
            part["description"] = text


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """Comment beside each field; none where the sources are not installed."""
    try:
        source = inspect.getsource(sys.modules[model.__module__])
    except OSError:
        return {}
    body = source.split(f"class {model.__name__}(", 1)[-1].split("\nclass ", 1)[0]
    return {name: text.strip() for name, text in _FIELD.findall(body) if text}
