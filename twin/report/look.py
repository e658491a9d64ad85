"""How the pictures look: colours that colour-blind readers tell apart, letters that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.basics.errors import ResultsError
from twin.telemetry.storage import whole_file

# Okabe and Ito, "Color Universal Design" (2008): eight colours told apart with any kind of colour vision.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
CONTROLLERS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
GREY, LIGHT = "#5F6670", "#E7EAEE"
TEMPERATURE_MAP, PEOPLE_MAP = "cividis", "Greys"


def figure(width: float, height: float) -> Figure:
    """An empty figure [inches] that lays itself out without overlaps."""
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def grid(
    width: float, height: float, rows: int, columns: int, sharex: bool = False, sharey: bool = False
) -> tuple[Figure, list[list[Axes]]]:
    """A figure with rows x columns of tidy axes; shared axes as for `Figure.subplots`."""
    made = figure(width, height)
    axes = made.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey)
    for row in axes:
        for axis in row:
            tidy(axis)
    return made, [list(row) for row in axes]


def tidy(axis: Axes) -> None:
    """Light grid, no frame on the right and at the top, letters of a readable size."""
    axis.tick_params(labelsize=10, colors="#2B2F36")
    axis.grid(True, color=LIGHT, linewidth=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axis.spines[side].set_color("#9AA1AB")


def title(axis: Axes, text: str) -> None:
    """A panel's title, left."""
    axis.set_title(text, loc="left", fontsize=11, fontweight="bold", color="#2B2F36")


def hours(axis: Axes) -> None:
    """The x axis is the hour of the day, 0 to 24."""
    axis.set_xlim(0, 24)
    axis.set_xticks([0, 6, 12, 18, 24])
    axis.set_xlabel("hour of the day", fontsize=10)


def legend_below(made: Figure, handles: Sequence[Artist], labels: Sequence[str], columns: int = 5) -> None:
    """One legend under the whole figure, where it covers nothing."""
    made.legend(
        list(handles),
        list(labels),
        loc="outside lower center",
        ncols=max(1, min(columns, len(labels), _fitting(made, labels))),
        frameon=False,
        fontsize=10,
    )


def _fitting(made: Figure, labels: Sequence[str]) -> int:
    """Columns of a legend that fit: a letter takes about 0.075 inch, a handle and its gaps 0.6."""
    longest = max((len(label) for label in labels), default=1)
    return int(made.get_figwidth() / (0.075 * longest + 0.6))


def save(made: Figure, path: Path) -> Path:
    """Write a PNG at 110 dots per inch, whole or not at all, and return its path; raises ResultsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"cannot write a figure: {error.strerror or error}", file=path) from error
    with whole_file(path, "a figure") as stream:
        made.savefig(stream, dpi=110, format="png")
    return path
