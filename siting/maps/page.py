"""Draw map.html: one file that works with no network, and whose weights can be moved by the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from outlet.page import Markup, number, render_page, render_template, translate
from outlet.page.terms import model_name
from outlet.page.words import HTML_LANGUAGES
from outlet.project import ProjectSettings
from siting.data.drawn import NOTHING_DRAWN, Catchments
from siting.data.layers import SitingData, drawn_demand
from siting.data.results import Results
from siting.maps.backdrop import Backdrop, draw_backdrop
from siting.maps.bands import DrawnBands, draw_bands
from siting.maps.content import (
    MANY_LINKS,
    candidate_values,
    drawn_layers,
    grid_of,
    outlet_values,
    shade_by,
)
from siting.maps.leaflet import bare_map, leaflet_script, leaflet_style
from siting.maps.words import LAYERS, map_words
from siting.scoring.features import FEATURES, better_of
from siting.scoring.weights import without_timetable
from siting.settings.score import ScoreSettings
from siting.study.breakdown import is_weighted_mean, weights_told
from siting.study.wording import better_words, frontier_chart, plan_facts, target_market_text, unit_name

HIDDEN_AT_FIRST = ("stops", "assignment")
TOP_AT_LEAST = 5
LEAST_TOLD_M = 3.0


@dataclass(frozen=True, kw_only=True)
class MapRequest:
    """What the map is drawn from.

    ``unit`` is what demand counts (persons …); ``credit`` names whose data it is; ``catchments`` are the drawn ones.
    """

    project: ProjectSettings
    score: ScoreSettings
    data: SitingData
    results: Results
    unit: str
    credit: str = ""
    catchments: Catchments = NOTHING_DRAWN


@dataclass(frozen=True)
class MapPage:
    """The page, and what was left out of it."""

    html: str
    notes: tuple[str, ...]


def render_map(request: MapRequest) -> MapPage:
    """Return map.html in the project's language."""
    language = request.project.language
    _ = translate(language)
    words = map_words(language)
    grid = grid_of(request.data)
    backdrop = draw_backdrop(request.data.streets, request.data.water, grid)
    drawn = draw_bands(request.catchments, request.data.crs, grid)
    notes = [*_backdrop_notes(backdrop, language), *_band_notes(drawn, language)]
    bare = bare_map((grid.lon, grid.lat), LAYERS)
    body = render_template(
        "siting.maps",
        "map.html",
        {
            "w": words,
            "name": request.project.name,
            "subtitle": _("Where to open: {model}").format(model=model_name(request.results.plan.model, language)),
            "map": Markup(bare.html),
            "count": len(request.results.candidates),
            "facts": plan_facts(request.results, request.unit, language),
            "frontier": frontier_chart(request.results, request.unit, language),
            "features": _feature_notes(request, language),
            "notes": [*_told(request), *notes],
        },
    )
    layers = drawn_layers(request.data, request.results, backdrop, grid) | {"catchments": drawn.rings}
    page = _page_values(request, words) | {"catchments": drawn.figures}
    page["sizes"] = {**_sizes(request), "catchments": drawn.places}
    page |= {"map": bare.variable, "groups": bare.groups}
    scripts = [files("siting.maps").joinpath(name).read_text(encoding="utf-8") for name in ("layers.js", "panel.js")]
    html = render_page(
        f"{request.project.name} · {words['map']}",
        body,
        language=language,
        styles=[leaflet_style(), files("siting.maps").joinpath("map.css").read_text(encoding="utf-8")],
        scripts=[leaflet_script(), bare.script, *scripts],
        data={"map-page": page, "map-layers": layers},
    )
    return MapPage(html, tuple(notes))


def _told(request: MapRequest) -> list[str]:
    """Return who the target market is, and what was assumed before the map was drawn."""
    market = target_market_text(request.score.target_market, request.project.language)
    return [market, *request.data.notes, *request.results.plan.notes, *_method_notes(request)]


def _method_notes(request: MapRequest) -> list[str]:
    _ = translate(request.project.language)
    if is_weighted_mean(request.results.candidates, request.results.features):
        return []
    text = _(
        "The project does not score by the weighted mean but by {method}. Once a weight is moved, this page scores by "
        "the weighted mean."
    )
    return [text.format(method=request.score.aggregation.upper())]


