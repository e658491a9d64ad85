"""Weather files, packaged typical years and their sampling."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.clock import Clock
from twin.basics.errors import WeatherError
from twin.building.weather import (
    Weather,
    ground_temperature,
    humidity_ratio,
    packaged,
    read_weather,
    sample_site,
    saturation_pressure,
)
from twin.building.weather_table import calendar
from twin.building.weather_year import sky_infrared
from twin.physics import psychrometrics

FIELDS = [
    *("temperature", "dew_point", "relative_humidity", "pressure", "wind_speed", "wind_direction"),
    *("ghi", "dni", "dhi", "infrared", "sky_cover", "opaque_sky_cover"),
]


def epw_text(weather: Weather, year: int | None = None, label: str = "TMY3", hours: int = 8760) -> str:
    """An EPW file with the values of `weather`; years by month unless `year` is given."""
    place = f"{weather.latitude},{weather.longitude},{weather.utc_offset_h},{weather.altitude_m}"
    lines = [f"LOCATION,Somewhere,CO,USA,{label},725650,{place}", *["HEADER"] * 6, "DATA PERIODS,1,1,Data"]
    for index, (month, day, hour) in enumerate(calendar(hours).tolist()):
        k = index if index < 59 * 24 else index - (hours - 8760)
        row = ["0"] * 35
        row[:5] = [str(year or weather.years[month - 1]), str(month), str(day), str(hour), "0"]
        values = {6: weather.temperature, 7: weather.dew_point, 8: weather.relative_humidity}
        values |= {9: weather.pressure, 12: weather.infrared}
        values |= {13: weather.ghi, 14: weather.dni, 15: weather.dhi}
        values |= {20: weather.wind_direction, 21: weather.wind_speed}
        for column, array in values.items():
            row[column] = f"{array[k]:.8g}"
        row[22], row[23] = f"{weather.sky_cover[k] * 10:.0f}", f"{weather.opaque_sky_cover[k] * 10:.0f}"
        lines.append(",".join(row))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def denver() -> Weather:
    return read_weather("denver")


@pytest.fixture(scope="module")
def text(denver: Weather) -> str:
    return epw_text(denver)


@pytest.fixture
def plain(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.epw"
    path.write_text(text)
    return path


def test_provenance_names_every_packaged_year() -> None:
    from importlib import resources

    text = (resources.files("twin.building") / "weather_data" / "PROVENANCE.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and ".epw" in line]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == list(packaged())


@pytest.mark.parametrize("name", ["chicago", "denver", "miami", "phoenix", "san_francisco"])
def test_packaged_years_are_whole_and_plausible(name: str) -> None:
    assert name in packaged()
    weather = read_weather(name)
    assert (weather.hours, weather.kind, len(weather.years)) == (8760, "typical", 12)
    assert all(np.isfinite(getattr(weather, field)).all() for field in FIELDS)
    assert np.all(weather.dew_point <= weather.temperature + 0.3)
    closure = weather.dhi.sum() / weather.ghi.sum()
    assert 0.2 < closure < 0.6
    assert abs(weather.longitude / 15.0 - weather.utc_offset_h) < 1.0


def test_denver_is_number_for_number_the_weather_of_the_standard(denver: Weather, shared_data: Path) -> None:
    path = shared_data / "bestest" / "denver_725650TYCST.epw.gz"
    if not path.is_file():
        pytest.skip("the standard's weather file is not here")
    reference = read_weather(path)
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(denver, field), getattr(reference, field), err_msg=field)
    assert (reference.kind, reference.years) == ("typical", denver.years)
    assert (reference.latitude, reference.longitude) == (denver.latitude, denver.longitude)


def test_a_written_file_reads_back_gzipped_or_not(denver: Weather, plain: Path, text: str) -> None:
    packed = plain.with_suffix(".epw.gz")
    packed.write_bytes(gzip.compress(text.encode()))
    one, two = read_weather(plain), read_weather(packed)
    assert one.sha256 == two.sha256
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(one, field), getattr(two, field))
        np.testing.assert_allclose(getattr(one, field), getattr(denver, field), atol=1e-9)


def test_relative_paths_start_from_the_base(plain: Path) -> None:
    assert read_weather(plain.name, base=plain.parent).hours == 8760


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(WeatherError, match="did you mean 'denver'"):
        read_weather("denvr")
    with pytest.raises(WeatherError, match="no such weather"):
        read_weather("nowhere/else.epw")


def test_truncated_files_say_how_many_rows(plain: Path, text: str) -> None:
    plain.write_text("".join(line + "\n" for line in text.splitlines()[:5000]))
    with pytest.raises(WeatherError, match=r"4992 rows.*8760 or 8784"):
        read_weather(plain)
    plain.write_text(text[:-60])
    with pytest.raises(WeatherError, match="cut off"):
        read_weather(plain)
    packed = plain.with_suffix(".gz")
    packed.write_bytes(gzip.compress(text.encode())[:-4000])
    with pytest.raises(WeatherError, match="gzip file is truncated"):
        read_weather(packed)


CODES = [(6, "99.9"), (13, "9999"), (9, "999999"), (21, "999"), (15, "")]


@pytest.mark.parametrize(("column", "code"), CODES)
def test_missing_values_name_the_row(plain: Path, text: str, column: int, code: str) -> None:
    lines = text.splitlines()
    row = lines[8 + 4321].split(",")
    row[column] = code
    lines[8 + 4321] = ",".join(row)
    plain.write_text("\n".join(lines) + "\n")
    with pytest.raises(WeatherError, match="row 4322") as caught:
        read_weather(plain)
    assert caught.value.line == 8 + 4322


def test_rows_out_of_order_are_refused(plain: Path, text: str) -> None:
    lines = text.splitlines()
    lines[100], lines[101] = lines[101], lines[100]
    plain.write_text("\n".join(lines) + "\n")
    with pytest.raises(WeatherError, match="row 93 is out of order"):
        read_weather(plain)


OTHERS = [b"", b"\x00\x01\x02", b"a,b\n1,2\n", "Größe\n".encode(), b"LOCATION,x\n", b"\x1f\x8bgzip?"]


@pytest.mark.parametrize("content", OTHERS)
def test_other_files_are_not_weather(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.epw"
    path.write_bytes(content)
    with pytest.raises(WeatherError):
        read_weather(path)


def test_missing_infrared_is_computed_from_clouds(denver: Weather, plain: Path, text: str) -> None:
    lines = text.splitlines()
    for k in range(8, len(lines)):
        row = lines[k].split(",")
        row[12] = "9999"
        lines[k] = ",".join(row)
    plain.write_text("\n".join(lines) + "\n")
    computed = read_weather(plain).infrared
    assert np.isfinite(computed).all()
    assert abs(np.mean(computed - denver.infrared)) < 2.0  # the file's own values come from the same relation
    assert np.sqrt(np.mean((computed - denver.infrared) ** 2)) < 8.0


def test_tmy3_csv(tmp_path: Path, denver: Weather) -> None:
    path = tmp_path / "725650TY.csv"
    path.write_text(tmy3_text(denver))
    weather = read_weather(path)
    assert (weather.kind, weather.utc_offset_h) == ("typical", -7.0)
    np.testing.assert_allclose(weather.temperature, denver.temperature)
    np.testing.assert_allclose(weather.ghi, denver.ghi)
    np.testing.assert_allclose(weather.pressure, denver.pressure)
    assert np.isfinite(weather.infrared).all()


def tmy3_text(weather: Weather) -> str:
    """A TMY3 CSV file with the columns that are read."""
    used = {"GHI (W/m^2)": weather.ghi, "DNI (W/m^2)": weather.dni, "DHI (W/m^2)": weather.dhi}
    used |= {"TotCld (tenths)": weather.sky_cover * 10, "OpqCld (tenths)": weather.opaque_sky_cover * 10}
    used |= {"Dry-bulb (C)": weather.temperature, "Dew-point (C)": weather.dew_point}
    used |= {"RHum (%)": weather.relative_humidity, "Pressure (mbar)": weather.pressure / 100.0}
    used |= {"Wdir (degrees)": weather.wind_direction, "Wspd (m/s)": weather.wind_speed}
    fill = [f"filler {k}" for k in range(50)]
    lines = ['725650,"DENVER INTL AP",CO,-7.0,39.833,-104.650,1650']
    lines.append(",".join(["Date (MM/DD/YYYY)", "Time (HH:MM)", *used, *fill]))
    for k, (month, day, hour) in enumerate(calendar(8760).tolist()):
        stamp = [f"{month:02d}/{day:02d}/{weather.years[month - 1]}", f"{hour:02d}:00"]
        lines.append(",".join([*stamp, *(f"{array[k]:.6g}" for array in used.values()), *["0"] * len(fill)]))
    return "\n".join(lines) + "\n"


def test_sampling_at_the_stamps_of_the_file(denver: Weather) -> None:
    """The hour from 13:00 to 14:00 of 4 July carries the radiation of that row; 14:00 its temperature."""
    row = (date(2001, 7, 4) - date(2001, 1, 1)).days * 24 + 13
    site = sample_site(denver, datetime(2023, 7, 4, 20, tzinfo=UTC), 3600, 1)  # 13:00 standard time
    assert site.ghi[0] == pytest.approx(denver.ghi[row])
    assert site.temperature[0] == pytest.approx(denver.temperature[row - 1 : row + 1].mean())
    near = sample_site(denver, datetime(2023, 7, 4, 21, tzinfo=UTC) - timedelta(seconds=1), 2, 1)
    assert near.temperature[0] == pytest.approx(denver.temperature[row])


def test_energy_of_every_hour_is_kept_at_any_step(denver: Weather) -> None:
    start = datetime(2023, 3, 1, 7, tzinfo=UTC)
    hourly = sample_site(denver, start, 3600, 48)
    for step in (60, 300, 900):
        fine = sample_site(denver, start, step, 48 * 3600 // step)
        for name in ("ghi", "dni", "dhi"):
            means = getattr(fine, name).reshape(48, -1).mean(axis=1)
            np.testing.assert_allclose(means, getattr(hourly, name), atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(shift=st.integers(0, 3599), step=st.integers(61, 3599))
def test_energy_is_kept_off_the_hour(shift: int, step: int) -> None:
    """Sums over two samplings of one stretch agree although their edges fall anywhere."""
    weather = read_weather("chicago")
    start = datetime(2023, 6, 1, 6, tzinfo=UTC) + timedelta(seconds=shift)
    whole = sample_site(weather, start, step, 120)
    first = sample_site(weather, start, step, 50)
    second = sample_site(weather, start + timedelta(seconds=50 * step), step, 70)
    for name in ("ghi", "dni", "dhi"):
        parts = np.concatenate([getattr(first, name), getattr(second, name)])
        np.testing.assert_allclose(parts, getattr(whole, name), rtol=1e-4, atol=1e-3)


def test_leap_day_repeats_the_day_before(denver: Weather) -> None:
    west = timezone(timedelta(hours=-7))
    day = {d: sample_site(denver, datetime(2024, 2, d, 6, tzinfo=west), 3600, 12) for d in (28, 29)}
    np.testing.assert_array_equal(day[28].temperature, day[29].temperature)
    np.testing.assert_array_equal(day[28].ghi, day[29].ghi)
    march = sample_site(denver, datetime(2024, 3, 1, 6, tzinfo=west), 3600, 12)
    plain = sample_site(denver, datetime(2023, 3, 1, 6, tzinfo=west), 3600, 12)
    np.testing.assert_array_equal(march.temperature, plain.temperature)
    assert sample_site(denver, datetime(2024, 12, 31, 12, tzinfo=west), 3600, 36).temperature.shape == (36,)


@pytest.mark.parametrize(("day", "noon"), [(date(2023, 1, 16), 12.0), (date(2023, 7, 16), 12.95)])
def test_the_sun_keeps_standard_time_while_clocks_on_the_wall_change(day: date, noon: float) -> None:
    clock = Clock(day, "America/Chicago", 0, 1, 60, 900)
    sun = sample_site(read_weather("chicago"), clock.origin, 60, 1440)
    highest = clock.civil(60.0 * int(np.argmin(sun.zenith)))
    assert highest.hour + highest.minute / 60.0 == pytest.approx(noon, abs=0.1)


def test_typical_years_run_over_new_year(denver: Weather) -> None:
    site = sample_site(denver, datetime(2022, 12, 31, 7, tzinfo=UTC), 3600, 48)
    assert site.temperature[24] == pytest.approx(denver.temperature[[-1, 0]].mean())


def test_actual_years_hold_their_dates_only(plain: Path, denver: Weather) -> None:
    plain.write_text(epw_text(denver, year=2019, label="AMY"))
    weather = read_weather(plain)
    assert (weather.kind, weather.start_year) == ("actual", 2019)
    begin = datetime(2019, 1, 1, 7, tzinfo=UTC)
    whole = sample_site(weather, begin, 3600, 8760)
    assert whole.ghi.sum() == pytest.approx(weather.ghi.sum())
    for late_h in (-1, 364 * 24 + 1, 500 * 24):
        wrong = begin + timedelta(hours=late_h)
        with pytest.raises(WeatherError, match="2019-01-01 to 2019-12-31"):
            sample_site(weather, wrong, 3600, 24)
    assert read_weather(plain, kind="typical").kind == "typical"
    plain.write_text(epw_text(denver))
    with pytest.raises(WeatherError, match="one year"):
        read_weather(plain, kind="actual")


def test_actual_leap_years_have_their_own_leap_day(plain: Path, denver: Weather) -> None:
    plain.write_text(epw_text(denver, year=2020, label="AMY", hours=8784))
    weather = read_weather(plain)
    assert (weather.hours, weather.kind) == (8784, "actual")
    site = sample_site(weather, datetime(2020, 12, 31, 19, tzinfo=UTC), 3600, 12)
    np.testing.assert_array_equal(site.ghi[:4], weather.ghi[-12:-8])
    plain.write_text(epw_text(denver, year=2020, label="AMY"))
    with pytest.raises(WeatherError, match="do not fit"):
        read_weather(plain)


def test_moist_air_is_that_of_the_physics() -> None:
    for temperature in (-30.0, -1.0, 0.5, 12.0, 45.0):
        vapour = saturation_pressure(np.array([temperature]))
        np.testing.assert_allclose(vapour, psychrometrics.saturation_pressure(temperature), rtol=1e-12)
        expected = psychrometrics.humidity_ratio(temperature, 1.0, 95000.0)
        np.testing.assert_allclose(humidity_ratio(np.array([temperature]), np.array([95000.0])), expected)


def test_humidity_agrees_with_psychrolib() -> None:
    psychrolib = pytest.importorskip("psychrolib")
    psychrolib.SetUnitSystem(psychrolib.SI)
    for dew_point in (-30.0, -5.0, 0.0, 12.0, 28.0):
        expected = psychrolib.GetHumRatioFromVapPres(psychrolib.GetSatVapPres(dew_point), 83_000.0)
        found = humidity_ratio(np.array([dew_point]), np.array([83_000.0]))
        assert found[0] == pytest.approx(expected, rel=1e-6)
    assert saturation_pressure(np.array([100.0]))[0] == pytest.approx(101_418, rel=1e-3)


def test_sky_is_colder_than_air_and_clouds_warm_it(denver: Weather) -> None:
    clear = sky_infrared(np.array([20.0]), np.array([10.0]), np.array([0.0]))
    cloudy = sky_infrared(np.array([20.0]), np.array([10.0]), np.array([1.0]))
    black = 5.670374419e-8 * 293.15**4
    assert clear[0] < cloudy[0] < 1.05 * black
    site = sample_site(denver, datetime(2023, 1, 1, 7, tzinfo=UTC), 3600, 8760)
    assert -6.0 < site.sky_temperature.mean() < -1.9  # six programs on this file: -5.9 to -2.0
    assert (site.sky_temperature < site.temperature).mean() > 0.98


def test_ground_is_damped_and_delayed(denver: Weather) -> None:
    seconds = datetime(2023, 1, 1, tzinfo=UTC).timestamp() + 3600.0 * np.arange(8760, dtype=np.float64)
    shallow, deep = (ground_temperature(denver, seconds, depth) for depth in (0.1, 3.0))
    assert np.ptp(deep) < 0.5 * np.ptp(shallow)
    assert np.argmax(deep) > np.argmax(shallow) + 24 * 20
    assert deep.mean() == pytest.approx(denver.temperature.mean(), abs=0.2)


def test_bad_requests_are_refused(denver: Weather) -> None:
    with pytest.raises(ValueError, match="time zone"):
        sample_site(denver, datetime(2023, 1, 1, tzinfo=UTC).replace(tzinfo=None), 300, 10)
    with pytest.raises(ValueError, match="step_s"):
        sample_site(denver, datetime(2023, 1, 1, tzinfo=UTC), 7200, 10)
