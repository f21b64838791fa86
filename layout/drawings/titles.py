"""Draw the column beside the plan: title block, zones with areas, people, signs and broken rules, in SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from layout.drawings.hall import HallDrawing
from layout.drawings.markup import Value, element, line, path_of, rectangle, write
from layout.drawings.palette import BROKEN, CAMERA, INK, MOVEMENT, PAPER, POCHE, POST, STAND_OFF, THIN, tint
from layout.drawings.rule_words import Named, name_broken
from layout.drawings.sheet import BORDER_MM, COLUMN_MM, SHEET_MM, Box
from layout.drawings.text import shorten, text_width, wrap
from layout.drawings.words import Words, name_role, name_zones, role_codes

PAD_MM = 5.0
ROW_MM = 4.7
TEXT_MM = 2.7
LEAST_LIST_MM = 14.0
RULE_SIZES_MM = (2.4, 2.2, 2.0)
RULE_ROWS = 12
RULE_STEP, RULE_GAP = 1.375, 0.5


def column_box() -> Box:
    """Return where the column lies on the sheet."""
    width, height = SHEET_MM
    return Box(width - BORDER_MM - COLUMN_MM, BORDER_MM, COLUMN_MM, height - 2 * BORDER_MM)


def draw_column(hall: HallDrawing, scale: int, words: Words) -> Markup:
    """Draw the whole column."""
    box = column_box()
    frame: dict[str, Value] = {"fill": "none", "stroke": INK, "stroke-width": 0.5}
    drawn = [rectangle(BORDER_MM, BORDER_MM, SHEET_MM[0] - 2 * BORDER_MM, SHEET_MM[1] - 2 * BORDER_MM, frame)]
    drawn.append(line((box.x, box.y), (box.x, box.y + box.height), {"stroke": INK, "stroke-width": 0.5}))
    title = _title_block(hall, scale, words, box)
    drawn.append(title.svg)
    y = box.y + 7.0
    for part in (_zones, _people, _signs, _rules):
        made = part(hall, words, Box(box.x + PAD_MM, y, box.width - 2 * PAD_MM, title.top - y))
        drawn.append(made.svg)
        y = made.top
    return element("g", {"class": "titles"}, *drawn)


@dataclass(frozen=True)
class _Part:
    """Something drawn in the column, and where the next may start (or, for the title block, where it starts)."""

    svg: Markup
    top: float


def _heading(text: str, box: Box) -> Markup:
    return write((box.x, box.y), text.upper(), 2.4, {"font-weight": 700, "fill": THIN, "letter-spacing": 0.25})


def _zones(hall: HallDrawing, words: Words, box: Box) -> _Part:
    _ = words.say
    drawn = [_heading(_("Zones"), box)]
    y = box.y + ROW_MM
    names = name_zones(hall.zones.zones, _)
    for zone in hall.zones.zones:
        fill, stroke = tint(zone.kind, public=zone.public)
        style: dict[str, Value] = {"fill": fill, "stroke": stroke, "stroke-width": 0.3}
        area = words.area(zone.area_m2)
        room = box.width - 7.0 - text_width(area, TEXT_MM) - 2.0
        rows = wrap(names[zone.id], TEXT_MM, room, 2)
        drawn += [
            rectangle(box.x, y - 2.6, 4.6, 3.2, style),
            *(write((box.x + 7.0, y + 3.5 * at), row, TEXT_MM) for at, row in enumerate(rows)),
            write((box.x + box.width, y), area, TEXT_MM, {"text-anchor": "end", "fill": THIN}),
        ]
        y += ROW_MM + 3.5 * (len(rows) - 1)
    return _Part(element("g", {}, *drawn), y + 3.0)


def _people(hall: HallDrawing, words: Words, box: Box) -> _Part:
    posts = hall.furnishing.posts
    if not posts:
        return _Part(Markup(""), box.y)
    _ = words.say
    drawn = [_heading(_("Posts"), box)]
    codes = role_codes([post.role for post in posts])
    counts = Counter(post.role for post in posts)
    y = box.y + ROW_MM
    for role, code in codes.items():
        disc: dict[str, Value] = {"cx": box.x + 2.3, "cy": y - 1.0, "r": 2.0, "fill": POST}
        size = 2.1 if len(code) < 3 else 1.6
        inside: dict[str, Value] = {"text-anchor": "middle", "fill": PAPER, "font-weight": 700}
        rows = wrap(name_role(role, hall.roles, words.say), TEXT_MM, box.width - 14.0, 2)
        drawn += [
            element("circle", disc),
            write((box.x + 2.3, y - 0.25), code, size, inside),
            *(write((box.x + 7.0, y + 3.5 * at), row, TEXT_MM) for at, row in enumerate(rows)),
            write((box.x + box.width, y), str(counts[role]), TEXT_MM, {"text-anchor": "end", "fill": THIN}),
        ]
        y += ROW_MM + 3.5 * (len(rows) - 1)
    return _Part(element("g", {}, *drawn), y + 3.0)


def _signs(hall: HallDrawing, words: Words, box: Box) -> _Part:
    _ = words.say
    thin: dict[str, Value] = {"stroke": INK, "stroke-width": 0.25}
    x = box.x
    signs: list[tuple[Sequence[Markup], str]] = [
        ([rectangle(x, -2.4, 4.6, 2.8, {"fill": POCHE})], _("Wall or column")),
        (
            [rectangle(x, -2.4, 4.6, 2.8, {"fill": PAPER, **thin}), line((x, -1.0), (x + 4.6, -1.0), thin)],
            _("Window"),
        ),
        (
            [
                rectangle(x, -2.4, 4.6, 2.8, {"fill": PAPER, **thin}),
                line((x, 0.4), (x + 4.6, 0.4), {"stroke": INK, "stroke-width": 0.6}),
            ],
            _("Equipment; the firm edge is its front"),
        ),
    ]
    if hall.furnishing.stand_off:
        dash: dict[str, Value] = {"stroke": STAND_OFF, "stroke-width": 0.5, "stroke-dasharray": "0.9 0.7"}
        signs.append(([line((x, -1.0), (x + 4.8, -1.0), dash)], _("Stand-off line: others wait behind it")))
    if len(hall.zones.movement_line) > 1:
        style: dict[str, Value] = {"stroke": MOVEMENT, "stroke-width": 0.75, "stroke-dasharray": "2 1"}
        signs.append(([line((x, -1.0), (x + 4.8, -1.0), style)], _("Movement line")))
    if hall.furnishing.cameras:
        cone = path_of([(x, -1.0), (x + 4.6, -2.6), (x + 4.6, 0.6)], closed=True)
        style = {"d": cone, "fill": CAMERA, "fill-opacity": 0.15, "stroke": CAMERA, "stroke-width": 0.25}
        signs.append(([element("path", style)], _("Camera and what it sees")))
    drawn = [_heading(_("Signs"), box)]
    y = box.y + ROW_MM
    for sign, text in signs:
        rows = wrap(text, TEXT_MM, box.width - 7.0, 2)
        drawn.append(element("g", {"transform": f"translate(0 {y:.2f})"}, *sign))
        drawn += [write((x + 7.0, y + 3.5 * k), row, TEXT_MM) for k, row in enumerate(rows)]
        y += ROW_MM + 3.5 * (len(rows) - 1)
    return _Part(element("g", {}, *drawn), y + 3.0)


def _rules(hall: HallDrawing, words: Words, box: Box) -> _Part:
    """List the broken rules in full, smaller where they are many; what the column cannot hold is told by number."""
    rules = hall.zones.broken_rules
    if not rules or box.height < LEAST_LIST_MM:
        return _Part(Markup(""), box.y)
    _ = words.say
    named = Named(hall, words)
    texts = [f"{name_broken(rule, _)}: {named.place(rule.where)} – {named.found(rule)}" for rule in rules]
    room = box.height - ROW_MM - PAD_MM
    for size in RULE_SIZES_MM:
        listed = [wrap(text, size, box.width - 7.0, RULE_ROWS) for text in texts]
        heights = [(RULE_STEP * len(rows) + RULE_GAP) * size for rows in listed]
        if sum(heights) <= room:
            break
    shown = len(rules)
    while shown and sum(heights[:shown]) > room - (ROW_MM if shown < len(rules) else 0.0):
        shown -= 1
    drawn = [_heading(_("Broken rules"), box)]
    y = box.y + ROW_MM
    for k, rows in enumerate(listed[:shown]):
        drawn.append(write((box.x, y), str(k + 1), size + 0.2, {"fill": BROKEN, "font-weight": 700}))
        drawn += [write((box.x + 7.0, y + RULE_STEP * size * at), row, size) for at, row in enumerate(rows)]
        y += heights[k]
    if shown < len(rules):
        more = _("and {n} more, listed in hall.html").format(n=len(rules) - shown)
        drawn.append(write((box.x + 7.0, y), more, size, {"fill": THIN}))
    return _Part(element("g", {}, *drawn), y + 3.0)


def _title_block(hall: HallDrawing, scale: int, words: Words, box: Box) -> _Part:
    from outlet.page import day

    _ = words.say
    width = box.width - 2 * PAD_MM
    size = 5.2 if text_width(hall.title, 5.2) <= width * 2 else 4.2
    title = wrap(hall.title, size, width / 1.06, 3)
    subtitle = wrap(hall.subtitle, 3.0, width, 2)
    facts = [
        (_("Drawing"), _("Hall plan")),
        (_("Scale"), f"1 : {scale} (A3)"),
        (_("Floor area"), words.area(hall.floor.outline.area)),
        (_("Units"), _("metres")),
        (_("Date"), day(hall.as_of, words.language)),
        (_("Source drawing"), hall.floor.source or "–"),
    ]
    height = 9.0 + len(title) * size * 1.2 + len(subtitle) * 4.0 + len(facts) * ROW_MM + 3.0
    top = box.y + box.height - height
    drawn = [line((box.x, top), (box.x + box.width, top), {"stroke": INK, "stroke-width": 0.5})]
    y = top + 3.5
    for row in title:
        y += size * 1.2
        drawn.append(write((box.x + PAD_MM, y), row, size, {"font-weight": 700}))
    y += 1.0
    for row in subtitle:
        y += 4.0
        drawn.append(write((box.x + PAD_MM, y), row, 3.0, {"fill": THIN}))
    y += 3.0
    for label, value in facts:
        y += ROW_MM
        drawn.append(write((box.x + PAD_MM, y), label, 2.5, {"fill": THIN}))
        drawn.append(write((box.x + PAD_MM + 22.0, y), shorten(value, 2.7, width - 22.0), 2.7))
    return _Part(element("g", {}, *drawn), top)
