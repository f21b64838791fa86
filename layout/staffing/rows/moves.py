"""Move cells of a roster at random, compiled: a cell, two cells of a person, or days that two people exchange.

A move that breaks a hard rule is refused; one that costs more is taken by chance, the less likely the colder. What
cover costs is a table by pattern of shifts, day and people there, so that any prices of cover are as quick.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import Int
from outlet.compiled import compiled
from outlet.draws import draw, pick

Float = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_CELLS = 14
"""Cells that one move may change."""

_TOLERANCE = 1e-7
_ONE_CELL, _TWO_CELLS, _TWO_DAYS, _TWO_PEOPLE = 0.3, 0.5, 0.7, 0.85


class RowRules(NamedTuple):
    """What each person's row must keep, and what it costs; the day off is the last option.

    ``cells``: price of an option, infinite where impossible (E, D, S + 1). ``follow``: whether a shift may follow
    another on the next day (S, S). ``paid``: minutes of an option (S + 1,). ``windows``, ``least``, ``most``: spans of
    days (W, 2) and minutes in them (E, W). ``short``: price of a minute below the least, −1 where that is forbidden.
    ``shift_max`` (E, S), ``run_max``, ``run_min``, ``off_min``, ``weekends_max``, ``sundays_max`` (E,): limits.
    ``weekend``: number of a day's weekend or −1, ``sunday``: whether it is one (D,). ``unpopular`` (S + 1,).
    """

    cells: Float
    follow: Bools
    paid: Int
    windows: Int
    least: Int
    most: Int
    short: float
    shift_max: Int
    run_max: Int
    run_min: Int
    off_min: Int
    weekends_max: Int
    sundays_max: Int
    weekend: Int
    sunday: Bools
    unpopular: Bools


class CoverPrices(NamedTuple):
    """Price of cover by people there (D, J, E + 1), and which patterns an exchange of options adds to or takes from.

    ``counts``: whether an option counts towards a pattern (J, S + 1). ``first``: where the patterns of option a
    replaced by b begin, at a (S + 1) + b, in ``pattern`` and ``step``, which is 1 or −1.
    """

    counts: Bools
    price: Float
    first: Int
    pattern: Int
    step: Int


class Fairness(NamedTuple):
    """Targets of minutes (E,), and prices of the spread of minutes, weekends and unpopular shifts."""

    target: Int
    minute: float
    weekend: float
    unpopular: float


class Course(NamedTuple):
    """Temperatures from and to over some moves, and the change of price at which to stop before."""

    hot: float
    cold: float
    moves: int
    enough: float


class Trial(NamedTuple):
    """A move under trial: options before (`MOST_CELLS`,), its people (2,), what stood of those measured, and room."""

    before: Int
    people: Int
    kept: Int
    short: Float
    measured: Int
    found: Int
    often: Int
    minutes: Int


class Standing(NamedTuple):
    """A roster under way: options (E, D), people by day and pattern (D, J), and what fairness compares, (3, E).

    ``short``: price of minutes below contract (E,). ``price``: what the roster, and the best so far, cost more than
    the first (2,). ``best``: that best (E, D).
    """

    row: Int
    there: Int
    compared: Int
    short: Float
    price: Float
    best: Int


@compiled
def _keeps_order(rules: RowRules, e: int, row: Int) -> bool:
    """Tell whether a row keeps what concerns single days, successions and runs of days."""
    off = rules.follow.shape[0]
    run, began = 0, 0
    for day in range(len(row)):
        option = row[day]
        working = option != off
        if rules.cells[e, day, option] == np.inf:
            return False
        if day > 0 and working != (row[day - 1] != off):
            if began > 0 and run < (rules.off_min[e] if working else rules.run_min[e]):
                return False
            run, began = 0, day
        elif day > 0 and working and not rules.follow[row[day - 1], option]:
            return False
        run += 1
        if working and run > rules.run_max[e]:
            return False
    return True


@compiled
def _keeps_counts(rules: RowRules, e: int, row: Int, found: Int, scratch: tuple[Int, Int]) -> bool:
    """Tell whether a row keeps limits of shifts, weekends and Sundays; fill in what is compared, and its minutes."""
    often, minutes = scratch
    often[:] = 0
    minutes[:] = 0
    found[:] = 0
    sundays, last = 0, -1
    for day in range(len(row)):
        option = row[day]
        if option == rules.follow.shape[0]:
            continue
        often[option] += 1
        if often[option] > rules.shift_max[e, option]:
            return False
        if rules.weekend[day] >= 0 and rules.weekend[day] != last:
            last = rules.weekend[day]
            found[1] += 1
        sundays += rules.sunday[day]
        found[0] += rules.paid[option]
        found[2] += rules.unpopular[option]
        for window in range(len(minutes)):
            if rules.windows[window, 0] <= day <= rules.windows[window, 1]:
                minutes[window] += rules.paid[option]
    within: bool = found[1] <= rules.weekends_max[e] and sundays <= rules.sundays_max[e]
    return within


@compiled
def measure(rules: RowRules, e: int, row: Int, found: Int, scratch: tuple[Int, Int]) -> float:
    """Return the price of minutes below contract of a row (D,), −1 where it breaks a rule; fill in what is compared.

    ``scratch`` is room to count shifts (S,) and minutes (W,) in.
    """
    if not _keeps_order(rules, e, row) or not _keeps_counts(rules, e, row, found, scratch):
        return -1.0
    short = 0.0
    minutes = scratch[1]
    for window in range(len(minutes)):
        below = rules.least[e, window] - minutes[window]
        if minutes[window] > rules.most[e, window] or (below > 0 and rules.short < 0):
            return -1.0
        short += rules.short * max(below, 0)
    return short


@compiled
def spread_price(fairness: Fairness, compared: Int) -> float:
    """Return the price of what is compared between people, (3, E)."""
    price = 0.0
    if fairness.minute > 0:
        excess = compared[0] - fairness.target
        price += fairness.minute * (excess.max() - excess.min())
    if fairness.weekend > 0:
        price += fairness.weekend * (compared[1].max() - compared[1].min())
    if fairness.unpopular > 0:
        price += fairness.unpopular * (compared[2].max() - compared[2].min())
    return price


@compiled
def change(rules: RowRules, cover: CoverPrices, standing: Standing, cell: tuple[int, int], option: int) -> float:
    """Put an option into a cell and return what that costs by wishes and cover."""
    e, day = cell
    before = standing.row[e, day]
    price: float = rules.cells[e, day, option] - rules.cells[e, day, before]
    exchange = before * cover.counts.shape[1] + option
    for at in range(cover.first[exchange], cover.first[exchange + 1]):
        j = cover.pattern[at]
        here = standing.there[day, j]
        there = here + cover.step[at]
        price += cover.price[day, j, there] - cover.price[day, j, here]
        standing.there[day, j] = there
    standing.row[e, day] = option
    return price


@compiled
def propose(rules: RowRules, standing: Standing, state: NDArray[np.uint64], move: Int) -> int:
    """Fill in the cells (person, day, option) of a random move, shape (`MOST_CELLS`, 3); return how many."""
    people, days = standing.row.shape
    options: int = rules.follow.shape[0] + 1
    kind = draw(state)
    e, day = pick(state, people), pick(state, days)
    if kind < _ONE_CELL or days < 2 or (kind >= _TWO_DAYS and people < 2):
        move[0] = (e, day, pick(state, options))
        return 1
    if kind < _TWO_DAYS:
        other = (day + 1 + pick(state, days - 1)) % days
        if kind < _TWO_CELLS:
            move[0] = (e, day, pick(state, options))
            move[1] = (e, other, pick(state, options))
        else:
            move[0] = (e, day, standing.row[e, other])
            move[1] = (e, other, standing.row[e, day])
        return 2
    f = (e + 1 + pick(state, people - 1)) % people
    if kind < _TWO_PEOPLE:
        length: int = min(1 + pick(state, 1 + pick(state, MOST_CELLS // 2)), days - day)
        for at in range(length):
            move[2 * at] = (e, day + at, standing.row[f, day + at])
            move[2 * at + 1] = (f, day + at, standing.row[e, day + at])
        return 2 * length
    other = pick(state, days)
    move[0] = (e, day, pick(state, options))
    move[1] = (f, other, pick(state, options))
    return 2


@compiled
def undo(rules: RowRules, cover: CoverPrices, standing: Standing, move: Int, before: Int) -> None:
    """Put back what a move replaced."""
    for at in range(len(before) - 1, -1, -1):
        change(rules, cover, standing, (move[at, 0], move[at, 1]), before[at])


@compiled
def may_be(rules: RowRules, move: Int) -> bool:
    """Tell whether each cell of a move is possible in itself."""
    possible = True
    for at in range(len(move)):
        possible = possible and rules.cells[move[at, 0], move[at, 1], move[at, 2]] < np.inf
    return possible


@compiled
def _measure_people(rules: RowRules, standing: Standing, trial: Trial, people: Int) -> tuple[bool, float]:
    """Fill in what each person's new row compares and costs below contract; tell whether all keep the rules."""
    price, found = 0.0, trial.found
    trial.measured[0] = 0
    for who in range(len(people)):
        e = people[who]
        short = measure(rules, e, standing.row[e], found, (trial.often, trial.minutes))
        if short < 0:
            return False, 0.0
        trial.kept[who] = standing.compared[:, e]
        trial.short[who] = short
        trial.measured[0] = who + 1
        standing.compared[:, e] = found
        price += short - standing.short[e]
    return True, price


