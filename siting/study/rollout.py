"""Say what opens in which year: the set chosen for all years together, or the plan of the last year put in order.

The aim over years is the mean of the aims of the single years, weighed by how much each counts, so that it keeps the
unit of a single year. Together, set and order are one problem (`siting.locate.roll_out`); the plan of the last year in
its best order is where that search begins, so that it never ends below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import NoSolutionError
from outlet.outcome import Limits, Outcome
from outlet.progress import watched
from siting.locate import Quota, SitePlan, SiteRules, Task, Years, discounted, expand_years, roll_out
from siting.locate.problem.check import opening_price
from siting.settings.rollout import RolloutSettings
from siting.study.choose import SiteProblem, price_of
from siting.study.label import Labels, figure, tidy

Positions = NDArray[np.int64]
FIND_OUT_GAP, FIND_OUT_SECONDS = 0.9, 10.0
"""Limits where only whether there is a plan counts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class YearlyPlan:
    """The plan by year.

    Parameters
    ----------
    opened
        Columns that open in each year.
    reached
        The aim in each year.
    outcome
        The set of the last year; the aim is the mean of the years, with its bound: over all roll-outs, or over all
        orders in which the plan can open.
    together
        Whether the set was chosen for all years together.
    exact
        Whether all years were one problem.
    """

    opened: Mapping[int, Positions]
    reached: Mapping[int, float]
    outcome: Outcome[SitePlan]
    together: bool = False
    exact: bool = True

    def year_of(self, count: int) -> Positions:
        """Return in which year, from 0, each of ``count`` columns opens, −1 for never; existing outlets stay from 0."""
        year = np.full(count, -1, dtype=np.int64)
        if self.outcome.solution is not None:
            year[self.outcome.solution.opened] = 0
        for t, opened in enumerate(self.opened.values()):
            year[opened] = t
        return year


def order_by_year(problem: SiteProblem, plan: SitePlan, settings: RolloutSettings, limits: Limits) -> YearlyPlan:
    """Return the best order in which the outlets of a plan open.

    Raises
    ------
    NoSolutionError
        When the first year cannot pay for the closings, or no order keeps to the budgets and openings of the years.
    """
    opened = plan.opened
    years = _years(settings, _budgets(problem, opened, settings))
    kept = np.flatnonzero(opened >= problem.candidates)
    task = expand_years(
        years, len(opened), existing=kept, limits=limits,
        rules=SiteRules(opening_cost=problem.money[0][opened], locked_open=np.arange(len(opened))),
    )  # fmt: skip
    new = len(opened) - len(kept)
    outcome = over_years(problem, task, opened).solve(new, limits)
    if outcome.solution is None:
        raise NoSolutionError(
            "no order of the plan's outlets keeps to siting.rollout.openings and budgets of every year"
            if outcome.status == "infeasible"
            else "no order of the plan's outlets was found within the limits; raise siting.locate.seconds and work"
        )
    at = outcome.solution.opened
    column, year = opened[task.options.place[at]], task.year[at]
    is_new = column < problem.candidates
    by_year = [np.sort(column[is_new & (year == t)]) for t in range(settings.years)]
    return _by_year(problem, settings, by_year, replace(outcome, solution=plan))


def find_years(
    problem: SiteProblem, last: Outcome[SitePlan], settings: RolloutSettings, limits: Limits
) -> YearlyPlan | None:
    """Return what opens in which year, or None where no years are given; ``last`` is the best set of the last year.

    Raises
    ------
    NoSolutionError
        When no roll-out keeps to the rules, with the first year that fails, or none was found.
    """
    if not settings.years:
        return None
    if not settings.joint:
        return order_by_year(problem, last.require(), settings, limits)
    try:
        ordered = order_by_year(problem, last.require(), settings, limits)
    except NoSolutionError:
        ordered = None
    watched().say("locate: all years together; plan and bound are now sums over the years")
    begin = None if ordered is None else ordered.year_of(problem.cost.shape[1])
    found = choose_together(problem, settings, limits, begin=begin)
    if ordered is not None:
        found = _better(found, ordered, _goal(problem))
    if found.outcome.solution is None and found.outcome.stopped_by != "interrupt":
        raise NoSolutionError(_why_none(problem, settings, found.outcome))
    return found


