"""Bound a roster by columns, and build one by fixing people's rows one after another.

Column generation: the linear program prices cells, each person's cheapest row at these prices joins, until none is
worth it. Diving then fixes the rows the program is surest of, lets the others' rows follow, and so on until everybody
has one. Sources: Desaulniers, Desrosiers and Solomon (2005), Column Generation; Burke and Curtois (2014), EJOR 237.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from layout.staffing.check import price_roster
from layout.staffing.plan import OFF, Int, RosterProblem
from layout.staffing.rows.draft import draft_rows
from layout.staffing.rows.finder import RowFinder
from layout.staffing.rows.master import Master, row_cost, weekends_of
from outlet.compiled import compiling_seconds
from outlet.growing_lp import LpRun
from outlet.outcome import Limits, StoppedBy

Float = NDArray[np.float64]

PIVOTS_PER_WORK = 20_000.0
_EPS = 1e-6
_SURE = 0.999
_ROUNDS_PER_FIX = 6
_SHARE_PER_FIX = 0.04
_PAIR_TRIES = 300


@dataclass
class Budget:
    """What is left of seconds, compiling not counted, and of deterministic work."""

    limits: Limits
    started: float = field(default_factory=lambda: time.perf_counter() - compiling_seconds())
    work: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds gone."""
        return time.perf_counter() - compiling_seconds() - self.started

    def rest(self) -> Limits:
        """Return limits of what is left."""
        work = None if self.limits.work is None else max(self.limits.work - self.work, 1e-3)
        return replace(self.limits, seconds=max(self.limits.seconds - self.seconds, 1e-3), work=work)

    def share(self) -> float:
        """Return the share of seconds or work, whichever is larger, that is gone."""
        gone = self.seconds / self.limits.seconds
        return gone if self.limits.work is None else max(gone, self.work / self.limits.work)

    def stopped_by(self) -> StoppedBy | None:
        """Return what stops the solve now, if anything."""
        if self.limits.work is not None and self.work >= self.limits.work:
            return "work"
        return "time" if self.seconds >= self.limits.seconds else None


