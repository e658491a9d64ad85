"""One message that says where, what, what is allowed and what was probably meant."""

from __future__ import annotations

from twin.basics.errors import ScenarioError, nearest


def test_message_names_file_line_key_value_allowed_and_suggestion() -> None:
    text = str(
        ScenarioError(
            "unknown key",
            file="a.yaml",
            line=3,
            key="zones.0",
            value=1,
            allowed="height_m",
            suggestion="height_m",
        )
    )
    for part in ("a.yaml:3", "zones.0", "found 1", "allowed: height_m", "did you mean 'height_m'"):
        assert part in text


def test_nearest_is_case_blind_and_gives_up_on_strangers() -> None:
    assert nearest("Heigth_m", ["height_m", "width_m"]) == "height_m"
    assert nearest("zzz", ["height_m"]) is None
