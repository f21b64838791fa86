"""Prove a max capture: linear bounds at the root, then branching on groups and candidates, best bound first.

At a node the bounds of `lifted` are gathered at points between the best point so far and the solution of the small
linear program over them (`bundle`; in-out separation, Ben-Ameur and Neto, 2007) until they are nearly the concave
relaxation, whose value is at most theirs. What is open by then counts with the rivals, which makes new bounds stronger
below. The values of the candidates fix those that cannot, or must, be open in a better set. A node is parted by how
many of a group of neighbours open (`neighbours`), or by one candidate; where few sets are left, they are looked at one
by one (`sets`).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from siting.locate.capture.bundle import Bounded, Cut, Master, best_of, fix_by_value
from siting.locate.capture.lifted import linear_bounds
from siting.locate.capture.neighbours import parts_of, with_groups
from siting.locate.capture.pull import Pull, gains_of, pull_of
from siting.locate.capture.sets import search_tree
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.rules import SiteRows
from siting.locate.problem.search import PROOF, Search
from siting.locate.problem.sides import Sides, sides_of

ENTRIES_PER_WORK = 1e8
"""Pairs looked at that make one unit of work, about a second."""
CELLS_PER_WORK = 1e6
"""Cells of the linear program that make one unit of work."""
MOST_IN_ONE = 100_000
"""Pairs up to which all demand points are bounded as one part."""
ROOT_ROUNDS = 200
NODE_ROUNDS = 12
LEAST_FAR = 0.1
"""How far from whole the number of outlets of a group must be to branch on it."""
LEAST_SHARE = 0.4
"""Share of a candidate from which on bounds are tried that take it as open."""
INWARDS = 0.2
MOST_LEAVES = 3e7
"""Sets times demand points per candidate up to which all sets of a node are looked at."""


@dataclass
class Node:
    """Sets still to be looked at: what is open and shut, a bound on what they win, where to begin, and cuts."""

    bound: float
    lower: Amounts
    upper: Amounts
    y: Amounts
    rows: SiteRows
    cuts: list[Cut] = field(default_factory=list)

    @property
    def free(self) -> Positions:
        """Positions not decided."""
        return np.flatnonzero(self.upper > self.lower)


@dataclass
class CaptureTree:
    """Branch and bound over ``pull``; everything it says of won demand is beyond ``constant``.

    ``enough`` is what a plan must win for it to count: sets below it are not looked for, and the first above it ends
    the search.
    """

    search: Search
    pull: Pull
    constant: float
    enough: float | None = None
    improve: Callable[[Positions], None] = lambda opened: None
    sides: Sides = field(init=False)
    heap: list[tuple[float, int, Node]] = field(default_factory=list)
    count: int = 0
    nodes: int = 0
    is_settled: bool = False
    groups: SiteRows | None = None

    def __post_init__(self) -> None:
        self.sides = sides_of(self.search.rows)
        if len(self.pull.candidate) > MOST_IN_ONE:
            self.pull = self.pull._replace(part=parts_of(self.pull))

    @property
    def rows(self) -> SiteRows:
        """The rules."""
        return self.search.rows

    @property
    def least(self) -> float:
        """What a node must promise to be looked at, beyond the constant."""
        marks = [-np.inf]
        if self.search.objective is not None:
            marks.append(self.search.objective * (1.0 + PROOF))
        if self.enough is not None:
            marks.append(self.enough * (1.0 - PROOF))
        return max(marks) - self.constant

    @property
    def is_over(self) -> bool:
        """Whether a limit is reached, or a plan wins enough."""
        search = self.search
        if search.is_done or search.seconds_left <= 0 or search.work_left <= 0:
            return True
        return self.enough is not None and search.objective is not None and search.objective >= self.enough

    def first_bound(self) -> None:
        """Give the bound of one point, at once."""
        root = self.root()
        cuts = self._cuts(root, pull_of(self.pull, np.flatnonzero(root.lower)), root.y)
        value = np.sum([cut.slope for cut in cuts], axis=0)
        bound = sum(cut.constant for cut in cuts) + best_of(value, root.lower, root.upper, self.rows.p)
        self.search.tighten(bound + self.constant)

    def root(self) -> Node:
        """Return the node of all sets."""
        rows = self.rows
        y = rows.lower.copy()
        if self.search.opened is not None:
            y[self.search.opened] = 1.0
        if rows.is_plain or self.search.opened is None:
            y = 0.5 * y + 0.5 * _spread(rows.lower, rows.upper, rows.p)
        return Node(np.inf, rows.lower.copy(), rows.upper.copy(), y, rows)

    def run(self) -> None:
        """Branch until nothing is left or a limit is reached."""
        self._push([self.root()])
        while self.heap and not self.is_over:
            node = heapq.heappop(self.heap)[2]
            if node.bound <= self.least:
                self.heap.clear()
                break
            left = self._expand(node)
            self._push(left)
            if self.heap:
                self._tell(-self.heap[0][0])
        self.is_settled = not self.heap
        if self.is_settled and self.search.objective is not None and self.enough is None:
            self.search.tighten(self.search.objective)

    def _push(self, nodes: list[Node]) -> None:
        for node in nodes:
            if node.bound > self.least:
                self.count += 1
                heapq.heappush(self.heap, (-node.bound, self.count, node))

    def _tell(self, bound: float) -> None:
        best = self.search.objective
        self.search.tighten(bound + self.constant if best is None else max(bound + self.constant, best))

    def _expand(self, node: Node) -> list[Node]:
        """Return what is left of a node: two parts of it, itself where a limit ended the work, or nothing."""
        self.nodes += 1
        settled = settle(node.rows, node.lower, node.upper)
        if settled is None:
            return []
        node = replace(node, lower=settled[0], upper=settled[1])
        if self._looked_at_all(node):
            return []
        found = self._bound(node)
        if node.bound <= self.least:
            return []
        if found is None:
            return [node]
        must, never = fix_by_value(found, self.least, node.lower, node.upper, self.rows.p)
        node.lower[must], node.upper[never] = 1.0, 0.0
        if self.is_over:
            return [node]
        return self._branch(node)

    def _branch(self, node: Node) -> list[Node]:
        """Part a node by how many of a group open, or else by whether a candidate does."""
        free = node.free
        if free.size == 0:
            return [node]
        if self.groups is None:
            alone = gains_of(self.pull, np.zeros(len(self.pull.demand)))
            self.groups = with_groups(self.rows, self.pull, node.y * alone + 1e-9 * alone, alone)
        if node.rows is self.rows:
            node = replace(node, rows=self.groups)
        first = len(self.rows.names)
        total = np.asarray(node.rows.rows[first:] @ node.y, dtype=np.float64)
        far = np.abs(total - np.rint(total))
        if far.size and far.max() > LEAST_FAR:
            at = int(np.argmax(far))
            few, many = node.rows.row_upper.copy(), node.rows.row_lower.copy()
            few[first + at], many[first + at] = np.floor(total[at]), np.ceil(total[at])
            parts = [replace(node.rows, row_upper=few), replace(node.rows, row_lower=many)]
            return [replace(node, rows=part, cuts=list(node.cuts)) for part in parts]
        j = free[np.argmin(np.abs(node.y[free] - 0.5))]
        with_j, without = node.lower.copy(), node.upper.copy()
        with_j[j], without[j] = 1.0, 0.0
        return [replace(node, lower=with_j, cuts=list(node.cuts)), replace(node, upper=without, cuts=list(node.cuts))]

    def _bound(self, node: Node) -> Bounded | None:
        """Gather cuts until the bound is nearly the relaxation's, the node is done with, or a limit is reached.

        The bound of a node that the rules allow nothing in becomes −∞.
        """
        own = pull_of(self.pull, np.flatnonzero(node.lower))
        node.y = _moved(node, len(self.rows.names))
        new = self._cuts(node, own, node.y)
        centre, is_root = height_of(new, node.y), not math.isfinite(node.bound)
        if not keeps(node.rows, node.y):
            centre = -np.inf
        cuts, limits = [*node.cuts, *new], self.search.limits_left
        master = Master(node.rows, (node.lower, node.upper), cuts, self._unit(new), limits)
        found = None
        for _ in range(ROOT_ROUNDS if is_root else NODE_ROUNDS):
            solved = master.solve(self.search.seconds_left)
            self.search.work += len(master.cuts) * (len(node.free) + 10) / CELLS_PER_WORK
            if solved is None:
                node.bound = -np.inf if master.is_infeasible else node.bound
                break
            if found is None or solved.bound < found.bound:
                found = solved
            node.bound = min(node.bound, found.bound)
            if is_root:
                self._tell(node.bound)
            self._offer(solved.y)
            near = max(0.1 * (node.bound - self.least), 1e-9 * abs(node.bound))
            if node.bound <= self.least or self.is_over or node.bound - centre <= near:
                break
            y = solved.y if centre == -np.inf else INWARDS * solved.y + (1.0 - INWARDS) * node.y
            new = self._cuts(node, own, y)
            master.add(new)
            height = height_of(new, y)
            if height > centre:
                centre, node.y = height, y
        if found is not None:
            node.cuts = [cut for cut, weight in zip(master.cuts, found.weight, strict=False) if weight > 0]
        return found

    def _unit(self, cuts: list[Cut]) -> float:
        best = 0.0 if self.search.objective is None else self.search.objective - self.constant
        top = max(max(abs(cut.constant), float(np.abs(cut.slope).max(initial=0.0))) for cut in cuts)
        return max(best, top, 1e-300)

    def _cuts(self, node: Node, own: Amounts, y: Amounts) -> list[Cut]:
        free = node.upper > node.lower
        parts = int(self.pull.part.max(initial=0)) + 1
        constant, slope = np.zeros(parts), np.zeros((parts, len(free)))
        linear_bounds(self.pull, own, free, np.where(free, y, 0.0), LEAST_SHARE, constant, slope)
        self.search.work += len(self.pull.candidate) / ENTRIES_PER_WORK
        return [Cut(part, float(constant[part]) * (1.0 + 1e-12), slope[part]) for part in range(parts)]

    def _offer(self, y: Amounts) -> None:
        if (np.minimum(y, 1.0 - y) > 1e-6).any():
            return
        opened = np.flatnonzero(y > 0.5)
        if not self.rows.broken(opened):
            self.search.offer(opened)

    def _looked_at_all(self, node: Node) -> bool:
        """Look at all sets of a node one by one where they are few; tell whether that was done."""
        opened, free = np.flatnonzero(node.lower), node.free
        if free.size == 0:
            self._offer(node.lower)
            return True
        if self.rows.p is None:
            return False
        k = self.rows.p - len(opened)
        if k < 0 or k > len(free):
            return True
        if k == 0:
            self._offer(node.lower)
            return True
        size = len(self.pull.candidate) / len(node.lower) + 1.0
        if math.comb(len(free), k) * size > MOST_LEAVES:
            return False
        is_open = node.lower > 0
        _, seen = search_tree(self.pull, self.sides, free, is_open, k, self.least, 2**62)
        self.search.work += seen * size / ENTRIES_PER_WORK
        if is_open.sum() == self.rows.p:
            self._offer(is_open.astype(np.float64))
        return True


def keeps(rows: SiteRows, y: Amounts) -> bool:
    """Tell whether shares (m,) keep the rules but for rounding."""
    total = np.asarray(rows.rows @ y, dtype=np.float64)
    slack = 1e-6 * np.maximum(1.0, np.abs(total))
    return bool(((total <= rows.row_upper + slack) & (total >= rows.row_lower - slack)).all())


def height_of(cuts: list[Cut], y: Amounts) -> float:
    """Return the bound at a point that the cuts made there give."""
    return float(sum(cut.constant + float(cut.slope @ y) for cut in cuts))


def settle(rows: SiteRows, lower: Amounts, upper: Amounts) -> tuple[Amounts, Amounts] | None:
    """Return bounds (m,) with what the rules then force, or None where they allow nothing."""
    lower, upper = lower.copy(), upper.copy()
    table = rows.rows
    row = np.repeat(np.arange(len(rows.names)), np.diff(table.indptr))
    up, down = np.maximum(table.data, 0.0), np.minimum(table.data, 0.0)
    columns = table.indices
    slack = 1e-7 * np.maximum(1.0, np.bincount(row, np.abs(table.data), len(rows.names)))
    while True:
        least = np.bincount(row, up * lower[columns] + down * upper[columns], len(rows.names))
        most = np.bincount(row, up * upper[columns] + down * lower[columns], len(rows.names))
        if ((least > rows.row_upper + slack) | (most < rows.row_lower - slack)).any():
            return None
        free = upper[columns] > lower[columns]
        over = free & (least[row] + np.abs(table.data) > rows.row_upper[row] + slack[row])
        under = free & (most[row] - np.abs(table.data) < rows.row_lower[row] - slack[row])
        shut = columns[(over & (table.data > 0)) | (under & (table.data < 0))]
        opened = columns[(over & (table.data < 0)) | (under & (table.data > 0))]
        if shut.size + opened.size == 0:
            return lower, upper
        upper[shut] = 0.0
        lower[opened] = 1.0
        if (lower > upper).any():
            return None


def _spread(lower: Amounts, upper: Amounts, p: int | None) -> Amounts:
    """Return bounds (m,) with every undecided candidate open by the same share."""
    free = upper > lower
    share = 0.5 if p is None else np.clip((p - lower.sum()) / max(1, free.sum()), 0.0, 1.0)
    return np.where(free, share, lower)


def _moved(node: Node, first: int) -> Amounts:
    """Return y within the bounds of a node, its groups (rows from ``first``) within theirs, and its sum p."""
    y = np.clip(node.y, node.lower, node.upper)
    free, table = node.upper > node.lower, node.rows.rows
    total = np.asarray(table @ y, dtype=np.float64)
    for at in first + np.flatnonzero(
        (total > node.rows.row_upper + 1e-9)[first:] | (total < node.rows.row_lower)[first:]
    ):
        members = table.indices[table.indptr[at] : table.indptr[at + 1]]
        some = members[free[members]]
        wanted = np.clip(total[at], node.rows.row_lower[at], node.rows.row_upper[at])
        y[some] = _filled(y[some], wanted - total[at])
        free[members] = False
    if node.rows.p is not None:
        y[free] = _filled(y[free], node.rows.p - y.sum())
    return y


def _filled(y: Amounts, missing: float) -> Amounts:
    """Return shares with ``missing`` added, to each the same part of the room it has."""
    room = 1.0 - y if missing > 0 else y
    total = room.sum()
    return y if total <= 0 else np.clip(y + missing * room / total, 0.0, 1.0)
