r"""Ask whether few enough outlets cover every demand point.

Where there are many demand points the question is asked of few: what covers all covers any sample of them, so where no
k candidates cover the sample they are proved too few, and where some do, the demand points they leave out join the
sample, the farthest first and no two that one candidate could cover (row generation; Chen and Chen, 2009; Contardo,
Iori and Kramer, 2019). The sample stays from one question to the next. Each question is decided by `decide`; where a
cover exists but rules beside the number of outlets forbid it, HiGHS is left, on the demand points that no other one
implies.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.mip import MipModel, MipRun, run_mip
from siting.locate.everyone.decide import Cover, Verdict
from siting.locate.everyone.dominance import covering_of, reduced
from siting.locate.problem import check
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Positions
from siting.locate.problem.rules import SiteRows
from siting.locate.problem.search import Search

Flags = NDArray[np.bool_]

MOST_WORDS = 8_000_000
MOST_POINTS = 20_000
MOST_ENTRIES = 60_000
"""Entries of the largest core that HiGHS is given: a root that it can be stopped in."""


@dataclass
class Probe:
    """Questions about one problem, and the demand points looked at so far.

    Parameters
    ----------
    search
        The solve; plans come upon are offered to it.
    usable
        Costs of the candidates that can open.
    cover
        What is learnt of the covers.
    """

    search: Search
    usable: Pairs
    cover: Cover
    sample: list[int] = field(default_factory=list)

    def look(self, near: Pairs, k: int, work: float) -> bool:
        """Look for at most k that cover everyone by local search alone; tell whether a plan was offered."""
        if (np.diff(near.start) < self.cover.need).any():
            return False
        return self.cover.look(near, np.arange(near.n), k, work)

    def ask(self, near: Pairs, k: int, most: float) -> Verdict:
        """Decide whether at most k cover everyone, or return ``open`` after ``most`` pairs or at a limit."""
        if (np.diff(near.start) < self.cover.need).any():
            return "too few"
        if near.n <= MOST_POINTS and near.n * (near.m // 64 + 1) <= MOST_WORDS:
            return self.cover.decide(near, np.arange(near.n), k, most=most)
        if not self.sample:
            self._extend(near, np.empty(0, dtype=np.int64))
        while self.cover.goes_on:
            verdict = self.cover.decide(near, np.array(self.sample, dtype=np.int64), k, most=most)
            if verdict != "found" or not self._extend(near, self.cover.last):
                return verdict
        return "open"

    def _extend(self, near: Pairs, opened: Positions) -> bool:
        """Add demand points that a set leaves out, no two of which one candidate covers; tell if there were any."""
        left_out = ~check.covered_points(near, np.inf, opened, self.cover.need)
        if not left_out.any():
            return False
        _, far = check.nearest_open(self.usable, opened)
        taken = np.zeros(near.m, dtype=bool)
        known = set(self.sample)
        for i in np.flatnonzero(left_out)[np.argsort(-far[left_out], kind="stable")].tolist():
            reach = near.candidate[near.start[i] : near.start[i + 1]]
            if not taken[reach].any() and i not in known:
                taken[reach] = True
                self.sample.append(i)
        return True


def solve_model(search: Search, near: Pairs, need: int, *, target: float | None = None) -> MipRun:
    """Look with HiGHS for the fewest outlets that cover everyone within the rules, or for ``target`` of them."""
    rows = search.rows
    model = _cover_model(_unimplied(rows, near, need, rows.can_open.copy()), rows, need)
    begin = None
    if search.opened is not None and target is None:
        begin = np.zeros(rows.m)
        begin[search.opened] = 1.0
    run = run_mip(model, search.limits_left, start=begin, target=target)
    if run.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return run


def solve_core(search: Search, near: Pairs, need: int) -> None:
    """Look with HiGHS for fewer outlets than the best plan has, where no rules but locks tell candidates apart.

    Dominated demand points and candidates are left out. What is still too large to be stopped in time is not begun.
    """
    rows, best = search.rows, float(search.objective or search.rows.m + 1)
    usable = rows.can_open.copy()
    usable[rows.locked_open] = False
    left = _unimplied(rows, near, need, usable, may_swap=True)
    usable[rows.locked_open] = True
    model = _cover_model(left.where(usable[left.candidate]), rows, need)
    if model.rows.nnz > MOST_ENTRIES:
        return
    everyone = sparse.csr_array(np.ones((1, rows.m)))
    fewer = replace(
        model,
        upper=np.where(usable, model.upper, 0.0),
        rows=sparse.csr_array(sparse.vstack([model.rows, everyone])),
        row_lower=np.append(model.row_lower, -np.inf),
        row_upper=np.append(model.row_upper, best - 1.0),
    )
    run = run_mip(fewer, search.limits_left, heuristics=False)
    search.work += run.work
    if run.x is not None:
        search.offer(np.flatnonzero(run.x > 0.5))
    search.tighten(best if run.status == "infeasible" else min(best, run.bound if run.bound is not None else 0.0))
    if run.stopped_by == "interrupt":
        raise KeyboardInterrupt


def _unimplied(rows: SiteRows, near: Pairs, need: int, usable: Flags, *, may_swap: bool = False) -> Pairs:
    """Return the demand points that no other one implies; with ``may_swap`` drop dominated candidates in ``usable``."""
    if near.n > MOST_POINTS:
        return near
    covering = covering_of(near, need)
    by_locked = np.zeros(near.m, dtype=bool)
    by_locked[rows.locked_open] = True
    count = np.bincount(near.point, by_locked[near.candidate], near.n).astype(np.int64)
    left = np.maximum(covering.need - count, 0)
    if left.any():
        reduced(covering, left, usable, may_swap)
    return near.of_points(np.flatnonzero(left))


def _cover_model(pairs: Pairs, rows: SiteRows, need: int) -> MipModel:
    covers = sparse.csr_array((np.ones(len(pairs.candidate)), pairs.candidate, pairs.start), (pairs.n, pairs.m))
    return MipModel(
        cost=np.ones(rows.m),
        lower=rows.lower,
        upper=rows.upper,
        integer=np.ones(rows.m, dtype=bool),
        rows=sparse.csr_array(sparse.vstack([rows.rows, covers])),
        row_lower=np.concatenate([rows.row_lower, np.full(pairs.n, float(need))]),
        row_upper=np.concatenate([rows.row_upper, np.full(pairs.n, np.inf)]),
    )
