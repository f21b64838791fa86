"""Solve one maximal covering: tabu search and patches for plans; relaxation, branching and cells for the bound."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from outlet.scaling import unit_of
from siting.locate.cover.branch import SHUT, Tree, rules_of
from siting.locate.cover.cells import Cells
from siting.locate.cover.patch import Patches
from siting.locate.cover.reach import Flags, Reach
from siting.locate.cover.tabu import Trail, search_cover, trail_of
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.search import WHOLE, Search
from siting.locate.problem.seed import first_set
from siting.locate.problem.sides import Sides, sides_of

PAIRS_PER_WORK = 1e9
"""Pairs looked at that make one unit of work, about a second."""

SLICE = 10_000_000
FIRST_STEPS = 20
ROOT_STEPS = 2000
NODE_STEPS = 200
LEAST_STEPS, MOST_STEPS = 5, 100
THRIFT = (0.0, 0.25, 1.0, 4.0, 16.0)
PATIENCE = 300
SEARCH_SHARE = 0.15
"""Share of all work that goes into looking for plans while the tree is searched."""
PATCH_SIZES, FIRST_SIZES = (2, 3, 4, 5, 6, 8, 10), (2, 3)
"""Outlets chosen anew at a time, the next size once the one before finds nothing more."""
MEND_SHARE, MEND_FIRST, MEND_AFTER = 0.4, 100, 300
"""Share of all work that goes into patches at most; for each pair given, pairs looked at there in any case, and pairs
looked at for the bound before."""
MEND_AT_ROOT = 400
"""Pairs looked at in patches, for each pair given, beside the relaxation of problems that get cells."""

CELLS_FROM, MEND_BESIDE = 200_000, 0.5
"""Pairs from which on cells are made, branching being slow, and the share of patches there."""
CELLS_WORK, MEND_WORK, TREE_PART = 4.0, 3.0, 0.1
"""Work that cells and patches get at a time, and part of the cells' that branching gets in any case."""
BRANCHED, IN_CELLS = 0, 1


