"""Gradient-boosted trees: grown by scikit-learn, kept as plain arrays, evaluated by NumPy.

A model that is arrays can be stored and read without running code, and a page that shows a
forecast need not import scikit-learn (docs/adr/0011-stored-models.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.analytics.forecast.grid import Floats

LEAVES, RATE, LEAST_IN_LEAF, L2 = 16, 0.1, 60, 1.0
CHUNK = 4096  # rows evaluated at once


@dataclass(frozen=True)
class Trees:
    """An ensemble: the value of a row is `base` plus its leaf's value in every tree.

    Attributes
    ----------
    base : what every prediction begins with.
    feature, left, right : int32[tree, node]; `left` is -1 at a leaf.
    threshold : float64[tree, node]; a row goes left where its feature is at most this.
    missing_left : bool[tree, node] where a row without the feature goes.
    value : float64[tree, node] of a leaf.
    """

    base: float
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    def predict(self, rows: Floats) -> Floats:
        """Values of rows float64[n, feature]."""
        parts = [self._predict(rows[k : k + CHUNK]) for k in range(0, max(len(rows), 1), CHUNK)]
        return np.concatenate(parts)

    def _predict(self, rows: Floats) -> Floats:
        trees = np.arange(len(self.value))[:, None]
        node = np.zeros((len(self.value), len(rows)), np.int64)
        column = np.arange(len(rows))[None, :]
        while True:
            left = self.left[trees, node]
            inner = left >= 0
            if not inner.any():
                break
            x = rows[column, self.feature[trees, node]]
            goes_left = np.where(
                np.isnan(x), self.missing_left[trees, node], x <= self.threshold[trees, node]
            )
            step = np.where(goes_left, left, self.right[trees, node])
            node = np.where(inner, step, node)
        found: Floats = self.base + self.value[trees, node].sum(axis=0)
        return found


def fit_trees(
    rows: Floats,
    values: Floats,
    *,
    quantile: float | None = None,
    weights: Floats | None = None,
    rounds: int = 80,
) -> Trees:
    """Boosted trees for the mean, or for a quantile, of values given rows.

    Parameters
    ----------
    rows : float64[n, feature], NaN where a feature is not known.
    values : float64[n], finite.
    quantile : 0..1; None for the mean.

    Source: Ke et al. 2017 (LightGBM), as scikit-learn's HistGradientBoostingRegressor does it.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    loss: dict[str, Any] = {"loss": "squared_error"}
    if quantile is not None:
        loss = {"loss": "quantile", "quantile": quantile}
    model = HistGradientBoostingRegressor(
        **loss, max_iter=rounds, learning_rate=RATE, max_leaf_nodes=LEAVES,
        min_samples_leaf=min(LEAST_IN_LEAF, max(5, len(rows) // 50)), l2_regularization=L2,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    # On few cores its threads wait for each other: 0.4 s with one, 21 s with two.
    with threadpool_limits(limits=1):
        model.fit(rows, values, sample_weight=weights)
    return trees_of(model)


def trees_of(model: Any) -> Trees:
    """The arrays of a fitted HistGradientBoostingRegressor with an identity link."""
    nodes = [stage[0].nodes for stage in model._predictors]
    most = max(len(one) for one in nodes)

    def stacked(name: str, dtype: type, at_leaf: float) -> np.ndarray:
        table: np.ndarray = np.full((len(nodes), most), at_leaf, dtype)
        for k, one in enumerate(nodes):
            table[k, : len(one)] = np.where(one["is_leaf"], at_leaf, one[name].astype(dtype))
        return table

    values = np.zeros((len(nodes), most))
    for k, one in enumerate(nodes):
        values[k, : len(one)] = np.where(one["is_leaf"], one["value"], 0.0)
    return Trees(
        float(np.ravel(model._baseline_prediction)[0]),
        stacked("feature_idx", np.int32, 0), stacked("num_threshold", np.float64, 0.0),
        stacked("missing_go_to_left", np.bool_, 0.0), stacked("left", np.int32, -1),
        stacked("right", np.int32, -1), values,
    )  # fmt: skip
