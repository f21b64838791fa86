r"""Choose one row of days for each person, out of those known so far, as a linear program.

Columns r are rows of person e, with c_r their price by wishes and minutes below contract, a_rdj the shifts they work on
day d that count towards pattern j, times the parts for which e counts, m_r their minutes beyond the target and w_r
their weekends. A pattern is a set of shifts and of people's parts that cover rows share: what rows of one pattern cost
together is convex in the people there, and is written in steps v below the largest requirement q, and beyond it as o,
with prices p. Days apart from a team have no price here: the bound holds without::

    min  Σ_r c_r λ_r + Σ_djm p_djm v_djm + Σ_dj p_dj o_dj + π_hours (H − h) + π_weekends (W − w) + π_unpopular (U − u)
    s.t. Σ_{r of e} λ_r = 1                                     for all e
         Σ_r a_rdj λ_r + Σ_m v_djm − o_dj = q_dj                for all d, j
         h ≤ Σ_{r of e} m_r λ_r ≤ H,   w ≤ Σ_{r of e} w_r λ_r ≤ W     for all e, where fairness has a price;
         likewise u and U for unpopular shifts

The duals price a person's cells, and a row found cheaper than its person's dual joins. At any duals the cheapest rows
of all people bound every roster from below (Lagrange); `Master.bound` computes it. Duals half-way to those of the best
bound so far make for fewer rounds (Wentges 1997).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from layout.staffing.plan import OFF, Int, RosterProblem
from layout.staffing.rows.finder import RowFinder
from outlet.growing_lp import GrowingLp, LpRun

Float = NDArray[np.float64]


@dataclass(frozen=True)
class RowPrices:
    """What duals make of a person's row: prices of cells (D, S + 1), of a weekend, and a price every row has on top."""

    cells: Float
    weekend: float
    fixed: float


@dataclass(frozen=True)
class Steps:
    """Cover in steps: patterns of shifts (J, S), parts of people (E, J), the largest requirements in parts (D, J).

    The columns of v and o have ``row``, ``sign``, ``price`` and ``most``; ``constant`` is the price at the largest
    requirements.
    """

    patterns: NDArray[np.int64]
    parts: NDArray[np.int64]
    largest: NDArray[np.int64]
    row: NDArray[np.int64]
    sign: Float
    price: Float
    most: Float
    constant: float


def cover_patterns(problem: RosterProblem) -> tuple[Int, Int, Int]:
    """Return the patterns of shifts (J, S), the parts of people in each (E, J), and the pattern of each row (K,)."""
    s = problem.shifts
    both = np.hstack([problem.contributes.astype(np.int64), problem.parts.T])
    found, pattern_of = np.unique(both, axis=0, return_inverse=True)
    return found[:, :s], np.ascontiguousarray(found[:, s:].T), np.asarray(pattern_of).reshape(-1)


def cover_steps(problem: RosterProblem) -> Steps:
    """Return the price of cover in steps."""
    patterns, parts, pattern_of = cover_patterns(problem)
    unit, most = problem.unit, float(parts.sum(axis=0).max(initial=0))
    largest = np.zeros((problem.days, len(patterns)), dtype=np.int64)
    columns: list[tuple[int, float, float, float]] = []
    constant = 0.0
    for d in range(problem.days):
        for j in range(len(patterns)):
            mine = pattern_of == j
            required = problem.required[d, mine]
            under, over = problem.under_weight[d, mine], problem.over_weight[d, mine]
            top = int(required.max())
            largest[d, j] = unit * top
            constant += float((over * (top - required)).sum())
            here = problem.persons + d * len(patterns) + j
            levels = [0, *np.unique(required).tolist()]
            for low, high in pairwise(levels):
                missing = required >= high
                if high > low:
                    price = float(under[missing].sum() - over[~missing].sum())
                    columns.append((here, 1.0, price / unit, unit * (high - low)))
            columns.append((here, -1.0, float(over.sum()) / unit, most))
    table = np.array(columns, dtype=np.float64).reshape(-1, 4)
    return Steps(
        patterns, parts, largest, table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3], constant
    )


