r"""Price sites for given multipliers: the best load each could take within its room, compiled.

With λ_i paid for serving demand point i, site j takes the pairs that earn most per unit of load (Dantzig, 1957)::

    κ_j(λ) = min { Σ_i (c_ij − λ_i) x_i : L_j ≤ Σ_i d_i x_i ≤ C_j, 0 ≤ x ≤ 1 }

or, where each demand point is served wholly by one site and loads are whole numbers, the best 0–1 choice by dynamic
programming over the room. Only sites whose earning pairs pass the room are looked at twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested
from siting.locate.charge.service import Floats, Ints, Service


class Loads(NamedTuple):
    """What pricing fills: ``price`` and ``used`` (m,), ``share`` of every pair that earns (k,), and pairs that cost but
    are taken to meet a least load: ``extra`` pairs with ``extra_share``, those of site j from ``extra_start[j]``.
    ``table`` is the memory of dynamic programming, empty where demand may be split.
    """

    price: Floats
    used: Floats
    share: Floats
    extra_start: Ints
    extra: Ints
    extra_share: Floats
    table: Floats
    place: Ints
    bucket: Ints
    worth: Floats


def loads_of(service: Service, most_room: int) -> Loads:
    """Return memory for pricing; ``most_room`` is the greatest room in whole units for 0–1 choices, −1 for shares."""
    m, entries = len(service.charge), len(service.cost)
    several = entries if (np.isfinite(service.room).any() or len(service.by_entry)) else 0
    return Loads(
        np.zeros(m), np.zeros(m), np.ones(entries), np.zeros(m + 1, dtype=np.int64),
        np.zeros(len(service.by_entry), dtype=np.int64), np.zeros(len(service.by_entry)),
        np.zeros(most_room + 1), np.zeros(m + 1, dtype=np.int64), np.zeros(several, dtype=np.int64), np.zeros(several),
    )  # fmt: skip


@kernel
def _smaller(worth: Floats, load: Floats, a: int, b: int) -> bool:
    """Whether a earns more per unit of load than b; without load a pair comes first."""
    return bool(worth[a] * load[b] < worth[b] * load[a])


@nested
def fill_room(worth: Floats, load: Floats, share: Floats, room: float) -> float:
    """Fill the shares that earn most within a room, worth below 0 being what is earned; return their sum.

    By quickselect: the pairs better than a pivot, and those equal to it, are taken together where they fit.
    """
    count = len(worth)
    order = np.arange(count)
    low, high, left, total = 0, count, room, 0.0
    for at in range(count):
        share[at] = 0.0
    while low < high:
        pivot = order[(low + high) // 2]
        end, same, back = low, low, high
        taken = 0.0
        while same < back:
            at = order[same]
            if _smaller(worth, load, at, pivot):
                order[same], order[end] = order[end], at
                taken += load[at]
                end += 1
                same += 1
            elif _smaller(worth, load, pivot, at):
                back -= 1
                order[same], order[back] = order[back], at
            else:
                same += 1
        if taken > left:
            high = end
            continue
        for at in range(low, back):
            entry = order[at]
            part = 1.0 if load[entry] <= left else left / load[entry]
            share[entry] = part
            total += part * worth[entry]
            left -= part * load[entry]
            if part < 1.0:
                return float(total)
        low = back
    return total


@nested
def choose_whole(worth: Floats, load: Floats, share: Floats, room: int, table: Floats) -> float:
    """Fill the best 0–1 choice within a whole room by dynamic programming; loads are whole numbers."""
    count = len(worth)
    taken = np.zeros((count, room + 1), dtype=np.bool_)
    table[: room + 1] = 0.0
    for at in range(count):
        weight = int(load[at])
        for space in range(room, weight - 1, -1):
            with_it = table[space - weight] + worth[at]
            if with_it < table[space]:
                table[space] = with_it
                taken[at, space] = True
    space = room
    for at in range(count - 1, -1, -1):
        share[at] = 0.0
        if taken[at, space]:
            share[at] = 1.0
            space -= int(load[at])
    return float(table[room])


@kernel
def _sum_earnings(service: Service, value: Floats, loads: Loads) -> None:
    loads.price[:] = 0.0
    loads.used[:] = 0.0
    for i in range(len(value)):
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= value[i]:
                break
            j = service.candidate[at]
            loads.price[j] += service.cost[at] - value[i]
            loads.used[j] += service.load[i]
            loads.share[at] = 1.0


@nested
def _gather(service: Service, value: Floats, loads: Loads) -> None:
    """Put the earning pairs of overfull sites into their buckets: site j's from ``place[j]`` on."""
    m = len(service.charge)
    count = np.zeros(m, dtype=np.int64)
    for i in range(len(value)):
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= value[i]:
                break
            if loads.used[service.candidate[at]] > service.room[service.candidate[at]]:
                count[service.candidate[at]] += 1
    loads.place[0] = 0
    for j in range(m):
        loads.place[j + 1] = loads.place[j] + count[j]
        count[j] = loads.place[j]
    for i in range(len(value)):
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= value[i]:
                break
            j = service.candidate[at]
            if loads.used[j] > service.room[j]:
                loads.bucket[count[j]] = at
                loads.worth[count[j]] = service.cost[at] - value[i]
                count[j] += 1


@nested
def _fill_overfull(service: Service, owner: Ints, loads: Loads, j: int) -> None:
    begin, end = loads.place[j], loads.place[j + 1]
    load, share = np.empty(end - begin), np.empty(end - begin)
    for at in range(begin, end):
        load[at - begin] = service.load[owner[loads.bucket[at]]]
    worth = loads.worth[begin:end]
    if len(loads.table) > 0:
        loads.price[j] = choose_whole(worth, load, share, int(np.floor(service.room[j])), loads.table)
    else:
        loads.price[j] = fill_room(worth, load, share, service.room[j])
    loads.used[j] = service.room[j]
    for at in range(begin, end):
        loads.share[loads.bucket[at]] = share[at - begin]


@nested
def _fill_least(service: Service, owner: Ints, value: Floats, loads: Loads, j: int) -> None:
    """Take the pairs that cost least to meet a least load; a site whose pairs cannot meet it is priced as if it did."""
    begin, count = loads.extra_start[j], 0
    for at in range(service.by_start[j], service.by_start[j + 1]):
        entry = service.by_entry[at]
        if service.cost[entry] >= value[owner[entry]] and service.load[owner[entry]] > 0.0:
            loads.extra[begin + count] = entry
            count += 1
    worth, load = np.empty(count), np.empty(count)
    for at in range(count):
        entry = loads.extra[begin + at]
        worth[at], load[at] = service.cost[entry] - value[owner[entry]], service.load[owner[entry]]
    loads.price[j] += fill_room(worth, load, loads.extra_share[begin : begin + count], service.least[j] - loads.used[j])
    loads.extra_start[j + 1] = begin + count


@compiled
def price_sites(service: Service, owner: Ints, value: Floats, loads: Loads) -> None:
    """Fill what every site earns for multipliers, and the shares at which it does."""
    _sum_earnings(service, value, loads)
    m, overfull = len(service.charge), False
    for j in range(m):
        overfull = overfull or loads.used[j] > service.room[j]
    if overfull:
        _gather(service, value, loads)
    for j in range(m):
        if loads.used[j] > service.room[j]:
            _fill_overfull(service, owner, loads, j)
        loads.extra_start[j + 1] = loads.extra_start[j]
        if loads.used[j] < service.least[j]:
            _fill_least(service, owner, value, loads, j)
