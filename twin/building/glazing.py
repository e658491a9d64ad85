"""Glass: what passes and what is absorbed by angle of incidence, and what the gap conducts.

A glazing is described by its outer and its inner pane with one gap between. A triple glazing, or one known
only by U and SHGC, is the equivalent pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError, nearest
from twin.building.solar import Incident
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.scenario.windows import GlazingType

Float = NDArray[np.float64]

ANGLES = tuple(10.0 * k for k in range(10))
UNCOATED = 0.84  # emissivity of glass, ANSI/ASHRAE 140-2020 glass pane
PANE_RESISTANCE = 0.003048  # [m2K/W] 3.048 mm at 1 W/mK, ANSI/ASHRAE 140-2020 glass pane
GAP_M = 0.012
GAP_REFERENCE = 10.0  # [°C] at which a scenario states the conductance of a gap

# conductivity at 0 °C [W/mK] and its exponent in T/273.15 K, by the linear laws of ISO 15099:2003, annex B
AIR = (0.02407, 0.88)
ARGON = (0.01635, 0.86)
# Nusselt number of a vertical 12 mm gap, 2 m high, 15 K across: vertical cavities of ISO 15099:2003
AIR_NUSSELT = 1.02
ARGON_NUSSELT = 1.06


@dataclass(frozen=True)
class Glazing:
    """Optical and thermal description of a glazing without its frame.

    Parameters
    ----------
    name
        For messages.
    transmittance, absorptance_outer, absorptance_inner
        Solar, of the whole glazing, at 0, 10 ... 90° of incidence (10 values each) [-]. Absorptance is
        the part of the incident radiation that ends up in that pane.
    diffuse
        The same three, hemispherical [-].
    panes
        1 if outer and inner pane are one body, otherwise at least 2.
    pane_resistance
        Of all glass between the outer and the inner surface [m2K/W].
    gas_conductance
        Of the gap's gas at 0 °C mean, convection included [W/m2K].
    gas_exponent
        Power of T/273.15 K that it grows with [-].
    gap_emissivity
        1/(1/e1 + 1/e2 - 1) of the faces of the gap [-].
    emissivity_outside, emissivity_inside
        Long-wave, of the faces to the outdoors and to the room [-].
    """

    name: str
    transmittance: tuple[float, ...]
    absorptance_outer: tuple[float, ...]
    absorptance_inner: tuple[float, ...]
    diffuse: tuple[float, float, float]
    panes: int
    pane_resistance: float
    gas_conductance: float = 0.0
    gas_exponent: float = 0.0
    gap_emissivity: float = 0.0
    emissivity_outside: float = UNCOATED
    emissivity_inside: float = UNCOATED

    def gap_conductance(self, mean_temperature: float = 0.0) -> float:
        """Gas and radiation across the gap [W/m2K] at its mean temperature [°C]; infinite without a gap."""
        if self.panes == 1:
            return float("inf")
        kelvin = mean_temperature + KELVIN
        gas = self.gas_conductance * (kelvin / KELVIN) ** self.gas_exponent
        return float(gas + self.gap_emissivity * 4.0 * STEFAN_BOLTZMANN * kelvin**3)

    def conductance(self, mean_temperature: float = 0.0) -> float:
        """From the outer to the inner surface, glass included [W/m2K]."""
        return 1.0 / (self.pane_resistance + 1.0 / self.gap_conductance(mean_temperature))

    def u_value(self, outside: float = 25.0, inside: float = 7.69, mean_temperature: float = 10.0) -> float:
        """U-value [W/m2K] with the given films [W/m2K]; by default those of EN 673:2011."""
        return 1.0 / (1.0 / outside + 1.0 / self.conductance(mean_temperature) + 1.0 / inside)

    def shgc(self, angle: float = 0.0, outside: float = 25.0, inside: float = 7.69) -> float:
        """Solar heat gain coefficient [-] at an angle [°]: transmitted, and absorbed that flows inwards."""
        passed, outer, inner = (float(v[0]) for v in properties(self, np.array([angle])))
        u = self.u_value(outside, inside)
        return passed + outer * u / outside + inner * (1.0 - u / inside)


def properties(glazing: Glazing, angle: Float) -> tuple[Float, Float, Float]:
    """Transmittance, outer and inner absorptance at angles (n,) [°], monotone cubic between the values.

    Source: F. Fritsch, R. Carlson, Monotone piecewise cubic interpolation, SIAM J. Numer. Anal. 17 (1980).
    """
    from scipy.interpolate import PchipInterpolator

    table = np.array([glazing.transmittance, glazing.absorptance_outer, glazing.absorptance_inner]).T
    values = PchipInterpolator(np.array(ANGLES), table, axis=0)(np.clip(angle, 0.0, 90.0))
    return values[:, 0], values[:, 1], values[:, 2]


def transmitted_absorbed(glazing: Glazing, incident: Incident) -> tuple[Float, Float, Float]:
    """Radiation that passes, and that heats the outer and the inner pane [W per m2 of glass], each (n,).

    Beam and circumsolar radiation take the values at the angle of incidence, the rest hemispherical ones.
    """
    direct = incident.beam + incident.circumsolar
    diffuse = incident.sky + incident.ground
    passed, outer, inner = np.zeros_like(direct), np.zeros_like(direct), np.zeros_like(direct)
    lit = np.flatnonzero(direct > 0.0)
    for target, values in zip((passed, outer, inner), properties(glazing, incident.angle[lit]), strict=True):
        target[lit] = direct[lit] * values
    at = glazing.diffuse
    return passed + diffuse * at[0], outer + diffuse * at[1], inner + diffuse * at[2]


def hemispherical(values: tuple[float, ...]) -> float:
    """Diffuse value of a property given at 0, 10 ... 90°: integral of P(a) sin(2a) over the quarter turn."""
    from scipy.interpolate import PchipInterpolator

    angle = (np.arange(900) + 0.5) / 10.0
    weight = np.sin(np.radians(2.0 * angle))
    return float((PchipInterpolator(np.array(ANGLES), np.array(values))(angle) * weight).sum() / weight.sum())


def _gap_emissivity(first: float, second: float) -> float:
    return 1.0 / (1.0 / first + 1.0 / second - 1.0)


def from_u_shgc(u_value: float, shgc: float, name: str = "by values") -> Glazing:
    """A glazing known only by its U-value [W/m2K] and solar heat gain coefficient at normal incidence [-].

    One equivalent layer whose halves take up the absorbed radiation; its conductance is constant.
    Source: D. Arasteh, C. Kohler, B. Griffith, Modeling windows in EnergyPlus with simple performance
    indices, LBNL-2804E (2009), steps 1-5; angles by the EnergyPlus Engineering Reference,
    "Angular properties for simple glazing systems".

    Raises
    ------
    ScenarioError
        Values that no glazing can have.
    """
    if not 0.3 < u_value < 7.0:
        raise ScenarioError("impossible U-value", key="u_value_w_m2k", value=u_value, allowed="0.3 to 7")
    if not 0.05 < shgc < 0.95:
        raise ScenarioError("impossible solar heat gain", key="shgc", value=shgc, allowed="0.05 to 0.95")
    resistance = _layer_resistance(u_value)
    normal = _blend(u_value, _transmittance_low_u(shgc), _transmittance_high_u(shgc))
    absorbed_inwards = max(shgc - normal, 0.0)
    inward = _inward_fraction(u_value, absorbed_inwards, resistance)
    absorptance = min(absorbed_inwards / inward, 1.0 - normal)
    passed, absorbed = _by_angle(normal, 1.0 - normal - absorptance, shgc)
    half = tuple(0.5 * a for a in absorbed)
    return Glazing(
        name=name,
        transmittance=passed,
        absorptance_outer=half,
        absorptance_inner=half,
        diffuse=(hemispherical(passed), hemispherical(half), hemispherical(half)),
        panes=2,
        pane_resistance=0.0,
        gas_conductance=1.0 / resistance,
    )


def _blend(u_value: float, low: float, high: float) -> float:
    """The low-U correlation below 3.4 W/m2K, the high-U one above 4.5, linear between."""
    weight = min(max((u_value - 3.4) / (4.5 - 3.4), 0.0), 1.0)
    return low + weight * (high - low)


def _layer_resistance(u_value: float) -> float:
    inside = 0.359073 * np.log(u_value) + 6.949915 if u_value < 5.85 else 1.788041 * u_value - 2.886625
    outside = 0.025342 * u_value + 29.163853
    return max(float(1.0 / u_value - 1.0 / inside - 1.0 / outside), 1e-3)


def _transmittance_high_u(shgc: float) -> float:
    return 0.939998 * shgc**2 + 0.20332 * shgc if shgc < 0.7206 else 1.30415 * shgc - 0.30515


def _transmittance_low_u(shgc: float) -> float:
    return 0.41040 * shgc if shgc <= 0.15 else 0.085775 * shgc**2 + 0.963954 * shgc - 0.084958


def _inward_fraction(u_value: float, difference: float, resistance: float) -> float:
    """Part of the absorbed radiation that flows inwards under summer films; `difference` is SHGC less tau."""
    d = difference
    inside_low = 1.0 / (199.8208128 * d**3 - 90.639733 * d**2 + 19.737055 * d + 6.766575)
    inside_high = 1.0 / (29.436546 * d**3 - 21.943415 * d**2 + 9.945872 * d + 7.426151)
    inside = _blend(u_value, inside_low, inside_high)
    outside = _blend(u_value, 1.0 / (5.763355 * d + 20.541528), 1.0 / (2.225824 * d + 20.577080))
    return (outside + 0.5 * resistance) / (outside + resistance + inside)


def _by_angle(passed: float, reflected: float, shgc: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Transmittance and absorptance at 0, 10 ... 90° from those at normal incidence."""
    c = np.cos(np.radians(np.array(ANGLES)))
    c[-1] = 0.0
    tau = passed * c * (1.0 + (0.768 + 0.817 * shgc**4) * (1.0 - c**2) ** 1.5)
    f1 = (((2.403 * c - 6.192) * c + 5.625) * c - 2.095) * c + 1.0
    f2 = (((-1.188 * c + 2.022) * c + 0.137) * c - 1.720) * c
    shape = (f1 + f2 * np.sqrt(shgc)) / (f1[0] + f2[0] * np.sqrt(shgc))  # 1 at normal incidence
    rho = np.minimum(reflected * shape, 1.0 - tau)
    rho[-1] = 1.0
    absorbed = np.maximum(1.0 - tau - rho, 0.0)
    return tuple(float(v) for v in tau), tuple(float(v) for v in absorbed)


