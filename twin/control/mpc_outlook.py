"""What an observation says about the next hours, as means over the blocks of a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.basics.errors import ControllerError
from twin.control.mpc_model import Float, sun_shapes
from twin.task import ObservationSpec

QUARTER_H = 0.25
FINE_H = 1.0  # beyond the next full hour, so long in quarters
_SMOOTH = ("outdoor_temperature", "global_horizontal_irradiance")
_STEPPED = ("electricity_price", "occupants", "comfort_lower", "comfort_upper")


@dataclass(frozen=True)
class Blocks:
    """J blocks of time: length and middle from now [h], civil hour of the middle, clock hour from now."""

    hours: Float
    middle: Float
    civil: Float
    clock: np.ndarray

    @classmethod
    def of(cls, hour: float, horizon_h: int) -> Blocks:
        """Quarters up to the next full hour and for an hour beyond, then hours of the clock."""
        past = round((hour % 1.0) / QUARTER_H) % 4
        quarters = 4 - past + round(FINE_H / QUARTER_H)
        hourly = horizon_h - 1 - (1 if past == 0 else 0)
        hours = np.concatenate([np.full(quarters, QUARTER_H), np.ones(max(0, hourly - 1))])
        middle = np.cumsum(hours) - 0.5 * hours
        clock = np.floor(past * QUARTER_H + middle + 1e-9).astype(int)
        return cls(hours, middle, (hour + middle) % 24.0, clock)


class Reader:
    """Columns of an observation by name; raises ControllerError naming what a planning controller lacks."""

    def __init__(self, observation: ObservationSpec, zones: tuple[str, ...], horizon_h: int) -> None:
        self._index = {name: i for i, name in enumerate(observation.names)}
        self._horizon = horizon_h
        self.zones = zones
        wanted = ["time.day_sin", "time.day_cos", "site.outdoor_temperature", "site.electricity_price"]
        wanted += [
            f"{z}.{q}" for z in zones for q in ("air_temperature", "co2", "presence", "hours_to_occupied")
        ]
        wanted += [f"forecast.{q}.{h}_h" for q in (*_SMOOTH, *_STEPPED) for h in range(1, horizon_h + 1)]
        missing = [name for name in wanted if name not in self._index]
        if missing:
            raise ControllerError(
                "the planning controller needs observations that are missing", value=", ".join(missing[:5])
            )
        self._zone = {
            q: np.array([self._index[f"{z}.{q}"] for z in zones])
            for q in (
                "air_temperature",
                "co2",
                "presence",
                "hours_to_occupied",
                "comfort_lower",
                "comfort_upper",
            )
        }
        self._ahead = {
            q: np.array([self._index[f"forecast.{q}.{h}_h"] for h in range(1, horizon_h + 1)])
            for q in (*_SMOOTH, *_STEPPED)
        }

    def zone(self, row: Float, quantity: str) -> Float:
        """Of every zone now, (Z,)."""
        return np.asarray(row[self._zone[quantity]], dtype=np.float64)

    def site(self, row: Float, name: str) -> float:
        """A number of the site now."""
        return float(row[self._index[name]])

    def hour(self, row: Float) -> float:
        """Civil hour of day, to the minute."""
        angle = np.arctan2(row[self._index["time.day_sin"]], row[self._index["time.day_cos"]])
        return float(np.round((angle % (2.0 * np.pi)) * 24.0 * 60.0 / (2.0 * np.pi)) / 60.0) % 24.0

    def next_hour(self, row: Float) -> Float:
        """Irradiance [W/m2] and people of an hour ahead, (2,): what holds then."""
        return np.array(
            [row[self._ahead["global_horizontal_irradiance"][0]], row[self._ahead["occupants"][0]]]
        )

    def smooth(self, row: Float, quantity: str, now: float, blocks: Blocks) -> Float:
        """Means of blocks by interpolation between the hours ahead, (J,)."""
        values = np.concatenate([[now], row[self._ahead[quantity]]])
        return np.asarray(np.interp(blocks.middle, np.arange(self._horizon + 1.0), values))

    def stepped(self, row: Float, quantity: str, now: float, blocks: Blocks) -> Float:
        """Of blocks, for what changes on full hours of the clock, (J,)."""
        values = np.concatenate([[now], row[self._ahead[quantity]]])
        return np.asarray(values[np.minimum(blocks.clock, self._horizon)])

    def sun(self, row: Float, now: float, blocks: Blocks) -> Float:
        """Irradiance by time of day, (J, 3) [kW/m2]."""
        ghi = self.smooth(row, "global_horizontal_irradiance", now, blocks)
        return np.asarray(ghi[:, None] / 1000.0 * sun_shapes(blocks.civil))
