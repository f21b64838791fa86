"""The words of the map, in the reader's language, by the name its template and scripts use."""

from __future__ import annotations

from outlet.page import translate
from siting.settings.data import MODES

LAYERS = (
    "opened",
    "existing",
    "candidates",
    "competitors",
    "stops",
    "demand",
    "catchments",
    "assignment",
    "area",
    "streets",
)


def map_words(language: str) -> dict[str, str]:
    """Return the words of the page, and ``layer_<name>`` for each of `LAYERS`."""
    _ = translate(language)
    modes = {f"mode_{mode}": _(mode) for mode in MODES}
    return (
        _panel_words(language)
        | _rule_words(language)
        | modes
        | {
            "layer_opened": _("Opened outlets"),
            "layer_existing": _("Existing outlets"),
            "layer_candidates": _("Candidates, by score"),
            "layer_competitors": _("Competitors"),
            "layer_stops": _("Stops and stations"),
            "layer_demand": _("Demand"),
            "layer_catchments": _("Catchment of the chosen place"),
            "layer_assignment": _("Who is served where"),
            "layer_area": _("Competitors known inside"),
            "layer_streets": _("Streets and water"),
            "new": _("opens"),
            "existing": _("stays"),
            "closed": _("closes"),
            "opened": _("opens"),
            "competitor": _("Competitor"),
            "access": _("Transport access"),
            "demand": _("Target market"),
            "competition": _("Competition"),
        }
    )


def _rule_words(language: str) -> dict[str, str]:
    _ = translate(language)
    return {
        "rule_along-streets": _("Made along streets"),
        "rule_grid": _("Made on a grid"),
        "rule_h3": _("Made in an H3 hexagon"),
        "rule_near-stations": _("Made near a station"),
        "rule_demand-clusters": _("Made in a cluster of demand"),
        "rule_twins": _("Made as a twin of one of the best outlets"),
        "alike": _("{share} % alike"),
    }


def _panel_words(language: str) -> dict[str, str]:
    _ = translate(language)
    return {
        "skip": _("Skip to the ranking"),
        "report": _("Report"),
        "map": _("Map"),
        "panel": _("Ranking, plan and notes"),
        "layers": _("Layers"),
        "ranking": _("Ranking"),
        "plan": _("Plan"),
        "about": _("About"),
        "weights": _("Weights"),
        "reset": _("Reset"),
        "candidates": _("Candidates"),
        "candidate": _("Candidate"),
        "search": _("Search by name"),
        "top": _("Mark the best"),
        "rank": _("Rank"),
        "score": _("Score"),
        "interval": _("Rank range"),
        "interval_help": _("Range of ranks under random weights around the chosen ones"),
        "more": _("Show more"),
        "found": _("{found} of {all} candidates"),
        "walk": _("Within a walk of"),
        "minutes": _("{n} min"),
        "inside": _("Demand"),
        "rivals": _("Rivals"),
        "area_km2": _("km²"),
        "not_drawn": _("Its catchment is not drawn: those of the best candidates and of outlets are."),
        "moved": _("Places gained or lost since the weights of the project"),
        "no_data": _("no data"),
        "feature": _("Feature"),
        "measured": _("Measured"),
        "value": _("0–100"),
        "points": _("Points"),
        "unweighed": _("Features that do not weigh here ({n})"),
        "close": _("Close"),
        "plan_title": _("The chosen set"),
        "outlets": _("Outlets"),
        "outlet": _("Outlet"),
        "captured": _("Demand captured"),
        "share_before_after": _("Share"),
        "year": _("Year"),
        "format": _("Format"),
        "share_open": _("Opens if demand moves"),
        "frontier": _("What more outlets bring"),
        "how": _("How to read it"),
        "how_text": _(
            "Each candidate gets 0–100 points per feature; its score is the weighted mean of the features it has. "
            "Move a weight and score, rank and colour follow. The plan was optimised with the project's own weights "
            "and does not follow."
        ),
        "features": _("Features"),
        "assumptions": _("Assumptions and limits"),
    }