def choose_together(
    problem: SiteProblem,
    settings: RolloutSettings,
    limits: Limits,
    *,
    rules: SiteRules | None = None,
    begin: Positions | None = None,
) -> YearlyPlan:
    """Choose the set, and what of it opens when, for all years together; without a plan where there is none.

    Parameters
    ----------
    problem
        That of the last year.
    settings
        The years, at least one.
    limits
        When to stop.
    rules
        The rules over columns where they are not those of the problem.
    begin
        A roll-out to begin with: the year, from 0, in which each column opens, −1 for never.
    """
    count = problem.cost.shape[1]
    pairs = problem.market.attraction if problem.settings.model == "max_capture" else problem.cost
    found = roll_out(
        _solver(problem, settings), _years(settings, settings.budgets), count, goal=_goal(problem), pairs=pairs.nnz,
        rules=_with_number(problem, settings, problem.rules if rules is None else rules),
        existing=np.arange(problem.candidates, count), limits=limits,
        begin=begin,
    )  # fmt: skip
    plan = _by_year(problem, settings, found.opened, found.outcome)
    return replace(plan, together=True, exact=found.exact)


@dataclass(frozen=True, eq=False)
class Expanded:
    """All years as one problem: its columns are those of a year, from some year on.

    Parameters
    ----------
    problem
        The problem over all years.
    column
        The column of the problem of one year that each of its columns is, shape (k,).
    opened
        The plan in its columns.
    """

    problem: SiteProblem
    column: Positions
    opened: Positions


def expand(problem: SiteProblem, settings: RolloutSettings, plan: YearlyPlan) -> Expanded:
    """Return the problem over all years and a plan in it."""
    task = _task(problem, settings)
    return Expanded(over_years(problem, task), task.options.place, task.at(plan.year_of(task.options.m)))


def over_years(problem: SiteProblem, task: Task, columns: Positions | None = None) -> SiteProblem:
    """Return a problem of one year as that of a task: its columns are the given ones (or all) from some year on."""
    given = np.arange(problem.cost.shape[1]) if columns is None else columns
    market = problem.market
    return replace(
        problem,
        cost=task.cost(sparse.csr_array(problem.cost[:, given])),
        demand=task.demand(problem.demand),
        market=replace(
            market,
            attraction=task.cost(sparse.csr_array(market.attraction[:, given]), finite=True),
            rivals=task.points(market.rivals),
            demand=task.demand(market.demand),
        ),
        columns=problem.columns.at(given[task.options.place]),
        rules=task.rules,
    )


def _years(settings: RolloutSettings, budgets: Sequence[float]) -> Years:
    weights = discounted(settings.years, settings.discount / (1.0 - settings.discount))
    return Years(
        openings=settings.openings or None, budgets=budgets or None, weights=weights, first=settings.first_year
    )


def _task(problem: SiteProblem, settings: RolloutSettings, limits: Limits | None = None) -> Task:
    count = problem.cost.shape[1]
    return expand_years(
        _years(settings, settings.budgets), count, existing=np.arange(problem.candidates, count), limits=limits,
        rules=_with_number(problem, settings, problem.rules),
    )  # fmt: skip


def _goal(problem: SiteProblem) -> Literal["most", "least"]:
    return "least" if problem.settings.model == "p_median" else "most"


def _with_number(problem: SiteProblem, settings: RolloutSettings, rules: SiteRules) -> SiteRules:
    """Return the rules with the number of new outlets, where the openings of the years do not say it exactly."""
    number = problem.settings.number
    if number is None or not settings.budgets:
        return rules
    count = Quota(np.arange(problem.candidates), number, number, "siting.locate.outlets")
    return replace(rules, quota=(*rules.quota, count))


def _solver(problem: SiteProblem, settings: RolloutSettings) -> Callable[[Task], Outcome[SitePlan]]:
    stay = problem.existing - problem.settings.closings

    def solve(task: Task) -> Outcome[SitePlan]:
        new = None if task.p is None else task.p - stay
        if len(task.weight) == settings.years:
            new = problem.settings.number
        return over_years(problem, task).solve(new, task.limits, start=task.start)

    return solve


