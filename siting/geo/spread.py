"""Divide polygons among what lies in them: points, other polygons, stretches of street, or cells of a grid.

With the amount a_st of target t in polygon s, the target takes the share a_st / Σ_t a_st of what the polygon holds, so
that nothing is lost whatever lies outside (dasymetric mapping: Wright, 1936; Mennis, 2003)::

    points      a = the point's weight, or 1
    polygons    a = the target's weight × the part of it inside the polygon; without a weight the area of that part
    streets     a = the metres of street, half for each side; a stretch on a border is shared by both polygons
    grid        a = the area of the cell inside the polygon

Wright, J. K. (1936) Geographical Review 26(1), 103–110. Mennis, J. (2003) The Professional Geographer 55(1), 31–42.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from outlet.errors import InputError
from siting.geo.interpolation import Floats, Geometries, Rows, pairs_that_meet, point_overlay, shared_area

THIN = 1e-3
MOST_PIECES = 2_000_000
TANGENT_M = 0.5
_MILLIMETRES = 3


@dataclass(frozen=True)
class Pieces:
    """What of which polygon belongs where.

    Parameters
    ----------
    source
        Position of the polygon, shape (k,), rising.
    share
        Share of the polygon's demand, shape (k,), above 0; they sum to 1 for each polygon that holds anything.
    place
        Where it stands, shape (k, 2), metres; from south to north, then west to east, within a polygon.
    targets, unused, shared
        How many targets there were, how many of them lie in no polygon or weigh nothing, and how many lie in several.
    thin
        Parts of targets too small to count, beside a larger part elsewhere.
    """

    source: Rows
    share: Floats
    place: Floats
    targets: int
    unused: int = 0
    shared: int = 0
    thin: int = 0


def onto_points(sources: Geometries, points: Geometries, weight: Floats | None = None) -> Pieces:
    """Divide polygons, shape (s,), among points, shape (t,), in proportion to their weight, or evenly.

    Raises
    ------
    InputError
        When a source is no valid polygon, a point is missing, or a weight is negative or missing.
    """
    shared = point_overlay(sources, points, weight).shared.tocoo()
    source, target = shared.coords[0].astype(np.int64), shared.coords[1].astype(np.int64)
    place = np.asarray(shapely.get_coordinates(points), dtype=np.float64)[target]
    unused, several = _uses(target, len(points))
    return _pieces(source, shared.data, place, targets=len(points), unused=unused, shared=several)


def onto_polygons(sources: Geometries, targets: Geometries, weight: Floats | None = None) -> Pieces:
    """Divide polygons, shape (s,), among polygons, shape (t,), whose weight lies evenly in each.

    Targets may overlap: each counts. A part of less than 0.1 % of a target counts only where no larger part of it lies
    in another polygon, so that borders drawn twice make no splinters. What a target takes stands at a point inside the
    part that is shared.

    Raises
    ------
    InputError
        As `onto_points`.
    """
    amount = None if weight is None else _weights(weight, len(targets))
    source, target = pairs_that_meet(sources, targets)
    area = shared_area(sources[source], targets[target])
    whole = np.asarray(shapely.area(targets), dtype=np.float64)[target]
    part = np.divide(area, whole, out=np.zeros_like(area), where=whole > 0)
    largest = np.zeros(len(targets))
    np.maximum.at(largest, target, part)
    thin = (part < THIN) & (part < largest[target]) & (area > 0)
    takes = area if amount is None else part * amount[target]
    kept = (takes > 0) & ~thin
    source, target, takes = source[kept], target[kept], takes[kept]
    unused, several = _uses(target, len(targets))
    place = _inside(sources[source], targets[target])
    return _pieces(source, takes, place, targets=len(targets), unused=unused, shared=several, thin=int(thin.sum()))


def onto_streets(sources: Geometries, lines: Geometries, *, spacing_m: float, aside_m: float) -> Pieces:
    """Divide polygons among points along streets, at least ``spacing_m`` apart on each way, by metres of street.

    Half of a stretch counts for each side, judged ``aside_m`` from its middle. Lines of no length are left out.

    Raises
    ------
    InputError
        When a source is no valid polygon, or the spacing would make more than two million points.
    """
    length = np.asarray(shapely.length(lines), dtype=np.float64)
    streets, length = lines[length > 0], length[length > 0]
    count = np.maximum(1, np.floor(length / spacing_m)).astype(np.int64)
    _refuse_too_many(int(count.sum()), "points along streets", "spacing_m")
    way = np.repeat(np.arange(len(streets)), count)
    nth = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    metres = (length / count)[way]
    along = (nth + 0.5) * metres
    middle, before, after = (
        np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(streets[way], at)), dtype=np.float64)
        for at in (along, np.maximum(along - TANGENT_M, 0.0), np.minimum(along + TANGENT_M, length[way]))
    )
    ahead = after - before
    size = np.hypot(ahead[:, 0], ahead[:, 1])
    aside = aside_m * np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.where(size > 0, size, 1.0)[:, None]
    sides = np.asarray(shapely.points(np.vstack([middle + aside, middle - aside])), dtype=object)
    shared = point_overlay(sources, sides, np.tile(metres / 2, 2)).shared.tocoo()
    source, side = shared.coords[0].astype(np.int64), shared.coords[1].astype(np.int64)
    stretch = side % max(len(way), 1)
    unused, _ = _uses(stretch, len(way))
    both = np.unique(np.column_stack([source, stretch]), axis=0)
    _, several = _uses(both[:, 1], len(way))
    return _pieces(source, shared.data, middle[stretch], targets=len(way), unused=unused, shared=several)


def onto_grid(sources: Geometries, *, cell_m: float) -> Pieces:
    """Divide polygons among the cells of a square grid through the origin of the coordinate system, by area.

    Raises
    ------
    InputError
        When there would be more than two million cells.
    """
    bounds = shapely.bounds(sources)
    low = np.floor(bounds[:, :2] / cell_m).astype(np.int64)
    size = np.floor(bounds[:, 2:] / cell_m).astype(np.int64) - low + 1
    count = size.prod(axis=1)
    _refuse_too_many(float(size.prod(axis=1, dtype=np.float64).sum()), "cells", "cell_m")
    source = np.repeat(np.arange(len(sources)), count)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(nth, size[source, 0])
    corner = np.column_stack([low[source, 0] + column, low[source, 1] + row]) * cell_m
    cells = np.asarray(shapely.box(*corner.T, *(corner + cell_m).T), dtype=object)
    shapely.prepare(sources)
    area = shared_area(sources[source], cells)
    kept = area > THIN * np.minimum(cell_m**2, np.asarray(shapely.area(sources))[source])
    source, cells = source[kept], cells[kept]
    return _pieces(source, area[kept], _inside(sources[source], cells), targets=len(cells))


def _inside(one: Geometries, other: Geometries) -> Floats:
    """Return a point of each pair's shared part, shape (k, 2)."""
    both = other.copy()
    cut = np.flatnonzero(~shapely.covers(one, other))
    both[cut] = shapely.intersection(one[cut], other[cut])
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(both)), dtype=np.float64)


