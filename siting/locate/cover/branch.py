"""Prove a maximal covering by branching on candidates, each node bounded by its linear relaxation (`saddle`).

A node has some candidates open and some shut for good. Points that open ones cover wholly leave the problem, as do
candidates that are shut, so that nodes grow smaller and cheaper with depth; the search for a node's prices begins
where that of its parent ended. Rules settle what follows from what is settled; a candidate whose choice either way
would make the bound worse than the best plan is settled, too. The candidate branched on is the one whose y is nearest
to a half. Nodes are taken by best bound.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel
from siting.locate.cover.reach import Floats, Reach, turned
from siting.locate.cover.saddle import Rules, Saddle, begin, descend
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.rules import SiteRows

Marks = NDArray[np.int8]

OPEN, FREE, SHUT = 1, 0, -1
STEPS = 200
SLICE = 10_000_000
ROUNDS = 3
ROUNDING = 1e-12
"""Relative rounding of a bound that is added up in blocks."""
MOST_HELD = 200_000_000
"""Prices held by nodes in wait, 800 MB; beyond them the node made last comes first."""


@dataclass(order=True)
class Node:
    """What is settled, and where to begin; ordered by bound, the greatest first, then by when it was made."""

    rank: float
    number: int
    mark: Marks = field(compare=False)
    y: NDArray[np.float32] = field(compare=False)
    price: NDArray[np.float32] = field(compare=False)
    rule_price: Amounts = field(compare=False)
    balance: float = field(compare=False)

    @property
    def bound(self) -> float:
        """No plan of this node is better."""
        return -self.rank


@dataclass(frozen=True)
class Part:
    """What remains of a problem: the value of what is open, and the reach of free candidates over remaining points."""

    base: float
    points: NDArray[np.int32]
    free: NDArray[np.int32]
    reach: Reach
    rules: Rules
    left: int


def rules_of(rows: SiteRows, typical: float) -> Rules:
    """Return the rows beside the number of outlets; ``typical`` is about what one candidate covers."""
    first = 1 if rows.p is not None else 0
    some = rows.rows[first:]
    used = np.flatnonzero(np.asarray(abs(some).sum(axis=1)) > 0)
    some = some[used]
    total = np.asarray(abs(some).sum(axis=1), dtype=np.float64)
    mean = total / np.maximum(1, np.diff(some.indptr))
    return Rules(
        some.indptr.astype(np.int64), some.indices.astype(np.int64), some.data.astype(np.float64),
        rows.row_lower[first:][used], rows.row_upper[first:][used], typical / (mean * total),
    )  # fmt: skip


@compiled
def settle(rules: Rules, mark: Marks) -> bool:
    """Settle in place what the rows leave no choice for; return False where they cannot hold."""
    again = True
    while again:
        again = False
        for row in range(len(rules.low)):
            least, most, size = 0.0, 0.0, 0.0
            for at in range(rules.start[row], rules.start[row + 1]):
                value, state = rules.value[at], mark[rules.column[at]]
                size += abs(value)
                if state == OPEN or (state == FREE and value < 0.0):
                    least += value
                if state == OPEN or (state == FREE and value > 0.0):
                    most += value
            slack = 1e-7 * max(1.0, size)
            if least > rules.high[row] + slack or most < rules.low[row] - slack:
                return False
            for at in range(rules.start[row], rules.start[row + 1]):
                j, value = rules.column[at], rules.value[at]
                if mark[j] != FREE:
                    continue
                must = least + abs(value) > rules.high[row] + slack or most - abs(value) < rules.low[row] - slack
                if must:
                    too_much = least + abs(value) > rules.high[row] + slack
                    mark[j] = SHUT if (value > 0.0) == too_much else OPEN
                    again = True
                    break
    return True


@compiled
def _left_rows(rules: Rules, mark: Marks, place: NDArray[np.int32]) -> Rules:
    """Return the rows over the free candidates, as many as before."""
    start = np.zeros(len(rules.start), dtype=np.int64)
    column, value = np.empty(len(rules.column), dtype=np.int64), np.empty(len(rules.value))
    low, high, to = rules.low.copy(), rules.high.copy(), 0
    for row in range(len(rules.low)):
        fixed, size = 0.0, 1.0
        for at in range(rules.start[row], rules.start[row + 1]):
            j = rules.column[at]
            size += abs(rules.value[at])
            if mark[j] == OPEN:
                fixed += rules.value[at]
            elif mark[j] == FREE:
                column[to], value[to] = place[j], rules.value[at]
                to += 1
        start[row + 1] = to
        low[row] -= fixed + 1e-7 * size
        high[row] -= fixed - 1e-7 * size
    return Rules(start, column[:to].copy(), value[:to].copy(), low, high, rules.step)


@kernel
def _settled(reach: Reach, mark: Marks, i: int) -> tuple[float, int]:
    """Return the share of a point that is covered by what is open, and the number of its free candidates."""
    covered, some = 0.0, 0
    for at in range(reach.start[i], reach.start[i + 1]):
        state = mark[reach.candidate[at]]
        if state == OPEN:
            covered += reach.share[reach.candidate[at]]
        elif state == FREE:
            some += 1
    return (1.0 if covered >= 1.0 - 1e-12 else covered), some


@compiled
def _left_reach(
    reach: Reach, mark: Marks
) -> tuple[float, NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], Reach]:
    """Return the value of what is open, points and candidates that remain, places of candidates, and their reach."""
    n, m = len(reach.weight), len(mark)
    free = np.flatnonzero(mark == FREE).astype(np.int32)
    place = np.full(m, -1, dtype=np.int32)
    for at in range(len(free)):
        place[free[at]] = at
    base, kept, entries = -float(reach.charge[mark == OPEN].sum()), 0, 0
    points, room = np.empty(n, dtype=np.int32), np.empty(n)
    for i in range(n):
        covered, some = _settled(reach, mark, i)
        base += reach.weight[i] * covered
        if covered < 1.0 and some > 0:
            points[kept], room[kept] = i, 1.0 - covered
            kept += 1
            entries += some
    start, candidate, to = np.zeros(kept + 1, dtype=np.int64), np.empty(entries, dtype=np.int32), 0
    weight = np.empty(kept)
    for at in range(kept):
        i = points[at]
        weight[at] = reach.weight[i]
        for near in range(reach.start[i], reach.start[i + 1]):
            if place[reach.candidate[near]] >= 0:
                candidate[to] = place[reach.candidate[near]]
                to += 1
        start[at + 1] = to
    by_start, by_point = turned(start, candidate, len(free))
    part = Reach(
        start, candidate, by_start, by_point, weight, room[:kept].copy(), reach.share[free], reach.charge[free]
    )
    return base, points[:kept].copy(), free, place, part


def part_of(reach: Reach, rules: Rules, p: int, mark: Marks) -> Part:
    """Return what remains once some candidates are open and some shut; p is −1 where it is free."""
    base, points, free, place, part = _left_reach(reach, mark)
    left = -1 if p < 0 else p - int((mark == OPEN).sum())
    return Part(base, points, free, part, _left_rows(rules, mark, place), left)


@compiled
def fix(gain: Floats, left: int, bound: float, target: float, free: NDArray[np.int32], mark: Marks) -> int:
    """Settle candidates without which, or with which, no plan reaches ``target``, given ρ of ``bound``; count them."""
    last, following = 0.0, 0.0
    chosen = gain > 0.0
    if left >= 0:
        order = np.argsort(-gain)
        chosen[:] = False
        chosen[order[:left]] = True
        last, following = gain[order[left - 1]], gain[order[left]]
    count = 0
    for at in range(len(gain)):
        if chosen[at] and bound - gain[at] + following < target:
            mark[free[at]] = OPEN
            count += 1
        elif not chosen[at] and bound - last + gain[at] < target:
            mark[free[at]] = SHUT
            count += 1
    return count


@dataclass
class Tree:
    """The nodes still to be looked at.

    Parameters
    ----------
    reach, rules, p
        The problem; p is −1 where the number of outlets is free.
    offer
        Called with every set that a node gives rise to.
    go_on
        Called between slices of work with the pairs looked at and the bound so far; False where a limit is met.
    """

    reach: Reach
    rules: Rules
    p: int
    offer: Callable[[Positions], None]
    go_on: Callable[[int, float], bool]
    nodes: list[Node] = field(default_factory=list)
    made: int = 0
    current: Node | None = None

    def plant(self, mark: Marks, bound: float) -> None:
        """Begin with what is settled by the rules alone."""
        m = len(mark)
        y = np.full(m, 1.0 if self.p < 0 else self.p / m, dtype=np.float32)
        price = (self.reach.weight / 2).astype(np.float32)
        self.nodes = [Node(-bound, 0, mark, y, price, np.zeros(len(self.rules.low)), 1.0)]

    @property
    def bound(self) -> float:
        """No plan that is left out is better than this; −infinity where none is left out."""
        return self._waiting if self.current is None else max(self._waiting, self.current.bound)

    @property
    def _waiting(self) -> float:
        return self.nodes[0].bound if self.nodes else -np.inf

    @staticmethod
    def _bound(part: Part, state: Saddle) -> float:
        return (part.base + float(state.mark[5])) * (1.0 + ROUNDING)

    def advance(self, target: Callable[[], float], steps: int = STEPS) -> None:
        """Look at the best node; a limit met on the way leaves it where it was, with a better bound."""
        node = self._next()
        if node.bound < target():
            return
        self.current = node
        children = self._visit(node, target, steps)
        self.current = None
        for child in children:
            self.made += 1
            child.number = -self.made
            heapq.heappush(self.nodes, child)

    def _next(self) -> Node:
        if len(self.nodes) * len(self.reach.weight) <= MOST_HELD:
            return heapq.heappop(self.nodes)
        node = min(self.nodes, key=lambda waiting: waiting.number)
        self.nodes.remove(node)
        heapq.heapify(self.nodes)
        return node

    def _visit(self, node: Node, target: Callable[[], float], steps: int) -> list[Node]:
        mark = node.mark.copy()
        for _ in range(ROUNDS):
            if not self._settle(mark):
                return []
            if not (mark == FREE).any():
                self.offer(np.flatnonzero(mark == OPEN))
                return []
            part = part_of(self.reach, self.rules, self.p, mark)
            node, state, on_time = self._bounded(part, node, mark, target, steps)
            self.current = node
            if node.bound < target():
                return []
            self._round(part, mark, state.best.y)
            if not on_time:
                return [node]
            bound = self._bound(part, state)
            if fix(state.best.gain, part.left, bound, target(), part.free, mark) < 0.1 * len(part.free):
                break
        return self._children(node, mark) if self._settle(mark) else []

    def _bounded(
        self, part: Part, node: Node, mark: Marks, target: Callable[[], float], steps: int
    ) -> tuple[Node, Saddle, bool]:
        """Return the node with its bound and prices improved, the end of the search for them, and if it was on time."""
        y, price = node.y.astype(np.float64), node.price.astype(np.float64)
        state = begin(part.reach, part.rules, y[part.free], price[part.points], node.rule_price, node.balance)
        pairs = 2 * len(part.reach.candidate) + 4 * (len(part.points) + len(part.free)) + 2 * len(part.rules.column)
        done, on_time = 0, True
        while done < steps and on_time:
            count = min(steps - done, max(1, SLICE // pairs))
            more = descend(part.reach, part.rules, state, part.left, target() - part.base, count)
            done += count
            on_time = self.go_on(count * pairs, max(self._waiting, min(node.bound, self._bound(part, state))))
            if not more:
                break
        y[part.free], price[part.points] = state.best.y, state.best.price
        bound = min(node.bound, self._bound(part, state))
        found = Node(
            -bound, 0, mark.copy(), y.astype(np.float32), price.astype(np.float32), state.best.rule_price,
            float(state.mark[0]),
        )  # fmt: skip
        return found, state, on_time

    def _settle(self, mark: Marks) -> bool:
        """Settle what the rules and the number of outlets leave no choice for; return False where they cannot hold."""
        while True:
            if not settle(self.rules, mark):
                return False
            opened, free = int((mark == OPEN).sum()), mark == FREE
            if self.p < 0 or not free.any():
                return self.p < 0 or opened == self.p
            if opened > self.p or opened + int(free.sum()) < self.p:
                return False
            if opened < self.p < opened + int(free.sum()):
                return True
            mark[free] = SHUT if opened == self.p else OPEN

    def _round(self, part: Part, mark: Marks, y: Amounts) -> None:
        """Offer the set of the greatest y."""
        chosen = np.flatnonzero(y > 0.5) if part.left < 0 else np.argsort(-y, kind="stable")[: part.left]
        self.offer(np.union1d(np.flatnonzero(mark == OPEN), part.free[chosen]).astype(np.int64))

    def _children(self, node: Node, mark: Marks) -> list[Node]:
        free = np.flatnonzero(mark == FREE)
        if len(free) == 0:
            self.offer(np.flatnonzero(mark == OPEN))
            return []
        y = node.y[free]
        j = free[int(np.argmax(np.minimum(y, 1.0 - y)))]
        children = []
        for choice in (SHUT, OPEN):
            part = mark.copy()
            part[j] = choice
            children.append(replace(node, mark=part))
        return children
