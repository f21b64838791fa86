r"""State each rule of a roster to CP-SAT: ``add_<rule>(model, variables, problem)``.

Letters: person e, day d, shift s, cover row k, window w. x_eds = 1 where e works s on d, only where the problem's
``possible`` allows it; o_ed = 1 where e is off on d; y_ei = 1 where e works in weekend i. A rule whose data is None
adds nothing. The rules that are prices return their part of the objective, in sixtieths of the price's unit, so that
prices of an hour stay whole numbers of minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from layout.staffing.check import find_apart, find_unmet, unpopular_worked, weekends_worked, worked_minutes_in_all
from layout.staffing.plan import FREE, OFF, Bool, Int, RosterProblem

SCALE = 60


@dataclass(frozen=True)
class RosterVariables:
    """The variables: x by (e, d, s) where possible, o by person and day, y by person and weekend.

    ``start`` is a roster (E, D) for the solver to start from, or None; whoever adds a variable hints its value there.
    """

    x: dict[tuple[int, int, int], cp_model.IntVar]
    off: list[list[cp_model.IntVar]]
    weekend: list[list[cp_model.IntVar]]
    start: Int | None = None

    def working(self, e: int, d: int) -> cp_model.LinearExpr:
        """Return 1 − o_ed."""
        return 1 - self.off[e][d]

    def paid(self, problem: RosterProblem, e: int, first: int, last: int) -> cp_model.LinearExpr:
        """Return Σ paid_s x_eds over the days of a window."""
        return cp_model.LinearExpr.sum(
            [
                int(problem.paid_min[s]) * self.x[e, d, s]
                for d in range(first, last + 1)
                for s in range(problem.shifts)
                if (e, d, s) in self.x
            ]
        )


Rule = Callable[[cp_model.CpModel, RosterVariables, RosterProblem], None]
Price = Callable[[cp_model.CpModel, RosterVariables, RosterProblem], cp_model.LinearExprT]


def add_variables(
    model: cp_model.CpModel, problem: RosterProblem, start: Int | None = None, allowed: Bool | None = None
) -> RosterVariables:
    """Return the variables, tied so that a person works one shift or is off: Σ_s x_eds + o_ed = 1.

    ``allowed`` leaves out cells that no roster worth finding has, shape (E, D, S + 1), a day off last.
    """
    x: dict[tuple[int, int, int], cp_model.IntVar] = {}
    possible = problem.possible if allowed is None else problem.possible & allowed[:, :, :-1]
    for e, d, s in np.argwhere(possible).tolist():
        x[e, d, s] = model.new_bool_var(f"x_{e}_{d}_{s}")
    off: list[list[cp_model.IntVar]] = []
    weekend: list[list[cp_model.IntVar]] = []
    for e in range(problem.persons):
        off.append([model.new_bool_var(f"off_{e}_{d}") for d in range(problem.days)])
        weekend.append([model.new_bool_var(f"weekend_{e}_{i}") for i in range(len(problem.weekends))])
        for d in range(problem.days):
            model.add_exactly_one([off[e][d], *(x[e, d, s] for s in range(problem.shifts) if (e, d, s) in x)])
            if allowed is not None and not allowed[e, d, -1]:
                model.add(off[e][d] == 0)
        for i, days in enumerate(problem.weekends):
            for d in days:
                model.add_implication(off[e][d].negated(), weekend[e][i])
    variables = RosterVariables(x, off, weekend, start)
    if start is not None:
        _hint_roster(model, variables, problem, start)
    return variables


def _hint_roster(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem, start: Int) -> None:
    for (e, d, s), variable in variables.x.items():
        model.add_hint(variable, bool(start[e, d] == s))
    for e, row in enumerate(variables.off):
        for d, variable in enumerate(row):
            model.add_hint(variable, bool(start[e, d] == OFF))
        for i, days in enumerate(problem.weekends):
            model.add_hint(variables.weekend[e][i], bool((start[e, list(days)] != OFF).any()))


def add_locks(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Keep locked cells: x_eds = 1, or o_ed = 1."""
    for e, d in np.argwhere(problem.locked >= 0).tolist():
        model.add(variables.x[e, d, int(problem.locked[e, d])] == 1)
    for e, d in np.argwhere(problem.locked == OFF).tolist():
        model.add(variables.off[e][d] == 1)


