"""Say which zones a walk passes in sight: `passed`.

A zone is passed where the walk comes within ``reach_m`` of a place on its edge and nothing that blocks sight stands
between the two. Open zones are furniture below the eyes and block nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import HAIR_M

STEP_M = 0.4
EDGE_M = 0.5


def passed(
    paths: Sequence[NDArray[np.float64]], zones: Sequence[BaseGeometry], clear: BaseGeometry, reach_m: float
) -> NDArray[np.bool_]:
    """Return which walks pass which zones.

    Parameters
    ----------
    paths
        Walks, shape (k, 2) each, metres; one without points passes nothing.
    zones
        Their areas.
    clear
        Where sight is free: the floor without walls, columns and enclosed zones.
    reach_m
        How near the walk must come.

    Returns
    -------
    Shape (walks, zones).
    """
    room = shapely.buffer(clear, 0.02)
    shapely.prepare(room)
    found = np.zeros((len(paths), len(zones)), dtype=bool)
    spots = [_along(path) for path in paths]
    for z, zone in enumerate(zones):
        edge = shapely.get_coordinates(shapely.segmentize(shapely.boundary(zone), EDGE_M))
        edge = edge[shapely.intersects(room, shapely.points(edge))]
        for p, at in enumerate(spots):
            near = at[shapely.dwithin(shapely.points(at), zone, reach_m)]
            if not len(near) or not len(edge):
                continue
            away = np.hypot(*(near[:, None] - edge[None]).transpose(2, 0, 1))
            i, j = np.nonzero(away <= reach_m)
            order = np.argsort(away[i, j], kind="stable")
            found[p, z] = _any_clear(near[i[order]], edge[j[order]], room)
    return found


def _any_clear(start: NDArray[np.float64], end: NDArray[np.float64], room: BaseGeometry) -> bool:
    for first in range(0, len(start), 64):
        part = slice(first, first + 64)
        if shapely.covers(room, shapely.linestrings(np.stack([start[part], end[part]], axis=1))).any():
            return True
    return False


def _along(path: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(path) < 2:
        return path.reshape(-1, 2)
    line = shapely.LineString(path)
    return shapely.get_coordinates(shapely.segmentize(line, STEP_M) if line.length > HAIR_M else line)
