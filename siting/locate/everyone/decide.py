"""Decide whether few enough outlets cover everyone: local search and branch and bound in turns, compiled.

Local search (`weighing`) finds most covers that exist; its weights tell which demand points are hard, and the tree
(`tree`) begins with them. The tree looks at the number of outlets and at locks only: a number it proves too small
is too small under any rules beside, and a cover it finds counts where the rules allow it. Both run in slices, so that
the clock is looked at twenty times a second and a limit on work stops at the same point every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from siting.locate.everyone import tree as cover_tree
from siting.locate.everyone import weighing
from siting.locate.everyone.dominance import Covering, covering_of, reduced
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Positions
from siting.locate.problem.rules import SiteRows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import filled
from siting.locate.problem.sides import sides_of

Verdict = Literal["found", "too few", "relaxed", "open"]
"""A cover was found and offered; there is none; there is one but for the rules; a limit left it open."""

PAIRS_PER_WORK = 3e8
SLICE = 1e7
BRIEF, BRIEF_EACH = 2e6, 1e3
"""Pairs that a brief look takes, at most, and for each demand point and candidate."""
HUNT = 0.2
"""Share of the branch and bound's work that the local search has."""
PAIR = 2


@dataclass
class Cover:
    """What is learnt of one covering problem from question to question.

    Parameters
    ----------
    search
        The solve; covers come upon are offered to it.
    need
        How many open candidates every demand point needs.
    weight
        How hard each demand point has been to cover, from 1, shape (n,).
    begin
        Positions that the local search goes on from: an allowed set, or None where none is known.
    asked, last
        How many local searches there were, and the set found last.
    is_free
        Whether the local search may open as many as the rules allow.
    """

    search: Search
    need: int
    weight: NDArray[np.int64]
    begin: Positions | None = None
    is_free: bool = False
    asked: int = 0
    last: Positions = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def look(self, near: Pairs, points: Positions, k: int, work: float) -> bool:
        """Look for at most k candidates that cover some demand points by local search; offer what is found."""
        if self.begin is None:
            return False
        hunt = _Hunt.of(self, near, points, k)
        return self._hunt(hunt, work) == "found"

    def decide(self, near: Pairs, points: Positions, k: int, *, most: float = np.inf) -> Verdict:
        """Decide whether at most k candidates cover some demand points.

        Parameters
        ----------
        near
            Who covers whom.
        points
            The demand points to cover; each has enough candidates.
        k
            Number of candidates, those locked open included.
        most
            Pairs looked at where it is left open.
        """
        hunt = None if self.begin is None else _Hunt.of(self, near, points, k)
        if hunt is not None and self._hunt(hunt, brief(len(points), near.m)) == "found":
            return "found"
        proof = _Proof.of(self, near, points, k)
        spent = 0.0
        while self.goes_on and spent < most:
            verdict = self._prove(proof)
            if verdict != "open":
                return verdict
            if hunt is not None and self._hunt(hunt, HUNT * SLICE) == "found":
                return "found"
            spent += (1 + HUNT) * SLICE
        return "open"

    @property
    def goes_on(self) -> bool:
        """Whether there is time and work left."""
        return self.search.seconds_left > 0 and self.search.work_left > 0

    def _hunt(self, hunt: _Hunt, work: float) -> Verdict:
        before = weighing.work_of(hunt.state)
        found = hunt.go_on(work)
        self.search.work += (weighing.work_of(hunt.state) - before) / PAIRS_PER_WORK
        self.weight[hunt.points] = hunt.state.weight
        if not found:
            return "open"
        self.begin = np.flatnonzero(hunt.state.is_open)
        return "found" if self._offer(self.begin) else "relaxed"

    def _prove(self, proof: _Proof) -> Verdict:
        before = proof.work
        verdict = proof.go_on(SLICE)
        self.search.work += (proof.work - before) / PAIRS_PER_WORK
        if verdict == "found":
            return "found" if self._offer(proof.opened) else "relaxed"
        return verdict

    def _offer(self, opened: Positions) -> bool:
        whole = filled(self.search, opened)
        if whole is None or self.search.rows.broken(whole):
            return False
        self.search.offer(whole)
        self.last = whole
        return True


