"""Move cells of a roster at random, compiled: a cell, two of a person, days that two people or a whole team exchange.

A move that breaks a hard rule is refused; one that costs more is taken by chance, the less likely the colder. What
cover costs is a table by pattern of shifts, day and people there, so that any prices of cover are as quick.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import Int
from layout.staffing.rows.legal import RowRules, measure
from outlet.compiled import compiled, kernel
from outlet.draws import draw, pick

Float = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_CELLS = 14
"""Cells that one move may change."""

_TOLERANCE = 1e-7
_ONE_CELL, _TWO_CELLS, _TWO_DAYS, _TWO_PEOPLE = 0.3, 0.5, 0.7, 0.85
_TEAM = 0.1
_STEP = 64
_LEAST = 1e-300


class TeamPrices(NamedTuple):
    """Price of a person's day apart from the team, and who is in which team.

    ``of``: team or −1 (E,). ``block``: block of an option, a day off the last (S + 1,). ``counted``: whether a person's
    day counts (E, D). ``start``: where each team begins in ``mates`` (G + 1,).
    """

    price: float
    of: Int
    block: Int
    counted: Bools
    start: Int
    mates: Int


class CoverPrices(NamedTuple):
    """Price of cover by parts there (D, J, U), and which patterns an exchange of options adds to or takes from.

    ``counts``: whether an option counts towards a pattern (J, S + 1). ``parts``: for how many a person counts (J, E).
    ``first``: where the patterns of option a replaced by b begin, at a (S + 1) + b, in ``pattern`` and ``step``, which
    is 1 or −1. ``teams``: what days apart from a team cost.
    """

    counts: Bools
    parts: Int
    price: Float
    first: Int
    pattern: Int
    step: Int
    teams: TeamPrices


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
    """A move under trial: options before and people (`MOST_CELLS`,), what stood of those measured, and room."""

    before: Int
    people: Int
    kept: Int
    short: Float
    measured: Int
    found: Int
    often: Int
    minutes: Int


class Standing(NamedTuple):
    """A roster under way: options (E, D), parts by day and pattern (D, J), and what fairness compares, (3, E).

    ``blocks``: people of a team by day and block (G, D, B).
    ``short``: price of minutes below contract (E,). ``price``: what the roster, and the best so far, cost more than
    the first (2,). ``best``: that best (E, D).
    """

    row: Int
    there: Int
    blocks: Int
    compared: Int
    short: Float
    price: Float
    best: Int


@kernel
def _largest(values: Int) -> int:
    most = values[0]
    for value in values:
        most = max(most, value)
    return int(most)


@kernel
def _range(values: Int | Float) -> float:
    """Return how far the largest and the least value lie apart."""
    least, most = values[0], values[0]
    for value in values:
        least, most = min(least, value), max(most, value)
    return float(most - least)


@kernel
def spread_price(fairness: Fairness, compared: Int) -> float:
    """Return the price of what is compared between people, (3, E)."""
    price = 0.0
    if fairness.minute > 0:
        least = most = float(compared[0, 0] - fairness.target[0])
        for e in range(1, compared.shape[1]):
            excess = float(compared[0, e] - fairness.target[e])
            least, most = min(least, excess), max(most, excess)
        price += fairness.minute * (most - least)
    if fairness.weekend > 0:
        price += fairness.weekend * _range(compared[1])
    if fairness.unpopular > 0:
        price += fairness.unpopular * _range(compared[2])
    return price


@kernel
def change(rules: RowRules, cover: CoverPrices, standing: Standing, cell: tuple[int, int], option: int) -> float:
    """Put an option into a cell and return what that costs by wishes, cover and team."""
    e, day = cell
    before = standing.row[e, day]
    price: float = rules.cells[e, day, option] - rules.cells[e, day, before]
    exchange = before * cover.counts.shape[1] + option
    for at in range(cover.first[exchange], cover.first[exchange + 1]):
        j = cover.pattern[at]
        here = standing.there[day, j]
        there = here + cover.step[at] * cover.parts[j, e]
        price += cover.price[day, j, there] - cover.price[day, j, here]
        standing.there[day, j] = there
    standing.row[e, day] = option
    if cover.teams.price > 0 and cover.teams.counted[e, day]:
        blocks = standing.blocks[cover.teams.of[e], day]
        usual = _largest(blocks)
        blocks[cover.teams.block[before]] -= 1
        blocks[cover.teams.block[option]] += 1
        price += cover.teams.price * (usual - _largest(blocks))
    return price


@kernel
def _propose_team(teams: TeamPrices, standing: Standing, state: NDArray[np.uint64], move: Int) -> int:
    """Fill in two days that all of a random team exchange; return how many cells, none of too large a team."""
    team = pick(state, len(teams.start) - 1)
    mates = teams.mates[teams.start[team] : teams.start[team + 1]]
    days = standing.row.shape[1]
    if 2 * len(mates) > MOST_CELLS or days < 2:
        return 0
    day = pick(state, days)
    other = (day + 1 + pick(state, days - 1)) % days
    for at in range(len(mates)):
        e = mates[at]
        move[2 * at] = (e, day, standing.row[e, other])
        move[2 * at + 1] = (e, other, standing.row[e, day])
    return 2 * len(mates)


@kernel
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


@kernel
def undo(rules: RowRules, cover: CoverPrices, standing: Standing, move: Int, before: Int) -> None:
    """Put back what a move replaced."""
    for at in range(len(before) - 1, -1, -1):
        change(rules, cover, standing, (move[at, 0], move[at, 1]), before[at])


@kernel
def may_be(rules: RowRules, move: Int) -> bool:
    """Tell whether each cell of a move is possible in itself."""
    possible = True
    for at in range(len(move)):
        possible = possible and rules.cells[move[at, 0], move[at, 1], move[at, 2]] < np.inf
    return possible


@kernel
def _measure_people(rules: RowRules, standing: Standing, trial: Trial, people: Int) -> tuple[bool, float]:
    """Fill in what each person's new row compares and costs below contract; tell whether all keep the rules."""
    price, found = 0.0, trial.found
    trial.measured[0] = 0
    for who in range(len(people)):
        e = people[who]
        short = measure(rules, e, standing.row[e], found, (trial.often, trial.minutes))
        if short < 0:
            return False, 0.0
        trial.short[who] = short
        trial.measured[0] = who + 1
        for item in range(len(found)):
            trial.kept[who, item] = standing.compared[item, e]
            standing.compared[item, e] = found[item]
        price += short - standing.short[e]
    return True, price


