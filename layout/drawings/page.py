"""Make hall.html: the plan with layers to switch, and everything on it as tables; one file, no network."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from layout.drawings.cameras import make_cameras, name_presence
from layout.drawings.exposure import make_exposure
from layout.drawings.found_words import say_expected
from layout.drawings.hall import HallDrawing
from layout.drawings.markup import clean
from layout.drawings.measures import make_measures
from layout.drawings.plan_section import find, make_plan
from layout.drawings.rule_words import Named, name_broken, severity_names
from layout.drawings.svg import Layers, draw_print_sheet, post_codes
from layout.drawings.words import (
    Words,
    fixed,
    name_equipment,
    name_role,
    name_target,
    name_term,
    name_zones,
)
from outlet.page import day, number, percent, render_page, render_table, translate


def make_page(hall: HallDrawing, language: str, layers: Layers | None = None) -> str:
    """Return hall.html; layers drawn before are taken."""
    words = Words(language, translate(language))
    _ = words.say
    parts = [
        _head(hall, words),
        _cards(hall, words),
        make_plan(hall, words, layers),
        _broken(hall, words),
        _zones(hall, words),
        _posts(hall, words),
        make_cameras(hall, words),
        _equipment(hall, words),
        make_measures(hall, words),
        make_exposure(hall, words),
        _terms(hall, words),
        _notes(hall, words),
    ]
    sheet = draw_print_sheet(hall, language)
    body = Markup('<div class="hall-paper">{}</div>\n<main class="page hall-page">\n{}</main>\n').format(
        sheet, Markup("").join(parts)
    )
    return render_page(
        f"{hall.title} – {_('Hall plan')}",
        str(body),
        language=language,
        styles=[_asset("hall.css")],
        scripts=[_asset("hall.js")],
        data={"hall-things": _details(hall, words), "hall-words": _said(words)},
    )


def _asset(name: str) -> str:
    return files("layout.drawings").joinpath(name).read_text(encoding="utf-8")


def _head(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    about = " · ".join(text for text in (hall.subtitle, _("Hall plan"), day(hall.as_of, words.language)) if text)
    number, count = hall.number
    others = Markup("")
    if count > 1:
        told = _("Plan {n} of {count}").format(n=number, count=count)
        others = Markup('<p>{}: <a href="hall_alternatives.html">{}</a></p>').format(told, _("all plans side by side"))
    return Markup('<header class="page-head"><h1>{}</h1><p>{}</p>{}</header>\n').format(hall.title, about, others)


def _cards(hall: HallDrawing, words: Words) -> Markup:
    _, language = words.say, words.language
    floor = hall.floor.outline.area
    zoned = sum(zone.area_m2 for zone in hall.zones.zones)
    cameras = len(hall.furnishing.cameras)
    proved = hall.furnishing.cameras_bound is not None and cameras <= hall.furnishing.cameras_bound + 1e-6
    cards = [
        (words.area(floor), _("Floor area")),
        (words.area(zoned), _("in {n} zones").format(n=len(hall.zones.zones))),
        (percent(zoned / floor if floor else None, language), _("of the floor is zoned; the rest is aisles")),
        (number(len(hall.furnishing.posts), language), _("Posts")),
        (number(cameras, language), _("Cameras, proved fewest") if cameras and proved else _("Cameras")),
        (number(len(hall.zones.broken_rules), language), _("Broken rules")),
    ]
    items = [
        Markup('<li><span class="value">{}</span><span class="label">{}</span></li>').format(value, label)
        for value, label in cards
    ]
    return Markup('<ul class="cards">{}</ul>\n').format(Markup("").join(items))


def _section(title: str, content: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>\n{}</section>\n").format(title, content)


def _broken(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    if not hall.zones.broken_rules:
        text = _("The plan breaks no rule.")
        return Markup('<p class="note good">{}</p>\n').format(text)
    named = Named(hall, words)
    rows = [
        (
            find(f"rule:{at}", f"{at}. {name_broken(rule, _)}"),
            named.place(rule.where),
            named.found(rule),
            say_expected(rule.expected, words) or "–",
            severity_names(_)[rule.severity],
            rule.source or "–",
        )
        for at, rule in enumerate(hall.zones.broken_rules, start=1)
    ]
    columns = (_("Rule"), _("Where"), _("Found"), _("Expected"), _("Severity"), _("Clause"))
    table = render_table(columns, rows, language=words.language)
    return _section(_("Broken rules"), Markup('<div class="hall-broken">{}</div>').format(table))


def _zones(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    names = name_zones(hall.zones.zones, _)
    rows = [
        (
            find(f"zone:{zone.id}", names[zone.id]),
            fixed(zone.area_m2, words.language, 1),
            _size(zone.rects, words),
            _("visitors") if zone.public else _("staff"),
            _("yes") if zone.enclosed else _("no"),
            _("yes") if zone.locked else _("no"),
            sum(post.zone == zone.id for post in hall.furnishing.posts),
            sum(thing.zone == zone.id for thing in hall.furnishing.equipment),
        )
        for zone in hall.zones.zones
    ]
    columns = (
        _("Zone"),
        _("Area, m²"),
        _("Size, m"),
        _("For"),
        _("Enclosed"),
        _("Locked"),
        _("Posts"),
        _("Equipment"),
    )
    return _section(_("Zones"), render_table(columns, rows, language=words.language))


def _size(rects: NDArray[np.float64], words: Words) -> str:
    return " + ".join(_by(float(rect[2]), float(rect[3]), words) for rect in rects)


def _by(width: float, depth: float, words: Words) -> str:
    """Return a width and a depth, which no line breaks."""
    return f"{fixed(width, words.language, 2)} × {fixed(depth, words.language, 2)}".replace(" ", "\N{NO-BREAK SPACE}")


def _posts(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    if not hall.furnishing.posts:
        return Markup("")
    codes = post_codes(hall)
    names = name_zones(hall.zones.zones, _)
    rows = [
        (
            find(f"post:{post.id}", codes[post.id]),
            name_role(post.role, hall.roles, _),
            names.get(post.zone, post.zone),
            fixed(post.x, words.language, 2),
            fixed(post.y, words.language, 2),
            f"{number(post.facing_deg, words.language)}°",
            _sees(post.sees, words),
            name_presence(post.presence, _),
        )
        for post in hall.furnishing.posts
    ]
    columns = (_("Post"), _("Role"), _("Zone"), "x, m", "y, m", _("Facing"), _("Sees"), _("Needed"))
    return _section(_("Posts"), render_table(columns, rows, language=words.language))


def _sees(sees: Sequence[tuple[str, float]], words: Words) -> str:
    return ", ".join(f"{name_target(kind, words.say)} {percent(share, words.language)}" for kind, share in sees) or "–"


def _equipment(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    if not hall.furnishing.equipment:
        return Markup("")
    names = name_zones(hall.zones.zones, _)
    counts = Counter((thing.kind, thing.zone) for thing in hall.furnishing.equipment)
    rows = [(name_equipment(kind, _), names.get(zone, zone), count) for (kind, zone), count in counts.items()]
    content = render_table((_("Kind"), _("Zone"), _("Number")), rows, language=words.language)
    return _section(_("Equipment"), content)


def _terms(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    if not hall.zones.terms:
        return Markup("")
    rows = [
        (name_term(name, _), round(float(value), 3), hall.zones.bound.get(name))
        for name, value in hall.zones.terms.items()
    ]
    bounded = any(row[2] is not None for row in rows)
    columns = (_("Term"), _("Value"), _("Bound"))
    content = (
        render_table(columns, rows, language=words.language)
        if bounded
        else render_table(columns[:2], [row[:2] for row in rows], language=words.language)
    )
    return _section(_("What the plan was weighed by"), Markup("{}{}").format(_proof(hall, words), content))


def _proof(hall: HallDrawing, words: Words) -> Markup:
    """Say how good the zones' dimensions are for their arrangement, where that is proved."""
    _, gap = words.say, hall.zones.bound.get("topology_gap")
    if gap is None:
        return Markup("")
    if gap <= 0:
        return Markup("<p>{}</p>").format(_("Best dimensions for this arrangement: proved."))
    share = percent(math.ceil(gap * 1000) / 1000, words.language, 1)
    told = _("Other dimensions of this arrangement cost at most {share} less: proved.").format(share=share)
    return Markup("<p>{}</p>").format(told)


