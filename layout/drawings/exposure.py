"""Write the table of hall.html that says how well zones are shown to visitors: `make_exposure`."""

from __future__ import annotations

from markupsafe import Markup

from layout.drawings.hall import HallDrawing
from layout.drawings.words import Words, fixed, name_zones
from layout.flow.exposure import SEEN_WITHIN_M, total_exposure
from outlet.page import number, percent, render_table


def make_exposure(hall: HallDrawing, words: Words) -> Markup:
    """Return the section, or nothing where no exposure was computed; zones that sell first, by value and share."""
    if not hall.exposure:
        return Markup("")
    _, language = words.say, words.language
    names = name_zones(hall.zones.zones, _)
    ranked = sorted(hall.exposure, key=lambda shown: (-shown.value, -shown.share, shown.zone))
    rows = [
        (
            names.get(shown.zone, shown.zone),
            percent(shown.share, language),
            fixed(shown.per_hour, language, 1),
            number(shown.value, language, 1) if shown.value > 0 else "–",
            "–" if shown.buyers_per_hour is None else fixed(shown.buyers_per_hour, language, 1),
            fixed(shown.waiting_min_per_hour, language, 1) if shown.value > 0 else "–",
        )
        for shown in ranked
    ]
    columns = (
        _("Zone"),
        _("Visitors who pass and see it"),
        _("an hour"),
        _("Value"),
        _("Buyers an hour"),
        _("In sight of waiting people, person-minutes an hour"),
    )
    told = _(
        "Passing counts within {m} m with nothing in between. All selling zones, weighted by value: {share}."
    ).format(m=number(SEEN_WITHIN_M, language), share=percent(total_exposure(hall.exposure), language))
    content = Markup('{}<p class="small">{}</p>\n').format(render_table(columns, rows, language=language), told)
    return Markup("<section><h2>{}</h2>\n{}</section>\n").format(_("Exposure"), content)