def _pieces(
    source: Rows, amount: Floats, place: Floats, *, targets: int, unused: int = 0, shared: int = 0, thin: int = 0
) -> Pieces:
    """Sort pieces, put those of one polygon at one place together, and turn amounts into shares."""
    where = np.round(place, _MILLIMETRES) + 0.0
    order = np.lexsort((amount, where[:, 0], where[:, 1], source))
    source, amount, where = source[order], amount[order], where[order]
    starts = np.ones(len(source), dtype=np.bool_)
    starts[1:] = (np.diff(source) != 0) | (np.diff(where, axis=0) != 0).any(axis=1)
    first = np.flatnonzero(starts)
    summed = np.add.reduceat(amount, first) if len(first) else amount
    source, where = source[first], where[first]
    total = np.bincount(source, weights=summed, minlength=1)
    return Pieces(source, summed / total[source], where, targets, unused, shared, thin)


def _uses(target: Rows, count: int) -> tuple[int, int]:
    """Return how many targets no polygon holds, and how many several hold."""
    times = np.bincount(target, minlength=count)
    return int((times == 0).sum()), int((times > 1).sum())


def _weights(weight: Floats, wanted: int) -> Floats:
    amount = np.asarray(weight, dtype=np.float64)
    if amount.shape != (wanted,) or not np.isfinite(amount).all() or (amount < 0).any():
        raise InputError(f"weight has shape {amount.shape}; expected ({wanted},), numbers from 0")
    return amount


def _refuse_too_many(count: float, what: str, setting: str) -> None:
    if count > MOST_PIECES:
        raise InputError(f"{count:,.0f} {what}; expected at most {MOST_PIECES:,}: raise {setting}")