def _backdrop_notes(backdrop: Backdrop, language: str) -> list[str]:
    _ = translate(language)
    notes = []
    if backdrop.tolerance_m > 1:
        text = _("To keep the page small, streets are drawn to within {metres} m.")
        notes.append(text.format(metres=number(backdrop.tolerance_m, language)))
    if backdrop.paths_left_out:
        text = _("{n} footpaths and service ways are not drawn; walks were computed along them all the same.")
        notes.append(text.format(n=number(backdrop.paths_left_out, language)))
    return notes


def _band_notes(drawn: DrawnBands, language: str) -> list[str]:
    _ = translate(language)
    if drawn.tolerance_m <= LEAST_TOLD_M:
        return []
    text = _("To keep the page small, catchments are drawn to within {metres} m.")
    return [text.format(metres=number(drawn.tolerance_m, language))]


def _feature_notes(request: MapRequest, language: str) -> list[tuple[str, str]]:
    _ = translate(language)
    better = better_words(language)
    notes = []
    for feature in FEATURES:
        if feature.name in request.results.features:
            good = better[better_of(feature, request.score)]
            text = f"{unit_name(feature.unit, request.unit, language)}; {good}; {feature.source}"
            notes.append((_(feature.label), text))
    return notes


def _page_values(request: MapRequest, words: Mapping[str, str]) -> dict[str, object]:
    language = request.project.language
    _ = translate(language)
    results = request.results
    outlets = outlet_values(request.data, results)
    _measure, per_area = shade_by(request.data)
    few = len(results.assignment) <= MANY_LINKS if results.assignment is not None else False
    features = _features(request, language)
    return {
        "words": dict(words),
        "locale": HTML_LANGUAGES[language],
        "unit": _(request.unit),
        "demand_measure": (_("{unit} per km²") if per_area else "{unit}").format(unit=_(request.unit)),
        "features": features,
        "most_weight": _most_weight(features),
        "candidates": candidate_values(request.data, results),
        "outlets": outlets,
        "top": min(len(results.candidates), max(TOP_AT_LEAST, len(results.plan.opened))),
        "on": {name: name not in HIDDEN_AT_FIRST or (name == "assignment" and few) for name in LAYERS},
        "credit": request.credit,
    }


def _sizes(request: MapRequest) -> dict[str, int]:
    data, results = request.data, request.results
    outlets = outlet_values(data, results)
    opened = sum(outlet["role"] == "new" for outlet in outlets)
    return {
        "opened": opened,
        "existing": len(outlets) - opened,
        "candidates": len(results.candidates),
        "competitors": len(data.competitors),
        "stops": len(data.stops),
        "demand": len(drawn_demand(data)),
        "assignment": 0 if results.assignment is None else len(results.assignment),
        "area": 0 if data.area is None else 1,
        "streets": len(data.streets) + len(data.water),
    }


def _features(request: MapRequest, language: str) -> list[dict[str, object]]:
    _ = translate(language)
    table = request.results.candidates
    weights = request.score.weights.by_name()
    if request.score.weighing == "direct":
        known = {name: bool(table[f"{name}_value"].notna().any()) for name in request.results.features}
        weights, _stand_in = without_timetable(weights, known)
    else:
        weights = weights_told(table, request.results.features)
    return [
        {
            "name": feature.name,
            "label": _(feature.label),
            "unit": unit_name(feature.unit, request.unit, language),
            "family": feature.family,
            "help": f"{unit_name(feature.unit, request.unit, language)} · {feature.source}",
            "weight": weights.get(feature.name, 0.0),
            "known": int(table[f"{feature.name}_value"].notna().sum()),
        }
        for name in request.results.features
        for feature in FEATURES
        if feature.name == name
    ]


def _most_weight(features: Sequence[Mapping[str, object]]) -> float:
    weights = [float(str(feature["weight"])) for feature in features]
    return max(2 * max(weights, default=1.0), sum(weights) / 2, 1e-9)
