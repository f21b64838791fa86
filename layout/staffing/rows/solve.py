"""Solve a group of people by rows: a start, a bound by columns, dives, small moves, and the cells worth a search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layout.staffing.check import price_roster
from layout.staffing.plan import Int
from layout.staffing.rows.anneal import Annealer, annealer_of
from layout.staffing.rows.draft import construct_rows
from layout.staffing.rows.finder import RowFinder
from layout.staffing.rows.generate import Budget, Columns, grain_of
from layout.staffing.rows.master import master_of
from outlet.growing_lp import LpRun
from outlet.outcome import Limits

_ROUNDS = 10_000
_DIVES = 8
_FRUITLESS = 2
_DIVE_SHARE = 0.3
_REFINE_SHARE = 0.12
_REFINED_SHARE = 0.8
_MOST_FRUITLESS = 6


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
    random, annealer = np.random.default_rng(limits.seed), annealer_of(finder, limits.seed)
    if run is not None and not columns.proved:
        columns.round(run, {}, None)
    fruitless, dived = 0, [start]
    for at in range(_DIVES):
        if run is None or columns.proved or budget.share() > _DIVE_SHARE or fruitless == _FRUITLESS:
            break
        before = columns.price
        dived.append(columns.dive(run, None if at == 0 else random))
        _refine(columns, annealer, dived[-1])
        fruitless = 0 if columns.price < before else fruitless + 1
        run = columns.generate(everybody, _ROUNDS, whole=True)
    _insist(columns, annealer, sorted(dived, key=lambda roster: price_roster(problem, roster).total))
    _narrow(columns, run)
    return columns


def _insist(columns: Columns, annealer: Annealer, dived: list[Int]) -> None:
    """Anneal the best roster again and again, and what dives built, cheapest first, wherever that has not helped."""
    fruitless = 0
    while not columns.proved and fruitless < _MOST_FRUITLESS and columns.budget.share() < _REFINED_SHARE:
        before = columns.price
        again = columns.best if fruitless % 2 == 0 else dived[fruitless // 2 % len(dived)]
        _refine(columns, annealer, again)
        fruitless = 0 if columns.price < before else fruitless + 1


def _refine(columns: Columns, annealer: Annealer, assigned: Int) -> None:
    """Anneal a roster for a share of what there is, and offer what comes of it."""
    budget = columns.budget
    if columns.proved or budget.stopped_by() is not None:
        return
    rest, before, whole = budget.rest(), annealer.work, budget.limits
    work = None if rest.work is None or whole.work is None else min(rest.work, _REFINE_SHARE * whole.work)
    part = replace(rest, seconds=min(rest.seconds, _REFINE_SHARE * whole.seconds), work=work)
    refined = annealer.refine(assigned, columns.bound + columns.grain / 2, part)
    budget.work += annealer.work - before
    columns.offer(refined)


def _narrow(columns: Columns, run: LpRun | None) -> None:
    if run is not None and columns.converged and not columns.proved:
        columns.cells = columns.allowed(run)