@kernel
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


@kernel
def _fits(rules: RowRules, standing: Standing, trial: Trial, move: Int) -> int:
    """Return how many people a move concerns, 0 where it changes nothing or breaks an order of shifts."""
    same = True
    for c in range(len(move)):
        e, day = move[c, 0], move[c, 1]
        trial.before[c] = standing.row[e, day]
        same = same and trial.before[c] == move[c, 2]
        standing.row[e, day] = move[c, 2]
    fits = not same and _may_stand(rules, standing, move)
    for c in range(len(move) - 1, -1, -1):
        standing.row[move[c, 0], move[c, 1]] = trial.before[c]
    if not fits:
        return 0
    count = 0
    for c in range(len(move)):
        known = False
        for who in range(count):
            known = known or trial.people[who] == move[c, 0]
        if not known:
            trial.people[count] = move[c, 0]
            count += 1
    return count


@kernel
def _put_back(standing: Standing, trial: Trial) -> None:
    for who in range(trial.measured[0]):
        for item in range(len(standing.compared)):
            standing.compared[item, trial.people[who]] = trial.kept[who, item]


@kernel
def _keep(standing: Standing, trial: Trial, price: float) -> None:
    """Take a move for good."""
    for who in range(trial.measured[0]):
        standing.short[trial.people[who]] = trial.short[who]
    standing.price[0] += price
    if standing.price[0] < standing.price[1] - _TOLERANCE:
        standing.price[1] = standing.price[0]
        for e in range(len(standing.row)):
            for day in range(standing.row.shape[1]):
                standing.best[e, day] = standing.row[e, day]


@kernel
def _judge(
    rules: RowRules,
    cover: CoverPrices,
    fairness: Fairness,
    standing: Standing,
    trial: Trial,
    tried: tuple[Int, int, float, float],
) -> tuple[bool, float, float]:
    """Make a move and return whether it keeps every rule, what it costs, and what the spread costs then.

    ``tried``: the move, how many people it concerns, what the spread costs before, and the most the move may cost:
    rows are only looked at where the move could cost that little, since neither spread nor hours below contract can
    fall by more than they are.
    """
    move, count, spread, most = tried
    price, least = 0.0, -spread
    for c in range(len(move)):
        price += change(rules, cover, standing, (move[c, 0], move[c, 1]), move[c, 2])
    for who in range(count):
        least -= standing.short[trial.people[who]]
    trial.measured[0] = 0
    if price + least > most:
        return False, price, spread
    legal, short = _measure_people(rules, standing, trial, trial.people[:count])
    if not legal:
        return False, price, spread
    after = spread_price(fairness, standing.compared)
    return True, price + short + after - spread, after


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
        np.zeros(MOST_CELLS, dtype=np.int64),
        np.zeros((MOST_CELLS, 3), dtype=np.int64),
        np.zeros(MOST_CELLS),
        np.zeros(1, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
        np.zeros(rules.follow.shape[0], dtype=np.int64),
        np.zeros(len(rules.windows), dtype=np.int64),
    )
    spread = spread_price(fairness, standing.compared)
    heat = course.hot
    for at in range(span[0], span[1]):
        if standing.price[1] <= course.enough:
            break
        if at % _STEP == 0 or at == span[0]:
            heat = course.hot * (course.cold / course.hot) ** (at / course.moves)
        if cover.teams.price > 0 and draw(state) < _TEAM:
            move = moves[: _propose_team(cover.teams, standing, state, moves)]
        else:
            move = moves[: propose(rules, standing, state, moves)]
        if len(move) == 0 or not may_be(rules, move):
            continue
        count = _fits(rules, standing, trial, move)
        if count == 0:
            continue
        most = -heat * np.log(max(draw(state), _LEAST))
        legal, price, after = _judge(rules, cover, fairness, standing, trial, (move, count, spread, most))
        if legal and price <= most:
            spread = after
            _keep(standing, trial, price)
            continue
        undo(rules, cover, standing, move, trial.before[: len(move)])
        _put_back(standing, trial)
    enough: bool = standing.price[1] <= course.enough
    return enough