@dataclass
class CoverSolve:
    """One maximal covering under way.

    Parameters
    ----------
    search
        What is known so far.
    reach
        Who covers whom, weights in units of ``unit``.
    """

    search: Search
    reach: Reach
    unit: float
    sides: Sides
    trail: Trail | None = None
    searched: float = 0.0
    mended: float = 0.0
    mending: float = 0.0
    may_mend: float = 0.0
    is_stopped: bool = False
    bounded: int = 0
    patches: Patches | None = None
    until: float = 0.0
    rate: float = 0.0
    spent: list[float] = field(default_factory=lambda: [0.0, 0.0])
    seen: set[bytes] = field(default_factory=set)

    @classmethod
    def of(cls, search: Search, reach: Reach) -> CoverSolve:
        """Return the solve of a reach with weights as they were given."""
        unit = unit_of(reach.weight)
        return cls(search, reach._replace(weight=reach.weight / unit), unit, sides_of(search.rows))

    @property
    def p(self) -> int:
        """Number of open candidates, −1 where it is free."""
        return -1 if self.search.rows.p is None else self.search.rows.p

    def run(self, start: Positions | None) -> None:
        """Run all phases within the limits."""
        self.search.run([lambda: self._begin(start), self._branch])

    def _target(self) -> float:
        """Return the value that a plan must reach to be of interest, in the kernels' unit."""
        best, limits = self.search.objective, self.search.limits
        if best is None:
            return -np.inf
        least = best + 1.0 - WHOLE if self.search.whole else best * (1.0 + 1e-10)
        return max(least, best * (1.0 + limits.gap * (1.0 - 1e-9))) / self.unit

    def _tighten(self, bound: float) -> None:
        """Take a bound on all that was not left out as no better than the best plan, or not by more than the gap."""
        best, gap = self.search.objective, self.search.limits.gap
        kept = -np.inf if best is None else best * (1.0 + gap * (1.0 - 1e-9))
        self.search.tighten(max(bound * self.unit, kept))

    def _go_on(self, pairs: int, bound: float) -> bool:
        self.search.work += pairs / PAIRS_PER_WORK
        self._tighten(bound)
        before, self.bounded = self.bounded, self.bounded + pairs
        if before < MEND_AFTER * len(self.reach.candidate) <= self.bounded:
            if len(self.reach.candidate) >= CELLS_FROM:
                return False
            self._mend(self.reach.weight, FIRST_SIZES)
        return self.search.seconds_left > 0 and self.search.work_left > 0

    def _begin(self, start: Positions | None) -> None:
        reach, search = self.reach, self.search
        size = np.array([], dtype=np.float64)
        if len(reach.weight):
            point = np.repeat(np.arange(len(reach.weight)), np.diff(reach.start))
            size = np.bincount(reach.candidate, reach.weight[point], search.rows.m) * reach.share
        size = size if len(size) else np.zeros(search.rows.m)
        cheap = float(reach.weight.sum())
        if self.p >= 0:
            cheap = min(cheap, float(np.sort(size)[::-1][: self.p].sum()))
        search.tighten(cheap * (1.0 + 1e-12) * self.unit)
        trail = self._first(size, start)
        if trail is None:
            return
        self.trail = trail
        self._search(FIRST_STEPS)

    def _first(self, merit: Amounts, start: Positions | None) -> Trail | None:
        """Return a search that has begun: from ``start``, from what is locked open, or from an allowed set found."""
        rows, seed = self.search.rows, self.search.limits.seed
        if start is None and not rows.is_plain:
            for thrift in THRIFT:
                trail = self._thrifty(merit, thrift)
                if trail.value[1] >= 0 and not rows.broken(np.flatnonzero(trail.best)):
                    trail = trail_of(trail.best, seed, free=self.p < 0)
                    self._walk(trail, 0)
                    self._offer(trail)
                    return trail
        is_open = first_set(self.search, merit * self.unit, start)
        return None if is_open is None else trail_of(is_open, seed, free=self.p < 0)

    def _thrifty(self, merit: Amounts, thrift: float) -> Trail:
        """Fill up what is locked open, each candidate charged for what it uses of the rows' limits."""
        rows, first = self.search.rows, 0 if self.search.rows.p is None else 1
        high = rows.row_upper[first:]
        limited = np.isfinite(high) & (high > 0)
        used = abs(rows.rows[first:][np.flatnonzero(limited)]).T @ (1.0 / high[limited])
        worth = float(np.sort(merit)[::-1][: max(self.p, 1)].mean())
        charge = thrift * worth * max(self.p, 1) * np.asarray(used, dtype=np.float64)
        trail = trail_of(rows.lower > 0, self.search.limits.seed)
        search_cover(self.reach._replace(charge=charge), self.sides, trail, self.p, 0, SLICE)
        if trail.value[0] != -1.0:
            trail.value[1] = max(0.0, float(trail.value[1]))
            trail.best[:] = trail.is_open
        return trail

    def _walk(self, trail: Trail, steps: int) -> None:
        """Search on for some steps, in slices, as far as the limits allow."""
        slice_size = max(SLICE, 4 * len(self.reach.candidate))
        until = trail.step[0] + steps
        while True:
            looked = search_cover(self.reach, self.sides, trail, self.p, int(until - trail.step[0]), slice_size)
            self.searched += looked / PAIRS_PER_WORK
            self.search.work += looked / PAIRS_PER_WORK
            if trail.step[0] >= until or trail.value[1] < 0:
                return
            if self.search.seconds_left <= 0 or self.search.work_left <= 0:
                return

    def _search(self, steps: int) -> None:
        if self.trail is not None:
            self._walk(self.trail, steps)
            self._offer(self.trail)

    def _offer(self, trail: Trail) -> None:
        best, value = self.search.objective, float(trail.value[1]) * self.unit
        if value < 0 or (best is not None and value <= best * (1.0 + 1e-10)):
            return
        opened = np.flatnonzero(trail.best)
        if not self.search.rows.broken(opened):
            self.search.offer(opened)

    def _try(self, opened: Positions) -> None:
        """Search for a moment, while limits allow, from a set that the tree gave rise to."""
        rows, search = self.search.rows, self.search
        key = opened.tobytes()
        if search.seconds_left <= 0 or search.work_left <= 0 or key in self.seen or rows.broken(opened):
            return
        self.seen.add(key)
        is_open: Flags = np.zeros(rows.m, dtype=bool)
        is_open[opened] = True
        trail = trail_of(is_open, self.search.limits.seed, free=self.p < 0)
        self._walk(trail, min(max(len(opened), LEAST_STEPS), MOST_STEPS))
        self._offer(trail)
        if self.trail is None or trail.value[1] > self.trail.value[1]:
            self.trail = trail

    def _mend(self, price: Amounts, sizes: tuple[int, ...] = PATCH_SIZES) -> None:
        """Choose neighbouring outlets of the best plan anew, few at a time and then more, while limits allow."""
        opened = self._ready_to_mend(self._mend_left())
        if opened is not None:
            self._take(self._mended(opened, price, sizes))

    def _mend_beside(self, proving: Callable[[], None], price: Amounts, most: float) -> None:
        """Mend the best plan while the bound is lowered, on threads where allowed; the outcome is the same."""
        opened = self._ready_to_mend(most)
        if opened is None:
            proving()
        elif self.search.limits.workers == 1:
            proving()
            self._take(self._mended(opened, price, PATCH_SIZES))
        else:
            with ThreadPoolExecutor(1) as thread:
                found = thread.submit(self._mended, opened, price, PATCH_SIZES)
                try:
                    proving()
                except KeyboardInterrupt:
                    self.is_stopped = True
                    raise
            self._take(found.result())

    def _mend_left(self, most: float = np.inf) -> float:
        """Return the work that patches may take now, ``most`` at most."""
        pairs = len(self.reach.candidate)
        share = MEND_SHARE if pairs < CELLS_FROM else MEND_BESIDE
        return min(most, max(MEND_FIRST * pairs / PAIRS_PER_WORK, share * self.search.work) - self.mended)

    def _ready_to_mend(self, most: float) -> Positions | None:
        """Return the plan to be mended, None for none, and note how much work that may take."""
        search = self.search
        self.mending, self.may_mend = 0.0, min(most, search.work_left)
        if search.is_done or self.may_mend <= 0 or search.seconds_left <= 0 or (self.reach.share != 1.0).any():
            return None
        return search.opened

    def _mended(self, opened: Positions, price: Amounts, sizes: tuple[int, ...]) -> Positions:
        """Return a plan mended; what other threads change is not looked at."""
        if self.patches is None:
            rows = self.search.rows
            self.patches = Patches(self.reach, rows.lower > 0, lambda changed: not rows.broken(changed), self._mend_on)
        for size in sizes:
            opened, ended = self.patches.improve(opened, price, size)
            if not ended:
                break
        return opened

    def _mend_on(self, pairs: int) -> bool:
        self.mending += pairs / PAIRS_PER_WORK
        return self.search.seconds_left > 0 and self.mending < self.may_mend and not self.is_stopped

    def _take(self, opened: Positions) -> None:
        """Take a plan that has been mended, and search on from there."""
        self.mended += self.mending
        self.search.work += self.mending
        if self.search.offer(opened):
            is_open: Flags = np.zeros(self.search.rows.m, dtype=bool)
            is_open[opened] = True
            self.trail = trail_of(is_open, self.search.limits.seed, free=self.p < 0)
            self._search(FIRST_STEPS)

    def _branch(self) -> None:
        search, rows = self.search, self.search.rows
        mark = np.zeros(rows.m, dtype=np.int8)
        mark[rows.upper == 0.0] = SHUT
        mark[rows.lower == 1.0] = 1
        typical = float(np.median(np.diff(self.reach.by_start))) if rows.m else 1.0
        typical *= float(self.reach.weight.mean()) if len(self.reach.weight) else 1.0
        tree = Tree(self.reach, rules_of(rows, max(typical, 1e-9)), self.p, self._try, self._go_on)
        tree.plant(mark, (search.bound or 0.0) / self.unit)
        tree.advance(self._target, ROOT_STEPS)
        self._tighten(tree.bound)
        if tree.made == 1 and len(self.reach.candidate) >= CELLS_FROM and search.seconds_left > 0:
            price, most = tree.nodes[0].price.astype(np.float64), MEND_AT_ROOT * len(self.reach.candidate)
            self._mend_beside(lambda: tree.advance(self._target, ROOT_STEPS), price, most / PAIRS_PER_WORK)
            self._tighten(tree.bound)
        price = tree.nodes[0].price.astype(np.float64) if tree.nodes else self.reach.weight
        cells: Cells | None = None
        while tree.nodes and not search.is_done and search.seconds_left > 0 and search.work_left > 0:
            cells = cells or self._cells_at(price)
            if cells:
                self._mend_beside(partial(self._prove, tree, cells), price, self._mend_left(MEND_WORK))
                continue
            if self.trail is not None and (self._is_lively() or self.searched < SEARCH_SHARE * search.work):
                self._search(FIRST_STEPS)
            self._mend(price)
            self._prove(tree, None)
        if not tree.nodes and search.opened is None:
            search.infeasible = True
            search.reasons.append("the rules together allow no set of outlets: " + ", ".join(rows.names[:10]))

    def _cells_at(self, price: Amounts) -> Cells | None:
        """Return the cells of the best plan; None where its number of outlets is free, or shares of them count."""
        opened, value = self.search.opened, self.search.objective
        if self.p < 0 or not self.search.rows.is_plain or len(self.reach.candidate) < CELLS_FROM:
            return None
        if opened is None or value is None:
            return None
        if (self.reach.share != 1.0).any() or (self.reach.charge != 0.0).any():
            return None
        self.until = 2.0 * self.search.work
        workers = self.search.limits.workers
        return Cells(self.reach, self.p, opened, price, value / self.unit, self._go_on_in_cells, workers)

    def _go_on_in_cells(self, pairs: int, bound: float) -> bool:
        self.search.work += pairs / PAIRS_PER_WORK
        self._tighten(bound)
        return self.search.seconds_left > 0 and self.search.work_left > 0 and self.search.work < self.until

    def _prove(self, tree: Tree, cells: Cells | None) -> None:
        """Lower the bound for a while: by cells or by branching, whichever promises more for the work."""
        before, spent = self.search.work, self.spent
        is_due = spent[BRANCHED] >= TREE_PART * spent[IN_CELLS] - CELLS_WORK
        if cells and is_due and cells.merit * PAIRS_PER_WORK > self.rate:
            self.until = before + min(CELLS_WORK, before)
            cells.advance(self._target())
            spent[IN_CELLS] += self.search.work - before
            return
        bound = tree.bound
        tree.advance(self._target, NODE_STEPS)
        self._tighten(tree.bound)
        work = self.search.work - before
        spent[BRANCHED] += work
        self.rate = (bound - tree.bound) / max(work, 1e-9)

    def _is_lively(self) -> bool:
        """Tell whether the search for plans has found a better one not long ago."""
        return self.trail is not None and int(self.trail.step[0] - self.trail.step[1]) < PATIENCE
