"""The building of a scenario: constructions, glazing, zones, partitions and doors."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from twin.scenario.outline import check_outline
from twin.scenario.record import Fraction, Name, NonNegative, Positive, Record, wrong


class Layer(Record):
    """One layer of a construction; either a massive material or a pure resistance.

    Layers are listed from the inside to the outside.
    """

    material: str = ""  # for the reader only
    thickness_m: Positive | None = None
    conductivity_w_mk: Positive | None = None
    density_kg_m3: NonNegative = 0.0
    specific_heat_j_kgk: NonNegative = 0.0
    resistance_m2k_w: Positive | None = None  # instead of thickness and conductivity

    @model_validator(mode="after")
    def _one_description(self) -> Layer:
        solid = self.thickness_m is not None and self.conductivity_w_mk is not None
        some = self.thickness_m is not None or self.conductivity_w_mk is not None
        either = "resistance_m2k_w alone, or thickness_m with conductivity_w_mk"
        if self.resistance_m2k_w is not None and some:
            raise wrong("a layer has a resistance or a thickness, not both", ("resistance_m2k_w",),
                        self.resistance_m2k_w, either)  # fmt: skip
        if self.resistance_m2k_w is None and not solid:
            raise wrong("a layer needs a thickness with a conductivity, or a resistance", (), None, either)
        return self


class Construction(Record):
    """An opaque construction by its layers, inside to outside."""

    layers: tuple[Layer, ...] = Field(min_length=1)  # inside to outside
    solar_absorptance_outside: Fraction = 0.6  # share of sunlight that it absorbs
    emissivity_outside: Fraction = 0.9  # for long-wave radiation
    emissivity_inside: Fraction = 0.9  # for long-wave radiation


class GlazingByValues(Record):
    """Glazing known by its U-value and solar heat gain coefficient only."""

    u_value_w_m2k: float = Field(gt=0.3, lt=7)
    shgc: float = Field(gt=0.05, lt=0.95)  # solar heat gain coefficient at normal incidence


class Shading(Record):
    """Fixed shading of a window."""

    overhang_depth_m: NonNegative = 0.0
    overhang_above_m: NonNegative = 0.0  # height of the overhang above the window head
    fin_depth_m: NonNegative = 0.0  # both sides
    horizon_deg: float = Field(0.0, ge=0, lt=80)  # obstruction angle seen from the window


class Window(Record):
    """Windows of one kind in one wall."""

    glazing: str  # a named type, or a key of building.glazing
    area_m2: Positive
    height_m: Positive = 1.5
    shading: Shading = Shading()  # fixed shading outside
    openable_fraction: Fraction = 0.0  # share of the area that people can open


def check_windows(windows: tuple[Window, ...], area_m2: float) -> None:
    """The windows of a wall or roof leave some of its gross area [m2]."""
    glass = sum(window.area_m2 for window in windows)
    if glass >= area_m2:
        allowed = f"windows of less than {area_m2:g} m2 in all; area_m2 is gross, windows included"
        raise wrong("the windows are larger than what they are in", ("windows",), round(glass, 3), allowed)


class Wall(Record):
    """An outside wall; its area is gross, windows included."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    azimuth_deg: float = Field(ge=0, lt=360)  # outward normal, clockwise from north
    tilt_deg: float = Field(90.0, gt=0, le=180)
    windows: tuple[Window, ...] = ()  # within the gross area

    @model_validator(mode="after")
    def _windows_fit(self) -> Wall:
        check_windows(self.windows, self.area_m2)
        return self


class Roof(Record):
    """A roof, horizontal unless tilted; windows here are skylights."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    azimuth_deg: float = Field(180.0, ge=0, lt=360)
    tilt_deg: float = Field(0.0, ge=0, le=90)
    windows: tuple[Window, ...] = ()  # skylights, within the gross area

    @model_validator(mode="after")
    def _windows_fit(self) -> Roof:
        check_windows(self.windows, self.area_m2)
        return self


class Floor(Record):
    """A floor and what is under it."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    boundary: Literal["ground", "outdoor", "adiabatic"] = "ground"  # what is under it


class Furniture(Record):
    """Internal mass: light partitions, furniture, anything wholly inside the zone."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive


class Infiltration(Record):
    """Air leakage: by leakage area (wind and temperature difference) or as a fixed air change."""

    leakage_area_cm2: NonNegative | None = None  # effective, at 4 Pa
    air_changes_per_hour: NonNegative | None = None  # instead of the leakage area, whatever the weather

    @model_validator(mode="after")
    def _one_description(self) -> Infiltration:
        if self.leakage_area_cm2 is not None and self.air_changes_per_hour is not None:
            raise wrong("air leakage is given twice", ("air_changes_per_hour",), self.air_changes_per_hour,
                        "leakage_area_cm2 or air_changes_per_hour, not both")  # fmt: skip
        return self


class Zone(Record):
    """A room, or rooms that share one air."""

    id: Name
    label: str = ""  # name in reports
    floor_area_m2: Positive
    height_m: float = Field(2.7, gt=0, le=60)
    outline_m: tuple[tuple[float, float], ...] = ()  # corners on the plan, x east, y north
    walls: tuple[Wall, ...] = ()  # outside walls only
    roof: Roof | None = None  # none under another heated storey
    floor: Floor | None = None  # none above another heated storey
    furniture: Furniture | None = None  # stores heat
    infiltration: Infiltration = Infiltration()  # air leakage
    air_capacity_multiplier: float = Field(3.0, ge=1, le=20)  # air and light things that follow it
    conditioned: bool = True  # heated and cooled by the HVAC system

    @model_validator(mode="after")
    def _outline_encloses_the_floor(self) -> Zone:
        check_outline(self.outline_m, self.floor_area_m2)
        return self


class Door(Record):
    """A door in a partition."""

    width_m: Positive = 0.9
    height_m: Positive = 2.0
    open_fraction: Fraction = 0.0  # mean share of the time and width that it stands open
    mixing_m3_h: NonNegative = 0.0  # air exchanged by fans or undercuts at any time


class Partition(Record):
    """A wall between two zones, listed from the first zone's side."""

    between: tuple[Name, Name]  # ids of two zones
    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    door: Door | None = None  # lets air pass

    @model_validator(mode="after")
    def _between_two(self) -> Partition:
        if self.between[0] == self.between[1]:
            raise wrong(
                "a partition stands between two different zones",
                ("between", 1),
                self.between[1],
                "another zone",
            )
        if self.door is not None and self.door.width_m * self.door.height_m >= self.area_m2:
            size = round(self.door.width_m * self.door.height_m, 3)
            raise wrong("the door is larger than its wall", ("door",), size, f"less than {self.area_m2:g} m2")
        return self


class BuildingFabric(Record):
    """All of the building that does not move."""

    constructions: dict[Name, Construction] = Field({})  # types of your own, beside the named ones
    glazing: dict[Name, GlazingByValues] = Field({})  # types of your own, beside the named ones
    zones: tuple[Zone, ...] = Field(min_length=1, max_length=40)  # at least one
    partitions: tuple[Partition, ...] = ()  # walls between zones
