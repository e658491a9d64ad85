"""The HVAC of a scenario, one record per kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.scenario.record import (
    ClockTime,
    Fraction,
    Name,
    NonNegative,
    Positive,
    Record,
    Temperature,
    check_hours,
    wrong,
)


class IdealLoads(Record):
    """Heat and cold exactly as needed, up to a limit, bought as district heating and cooling."""

    kind: Literal["ideal_loads"]
    heating_capacity_w_m2: NonNegative = 150.0
    cooling_capacity_w_m2: NonNegative = 150.0
    outdoor_air_l_s_person: NonNegative = 0.0  # mechanical ventilation while people are expected
    outdoor_air_l_s_m2: NonNegative = 0.0
    heat_recovery_efficiency: Fraction = 0.0  # sensible, of the ventilation
    co2_controlled: bool = False  # ventilation follows CO2 between minimum and design flow
    fan_power_w_per_l_s: NonNegative = 0.0


class VavTerminal(Record):
    """One VAV box; flows not given are sized from the zone's area."""

    zone: Name
    maximum_flow_m3_h: Positive | None = None
    minimum_flow_fraction: Fraction = 0.2  # of the maximum flow
    reheat_capacity_w: NonNegative | None = None


class Vav(Record):
    """Air handler with economizer, cooling coil on a chiller, heating coil and zone reheat on a boiler."""

    kind: Literal["vav"]
    design_flow_m3_h_m2: Positive = 18.0
    terminals: tuple[VavTerminal, ...] = ()  # exceptions; every conditioned zone has one
    reheat_w_m2: NonNegative = 60.0
    minimum_outdoor_air_l_s_person: NonNegative = 2.5  # ASHRAE 62.1 office, people part
    minimum_outdoor_air_l_s_m2: NonNegative = 0.3  # ASHRAE 62.1 office, area part
    supply_air_temperature_c: Temperature = 13.0
    fan_pressure_pa: Positive = 900.0
    static_pressure_reset: bool = False  # of the duct, from the boxes' requests: Guideline 36-2021, 5.16.1.2
    fan_efficiency: float = Field(0.6, gt=0.1, le=0.9)  # of fan, belt, motor and drive together
    economizer: Literal["none", "dry_bulb"] = "dry_bulb"  # free cooling with outdoor air
    economizer_high_limit_c: Temperature = 21.0
    cooling_capacity_w: Positive | None = None
    chiller_cop: Positive = 3.4  # at 35 °C outdoors, full load
    heating_capacity_w: Positive | None = None
    boiler_efficiency: float = Field(0.88, gt=0.4, le=1.1)  # on the lower heating value
    actuator_travel_s: Positive = 90.0
    operating_hours: tuple[ClockTime, ClockTime] = ("06:00", "20:00")  # working days; else on demand

    @model_validator(mode="after")
    def _consistent(self) -> Vav:
        check_hours(*self.operating_hours, ("operating_hours",))
        seen: set[str] = set()
        for i, terminal in enumerate(self.terminals):
            if terminal.zone in seen:
                raise wrong("a zone has one terminal only", ("terminals", i, "zone"), terminal.zone)
            seen.add(terminal.zone)
        return self


def check_water(supply_c: float, return_c: float) -> None:
    """Water leaves an emitter colder than it came, and warmer than a room [°C]."""
    if not 21.0 <= return_c < supply_c:
        raise wrong("the water does not give off heat", ("design_return_c",), return_c,
                    f"from 21 to less than the supply of {supply_c:g}")  # fmt: skip


class Radiators(Record):
    """Hot water radiators with thermostatic valves (EN 442)."""

    kind: Literal["radiators"]
    design_power_w_m2: Positive = 60.0
    design_supply_c: Temperature = 45.0
    design_return_c: Temperature = 38.0
    exponent: float = Field(1.3, ge=1, le=1.5)  # of the excess temperature
    radiant_fraction: Fraction = 0.3  # the rest heats the air
    water_content_l_kw: Positive = 12.0

    @model_validator(mode="after")
    def _water_gives_heat(self) -> Radiators:
        check_water(self.design_supply_c, self.design_return_c)
        return self


class FloorHeating(Record):
    """Pipes in the floor."""

    kind: Literal["floor"]
    design_power_w_m2: Positive = 50.0
    design_supply_c: Temperature = 35.0
    design_return_c: Temperature = 30.0

    @model_validator(mode="after")
    def _water_gives_heat(self) -> FloorHeating:
        check_water(self.design_supply_c, self.design_return_c)
        return self


Emitter = Annotated[Radiators | FloorHeating, Field(discriminator="kind")]


class HeatPump(Record):
    """Air-source heat pump with a water loop and one valve per zone."""

    kind: Literal["heat_pump"]
    heating_capacity_w: Positive  # at 7 °C outdoors, 35 °C water
    cop: Positive = 4.4  # there
    minimum_part_load: Fraction = 0.25  # below it the compressor cycles
    minimum_run_s: NonNegative = 600.0
    minimum_off_s: NonNegative = 600.0
    buffer_l: Positive = 80.0
    backup_heater_w: NonNegative = 3000.0
    pump_power_w: NonNegative = 45.0
    emitter: Emitter = Radiators(kind="radiators")  # radiators or floor
    outdoor_reset: bool = True  # supply temperature follows the outdoor temperature
    ventilation_m3_h: NonNegative = 0.0  # balanced mechanical ventilation, shared by area
    heat_recovery_efficiency: Fraction = 0.0  # sensible, of the ventilation
    ventilation_power_w: NonNegative = 0.0
    actuator_travel_s: Positive = 180.0


System = Annotated[IdealLoads | Vav | HeatPump, Field(discriminator="kind")]
