r"""Ask whether few enough outlets cover every demand point.

Where there are many demand points the question is asked of few: what covers all covers any sample of them, so where no
k candidates cover the sample they are proved too few, and where some do, the demand points they leave out join the
sample, the farthest first and no two that one candidate could cover (row generation; Chen and Chen, 2009; Contardo,
Iori and Kramer, 2019). The sample stays from one question to the next. Each question is decided by `decide`; where a
cover exists but rules beside the number of outlets forbid it, HiGHS is left, on the demand points that no other one
implies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from outlet.mip import MipModel, MipRun, run_mip
from siting.locate.everyone.decide import Cover, Verdict
from siting.locate.everyone.dominance import covering_of, reduced
from siting.locate.problem import check
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Positions
from siting.locate.problem.rules import SiteRows
from siting.locate.problem.search import Search

MOST_WORDS = 8_000_000
MOST_POINTS = 20_000


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


def solve_model(search: Search, near: Pairs, need: int, target: float | None = None) -> MipRun:
    """Look with HiGHS for the fewest outlets that cover everyone within the rules, or for ``target`` of them."""
    rows = search.rows
    covering = covering_of(near, need)
    left = covering.need.copy()
    if near.n <= MOST_POINTS:
        reduced(covering, left, rows.can_open.copy(), False)
    model = _cover_model(near.of_points(np.flatnonzero(left)), rows, need)
    begin = None
    if search.opened is not None and target is None:
        begin = np.zeros(rows.m)
        begin[search.opened] = 1.0
    run = run_mip(model, search.limits_left, start=begin, target=target)
    if run.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return run


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
