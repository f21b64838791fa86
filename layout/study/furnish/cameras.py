"""Choose the cameras of a furnished hall: `watch_hall`.

Cameras hang on walls about a metre apart (under the ceiling only before an entrance that no wall is near enough to) and
look in one of eight directions; those with the narrow lens that knows
faces look in one of sixteen. Entrances, counters, machines, shelves and stores must be seen. An entrance counts as seen
only by a camera that looks visitors in the face, from near enough that its picture has the pixels a face needs: at
distance d a metre of width takes p / (2 d tan(v / 2)) of its p pixels, v its angle of view. No camera is chosen that
would see a keypad (`layout.posts.privacy`), but for a spot that only such cameras see: then the keypad must be masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from layout.floor.plan import Door, FloorPlan
from layout.posts.cameras import CameraProblem, place_cameras
from layout.posts.plan import Camera
from layout.posts.privacy import Pad, read_from
from layout.posts.views import Views, centres, within_angle
from outlet.outcome import Limits

CAMERA_PITCH_M = 1.0
CAMERA_DIRECTIONS = 8
FACE_DIRECTIONS = 16
FACE_DEG = 120.0
FACE_FROM_M = 2.5
DOOR_STEP_M = 0.8
HUNG_M = (3.0, 4.0, 5.0, 6.0, 8.0)
OPENING_CLEAR_M = 0.2
WATCHED = ("counter", "machine", "shelf", "store")


@dataclass(frozen=True)
class CameraKind:
    """What cameras can do.

    Parameters
    ----------
    range_m, view_deg
        How far one recognises what it sees, metres, and how wide its view is, degrees.
    face_view_deg
        How wide the view of one with the narrow lens is.
    pixels, face_pixels_per_m
        Width of a picture, and how many pixels a metre takes where a face is known.
    keypad_m
        From how far one could read a keypad.
    """

    range_m: float = 12.0
    view_deg: float = 90.0
    face_view_deg: float = 40.0
    pixels: float = 1920.0
    face_pixels_per_m: float = 250.0
    keypad_m: float = 5.0

    def face_range_m(self, view_deg: float) -> float:
        """Return from how far a camera knows faces."""
        half = np.radians(min(view_deg, 170.0) / 2)
        return float(min(self.range_m, self.pixels / (2 * self.face_pixels_per_m * np.tan(half))))


@dataclass(frozen=True)
class Watch:
    """The chosen cameras, the proved least number, spots no camera on any wall could see, and what to tell."""

    cameras: tuple[Camera, ...] = ()
    bound: float | None = None
    blind: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()


def watch_hall(
    floor: FloorPlan,
    views: Views,
    targets: Mapping[str, NDArray[np.float64]],
    kind: CameraKind,
    limits: Limits,
    keypads: Sequence[tuple[Pad, float]] = (),
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
    keypads
        Screens and keypads no camera shall see, each with the depth of its shields.
    """
    spots = np.concatenate([targets[name] for name in ("entrance", *WATCHED)])
    candidates = camera_candidates(floor, views, kind)
    if not len(spots) or not len(candidates):
        return Watch()
    visible = _visible(floor, views, candidates, spots, kind)
    hung = _hung(floor, views, kind, np.flatnonzero(~visible[:, : len(floor.entrances)].any(axis=0)))
    ceiling = np.repeat([False, True], [len(candidates), len(hung)])
    visible = np.vstack([visible, _visible(floor, views, hung, spots, kind)])
    sighted = visible.any(axis=1)
    candidates, visible, ceiling = np.vstack([candidates, hung])[sighted], visible[sighted], ceiling[sighted]
    pads = _keypads_seen(candidates, views, keypads, kind)
    clean = ~pads.any(axis=1)
    only = ~visible[clean].any(axis=0)
    visible[~clean] &= only
    seen = visible.any(axis=0)
    blind = tuple((round(float(x), 2), round(float(y), 2)) for x, y in spots[~seen])
    notes = [f"{len(blind)} spots that a camera must see are seen from no wall"] if blind else []
    outcome = place_cameras(CameraProblem(candidates[:, :3], spots[seen], visible[:, seen]), limits)
    chosen = outcome.solution.chosen if outcome.solution is not None else np.empty(0, dtype=np.int64)
    cameras = []
    for n, k in enumerate(chosen, start=1):
        x, y, facing, view = (round(float(value), 3) for value in candidates[k])
        masks = tuple(pad.thing.id for (pad, _), there in zip(keypads, pads[k], strict=True) if there)
        cameras.append(Camera(f"camera-{n}", x, y, facing, kind.range_m, view, masks))
        if ceiling[k]:
            notes.append(f"camera-{n}: hangs from the ceiling; no wall is near enough to know faces at an entrance")
        if masks:
            notes.append(f"camera-{n}: the keypads of {', '.join(masks)} must be masked in its picture")
    return Watch(tuple(cameras), outcome.bound, blind, (*notes, *outcome.reasons))


