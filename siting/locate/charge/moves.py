r"""Improve a set of open sites by adding, dropping and exchanging them, compiled.

Without loads every move is priced at once from the two nearest open sites of every demand point (Kuehn and Hamburger,
1963; Whitaker, 1983; Resende and Werneck, 2006). Where each demand point is served wholly by one site within its room,
a given set's assignment is improved by moving one demand point and by exchanging two, at a price for what is too much
that doubles until it is gone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested, uncounted
from siting.locate.charge.service import Flags, Floats, Ints, Places, Service, owners
from siting.locate.problem.sides import Sides, activity_of, do_swap, may_swap


class Nearby(NamedTuple):
    """A set of open sites as its moves see it, changed in place.

    ``owner`` (k,) and ``column`` (k,) with ``column_start`` (m + 1,): whose each pair is, and the pairs by site;
    ``first`` and ``second`` (n,): the pairs of the two nearest open sites, the end of its pairs for none;
    ``gain`` (m,): what opening each site saves.
    """

    owner: Places
    column_start: Ints
    column: Places
    first: Ints
    second: Ints
    gain: Floats
    extra: Floats


def nearby(service: Service) -> Nearby:
    """Return the empty set."""
    m = len(service.charge)
    count = np.bincount(service.candidate, minlength=m)
    start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    owner = owners(service).astype(np.int32)
    column = np.empty(len(service.cost), dtype=np.int32)
    gain = np.zeros(m)
    _fill(service, owner, start[:-1].copy(), column, gain)
    ends = service.start[1:].copy()
    return Nearby(owner, start, column, ends, ends.copy(), gain, np.zeros(m))


@uncounted
def _fill(service: Service, owner: Places, place: Ints, column: Places, gain: Floats) -> None:
    for j in range(len(gain)):
        gain[j] = -service.charge[j]
    for at in range(len(service.cost)):
        j = service.candidate[at]
        column[place[j]] = at
        place[j] += 1
        gain[j] += max(0.0, service.limit[owner[at]] - service.cost[at])


@kernel
def _cost_at(service: Service, i: int, at: int) -> float:
    return float(service.limit[i] if at >= service.start[i + 1] else min(service.limit[i], service.cost[at]))


@kernel
def _turn_gains(service: Service, near: Nearby, i: int, before: int, after: int) -> None:
    """Take into the gains that the nearest pair of a demand point is another."""
    old, new = _cost_at(service, i, before), _cost_at(service, i, after)
    for at in range(service.start[i], max(before, after)):
        cost = service.cost[at]
        near.gain[service.candidate[at]] += max(0.0, new - cost) - max(0.0, old - cost)


@kernel
def _open(service: Service, near: Nearby, j: int) -> None:
    for place in range(near.column_start[j], near.column_start[j + 1]):
        at = near.column[place]
        i = near.owner[at]
        if at < near.first[i]:
            _turn_gains(service, near, i, near.first[i], at)
            near.second[i], near.first[i] = near.first[i], at
        elif at < near.second[i]:
            near.second[i] = at


@kernel
def _shut(service: Service, near: Nearby, is_open: Flags, k: int) -> None:
    """Shut k, which ``is_open`` no longer holds."""
    for place in range(near.column_start[k], near.column_start[k + 1]):
        at = near.column[place]
        i = near.owner[at]
        if at != near.first[i] and at != near.second[i]:
            continue
        if at == near.first[i]:
            _turn_gains(service, near, i, at, near.second[i])
            near.first[i] = near.second[i]
        following = min(near.second[i] + 1, service.start[i + 1])
        while following < service.start[i + 1] and not is_open[service.candidate[following]]:
            following += 1
        near.second[i] = following


@uncounted
def open_all(service: Service, near: Nearby, is_open: Flags) -> None:
    """Open a set in an empty one."""
    for j in range(len(is_open)):
        if is_open[j]:
            _open(service, near, j)


@kernel
def _best_gain(gain: Floats, is_open: Flags, sides: Sides, activity: Floats, least: float) -> int:
    best = -1
    for j in range(len(gain)):
        if is_open[j] or sides.upper[j] == 0.0 or gain[j] <= (gain[best] if best >= 0 else least):
            continue
        if may_swap(sides, activity, j, -1):
            best = j
    return best


@kernel
def _move(
    service: Service, near: Nearby, sides: Sides, is_open: Flags, activity: Floats, turn: tuple[int, int]
) -> None:
    j, k = turn
    do_swap(sides, activity, is_open, j, k)
    if j >= 0:
        _open(service, near, j)
    if k >= 0:
        _shut(service, near, is_open, k)


@compiled
def add_sites(service: Service, near: Nearby, sides: Sides, is_open: Flags, wanted: int, most: int) -> bool:
    """Open what saves most, in place: until ``wanted`` are open, or where 0 while it pays; tell whether it ended."""
    activity = activity_of(sides, is_open)
    for _ in range(most):
        if wanted > 0 and is_open.sum() >= wanted:
            return True
        j = _best_gain(near.gain, is_open, sides, activity, -np.inf if wanted > 0 else 0.0)
        if j < 0:
            return True
        _move(service, near, sides, is_open, activity, (j, -1))
    return False


@kernel
def _renew_gains(service: Service, near: Nearby) -> float:
    """Add the gains up anew, without what turning them has lost to rounding; return the cost of serving all."""
    total = 0.0
    for j in range(len(near.gain)):
        near.gain[j] = -service.charge[j]
    for i in range(len(near.first)):
        first = _cost_at(service, i, near.first[i])
        total += first
        for at in range(service.start[i], near.first[i]):
            near.gain[service.candidate[at]] += max(0.0, first - service.cost[at])
    return total


@kernel
def _without(service: Service, near: Nearby, k: int) -> float:
    """Return what shutting k loses beside its charge, and fill what of it each site would take over."""
    near.extra[:] = 0.0
    loss = -service.charge[k]
    for place in range(near.column_start[k], near.column_start[k + 1]):
        at = near.column[place]
        i = near.owner[at]
        if at != near.first[i]:
            continue
        first, second = _cost_at(service, i, at), _cost_at(service, i, near.second[i])
        loss += second - first
        for other in range(service.start[i], near.second[i]):
            near.extra[service.candidate[other]] += max(0.0, second - max(first, service.cost[other]))
    return float(loss)


@kernel
def _best_turn(
    service: Service, near: Nearby, sides: Sides, is_open: Flags, activity: Floats, ask: tuple[int, bool, float]
) -> int:
    """Return what to open in exchange for an open site, −1 for nothing, −2 where keeping it is best."""
    k, fixed, best = ask
    loss, best_j = _without(service, near, k), -2
    if not fixed and -loss > best and may_swap(sides, activity, -1, k):
        best, best_j = -loss, -1
    for j in range(len(is_open)):
        better = near.gain[j] - loss + near.extra[j]
        if better > best and not is_open[j] and sides.upper[j] > 0.0 and may_swap(sides, activity, j, k):
            best, best_j = better, j
    return best_j


@compiled
def exchange_sites(
    service: Service, near: Nearby, sides: Sides, is_open: Flags, fixed: bool, begin: int, most: int
) -> tuple[int, int]:
    """Look at ``most`` sites from ``begin`` on, exchanging or shutting each where that is best, and open what pays.

    In place; the number open stays where ``fixed``. Return where it ended and how many moves were made.
    """
    activity, m, moves = activity_of(sides, is_open), len(is_open), 0
    least = 1e-10 * max(1e-300, _renew_gains(service, near))
    k = begin
    for _ in range(most):
        j = -1 if fixed else _best_gain(near.gain, is_open, sides, activity, least)
        if j >= 0:
            _move(service, near, sides, is_open, activity, (j, -1))
            moves += 1
        k = (k + 1) % m
        if not is_open[k] or sides.lower[k] == 1.0:
            continue
        j = _best_turn(service, near, sides, is_open, activity, (k, fixed, least))
        if j > -2:
            _move(service, near, sides, is_open, activity, (j, k))
            moves += 1
    return k, moves


@nested
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


@kernel
def _over(used: float, room: float) -> float:
    return max(0.0, used - room)


@kernel
def _shift_gain(service: Service, who: Ints, used: Floats, toll: float, i: int, to: int) -> float:
    a, b, load = service.candidate[who[i]], service.candidate[to], service.load[i]
    less = _over(used[a], service.room[a]) - _over(used[a] - load, service.room[a])
    more = _over(used[b] + load, service.room[b]) - _over(used[b], service.room[b])
    return float(service.cost[who[i]] - service.cost[to] + toll * (less - more))


@kernel
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


@kernel
def _best_shift(service: Service, opened: Flags, who: Ints, used: Floats, toll: float, least: float) -> tuple[int, int]:
    best, best_i, best_to = least, -1, -1
    for i in range(len(who)):
        for at in range(service.start[i], service.start[i + 1]):
            if at != who[i] and opened[service.candidate[at]]:
                gain = _shift_gain(service, who, used, toll, i, at)
                if gain > best:
                    best, best_i, best_to = gain, i, at
    return best_i, best_to


@kernel
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


@kernel
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
