r"""Prove problems with loads by branching on sites, each node bounded by Lagrangian relaxation.

A node has some sites open and some shut for good; its multipliers start from its parent's. Sites whose turning would
pass the price of the best plan are settled at once, and so is what the rules force. Once all sites are settled, the
transportation problem is solved exactly; where each demand point must be served wholly by one site, branching goes on:
by one demand point at one site, or not there. Nodes are taken by least bound, so that the bound of the whole rises.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from siting.locate.charge.bound import BEST, SCALE, Dual, Locks, costly_pairs, dual_of, improve, lower_bound, settle
from siting.locate.charge.knapsack import Loads, loads_of
from siting.locate.charge.service import Bars, Flags, Ints, Service, owners, restricted, with_columns
from siting.locate.problem.plan import Amounts
from siting.locate.problem.rules import SiteRows

FREE, OPEN, SHUT = -1, 1, 0
MOST_HELD = 100_000_000
"""Numbers held by nodes in wait; beyond them the node made last comes first."""


@dataclass(frozen=True)
class Problem:
    """A problem as the relaxation sees it; ``most_room`` is −1 where demand may be split, else as in `loads_of`."""

    service: Service
    bars: Bars
    rows: SiteRows
    single: bool
    most_room: int


@dataclass(order=True)
class Node:
    """What is settled, and the multipliers to begin with; ordered by bound, then by when it was made.

    ``sites`` has `OPEN`, `SHUT` or `FREE`; ``pairs`` says which pairs may still be used, None for all.
    """

    bound: float
    number: int
    sites: NDArray[np.int8] = field(compare=False)
    value: Amounts = field(compare=False)
    toll: Amounts = field(compare=False)
    pairs: Flags | None = field(compare=False)


@dataclass(eq=False)
class Relaxed:
    """A relaxation of a node under way: its part of the problem, what is locked, and its multipliers."""

    service: Service
    owner: Ints
    kept: NDArray[np.int64]
    locks: Locks
    dual: Dual
    loads: Loads

    @classmethod
    def of(cls, problem: Problem, node: Node, enough: float, scale: float = 1.5) -> Relaxed:
        """Return the relaxation of what a node leaves."""
        whole, m = problem.service, len(node.sites)
        upper = np.where(node.sites == SHUT, 0.0, 1.0)
        if node.pairs is None:
            start, candidate, cost, limit = restricted(whole, upper, node.sites == OPEN)
            kept = np.zeros(0, dtype=np.int64)
        else:
            kept = np.flatnonzero(node.pairs & (upper[whole.candidate] > 0))
            count = np.bincount(owners(whole)[kept], minlength=len(whole.limit))
            start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
            candidate, cost, limit = whole.candidate[kept], whole.cost[kept], whole.limit
        part = with_columns(whole._replace(start=start, candidate=candidate, cost=cost, limit=limit))
        locks = Locks(np.where(node.sites == OPEN, 1.0, 0.0), upper, np.zeros(m), np.zeros(m))
        dual = dual_of(np.minimum(node.value, limit), node.toll, m, enough, scale)
        return cls(part, owners(part), kept, locks, dual, loads_of(part, problem.most_room))

    def step(self, bars: Bars, price: float, steps: int) -> float:
        """Make steps towards a price and return the best bound."""
        improve(self.service, self.owner, bars, self.dual, self.loads, self.locks, (price, steps))
        return float(self.dual.bound[BEST])

    def settle(self, bars: Bars, beaten: float) -> int:
        """Lock what no plan cheaper than ``beaten`` has otherwise; return how many sites."""
        return settle(self.locks, self.at_best(bars), beaten)

    def at_best(self, bars: Bars) -> float:
        """Price everything at the best multipliers and return the bound."""
        self.dual.value[:] = self.dual.best
        self.dual.toll[:] = self.dual.best_toll
        return lower_bound(self.service, self.owner, bars, self.dual, self.loads, self.locks)

    def cheap_pairs(self, bars: Bars, beaten: float, size: int) -> Flags:
        """Return which pairs of the whole problem a plan cheaper than ``beaten`` may use wholly."""
        kept = np.ones(len(self.service.cost), dtype=bool)
        costly_pairs(self.service, self.dual.best, self.locks, self.at_best(bars), beaten, kept)
        flags = np.zeros(size, dtype=bool)
        flags[self.kept[kept]] = True
        return flags

    @property
    def sites(self) -> NDArray[np.int8]:
        """What is locked, as a node holds it."""
        return np.where(self.locks.lower == 1.0, OPEN, np.where(self.locks.upper == 0.0, SHUT, FREE)).astype(np.int8)

    @property
    def work(self) -> float:
        """About how many numbers a step looks at."""
        size = len(self.service.limit) + len(self.locks.price) + 0.2 * len(self.service.cost)
        return size + len(self.loads.table) * 0.2 * len(self.service.limit)


@dataclass(frozen=True)
class Guess:
    """What a relaxation suggests: which sites open, and the entry of each demand point, −1 for none, or None."""

    opened: Flags
    who: Ints | None
    settled: bool


@dataclass
class Tree:
    """The nodes still to be visited.

    Parameters
    ----------
    problem
        What is solved.
    nodes
        A heap, by bound.
    guess
        Called with what a node suggests; returns the price that no wanted plan reaches.
    steps, rounds
        How long a node is bounded.
    """

    problem: Problem
    nodes: list[Node]
    guess: Callable[[Guess], float]
    steps: int = 50
    rounds: int = 4
    made: int = 0
    work: float = 0.0

    @property
    def bound(self) -> float:
        """No plan that is left out is better than this; infinite where none is left out."""
        return self.nodes[0].bound if self.nodes else np.inf

    def advance(self, beaten: float) -> None:
        """Visit a node and take its children; no plan of the price ``beaten`` or above is wanted."""
        node = self._next()
        if node.bound >= beaten:
            return
        for child in self._visit(node, beaten):
            if child.bound < beaten:
                self.made += 1
                heapq.heappush(self.nodes, replace(child, number=-self.made))

    def _next(self) -> Node:
        size = len(self.problem.service.limit) + len(self.problem.service.cost) * self.problem.single / 8
        if len(self.nodes) * size <= MOST_HELD:
            return heapq.heappop(self.nodes)
        node = min(self.nodes, key=lambda waiting: waiting.number)
        self.nodes.remove(node)
        heapq.heapify(self.nodes)
        return node

    def _visit(self, node: Node, beaten: float) -> list[Node]:
        problem, bars = self.problem, self.problem.bars
        for _ in range(3):
            sites = forced(problem.rows, node.sites)
            if sites is None or not self._can_serve(node, sites):
                return []
            node = replace(node, sites=sites)
            relaxed = Relaxed.of(problem, node, beaten)
            self._bound(relaxed, beaten)
            bound = max(node.bound, float(relaxed.dual.bound[BEST]))
            if bound >= beaten:
                return []
            before = int((node.sites == FREE).sum())
            relaxed.settle(bars, beaten)
            pairs = relaxed.cheap_pairs(bars, beaten, len(node.pairs)) if node.pairs is not None else None
            node = replace(
                node, bound=bound, sites=relaxed.sites, value=relaxed.dual.best, toll=relaxed.dual.best_toll,
                pairs=pairs,
            )  # fmt: skip
            left = int((node.sites == FREE).sum())
            beaten = min(beaten, self.guess(self._guess(relaxed, node)))
            if bound >= beaten:
                return []
            if left == 0 or left > 0.8 * before:
                break
        return self._children(relaxed, node)

    def _bound(self, relaxed: Relaxed, beaten: float) -> None:
        last = -np.inf
        for _ in range(self.rounds):
            bound = relaxed.step(self.problem.bars, beaten, self.steps)
            self.work += relaxed.work * self.steps
            if bound >= beaten or relaxed.dual.bound[SCALE] < 1e-3 or bound - last < 0.02 * (beaten - bound):
                return
            last = bound

    def _can_serve(self, node: Node, sites: NDArray[np.int8]) -> bool:
        if node.pairs is None:
            return True
        service = self.problem.service
        count = np.add.reduceat(np.append(node.pairs & (sites[service.candidate] != SHUT), False), service.start[:-1])
        return bool((count[np.diff(service.start) > 0] > 0).all())

    def _guess(self, relaxed: Relaxed, node: Node) -> Guess:
        opened = relaxed.locks.opened > 0.5
        is_settled = not (node.sites == FREE).any()
        if is_settled:
            opened = node.sites == OPEN
        if not self.problem.single:
            return Guess(opened, None, is_settled)
        return Guess(opened, _assigned(relaxed, opened), is_settled)

    def _children(self, relaxed: Relaxed, node: Node) -> list[Node]:
        free = np.flatnonzero(node.sites == FREE)
        if len(free):
            share = relaxed.dual.share[free]
            at = int(free[np.lexsort((np.abs(relaxed.locks.price[free]), np.abs(share - 0.5)))[0]])
            pair = []
            for value in (SHUT, OPEN):
                sites = node.sites.copy()
                sites[at] = value
                pair.append(replace(node, sites=sites))
            return pair
        return [] if node.pairs is None else self._by_point(relaxed, node, node.pairs)

    def _by_point(self, relaxed: Relaxed, node: Node, pairs: Flags) -> list[Node]:
        """Branch on a demand point that the relaxation serves never, or more than once, at its cheapest site."""
        service = self.problem.service
        usable = pairs & (node.sites[service.candidate] == OPEN)
        owner = owners(service)
        choices = np.bincount(owner[usable], minlength=len(service.limit))
        several = choices > 1
        if not several.any():
            return []
        times = _times_served(relaxed)
        points = np.flatnonzero(several)
        i = int(points[np.lexsort((-service.load[points], -np.abs(times[points] - 1.0)))[0]])
        at = int(service.start[i]) + int(np.argmax(usable[service.start[i] : service.start[i + 1]]))
        here, elsewhere = pairs.copy(), pairs.copy()
        here[service.start[i] : service.start[i + 1]] = False
        here[at], elsewhere[at] = True, False
        return [replace(node, pairs=elsewhere), replace(node, pairs=here)]


def _times_served(relaxed: Relaxed) -> Amounts:
    """Return how often the relaxation serves each demand point."""
    service = relaxed.service
    earns = service.cost < relaxed.dual.value[relaxed.owner]
    taken = np.where(earns, relaxed.loads.share, 0.0) * relaxed.locks.opened[service.candidate]
    return np.asarray(np.bincount(relaxed.owner, taken, len(service.limit)), dtype=np.float64)


def _assigned(relaxed: Relaxed, opened: Flags) -> Ints:
    """Return the cheapest entry in the whole problem that the relaxation takes for each demand point.

    Where it takes none, the cheapest that is left; −1 where none is.
    """
    service = relaxed.service
    is_open = opened[service.candidate]
    earns = (service.cost < relaxed.dual.value[relaxed.owner]) & (relaxed.loads.share > 0.5)
    who = np.full(len(service.limit), -1, dtype=np.int64)
    for entries in (np.flatnonzero(is_open)[::-1], np.flatnonzero(is_open & earns)[::-1]):
        who[relaxed.owner[entries]] = relaxed.kept[entries]
    return who


def forced(rows: SiteRows, sites: NDArray[np.int8]) -> NDArray[np.int8] | None:
    """Return what is settled with what the rules then force, or None where they cannot hold."""
    matrix = rows.rows
    if not matrix.shape[0]:
        return sites
    row, column, value = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices, matrix.data
    slack = 1e-9 * np.maximum(1.0, np.bincount(row, np.abs(value), matrix.shape[0]))
    while True:
        state = sites[column]
        low = np.where(state == FREE, np.minimum(value, 0.0), np.where(state == OPEN, value, 0.0))
        high = np.where(state == FREE, np.maximum(value, 0.0), np.where(state == OPEN, value, 0.0))
        least, most = np.bincount(row, low, matrix.shape[0]), np.bincount(row, high, matrix.shape[0])
        if (least > rows.row_upper + slack).any() or (most < rows.row_lower - slack).any():
            return None
        size = np.abs(value)
        tight_up = (state == FREE) & (least[row] + size > rows.row_upper[row] + slack[row])
        tight_down = (state == FREE) & (most[row] - size < rows.row_lower[row] - slack[row])
        if not (tight_up | tight_down).any():
            return sites
        sites = sites.copy()
        turned = np.where(value > 0, SHUT, OPEN).astype(np.int8)
        sites[column[tight_up]] = turned[tight_up]
        sites[column[tight_down]] = 1 - turned[tight_down]
        if (sites[column[tight_up]] != turned[tight_up]).any():
            return None
