"""Draw what is planned in the hall: zones, equipment, people, cameras and the movement line, in SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from layout.drawings.building import path, zone_shape
from layout.drawings.hall import FlowHeat, HallDrawing
from layout.drawings.markup import Point, Value, element, number, path_of, rectangle, write
from layout.drawings.palette import CAMERA, EXPOSURE, FLOW, INK, MOVEMENT, PAPER, POST, SIGHT, STAND_OFF, THIN, tint
from layout.drawings.sheet import Box, Sheet
from layout.drawings.text import LINE_HEIGHT
from layout.drawings.view import seen_from
from layout.drawings.wishes import Label
from layout.floor.isovist import Floats
from layout.posts.plan import Camera, Equipment, Post, StandOff
from layout.zones.plan import PlacedZone

POST_RADIUS_M = 0.25
POST_RADIUS_MM, LEAST_RADIUS_MM = 2.5, 1.9
APART_M = 1.0
"""How near to each other people stand: their signs touch at this distance where the sheet is of a small scale."""
LOOKING = frozenset({"guide", "guard", "duty_manager"})
LOOKING_DEG = 180.0
LOOKING_M = 25.0
CONE_M = 1.4
KEEP_RIGHT_MM = 0.7
FLOW_CLASSES = (0.12, 0.25, 0.4, 0.55, 0.75)
FLOW_FROM = 0.02
SEATS = frozenset({"chair", "stool"})
MACHINES = frozenset(
    {
        "bill_printer",
        "card_issuer",
        "cash_machine",
        "label_printer",
        "parcel_terminal",
        "payment_kiosk",
        "query_machine",
        "self_checkout",
        "self_service_machine",
        "ticket_machine",
    }
)
SHELVES = frozenset({"gondola", "shelf", "parcel_locker", "parcel_rack", "brochure_rack", "display_table"})


def draw_zone(sheet: Sheet, zone: PlacedZone, details: Mapping[str, Value], title: str) -> Markup:
    """Draw one zone: its rectangles as one shape, staff's dashed, a locked one with a firmer line."""
    fill, stroke = tint(zone.kind, public=zone.public)
    style: dict[str, Value] = {"fill": fill, "stroke": stroke, "stroke-width": 0.6 if zone.locked else 0.3}
    if not zone.public and not zone.enclosed:
        style["stroke-dasharray"] = "1.6 0.9"
    shape_path = element("path", {"d": path(sheet, zone_shape(zone)), **style})
    return element("g", {**details}, element("title", {}, title), shape_path)


def draw_label(label: Label, halo: str, zone: str) -> list[Markup]:
    """Draw a label with a halo in the colour of its ground, and its leader."""
    drawn = []
    if label.leader:
        style: dict[str, Value] = {"fill": "none", "stroke": INK, "stroke-width": 0.25}
        drawn.append(element("path", {"d": path_of(label.leader), **style}))
        x, y = label.leader[-1]
        drawn.append(element("circle", {"cx": x, "cy": y, "r": 0.6, "fill": INK}))
    box = label.box
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    height = box.width if label.turned else box.height
    turn: dict[str, Value] = (
        {"transform": f"rotate(-90 {number(middle[0])} {number(middle[1])})"} if label.turned else {}
    )
    y = middle[1] - height / 2
    rows = []
    for row in label.rows:
        y += row.size * LINE_HEIGHT
        weight: dict[str, Value] = {"font-weight": 600} if row.strong else {"fill": THIN}
        rows.append(write((middle[0], y - row.size * 0.3), row.text, row.size, weight))
    style = {"text-anchor": "middle", "stroke": halo, "stroke-width": 0.9, "paint-order": "stroke", **turn}
    facts = {"class": "label led" if label.leader else "label", "data-zone": zone}
    return [*drawn, element("g", {**style, "stroke-linejoin": "round", **facts}, *rows)]


def draw_equipment(sheet: Sheet, thing: Equipment, details: Mapping[str, Value], title: str) -> Markup:
    """Draw one thing: its footprint, its front as a firm edge, and a sign for seats, machines and shelves."""
    box = sheet.box(thing.x, thing.y, thing.w, thing.h)
    style: dict[str, Value] = {"fill": PAPER, "stroke": INK, "stroke-width": 0.22}
    if thing.kind in SEATS:
        style["rx"] = min(box.width, box.height) * 0.25
    marks = [rectangle(box.x, box.y, box.width, box.height, style)]
    if thing.kind in SHELVES:
        ends = ((box.x, box.y), (box.x + box.width, box.y + box.height))
        marks.append(element("path", {"d": path_of(ends), "stroke": THIN, "stroke-width": 0.18}))
    elif thing.kind in MACHINES:
        centre: dict[str, Value] = {"cx": box.x + box.width / 2, "cy": box.y + box.height / 2}
        radius = min(box.width, box.height) * 0.22
        marks.append(element("circle", {**centre, "r": radius, "fill": INK}))
    edge = _edge(box, thing.facing_deg + (180 if thing.kind in SEATS else 0))
    marks.append(element("path", {"d": path_of(edge), "stroke": INK, "stroke-width": 0.55}))
    return element("g", {**details}, element("title", {}, title), *marks)


