r"""Assign a shift or a day off to each person on each day: the nurse rostering model with soft cover.

Letters as in `layout.staffing.rules`, where every rule stands alone::

    min  Σ_dk (π⁻_dk under_dk + π⁺_dk over_dk)  +  wishes missed  +  π_short Σ_ew short_ew
         + π_hours (max_e − min_e) excess  +  π_weekends (max_e − min_e) Σ_i y_ei
         + π_unpopular (max_e − min_e) Σ_d,unpopular s x_eds  +  π_team days apart from the team
    s.t. Σ_s x_eds + o_ed = 1;  rest;  contract minutes;  shift maxima;  days in a row;  weekends;  Sundays;  locks

People count towards a cover row for so many parts of a person: fewer where they are new, none where the row asks for
what they do not hold. Weekend duty by rotation leaves out days; teams are priced everywhere but in the columns' bound.

Groups of people who can stand in for each other (`layout.staffing.groups`) are solved apart, and their prices and
bounds add up. Every hard rule is one person's, so a roster is one legal row of days a person: each group starts from a
constructed roster, columns of rows bound it, dives build better ones and small moves refine those
(`layout.staffing.rows`). Cells that no better roster can have fall away at this bound, and CP-SAT searches what is
left. The objective is priced by `layout.staffing.check`.

Sources: Curtois and Qu (2014), Computational results on new staff scheduling benchmark instances, University of
Nottingham; Burke and Curtois (2014), EJOR 237, for the columns; the terms of fairness are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from layout.staffing.check import check_roster, price_roster
from layout.staffing.groups import Group, extract, find_groups
from layout.staffing.leave_out import without_each_rule
from layout.staffing.plan import FREE, OFF, Int, Roster, RosterProblem
from layout.staffing.rows.finder import finder_of
from layout.staffing.rows.generate import Columns
from layout.staffing.rows.solve import solve_rows
from layout.staffing.rules import PRICES, RULES, SCALE, RosterVariables, add_variables
from outlet.cp_sat import CpSatRun, run_cp_sat
from outlet.outcome import Limits, Outcome, Status, StoppedBy

_MOST_RULES = ("rest", "minutes_max", "shift_max", "consecutive_max", "weekends_max", "sundays_max")
_WORST_FIRST: tuple[Status, ...] = ("infeasible", "undecided", "feasible", "optimal")
_STOPS: tuple[StoppedBy, ...] = ("interrupt", "time", "work", "gap", "proof")
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
        return Outcome.without_plan("proof", reasons)
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
    finder = finder_of(problem)
    if finder is None:
        return _solve_whole(problem, limits)
    lacking = [person for person, network in enumerate(finder.networks) if finder.lacks(person)]
    if lacking:
        reasons = tuple(reason for person in lacking for reason in _explain(problem, person, group.persons[person]))
        return _Answer(None, "infeasible", None, 0.0, "proof", reasons)
    found = solve_rows(finder, limits)
    if found is None:
        return _solve_whole(problem, limits)
    if check_roster(problem, found.best):
        raise RuntimeError(f"a roster breaks a rule: {check_roster(problem, found.best)[0]}")
    stopped = found.budget.stopped_by()
    if found.proved:
        return _Answer(found.best, "optimal", found.price, found.budget.seconds, "proof")
    if stopped is not None:
        return _Answer(found.best, "feasible", found.bound, found.budget.seconds, stopped)
    return _close(problem, found)


def _solve_whole(problem: RosterProblem, limits: Limits) -> _Answer:
    """Solve a group whose rows are too many to be written as a network by CP-SAT alone."""
    model, variables = _build(problem, None, None)
    run = run_cp_sat(model, limits)
    if not run.has_plan:
        return _Answer(None, run.status, _bound_of(run), run.seconds, run.stopped_by)
    assigned = _read(variables, run.value, problem)
    if check_roster(problem, assigned):
        raise RuntimeError(f"a roster breaks a rule: {check_roster(problem, assigned)[0]}")
    return _Answer(assigned, run.status, _bound_of(run), run.seconds, run.stopped_by)


def _close(problem: RosterProblem, found: Columns) -> _Answer:
    """Let CP-SAT search the cells that a better roster may have, from the best roster on."""
    model, variables = _build(problem, found.best, found.cells)
    run = run_cp_sat(model, found.budget.rest())
    best = found.best
    if run.has_plan:
        assigned = _read(variables, run.value, problem)
        if check_roster(problem, assigned):
            raise RuntimeError(f"a roster breaks a rule: {check_roster(problem, assigned)[0]}")
        best = min(best, assigned, key=lambda one: price_roster(problem, one).total)
    price = price_roster(problem, best).total
    bound = min(max(found.bound, _bound_of(run) or 0.0), price)
    if run.status == "infeasible" or price < bound + found.grain - _SAME:
        return _Answer(best, "optimal", price, found.budget.seconds, "proof")
    return _Answer(best, "feasible", bound, found.budget.seconds, run.stopped_by)


def _bound_of(run: CpSatRun) -> float | None:
    return None if run.bound is None else max(run.bound / SCALE, 0.0)


def _build(
    problem: RosterProblem, start: Int | None, allowed: NDArray[np.bool_] | None
) -> tuple[cp_model.CpModel, RosterVariables]:
    model = cp_model.CpModel()
    variables = add_variables(model, problem, start, allowed)
    for add in RULES.values():
        add(model, variables, problem)
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


def _explain(problem: RosterProblem, person: int, position: int) -> tuple[str, ...]:
    """Name each rule without which, alone, a person has a row."""
    alone = extract(problem, Group((person,), tuple(range(problem.shifts)), tuple(range(len(problem.contributes)))))
    helpful = []
    for name, relaxed in without_each_rule(alone):
        finder = finder_of(relaxed)
        if finder is not None and not finder.lacks(0):
            helpful.append(name)
    if helpful:
        return tuple(f"person {position}: no roster keeps every rule; one exists without {name}" for name in helpful)
    return (f"person {position}: no roster keeps every rule, and leaving out any single one does not help",)


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
