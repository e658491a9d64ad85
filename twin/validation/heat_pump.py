"""Suite "heat-pump": the maps of the twin's machines against an air-source heat pump on a test bench.

The unit of the bench is a two-stage air-to-air split system; in all 95 runs it cools. The twin has no such
unit, so its shape, the outdoor-temperature and part-load curves of the chiller, is taken as it ships and
scaled by one rating point of the unit; so is its coil, which gets its contact factor from that point. The
errors are stated. Beside it, a map identified on half of the runs is tried on the other half: how much of the
error a map of outdoor temperature and stage must leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.physics.central import chiller_capacity, chiller_power
from twin.physics.psychrometrics import CONDENSATION
from twin.validation.check import Check, Demand, Outcome, Suite
from twin.validation.cooling_cases import root, split
from twin.validation.heat_pump_bench import FOLDER, Bench, read_bench

Array = NDArray[np.float64]

SOURCE = "NIST hardware-in-the-loop air-source heat pump, 95 one-day runs at 1 min (Metadata.csv)"
RATING_C = 35.0  # outdoor temperature of the rating point, as in AHRI 210/240, test A
RATING_HALF_WIDTH = 1.0  # minutes this close to it make the rating point [K]
REFRIGERANT_LOW, REFRIGERANT_HIGH = 120.0, 220.0  # evaporating R-410A at common pressures [kJ/kg]
CASES = ("bench", "shape", "moisture", "identified")
EVERY = 7  # of the steady minutes, for the coil: neighbours are alike


class Errors(NamedTuple):
    """Mean bias and root mean square error over the mean of the measurement, both relative."""

    bias: float
    cv_rmse: float


def errors(ours: Array, measured: Array) -> Errors:
    """Errors of a prediction. Source: ASHRAE Guideline 14-2014, 5.2.11.3 (NMBE and CV(RMSE))."""
    mean = float(measured.mean())
    difference = ours - measured
    return Errors(float(difference.mean()) / mean, float(np.sqrt((difference**2).mean())) / mean)


def rating(bench: Bench) -> tuple[float, float]:
    """Capacity [W] and COP of the unit at 35 °C in its high stage: medians of the minutes there."""
    near = (bench.stage == 2) & (np.abs(bench.outdoor - RATING_C) <= RATING_HALF_WIDTH)
    capacity = float(np.median(bench.gross[near]))
    return capacity, capacity / float(np.median(bench.power[near]))


def shape(bench: Bench) -> tuple[Array, Array]:
    """Capacity in the high stage and power for the measured load, by the chiller's curves [W], (n,), (n,)."""
    rated, cop = rating(bench)
    capacity = np.array([rated * chiller_capacity(t) for t in bench.outdoor])
    pairs = zip(bench.gross, bench.outdoor, strict=True)
    power = np.array([chiller_power(load, rated, cop, t) for load, t in pairs])
    return capacity, power


def _shape(bench: Bench) -> Outcome:
    capacity, power = shape(bench)
    high, low = bench.stage == 2, bench.stage == 1
    rated, cop = rating(bench)
    at_rating = f"scaled by one point: {rated / 1e3:.2f} kW, COP {cop:.2f} at 35 °C in the high stage"
    checks = [
        *_stated("shape", "capacity, high stage", capacity[high], bench.gross[high], at_rating),
        *_stated("shape", "power, high stage", power[high], bench.power[high], at_rating),
        *_stated("shape", "COP, high stage", (bench.gross / power)[high], bench.cop[high], at_rating),
        *_stated(
            "shape", "power, low stage", power[low], bench.power[low],
            f"{at_rating}; the low stage as part load of the chiller's curve",
        ),
        *_stated("shape", "COP, low stage", (bench.gross / power)[low], bench.cop[low], at_rating),
    ]  # fmt: skip
    return Outcome(tuple(checks))


def _moisture(bench: Bench) -> Outcome:
    """Humidity of the supply air by our coil, given its entering air and total heat."""
    near = (bench.stage == 2) & (np.abs(bench.outdoor - RATING_C) <= RATING_HALF_WIDTH)
    room, damp, flow, gross = (
        float(np.median(values[near])) for values in (bench.room, bench.damp, bench.flow, bench.gross)
    )
    latent = float(np.median(bench.latent[near]))
    contact = root(lambda c: latent - split(room, damp, flow, gross, c)[1], 0.6, 1.0)
    chosen = slice(None, None, EVERY)
    entering = zip(
        bench.room[chosen], bench.damp[chosen], bench.flow[chosen], bench.gross[chosen], strict=True
    )
    ours = np.array([split(t, x, m, heat, contact)[1] for t, x, m, heat in entering])
    removed = 1e3 * (ours - bench.latent[chosen]) / (bench.flow[chosen] * CONDENSATION)
    note = f"contact factor {contact:.3f} from the rating point; {ours.size} steady minutes, every {EVERY}th"
    doubt = "the two dew points are measured to 0.4 K, which is 0.25 g/kg each"
    total = bench.gross[chosen]
    return Outcome(
        (
            *_stated("moisture", "sensible heat", total - ours, total - bench.latent[chosen], note),
            Check(
                "moisture", "water removed: mean bias", "g/kg", float(removed.mean()), reference=0.0,
                source=SOURCE, note=f"{note}; {doubt}",
            ),
            Check(
                "moisture", "water removed: RMSE", "g/kg", float(np.sqrt((removed**2).mean())), reference=0.0,
                source=SOURCE, note=f"{note}; {doubt}",
            ),
        )
    )  # fmt: skip


