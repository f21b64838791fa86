"""Keep screens and keypads to their users: `shield_screens`, and tell from where they can be read: `read_from`.

A keypad lies ``inset`` behind the front of its counter or machine and looks out of it. Somebody at distance d and angle
θ off its axis reads it when

- d is at most ``read`` and θ at most ``angle``,
- shields g deep, ``half`` beside its middle, leave the view open: tan θ ≤ half / g,
- the body of its user (a disc of `BODY_M` at `USER_M` from the front) does not hide it, and
- nothing that blocks sight lies between (`layout.posts.views`).

Before the stand-off line of a zone's things only those stand who are served at them: the user, and those next door.
For each screen the shallowest shields are taken with which
nobody else on the public floor reads it; where even the deepest leave some who do, those with the fewest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.posts.catalogue import PostCatalogue, Screen
from layout.posts.equipment import SHIELD_M
from layout.posts.plan import Equipment, Readable, StandOff
from layout.posts.room import Frame, ZoneArea, frame_of, zone_mask
from layout.posts.views import Views, centres

SHIELD = "privacy_shield"
BODY_M = 0.5
USER_M = 0.35
BETWEEN_M = 0.6
EDGE_M = 0.05
AHEAD_M = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pad:
    """A screen or keypad in its place: the frame of its thing, seen from the front, and what can be read of it."""

    thing: Equipment
    frame: Frame
    screen: Screen

    @property
    def eye(self) -> Floats:
        """A point just before the front, from which the line of sight starts, shape (1, 2)."""
        return np.array([self.frame.to_hall(self.frame.width / 2, -AHEAD_M)])

    def seen_at(self, points: Floats) -> tuple[Floats, Floats]:
        """Return how far points lie before the keypad and beside its axis, metres, each of shape (k,)."""
        front = np.array(self.frame.to_hall(self.frame.width / 2, 0.0))
        out = math.radians(self.frame.front_deg)
        away = points - front
        ahead = away @ np.array([math.cos(out), math.sin(out)]) + self.screen.inset
        return ahead, np.abs(away @ np.array([-math.sin(out), math.cos(out)]))


def pads_of(things: Sequence[Equipment], zones: Sequence[ZoneArea], catalogue: PostCatalogue) -> tuple[Pad, ...]:
    """Return the screens and keypads among the things of a hall."""
    kinds = {zone.id: zone.kind for zone in zones}
    found = []
    for thing in things:
        entry = catalogue.in_zone(thing.kind, kinds[thing.zone])
        if entry is not None and entry.screen is not None:
            frame = frame_of((thing.x, thing.y, thing.w, thing.h), thing.facing_deg)
            found.append(Pad(thing, frame, entry.screen))
    return tuple(found)


def read_from(pad: Pad, shield_m: float, points: Floats, views: Views) -> NDArray[np.bool_]:
    """Return from which points a keypad can be read, shape (k,); points are of shape (k, 2), metres."""
    ahead, beside = pad.seen_at(points)
    screen = pad.screen
    far = np.hypot(ahead, beside)
    off = np.degrees(np.arctan2(beside, ahead))
    reads = (ahead > 0) & (far <= screen.read) & (off <= screen.angle)
    if shield_m > 0:
        reads &= beside * shield_m <= screen.half * ahead
    user = screen.inset + USER_M
    hidden = math.degrees(math.asin(min(1.0, BODY_M / 2 / user)))
    reads &= (far <= user) | (off > hidden)
    at = np.flatnonzero(reads)
    if len(at):
        reads[at] = views.sees(points[at], pad.eye)[:, 0]
    return reads


def others_at(pad: Pad, pads: Sequence[Pad], points: Floats) -> NDArray[np.bool_]:
    """Return which points somebody other than the user may stand at, shape (k,).

    Between the things of a zone and their stand-off line only those stand who are served: at their own thing.
    """
    others = np.ones(len(points), dtype=bool)
    at_next = np.zeros(len(points), dtype=bool)
    for other in pads:
        if other.thing.zone != pad.thing.zone or other.thing.facing_deg != pad.thing.facing_deg:
            continue
        ahead, beside = other.seen_at(points)
        before = ahead - other.screen.inset
        half = other.frame.width / 2 + BETWEEN_M
        others &= ~((before > -EDGE_M) & (before <= other.screen.stand_off + 1e-9) & (beside <= half))
        if other is not pad:
            at_next |= np.hypot(before - USER_M, beside) <= BODY_M / 2
    return others | at_next


def public_points(views: Views, zones: Sequence[ZoneArea], things: Sequence[Equipment]) -> Floats:
    """Return the middles of the cells on which visitors may stand, shape (k, 2): not in staff's zones or on things."""
    mask = views.cells.free.copy()
    for zone in zones:
        if not zone.public:
            mask &= ~zone_mask(views.cells, zone)
    points = centres(views.cells, np.argwhere(mask))
    on = np.zeros(len(points), dtype=bool)
    for thing in things:
        if not thing.mounted:
            on |= (np.abs(points - (thing.x + thing.w / 2, thing.y + thing.h / 2)) < (thing.w / 2, thing.h / 2)).all(1)
    return points[~on]


