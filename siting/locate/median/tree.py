r"""Prove a p-median by branching on whether any of a group of candidates opens, nodes bounded by relaxation.

A node has some candidates open and some shut for good, and disjoint groups of which at least one must open. An open
candidate lowers the limit of every demand point to its cost, u_i = min(u_i, c_ij), and leaves the problem: what remains
is a smaller p-median with p less the open ones, whose multipliers start from the node's parent (Christofides and
Beasley, 1982; Beasley, 1985). Candidates whose choice either way would pass the price of the best plan are opened or
shut at once.

In the plane the relaxation spreads its outlets over neighbouring candidates, a little of each. To shut one of them
changes next to nothing; so a node is split by a group of neighbours that together hold about half an outlet: none of
them opens, or at least one does. A group is split in the same way until it is one candidate, which then opens. Nodes
are taken by least bound, so that the bound of the whole rises as they go.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from outlet.compiled import compiled, uncounted
from siting.locate.median.choice import Choice
from siting.locate.median.lagrangian import (
    BEST,
    Multipliers,
    Relaxed,
    begin,
    begin_settling,
    fix_sites,
    relaxed,
    settle,
)
from siting.locate.median.near import Flags, Floats, Ints, Nearest, restricted
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.sides import Sides, narrowed

STEPS = 30
ROUNDS = 3
START_SCALE = 0.1
START_MIXING = 0.1
MOST_SLICES = 6
WORTH_WHILE = 0.03
MOST_HELD = 50_000_000
"""Multipliers held by nodes in wait, 400 MB; beyond them the node made last comes first."""


@dataclass(order=True)
class Node:
    """What is settled, and the multipliers to begin with; ordered by bound, then by when it was made."""

    bound: float
    number: int
    opened: Positions = field(compare=False)
    free: Positions = field(compare=False)
    groups: tuple[Positions, ...] = field(compare=False)
    value: Amounts = field(compare=False)
    rows: Amounts = field(compare=False)


@dataclass(frozen=True)
class Problem:
    """The whole: weighted costs, rules, number of candidates, and of those open in a plan, 0 where that is open.

    ``charge``, shape (m,), is what it costs to open a candidate.
    """

    near: Nearest
    sides: Sides
    m: int
    p: int
    charge: Amounts


@dataclass(frozen=True)
class Visit:
    """What a visit to a node found: sets worth pricing, its children, the work done; or that the clock ended it."""

    sets: tuple[Positions, ...]
    children: tuple[Node, ...]
    work: int
    is_whole: bool = True


@uncounted
def price_at_least(near: Nearest, is_open: Flags) -> float:
    """Return what a set costs within the windows: at most its true cost."""
    total = 0.0
    for i in range(len(near.limit)):
        cost = near.limit[i]
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= cost:
                break
            if is_open[near.candidate[at]]:
                cost = near.cost[at]
                break
        total += cost
    return total


@compiled
def half_an_outlet(near: Nearest, share: Floats, group: Ints) -> Flags:
    """Return the neighbours, shape (m,), of the candidate of the largest share that hold about half an outlet.

    Only candidates of the same group as that one are taken, and never all of a group.
    """
    m, best = len(share), int(np.argmax(np.minimum(share, 1.0 - share)))
    taken = np.zeros(m, dtype=np.bool_)
    taken[best] = True
    begin, end = near.by_start[best], near.by_start[best + 1]
    if share[best] >= 0.5 or begin == end:
        return taken
    size = 0
    for j in range(m):
        size += group[j] == group[best]
    i = near.by_point[begin + np.argmin(near.by_cost[begin:end])]
    held, count = share[best], 1
    for at in range(near.start[i], near.start[i + 1]):
        j = near.candidate[at]
        if held >= 0.5 or (group[best] >= 0 and count >= size - 1):
            break
        if group[j] == group[best] and not taken[j]:
            taken[j] = True
            held += share[j]
            count += 1
    return taken


class _Visitor:
    """One node under way."""

    def __init__(self, problem: Problem, node: Node, beaten: float, may_go_on: Callable[[], bool]) -> None:
        self.problem, self.beaten, self.may_go_on = problem, beaten, may_go_on
        self.bound, self.opened, self.free, self.groups = node.bound, node.opened, node.free, node.groups
        self.value, self.rows = node.value, node.rows
        self.sets: list[Positions] = []
        self.work = 0

    def run(self) -> Visit:
        for _ in range(ROUNDS):
            if not self._settle_groups() or self._is_a_leaf():
                return self._end(())
            if not self.may_go_on():
                return Visit((), (), self.work, is_whole=False)
            part, known = self._relax()
            if self.bound >= self.beaten:
                return self._end(())
            kept = self._lock(part, known)
            if kept.sum() >= 0.9 * len(kept) and kept.any():
                return self._end(self._split(part, known, kept))
        return self._end((self._child(self.opened, self.free, self.groups),))

    def _relax(self) -> tuple[Relaxed, Multipliers]:
        """Bound what is left."""
        problem, count = self.problem, len(self.free)
        is_open, place = np.zeros(problem.m, dtype=bool), np.full(problem.m, -1, dtype=np.int32)
        is_open[self.opened] = True
        place[self.free] = np.arange(count, dtype=np.int32)
        near = restricted(problem.near, is_open, place, count)
        group = np.full(count, -1, dtype=np.int64)
        for at, members in enumerate(self.groups):
            group[place[members]] = at
        left = problem.p - len(self.opened) if problem.p else 0
        part = relaxed(
            near,
            narrowed(problem.sides, self.opened, self.free),
            Choice(np.zeros(count), np.ones(count), group, len(self.groups), left),
            problem.charge[self.free],
        )
        spent = float(problem.charge[self.opened].sum())
        known = begin(np.minimum(self.value, near.limit), self.rows, count, scale=START_SCALE, mixing=START_MIXING)
        begin_settling(part, known)
        for _ in range(MOST_SLICES):
            before = known.state[BEST]
            more = settle(part, known, self.beaten - spent, STEPS)
            self.work += STEPS * (len(near.cost) + len(near.limit) + count)
            gained = known.state[BEST] - before
            if not more or gained < WORTH_WHILE * (self.beaten - spent - known.state[BEST]) or not self.may_go_on():
                break
        self.bound = max(self.bound, spent + float(known.state[BEST]))
        self.value, self.rows = known.value, known.rows
        return part, known

    def _lock(self, part: Relaxed, known: Multipliers) -> Flags:
        """Open and shut what no better plan does otherwise; return which of the free are still so."""
        count = len(self.free)
        lower, upper = np.zeros(count), np.ones(count)
        fix_sites(part, known, lower, upper, self.beaten - float(self.problem.charge[self.opened].sum()))
        kept: Flags = (lower == 0.0) & (upper == 1.0)
        self.opened = np.union1d(self.opened, self.free[lower == 1.0])
        self.free = self.free[kept]
        return kept

    def _split(self, part: Relaxed, known: Multipliers, kept: Flags) -> tuple[Node, ...]:
        group = np.where(kept, part.choice.group, -2)
        taken = half_an_outlet(part.near, np.where(kept, known.share, -1.0), group)
        places = np.cumsum(kept) - 1
        chosen = self.free[places[taken & kept]]
        rest = np.setdiff1d(self.free, chosen)
        own = int(group[np.flatnonzero(taken)[0]])
        others = tuple(members for at, members in enumerate(self.groups) if at != own)
        if len(chosen) == 1:
            return self._child(self.opened, rest, self.groups), self._child(
                np.union1d(self.opened, chosen), rest, self.groups
            )
        return self._child(self.opened, rest, self.groups), self._child(self.opened, self.free, (*others, chosen))

    def _child(self, opened: Positions, free: Positions, groups: tuple[Positions, ...]) -> Node:
        return Node(self.bound, 0, opened, free, groups, self.value, self.rows)

    def _end(self, children: tuple[Node, ...]) -> Visit:
        return Visit(tuple(self.sets), children, self.work)

    def _is_a_leaf(self) -> bool:
        """Tell whether nothing is left to decide; then the set, if any, is to be priced."""
        left = self.problem.p - len(self.opened)
        if self.problem.p == 0:
            if len(self.free) == 0:
                self.sets.append(self.opened)
            return len(self.free) == 0
        if left == 0:
            self.sets.append(self.opened)
        elif left == len(self.free):
            self.sets.append(np.union1d(self.opened, self.free))
        return left <= 0 or left >= len(self.free)

    def _settle_groups(self) -> bool:
        """Drop groups that are satisfied, open the last of a group; tell whether every group may still be."""
        while True:
            left = []
            opens = False
            for group in self.groups:
                if np.isin(group, self.opened).any():
                    continue
                rest = group[np.isin(group, self.free)]
                if len(rest) == 0:
                    return False
                if len(rest) == 1 and not opens:
                    self.opened, self.free = np.union1d(self.opened, rest), np.setdiff1d(self.free, rest)
                    opens = True
                else:
                    left.append(rest)
            self.groups = tuple(left)
            if not opens:
                return True


def visit(problem: Problem, node: Node, beaten: float, may_go_on: Callable[[], bool]) -> Visit:
    """Bound a node and say what remains of it; no plan of the price ``beaten`` or above is wanted."""
    return _Visitor(problem, node, beaten, may_go_on).run()


@dataclass
class Tree:
    """The nodes still to be visited, a heap by bound."""

    problem: Problem
    nodes: list[Node]
    made: int = 0

    def advance(self, beaten: float, offer: Callable[[Positions], None], may_go_on: Callable[[], bool]) -> int:
        """Visit a node, offer the sets it came upon and take its children; return the work done.

        No plan of the price ``beaten`` or above is wanted. A node that the clock interrupts is kept.
        """
        node = self._next()
        if node.bound >= beaten:
            return 0
        found = visit(self.problem, node, beaten, may_go_on)
        if not found.is_whole:
            heapq.heappush(self.nodes, node)
            return found.work
        for opened in found.sets:
            offer(opened)
        for child in found.children:
            self.made += 1
            heapq.heappush(self.nodes, replace(child, number=-self.made))
        return found.work

    def _next(self) -> Node:
        if len(self.nodes) * len(self.problem.near.limit) <= MOST_HELD:
            return heapq.heappop(self.nodes)
        node = min(self.nodes, key=lambda waiting: waiting.number)
        self.nodes.remove(node)
        heapq.heapify(self.nodes)
        return node

    @property
    def bound(self) -> float:
        """No plan that is left out is better than this; infinite where none is left out."""
        return self.nodes[0].bound if self.nodes else np.inf
