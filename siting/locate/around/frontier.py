"""Trace what each further outlet, or each further sum of money, is worth: solved in turn, each from the set before.

Bounds carry over from the larger to the smaller where every set of the smaller is no better than some set of the
larger: with more money every set stays allowed, and one outlet more is never worse where nothing but locks stands
against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from outlet.errors import InputError
from outlet.outcome import Outcome
from siting.locate.problem.plan import Positions, SitePlan

ROUNDING = 1e-5
T = TypeVar("T")
Solve = Callable[[int, Positions | None], Outcome[SitePlan]]
SolveBudget = Callable[[float, Positions | None], Outcome[SitePlan]]


@dataclass(frozen=True)
class FrontierPoint:
    """The best set found for one number of outlets ``p``, or for one ``budget``; ``p`` is then what it opens."""

    p: int
    outcome: Outcome[SitePlan]
    budget: float | None = None


def trace_frontier(solve: Solve, numbers: Sequence[int], *, monotone: bool = False) -> tuple[FrontierPoint, ...]:
    """Solve a model for every number of outlets, ascending; each solve begins with the set of the one before.

    Parameters
    ----------
    solve
        The model with all but p and the start given, such as ``lambda p, start: max_cover(cost, demand, p, radius,
        start=start)``.
    numbers
        Numbers of outlets, ascending.
    monotone
        Whether one outlet more is never worse: so where the rules hold nothing but locks, for all models but
        p_dispersion. The bound of a larger number then holds for every smaller one.

    Returns
    -------
    One point for each number; the points end early where Ctrl-C stopped a solve.

    Raises
    ------
    InputError
        When the numbers do not ascend.
    """
    _require_ascending(numbers, "numbers of outlets")
    found = _trace(solve, numbers)
    points = [FrontierPoint(p, outcome) for p, outcome in zip(numbers, found, strict=False)]
    return _carried(points) if monotone else tuple(points)


def trace_budgets(solve: SolveBudget, budgets: Sequence[float]) -> tuple[FrontierPoint, ...]:
    """Solve a model for every budget, ascending; each solve begins with the set of the one before.

    Parameters
    ----------
    solve
        The model with all but the budget and the start given, such as ``lambda budget, start: max_cover(cost, demand,
        None, radius, rules=replace(rules, budget=budget), start=start)``. A set that one budget allows must be allowed
        under a larger one, so ``p`` and all other rules stay the same.
    budgets
        Ascending.

    Returns
    -------
    One point for each budget, its bound no looser than that of a larger budget; the points end early where Ctrl-C
    stopped a solve.

    Raises
    ------
    InputError
        When the budgets do not ascend.
    """
    _require_ascending(budgets, "budgets")
    found = _trace(solve, budgets)
    return _carried(
        [
            FrontierPoint(0 if outcome.solution is None else len(outcome.solution.opened), outcome, float(budget))
            for budget, outcome in zip(budgets, found, strict=False)
        ]
    )


def _require_ascending(values: Sequence[float], what: str) -> None:
    if any(not before < after for before, after in pairwise(values)):
        raise InputError(f"frontier over {list(values)}: expected ascending {what}")


def _trace(solve: Callable[[T, Positions | None], Outcome[SitePlan]], values: Sequence[T]) -> list[Outcome[SitePlan]]:
    found: list[Outcome[SitePlan]] = []
    start: Positions | None = None
    for value in values:
        outcome = solve(value, start)
        found.append(outcome)
        if outcome.stopped_by == "interrupt":
            break
        if outcome.solution is not None:
            start = outcome.solution.opened
    return found


def _carried(points: list[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Return the points with the bound of a larger one where it is nearer than their own."""
    for at in range(len(points) - 2, -1, -1):
        points[at] = replace(points[at], outcome=bounded_by(points[at].outcome, points[at + 1].outcome))
    return tuple(points)


def bounded_by(outcome: Outcome[SitePlan], wider: Outcome[SitePlan]) -> Outcome[SitePlan]:
    """Return an outcome with the bound of another that no plan of the first can pass, where that is nearer.

    Raises
    ------
    RuntimeError
        When the plan passes that bound: a bug of ours, or problems that do not hold each other.
    """
    if outcome.bound is None or outcome.objective is None or wider.bound is None or outcome.bound == outcome.objective:
        return outcome
    is_most = outcome.bound > outcome.objective
    bound = min(outcome.bound, wider.bound) if is_most else max(outcome.bound, wider.bound)
    if bound == outcome.bound:
        return outcome
    if (bound <= outcome.objective) if is_most else (bound >= outcome.objective):
        if abs(bound - outcome.objective) > ROUNDING * max(abs(outcome.objective), 1e-9):
            raise RuntimeError(f"a plan of price {outcome.objective} passes the bound {bound} of a wider problem")
        return replace(outcome, bound=outcome.objective, status="optimal", stopped_by="proof")
    return replace(outcome, bound=bound)
