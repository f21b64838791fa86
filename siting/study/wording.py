"""Say in words, and draw, what was chosen and how good it is proved to be: for the map and the report alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from outlet.page import Markup, number, percent, translate
from outlet.page.charts import Series, render_lines
from outlet.page.terms import limit_name, model_name, status_name
from siting.data.results import Results


def objective_name(model: str, unit: str, language: str) -> str:
    """Return what the objective of a model measures, with its unit."""
    _ = translate(language)
    unit = _(unit)
    return {
        "max_cover": _("Demand within reach ({unit})").format(unit=unit),
        "set_cover": _("Outlets"),
        "p_median": _("Travel ({unit} × minutes)").format(unit=unit),
        "p_center": _("Longest trip (minutes)"),
        "p_dispersion": _("Least distance"),
        "fixed_charge": _("Cost"),
        "max_capture": _("Demand won ({unit})").format(unit=unit),
    }.get(model, _("Objective"))


def plan_aim(results: Results, unit: str, language: str) -> str:
    """Return what the plan's objective measures: of one year, or the mean of the years it was chosen for."""
    aim = objective_name(results.plan.model, unit, language)
    _ = translate(language)
    return _("{aim}, mean of the years").format(aim=aim) if results.plan.rollout_joint else aim


def unit_name(feature_unit: str, demand_unit: str, language: str) -> str:
    """Return a feature's unit in words; what is measured in demand is measured in the unit of demand."""
    _ = translate(language)
    return _(demand_unit if feature_unit == "demand" else feature_unit)


def better_words(language: str) -> dict[str, str]:
    """Return what is good of a feature in words: more, less, or a band."""
    _ = translate(language)
    return {"more": _("more is better"), "less": _("less is better"), "band": _("a certain range is best")}


def target_market_text(target_market: Mapping[str, float], language: str) -> str:
    """Return who the target market is, in a sentence."""
    _ = translate(language)
    if not target_market:
        return _("Target market: everyone counts once.")
    who = ", ".join(f"{name} × {number(times, language, 3)}" for name, times in sorted(target_market.items()))
    return _("Target market: {who}; all others count once.").format(who=who)


def plan_facts(results: Results, unit: str, language: str) -> list[tuple[str, str]]:
    """Return what was chosen and how good it is proved to be, as (term, value)."""
    _ = translate(language)
    plan = results.plan
    facts = [
        (_("Aim"), model_name(plan.model, language)),
        (_("Result"), status_name(plan.status, language)),
        (plan_aim(results, unit, language), number(plan.objective, language, 1)),
        (_("Proved bound"), number(plan.bound, language, 1)),
        (_("Gap"), percent(plan.gap, language, 2)),
        (_("Opens"), number(len(plan.opened), language)),
        (_("Stays"), number(len(plan.kept), language)),
    ]
    if plan.closed:
        facts.append((_("Closes"), number(len(plan.closed), language)))
    if limit := limit_name(plan.stopped_by, language):
        facts.append((_("Stopped by"), limit))
    return facts


def frontier_chart(results: Results, unit: str, language: str) -> Markup:
    """Return the objective and its bound over the number of outlets or the budget, or nothing without a frontier."""
    table = results.frontier
    if table is None or len(table) < 2:
        return Markup("")
    _ = translate(language)
    over = "budget" if "budget" in table.columns else "p"
    known = table.dropna(subset=["objective"]).sort_values(over)
    xs = [float(x) for x in known[over]]
    series = [Series(_("Reached"), list(zip(xs, (float(y) for y in known["objective"]), strict=True)))]
    bounds = [float(y) for y in known["bound"]]
    if np.isfinite(bounds).all() and not np.allclose(bounds, known["objective"], rtol=1e-4):
        series.append(Series(_("Proved bound"), list(zip(xs, bounds, strict=True)), dashed=True))
    return render_lines(
        series,
        x_label=_("Budget") if over == "budget" else _("New outlets"),
        y_label=objective_name(results.plan.model, unit, language),
        title=_("What more outlets bring"),
        language=language,
        marked_x=float(len(results.plan.opened)) if over == "p" else None,
    )
