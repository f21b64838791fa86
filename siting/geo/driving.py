"""Minutes by car from many places to many others, up to a limit, one-way streets obeyed.

Everyone walks straight to the nearest street where cars drive, gets in there, drives over the network (Dijkstra, 1959,
with a cut-off), gets out at the street nearest to the other place and walks the rest. The way there and the way back
differ; rows are where people come from, columns where they go.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from outlet.errors import InputError
from siting.geo.lines import Floats, Ints
from siting.geo.roads import RoadNetwork
from siting.geo.search import reach
from siting.geo.travel import Snapped, on_one_edge, smallest, snap


def driving_minutes(
    roads: RoadNetwork,
    origins_xy: Floats,
    targets_xy: Floats,
    *,
    cutoff_min: float,
    snap_limit_m: float,
    walk_m_per_min: float,
) -> csr_array:
    """Return minutes by car from every origin to every target.

    Parameters
    ----------
    roads
        The network for cars.
    origins_xy, targets_xy
        Coordinates, shapes (n, 2) and (m, 2), metres.
    cutoff_min
        Longest way of interest, minutes, the walks to and from the car included.
    snap_limit_m
        Farthest a place may lie from a street where cars drive; places farther off reach nothing.
    walk_m_per_min
        Speed of the walks to and from the car, metres per minute, above 0.

    Returns
    -------
    csr_array
        Shape (n, m), minutes; an entry for every pair within the cut-off and no other, zeros explicit, indices sorted.

    Raises
    ------
    InputError
        When the walking speed is not above 0.
    """
    if not walk_m_per_min > 0:
        raise InputError(f"walking speed is {walk_m_per_min} metres per minute; expected a number above 0")
    origins = snap(roads, origins_xy, limit_m=snap_limit_m)
    targets = snap(roads, targets_xy, limit_m=snap_limit_m)
    graph = _with_places(roads, origins, targets, walk_m_per_min)
    junctions, n, m = len(roads.xy), len(origins_xy), len(targets_xy)
    if m <= n:
        backwards = csr_array(graph.T)
        reached = np.flatnonzero(targets.edge >= 0)
        start, origin, minutes = reach(backwards, junctions + n + reached, cutoff_min, slice(junctions, junctions + n))
        target = reached[start]
    else:
        leaving = np.flatnonzero(origins.edge >= 0)
        start, target, minutes = reach(graph, junctions + leaving, cutoff_min, slice(junctions + n, junctions + n + m))
        origin = leaving[start]
    near = _same_edge(roads, origins, targets, cutoff_min, walk_m_per_min)
    return smallest(
        np.concatenate([origin, near[0]]),
        np.concatenate([target, near[1]]),
        np.concatenate([minutes, near[2]]),
        (n, m),
    )


def _with_places(roads: RoadNetwork, origins: Snapped, targets: Snapped, walk_m_per_min: float) -> csr_array:
    """Join origins and targets to the ends of their edges, as far as cars may drive there; shape (k + n + m,) squared.

    Edge side 0 is the edge's first junction: from an origin a car gets there against the edge, to a target along it.
    """
    count = len(roads.xy)
    coo = roads.graph.tocoo()
    tails, heads, minutes = [coo.row.astype(np.int64)], [coo.col.astype(np.int64)], [coo.data]
    for places, first, leaving in ((origins, count, True), (targets, count + len(origins.edge), False)):
        for side in (0, 1):
            at = np.flatnonzero(places.edge >= 0)
            way = 1 - side if leaving else side
            at = at[np.isfinite(roads.min_per_m[places.edge[at], way])]
            edge = places.edge[at]
            along = places.along_m[at] if side == 0 else roads.length_m[edge] - places.along_m[at]
            junction, node = roads.edges[edge, side], first + at
            tails.append(node if leaving else junction)
            heads.append(junction if leaving else node)
            minutes.append(places.off_m[at] / walk_m_per_min + np.maximum(along, 0) * roads.min_per_m[edge, way])
    size = count + len(origins.edge) + len(targets.edge)
    return smallest(np.concatenate(tails), np.concatenate(heads), np.concatenate(minutes), (size, size))


def _same_edge(
    roads: RoadNetwork, origins: Snapped, targets: Snapped, cutoff_min: float, walk_m_per_min: float
) -> tuple[Ints, Ints, Floats]:
    """Return the direct ways between places on one edge that lie in a direction one may drive."""
    origin, target = on_one_edge(origins, targets)
    along = targets.along_m[target] - origins.along_m[origin]
    speed = roads.min_per_m[origins.edge[origin], (along < 0).astype(np.int64)]
    drives = np.isfinite(speed) | (along == 0)
    walked = (origins.off_m[origin] + targets.off_m[target]) / walk_m_per_min
    minutes = walked + np.where(along == 0, 0.0, np.abs(along) * np.where(drives, speed, 0.0))
    within = drives & (minutes <= cutoff_min)
    return origin[within], target[within], minutes[within]