def _visible(
    floor: FloorPlan, views: Views, candidates: NDArray[np.float64], spots: NDArray[np.float64], kind: CameraKind
) -> NDArray[np.bool_]:
    """Return which spots count as seen by each candidate, shape (k, m)."""
    visible = views.sees(candidates[:, :2], spots, kind.range_m) & _within(candidates, spots)
    return np.asarray(visible & _faces(floor, candidates, len(spots), kind))


def inside_door(door: Door) -> NDArray[np.float64]:
    """Return where somebody who has just come in is seen, shape (2,)."""
    angle = np.radians(door.facing_deg)
    return np.array([door.x + DOOR_STEP_M * np.cos(angle), door.y + DOOR_STEP_M * np.sin(angle)])


def _hung(floor: FloorPlan, views: Views, kind: CameraKind, entrances: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return places under the ceiling before some entrances, looking back at them, shape (k, 4)."""
    lens = min(kind.view_deg, kind.face_view_deg)
    found = []
    for door in (floor.entrances[int(at)] for at in entrances):
        angle = np.radians(door.facing_deg)
        along = np.array([np.cos(angle), np.sin(angle)])
        for ahead in HUNG_M:
            for beside in (0.0, 1.0, -1.0):
                x, y = np.array([door.x, door.y]) + ahead * along + beside * np.array([-along[1], along[0]])
                row, column = views.cells.at(float(x), float(y))
                turn = np.degrees(np.arctan2(*(inside_door(door) - (x, y))[::-1])) % 360
                if views.cells.free[row, column] and views.rooms[row, column] == 0:
                    found += [(x, y, turn, view) for view in {lens, kind.view_deg}]
    return np.array(sorted(found)).reshape(-1, 4)


def _within(candidates: NDArray[np.float64], spots: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which spots lie in the field of view of each candidate, shape (k, m)."""
    found = np.zeros((len(candidates), len(spots)), dtype=bool)
    for view in np.unique(candidates[:, 3]):
        at = candidates[:, 3] == view
        found[at] = within_angle(candidates[at, :2], candidates[at, 2], spots, float(view))
    return found


def _keypads_seen(
    candidates: NDArray[np.float64], views: Views, keypads: Sequence[tuple[Pad, float]], kind: CameraKind
) -> NDArray[np.bool_]:
    """Return which keypads each candidate would see, shape (k, p)."""
    seen = np.zeros((len(candidates), len(keypads)), dtype=bool)
    for at, (pad, shield) in enumerate(keypads):
        near = replace(pad, screen=pad.screen.model_copy(update={"read": kind.keypad_m}))
        seen[:, at] = read_from(near, shield, candidates[:, :2], views)
        seen[:, at] &= _within(candidates, pad.eye)[:, 0]
    return seen


def _faces(floor: FloorPlan, candidates: NDArray[np.float64], spots: int, kind: CameraKind) -> NDArray[np.bool_]:
    """Return whether a camera counts for a spot, shape (k, m): at an entrance it must know visitors' faces.

    One with the narrow lens is there for faces alone.
    """
    narrow = candidates[:, 3] < kind.view_deg
    ok = np.repeat(~narrow[:, None], spots, axis=1)
    reach = np.array([kind.face_range_m(view) for view in candidates[:, 3]])
    for at, door in enumerate(floor.entrances):
        middle = np.array([[door.x, door.y]])
        ahead = within_angle(middle, np.array([door.facing_deg]), candidates[:, :2], FACE_DEG)[0]
        far = np.hypot(*(candidates[:, :2] - middle).T)
        to_face = np.hypot(*(candidates[:, :2] - inside_door(door)).T)
        ok[:, at] = ahead & (far >= FACE_FROM_M) & (to_face <= reach)
    return ok


def camera_candidates(floor: FloorPlan, views: Views, kind: CameraKind) -> NDArray[np.float64]:
    """Return places on walls about a metre apart with directions, shape (k, 4): x, y, degrees, angle of view.

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
    lenses = {kind.view_deg: CAMERA_DIRECTIONS}
    if kind.face_view_deg < kind.view_deg:
        lenses[kind.face_view_deg] = FACE_DIRECTIONS
    looks = np.array([(360.0 / n * k, view) for view, n in lenses.items() for k in range(n)])
    return np.column_stack([np.repeat(points, len(looks), axis=0), np.tile(looks, (len(points), 1))])


def _at_openings(floor: FloorPlan, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie at a window or in a doorway, where no camera hangs, shape (k,)."""
    there = shapely.points(points)
    taken = np.zeros(len(points), dtype=bool)
    for window in floor.windows:
        taken |= shapely.distance(there, window) < OPENING_CLEAR_M
    for door in floor.doors:
        taken |= shapely.distance(there, shapely.Point(door.x, door.y)) < door.width_m / 2 + OPENING_CLEAR_M
    return taken
