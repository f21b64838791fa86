"""Solve one p-median: joined, then whole; the bound and the proof in slices between which the clock is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outlet.mip import run_mip
from siting.locate.median.choice import Choice
from siting.locate.median.coarse import begin_from, joined, spread
from siting.locate.median.copies import Copies
from siting.locate.median.interchange import TOTAL
from siting.locate.median.lagrangian import (
    BEST,
    FAILED,
    SCALE,
    Multipliers,
    Relaxed,
    begin,
    begin_settling,
    climb,
    fix_sites,
    relaxed,
    settle,
)
from siting.locate.median.plans import PAIRS_PER_WORK, Joint, MedianPlans
from siting.locate.median.radius_model import radius_model
from siting.locate.median.tree import Node, Problem, Tree
from siting.locate.problem.plan import Amounts, Positions

STEP_SLICE = 1e8
"""The same for steps of the relaxation, which look at a part of each window only."""

MANY = 3_000_000
"""Where there are so many pairs, the problem is joined, and windows end not far beyond what a plan uses."""

JOINT_RESERVE = 0.6
JOINT_GAP = 0.001
JOINT_SCALE = 0.1
"""Part of the time left to the whole; the gap at which the joined problem ends; the first step after it."""

CLIMBS = 150
SETTLES = 2500
KICKS, KICKS_EACH = 3e5, 2e3
"""Pairs that kicks between two slices of the bound look at, at least: so many, fewer for few points and candidates."""
NODES_BEFORE_MODEL = 200
TURN, LEAST_CLOSED = 15.0, 0.05
LEAST_DIVIDED, MOST_DIVIDED = 6, 500
"""Demand is cut into cells when the tree closes less of the gap than that in a turn of so much work, and for so many
outlets."""

MOST_MODEL_PAIRS = 100_000


@dataclass
class MedianSolve(MedianPlans):
    """One p-median under way."""

    known: Multipliers | None = None

    # the joined problem

    def join(self, start: Positions | None) -> None:
        """Where there are many pairs, look for a plan and multipliers with demand points joined."""
        if len(self.near.cost) <= MANY or not self.may_go_on():
            return
        found = joined(self.near, self.m)
        self.search.work += 5 * len(self.near.cost) / PAIRS_PER_WORK
        if found is None:
            return
        whole, (self.near, cell) = self.near, found
        self.is_joint, search = True, self.search
        self.reserve = JOINT_RESERVE * search.seconds_left, JOINT_RESERVE * min(search.work_left, 1e9)
        self.find_plan(start)
        if self.plans is not None:
            known = self._settled(self._relaxed(), self._first_values())
            value = spread(known.value, cell, self.source.weight)
            self.joint = Joint(np.flatnonzero(self.plans[2].is_open), value, known.rows, known.share)
        self.near, self.is_joint, self.reserve = whole, False, (0.0, 0.0)
        self.plans, self.known, self.seen = None, None, []
        if self.joint is not None:
            self._narrow(self.joint.opened)

    # the bound

    def _relaxed(self) -> Relaxed:
        choice = Choice(self.lower, self.upper, np.full(self.m, -1, dtype=np.int64), 0, self.p)
        return relaxed(self.near, self.sides, choice)

    def relax(self) -> None:
        """Improve the bound in slices, kicking the plan between them, and lock what can be locked."""
        if self.plans is not None and self.joint is None and len(self.near.cost) > MANY:
            opened, self.plans = np.flatnonzero(self.plans[2].is_open), None
            self._narrow(opened)
            is_open = np.zeros(self.m, dtype=bool)
            is_open[opened] = True
            self._try(is_open)
        whole = self._relaxed()
        self._settled(whole, self._first_values())
        if not self.search.is_done and self.may_go_on():
            self._lock(whole)

    def _settled(self, whole: Relaxed, value: Amounts) -> Multipliers:
        """Return multipliers near the best."""
        steps = self._steps()
        if self.joint is not None:
            value = np.minimum(self.joint.value, self.near.limit)
            known = self.known = begin_from(whole, value, self.joint.rows, self.joint.share, JOINT_SCALE)
            if self._took_bound(1):
                return known
        else:
            known = self.known = begin(value, np.zeros(len(self.sides.low)), self.m)
            for _ in range(0, CLIMBS, steps):
                chosen = climb(whole, known, self._target(), steps)
                if self._took_bound(steps) or known.state[SCALE] < 0.1:
                    break
            if self._is_over():
                return known
            self._try(chosen)
            known.state[SCALE], known.state[FAILED] = 0.3, 0.0
            begin_settling(whole, known)
        for _ in range(0, SETTLES, steps):
            least = min(KICKS, KICKS_EACH * (len(self.near.limit) + self.m))
            self._kick(max(least, (0.3 if self.joint is None else 0.1) * steps * len(self.near.cost)))
            more = settle(whole, known, self._target(), steps)
            if self._took_bound(steps) or not more:
                break
        return known

    def _first_values(self) -> Amounts:
        """Return multipliers between the two nearest open candidates of every demand point."""
        if self.plans is None:
            return np.minimum(self.near.limit, self.ceiling / max(1, len(self.near.limit)))
        plan = self.plans[2]
        most = 3.0 * plan.first + self._target() / max(1, len(plan.first))
        return np.minimum(np.minimum((plan.first + plan.second) / 2, most), self.near.limit)

    def _steps(self) -> int:
        """Return how many steps make a slice."""
        return int(min(50, max(1, STEP_SLICE // max(1, len(self.near.cost)))))

    def _took_bound(self, steps: int) -> bool:
        """Take the bound after some steps; tell whether to stop."""
        if self.known is None:
            return True
        looked_at = len(self.lower) + len(self.near.limit) + 0.5 * len(self.near.cost)
        self.search.work += steps * looked_at / PAIRS_PER_WORK
        if not self.is_joint:
            self._tighten(float(self.known.state[BEST]))
        return self._is_over()

    def _is_over(self) -> bool:
        """Tell whether nothing is left to do, or no time."""
        if self.is_joint and self.known is not None:
            return self._target() - self.known.state[BEST] < JOINT_GAP * self._target() or not self.may_go_on()
        return self.search.is_done or not self.may_go_on()

    def _target(self) -> float:
        """Return what the best plan costs, or no plan exceeds."""
        if self.is_joint and self.plans is not None:
            return float(self.plans[2].amount[TOTAL])
        return self.ceiling if self.search.objective is None else self.search.objective

    def _lock(self, whole: Relaxed) -> None:
        if self.known is not None and self.search.objective is not None:
            fix_sites(whole, self.known, self.lower, self.upper, self._beaten())

    def _beaten(self) -> float:
        """Return the price no plan of which, or above, is wanted any more."""
        if self.search.objective is None:
            return self.ceiling * (1.0 + 1e-9) + 1e-9
        if self.search.whole:
            return self.search.objective - 1.0 + 1e-6
        return self.search.objective * (1.0 - 1e-9)

    # the proof

    def exact(self) -> None:
        """Prove what is left by branching, and where rules make that long, a small one by HiGHS."""
        if self.known is None:
            return
        settled = np.flatnonzero(self.lower == 1.0)
        free = np.flatnonzero((self.lower == 0.0) & (self.upper == 1.0))
        root = Node(float(self.known.state[BEST]), 0, settled, free, (), self.known.value, self.known.rows)
        tree = Tree(Problem(self.near, self.sides, self.m, self.p, np.zeros(self.m)), [root])
        is_small = not self.search.rows.is_plain and len(self.pairs.cost) <= MOST_MODEL_PAIRS
        if self.search.rows.is_plain:
            self._branch_while_it_pays(tree)
            self._divide(tree)
        if tree.nodes:
            self._branch(tree, most_nodes=NODES_BEFORE_MODEL if is_small else None)
        if tree.nodes and is_small and not self.search.is_done and self.may_go_on():
            self._solve_model()

    def _branch_while_it_pays(self, tree: Tree) -> None:
        """Branch in turns, until one closes next to nothing of the gap."""
        pays = True
        while pays and tree.nodes and not self.search.is_done and self.may_go_on():
            before = tree.bound
            self._branch(tree, most_work=TURN)
            pays = bool(tree.nodes) and tree.bound - before >= LEAST_CLOSED * (self._target() - before)

    def _divide(self, tree: Tree) -> None:
        """Bound cell by cell of the demand, as long as that helps."""
        search, may = self.search, bool(tree.nodes) and self.p < self.m and LEAST_DIVIDED <= self.p <= MOST_DIVIDED
        if not may or self.known is None or search.opened is None or len(self.near.cost) > MANY:
            return
        is_open = np.zeros(self.m, dtype=bool)
        is_open[search.opened] = True
        copies = Copies(self.near, self.known.value, is_open, self.upper == 1.0, self.p)
        while copies.may_help and not search.is_done and self.may_go_on():
            gap = self._target() - (0.0 if search.bound is None else search.bound)
            found = copies.advance(self._target(), gap, self.may_go_on)
            search.work += found.work / PAIRS_PER_WORK
            self._tighten(found.bound)
            self._mend(found.opened)
            self._kick(0.1 * found.work)

    def _branch(self, tree: Tree, *, most_nodes: int | None = None, most_work: float = np.inf) -> None:
        search, visited, end = self.search, 0, self.search.work + most_work
        while tree.nodes and not search.is_done and self.may_go_on() and visited != most_nodes and search.work < end:
            work = tree.advance(self._beaten(), self._offer, self.may_go_on)
            search.work += work / PAIRS_PER_WORK
            self._tighten(tree.bound)
            self._kick(0.1 * work)
            visited += 1
        if not tree.nodes and search.opened is None:
            search.infeasible = True
            which = f"no {self.p} outlets" if self.p else "no outlets"
            allowed = "" if search.rows.is_plain else " that the rules allow"
            search.reasons.append(f"{which}{allowed} reach all demand")

    def _solve_model(self) -> None:
        self._sort(self.m)
        model = radius_model(self.near, self.search.rows, self.lower, self.upper, must_serve=self.unreached is None)
        begin = np.full(len(model.cost), np.nan)
        if self.search.opened is not None:
            begin[: self.m] = 0.0
            begin[self.search.opened] = 1.0
        run = run_mip(model, self.search.limits_left, start=begin)
        best = self.search.objective
        if best is not None and (run.status == "infeasible" or (run.bound is not None and run.bound > best)):
            run = replace(run, status="optimal", bound=best)
        self.search.take(run, None if run.x is None else np.flatnonzero(run.x[: self.m] > 0.5))
