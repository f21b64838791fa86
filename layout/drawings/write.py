"""Write the four drawings of one hall, and the page with its alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layout.drawings.hall import HallDrawing

if TYPE_CHECKING:
    from layout.drawings.alternatives import Alternative
    from outlet.artefacts import Staging


def write_drawings(place: Staging, hall: HallDrawing, language: str) -> None:
    """Write ``{outlet}/hall.svg``, ``hall.dxf``, ``hall.geojson`` and ``hall.html``.

    Parameters
    ----------
    place
        Where the stage writes.
    hall
        What is drawn.
    language
        ``en``, ``zh`` or ``es``.
    """
    from layout.drawings.dxf import make_dxf
    from layout.drawings.geojson import make_geojson
    from layout.drawings.page import make_page
    from layout.drawings.svg import draw_layers, draw_sheet
    from layout.drawings.words import Words
    from outlet.page import translate

    words = Words(language, translate(language))
    layers = draw_layers(hall, words)
    place.write_text("{outlet}/hall.svg", draw_sheet(hall, language, layers))
    place.write("{outlet}/hall.dxf").write_bytes(make_dxf(hall, words))
    place.write_text("{outlet}/hall.geojson", make_geojson(hall))
    place.write_text("{outlet}/hall.html", make_page(hall, language, layers))


def write_alternatives(place: Staging, plans: Sequence[Alternative], chosen: int, language: str) -> None:
    """Write ``{outlet}/hall_alternatives.html``: plans side by side, with the position of the chosen one."""
    from layout.drawings.alternatives import make_alternatives

    place.write_text("{outlet}/hall_alternatives.html", make_alternatives(plans, language, chosen=chosen))