@dataclass
class Columns:
    """Column generation on one problem, with the best roster and bound so far."""

    finder: RowFinder
    master: Master
    budget: Budget
    best: Int
    price: float
    grain: float
    bound: float = 0.0
    lagrange: float = -np.inf
    anchor: Float | None = None
    converged: bool = False
    cells: NDArray[np.bool_] | None = None

    @property
    def proved(self) -> bool:
        """Whether no roster is cheaper than the best."""
        return self.price < self.bound + self.grain - _EPS

    def spend(self, before: tuple[float, int]) -> None:
        """Count the work done since ``before``."""
        self.budget.work += self.finder.work - before[0]
        self.budget.work += (self.master.lp.pivots - before[1]) / PIVOTS_PER_WORK

    def mark(self) -> tuple[float, int]:
        """Return where work stands."""
        return self.finder.work, self.master.lp.pivots

    def offer(self, assigned: Int) -> bool:
        """Keep a roster that is the best so far."""
        price = price_roster(self.finder.problem, assigned).total
        if price < self.price - _EPS:
            self.best, self.price = assigned.copy(), price
            return True
        return False

    def generate(self, people: list[int], rounds: int, *, whole: bool) -> LpRun | None:
        """Add rows of some people until none is worth it, for some rounds; ``whole`` makes their prices a bound."""
        run = None
        for _ in range(rounds):
            if self.budget.stopped_by() is not None:
                return run
            mark = self.mark()
            run = self.master.lp.solve()
            if run is None:
                return None
            found = self._price(run, people, whole=whole)
            added = self.master.add(found)
            self.spend(mark)
            if not added:
                self.converged |= whole
                return run
            if whole and self.proved:
                return run
        return run

    def allowed(self, run: LpRun) -> NDArray[np.bool_]:
        """Return the cells of the best roster and of any that is cheaper, shape (E, D, S + 1), a day off last.

        A row through any other costs so much more than its dual that the bound alone passes the best.
        """
        problem = self.finder.problem
        mark = self.mark()
        floors, rows = [], 0.0
        for person in range(problem.persons):
            prices = self.master.prices(run.duals, person)
            floor = self.finder.cell_floor(person, prices.cells, prices.weekend)
            floors.append(floor - floor.min())
            rows += float(floor.min()) + prices.fixed
        room = self.price - self.grain + _EPS - self.master.bound(run.duals, rows)
        self.spend(mark)
        allowed: NDArray[np.bool_] = np.array([floor <= room for floor in floors])
        own: NDArray[np.bool_] = self.best[:, :, None] == np.append(np.arange(problem.shifts), OFF)
        return np.logical_or(allowed, own)

    def _price(self, run: LpRun, people: list[int], *, whole: bool) -> list[tuple[int, Int]]:
        """Return rows worth adding, sought at duals half-way to the best bound's and at those of the program."""
        found: list[tuple[int, Int]] = []
        between = [(run.duals + self.anchor) / 2] if whole and self.anchor is not None else []
        for duals in (*between, run.duals):
            rows = 0.0
            for person in people:
                prices = self.master.prices(duals, person)
                row = self.finder.cheapest(person, prices.cells, prices.weekend)
                rows += row.least + prices.fixed
                if row.assigned is not None and self._worth(run, person, row.assigned):
                    found.append((person, row.assigned))
            if whole:
                bound = self.master.bound(duals, rows)
                if bound > self.lagrange:
                    self.lagrange, self.anchor = bound, duals
                    self.bound = max(self.bound, round_up(bound, self.grain))
        return found

    def _worth(self, run: LpRun, person: int, row: Int) -> bool:
        """Tell whether a row would lower the program's price at its own duals."""
        prices = self.master.prices(run.duals, person)
        wishes = self.finder.cells[person]
        price = row_cost(self.finder.problem, wishes, person, row) + prices.fixed
        days = np.arange(len(row))
        price += float((prices.cells[days, row] - wishes[days, row]).sum())
        price += prices.weekend * weekends_of(self.finder.problem, row)
        return price < float(run.duals[person]) - _EPS

    def dive(self, run: LpRun, random: np.random.Generator | None) -> Int:
        """Fix rows until everybody has one, polish the roster, offer and return it."""
        master = self.master
        people = self.finder.problem.persons
        fixed: dict[int, int] = {}
        while len(fixed) < people:
            free = [person for person in range(people) if person not in fixed]
            if self.budget.stopped_by() is not None:
                break
            fixed |= self._surest(run, fixed, random)
            self._forbid(fixed)
            free = [person for person in free if person not in fixed]
            following = self.generate(free, _ROUNDS_PER_FIX, whole=False)
            if following is None:
                break
            run = following
        assigned = self.round(run, fixed, random)
        columns = master.slacks + np.arange(len(master.rows))
        master.lp.set_upper(columns, np.full(len(columns), np.inf))
        return assigned

    def round(self, run: LpRun, fixed: dict[int, int], random: np.random.Generator | None) -> Int:
        """Give everybody the fixed row or the one the program is surest of, polish the roster, offer and return it."""
        top = self._top(run, fixed) | fixed
        draft = draft_rows(self.finder, np.stack([self.master.rows[top[person]] for person in sorted(top)]))
        draft.settle(3)
        draft.settle_pairs(random or np.random.default_rng(self.budget.limits.seed), _PAIR_TRIES)
        self.offer(draft.assigned)
        self.master.add([(person, row.copy()) for person, row in enumerate(draft.assigned)])
        return draft.assigned

    def _top(self, run: LpRun, fixed: dict[int, int]) -> dict[int, int]:
        """Return the column of the largest value of each person whose row is not fixed."""
        values = self.master.values(run)
        top: dict[int, int] = {}
        for at, value in enumerate(values.tolist()):
            person = self.master.person[at]
            if person not in fixed and (person not in top or value > values[top[person]]):
                top[person] = at
        return top

    def _surest(self, run: LpRun, fixed: dict[int, int], random: np.random.Generator | None) -> dict[int, int]:
        """Return the columns of people the program is sure of, or else of some it is surest of."""
        values = self.master.values(run)
        top = self._top(run, fixed)
        sure = {person: at for person, at in top.items() if values[at] >= _SURE}
        if sure:
            return sure
        score = {person: values[at] * (1 if random is None else random.uniform(0.7, 1)) for person, at in top.items()}
        count = max(1, round(_SHARE_PER_FIX * len(score)))
        surest = sorted(score, key=lambda person: (-score[person], person))[:count]
        return {person: top[person] for person in surest}

    def _forbid(self, fixed: dict[int, int]) -> None:
        others = [at for at, person in enumerate(self.master.person) if person in fixed and fixed[person] != at]
        columns = self.master.slacks + np.array(others, dtype=np.int64)
        self.master.lp.set_upper(columns, np.zeros(len(columns)))


def grain_of(problem: RosterProblem) -> float:
    """Return the step between prices a roster can have: all are multiples of it."""
    wishes = problem.wishes
    paid = [int(minutes) for minutes in problem.paid_min]
    weights = np.unique(np.concatenate([problem.under_weight, problem.over_weight]))
    steps = [60 // problem.unit * int(weight) for weight in weights]
    for prices in (wishes.shift_on, wishes.shift_off, wishes.day_on, wishes.day_off):
        steps += [] if prices is None else [60 * int(price) for price in np.unique(prices)]
    if wishes.short_hour:
        steps.append(wishes.short_hour * math.gcd(*paid, *(int(least) for least in problem.minutes_min.reshape(-1))))
    if wishes.fair_hour:
        targets = problem.minutes_target.sum(axis=1)
        steps.append(wishes.fair_hour * math.gcd(*paid, *(int(target - targets[0]) for target in targets)))
    steps += [60 * wishes.fair_weekend, 60 * problem.unpopular_price, 60 * problem.team_price]
    return math.gcd(*steps) / 60 or 1.0


def round_up(bound: float, grain: float) -> float:
    """Return the least price at or above a bound that a roster can have; a bound just above one is that one."""
    return math.ceil((bound - _EPS * max(1.0, abs(bound) * 1e-3)) / grain) * grain
