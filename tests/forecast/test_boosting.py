"""The arrays of a model say what scikit-learn says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from core.analytics.forecast.boosting import CHUNK, fit_trees, trees_of


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    quantile=st.sampled_from([None, 0.1, 0.9]),
    missing=st.sampled_from([0.0, 0.3]),
    leaves=st.integers(2, 20),
)
def test_predictions_equal_those_of_the_library(
    seed: int, quantile: float | None, missing: float, leaves: int
) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(300, 4)).round(1)
    rows[rng.random(rows.shape) < missing] = np.nan
    values = np.nan_to_num(rows[:, 0]) * 3 + rng.normal(size=300)
    loss = {"loss": "quantile", "quantile": quantile} if quantile else {}
    with threadpool_limits(limits=1):
        model = HistGradientBoostingRegressor(
            **loss, max_iter=15, max_leaf_nodes=leaves, min_samples_leaf=5, early_stopping=False
        ).fit(rows, values)
    fresh = rng.normal(size=(200, 4)).round(1)
    fresh[rng.random(fresh.shape) < 0.2] = np.nan
    fresh[0] = [np.inf, -np.inf, 0.0, np.nan]
    with threadpool_limits(limits=1):
        theirs = model.predict(fresh)
    np.testing.assert_allclose(trees_of(model).predict(fresh), theirs, rtol=1e-12)


def test_many_rows_are_the_same_as_few() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(CHUNK + 7, 2))
    trees = fit_trees(rows[:400], rows[:400, 0], rounds=5)
    whole = trees.predict(rows)
    assert len(whole) == len(rows)
    np.testing.assert_array_equal(whole[-3:], trees.predict(rows[-3:]))


def test_a_constant_needs_no_split() -> None:
    trees = fit_trees(np.zeros((50, 1)), np.full(50, 3.0), rounds=4)
    assert trees.predict(np.array([[1.0], [np.nan]])) == pytest.approx([3.0, 3.0])


def test_a_quantile_has_its_share_below() -> None:
    rng = np.random.default_rng(1)
    rows = rng.uniform(size=(4000, 1))
    values = rng.exponential(1 + rows[:, 0])
    trees = fit_trees(rows, values, quantile=0.9, rounds=40)
    assert np.mean(values <= trees.predict(rows)) == pytest.approx(0.9, abs=0.03)
