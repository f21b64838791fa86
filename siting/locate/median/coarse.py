r"""Join the demand points of a large p-median that have the same nearest candidate, to look at far fewer pairs.

A *cell* A costs C_Aj = Σ_{i ∈ A} min(c_ij, u_i) at candidate j. The plan of the joined problem is a plan of the whole,
and priced as one; its multipliers, spread over the points of a cell by demand, are multipliers of the whole, and their
bound there is a bound there. Only the loss of detail is left to be made good by steps on all the points (aggregation
of demand: Hillsman and Rhoda, 1978; as a start of a relaxation: Avella, Boccia, Salerno and Vasilyev, 2012).
"""

from __future__ import annotations

import numpy as np

from outlet.compiled import compiled, kernel, nested, uncounted
from siting.locate.median.lagrangian import Multipliers, Relaxed, begin, begin_settling
from siting.locate.median.near import Floats, Indices, Ints, Nearest, by_candidate

LEAST_JOINED = 3
"""Points that a cell must hold on average for the joined problem to be worth while."""


@compiled
def _cells(near: Nearest, m: int) -> tuple[Ints, int]:
    """Return the cell of each demand point, and how many there are; points without pairs share one."""
    cell_of, count = np.full(m + 1, -1, dtype=np.int64), 0
    cell = np.empty(len(near.limit), dtype=np.int64)
    for i in range(len(cell)):
        has_pair = near.start[i] < near.start[i + 1]
        nearest = np.int64(near.candidate[near.start[i]]) if has_pair else np.int64(m)
        if cell_of[nearest] < 0:
            cell_of[nearest] = count
            count += 1
        cell[i] = cell_of[nearest]
    return cell, count


@kernel
def _join_cell(near: Nearest, members: Ints, saved: Floats, touched: Indices) -> tuple[int, float]:
    """Fill what the candidates of a cell save against its limit; return how many there are, and the limit."""
    count, limit = 0, 0.0
    for i in members:
        limit += near.limit[i]
        for at in range(near.start[i], near.start[i + 1]):
            j = near.candidate[at]
            if near.cost[at] >= near.limit[i]:
                break
            if saved[j] == 0.0:
                touched[count] = j
                count += 1
            saved[j] += near.limit[i] - near.cost[at]
    return count, limit


@compiled
def _joined(near: Nearest, cell: Ints, count: int, m: int) -> tuple[Ints, Indices, Floats, Floats]:
    """Return the pairs of the cells, nearest first, and their limits."""
    order = np.argsort(cell, kind="mergesort")
    bounds = np.searchsorted(cell[order], np.arange(count + 1))
    start, limit = np.zeros(count + 1, dtype=np.int64), np.zeros(count)
    saved, touched = np.zeros(m), np.empty(m, dtype=np.int32)
    candidate, cost = np.empty(len(near.cost) // 4 + m, dtype=np.int32), np.empty(len(near.cost) // 4 + m)
    for at in range(count):
        size, limit[at] = _join_cell(near, order[bounds[at] : bounds[at + 1]], saved, touched)
        own = limit[at] - saved[touched[:size]]
        to = start[at]
        if to + size > len(cost):
            candidate, cost = _longer(candidate, cost, max(to + size, 2 * len(cost)))
        by_cost = np.argsort(own, kind="mergesort")
        for place in range(size):
            candidate[to + place], cost[to + place] = touched[by_cost[place]], max(0.0, own[by_cost[place]])
            saved[touched[by_cost[place]]] = 0.0
        start[at + 1] = to + size
    return start, candidate[: start[count]].copy(), cost[: start[count]].copy(), limit


@nested
def _longer(candidate: Indices, cost: Floats, size: int) -> tuple[Indices, Floats]:
    longer, dearer = np.empty(size, dtype=np.int32), np.empty(size)
    longer[: len(candidate)] = candidate
    dearer[: len(cost)] = cost
    return longer, dearer


def joined(near: Nearest, m: int) -> tuple[Nearest, Ints] | None:
    """Return the joined problem and the cell of each demand point, or None where that is hardly smaller."""
    cell, count = _cells(near, m)
    if count * LEAST_JOINED > len(cell):
        return None
    start, candidate, cost, limit = _joined(near, cell, count, m)
    return Nearest(start, candidate, cost, limit, *by_candidate(start, candidate, cost, m)), cell


def spread(values: Floats, cell: Ints, weight: Floats) -> Floats:
    """Return multipliers of the demand points from those of their cells, by weight."""
    return np.asarray(values[cell] * weight / np.bincount(cell, weight)[cell], dtype=np.float64)


@uncounted
def _mean_slope(near: Nearest, value: Floats, share: Floats, smooth: Floats) -> None:
    for i in range(len(value)):
        smooth[i] = 1.0
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= value[i]:
                break
            smooth[i] -= share[near.candidate[at]]


def begin_from(whole: Relaxed, value: Floats, rows: Floats, share: Floats, scale: float) -> Multipliers:
    """Begin the volume algorithm at multipliers, with the mean of the sets chosen in the joined problem."""
    known = begin(value, rows, len(share), scale=scale)
    begin_settling(whole, known)
    known.share[:] = share
    _mean_slope(whole.near, value, share, known.smooth)
    return known
