"""Say the closed choices of the artefacts, such as a model or a status, in the reader's words."""

from __future__ import annotations

from outlet.page.words import translate


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


def status_name(status: str, language: str) -> str:
    """Return how good the plan is proved to be."""
    _ = translate(language)
    return {
        "optimal": _("proved optimal"),
        "feasible": _("feasible, not proved optimal"),
        "infeasible": _("no plan exists"),
        "undecided": _("no plan found in time"),
    }.get(status, status)


def limit_name(stopped_by: str | None, language: str) -> str:
    """Return what ended a search before it was proved, or nothing where the proof did."""
    _ = translate(language)
    return {
        "gap": _("the gap the project allows"),
        "time": _("the time limit; another run may end elsewhere"),
        "work": _("the limit on work"),
        "interrupt": _("an interruption"),
    }.get(stopped_by or "", "")
