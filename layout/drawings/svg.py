"""Draw the hall plan: `draw_sheet` a whole A3 sheet for hall.svg, `draw_plan` the plan alone for hall.html.

Both are made of the same layers, each a group with ``data-layer``, from the floor up: zones, flow, cameras' and posts'
views, equipment, building, cameras, movement line, posts, broken rules, names and dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from layout.drawings.broken import draw_marks, draw_shapes, place_marks
from layout.drawings.building import blocking_lines, draw_building, draw_floor, draw_partitions
from layout.drawings.contents import (
    draw_camera,
    draw_coverage,
    draw_equipment,
    draw_exposure,
    draw_flow,
    draw_label,
    draw_movement,
    draw_post,
    draw_sight,
    draw_stand_off,
    draw_zone,
)
from layout.drawings.hall import HallDrawing
from layout.drawings.labels import place_labels
from layout.drawings.marks import dimension_marks, door_marks, draw_north, draw_scale_bar
from layout.drawings.markup import Value, element, group, number, rectangle
from layout.drawings.obstacles import people_boxes, rule_boxes, solid_boxes, thing_boxes
from layout.drawings.palette import INK, PAPER, tint
from layout.drawings.picked import draw_views
from layout.drawings.sheet import SHEET_MM, Box, Sheet, make_sheet, wall_m
from layout.drawings.titles import draw_column
from layout.drawings.wishes import Label, LabelWish
from layout.drawings.words import Words, name_equipment, name_role, name_zones, role_codes
from layout.floor.isovist import Floats, sight_edges

FONT = (
    "'Noto Sans', 'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Microsoft YaHei', sans-serif"
)
HIDDEN_ON_PAPER = ("flow", "sight", "coverage")


@dataclass(frozen=True)
class Layers:
    """What the plan is made of, in the order it is drawn; ``edges`` block sight, shape (m, 2, 2)."""

    sheet: Sheet
    groups: Mapping[str, Sequence[Markup]]
    labels: Sequence[Label]
    edges: Floats


def draw_sheet(hall: HallDrawing, language: str, layers: Layers | None = None) -> str:
    """Return hall.svg: an A3 sheet with the plan, its legend and a title block; layers drawn before are taken."""
    words = _words(language)
    _ = words.say
    layers = layers or draw_layers(hall, words)
    width, height = SHEET_MM
    paper = rectangle(0, 0, width, height, {"fill": PAPER})
    shown = [_layer(name, marks) for name, marks in layers.groups.items() if name not in HIDDEN_ON_PAPER]
    title = element("title", {}, f"{hall.title}: {_('Hall plan')}")
    column = draw_column(hall, layers.sheet.scale, words)
    head = _head(Box(0, 0, width, height), {"width": f"{number(width)}mm", "height": f"{number(height)}mm"})
    body = Markup("\n").join([title, paper, *shown, column])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}\n</svg>\n'


def draw_plan(hall: HallDrawing, language: str, layers: Layers | None = None, *, name: str = "hall-drawing") -> Markup:
    """Return the plan alone as an SVG element for a page; every layer is there, the page switches them.

    ``name`` is the id of the group that holds the layers; those drawn before are taken.
    """
    words = _words(language)
    _ = words.say
    layers = layers or draw_layers(hall, words)
    drawn = dict(layers.groups)
    drawn["exposure"] = draw_exposure(layers.sheet, hall)
    drawn["views"] = draw_views(layers.sheet, hall, layers.edges)
    order = [key for key in drawn if key not in ("exposure", "views")]
    at = order.index("flow")
    order = [*order[:at], "exposure", "views", *order[at:]]
    title = f"{hall.title}: {_('Hall plan')}"
    head = _head(layers.sheet.plan, {"class": "hall-plan", "role": "group", "aria-label": title})
    return head + Markup("\n") + group({"id": name}, [_layer(key, drawn[key]) for key in order]) + Markup("\n</svg>\n")


def draw_print_sheet(hall: HallDrawing, language: str, *, name: str = "hall-drawing") -> Markup:
    """Return the A3 sheet for a page in print: it shows again what `draw_plan` drew, at the scale stated."""
    words = _words(language)
    width, height = SHEET_MM
    head = _head(Box(0, 0, width, height), {"class": "hall-sheet", "aria-hidden": "true"})
    again = element("use", {"href": f"#{name}"})
    return head + again + draw_column(hall, make_sheet(hall.floor).scale, words) + Markup("</svg>\n")


def _words(language: str) -> Words:
    from outlet.page import translate

    return Words(language, translate(language))


def _head(view: Box, attributes: Mapping[str, Value]) -> Markup:
    box = " ".join(number(value) for value in (view.x, view.y, view.width, view.height))
    marks: dict[str, Value] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": box,
        **attributes,
        "font-family": FONT,
        "fill": INK,
    }
    return Markup(str(element("svg", marks)).removesuffix("/>") + ">")  # noqa: S704


def _layer(name: str, marks: Sequence[Markup]) -> Markup:
    return group({"data-layer": name}, marks)


def draw_layers(hall: HallDrawing, words: Words) -> Layers:
    """Draw every layer of the plan."""
    _ = words.say
    sheet = make_sheet(hall.floor)
    zones, things = hall.zones.zones, hall.furnishing
    edges = sight_edges(blocking_lines(hall.floor, zones))
    dimensions = dimension_marks(sheet, hall.floor, words.language)
    doors = door_marks(sheet, hall.floor, words.say)
    signs, hard = _signs(hall, sheet, words)
    hard += [mark.box for mark in (*dimensions, *doors)] + people_boxes(sheet, hall)
    marks = place_marks(hall, sheet, hard)
    labels = _labels(hall, sheet, words, [*hard, *(mark.box for mark in marks)])
    people = _people(hall, sheet, words)
    cameras = [
        draw_camera(sheet, camera, edges, _details("camera", camera.id), f"{_('Camera')} {k}")
        for k, camera in enumerate(things.cameras, start=1)
    ]
    groups: dict[str, Sequence[Markup]] = {
        "floor": [draw_floor(sheet, hall.floor)],
        "zones": [_zone(hall, sheet, k, words) for k in range(len(zones))],
        "flow": draw_flow(sheet, hall.flow) if hall.flow is not None else [],
        "coverage": draw_coverage(sheet, things.cameras, edges),
        "sight": draw_sight(sheet, things.posts, edges),
        "equipment": [
            *draw_stand_off(sheet, things.stand_off, _("Stand-off line: others wait behind it")),
            *_equipment(hall, sheet, words),
        ],
        "walls": [*draw_partitions(sheet, zones, hall.floor), *draw_building(sheet, hall.floor, words.say)],
        "cameras": cameras,
        "movement": draw_movement(sheet, hall.zones.movement_line),
        "posts": people,
        "names": [
            mark
            for label, zone in zip(labels, zones, strict=True)
            for mark in draw_label(label, PAPER if label.leader else tint(zone.kind, public=zone.public)[0], zone.id)
        ],
        "broken": [*draw_shapes(hall, sheet), *draw_marks(hall, sheet, marks, words)],
        "dimensions": [mark.svg for mark in dimensions],
        "signs": [*(mark.svg for mark in doors), *signs],
    }
    return Layers(sheet, groups, labels, edges)


def _signs(hall: HallDrawing, sheet: Sheet, words: Words) -> tuple[list[Markup], list[Box]]:
    """Return the scale bar and, where it is known, north, and what they take."""
    left, foot = sheet.hall.x, sheet.plan.y + sheet.plan.height - 2.6
    length, bar = draw_scale_bar(sheet, (left, foot), words.language)
    drawn, boxes = [bar], [Box(left - 2, foot - 4, length + 8, 6)]
    if hall.floor.origin_crs is not None:
        at = (sheet.plan.x + sheet.plan.width - 6, sheet.plan.y + sheet.plan.height - 8)
        drawn.append(draw_north(at, hall.floor.rotation_deg))
        boxes.append(Box(at[0] - 7, at[1] - 11, 14, 18))
    return drawn, boxes


def _details(kind: str, identifier: str) -> dict[str, Value]:
    return {"class": "thing", "data-kind": kind, "data-id": identifier}


def _zone(hall: HallDrawing, sheet: Sheet, k: int, words: Words) -> Markup:
    zone = hall.zones.zones[k]
    title = f"{name_zones(hall.zones.zones, words.say)[zone.id]}, {words.area(zone.area_m2)}"
    return draw_zone(sheet, zone, _details("zone", zone.id), title)


def _equipment(hall: HallDrawing, sheet: Sheet, words: Words) -> list[Markup]:
    return [
        draw_equipment(sheet, thing, _details("equipment", thing.id), name_equipment(thing.kind, words.say))
        for thing in hall.furnishing.equipment
    ]


def post_codes(hall: HallDrawing) -> dict[str, str]:
    """Return the code of every post by its id: that of its role, numbered where there are several."""
    posts = hall.furnishing.posts
    codes = role_codes([post.role for post in posts])
    counts = Counter(post.role for post in posts)
    numbers: Counter[str] = Counter()
    found = {}
    for post in posts:
        numbers[post.role] += 1
        found[post.id] = codes[post.role] + (str(numbers[post.role]) if counts[post.role] > 1 else "")
    return found


def _people(hall: HallDrawing, sheet: Sheet, words: Words) -> list[Markup]:
    codes = post_codes(hall)
    return [
        draw_post(sheet, post, codes[post.id], _details("post", post.id), name_role(post.role, hall.roles, words.say))
        for post in hall.furnishing.posts
    ]


def _labels(hall: HallDrawing, sheet: Sheet, words: Words, hard: Sequence[Box]) -> list[Label]:
    wishes = []
    names = name_zones(hall.zones.zones, words.say)
    for zone in hall.zones.zones:
        order = np.argsort(-zone.rects[:, 2] * zone.rects[:, 3], kind="stable")
        rooms = tuple(sheet.box(*(float(value) for value in zone.rects[k])) for k in order)
        wishes.append(LabelWish(names[zone.id], words.area(zone.area_m2), rooms))
    wall = sheet.mm(wall_m(hall.floor))
    outside = Box(sheet.hall.x - wall, sheet.hall.y - wall, sheet.hall.width + 2 * wall, sheet.hall.height + 2 * wall)
    soft = [*solid_boxes(sheet, hall.floor), *thing_boxes(sheet, hall)]
    return place_labels(wishes, hard, soft, outside, sheet.plan, crossed=rule_boxes(sheet, hall))