@compiled
def _may_stand(rules: RowRules, standing: Standing, move: Int) -> bool:
    """Tell whether the shifts of a move may follow those before them, and be followed by those after them."""
    off = rules.follow.shape[0]
    for c in range(len(move)):
        e, day, option = move[c, 0], move[c, 1], move[c, 2]
        if option == off:
            continue
        if day > 0 and standing.row[e, day - 1] != off and not rules.follow[standing.row[e, day - 1], option]:
            return False
        if day + 1 < standing.row.shape[1]:
            after = standing.row[e, day + 1]
            if after != off and not rules.follow[option, after]:
                return False
    return True


@compiled
def _try_move(rules: RowRules, standing: Standing, trial: Trial, move: Int) -> tuple[bool, float]:
    """Tell whether a move keeps every rule, and what it adds below contract; compared values are the new ones then."""
    same = True
    for c in range(len(move)):
        e, day = move[c, 0], move[c, 1]
        trial.before[c] = standing.row[e, day]
        same = same and trial.before[c] == move[c, 2]
        standing.row[e, day] = move[c, 2]
    trial.people[0], trial.people[1] = move[0, 0], move[-1, 0]
    count = 1 if trial.people[0] == trial.people[1] else 2
    legal, price = False, 0.0
    trial.measured[0] = 0
    if not same and _may_stand(rules, standing, move):
        legal, price = _measure_people(rules, standing, trial, trial.people[:count])
    for c in range(len(move) - 1, -1, -1):
        standing.row[move[c, 0], move[c, 1]] = trial.before[c]
    if not legal:
        _put_back(standing, trial)
    return legal, price


