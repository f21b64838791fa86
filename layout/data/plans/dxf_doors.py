"""Put the pieces of drawn doors together, one shape a door: `doors_of`.

Leaf, swing, threshold and jambs touch each other, so pieces of one kind that touch are one door, whether they came out
of a block or lie loose. Where there is a swing, the opening runs from its hinge to the end of the arc that lies in the
wall; two swings that meet are a double door. Which end lies in the wall is known only once the outline is, so a door
carries both as its ``openings``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from layout.data.plans.shapes import Shape
from layout.settings.hall import PlanKind

TOUCH_M = 0.05
MEET_M = 0.15
NARROWEST_M = 0.4
CHUNK = 256


@dataclass(frozen=True)
class Leaf:
    """A piece of a door in metres: its geometry, and for a swing the two lines that the closed leaf may be."""

    kind: PlanKind
    geometry: BaseGeometry
    row: str
    closed: tuple[LineString, LineString] | None = None


def doors_of(leaves: Sequence[Leaf], entrance: bool | None) -> tuple[list[Shape], int]:
    """Return the doors that pieces make up, and how many heaps of pieces are too narrow to be one.

    ``entrance`` is what a piece on a layer of doors is: an entrance, none, or (None) one where it lies on the outline.
    """
    shapes: list[Shape] = []
    narrow = 0
    for heap in _heaps(leaves):
        swings = [leaf for leaf in heap if leaf.closed is not None]
        first = heap[0]
        is_entrance = entrance if first.kind == "door" else first.kind == "entrance"
        if swings:
            shapes += [_swung(first, openings, is_entrance) for openings in _openings(swings)]
            continue
        geometry = first.geometry if len(heap) == 1 else shapely.geometrycollections([leaf.geometry for leaf in heap])
        if isinstance(geometry, shapely.Point) or _extent(geometry) < NARROWEST_M:
            narrow += 1
            continue
        shapes.append(Shape(first.kind, geometry, entrance=is_entrance, row=first.row))
    return shapes, narrow


def _heaps(leaves: Sequence[Leaf]) -> list[list[Leaf]]:
    """Return the pieces in heaps of what touches, in the order of the drawing."""
    count = len(leaves)
    if not count:
        return []
    geometries = [leaf.geometry for leaf in leaves]
    kinds = np.array([leaf.kind for leaf in leaves])
    tree = shapely.STRtree(geometries)
    heap_of = np.arange(count)
    for start in range(0, count, CHUNK):
        ones, others = tree.query(geometries[start : start + CHUNK], predicate="dwithin", distance=TOUCH_M)
        ones = ones + start
        alike = kinds[ones] == kinds[others]
        rows = np.concatenate([ones[alike], np.arange(count)])
        columns = np.concatenate([others[alike], heap_of])
        links = coo_matrix((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(count, count))
        _, label = connected_components(links, directed=False)
        heap_of = np.unique(label, return_index=True)[1][label]
    heaps: dict[int, list[Leaf]] = {}
    for leaf, heap in zip(leaves, heap_of.tolist(), strict=True):
        heaps.setdefault(heap, []).append(leaf)
    return list(heaps.values())


def _swung(first: Leaf, openings: tuple[LineString, ...], entrance: bool | None) -> Shape:
    return Shape(first.kind, shapely.MultiLineString(openings), entrance=entrance, row=first.row, openings=openings)


def _openings(swings: Sequence[Leaf]) -> list[tuple[LineString, ...]]:
    """Return the lines that each opening may be; two leaves whose closed ends meet are one opening."""
    left = [leaf.closed for leaf in swings if leaf.closed is not None]
    found: list[tuple[LineString, ...]] = []
    while left:
        one = left.pop(0)
        pair = next(((at, both) for at, other in enumerate(left) if (both := _double(one, other)) is not None), None)
        if pair is None:
            found.append(one)
        else:
            left.pop(pair[0])
            found.append((pair[1],))
    return found


def _double(one: tuple[LineString, LineString], other: tuple[LineString, LineString]) -> LineString | None:
    for a in one:
        for b in other:
            tips, hinges = (a.coords[1], b.coords[1]), (a.coords[0], b.coords[0])
            apart = math.dist(*hinges)
            if math.dist(*tips) <= MEET_M and apart > 0.9 * (a.length + b.length) - MEET_M:
                return LineString(hinges)
    return None


def _extent(geometry: BaseGeometry) -> float:
    left, bottom, right, top = geometry.bounds
    return math.hypot(right - left, top - bottom)
