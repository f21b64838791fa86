"""Arrange the zones of one hall: `arrange`.

1. Cheap necessary conditions are tested and named: zones at least size against free floor, a zone that fits nowhere.
2. `layout.zones.anneal` constructs arrangements from several starts.
3. `layout.zones.check` judges them on real walks; those that break least come first, then the cheapest.
4. `layout.zones.pack` settles exact positions and sizes round the aisles of the best by CP-SAT; its answer is judged
   again, and taken where it breaks no more rules and costs less.

An arrangement in which zones overlap or leave the floor is no plan; other broken rules are told with the plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from layout.zones.anneal import anneal
from layout.zones.check import Verdict, judge
from layout.zones.pack import conflict, pack
from layout.zones.problem import Ints, Mask, PackProblem, Placement
from outlet.outcome import Limits, Outcome

TRIALS = 12_000
RESTARTS = 6
CELLS_USUAL = 4_000
JUDGED = 6


@dataclass(frozen=True)
class Arrangement:
    """One judged arrangement; ``packing_bound`` is CP-SAT's proof for its own objective, round these aisles."""

    placement: Placement
    verdict: Verdict
    packing_objective: float | None = None
    packing_bound: float | None = None


def arrange(problem: PackProblem, limits: Limits, *, effort: float = 1.0) -> Outcome[Arrangement]:
    """Arrange the zones of one hall.

    Parameters
    ----------
    problem
        The zones and the floor.
    limits
        ``work`` bounds CP-SAT; the annealing takes a fixed number of trials.
    effort
        How many trials, against the usual.

    Returns
    -------
    Outcome
        ``feasible`` with a plan, ``infeasible`` with what conflicts where that is proved, else ``undecided``.
        The objective is the judge's cost; there is no bound for it.
    """
    started = time.perf_counter()
    reasons = necessary(problem)
    if reasons:
        return _none("infeasible", reasons, started)
    size = problem.ground.free.size
    trials = max(2_000, round(effort * TRIALS * min(1.0, CELLS_USUAL / size)))
    found = anneal(problem, steps=trials, restarts=RESTARTS, seed=limits.seed)
    judged = [Arrangement(placement, judge(problem, placement)) for _, placement in found[:JUDGED]]
    best = min(judged, key=_order)
    if best.verdict.fatal:
        proof = conflict(problem, limits)
        if proof:
            return _none("infeasible", (proof,), started)
        return _none("undecided", _why(best.verdict), started)
    best = _polish(problem, best, limits)
    return Outcome(
        status="feasible",
        solution=best,
        objective=best.verdict.cost,
        bound=None,
        seconds=time.perf_counter() - started,
        stopped_by="work",
    )


def _none(status: str, reasons: tuple[str, ...], started: float) -> Outcome[Arrangement]:
    seconds = time.perf_counter() - started
    infeasible = status == "infeasible"
    return Outcome(
        status="infeasible" if infeasible else "undecided",
        solution=None,
        objective=None,
        bound=None,
        seconds=seconds,
        stopped_by="proof" if infeasible else "work",
        reasons=reasons,
    )


def _order(item: Arrangement) -> tuple[bool, int, float, bytes]:
    verdict = item.verdict
    return verdict.fatal, len(verdict.broken), round(verdict.cost, 9), item.placement.places.tobytes()


def _why(verdict: Verdict) -> tuple[str, ...]:
    return tuple(f"{rule.where}: {rule.text}" for rule in verdict.broken)


def _polish(problem: PackProblem, best: Arrangement, limits: Limits) -> Arrangement:
    outcome = pack(problem, best.placement, best.verdict, limits)
    if outcome.solution is None:
        return best
    verdict = judge(problem, outcome.solution)
    packed = Arrangement(outcome.solution, verdict, outcome.objective, outcome.bound)
    chosen = min((best, packed), key=_order)
    return Arrangement(chosen.placement, chosen.verdict, outcome.objective, outcome.bound)


def necessary(problem: PackProblem) -> tuple[str, ...]:
    """Return why no arrangement can exist, as far as areas and single zones tell; empty where nothing is proved."""
    ground = problem.ground
    m2 = ground.cell_m**2
    least = np.array([int((shapes[:, 0] * shapes[:, 1]).min()) for shapes in problem.shapes])
    room = int(ground.buildable.sum())
    if least.sum() > room:
        needed, there = least.sum() * m2, room * m2
        short = (
            f"programme needs {needed:.0f} m², the hall has {there:.0f} m² free: {needed - there:.0f} m² short "
            "(least sizes; aisles come on top)"
        )
        return (short,)
    reasons = []
    for i, shapes in enumerate(problem.shapes):
        if not problem.is_locked(i) and not _fits(ground.buildable, shapes):
            u, v = shapes[0]
            size = f"{u * ground.cell_m:.2f} × {v * ground.cell_m:.2f} m"
            reasons.append(f"{problem.kinds[i]} fits nowhere: even {size} finds no free rectangle")
    return tuple(reasons)


def _fits(buildable: Mask, shapes: Ints) -> bool:
    total = np.zeros((buildable.shape[0] + 1, buildable.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = buildable.cumsum(axis=0).cumsum(axis=1)
    for u, v in shapes:
        for w, h in ((u, v), (v, u)):
            if h > buildable.shape[0] or w > buildable.shape[1]:
                continue
            inside = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
            if (inside == w * h).any():
                return True
    return False
