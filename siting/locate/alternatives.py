r"""Find the best sets that differ from each other.

With S₁ the best set, S₂ is the best that leaves out at least d outlets of S₁, S₃ the best that leaves out at least d of
each, and so on: one quota ``|S ∩ S₁| ≤ |S₁| − d`` for every set found. Every one carries its own bound, so that a
planner sees how much better any set so different could be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from outlet.arrays import as_count
from outlet.outcome import Outcome
from siting.locate.plan import Quota, SitePlan, SiteRules

Solve = Callable[[SiteRules], Outcome[SitePlan]]


def best_sets(
    solve: Solve, rules: SiteRules, *, count: int, differ: int = 1, first: Outcome[SitePlan] | None = None
) -> tuple[Outcome[SitePlan], ...]:
    """Return up to ``count`` outcomes, the best first, every two of which differ in at least ``differ`` outlets.

    Parameters
    ----------
    solve
        The model with all but its rules given, such as ``lambda rules: max_cover(cost, demand, p, radius,
        rules=rules)``.
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
    found = [first if first is not None else solve(rules)]
    while len(found) < count:
        last = found[-1].solution
        if last is None:
            return tuple(found[:-1])
        most = len(last.opened) - differ
        if most < 0:
            return tuple(found)
        quota = Quota(last.opened, most=most, name=f"outlets shared with set {len(found)}")
        rules = replace(rules, quota=(*rules.quota, quota))
        found.append(_bounded(solve(rules), found[-1]))
        if found[-1].stopped_by == "interrupt":
            break
    return tuple(outcome for outcome in found if outcome.solution is not None)


def _bounded(later: Outcome[SitePlan], earlier: Outcome[SitePlan]) -> Outcome[SitePlan]:
    """Return the later outcome with the earlier bound where that is better: it has every rule of the earlier."""
    if later.bound is None or later.objective is None or earlier.bound is None:
        return later
    if later.bound == later.objective:
        return later
    nearer = min if later.bound > later.objective else max
    return replace(later, bound=nearer(later.bound, earlier.bound))
