"""Look for a cover with a given number of candidates by local search with weights, compiled.

The open candidate whose loss is least shuts, and of those that cover a demand point drawn from the uncovered ones the
one that gains most opens; then every uncovered demand point gains weight, so that what is hard to cover comes to count
more (row weighting: Gao, Weise and Li, 2015; for the p-center Zhang, Lü, Su, Li, Wang and Xu, 2020). What opened last
stays a while. Sets stay within the rules throughout: only allowed exchanges are made.

A search is a row of arrays that stops and goes on at any step. Its set and its weights may be taken along to another
radius or number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, uncounted
from siting.locate.everyone.dominance import Covering
from siting.locate.problem.plan import Positions
from siting.locate.problem.sides import Sides, activity_of, do_swap, may_swap

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TENURE = 2
_MOST_WEIGHT = 2**40
_SHORT, _STEP, _WORK, _RANDOM, _OPEN = 0, 1, 2, 3, 4


class Weighing(NamedTuple):
    """One search: the set, when each candidate last moved, the weights, and what follows from them.

    ``times`` is how often a demand point is covered; ``score`` is what a shut candidate would gain and an open one
    lose; ``short`` lists the demand points that lack cover, ``place`` says where in it; ``tally`` holds their number,
    the steps and pairs looked at, the state of the random numbers, and the number of open candidates.
    """

    is_open: Flags
    moved: Ints
    weight: Ints
    times: Ints
    score: Ints
    short: Ints
    place: Ints
    tally: Ints


def new_weighing(cover: Covering, opened: Positions, weight: Ints, seed: int) -> Weighing:
    """Return a search that begins with a set and with weights of the demand points, from 1, shape (n,)."""
    n, m = len(cover.need), len(cover.by_start) - 1
    state = Weighing(
        is_open=np.zeros(m, dtype=np.bool_),
        moved=np.full(m, -TENURE - 1, dtype=np.int64),
        weight=weight.astype(np.int64),
        times=np.zeros(n, dtype=np.int64),
        score=np.zeros(m, dtype=np.int64),
        short=np.zeros(n, dtype=np.int64),
        place=np.full(n, -1, dtype=np.int64),
        tally=np.array([0, 0, 0, (seed * 2_654_435_761 + 12_345) % 2**31, 0], dtype=np.int64),
    )
    state.is_open[opened] = True
    _tell(cover, state)
    return state


def work_of(state: Weighing) -> int:
    """Return how many pairs a search has looked at."""
    return int(state.tally[_WORK])


@uncounted
def _tell(cover: Covering, state: Weighing) -> None:
    """Fill what follows from the set and the weights."""
    tally = state.tally
    tally[_OPEN] = state.is_open.sum()
    for i in range(len(cover.need)):
        for at in range(cover.start[i], cover.start[i + 1]):
            state.times[i] += state.is_open[cover.candidate[at]]
        for at in range(cover.start[i], cover.start[i + 1]):
            j = cover.candidate[at]
            spare = state.times[i] - cover.need[i]
            if spare < 0 or (spare == 0 and state.is_open[j]):
                state.score[j] += state.weight[i]
        if state.times[i] < cover.need[i]:
            _list(state, i)


@kernel
def _list(state: Weighing, i: int) -> None:
    state.place[i] = state.tally[_SHORT]
    state.short[state.tally[_SHORT]] = i
    state.tally[_SHORT] += 1


@kernel
def _unlist(state: Weighing, i: int) -> None:
    state.tally[_SHORT] -= 1
    last = state.short[state.tally[_SHORT]]
    state.short[state.place[i]] = last
    state.place[last] = state.place[i]
    state.place[i] = -1


@kernel
def _rescore(cover: Covering, state: Weighing, i: int, j: int, opened: bool) -> None:
    """Change the scores of the candidates of a demand point after its count changed by candidate j."""
    near = cover.candidate[cover.start[i] : cover.start[i + 1]]
    spare, weight = state.times[i] - cover.need[i], state.weight[i]
    state.tally[_WORK] += 1
    if spare == (0 if opened else -1):
        state.tally[_WORK] += len(near)
        change = -weight if opened else weight
        for k in near:
            if k != j and not state.is_open[k]:
                state.score[k] += change
    if spare == (1 if opened else 0):
        state.tally[_WORK] += len(near)
        change = -weight if opened else weight
        for k in near:
            if k != j and state.is_open[k]:
                state.score[k] += change


@kernel
def _switch(cover: Covering, state: Weighing, j: int) -> None:
    """Open candidate j if it is shut, and shut it if it is open."""
    opened = not state.is_open[j]
    state.is_open[j] = opened
    state.moved[j] = state.tally[_STEP]
    state.tally[_OPEN] += 1 if opened else -1
    score = 0
    for at in range(cover.by_start[j], cover.by_start[j + 1]):
        i = cover.by_point[at]
        state.times[i] += 1 if opened else -1
        spare = state.times[i] - cover.need[i]
        if opened and spare == 0:
            _unlist(state, i)
        elif not opened and spare == -1:
            _list(state, i)
        if spare < 0 or (opened and spare == 0):
            score += state.weight[i]
        _rescore(cover, state, i, j, opened)
    state.score[j] = score


@kernel
def _least_loss(state: Weighing, sides: Sides, activity: NDArray[np.float64], alone: bool) -> int:
    """Return the open candidate to shut, −1 for none; ``alone``: the rules must hold once it is shut."""
    best = -1
    for j in range(len(state.is_open)):
        if not state.is_open[j] or sides.lower[j] > 0.0 or state.tally[_STEP] - state.moved[j] < TENURE:
            continue
        is_better = best < 0 or _is_before(state, state.score[best], best, state.score[j], j)
        if is_better and (not alone or may_swap(sides, activity, -1, j)):
            best = j
    return best


@kernel
def _is_before(state: Weighing, loss: int, k: int, other_loss: int, j: int) -> bool:
    """Tell whether j is better to move than k: the smaller loss, then the one that has not moved for longest."""
    return other_loss < loss or (other_loss == loss and state.moved[j] < state.moved[k])


@kernel
def _most_gain(cover: Covering, state: Weighing, sides: Sides, activity: NDArray[np.float64], k: int) -> int:
    """Return the candidate to open in place of k (−1: beside all), of those of a demand point drawn; −1 for none."""
    tally = state.tally
    tally[_RANDOM] = (tally[_RANDOM] * 1_103_515_245 + 12_345) % 2**31
    i = state.short[(tally[_RANDOM] >> 8) % tally[_SHORT]]
    best = -1
    for at in range(cover.start[i], cover.start[i + 1]):
        j = cover.candidate[at]
        if state.is_open[j] or j == k or sides.upper[j] == 0.0:
            continue
        is_better = best < 0 or _is_before(state, -state.score[best], best, -state.score[j], j)
        if is_better and may_swap(sides, activity, j, k):
            best = j
    return best


@kernel
def _add_weight(cover: Covering, state: Weighing) -> None:
    for at in range(state.tally[_SHORT]):
        i = state.short[at]
        if state.weight[i] < _MOST_WEIGHT:
            state.weight[i] += 1
            state.tally[_WORK] += cover.start[i + 1] - cover.start[i]
            for entry in range(cover.start[i], cover.start[i + 1]):
                state.score[cover.candidate[entry]] += 1


@compiled
def weigh_on(cover: Covering, sides: Sides, state: Weighing, p: int, most_work: int) -> bool:
    """Search on until everyone is covered, True, or the pairs looked at pass ``most_work``, False.

    At most p candidates are open, or with p < 0 as many as the rules allow.
    """
    activity, tally = activity_of(sides, state.is_open), state.tally
    while tally[_WORK] < most_work:
        while p >= 0 and tally[_OPEN] > p:
            k = _least_loss(state, sides, activity, True)
            if k < 0:
                return False
            do_swap(sides, activity, state.is_open, -1, k)
            state.is_open[k] = True
            _switch(cover, state, k)
            tally[_STEP] += 1
        if tally[_SHORT] == 0:
            return True
        tally[_STEP] += 1
        tally[_WORK] += len(state.is_open)
        k = -1
        j = _most_gain(cover, state, sides, activity, -1) if p < 0 or tally[_OPEN] < p else -1
        if j < 0:
            k = _least_loss(state, sides, activity, p < 0)
            if k >= 0:
                _switch(cover, state, k)
                j = _most_gain(cover, state, sides, activity, k)
            if k >= 0 and j < 0 and p >= 0:
                _switch(cover, state, k)
                k = -1
        do_swap(sides, activity, state.is_open, j, k)
        if j >= 0:
            state.is_open[j] = False
            _switch(cover, state, j)
        _add_weight(cover, state)
    return False
