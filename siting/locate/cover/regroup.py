r"""Choose a few neighbouring outlets anew by what their set loses against the linear relaxation.

The outlets that stay are settled, so that a point they cover cannot be missed, and costs λ_i each time it is covered
again: opening j costs e_j + Σ_{i ∋ j covered} λ_i from the start. What is left is a cell of `loss` whose limit is what
the present outlets lose there, and in which as many must be chosen. A set that covers some points twice and leaves
others out is seen to lose before it is complete, so that twice as many outlets can be chosen at once as by their gains
(`patch`). The set found is only a proposal: sets are not tried that cover, with fewer outlets, all that may be missed.
"""

from __future__ import annotations

import numpy as np

from outlet.compiled import compiled
from siting.locate.cover.loss import LOOKED, Copies, begin_descent, cell_of, go_deeper
from siting.locate.cover.reach import Floats, Ints, Reach
from siting.locate.problem.plan import Positions

LESS = 1.0 - 1e-9


@compiled
def shortfall(reach: Reach, price: Floats, p: int) -> Floats:
    """Return e, how far ρ of each candidate is below the p-th largest, shape (m,)."""
    gain = np.zeros(len(reach.by_start) - 1)
    for j in range(len(gain)):
        for at in range(reach.by_start[j], reach.by_start[j + 1]):
            i = reach.by_point[at]
            gain[j] += min(max(price[i], 0.0), reach.weight[i])
    short: Floats = np.maximum(0.0, np.sort(gain)[len(gain) - p] - gain)
    return short


@compiled
def _settled(reach: Reach, price: Floats, times: Ints, member: Ints, cost: Floats) -> Ints:
    """Add to the cost of members what they pay for points covered already; return the other points they reach."""
    points, count = np.empty(len(times), dtype=np.int64), 0
    seen = np.zeros(len(times), dtype=np.bool_)
    for a in range(len(member)):
        for at in range(reach.by_start[member[a]], reach.by_start[member[a] + 1]):
            i = reach.by_point[at]
            if times[i] > 0:
                cost[a] += price[i]
            elif not seen[i]:
                seen[i] = True
                points[count] = i
                count += 1
    return np.sort(points[:count])


@compiled
def _lost(reach: Reach, price: Floats, points: Ints, old: Ints) -> float:
    """Return what a set loses at some points that no other covers."""
    times, lost = np.zeros(len(reach.weight), dtype=np.int64), 0.0
    for j in old:
        for at in range(reach.by_start[j], reach.by_start[j + 1]):
            times[reach.by_point[at]] += 1
    for i in points:
        lost += reach.weight[i] - price[i] if times[i] == 0 else (times[i] - 1) * price[i]
    return lost


def least_losing(
    reach: Reach, price: Floats, short: Floats, times: Ints, member: Ints, old: Positions, most_looked: int
) -> tuple[Positions, int]:
    """Return as many of ``member`` as there are ``old`` that lose less, none where none was found; and pairs looked at.

    Parameters
    ----------
    reach, price, short
        The problem, λ in 0 … w, and e (`shortfall`).
    times
        How often each point is covered by those who stay.
    member
        Candidates to choose from, ascending, the old ones among them.
    old
        The outlets chosen anew.
    most_looked
        Pairs looked at before the best set so far counts.
    """
    cost = short[member]
    points = _settled(reach, price, times, member, cost)
    limit = LESS * (_lost(reach, price, points, old) + float(cost[np.searchsorted(member, old)].sum()))
    few = cost < limit
    member, cost = member[few], cost[few]
    one = np.zeros(len(points), dtype=np.int64)
    copies = Copies(np.arange(len(member) + 1), np.zeros(len(member), dtype=np.int64), cost)
    cell = cell_of(reach, price, points, one, member, copies, np.zeros(1))
    state = begin_descent(cell, len(old), limit)
    go_deeper(cell, state, float(most_looked), False, len(old))
    found = member[state.best] if state.best[0] >= 0 else member[:0]
    return found, int(state.mark[LOOKED]) + len(times) // 4
