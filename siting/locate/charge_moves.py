r"""Improve a set of open sites by adding, dropping and exchanging them, compiled.

Without loads every move is priced at once from the two nearest open sites of every demand point (Kuehn and Hamburger,
1963; Whitaker, 1983; Resende and Werneck, 2006). Where each demand point is served wholly by one site within its room,
a given set's assignment is improved by moving one demand point and by exchanging two, at a price for what is too much
that doubles until it is gone.
"""

from __future__ import annotations

import numpy as np

from outlet.compiled import compiled
from siting.locate.service import Flags, Floats, Ints, Service
from siting.locate.sides import Sides, activity_of, do_swap, may_swap


@compiled
def _two_nearest(service: Service, is_open: Flags, first: Floats, second: Floats, who: Ints) -> None:
    for i in range(len(service.limit)):
        first[i], second[i], who[i] = service.limit[i], service.limit[i], -1
        for at in range(service.start[i], service.start[i + 1]):
            if not is_open[service.candidate[at]]:
                continue
            if who[i] < 0:
                first[i], who[i] = service.cost[at], service.candidate[at]
            else:
                second[i] = service.cost[at]
                break


@compiled
def _gains(service: Service, first: Floats, gain: Floats) -> None:
    for j in range(len(gain)):
        gain[j] = -service.charge[j]
    for i in range(len(first)):
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= first[i]:
                break
            gain[service.candidate[at]] += first[i] - service.cost[at]


@compiled
def _best_gain(gain: Floats, is_open: Flags, sides: Sides, activity: Floats, least: float) -> int:
    best = -1
    for j in range(len(gain)):
        if is_open[j] or sides.upper[j] == 0.0 or gain[j] <= (gain[best] if best >= 0 else least):
            continue
        if may_swap(sides, activity, j, -1):
            best = j
    return best


@compiled
def add_sites(service: Service, sides: Sides, is_open: Flags, wanted: int, most: int) -> bool:
    """Open what saves most, in place: until ``wanted`` are open, or where 0 while it pays; tell whether it ended."""
    n = len(service.limit)
    first, second, who = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    gain, activity = np.empty(len(is_open)), activity_of(sides, is_open)
    for _ in range(most):
        if wanted > 0 and is_open.sum() >= wanted:
            return True
        _two_nearest(service, is_open, first, second, who)
        _gains(service, first, gain)
        j = _best_gain(gain, is_open, sides, activity, -np.inf if wanted > 0 else 0.0)
        if j < 0:
            return True
        do_swap(sides, activity, is_open, j, -1)
    return False


@compiled
def _losses(
    service: Service, first: Floats, second: Floats, who: Ints, slot: Ints, loss: Floats, extra: Floats
) -> None:
    """Fill what dropping each open site loses, and what of it a shut one takes over: extra (m, open)."""
    for i in range(len(first)):
        if who[i] < 0:
            continue
        k = slot[who[i]]
        loss[k] += second[i] - first[i]
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= second[i]:
                break
            extra[service.candidate[at], k] += second[i] - max(first[i], service.cost[at])


@compiled
def _best_move(service: Service, sides: Sides, is_open: Flags, activity: Floats, fixed: bool) -> tuple[int, int, float]:
    """Return what to open, what to shut (−1: nothing) and what that saves."""
    m, n, opened = len(is_open), len(service.limit), np.flatnonzero(is_open)
    first, second, who = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    slot = np.full(m, -1, dtype=np.int64)
    slot[opened] = np.arange(len(opened))
    gain, loss, extra = np.empty(m), np.zeros(len(opened)), np.zeros((m, len(opened)))
    _two_nearest(service, is_open, first, second, who)
    _gains(service, first, gain)
    _losses(service, first, second, who, slot, loss, extra)
    best, best_j, best_k = 1e-12 * max(1e-300, first.sum()), -1, -1
    for at in range(len(opened)):
        loss[at] -= service.charge[opened[at]]
        free = sides.lower[opened[at]] == 0.0 and not fixed
        if free and -loss[at] > best and may_swap(sides, activity, -1, opened[at]):
            best, best_j, best_k = -loss[at], -1, opened[at]
    for j in range(m):
        if is_open[j] or sides.upper[j] == 0.0:
            continue
        if not fixed and gain[j] > best and may_swap(sides, activity, j, -1):
            best, best_j, best_k = gain[j], j, -1
        for at in range(len(opened)):
            better = gain[j] - loss[at] + extra[j, at]
            if better > best and sides.lower[opened[at]] == 0.0 and may_swap(sides, activity, j, opened[at]):
                best, best_j, best_k = better, j, opened[at]
    return best_j, best_k, best


