"""Plain words for indicators and for what a scenario simulates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from twin.report.record import RunRecord
from twin.scenario.schema import Scenario
from twin.scenario.systems import IdealLoads, Vav


@dataclass(frozen=True)
class Row:
    """One row of the comparison table.

    Parameters
    ----------
    kpi
        Name of the indicator in kpis.json.
    label, unit
        Plain words and unit; {currency} is filled in.
    hint
        One sentence for a person who meets it first.
    best
        "low", "high", or "" where neither is better.
    core
        True where the row stands in the short table.
    """

    kpi: str
    label: str
    unit: str
    hint: str
    best: str = "low"
    core: bool = True


_QUARTER = "Highest mean of any quarter of an hour."

ROWS = (
    Row(
        "ener_tot",
        "Energy for heating, cooling and air",
        "kWh/m²",
        "All energy that the HVAC system bought, per floor area.",
    ),
    Row("cost_tot", "Cost of energy", "{currency}/m²", "What that energy cost at the price of its hour."),
    Row(
        "emis_tot", "Emissions", "kg CO2/m²", "What that energy emitted, by the carbon intensity of its hour."
    ),
    Row(
        "tdis_tot",
        "Too warm or too cold",
        "K·h per zone",
        "Degrees outside the comfort bounds times hours, at all hours of the day (night bounds are wide).",
    ),
    Row(
        "tdis_occ",
        "Too warm or too cold, felt by people",
        "K·h per person",
        "The same, counted only while somebody is there to feel it.",
    ),
    Row(
        "objective",
        "Cost and discomfort in one number",
        "{currency}/m²",
        "Cost of energy, and discomfort at what the scenario says it is worth: learners are rewarded for it.",
    ),
    Row("idis_tot", "Stale air", "ppm·h per zone", "CO2 above the limit times hours."),
    Row(
        "idis_occ",
        "Stale air, breathed by people",
        "ppm·h per person",
        "The same, counted while somebody is there.",
        core=False,
    ),
    Row("complaints", "Complaints", "number", "People who gave up and complained."),
    Row(
        "overrides",
        "Thermostat turned by people",
        "number",
        "How often people changed the setpoint themselves.",
    ),
    Row("pele_tot", "Highest electric power of heating, cooling and air", "kW/m²", _QUARTER),
    Row("pgas_tot", "Highest gas power", "kW/m²", _QUARTER, core=False),
    Row("pdih_tot", "Highest power of district heating", "kW/m²", _QUARTER, core=False),
    Row("pdic_tot", "Highest power of district cooling", "kW/m²", _QUARTER, core=False),
    Row(
        "ener_building",
        "Energy of the whole building",
        "kWh/m²",
        "Lights and equipment included.",
        core=False,
    ),
    Row("cost_building", "Cost of that energy", "{currency}/m²", "", core=False),
    Row("emis_building", "Emissions of that energy", "kg CO2/m²", "", core=False),
    Row("pele_building", "Highest electric power of the whole building", "kW/m²", _QUARTER, core=False),
    Row("tdis_max", "Worst moment", "K", "Largest distance from the comfort bounds in any zone.", core=False),
    Row("unmet_hours", "Time outside the comfort bounds", "h per zone", "By more than 0.2 K.", core=False),
    Row("unmet_hours_occupied", "The same while somebody is there", "h per zone", "", core=False),
    Row("discomfort_share", "Share of occupied time outside the bounds", "–", "", core=False),
    Row(
        "ppd_mean", "People dissatisfied", "%", "Predicted by ISO 7730, mean over people's time.", core=False
    ),
    Row(
        "pmv_outside_share",
        "Predicted vote outside ±0.5",
        "%",
        "Share of people's time (ISO 7730).",
        core=False,
    ),
    Row("equipment_starts", "Starts of equipment", "number", "Compressors, chillers, burners.", core=False),
    Row("short_cycles", "Short cycles", "number", "Starts sooner than the equipment should.", core=False),
    Row("atvl_tot", "Travel of valves and dampers", "full strokes", "Mean per actuator: wear.", core=False),
    Row("time_rat", "Computing time of the controller", "–", "As a share of its control step.", core=False),
)


def row_of(kpi: str, unit: str) -> Row:
    """The table row of an indicator; one without words of its own keeps its name."""
    found = next((row for row in ROWS if row.kpi == kpi), None)
    return found or Row(kpi, kpi.replace("_", " "), unit, "", "", core=False)


def number(value: float | None, whole: bool = False) -> str:
    """A value with three digits that matter, or – where there is none. `whole`: a (mean) count."""
    if value is None or value != value:
        return "–"
    if whole:
        return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return "0" if size < 5e-5 else f"{value:.3f}" if size >= 0.01 else f"{value:.2g}"


def dates(scenario: Scenario) -> str:
    """First and last day, in words."""
    first = scenario.run.start
    last = first + timedelta(days=scenario.run.days - 1)
    if scenario.run.days == 1:
        return f"{first.day} {first:%B %Y}"
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y} ({scenario.run.days} days)"


def weather(scenario: Scenario) -> str:
    """Where the weather comes from, without folders of the machine that ran it."""
    name = PurePath(scenario.site.weather).name
    return name.replace("_", " ").title() if "." not in name else name


def system(scenario: Scenario) -> str:
    """The HVAC system in a sentence."""
    hvac = scenario.hvac
    if isinstance(hvac, IdealLoads):
        return (
            "Ideal heating and cooling: heat and cold exactly as needed up to a limit, "
            "bought as district heating and cooling."
        )
    if isinstance(hvac, Vav):
        return (
            "One air handler for all zones: fan, cooling coil on a chiller, heating coil and a reheater per "
            "zone on a gas boiler; every zone has a damper that sets its air flow (variable air volume)."
        )
    emitter = "radiators" if hvac.emitter.kind == "radiators" else "floor heating"
    return f"An air-source heat pump with {emitter}, a small buffer tank and one valve per zone."


def people(scenario: Scenario) -> str:
    """Who is in the building, in a sentence."""
    who = scenario.people
    if who.kind == "office":
        count = len(who.meeting_rooms)
        rooms = f" and meet in {count} bookable zone{'' if count == 1 else 's'}" if count else ""
        return (
            f"{sum(who.desks.values())} people with desks; they arrive around {who.arrival}, leave around "
            f"{who.departure}, take lunch{rooms}. Each is simulated by name."
        )
    if who.kind == "school":
        pupils = max((lesson.pupils for lesson in who.timetable), default=0)
        zones = len({lesson.zone for lesson in who.timetable})
        return f"Classes by timetable in {zones} rooms, up to {pupils} pupils each."
    if who.kind == "family":
        return f"A family of {len(who.members)}: awake from about {who.wake}, asleep from about {who.sleep}."
    return "Nobody: the building is empty."


def comfort(scenario: Scenario) -> str:
    """Comfort bounds in a sentence."""
    c = scenario.comfort
    return (
        f"{c.lower_c:g} to {c.upper_c:g} °C from {c.occupied_hours[0]} to {c.occupied_hours[1]} "
        f"on occupied days, {c.lower_unoccupied_c:g} to {c.upper_unoccupied_c:g} °C otherwise; "
        f"CO2 at most {c.co2_limit_ppm:g} ppm."
    )


def state(run_manifest: dict[str, object]) -> str:
    """How the run ended, empty where it ended well."""
    word = str(run_manifest.get("state", ""))
    return {
        "complete": "",
        "interrupted": "This run was interrupted. Everything up to that moment is shown.",
        "running": "This run is not finished, or was killed. Everything stored so far is shown.",
        "failed": "This run ended with an error. Everything up to that moment is shown.",
    }.get(word, f"State: {word}" if word else "")


def weather_range(run: RunRecord) -> str:
    """Coldest and warmest outdoor temperature of the period, empty where not stored."""
    outdoor = run.column("site.outdoor_temperature")
    if outdoor is None or not len(outdoor):
        return ""
    return f"{outdoor.min():.0f} to {outdoor.max():.0f} °C outdoors, {outdoor.mean():.0f} °C on average"
