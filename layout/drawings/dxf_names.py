"""Write on hall.dxf what people read: zones' names, the title, and broken rules with their marks and their list.

Names and marks are placed as on the sheet, as if on paper at 1 : `SCALE`, then set in metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from layout.drawings.broken import MARK_MM, RuleMark, place_marks
from layout.drawings.dxf_dimensions import dimension_boxes
from layout.drawings.dxf_text import CAPITAL, LINE_STEP, dxf_text, rounded, write_text
from layout.drawings.hall import HallDrawing
from layout.drawings.labels import place_labels
from layout.drawings.markup import Point
from layout.drawings.obstacles import rule_boxes, solid_boxes, thing_boxes
from layout.drawings.rule_words import Named, name_broken
from layout.drawings.sheet import Box, Sheet
from layout.drawings.text import LINE_HEIGHT
from layout.drawings.wishes import LabelWish
from layout.drawings.words import Words, name_zones
from layout.floor.plan import FloorPlan
from layout.zones.plan import BrokenRule

if TYPE_CHECKING:
    from ezdxf.layouts.layout import Modelspace

POST_M = 0.25
AROUND_M = 9.0
TITLE_BELOW_M, TITLE_M, LIST_M, LIST_WIDE_M = 2.8, 0.25, 0.2, 10.0
PLAIN_M = 25.0
SCALE = 80
MM_PER_M = 1000 / SCALE


def place_rule_marks(hall: HallDrawing) -> list[RuleMark]:
    """Return where the marks of broken rules stand, clear of people and of each other."""
    sheet = _sheet(hall.floor)
    return place_marks(hall, sheet, _signs(sheet, hall))


def write_names(space: Modelspace, hall: HallDrawing, words: Words, marks: Sequence[RuleMark]) -> None:
    """Write the zones' names clear of people, marks and dimensions, and where they can of all else that is drawn."""
    sheet = _sheet(hall.floor)
    names = name_zones(hall.zones.zones, words.say)
    wishes = []
    for zone in hall.zones.zones:
        rooms = sorted((sheet.box(*map(float, rect)) for rect in zone.rects), key=lambda box: -box.width * box.height)
        wishes.append(LabelWish(names[zone.id], words.area(zone.area_m2), tuple(rooms)))
    hard = [*_signs(sheet, hall), *(mark.box for mark in marks)]
    soft = [*solid_boxes(sheet, hall.floor), *thing_boxes(sheet, hall)]
    for label in place_labels(wishes, hard, soft, sheet.hall, sheet.plan, crossed=rule_boxes(sheet, hall)):
        text = "\\P".join(dxf_text(row.text) for row in label.rows)
        middle = _metres((label.box.x + label.box.width / 2, label.box.y + label.box.height / 2))
        size = (label.box.width if label.turned else label.box.height) / LINE_HEIGHT / len(label.rows)
        write_text(space, text, middle, CAPITAL * size / MM_PER_M, "NAME", turned=label.turned)
        if label.leader:
            ends = rounded([_metres(point) for point in label.leader])
            space.add_lwpolyline(ends, dxfattribs={"layer": "NAME"})


def _sheet(floor: FloorPlan) -> Sheet:
    """Return the paper that labels and marks are placed on: the hall's origin is its upper left corner."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    whole = Sheet(SCALE, x0 * MM_PER_M, -y1 * MM_PER_M, (x0, y0, x1, y1), Box(0, 0, 0, 0))
    room = whole.box(x0 - AROUND_M, y0 - AROUND_M, x1 - x0 + 2 * AROUND_M, y1 - y0 + 2 * AROUND_M)
    return replace(whole, plan=room)


def _metres(point: Point) -> Point:
    return point[0] / MM_PER_M, -point[1] / MM_PER_M


def _signs(sheet: Sheet, hall: HallDrawing) -> list[Box]:
    """Return what must stay legible: people with the way they face, and dimensions."""
    found = []
    for post in hall.furnishing.posts:
        angle, reach = math.radians(post.facing_deg), POST_M / 2
        x, y = post.x + reach * math.cos(angle), post.y + reach * math.sin(angle)
        half = POST_M + reach
        found.append(sheet.box(x - half, y - half, 2 * half, 2 * half))
    found += dimension_boxes(sheet, hall.floor)
    return found


def write_title(space: Modelspace, hall: HallDrawing, words: Words) -> None:
    """Write what the drawing shows below the plan."""
    x0, y0, _, _ = (float(value) for value in hall.floor.outline.bounds)
    text = "\\P".join(dxf_text(fact) for fact in _facts(hall, words))
    write_text(space, text, (x0, y0 - TITLE_BELOW_M), TITLE_M * enlarged(hall), "TITLE", anchor=1)


def _facts(hall: HallDrawing, words: Words) -> list[str]:
    facts = (hall.title, hall.subtitle, words.area(hall.floor.outline.area), hall.as_of.isoformat(), hall.floor.source)
    return [fact for fact in facts if fact]


def enlarged(hall: HallDrawing) -> float:
    """Return how many times larger title and rules are written in a large hall, which is looked at from farther."""
    x0, y0, x1, y1 = (float(value) for value in hall.floor.outline.bounds)
    return max(1.0, max(x1 - x0, y1 - y0) / PLAIN_M)


def draw_broken(space: Modelspace, hall: HallDrawing, words: Words, marks: Sequence[RuleMark]) -> None:
    """Draw where rules are broken, their numbers beside each other, and list them below its title."""
    look = {"layer": "BROKEN_RULE"}
    for rule in hall.zones.broken_rules:
        _broken_shapes(space, rule)
    for mark in marks:
        middle, anchor = _metres(mark.middle), _metres(mark.anchor)
        radius, away = MARK_MM / MM_PER_M, math.dist(middle, anchor)
        space.add_circle(rounded([middle])[0], radius, dxfattribs=look)
        write_text(space, str(mark.number), middle, 0.2 if mark.number < 100 else 0.14, "BROKEN_RULE")
        if away > radius:
            edge = [middle[k] + (anchor[k] - middle[k]) * radius / away for k in (0, 1)]
            space.add_lwpolyline(rounded([edge, anchor]), dxfattribs=look)
    named = Named(hall, words)
    listed = "\\P".join(
        dxf_text(f"{number}. {name_broken(rule, words.say)}: {named.place(rule.where)} – {named.found(rule)}")
        for number, rule in enumerate(hall.zones.broken_rules, start=1)
    )
    if listed:
        x0, y0, x1, _ = (float(value) for value in hall.floor.outline.bounds)
        below = TITLE_BELOW_M + LINE_STEP * TITLE_M * enlarged(hall) * (len(_facts(hall, words)) + 1)
        text = write_text(space, listed, (x0, y0 - below), LIST_M * enlarged(hall), "BROKEN_RULE", anchor=1)
        text.dxf.width = round(max(x1 - x0, LIST_WIDE_M), 4)


def _broken_shapes(space: Modelspace, rule: BrokenRule) -> None:
    look = {"layer": "BROKEN_RULE"}
    for shape in rule.shapes:
        if shape.kind == "points":
            for point in rounded(shape.points):
                space.add_point(point, dxfattribs=look)
        else:
            space.add_lwpolyline(rounded(shape.points), close=shape.kind == "area", dxfattribs=look)