def from_table(given: GlazingType, name: str) -> Glazing:
    """A glazing by its optical table and gap, as a scenario describes it.

    The gap's conductance at 10 °C is parted into radiation (`gap_emissivity`) and gas; without an emissivity
    it is constant.

    Raises
    ------
    ScenarioError
        A gap whose radiation alone exceeds its conductance.
    """
    inner = given.absorptance_inner or (0.0,) * len(given.angles_deg)
    table = (given.transmittance, given.absorptance_outer, inner)
    by_angle = [_at_tens(given.angles_deg, values) for values in table]
    said = (given.diffuse_transmittance, given.diffuse_absorptance_outer, given.diffuse_absorptance_inner)
    diffuse = [hemispherical(v) if s is None else s for v, s in zip(by_angle, said, strict=True)]
    kelvin = GAP_REFERENCE + KELVIN
    emissivity = given.gap_emissivity or 0.0
    gap = given.gap_conductance_w_m2k or 0.0
    gas = gap - emissivity * 4.0 * STEFAN_BOLTZMANN * kelvin**3
    if given.panes == 2 and gas <= 0.0:
        raise ScenarioError(
            "radiation alone conducts more than the gap of this glazing",
            key=f"building.glazing.{name}.gap_emissivity",
            value=emissivity,
            allowed=f"less than {gap / (4.0 * STEFAN_BOLTZMANN * kelvin**3):.3g}",
        )
    exponent = given.gas_exponent if given.gap_emissivity is not None else 0.0
    return Glazing(
        name=name,
        transmittance=by_angle[0],
        absorptance_outer=by_angle[1],
        absorptance_inner=by_angle[2],
        diffuse=(diffuse[0], diffuse[1], diffuse[2]),
        panes=given.panes,
        pane_resistance=given.pane_resistance_m2k_w or given.panes * PANE_RESISTANCE,
        gas_conductance=gas * (KELVIN / kelvin) ** exponent if given.panes == 2 else 0.0,
        gas_exponent=exponent if given.panes == 2 else 0.0,
        gap_emissivity=emissivity if given.panes == 2 else 0.0,
        emissivity_outside=given.emissivity_outside,
        emissivity_inside=given.emissivity_inside,
    )


