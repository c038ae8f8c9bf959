"""Gradient-boosted trees: grown by scikit-learn, kept as plain arrays, evaluated by NumPy.

A model that is arrays can be stored and read without running code, and a page that shows a
forecast need not import scikit-learn (docs/adr/0011-stored-models.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.analytics.forecast.grid import Floats

LEAVES, RATE, LEAST_IN_LEAF, L2 = 16, 0.1, 60, 1.0
CHUNK = 4096  # rows evaluated at once


@dataclass(frozen=True, repr=False)
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

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
        """Nodes of all trees in one row; a leaf leads to itself, so that depth ends the walk."""
        trees, most = self.value.shape
        first = np.arange(trees)[:, None] * most
        own = first + np.arange(most)
        leaf = self.left < 0
        left = np.where(leaf, own, first + self.left)
        right = np.where(leaf, own, first + self.right)
        depth, level = 0, np.unique(first)
        while not leaf.ravel()[level].all():
            level = np.unique(np.concatenate([left.ravel()[level], right.ravel()[level]]))
            depth += 1
        # A second copy of the columns has -inf for what is missing, which always goes left.
        column = self.feature * 2 + self.missing_left
        return (column.ravel().astype(np.int32), self.threshold.ravel(),
                left.ravel().astype(np.int32), right.ravel().astype(np.int32), depth)  # fmt: skip

    def _predict(self, rows: Floats) -> Floats:
        column, threshold, left, right, depth = self._flat
        trees, most = self.value.shape
        known = np.where(np.isnan(rows), -np.inf, rows)
        table = np.stack([rows, known], axis=2).reshape(len(rows), -1)
        width = table.shape[1]
        place = np.arange(len(rows), dtype=np.int64)[None, :] * width
        cells = table.ravel()
        node = np.repeat(np.arange(trees, dtype=np.int32)[:, None] * most, len(rows), axis=1)
        for _ in range(depth):
            goes_left = cells.take(place + column.take(node)) <= threshold.take(node)
            node = np.where(goes_left, left.take(node), right.take(node))
        found: Floats = self.base + self.value.ravel().take(node).sum(axis=0)
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
