"""Hold the pairs that can matter to a p-median, by demand point nearest first and by candidate, compiled.

In a good plan of p outlets among m candidates a demand point is served by one of its few m / p nearest. So only the
nearest of each point are kept, its *window*, and past them a point is taken to cost no more than the first pair left
out, the limit of its window. For any plan this is at most the true cost: bounds over windows hold for the whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Nearest(NamedTuple):
    """Weighted cost of pairs, nearest first within a demand point, and again by candidate.

    ``limit``, shape (n,), is what a demand point costs at most; a pair that costs as much or more plays no part.
    """

    start: Ints
    candidate: Indices
    cost: Floats
    limit: Floats
    by_start: Ints
    by_point: Indices
    by_cost: Floats


class Source(NamedTuple):
    """Pairs as they were given, by demand point, with the demand points that count and who may open.

    ``limit``, shape (len(points),), is the weighted cost of a demand point that stays unserved.
    """

    start: Ints
    candidate: Indices
    cost: Floats
    usable: Flags
    points: Ints
    weight: Floats
    limit: Floats


class Rows(NamedTuple):
    """Windows under construction: as `Nearest`, with room for more pairs at the end."""

    start: Ints
    candidate: Indices
    cost: Floats
    limit: Floats


def empty_rows(source: Source, keep: int) -> Rows:
    """Return room for windows of at most ``keep`` pairs."""
    length = np.minimum(np.diff(source.start)[source.points], keep)
    size, n = int(length.sum()), len(source.points)
    return Rows(np.zeros(n + 1, dtype=np.int64), np.empty(size, dtype=np.int32), np.empty(size), source.limit.copy())


@compiled
def fill_rows(source: Source, keep: int, rows: Rows, begin: int, end: int) -> None:
    """Fill the windows of the points at positions ``begin`` to ``end``, those before being filled."""
    width = 0
    for i in range(begin, end):
        point = source.points[i]
        width = max(width, source.start[point + 1] - source.start[point])
    cost, candidate = np.empty(width), np.empty(width, dtype=np.int32)
    for i in range(begin, end):
        point, weight, count = source.points[i], source.weight[i], 0
        for at in range(source.start[point], source.start[point + 1]):
            weighed = source.cost[at] * weight
            if source.usable[source.candidate[at]] and weighed < rows.limit[i]:
                cost[count], candidate[count] = weighed, source.candidate[at]
                count += 1
        if count > keep:
            rows.limit[i] = np.partition(cost[:count], keep)[keep]
            kept = 0
            for at in range(count):
                if cost[at] < rows.limit[i]:
                    cost[kept], candidate[kept] = cost[at], candidate[at]
                    kept += 1
            count = kept
        order = np.argsort(cost[:count], kind="mergesort")
        to = rows.start[i]
        for at in range(count):
            rows.cost[to + at], rows.candidate[to + at] = cost[order[at]], candidate[order[at]]
        rows.start[i + 1] = to + count


@compiled
def by_candidate(start: Ints, candidate: Indices, cost: Floats, m: int) -> tuple[Ints, Indices, Floats]:
    """Return the same pairs by candidate, demand points ascending."""
    size = start[-1]
    by_start, by_point, by_cost = np.zeros(m + 1, dtype=np.int64), np.empty(size, dtype=np.int32), np.empty(size)
    for at in range(size):
        by_start[candidate[at] + 1] += 1
    for j in range(m):
        by_start[j + 1] += by_start[j]
    to = by_start[:-1].copy()
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            place = to[candidate[at]]
            by_point[place], by_cost[place] = i, cost[at]
            to[candidate[at]] += 1
    return by_start, by_point, by_cost


def nearest_of(rows: Rows, m: int) -> Nearest:
    """Return filled windows with the pairs by candidate too."""
    size = int(rows.start[-1])
    candidate, cost = rows.candidate[:size], rows.cost[:size]
    return Nearest(rows.start, candidate, cost, rows.limit, *by_candidate(rows.start, candidate, cost, m))


@compiled
def restricted(near: Nearest, is_open: Flags, place: Indices, m: int) -> Nearest:
    """Return the pairs that still matter, for m candidates: those with a place from 0, nearer than what is open.

    What is open lowers the limits.
    """
    n = len(near.limit)
    start, least = np.zeros(n + 1, dtype=np.int64), near.limit.copy()
    for i in range(n):
        kept = start[i]
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= least[i]:
                break
            if is_open[near.candidate[at]]:
                least[i] = near.cost[at]
                break
            if place[near.candidate[at]] >= 0:
                kept += 1
        start[i + 1] = kept
    candidate, cost = np.empty(start[n], dtype=np.int32), np.empty(start[n])
    for i in range(n):
        to = start[i]
        for at in range(near.start[i], near.start[i + 1]):
            if to == start[i + 1]:
                break
            if place[near.candidate[at]] >= 0:
                candidate[to], cost[to] = place[near.candidate[at]], near.cost[at]
                to += 1
    by_start, by_point, by_cost = by_candidate(start, candidate, cost, m)
    return Nearest(start, candidate, cost, least, by_start, by_point, by_cost)


def narrowed_to(near: Nearest, limit: Floats, m: int) -> Nearest:
    """Return the pairs below lower limits."""
    near = near._replace(limit=np.minimum(near.limit, limit))
    return restricted(near, np.zeros(m, dtype=np.bool_), np.arange(m, dtype=np.int32), m)
