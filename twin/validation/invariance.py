"""Properties that the equations have whatever the numbers, asked of the engine as it runs.

Convergence in the tick; a mirrored or turned building under a mirrored or turned sun; heat that never grows
with insulation nor falls with the setpoint; temperatures that stay within those of the surroundings where
there is no gain. Every answer comes from a scenario, assembled and run by the Simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twin.building.assembly import Building, assemble
from twin.building.climate import climate_of
from twin.building.weather import sample_site
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.validation import random_buildings, still
from twin.validation.answers import most
from twin.validation.check import Check, Outcome, Series

Record = dict[str, Any]
STEP_S = 300  # boundary step of all ticks up to it: weather and sun are then the same for all
FINEST_S, TICKS_S = 1, (10, 30, 60, 150, 300)
SITE = {"weather": "denver", "timezone": "Etc/GMT+7"}
HEATED = {"kind": "ideal_loads", "heating_capacity_w_m2": 500.0, "cooling_capacity_w_m2": 500.0}
ONLY_HEATED = {**HEATED, "cooling_capacity_w_m2": 0.0}
WARM = {"equipment_base_w_m2": 3.0, "equipment_w_person": 0.0, "lighting_w_m2": 0.0}


def room(name: str, azimuth: float, **keys: Any) -> Record:
    """A room with every kind of surface, one wall with a window that fins shade unevenly."""
    shading = {
        "overhang_depth_m": 0.5,
        "overhang_above_m": 0.2,
        "overhang_left_m": 0.1,
        "fin_left_depth_m": 0.6,
    }
    window = {
        "glazing": "double_low_e_argon",
        "area_m2": 5.0,
        "width_m": 3.125,
        "height_m": 1.6,
        "shading": shading,
    }
    return {
        "id": name,
        "floor_area_m2": 30.0,
        "height_m": 2.8,
        "walls": [
            {"construction": "wall_heavy", "area_m2": 24.0, "azimuth_deg": azimuth, "windows": [window]}
        ],
        "roof": {"construction": "roof_light", "area_m2": 30.0, "azimuth_deg": azimuth, "tilt_deg": 10.0},
        "floor": {"construction": "floor_slab_insulated", "area_m2": 30.0, "boundary": "ground"},
        "furniture": {"construction": "furniture", "area_m2": 15.0},
        "infiltration": {"leakage_area_cm2": 60.0},
        **keys,
    }


def two_rooms(
    tick_s: int, plant: Record, days: int = 3, azimuths: Sequence[float] = (100.0, 230.0)
) -> Scenario:
    """Two rooms with an open door; people none, equipment always on."""
    rooms = [room(name, azimuth) for name, azimuth in zip(("left", "right"), azimuths, strict=True)]
    wall = {"between": ["left", "right"], "construction": "partition_heavy", "area_m2": 14.0}
    door = {"open_fraction": 0.5, "mixing_m3_h": 30.0}
    run = {"start": "2023-01-09", "tick_s": tick_s, "control_step_s": 3600, "truth_s": 3600, "days": days}
    return still.scenario(
        rooms,
        [wall | {"door": door}],
        site=SITE,
        hvac=plant,
        loads={"default": WARM},
        run=run | {"warm_up_days": 0},
    )


BOUGHT = [
    use for use in range(la.END_USES) if use not in (la.E_LIGHTS, la.E_EQUIPMENT)
]  # for heat, cold and air


def course(building: Building, every_s: int = STEP_S, command: Float | None = None) -> tuple[Float, Float]:
    """Air temperatures (n, Z) [°C] and what the plant takes (n,) [J] in a whole run, every `every_s`."""
    made, clock = Simulator(building), building.clock
    row = building.command_default[None] if command is None else command
    each = every_s // clock.tick_s
    air, bought = [], [0.0]
    for _ in range(clock.ticks // each):
        made.advance(row, each)
        air.append(made.state.zone[0, :, la.Z_AIR].copy())
        bought.append(float(made.state.register[0, BOUGHT].sum()))
    return np.array(air), np.diff(bought)


# --- the tick -------------------------------------------------------------------------------------------

STEP_LIMITS = {"K": 0.02, "peak": 0.005, "share": 0.001}  # at 60 s and less
TICK = "Runs at a tick of 1 s"


def shipped(name: str, tick_s: int) -> Scenario:
    """Three winter days of a shipped scenario without its people, who come and act at whole ticks."""
    model = load_scenario(name).updated(tick_s=tick_s, days=3, warm_up_days=0)
    return Scenario.model_validate(model.model_dump() | {"people": {"kind": "none"}})


LOOPS = (
    "Local loops, actuators and compressors act at whole ticks: what is shown is the tick of the controls as "
    "much as that of the physics, and no error of a discretisation of one equation."
)
LOOPED = ("office", "home")  # scenarios whose plant has loops of its own
_STEPPED: dict[str, Callable[[int], Scenario]] = {
    "tick, two rooms left alone": lambda tick_s: two_rooms(tick_s, still.NOTHING),
    "tick, two rooms held": lambda tick_s: two_rooms(tick_s, HEATED),
    "tick, shipped classroom": lambda tick_s: shipped("classroom", tick_s),
    "tick, shipped office": lambda tick_s: shipped("office", tick_s),
    "tick, shipped home": lambda tick_s: shipped("home", tick_s),
}


def _tick(case: str) -> Outcome:
    """Errors of coarser ticks against 1 s: temperature, hourly load over its peak, energy; their order."""
    finest = course(assemble(_STEPPED[case](FINEST_S), [0]))
    loaded, looped = bool(finest[1].sum() > 0.0), case.split()[-1] in LOOPED
    checks: list[Check] = []
    errors: list[float] = []
    series: tuple[Series, ...] = ()
    for tick_s in TICKS_S:
        found = course(assemble(_STEPPED[case](tick_s), [0]))
        errors.append(float(np.abs(found[0] - finest[0]).max()))
        checks += _deviations(case, tick_s, errors[-1], found[1] if loaded else None, finest[1], looped)
        if tick_s == 60:
            hours = np.arange(1, len(found[0]) + 1) * STEP_S / 3600.0
            series = (
                Series(case, "air, tick 60 s", "°C", hours, found[0][:, 0], finest[0][:, 0], "tick 1 s"),
            )
    order = float(np.polyfit(np.log(TICKS_S), np.log(errors), 1)[0])
    least = None if looped else 0.9
    checks.append(Check(case, "order of convergence of temperature", "-", order, low=least, source=TICK))
    return Outcome(tuple(checks), series)


def _deviations(
    case: str, tick_s: int, kelvin: float, ours: Float | None, finest: Float, looped: bool
) -> list[Check]:
    """Checks of one tick; reported only where it is coarse or the plant has loops of its own."""
    bound = {name: limit if tick_s <= 60 and not looped else None for name, limit in STEP_LIMITS.items()}
    note = LOOPS if looped else ""
    words = f"air, largest deviation, tick {tick_s} s"
    checks = [Check(case, words, "K", kelvin, high=bound["K"], source=TICK, note=note)]
    if ours is not None:
        hourly, exact = ours.reshape(-1, 12).sum(axis=1), finest.reshape(-1, 12).sum(axis=1)
        peak = float(np.abs(hourly - exact).max() / exact.max())
        share = abs(float(ours.sum() / finest.sum()) - 1.0)
        words = f"hourly load, largest deviation over the peak, tick {tick_s} s"
        checks.append(Check(case, words, "-", peak, high=bound["peak"], source=TICK, note=note))
        words = f"energy of all days, relative deviation, tick {tick_s} s"
        checks.append(Check(case, words, "-", share, high=bound["share"], source=TICK, note=note))
    return checks


# --- symmetry -------------------------------------------------------------------------------------------


def mirrored(model: Scenario) -> Scenario:
    """East for west: azimuths, and what shades windows to the left and to the right."""
    data = model.model_dump()
    for zone in data["building"]["zones"]:
        for surface in [*zone["walls"], *([zone["roof"]] if zone["roof"] else [])]:
            surface["azimuth_deg"] = (360.0 - surface["azimuth_deg"]) % 360.0
            for window in surface["windows"]:
                shade = window["shading"]
                for one, two in (
                    ("overhang_left_m", "overhang_right_m"),
                    ("fin_left_depth_m", "fin_right_depth_m"),
                ):
                    shade[one], shade[two] = shade[two], shade[one]
    return Scenario.model_validate(data)


def turned(model: Scenario, degrees: float) -> Scenario:
    """The whole building turned clockwise."""
    data = model.model_dump()
    for zone in data["building"]["zones"]:
        for surface in [*zone["walls"], *([zone["roof"]] if zone["roof"] else [])]:
            surface["azimuth_deg"] = (surface["azimuth_deg"] + degrees) % 360.0
    return Scenario.model_validate(data)


def under_sun(model: Scenario, azimuth: Callable[[Float], Float]) -> Building:
    """A building whose sun stands elsewhere: `azimuth` of the true azimuths (n,) [°]."""
    building = assemble(model, [0])
    step, steps = building.clock.boundary_step_s, building.boundary.weather.shape[1]
    sample = sample_site(building.weather, building.clock.origin, step, steps)
    sample = replace(sample, azimuth=np.asarray(azimuth(sample.azimuth)) % 360.0)
    site, sun = climate_of(model, building.weather, sample)
    return replace(building, boundary=building.boundary._replace(weather=site, sun=sun))


def asymmetry(model: Scenario, degrees: float | None = None) -> float:
    """Largest difference of air temperature [K] after mirroring (None) or turning building and sun alike."""
    plain = course(assemble(model, [0]), 3600)[0]
    if degrees is None:
        other = under_sun(mirrored(model), lambda azimuth: 360.0 - azimuth)
    else:
        other = under_sun(turned(model, degrees), lambda azimuth: azimuth + degrees)
    return float(np.abs(course(other, 3600)[0] - plain).max())


def _symmetry(case: str) -> Outcome:
    """Mirrored and turned; and what mirroring the building alone does, lest nothing depended on the sun."""
    model = two_rooms(300, still.NOTHING, 2)
    checks = []
    if case == "mirrored":
        checks.append(most(case, "air, largest difference", "K", asymmetry(model), 1e-6, SYMMETRY))
        alone = course(assemble(mirrored(model), [0]), 3600)[0] - course(assemble(model, [0]), 3600)[0]
        words = "air, largest difference where only the building is mirrored"
        checks.append(Check(case, words, "K", float(np.abs(alone).max()), low=0.1, source=SYMMETRY))
    else:
        for degrees in (37.0, 90.0, 180.0):
            words = f"air, largest difference, turned by {degrees:g}°"
            checks.append(most(case, words, "K", asymmetry(model, degrees), 1e-6, SYMMETRY))
    return Outcome(tuple(checks))


SYMMETRY = "Geometry: the sky has no preferred side but the sun's"

# --- monotony -------------------------------------------------------------------------------------------


def insulated(thickness_m: float, days: int = 7) -> Scenario:
    """A heated room whose outside wall and roof carry so much insulation, at a tick of 300 s."""
    keys = ("thickness_m", "conductivity_w_mk", "density_kg_m3", "specific_heat_j_kgk")
    values = ((0.1, 1.0, 1800.0, 900.0), (thickness_m, 0.04, 30.0, 1000.0))  # masonry, insulation outside
    layers = [dict(zip(keys, layer, strict=True)) for layer in values]
    shell = room("room", 180.0)
    shell["walls"][0]["construction"] = shell["roof"]["construction"] = "own"
    run = {"start": "2023-01-09", "tick_s": 300, "control_step_s": 3600, "truth_s": 3600, "days": days}
    building = {"zones": [shell], "constructions": {"own": {"layers": layers}}}
    return still.scenario(
        [],
        site=SITE,
        hvac=ONLY_HEATED,
        building=building,
        loads={"default": WARM},
        run=run | {"warm_up_days": 0},
    )


def heating(model: Scenario, setpoint: float = 20.0) -> float:
    """Heat bought in a run at a heating setpoint [°C], in kWh."""
    building = assemble(model, [0])
    row = building.command_default[None].copy()
    for z in range(len(building.zone_ids)):
        row[0, z * la.ZONE_COMMANDS + la.C_HEATING], row[0, z * la.ZONE_COMMANDS + la.C_COOLING] = (
            setpoint,
            40.0,
        )
    return float(course(building, 3600, row)[1].sum()) / 3.6e6


THICKNESSES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)  # [m]
SETPOINTS = (14.0, 16.0, 18.0, 20.0, 22.0, 24.0)  # [°C]


def _monotone(case: str) -> Outcome:
    """Heat of a winter week over insulation, and over the setpoint."""
    if case == "more insulation":
        heat = [heating(insulated(thickness)) for thickness in THICKNESSES]
        steps, at = -np.diff(heat), [f"{t * 100:g} cm" for t in THICKNESSES]
    else:
        heat = [heating(insulated(0.1), setpoint) for setpoint in SETPOINTS]
        steps, at = np.diff(heat), [f"{t:g} °C" for t in SETPOINTS]
    checks = [Check(case, f"heat of a winter week at {x}", "kWh", q) for x, q in zip(at, heat, strict=True)]
    words = (
        "least saving from one thickness to the next" if case == "more insulation" else "least rise by 2 K"
    )
    checks.append(Check(case, words, "kWh", float(steps.min()), low=0.0, source=MONOTONE))
    return Outcome(tuple(checks))


MONOTONE = "Comparison principle of the heat equation"

# --- bounds ---------------------------------------------------------------------------------------------


def excess(model: Scenario, days: int = 2) -> float:
    """How far air or fabric gets outside the temperatures of start and surroundings [K], without any gain.

    Takes fabric, openings and weather of a scenario; plant, people, loads and sun are taken away.
    """
    data = model.model_dump()
    data |= {
        "hvac": still.NOTHING,
        "people": {"kind": "none"},
        "loads": {"default": still.NO_LOADS, "zones": {}},
    }
    data["run"] |= {"days": days, "tick_s": max(60, data["run"]["tick_s"])}
    building = assemble(Scenario.model_validate(data), [0])
    sun = np.zeros_like(building.boundary.sun)
    sun[..., [la.SUN_BESIDE, la.SUN_BELOW]] = building.boundary.sun[..., [la.SUN_BESIDE, la.SUN_BELOW]]
    made = Simulator(replace(building, boundary=building.boundary._replace(sun=sun)))
    low, high = _surroundings(building)
    row, worst = building.command_default[None], 0.0
    for _ in range(building.clock.ticks):
        made.advance(row, 1)
        mass = made.state.node[0][_masses(building)]
        now = np.concatenate([made.state.zone[0, :, la.Z_AIR], mass])
        worst = max(worst, float((now - high).max()), float((low - now).max()))
    return worst


def _masses(building: Building) -> Any:
    """Nodes that exist (Z, NODES): what the operator leaves alone is none."""
    step = building.parameters.operator[0]
    return np.array([[step[z, i, i] != 1.0 for i in range(la.NODES)] for z in range(len(step))])


def _surroundings(building: Building) -> tuple[float, float]:
    """Least and highest temperature of start, air, sky, ground and spaces beside [°C]."""
    site = building.boundary.weather[0]
    ground = site[:, None, la.W_GROUND] + building.boundary.sun[0, :, :, la.SUN_BELOW]
    start = building.scenario.comfort.lower_c
    given = [site[:, la.W_TEMPERATURE], site[:, la.W_SKY], ground.ravel(), np.array([start, 15.0])]
    every = np.concatenate(given)
    return float(every.min()), float(every.max())


def _bounded(case: str) -> Outcome:
    worst = [excess(random_buildings.scenario(number)) for number in range(10)]
    words = f"largest excess of {len(worst)} random buildings"
    return Outcome((most(case, words, "K", max(worst), 1e-6, "Maximum principle of the heat equation"),))


CASES: dict[str, Callable[[str], Outcome]] = {
    **dict.fromkeys(_STEPPED, _tick),
    "mirrored": _symmetry,
    "turned": _symmetry,
    "more insulation": _monotone,
    "higher setpoint": _monotone,
    "bounded without gains": _bounded,
}
