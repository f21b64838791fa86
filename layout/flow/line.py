"""Order the stops past which undecided visitors are led: `led_order`.

From the door d to one of the first stops (reception), through every selling zone once in the order that makes the whole
walk shortest, to one of the waiting zones and one of the counters. With m the real walks,

    f(S, j) = min over i in S − {j} of f(S − {j}, i) + m(i, j)

over the subsets S of selling zones and the last one j (Bellman; Held and Karp, *A dynamic programming approach to
sequencing problems*, J. SIAM 10 (1962) 196–210): the shortest order, proved. Above `MOST` zones, the nearest next zone
is taken and the order mended by turning parts of it round: a good order, told as not proved.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST = 11


@dataclass(frozen=True)
class LedOrder:
    """The stops in order, the door first; the length of the walk, metres; and whether no order is shorter."""

    stops: tuple[int, ...]
    metres: float
    proved: bool


def led_order(metres: Floats, first: Sequence[int], selling: Sequence[int], last: Sequence[Sequence[int]]) -> LedOrder:
    """Return the best order.

    Parameters
    ----------
    metres
        Shape (n, n): real walks; 0 is the door. Stops without a walk from the door are left out.
    first
        Stops of which one comes first.
    selling
        Stops that all come after it.
    last
        Groups of stops (waiting, counters) of each of which one comes after those, in this order.
    """
    groups = [list(first), *([stop] for stop in selling), *(list(group) for group in last)]
    known = [[stop for stop in group if np.isfinite(metres[0, stop])] for group in groups]
    firsts = known[0] or [0]
    sold = [group[0] for group in known[1 : 1 + len(selling)] if group]
    lasts = [group for group in known[1 + len(selling) :] if group]
    if not firsts[0] and not sold and not lasts:
        return LedOrder((0,), 0.0, proved=True)
    start = metres[0, firsts]
    ends, after = _ends(metres, firsts + sold, lasts)
    if not sold:
        k = int(np.argmin(start + ends[: len(firsts)]))
        return _told(metres, [firsts[k], *after[k]], proved=True)
    entry = (start[:, None] + metres[np.ix_(firsts, sold)]).T
    begins, came = entry.min(axis=1), entry.argmin(axis=1)
    between = metres[np.ix_(sold, sold)]
    finish = ends[len(firsts) :]
    exact = len(sold) <= MOST
    order = (_held_karp if exact else _mended)(begins, between, finish)
    stops = [firsts[int(came[order[0]])], *(sold[k] for k in order), *after[len(firsts) + order[-1]]]
    return _told(metres, stops, proved=exact)


def _told(metres: Floats, stops: Sequence[int], *, proved: bool) -> LedOrder:
    way = (0, *(stop for stop in stops if stop))
    return LedOrder(way, float(sum(metres[a, b] for a, b in itertools.pairwise(way))), proved=proved)


def _ends(metres: Floats, stops: Sequence[int], lasts: Sequence[Sequence[int]]) -> tuple[Floats, list[tuple[int, ...]]]:
    """Return the shortest walk from each stop through one of each group of last stops, and those stops."""
    best = np.zeros(len(stops))
    after: list[tuple[int, ...]] = [()] * len(stops)
    if lasts:
        ways = list(itertools.product(*lasts))
        tails = np.array([sum(metres[a, b] for a, b in itertools.pairwise(way)) for way in ways])
        total = metres[np.ix_(stops, [way[0] for way in ways])] + tails
        best, after = total.min(axis=1), [ways[int(k)] for k in total.argmin(axis=1)]
    return best, after


def _held_karp(begins: Floats, between: Floats, finish: Floats) -> list[int]:
    n = len(begins)
    best = np.full((1 << n, n), np.inf)
    before = np.full((1 << n, n), -1, dtype=np.int64)
    best[1 << np.arange(n), np.arange(n)] = begins
    for done in range(1, 1 << n):
        for j in range(n):
            if not done >> j & 1:
                total = best[done] + between[:, j]
                i = int(total.argmin())
                if total[i] < best[done | 1 << j, j]:
                    best[done | 1 << j, j], before[done | 1 << j, j] = total[i], i
    done = (1 << n) - 1
    at = int((best[done] + finish).argmin())
    order = []
    while at >= 0:
        order.append(at)
        done, at = done ^ 1 << at, int(before[done, at])
    return order[::-1]


def _mended(begins: Floats, between: Floats, finish: Floats) -> list[int]:
    left = set(range(len(begins)))
    order = [int(begins.argmin())]
    while left := left - set(order):
        order.append(min(sorted(left), key=lambda k: float(between[order[-1], k])))

    def price(way: Sequence[int]) -> float:
        return float(begins[way[0]] + sum(between[a, b] for a, b in itertools.pairwise(way)) + finish[way[-1]])

    better = True
    while better:
        better = False
        for i, j in itertools.combinations(range(len(order) + 1), 2):
            tried = order[:i] + order[i:j][::-1] + order[j:]
            if price(tried) < price(order) - 1e-9:
                order, better = tried, True
    return order