@compiled
def _put_back(standing: Standing, trial: Trial) -> None:
    for who in range(trial.measured[0]):
        standing.compared[:, trial.people[who]] = trial.kept[who]


@compiled
def _keep(standing: Standing, trial: Trial, price: float) -> None:
    """Take a move for good."""
    for who in range(trial.measured[0]):
        standing.short[trial.people[who]] = trial.short[who]
    standing.price[0] += price
    if standing.price[0] < standing.price[1] - _TOLERANCE:
        standing.price[1] = standing.price[0]
        standing.best[:] = standing.row


@compiled
def anneal(
    rules: RowRules,
    cover: CoverPrices,
    fairness: Fairness,
    standing: Standing,
    state: NDArray[np.uint64],
    course: Course,
    span: tuple[int, int],
) -> bool:
    """Make the moves of a span of the course while it cools; tell whether the best is good enough."""
    moves = np.zeros((MOST_CELLS, 3), dtype=np.int64)
    trial = Trial(
        np.zeros(MOST_CELLS, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
        np.zeros((2, 3), dtype=np.int64),
        np.zeros(2),
        np.zeros(1, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
        np.zeros(rules.follow.shape[0], dtype=np.int64),
        np.zeros(len(rules.windows), dtype=np.int64),
    )
    spread = spread_price(fairness, standing.compared)
    for at in range(span[0], span[1]):
        if standing.price[1] <= course.enough:
            break
        move = moves[: propose(rules, standing, state, moves)]
        if not may_be(rules, move):
            continue
        legal, price = _try_move(rules, standing, trial, move)
        if not legal:
            continue
        after = spread_price(fairness, standing.compared)
        price += after - spread
        for c in range(len(move)):
            price += change(rules, cover, standing, (move[c, 0], move[c, 1]), move[c, 2])
        heat = course.hot * (course.cold / course.hot) ** (at / course.moves)
        if price <= 0 or draw(state) < np.exp(-price / heat):
            spread = after
            _keep(standing, trial, price)
            continue
        undo(rules, cover, standing, move, trial.before[: len(move)])
        _put_back(standing, trial)
    enough: bool = standing.price[1] <= course.enough
    return enough
