r"""Decide whether k candidates cover every demand point, by branch and bound, compiled.

At every node: what is dominated is dropped (`dominance`), weights of the demand points are improved from those of the
node above until they prove that k candidates are too few, or settle candidates (`bound`); then the candidate that
carries most weight, among those of the demand point with the fewest candidates, is opened. Once that is refuted it is
shut and the node is looked at anew. A search is a row of arrays that stop and go on at any node, so that its caller can
look at the clock.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested, uncounted
from siting.locate.everyone.bound import branching_candidate, first_weights, left_of, raise_bound, settled
from siting.locate.everyone.dominance import Covering, reduced
from siting.locate.problem.plan import Amounts, Positions

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOUND, NONE, GOING = 1, 0, -1
FIRST_ROUNDS, ROUNDS = 600, 200
_DEPTH, _NODES, _WORK, _MAY_SWAP = 0, 1, 2, 3


class Tree(NamedTuple):
    """One search: per depth what is needed, usable and weighed, how many may still open, and what is branched on.

    ``chosen`` holds the candidates opened on the way; ``tally`` the depth, the nodes and pairs looked at, and whether
    one candidate may stand in for another.
    """

    cover: Covering
    need: NDArray[np.int64]
    usable: NDArray[np.bool_]
    weight: NDArray[np.float64]
    left: Ints
    branch: Ints
    length: Ints
    chosen: Ints
    tally: Ints


def new_tree(cover: Covering, k: int, weight: Amounts, *, may_swap: bool = True) -> Tree:
    """Return the search for k candidates, from 0, that give every demand point what it needs.

    Parameters
    ----------
    cover
        The problem, of at least one demand point.
    weight
        Weights of the demand points to begin with, from 0, shape (n,).
    may_swap
        Whether candidates of equal cover are alike: False where rules tell them apart.
    """
    n, m, depth = len(cover.need), len(cover.by_start) - 1, k + 2
    tree = Tree(
        cover=cover,
        need=np.zeros((depth, n), dtype=np.int64),
        usable=np.zeros((depth, m), dtype=np.bool_),
        weight=np.zeros((depth, n)),
        left=np.zeros(depth, dtype=np.int64),
        branch=np.zeros(depth, dtype=np.int64),
        length=np.zeros(depth, dtype=np.int64),
        chosen=np.zeros(k, dtype=np.int64),
        tally=np.array([0, 0, 0, int(may_swap)], dtype=np.int64),
    )
    tree.need[0], tree.usable[0], tree.weight[0], tree.left[0] = cover.need, True, weight, k
    return tree


def chosen_of(tree: Tree) -> Positions:
    """Return the candidates of a search that found a cover, shape (at most k,)."""
    return tree.chosen[: tree.length[tree.tally[_DEPTH]]].copy()


def work_of(tree: Tree) -> int:
    """Return how many pairs a search has looked at."""
    return int(tree.tally[_WORK])


@compiled
def grow(tree: Tree, most_work: int) -> int:
    """Search on until the pairs looked at pass ``most_work``; return ``FOUND``, ``NONE`` (proved) or ``GOING``."""
    tally = tree.tally
    while tally[_DEPTH] >= 0:
        if tally[_WORK] >= most_work:
            return GOING
        depth = tally[_DEPTH]
        tally[_NODES] += 1
        code = _look_at(tree, depth)
        if code == FOUND:
            return FOUND
        if code == GOING:
            for table in (tree.left, tree.length):
                table[depth + 1] = table[depth]
            tree.need[depth + 1], tree.usable[depth + 1] = tree.need[depth], tree.usable[depth]
            tree.weight[depth + 1] = tree.weight[depth]
            _open(tree, depth + 1, tree.branch[depth])
            tally[_DEPTH] += 1
        else:
            tally[_DEPTH] -= 1
            if depth > 0:
                tree.usable[depth - 1, tree.branch[depth - 1]] = False
    return NONE


@nested
def _look_at(tree: Tree, depth: int) -> int:
    need, usable = tree.need[depth], tree.usable[depth]
    while True:
        tree.tally[_WORK] += 4 * tree.cover.start[-1] // (depth + 1)
        if tree.left[depth] < 0 or not reduced(tree.cover, need, usable, tree.tally[_MAY_SWAP] > 0):
            return NONE
        if _open_forced(tree, depth):
            continue
        if need.max() == 0 or tree.left[depth] == 0:
            return FOUND if need.max() == 0 else NONE
        if usable.sum() <= tree.left[depth]:
            for j in range(len(usable)):
                if usable[j]:
                    _open(tree, depth, j)
            return FOUND
        code = _weigh(tree, depth)
        if code != FOUND:
            return code


@nested
def _weigh(tree: Tree, depth: int) -> int:
    """Return ``NONE`` where weights prove it, ``GOING`` with a branch, or ``FOUND`` where candidates were settled."""
    k = tree.left[depth]
    left = left_of(tree.cover, tree.need[depth], tree.usable[depth])
    weight = first_weights(left, tree.weight[depth], k)
    proved, work = raise_bound(left, k, weight, ROUNDS if tree.tally[_NODES] > 1 else FIRST_ROUNDS)
    tree.tally[_WORK] += work
    tree.weight[depth, left.points] = weight
    if proved:
        return NONE
    verdict = settled(left, k, weight)
    shut, opened = np.flatnonzero(verdict < 0), np.flatnonzero(verdict > 0)
    if len(opened) > k:
        return NONE
    for j in left.candidates[shut]:
        tree.usable[depth, j] = False
    for j in left.candidates[opened]:
        _open(tree, depth, j)
    if len(opened) > 0 or 10 * len(shut) > len(verdict):
        return FOUND
    chosen = branching_candidate(left, weight, verdict)
    if chosen < 0:
        return NONE
    tree.branch[depth] = left.candidates[chosen]
    return GOING


@kernel
def _open_forced(tree: Tree, depth: int) -> bool:
    """Open the candidates of demand points that have only as many as they need; tell whether there were any."""
    cover, need, usable = tree.cover, tree.need[depth], tree.usable[depth]
    for i in range(len(need)):
        if need[i] == 0:
            continue
        reach = 0
        for at in range(cover.start[i], cover.start[i + 1]):
            reach += usable[cover.candidate[at]]
        if reach == need[i]:
            for at in range(cover.start[i], cover.start[i + 1]):
                if usable[cover.candidate[at]]:
                    _open(tree, depth, cover.candidate[at])
            return True
    return False


@uncounted
def _open(tree: Tree, depth: int, j: int) -> None:
    if tree.left[depth] > 0:
        tree.chosen[tree.length[depth]] = j
        tree.length[depth] += 1
    tree.left[depth] -= 1
    tree.usable[depth, j] = False
    for at in range(tree.cover.by_start[j], tree.cover.by_start[j + 1]):
        i = tree.cover.by_point[at]
        if tree.need[depth, i] > 0:
            tree.need[depth, i] -= 1
