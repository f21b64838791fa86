r"""Choose what opens in which year: sets that only grow, under what each year can pay for or build.

All years are one problem (see `years`) that any model whose price is a sum over demand points solves with its bound.
Where that is too large, sets are found year by year: forwards, each with the set before it locked open, and backwards,
each within the set after it; the better one counts. Its bound is the sum of the bounds of the single years solved
alone, each with all money and openings up to it: the sets of any roll-out satisfy each of these, so that no roll-out
passes their sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_positions
from outlet.outcome import Limits, Outcome, StoppedBy
from siting.locate.options.options import Options
from siting.locate.options.years import Bools, Task, Years, expand_years, number_open, year_money
from siting.locate.problem.plan import NO_RULES, Positions, Quota, SitePlan, SiteRules

MOST_PAIRS = 3_000_000
ROUNDING = 1e-9


Solve = Callable[[Task], Outcome[SitePlan]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rollout:
    """What opens when.

    Parameters
    ----------
    opened
        Places that open in each year, sorted, existing ones left out; empty where there is no plan.
    outcome
        The last year's set, with the objective and bound over all years.
    exact
        Whether all years were one problem; else year by year, and ``outcome.reasons`` says so.
    """

    opened: tuple[Positions, ...]
    outcome: Outcome[SitePlan]
    exact: bool


def roll_out(
    solve: Solve,
    years: Years,
    m: int,
    *,
    goal: Literal["most", "least"],
    pairs: int,
    rules: SiteRules = NO_RULES,
    existing: ArrayLike = (),
    limits: Limits | None = None,
    begin: Positions | None = None,
    most_pairs: int = MOST_PAIRS,
) -> Rollout:
    """Choose what opens in which year.

    Parameters
    ----------
    solve
        The model, such as ``lambda task: max_cover(task.cost(cost), task.demand(demand), task.p, radius,
        rules=task.rules, limits=task.limits, start=task.start)``. Its price must be a sum over demand points alone:
        max_cover, p_median or max_capture.
    years, m, rules, existing, limits
        As in `expand_years`.
    goal
        Whether the model seeks the ``most`` or the ``least``.
    pairs
        Number of reachable pairs of places and demand points in one year.
    begin
        Year in which each place opens, shape (m,), −1 for never: a roll-out to begin with where all years are one
        problem. Existing places that stay have 0.
    most_pairs
        Pairs of the whole problem up to which all years are solved as one.

    Returns
    -------
    The roll-out with its bound. ``outcome.reasons`` tells where years were solved one by one.
    """
    task = expand_years(years, m, rules=rules, existing=existing, limits=limits)
    is_old = np.zeros(m, dtype=bool)
    is_old[as_positions("existing", existing, m)] = True
    if pairs * years.count * (years.count + 1) // 2 <= most_pairs:
        outcome = solve(task if begin is None else replace(task, start=task.at(begin)))
        return Rollout(opened=_opened(task, outcome, is_old), outcome=_as_places(task, outcome), exact=True)
    return _Nested(solve, years, m, goal, rules, is_old, task.limits).find()


def _opened(task: Task, outcome: Outcome[SitePlan], is_old: Bools) -> tuple[Positions, ...]:
    if outcome.solution is None:
        return ()
    at = outcome.solution.opened
    place, year = task.options.place[at], task.year[at]
    return tuple(place[(year == t) & ~is_old[place]] for t in range(len(task.weight)))


def _as_places(task: Task, outcome: Outcome[SitePlan]) -> Outcome[SitePlan]:
    """Return an outcome over options and years as one over places; ``assigned`` is that of the last year."""
    if outcome.solution is None:
        return outcome
    plan, place = outcome.solution, task.options.place
    last = plan.assigned[len(plan.assigned) - len(plan.assigned) // len(task.weight) :]
    return replace(outcome, solution=SitePlan(np.sort(place[plan.opened]), np.where(last >= 0, place[last], -1)))


@dataclass
class _Nested:
    """A roll-out year by year: sets that grow, the bound of every year alone, and sets that shrink."""

    solve: Solve
    years: Years
    m: int
    goal: Literal["most", "least"]
    rules: SiteRules
    is_old: Bools
    limits: Limits
    stops: list[StoppedBy] = field(default_factory=list)
    seconds: float = 0.0

    def find(self) -> Rollout:
        """Return the better of growing forwards and shrinking backwards, with the sum of the single years' bounds."""
        count = self.years.count
        grown = self._grow()
        alone = [grown[0], *(self._ask(s, self._alone(s)) for s in range(1, count))]
        if bad := [one for one in alone if one is not None and one.status == "infeasible"]:
            return Rollout(opened=(), outcome=bad[0], exact=False)
        bounds = [None if one is None else one.bound for one in alone]
        bound = None if None in bounds else math.fsum(each for each in bounds if each is not None)
        best, price = None, math.nan
        for sets in (grown, self._shrink(alone[-1])):
            plans = [one.solution for one in sets if one is not None and one.solution is not None]
            if len(plans) < count:
                continue
            total = math.fsum(one.objective or 0.0 for one in sets if one is not None)
            if best is None or (total > price if self.goal == "most" else total < price):
                best, price = plans, total
        return self._told(best, price, bound)

    def _told(self, best: list[SitePlan] | None, price: float, bound: float | None) -> Rollout:
        reasons = ("the years were solved one by one; the bound is the sum of the best of every year alone",)
        ended: StoppedBy = "work"
        for stop in ("time", "interrupt"):
            ended = stop if stop in self.stops else ended
        if best is None:
            outcome: Outcome[SitePlan] = Outcome(
                status="undecided", solution=None, objective=None, bound=bound, seconds=self.seconds, stopped_by=ended,
                reasons=reasons,
            )  # fmt: skip
            return Rollout(opened=(), outcome=outcome, exact=False)
        if bound is not None and abs(bound - price) <= ROUNDING * max(abs(price), 1e-300):
            bound = price
        proved = bound == price
        outcome = Outcome(
            status="optimal" if proved else "feasible", solution=best[-1], objective=price, bound=bound,
            seconds=self.seconds, stopped_by="proof" if proved else ended, reasons=reasons,
        )  # fmt: skip
        sets = [np.flatnonzero(self.is_old), *(plan.opened for plan in best)]
        opened = tuple(np.setdiff1d(now, before) for before, now in pairwise(sets))
        return Rollout(opened=opened, outcome=outcome, exact=False)

    def _grow(self) -> list[Outcome[SitePlan] | None]:
        found: list[Outcome[SitePlan] | None] = [self._ask(0, self._alone(0))]
        for s in range(1, self.years.count):
            if (last := found[-1]) is None or last.solution is None:
                break
            before, rules = last.solution.opened, self._alone(s)
            gone = np.setdiff1d(np.flatnonzero(self.is_old), before)
            found.append(self._ask(s, _locked(rules, before, gone)))
        return found

    def _shrink(self, last: Outcome[SitePlan] | None) -> list[Outcome[SitePlan] | None]:
        found = [last]
        for s in range(self.years.count - 2, -1, -1):
            if found[0] is None or found[0].solution is None:
                break
            after, rules = found[0].solution.opened, self._alone(s)
            stays = after[self.is_old[after]]
            found.insert(0, self._ask(s, _locked(rules, stays, np.setdiff1d(np.arange(self.m), after))))
        return found

    def _alone(self, s: int) -> SiteRules:
        """Return the rules of one year alone, over places, with all that may be spent and opened up to it."""
        years, rules, new = self.years, self.rules, np.flatnonzero(~self.is_old)
        if s < years.count - 1:
            rules = _upper_limits(rules, np.flatnonzero(self.is_old))
        quota, budgets = list(rules.quota), list(rules.budgets)
        if years.openings is not None:
            opens = sum(years.openings[: s + 1])
            quota.append(
                Quota(new, opens if years.budgets is None else 0, opens, f"openings up to year {years.first + s}")
            )
        if years.budgets is not None:
            over = Options(np.arange(self.m), self.m).rules(rules)
            budgets.append(
                year_money(replace(years, openings=None), over, np.zeros(self.m, dtype=np.int64), ~self.is_old)[s]
            )
        return replace(rules, quota=tuple(quota), budgets=tuple(budgets))

    def _ask(self, s: int, rules: SiteRules) -> Outcome[SitePlan] | None:
        """Solve one year, unless Ctrl-C ended an earlier one."""
        if "interrupt" in self.stops:
            return None
        share = 1.0 / (3 * self.years.count - 2)
        work = None if self.limits.work is None else self.limits.work * share
        task = Task(
            options=Options(np.arange(self.m), self.m), year=np.zeros(self.m, dtype=np.int64),
            weight=self.years.weight[s : s + 1], first=s, p=number_open(self.years, self.rules, self.is_old, s + 1),
            rules=rules, start=None, limits=replace(self.limits, seconds=self.limits.seconds * share, work=work),
        )  # fmt: skip
        outcome = self.solve(task)
        self.stops.append(outcome.stopped_by)
        self.seconds += outcome.seconds
        return outcome


def _locked(rules: SiteRules, more_open: Positions, more_shut: Positions) -> SiteRules:
    is_open = np.union1d(np.asarray(rules.locked_open, dtype=np.int64), more_open)
    is_shut = np.union1d(np.asarray(rules.locked_shut, dtype=np.int64), more_shut)
    return replace(rules, locked_open=is_open, locked_shut=is_shut)


def _upper_limits(rules: SiteRules, existing: Positions) -> SiteRules:
    """Return the rules that already hold before the last year: upper limits and pairs, and what stays of old."""
    return replace(
        rules,
        locked_open=np.intersect1d(np.asarray(rules.locked_open, dtype=np.int64), existing),
        quota=tuple(replace(each, least=0) for each in rules.quota),
        budgets=tuple(replace(each, least=None) for each in rules.budgets if np.min(np.asarray(each.amount)) >= 0),
        required_pairs=(),
    )