def shield_screens(
    pads: Sequence[Pad], views: Views, public: Floats
) -> tuple[tuple[Equipment, ...], dict[str, float], tuple[Readable, ...]]:
    """Choose the shields of every screen.

    Parameters
    ----------
    pads
        The screens.
    views, public
        Lines of sight, and where visitors may stand, shape (k, 2).

    Returns
    -------
    The shields; how deep they are by thing; and the screens that others can still read.
    """
    made: list[Equipment] = []
    depth: dict[str, float] = {}
    readable = []
    for pad in pads:
        others = public[others_at(pad, pads, public)]
        tried = [
            (int(read_from(pad, shield, others, views).sum()), shield) for shield in sorted(set(pad.screen.shields))
        ]
        count, shield = min(tried, default=(0, 0.0))
        depth[pad.thing.id] = shield
        made += _shields(pad, shield, len(made))
        if count:
            readable.append(Readable(pad.thing.id, round(count * views.cells.cell_m**2, 3)))
    return tuple(made), depth, tuple(readable)


def _shields(pad: Pad, shield_m: float, number: int) -> Iterator[Equipment]:
    """Make the two shields beside a keypad: from its depth forward."""
    if shield_m <= 0:
        return
    middle, half = pad.frame.width / 2, pad.screen.half
    for k, u in enumerate((middle - half - SHIELD_M / 2, middle + half - SHIELD_M / 2), start=1):
        box = pad.frame.box(u, pad.screen.inset - shield_m, SHIELD_M, shield_m)
        name = f"privacy-shield-{number + k}"
        yield Equipment(name, SHIELD, pad.thing.zone, *box, pad.thing.facing_deg, 0.0, mounted=True)


def stand_off_lines(pads: Sequence[Pad], zones: Sequence[ZoneArea]) -> tuple[StandOff, ...]:
    """Return one line a zone and side, before all its screens of that side, as far off as the largest stand-off."""
    lines = []
    for zone in zones:
        own = [pad for pad in pads if pad.thing.zone == zone.id]
        for facing in sorted({pad.thing.facing_deg for pad in own}):
            frame = frame_of(zone.largest, facing)
            ends = []
            for pad in (pad for pad in own if pad.thing.facing_deg == facing):
                u0, v = _in_frame(frame, pad.frame.to_hall(0.0, 0.0))
                u1, _ = _in_frame(frame, pad.frame.to_hall(pad.frame.width, 0.0))
                ends.append((u0, u1, v - pad.screen.stand_off))
            v = min(end[2] for end in ends)
            start, end = (
                frame.to_hall(u, v) for u in (min(e[0] for e in ends) - BETWEEN_M, max(e[1] for e in ends) + BETWEEN_M)
            )
            lines.append(StandOff(zone.id, _rounded(start), _rounded(end)))
    return tuple(lines)


def _in_frame(frame: Frame, point: tuple[float, float]) -> tuple[float, float]:
    """Return the u and v of a point of the hall."""
    (x0, y0), (x1, y1), (x2, y2) = frame.to_hall(0, 0), frame.to_hall(1, 0), frame.to_hall(0, 1)
    dx, dy = point[0] - x0, point[1] - y0
    return dx * (x1 - x0) + dy * (y1 - y0), dx * (x2 - x0) + dy * (y2 - y0)


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 3), round(point[1], 3)
