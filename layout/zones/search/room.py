"""Room that putting zones back works in: boards, what is known of the walks, and the spots kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.problem import Floats, Ints, PackProblem
from layout.zones.search.arrays import Scratch, make_scratch
from layout.zones.search.bits import Board
from layout.zones.search.walks import Walker, make_walker

KEPT, MOST = 4, 6
"""Spots kept for a zone, and zones taken out at a time."""


class Room(NamedTuple):
    """Room for putting zones back.

    Boards: ``clear`` where a zone may lie, ``high``, ``wide`` and ``fits`` where a column, a row and the whole of a
    shape is clear, ``ways`` what others walk over. Of the state whose walks are known (``known`` (1,) is 1): ``access``
    (n, 2) where zones are entered, ``far`` and ``previous`` the walks from the entrances, as `Walker` has them.
    ``ends`` (n + 1, 3): row and column of others' accesses and what a cell of walk to them costs, last what a cell of
    walk from the entrance costs, and what it costs up to a cap; the ``spots`` (k, 5) kept and their ``scores``; a
    ``bill``; the zones ``chosen``; ``faults`` (n,) the hard price of each zone in the state whose walks are known;
    ``bills`` (n, 2) what zones cost by themselves while one is out.
    """

    clear: Board
    high: Board
    wide: Board
    fits: Board
    ways: Board
    known: Ints
    access: Ints
    far: NDArray[np.float32]
    previous: NDArray[np.int32]
    ends: Floats
    spots: Ints
    scores: Floats
    bill: Floats
    chosen: Ints
    faults: Floats
    bills: Floats


class Rooms(NamedTuple):
    """Room for one run to work in; ``before`` is about a state to which a zone is added, ``scratch`` about a trial."""

    scratch: Scratch
    before: Scratch
    walker: Walker
    room: Room


def make_rooms(problem: PackProblem) -> Rooms:
    """Return the room for one run."""
    scratch, before, walker = make_scratch(problem), make_scratch(problem), make_walker(problem)
    one, two, three, four, five = (np.zeros_like(scratch.open) for _ in range(5))
    room = Room(
        clear=one,
        high=two,
        wide=three,
        fits=four,
        ways=five,
        known=np.zeros(1, dtype=np.int64),
        access=np.zeros_like(scratch.access),
        far=np.zeros_like(walker.from_doors),
        previous=np.zeros_like(walker.previous),
        ends=np.zeros((problem.count + 1, 3)),
        spots=np.zeros((KEPT, 5), dtype=np.int64),
        scores=np.zeros(KEPT),
        bill=np.zeros(2),
        chosen=np.zeros(MOST, dtype=np.int64),
        faults=np.zeros(problem.count),
        bills=np.zeros((problem.count, 2)),
    )
    return Rooms(scratch, before, walker, room)
