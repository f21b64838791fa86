"""Solve a group of people by rows: a constructed roster, a bound by columns, dives, and the cells worth a search."""

from __future__ import annotations

import numpy as np

from layout.staffing.check import price_roster
from layout.staffing.rows.draft import construct_rows
from layout.staffing.rows.finder import RowFinder
from layout.staffing.rows.generate import Budget, Columns, grain_of
from layout.staffing.rows.master import master_of
from outlet.growing_lp import LpRun
from outlet.outcome import Limits

_ROUNDS = 10_000
_DIVES = 8
_FRUITLESS = 2
_DIVE_SHARE = 0.5


def solve_rows(finder: RowFinder, limits: Limits) -> Columns | None:
    """Return the best roster, its bound, and the cells that a better one may have; None where no start was found."""
    problem = finder.problem
    budget = Budget(limits)
    start = construct_rows(finder)
    if start is None:
        return None
    budget.work += finder.work
    price = price_roster(problem, start).total
    columns = Columns(finder, master_of(finder), budget, start, price, grain_of(problem))
    columns.master.add([(person, row.copy()) for person, row in enumerate(start)])
    everybody = list(range(problem.persons))
    run = columns.generate(everybody, _ROUNDS, whole=True)
    random = np.random.default_rng(limits.seed)
    if run is not None and not columns.proved:
        columns.round(run, {}, None)
    fruitless = 0
    for at in range(_DIVES):
        if run is None or columns.proved or budget.share() > _DIVE_SHARE or fruitless == _FRUITLESS:
            break
        before = columns.price
        columns.dive(run, None if at == 0 else random)
        fruitless = 0 if columns.price < before else fruitless + 1
        run = columns.generate(everybody, _ROUNDS, whole=True)
    _narrow(columns, run)
    return columns


def _narrow(columns: Columns, run: LpRun | None) -> None:
    if run is not None and columns.converged and not columns.proved:
        columns.cells = columns.allowed(run)
