"""Greedy construction and interchange for the p-median, compiled.

Each search begins with an allowed set (or with what is locked open), adds the best candidate until p are open, and then
makes the best exchange of one open for one shut candidate until none is better (Teitz and Bart, 1968; evaluated in the
manner of Whitaker, 1983, and Resende and Werneck, 2007). Among equals the lowest position wins. A set stays allowed
throughout: an exchange that breaks a rule is never made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.sides import Sides, activity_of, do_swap, may_swap

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Cover(NamedTuple):
    """Who covers whom, by demand point and by candidate, and the weight of each demand point, shape (n,)."""

    start: Ints
    candidate: Ints
    by_start: Ints
    by_point: Ints
    weight: Floats


class Nearest(NamedTuple):
    """Weighted cost of every pair, nearest first within a demand point, and what no outlet costs, shape (n,)."""

    start: Ints
    candidate: Ints
    cost: Floats
    limit: Floats


@compiled
def best_addition(gain: Floats, is_open: Flags, sides: Sides, activity: Floats) -> int:
    """Return the shut candidate of the greatest gain that may open, −1 where none may."""
    best = -1
    for j in range(len(gain)):
        if is_open[j] or sides.upper[j] == 0.0 or (best >= 0 and gain[j] <= gain[best]):
            continue
        if may_swap(sides, activity, j, -1):
            best = j
    return best


@compiled
def two_nearest(near: Nearest, is_open: Flags, first: Floats, second: Floats, who: Ints) -> float:
    """Fill the cost of the nearest and second nearest open candidate and who is nearest; return the total cost."""
    total = 0.0
    for i in range(len(near.limit)):
        first[i], second[i], who[i] = near.limit[i], near.limit[i], -1
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= near.limit[i]:
                break
            if not is_open[near.candidate[at]]:
                continue
            if who[i] < 0:
                first[i], who[i] = near.cost[at], near.candidate[at]
            else:
                second[i] = near.cost[at]
                break
        total += first[i]
    return total


@compiled
def _greedy_median(near: Nearest, sides: Sides, is_open: Flags, activity: Floats, p: int) -> bool:
    m, n = len(is_open), len(near.limit)
    first, second, who = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    while is_open.sum() < p:
        two_nearest(near, is_open, first, second, who)
        gain = np.zeros(m)
        for i in range(n):
            for at in range(near.start[i], near.start[i + 1]):
                if near.cost[at] >= first[i]:
                    break
                gain[near.candidate[at]] += first[i] - near.cost[at]
        j = best_addition(gain, is_open, sides, activity)
        if j < 0:
            return False
        do_swap(sides, activity, is_open, j, -1)
    return True


@compiled
def _median_losses(
    near: Nearest, is_open: Flags, slot: Ints, gain: Floats, loss: Floats, extra: NDArray[np.float64]
) -> None:
    """Fill gain (m,), loss (open,) and extra (m, open): exchange j for k saves gain[j] − loss[k] + extra[j, k]."""
    n = len(near.limit)
    first, second, who = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    two_nearest(near, is_open, first, second, who)
    for i in range(n):
        at_loss = slot[who[i]] if who[i] >= 0 else -1
        if at_loss >= 0:
            loss[at_loss] += second[i] - first[i]
        for at in range(near.start[i], near.start[i + 1]):
            cost, j = near.cost[at], near.candidate[at]
            if cost >= second[i]:
                break
            if cost < first[i]:
                gain[j] += first[i] - cost
            if at_loss >= 0:
                extra[j, at_loss] += second[i] - max(first[i], cost)


@compiled
def _best_median_swap(near: Nearest, sides: Sides, is_open: Flags, activity: Floats, least: float) -> tuple[int, int]:
    m, opened = len(is_open), np.flatnonzero(is_open)
    slot = np.full(m, -1, dtype=np.int64)
    for at in range(len(opened)):
        slot[opened[at]] = at
    gain, loss, extra = np.zeros(m), np.zeros(len(opened)), np.zeros((m, len(opened)))
    _median_losses(near, is_open, slot, gain, loss, extra)
    best, best_j, best_k = least, -1, -1
    for j in range(m):
        if is_open[j] or sides.upper[j] == 0.0:
            continue
        for at in range(len(opened)):
            better = gain[j] - loss[at] + extra[j, at]
            if better > best and sides.lower[opened[at]] == 0.0 and may_swap(sides, activity, j, opened[at]):
                best, best_j, best_k = better, j, opened[at]
    return best_j, best_k


@compiled
def search_median(near: Nearest, sides: Sides, is_open: Flags, p: int, most_swaps: int) -> int:
    """Improve ``is_open`` in place; return the number of exchanges made."""
    activity = activity_of(sides, is_open)
    if not _greedy_median(near, sides, is_open, activity, p):
        return 0
    least = 1e-12 * max(1e-300, near.limit.sum())
    for swaps in range(most_swaps):
        j, k = _best_median_swap(near, sides, is_open, activity, least)
        if j < 0:
            return swaps
        do_swap(sides, activity, is_open, j, k)
    return most_swaps