def _identified(bench: Bench) -> Outcome:
    """Quadratics in outdoor temperature for each stage, from the even runs, tried on the odd runs."""
    checks = []
    train, test = bench.run % 2 == 0, bench.run % 2 == 1
    for words, stage in (("high", 2), ("low", 1)):
        for quantity, values in (("capacity", bench.gross), ("power", bench.power), ("COP", bench.cop)):
            mask = bench.stage == stage
            fit = np.polynomial.Polynomial.fit(bench.outdoor[mask & train], values[mask & train], 2)
            tried = mask & test
            note = f"identified on {np.unique(bench.run[train]).size} runs, tried on the others"
            checks += _stated(
                "identified", f"{quantity}, {words} stage", fit(bench.outdoor[tried]), values[tried], note
            )
    return Outcome(tuple(checks))


def _stated(case: str, quantity: str, ours: Array, measured: Array, note: str) -> list[Check]:
    """Both errors, stated and not demanded."""
    found = errors(ours, measured)
    note = f"{note}; {measured.size} steady minutes"
    stated = (("mean bias", found.bias), ("CV(RMSE)", found.cv_rmse))
    return [
        Check(case, f"{quantity}: {name}", "%", 100.0 * value, reference=0.0, source=SOURCE, note=note)
        for name, value in stated
    ]


def _bench(bench: Bench) -> Outcome:
    """What can be told of the measurement; the outdoor side is not measured, so no balance closes there."""
    high = bench.stage == 2
    per_kg = bench.gross[high] / bench.refrigerant[high] / 1e3
    return Outcome(
        (
            Check(
                "bench", "heat per kg of refrigerant, high stage, median", "kJ/kg", float(np.median(per_kg)),
                REFRIGERANT_LOW, REFRIGERANT_HIGH, source=SOURCE,
                note="air-side heat over measured refrigerant flow: the range of an R-410A evaporator",
            ),
            Check(
                "bench", "its spread between runs, high stage", "%", 100.0 * _spread(bench, per_kg, high),
                source=SOURCE, note="standard deviation of the runs' medians over their mean",
            ),
            Check(
                "bench", "latent heat beyond total heat", "minutes", float((bench.latent > bench.net).sum()),
                None, 0.0, source=SOURCE,
            ),
            Check(
                "bench", "steady minutes, high and low stage", "-", float(bench.run.size), source=SOURCE,
                note=f"{int(high.sum())} in the high stage, from {np.unique(bench.run).size} runs",
            ),
        )
    )  # fmt: skip


def _spread(bench: Bench, per_kg: Array, high: NDArray[np.bool_]) -> float:
    runs = bench.run[high]
    medians = np.array([np.median(per_kg[runs == r]) for r in np.unique(runs) if (runs == r).sum() >= 10])
    return float(medians.std() / medians.mean())


_PARTS = {"bench": _bench, "shape": _shape, "moisture": _moisture, "identified": _identified}


def _run(case: str, data: Path | None) -> Outcome:
    if data is None:
        raise ValueError("the heat-pump suite needs a data folder")
    return _PARTS[case](read_bench(data / FOLDER))


def _demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:
    """Only that the measurement is sound; errors of a map that was not made for this unit are stated."""
    sound = [check for check in checks if check.case == "bench"]
    if not sound and not complete:
        return ()
    bounded = [check for check in sound if check.verdict != "reported"]
    good = sum(check.verdict == "inside" for check in bounded)
    return (Demand(f"measurements of the bench sound, of {len(bounded)}", good, least=len(bounded)),)


SUITE = Suite(
    "heat-pump",
    "Maps against a heat pump on a bench",
    "Steady minutes of a two-stage air-to-air split unit that cools: the twin's chiller curves, scaled by "
    "one rating point and otherwise as shipped, and a map identified on half of the runs and tried on the "
    "rest. The twin's heating map is for air to water and does not apply to this unit; see the suite hvac.",
    SOURCE,
    CASES,
    _run,
    _demands,
    FOLDER,
    "published by NIST with the data of its hardware-in-the-loop heat pump",
)