@dataclass
class Master:
    """The linear program and its columns; `master_of` makes one."""

    finder: RowFinder
    lp: GrowingLp
    steps: Steps
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
            cost, entries = _columns(self, fresh)
            self.lp.add(cost, entries)
        return len(fresh)

    def prices(self, duals: Float, person: int) -> RowPrices:
        """Return what duals make of a person's row."""
        problem = self.problem
        e, wishes = problem.persons, problem.wishes
        at = e + self.steps.largest.size
        cover = duals[e:at].reshape(self.steps.largest.shape)
        cells = self.finder.cells[person].copy()
        cells[:, :-1] -= (cover * self.steps.parts[person]) @ self.steps.patterns
        weekend = fixed = 0.0
        if wishes.fair_hour:
            per_minute = float(duals[at + person] + duals[at + e + person]) / 60
            cells[:, :-1] -= per_minute * problem.paid_min
            fixed = per_minute * float(problem.minutes_target[person].sum())
            at += 2 * e
        if wishes.fair_weekend:
            weekend = -float(duals[at + person] + duals[at + e + person])
            at += 2 * e
        if problem.unpopular_price and wishes.unpopular is not None:
            cells[:, :-1] -= float(duals[at + person] + duals[at + e + person]) * wishes.unpopular
        return RowPrices(cells, weekend, fixed)

    def bound(self, duals: Float, rows: float) -> float:
        """Return a price that no roster can pass, given what the cheapest rows of all people cost together."""
        steps, e = self.steps, self.problem.persons
        cover = duals[e : e + steps.largest.size]
        reduced = steps.price - steps.sign * cover[steps.row - e]
        slack = float(np.minimum(reduced, 0.0) @ steps.most)
        return rows + slack + steps.constant + float(cover @ steps.largest.reshape(-1))

    def values(self, run: LpRun) -> Float:
        """Return λ of each column."""
        return run.x[self.slacks :]


def master_of(finder: RowFinder) -> Master:
    """Return a program without rows of people yet."""
    problem = finder.problem
    e, wishes = problem.persons, problem.wishes
    steps = cover_steps(problem)
    required = steps.largest.reshape(-1).astype(np.float64)
    lower, upper = [np.ones(e), required], [np.ones(e), required]
    terms = (wishes.fair_hour, wishes.fair_weekend, problem.unpopular_price)
    for _ in filter(None, terms):
        lower += [np.zeros(e), np.full(e, -np.inf)]
        upper += [np.full(e, np.inf), np.zeros(e)]
    low, high = np.concatenate(lower), np.concatenate(upper)
    lp = GrowingLp(low, high)
    shape = (len(low), len(steps.row))
    lp.add(steps.price, sparse.csc_array((steps.sign, (steps.row, np.arange(shape[1]))), shape=shape), upper=steps.most)
    first = e + len(required)
    for term in filter(None, terms):
        spread = np.zeros((len(low), 2))
        spread[first : first + e, 0] = -1
        spread[first + e : first + 2 * e, 1] = -1
        lp.add(np.array([-float(term), float(term)]), sparse.csc_array(spread), lower=-np.inf)
        first += 2 * e
    return Master(finder, lp, steps, lp.columns)


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


def _columns(master: Master, found: list[tuple[int, Int]]) -> tuple[Float, sparse.csc_array]:
    problem, cells, patterns = master.problem, master.finder.cells, master.steps.patterns
    e, k = problem.persons, len(patterns)
    wishes, size = problem.wishes, e + problem.days * k
    size += 2 * e * (bool(wishes.fair_hour) + bool(wishes.fair_weekend) + bool(problem.unpopular_price))
    cost = np.array([row_cost(problem, cells[person], person, row) for person, row in found])
    indices, data, starts = [], [], [0]
    rows_of = [np.flatnonzero(patterns[:, s]) for s in range(problem.shifts)]
    for person, row in found:
        days = np.flatnonzero(row != OFF)
        there = [rows_of[row[day]] for day in days.tolist()]
        at = [np.array([person]), *(e + k * day + rows for day, rows in zip(days.tolist(), there, strict=True))]
        values = [np.ones(1), *(master.steps.parts[person, rows].astype(np.float64) for rows in there)]
        first = e + problem.days * k
        if wishes.fair_hour:
            excess = float(problem.paid_min[row[days]].sum() - problem.minutes_target[person].sum()) / 60
            at.append(np.array([first + person, first + e + person]))
            values.append(np.full(2, excess))
            first += 2 * e
        if wishes.fair_weekend:
            at.append(np.array([first + person, first + e + person]))
            values.append(np.full(2, float(weekends_of(problem, row))))
            first += 2 * e
        if problem.unpopular_price and wishes.unpopular is not None:
            at.append(np.array([first + person, first + e + person]))
            values.append(np.full(2, float(wishes.unpopular[row[days]].sum())))
        indices.append(np.concatenate(at))
        data.append(np.concatenate(values))
        starts.append(starts[-1] + len(indices[-1]))
    entries = sparse.csc_array(
        (np.concatenate(data), np.concatenate(indices).astype(np.int64), np.array(starts)), shape=(size, len(found))
    )
    return cost, entries
