"""Keyed random numbers: equal keys give equal numbers, different keys independent ones."""

from __future__ import annotations

import numpy as np
import pytest

from twin.basics import streams
from twin.physics import noise


def test_zero_is_a_seed_and_differs_from_one() -> None:
    assert streams.key(0, "people", "anna") != streams.key(1, "people", "anna")
    assert streams.key(0, "people", "anna") == streams.key(0, "people", "anna")


def test_stream_and_entity_both_enter_and_do_not_commute() -> None:
    keys = {streams.key(3, a, b) for a in ("x", "y") for b in ("x", "y")}
    assert len(keys) == 4


def test_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        streams.key(-1, "people")


def test_generator_is_reproducible() -> None:
    a = streams.generator(7, "people", "bob").random(5)
    assert np.array_equal(a, streams.generator(7, "people", "bob").random(5))


def test_physics_noise_is_standard_normal_and_keyed() -> None:
    key = streams.key(0, "noise", "sensor")
    z = np.array([noise.normal(key, i) for i in range(20000)])
    assert abs(z.mean()) < 0.03 and abs(z.std() - 1.0) < 0.02
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.03
    assert noise.normal(key, 5) == z[5]
    u = np.array([noise.uniform(key, i) for i in range(20000)])
    assert 0.0 < u.min() and u.max() < 1.0 and abs(u.mean() - 0.5) < 0.01


def test_normal_quantile_agrees_with_scipy_over_the_whole_range() -> None:
    from scipy.stats import norm

    for p in (1e-16, 1e-11, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.925001, 0.99, 1 - 1e-6):
        assert noise.quantile(p) == pytest.approx(norm.ppf(p), rel=1e-12, abs=1e-15)
