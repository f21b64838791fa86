r"""Assign a shift or a day off to each person on each day: the nurse rostering model with soft cover.

Letters as in `layout.staffing.rules`, where every rule stands alone::

    min  Σ_dk (π⁻_dk under_dk + π⁺_dk over_dk)  +  wishes missed  +  π_short Σ_ew short_ew
         + π_hours (max_e − min_e) excess  +  π_weekends (max_e − min_e) Σ_i y_ei
    s.t. Σ_s x_eds + o_ed = 1;  rest;  contract minutes;  shift maxima;  days in a row;  weekends;  Sundays;  locks

Groups of people who can stand in for each other (`layout.staffing.groups`) are solved apart, and their prices and
bounds add up. Each starts from a constructed roster (`layout.staffing.construct`), which is the answer where the
solver finds none better in time. A large group is solved week by week (`layout.staffing.weeks`). The objective is
priced by `layout.staffing.check`.

Source: Curtois and Qu (2014), Computational results on new staff scheduling benchmark instances, University of
Nottingham; the terms of fairness are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from layout.staffing.check import check_roster, price_roster
from layout.staffing.construct import construct_roster, improve_roster
from layout.staffing.groups import Group, extract, find_groups
from layout.staffing.plan import FREE, OFF, Int, Roster, RosterProblem, count_weeks
from layout.staffing.rules import PRICES, RULES, SCALE, RosterVariables, add_variables
from layout.staffing.weeks import is_cut_by_weeks, put_week, week_problem
from outlet.cp_sat import CpSatRun, run_cp_sat
from outlet.outcome import Limits, Outcome, Status, StoppedBy

_MOST_RULES = ("rest", "minutes_max", "shift_max", "consecutive_max", "weekends_max", "sundays_max")
_WORST_FIRST: tuple[Status, ...] = ("infeasible", "undecided", "feasible", "optimal")
_STOPS: tuple[StoppedBy, ...] = ("interrupt", "time", "work", "gap", "proof")
_PROBE_SHARE = 0.1
_FIRST_WEEK = 0.55
_SAME = 1e-6


@dataclass(frozen=True)
class _Answer:
    """One group's roster (E, D) or None, with the proof behind it."""

    assigned: NDArray[np.int64] | None
    status: Status
    bound: float | None
    seconds: float
    stopped_by: StoppedBy
    reasons: tuple[str, ...] = ()


def roster(problem: RosterProblem, limits: Limits | None = None) -> Outcome[Roster]:
    """Fill people × days with shifts at the least price.

    Parameters
    ----------
    problem
        People, shifts, requirement, rules and wishes.
    limits
        When to stop, for all groups together; one worker by default.

    Returns
    -------
    Outcome[Roster]
        ``infeasible`` names locked cells that break rules, or a rule without which a roster exists. What a roster
        leaves open is told by `layout.staffing.check.find_unmet`.
    """
    limits = limits or Limits(workers=1)
    reasons = _locked_breaches(problem)
    if reasons:
        return Outcome(
            status="infeasible",
            solution=None,
            objective=None,
            bound=None,
            seconds=0.0,
            stopped_by="proof",
            reasons=reasons,
        )
    groups = find_groups(problem)
    sizes = [len(group.persons) * max(len(group.shifts), 1) for group in groups]
    answers = [
        _solve_group(problem, group, _share(limits, size / max(sum(sizes), 1)))
        for group, size in zip(groups, sizes, strict=True)
    ]
    return _join(problem, groups, answers)


def _locked_breaches(problem: RosterProblem) -> tuple[str, ...]:
    """Name the rules that locked shifts alone break: no roster can keep both."""
    only_locked = np.where(problem.locked == FREE, OFF, problem.locked)
    found = [breach for breach in check_roster(problem, only_locked) if breach.rule in _MOST_RULES]
    return tuple(
        f"locked cells of person {breach.person} break {breach.rule} from day {breach.day}: {breach.found}"
        for breach in found
    )


def _share(limits: Limits, share: float) -> Limits:
    share = max(share, 1e-3)
    work = None if limits.work is None else limits.work * share
    return replace(limits, seconds=limits.seconds * share, work=work)


def _solve_group(whole: RosterProblem, group: Group, limits: Limits) -> _Answer:
    problem = extract(whole, group)
    if not group.persons or not group.shifts:
        nobody = np.full((len(group.persons), problem.days), OFF, dtype=np.int64)
        if check_roster(problem, nobody):
            reasons = tuple(f"person {person} has no shift to fill the contract with" for person in group.persons)
            return _Answer(None, "infeasible", None, 0.0, "proof", reasons)
        return _Answer(nobody, "optimal", price_roster(problem, nobody).total, 0.0, "proof")
    start = improve_roster(problem, construct_roster(problem))
    if is_cut_by_weeks(problem):
        return _solve_by_weeks(problem, start, limits)
    model, variables = _build(problem, start, leave_out=None)
    run = run_cp_sat(model, limits)
    if run.status == "infeasible":
        return _Answer(None, "infeasible", None, run.seconds, "proof", _explain(problem, group, limits))
    found = [start] if not check_roster(problem, start) else []
    if run.has_plan:
        found.append(_read(variables, run.value, problem))
        if check_roster(problem, found[-1]):
            raise RuntimeError(f"a roster breaks a rule: {check_roster(problem, found[-1])[0]}")
    best = min(found, key=lambda assigned: price_roster(problem, assigned).total, default=None)
    status: Status = "feasible" if best is not None and run.status == "undecided" else run.status
    return _Answer(best, status, _bound_of(run), run.seconds, run.stopped_by)


