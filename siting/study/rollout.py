"""Say in which year which outlet of the plan opens, so that the years together are best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError, NoSolutionError
from outlet.outcome import Limits, Outcome
from siting.locate import SitePlan, SiteRules, Task, Years, discounted, expand_years, max_capture, max_cover, p_median
from siting.locate.problem.check import opening_price
from siting.settings.rollout import RolloutSettings
from siting.study.choose import SiteProblem

Positions = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class YearlyPlan:
    """The plan by year.

    Parameters
    ----------
    opened
        Positions of the candidates that open in each year.
    outcome
        The aim summed over the weighed years, with the bound over all orders in which the plan can open.
    """

    opened: Mapping[int, Positions]
    outcome: Outcome[SitePlan]


def order_by_year(
    problem: SiteProblem, opened: Positions, settings: RolloutSettings, limits: Limits
) -> YearlyPlan | None:
    """Return the best order in which the outlets of the plan open, or None where no years are given.

    Raises
    ------
    InputError
        When the first year cannot pay for the closings.
    NoSolutionError
        When no order keeps to the budgets and openings of the years.
    """
    if not settings.years:
        return None
    years = Years(
        openings=settings.openings or None,
        budgets=_budgets(problem, opened, settings) if settings.budgets else None,
        weights=discounted(settings.years, settings.discount / (1.0 - settings.discount)),
    )
    kept = np.flatnonzero(opened >= problem.candidates)
    task = expand_years(
        years, len(opened), existing=kept, limits=limits,
        rules=SiteRules(opening_cost=problem.money[0][opened], locked_open=np.arange(len(opened))),
    )  # fmt: skip
    outcome = _solve(problem, opened, task)
    if outcome.solution is None:
        raise NoSolutionError(
            "no order of the plan's outlets keeps to siting.rollout.openings and budgets of every year"
            if outcome.status == "infeasible"
            else "no order of the plan's outlets was found within the limits; raise siting.locate.seconds and work"
        )
    at = outcome.solution.opened
    place, year = opened[task.options.place[at]], task.year[at]
    new = place < problem.candidates
    by_year = {settings.first_year + t: np.sort(place[new & (year == t)]) for t in range(settings.years)}
    return YearlyPlan(opened=by_year, outcome=outcome)


def _budgets(problem: SiteProblem, opened: Positions, settings: RolloutSettings) -> list[float]:
    """Return the money of each year, the first less what the closings cost."""
    closings = opening_price(np.zeros(len(problem.money[1])), problem.money[1], opened)
    first = settings.budgets[0] - closings
    if first < 0:
        raise InputError(
            f"siting.rollout.budgets: the first year has {settings.budgets[0]:g}, closings cost {closings:g} then"
        )
    return [first, *settings.budgets[1:]]


def _solve(problem: SiteProblem, opened: Positions, task: Task) -> Outcome[SitePlan]:
    demand, model = task.demand(problem.demand), problem.settings.model
    p = len(opened)
    if model == "max_capture":
        pull = task.cost(sparse.csr_array(problem.market.attraction[:, opened]), finite=True)
        return max_capture(pull, task.points(problem.market.rivals), demand, p, rules=task.rules, limits=task.limits)
    cost = task.cost(sparse.csr_array(problem.cost[:, opened]))
    if model == "max_cover":
        place = opened[task.options.place]
        share = None if problem.week_share is None else problem.week_share[place]
        return max_cover(
            cost, demand, p, problem.radius_min[place], week_share=share, rules=task.rules, limits=task.limits
        )
    return p_median(cost, demand, p, unreached=problem.unreached_min, rules=task.rules, limits=task.limits)


def tell_years(found: YearlyPlan | None, settings: RolloutSettings) -> list[str]:
    """Return what the planner should know of the order."""
    if found is None:
        return []
    counts = ", ".join(f"{year}: {len(opened)}" for year, opened in found.opened.items())
    proof = "proved best" if found.outcome.status == "optimal" else f"within {100 * (found.outcome.gap or 0):.2g} %"
    told = f"Outlets of the plan open by year ({counts}); the order is {proof} for all years together"
    if settings.discount:
        told += f", each year counting {100 * settings.discount:g} % less than the one before"
    return [f"{told}."]
