"""Draw what an architect writes round a plan: dimension lines, entrance marks, scale bar and north arrow, in SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from layout.drawings.building import lines
from layout.drawings.markup import Point, Value, element, line, path_of, rectangle, write
from layout.drawings.palette import INK, PAPER, THIN
from layout.drawings.sheet import (
    ARROW_GAP_MM,
    ARROW_MM,
    CHAIN_GAP_MM,
    CHAINS,
    ON_SIDE_M,
    SIDES,
    Box,
    Sheet,
    Side,
    door_arrow,
    door_depth,
    doors_on,
    first_chain,
    wall_m,
)
from layout.drawings.text import text_width
from layout.drawings.words import Say, fixed
from layout.floor.plan import Door, FloorPlan

DIMENSION_MM = 2.2
ASLANT = 0.2
NEAR_M = 0.02


@dataclass(frozen=True)
class Mark:
    """Something drawn outside the hall and the place it takes, so that labels keep clear of it."""

    svg: Markup
    box: Box


def dimension_marks(sheet: Sheet, floor: FloorPlan, language: str) -> list[Mark]:
    """Draw a chain of dimensions per side of the hall and its overall size below and on the left."""
    marks: list[Mark] = []
    for side in SIDES:
        x0, y0, x1, y1 = sheet.bounds
        ends = (x0, x1) if side in ("bottom", "top") else (y0, y1)
        stops = chain_stops(floor, side)
        chain = len(stops) > 2 or (len(stops) == 2 and side in ("top", "right") and tuple(stops) != ends)
        reach = first_chain(floor, side, sheet.scale)
        if chain:
            marks.append(_chain(sheet, side, stops, reach, language))
            reach += CHAIN_GAP_MM
        if CHAINS[side] == 2:
            marks.append(_chain(sheet, side, list(ends), reach, language))
    return marks


def chain_stops(floor: FloorPlan, side: Side) -> list[float]:
    """Return where a side's dimensions stop: the outline's corners on it, and the jambs of its doors and windows."""
    x0, y0, x1, y1 = floor.outline.bounds
    edge = {"bottom": y0, "left": x0, "top": y1, "right": x1}[side]
    level = side in ("bottom", "top")
    points = list(floor.outline.exterior.coords)
    points += [point for window in floor.windows for part in lines(window) for point in part.coords]
    found = [x if level else y for x, y in points if abs((y if level else x) - edge) < ON_SIDE_M]
    for door in doors_on(floor, side):
        middle = door.x if level else door.y
        found += [middle - door.width_m / 2, middle + door.width_m / 2]
    stops: list[float] = []
    for value in sorted(found):
        if not stops or value - stops[-1] > NEAR_M:
            stops.append(float(value))
    return stops


def _chain(sheet: Sheet, side: Side, stops: Sequence[float], reach: float, language: str) -> Mark:
    """Draw one chain of dimensions, ``reach`` millimetres outside the outline."""
    hall = sheet.hall
    level = side in ("bottom", "top")
    base = {
        "bottom": hall.y + hall.height + reach,
        "top": hall.y - reach,
        "left": hall.x - reach,
        "right": hall.x + hall.width + reach,
    }[side]
    outwards = 1 if side in ("bottom", "right") else -1
    at = [sheet.at(value, 0)[0] if level else sheet.at(0, value)[1] for value in stops]

    def point(along: float, away: float) -> Point:
        return (along, base + away) if level else (base + away, along)

    thin: dict[str, Value] = {"stroke": THIN, "stroke-width": 0.18}
    drawn = [line(point(at[0], 0), point(at[-1], 0), thin)]
    for along in at:
        drawn.append(line(point(along, -outwards * 2.5), point(along, outwards * 1.2), thin))
        tick = (point(along - 0.8, 0.8), point(along + 0.8, -0.8))
        drawn.append(line(*tick, {"stroke": INK, "stroke-width": 0.4}))
    for (start, end), (low, high) in zip(pairwise(at), pairwise(stops), strict=True):
        text = fixed(high - low, language, 2)
        if abs(end - start) >= text_width(text, DIMENSION_MM) + 0.6:
            drawn.append(_figure(point((start + end) / 2, 0), text, level))
    first, last = min(at), max(at)
    box = Box(first, base - 3.6, last - first, 5.0) if level else Box(base - 3.6, first, 5.0, last - first)
    return Mark(element("g", {}, *drawn), box)


def _figure(at: Point, text: str, level: bool) -> Markup:
    style: dict[str, Value] = {"text-anchor": "middle", "fill": INK}
    if level:
        return write((at[0], at[1] - 0.8), text, DIMENSION_MM, style)
    turn = f"rotate(-90 {at[0]:.2f} {at[1]:.2f})"
    return write((at[0], at[1] - 0.8), text, DIMENSION_MM, {**style, "transform": turn})


def door_marks(sheet: Sheet, floor: FloorPlan, _: Say) -> list[Mark]:
    """Draw an arrow and a name outside each entrance and emergency exit."""
    return [_door_mark(sheet, floor, door, _) for door in floor.doors if door.entrance or door.exit]


def _door_mark(sheet: Sheet, floor: FloorPlan, door: Door, _: Say) -> Mark:
    angle = math.radians(door.facing_deg + 180)
    out = (round(math.cos(angle), 6), -round(math.sin(angle), 6))
    x, y = sheet.at(door.x, door.y)
    side = next((side for side in SIDES if door in doors_on(floor, side)), None)
    beyond = sheet.mm(door_depth(door, wall_m(floor))) + ARROW_GAP_MM
    near = beyond if side is None else door_arrow(floor, side, sheet.scale)
    tip, tail = ((x + out[0] * reach, y + out[1] * reach) for reach in (near, near + ARROW_MM))
    if not door.entrance:
        tip, tail = tail, tip
    head = math.atan2(tip[1] - tail[1], tip[0] - tail[0])
    wings = [(tip[0] - 4.4 * math.cos(head + off), tip[1] - 4.4 * math.sin(head + off)) for off in (0.5, -0.5)]
    fill = {"fill": INK} if door.entrance else {"fill": PAPER, "stroke": INK}
    arrow = element("path", {"d": path_of([tip, *wings], closed=True), **fill, "stroke-width": 0.35})
    text = door.name or (_("Entrance") if door.entrance else _("Emergency exit"))
    middle = ((tip[0] + tail[0]) / 2, (tip[1] + tail[1]) / 2)
    return _named(arrow, text, middle, out, sheet.plan)


def _named(arrow: Markup, text: str, middle: Point, out: Point, plan: Box) -> Mark:
    """Set a door's name beside its arrow, or beyond it where the door is on the left or the right."""
    from layout.drawings.text import wrap

    size = 2.6
    if abs(out[0]) > 0.7:
        rows = wrap(text, size, 34.0, 2)
        turn = f"rotate(-90 {middle[0]:.2f} {middle[1]:.2f})"
        length = max(text_width(row, size) for row in rows)
        anchor: dict[str, Value] = {"text-anchor": "middle", "fill": INK, "transform": turn, "font-weight": 600}
        shift = 5.2 if out[0] > 0 else -3.2 - 3.2 * (len(rows) - 1)
        drawn = [write((middle[0], middle[1] + shift + 3.2 * k), row, size, anchor) for k, row in enumerate(rows)]
        box = Box(middle[0] - 8, middle[1] - length / 2, 16, length)
        return Mark(element("g", {}, arrow, *drawn), box)
    length = text_width(text, size) * 1.06
    style: dict[str, Value] = {"fill": INK, "font-weight": 600}
    start = middle[0] + 3.6
    no_room = start + length > plan.x + plan.width
    if (no_room or out[0] < -ASLANT) and middle[0] - 3.6 - length > plan.x:
        start = middle[0] - 3.6 - length
        style["text-anchor"] = "end"
    at = middle[0] - 3.6 if "text-anchor" in style else start
    box = Box(min(start, middle[0] - 3), middle[1] - 3, length + 8, 6)
    return Mark(element("g", {}, arrow, write((at, middle[1] + 0.9), text, size, style)), box)


