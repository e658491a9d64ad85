"""Datasheets of sensors and meters: what a device measures and how well."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from twin.basics.points import QUANTITIES
from twin.scenario.record import Name, NonNegative, Positive, Record, wrong


class Datasheet(Record):
    """One kind of device, as its maker states it. Errors are in the unit of the quantity.

    The systematic part of a device's error is drawn once per device: normal, with a standard deviation of
    half the stated accuracy (which is read as a 95 % bound), cut at `bias_limit`.
    """

    format: Literal[1] = 1
    name: Name
    title: str = Field("", description="What the device is, in plain words")
    source: str = Field(min_length=1, description="Where the figures come from")
    kind: Literal["sensor", "meter"] = Field(
        "sensor", description="A meter keeps a register that never goes back"
    )
    quantities: tuple[str, ...] = Field(
        min_length=1, description="What it can measure, see `twin list points`"
    )
    period_s: int = Field(ge=1, le=86400, description="Time between readings [s]")
    accuracy: NonNegative = Field(
        0.0, description="95 % bound of the systematic error [unit of the quantity]"
    )
    accuracy_share: float = Field(
        0.0, ge=0, le=1, description="The same as a share of the reading, 0.02 for 2 %"
    )
    bias_limit: NonNegative | None = Field(
        None, description="No device is worse than this; default 1.5 accuracy"
    )
    noise_sd: NonNegative = Field(0.0, description="Standard deviation from reading to reading")
    resolution: NonNegative = Field(0.0, description="Step of the readings; 0: none")
    lag_s: NonNegative = Field(0.0, description="Time constant of the probe [s]")
    lower: float | None = Field(None, description="Lowest reading; None: that of the quantity")
    upper: float | None = Field(None, description="Highest reading; None: that of the quantity")
    price: Positive | None = Field(None, description="What one costs, for information")

    @model_validator(mode="after")
    def _consistent(self) -> Datasheet:
        for i, quantity in enumerate(self.quantities):
            if quantity not in QUANTITIES:
                raise wrong("unknown quantity", ("quantities", i), quantity, options=QUANTITIES)
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise wrong(
                "the lowest reading is not below the highest", ("lower",), self.lower, f"below {self.upper}"
            )
        return self

    @property
    def bias_sd(self) -> float:
        """Standard deviation of the systematic error of one device [unit of the quantity]."""
        return self.accuracy / 2.0
