r"""Find the best sets that differ from each other.

With S₁ the best set, S₂ is the best that leaves out at least d outlets of S₁, S₃ the best that leaves out at least d of
each, and so on: one quota ``|S ∩ S₁| ≤ |S₁| − d`` for every set found; so also where p is open and sets differ in size.
Every one carries its own bound, so that a planner sees how much better any set so different could be. The next solve
begins with the last set less the d outlets that serve the fewest, and its bound is never looser than that of the set
before, whose rules it all has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from outlet.arrays import as_count
from outlet.outcome import Outcome
from siting.locate.around.frontier import bounded_by
from siting.locate.problem.plan import Positions, Quota, SitePlan, SiteRules

Solve = Callable[[SiteRules, Positions | None], Outcome[SitePlan]]


def best_sets(
    solve: Solve, rules: SiteRules, *, count: int, differ: int = 1, first: Outcome[SitePlan] | None = None
) -> tuple[Outcome[SitePlan], ...]:
    """Return up to ``count`` outcomes, the best first, every two of which differ in at least ``differ`` outlets.

    Parameters
    ----------
    solve
        The model with all but its rules and its start given, such as ``lambda rules, start: max_cover(cost, demand,
        p, radius, rules=rules, start=start)``.
    rules
        The rules every set must satisfy.
    count
        How many sets.
    differ
        How many outlets of every earlier set a later one leaves out, at least.
    first
        The outcome under ``rules`` where it is known already.

    Returns
    -------
    Fewer than ``count`` where no further set exists, or none was found within the limits.

    Raises
    ------
    InputError
        When a number is out of range.
    """
    as_count("count", count, least=1)
    as_count("differ", differ, least=1)
    found = [first if first is not None else solve(rules, None)]
    while len(found) < count:
        last = found[-1].solution
        if last is None:
            return tuple(found[:-1])
        most = len(last.opened) - differ
        if most < 0:
            return tuple(found)
        quota = Quota(last.opened, most=most, name=f"outlets shared with set {len(found)}")
        rules = replace(rules, quota=(*rules.quota, quota))
        found.append(bounded_by(solve(rules, _less(last, rules, differ)), found[-1]))
        if found[-1].stopped_by == "interrupt":
            break
    return tuple(outcome for outcome in found if outcome.solution is not None)


def _less(plan: SitePlan, rules: SiteRules, differ: int) -> Positions:
    """Return a set without the ``differ`` outlets that serve the fewest demand points; those locked open stay."""
    serves = np.bincount(plan.assigned[plan.assigned >= 0], minlength=int(plan.opened.max(initial=0)) + 1)
    free = np.setdiff1d(plan.opened, np.asarray(rules.locked_open, dtype=np.int64))
    least = free[np.lexsort((-free, serves[free]))][:differ]
    return np.setdiff1d(plan.opened, least)
