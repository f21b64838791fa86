"""The words of the map, in the reader's language, by the name its template and scripts use."""

from __future__ import annotations

from outlet.page import translate
from siting.data.results import PlanFile

LAYERS = ("opened", "existing", "candidates", "competitors", "stops", "demand", "assignment", "area", "streets")


def map_words(language: str) -> dict[str, str]:
    """Return the words of the page, and ``layer_<name>`` for each of `LAYERS`."""
    _ = translate(language)
    return _panel_words(language) | {
        "layer_opened": _("Opened outlets"),
        "layer_existing": _("Existing outlets"),
        "layer_candidates": _("Candidates, by score"),
        "layer_competitors": _("Competitors"),
        "layer_stops": _("Stops and stations"),
        "layer_demand": _("Demand"),
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
        "moved": _("Places gained or lost since the weights of the project"),
        "no_data": _("no data"),
        "feature": _("Feature"),
        "measured": _("Measured"),
        "value": _("0–100"),
        "points": _("Points"),
        "close": _("Close"),
        "plan_title": _("The chosen set"),
        "outlets": _("Outlets"),
        "outlet": _("Outlet"),
        "captured": _("Demand captured"),
        "share_before_after": _("Share"),
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


def model_name(model: str, language: str) -> str:
    """Return what a location model strives for, in words."""
    _ = translate(language)
    return {
        "max_cover": _("most demand within reach"),
        "set_cover": _("fewest outlets that reach everyone"),
        "p_median": _("least travel, weighted by demand"),
        "p_center": _("shortest longest trip"),
        "p_dispersion": _("outlets far from each other"),
        "fixed_charge": _("least cost of opening and travel"),
        "max_capture": _("most customers against competitors"),
    }.get(model, model)


def objective_name(model: str, unit: str, language: str) -> str:
    """Return what the objective of a model measures, with its unit."""
    _ = translate(language)
    return {
        "max_cover": _("Demand within reach ({unit})").format(unit=unit),
        "set_cover": _("Outlets"),
        "p_median": _("Travel ({unit} × minutes)").format(unit=unit),
        "p_center": _("Longest trip (minutes)"),
        "p_dispersion": _("Least distance"),
        "fixed_charge": _("Cost"),
        "max_capture": _("Demand won ({unit})").format(unit=unit),
    }.get(model, _("Objective"))


def status_text(plan: PlanFile, language: str) -> str:
    """Return how good the plan is proved to be."""
    _ = translate(language)
    return {
        "optimal": _("proved optimal"),
        "feasible": _("feasible, not proved optimal"),
        "infeasible": _("no plan exists"),
        "undecided": _("no plan found in time"),
    }.get(plan.status, plan.status)