def _edge(box: Box, facing_deg: float) -> tuple[Point, Point]:
    """Return the edge of a box that looks in a direction of the hall (y up)."""
    left, right, top, bottom = box.x, box.x + box.width, box.y, box.y + box.height
    turns = round(facing_deg / 90) % 4
    return (
        ((right, top), (right, bottom)),
        ((left, top), (right, top)),
        ((left, top), (left, bottom)),
        ((left, bottom), (right, bottom)),
    )[turns]


def post_radius(sheet: Sheet) -> float:
    """Return the radius of a person's sign on the sheet, millimetres."""
    return max(min(POST_RADIUS_MM, max(LEAST_RADIUS_MM, sheet.mm(APART_M / 2))), sheet.mm(POST_RADIUS_M))


def draw_post(sheet: Sheet, post: Post, code: str, details: Mapping[str, Value], title: str) -> Markup:
    """Draw one person: a disc with the role's code and a nose that points where the person faces."""
    x, y = sheet.at(post.x, post.y)
    radius = post_radius(sheet)
    angle = math.radians(-post.facing_deg)
    nose = [
        (x + reach * math.cos(angle + off), y + reach * math.sin(angle + off))
        for reach, off in ((radius * 1.85, 0.0), (radius, 0.75), (radius, -0.75))
    ]
    size = min(2.4, 2 * radius * 0.86 / max(1, len(code)) / 0.7)
    text: dict[str, Value] = {"text-anchor": "middle", "fill": PAPER, "font-weight": 700}
    return element(
        "g",
        {**details},
        element("title", {}, title),
        element("path", {"d": path_of(nose, closed=True), "fill": POST, "stroke": PAPER, "stroke-width": 0.25}),
        element("circle", {"cx": x, "cy": y, "r": radius, "fill": POST, "stroke": PAPER, "stroke-width": 0.35}),
        write((x, y + size * 0.36), code, size, text),
    )


def draw_camera(sheet: Sheet, camera: Camera, edges: Floats, details: Mapping[str, Value], title: str) -> Markup:
    """Draw one camera with the beginning of its field of view."""
    near = seen_from(camera.x, camera.y, camera.facing_deg, camera.view_deg, CONE_M, edges)
    x, y = sheet.at(camera.x, camera.y)
    angle = math.radians(-camera.facing_deg)
    body = [
        (x + reach * math.cos(angle + off), y + reach * math.sin(angle + off))
        for reach, off in ((2.6, 0.5), (2.6, -0.5), (0.9, -2.2), (0.9, 2.2))
    ]
    cone: dict[str, Value] = {"fill": CAMERA, "fill-opacity": 0.16, "stroke": CAMERA, "stroke-width": 0.18}
    return element(
        "g",
        {**details},
        element("title", {}, title),
        element("path", {"d": path(sheet, near), **cone}),
        element("path", {"d": path_of(body, closed=True), "fill": CAMERA, "stroke": PAPER, "stroke-width": 0.25}),
    )


def draw_coverage(sheet: Sheet, cameras: Sequence[Camera], edges: Floats) -> list[Markup]:
    """Draw all the floor that each camera sees within its range."""
    style: dict[str, Value] = {"fill": CAMERA, "fill-opacity": 0.12, "stroke": CAMERA, "stroke-width": 0.25}
    return [
        element("path", {"d": path(sheet, seen_from(c.x, c.y, c.facing_deg, c.view_deg, c.range_m, edges)), **style})
        for c in cameras
    ]


def draw_movement(sheet: Sheet, route: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Markup]:
    """Draw the movement line with arrows along it; as people do, it keeps to the right, so that ways back show."""
    if len(route) < 2:
        return []
    points = _to_the_right([sheet.at(float(x), float(y)) for x, y in route], KEEP_RIGHT_MM)
    style: dict[str, Value] = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}
    drawn = [
        element("path", {"d": path_of(points), **style, "stroke": PAPER, "stroke-width": 1.7, "stroke-opacity": 0.8}),
        element(
            "path",
            {"d": path_of(points), **style, "stroke": MOVEMENT, "stroke-width": 0.75, "stroke-dasharray": "2.6 1.5"},
        ),
    ]
    for k, (start, end) in enumerate(pairwise(points)):
        if math.dist(start, end) >= 9 or k == len(points) - 2:
            drawn.append(_arrow(start, end, 1.0 if k == len(points) - 2 else 0.55))
    return drawn


