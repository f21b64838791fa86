"""Anneal slicing trees in compiled code: `anneal`.

Six moves: exchange two blocks, exchange two parts, turn a cut, mirror a cut, regroup four parts that meet at a cross,
hang a part elsewhere (D. F. Wong and C. L. Liu, *A new algorithm for floorplan design*, DAC 1986, have three). Hanging
parts elsewhere finds the recorded best of larger instances, regrouping crosses makes it five times as likely on
vC10Rs. What a move may cost is drawn before it is priced, so that dear ones are given up halfway.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.tree import Tree, bracket, cut_hall, exchange, graft, grow, is_above, regroup
from outlet.compiled import compiled, kernel
from outlet.draws import draw, pick

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EPSILON = 1e-9
EXCHANGES, TURNS, REGROUPS = 0.38, 0.58, 0.7
"""Shares of the moves, added up; the rest hang a part elsewhere."""
NONE, EXCHANGE, TURN, MIRROR, REGROUP, MOVE = 0, 1, 2, 3, 4, 5


class Pairs(NamedTuple):
    """Pairs of blocks with trips between them, the most first; each has shape (pairs,)."""

    one: Ints
    two: Ints
    trips: Floats


class Schedule(NamedTuple):
    """How one annealing goes: from ``hot`` to ``cold``, shares of the first price, in ``trials`` moves.

    ``steep`` is what a block costs that lacks its whole least side, as a share of the first price.
    """

    hot: float
    cold: float
    steep: float
    trials: int
    seed: int


@kernel
def _change(tree: Tree, n: int, state: NDArray[np.uint64], move: Ints) -> None:
    """Make a random move and write down what takes it back: kind, part, place, side, cut."""
    kind = draw(state)
    m = 2 * n - 1
    move[0] = NONE
    if kind < EXCHANGES:
        most = n if kind < 0.25 else m
        one, two = pick(state, most), pick(state, most)
        if is_above(tree, one, two) or is_above(tree, two, one):
            return
        exchange(tree, one, two)
        move[0], move[1], move[2] = EXCHANGE, one, two
    elif kind < TURNS:
        node = n + pick(state, n - 1)
        move[0], move[1] = TURN if kind < 0.5 else MIRROR, node
        _undo(tree, move)
    elif kind < REGROUPS:
        node = n + pick(state, n - 1)
        bracket(tree, node, pick(state, 2))
        move[0], move[1] = REGROUP if regroup(tree, node) else NONE, node
    else:
        part, place = pick(state, m), pick(state, m)
        joint = tree.parent[part]
        if joint < 0 or place == joint or is_above(tree, part, place):
            return
        side = 0 if tree.child[joint, 0] == part else 1
        move[0], move[1], move[2] = MOVE, part, tree.child[joint, 1 - side]
        move[3], move[4] = side, tree.cut[joint]
        graft(tree, part, place, pick(state, 2), pick(state, 2))


@kernel
def _undo(tree: Tree, move: Ints) -> None:
    """Take a move back."""
    if move[0] == EXCHANGE:
        exchange(tree, move[1], move[2])
    elif move[0] == TURN:
        tree.cut[move[1]] = 1 - tree.cut[move[1]]
    elif move[0] == MIRROR:
        node = move[1]
        tree.child[node, 0], tree.child[node, 1] = tree.child[node, 1], tree.child[node, 0]
    elif move[0] == REGROUP:
        regroup(tree, move[1])
    elif move[0] == MOVE:
        graft(tree, move[1], move[2], move[3], move[4])


@kernel
def _price(tree: Tree, pairs: Pairs, price: float, most: float) -> float:
    """Return price + trips × distance, or anything above ``most`` where it exceeds that."""
    x, y = tree.middle[0], tree.middle[1]
    for at in range(len(pairs.trips)):
        if price > most:
            break
        i, j = pairs.one[at], pairs.two[at]
        price += pairs.trips[at] * (abs(x[i] - x[j]) + abs(y[i] - y[j]))
    return price


@compiled
def anneal(
    hall: tuple[float, float], areas: Floats, least: Floats, pairs: Pairs, schedule: Schedule
) -> tuple[float, Floats]:
    """Return how narrow the best tree's blocks are (0: as they should be) and its rectangles, shape (n, 4).

    ``least`` holds the least side of each block, shape (n,).
    """
    n = len(areas)
    state = np.array([np.uint64(schedule.seed)], dtype=np.uint64)
    tree = grow(areas, state)
    move = np.zeros(5, dtype=np.int64)
    best = np.zeros((n, 4))
    best_price, best_narrow = np.inf, np.inf
    narrow = cut_hall(tree, hall, least)
    first = max(_price(tree, pairs, 0.0, np.inf), EPSILON)
    steep = schedule.steep * first
    price = first + steep * narrow
    for step in range(schedule.trials):
        if step > 0:
            _change(tree, n, state, move)
            if move[0] == NONE:
                continue
            warmth = first * schedule.hot * (schedule.cold / schedule.hot) ** (step / schedule.trials)
            most = price - warmth * np.log(1.0 - draw(state))
            narrow = cut_hall(tree, hall, least)
            new = _price(tree, pairs, steep * narrow, most)
            if new > most:
                _undo(tree, move)
                continue
            price = new
        fewer = narrow < best_narrow - EPSILON
        if fewer or (narrow < best_narrow + EPSILON and price < best_price * (1.0 - EPSILON)):
            best_price, best_narrow = price, narrow
            best[:] = tree.box[:n]
    return best_narrow, best
