"""Arrange the zones of one hall: `arrange`; plans of other topology: `alternatives`.

1. Cheap necessary conditions are tested and named: zones at least size against free floor, a zone that fits nowhere.
2. `layout.zones.search` anneals topologies from many starts in threads, in large halls on coarse cells first, in others
   also from plans that fill the hall by cuts, goes on from the best few, and refines the best by real walks.
3. `layout.zones.check` judges them; those that break least come first, then the cheapest. Where whoever asks can tell
   which rules a finished hall breaks, the first few are finished, and those that break fewer come first.
4. `layout.zones.polish` settles exact positions and sizes by CP-SAT while the topology stays; its answer is judged
   again, and taken where it breaks no more rules and costs less. In halls that are not large the next few plans are
   settled too, as long as time is left: which is best is known only then.

A plan begun from another costs more for each zone that stands elsewhere, so that zones move for a reason only.

An arrangement in which zones overlap or leave the floor is no plan; other broken rules are told with the plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layout.zones.check import Verdict, judge
from layout.zones.polish.settle import settle
from layout.zones.problem import Ints, Mask, PackProblem, Placement
from layout.zones.search.anneal import anneal, is_large
from layout.zones.topology import DIFFERENT, unlike
from outlet.outcome import Limits, Outcome

TRIALS_A_ZONE = 2_000
RESTARTS = 6
REPAIRS, REPAIR_SHARE, REPAIR_SECONDS = 2, 0.07, 3.2
TIMED_SHARE = 2.25
INSPECTED, SETTLED, MOVED = 4, 8, 0.5
SPENT, POLISHED, LEAST_POLISH = 0.82, 0.96, 0.2


Inspect = Callable[["Arrangement"], int]
"""How many rules that must be kept the finished hall of an arrangement breaks."""


@dataclass(frozen=True)
class Arrangement:
    """One judged arrangement.

    Parameters
    ----------
    placement, verdict
        Where the zones lie, and what the judge says.
    topology_gap
        How much better other dimensions could make it, a share: 0 proved, None where nothing was proved; see
        `layout.zones.polish.settle`.
    musts
        How many rules that must be kept its finished hall breaks; None where that was not asked.
    others
        What else the search found, of other topology than this and each other, the best first, not polished: see
        `alternatives`.
    """

    placement: Placement
    verdict: Verdict
    topology_gap: float | None = None
    musts: int | None = None
    others: tuple[Arrangement, ...] = ()


def arrange(
    problem: PackProblem,
    limits: Limits,
    *,
    effort: float = 1.0,
    start: Placement | None = None,
    inspect: Inspect | None = None,
) -> Outcome[Arrangement]:
    """Arrange the zones of one hall.

    Parameters
    ----------
    problem
        The zones and the floor.
    limits
        ``work`` bounds CP-SAT; the annealing takes a fixed number of trials, in at most ``workers`` threads, which do
        not change the plan. Where ``seconds`` end first, the plan is the best until then.
    effort
        How many trials, against the usual.
    start
        A plan to begin from, such as one in which the planner has locked zones since: a quick repair that keeps what
        it can, within 5 s where the clock alone bounds it. Locked zones stand where ``problem`` says. A plan costs
        `MOVED` more for each other zone that does not stand where it did.
    inspect
        Tells how many rules that must be kept a finished hall breaks. Of the first `INSPECTED` plans the first that
        breaks fewest is taken; once polished it breaks no more.

    Returns
    -------
    Outcome
        ``feasible`` with a plan, ``infeasible`` where areas or single zones prove it (what else conflicts is found by
        `layout.zones.conflict`), else ``undecided``.
        The objective is the judge's cost; there is no bound for it.
    """
    started = time.perf_counter()
    reasons = necessary(problem)
    if reasons:
        return Outcome.without_plan("proof", reasons, seconds=time.perf_counter() - started)
    if start is not None and limits.work is None:
        limits = replace(limits, seconds=min(limits.seconds, REPAIR_SECONDS))
    pooled, timed = _pool(problem, limits, effort, start)
    if inspect is not None:
        inspect = _once(inspect)
        pooled = _inspected(pooled, inspect)
    best = pooled[0]
    if best.verdict.fatal:
        return Outcome.without_plan("work", _why(best.verdict), seconds=time.perf_counter() - started)
    until = started + POLISHED * limits.seconds

    def polish(item: Arrangement) -> Arrangement:
        left = max(LEAST_POLISH, until - time.perf_counter())
        return _polish(problem, item, replace(limits, seconds=left))

    polished = _kept(best, polish(best), start, inspect)
    if start is None and not is_large(problem):
        for item in (item for item in pooled[1:SETTLED] if not item.verdict.fatal):
            if until - time.perf_counter() < LEAST_POLISH:
                timed = True
                break
            polished = _better(polished, polish(item), inspect)
    polished = replace(polished, others=_unlike(pooled))
    seconds = time.perf_counter() - started
    return Outcome(
        status="feasible",
        solution=polished,
        objective=polished.verdict.cost,
        bound=None,
        seconds=seconds,
        stopped_by="time" if timed or seconds > limits.seconds else "work",
    )


def alternatives(
    problem: PackProblem,
    best: Arrangement,
    limits: Limits,
    *,
    count: int = 3,
    effort: float = 1.0,
    start: Placement | None = None,
    inspect: Inspect | None = None,
) -> tuple[Arrangement, ...]:
    """Return up to ``count`` arrangements of different topology, ``best`` among them.

    In any two of them at least the share `layout.zones.topology.DIFFERENT` of the pairs of zones lie otherwise. What
    the search for ``best`` found is taken; where all of that is alike, or breaks more rules than ``best``, the hall is
    searched anew, to differ. They come by what they break, on cells and then finished, and by what they cost, so that
    an alternative that polishing made better than ``best`` comes before it. Fewer are returned where none that differs
    was found. ``effort``, ``start`` and ``inspect`` are those of `arrange`.
    """
    chosen = [best]
    while len(chosen) < count:
        found = [one for one in best.others if _is_unlike(one, chosen)]
        if not any(len(one.verdict.broken) <= len(best.verdict.broken) for one in found):
            found += _searched(problem, chosen, limits, effort)
        if not found:
            break
        item = min(found, key=_order)
        polished = _polish(problem, item, limits)
        chosen.append(polished if _is_unlike(polished, chosen) else item)
    if inspect is not None and len(chosen) > 1:
        chosen = [item if item.musts is not None else replace(item, musts=inspect(item)) for item in chosen]
    return tuple(sorted(chosen, key=lambda item: _finished_order(item, start)))


def _searched(problem: PackProblem, chosen: Sequence[Arrangement], limits: Limits, effort: float) -> list[Arrangement]:
    """Return what a search for plans that differ from the chosen ones finds."""
    found = anneal(
        problem,
        steps=_steps(problem, effort),
        restarts=RESTARTS,
        seed=limits.seed + len(chosen),
        workers=limits.workers,
        until=time.perf_counter() + SPENT * limits.seconds,
        known=[item.placement for item in chosen],
    )
    judged = (Arrangement(item.placement, judge(problem, item.placement)) for item in found)
    return [item for item in judged if not item.verdict.fatal and _is_unlike(item, chosen)]


def _is_unlike(item: Arrangement, others: Sequence[Arrangement]) -> bool:
    return all(unlike(item.placement, other.placement) >= DIFFERENT for other in others)


def _unlike(pooled: list[Arrangement]) -> tuple[Arrangement, ...]:
    """Return the plans that differ in topology from the first and from each other, the best first."""
    chosen = pooled[:1]
    for item in pooled[1:]:
        if not item.verdict.fatal and _is_unlike(item, chosen):
            chosen.append(item)
    return tuple(chosen[1:])


def _pool(
    problem: PackProblem, limits: Limits, effort: float, start: Placement | None
) -> tuple[list[Arrangement], bool]:
    """Return judged arrangements, the best first, and whether the clock changed the search for them."""
    share = REPAIR_SHARE if start is not None else (TIMED_SHARE if limits.work is None else 1.0)
    found = anneal(
        problem,
        steps=_steps(problem, effort * share),
        restarts=RESTARTS if start is None else REPAIRS,
        seed=limits.seed,
        workers=limits.workers,
        until=time.perf_counter() + SPENT * limits.seconds,
        start=None if start is None else _with_locked(problem, start),
        moved=MOVED,
    )
    judged = (Arrangement(item.placement, judge(problem, item.placement)) for item in found)
    return sorted(judged, key=lambda item: _order(item, start)), any(item.timed for item in found)


def _steps(problem: PackProblem, effort: float) -> int:
    return max(2_000, round(effort * TRIALS_A_ZONE * problem.count))


def _once(inspect: Inspect) -> Inspect:
    """Return what inspects each plan once."""
    known: dict[bytes, int] = {}

    def inspected(item: Arrangement) -> int:
        key = item.placement.key()
        if key not in known:
            known[key] = inspect(item)
        return known[key]

    return inspected


def _inspected(pooled: list[Arrangement], inspect: Inspect) -> list[Arrangement]:
    """Return plans with the first that breaks fewest rules when finished put first; one that breaks none ends it."""
    best: int | None = None
    found = list(pooled)
    for number, item in enumerate(found[:INSPECTED]):
        if item.verdict.fatal or (number > 0 and len(item.verdict.broken) > len(found[0].verdict.broken)):
            break
        found[number] = replace(item, musts=inspect(item))
        if best is None or (found[number].musts or 0) < (found[best].musts or 0):
            best = number
        if found[best].musts == 0:
            break
    return found if best is None else [found[best], *found[:best], *found[best + 1 :]]


def _kept(best: Arrangement, polished: Arrangement, start: Placement | None, inspect: Inspect | None) -> Arrangement:
    """Return the polished plan, or the one before where that moves zones for little, or breaks more when finished."""
    if start is not None and _order(best, start) < _order(polished, start):
        return best
    if inspect is None or polished.placement.key() == best.placement.key():
        return replace(polished, musts=best.musts)
    polished = replace(polished, musts=inspect(polished))
    return best if (polished.musts or 0) > (best.musts or 0) else polished


def _better(best: Arrangement, other: Arrangement, inspect: Inspect | None) -> Arrangement:
    """Return the better of two polished plans, of which the first is known to break what it breaks when finished."""
    if _order(other) >= _order(best):
        return best
    if inspect is not None:
        other = replace(other, musts=inspect(other))
    return other if (other.musts or 0) <= (best.musts or 0) else best


def stood(start: Placement, now: Placement) -> Mask:
    """Return which zones stand as they did, shape (n,)."""
    return np.asarray((start.places == now.places).all(axis=1) & (start.wings == now.wings).all(axis=1))


def _with_locked(problem: PackProblem, start: Placement) -> Placement:
    places, wings = start.places.copy(), start.wings.copy()
    for i in range(problem.count):
        if problem.is_locked(i):
            places[i], wings[i] = problem.locked[i], 0
    return Placement(places, wings)


def _order(item: Arrangement, start: Placement | None = None) -> tuple[bool, int, float, bytes]:
    verdict = item.verdict
    moved = 0 if start is None else int((~stood(start, item.placement)).sum())
    return verdict.fatal, len(verdict.broken), round(verdict.cost + MOVED * moved, 9), item.placement.key()


def _finished_order(item: Arrangement, start: Placement | None) -> tuple[bool, int, int, float, bytes]:
    fatal, broken, cost, key = _order(item, start)
    return fatal, broken, item.musts or 0, cost, key


def _why(verdict: Verdict) -> tuple[str, ...]:
    return tuple(f"{rule.where}: {rule.text}" for rule in verdict.broken)


def _polish(problem: PackProblem, best: Arrangement, limits: Limits) -> Arrangement:
    settled = settle(problem, best.placement, best.verdict, limits)
    return Arrangement(settled.placement, settled.verdict, settled.gap)


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
