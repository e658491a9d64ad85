"""The only place where a point's quantity, unit, bounds and Brick class are written.

A point id is `<zone or equipment>.<quantity>`, for example `open_plan.air_temperature`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One row of the table: what a point measures or commands.

    Parameters
    ----------
    name
        The quantity, as in a point id after the dot.
    unit
        SI-based unit as people write it.
    lower, upper
        Physical bounds in that unit; used to validate commands and to normalise observations.
    brick
        Brick 1.4 class name.
    label
        Plain words for reports.
    decimals
        Digits worth showing.
    """

    name: str
    unit: str
    lower: float
    upper: float
    brick: str
    label: str
    decimals: int = 1


_ROWS = (
    # zones, measured
    Quantity("air_temperature", "°C", -30.0, 60.0, "Zone_Air_Temperature_Sensor", "air temperature"),
    Quantity(
        "operative_temperature", "°C", -30.0, 60.0, "Operative_Temperature_Sensor", "operative temperature"
    ),
    Quantity(
        "mean_radiant_temperature",
        "°C",
        -30.0,
        70.0,
        "Radiant_Panel_Temperature_Sensor",
        "radiant temperature",
    ),
    Quantity("relative_humidity", "%", 0.0, 100.0, "Zone_Air_Humidity_Sensor", "relative humidity", 0),
    Quantity("humidity_ratio", "kg/kg", 0.0, 0.05, "Humidity_Sensor", "humidity ratio", 4),
    Quantity("co2", "ppm", 300.0, 10000.0, "CO2_Level_Sensor", "CO2", 0),
    Quantity("occupants", "people", 0.0, 500.0, "Occupancy_Count_Sensor", "people present", 0),
    Quantity("presence", "-", 0.0, 1.0, "Occupancy_Sensor", "presence", 0),
    Quantity("illuminance", "lx", 0.0, 20000.0, "Illuminance_Sensor", "illuminance", 0),
    Quantity("supply_air_flow", "kg/s", 0.0, 50.0, "Supply_Air_Flow_Sensor", "supply air flow", 3),
    Quantity(
        "supply_air_temperature", "°C", -20.0, 60.0, "Supply_Air_Temperature_Sensor", "supply air temperature"
    ),
    Quantity("heat_to_zone", "W", -1e6, 1e6, "Thermal_Power_Sensor", "heat into the zone", 0),
    Quantity("damper_position", "-", 0.0, 1.0, "Damper_Position_Sensor", "damper position", 2),
    Quantity("valve_position", "-", 0.0, 1.0, "Valve_Position_Sensor", "valve position", 2),
    Quantity("window_opening", "-", 0.0, 1.0, "Window_Status", "window opening", 2),
    Quantity("setpoint_offset", "K", -5.0, 5.0, "Temperature_Adjust_Sensor", "thermostat override"),
    Quantity("pmv", "-", -3.0, 3.0, "Sensor", "predicted mean vote", 2),
    # systems, measured
    Quantity(
        "return_air_temperature", "°C", -20.0, 60.0, "Return_Air_Temperature_Sensor", "return air temperature"
    ),
    Quantity(
        "mixed_air_temperature", "°C", -40.0, 60.0, "Mixed_Air_Temperature_Sensor", "mixed air temperature"
    ),
    Quantity("outdoor_air_flow", "kg/s", 0.0, 50.0, "Outside_Air_Flow_Sensor", "outdoor air flow", 3),
    Quantity(
        "outdoor_air_fraction", "-", 0.0, 1.0, "Outside_Damper_Position_Sensor", "outdoor air fraction", 2
    ),
    Quantity("fan_speed", "-", 0.0, 1.0, "Fan_Speed_Sensor", "fan speed", 2),
    Quantity(
        "duct_static_pressure", "Pa", 0.0, 3000.0, "Supply_Air_Static_Pressure_Sensor", "duct static pressure", 0
    ),
    Quantity(
        "supply_water_temperature",
        "°C",
        0.0,
        95.0,
        "Supply_Water_Temperature_Sensor",
        "supply water temperature",
    ),
    Quantity(
        "return_water_temperature",
        "°C",
        0.0,
        95.0,
        "Return_Water_Temperature_Sensor",
        "return water temperature",
    ),
    Quantity("compressor_on", "-", 0.0, 1.0, "On_Off_Status", "compressor runs", 0),
    Quantity(
        "coefficient_of_performance", "-", 0.0, 12.0, "Efficiency_Sensor", "coefficient of performance", 2
    ),
    Quantity("electric_power", "W", 0.0, 1e7, "Electric_Power_Sensor", "electric power", 0),
    Quantity("gas_power", "W", 0.0, 1e7, "Natural_Gas_Usage_Sensor", "gas power", 0),
    Quantity("thermal_power", "W", -1e7, 1e7, "Thermal_Power_Sensor", "thermal power", 0),
    Quantity("electric_energy", "kWh", 0.0, 1e12, "Electric_Energy_Sensor", "electricity register", 2),
    Quantity("gas_energy", "kWh", 0.0, 1e12, "Natural_Gas_Usage_Sensor", "gas register", 2),
    Quantity("heat_energy", "kWh", 0.0, 1e12, "Thermal_Energy_Sensor", "heat register", 2),
    # site
    Quantity(
        "outdoor_temperature", "°C", -50.0, 60.0, "Outside_Air_Temperature_Sensor", "outdoor temperature"
    ),
    Quantity(
        "outdoor_humidity_ratio",
        "kg/kg",
        0.0,
        0.04,
        "Outside_Air_Humidity_Sensor",
        "outdoor humidity ratio",
        4,
    ),
    Quantity("wind_speed", "m/s", 0.0, 60.0, "Wind_Speed_Sensor", "wind speed"),
    Quantity(
        "global_horizontal_irradiance", "W/m2", 0.0, 1500.0, "Solar_Irradiance_Sensor", "solar irradiance", 0
    ),
    Quantity("electricity_price", "1/kWh", -10.0, 10.0, "Price_Sensor", "electricity price", 3),
    Quantity("carbon_intensity", "kgCO2/kWh", 0.0, 2.0, "Sensor", "carbon intensity", 3),
    # commands
    Quantity("heating_setpoint", "°C", 5.0, 30.0, "Heating_Temperature_Setpoint", "heating setpoint"),
    Quantity("cooling_setpoint", "°C", 15.0, 45.0, "Cooling_Temperature_Setpoint", "cooling setpoint"),
    Quantity("ventilation_command", "-", 0.0, 1.0, "Outside_Air_Flow_Setpoint", "ventilation", 2),
    Quantity("damper_command", "-", 0.0, 1.0, "Damper_Position_Command", "damper command", 2),
    Quantity("valve_command", "-", 0.0, 1.0, "Valve_Command", "valve command", 2),
    Quantity(
        "supply_air_temperature_setpoint",
        "°C",
        8.0,
        35.0,
        "Supply_Air_Temperature_Setpoint",
        "supply air setpoint",
    ),
    Quantity(
        "supply_water_temperature_setpoint",
        "°C",
        15.0,
        65.0,
        "Supply_Water_Temperature_Setpoint",
        "supply water setpoint",
    ),
    Quantity("fan_speed_command", "-", 0.0, 1.0, "Fan_Speed_Command", "fan speed command", 2),
    Quantity(
        "outdoor_air_damper_command",
        "-",
        0.0,
        1.0,
        "Damper_Position_Command",
        "outdoor air damper command",
        2,
    ),
    Quantity(
        "minimum_outdoor_air_command",
        "-",
        0.0,
        1.0,
        "Min_Outside_Air_Flow_Setpoint_Limit",
        "minimum outdoor air",
        2,
    ),
    Quantity("cooling_valve_command", "-", 0.0, 1.0, "Valve_Command", "cooling valve command", 2),
    Quantity("heating_valve_command", "-", 0.0, 1.0, "Valve_Command", "heating valve command", 2),
)

QUANTITIES: dict[str, Quantity] = {row.name: row for row in _ROWS}


@dataclass(frozen=True, order=True)
class Point:
    """A quantity of one zone or piece of equipment."""

    entity: str
    quantity: str

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise KeyError(f"unknown quantity {self.quantity!r} (see twin.basics.points.QUANTITIES)")

    @property
    def id(self) -> str:
        """`<entity>.<quantity>`."""
        return f"{self.entity}.{self.quantity}"

    @property
    def row(self) -> Quantity:
        """Unit, bounds, Brick class and label."""
        return QUANTITIES[self.quantity]

    @classmethod
    def parse(cls, point_id: str) -> Point:
        """The point with this id; raises KeyError where the quantity is unknown."""
        entity, _, quantity = point_id.rpartition(".")
        return cls(entity, quantity)
