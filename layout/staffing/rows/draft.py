"""Hold a roster while whole rows of it are exchanged, each for the best row given everybody else's.

What one person adds to cover is known exactly once everybody else's rows are: each cell has a price, and the cheapest
row follows; so does a day apart from the team. Fairness has no price a cell, since it compares people: rows are sought
at several prices of a minute and a weekend, and the one that lowers the objective most is taken. No row ever breaks a
hard rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.check import unpopular_worked
from layout.staffing.plan import OFF, Int, RosterProblem
from layout.staffing.rows.finder import RowFinder, finder_of
from layout.staffing.rows.master import row_cost, weekends_of

Float = NDArray[np.float64]
_TOLERANCE = 1e-7


@dataclass
class RowDraft:
    """A roster with its cover, hours and prices kept up to date; `draft_rows` makes one.

    ``there`` tells who has a row: the others count towards nothing yet.
    """

    finder: RowFinder
    assigned: Int
    cover: Int
    there: NDArray[np.bool_]
    cost: Float
    excess: Int
    weekends: Int
    unpopular: Int
    blocks: Int

    def take(self, person: int) -> Int:
        """Take a person's row away and return it."""
        row: Int = self.assigned[person].copy()
        self._count(person, row, -1)
        self.there[person] = False
        return row

    def put(self, person: int, row: Int) -> None:
        """Give a person who has no row this one."""
        problem = self.finder.problem
        self.assigned[person] = row
        self._count(person, row, 1)
        self.there[person] = True
        self.cost[person] = row_cost(problem, self.finder.cells[person], person, row)
        self.excess[person] = np.append(problem.paid_min, 0)[row].sum() - problem.minutes_target[person].sum()
        self.weekends[person] = weekends_of(problem, row)
        self.unpopular[person] = unpopular_worked(problem, row[None, :])[0]

    def _count(self, person: int, row: Int, sign: int) -> None:
        problem = self.finder.problem
        days = np.flatnonzero(row != OFF)
        self.cover[days] += sign * problem.parts[person] * problem.contributes.T[row[days]]
        teams = problem.wishes.teams
        if teams is not None and teams.of[person] >= 0:
            there = np.flatnonzero(~problem.off[person])
            self.blocks[teams.of[person], there, teams.block_of[row[there]]] += sign

    def total(self) -> float:
        """Return the price of the roster, of those who have rows."""
        problem, wishes = self.finder.problem, self.finder.problem.wishes
        price = float(cover_price(problem, self.cover).sum()) + float(self.cost[self.there].sum())
        price += problem.team_price * float((self.blocks.sum(axis=2) - self.blocks.max(axis=2)).sum())
        if wishes.fair_hour and self.there.any():
            price += wishes.fair_hour * float(np.ptp(self.excess[self.there])) / 60
        if wishes.fair_weekend and self.there.any():
            price += wishes.fair_weekend * float(np.ptp(self.weekends[self.there]))
        if problem.unpopular_price and self.there.any():
            price += problem.unpopular_price * float(np.ptp(self.unpopular[self.there]))
        return price

    def best_row(self, person: int) -> Int | None:
        """Return the best row found for a person who has none, at the prices of those who have."""
        problem, wishes = self.finder.problem, self.finder.problem.wishes
        added = cover_price(problem, self.cover + problem.parts[person]) - cover_price(problem, self.cover)
        cells = self.finder.cells[person].copy()
        cells[:, :-1] += added @ problem.contributes
        cells += self._apart(person)
        paid = np.append(problem.paid_min, 0)
        best, found = np.inf, None
        seen: set[bytes] = set()
        signs = (0, 1, -1) if wishes.fair_hour or wishes.fair_weekend or problem.unpopular_price else (0,)
        disliked = np.zeros(problem.shifts) if wishes.unpopular is None else wishes.unpopular
        for sign in signs:
            lean = wishes.fair_hour / 60 * paid + problem.unpopular_price * np.append(disliked, 0)
            row = self.finder.cheapest(person, cells + sign * lean, sign * wishes.fair_weekend).assigned
            if row is None or row.tobytes() in seen:
                continue
            seen.add(row.tobytes())
            self.put(person, row)
            total = self.total()
            self.take(person)
            if total < best:
                best, found = total, row
        return found

    def _apart(self, person: int) -> Float:
        """Return what a person's cells add to the price of days apart from the team, shape (D, S + 1)."""
        problem, teams = self.finder.problem, self.finder.problem.wishes.teams
        if teams is None or teams.of[person] < 0:
            return np.zeros((problem.days, problem.shifts + 1))
        blocks = self.blocks[teams.of[person]]
        usual = blocks.max(axis=1, keepdims=True)
        added = np.where(problem.off[person][:, None], 0.0, problem.team_price * (blocks < usual))
        return added[:, teams.block_of]

    def improve(self, persons: Sequence[int]) -> bool:
        """Give each person in turn a better row where there is one; tell whether anybody got one."""
        better = False
        for person in persons:
            before = self.total()
            old = self.take(person)
            row = self.best_row(person)
            self.put(person, old if row is None else row)
            if self.total() < before - _TOLERANCE:
                better = True
            elif row is not None:
                self.take(person)
                self.put(person, old)
        return better

    def settle(self, sweeps: int) -> None:
        """Improve everybody until nobody can, or for a number of sweeps."""
        for _ in range(sweeps):
            if not self.improve(range(len(self.assigned))):
                return

    def settle_pairs(self, random: np.random.Generator, tries: int) -> None:
        """Give pairs of people new rows, one after the other, where that is cheaper for all."""
        if len(self.assigned) < 2:
            return
        price = self.total()
        for _ in range(tries):
            pair = [int(person) for person in random.choice(len(self.assigned), 2, replace=False)]
            old = {person: self.take(person) for person in pair}
            for person in pair:
                row = self.best_row(person)
                self.put(person, old[person] if row is None else row)
            after = self.total()
            if after <= price + _TOLERANCE:
                price = after
                continue
            for person in pair:
                self.take(person)
                self.put(person, old[person])