def brief(n: int, m: int) -> float:
    """Return the pairs that a brief look at a problem of that size takes."""
    return min(BRIEF, BRIEF_EACH * (n + m))


@dataclass
class _Hunt:
    """A local search under way over some demand points."""

    points: Positions
    cover: Covering
    state: weighing.Weighing
    rows: SiteRows
    k: int

    @classmethod
    def of(cls, known: Cover, near: Pairs, points: Positions, k: int) -> _Hunt:
        covering = covering_of(near.of_points(points), known.need)
        begin = np.empty(0, dtype=np.int64) if known.begin is None else known.begin
        known.asked += 1
        seed = known.search.limits.seed + known.asked
        state = weighing.new_weighing(covering, begin, known.weight[points], seed)
        return cls(points, covering, state, known.search.rows, -1 if known.is_free else k)

    def go_on(self, work: float) -> bool:
        most = weighing.work_of(self.state) + int(work)
        return bool(weighing.weigh_on(self.cover, sides_of(self.rows), self.state, self.k, most))


@dataclass
class _Proof:
    """A branch and bound under way over what locks leave; without a tree where that is decided."""

    locked: Positions
    names: Positions
    tree: cover_tree.Tree | None
    verdict: Verdict

    @classmethod
    def of(cls, known: Cover, near: Pairs, points: Positions, k: int) -> _Proof:
        rows = known.search.rows
        part = near.of_points(points)
        locked, left = rows.locked_open, k - len(rows.locked_open)
        whole = covering_of(part, known.need)
        by_locked = np.zeros(part.m, dtype=bool)
        by_locked[locked] = True
        count = np.bincount(part.point, by_locked[part.candidate], part.n).astype(np.int64)
        need, usable = np.maximum(known.need - count, 0), rows.can_open & ~by_locked
        none = np.empty(0, dtype=np.int64)
        if left < 0 or (need.any() and not reduced(whole, need, usable, True)):
            return cls(locked, none, None, "too few")
        if not need.any():
            return cls(locked, none, None, "found")
        kept, names = np.flatnonzero(need), np.flatnonzero(usable)
        core = _core(part, kept, names)
        cover = covering_of(core)._replace(need=need[kept])
        weight = known.weight[points[kept]].astype(np.float64) - 1.0
        return cls(locked, names, cover_tree.new_tree(cover, left, weight), "open")

    @property
    def work(self) -> int:
        return 0 if self.tree is None else cover_tree.work_of(self.tree)

    @property
    def opened(self) -> Positions:
        if self.tree is None:
            return self.locked
        return np.union1d(self.locked, self.names[cover_tree.chosen_of(self.tree)])

    def go_on(self, work: float) -> Verdict:
        if self.tree is None:
            return self.verdict
        code = cover_tree.grow(self.tree, self.work + int(work))
        if code == cover_tree.FOUND:
            return "found"
        return "too few" if code == cover_tree.NONE else "open"


def _core(part: Pairs, points: Positions, names: Positions) -> Pairs:
    """Return the pairs of some demand points and candidates, numbered anew."""
    place = np.full(part.m, -1, dtype=np.int32)
    place[names] = np.arange(len(names), dtype=np.int32)
    kept = part.of_points(points)
    kept = kept.where(place[kept.candidate] >= 0)
    return Pairs(len(names), kept.start, place[kept.candidate], kept.cost)


def most_outlets(rows: SiteRows) -> int:
    """Return how many outlets the rules allow at most, each rule looked at alone."""
    if rows.p is not None:
        return rows.p
    most = int(rows.can_open.sum())
    table = rows.rows
    for at in range(len(rows.names)):
        entries = slice(table.indptr[at], table.indptr[at + 1])
        if np.isinf(rows.row_upper[at]) or entries.stop - entries.start <= PAIR:
            continue
        price = np.zeros(rows.m)
        price[table.indices[entries]] = table.data[entries]
        free = np.sort(price[rows.can_open & (rows.lower == 0)])
        spent = price[rows.locked_open].sum() + np.concatenate(([0.0], np.cumsum(free)))
        room = rows.row_upper[at] + 1e-6 * max(1.0, abs(rows.row_upper[at]))
        within = np.flatnonzero(spent <= room)
        most = min(most, len(rows.locked_open) + (int(within[-1]) if within.size else 0))
    return most
