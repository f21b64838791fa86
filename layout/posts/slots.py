"""Propose places for a kind of equipment in a zone seen from its front: `slots`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layout.posts.catalogue import EquipmentKind
from layout.posts.room import Frame

STEP_M = 0.1
EDGE_M = 0.05
SLACK_M = 1e-6
STAND_M = 0.2
PASS_M = 0.7
"""What a person needs to pass beside furniture; preset."""

Slot = tuple[float, float, bool]
"""Left and front end of a footprint in a frame, and whether it is turned to look along the frame's u axis."""


def slots(frame: Frame, kind: EquipmentKind, count: int) -> Iterator[Slot]:
    """Propose places, the best first: evenly spread, then every step along the same line."""
    a_row = max(1, int((frame.width + kind.gap + SLACK_M) // (kind.width + kind.gap)))
    if kind.place == "rows" or (kind.place == "middle" and count > a_row):
        yield from _rows(frame, kind, count)
        return
    if kind.place == "side":
        yield from ((EDGE_M, float(v), True) for v in np.arange(EDGE_M, frame.depth - kind.width, STEP_M))
        right = frame.width - kind.width - EDGE_M
        yield from ((right, float(v), False) for v in np.arange(EDGE_M, frame.depth, STEP_M))
        return
    if kind.place == "middle" and kind.staffed and _closes_off(frame, kind, min(count, a_row)):
        yield from _beside_an_aisle(frame, kind, count, a_row)
    lines = {"front": 0.0, "back": frame.depth - kind.depth, "middle": (frame.depth - kind.depth) / 2}
    v = lines[kind.place]
    fit = max(1, min(count, a_row))
    pitch = kind.width + kind.gap if kind.place == "back" else frame.width / fit
    start = (frame.width - pitch * fit) / 2 + (pitch - kind.width) / 2
    yield from ((start + k * pitch, v, False) for k in range(fit))
    steps = np.arange(0.0, frame.width - kind.width + SLACK_M, STEP_M)
    yield from ((float(u), v, False) for u in steps)
    if kind.place == "middle":
        yield from ((float(u), float(w), False) for w in np.arange(0.0, frame.depth, STEP_M) for u in steps)
    if kind.place == "back":
        yield from ((EDGE_M, float(w), True) for w in np.arange(0.0, frame.depth - kind.width, STEP_M))


def _closes_off(frame: Frame, kind: EquipmentKind, fit: int) -> bool:
    """Whether desks evenly spread in a row leave nobody a way past them to who sits there."""
    return (frame.width - fit * kind.width) / max(fit, 2) < PASS_M


def _beside_an_aisle(frame: Frame, kind: EquipmentKind, count: int, a_row: int) -> Iterator[Slot]:
    """Propose desks in the middle close to one side, `PASS_M` left at the other; in more rows where one has no room."""
    fit = min(count, a_row)
    row = fit * kind.width + (fit - 1) * kind.gap + EDGE_M
    if frame.width - row < PASS_M:
        rows = list(_in_rows(frame, kind.model_copy(update={"aisle": PASS_M}), count))
        if len(rows) >= count:
            yield from rows
        return
    v = (frame.depth - kind.depth) / 2
    for first in (EDGE_M, frame.width - row):
        yield from ((first + k * (kind.width + kind.gap), v, False) for k in range(fit))


def _rows(frame: Frame, kind: EquipmentKind, count: int) -> Iterator[Slot]:
    """Propose rows, then every step of the floor they take."""
    places = list(_in_rows(frame, kind, count))
    yield from places
    if places:
        first = places[0][1]
        usable = max(frame.depth - kind.depth - _back(kind), 0.0)
        for v in np.arange(first, usable + SLACK_M, STEP_M):
            for u in np.arange(EDGE_M, frame.width - kind.aisle - kind.width, STEP_M):
                yield float(u), float(v), False


def _back(kind: EquipmentKind) -> float:
    """Return how deep the place of who sits behind a thing is, metres."""
    return kind.behind + STAND_M if kind.staffed else 0.0


def _in_rows(frame: Frame, kind: EquipmentKind, count: int) -> Iterator[Slot]:
    """Propose rows from the front, each centred; a first row leaves its clearance to the front where it can."""
    width = frame.width - 2 * EDGE_M - kind.aisle
    a_row = int((width + kind.gap + SLACK_M) // (kind.width + kind.gap))
    usable = frame.depth - kind.depth - _back(kind)
    if a_row < 1 or usable < -SLACK_M:
        return
    usable = max(usable, 0.0)
    first = min(kind.clearance, usable)
    rows = 1 + int((usable - first + SLACK_M) // kind.pitch)
    if kind.count != "fill":
        rows = min(rows, max(1, -(-count // a_row)))
        a_row = min(a_row, -(-count // rows))
    first += (usable - first - (rows - 1) * kind.pitch) / 2
    left = count
    for row in range(rows):
        here = min(a_row, left) if kind.count != "fill" else a_row
        left -= here
        start = EDGE_M if kind.aisle else (frame.width - here * kind.width - (here - 1) * kind.gap) / 2
        for k in range(here):
            yield start + k * (kind.width + kind.gap), first + row * kind.pitch, False
