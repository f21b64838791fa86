r"""Write every row of days that a person's hard rules allow as a path through layers of states, one layer a day.

A state holds what the rules ask of the past: the kind of the last shift (shifts are alike where the same shifts may
follow them), days in a row at work or off, minutes so far in each contract window that is still open, weekends worked.
Two states that ask the same are one, so a path is a row and each legal row is a path. Shifts of one kind that pay the
same, and whose number nobody limits, share their arcs: of these only the cheapest matters on a day.

Fewest-in-a-row rules count at the horizon's ends as if the row went on outside. What has only a most, and would make
the states many (how often a shift is worked, Sundays), is counted along the path
instead (`layout.staffing.rows.paths`).

Source: the states are those of resource-constrained shortest paths in rostering by columns: Burke and Curtois (2014),
EJOR 237.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import SATURDAY, WEEK_DAYS, Int, RosterProblem
from layout.staffing.rows.paths import Graph

MOST_ARCS = 12_000_000
"""Arcs beyond which a network is refused: it would take a gigabyte for a group and a second for each row."""

_CLASS, _RUN, _WEEKENDS, _MINUTES = range(4)


@dataclass(frozen=True)
class RowNetwork:
    """States and arcs; node 0 is the start, and layer d holds the states after d days.

    Parameters
    ----------
    graph
        ``layer``: first node of each layer, shape (D + 2,). ``first``: first arc of each node, shape (N + 1,).
        ``target``, ``option``: the node an arc leads to and the option it takes, shape (A,). ``leave``: price charged
        on leaving a node, at the horizon's end too, of minutes below contract, shape (N,). ``works``: whether the day
        before was worked, shape (N,).
    options
        The option of each shift, shape (S,); −1 where the person never works it. The last option is a day off.
    counted
        The limits counted along the path: position of each option in them or −1, shape (O,).
    limit
        The most of each, shape (C,).
    sundays
        Position of Sundays among ``limit``, or −1.
    """

    graph: Graph
    options: Int
    counted: Int
    limit: Int
    sundays: int

    @property
    def arcs(self) -> int:
        """Arcs; none where no row keeps every rule."""
        return len(self.graph.target)

    @property
    def choices(self) -> int:
        """Options of a day, the day off among them."""
        return len(self.counted)


@dataclass(frozen=True)
class _Person:
    """A person's rules in the terms of the states."""

    paid: Int
    class_of: Int
    follows: NDArray[np.bool_]
    run_max: int
    run_min: int
    off_min: int
    weekends: int
    windows: tuple[tuple[int, int, int, int], ...]
    short_hour: float | None


def network_key(problem: RosterProblem, person: int) -> tuple[bytes, ...]:
    """Return what two people must share to share a network."""
    rules = problem.rules
    able = problem.possible[person].any(axis=0)
    per_person = (rules.consecutive_max, rules.consecutive_min, rules.off_min, rules.weekends_max, rules.sundays_max)
    parts: list[Int] = [able.astype(np.int64), problem.minutes_min[person], problem.minutes_max[person]]
    parts += [array[person : person + 1] for array in per_person if array is not None]
    if rules.shift_max is not None:
        parts.append(np.minimum(rules.shift_max[person], _days_possible(problem, person)))
    return tuple(part.tobytes() for part in parts)