def _to_the_right(points: Sequence[Point], by: float) -> list[Point]:
    """Return a line moved to the right of its direction on the sheet; where it turns back, it goes round."""
    moved: list[Point] = []
    steps = [(a, b) for a, b in pairwise(points) if math.dist(a, b) > 1e-6]
    normals = [((a[1] - b[1]) / math.dist(a, b), (b[0] - a[0]) / math.dist(a, b)) for a, b in steps]
    for k, (a, b) in enumerate(steps):
        (nx, ny), (px, py) = normals[k], normals[k - 1] if k else normals[k]
        dot = nx * px + ny * py
        if dot < -0.5:
            moved += [(a[0] + px * by, a[1] + py * by), (a[0] + nx * by, a[1] + ny * by)]
        else:
            moved.append((a[0] + (nx + px) * by / (1 + dot), a[1] + (ny + py) * by / (1 + dot)))
        if k == len(steps) - 1:
            moved.append((b[0] + nx * by, b[1] + ny * by))
    return moved or list(points)


def _arrow(start: Point, end: Point, share: float) -> Markup:
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    tip = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
    wings = [(tip[0] - 3.1 * math.cos(angle + off), tip[1] - 3.1 * math.sin(angle + off)) for off in (0.42, -0.42)]
    style: dict[str, Value] = {"fill": MOVEMENT, "stroke": PAPER, "stroke-width": 0.3}
    return element("path", {"d": path_of([tip, *wings], closed=True), **style})


def draw_flow(sheet: Sheet, flow: FlowHeat) -> list[Markup]:
    """Draw how many visitors cross each metre, in five classes, neighbours of a row joined."""
    top = float(flow.density.max(initial=0.0))
    if top <= 0:
        return []
    classes = np.ceil((flow.density / top - FLOW_FROM) / (1.0 - FLOW_FROM) * len(FLOW_CLASSES)).clip(min=0).astype(int)
    drawn = []
    for row, values in enumerate(classes):
        ends = np.flatnonzero(np.diff(values, prepend=-1, append=-1))
        for start, end in pairwise(ends):
            if values[start] > 0:
                left, bottom = flow.origin[0] + start * flow.cell_m, flow.origin[1] + row * flow.cell_m
                box = sheet.box(left, bottom, (end - start) * flow.cell_m, flow.cell_m)
                style: dict[str, Value] = {"fill": FLOW, "fill-opacity": FLOW_CLASSES[values[start] - 1]}
                drawn.append(rectangle(box.x, box.y, box.width, box.height, style))
    return drawn


def draw_stand_off(sheet: Sheet, lines: Sequence[StandOff], title: str) -> list[Markup]:
    """Draw the lines behind which others wait."""
    style: dict[str, Value] = {"stroke": STAND_OFF, "stroke-width": 0.5, "stroke-dasharray": "0.9 0.7"}
    return [
        element(
            "path",
            {"d": path_of([sheet.at(*one.start), sheet.at(*one.end)]), "fill": "none", **style},
            element("title", {}, title),
        )
        for one in lines
    ]


def draw_exposure(sheet: Sheet, hall: HallDrawing) -> list[Markup]:
    """Draw how many of the visitors pass each zone and see it, in the five classes of `FLOW_CLASSES`."""
    shares = {shown.zone: shown.share for shown in hall.exposure}
    return [
        element(
            "path",
            {
                "d": path(sheet, zone_shape(zone)),
                "fill": EXPOSURE,
                "fill-opacity": FLOW_CLASSES[min(4, int(shares[zone.id] * 5))],
            },
        )
        for zone in hall.zones.zones
        if zone.id in shares
    ]


def draw_sight(sheet: Sheet, posts: Sequence[Post], edges: Floats) -> list[Markup]:
    """Draw what the posts that watch the floor see: half a turn round where they face."""
    style: dict[str, Value] = {"fill": SIGHT, "fill-opacity": 0.1, "stroke": SIGHT, "stroke-width": 0.15}
    return [
        element("path", {"d": path(sheet, seen_from(p.x, p.y, p.facing_deg, LOOKING_DEG, LOOKING_M, edges)), **style})
        for p in posts
        if p.role in LOOKING
    ]
