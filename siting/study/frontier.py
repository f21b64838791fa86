"""Trace what more outlets, or more money, bring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlet.outcome import Limits, Outcome
from siting.locate import FrontierPoint, SitePlan, trace_budgets, trace_frontier
from siting.study.choose import SiteProblem

BUDGETS = 5
"""Points of the frontier over money where none are given."""


def trace_worth(problem: SiteProblem, best: Outcome[SitePlan], limits: Limits) -> tuple[FrontierPoint, ...]:
    """Return the frontier over the number of new outlets, or over money where a budget alone limits the plan."""
    settings = problem.settings
    if settings.model == "set_cover":
        return (FrontierPoint(len(best.require().opened) - problem.existing + settings.closings, best),)
    if settings.number is None and settings.budget is not None:
        return _over_money(problem, best, limits, settings.budget)
    number = settings.wanted
    low, high = settings.frontier or (1, number)
    usable = int(problem.places.sum())
    return trace_frontier(
        lambda p, start: best if p == number else problem.solve(p, limits, start=start),
        list(range(max(low, len(settings.locked_open)), min(high, usable) + 1)),
        monotone=problem.only_locks,
    )


def _over_money(
    problem: SiteProblem, best: Outcome[SitePlan], limits: Limits, budget: float
) -> tuple[FrontierPoint, ...]:
    given = problem.settings.frontier_budgets
    amounts = given or tuple(np.unique(np.linspace(budget / BUDGETS, budget, BUDGETS)).tolist())
    rules = problem.rules
    return trace_budgets(
        lambda money, start: (
            best if money == budget else problem.solve(None, limits, rules=replace(rules, budget=money), start=start)
        ),
        amounts,
    )
