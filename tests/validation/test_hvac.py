"""Suite "hvac": what it covers, that it can fail, and the two bugs that it found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import airside
from twin.physics import layout as la
from twin.physics import psychrometrics as psy
from twin.validation import air_handler, answers, coils, cooling_cases, moist_air
from twin.validation.check import Check
from twin.validation.hvac import SUITE

COMPONENTS = tuple(case for case in SUITE.cases if not case.startswith("CE"))


def _checks(case: str) -> tuple[Check, ...]:
    return SUITE.run(case, None).checks


@pytest.mark.parametrize("case", COMPONENTS)
def test_every_component_holds(case: str) -> None:
    checks = _checks(case)
    assert checks
    assert [c.quantity for c in checks if c.verdict == "outside"] == []
    assert all(c.source and c.case == case and np.isfinite(c.ours) for c in checks)


@pytest.mark.parametrize("case", ["CE100", "CE140", "CE165", "CE180", "CE195", "CE200"])
def test_the_space_cooling_cases_come_close_to_the_solutions(case: str) -> None:
    for check in _checks(case):
        assert check.verdict in ("inside", "accepted"), check
        assert check.low is not None
        assert check.high is not None
        assert check.low <= check.high


def test_all_fourteen_cases_of_the_standard_are_there() -> None:
    assert sum(case.startswith("CE") for case in SUITE.cases) == 14


def test_published_solutions_agree_with_themselves() -> None:
    """Load of the room over electricity is the published COP: a slip in the transcription would show."""
    known = answers.figures("hvac")["cooling_cases"]
    for name, case in known["cases"].items():
        load = case["zone_sensible_kwh"] + 1e-3 * known["hours"] * case["zone_latent_w"]
        for who, (energy, cop, *_) in case["answers"].items():
            assert load / energy == pytest.approx(cop, rel=0.011), (name, who)


def test_the_rating_point_of_the_unit_is_found_again() -> None:
    unit = cooling_cases.unit()
    assert 0.85 < unit.contact < 0.97
    humidity = cooling_cases.root(lambda x: psy.wet_bulb(26.7, x, psy.STANDARD_PRESSURE) - 19.4, 1e-4, 0.03)
    heat = unit.capacity(35.0, 19.4)
    sensible, latent = cooling_cases.split(26.7, humidity, unit.flow, heat, unit.contact)
    assert sensible == pytest.approx(6136.0 + 230.0, rel=1e-6)
    assert sensible + latent == pytest.approx(heat, rel=1e-9)


def test_more_latent_load_makes_the_room_more_humid_and_the_unit_run_longer() -> None:
    states = [cooling_cases.settled(24.0, 35.0, 2000.0, latent) for latent in (500.0, 1500.0, 3000.0)]
    assert np.all(np.diff([s.humidity for s in states]) > 0.0)
    assert np.all(np.diff([s.running for s in states]) > 0.0)


def test_demands_fail_where_a_number_is_wrong() -> None:
    good = answers.against("fan", "x", "-", 1.0, 1.0, 0.1, "s")
    bad = answers.against("fan", "x", "-", 2.0, 1.0, 0.1, "s")
    assert all(demand.met for demand in SUITE.demands([good], False))
    assert not all(demand.met for demand in SUITE.demands([good, bad], False))
    assert answers.most("a", "b", "-", 1e-8, 1e-9, "s").verdict == "outside"


def test_a_coil_without_its_limit_on_fog_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The straight line alone, as it was: nearly saturated air leaves beyond saturation."""

    def line(
        t: float, x: float, flow: float, opening: float, p: float, limit: float
    ) -> tuple[float, float, float]:
        drop = airside.CONTACT * opening * (t - airside.COIL_SURFACE)
        if drop <= 0.0:
            return t, x, 0.0
        wet = psy.saturation_humidity_ratio(t - drop / airside.CONTACT, p)
        dried = airside.CONTACT * max(0.0, x - wet)
        heat = flow * (psy.CP_AIR * drop + psy.CONDENSATION * dried)
        share = min(1.0, limit / heat)
        return t - share * drop, x - share * dried, share * heat

    monkeypatch.setattr(coils, "cooling_coil", line)
    outside = [check.quantity for check in coils.coil().checks if check.verdict == "outside"]
    assert outside == ["humidity ratio beyond saturation"]


@settings(deadline=None, max_examples=200)
@given(
    temperature=st.floats(9, 45), relative=st.floats(0.05, 1.0), flow=st.floats(0.1, 5.0),
    opening=st.floats(0, 1), limit=st.floats(10.0, 2e5), contact=st.floats(0.5, 1.0),
)  # fmt: skip
def test_a_coil_never_leaves_fog_and_keeps_its_heat(
    temperature: float, relative: float, flow: float, opening: float, limit: float, contact: float
) -> None:
    pressure = psy.STANDARD_PRESSURE
    full = psy.humidity_ratio_of_vapour(psy.saturation_pressure_fast(temperature), pressure)
    humidity = relative * full
    out, dry, heat = airside.contact_coil(temperature, humidity, flow, opening, pressure, limit, contact, 5.0)
    leaving = psy.humidity_ratio_of_vapour(psy.saturation_pressure_fast(out), pressure)
    assert dry <= leaving * (1.0 + 1e-6)
    assert out <= temperature
    assert dry <= humidity
    given_up = flow * (psy.CP_AIR * (temperature - out) + psy.CONDENSATION * (humidity - dry))
    assert heat == pytest.approx(given_up, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("outdoor", [-25.0, -10.0, -3.0, 4.0])
@pytest.mark.parametrize("damper", [0.3, 1.0])
def test_the_economizer_stands_still_in_cold_weather(outdoor: float, damper: float) -> None:
    stand = air_handler.bench(outdoor, damper)
    stand.run()
    supply, fraction = [], []
    for _ in range(10):
        stand.run(1)
        supply.append(stand.reading(la.SY_SUPPLY_AIR))
        fraction.append(stand.reading(la.SY_OUTDOOR_FRACTION))
    assert np.ptp(fraction) < 1e-3
    assert supply[-1] == pytest.approx(air_handler.SUPPLY_C, abs=0.2)


def test_without_psychrolib_its_checks_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moist_air, "find_spec", lambda _: None)
    assert not any("psychrolib" in check.source for check in moist_air.moist_air().checks)
    monkeypatch.setattr(coils, "library", lambda: None)
    assert coils.moisture().checks == ()
