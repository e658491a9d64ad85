"""The scenario: everything that a run needs, typed and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from twin.basics.clock import Clock
from twin.scenario import rules, variation
from twin.scenario.daily import check_schedules
from twin.scenario.explain import explain
from twin.scenario.fabric import BuildingFabric
from twin.scenario.inhabitants import Behaviour, Loads, NoPeople, People
from twin.scenario.record import (
    EVERY_DAY,
    WORKDAYS,
    ClockTime,
    Fraction,
    Name,
    NonNegative,
    Positive,
    Record,
    Temperature,
    Weekday,
    check_hours,
    wrong,
)
from twin.scenario.strict_yaml import GIVEN, Keys, Mark
from twin.scenario.systems import System
from twin.scenario.variation import Range
from twin.scenario.weather_variability import Variability, WeatherVariability


class Site(Record):
    """Where the building stands and what weather it sees."""

    weather: str  # a packaged name (denver) or a path to an EPW or TMY3 file, plain or .gz
    weather_variability: Variability = WeatherVariability()  # by episode seed: none, low, medium, high
    timezone: str  # IANA name; civil time of people and tariffs
    holidays: str | None = None  # country code, or country-subdivision: "US", "DE-BY"
    albedo: Fraction = 0.2  # share of sunlight that the ground reflects
    shelter: Fraction = 0.5  # share of the met station's wind that reaches the building
    outdoor_co2_ppm: float = Field(420.0, ge=300, le=1000)
    air_density_kg_m3: float | None = Field(None, ge=0.5, le=1.6)  # none: at 20 °C and the mean pressure
    horizon_deg: float = Field(0.0, ge=0, lt=80)  # elevation of what stands all around
    horizon_by_azimuth_deg: tuple[tuple[float, float], ...] = ()  # [azimuth, elevation] pairs, instead

    @model_validator(mode="after")
    def _one_horizon(self) -> Site:
        pairs = self.horizon_by_azimuth_deg
        if pairs and self.horizon_deg > 0.0:
            raise wrong("the horizon is given twice", ("horizon_deg",), self.horizon_deg,
                        "horizon_deg or horizon_by_azimuth_deg")  # fmt: skip
        for i, (azimuth, elevation) in enumerate(pairs):
            if not 0.0 <= azimuth < 360.0 or (i and azimuth <= pairs[i - 1][0]):
                raise wrong("azimuths of the horizon rise from 0", ("horizon_by_azimuth_deg", i, 0), azimuth,
                            "0 to below 360, each more than the one before")  # fmt: skip
            if not 0.0 <= elevation < 80.0:
                raise wrong("this is no elevation of a horizon", ("horizon_by_azimuth_deg", i, 1), elevation,
                            "0 to below 80")  # fmt: skip
        return self


class Comfort(Record):
    """Bounds that the indicators measure against; occupied hours are civil time."""

    occupied_hours: tuple[ClockTime, ClockTime] = ("07:00", "19:00")  # from, to
    occupied_days: tuple[Weekday, ...] = WORKDAYS  # public holidays are never among them
    lower_c: Temperature = 20.0
    upper_c: Temperature = 26.0
    lower_unoccupied_c: Temperature = 15.0
    upper_unoccupied_c: Temperature = 30.0
    co2_limit_ppm: float = Field(1000.0, ge=400, le=10000)
    lower_schedule_c: tuple[tuple[ClockTime, Temperature], ...] = ()  # by the clock, instead of lower_c
    upper_schedule_c: tuple[tuple[ClockTime, Temperature], ...] = ()  # by the clock, instead of upper_c
    temperature: Literal["air", "operative"] = "operative"  # what the bounds are compared with
    weight_currency_per_kh: NonNegative = 0.5  # what an occupied degree hour is worth
    weight_currency_per_kppmh: NonNegative = 0.2  # what 1000 ppm.h above the limit are worth

    @model_validator(mode="after")
    def _consistent(self) -> Comfort:
        check_hours(*self.occupied_hours, ("occupied_hours",))
        for key, lower, upper in (
            ("lower_c", self.lower_c, self.upper_c),
            ("lower_unoccupied_c", self.lower_unoccupied_c, self.upper_unoccupied_c),
        ):
            if lower >= upper:
                raise wrong("the lower bound is not below the upper", (key,), lower, f"below {upper:g}")
        check_schedules(self)
        return self


class PricePeriod(Record):
    """A price between two clock times."""

    start: ClockTime
    end: ClockTime
    price_per_kwh: float = Field(ge=-10, le=10)
    days: tuple[Weekday, ...] = EVERY_DAY  # on which it applies


class Tariff(Record):
    """What energy costs. Times of use must not overlap."""

    currency: str = Field("USD", pattern="^[A-Z]{3}$")  # ISO 4217 code
    electricity_per_kwh: float = Field(0.17, ge=-10, le=10)
    periods: tuple[PricePeriod, ...] = ()  # exceptions to electricity_per_kwh
    gas_per_kwh: NonNegative = 0.045
    district_heating_per_kwh: NonNegative = 0.09
    district_cooling_per_kwh: NonNegative = 0.06

    @model_validator(mode="after")
    def _one_price_at_a_time(self) -> Tariff:
        for i, period in enumerate(self.periods):
            check_hours(period.start, period.end, ("periods", i, "end"))
            for k, other in enumerate(self.periods[:i]):
                days = [day for day in period.days if day in other.days]
                if days and period.start < other.end and other.start < period.end:
                    text = f"{period.start} to {period.end} on {days[0]}"
                    raise wrong(f"the period overlaps periods[{k}]", ("periods", i), text,
                                f"times outside {other.start} to {other.end}")  # fmt: skip
        return self


class Carbon(Record):
    """Emission factors."""

    electricity_kg_per_kwh: NonNegative = 0.37
    hourly_kg_per_kwh: tuple[NonNegative, ...] = Field(())  # 24 values by civil hour, instead of the constant
    gas_kg_per_kwh: NonNegative = 0.202
    district_heating_kg_per_kwh: NonNegative = 0.18
    district_cooling_kg_per_kwh: NonNegative = 0.11

    @model_validator(mode="after")
    def _whole_day(self) -> Carbon:
        if len(self.hourly_kg_per_kwh) not in (0, 24):
            raise wrong("this is not one value per hour of the day", ("hourly_kg_per_kwh",),
                        len(self.hourly_kg_per_kwh), "24 values, or none")  # fmt: skip
        return self


class Device(Record):
    """One or more sensors or meters: which datasheet measures which quantity where."""

    datasheet: str  # a name from sensors/ or a path
    measures: str  # a quantity: air_temperature, co2, electric_energy, ...
    at: tuple[str, ...] = Field(min_length=1)  # zones or equipment; "zones" means every zone
    end_use: str | None = None  # which meter, of those `at: [building]`: total, fans, cooling, lighting, ...
    bias: float = 0.0  # constant error on top of the device's own, in the quantity's unit; not of meters
    drift_per_day: float = 0.0  # more constant error every day from bias_from_day on; not of meters
    bias_from_day: float = Field(0.0, ge=0, le=3660)  # of the run; neither is there before; 0: from the start
    error_factor: NonNegative = 1.0  # times the datasheet's constant errors and noise; 0: a faultless device


class Fault(Record):
    """A fault to come (labelled faults are a later chapter; the list may be empty)."""

    kind: str  # what fails
    target: str  # where
    start: date  # first day
    days: Positive
    severity: Fraction = 1.0  # 0 harmless to 1 complete


class RunPlan(Record):
    """When and how finely to simulate."""

    start: date = date(2023, 1, 9)  # first day of the results, civil date
    days: int = Field(14, ge=1, le=3660)  # in the results
    warm_up_days: int = Field(7, ge=0, le=60)  # before the first day, in no result
    tick_s: int = Field(60, ge=1, le=900)
    control_step_s: int = Field(900, ge=1, le=86400)
    truth_s: int = Field(300, ge=1, le=86400)  # how often the truth channel is stored
    baseline: str = "setback"  # the controller of the warm-up, and the one others are compared with
    periods: dict[Name, date] = Field({})  # named 14 day periods by their first day

    @model_validator(mode="after")
    def _steps_fit(self) -> RunPlan:
        if 3600 % self.tick_s:
            fits = [str(s) for s in range(1, 901) if 3600 % s == 0]
            close = min(fits, key=lambda s: abs(int(s) - self.tick_s))
            raise wrong("an hour is not a whole number of ticks", ("tick_s",), self.tick_s,
                        f"a divisor of 3600, such as {close}")  # fmt: skip
        for key, seconds in (("control_step_s", self.control_step_s), ("truth_s", self.truth_s)):
            if seconds % self.tick_s:
                close = str(max(1, round(seconds / self.tick_s)) * self.tick_s)
                raise wrong("this is not a whole multiple of the tick", (key,), seconds,
                            f"a multiple of tick_s = {self.tick_s}, such as {close}")  # fmt: skip
        for at, day in [(("start",), self.start), *((("periods", k), d) for k, d in self.periods.items())]:
            if not 1950 <= day.year <= 2100:
                raise wrong("the year is out of range", at, day.isoformat(), "a year from 1950 to 2100")
        return self


@dataclass(frozen=True)
class Origin:
    """Where a scenario was read, and where each of its keys is written."""

    path: Path
    marks: Mapping[Keys, Mark]


class Scenario(Record):
    """A building, its weather, people, tariff, devices, faults and run."""

    extendable: ClassVar[bool] = True

    format: Literal[1] = 1  # of this file
    name: Name  # how results are called
    title: str = ""  # one line for reports
    description: str = ""  # a paragraph for reports
    site: Site  # where, and what weather
    building: BuildingFabric  # all that does not move
    hvac: System  # heating, cooling and ventilation
    people: Annotated[People, Field()] = NoPeople(kind="none")  # who is there when
    behaviour: Behaviour = Behaviour()  # how people react to what they feel
    loads: Loads = Loads()  # plug loads and lights
    comfort: Comfort = Comfort()  # bounds that the results are measured against
    tariff: Tariff = Tariff()  # what energy costs
    carbon: Carbon = Carbon()  # emission factors
    devices: tuple[Device, ...] = ()  # sensors and meters
    faults: tuple[Fault, ...] = ()  # must be empty for now
    run: RunPlan = RunPlan()  # when, and how finely
    randomise: dict[str, Range] = Field({})  # number: range it is drawn from for each episode seed
    _origin: Origin | None = PrivateAttr(None)

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """Ids of the zones in order."""
        return tuple(zone.id for zone in self.building.zones)

    @property
    def clock(self) -> Clock:
        """Time of the run."""
        run = self.run
        return Clock(
            run.start, self.site.timezone, run.warm_up_days, run.days, run.tick_s, run.control_step_s
        )

    def updated(self, **run: Any) -> Scenario:
        """A copy with some keys of `run` replaced (start, days, ...); raises as `altered`."""
        return self.altered("run", **run)

    def altered(self, section: str, **values: Any) -> Scenario:
        """A copy with some keys of one section (`run`, `site`, ...) replaced.

        Raises
        ------
        ScenarioError
            A value is not allowed.
        """
        data = self.model_dump()
        data[section] = data[section] | values
        try:
            copy = Scenario.model_validate(data)
        except ValidationError as error:
            marks = {} if self._origin is None else self._origin.marks
            given: dict[Keys, Mark] = {(section, key): Mark(GIVEN, 0, 0) for key in values}
            raise explain(error, Scenario, data, {**marks, **given}, None) from None
        copy._origin = self._origin
        return copy

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        rules.check(self)
        variation.check(self)
        return self

    def __eq__(self, other: object) -> bool:
        """Equal in all that is simulated, wherever it was read."""
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]
