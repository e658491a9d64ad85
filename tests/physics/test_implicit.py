"""Zones coupled through doors: along a tree and by the full matrix the answer is the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.building.doors import leaves_first
from twin.physics import implicit
from twin.physics import layout as la

SCALE = 2.5


def solved(pairs: list[tuple[int, int, int]], tree: bool, held: list[bool], seed: int) -> np.ndarray:
    zones = len(held)
    rng = np.random.default_rng(seed)
    flow = rng.uniform(0.0, 2.0, len(pairs))
    door = np.zeros((1, len(pairs), la.DOOR_PARAMETERS))
    w = np.zeros((zones, la.WORK + zones))
    w[:, la.WK_DIAGONAL] = rng.uniform(0.1, 3.0, zones)
    w[:, la.WK_RIGHT] = rng.uniform(-5.0, 5.0, zones)
    w[:, la.WK_STATUS] = np.where(held, implicit.HELD, 0.0)
    by_number = sorted(pairs)
    for q, (number, leaf, root) in enumerate(pairs):
        door[0, q, [la.D_FROM, la.D_TO, la.D_TREE]] = leaf, root, tree
        assert by_number[number][0] == number
    flow = flow[[number for number, _, _ in pairs]]
    for q, (_, leaf, root) in enumerate(pairs):
        w[leaf, la.WK_DIAGONAL] += flow[q] * SCALE
        w[root, la.WK_DIAGONAL] += flow[q] * SCALE
    kept = w[:, la.WK_DIAGONAL].copy()
    implicit.solve(door, 0, w, flow, SCALE)
    assert np.array_equal(w[:, la.WK_DIAGONAL], kept)
    return w[:, la.WK_MEAN].copy()


@given(st.integers(2, 9), st.integers(0, 10_000), st.data())
def test_a_forest_is_solved_like_a_matrix(zones: int, seed: int, data: st.DataObject) -> None:
    parents = [data.draw(st.integers(0, z - 1)) for z in range(1, zones)]
    edges = [(z, parent) for z, parent in enumerate(parents, 1) if data.draw(st.booleans()) or z == 1]
    order = leaves_first(edges)
    assert sorted(number for number, _, _ in order) == list(range(len(edges)))
    held = [data.draw(st.booleans()) for _ in range(zones)]
    along = solved(order, True, held, seed)
    full = solved(sorted(order), False, held, seed)
    assert along == pytest.approx(full, rel=1e-11, abs=1e-12)


def test_rings_have_no_leaves() -> None:
    assert leaves_first([(0, 1), (1, 2), (2, 0)]) == []
    assert leaves_first([(0, 1), (0, 1)]) == []
    assert leaves_first([]) == []
    assert [edge[1:] for edge in leaves_first([(0, 4), (1, 4), (4, 2)])] == [(0, 4), (1, 4), (4, 2)]