def draw_scale_bar(sheet: Sheet, at: Point, language: str) -> tuple[float, Markup]:
    """Draw a bar of round metres with its lower left corner near ``at``; its length comes first, millimetres."""
    from outlet.page import number

    step = next(m for m in (0.5, 1, 2, 5, 10, 20, 50, 100, 200) if sheet.mm(m) >= 9)
    style: dict[str, Value] = {"stroke": INK, "stroke-width": 0.25}
    drawn = []
    for k in range(5):
        fill: dict[str, Value] = {"fill": INK if k % 2 == 0 else PAPER}
        drawn.append(rectangle(at[0] + sheet.mm(step * k), at[1], sheet.mm(step), 1.6, {**style, **fill}))
    centre: dict[str, Value] = {"text-anchor": "middle", "fill": INK}
    for k in range(6):
        text = number(step * k, language, 1) + (" m" if k == 5 else "")
        drawn.append(write((at[0] + sheet.mm(step * k), at[1] - 1.0), text, 2.3, centre))
    return sheet.mm(step * 5), element("g", {"class": "scale-bar"}, *drawn)


def draw_north(at: Point, rotation_deg: float) -> Markup:
    """Draw a north arrow; ``rotation_deg`` is how far the plan's x axis is turned from east."""
    x, y = at
    turn = f"rotate({rotation_deg:.1f} {x:.2f} {y:.2f})"
    left = [(x, y - 6), (x - 2.6, y + 5), (x, y + 2.6)]
    right = [(x, y - 6), (x + 2.6, y + 5), (x, y + 2.6)]
    thin: dict[str, Value] = {"stroke": INK, "stroke-width": 0.3}
    return element(
        "g",
        {"transform": turn, "class": "north"},
        element("path", {"d": path_of(left, closed=True), "fill": INK, **thin}),
        element("path", {"d": path_of(right, closed=True), "fill": PAPER, **thin}),
        write((x, y - 7), "N", 3.0, {"text-anchor": "middle", "font-weight": 700, "fill": INK}),
    )
