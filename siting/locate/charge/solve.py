r"""Solve problems with opening costs and loads: a plan, a bound, what can be settled, and proof by branching.

The phases: a first set that the rules and the total demand allow; moves of sites, each priced exactly; rounds of
Lagrangian relaxation (`bound`), whose open sites are tried as plans and whose prices settle sites; a tree
(`tree`) for what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlet.mip import MipModel, run_mip
from siting.locate.charge.bound import BEST, ENOUGH, SCALE
from siting.locate.charge.knapsack import price_sites
from siting.locate.charge.moves import add_sites, exchange_sites, nearby, open_all
from siting.locate.charge.plans import ENTRIES_PER_WORK, Plans, Priced
from siting.locate.charge.service import Flags
from siting.locate.charge.tree import FREE, OPEN, SHUT, Guess, Node, Problem, Relaxed, Tree, forced
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.search import Search
from siting.locate.problem.sides import sides_of

STEPS = 60
ROUNDS = 60
MOVES_PER_CALL = 20
LOOKED_AT = 100
FIRST_SHARE, ROUND_SHARE = 0.15, 0.02
"""Share of the seconds that moves of a set with loads may take as work, at first and in each round."""


@dataclass
class ChargeSolve:
    """One problem under way.

    Parameters
    ----------
    plans
        Takes and prices sets.
    constant
        What is paid whatever opens.
    above
        More than any plan costs, without the constant.
    """

    plans: Plans
    constant: float
    above: float
    root: Node | None = None

    @property
    def search(self) -> Search:
        """What takes plans and bounds."""
        return self.plans.search

    @property
    def problem(self) -> Problem:
        """What is solved."""
        return self.plans.problem

    def run(self, start: Positions | None) -> None:
        """Run all phases."""
        self.search.run([lambda: self.heuristic(start), self.relax, self.branch])

    def heuristic(self, start: Positions | None) -> None:
        """Find a first plan, and better ones by moves of sites."""
        service, search = self.problem.service, self.search
        self._tighten(self._floor())
        is_open = self._first(start)
        if is_open is None or search.infeasible:
            return
        if not self.plans.has_loads:
            self.plans.attempt(self._search_sites(is_open))
            return
        self.plans.attempt(is_open)
        self.plans.improve(is_open, FIRST_SHARE * search.limits.seconds)
        if search.opened is None and not search.rows.names:
            self.plans.attempt(np.asarray((search.rows.upper > 0) & (service.least == 0)))

    def _floor(self) -> float:
        """Return what every plan costs at least: the nearest site of every demand point, and what is locked open."""
        service = self.problem.service
        nearest = service.limit.copy()
        some = np.diff(service.start) > 0
        nearest[some] = np.minimum(nearest[some], service.cost[service.start[:-1][some]])
        charge = np.where(self.search.rows.lower > 0, service.charge, np.minimum(service.charge, 0.0))
        return float(nearest.sum() + charge.sum())

    def _first(self, start: Positions | None) -> Flags | None:
        """Return a set that the rules allow, with room for all demand that must be served where there are loads."""
        rows = self.search.rows
        if start is not None and not rows.broken(start):
            is_open = np.zeros(rows.m, dtype=bool)
            is_open[start] = True
            return is_open
        locked = rows.lower > 0
        if not self.plans.has_loads and (not rows.names or rows.is_plain):
            return locked
        if self.plans.has_loads and (rows.is_plain or not rows.broken(np.flatnonzero(locked))):
            found = self._with_room(self._search_sites(locked.copy()))
            if found is not None:
                return found
        return self._by_model()

    def _with_room(self, is_open: Flags) -> Flags | None:
        """Return a set with sites added, cheapest per room first, until there is room; None where rules end that."""
        service, rows = self.problem.service, self.search.rows
        total = float(service.load.sum())
        room = np.minimum(service.room, total)
        needed = total * (1 - 1e-12) if self.plans.must_serve else 0.0
        for j in np.argsort(np.maximum(service.charge, 0.0) / np.maximum(room, 1e-300), kind="stable"):
            if room[is_open].sum() >= needed:
                break
            if not is_open[j] and rows.upper[j] > 0 and service.least[j] == 0:
                is_open[j] = True
                if rows.broken(np.flatnonzero(is_open)):
                    is_open[j] = False
        fits = room[is_open].sum() >= needed and not rows.broken(np.flatnonzero(is_open))
        return is_open if fits else None

    def _by_model(self) -> Flags | None:
        """Return the set of most merit that the rules allow, with room enough, by a small exact model."""
        rows = self.search.rows
        service = self.problem.service
        total = float(service.load.sum()) or 1.0
        room, least = np.minimum(service.room / total, 1.0), np.minimum(service.least / total, 2.0)
        saved = np.bincount(
            service.candidate,
            1.0 / (1.0 + service.cost / max(float(service.cost.sum()) / max(len(service.cost), 1), 1e-300)),
            rows.m,
        )
        merit = saved / max(float(saved.max()), 1e-300) - service.charge / max(
            float(np.abs(service.charge).max()), 1e-300
        )
        needed = float(service.load.sum()) / total if self.plans.must_serve else 0.0
        matrix = sparse.csr_array(
            sparse.vstack([rows.rows, sparse.csr_array(room[None, :]), sparse.csr_array(least[None, :])])
        )
        run = run_mip(
            MipModel(
                cost=merit, lower=rows.lower, upper=rows.upper, integer=np.ones(rows.m, dtype=bool), rows=matrix,
                row_lower=np.append(rows.row_lower, [needed * (1 - 1e-12), -np.inf]),
                row_upper=np.append(rows.row_upper, [np.inf, 1 + 1e-12]), maximise=True,
            ),
            self.search.limits_left,
        )  # fmt: skip
        self.search.work += run.work
        if run.stopped_by == "interrupt":
            raise KeyboardInterrupt
        if run.status == "infeasible" and self.plans.must_serve:
            self.search.infeasible = True
            self.search.reasons.append("the capacities and rules together allow no plan that serves all demand")
        if run.x is None or rows.broken(np.flatnonzero(run.x > 0.5)):
            return None
        return np.asarray(run.x > 0.5)

    def _search_sites(self, is_open: Flags) -> Flags:
        """Add sites while it pays, then exchange until nothing is better, as far as the clock allows; return it."""
        service, rows, sides = self.problem.service, self.search.rows, sides_of(self.search.rows)
        near = nearby(service)
        open_all(service, near, is_open)
        self.search.work += 5 * len(service.cost) / ENTRIES_PER_WORK
        while not add_sites(service, near, sides, is_open, rows.p or 0, MOVES_PER_CALL):
            self.search.work += (rows.m * MOVES_PER_CALL + len(service.limit)) / ENTRIES_PER_WORK
            if self.plans.is_late:
                return is_open
        begin, still = 0, 0
        while still < rows.m and not self.plans.is_late:
            begin, moves = exchange_sites(service, near, sides, is_open, rows.p is not None, begin, LOOKED_AT)
            still = 0 if moves else still + LOOKED_AT
            self.search.work += (LOOKED_AT * rows.m + len(service.cost) * 0.2) / ENTRIES_PER_WORK
        return is_open

    def beaten(self) -> float:
        """Return the price no plan of which, or above, is wanted any more, without the constant."""
        search = self.search
        if search.objective is None:
            return self.above
        price = search.objective
        wanted = price - 1.0 + 1e-6 if search.whole else price - 1e-9 * max(abs(price), 1e-300)
        return wanted - self.constant

    def _tighten(self, bound: float) -> None:
        best = self.search.objective
        bound += self.constant
        self.search.tighten(bound if best is None else min(bound, best))

    def relax(self) -> None:
        """Improve the bound in rounds; try the set each round ends with as a plan; settle what can be settled."""
        search, problem = self.search, self.problem
        root = self._root()
        relaxed = Relaxed.of(problem, root, self.beaten())
        for _ in range(ROUNDS):
            price = self.beaten()
            relaxed.dual.bound[ENOUGH] = price
            bound = relaxed.step(problem.bars, price, STEPS)
            search.work += relaxed.work * STEPS / ENTRIES_PER_WORK
            self._tighten(bound)
            self._try_relaxed(relaxed)
            if relaxed.settle(problem.bars, self.beaten()) > 0.1 * (root.sites == FREE).sum():
                root = self._settled(relaxed, root)
                relaxed = Relaxed.of(problem, root, self.beaten(), float(relaxed.dual.bound[SCALE]))
            if search.is_done or bound >= self.beaten() or relaxed.dual.bound[SCALE] < 2e-3 or self.plans.is_late:
                break
        self.root = self._settled(relaxed, root)

    def _root(self) -> Node:
        problem, search = self.problem, self.search
        service = problem.service
        sites = np.where(search.rows.lower > 0, OPEN, np.where(search.rows.upper > 0, FREE, SHUT)).astype(np.int8)
        value = np.zeros(len(service.limit))
        if search.opened is not None:
            is_open = np.zeros(len(sites), dtype=bool)
            is_open[search.opened] = True
            value = self._paying(is_open, self.plans.price(is_open))
        pairs = np.ones(len(service.cost), dtype=bool) if problem.single else None
        settled = forced(search.rows, sites)
        return Node(-np.inf, 0, sites if settled is None else settled, value, np.zeros(len(problem.bars.low)), pairs)

    def _paying(self, is_open: Flags, priced: Priced) -> Amounts:
        """Return the multipliers of a flow raised so that what each open site takes pays for its opening."""
        service = self.problem.service
        loads, owner = self.plans.pricing()
        price_sites(service, owner, priced.value, loads)
        due = np.maximum(service.charge + loads.price, 0.0) * is_open
        count = np.maximum(np.bincount(service.candidate, priced.shares, len(is_open)), 1.0)
        more = np.bincount(owner, priced.shares * (due / count)[service.candidate], len(service.limit))
        return np.asarray(np.minimum(priced.value + 0.5 * more, service.limit), dtype=np.float64)

    def _settled(self, relaxed: Relaxed, root: Node) -> Node:
        pairs = root.pairs
        if pairs is not None:
            pairs = relaxed.cheap_pairs(self.problem.bars, self.beaten(), len(pairs))
        bound = max(root.bound, float(relaxed.dual.bound[BEST]))
        return Node(bound, 0, relaxed.sites, relaxed.dual.best, relaxed.dual.best_toll, pairs)

    def _try_relaxed(self, relaxed: Relaxed) -> None:
        """Try the relaxation's own set, and what moves of sites make of it."""
        is_open = np.asarray(relaxed.locks.opened > 0.5) | (self.search.rows.lower > 0)
        if is_open.tobytes() in self.plans.known:
            return
        if not self.plans.has_loads:
            if not self.search.rows.broken(np.flatnonzero(is_open)):
                self.plans.attempt(self._search_sites(is_open))
            return
        priced = self.plans.attempt(is_open)
        best = self.plans.best
        if priced is not None and (self.search.opened is None or priced.price < best + 0.02 * abs(best)):
            self.plans.improve(is_open, ROUND_SHARE * self.search.limits.seconds)

    def branch(self) -> None:
        """Prove what is left by branching."""
        search = self.search
        root = self.root or self._root()
        tree = Tree(self.problem, [root], self._take)
        while tree.nodes and not search.is_done and not self.plans.is_late:
            before = tree.work
            tree.advance(self.beaten())
            search.work += (tree.work - before) / ENTRIES_PER_WORK
            self._tighten(tree.bound)
        if not tree.nodes and search.opened is None:
            search.infeasible = True
            search.reasons.append("the capacities and rules together allow no plan that serves all demand")

    def _take(self, guess: Guess) -> float:
        """Try what a node suggests and return the price that is beaten."""
        if guess.who is not None or guess.opened.tobytes() not in self.plans.known:
            self.plans.attempt(guess.opened, guess.who)
        return self.beaten()
