"""Trace what each further outlet is worth: the model solved for every number of outlets, each from the set before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from outlet.errors import InputError
from outlet.outcome import Outcome
from siting.locate.plan import Positions, SitePlan

Solve = Callable[[int, Positions | None], Outcome[SitePlan]]


@dataclass(frozen=True)
class FrontierPoint:
    """The best set found for one number of outlets."""

    p: int
    outcome: Outcome[SitePlan]


def trace_frontier(solve: Solve, numbers: Sequence[int]) -> tuple[FrontierPoint, ...]:
    """Solve a model for every number of outlets, ascending; each solve begins with the set of the one before.

    Parameters
    ----------
    solve
        The model with all but p and the start given, such as ``lambda p, start: max_cover(cost, demand, p, radius,
        start=start)``.
    numbers
        Numbers of outlets, ascending.

    Returns
    -------
    One point for each number; the points end early where Ctrl-C stopped a solve.

    Raises
    ------
    InputError
        When the numbers do not ascend.
    """
    if any(before >= after for before, after in pairwise(numbers)):
        raise InputError(f"frontier over {list(numbers)}: expected ascending numbers of outlets")
    points: list[FrontierPoint] = []
    start: Positions | None = None
    for p in numbers:
        outcome = solve(p, start)
        points.append(FrontierPoint(p, outcome))
        if outcome.stopped_by == "interrupt":
            break
        if outcome.solution is not None:
            start = outcome.solution.opened
    return tuple(points)