@compiled
def exchange_sites(service: Service, sides: Sides, is_open: Flags, fixed: bool, most: int) -> bool:
    """Make the best move until none is better, in place, keeping the number open where ``fixed``; tell whether it
    ended within ``most`` moves.
    """
    activity = activity_of(sides, is_open)
    for _ in range(most):
        j, k, _better = _best_move(service, sides, is_open, activity, fixed)
        if j < 0 and k < 0:
            return True
        do_swap(sides, activity, is_open, j, k)
    return False


@compiled
def _slots(service: Service, opened: Flags) -> tuple[Ints, Ints]:
    """Return the entry of every demand point at every open site, −1 for none, (n, open), and the slot of each site."""
    slot, k = np.full(len(opened), -1, dtype=np.int64), 0
    for j in range(len(opened)):
        if opened[j]:
            slot[j] = k
            k += 1
    entry = np.full((len(service.limit), k), -1, dtype=np.int64)
    for i in range(len(service.limit)):
        for at in range(service.start[i], service.start[i + 1]):
            if slot[service.candidate[at]] >= 0:
                entry[i, slot[service.candidate[at]]] = at
    return entry, slot


@compiled
def _over(used: float, room: float) -> float:
    return max(0.0, used - room)


@compiled
def _shift_gain(service: Service, who: Ints, used: Floats, toll: float, i: int, to: int) -> float:
    a, b, load = service.candidate[who[i]], service.candidate[to], service.load[i]
    less = _over(used[a], service.room[a]) - _over(used[a] - load, service.room[a])
    more = _over(used[b] + load, service.room[b]) - _over(used[b], service.room[b])
    return float(service.cost[who[i]] - service.cost[to] + toll * (less - more))


@compiled
def _swap_gain(
    service: Service, who: Ints, used: Floats, toll: float, pair: tuple[int, int], to: tuple[int, int]
) -> float:
    i, h = pair
    a, b = service.candidate[who[i]], service.candidate[who[h]]
    more = service.load[h] - service.load[i]
    before = _over(used[a], service.room[a]) + _over(used[b], service.room[b])
    after = _over(used[a] + more, service.room[a]) + _over(used[b] - more, service.room[b])
    saved = service.cost[who[i]] + service.cost[who[h]] - service.cost[to[0]] - service.cost[to[1]]
    return float(saved + toll * (before - after))


@compiled
def _best_shift(service: Service, opened: Flags, who: Ints, used: Floats, toll: float, least: float) -> tuple[int, int]:
    best, best_i, best_to = least, -1, -1
    for i in range(len(who)):
        for at in range(service.start[i], service.start[i + 1]):
            if at != who[i] and opened[service.candidate[at]]:
                gain = _shift_gain(service, who, used, toll, i, at)
                if gain > best:
                    best, best_i, best_to = gain, i, at
    return best_i, best_to


@compiled
def _good_swap(
    service: Service, entry: Ints, slot: Ints, who: Ints, used: Floats, toll: float, least: float
) -> tuple[int, int, int, int]:
    """Return two demand points and their new entries: the first exchange that gains enough, −1 for none."""
    for i in range(len(who)):
        for h in range(i + 1, len(who)):
            a, b = slot[service.candidate[who[i]]], slot[service.candidate[who[h]]]
            if a == b or entry[i, b] < 0 or entry[h, a] < 0:
                continue
            if _swap_gain(service, who, used, toll, (i, h), (entry[i, b], entry[h, a])) > least:
                return i, h, entry[i, b], entry[h, a]
    return -1, -1, -1, -1


@compiled
def _put(service: Service, who: Ints, used: Floats, i: int, to: int) -> None:
    used[service.candidate[who[i]]] -= service.load[i]
    used[service.candidate[to]] += service.load[i]
    who[i] = to


@compiled
def assign_whole(service: Service, opened: Flags, who: Ints, most: int) -> float:
    """Improve an assignment within the open set, in place; ``who`` has the entry of each demand point.

    Return its travel cost, infinity where rooms could not be kept.
    """
    entry, slot = _slots(service, opened)
    used, n = np.zeros(len(opened)), len(who)
    for i in range(n):
        used[service.candidate[who[i]]] += service.load[i]
    total = service.load.sum()
    toll = service.cost[who].sum() / max(total, 1e-300)
    least = 1e-12 * max(1e-300, service.cost[who].sum())
    rounds = 0
    for _ in range(most):
        i, to = _best_shift(service, opened, who, used, toll, least)
        if i >= 0:
            _put(service, who, used, i, to)
            continue
        i, h, to, to_h = _good_swap(service, entry, slot, who, used, toll, least)
        if i >= 0:
            _put(service, who, used, i, to)
            _put(service, who, used, h, to_h)
            continue
        too_much = 0.0
        for j in range(len(opened)):
            too_much += _over(used[j], service.room[j] * (1 + 1e-12))
        if too_much == 0.0:
            return float(service.cost[who].sum())
        rounds += 1
        toll = max(2.0 * toll, 1e-9)
        if rounds > 12:
            break
    return np.inf
