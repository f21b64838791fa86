"""Choose the cameras of a furnished hall: `watch_hall`.

Cameras hang on walls about a metre apart and look in one of eight directions. Entrances, counters, machines, shelves
and stores must be seen; an entrance only by a camera that looks visitors in the face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layout.floor.plan import FloorPlan
from layout.posts.cameras import CameraProblem, place_cameras
from layout.posts.plan import Camera
from layout.posts.views import Views, centres, within_angle
from outlet.outcome import Limits

CAMERA_PITCH_M = 1.0
CAMERA_DIRECTIONS = 8
FACE_DEG = 120.0
FACE_FROM_M = 2.5
OPENING_CLEAR_M = 0.2
WATCHED = ("counter", "machine", "shelf", "store")


@dataclass(frozen=True)
class CameraKind:
    """How far a camera recognises what it sees, metres, and how wide its view is, degrees."""

    range_m: float = 12.0
    view_deg: float = 90.0


@dataclass(frozen=True)
class Watch:
    """The chosen cameras, the proved least number, spots no camera on any wall could see, and what to tell."""

    cameras: tuple[Camera, ...] = ()
    bound: float | None = None
    blind: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()


def watch_hall(
    floor: FloorPlan, views: Views, targets: Mapping[str, NDArray[np.float64]], kind: CameraKind, limits: Limits
) -> Watch:
    """Return the fewest cameras that see all that must be seen.

    Parameters
    ----------
    floor, views
        The hall and its lines of sight.
    targets
        Kind of target → spots (m, 2), metres; ``entrance`` has one spot an entrance, in their order.
    kind
        What the cameras can do.
    limits
        Of the set cover.
    """
    spots = np.concatenate([targets[name] for name in ("entrance", *WATCHED)])
    candidates = camera_candidates(floor, views)
    if not len(spots) or not len(candidates):
        return Watch()
    visible = views.sees(candidates[:, :2], spots, kind.range_m)
    visible &= within_angle(candidates[:, :2], candidates[:, 2], spots, kind.view_deg)
    visible &= _faces(floor, candidates, len(spots))
    seen = visible.any(axis=0)
    blind = tuple((round(float(x), 2), round(float(y), 2)) for x, y in spots[~seen])
    notes = (f"{len(blind)} spots that a camera must see are seen from no wall",) if blind else ()
    outcome = place_cameras(CameraProblem(candidates, spots[seen], visible[:, seen]), limits)
    chosen = outcome.solution.chosen if outcome.solution is not None else np.empty(0, dtype=np.int64)
    cameras = tuple(
        Camera(f"camera-{n}", round(float(x), 3), round(float(y), 3), float(facing), kind.range_m, kind.view_deg)
        for n, (x, y, facing) in enumerate(candidates[chosen], start=1)
    )
    return Watch(cameras, outcome.bound, blind, (*notes, *outcome.reasons))


def _faces(floor: FloorPlan, candidates: NDArray[np.float64], spots: int) -> NDArray[np.bool_]:
    """Return whether a camera counts for a spot, shape (k, m): at an entrance it must look visitors in the face."""
    ok = np.ones((len(candidates), spots), dtype=bool)
    for at, door in enumerate(floor.entrances):
        middle = np.array([[door.x, door.y]])
        ahead = within_angle(middle, np.array([door.facing_deg]), candidates[:, :2], FACE_DEG)[0]
        ok[:, at] = ahead & (np.hypot(*(candidates[:, :2] - middle).T) >= FACE_FROM_M)
    return ok


def camera_candidates(floor: FloorPlan, views: Views) -> NDArray[np.float64]:
    """Return places on walls about a metre apart, each with eight directions, shape (k, 3): x, y, degrees.

    Cameras hang on the outer walls, partition walls and the walls round enclosed zones, not at windows or in doorways.
    """
    cells = views.cells
    walls = np.pad(~cells.inside, 1, constant_values=True)
    rooms = np.pad(views.rooms, 1, constant_values=-1)
    beside = np.zeros(cells.free.shape, dtype=bool)
    rows, columns = cells.free.shape
    for up, right in ((0, 1), (2, 1), (1, 0), (1, 2)):
        outside = walls[up : up + rows, right : right + columns]
        beside |= outside | (rooms[up : up + rows, right : right + columns] != views.rooms)
    at = np.argwhere(cells.free & beside)
    stride = max(1, round(CAMERA_PITCH_M / cells.cell_m))
    at = at[(at[:, 0] + at[:, 1]) % stride == 0]
    points = centres(cells, at)
    points = points[~_at_openings(floor, points)]
    turns = np.arange(CAMERA_DIRECTIONS) * (360.0 / CAMERA_DIRECTIONS)
    return np.column_stack([np.repeat(points, len(turns), axis=0), np.tile(turns, len(points))])


def _at_openings(floor: FloorPlan, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie at a window or in a doorway, where no camera hangs, shape (k,)."""
    there = shapely.points(points)
    taken = np.zeros(len(points), dtype=bool)
    for window in floor.windows:
        taken |= shapely.distance(there, window) < OPENING_CLEAR_M
    for door in floor.doors:
        taken |= shapely.distance(there, shapely.Point(door.x, door.y)) < door.width_m / 2 + OPENING_CLEAR_M
    return taken