def add_rest(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Forbid successions without rest: x_eds + Σ_{s' must not follow s} x_e,d+1,s' ≤ 1."""
    for s in range(problem.shifts):
        barred = np.flatnonzero(~problem.may_follow[s]).tolist()
        if not barred:
            continue
        for e in range(problem.persons):
            for d in range(problem.days - 1):
                after = [variables.x[e, d + 1, b] for b in barred if (e, d + 1, b) in variables.x]
                if (e, d, s) in variables.x and after:
                    model.add_at_most_one([variables.x[e, d, s], *after])


def add_minutes_max(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Keep to the contract's most minutes: Σ paid_s x_eds ≤ max_ew over each window."""
    for e in range(problem.persons):
        for w, (first, last) in enumerate(problem.windows.tolist()):
            model.add(variables.paid(problem, e, first, last) <= int(problem.minutes_max[e, w]))


def add_minutes_min(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Keep to the contract's fewest minutes where that is hard: Σ paid_s x_eds ≥ min_ew over each window."""
    if problem.wishes.short_hour is not None:
        return
    for e in range(problem.persons):
        for w, (first, last) in enumerate(problem.windows.tolist()):
            model.add(variables.paid(problem, e, first, last) >= int(problem.minutes_min[e, w]))


def add_shift_max(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Limit how often a person works a shift: Σ_d x_eds ≤ max_es."""
    if problem.rules.shift_max is None:
        return
    for e in range(problem.persons):
        for s in range(problem.shifts):
            mine = [variables.x[e, d, s] for d in range(problem.days) if (e, d, s) in variables.x]
            model.add(cp_model.LinearExpr.sum(mine) <= int(problem.rules.shift_max[e, s]))


def add_consecutive_max(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Limit working days in a row: one of any c + 1 days is off."""
    if problem.rules.consecutive_max is None:
        return
    for e, most in enumerate(problem.rules.consecutive_max.tolist()):
        for d in range(problem.days - most):
            model.add_bool_or(variables.off[e][d : d + most + 1])


def add_consecutive_min(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Forbid short runs of working days between two days off."""
    if problem.rules.consecutive_min is None:
        return
    for e, least in enumerate(problem.rules.consecutive_min.tolist()):
        for run in range(1, least):
            for d in range(1, problem.days - run):
                inside = variables.off[e][d : d + run]
                ends = [variables.off[e][d - 1].negated(), variables.off[e][d + run].negated()]
                model.add_bool_or([*ends, *inside])


def add_off_min(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Forbid short runs of days off between two working days."""
    if problem.rules.off_min is None:
        return
    for e, least in enumerate(problem.rules.off_min.tolist()):
        for run in range(1, least):
            for d in range(1, problem.days - run):
                inside = [variables.off[e][at].negated() for at in range(d, d + run)]
                model.add_bool_or([variables.off[e][d - 1], variables.off[e][d + run], *inside])


def add_weekends_max(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Limit weekends with work: Σ_i y_ei ≤ max_e."""
    if problem.rules.weekends_max is None:
        return
    for e, most in enumerate(problem.rules.weekends_max.tolist()):
        model.add(cp_model.LinearExpr.sum(variables.weekend[e]) <= most)


def add_sundays_max(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Limit Sundays with work: Σ (1 − o_ed) ≤ max_e over Sundays."""
    if problem.rules.sundays_max is None:
        return
    for e, most in enumerate(problem.rules.sundays_max.tolist()):
        model.add(cp_model.LinearExpr.sum([variables.working(e, d) for d in problem.sundays]) <= most)


def add_weekend_duty(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> None:
    """Keep to the rotation of weekend duty: o_ed = 1 where it is not e's turn, but for locked cells."""
    if problem.rules.on_duty is None:
        return
    for e, d in np.argwhere(~problem.rules.on_duty & (problem.locked == FREE)).tolist():
        model.add(variables.off[e][d] == 1)


RULES: dict[str, Rule] = {
    "locks": add_locks,
    "rest": add_rest,
    "minutes_max": add_minutes_max,
    "minutes_min": add_minutes_min,
    "shift_max": add_shift_max,
    "consecutive_max": add_consecutive_max,
    "consecutive_min": add_consecutive_min,
    "off_min": add_off_min,
    "weekends_max": add_weekends_max,
    "sundays_max": add_sundays_max,
    "weekend_duty": add_weekend_duty,
}


def add_cover(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> cp_model.LinearExprT:
    """Price cover: Σ_es f_ek x_eds over contributing shifts + under_dk − over_dk = required_dk, f e's parts."""
    terms: list[cp_model.LinearExprT] = []
    unit = problem.unit
    rows_of = [np.flatnonzero(problem.contributes[:, s]).tolist() for s in range(problem.shifts)]
    there: list[list[list[tuple[cp_model.IntVar, int]]]] = [[[] for _ in rows] for rows in problem.required]
    for (e, d, s), variable in variables.x.items():
        for k in rows_of[s]:
            there[d][k].append((variable, int(problem.parts[e, k])))
    settled = (problem.locked != FREE).all(axis=0)
    unmet = None if variables.start is None else find_unmet(problem, variables.start)
    for d, k in np.ndindex(problem.required.shape):
        wanted, here = unit * int(problem.required[d, k]), there[d][k]
        most = sum(parts for _, parts in here)
        under_price = SCALE // unit * int(problem.under_weight[d, k])
        over_price = SCALE // unit * int(problem.over_weight[d, k])
        if settled[d] or not most:
            terms.append(under_price * max(wanted - most, 0) + over_price * max(most - wanted, 0))
            continue
        under = model.new_int_var(0, wanted, f"under_{d}_{k}")
        over = model.new_int_var(0, most, f"over_{d}_{k}")
        model.add(cp_model.LinearExpr.sum([parts * variable for variable, parts in here]) + under - over == wanted)
        terms.append(under_price * under + over_price * over)
        if unmet is not None:
            model.add_hint(under, round(unit * float(unmet.under[d, k])))
            model.add_hint(over, round(unit * float(unmet.over[d, k])))
    return cp_model.LinearExpr.sum(terms)


def add_wishes(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> cp_model.LinearExprT:
    """Price wishes: for a shift or a day, to work it or not."""
    terms: list[cp_model.LinearExprT] = []
    wishes = problem.wishes
    for array, wanted in ((wishes.shift_on, True), (wishes.shift_off, False)):
        for e, d, s in [] if array is None else np.argwhere(array > 0).tolist():
            assert array is not None
            worked: cp_model.LinearExprT = variables.x.get((e, d, s), 0)
            terms.append(SCALE * int(array[e, d, s]) * ((1 - worked) if wanted else worked))
    for days, wanted in ((wishes.day_on, True), (wishes.day_off, False)):
        for e, d in [] if days is None else np.argwhere(days > 0).tolist():
            assert days is not None
            off = variables.off[e][d]
            terms.append(SCALE * int(days[e, d]) * (off if wanted else 1 - off))
    return cp_model.LinearExpr.sum(terms)


def add_short(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> cp_model.LinearExprT:
    """Price minutes below the contract's minimum, where that is soft."""
    price = problem.wishes.short_hour
    terms: list[cp_model.LinearExprT] = []
    unmet = None if variables.start is None else find_unmet(problem, variables.start)
    for e in range(problem.persons if price else 0):
        for w, (first, last) in enumerate(problem.windows.tolist()):
            least = int(problem.minutes_min[e, w])
            short = model.new_int_var(0, max(least, 0), f"short_{e}_{w}")
            model.add(variables.paid(problem, e, first, last) + short >= least)
            terms.append((price or 0) * short)
            if unmet is not None:
                model.add_hint(short, int(unmet.short_min[e, w]))
    return cp_model.LinearExpr.sum(terms)


def add_fair_hours(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> cp_model.LinearExprT:
    """Price the spread of minutes worked beyond the target: largest less smallest."""
    if not problem.wishes.fair_hour or problem.persons < 2:
        return 0
    least, most = _bounds_of_excess(problem)
    low, high = model.new_int_var(least, most, "excess_low"), model.new_int_var(least, most, "excess_high")
    for e in range(problem.persons):
        worked = variables.paid(problem, e, 0, problem.days - 1)
        excess = worked - int(problem.minutes_target[e].sum())
        model.add(low <= excess)
        model.add(high >= excess)
    if variables.start is not None:
        excess_there = worked_minutes_in_all(problem, variables.start) - problem.minutes_target.sum(axis=1)
        model.add_hint(low, int(excess_there.min()))
        model.add_hint(high, int(excess_there.max()))
    return problem.wishes.fair_hour * (high - low)


def _bounds_of_excess(problem: RosterProblem) -> tuple[int, int]:
    targets: Int = problem.minutes_target.sum(axis=1)
    most = problem.days * int(problem.paid_min.max(initial=0))
    return -int(targets.max(initial=0)), most - int(targets.min(initial=0))


def add_fair_weekends(
    model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem
) -> cp_model.LinearExprT:
    """Price the spread of weekends worked: most less fewest."""
    if not problem.wishes.fair_weekend or problem.persons < 2 or not problem.weekends:
        return 0
    count = len(problem.weekends)
    low, high = model.new_int_var(0, count, "weekends_low"), model.new_int_var(0, count, "weekends_high")
    for e in range(problem.persons):
        worked = cp_model.LinearExpr.sum(variables.weekend[e])
        for i, days in enumerate(problem.weekends):
            model.add_bool_or([variables.weekend[e][i].negated(), *(variables.off[e][d].negated() for d in days)])
        model.add(low <= worked)
        model.add(high >= worked)
    if variables.start is not None:
        worked_there = weekends_worked(problem, variables.start)
        model.add_hint(low, int(worked_there.min()))
        model.add_hint(high, int(worked_there.max()))
    return SCALE * problem.wishes.fair_weekend * (high - low)


def add_fair_unpopular(
    model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem
) -> cp_model.LinearExprT:
    """Price the spread of unpopular shifts worked: most less fewest."""
    mask = problem.wishes.unpopular
    if mask is None or not problem.unpopular_price or problem.persons < 2:
        return 0
    low, high = (
        model.new_int_var(0, problem.days, "unpopular_low"),
        model.new_int_var(0, problem.days, "unpopular_high"),
    )
    worked: list[list[cp_model.IntVar]] = [[] for _ in range(problem.persons)]
    for (e, _, s), variable in variables.x.items():
        if mask[s]:
            worked[e].append(variable)
    for mine in worked:
        model.add(low <= cp_model.LinearExpr.sum(mine))
        model.add(high >= cp_model.LinearExpr.sum(mine))
    if variables.start is not None:
        there = unpopular_worked(problem, variables.start)
        model.add_hint(low, int(there.min()))
        model.add_hint(high, int(there.max()))
    return SCALE * problem.unpopular_price * (high - low)


def add_teams(model: cp_model.CpModel, variables: RosterVariables, problem: RosterProblem) -> cp_model.LinearExprT:
    """Price days apart from the team: Σ_b z_gdb = 1, apart_ed ≥ in_edb − z_gdb, with in_edb = 1 in block b or off."""
    teams = problem.wishes.teams
    if teams is None or not problem.team_price:
        return 0
    found = None if variables.start is None else find_apart(problem, variables.start)
    terms: list[cp_model.IntVar] = []
    for team, d in np.ndindex(teams.number, problem.days):
        members = [e for e in np.flatnonzero(teams.of == team).tolist() if not problem.off[e, d]]
        if len(members) < 2:
            continue
        usual = [model.new_bool_var(f"block_{team}_{d}_{b}") for b in range(teams.blocks)]
        model.add_exactly_one(usual)
        for e in members:
            apart = model.new_bool_var(f"apart_{e}_{d}")
            terms.append(apart)
            if found is not None:
                model.add_hint(apart, bool(found[e, d]))
            model.add_bool_or([variables.off[e][d].negated(), usual[-1], apart])
            for s in range(problem.shifts):
                if (e, d, s) in variables.x:
                    model.add_bool_or([variables.x[e, d, s].negated(), usual[int(teams.block[s])], apart])
    return SCALE * problem.team_price * cp_model.LinearExpr.sum(terms)


PRICES: dict[str, Price] = {
    "cover": add_cover,
    "wishes": add_wishes,
    "short": add_short,
    "fair_hours": add_fair_hours,
    "fair_weekends": add_fair_weekends,
    "fair_unpopular": add_fair_unpopular,
    "teams": add_teams,
}
