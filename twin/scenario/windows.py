"""Windows of a scenario: glazing by values or by table, frames, and fixed shading."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from twin.scenario.record import Fraction, NonNegative, Positive, Record, wrong

_BY_ANGLE = ("transmittance", "absorptance_outer", "absorptance_inner")
_TABLE = (
    "angles_deg", *_BY_ANGLE, "diffuse_transmittance", "diffuse_absorptance_outer",
    "diffuse_absorptance_inner", "gap_conductance_w_m2k", "pane_resistance_m2k_w",
)  # fmt: skip


class GlazingType(Record):
    """Glazing by its U-value and solar heat gain coefficient, or by a table over the angle of incidence.

    A table is of the whole glazing, without its frame; absorptances are shares of the incident radiation.
    """

    u_value_w_m2k: float | None = Field(None, gt=0.3, lt=7)  # with shgc; not with a table
    shgc: float | None = Field(None, gt=0.05, lt=0.95)  # solar heat gain coefficient at normal incidence
    angles_deg: tuple[float, ...] = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)  # 0 to 90
    transmittance: tuple[Fraction, ...] = ()  # solar, at each angle
    absorptance_outer: tuple[Fraction, ...] = ()  # of the outer pane, at each angle
    absorptance_inner: tuple[Fraction, ...] = ()  # of the inner pane, at each angle; none: 0
    diffuse_transmittance: Fraction | None = None  # hemispherical; none: integrated from the table
    diffuse_absorptance_outer: Fraction | None = None  # hemispherical; none: integrated from the table
    diffuse_absorptance_inner: Fraction | None = None  # hemispherical; none: integrated from the table
    panes: Literal[1, 2] = 2  # 1: one body without a gap
    gap_conductance_w_m2k: Positive | None = None  # gas and radiation at 10 °C, face to face of the gap
    gap_emissivity: Fraction | None = None  # 1/(1/e1 + 1/e2 - 1) of its faces; none: the gap is constant
    gas_exponent: float = Field(0.88, ge=0, le=2)  # conductance of the gas grows with T/273 K to this power
    pane_resistance_m2k_w: Positive | None = None  # of all glass; none: 3 mm panes
    emissivity_outside: float = Field(0.84, gt=0, le=1)  # long-wave, of the face to the outdoors
    emissivity_inside: float = Field(0.84, gt=0, le=1)  # long-wave, of the face to the room

    @property
    def tabled(self) -> bool:
        """Whether it is described by a table."""
        return bool(self.transmittance)

    @model_validator(mode="after")
    def _one_description(self) -> GlazingType:
        either = "u_value_w_m2k with shgc, or a table: transmittance and absorptance_outer by angle"
        if self.tabled:
            for key in ("u_value_w_m2k", "shgc"):
                if getattr(self, key) is not None:
                    raise wrong("a glazing is given by values or by a table", (key,), getattr(self, key),
                                either)  # fmt: skip
            self._check_table()
            return self
        for key in ("u_value_w_m2k", "shgc"):
            if getattr(self, key) is None:
                raise wrong(f"a glazing needs `{key}` or a table", (), None, either)
        given = [key for key in _TABLE if getattr(self, key) != type(self).model_fields[key].default]
        if given:
            raise wrong("this key is of a glazing with a table, and `transmittance` is missing", (given[0],),
                        None, either)  # fmt: skip
        return self

    def _check_table(self) -> None:
        angles = self.angles_deg
        if len(angles) < 3 or angles[0] != 0.0 or angles[-1] != 90.0 or list(angles) != sorted({*angles}):
            raise wrong("these are not angles of incidence", ("angles_deg",), str(list(angles)),
                        "three or more, rising from 0 to 90")  # fmt: skip
        for key in _BY_ANGLE:
            values = getattr(self, key)
            if len(values) != len(angles) and not (key == "absorptance_inner" and not values):
                raise wrong("this is not one value per angle", (key,), len(values), f"{len(angles)} values")
        inner = self.absorptance_inner or (0.0,) * len(angles)
        for i, parts in enumerate(zip(self.transmittance, self.absorptance_outer, inner, strict=True)):
            if sum(parts) > 1.0 + 1e-9:
                raise wrong("more is transmitted and absorbed than falls on the glass", ("transmittance", i),
                            round(sum(parts), 4), "at most 1 in all")  # fmt: skip
        if self.panes == 1 and self.gap_conductance_w_m2k is not None:
            raise wrong("one pane has no gap", ("gap_conductance_w_m2k",), self.gap_conductance_w_m2k,
                        "panes: 2, or no gap_conductance_w_m2k")  # fmt: skip
        if self.panes == 2 and self.gap_conductance_w_m2k is None:
            raise wrong("two panes need what lies between", ("gap_conductance_w_m2k",), None,
                        "gap_conductance_w_m2k, or panes: 1")  # fmt: skip


class Shading(Record):
    """Fixed shading of a window. Left and right are as seen from outside."""

    overhang_depth_m: NonNegative = 0.0
    overhang_above_m: NonNegative = 0.0  # height of the overhang above the window head
    overhang_left_m: NonNegative | None = None  # how far it runs past the window's left edge; none: far
    overhang_right_m: NonNegative | None = None  # how far it runs past the window's right edge; none: far
    fin_depth_m: NonNegative = 0.0  # both sides
    fin_left_depth_m: NonNegative = 0.0  # left side only; instead of fin_depth_m
    fin_right_depth_m: NonNegative = 0.0  # right side only; instead of fin_depth_m
    fin_offset_m: NonNegative = 0.0  # from the window's edges to the fins
    fin_above_m: NonNegative = 0.0  # how far the fins reach above the window head
    fin_below_m: NonNegative = 0.0  # how far the fins reach below the sill
    horizon_deg: float = Field(0.0, ge=0, lt=80)  # obstruction angle seen from the window

    @model_validator(mode="after")
    def _fins_once(self) -> Shading:
        for key in ("fin_left_depth_m", "fin_right_depth_m"):
            if self.fin_depth_m > 0.0 and getattr(self, key) > 0.0:
                allowed = "fin_depth_m for both sides, or fin_left_depth_m and fin_right_depth_m"
                raise wrong("the fins are given twice", (key,), getattr(self, key), allowed)
        return self


class Window(Record):
    """Windows of one kind in one wall."""

    glazing: str  # a named type, or a key of building.glazing
    area_m2: Positive  # of all of them together, frames included
    height_m: Positive = 1.5
    width_m: Positive | None = None  # of one window; none: area over height and count
    count: int = Field(1, ge=1, le=1000)  # equal windows that area_m2 is the sum of
    frame_fraction: float = Field(0.0, ge=0, lt=1)  # share of area_m2 that is frame
    frame_u_value_w_m2k: float = Field(2.0, gt=0, le=10)  # of the frame, films included
    shading: Shading = Shading()  # fixed shading outside
    openable_fraction: Fraction = 0.0  # share of the area that people can open

    @property
    def glass_m2(self) -> float:
        """Glass without its frame [m2]."""
        return self.area_m2 * (1.0 - self.frame_fraction)

    @property
    def one_width_m(self) -> float:
        """Width of one of the windows [m]."""
        return self.width_m or self.area_m2 / (self.height_m * self.count)

    @model_validator(mode="after")
    def _size_fits(self) -> Window:
        if self.width_m is not None:
            area = self.width_m * self.height_m * self.count
            if abs(area - self.area_m2) > 0.02 * self.area_m2:
                raise wrong("width, height and count make another area", ("area_m2",), self.area_m2,
                            f"about {area:.4g}, or another width_m, height_m or count")  # fmt: skip
        return self


def check_windows(windows: tuple[Window, ...], area_m2: float) -> None:
    """The windows of a wall or roof leave some of its gross area [m2]."""
    glass = sum(window.area_m2 for window in windows)
    if glass >= area_m2:
        allowed = f"windows of less than {area_m2:g} m2 in all; area_m2 is gross, windows included"
        raise wrong("the windows are larger than what they are in", ("windows",), round(glass, 3), allowed)
