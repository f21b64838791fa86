"""Write the section of hall.html with the plan: what can be switched, searched and picked on it, and its legends."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from layout.drawings.contents import FLOW_CLASSES
from layout.drawings.hall import HallDrawing
from layout.drawings.markup import clean
from layout.drawings.palette import EXPOSURE, FLOW, tint
from layout.drawings.svg import Layers, draw_plan, post_codes
from layout.drawings.words import Words, name_role, name_zone
from outlet.page import number, percent

SHOWN, HIDDEN = True, False


def find(key: str, text: str) -> Markup:
    """Return a button that picks a thing on the plan, for a table's first column."""
    return Markup('<button type="button" class="find" data-thing="{}">{}</button>').format(clean(key), text)


def make_plan(hall: HallDrawing, words: Words, layers: Layers | None = None) -> Markup:
    """Return the section; layers drawn before are taken."""
    _ = words.say
    boxes = [
        Markup('<label><input type="checkbox" value="{}"{}>{}</label>').format(
            value, Markup(" checked") if shown else "", label
        )
        for value, label, shown in _switches(hall, words)
    ]
    zoom = [
        Markup('<button type="button" data-zoom="{}" aria-label="{}">{}</button>').format(step, label, sign)
        for step, label, sign in (("-1", _("Smaller"), "−"), ("1", _("Larger"), "+"))
    ]
    return Markup(
        '<section class="hall-view no-print" aria-label="{}">\n'
        '<fieldset class="hall-layers"><legend>{}</legend>{}</fieldset>\n'
        '<div class="hall-tools"><div class="hall-search"><input type="search" id="hall-search" aria-label="{}" '
        'placeholder="{}" autocomplete="off"><ul id="hall-found" hidden></ul></div>{}</div>\n'
        '<div class="hall-details" id="hall-details" aria-live="polite">{}</div>\n'
        '<figure><div class="hall-box" tabindex="0" role="region" aria-label="{}">\n{}</div>{}{}</figure>\n</section>\n'
    ).format(
        _("Hall plan"),
        _("Layers"),
        Markup("").join(boxes),
        _("Find a zone, a person, a thing or a rule"),
        _("Find a zone, a person, a thing or a rule"),
        Markup("").join(zoom),
        _("Pick a zone, a person, a seat, a camera, a thing or a rule, here or in the tables, to see what it is."),
        _("Hall plan"),
        draw_plan(hall, words.language, layers),
        _scales(hall, words),
        _legend(hall, words),
    )


def _switches(hall: HallDrawing, words: Words) -> list[tuple[str, str, bool]]:
    _ = words.say
    return [
        ("zones names", _("Zones"), SHOWN),
        ("equipment", _("Equipment"), SHOWN),
        ("posts", _("Posts"), SHOWN),
        ("movement", _("Movement line"), SHOWN),
        ("cameras", _("Cameras"), SHOWN),
        ("coverage", _("What cameras see"), HIDDEN),
        ("sight", _("What the watching posts see"), HIDDEN),
        *([("flow", _("Flow of visitors"), HIDDEN)] if hall.flow is not None else []),
        *([("exposure", _("Exposure"), HIDDEN)] if hall.exposure else []),
        *([("broken", _("Broken rules"), SHOWN)] if hall.zones.broken_rules else []),
        ("dimensions", _("Dimensions"), SHOWN),
    ]


def _scales(hall: HallDrawing, words: Words) -> Markup:
    """Return what the shades of the flow and the exposure stand for; the page shows each with its layer."""
    _, language = words.say, words.language
    made = Markup("")
    if hall.flow is not None:
        top = float(np.max(hall.flow.density, initial=0.0))
        steps = [top * k / len(FLOW_CLASSES) for k in range(len(FLOW_CLASSES) + 1)]
        texts = [f"{number(low, language, 1)}–{number(high, language, 1)}" for low, high in pairwise(steps)]
        made += _scale("flow", _("Visitors an hour who cross a metre of floor"), FLOW, texts)
    if hall.exposure:
        texts = [f"{percent(k / 5, language)}–{percent((k + 1) / 5, language)}" for k in range(5)]
        made += _scale("exposure", _("Share of visitors who pass a zone and see it"), EXPOSURE, texts)
    return made


def _scale(layer: str, title: str, colour: str, texts: list[str]) -> Markup:
    items = [
        Markup('<li><span class="swatch" style="background:{};opacity:{}"></span>{}</li>').format(colour, share, text)
        for share, text in zip(FLOW_CLASSES, texts, strict=True)
    ]
    return Markup('<div class="hall-scale" data-scale="{}" hidden><b>{}</b><ul class="legend">{}</ul></div>').format(
        layer, title, Markup("").join(items)
    )


def _legend(hall: HallDrawing, words: Words) -> Markup:
    swatch = Markup('<li><span class="swatch" style="background:{};border-color:{}"></span>{}</li>')
    kinds = {(zone.kind, zone.name): tint(zone.kind, public=zone.public) for zone in hall.zones.zones}
    items = [
        swatch.format(fill, stroke, name_zone(kind, name, words.say)) for (kind, name), (fill, stroke) in kinds.items()
    ]
    codes = post_codes(hall)
    roles: dict[str, list[str]] = {}
    for post in hall.furnishing.posts:
        roles.setdefault(post.role, []).append(codes[post.id])
    code = Markup('<li><span class="hall-code">{}</span>{}</li>')
    items += [
        code.format(ids[0] if len(ids) == 1 else f"{ids[0]}–{ids[-1]}", name_role(role, hall.roles, words.say))
        for role, ids in roles.items()
    ]
    return Markup('<figcaption><ul class="legend">{}</ul></figcaption>').format(Markup("").join(items))
