"""The building of a scenario: constructions, glazing, zones, partitions and doors."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from twin.scenario.beyond import Beyond, Ground, Outdoor
from twin.scenario.outline import check_outline
from twin.scenario.record import ClockTime, Fraction, Name, NonNegative, Positive, Record, wrong
from twin.scenario.windows import GlazingType, Window, check_windows


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
    solar_absorptance_inside: float = Field(0.6, gt=0, le=1)  # share of sunlight that it absorbs
    emissivity_outside: Fraction = 0.9  # for long-wave radiation
    emissivity_inside: Fraction = 0.9  # for long-wave radiation


class Wall(Record):
    """An outside wall; its area is gross, windows included."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    azimuth_deg: float = Field(ge=0, lt=360)  # outward normal, clockwise from north
    tilt_deg: float = Field(90.0, gt=0, le=180)
    windows: tuple[Window, ...] = ()  # within the gross area
    boundary: Beyond = Outdoor()  # what is on its other side; azimuth counts outdoors only
    inside_solar_absorptance: float | None = Field(None, gt=0, le=1)  # none: that of the construction

    @model_validator(mode="after")
    def _windows_fit(self) -> Wall:
        check_windows(self.windows, self.area_m2)
        _check_beyond(self)
        return self


class Roof(Record):
    """A roof, horizontal unless tilted; windows here are skylights."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    azimuth_deg: float = Field(180.0, ge=0, lt=360)
    tilt_deg: float = Field(0.0, ge=0, le=90)
    windows: tuple[Window, ...] = ()  # skylights, within the gross area
    boundary: Beyond = Outdoor()  # what is above it
    inside_solar_absorptance: float | None = Field(None, gt=0, le=1)  # none: that of the construction

    @model_validator(mode="after")
    def _windows_fit(self) -> Roof:
        check_windows(self.windows, self.area_m2)
        _check_beyond(self)
        if isinstance(self.boundary, Ground):
            raise wrong("a roof has no ground above it", ("boundary",), "ground",
                        "outdoor, adiabatic, unheated_space, fixed_temperature or series")  # fmt: skip
        return self


def _check_beyond(surface: Wall | Roof) -> None:
    """Windows look outdoors; EN ISO 13370 by dimension is of floors."""
    boundary = surface.boundary
    if surface.windows and not isinstance(boundary, Outdoor):
        raise wrong("windows here look outdoors only", ("windows",), boundary.kind, "boundary: outdoor; a "
                    "sunspace is a zone of its own, conditioned: false, behind a partition")  # fmt: skip
    if isinstance(boundary, Ground) and boundary.characteristic_dimension_m is not None:
        raise wrong("the characteristic dimension is of a floor", ("boundary", "characteristic_dimension_m"),
                    boundary.characteristic_dimension_m, "boundary: ground")  # fmt: skip


class Floor(Record):
    """A floor and what is under it."""

    construction: str  # a named type, or a key of building.constructions
    area_m2: Positive
    boundary: Beyond = Ground()  # what is under it
    inside_solar_absorptance: float | None = Field(None, gt=0, le=1)  # none: that of the construction


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


class ThermalBridge(Record):
    """A junction that loses more than its surfaces: linear (psi and length) or a point (chi and count)."""

    name: str = ""  # for the reader only
    psi_w_mk: float | None = Field(None, ge=-1, le=10)  # linear thermal transmittance
    length_m: Positive | None = None  # of the linear bridge
    chi_w_k: float | None = Field(None, ge=-1, le=10)  # point thermal transmittance
    count: int = Field(1, ge=1, le=10000)  # of equal point bridges

    @property
    def conductance(self) -> float:
        """Heat lost per kelvin [W/K]."""
        return (self.psi_w_mk or 0.0) * (self.length_m or 0.0) + (self.chi_w_k or 0.0) * self.count

    @model_validator(mode="after")
    def _one_description(self) -> ThermalBridge:
        line = (self.psi_w_mk is not None, self.length_m is not None)
        either = "psi_w_mk with length_m, or chi_w_k"
        if any(line) and self.chi_w_k is not None:
            raise wrong("a thermal bridge is a line or a point, not both", ("chi_w_k",), self.chi_w_k, either)
        if not all(line) and self.chi_w_k is None:
            raise wrong("a thermal bridge needs a transmittance (and its length)", (), None, either)
        return self


class NightVentilation(Record):
    """Fan-driven outdoor air at fixed hours of every day, besides leaks, windows and the HVAC system."""

    air_changes_per_hour: Positive
    hours: tuple[ClockTime, ClockTime] = ("22:00", "06:00")  # from, to; may run over midnight
    only_if_cooler_by_k: NonNegative | None = None  # outdoors than the zone; none: at any temperature
    not_below_c: float | None = Field(None, ge=-50, le=80)  # zone air at which it stops; none: never
    fan_power_w_per_l_s: NonNegative = 0.0

    @model_validator(mode="after")
    def _some_time(self) -> NightVentilation:
        if self.hours[0] == self.hours[1]:
            raise wrong("the hours begin and end at the same time", ("hours",), self.hours[0],
                        'two times, or ["00:00", "24:00"] for all day')  # fmt: skip
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
    thermal_bridges: tuple[ThermalBridge, ...] = ()  # between the zone's air and outdoors
    night_ventilation: NightVentilation | None = None  # fan-driven outdoor air by the clock
    air_capacity_multiplier: float = Field(3.0, ge=1, le=20)  # air and light things that follow it
    conditioned: bool = True  # heated and cooled by the HVAC system

    @model_validator(mode="after")
    def _outline_encloses_the_floor(self) -> Zone:
        check_outline(self.outline_m, self.floor_area_m2)
        if sum(bridge.conductance for bridge in self.thermal_bridges) < 0.0:
            lost = sum(bridge.conductance for bridge in self.thermal_bridges)
            raise wrong("thermal bridges gain heat in all", ("thermal_bridges",), round(lost, 4),
                        "a sum of at least 0 W/K")  # fmt: skip
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
    glazing: dict[Name, GlazingType] = Field({})  # types of your own, beside the named ones
    zones: tuple[Zone, ...] = Field(min_length=1, max_length=40)  # at least one
    partitions: tuple[Partition, ...] = ()  # walls between zones
    convection: Literal["fixed", "detailed"] = "fixed"  # constant films, or by temperature and wind
