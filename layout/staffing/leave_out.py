"""Leave one hard rule at a time out of a roster, to name the one that makes it impossible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layout.staffing.plan import DAY_MIN, FREE, RosterProblem


def without_each_rule(problem: RosterProblem) -> list[tuple[str, RosterProblem]]:
    """Return the name of each hard rule that a problem has, with the problem without it."""
    rules = problem.rules
    return [
        ("locks", replace(problem, locked=np.full_like(problem.locked, FREE))),
        ("days_off", replace(problem, off=np.zeros_like(problem.off))),
        ("minutes_max", replace(problem, minutes_max=np.full_like(problem.minutes_max, problem.days * DAY_MIN))),
        ("minutes_min", replace(problem, minutes_min=np.zeros_like(problem.minutes_min))),
        ("rest", replace(problem, rules=replace(rules, rest_min=-DAY_MIN, forbidden_next=None))),
        ("shift_max", replace(problem, rules=replace(rules, shift_max=None))),
        ("consecutive_max", replace(problem, rules=replace(rules, consecutive_max=None))),
        ("consecutive_min", replace(problem, rules=replace(rules, consecutive_min=None))),
        ("off_min", replace(problem, rules=replace(rules, off_min=None))),
        ("weekends_max", replace(problem, rules=replace(rules, weekends_max=None))),
        ("sundays_max", replace(problem, rules=replace(rules, sundays_max=None))),
        ("weekend_duty", replace(problem, rules=replace(rules, on_duty=None))),
    ]
