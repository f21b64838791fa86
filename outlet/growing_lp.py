"""Solve a linear program whose columns grow between solves, each solve going on from the basis of the last."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_PRIMAL_SIMPLEX = 4


@dataclass(frozen=True)
class LpRun:
    """An optimum: value, columns x, and what one more unit of each row's right side costs, shape (r,)."""

    objective: float
    x: NDArray[np.float64]
    duals: NDArray[np.float64]


class GrowingLp:
    """Minimise ``cost · x`` with ``row_lower ≤ rows · x ≤ row_upper`` and ``0 ≤ x ≤ upper``, where columns are added.

    Parameters
    ----------
    row_lower, row_upper
        Sides of the rows, shape (r,); infinite where a row has no such side.
    """

    def __init__(self, row_lower: NDArray[np.float64], row_upper: NDArray[np.float64]) -> None:
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        count = len(row_lower)
        nothing = np.zeros(count, dtype=np.int32)
        self._highs.addRows(
            count, row_lower, row_upper, 0, nothing, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float64)
        )
        self.columns = 0
        self.pivots = 0

    def add(
        self,
        cost: NDArray[np.float64],
        entries: sparse.csc_array,
        *,
        lower: float | NDArray[np.float64] = 0.0,
        upper: float | NDArray[np.float64] = np.inf,
    ) -> None:
        """Add columns; ``entries`` has shape (r, columns)."""
        count = len(cost)
        low = np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)).copy()
        high = np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)).copy()
        starts = entries.indptr[:-1].astype(np.int32)
        self._highs.addCols(
            count, cost, low, high, entries.nnz, starts, entries.indices.astype(np.int32), entries.data.astype(float)
        )
        self.columns += count

    def set_upper(self, columns: NDArray[np.int64], upper: NDArray[np.float64]) -> None:
        """Change the most that some columns may be; their least becomes 0."""
        count = len(columns)
        self._highs.changeColsBounds(count, columns.astype(np.int32), np.zeros(count), upper.astype(np.float64))

    def solve(self) -> LpRun | None:
        """Return the optimum, or None where no x keeps every row.

        Raises
        ------
        RuntimeError
            When HiGHS ends in any other way: a bug of ours, never of the planner's data.
        """
        self._highs.run()
        status = self._highs.getModelStatus()
        self.pivots += max(int(self._highs.getInfo().simplex_iteration_count), 0)
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS ended with {self._highs.modelStatusToString(status)}")
        solution = self._highs.getSolution()
        return LpRun(
            objective=float(self._highs.getInfo().objective_function_value),
            x=np.array(solution.col_value, dtype=np.float64),
            duals=np.array(solution.row_dual, dtype=np.float64),
        )
