r"""Choose the cheapest set of candidates by their prices in a relaxation, and say what leaves or comes in exchange.

A set has p candidates, all that are locked open, none locked shut, and at least one of each of some disjoint groups.
Such sets are the bases of a matroid: the cheapest is found greedily, and the cheapest that has, or lacks, a candidate
differs from it by one exchange (Brualdi, 1969). Where any number may be open, a candidate may also come or leave alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, nested
from siting.locate.median.near import Flags, Floats, Ints


class Choice(NamedTuple):
    """Which sets may be chosen: locks, the group of each candidate or −1, shape (m,); number of groups and of open.

    ``p`` is 0 where any number may be open.
    """

    lower: Floats
    upper: Floats
    group: Ints
    groups: int
    p: int


@nested
def _choose_needed(prices: Floats, choice: Choice, chosen: Flags) -> int:
    """Fill in what is locked open and the cheapest of each group; return how many, −1 where a group has none."""
    count = 0
    cheapest = np.full(choice.groups, -1, dtype=np.int64)
    for j in range(len(prices)):
        chosen[j] = choice.lower[j] == 1.0
        count += chosen[j]
        group = choice.group[j]
        if group < 0 or choice.upper[j] == 0.0:
            continue
        best = cheapest[group]
        if best < 0 or (not chosen[best] and (chosen[j] or prices[j] < prices[best])):
            cheapest[group] = j
    for group in range(choice.groups):
        j = cheapest[group]
        if j < 0:
            return -1
        if not chosen[j]:
            chosen[j] = True
            count += 1
    return count


@nested
def _worst_of_rest(prices: Floats, choice: Choice, chosen: Flags, left: int) -> tuple[float, int]:
    """Return the price of the last of ``left`` more, and how many of that price are to be taken; −1: too few."""
    rest, free = np.empty(len(prices)), 0
    for j in range(len(prices)):
        if not chosen[j] and choice.upper[j] == 1.0:
            rest[free] = prices[j]
            free += 1
    if left > free:
        return np.inf, -1
    if left == 0:
        return -np.inf, 0
    worst = np.partition(rest[:free], left - 1)[left - 1]
    for at in range(free):
        left -= rest[at] < worst
    return worst, left


@compiled
def choose_sites(prices: Floats, choice: Choice, chosen: Flags) -> float:
    """Fill the cheapest set that may be chosen and return its price, infinite where there is none."""
    count = _choose_needed(prices, choice, chosen)
    if count < 0 or (choice.p > 0 and count > choice.p):
        return np.inf
    worst, left = 0.0, 0
    if choice.p > 0:
        worst, left = _worst_of_rest(prices, choice, chosen, choice.p - count)
        if left < 0:
            return np.inf
    total = 0.0
    for j in range(len(prices)):
        if not chosen[j] and choice.upper[j] == 1.0:
            if prices[j] < worst:
                chosen[j] = True
            elif prices[j] == worst and left > 0:
                chosen[j] = True
                left -= 1
        if chosen[j]:
            total += prices[j]
    return total


@nested
def _chosen_of_group(choice: Choice, chosen: Flags) -> Ints:
    count = np.zeros(choice.groups, dtype=np.int64)
    for j in range(len(chosen)):
        if chosen[j] and choice.group[j] >= 0:
            count[choice.group[j]] += 1
    return count


@nested
def limits_of_swap(choice: Choice, prices: Floats, chosen: Flags) -> tuple[float, float, Floats, Floats]:
    """Return the dearest that may leave for any, the cheapest that may come for any, and both for each group."""
    count = _chosen_of_group(choice, chosen)
    out, come = -np.inf, np.inf
    group_out, group_come = np.full(choice.groups, -np.inf), np.full(choice.groups, np.inf)
    for j in range(len(prices)):
        group = choice.group[j]
        may_leave = chosen[j] and choice.lower[j] == 0.0
        may_come = not chosen[j] and choice.upper[j] == 1.0
        if may_leave and (group < 0 or count[group] > 1):
            out = max(out, prices[j])
        if may_come:
            come = min(come, prices[j])
        if group >= 0:
            group_out[group] = max(group_out[group], prices[j] if may_leave else -np.inf)
            group_come[group] = min(group_come[group], prices[j] if may_come else np.inf)
    if choice.p == 0:
        out, come = max(out, 0.0), 0.0
    for group in range(choice.groups):
        group_out[group] = max(out, group_out[group])
        if count[group] > 1:
            group_come[group] = come
    return out, come, group_out, group_come
