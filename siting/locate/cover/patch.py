"""Improve a covering patch by patch: a few neighbouring outlets are chosen anew, the others stay.

In dense places a plan that no single exchange improves may still be far from the best: several outlets have to move at
once. So one outlet and those nearest to it, by the candidates that overlap with both, are closed, and as many
candidates of their surroundings opened that cover the most of what the other outlets do not (Taillard and Voss, 2002,
call it POPMUSIC). The sets are searched depth first, greatest gain first; a set need not grow where neither the
greatest gains left nor any prices 0 ≤ λ ≤ w, such as those of the linear relaxation (`saddle`), allow more than is
covered now: with P the points not covered yet and k outlets left, Σ_{i ∈ P} (w_i − λ_i) and the k largest
Σ_{i ∈ P, i ∋ j} λ_i together are at least what may be added. More than a few are chosen by what they lose (`regroup`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, nested, uncounted
from siting.locate.cover.reach import Flags, Floats, Ints, Reach, Shorts
from siting.locate.cover.regroup import least_losing, shortfall
from siting.locate.problem.plan import Positions

MOST_LOOKED = 100_000_000
"""Pairs looked at in one patch; beyond them the best set so far counts."""
MOST_OVERLAPS = 100_000_000
"""Open outlets times candidates; beyond them neighbours are not looked for."""
MOST_BY_GAIN = 3
"""Outlets up to which the set is the best there is, found by its gains."""
_BETTER = 1.0 + 1e-10

Table = NDArray[np.float64]
Shared = NDArray[np.float32]


class Patch(NamedTuple):
    """Points that the outlets which stay do not cover, and who of ``member`` covers them; as in `Reach`."""

    member: Ints
    start: Ints
    candidate: Shorts
    by_start: Ints
    by_point: Shorts
    weight: Floats
    price: Floats


class Walk(NamedTuple):
    """State of a search by depth, the first axis: gains in weight and in prices of all members, those left in order.

    ``length`` and ``at`` are the number of those left and of those tried, ``chosen`` the set, ``value`` what it covers,
    ``slack`` is Σ (w − λ) over what it does not; ``times`` says how often each point is covered.
    """

    gain: Table
    hope: Table
    left: NDArray[np.int64]
    length: Ints
    at: Ints
    chosen: Ints
    value: Floats
    slack: Floats
    times: Ints


@uncounted
def fill_overlap(reach: Reach, j: int, overlap: Floats) -> int:
    """Fill the weight that every candidate and j both cover, shape (m,); return the pairs looked at."""
    overlap[:] = 0.0
    looked = 0
    for at in range(reach.by_start[j], reach.by_start[j + 1]):
        i = reach.by_point[at]
        for entry in range(reach.start[i], reach.start[i + 1]):
            overlap[reach.candidate[entry]] += reach.weight[i]
        looked += reach.start[i + 1] - reach.start[i]
    return looked


@compiled
def patch_of(reach: Reach, price: Floats, times: Ints, member: Ints) -> Patch:
    """Return what is left to ``member`` where ``times`` says how often each point is covered by those who stay."""
    total = 0
    for j in member:
        total += reach.by_start[j + 1] - reach.by_start[j]
    place, points, count = np.full(len(times), -1, dtype=np.int32), np.empty(total, dtype=np.int64), 0
    by_start, by_point, entries = np.zeros(len(member) + 1, dtype=np.int64), np.empty(total, dtype=np.int32), 0
    for a in range(len(member)):
        for at in range(reach.by_start[member[a]], reach.by_start[member[a] + 1]):
            i = reach.by_point[at]
            if times[i] > 0:
                continue
            if place[i] < 0:
                place[i], points[count] = count, i
                count += 1
            by_point[entries] = place[i]
            entries += 1
        by_start[a + 1] = entries
    start, candidate = np.zeros(count + 1, dtype=np.int64), np.empty(entries, dtype=np.int32)
    for at in range(entries):
        start[by_point[at] + 1] += 1
    start[:] = np.cumsum(start)
    to = start[:-1].copy()
    for a in range(len(member)):
        for at in range(by_start[a], by_start[a + 1]):
            candidate[to[by_point[at]]] = a
            to[by_point[at]] += 1
    weight, prices = np.empty(count), np.empty(count)
    for at in range(count):
        weight[at] = reach.weight[points[at]]
        prices[at] = min(max(price[points[at]], 0.0), weight[at])
    return Patch(member, start, candidate, by_start, by_point[:entries].copy(), weight, prices)


@compiled
def covered_by(patch: Patch, chosen: Ints) -> float:
    """Return what a set of the patch's members, given by their places in it, covers."""
    seen, total = np.zeros(len(patch.weight), dtype=np.bool_), 0.0
    for a in chosen:
        for at in range(patch.by_start[a], patch.by_start[a + 1]):
            i = patch.by_point[at]
            if not seen[i]:
                seen[i] = True
                total += patch.weight[i]
    return total