def _notes(hall: HallDrawing, words: Words) -> Markup:
    _ = words.say
    notes = [*hall.floor.notes, *hall.zones.notes, *hall.furnishing.notes]
    if not notes:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in dict.fromkeys(notes))
    return _section(_("Notes"), Markup('<ul class="small">{}</ul>').format(items))


def _said(words: Words) -> dict[str, str]:
    _ = words.say
    return {"nothing": _("Nothing on the plan is called so."), "table": _("Show in the table")}


def _details(hall: HallDrawing, words: Words) -> dict[str, list[str]]:
    """Return what the page says of each thing on the plan: its name first."""
    _, language = words.say, words.language
    names = name_zones(hall.zones.zones, _)
    codes = post_codes(hall)
    named = Named(hall, words)
    found: dict[str, list[str]] = {}
    for zone in hall.zones.zones:
        use = _("for visitors") if zone.public else _("for staff")
        found[f"zone:{zone.id}"] = [names[zone.id], words.area(zone.area_m2), f"{_size(zone.rects, words)} m", use]
    for post in hall.furnishing.posts:
        lines = [f"{codes[post.id]} {name_role(post.role, hall.roles, _)}", names.get(post.zone, post.zone)]
        lines += [f"{_('sees')} {_sees(post.sees, words)}"] if post.sees else []
        found[f"post:{post.id}"] = lines
    for thing in hall.furnishing.equipment:
        place = names.get(thing.zone, thing.zone)
        found[f"equipment:{thing.id}"] = [name_equipment(thing.kind, _), place, f"{_by(thing.w, thing.h, words)} m"]
    for k, camera in enumerate(hall.furnishing.cameras, start=1):
        reach = _("sees {m} m, {deg}° wide").format(
            m=number(camera.range_m, language, 1), deg=number(camera.view_deg, language)
        )
        found[f"camera:{camera.id}"] = [f"{_('Camera')} {k}", reach]
    for k, rule in enumerate(hall.zones.broken_rules, start=1):
        found[f"rule:{k}"] = [f"{k}. {name_broken(rule, _)}", named.place(rule.where), named.found(rule)]
    return {clean(key): lines for key, lines in found.items()}
