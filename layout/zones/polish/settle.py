"""Polish a judged plan for as long as the judge finds it better: `settle`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from layout.zones.check import Verdict, judge
from layout.zones.polish.solve import polish, price_start
from layout.zones.problem import PackProblem, Placement
from outlet.outcome import Limits

ROUNDS, CAREFUL_CELLS = 3, 4
SECONDS, LEAST = 5.0, 0.05
EXACT = 1e-6


@dataclass(frozen=True)
class Settled:
    """A plan with the best dimensions found for its topology.

    ``gap`` is how much better other dimensions could make it, as a share of its cost, by the terms of
    `layout.zones.polish.solve`: 0 is proved best; None where nothing was proved.
    """

    placement: Placement
    verdict: Verdict
    gap: float | None


def settle(problem: PackProblem, start: Placement, verdict: Verdict, limits: Limits) -> Settled:
    """Return the start or a better plan of its topology.

    Each round models the plan of the round before anew, since its walks may have changed. Where the judge refuses
    what is best by linear terms, a plan near the start is tried. ``limits.work`` bounds each round; without
    it the clock does.
    """
    seconds = limits.seconds if limits.work is not None else min(SECONDS, limits.seconds)
    until = time.perf_counter() + seconds
    one = replace(limits, workers=1, seconds=seconds)
    best = Settled(start, verdict, None)
    for _ in range(ROUNDS):
        one = replace(one, seconds=max(LEAST, until - time.perf_counter()))
        outcome = polish(problem, best.placement, best.verdict, one)
        if outcome.solution is None or outcome.objective is None or outcome.bound is None:
            return best
        taken = _better(problem, best, outcome.solution)
        if taken is not None:
            best = replace(taken, gap=_share(outcome.objective - outcome.bound, taken.verdict))
        else:
            one = replace(one, seconds=max(LEAST, until - time.perf_counter()))
            now = price_start(problem, best.placement, best.verdict, one)
            gap = None if now is None else _share(now - outcome.bound, best.verdict)
            best = replace(best, gap=gap)
            near = polish(problem, best.placement, best.verdict, one, CAREFUL_CELLS)
            taken = None if near.solution is None else _better(problem, best, near.solution)
            if taken is None:
                return best
            best = replace(taken, gap=_share((near.objective or 0.0) - outcome.bound, taken.verdict))
        if best.gap is None or time.perf_counter() > until:
            return best
    return best


def _better(problem: PackProblem, best: Settled, found: Placement) -> Settled | None:
    verdict = judge(problem, found)
    before = best.verdict
    if verdict.fatal or len(verdict.broken) > len(before.broken):
        return None
    if len(verdict.broken) == len(before.broken) and verdict.cost > before.cost - EXACT:
        return None
    return Settled(found, verdict, None)


def _share(more: float, verdict: Verdict) -> float:
    share = max(0.0, more) / max(abs(verdict.cost), EXACT)
    return share if share > EXACT else 0.0
