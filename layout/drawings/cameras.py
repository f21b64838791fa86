"""Write the table of hall.html with its cameras and what their pictures must mask, and say when posts are needed."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from layout.drawings.hall import HallDrawing
from layout.drawings.plan_section import find
from layout.drawings.rule_words import Named
from layout.drawings.words import Say, Words, fixed, plain
from outlet.page import number, render_table


def name_presence(presence: Sequence[str], _: Say) -> str:
    """Return when somebody must be at a post, in words."""
    names = {
        "open": _("while open"),
        "opening": _("at opening"),
        "closing": _("at closing"),
        "cash": _("handles cash"),
    }
    return ", ".join(names.get(name, plain(name)) for name in presence) or "–"


def make_cameras(hall: HallDrawing, words: Words) -> Markup:
    """Return the section on cameras, or nothing where there is none."""
    _, language = words.say, words.language
    if not hall.furnishing.cameras:
        return Markup("")
    named = Named(hall, words)
    rows = [
        (
            find(f"camera:{camera.id}", f"{_('Camera')} {k}"),
            fixed(camera.x, language, 2),
            fixed(camera.y, language, 2),
            f"{number(camera.facing_deg, language)}°",
            f"{number(camera.range_m, language, 1)} m, {number(camera.view_deg, language)}°",
            ", ".join(named.text(thing) for thing in camera.masks) or "–",
        )
        for k, camera in enumerate(hall.furnishing.cameras, start=1)
    ]
    columns = (_("Camera"), "x, m", "y, m", _("Facing"), _("Sees"), _("Keypads to mask in its picture"))
    table = render_table(columns, rows, language=language)
    return Markup("<section><h2>{}</h2>\n{}</section>\n").format(_("Cameras"), table)
