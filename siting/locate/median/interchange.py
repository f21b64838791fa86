"""Search good plans of a p-median: greedy construction, interchange, and kicks out of local optima, compiled.

The greedy construction adds what saves most, evaluated lazily (Minoux, 1978: savings only shrink as outlets open). The
interchange opens one candidate and shuts the best partner for it (Teitz and Bart, 1968), evaluated through the two
nearest open ones of every demand point (Whitaker, 1983), and looks again only at candidates near a change (Resende and
Werneck, 2007). Kicks exchange a few outlets at random near one demand point; what the interchange then does not make
better is taken back (iterated local search; Lourenço, Martin and Stützle, 2003). A set stays allowed throughout.
Where any number may be open, an exchange may also only open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, uncounted
from siting.locate.median.near import Flags, Floats, Indices, Ints, Nearest
from siting.locate.problem.fill import fill
from siting.locate.problem.sides import Sides, activity_of, do_swap, may_swap

COUNT, CURSOR, RANDOM = 0, 1, 2
TOTAL, WORK = 0, 1


class Plan(NamedTuple):
    """A set under search.

    ``opened`` lists what is open; ``first`` and ``second`` are the costs of the nearest two, ``who`` is the nearest, −1
    for none; ``loss`` is what shutting an open one costs, ``extra`` scratch, ``dirty`` who is to be looked at again.
    ``whole`` has the number open, the next candidate and the random state; ``amount`` the total cost and the work done.
    """

    is_open: Flags
    opened: Ints
    first: Floats
    second: Floats
    who: Indices
    loss: Floats
    extra: Floats
    dirty: Flags
    activity: Floats
    whole: Ints
    amount: Floats


@compiled
def plan_of(near: Nearest, sides: Sides, is_open: Flags, seed: int) -> Plan:
    """Return a set in the form of a search."""
    m, n = len(is_open), len(near.limit)
    plan = Plan(
        is_open.copy(), np.full(m, -1, dtype=np.int64), near.limit.copy(), near.limit.copy(),
        np.full(n, -1, dtype=np.int32), np.zeros(m), np.zeros(m), np.ones(m, dtype=np.bool_),
        activity_of(sides, is_open), np.zeros(3, dtype=np.int64), np.zeros(2),
    )  # fmt: skip
    plan.whole[RANDOM] = seed + 88172645463325252
    for j in range(m):
        if is_open[j]:
            plan.opened[plan.whole[COUNT]] = j
            plan.whole[COUNT] += 1
    for i in range(n):
        plan.amount[TOTAL] += near.limit[i]
        _look(near, plan, i)
    return plan


@kernel
def copy_plan(to: Plan, plan: Plan) -> None:
    """Make one plan as the other, but for the random state and the work done."""
    fill(to.is_open, plan.is_open)
    fill(to.opened, plan.opened)
    fill(to.first, plan.first)
    fill(to.second, plan.second)
    fill(to.who, plan.who)
    fill(to.loss, plan.loss)
    fill(to.activity, plan.activity)
    to.whole[COUNT] = plan.whole[COUNT]
    to.amount[TOTAL] = plan.amount[TOTAL]


@uncounted
def _look(near: Nearest, plan: Plan, i: int) -> None:
    """Find the nearest two of a demand point anew."""
    if plan.who[i] >= 0:
        plan.loss[plan.who[i]] -= plan.second[i] - plan.first[i]
    plan.amount[TOTAL] -= plan.first[i]
    plan.first[i], plan.second[i], plan.who[i] = near.limit[i], near.limit[i], -1
    for at in range(near.start[i], near.start[i + 1]):
        if near.cost[at] >= near.limit[i]:
            break
        if plan.is_open[near.candidate[at]]:
            if plan.who[i] >= 0:
                plan.second[i] = near.cost[at]
                break
            plan.first[i], plan.who[i] = near.cost[at], near.candidate[at]
    if plan.who[i] >= 0:
        plan.loss[plan.who[i]] += plan.second[i] - plan.first[i]
    plan.amount[TOTAL] += plan.first[i]


@kernel
def _mark(near: Nearest, plan: Plan, i: int, before: float) -> None:
    top = max(before, plan.second[i])
    at = near.start[i]
    while at < near.start[i + 1] and near.cost[at] < top:
        plan.dirty[near.candidate[at]] = True
        at += 1
    plan.amount[WORK] += at - near.start[i]


@compiled
def exchange(near: Nearest, sides: Sides, plan: Plan, j: int, k: int) -> None:
    """Open j and shut k; −1 stands for no candidate."""
    do_swap(sides, plan.activity, plan.is_open, j, k)
    count = plan.whole[COUNT]
    if k >= 0:
        at = 0
        while plan.opened[at] != k:
            at += 1
        plan.opened[at] = plan.opened[count - 1]
        count -= 1
    if j >= 0:
        plan.opened[count] = j
        count += 1
        plan.loss[j] = 0.0
    plan.whole[COUNT] = count
    for new in (j, k):
        if new < 0:
            continue
        for at in range(near.by_start[new], near.by_start[new + 1]):
            i = near.by_point[at]
            before = plan.second[i]
            if near.by_cost[at] <= before and near.by_cost[at] < near.limit[i]:
                _look(near, plan, i)
                _mark(near, plan, i, before)
        plan.amount[WORK] += near.by_start[new + 1] - near.by_start[new]


@kernel
def _saving(near: Nearest, plan: Plan, j: int) -> float:
    saved = 0.0
    for at in range(near.by_start[j], near.by_start[j + 1]):
        saved += max(0.0, plan.first[near.by_point[at]] - near.by_cost[at])
    plan.amount[WORK] += near.by_start[j + 1] - near.by_start[j]
    return saved


@kernel
def _is_above(sides: Sides, activity: Floats, j: int) -> bool:
    """Tell whether opening j passes the upper side of a row."""
    for at in range(sides.start[j], sides.start[j + 1]):
        row = sides.row[at]
        total = activity[row] + sides.value[at]
        if (sides.value[at] > 0.0 and total > sides.high[row]) or (sides.value[at] < 0.0 and total < sides.low[row]):
            return True
    return False


@kernel
def _helps(sides: Sides, activity: Floats, j: int) -> bool:
    """Tell whether opening j raises a row that is still below its lower side."""
    for at in range(sides.start[j], sides.start[j + 1]):
        if sides.value[at] > 0.0 and activity[sides.row[at]] < sides.low[sides.row[at]]:
            return True
    return False


@kernel
def _is_short(sides: Sides, activity: Floats) -> bool:
    short = 0
    for row in range(len(activity)):
        if activity[row] < sides.low[row]:
            short += 1
    return short > 0


@compiled
def add_greedily(
    near: Nearest, sides: Sides, plan: Plan, p: int, size: Floats, saving: Floats, most_work: float
) -> bool:
    """Add what saves most per ``size``, first what rows lack, until p are open (p = 0: while any may); tell if done.

    Called again it goes on where it stopped, once ``most_work`` was done. ``saving``, infinite at first, has what each
    candidate saves at most.
    """
    m = len(plan.is_open)
    fresh, end = np.zeros(m, dtype=np.bool_), plan.amount[WORK] + most_work
    while p == 0 or plan.whole[COUNT] < p:
        lacks = _is_short(sides, plan.activity)
        fresh[:] = False
        found = -1
        while found < 0:
            best = -1
            for j in range(m):
                if plan.is_open[j] or sides.upper[j] == 0.0 or (best >= 0 and saving[j] <= saving[best]):
                    continue
                if not _is_above(sides, plan.activity, j) and (not lacks or _helps(sides, plan.activity, j)):
                    best = j
            if best < 0:
                return True
            if fresh[best]:
                found = best
            else:
                saving[best] = _saving(near, plan, best) / size[best]
                fresh[best] = True
                plan.amount[WORK] += 0.1 * m
        if p == 0 and saving[found] <= 0.0 and not lacks:
            return True
        exchange(near, sides, plan, found, -1)
        if plan.amount[WORK] > end:
            return False
    return True


@kernel
def _partner(near: Nearest, sides: Sides, plan: Plan, j: int, free: bool, least: float) -> tuple[float, int]:
    """Return what opening j saves with the best partner, and that, −1 for none: then it may open alone.

    −2 where none saves more than ``least``.
    """
    saved = 0.0
    for at in range(near.by_start[j], near.by_start[j + 1]):
        i, cost = near.by_point[at], near.by_cost[at]
        if cost < plan.second[i]:
            if cost < plan.first[i]:
                saved += plan.first[i] - cost
                cost = plan.first[i]
            if plan.who[i] >= 0:
                plan.extra[plan.who[i]] += plan.second[i] - cost
    best, best_k = least, -2
    if free and saved > least and may_swap(sides, plan.activity, j, -1):
        best, best_k = saved, -1
    count = plan.whole[COUNT]
    for at in range(count):
        k = plan.opened[at]
        better = saved - plan.loss[k] + plan.extra[k]
        plan.extra[k] = 0.0
        if better > best and sides.lower[k] == 0.0 and may_swap(sides, plan.activity, j, k):
            best, best_k = better, k
    plan.amount[WORK] += near.by_start[j + 1] - near.by_start[j] + count
    return best, best_k


@uncounted
def improve_plan(near: Nearest, sides: Sides, plan: Plan, free: bool, most_work: float) -> bool:
    """Exchange until no candidate that is marked makes the plan better, or ``most_work`` was done; tell if done.

    ``free`` says that any number may be open.
    """
    m, end = len(plan.is_open), plan.amount[WORK] + most_work
    least = 1e-10 * max(1e-300, plan.amount[TOTAL])
    clean = 0
    while clean < m:
        j = plan.whole[CURSOR]
        plan.whole[CURSOR] = (j + 1) % m
        clean += 1
        if not plan.dirty[j]:
            continue
        plan.dirty[j] = False
        if plan.is_open[j] or sides.upper[j] == 0.0:
            continue
        _, k = _partner(near, sides, plan, j, free, least)
        if k >= -1:
            exchange(near, sides, plan, j, k)
            clean = 0
        if plan.amount[WORK] > end:
            return False
    return True


@kernel
def _draw(plan: Plan, below: int) -> int:
    """Return a random number from 0 below ``below`` (xorshift; Marsaglia, 2003)."""
    x = np.uint64(plan.whole[RANDOM])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    plan.whole[RANDOM] = np.int64(x)
    return int(np.int64((x >> np.uint64(11)) % np.uint64(below)))


@kernel
def _kick_near(near: Nearest, sides: Sides, plan: Plan) -> None:
    """Exchange two or three outlets for others near one demand point."""
    i = _draw(plan, len(near.limit))
    width = near.start[i + 1] - near.start[i]
    if width == 0:
        return
    for _ in range(2 + _draw(plan, 2)):
        j = int(np.int64(near.candidate[near.start[i] + _draw(plan, width)]))
        k = int(np.int64(-1))
        for _ in range(4 * width):
            other = int(np.int64(near.candidate[near.start[i] + _draw(plan, width)]))
            if plan.is_open[other] and sides.lower[other] == 0.0:
                k = other
                break
        if k >= 0 and not plan.is_open[j] and sides.upper[j] > 0.0 and may_swap(sides, plan.activity, j, k):
            exchange(near, sides, plan, j, k)


@kernel
def _kick_far(near: Nearest, sides: Sides, plan: Plan) -> None:
    """Open any candidate and shut its best partner."""
    j = _draw(plan, len(plan.is_open))
    if plan.is_open[j] or sides.upper[j] == 0.0:
        return
    _, k = _partner(near, sides, plan, j, False, -np.inf)
    if k >= 0:
        exchange(near, sides, plan, j, k)


@uncounted
def kick(near: Nearest, sides: Sides, plan: Plan, base: Plan, best: Plan, free: bool, heat: float, work: float) -> int:
    """Kick and improve ``plan`` until ``work`` was done; return how often ``best`` became better.

    ``base`` is what to go on from: it takes what is better, and at times what is worse by about ``heat``.
    """
    end, found = plan.amount[WORK] + work, 0
    while plan.amount[WORK] < end:
        plan.dirty[:] = False
        if _draw(plan, 4) == 0:
            _kick_far(near, sides, plan)
        else:
            _kick_near(near, sides, plan)
        improve_plan(near, sides, plan, free, work)
        plan.amount[WORK] += 0.1 * len(near.limit) + 1.0
        slack = -heat * np.log((1.0 + _draw(plan, 1000000)) / 1000000.0)
        if plan.amount[TOTAL] > base.amount[TOTAL] + slack:
            copy_plan(plan, base)
            continue
        copy_plan(base, plan)
        if plan.amount[TOTAL] < best.amount[TOTAL] * (1.0 - 1e-10):
            copy_plan(best, plan)
            found += 1
    return found
