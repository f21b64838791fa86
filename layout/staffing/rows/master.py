r"""Choose one row of days for each person, out of those known so far, as a linear program.

Columns r are rows of person e, with c_r their price by wishes and minutes below contract, a_rdk their cover, m_r their
minutes beyond the target and w_r their weekends::

    min  Σ_r c_r λ_r + Σ_dk (π⁻_dk under_dk + π⁺_dk over_dk) + π_hours (H − h) + π_weekends (W − w)
    s.t. Σ_{r of e} λ_r = 1                                     for all e
         Σ_r a_rdk λ_r + under_dk − over_dk = required_dk       for all d, k
         h ≤ Σ_{r of e} m_r λ_r ≤ H,   w ≤ Σ_{r of e} w_r λ_r ≤ W     for all e, where fairness has a price

The duals price a person's cells, and a row found cheaper than its person's dual joins. With z the value and σ_e the
least reduced cost of any row of e, z + Σ_e min(0, σ_e) bounds every roster from below at any duals (Farley 1990).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from layout.staffing.plan import OFF, Int, RosterProblem
from layout.staffing.rows.finder import RowFinder
from outlet.growing_lp import GrowingLp, LpRun

Float = NDArray[np.float64]


@dataclass(frozen=True)
class RowPrices:
    """What the duals make of a person's row: prices of cells (D, S + 1), of a weekend, and what a row must undercut."""

    cells: Float
    weekend: float
    dual: float


@dataclass
class Master:
    """The linear program and its columns; `master_of` makes one."""

    finder: RowFinder
    lp: GrowingLp
    slacks: int
    rows: list[Int] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    known: dict[tuple[int, bytes], int] = field(default_factory=dict)

    @property
    def problem(self) -> RosterProblem:
        """The problem."""
        return self.finder.problem

    def add(self, found: list[tuple[int, Int]]) -> int:
        """Add rows that are new, and return how many were."""
        fresh: list[tuple[int, Int]] = []
        for person, row in found:
            key = (person, row.tobytes())
            if key not in self.known:
                self.known[key] = len(self.rows)
                self.rows.append(row)
                self.person.append(person)
                fresh.append((person, row))
        if fresh:
            cost, entries = _columns(self.problem, self.finder.cells, fresh)
            self.lp.add(cost, entries)
        return len(fresh)

    def prices(self, run: LpRun, person: int) -> RowPrices:
        """Return what the duals make of a person's row."""
        problem = self.problem
        e, d, k = problem.persons, problem.days, len(problem.contributes)
        cover = run.duals[e : e + d * k].reshape(d, k)
        cells = self.finder.cells[person].copy()
        cells[:, :-1] -= cover @ problem.contributes
        weekend = 0.0
        at = e + d * k
        if problem.wishes.fair_hour:
            per_minute = run.duals[at + person] + run.duals[at + e + person]
            cells[:, :-1] -= per_minute * problem.paid_min / 60
            at += 2 * e
        if problem.wishes.fair_weekend:
            weekend = -float(run.duals[at + person] + run.duals[at + e + person])
        dual = float(run.duals[person])
        if problem.wishes.fair_hour:
            dual += per_minute * float(problem.minutes_target[person].sum()) / 60
        return RowPrices(cells, weekend, dual)

    def values(self, run: LpRun) -> Float:
        """Return λ of each column."""
        return run.x[self.slacks :]


def master_of(finder: RowFinder) -> Master:
    """Return a program without rows of people yet."""
    problem = finder.problem
    e, wishes = problem.persons, problem.wishes
    required = problem.required.reshape(-1).astype(np.float64)
    lower, upper = [np.ones(e), required], [np.ones(e), required]
    terms = (wishes.fair_hour, wishes.fair_weekend)
    for _ in filter(None, terms):
        lower += [np.zeros(e), np.full(e, -np.inf)]
        upper += [np.full(e, np.inf), np.zeros(e)]
    low, high = np.concatenate(lower), np.concatenate(upper)
    lp = GrowingLp(low, high)
    count = len(required)
    at = e + np.arange(count)
    rows, columns = np.concatenate([at, at]), np.arange(2 * count)
    entries = sparse.csc_array(
        (np.repeat([1.0, -1.0], count), (rows, columns)), shape=(len(low), 2 * count), dtype=np.float64
    )
    price = np.concatenate([problem.under_weight.reshape(-1), problem.over_weight.reshape(-1)]).astype(np.float64)
    lp.add(price, entries)
    first = e + count
    for term in filter(None, terms):
        spread = np.zeros((len(low), 2))
        spread[first : first + e, 0] = -1
        spread[first + e : first + 2 * e, 1] = -1
        lp.add(np.array([-float(term), float(term)]), sparse.csc_array(spread), lower=-np.inf)
        first += 2 * e
    return Master(finder, lp, lp.columns)


def weekends_of(problem: RosterProblem, row: Int) -> int:
    """Return the weekends with work of a row."""
    return sum(any(row[day] != OFF for day in days) for days in problem.weekends)


def row_cost(problem: RosterProblem, cells: Float, person: int, row: Int) -> float:
    """Return the price of a row by wishes and minutes below contract; ``cells`` are its person's, (D, S + 1)."""
    total = float(cells[np.arange(len(row)), row].sum())
    if problem.wishes.short_hour:
        paid = np.append(problem.paid_min, 0)[row]
        for w, (first, last) in enumerate(problem.windows.tolist()):
            short = max(int(problem.minutes_min[person, w]) - int(paid[first : last + 1].sum()), 0)
            total += problem.wishes.short_hour * short / 60
    return total


def _columns(problem: RosterProblem, cells: Float, found: list[tuple[int, Int]]) -> tuple[Float, sparse.csc_array]:
    e, d, k = problem.persons, problem.days, len(problem.contributes)
    wishes, size = problem.wishes, e + d * k
    size += 2 * e * (bool(wishes.fair_hour) + bool(wishes.fair_weekend))
    cost = np.array([row_cost(problem, cells[person], person, row) for person, row in found])
    indices, data, starts = [], [], [0]
    rows_of = [np.flatnonzero(problem.contributes[:, s]) for s in range(problem.shifts)]
    for person, row in found:
        days = np.flatnonzero(row != OFF)
        covered = [e + k * day + rows_of[row[day]] for day in days.tolist()]
        at = [np.array([person]), *covered]
        values = [np.ones(1 + sum(len(one) for one in covered))]
        first = e + d * k
        if wishes.fair_hour:
            excess = float(problem.paid_min[row[days]].sum() - problem.minutes_target[person].sum()) / 60
            at.append(np.array([first + person, first + e + person]))
            values.append(np.full(2, excess))
            first += 2 * e
        if wishes.fair_weekend:
            at.append(np.array([first + person, first + e + person]))
            values.append(np.full(2, float(weekends_of(problem, row))))
        indices.append(np.concatenate(at))
        data.append(np.concatenate(values))
        starts.append(starts[-1] + len(indices[-1]))
    entries = sparse.csc_array(
        (np.concatenate(data), np.concatenate(indices).astype(np.int64), np.array(starts)), shape=(size, len(found))
    )
    return cost, entries
