"""Draw how far one walks from a chosen outlet, small enough for its card, beside what is inside."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outlet.page import Markup, number, translate
from outlet.page.tables import render_table
from siting.data.drawn import Band
from siting.data.results import PlannedOutlet
from siting.report.content import Context

SIDE = 200
EDGE = 6
COLOUR = "#6d28a8"
DASHES = ("", ' stroke-dasharray="7 4"', ' stroke-dasharray="2 4"')
M_PER_DEGREE = 111_320.0
SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000)


def catchment_figure(context: Context, outlet: PlannedOutlet) -> Markup:
    """Return the drawing and a table of demand, rivals and area by walk, or nothing where it is not drawn."""
    bands = context.catchments.of(outlet.id, outlet.role)
    if not bands:
        return Markup("")
    language = context.language
    _ = translate(language)
    columns = (_("Within a walk of"), _("Demand"), _("Rivals"), _("km²"))
    rows = [
        (
            _("{n} min").format(n=number(band.minutes, language, 1)),
            number(band.demand, language),
            number(band.rivals, language),
            number(band.area_km2, language, 2),
        )
        for band in bands
    ]
    table = render_table(columns, rows, language=language, right=(1, 2, 3))
    title = _("Catchment of {name}").format(name=outlet.name)
    return Markup('<div class="reach">{}{}</div>').format(_drawing(bands, outlet, title, language), table)


def _drawing(bands: tuple[Band, ...], outlet: PlannedOutlet, title: str, language: str) -> Markup:
    """Return the bands as SVG, north up, the longest walk first, with the outlet and a scale."""
    east = M_PER_DEGREE * math.cos(math.radians(outlet.lat))
    plane = [
        shapely.transform(band.shape, lambda xy: (xy - (outlet.lon, outlet.lat)) * (east, M_PER_DEGREE))
        for band in bands
    ]
    west, south, far_east, north = shapely.total_bounds(np.array(plane, dtype=object)).tolist()
    scale = (SIDE - 2 * EDGE) / max(far_east - west, north - south, 1.0)
    width, height = round((far_east - west) * scale + 2 * EDGE), round((north - south) * scale + 2 * EDGE)
    origin = np.array([EDGE - west * scale, EDGE + north * scale])
    shapes = Markup("").join(
        Markup('<path d="{}" fill="{}" fill-opacity=".13" fill-rule="evenodd" stroke="{}"{}/>').format(
            _path(shapely.simplify(shape, 1.5 / scale), scale, origin), COLOUR, COLOUR, Markup(DASHES[min(at, 2)])
        )
        for at, shape in reversed(list(enumerate(plane)))
    )
    metres = max((m for m in SCALES_M if m * scale <= width / 2), default=SCALES_M[0])
    bar = Markup(
        '<path d="M{} {}v5h{}v-5" fill="none" stroke="#17232e"/><text x="{}" y="{}" font-size="13">{}</text>'
    ).format(EDGE, height + 6, round(metres * scale, 1), EDGE, height + 26, _distance(metres, language))
    place = Markup('<circle cx="{}" cy="{}" r="5" fill="#c2410c" stroke="#fff"/>').format(*origin.round(1).tolist())
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        width, height + 30, title, shapes, place, bar
    )


def _path(shape: BaseGeometry, scale: float, origin: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    drawn = []
    for ring in rings:
        points = np.asarray(ring.coords)[:, :2] * (scale, -scale) + origin
        drawn.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points.tolist()) + "Z")
    return "".join(drawn)


def _distance(metres: int, language: str) -> str:
    return f"{number(metres, language)} m" if metres < 1000 else f"{number(metres / 1000, language)} km"