@nested
def _begin(patch: Patch, count: int) -> Walk:
    m = len(patch.member)
    gain, hope, left = np.zeros((count + 1, m)), np.zeros((count + 1, m)), np.zeros((count + 1, m), dtype=np.int64)
    length, at, chosen = np.zeros_like(left[:, 0]), np.zeros_like(left[:, 0]), np.zeros_like(left[:, 0])
    for a in range(m):
        for entry in range(patch.by_start[a], patch.by_start[a + 1]):
            gain[0, a] += patch.weight[patch.by_point[entry]]
            hope[0, a] += patch.price[patch.by_point[entry]]
    slack = np.zeros(count + 1)
    slack[0] = (patch.weight - patch.price).sum()
    left[0], length[0] = np.argsort(-gain[0], kind="mergesort"), m
    return Walk(
        gain, hope, left, length, at, chosen, np.zeros(count + 1), slack, np.zeros(len(patch.weight), dtype=np.int64)
    )


@nested
def _most(gain: Floats, left: Ints, first: int, last: int, count: int) -> float:
    """Return the sum of the ``count`` largest gains among those left from ``first`` up to ``last``."""
    largest = np.zeros(max(count, 1))
    for q in range(first, last):
        value = gain[left[q]]
        if value > largest[0]:
            at = 0
            while at + 1 < count and largest[at + 1] < value:
                largest[at] = largest[at + 1]
                at += 1
            largest[at] = value
    return float(largest[:count].sum())


@nested
def _may_be_better(walk: Walk, depth: int, more: int, best: float) -> bool:
    """Tell whether ``more`` of those left may bring the set of a depth above ``best``."""
    left, first, last = walk.left[depth], walk.at[depth], walk.length[depth]
    if last - first < more:
        return False
    gains = walk.value[depth] + _most(walk.gain[depth], left, first, min(last, first + more), more)
    if gains <= best * _BETTER:
        return False
    prices = walk.value[depth] + walk.slack[depth] + _most(walk.hope[depth], left, first, last, more)
    return bool(prices > best * _BETTER)


@nested
def _deepen(patch: Patch, walk: Walk, depth: int, a: int) -> int:
    """Add a member to the set of a depth, those left after it are left below; return the pairs looked at."""
    below, looked = depth + 1, 2 * len(patch.member)
    walk.gain[below], walk.hope[below] = walk.gain[depth], walk.hope[depth]
    gain, hope = walk.gain[below], walk.hope[below]
    walk.chosen[depth] = a
    walk.value[below] = walk.value[depth] + walk.gain[depth, a]
    slack = walk.slack[depth]
    for at in range(patch.by_start[a], patch.by_start[a + 1]):
        i = patch.by_point[at]
        walk.times[i] += 1
        if walk.times[i] == 1:
            slack -= patch.weight[i] - patch.price[i]
            for entry in range(patch.start[i], patch.start[i + 1]):
                gain[patch.candidate[entry]] -= patch.weight[i]
                hope[patch.candidate[entry]] -= patch.price[i]
            looked += patch.start[i + 1] - patch.start[i]
    walk.slack[below] = slack
    rest = walk.left[depth, walk.at[depth] : walk.length[depth]]
    order = np.argsort(-gain[rest], kind="mergesort")
    walk.left[below, : len(rest)] = rest[order]
    walk.length[below], walk.at[below] = len(rest), 0
    return looked


@compiled
def best_of_patch(patch: Patch, count: int, best: float, most_looked: int) -> tuple[float, Ints, int]:
    """Return the set of ``count`` members that covers most, if more than ``best``, and the pairs looked at.

    The set is empty where none was found that covers more; it is the best one unless the pairs were too many.
    """
    walk, found, looked, depth = _begin(patch, count), np.zeros(0, dtype=np.int64), len(patch.candidate), 0
    while depth >= 0 and looked <= most_looked:
        more = count - depth
        looked += walk.length[depth] - walk.at[depth] + 1
        if more > 1 and _may_be_better(walk, depth, more, best):
            a = walk.left[depth, walk.at[depth]]
            walk.at[depth] += 1
            looked += _deepen(patch, walk, depth, a)
            depth += 1
            continue
        if more == 1 and walk.length[depth] > 0:
            a = walk.left[depth, 0]
            if walk.value[depth] + walk.gain[depth, a] > best * _BETTER:
                best = walk.value[depth] + walk.gain[depth, a]
                walk.chosen[depth] = a
                found = walk.chosen[:count].copy()
        depth -= 1
        if depth >= 0:
            a = walk.chosen[depth]
            for at in range(patch.by_start[a], patch.by_start[a + 1]):
                walk.times[patch.by_point[at]] -= 1
    return best, found, looked


