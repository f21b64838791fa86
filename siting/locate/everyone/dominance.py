"""Drop demand points and candidates of a covering problem that need not be looked at, by sets of bits, compiled.

A demand point whose candidates include all those of another that needs as much is covered whenever that one is; a
candidate whose demand points are all covered by another is never needed, where no demand point needs more than one. A
demand point that has only as many candidates as it needs opens them. Beasley (1987) gives these rules; here they are
run again wherever branching has shut or opened something.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.compiled import compiled, kernel, nested
from siting.locate.problem.pairs import Pairs

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bits = NDArray[np.uint64]


class Covering(NamedTuple):
    """Who covers whom, by demand point and by candidate, and how many each demand point needs, shape (n,)."""

    start: Ints
    candidate: NDArray[np.int32]
    by_start: Ints
    by_point: NDArray[np.int32]
    need: Ints


class _Tables(NamedTuple):
    """The demand points and candidates that are left, as bits and as counts."""

    of_point: Bits
    of_candidate: Bits
    reach: Ints
    size: Ints


def covering_of(pairs: Pairs, need: int = 1) -> Covering:
    """Return the pairs in the form that the compiled kernels of covering take."""
    ones = np.ones(len(pairs.candidate), dtype=np.bool_)
    columns = sparse.csr_array((ones, pairs.candidate, pairs.start), shape=(pairs.n, pairs.m)).tocsc()
    return Covering(
        start=pairs.start.astype(np.int64),
        candidate=pairs.candidate.astype(np.int32),
        by_start=columns.indptr.astype(np.int64),
        by_point=columns.indices.astype(np.int32),
        need=np.full(pairs.n, need, dtype=np.int64),
    )


@compiled
def reduced(cover: Covering, need: Ints, usable: Flags, may_swap: bool) -> bool:
    """Drop what is dominated in place until nothing changes; return False where a demand point cannot be covered.

    Parameters
    ----------
    cover
        The whole problem.
    need
        What each demand point still needs, shape (n,); 0 where it is covered or dropped.
    usable
        Candidates that are left, shape (m,).
    may_swap
        Whether a candidate may stand in for another, as no rule tells them apart.
    """
    while True:
        tables = _tables_of(cover, need, usable)
        for i in range(len(need)):
            if need[i] > tables.reach[i]:
                return False
        fewer = may_swap and need.max() <= 1 and _drop_candidates(cover, need, usable, tables)
        if not _drop_points(cover, need, usable, tables) or not fewer:
            return True


@nested
def _tables_of(cover: Covering, need: Ints, usable: Flags) -> _Tables:
    n, m = len(need), len(usable)
    tables = _Tables(
        np.zeros((n, (m + 63) // 64), dtype=np.uint64),
        np.zeros((m, (n + 63) // 64), dtype=np.uint64),
        np.zeros(n, dtype=np.int64),
        np.zeros(m, dtype=np.int64),
    )
    for i in range(n):
        if need[i] == 0:
            continue
        for at in range(cover.start[i], cover.start[i + 1]):
            j = cover.candidate[at]
            if usable[j]:
                tables.reach[i] += 1
                tables.size[j] += 1
                tables.of_point[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
                tables.of_candidate[j, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    return tables


@kernel
def _is_within(bits: Bits, other: Bits) -> bool:
    for word in range(len(bits)):
        if bits[word] & ~other[word]:
            break
    else:
        return True
    return False


@kernel
def _drop_candidates(cover: Covering, need: Ints, usable: Flags, tables: _Tables) -> bool:
    changed = False
    for j in range(len(usable)):
        if usable[j] and _candidate_is_dominated(cover, need, usable, tables, j):
            usable[j], changed = False, True
            for at in range(cover.by_start[j], cover.by_start[j + 1]):
                i = cover.by_point[at]
                if need[i] > 0:
                    tables.reach[i] -= 1
                    tables.of_point[i, j >> 6] &= ~(np.uint64(1) << np.uint64(j & 63))
    return changed


@kernel
def _candidate_is_dominated(cover: Covering, need: Ints, usable: Flags, tables: _Tables, j: int) -> bool:
    if tables.size[j] == 0:
        return True
    rarest = -1
    for at in range(cover.by_start[j], cover.by_start[j + 1]):
        i = cover.by_point[at]
        if need[i] > 0 and (rarest < 0 or tables.reach[i] < tables.reach[rarest]):
            rarest = i
    for at in range(cover.start[rarest], cover.start[rarest + 1]):
        k = cover.candidate[at]
        if k == j or not usable[k] or tables.size[k] < tables.size[j] or (tables.size[k] == tables.size[j] and k > j):
            continue
        if _is_within(tables.of_candidate[j], tables.of_candidate[k]):
            return True
    return False


@kernel
def _drop_points(cover: Covering, need: Ints, usable: Flags, tables: _Tables) -> bool:
    """Drop the demand points that some other one implies."""
    changed = False
    for k in range(len(need)):
        if need[k] == 0:
            continue
        rarest = -1
        for at in range(cover.start[k], cover.start[k + 1]):
            j = cover.candidate[at]
            if usable[j] and (rarest < 0 or tables.size[j] < tables.size[rarest]):
                rarest = j
        for at in range(cover.by_start[rarest], cover.by_start[rarest + 1]):
            i = cover.by_point[at]
            if i == k or need[i] == 0 or need[i] > need[k] or tables.reach[i] < tables.reach[k]:
                continue
            if _is_within(tables.of_point[k], tables.of_point[i]):
                need[i], changed = 0, True
                _forget(cover, usable, tables, i)
    return changed


@kernel
def _forget(cover: Covering, usable: Flags, tables: _Tables, i: int) -> None:
    for at in range(cover.start[i], cover.start[i + 1]):
        j = cover.candidate[at]
        if usable[j]:
            tables.size[j] -= 1
            tables.of_candidate[j, i >> 6] &= ~(np.uint64(1) << np.uint64(i & 63))
