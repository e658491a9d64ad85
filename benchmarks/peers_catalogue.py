"""Which peers there are, how they install, what a step of theirs simulates, and how far that compares.

Licences and requirements are those that the installed packages state of themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

Pip = tuple[str, ...]  # what one call of pip install is given


@dataclass(frozen=True)
class Row:
    """One thing that is measured."""

    key: str
    title: str
    module: str
    arguments: tuple[str, ...]
    beside: str = ""  # which of ours it is set beside: office or home


@dataclass(frozen=True)
class Peer:
    """A project beside ours: its rows share an interpreter."""

    key: str
    title: str
    licence: str
    install: tuple[Pip, ...]
    rows: tuple[Row, ...]
    simulates: str
    compares: str


@dataclass(frozen=True)
class Absent:
    """A project that cannot be measured from a package index, and why."""

    title: str
    why: str


OURS = {
    "office": "5 rooms (air, walls in layers, moisture, CO2), VAV with reheat and economizer, boiler, "
    "chiller, control loops, sensors that err, people who come, go and open windows",
    "home": "3 rooms alike, heat pump with buffer and radiators, ventilation with heat recovery, a family",
}
BATCH = "batch"
OURS_MODULE = "benchmarks.peers_twin"


def ours(batch: int) -> tuple[Row, ...]:
    """Ours: both scenarios at both ticks, one building at a time and `batch` at once on one thread."""
    rows = []
    for scenario in OURS:
        for count in (1, batch):
            for tick in ("60", "300"):
                many = ("--batch", str(count)) if count > 1 else ()
                key = f"{scenario}-{BATCH if many else 'one'}-{tick}"
                title = f"twin {scenario}, {f'{count} at once, ' if many else ''}tick {tick} s"
                rows.append(Row(key, title, OURS_MODULE, (scenario, tick, *many), scenario))
    return tuple(rows)


def peers() -> tuple[Peer, ...]:
    """Those that install from a package index."""
    return (CITYLEARN, OCHRE, SUSTAINGYM, ENERGYPLUS, SINERGYM)


CITYLEARN = Peer(
    "citylearn",
    "CityLearn",
    "MIT",
    (("citylearn",),),
    tuple(
        Row(
            f"citylearn-{count}",
            f"CityLearn, {f'{count} buildings at once' if count > 1 else '1 building'}",
            "benchmarks.peers_citylearn",
            (str(count),),
            "home",
        )
        for count in (1, 5)
    ),
    "heat pump, hot water tank, battery and PV of each building; heat demand and room temperature are read "
    "from a file",
    "no room is simulated here: temperature and demand are given, and actions move energy between stores. "
    "Less physics than ours, and a battery that our home lacks. Data invented, in its format",
)
OCHRE = Peer(
    "ochre",
    "OCHRE",
    "BSD-3-Clause",
    (("ochre-nrel", "pyarrow<22"),),
    tuple(
        Row(
            f"ochre-{minutes}",
            f"OCHRE, time step {minutes} min",
            "benchmarks.peers_ochre",
            (str(minutes),),
            "home",
        )
        for minutes in (15, 1)
    ),
    "a house of 4 zones, heat pump, heat pump water heater, appliances on schedules",
    "close to our home, with more appliances, and schedules instead of people who act. 1 min is nearest to "
    "our tick of 60 s; 15 min is one update per control step. No reset: the dwelling is made anew",
)
SUSTAINGYM = Peer(
    "sustaingym",
    "SustainGym",
    "CC BY 4.0",
    (("sustaingym", "scipy", "scikit-learn", "pandas", "pvlib<0.12"),),
    (
        Row(
            "sustaingym-building",
            "SustainGym building (the model of BEAR)",
            "benchmarks.peers_sustaingym",
            (),
            "office",
        ),
    ),
    "5 zones and an attic as a linear network with a heat input each; no equipment; people are a given heat",
    "one product of a matrix per step: no plant, no moisture, no CO2, no people who act. It shows what "
    "leaving these out saves; it is not the same job",
)
ENERGYPLUS = Peer(
    "energyplus",
    "EnergyPlus",
    "BSD-3-Clause, modified",
    (("pyenergyplus-lbnl>=26.1",),),
    (
        Row(
            "energyplus-office",
            "EnergyPlus, small office, no Python in the run",
            "benchmarks.peers_energyplus",
            ("office",),
            "office",
        ),
        Row(
            "energyplus-callback",
            "EnergyPlus, the same, Python called every step",
            "benchmarks.peers_energyplus",
            ("office", "--callback"),
            "office",
        ),
    ),
    "5 zones and an attic, an air system for each zone, people on schedules",
    "conduction, sun and sky in more detail than ours; equipment steps within the 15 minutes as it needs; "
    "people are a schedule. Without Python nobody controls it; the callback reads temperatures and sets "
    "setpoints, and makes no observation or reward. A reset is a new run: input, sizing, warm-up",
)
SINERGYM = Peer(
    "sinergym",
    "Sinergym",
    "MIT",
    (
        (
            "gymnasium<1", "numpy<2", "pandas<3", "setuptools<80", "wheel", "opyplus", "eppy", "xlsxwriter",
            "wandb", "tqdm", "pyyaml", "requests", "pyenergyplus-lbnl==23.1.0",
        ),
        ("--no-deps", "--no-build-isolation", "sinergym==3.5.1"),
    ),
    (
        Row(
            "sinergym-5zone",
            "Sinergym, 5 zones",
            "benchmarks.peers_sinergym",
            (),
            "office",
        ),
        Row(
            "sinergym-alone",
            "EnergyPlus with Sinergym's 5 zones, no Sinergym",
            "benchmarks.peers_energyplus",
            ("sinergym",),
            "office",
        ),
    ),
    "EnergyPlus with 5 zones and a plenum, one VAV system, people on schedules; 17 observations, 2 setpoints",
    "the nearest to our office as an environment: as many rooms, the same step, EnergyPlus behind it. Its "
    "own fork of opyplus is not on the package index, so the published opyplus stands in",
)  # fmt: skip
ABSENT = (
    Absent(
        "BEAR", "not a package; its model is measured as SustainGym's building, which its authors made too"
    ),
    Absent("BOPTEST", "runs as containers that are asked over HTTP; no containers here"),
    Absent("BOPTEST-Gym", "not on the package index, and needs BOPTEST"),
    Absent("Energym", "not on the package index"),
    Absent("Google's sbsim", "not a package: a checkout that generates its own protocol code"),
)