def _at_tens(angles: tuple[float, ...], values: tuple[float, ...]) -> tuple[float, ...]:
    """Values given at some angles, at 0, 10 ... 90°."""
    from scipy.interpolate import PchipInterpolator

    if angles == ANGLES:
        return values
    return tuple(float(v) for v in PchipInterpolator(np.array(angles), np.array(values))(np.array(ANGLES)))


# Optical tables: ANSI/ASHRAE 140-2020, glazing of case 670 (single), 600 (double clear), 660 (low-e, argon)
NAMED = {
    "single_clear": Glazing(
        name="single_clear",
        transmittance=(0.834, 0.833, 0.831, 0.827, 0.818, 0.797, 0.749, 0.637, 0.389, 0.0),
        absorptance_outer=(0.091, 0.092, 0.094, 0.096, 0.100, 0.104, 0.108, 0.110, 0.105, 0.0),
        absorptance_inner=(0.0,) * 10,
        diffuse=(0.753, 0.101, 0.0),
        panes=1,
        pane_resistance=PANE_RESISTANCE,
    ),
    "double_clear": Glazing(
        name="double_clear",
        transmittance=(0.703, 0.702, 0.699, 0.692, 0.678, 0.646, 0.577, 0.438, 0.208, 0.0),
        absorptance_outer=(0.096, 0.097, 0.099, 0.102, 0.106, 0.112, 0.119, 0.127, 0.130, 0.0),
        absorptance_inner=(0.072, 0.073, 0.074, 0.075, 0.077, 0.078, 0.077, 0.070, 0.050, 0.0),
        diffuse=(0.601, 0.110, 0.073),
        panes=2,
        pane_resistance=2.0 * PANE_RESISTANCE,
        gas_conductance=AIR[0] / GAP_M * AIR_NUSSELT,
        gas_exponent=AIR[1],
        gap_emissivity=_gap_emissivity(UNCOATED, UNCOATED),
    ),
    "double_low_e_argon": Glazing(
        name="double_low_e_argon",
        transmittance=(0.394, 0.397, 0.391, 0.383, 0.373, 0.353, 0.310, 0.228, 0.108, 0.0),
        absorptance_outer=(0.195, 0.197, 0.204, 0.209, 0.211, 0.215, 0.230, 0.247, 0.213, 0.001),
        absorptance_inner=(0.031, 0.031, 0.031, 0.032, 0.032, 0.033, 0.032, 0.029, 0.021, 0.0),
        diffuse=(0.329, 0.215, 0.031),
        panes=2,
        pane_resistance=0.003180 + PANE_RESISTANCE,
        gas_conductance=ARGON[0] / GAP_M * ARGON_NUSSELT,
        gas_exponent=ARGON[1],
        gap_emissivity=_gap_emissivity(0.047, UNCOATED),
    ),
}
TRIPLE = (0.8, 0.50)  # U [W/m2K] and SHGC of a usual triple low-e argon glazing
NAMES = (*NAMED, "triple_low_e")


def named_glazing(name: str) -> Glazing:
    """The glazing type called `name`; raises ScenarioError with the nearest name."""
    if name in NAMED:
        return NAMED[name]
    if name == "triple_low_e":
        return from_u_shgc(*TRIPLE, name=name)
    raise ScenarioError(
        "unknown glazing", value=name, allowed=", ".join(NAMES), suggestion=nearest(name, NAMES)
    )


def glazing_of(name: str, defined: Mapping[str, GlazingType]) -> Glazing:
    """The glazing that a window names: one defined in the scenario by its values, or a named type.

    Raises
    ------
    ScenarioError
        Where the name is neither.
    """
    if name in defined:
        own = defined[name]
        if own.tabled:
            return from_table(own, name)
        return from_u_shgc(own.u_value_w_m2k or 0.0, own.shgc or 0.0, name)
    if name not in NAMES:
        names = (*defined, *NAMES)
        allowed = ", ".join(names)
        raise ScenarioError("unknown glazing", value=name, allowed=allowed, suggestion=nearest(name, names))
    return named_glazing(name)