def _by_year(
    problem: SiteProblem, settings: RolloutSettings, opened: Sequence[Positions], outcome: Outcome[SitePlan]
) -> YearlyPlan:
    """Return a roll-out with the aim of every year, and that of all as their mean."""
    if outcome.solution is None or outcome.objective is None:
        return YearlyPlan(opened={}, reached={}, outcome=outcome)
    weight, price = _years(settings, settings.budgets).weight.sum(), price_of(problem)
    now = outcome.solution.opened[outcome.solution.opened >= problem.candidates]
    reached = {}
    for t, more in enumerate(opened):
        now = np.union1d(now, more)
        reached[settings.first_year + t] = price(problem.demand, now)
    bound = None if outcome.bound is None else outcome.bound / weight
    return YearlyPlan(
        opened={settings.first_year + t: more for t, more in enumerate(opened)},
        reached=reached,
        outcome=replace(outcome, objective=outcome.objective / weight, bound=bound),
    )


def _better(plan: YearlyPlan, ordered: YearlyPlan, goal: Literal["most", "least"]) -> YearlyPlan:
    """Return the better of two roll-outs, under the bound of the first."""
    ours, theirs, sign = plan.outcome, ordered.outcome, 1.0 if goal == "most" else -1.0
    if ours.objective is not None and sign * ours.objective >= sign * (theirs.objective or 0.0):
        return plan
    told = replace(ours, solution=theirs.solution, objective=theirs.objective, status="feasible")
    return replace(plan, opened=ordered.opened, reached=ordered.reached, outcome=told)


def _budgets(problem: SiteProblem, opened: Positions, settings: RolloutSettings) -> list[float]:
    """Return the money of each year, the first less what the closings cost; none where none is given."""
    if not settings.budgets:
        return []
    closings = opening_price(np.zeros(len(problem.money[1])), problem.money[1], opened)
    first = settings.budgets[0] - closings
    if first < 0:
        raise NoSolutionError(
            f"siting.rollout.budgets: the first year has {settings.budgets[0]:g}, closings cost {closings:g} then"
        )
    return [first, *settings.budgets[1:]]


def _why_none(problem: SiteProblem, settings: RolloutSettings, found: Outcome[SitePlan]) -> str:
    """Say why there is no roll-out: the first year whose limits, with those before it, leave none."""
    if found.status == "undecided":
        return "no roll-out was found within the limits; raise siting.locate.seconds and work"
    told = "no roll-out keeps to siting.rollout and the rules"
    years = _years(settings, settings.budgets)
    task = _task(problem, settings, Limits(seconds=FIND_OUT_SECONDS, gap=FIND_OUT_GAP, workers=1))
    for t in range(settings.years):
        later = {name(s) for s in range(t + 1, settings.years) for name in (years.money_name, years.openings_name)}
        kept = replace(
            task.rules,
            quota=tuple(each for each in task.rules.quota if each.name not in later),
            budgets=tuple(each for each in task.rules.budgets if each.name not in later),
        )
        if _solver(problem, settings)(replace(task, rules=kept)).status == "infeasible":
            until = settings.first_year + t
            return f"{told}: those up to year {until} cannot be kept; give more money by then, or other openings"
    return f"{told}: {'; '.join(found.reasons)}"


def years_record(found: YearlyPlan | None, labels: Labels) -> dict[str, object]:
    """Return what plan.json says of the years."""
    years = {} if found is None else found.opened
    steps = [
        {"year": year, "opened": labels.ids_at(at), "objective": tidy(found.reached[year])}
        for year, at in years.items()
        if found is not None
    ]
    return {"rollout": steps, "rollout_joint": found is not None and found.together}


def tell_years(found: YearlyPlan | None, last: Outcome[SitePlan], settings: RolloutSettings) -> list[str]:
    """Return what the planner should know of the years; ``last`` is the set best for the last year alone."""
    if found is None:
        return []
    counts = ", ".join(f"{year}: {len(opened)}" for year, opened in found.opened.items())
    proof = "proved best" if found.outcome.status == "optimal" else f"within {100 * (found.outcome.gap or 0):.2g} %"
    less = f", each year counting {100 * settings.discount:g} % less than the one before" if settings.discount else ""
    what = "the set and its order are" if found.together else "the order is"
    notes = [f"Outlets of the plan open by year ({counts}); {what} {proof} for all years together{less}."]
    if found.together:
        end, alone = figure(list(found.reached.values())[-1]), figure(last.objective)
        other = "as does" if end == alone else f"{alone} is reached by"
        notes.append(f"In the last year the plan reaches {end}; {other} the set best for that year alone.")
    return notes
