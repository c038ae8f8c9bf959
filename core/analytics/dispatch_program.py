"""Columns, rows and coefficients of a plan, and their solution with HiGHS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STATUS = {0: "optimal", 1: "limit", 2: "infeasible", 3: "unbounded", 4: "undecided"}


@dataclass(frozen=True)
class Solution:
    """What the solver found: status, values of the columns, objective, bound below it."""

    status: str
    x: Floats | None
    objective: float
    bound: float
    seconds: float
    scale: float = 0.0

    @property
    def gap(self) -> float:
        """Distance of objective and bound, as a share of the larger of objective and scale.

        0: proven. Costs less earnings may be nearly nothing, of which every cent is a large share.
        """
        if self.x is None:
            return float("nan")
        return max(self.objective - self.bound, 0.0) / max(abs(self.objective), self.scale, 1e-9)


@dataclass
class Program:
    """min c·x, low ≤ A x ≤ high, x within bounds, some of x whole; built block by block."""

    _low: list[Floats] = field(default_factory=list)
    _high: list[Floats] = field(default_factory=list)
    _cost: list[Floats] = field(default_factory=list)
    _whole: list[Floats] = field(default_factory=list)
    _row_low: list[Floats] = field(default_factory=list)
    _row_high: list[Floats] = field(default_factory=list)
    _at: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    n_columns: int = 0
    n_rows: int = 0
    scale: float = 0.0  # what a gap is a share of, where the objective is less

    def columns(
        self,
        n: int,
        low: ArrayLike = 0.0,
        high: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        *,
        whole: bool = False,
    ) -> Ints:
        """Add `n` columns; returns their places."""
        for values, given in ((self._low, low), (self._high, high), (self._cost, cost)):
            values.append(np.broadcast_to(np.asarray(given, np.float64), (n,)))
        self._whole.append(np.full(n, float(whole)))
        self.n_columns += n
        return np.arange(self.n_columns - n, self.n_columns, dtype=np.int64)

    def rows(self, n: int, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Ints:
        """Add `n` rows without coefficients; returns their places."""
        for values, given in ((self._row_low, low), (self._row_high, high)):
            values.append(np.broadcast_to(np.asarray(given, np.float64), (n,)))
        self.n_rows += n
        return np.arange(self.n_rows - n, self.n_rows, dtype=np.int64)

    def put(self, rows: ArrayLike, columns: ArrayLike, value: ArrayLike) -> None:
        """Add coefficients; the three broadcast against each other."""
        r, c, v = np.broadcast_arrays(rows, columns, np.asarray(value, np.float64))
        self._at.append((r.ravel().astype(np.int64), c.ravel().astype(np.int64), v.ravel()))

    def whole_columns(self) -> int:
        """Number of columns that must be whole."""
        return int(sum(part.sum() for part in self._whole))

    def matrix(self) -> csc_array:
        """Coefficients (rows, columns)."""
        r, c, v = (np.concatenate([one[i] for one in self._at]) for i in range(3))
        return csc_array((v, (r, c)), shape=(self.n_rows, self.n_columns))

    def solve(
        self,
        *,
        gap: float = 1e-4,
        time_limit_s: float | None = None,
        fixed: Mapping[int, float] | None = None,
        relaxed: bool = False,
        box: float | None = None,
    ) -> Solution:
        """Solve; `fixed` holds columns at values, `relaxed` lets whole columns take any value.

        Parameters
        ----------
        gap : relative gap at which whole-number search ends.
        box : where given, no column may be larger (finds what makes a program unbounded).
        """
        began = time.perf_counter()
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        cost, whole = np.concatenate(self._cost), np.concatenate(self._whole)
        if box is not None:
            low, high = np.maximum(low, -box), np.minimum(high, box)
        if fixed:
            at = np.fromiter(fixed, np.int64, len(fixed))
            low[at] = high[at] = np.fromiter(fixed.values(), np.float64, len(fixed))
            whole[at] = 0.0
        if relaxed:
            whole = np.zeros_like(whole)
        options: dict[str, Any] = {"mip_rel_gap": gap}
        if time_limit_s is not None:
            options["time_limit"] = max(time_limit_s, 0.01)
        rows = LinearConstraint(
            self.matrix(), np.concatenate(self._row_low), np.concatenate(self._row_high)
        )
        found = milp(
            cost, integrality=whole, bounds=Bounds(low, high), constraints=rows, options=options
        )
        status = _STATUS.get(found.status, "undecided")
        if found.x is None:
            return Solution(status, None, np.nan, np.nan, time.perf_counter() - began)
        bound = found.fun if not whole.any() else found.mip_dual_bound
        bound = found.fun if bound is None else bound
        x = np.asarray(found.x, np.float64)
        took = time.perf_counter() - began
        return Solution(status, x, float(found.fun), float(bound), took, self.scale)
