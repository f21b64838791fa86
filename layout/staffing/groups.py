"""Split a roster problem into groups of people who can stand in for each other; each group is a problem of its own.

Person e and shift s are joined where e may work s or is locked to it; shift s and cover row k where s counts towards
k; people of one team with each other. Groups are the connected parts. Rules and prices never cross them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layout.staffing.plan import OFF, RosterProblem, RosterRules, RosterWishes, Teams


@dataclass(frozen=True)
class Group:
    """Positions of the people, shifts and cover rows of one connected part; any of them may be empty."""

    persons: tuple[int, ...]
    shifts: tuple[int, ...]
    rows: tuple[int, ...]


def find_groups(problem: RosterProblem) -> tuple[Group, ...]:
    """Return the groups, by their first person, then shift, then row."""
    e, s, k = problem.persons, problem.shifts, len(problem.contributes)
    linked = problem.skilled.copy()
    for person, day in np.argwhere(problem.locked >= 0).tolist():
        linked[person, problem.locked[person, day]] = True
    persons, shifts = np.nonzero(linked)
    rows, counted = np.nonzero(problem.contributes)
    mates, first = _teammates(problem)
    left = np.concatenate([persons, e + counted, mates])
    right = np.concatenate([e + shifts, e + s + rows, first])
    size = e + s + k
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    groups = [_group(np.flatnonzero(label == at), e, s) for at in range(count)]
    return tuple(sorted(groups, key=lambda group: (not group.persons, group.persons, group.shifts, group.rows)))


def _teammates(problem: RosterProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the people of teams, and the first of each one's team."""
    teams = problem.wishes.teams
    if teams is None or not problem.team_price:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    mates = np.flatnonzero(teams.of >= 0)
    first = np.array([int(np.argmax(teams.of == teams.of[e])) for e in mates.tolist()], dtype=np.int64)
    return mates, first


def _group(members: NDArray[np.int64], e: int, s: int) -> Group:
    nodes = [int(node) for node in members]
    return Group(
        persons=tuple(node for node in nodes if node < e),
        shifts=tuple(node - e for node in nodes if e <= node < e + s),
        rows=tuple(node - e - s for node in nodes if node >= e + s),
    )


def extract(problem: RosterProblem, group: Group) -> RosterProblem:
    """Return the problem of one group, with positions counted within it."""
    e, s, k = list(group.persons), list(group.shifts), list(group.rows)
    position = np.full(problem.shifts + 1, OFF, dtype=np.int64)
    position[s] = np.arange(len(s))
    locked = problem.locked[e]
    return replace(
        problem,
        start_min=problem.start_min[s],
        end_min=problem.end_min[s],
        paid_min=problem.paid_min[s],
        skilled=problem.skilled[np.ix_(e, s)],
        off=problem.off[e],
        offered=problem.offered[:, s],
        contributes=problem.contributes[np.ix_(k, s)],
        required=problem.required[:, k],
        under_weight=problem.under_weight[:, k],
        over_weight=problem.over_weight[:, k],
        minutes_min=problem.minutes_min[e],
        minutes_max=problem.minutes_max[e],
        minutes_target=problem.minutes_target[e],
        locked=np.where(locked >= 0, position[np.maximum(locked, 0)], locked),
        counts=None if problem.counts is None else problem.counts[np.ix_(e, k)],
        rules=_extract_rules(problem.rules, e, s),
        wishes=_extract_wishes(problem.wishes, e, s),
    )


def _extract_rules(rules: RosterRules, e: list[int], s: list[int]) -> RosterRules:
    return replace(
        rules,
        forbidden_next=None if rules.forbidden_next is None else rules.forbidden_next[np.ix_(s, s)],
        shift_max=None if rules.shift_max is None else rules.shift_max[np.ix_(e, s)],
        consecutive_max=None if rules.consecutive_max is None else rules.consecutive_max[e],
        consecutive_min=None if rules.consecutive_min is None else rules.consecutive_min[e],
        off_min=None if rules.off_min is None else rules.off_min[e],
        weekends_max=None if rules.weekends_max is None else rules.weekends_max[e],
        sundays_max=None if rules.sundays_max is None else rules.sundays_max[e],
        on_duty=None if rules.on_duty is None else rules.on_duty[e],
    )


def _extract_wishes(wishes: RosterWishes, e: list[int], s: list[int]) -> RosterWishes:
    return replace(
        wishes,
        shift_on=None if wishes.shift_on is None else wishes.shift_on[e][:, :, s],
        shift_off=None if wishes.shift_off is None else wishes.shift_off[e][:, :, s],
        day_on=None if wishes.day_on is None else wishes.day_on[e],
        day_off=None if wishes.day_off is None else wishes.day_off[e],
        unpopular=None if wishes.unpopular is None else wishes.unpopular[s],
        teams=None if wishes.teams is None else Teams(wishes.teams.of[e], wishes.teams.block[s]),
    )
