"""Gather the rows of a linear model: `Rows`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Terms = Sequence[tuple[Ints, float | Floats]]


class Rows:
    """Rows Σ coefficient · column ≥ side, gathered in blocks of equal shape."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._blocks: list[sparse.csr_array] = []
        self._lower: list[Floats] = []

    def add(self, terms: Terms, lower: Floats) -> None:
        """Add one row for each entry of ``lower``, with the columns and coefficients of each term."""
        count = len(lower)
        data = np.concatenate([np.broadcast_to(value, count) for _, value in terms])
        row = np.tile(np.arange(count), len(terms))
        column = np.concatenate([columns for columns, _ in terms])
        self._blocks.append(sparse.csr_array((data, (row, column)), shape=(count, self._columns)))
        self._lower.append(lower)

    def matrix(self) -> sparse.csr_array:
        """Return all rows."""
        return sparse.csr_array(sparse.vstack(self._blocks, format="csr"))

    def lower(self) -> Floats:
        """Return the side of each row."""
        return np.concatenate(self._lower)
