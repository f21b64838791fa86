"""Draw broken rules: the shape of each where it is broken, and a numbered diamond clear of people and other marks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from markupsafe import Markup
from shapely.geometry import LineString, MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from layout.drawings.contents import post_radius
from layout.drawings.hall import HallDrawing
from layout.drawings.markup import Point, Value, element, group, path_of, write
from layout.drawings.palette import BROKEN, PAPER
from layout.drawings.rule_words import Named, name_broken
from layout.drawings.sheet import Box, Sheet
from layout.drawings.words import Words
from layout.zones.plan import BrokenRule, Shape

MARK_MM = 3.4
RINGS = 9
TURNS = 16


@dataclass(frozen=True)
class RuleMark:
    """Where the mark of one broken rule lies on the sheet, and the point that it concerns."""

    number: int
    middle: Point
    anchor: Point

    @property
    def box(self) -> Box:
        """Return what the mark takes."""
        x, y = self.middle
        return Box(x - MARK_MM, y - MARK_MM, 2 * MARK_MM, 2 * MARK_MM)


def geometry(shape: Shape) -> BaseGeometry:
    """Return a shape as a geometry, metres."""
    if shape.kind == "area" and len(shape.points) > 3:
        return Polygon(shape.points)
    return LineString(shape.points) if shape.kind == "line" and len(shape.points) > 1 else MultiPoint(shape.points)


def broken_at(rule: BrokenRule, hall: HallDrawing) -> Point | None:
    """Return the point of the hall that a broken rule concerns: of its shape, a zone's middle, an exit, or None."""
    if rule.shapes:
        point = shapely.point_on_surface(geometry(rule.shapes[0]))
        return float(point.x), float(point.y)
    for zone in hall.zones.zones:
        if zone.id in re.split(r"[,\s/]+", rule.where):
            x, y, w, h = (float(value) for value in zone.rects[int(np.argmax(zone.rects[:, 2] * zone.rects[:, 3]))])
            return x + w * 0.5, y + h * 0.5
    things = {thing.id: (thing.x + thing.w / 2, thing.y + thing.h / 2) for thing in hall.furnishing.equipment}
    things |= {post.id: (post.x, post.y) for post in hall.furnishing.posts}
    if rule.where in things:
        return things[rule.where]
    exit_number = re.fullmatch(r"exit (\d+)", rule.where)
    doors = [door for door in hall.floor.doors if door.exit]
    if exit_number and 0 < int(exit_number[1]) <= len(doors):
        door = doors[int(exit_number[1]) - 1]
        return door.x, door.y
    found = re.findall(r"-?\d+(?:\.\d+)?", rule.where)
    return (float(found[0]), float(found[1])) if len(found) >= 2 else None


def place_marks(hall: HallDrawing, sheet: Sheet, taken: Sequence[Box]) -> list[RuleMark]:
    """Return a mark for each broken rule that concerns a place: on the free spot nearest to it, numbered as listed."""
    marks: list[RuleMark] = []
    for number, rule in enumerate(hall.zones.broken_rules, start=1):
        at = broken_at(rule, hall)
        if at is None:
            continue
        anchor = sheet.at(*at)
        fixed = [*taken, *(mark.box for mark in marks)]
        tries = (RuleMark(number, middle, anchor) for middle in _spiral(anchor))
        inside = (mark for mark in tries if sheet.plan.holds(mark.box))
        free = (mark for mark in inside if not any(mark.box.meets(box, 0.2) for box in fixed))
        marks.append(next(free, RuleMark(number, anchor, anchor)))
    return marks


def _spiral(middle: Point) -> Iterator[Point]:
    yield middle
    for ring in range(1, RINGS + 1):
        for k in range(TURNS):
            angle = 2 * math.pi * k / TURNS
            reach = ring * MARK_MM * 0.7
            yield round(middle[0] + reach * math.cos(angle), 2), round(middle[1] - reach * math.sin(angle), 2)


def ring_mm(sheet: Sheet) -> float:
    """Return the radius of a ring round a place: round a person's sign, which stays legible."""
    return post_radius(sheet) + 0.7


def draw_shapes(hall: HallDrawing, sheet: Sheet) -> list[Markup]:
    """Draw where rules are broken: areas lightly filled, lines dashed, points as rings."""
    return [element("g", {"class": "broken-shape"}, *_shapes(sheet, r)) for r in hall.zones.broken_rules if r.shapes]


def _shapes(sheet: Sheet, rule: BrokenRule) -> Iterator[Markup]:
    style: dict[str, Value] = {"stroke": BROKEN, "stroke-width": 0.4, "stroke-linejoin": "round"}
    for shape in rule.shapes:
        points = [sheet.at(*point) for point in shape.points]
        if shape.kind == "area":
            yield element("path", {"d": path_of(points, closed=True), "fill": BROKEN, "fill-opacity": 0.12, **style})
        elif shape.kind == "line":
            yield element("path", {"d": path_of(points), "fill": "none", **style, "stroke-dasharray": "1.6 0.9"})
        else:
            for x, y in points:
                yield element("circle", {"cx": x, "cy": y, "r": ring_mm(sheet), "fill": "none", **style})


def draw_marks(hall: HallDrawing, sheet: Sheet, marks: Sequence[RuleMark], words: Words) -> list[Markup]:
    """Draw the marks."""
    drawn = []
    named = Named(hall, words)
    for mark in marks:
        rule = hall.zones.broken_rules[mark.number - 1]
        x, y = mark.middle
        parts = [element("title", {}, f"{mark.number}. {name_broken(rule, words.say)}: {named.found(rule)}")]
        if math.dist(mark.middle, mark.anchor) > MARK_MM:
            style: dict[str, Value] = {"stroke": BROKEN, "stroke-width": 0.3}
            ringed = any(shape.kind == "points" for shape in rule.shapes[:1])
            short = ring_mm(sheet) / math.dist(mark.middle, mark.anchor) if ringed else 0.0
            end = (mark.anchor[0] + (x - mark.anchor[0]) * short, mark.anchor[1] + (y - mark.anchor[1]) * short)
            parts.append(element("path", {"d": path_of([mark.middle, end]), **style}))
            if not ringed:
                parts.append(element("circle", {"cx": end[0], "cy": end[1], "r": 0.7, "fill": BROKEN}))
        diamond = [(x, y - MARK_MM), (x + MARK_MM, y), (x, y + MARK_MM), (x - MARK_MM, y)]
        look: dict[str, Value] = {"fill": BROKEN, "stroke": PAPER, "stroke-width": 0.4}
        parts.append(element("path", {"d": path_of(diamond, closed=True), **look}))
        text: dict[str, Value] = {"text-anchor": "middle", "fill": PAPER, "font-weight": 700}
        size = 2.5 if mark.number < 100 else 1.8
        parts.append(write((x, y + 0.36 * size), str(mark.number), size, text))
        details: dict[str, Value] = {"class": "thing", "data-kind": "rule", "data-id": str(mark.number)}
        drawn.append(group(details, parts))
    return drawn
