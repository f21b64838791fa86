r"""Prove a max capture with few free outlets by branching over sets, compiled.

With k outlets still to open, a set S so far, and g_j(S) what candidate j adds to it, submodularity bounds every larger
set (Nemhauser and Wolsey, 1978)::

    f(T) ≤ f(S) + the k − |S| largest g_j(S)         for S ⊂ T, |T| = k

Candidates are branched on in the order of what they add; a branch ends where the bound does not pass the best plan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested
from siting.locate.capture.pull import Pull, gain_of, pull_of, won_with
from siting.locate.problem.sides import Sides, activity_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@nested
def _expand(pull: Pull, own: Floats, candidates: Ints, gains: Floats) -> None:
    """Sort candidates by what they add to the set that has ``own``, most first, in place, with their gains."""
    for at in range(len(candidates)):
        gains[at] = gain_of(pull, own, candidates[at])
    order = np.argsort(-gains)
    candidates[:] = candidates[order]
    gains[:] = gains[order]


@nested
def _holds(sides: Sides, is_open: Flags) -> bool:
    activity = activity_of(sides, is_open)
    return bool(((activity >= sides.low) & (activity <= sides.high)).all())


@kernel
def _sum_of(gains: Floats, first: int, count: int) -> float:
    total = 0.0
    for at in range(first, min(first + count, len(gains))):
        total += gains[at]
    return total


@compiled
def search_tree(
    pull: Pull, sides: Sides, free: Ints, is_open: Flags, k: int, least: float, most_nodes: int
) -> tuple[float, int]:
    """Find the best k of ``free`` to open beside ``is_open``, which it becomes where the gain passes ``least``.

    Returns the best gain, or ``least``, and the number of nodes looked at; the search is complete, and thereby a proof,
    where these are fewer than ``most_nodes``.
    """
    n, best, nodes = len(pull.demand), least, 0
    own, value = np.zeros((k + 1, n)), np.zeros(k + 1)
    own[0] = pull_of(pull, np.flatnonzero(is_open))
    value[0] = won_with(pull, own[0])
    rest, gains = np.zeros((k, len(free)), dtype=np.int64), np.zeros((k, len(free)))
    length, at, chosen = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    best_set, depth = np.full(k, -1, dtype=np.int64), 0
    rest[0], length[0] = free, len(free)
    _expand(pull, own[0], rest[0], gains[0])
    while depth >= 0 and nodes < most_nodes:
        first = at[depth]
        left = k - depth
        alive = gains[depth, : length[depth]]
        if first + left > length[depth] or value[depth] + _sum_of(alive, first, left) <= best:
            depth -= 1
            continue
        at[depth] += 1
        nodes += 1
        j = rest[depth, first]
        chosen[depth] = j
        if left == 1:
            trial = is_open.copy()
            trial[chosen] = True
            if _holds(sides, trial):
                best, best_set[:] = value[depth] + alive[first], chosen
            continue
        own[depth + 1] = own[depth]
        for entry in range(pull.by_start[j], pull.by_start[j + 1]):
            own[depth + 1, pull.by_point[entry]] += pull.by_attraction[entry]
        value[depth + 1] = value[depth] + alive[first]
        depth += 1
        length[depth], at[depth] = length[depth - 1] - first - 1, 0
        rest[depth, : length[depth]] = rest[depth - 1, first + 1 : length[depth - 1]]
        _expand(pull, own[depth], rest[depth, : length[depth]], gains[depth, : length[depth]])
    if best_set[0] >= 0:
        is_open[best_set] = True
    return best, nodes
