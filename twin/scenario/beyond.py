"""What lies beyond a wall, roof or floor: outdoors, ground, a room alike, or a space of another temperature.

In a file a kind without numbers is one word (`boundary: ground`), others are a mapping:
`boundary: {kind: unheated_space, temperature_factor: 0.5}`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from twin.scenario.record import Fraction, Positive, Record, Temperature


class _Plain(Record):
    """A kind that is written as one word where it has no numbers."""

    @model_serializer(mode="wrap")
    def _as_word(self, handler: SerializerFunctionWrapHandler) -> Any:
        data = handler(self)
        return data["kind"] if all(value is None for key, value in data.items() if key != "kind") else data


class Outdoor(_Plain):
    """Outdoor air, sky and sun; under a floor: air without sun and wind."""

    kind: Literal["outdoor"] = "outdoor"


class Adiabatic(_Plain):
    """A room alike: no heat passes, half the mass takes part."""

    kind: Literal["adiabatic"] = "adiabatic"


class Ground(_Plain):
    """Soil: half a metre of it and undisturbed ground, or, with a dimension, a floor by EN ISO 13370."""

    kind: Literal["ground"] = "ground"
    characteristic_dimension_m: Positive | None = None  # area over half the exposed perimeter; floors only
    wall_thickness_m: Positive | None = None  # of the walls around; none: 0.3
    soil_conductivity_w_mk: Positive | None = None  # none: 2.0, sand or gravel
    soil_heat_capacity_j_m3k: Positive | None = None  # by volume; none: 2.0e6


class UnheatedSpace(Record):
    """A space between the zone and outdoors: its temperature is a share of the way from one to the other."""

    kind: Literal["unheated_space"]
    temperature_factor: Fraction  # b of EN ISO 13789: 0 as warm as the zone, 1 as cold as outdoors


class FixedTemperature(Record):
    """A space that keeps one temperature."""

    kind: Literal["fixed_temperature"]
    temperature_c: Temperature


class TemperatureSeries(Record):
    """A space whose temperature was measured or computed elsewhere.

    The file is CSV with a head line; its first column holds times (ISO 8601, UTC unless they say otherwise),
    linear in between; it must cover the run and its warm-up.
    """

    kind: Literal["series"]
    file: str  # path of the CSV file, relative to the scenario
    column: str  # heading of the temperatures [°C]


def _spelled_out(value: Any) -> Any:
    """One word is a kind without numbers."""
    return {"kind": value} if isinstance(value, str) else value


_Kinds = Outdoor | Adiabatic | Ground | UnheatedSpace | FixedTemperature | TemperatureSeries
_Word = Literal["outdoor", "ground", "adiabatic"]
_Kind = Annotated[_Kinds, Field(discriminator="kind")]
Beyond = Annotated[_Kind, BeforeValidator(_spelled_out, json_schema_input_type=_Word | _Kind)]
