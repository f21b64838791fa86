r"""Tell how sure a set is: what the best set would be were demand, or weights, a little different.

In every draw each amount is multiplied by a factor of its own, uniform between 1 − change and 1 + change, and the model
is solved again, starting with the plan. Two figures come of it: in which share of the draws an outlet is open, and the
regret of the plan, which is what the plan loses to the best set of that draw. Where a draw is not proved, its bound
still limits the regret from above.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_count, as_positions
from outlet.errors import InputError
from outlet.outcome import Outcome
from siting.locate.problem.plan import Amounts, Positions, SitePlan

Solve = Callable[[Amounts, Positions], Outcome[SitePlan]]
Price = Callable[[Amounts, Positions], float]


@dataclass(frozen=True, eq=False)
class Stability:
    """How a plan stands when amounts move.

    Parameters
    ----------
    share_open
        Share of the draws in which each candidate is open, shape (m,).
    regret
        What the plan loses to the best set found in each draw, relative to that set's price, from 0, shape (draws,).
    regret_bound
        What it loses at most, relative to the same, shape (draws,); infinite where a draw has no bound.
    """

    share_open: Amounts
    regret: Amounts
    regret_bound: Amounts

    @property
    def draws(self) -> int:
        """Number of draws that were solved."""
        return len(self.regret)


def vary(
    solve: Solve, price: Price, plan: ArrayLike, *, size: int, m: int, change: float = 0.1, draws: int = 50,
    seed: int = 0,
) -> Stability:  # fmt: skip
    """Solve a model again and again with amounts moved, and compare the plan with what comes out.

    Parameters
    ----------
    solve
        The model, given factors and a set to begin with, such as ``lambda factor, start: max_cover(cost, demand *
        factor, p, radius, start=start)``.
    price
        The price of a set under factors, such as ``lambda factor, opened: check.covered_demand(…)``.
    plan
        Positions of the plan.
    size
        Number of amounts that move each on its own: demand points, or groups of them, or weights.
    m
        Number of candidates.
    change
        Greatest relative change, above 0 and below 1.
    draws, seed
        How many draws, and what they follow from.

    Returns
    -------
    Over fewer draws where Ctrl-C stopped one. Draws without any plan are left out.

    Raises
    ------
    InputError
        When a number is out of range.
    """
    if not 0 < change < 1:
        raise InputError(f"change is {change}; expected a share above 0 and below 1, such as 0.1")
    as_count("draws", draws, least=1)
    as_count("size", size, least=1)
    opened = as_positions("plan", plan, m)
    rng = np.random.default_rng(seed)
    times, regret, most = np.zeros(m), [], []
    for _ in range(draws):
        factor = rng.uniform(1.0 - change, 1.0 + change, size)
        outcome = solve(factor, opened)
        if outcome.solution is not None and outcome.objective is not None:
            times[outcome.solution.opened] += 1
            paid, unit = price(factor, opened), max(abs(outcome.objective), 1e-9)
            regret.append(abs(outcome.objective - paid) / unit)
            most.append(np.inf if outcome.bound is None else abs(outcome.bound - paid) / unit)
        if outcome.stopped_by == "interrupt":
            break
    solved = max(len(regret), 1)
    return Stability(times / solved, np.array(regret), np.maximum(np.array(most), np.array(regret)))