@uncounted
def _count(reach: Reach, j: int, by: int, times: Ints) -> None:
    for at in range(reach.by_start[j], reach.by_start[j + 1]):
        times[reach.by_point[at]] += by


@dataclass
class Patches:
    """The patches of a problem looked at so far.

    Parameters
    ----------
    reach
        The problem, in which every candidate covers the whole of a point.
    stays
        Candidates that are locked open, shape (m,).
    is_allowed
        Called with the positions of a set.
    go_on
        Called with the pairs looked at; False where a limit is met.
    """

    reach: Reach
    stays: Flags
    is_allowed: Callable[[Positions], bool]
    go_on: Callable[[int], bool]
    tried: set[bytes] = field(default_factory=set)
    overlaps: dict[int, Shared] = field(default_factory=dict)

    def improve(self, opened: Positions, price: Floats, size: int) -> tuple[Positions, bool]:
        """Return a set at least as good, patches of ``size`` outlets chosen anew while that helps; and if it ended."""
        opened, times = opened.copy(), np.zeros(len(self.reach.weight), dtype=np.int64)
        if len(opened) * len(self.stays) > MOST_OVERLAPS:
            return opened, True
        for j in opened:
            _count(self.reach, j, 1, times)
        self.overlaps = {int(j): self.overlaps[int(j)] for j in opened if int(j) in self.overlaps}
        overlap = np.array([self._overlap(int(j)) for j in opened])
        if not self.go_on(0):
            return opened, False
        price = np.clip(price, 0.0, self.reach.weight)
        short = shortfall(self.reach, price, len(opened)) if size > MOST_BY_GAIN else price[:0]
        again = True
        while again:
            again = False
            for at in range(len(opened)):
                patch = self._patch_at(opened, overlap, at, size)
                if patch is None:
                    continue
                new, looked = self._solved(opened, overlap, patch, (price, short), times)
                for place, j in zip(patch, new, strict=True):
                    if opened[place] != j:
                        opened[place], overlap[place], again = j, self._overlap(int(j)), True
                if not self.go_on(looked):
                    return opened, False
        return opened, True

    def _overlap(self, j: int) -> Shared:
        if j not in self.overlaps:
            found = np.empty(len(self.stays))
            self.go_on(fill_overlap(self.reach, j, found))
            self.overlaps[j] = found.astype(np.float32)
        return self.overlaps[j]

    def _patch_at(self, opened: Positions, overlap: Shared, at: int, size: int) -> Positions | None:
        """Return the places of an outlet and of those nearest to it; None where they were looked at before."""
        near = overlap @ overlap[at]
        near[at] = np.inf
        near[self.stays[opened]] = 0.0
        patch: Positions = np.argsort(-near, kind="stable")[:size]
        patch = patch[near[patch] > 0]
        key = np.sort(opened[patch]).tobytes() + b"|" + np.sort(opened[near > 0]).tobytes()
        if self.stays[opened[at]] or len(patch) < 2 or key in self.tried:
            return None
        self.tried.add(key)
        return patch

    def _solved(
        self, opened: Positions, overlap: Shared, patch: Positions, prices: tuple[Floats, Floats], times: Ints
    ) -> tuple[Positions, int]:
        """Return the outlets of a patch, chosen anew where that covers more, and the pairs looked at."""
        old = opened[patch]
        may: Flags = np.any(overlap[patch] > 0, axis=0)
        may[opened] = False
        may[old] = True
        for j in old:
            _count(self.reach, j, -1, times)
        new, looked = self._chosen(prices, times, np.flatnonzero(may), old)
        changed = opened.copy()
        changed[patch] = new
        if not self.is_allowed(np.sort(changed)):
            new = old
        for j in new:
            _count(self.reach, j, 1, times)
        return new, looked

    def _chosen(
        self, prices: tuple[Floats, Floats], times: Ints, member: Positions, old: Positions
    ) -> tuple[Positions, int]:
        """Return a set of members that covers more than the old one, or the old one, and the pairs looked at."""
        price, short = prices
        part = patch_of(self.reach, price, times, member)
        now, looked = covered_by(part, np.searchsorted(member, old)), 3 * len(part.candidate) + len(times) // 8
        if len(old) <= MOST_BY_GAIN:
            _, found, more = best_of_patch(part, len(old), now, MOST_LOOKED)
            return (member[found] if len(found) else old), looked + more
        new, more = least_losing(self.reach, price, short, times, member, old, MOST_LOOKED)
        is_better = len(new) > 0 and covered_by(part, np.searchsorted(member, new)) > now * _BETTER
        return (new if is_better else old), looked + more
