"""Greedy construction and tabu search for covering, compiled.

The search adds the best candidate until p are open (or, where their number is free, until none that the rules allow
adds anything), and then makes the best exchange of one open for one shut candidate again and again, also where it
loses: what was just exchanged stays so for some steps (Glover, 1989; for covering: ReVelle, Scholssberg and Williams,
2008). The gain of every candidate is kept up to date, so that an exchange costs no more than the demand points that it
touches; what the best exchange for an open candidate gains is looked at anew only where a neighbour has changed, once
in a while, and before it is made. Among equals the lowest position wins. A set stays allowed throughout.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel
from siting.locate.cover.cover import best_addition
from siting.locate.cover.reach import Flags, Floats, Ints, Reach
from siting.locate.problem.fill import fill
from siting.locate.problem.sides import Sides, activity_of, do_swap, may_swap

_FULL = 1e-12
_REFRESH = 10


class Trail(NamedTuple):
    """State of a search, changed in place.

    ``is_open`` and ``best`` are the sets now and at best, ``until`` the step up to which each candidate stays as it
    is, shape (m,); ``step`` is (steps made, step of the best set, state of the random numbers); ``value`` is (value of
    the set now, of the best set).
    """

    is_open: Flags
    best: Flags
    until: Ints
    step: Ints
    value: Floats
    free: Flags


class Offers(NamedTuple):
    """The best exchange for each open candidate: whom to open, what that gains, at which step that was, shape (m,)."""

    partner: Ints
    worth: Floats
    seen: Ints


def trail_of(is_open: Flags, seed: int, *, free: bool = False) -> Trail:
    """Return the state of a search that begins with a set; with ``free`` the number of open candidates may change."""
    return Trail(
        is_open.copy(),
        is_open.copy(),
        np.zeros(len(is_open), dtype=np.int64),
        np.array([0, 0, 2 * (seed % 2**30) + 1], dtype=np.int64),
        np.array([-1.0, -1.0]),
        np.array([free]),
    )


@kernel
def _draw(step: Ints, count: int) -> int:
    """Return a pseudo-random number from 0 to ``count`` − 1."""
    step[2] = (step[2] * 1103515245 + 12345) % 2147483648
    return int((step[2] // 8192) % count)


@kernel
def _lost(share: float, before: float, after: float) -> float:
    """Return how much less of a point a candidate adds when its cover rises from ``before`` to ``after``."""
    return min(share, max(0.0, 1.0 - before)) - min(share, max(0.0, 1.0 - after))


@kernel
def _open(reach: Reach, cover: Floats, gain: Floats, j: int) -> int:
    """Open j: bring cover and gains up to date; return the pairs looked at."""
    looked = reach.by_start[j + 1] - reach.by_start[j]
    for at in range(reach.by_start[j], reach.by_start[j + 1]):
        i = reach.by_point[at]
        before = cover[i]
        cover[i] = before + reach.share[j]
        if before < 1.0 - _FULL:
            looked += reach.start[i + 1] - reach.start[i]
            for near in range(reach.start[i], reach.start[i + 1]):
                k = reach.candidate[near]
                gain[k] -= reach.weight[i] * _lost(reach.share[k], before, cover[i])
    return int(looked)


@kernel
def _shut(reach: Reach, cover: Floats, gain: Floats, k: int) -> int:
    """Shut k: bring cover and gains up to date; return the pairs looked at."""
    looked = reach.by_start[k + 1] - reach.by_start[k]
    for at in range(reach.by_start[k], reach.by_start[k + 1]):
        i = reach.by_point[at]
        before = cover[i]
        cover[i] = max(0.0, before - reach.share[k])
        if cover[i] < 1.0 - _FULL:
            looked += reach.start[i + 1] - reach.start[i]
            for near in range(reach.start[i], reach.start[i + 1]):
                j = reach.candidate[near]
                gain[j] += reach.weight[i] * _lost(reach.share[j], cover[i], before)
    return int(looked)


@kernel
def _begin(reach: Reach, is_open: Flags, cover: Floats, gain: Floats) -> float:
    """Fill the cover of every point and the gain of every candidate for a set; return its value."""
    charge = 0.0
    for j in range(len(is_open)):
        gain[j] -= reach.charge[j]
        if is_open[j]:
            charge += reach.charge[j]
            for at in range(reach.by_start[j], reach.by_start[j + 1]):
                cover[reach.by_point[at]] += reach.share[j]
    value = -charge
    for i in range(len(cover)):
        value += reach.weight[i] * min(1.0, cover[i])
        if cover[i] < 1.0 - _FULL:
            for near in range(reach.start[i], reach.start[i + 1]):
                k = reach.candidate[near]
                gain[k] += reach.weight[i] * min(reach.share[k], 1.0 - cover[i])
    return value


@kernel
def _fill(
    reach: Reach, sides: Sides, trail: Trail, activity: Floats, cover: Floats, gain: Floats, p: int
) -> tuple[bool, int]:
    """Add the best candidates until p are open, or with p < 0 until none adds; tell whether that went well."""
    looked, count = 0, int(trail.is_open.sum())
    while p < 0 or count < p:
        j = best_addition(gain, trail.is_open, sides, activity)
        if j < 0 or (p < 0 and gain[j] <= 0.0):
            return p < 0, looked
        trail.value[0] += gain[j]
        do_swap(sides, activity, trail.is_open, j, -1)
        looked += _open(reach, cover, gain, j) + len(gain)
        count += 1
    return True, looked


@kernel
def _best_for(gain: Floats, trail: Trail, sides: Sides, activity: Floats, k: int) -> tuple[int, float]:
    """Return the shut candidate that gains most in exchange for k, −1 where none may; held ones only for a new best."""
    best, best_j, now = -np.inf, -1, trail.step[0]
    loss = gain[k] if k >= 0 else 0.0
    needed = trail.value[1] - trail.value[0] + 1e-9 * abs(trail.value[1]) + loss
    for j in range(len(gain)):
        if gain[j] <= best or trail.is_open[j] or j == k or sides.upper[j] == 0.0:
            continue
        if trail.until[j] > now and gain[j] <= needed:
            continue
        if may_swap(sides, activity, j, k):
            best, best_j = gain[j], j
    return best_j, best - loss


@kernel
def _look_at(
    reach: Reach, sides: Sides, trail: Trail, activity: Floats, cover: Floats, gain: Floats, offers: Offers, k: int
) -> int:
    """Bring up to date what the best exchange for k gains; return the pairs looked at."""
    looked = _shut(reach, cover, gain, k) + len(gain)
    offers.partner[k], offers.worth[k] = _best_for(gain, trail, sides, activity, k)
    if trail.free[0] and -gain[k] > offers.worth[k] and may_swap(sides, activity, -1, k):
        offers.partner[k], offers.worth[k] = -1, -gain[k]
    offers.seen[k] = trail.step[0]
    return looked + _open(reach, cover, gain, k)


@kernel
def _is_stale(trail: Trail, offers: Offers, k: int) -> bool:
    if offers.seen[k] < 0 or trail.step[0] - offers.seen[k] >= _REFRESH:
        return True
    j = offers.partner[k]
    return bool(j >= 0 and (trail.is_open[j] or trail.until[j] > trail.step[0]))


@kernel
def _best_move(
    reach: Reach, sides: Sides, trail: Trail, activity: Floats, cover: Floats, gain: Floats, offers: Offers
) -> tuple[int, int, float, int]:
    """Return the candidate to open, the one to shut (−1 for none), what that gains, and the pairs looked at."""
    add, added, looked = -1, -np.inf, 0
    if trail.free[0]:
        add, added = _best_for(gain, trail, sides, activity, -1)
    while True:
        best, best_k = (added, -1) if added > 0.0 else (-np.inf, -1)
        for k in range(len(gain)):
            if not trail.is_open[k] or sides.lower[k] == 1.0:
                continue
            if _is_stale(trail, offers, k):
                looked += _look_at(reach, sides, trail, activity, cover, gain, offers, k)
            is_record = trail.value[0] + offers.worth[k] > trail.value[1] * (1.0 + 1e-9)
            if offers.worth[k] > best and (is_record or trail.until[k] <= trail.step[0]):
                best, best_k = offers.worth[k], k
        if best_k < 0:
            return (add, -1, added, looked) if added > 0.0 else (-1, -1, 0.0, looked)
        if offers.seen[best_k] == trail.step[0]:
            return int(offers.partner[best_k]), best_k, best, looked
        looked += _look_at(reach, sides, trail, activity, cover, gain, offers, best_k)


@kernel
def _touch(reach: Reach, offers: Offers, j: int) -> int:
    """Forget what is known of the exchanges of all that share a demand point with j; return the pairs looked at."""
    looked = 0
    for at in range(reach.by_start[j], reach.by_start[j + 1]):
        i = reach.by_point[at]
        looked += reach.start[i + 1] - reach.start[i]
        for near in range(reach.start[i], reach.start[i + 1]):
            offers.seen[reach.candidate[near]] = -1
    return int(looked)


@kernel
def _keep_best(trail: Trail) -> None:
    if trail.value[0] > trail.value[1] + 1e-9 * abs(trail.value[1]):
        trail.value[1] = trail.value[0]
        fill(trail.best, trail.is_open)
        trail.step[1] = trail.step[0]


@compiled
def search_cover(reach: Reach, sides: Sides, trail: Trail, p: int, most_steps: int, most_looked: int) -> int:
    """Search on from where the trail is; return the pairs looked at.

    Parameters
    ----------
    reach, sides
        Who covers whom, every ``room`` being 1, and the rules.
    trail
        The set to begin with and all that is known; without p open candidates, it is filled up first.
    p
        Number of open candidates, −1 where it is free.
    most_steps, most_looked
        When to return: exchanges made in this call, and pairs looked at.
    """
    m, looked = len(trail.is_open), len(reach.candidate)
    cover, gain = np.zeros(len(reach.weight)), np.zeros(m)
    trail.value[0] = _begin(reach, trail.is_open, cover, gain)
    activity = activity_of(sides, trail.is_open)
    full, more = _fill(reach, sides, trail, activity, cover, gain, p) if trail.step[0] == 0 else (True, 0)
    looked += more
    if not full:
        trail.value[0] = -1.0
        return looked
    _keep_best(trail)
    offers = Offers(np.zeros(m, dtype=np.int64), np.zeros(m), np.full(m, -1, dtype=np.int64))
    for _ in range(most_steps):
        if looked >= most_looked:
            break
        j, k, gained, more = _best_move(reach, sides, trail, activity, cover, gain, offers)
        looked += more
        trail.step[0] += 1
        if j < 0 and k < 0:
            continue
        do_swap(sides, activity, trail.is_open, j, k)
        if k >= 0:
            looked += _shut(reach, cover, gain, k) + _touch(reach, offers, k)
            trail.until[k] = trail.step[0] + 5 + _draw(trail.step, 10)
        if j >= 0:
            looked += _open(reach, cover, gain, j) + _touch(reach, offers, j)
            trail.until[j] = trail.step[0] + 1 + _draw(trail.step, max(1, int(trail.is_open.sum()) // 2))
        trail.value[0] += gained
        _keep_best(trail)
    return looked
