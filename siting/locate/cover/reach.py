"""Hold who covers whom in the form that compiled covering kernels take, merged: equal demand points are one.

Demand points with the same candidates within the radius are one point of their joint weight (Cordeau, Furini and
Ljubić, 2019; Lv et al., 2025, call them isomorphic customers). Rows are found equal by a sum of random numbers, and
then compared entry by entry, so that a chance collision merges nothing. They are ordered by their lowest candidate:
points near each other then lie near each other in memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MIXER_SEED = 20260


class Reach(NamedTuple):
    """Who covers whom, by demand point and by candidate.

    ``weight`` of each demand point and ``room``, the share of it that may still be covered, shape (n,); ``share``,
    the part of a demand point within the radius that a candidate covers, and ``charge``, what opening it costs, in the
    unit of weights, shape (m,).
    """

    start: Ints
    candidate: Shorts
    by_start: Ints
    by_point: Shorts
    weight: Floats
    room: Floats
    share: Floats
    charge: Floats


def reach_of(pairs: Pairs, weight: Amounts, may_open: Flags, share: Amounts) -> Reach:
    """Return what the candidates that ``may_open`` cover, points of equal candidates merged, those of none dropped."""
    key, length = _keys(pairs.start, pairs.candidate, weight, may_open, _mixer(pairs.m))
    points = np.flatnonzero(length > 0)
    order = points[np.argsort(key[points], kind="stable")]
    group, leaders = _groups(pairs.start, pairs.candidate, may_open, key, length, order)
    first = np.sort(leaders)
    first = first[np.argsort(pairs.candidate[pairs.start[first]], kind="stable")]
    rank = np.full(pairs.n, -1, dtype=np.int64)
    rank[first] = np.arange(len(first))
    joint = np.bincount(rank[group[points]], weights=weight[points], minlength=len(first)).astype(np.float64)
    start = np.concatenate(([0], np.cumsum(length[first]))).astype(np.int64)
    candidate = _gather(pairs.start, pairs.candidate, may_open, first, start)
    by_start, by_point = turned(start, candidate, pairs.m)
    return Reach(start, candidate, by_start, by_point, joint, np.ones(len(first)), share, np.zeros(pairs.m))


def equal_rows(pairs: Pairs) -> tuple[Ints, Ints]:
    """Return the first point of every group of points of equal candidates, ascending, and the group of every point."""
    every, ones = np.ones(pairs.m, dtype=bool), np.ones(pairs.n)
    key, length = _keys(pairs.start, pairs.candidate, ones, every, _mixer(pairs.m))
    group, leaders = _groups(pairs.start, pairs.candidate, every, key, length, np.argsort(key, kind="stable"))
    first = np.sort(leaders)
    return first, np.searchsorted(first, group)


def _mixer(m: int) -> NDArray[np.uint64]:
    return np.random.default_rng(_MIXER_SEED).integers(0, 2**63, size=m, dtype=np.uint64)


@compiled
def _keys(
    start: Ints, candidate: Shorts, weight: Floats, may_open: Flags, mix: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], Ints]:
    """Return a key of the candidates of every point, and their number; 0 where the point has no weight."""
    n = len(weight)
    key, length = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.int64)
    for i in range(n):
        if weight[i] > 0.0:
            for at in range(start[i], start[i + 1]):
                if may_open[candidate[at]]:
                    key[i] += mix[candidate[at]]
                    length[i] += 1
    return key, length


@kernel
def _same(start: Ints, candidate: Shorts, may_open: Flags, i: int, k: int) -> bool:
    b = start[k]
    for a in range(start[i], start[i + 1]):
        if not may_open[candidate[a]]:
            continue
        while b < start[k + 1] and not may_open[candidate[b]]:
            b += 1
        if b == start[k + 1] or candidate[a] != candidate[b]:
            return False
        b += 1
    return True


@compiled
def _groups(
    start: Ints, candidate: Shorts, may_open: Flags, key: NDArray[np.uint64], length: Ints, order: Ints
) -> tuple[Ints, Ints]:
    """Return the lowest point of the group of every point in ``order``, sorted by key, and these lowest points."""
    group = np.full(len(key), -1, dtype=np.int64)
    leaders, count, leader = np.empty(len(order), dtype=np.int64), 0, -1
    for at in range(len(order)):
        i = order[at]
        if (
            leader < 0
            or key[i] != key[leader]
            or length[i] != length[leader]
            or not _same(start, candidate, may_open, i, leader)
        ):
            leader = i
            leaders[count] = i
            count += 1
        group[i] = leader
    return group, leaders[:count].copy()


@compiled
def _gather(start: Ints, candidate: Shorts, may_open: Flags, points: Ints, new_start: Ints) -> Shorts:
    found = np.empty(new_start[-1], dtype=np.int32)
    to = 0
    for i in points:
        for at in range(start[i], start[i + 1]):
            if may_open[candidate[at]]:
                found[to] = candidate[at]
                to += 1
    return found


@compiled
def turned(start: Ints, column: Shorts, m: int) -> tuple[Ints, Shorts]:
    """Return the rows of every column, ascending: start, shape (m + 1,), and row."""
    by_start = np.zeros(m + 1, dtype=np.int64)
    for j in column:
        by_start[j + 1] += 1
    for j in range(m):
        by_start[j + 1] += by_start[j]
    place, row = by_start[:-1].copy(), np.empty(len(column), dtype=np.int32)
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            row[place[column[at]]] = i
            place[column[at]] += 1
    return by_start, row
