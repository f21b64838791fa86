"""Search, polish, bound: `block_layout`; `layout.zones.blocks` has the formulation."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import ArrayLike

from layout.zones.blocks.check import check_blocks, price_blocks
from layout.zones.blocks.problem import BlockPlan, BlockProblem, make_block_problem
from outlet.outcome import Limits, Outcome

SEARCH_SHARE = 0.6
POLISH_SHARE = 0.1
POLISH_SECONDS = 5.0
IN_TIME = 0.95
"""Share of the seconds after which the bound ends, so that the answer comes in time."""
PROVED = 1e-9


def block_layout(
    width: float,
    height: float,
    areas: ArrayLike,
    flow: ArrayLike,
    aspect: ArrayLike | None = None,
    min_side: ArrayLike | None = None,
    limits: Limits | None = None,
) -> Outcome[BlockPlan]:
    """Divide a rectangle into blocks of given areas, with little flow × distance.

    Parameters
    ----------
    width, height
        The hall, metres.
    areas
        Shape (k,): areas of the blocks, square metres; met exactly.
    flow
        Shape (k, k): people from block to block, ordered pairs.
    aspect
        Shape (k,) or a scalar: largest ratio of long to short side; None: any.
    min_side
        Shape (k,) or a scalar: least side, metres; None: any.
    limits
        ``work`` counts starts of the search, and a tenth of it the work of the bound; without it the search takes up
        to 48 starts and six tenths of ``seconds``, and the bound what is left.

    Returns
    -------
    Outcome
        ``bound``: what no plan of any topology can undercut; the plan holds what none of its own topology can.
        ``infeasible`` where the areas exceed the hall or a block's limits contradict each other, ``undecided`` where
        no layout within the limits on sides was found.

    >>> outcome = block_layout(4.0, 2.0, [4.0, 4.0], [[0, 1], [0, 0]], limits=Limits(work=1))
    >>> outcome.status, outcome.objective
    ('optimal', 1.0)
    """
    from layout.zones.blocks.bound import lower_bound
    from layout.zones.blocks.search import search

    started = time.perf_counter()
    limits = limits or Limits()
    problem = make_block_problem((width, height), areas, flow, aspect, min_side)
    reasons = problem.contradictions()
    if reasons:
        return Outcome.without_plan("proof", reasons, seconds=time.perf_counter() - started)
    found = search(problem, limits, SEARCH_SHARE * limits.seconds)
    best = _polished(problem, found.plans, min(POLISH_SECONDS, POLISH_SHARE * limits.seconds))
    price = None if best is None else price_blocks(best.rectangles, problem.flow)
    left = started + IN_TIME * limits.seconds - time.perf_counter()
    bound = lower_bound(problem, limits, left, price)
    seconds = time.perf_counter() - started
    if bound.impossible:
        blocks = ", ".join(str(block) for block in bound.impossible)
        return Outcome.without_plan("proof", (f"blocks {blocks} cannot lie in this hall together",), seconds=seconds)
    if best is None or price is None:
        why = "no layout was found that keeps aspect and min_side"
        return Outcome.without_plan(found.stopped_by, (why,), seconds=seconds, bound=bound.value)
    proved = price <= bound.value * (1 + PROVED) + 1e-12
    return Outcome(
        status="optimal" if proved else "feasible",
        solution=best,
        objective=price,
        bound=min(bound.value, price),
        seconds=seconds,
        stopped_by="proof" if proved else found.stopped_by if bound.stopped_by == "work" else bound.stopped_by,
    )


def _polished(problem: BlockProblem, plans: tuple[np.ndarray, ...], seconds: float) -> BlockPlan | None:
    """Return the best of the plans after polishing each, or None where none keeps the limits."""
    from layout.zones.blocks.polish import polish

    deadline = time.perf_counter() + seconds
    polished = [polish(problem, plan, deadline - time.perf_counter()) for plan in plans]
    kept = [plan for plan in polished if not check_blocks(problem, plan.rectangles)]
    return min(kept, key=lambda plan: price_blocks(plan.rectangles, problem.flow), default=None)
