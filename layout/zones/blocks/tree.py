"""Slicing trees in compiled code: exchange, move and turn parts, and cut the hall by a tree.

Nodes 0 … n−1 are blocks, n … 2n−2 cuts. A cut divides its rectangle between its two children in the ratio of their
areas, so every area is exact and the hall is filled (R. H. J. M. Otten, *Automatic floorplan design*, DAC 1982).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, uncounted
from outlet.draws import pick

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ACROSS, ALONG = 0, 1
SLACK = 1e-9


class Tree(NamedTuple):
    """A slicing tree of m = 2n − 1 nodes; −1 is no node.

    ``child`` (m, 2), ``parent`` (m,), ``cut`` (m,) (`ACROSS`: children side by side; `ALONG`: one above the other),
    ``root`` (1,), ``area`` (m,) of the blocks below, ``box`` (m, 4) x, y, width, height, ``middle`` (2, n) of the
    blocks, ``stack`` (m + 2,) for the walk from the root.
    """

    child: Ints
    parent: Ints
    cut: Ints
    root: Ints
    area: Floats
    box: Floats
    middle: Floats
    stack: Ints


@compiled
def grow(areas: Floats, state: NDArray[np.uint64]) -> Tree:
    """Return a random tree over the blocks."""
    n = len(areas)
    m = 2 * n - 1
    tree = Tree(
        np.full((m, 2), -1),
        np.full(m, -1),
        np.zeros(m, dtype=np.int64),
        np.full(1, m - 1),
        np.zeros(m),
        np.zeros((m, 4)),
        np.zeros((2, n)),
        np.zeros(m + 2, dtype=np.int64),
    )
    tree.area[:n] = areas
    loose = np.arange(n)
    for node in range(n, m):
        count = m - node + 1
        one = pick(state, count)
        first = loose[one]
        loose[one] = loose[count - 1]
        two = pick(state, count - 1)
        second = loose[two]
        loose[two] = node
        tree.child[node, 0], tree.child[node, 1] = first, second
        tree.parent[first], tree.parent[second] = node, node
        tree.cut[node] = pick(state, 2)
        tree.area[node] = tree.area[first] + tree.area[second]
    return tree


@kernel
def is_above(tree: Tree, node: int, other: int) -> bool:
    """Tell whether ``node`` is ``other`` or one of the cuts it lies under."""
    while other >= 0:
        if other == node:
            return True
        other = tree.parent[other]
    return False


@kernel
def _add_up(tree: Tree, node: int) -> None:
    """Renew the areas from a cut up to the root."""
    while node >= 0:
        tree.area[node] = tree.area[tree.child[node, 0]] + tree.area[tree.child[node, 1]]
        node = tree.parent[node]


@kernel
def _side(tree: Tree, node: int) -> int:
    return 0 if tree.child[tree.parent[node], 0] == node else 1


@kernel
def _replace(tree: Tree, old: int, new: int) -> None:
    """Hang ``new`` where ``old`` hangs."""
    above = tree.parent[old]
    if above < 0:
        tree.root[0] = new
    else:
        tree.child[above, _side(tree, old)] = new
    tree.parent[new] = above


@uncounted
def exchange(tree: Tree, one: int, two: int) -> None:
    """Let two parts, neither above the other, change places; a second call takes it back."""
    above_one, above_two = tree.parent[one], tree.parent[two]
    side_one, side_two = _side(tree, one), _side(tree, two)
    tree.child[above_one, side_one], tree.child[above_two, side_two] = two, one
    tree.parent[one], tree.parent[two] = above_two, above_one
    if above_one != above_two and tree.area[one] != tree.area[two]:
        _add_up(tree, above_one)
        _add_up(tree, above_two)


@kernel
def graft(tree: Tree, part: int, place: int, side: int, cut: int) -> None:
    """Take ``part`` with the cut above it out of the tree and set both above ``place``.

    With its former sibling as ``place`` and the former side and cut a second call takes it back.
    """
    joint = tree.parent[part]
    sibling = tree.child[joint, 1 - _side(tree, part)]
    _replace(tree, joint, sibling)
    _add_up(tree, tree.parent[sibling])
    _replace(tree, place, joint)
    tree.child[joint, side], tree.child[joint, 1 - side] = part, place
    tree.parent[part], tree.parent[place] = joint, joint
    tree.cut[joint] = cut
    _add_up(tree, joint)


@kernel
def regroup(tree: Tree, node: int) -> bool:
    """Turn two rows of columns into columns of rows: of four parts that meet at a cross the other two get to touch.

    A second call takes it back. Where the node is no such cross nothing moves, and False comes back.
    """
    first, second = tree.child[node, 0], tree.child[node, 1]
    turned = 1 - tree.cut[node]
    for part in (first, second):
        if tree.child[part, 0] < 0 or tree.cut[part] != turned:
            return False
    upper, lower = tree.child[first, 1], tree.child[second, 0]
    tree.child[first, 1], tree.child[second, 0] = lower, upper
    tree.parent[lower], tree.parent[upper] = first, second
    tree.cut[node], tree.cut[first], tree.cut[second] = turned, 1 - turned, 1 - turned
    for part in (first, second):
        tree.area[part] = tree.area[tree.child[part, 0]] + tree.area[tree.child[part, 1]]
    return True


@kernel
def bracket(tree: Tree, node: int, side: int) -> None:
    """Bracket a run of equal cuts another way, ((a b) c) as (a (b c)), which moves nothing but opens other crosses."""
    inner, outer = tree.child[node, side], tree.child[node, 1 - side]
    if tree.child[inner, 0] < 0 or tree.cut[inner] != tree.cut[node]:
        return
    edge, middle = tree.child[inner, side], tree.child[inner, 1 - side]
    tree.child[node, side], tree.child[node, 1 - side] = edge, inner
    tree.child[inner, side], tree.child[inner, 1 - side] = middle, outer
    tree.parent[edge], tree.parent[outer] = node, inner
    tree.area[inner] = tree.area[middle] + tree.area[outer]


@kernel
def cut_hall(tree: Tree, hall: tuple[float, float], least: Floats) -> float:
    """Place every node from the root down; return by what share of their least sides blocks are too narrow, summed."""
    n = len(least)
    box, stack = tree.box, tree.stack
    root = tree.root[0]
    stack[0], top = root, 0
    box[root, 0], box[root, 1], box[root, 2], box[root, 3] = 0.0, 0.0, hall[0], hall[1]
    narrow = 0.0
    while top >= 0:
        node = stack[top]
        x, y, w, h = box[node, 0], box[node, 1], box[node, 2], box[node, 3]
        if node < n:
            top -= 1
            tree.middle[0, node], tree.middle[1, node] = x + w * 0.5, y + h * 0.5
            short = min(w, h)
            if short < least[node] * (1.0 - SLACK):
                narrow += (least[node] - short) / least[node]
            continue
        first, second = tree.child[node, 0], tree.child[node, 1]
        share = tree.area[first] / tree.area[node]
        box[first, 0], box[first, 1], box[second, 0], box[second, 1] = x, y, x, y
        if tree.cut[node] == ACROSS:
            box[first, 2], box[second, 2] = w * share, w * (1.0 - share)
            box[first, 3], box[second, 3] = h, h
            box[second, 0] = x + w * share
        else:
            box[first, 2], box[second, 2] = w, w
            box[first, 3], box[second, 3] = h * share, h * (1.0 - share)
            box[second, 1] = y + h * share
        stack[top], stack[top + 1] = second, first
        top += 1
    return narrow
