"""Hold the arrays that the compiled search works on: the floor, the zones, a state, and room to work in.

A state is an array (n, 9): x, y, width, height and front of each zone, then x, y, width, height of its wing, the
second rectangle of an L; a wing of width 0 is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from layout.floor.cells import forbidden_rectangles
from layout.floor.walk import reached, touching, walk_distances
from layout.zones.problem import Floats, Ground, Ints, Mask, PackProblem, Placement
from layout.zones.search.bits import Board, board_of
from layout.zones.terms import entrance_cells
from layout.zones.topology import directions, pairs_to_differ

Places = Ints
X, Y, W, H, FRONT, X2, Y2, W2, H2 = range(9)
WALKING, CLOSENESS, AREA, DEAD_FLOOR, WALL, SIGHT, PARTITION, SHOPFRONT, EXPOSURE, DAYLIGHT, REPELLED = range(11)
TERMS = (
    "walking",
    "closeness",
    "area",
    "dead_floor",
    "wall",
    "sight",
    "partition",
    "shopfront",
    "exposure",
    "daylight",
)
LARGE_CELLS, FAR_OUT = 12, 10_000


class Floor(NamedTuple):
    """The floor.

    ``…_sum[r, c]`` counts the cells below and left of [r, c] of masks with a border of one cell. ``door`` is row and
    column of the middle of the widest entrance, ``doors`` (d, 2) of all; ``from_door`` the walk from there over the
    empty floor, cells. ``start_public``, ``start_staff`` and ``exits`` (e, rows, words) are positions of the walkers,
    ``others`` (e, rows, words) those at entrances visitors' walks do not start from, which they shall reach. ``solids``
    (m, 4) are the large rectangles that one walks round; those at the edge of the grid reach far beyond it;
    ``no_solids`` (0, 4) is none. ``sizes`` holds the walker of visitors, of staff, and the turning circle, cells.
    """

    free: Board
    buildable: Board
    start_public: Board
    start_staff: Board
    exits: NDArray[np.uint64]
    others: NDArray[np.uint64]
    blocked_sum: NDArray[np.int32]
    closed_sum: NDArray[np.int32]
    window_sum: NDArray[np.int32]
    lit_sum: NDArray[np.int32]
    from_door: NDArray[np.float32]
    door: Ints
    doors: Ints
    solids: Ints
    no_solids: Ints
    sizes: Ints
    cell_m: float


class Spec(NamedTuple):
    """The zones: ``shapes`` of all zones one below the other, zone i's from ``first[i]`` to ``first[i + 1]``.

    ``bend`` (n, 3) is least and largest whole area and least side of a wing of an L, 0 for rectangles. ``legs`` (l, 2)
    are the pairs people walk between, 0 the entrance, which comes second, with their ``load``, people per visitor.
    ``daylight`` is 1 by the number of zones that want daylight for each of them, 0 for others.
    ``partner`` is a zone that gives a zone its staff side, or −1. ``home`` (n, 9) is the state to begin from where
    zones shall stay, else −1, and ``moved`` what a zone costs that does not. ``known`` (k, n, n, 4) is where zones lie
    from each other in plans to differ from, see `layout.zones.topology.directions`, in at least ``differing`` pairs.
    """

    shapes: Ints
    first: Ints
    target: Ints
    bend: Ints
    public: NDArray[np.uint8]
    staff: NDArray[np.uint8]
    full: NDArray[np.uint8]
    wall: NDArray[np.uint8]
    enclosed: NDArray[np.uint8]
    selling: NDArray[np.uint8]
    daylight: Floats
    back_to: NDArray[np.uint8]
    partner: Ints
    within: Floats
    locked: NDArray[np.uint8]
    legs: Ints
    load: Floats
    close: Floats
    sees: Ints
    weights: Floats
    home: Ints
    moved: float
    known: NDArray[np.uint8]
    differing: int


class Scratch(NamedTuple):
    """Room to work in, so that a trial allocates nothing.

    ``parted`` (1,) counts the entrances whose aisles do not join those of the widest.

    ``open``, ``cover`` (what visitors' aisles cover), ``fits`` and ``narrow`` (positions where walkers of visitors and
    of staff fit), ``public`` and ``staff`` (those they reach), ``turns`` (where a turning circle fits) and ``spare``
    are boards; ``access`` (n, 2) row and column before each front, −1 none;
    ``bill`` the hard and the soft price of the last trial.
    """

    open: Board
    spare: Board
    fits: Board
    narrow: Board
    public: Board
    staff: Board
    turns: Board
    cover: Board
    access: Ints
    bill: Floats
    parted: Ints


def make_floor(problem: PackProblem) -> Floor:
    """Return the floor as the compiled functions read it."""
    ground = problem.ground
    empty = reached(ground.free, ground.aisle_public, ground.entrance)
    doors = entrance_cells(ground.entrance, empty)
    far = walk_distances(empty, 1.0, doors[:1])[0]
    widest = _widest(ground, empty)
    labels, count = ndimage.label(ground.entrance & ~widest)
    return Floor(
        free=board_of(ground.free),
        buildable=board_of(ground.buildable & ground.free),
        start_public=_positions(ground, widest, ground.aisle_public),
        start_staff=_positions(ground, ground.entrance, ground.aisle_staff),
        exits=np.array(
            [_positions(ground, mask, ground.aisle_staff) for mask in ground.exits if mask.any()], dtype=np.uint64
        ).reshape(-1, *board_of(ground.free).shape),
        others=np.array(
            [_positions(ground, labels == number, ground.aisle_public) for number in range(1, count + 1)],
            dtype=np.uint64,
        ).reshape(-1, *board_of(ground.free).shape),
        blocked_sum=_table(np.pad(~ground.free, 1, constant_values=True)),
        closed_sum=_table(np.pad(~ground.buildable, 1, constant_values=True)),
        window_sum=_table(np.pad(ground.windows, 1)),
        lit_sum=_table(np.pad(ground.lit, 1)),
        from_door=np.where(np.isfinite(far), far, 4.0 * sum(far.shape)).astype(np.float32),
        door=doors[0].astype(np.int64),
        doors=doors.astype(np.int64),
        solids=_solids(ground.free),
        no_solids=np.zeros((0, 4), dtype=np.int64),
        sizes=np.array([ground.aisle_public, ground.aisle_staff, ground.turning], dtype=np.int64),
        cell_m=ground.cell_m,
    )


def _widest(ground: Ground, empty: Mask) -> Mask:
    """Return the widest entrance, from which visitors reach all others, or all where they do not on the empty floor.

    Walks that exist start from one entrance only in plans whose aisles hang together.
    """
    labels, _ = ndimage.label(ground.entrance)
    row, column = entrance_cells(ground.entrance, empty)[0]
    widest = labels == labels[row, column]
    alone = reached(ground.free, ground.aisle_public, widest)
    return ground.entrance if (empty & ~alone).any() else np.asarray(widest)


def _positions(ground: Ground, mask: Mask, k: int) -> Board:
    wide = np.zeros_like(mask)
    found = touching(mask & ground.free, k)
    wide[: found.shape[0], : found.shape[1]] = found
    return board_of(wide)


def _solids(free: Mask) -> Ints:
    """Return the large obstacles, those at the edge made so long that nobody walks round them outside."""
    found = []
    for x, y, w, h in forbidden_rectangles(free).tolist():
        if w * h < LARGE_CELLS:
            continue
        left, low = (x - FAR_OUT if x == 0 else x), (y - FAR_OUT if y == 0 else y)
        right = x + w + (FAR_OUT if x + w == free.shape[1] else 0)
        high = y + h + (FAR_OUT if y + h == free.shape[0] else 0)
        found.append((left, low, right - left, high - low))
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def _table(mask: Mask) -> NDArray[np.int32]:
    table = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    table[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    return table


def make_spec(
    problem: PackProblem, home: Ints | None = None, moved: float = 0.0, known: Sequence[Placement] = ()
) -> Spec:
    """Return the zones as the compiled functions read them; each of ``home`` (n, 9) stays, or costs ``moved``.

    Plans shall differ in topology from those ``known``.
    """
    flow = problem.flow / max(float(problem.flow[0].sum()), 1e-9)
    both = np.tril(flow + flow.T, -1)
    legs = _legs(both)
    repelled = float(-np.minimum(problem.closeness[0], 0).sum())
    partner = [int(np.flatnonzero(row)[0]) if row.any() else -1 for row in problem.back_to]
    return Spec(
        shapes=np.concatenate(problem.shapes).astype(np.int64),
        first=np.concatenate([[0], np.cumsum([len(shapes) for shapes in problem.shapes])]).astype(np.int64),
        target=problem.target.astype(np.int64),
        bend=problem.bends,
        public=problem.public.astype(np.uint8),
        staff=problem.staff_access.astype(np.uint8),
        full=problem.full_front.astype(np.uint8),
        wall=problem.wall.astype(np.uint8),
        enclosed=problem.enclosed.astype(np.uint8),
        selling=problem.selling.astype(np.uint8),
        daylight=problem.wants_daylight / max(1, int(problem.wants_daylight.sum())),
        back_to=problem.back_to.astype(np.uint8),
        partner=np.array(partner, dtype=np.int64),
        within=problem.entrance_within.astype(np.float64) / problem.ground.cell_m,
        locked=(problem.locked[:, 0] >= 0).astype(np.uint8),
        legs=legs,
        load=np.maximum(both, both.T)[legs[:, 0], legs[:, 1]].astype(np.float64),
        close=problem.closeness.astype(np.float64),
        sees=_pairs(problem.sees),
        weights=np.array([*(problem.weights.get(name, 0.0) for name in TERMS), repelled]),
        home=np.full((problem.count, 9), -1, dtype=np.int64) if home is None else home,
        moved=moved,
        known=np.array([directions(plan) for plan in known], dtype=np.uint8).reshape(
            -1, problem.count, problem.count, 4
        ),
        differing=pairs_to_differ(problem.count),
    )


def _legs(both: Floats) -> Ints:
    """Return the pairs of places people walk between so that few places come second: walks start there.

    The entrance comes second in all its pairs; then, again and again, the place with most pairs left does.
    """
    left = np.argwhere(both > 0)
    found = []
    source = 0
    while len(left):
        here = (left == source).any(axis=1)
        found += [(a if b == source else b, source) for a, b in left[here].tolist()]
        left = left[~here]
        source = int(np.argmax(np.bincount(left.ravel()))) if len(left) else 0
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _pairs(mask: Mask) -> Ints:
    """Return the places that are set, shape (k, 2), row by row: argwhere's own order in memory compiles anew."""
    return np.ascontiguousarray(np.argwhere(mask), dtype=np.int64).reshape(-1, 2)


def make_scratch(problem: PackProblem) -> Scratch:
    """Return the room that pricing works in."""
    shape = board_of(problem.ground.free).shape
    one, two, three, four, five, six, seven, eight = (np.zeros(shape, dtype=np.uint64) for _ in range(8))
    access = np.full((problem.count, 2), -1, dtype=np.int64)
    none = np.zeros(1, dtype=np.int64)
    return Scratch(one, two, three, four, five, six, seven, eight, access, np.zeros(2), none)
