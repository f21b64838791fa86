"""Make covering problems smaller without losing the optimum: merge demand points, drop dominated candidates.

Demand points with the same candidates within the radius are one point of their joint weight. A candidate whose points
are all covered by another of the same standing under the rules is never needed (Lv et al., 2025, call both isomorphic
customers and dominance).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.locate.pairs import Pairs
from siting.locate.plan import Amounts
from siting.locate.reach import equal_rows
from siting.locate.rules import SiteRows

MOST_DOMINANCE_WORK = 3e8


def merge_points(pairs: Pairs, weight: Amounts) -> tuple[Pairs, Amounts]:
    """Return the pairs with demand points of equal candidate sets merged, and their joint weights.

    Points without a candidate or without weight are dropped. Costs are not kept apart: those of the first point stay.
    """
    used = np.flatnonzero((np.diff(pairs.start) > 0) & (weight > 0))
    pairs, weight = pairs.of_points(used), weight[used]
    if pairs.n == 0:
        return pairs, weight
    first, group = equal_rows(pairs)
    merged = np.bincount(group, weights=weight, minlength=len(first)).astype(np.float64)
    return pairs.of_points(first), merged


def undominated(pairs: Pairs, rows: SiteRows) -> NDArray[np.bool_]:
    """Tell which candidates are worth opening, shape (m,): those that no other covers for.

    Of candidates with equal points the lowest position stays. Locked-open candidates stay.
    """
    keep = rows.can_open.copy()
    length = np.diff(pairs.start).astype(np.float64)
    if float(length @ length) > MOST_DOMINANCE_WORK:
        return keep
    cover = sparse.csr_array(
        (np.ones(len(pairs.candidate), dtype=np.int32), pairs.candidate, pairs.start), shape=(pairs.n, pairs.m)
    )
    shared = (cover.T @ cover).tocoo()
    size = np.bincount(pairs.candidate, minlength=pairs.m)
    j, k = shared.coords
    standing = _standing(rows)
    within = (shared.data == size[j]) & (j != k) & keep[k] & (standing[j] == standing[k])
    wins = within & ((size[k] > size[j]) | (k < j))
    keep[j[wins]] = False
    keep[size == 0] = False
    keep[rows.locked_open] = True
    return keep


def _standing(rows: SiteRows) -> NDArray[np.int64]:
    """Number candidates by the rows they are in, so that equals may replace one another, shape (m,)."""
    first = 1 if rows.p is not None else 0
    columns = rows.rows[first:].tocsc()
    seen: dict[tuple[bytes, bytes], int] = {}
    standing = np.zeros(rows.m, dtype=np.int64)
    if columns.nnz == 0:
        return standing
    for j in range(rows.m):
        at = slice(columns.indptr[j], columns.indptr[j + 1])
        key = (columns.indices[at].tobytes(), columns.data[at].tobytes())
        standing[j] = seen.setdefault(key, len(seen))
    return standing


def only_upper_limits(rows: SiteRows) -> bool:
    """Whether opening fewer outlets breaks no rule but their number."""
    first = 1 if rows.p is not None else 0
    return bool(np.isneginf(rows.row_lower[first:]).all()) and bool((rows.rows.data >= 0).all())
