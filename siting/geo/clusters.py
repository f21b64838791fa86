"""Find clusters of demand, and the weighted middle of each.

``kmeans`` shares the whole city out among a number of clusters of points so that the weighted squared distance to their
middles is small (Lloyd, 1982): it follows demand evenly through one dense city, and suits most. Its first middles are
those of equal shares of demand along a Z-order curve, not drawn by lot. ``dbscan`` (Ester et al., 1996, with weights)
joins what lies dense: one cluster a village or a housing estate, whatever its shape; a dense city is a single one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 20
MANY = 20_000
PIECES = 4
BITS = 16


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Clusters of demand, by decreasing demand.

    Parameters
    ----------
    middle
        Weighted middle of each, shape (c, 2), metres.
    demand
        Weight of its points, shape (c,).
    left_out
        Weight of the points of no cluster.
    """

    middle: Points
    demand: Floats
    left_out: float


def kmeans_clusters(points: Points, weight: Floats, count: int) -> Clusters:
    """Share points, shape (n, 2), with weights above 0, shape (n,), out among ``count`` clusters at most.

    More than `MANY` points, or `PIECES` for each cluster, are first joined in the weighted middles of squares no larger
    than that asks for.

    Parameters
    ----------
    points, weight
        Demand; the order does not matter.
    count
        Number of clusters; fewer where there are fewer distinct points.
    """
    from sklearn.cluster import KMeans

    points, weight = _distinct(points, weight)
    side = 1.0
    while len(points) > max(MANY, PIECES * count):
        points, weight = _distinct(points, weight, side)
        side *= 2
    if len(points) <= count:
        return _clusters(points, weight, np.arange(len(points)))
    origin = points.mean(axis=0)
    start = _first_middles(points, weight, count) - origin
    model = KMeans(count, init=start, n_init=1, max_iter=ROUNDS, algorithm="lloyd")
    model.fit(points - origin, sample_weight=weight)
    return _clusters(points, weight, model.labels_.astype(np.int64))


def dbscan_clusters(points: Points, weight: Floats, *, reach_m: float, least_demand: float) -> Clusters:
    """Join points that lie dense: with at least ``least_demand`` within ``reach_m`` of them.

    More than `MANY` points are first joined within squares of an eighth of the reach, since all neighbours are kept in
    memory.
    """
    from sklearn.cluster import DBSCAN

    side = 0.001 if len(points) <= MANY else reach_m / 8
    points, weight = _distinct(points, weight, side)
    model = DBSCAN(eps=reach_m, min_samples=1).fit(points, sample_weight=weight / least_demand)
    return _clusters(points, weight, model.labels_.astype(np.int64))


def _distinct(points: Points, weight: Floats, side_m: float = 0.001) -> tuple[Points, Floats]:
    """Return points from south to north, those of one square joined in their weighted middle."""
    order = np.lexsort((weight, points[:, 0], points[:, 1]))
    points, weight = points[order], weight[order]
    place = np.floor(points / side_m).astype(np.int64)
    place -= place.min(axis=0)
    _, at = np.unique(place[:, 1] * (int(place[:, 0].max()) + 1) + place[:, 0], return_inverse=True)
    total = np.asarray(np.bincount(at, weights=weight), dtype=np.float64)
    sums = [np.bincount(at, weights=weight * points[:, axis]) for axis in (0, 1)]
    return np.column_stack(sums) / total[:, None], total


def _clusters(points: Points, weight: Floats, label: Ints) -> Clusters:
    inside = label >= 0
    found, at = np.unique(label[inside], return_inverse=True)
    demand = np.asarray(np.bincount(at, weights=weight[inside], minlength=len(found)), dtype=np.float64)
    sums = [np.bincount(at, weights=(weight * points[:, axis])[inside], minlength=len(found)) for axis in (0, 1)]
    middle = np.column_stack(sums) / demand[:, None]
    order = np.lexsort((middle[:, 0], middle[:, 1], -demand))
    return Clusters(middle=middle[order], demand=demand[order], left_out=float(weight[~inside].sum()))


def _first_middles(points: Points, weight: Floats, count: int) -> Points:
    """Return the middles of ``count`` runs of about equal demand along a Z-order curve."""
    span = np.maximum(np.ptp(points, axis=0).max(), 1.0)
    cell = ((points - points.min(axis=0)) / span * ((1 << BITS) - 1)).astype(np.uint64)
    curve = np.zeros(len(points), dtype=np.uint64)
    for bit in range(BITS):
        for axis in (0, 1):
            curve |= ((cell[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    order = np.argsort(curve, kind="stable")
    total = np.cumsum(weight[order])
    # Where each run begins; where one point holds several shares, the next begin behind it, and none is left empty.
    nth = np.arange(count)
    begin = np.searchsorted(total, nth / count * total[-1], side="right")
    begin = np.minimum(np.maximum.accumulate(begin - nth) + nth, len(points) - count + nth)
    run = np.searchsorted(begin, np.arange(len(points)), side="right") - 1
    sums = [np.bincount(run, weights=(weight * points[:, axis])[order]) for axis in (0, 1)]
    return np.column_stack(sums) / np.bincount(run, weights=weight[order])[:, None]
