"""The sections on the years in which outlets open, and on how the plan stands when demand moves."""

from __future__ import annotations

from outlet.page import Markup, Section, number, percent, translate
from siting.report.content import Context
from siting.study.wording import objective_name

LISTED = 20
"""Rows of the table; stability.csv holds all."""


def years_section(context: Context) -> Section | None:
    """Return which outlets open in which year, or None without a roll-out."""
    _ = translate(context.language)
    rollout = context.results.plan.rollout
    if not rollout:
        return None
    rollout_formats = context.results.plan.formats
    rows = [
        (
            str(step.year),
            number(len(step.opened), context.language),
            ", ".join(context.name_with_format(id_, rollout_formats) for id_ in step.opened) or "–",
            step.objective,
        )
        for step in rollout
    ]
    joint = _("The set and its order were chosen for all years together; what opens stays open.")
    ordered = _("The order is the one that serves all years together best; what opens stays open.")
    told = Markup("<p>{}</p>").format(joint if context.results.plan.rollout_joint else ordered)
    reached = objective_name(context.results.plan.model, context.unit, context.language)
    return Section(_("Year by year"), str(told), (("", (_("Year"), _("Opens"), _("Outlets"), reached), rows),))


def stability_section(context: Context) -> Section | None:
    """Return how often each outlet opens when demand moves, or None without draws."""
    _ = translate(context.language)
    table = context.results.stability
    if table is None or table.empty:
        return None
    in_plan = table["in_plan"].astype(str).str.lower() == "true"
    shown = table[in_plan | (table.index < LISTED)]
    formats = "format" in table.columns
    rows = [
        (
            context.name_with_format(str(row["id"]), {str(row["id"]): str(row["format"])} if formats else {}),
            _("opens") if str(row["in_plan"]).lower() == "true" else "–",
            percent(row["share_open"], context.language),
        )
        for _at, row in shown.iterrows()
    ]
    told = Markup("<p>{}</p>").format(
        _(
            "The plan was sought again and again with the demand of every point a little more or less. An outlet that "
            "opens nearly always is a safe choice; where one seldom opens, another place is about as good."
        )
    )
    columns = (_("Outlet"), _("In the plan"), _("Opens so often"))
    return Section(_("If demand moves"), str(told), (("", columns, rows),))