def _days_possible(problem: RosterProblem, person: int) -> Int:
    """Return the most days a person could work each shift, by days and by contract, shape (S,)."""
    days: Int = problem.possible[person].sum(axis=0)
    for w, (first, last) in enumerate(problem.windows.tolist()):
        if (first, last) == (0, problem.days - 1):
            days = np.minimum(days, problem.minutes_max[person, w] // np.maximum(problem.paid_min, 1))
    return days


def build_network(problem: RosterProblem, person: int) -> RowNetwork | None:
    """Return the network of a person's rows, or None where it has more than `MOST_ARCS` arcs.

    A network without arcs holds no row: no row keeps every rule.
    """
    options, counted, limit, sundays = _options(problem, person)
    rules = _rules_of(problem, person, options)
    layers: list[Int] = [np.zeros((1, _MINUTES + len(rules.windows)), dtype=np.int64)]
    arcs: list[tuple[Int, Int, Int]] = []
    total = 0
    for day in range(problem.days):
        sources, choices, states = _step(problem, rules, layers[-1], day)
        unique, targets = _merge(states)
        total += len(sources)
        if total > MOST_ARCS:
            return None
        layers.append(unique)
        arcs.append((sources, targets, choices))
    kept = _reachable_back(layers, arcs)
    return _assemble(problem, rules, layers, arcs, kept, (options, counted, limit, sundays))


def _options(problem: RosterProblem, person: int) -> tuple[Int, Int, Int, int]:
    """Return the option of each shift, the count each option adds to, the limits, and which limit is Sundays."""
    rules = problem.rules
    possible = _days_possible(problem, person)
    able = problem.possible[person].any(axis=0)
    follows = problem.may_follow
    options = np.full(problem.shifts, -1, dtype=np.int64)
    known: dict[tuple[object, ...], int] = {}
    counted: list[int] = []
    limits: list[int] = []
    for s in np.flatnonzero(able).tolist():
        most = None if rules.shift_max is None else int(rules.shift_max[person, s])
        limited = most is not None and most < possible[s]
        key = (follows[s].tobytes(), follows[:, s].tobytes(), int(problem.paid_min[s]), s if limited else None)
        if key not in known:
            known[key] = len(counted)
            counted.append(len(limits) if limited else -1)
            if limited and most is not None:
                limits.append(most)
        options[s] = known[key]
    counted.append(-1)
    sundays = -1
    if rules.sundays_max is not None and rules.sundays_max[person] < len(problem.sundays):
        sundays = len(limits)
        limits.append(int(rules.sundays_max[person]))
    return options, np.array(counted, dtype=np.int64), np.array(limits, dtype=np.int64), sundays


def _rules_of(problem: RosterProblem, person: int, options: Int) -> _Person:
    rules = problem.rules
    count = int(options.max(initial=-1)) + 1
    example = [int(np.flatnonzero(options == option)[0]) for option in range(count)]
    follows = problem.may_follow[np.ix_(example, example)] if count else np.zeros((0, 0), dtype=np.bool_)
    _, class_of = np.unique(follows, axis=0, return_inverse=True) if count else (None, np.zeros(0, dtype=np.int64))
    classes = int(class_of.max(initial=-1)) + 1
    by_class = np.ones((classes + 1, count), dtype=np.bool_)
    for option in range(count):
        by_class[class_of[option] + 1] = follows[option]
    weekends = -1
    if rules.weekends_max is not None and rules.weekends_max[person] < len(problem.weekends):
        weekends = int(rules.weekends_max[person])
    paid = problem.paid_min[example]
    return _Person(
        paid=paid,
        class_of=np.asarray(class_of).reshape(-1) + 1,
        follows=by_class,
        run_max=problem.days if rules.consecutive_max is None else int(rules.consecutive_max[person]),
        run_min=1 if rules.consecutive_min is None else int(rules.consecutive_min[person]),
        off_min=1 if rules.off_min is None else int(rules.off_min[person]),
        weekends=weekends,
        windows=_binding_windows(problem, person, int(paid.max(initial=0))),
        short_hour=None if problem.wishes.short_hour is None else float(problem.wishes.short_hour),
    )


def _binding_windows(problem: RosterProblem, person: int, longest: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return first day, last day, least and most minutes of the windows that can bind at all."""
    found = []
    for w, (first, last) in enumerate(problem.windows.tolist()):
        least, most = int(problem.minutes_min[person, w]), int(problem.minutes_max[person, w])
        if least > 0 or (last - first + 1) * longest > most:
            found.append((first, last, max(least, 0), most))
    return tuple(found)


def _step(problem: RosterProblem, rules: _Person, states: Int, day: int) -> tuple[Int, Int, Int]:
    """Return the arcs of a day: sources and options, and the state each leads to, shape (A, C)."""
    base = _close_windows(rules, states, day)
    parts: list[tuple[Int, Int, Int]] = []
    working = states[:, _CLASS] > 0
    run, began = states[:, _RUN], states[:, _RUN] == day
    may_stop = ~working | (run >= rules.run_min) | began
    may_start = working | (run >= rules.off_min) | began
    for option in range(len(rules.paid)):
        fits = may_start & rules.follows[states[:, _CLASS], option] & (~working | (run < rules.run_max))
        fits &= rules.run_max >= 1
        parts.append(_work(problem, rules, base, np.flatnonzero(fits), option, day))
    rest = np.flatnonzero(may_stop)
    resting = base[rest].copy()
    resting[:, _RUN] = np.where(working[rest], 1, np.minimum(run[rest] + 1, max(rules.off_min, 1)))
    resting[:, _CLASS] = 0
    parts.append((rest, np.full(len(rest), len(rules.paid), dtype=np.int64), resting))
    sources, options, found = (np.concatenate([part[at] for part in parts]) for at in range(3))
    fits = np.ones(len(found), dtype=np.bool_)
    for at, (_, last, least, _) in enumerate(rules.windows):
        if last != day:
            continue
        minutes = found[:, _MINUTES + at]
        if rules.short_hour is None:
            fits &= minutes >= least
        found[:, _MINUTES + at] = np.maximum(least - minutes, 0)
    return sources[fits], options[fits], found[fits]


def _close_windows(rules: _Person, states: Int, day: int) -> Int:
    base = states.copy()
    for at, (first, last, _, _) in enumerate(rules.windows):
        if not first <= day <= last or first == day:
            base[:, _MINUTES + at] = 0
    return base


def _work(
    problem: RosterProblem, rules: _Person, base: Int, sources: Int, option: int, day: int
) -> tuple[Int, Int, Int]:
    found = base[sources].copy()
    worked = found[:, _CLASS] > 0
    found[:, _RUN] = np.where(worked, np.minimum(found[:, _RUN] + 1, max(_run_cap(rules, problem.days), 1)), 1)
    if rules.weekends >= 0:
        found[:, _WEEKENDS] += new_weekend(problem, day, worked)
    found[:, _CLASS] = rules.class_of[option]
    fits = found[:, _WEEKENDS] <= max(rules.weekends, 0)
    for at, (first, last, _, most) in enumerate(rules.windows):
        if first <= day <= last:
            found[:, _MINUTES + at] += int(rules.paid[option])
            fits &= found[:, _MINUTES + at] <= most
    kept = found[fits]
    return sources[fits], np.full(len(kept), option, dtype=np.int64), kept


def _run_cap(rules: _Person, days: int) -> int:
    """Return the days in a row beyond which nothing is asked: without a most, the least itself."""
    return rules.run_max if rules.run_max < days else rules.run_min


def new_weekend(problem: RosterProblem, day: int, worked: NDArray[np.bool_]) -> Int:
    """Return 1 where work on a day is the first of its weekend, given whether the day before was worked."""
    weekday = (day + problem.first_weekday) % WEEK_DAYS
    if weekday < SATURDAY:
        return np.zeros(len(worked), dtype=np.int64)
    first = weekday == SATURDAY or day == 0
    return np.where(worked & (not first), 0, 1).astype(np.int64)


def _merge(states: Int) -> tuple[Int, Int]:
    """Return the distinct states and the position of each among them."""
    key = np.zeros(len(states), dtype=np.int64)
    for column in range(states.shape[1]):
        values, position = np.unique(states[:, column], return_inverse=True)
        key = key * max(len(values), 1) + position
        _, key = np.unique(key, return_inverse=True)
    _, at, targets = np.unique(key, return_index=True, return_inverse=True)
    return states[at], targets


def _reachable_back(layers: list[Int], arcs: list[tuple[Int, Int, Int]]) -> list[NDArray[np.bool_]]:
    """Return which states of each layer reach the end."""
    kept = [np.zeros(len(layer), dtype=np.bool_) for layer in layers]
    kept[-1][:] = True
    for day in range(len(arcs) - 1, -1, -1):
        sources, targets, _ = arcs[day]
        kept[day][sources[kept[day + 1][targets]]] = True
    return kept


def _assemble(
    problem: RosterProblem,
    rules: _Person,
    layers: list[Int],
    arcs: list[tuple[Int, Int, Int]],
    kept: list[NDArray[np.bool_]],
    options: tuple[Int, Int, Int, int],
) -> RowNetwork:
    sizes = np.array([int(mask.sum()) for mask in kept], dtype=np.int64)
    layer = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    position = [np.cumsum(mask) - 1 + layer[d] for d, mask in enumerate(kept)]
    sources, targets, taken = [], [], []
    for day, (source, target, option) in enumerate(arcs):
        alive = kept[day][source] & kept[day + 1][target]
        order = np.argsort(position[day][source[alive]], kind="stable")
        sources.append(position[day][source[alive]][order])
        targets.append(position[day + 1][target[alive]][order])
        taken.append(option[alive][order])
    nodes = int(layer[-1])
    first = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(np.concatenate(sources), minlength=nodes), out=first[1:])
    states = [found[mask] for found, mask in zip(layers, kept, strict=True)]
    leave = [_leave_price(rules, found, day) for day, found in enumerate(states)]
    graph = Graph(
        layer=layer,
        first=first,
        target=np.concatenate(targets).astype(np.int32),
        option=np.concatenate(taken).astype(np.int16),
        leave=np.concatenate(leave),
        works=np.concatenate([found[:, _CLASS] > 0 for found in states]),
    )
    return RowNetwork(
        graph=graph,
        options=options[0],
        counted=options[1],
        limit=options[2],
        sundays=options[3],
    )


def _leave_price(rules: _Person, states: Int, day: int) -> NDArray[np.float64]:
    """Return the price of minutes below contract in windows that ended the day before."""
    price = np.zeros(len(states), dtype=np.float64)
    if rules.short_hour is None:
        return price
    for at, (_, last, _, _) in enumerate(rules.windows):
        if last == day - 1:
            price += rules.short_hour * states[:, _MINUTES + at] / 60
    return price
