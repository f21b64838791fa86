r"""Find what a part of the demand must lose against the linear relaxation of covering, by search in depth.

With prices 0 ≤ λ_i ≤ w_i and ρ_j = Σ_{i ∋ j} λ_i (`saddle`), θ the p-th largest ρ, e_j = max(0, θ − ρ_j), and n_i the
times that a set S of p candidates covers point i, S covers exactly the relaxation's bound less what it loses, or less::

    loss(S) = Σ_{i: n_i = 0} (w_i − λ_i)  +  Σ_i λ_i max(0, n_i − 1)  +  Σ_{j ∈ S} e_j

for what is missed, what is covered too often, and candidates poorer than θ. Every term belongs to a point (e_j is
shared out), so that the least losses of the cells of a partition of the points add up (`cells`). Here is the search
of one cell: whether a set loses less than a limit there, with any number of candidates. A point not covered yet is
taken with the fewest candidates left, and each of them tried, those tried before shut; a candidate is shut that alone
would bring the loss to the limit, and a point whose candidates are all shut is missed for good. Exact cover is searched
like this (Knuth, 2000), and limits raised step by step are iterative deepening (Korf, 1985).

A cell may consist of parts whose least losses are known already, its floors. Each term then belongs to a part, too (a
candidate that reaches several has a copy in each), and ::

    Σ_q max(loss_q(S so far), floor_q) ≤ loss of any set with S

so that only what a part loses beyond its floor counts against the limit, as in Russian doll search (Verfaillie,
Lemaître and Schiex, 1996); the search stays with the part that has lost most beyond its floor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested
from siting.locate.cover.reach import Floats, Ints, Reach, Shorts, turned
from siting.locate.problem.fill import fill

SOME = 1e-3
"""Part of its weight that a point must be able to lose to be looked at."""

DEPTH, LIMIT, LOOKED, FOUND = 0, 1, 2, 3
NO_POINT, DEAD = -1, -2


class Side(NamedTuple):
    """What each point may lose, its part, and who of the candidates covers it, both ways round as in `Reach`."""

    start: Ints
    candidate: Shorts
    by_start: Ints
    by_point: Shorts
    loss: Floats
    part: Ints


class Copies(NamedTuple):
    """The copies of each candidate, from ``start[j]`` up to ``start[j + 1]``: their parts and shares of e_j."""

    start: Ints
    part: Ints
    charge: Floats


class Cell(NamedTuple):
    """Points that may be missed, points that may be covered too often, copies of candidates, and floors of parts.

    In ``over`` the place of a candidate is that of its copy in the point's part.
    """

    miss: Side
    over: Side
    copies: Copies
    floor: Floats


class Descent(NamedTuple):
    """State of a search, the first axis depth: what is open to choice, changed in place.

    ``met`` and ``twice`` tell which points of the two sides are covered, ``left`` how many candidates may still cover
    a point, ``may`` which candidates are left, ``cost`` what each copy would add to the ``loss`` of its part; ``point``
    is whom the search branches on, ``chosen`` who was opened at each depth, and ``best`` those of the best set, −1 the
    rest. ``mark`` is (depth, limit, entries looked at, 1 where a set was found below the limit).
    """

    met: NDArray[np.bool_]
    left: NDArray[np.int32]
    twice: NDArray[np.bool_]
    may: NDArray[np.bool_]
    cost: NDArray[np.float64]
    loss: NDArray[np.float64]
    point: Ints
    mark: Floats
    chosen: Ints
    best: Ints


@nested
def side_of(reach: Reach, points: Ints, loss: Floats, part: Ints, place: Ints, m: int) -> Side:
    """Return the side of the given points with what each loses; ``place`` numbers the m candidates, −1 the others."""
    entries = 0
    for i in points:
        for at in range(reach.start[i], reach.start[i + 1]):
            entries += place[reach.candidate[at]] >= 0
    start, candidate, to = np.zeros(len(points) + 1, dtype=np.int64), np.empty(entries, dtype=np.int32), 0
    for row in range(len(points)):
        for at in range(reach.start[points[row]], reach.start[points[row] + 1]):
            if place[reach.candidate[at]] >= 0:
                candidate[to] = place[reach.candidate[at]]
                to += 1
        start[row + 1] = to
    by_start, by_point = turned(start, candidate, m)
    return Side(start, candidate, by_start, by_point, loss, part)


@kernel
def _turn_to_copies(over: Side, copies: Copies) -> None:
    for i in range(len(over.part)):
        for at in range(over.start[i], over.start[i + 1]):
            copy = copies.start[over.candidate[at]]
            while copies.part[copy] != over.part[i]:
                copy += 1
            over.candidate[at] = copy


@compiled
def cell_of(reach: Reach, price: Floats, points: Ints, part: Ints, member: Ints, copies: Copies, floor: Floats) -> Cell:
    """Return the cell of some points, each in a part, and candidates, with a copy in every part that they reach.

    Other candidates cannot be chosen.
    """
    m = len(member)
    place = np.full(len(reach.by_start) - 1, -1, dtype=np.int64)
    for at in range(m):
        place[member[at]] = at
    weight, paid = reach.weight[points], price[points]
    missed, doubled = weight - paid > SOME * weight, paid > SOME * weight
    miss = side_of(reach, points[missed], (weight - paid)[missed], part[missed], place, m)
    over = side_of(reach, points[doubled], paid[doubled], part[doubled], place, m)
    _turn_to_copies(over, copies)
    return Cell(miss, over, copies, floor)


@compiled
def begin_descent(cell: Cell, depth: int, limit: float) -> Descent:
    """Return a search for a set of at most ``depth`` candidates that loses less than ``limit``."""
    n, m = len(cell.miss.loss), len(cell.copies.start) - 1
    state = Descent(
        np.zeros((depth + 1, n), dtype=np.bool_),
        np.zeros((depth + 1, n), dtype=np.int32),
        np.zeros((depth + 1, len(cell.over.loss)), dtype=np.bool_),
        np.ones((depth + 1, m), dtype=np.bool_),
        np.zeros((depth + 1, len(cell.copies.charge))),
        np.zeros((depth + 1, len(cell.floor))),
        np.full(depth + 1, NO_POINT),
        np.array([0.0, limit, 0.0, 0.0]),
        np.full(depth, -1),
        np.full(depth, -1),
    )
    state.cost[0] = cell.copies.charge
    for i in range(n):
        state.left[0, i] = cell.miss.start[i + 1] - cell.miss.start[i]
        if state.left[0, i] == 0:
            state.loss[0, cell.miss.part[i]] += cell.miss.loss[i]
    if not _close(cell, state, 0):
        state.mark[DEPTH] = -1.0
    return state


@kernel
def _least(cell: Cell, loss: Floats) -> float:
    """Return what any set loses at least whose parts have lost so much."""
    total = 0.0
    for q in range(len(loss)):
        total += max(loss[q], cell.floor[q])
    return total


@kernel
def _more(cell: Cell, loss: Floats, cost: Floats, j: int) -> float:
    """Return how much more is lost at least with j."""
    total = 0.0
    for copy in range(cell.copies.start[j], cell.copies.start[j + 1]):
        q = cell.copies.part[copy]
        total += max(0.0, loss[q] + cost[copy] - max(loss[q], cell.floor[q]))
    return total


@kernel
def _shut(cell: Cell, state: Descent, d: int, j: int) -> None:
    miss, left, met = cell.miss, state.left[d], state.met[d]
    state.may[d, j] = False
    for at in range(miss.by_start[j], miss.by_start[j + 1]):
        i = miss.by_point[at]
        left[i] -= 1
        if left[i] == 0 and not met[i]:
            state.loss[d, miss.part[i]] += miss.loss[i]
    state.mark[LOOKED] += miss.by_start[j + 1] - miss.by_start[j]


@kernel
def _close(cell: Cell, state: Descent, d: int) -> bool:
    """Shut whoever would bring the loss to the limit; return False where it is there already."""
    loss, cost, limit = state.loss[d], state.cost[d], state.mark[LIMIT]
    least, again = _least(cell, loss), True
    while again and least < limit:
        again = False
        for j in range(len(cell.copies.start) - 1):
            if state.may[d, j] and least + _more(cell, loss, cost, j) >= limit:
                _shut(cell, state, d, j)
                least, again = _least(cell, loss), True
        state.mark[LOOKED] += len(cost)
    return bool(least < limit)


@kernel
def _open(cell: Cell, state: Descent, d: int, j: int) -> None:
    """Fill the depth below with the choice of j added."""
    miss, over, below = cell.miss, cell.over, d + 1
    fill(state.met[below], state.met[d])
    fill(state.left[below], state.left[d])
    fill(state.twice[below], state.twice[d])
    fill(state.may[below], state.may[d])
    fill(state.cost[below], state.cost[d])
    fill(state.loss[below], state.loss[d])
    for copy in range(cell.copies.start[j], cell.copies.start[j + 1]):
        state.loss[below, cell.copies.part[copy]] += state.cost[d, copy]
    state.may[below, j] = False
    state.point[below] = NO_POINT
    met, twice, cost = state.met[below], state.twice[below], state.cost[below]
    for at in range(miss.by_start[j], miss.by_start[j + 1]):
        met[miss.by_point[at]] = True
    looked = miss.by_start[j + 1] - miss.by_start[j] + len(met) // 4
    for at in range(over.by_start[j], over.by_start[j + 1]):
        i = over.by_point[at]
        if not twice[i]:
            twice[i] = True
            for entry in range(over.start[i], over.start[i + 1]):
                cost[over.candidate[entry]] += over.loss[i]
            looked += over.start[i + 1] - over.start[i]
    state.mark[LOOKED] += looked


@nested
def _choose(cell: Cell, state: Descent, d: int, least: int) -> None:
    """Branch on the point with the fewest candidates left, in the part that has lost most beyond its floor.

    The set is taken as it is where it has the least number of candidates and loses less than the limit.
    """
    miss, met, left = cell.miss, state.met[d], state.left[d]
    loss, fewest = state.loss[d].sum(), np.full(len(cell.floor), DEAD)
    for i in range(len(met)):
        if not met[i] and left[i] > 0:
            loss += miss.loss[i]
            if fewest[miss.part[i]] == DEAD or left[i] < left[fewest[miss.part[i]]]:
                fewest[miss.part[i]] = i
    state.mark[LOOKED] += len(met)
    if loss < state.mark[LIMIT] and d >= least:
        state.mark[LIMIT], state.mark[FOUND] = loss, 1.0
        state.best[:d], state.best[d:] = state.chosen[:d], -1
    state.point[d], most = DEAD, -np.inf
    for q in range(len(fewest)):
        if fewest[q] != DEAD and state.loss[d, q] - cell.floor[q] > most:
            state.point[d], most = fewest[q], state.loss[d, q] - cell.floor[q]


@kernel
def _cheapest(cell: Cell, state: Descent, d: int) -> int:
    """Return who covers the point branched on at least cost; −1 where none is left."""
    best, least, i = -1, np.inf, state.point[d]
    for at in range(cell.miss.start[i], cell.miss.start[i + 1]):
        j = cell.miss.candidate[at]
        if state.may[d, j]:
            cost = state.cost[d, cell.copies.start[j] : cell.copies.start[j + 1]].sum()
            if cost < least:
                best, least = j, cost
    return best


@compiled
def go_deeper(cell: Cell, state: Descent, most_looked: float, may_be_deeper: bool, least: int) -> bool:
    """Search on; tell whether the search has ended.

    It has not where a limit was met: of entries looked at or, where sets may be larger, of depth. Once the depth is −1,
    no set loses less than ``mark[LIMIT]``, or where the ``least`` number of candidates is above 0, none was found.
    """
    until, last = state.mark[LOOKED] + most_looked, len(state.point) - 1
    d = int(state.mark[DEPTH])
    while d >= 0 and state.mark[LOOKED] < until:
        if state.point[d] == NO_POINT:
            if not _close(cell, state, d):
                d -= 1
                continue
            _choose(cell, state, d, least)
        if state.point[d] == DEAD:
            d -= 1
            continue
        j = _cheapest(cell, state, d)
        if j < 0:
            state.point[d] = NO_POINT
            continue
        if d == last and may_be_deeper:
            return False
        if d == last:
            state.point[d] = DEAD
            continue
        state.chosen[d] = j
        _open(cell, state, d, j)
        _shut(cell, state, d, j)
        if _least(cell, state.loss[d]) >= state.mark[LIMIT]:
            state.point[d] = DEAD
        if _close(cell, state, d + 1):
            d += 1
    state.mark[DEPTH] = d
    return d < 0
