r"""Prove a p-median by branching on candidates, each node bounded by Lagrangian relaxation.

A node has some candidates open and some shut for good. An open candidate lowers the limit of every demand point to
its cost, u_i = min(u_i, c_ij), and leaves the problem: what remains is a smaller p-median with p less the open ones,
whose multipliers start from the node's parent (Christofides and Beasley, 1982; Beasley, 1985). Candidates whose choice
either way would pass the price of the best plan are opened or shut at once. The candidate branched on is the free one
that the relaxation chose most often among those it did not always choose. Nodes are taken by least bound, so that the
bound of the whole rises as they go.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.lagrangian import Multipliers, fix_sites, improve_bound
from siting.locate.local_search import Nearest
from siting.locate.plan import Amounts, Positions

Flags = NDArray[np.bool_]

STEPS = 60
ROUNDS = 3
START_SCALE = 1.5
MOST_HELD = 50_000_000
"""Multipliers held by nodes in wait, 400 MB; beyond them the node made last comes first."""


@dataclass(order=True)
class Node:
    """What is settled, and the multipliers to begin with; ordered by bound, then by when it was made."""

    bound: float
    number: int
    opened: Positions = field(compare=False)
    free: Positions = field(compare=False)
    value: Amounts = field(compare=False)


@dataclass(frozen=True)
class Visit:
    """What a visit to a node found: its bound, sets worth pricing, and its children."""

    bound: float
    sets: tuple[Positions, ...]
    children: tuple[Node, ...]
    work: int


@compiled
def _restricted(near: Nearest, opened: Flags, place: NDArray[np.int64]) -> Nearest:
    """Return the pairs that can still matter: of candidates with a place from 0, nearer than what is open."""
    n = len(near.limit)
    start = np.zeros(n + 1, dtype=np.int64)
    limit = near.limit.copy()
    kept = 0
    for i in range(n):
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= limit[i]:
                break
            if opened[near.candidate[at]]:
                limit[i] = near.cost[at]
                break
            if place[near.candidate[at]] >= 0:
                kept += 1
        start[i + 1] = kept
    candidate, cost = np.empty(kept, dtype=np.int64), np.empty(kept)
    for i in range(n):
        to = start[i]
        for at in range(near.start[i], near.start[i + 1]):
            if to == start[i + 1]:
                break
            if place[near.candidate[at]] >= 0:
                candidate[to], cost[to] = place[near.candidate[at]], near.cost[at]
                to += 1
    return Nearest(start, candidate, cost, limit)


def visit(near: Nearest, m: int, p: int, node: Node, beaten: float) -> Visit:
    """Bound a node; return what remains to be looked at of it.

    Parameters
    ----------
    near
        Weighted costs of the whole problem.
    m, p
        Number of candidates, and of those open in a plan.
    node
        What is settled.
    beaten
        No plan of this price or above is wanted.
    """
    opened, free, value, work = node.opened, node.free, node.value, 0
    sets: list[Positions] = []
    bound = node.bound
    for _ in range(ROUNDS):
        left = p - len(opened)
        if left < 0 or left > len(free):
            return Visit(np.inf, tuple(sets), (), work)
        if left == 0 or left == len(free):
            whole = opened if left == 0 else np.union1d(opened, free)
            return Visit(np.inf, (*sets, whole), (), work)
        part = _part(near, m, opened, free)
        value = np.minimum(value, part.limit)
        state = Multipliers(
            value,
            value.copy(),
            np.zeros(len(value)),
            np.array([-np.inf, START_SCALE, 0.0, beaten]),
            np.zeros(len(free)),
        )
        lower, upper = np.zeros(len(free)), np.ones(len(free))
        chosen = improve_bound(part, lower, upper, left, beaten, state, STEPS)
        work += STEPS * (len(part.cost) + len(value) + len(free))
        bound, value = max(bound, float(state.bound[0])), state.best
        if bound >= beaten:
            return Visit(np.inf, tuple(sets), (), work)
        sets.append(np.union1d(opened, free[chosen]))
        settled = fix_sites(part, lower, upper, left, beaten, state.best)
        opened = np.union1d(opened, free[lower == 1.0])
        kept = (lower == 0.0) & (upper == 1.0)
        free, share = free[kept], state.share[kept]
        if settled == 0 or len(free) == 0:
            break
    if len(free) == 0:
        return Visit(bound, tuple(sets), (Node(bound, 0, opened, free, value),), work)
    return Visit(bound, tuple(sets), _children(bound, opened, free, value, share), work)


def _part(near: Nearest, m: int, opened: Positions, free: Positions) -> Nearest:
    is_open, place = np.zeros(m, dtype=bool), np.full(m, -1, dtype=np.int64)
    is_open[opened] = True
    place[free] = np.arange(len(free))
    return _restricted(near, is_open, place)


def _children(bound: float, opened: Positions, free: Positions, value: Amounts, share: Amounts) -> tuple[Node, ...]:
    at = int(np.argmax(share))
    j, rest = free[at : at + 1], np.delete(free, at)
    return (
        Node(bound, 0, opened, rest, value),
        Node(bound, 0, np.union1d(opened, j), rest, value),
    )


@dataclass
class Tree:
    """The nodes still to be visited.

    Parameters
    ----------
    near, m, p
        The problem: weighted costs, number of candidates, and of those open in a plan.
    nodes
        A heap, by bound.
    """

    near: Nearest
    m: int
    p: int
    nodes: list[Node]
    made: int = 0

    def advance(self, beaten: float, offer: Callable[[Positions], None]) -> int:
        """Visit a node, offer the sets it came upon and take its children; return the work done.

        No plan of the price ``beaten`` or above is wanted.
        """
        node = self._next()
        if node.bound >= beaten:
            return 0
        found = visit(self.near, self.m, self.p, node, beaten)
        for opened in found.sets:
            offer(opened)
        for child in found.children:
            self.made += 1
            heapq.heappush(self.nodes, replace(child, number=-self.made))
        return found.work

    def _next(self) -> Node:
        if len(self.nodes) * len(self.near.limit) <= MOST_HELD:
            return heapq.heappop(self.nodes)
        node = min(self.nodes, key=lambda waiting: waiting.number)
        self.nodes.remove(node)
        heapq.heapify(self.nodes)
        return node

    @property
    def bound(self) -> float:
        """No plan that is left out is better than this; infinite where none is left out."""
        return self.nodes[0].bound if self.nodes else np.inf
