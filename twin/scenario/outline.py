"""Plans: the outline of a zone as a polygon."""

from __future__ import annotations

from twin.scenario.record import wrong

Corners = tuple[tuple[float, float], ...]

AREA_TOLERANCE = 0.02  # outlines are drawn by hand, to the centimetre at best


def area_of(outline_m: Corners) -> float:
    """Area enclosed [m2], by the shoelace formula; corners in either order."""
    following = outline_m[1:] + outline_m[:1]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(outline_m, following, strict=True))) / 2.0


def check_outline(outline_m: Corners, floor_area_m2: float) -> None:
    """Raise unless the outline is empty, or a simple polygon of about the floor's area [m2]."""
    if not outline_m:
        return
    if len(outline_m) < 3:
        raise wrong("an outline has at least three corners", ("outline_m",), len(outline_m))
    if len(set(outline_m)) < len(outline_m):
        raise wrong(
            "a corner appears twice", ("outline_m",), None, "each corner once; the last joins the first"
        )
    if _crosses_itself(outline_m):
        raise wrong("the outline crosses itself", ("outline_m",), None, "corners in order around the zone")
    area = area_of(outline_m)
    if abs(area - floor_area_m2) > AREA_TOLERANCE * floor_area_m2:
        raise wrong(
            f"the outline encloses {area:.4g} m2, which is not the floor area",
            ("floor_area_m2",), floor_area_m2, f"{area:.4g}, to 2 %, or another outline_m",
        )  # fmt: skip


def _crosses_itself(outline_m: Corners) -> bool:
    n = len(outline_m)
    sides = [(outline_m[i], outline_m[(i + 1) % n]) for i in range(n)]
    return any(
        _cross(*sides[i], *sides[j])
        for i in range(n)
        for j in range(i + 2, n)
        if (j + 1) % n != i  # neighbours share a corner
    )


def _side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Positive where c lies left of the line from a to b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0