def _bound_of(run: CpSatRun) -> float | None:
    return None if run.bound is None else max(run.bound / SCALE, 0.0)


def _solve_by_weeks(problem: RosterProblem, start: Int, limits: Limits) -> _Answer:
    """Solve each week alone for its bound and pattern, and keep a pattern, in its week or in all, where it helps."""
    weeks = count_weeks(problem)
    best, bound, seconds = start, 0.0, 0.0
    stops: list[StoppedBy] = []
    for week in range(weeks):
        share = _FIRST_WEEK if week == 0 else (1 - _FIRST_WEEK) / (weeks - 1)
        part = week_problem(problem, week)
        model, variables = _build(part, None, leave_out=None, priced=True)
        run = run_cp_sat(model, _share(limits, share))
        bound += _bound_of(run) or 0.0
        seconds += run.seconds
        stops.append(run.stopped_by)
        if run.has_plan:
            pattern = _read(variables, run.value, part)
            others = [put_week(problem, best, pattern, [week]), put_week(problem, best, pattern, list(range(weeks)))]
            best = min([best, *others], key=lambda assigned: price_roster(problem, assigned).total)
    best = improve_roster(problem, best)
    if check_roster(problem, best):
        return _Answer(None, "undecided", bound, seconds, min(stops, key=_STOPS.index))
    proved = price_roster(problem, best).total <= bound + _SAME
    status: Status = "optimal" if proved else "feasible"
    return _Answer(best, status, bound, seconds, "proof" if proved else min(stops, key=_STOPS.index))


def _build(
    problem: RosterProblem, start: Int | None, leave_out: str | None, *, priced: bool = False
) -> tuple[cp_model.CpModel, RosterVariables]:
    model = cp_model.CpModel()
    variables = add_variables(model, problem, start)
    for name, add in RULES.items():
        if name != leave_out:
            add(model, variables, problem)
    if priced or start is not None:
        model.minimize(cp_model.LinearExpr.sum([add(model, variables, problem) for add in PRICES.values()]))
    return model, variables


def _read(
    variables: RosterVariables, value: Callable[[cp_model.LinearExprT], int], problem: RosterProblem
) -> NDArray[np.int64]:
    assigned = np.full((problem.persons, problem.days), OFF, dtype=np.int64)
    for (e, d, s), variable in variables.x.items():
        if value(variable):
            assigned[e, d] = s
    return assigned


def _explain(problem: RosterProblem, group: Group, limits: Limits) -> tuple[str, ...]:
    """Name each rule without which, alone, the group has a roster."""
    people = ", ".join(str(person) for person in group.persons)
    helpful = []
    for name in RULES:
        model, _ = _build(problem, None, leave_out=name)
        if run_cp_sat(model, _share(limits, _PROBE_SHARE)).has_plan:
            helpful.append(name)
    if helpful:
        return tuple(f"people {people}: no roster keeps every rule; one exists without {name}" for name in helpful)
    return (f"people {people}: no roster keeps every rule, and leaving out any single one does not help",)


def _join(problem: RosterProblem, groups: tuple[Group, ...], answers: list[_Answer]) -> Outcome[Roster]:
    status: Status = _WORST_FIRST[min((_WORST_FIRST.index(answer.status) for answer in answers), default=3)]
    stopped_by: StoppedBy = _STOPS[min((_STOPS.index(answer.stopped_by) for answer in answers), default=4)]
    seconds = sum(answer.seconds for answer in answers)
    bounds = [answer.bound for answer in answers if answer.bound is not None]
    bound = float(sum(bounds)) + _hopeless(problem, groups) if len(bounds) == len(answers) else None
    assigned = np.full((problem.persons, problem.days), OFF, dtype=np.int64)
    complete = True
    for group, answer in zip(groups, answers, strict=True):
        if answer.assigned is None:
            complete = False
            continue
        shifts = np.append(np.array(group.shifts, dtype=np.int64), OFF)
        assigned[list(group.persons)] = shifts[answer.assigned]
    return Outcome(
        status=status,
        solution=Roster(assigned) if complete else None,
        objective=price_roster(problem, assigned).total if complete else None,
        bound=bound,
        seconds=seconds,
        stopped_by=stopped_by,
        reasons=tuple(reason for answer in answers for reason in answer.reasons),
    )


def _hopeless(problem: RosterProblem, groups: tuple[Group, ...]) -> float:
    """Return the price of wishes for shifts outside a person's group: nobody can meet them, and no group knows them."""
    if problem.wishes.shift_on is None:
        return 0.0
    own = np.zeros((problem.persons, problem.shifts), dtype=np.bool_)
    for group in groups:
        own[np.ix_(group.persons, group.shifts)] = True
    return float((problem.wishes.shift_on * ~own[:, None, :]).sum())
