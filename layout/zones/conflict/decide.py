"""Tell whether a hall can keep some demands: `Decider`.

``no`` only with a proof: the relaxation of `layout.zones.conflict.relaxed` has no solution. ``yes`` only with a plan
that `layout.zones.check.judge` calls clean. Where the relaxation's plan is not clean because a walk is barred, cuts
that bar it are added and it is solved again; where that does not end, the search of the zones looks for a plan. What
is neither shown nor disproved is ``unknown``. All work is counted, not timed: the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from layout.floor.walk import reached_positions
from layout.zones.check import Verdict, judge, setting_out
from layout.zones.conflict.demands import Brief, Demand, Reduced, effective, under
from layout.zones.conflict.relaxed import Relaxed
from layout.zones.problem import Ints, PackProblem, Placement
from layout.zones.search.anneal import anneal
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits

Possible = Literal["yes", "no", "unknown"]
Effort = Literal["none", "relax", "cuts", "search"]
EFFORTS: tuple[Effort, ...] = ("none", "relax", "cuts", "search")
CUTS = 30
WORK, SHARE = 8.0, 0.25
STEPS, RESTARTS, JUDGED = 15_000, 4, 4
BARRED = frozenset({"reachable", "exits", "front"})


@dataclass(frozen=True)
class Answer:
    """What was found out; ``plan`` gives the places of zones by number where it is ``yes``."""

    possible: Possible
    plan: Mapping[int, Ints] | None = None


class Decider:
    """Answers about one brief, each question once; plans found answer later questions too.

    Parameters
    ----------
    brief
        The hall with every demand.
    limits
        ``work`` bounds all runs of CP-SAT together; one question takes at most a quarter of it.
    """

    def __init__(self, brief: Brief, limits: Limits) -> None:
        self.brief = brief
        self.limits = limits
        self._left = WORK if limits.work is None else limits.work
        self._each = self._left * SHARE
        self._known: dict[frozenset[Demand], tuple[Answer, Effort]] = {}
        self._plans: list[Mapping[int, Ints]] = []

    def ask(self, demands: Collection[Demand], effort: Effort = "search") -> Answer:
        """Return whether these demands can be kept; one relaxation alone, with cuts, or with a search as well."""
        said = effective(self.brief, demands)
        known, spent = self._known.get(said, (Answer("unknown"), "none"))
        if known.possible == "unknown" and EFFORTS.index(spent) < EFFORTS.index(effort):
            known = self._answer(under(self.brief, said), effort)
            self._known[said] = known, effort
            if known.plan is not None:
                self._plans.append(known.plan)
        return known

    def _answer(self, reduced: Reduced, effort: Effort) -> Answer:
        problem = reduced.problem
        if problem is None:
            return Answer("yes", {})
        for plan in reversed(self._plans):
            if set(reduced.zones) <= set(plan) and clean(problem, reduced.of(plan)):
                return Answer("yes", {i: plan[i] for i in reduced.zones})
        possible, placement = self._by_cuts(problem, 0 if effort == "relax" else CUTS)
        if possible == "unknown" and effort == "search":
            placement = self._search(problem)
        if placement is not None:
            return Answer("yes", reduced.by_number(placement))
        return Answer(possible)

    def _by_cuts(self, problem: PackProblem, cuts: int) -> tuple[Possible, Placement | None]:
        relaxed = Relaxed(problem)
        layered: set[bool] = set()
        before = self._left
        for number in range(cuts + 1):
            work = min(self._left, self._each - (before - self._left))
            if work <= 0:
                return "unknown", None
            run = run_cp_sat(relaxed.model, replace(self.limits, work=work))
            self._left -= run.work
            if run.status == "infeasible":
                return "no", None
            if not run.has_plan:
                return "unknown", None
            placement = relaxed.placement({v.index: run.value(v) for v in relaxed.numbers()})
            verdict = judge(problem, placement)
            if not verdict.broken:
                return "yes", placement
            if number == cuts or not _cut(relaxed, placement, verdict, layered):
                return "unknown", None
        return "unknown", None

    def _search(self, problem: PackProblem) -> Placement | None:
        found = anneal(problem, steps=STEPS, restarts=RESTARTS, seed=self.limits.seed)
        return next((item.placement for item in found[:JUDGED] if clean(problem, item.placement)), None)


def clean(problem: PackProblem, placement: Placement) -> bool:
    """Tell whether locked zones stay and the judge finds no rule broken."""
    stays = problem.locked[:, 0] >= 0
    return bool((placement.places[stays] == problem.locked[stays]).all()) and not judge(problem, placement).broken


def _cut(relaxed: Relaxed, placement: Placement, verdict: Verdict, layered: set[bool]) -> bool:
    """Cut the plan off where walks are barred; False where something else is wrong."""
    problem = relaxed.problem
    barred = [rule for rule in verdict.broken if rule.rule in BARRED]
    zones = {problem.kinds.index(rule.where) for rule in barred if rule.rule != "exits"}
    exits = any(rule.rule == "exits" for rule in barred)
    walkable = problem.ground.free & ~placement.mask(problem.ground.free.shape)
    for staff in (False, True):
        mine = sorted(i for i in zones if bool(problem.staff_access[i]) == staff)
        leave = exits and staff
        if not mine and not leave:
            continue
        if staff not in layered:
            layered.add(staff)
            relaxed.layers(staff, leave)
        k = relaxed.walkers[staff].k
        start = problem.ground.entrance if staff else setting_out(problem.ground)
        relaxed.frontier(staff, reached_positions(walkable, k, start), mine, leave)
    return bool(barred)