def draft_rows(finder: RowFinder, assigned: Int | None = None) -> RowDraft:
    """Return a draft of a roster, or of nobody's rows yet."""
    problem = finder.problem
    people = problem.persons
    draft = RowDraft(
        finder=finder,
        assigned=np.full((people, problem.days), OFF, dtype=np.int64),
        cover=np.zeros_like(problem.required),
        there=np.zeros(people, dtype=np.bool_),
        cost=np.zeros(people),
        excess=np.zeros(people, dtype=np.int64),
        weekends=np.zeros(people, dtype=np.int64),
        unpopular=np.zeros(people, dtype=np.int64),
        blocks=np.zeros(_block_shape(problem), dtype=np.int64),
    )
    if assigned is not None:
        for person in range(people):
            draft.put(person, assigned[person])
    return draft


def _block_shape(problem: RosterProblem) -> tuple[int, int, int]:
    teams = problem.wishes.teams
    return (0, problem.days, 1) if teams is None else (teams.number, problem.days, teams.blocks)


def cover_price(problem: RosterProblem, cover: Int) -> Float:
    """Return what each cover row costs with so many parts of people there, shape (D, K)."""
    missing = problem.unit * problem.required - cover
    price: Float = np.where(missing > 0, problem.under_weight * missing, -problem.over_weight * missing) / problem.unit
    return price


def construct_rows(finder: RowFinder, sweeps: int = 4) -> Int | None:
    """Return a roster in which nobody alone has a better row, or None where somebody has no row at all."""
    draft = draft_rows(finder)
    freedom = finder.problem.possible.sum(axis=(1, 2))
    for person in np.argsort(freedom, kind="stable").tolist():
        row = draft.best_row(person)
        if row is None:
            return None
        draft.put(person, row)
    draft.settle(sweeps)
    return draft.assigned


def construct_roster(problem: RosterProblem) -> Int | None:
    """Return a roster in which nobody alone has a better row; None where somebody has none, or too many to write."""
    finder = finder_of(problem)
    return None if finder is None else construct_rows(finder)
