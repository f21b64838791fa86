"""The sections on competition: who loses to the new outlets, who stands near them, how the choice model was fitted."""

from __future__ import annotations

from outlet.page import Markup, Section, number, percent, translate
from siting.data.results import CalibrationFile
from siting.report.content import Context

LOSSES_SHOWN = 20
BRANDS_SHOWN = 3
OUTLETS_SHOWN = 20

Row = tuple[str | int | float | None, ...]
Table = tuple[str, tuple[str, ...], list[Row]]


def cannibalisation_section(context: Context) -> Section | None:
    """Return who of ours loses how much to which new outlet, the largest loss first, or None where nobody does."""
    table = context.results.cannibalisation
    if table is None or table.empty:
        return None
    language = context.language
    _ = translate(language)
    shown = table.head(LOSSES_SHOWN)
    rows: list[Row] = [
        (
            context.name(str(row["outlet_id"])),
            context.name(str(row["existing_id"])),
            number(row["taken"], language, 1),
            percent(row["share_of_existing"], language, 1),
        )
        for _at, row in shown.iterrows()
    ]
    columns = (
        _("New outlet"),
        _("Existing outlet"),
        _("Takes ({unit})").format(unit=_(context.unit)),
        _("Of what the existing one would have"),
    )
    text = _("Under the choice model customers move to a new outlet from all others alike; a neighbour may lose more.")
    if len(table) > len(shown):
        more = _("cannibalisation.csv lists {n} smaller losses.").format(n=number(len(table) - len(shown), language))
        text = f"{text} {more}"
    return Section(_("What new outlets take from ours"), str(Markup("<p>{}</p>").format(text)), (("", columns, rows),))


def presence_section(context: Context) -> Section | None:
    """Return the strongest rival brands near each new outlet, or None where presence.csv has none of them."""
    table = context.results.presence
    if table is None or table.empty:
        return None
    language = context.language
    _ = translate(language)
    rows: list[Row] = []
    for id_ in context.results.plan.opened:
        near = table[(table["candidate_id"] == id_) & (table["outlets"] > 0)].head(BRANDS_SHOWN)
        rows += [
            (
                context.name(id_),
                str(row["brand"]),
                number(row["outlets"], language),
                number(row["attraction"], language, 2),
                number(row["nearest_min"], language, 1),
            )
            for _at, row in near.iterrows()
        ]
    if not rows:
        return None
    columns = (_("New outlet"), _("Brand"), _("Its outlets near by"), _("Attraction"), _("Nearest (min)"))
    return Section(_("Rivals near the new outlets"), "", (("", columns, rows),))


def calibration_section(context: Context) -> Section | None:
    """Return how the choice model was fitted, how well, and observed beside expected; None where it was not."""
    found = context.results.calibration
    if found is None:
        return None
    _ = translate(context.language)
    text = _("Fitted to {what}.").format(what=observed_name(found.target, context.language))
    if found.fit.mcfadden_r2 is not None:
        r2 = number(found.fit.mcfadden_r2, context.language, 3)
        text += " " + _("McFadden's R², against equal shares: {r2}.").format(r2=r2)
    text += " " + (
        _("The project uses the fitted values.")
        if found.in_use
        else _("The project does not use the fitted values; calibration.json has the lines to paste.")
    )
    tables = (_parameters(context, found), _models(context, found), _outlets(context, found))
    return Section(_("How the choice model was fitted"), str(Markup("<p>{}</p>").format(text)), tables)


def observed_name(target: str, language: str) -> str:
    """Return what a calibration was fitted to, in words."""
    _ = translate(language)
    names = {
        "choices": _("observed choices of customers"),
        "sales": _("sales of existing outlets"),
        "visits": _("visits of existing outlets"),
        "deposits": _("deposits of existing outlets"),
    }
    return names.get(target, target)


def _parameters(context: Context, found: CalibrationFile) -> Table:
    language = context.language
    _ = translate(language)
    columns = (_("Parameter"), _("Estimate"), _("Standard error"), _("From"), _("To"), _("Set in the project"))
    rows: list[Row] = [
        (
            one.parameter,
            number(one.estimate, language, 3),
            number(max(one.errors, default=None), language, 3),
            number(one.low, language, 3),
            number(one.high, language, 3),
            number(one.value_now, language, 3),
        )
        for one in found.parameters
    ]
    return (_("Parameters"), columns, rows)


def _models(context: Context, found: CalibrationFile) -> Table:
    language = context.language
    _ = translate(language)
    names = {
        "calibrated": _("fitted"),
        "as set now": _("as set in the project"),
        "size alone": _("size alone"),
        "equal shares": _("equal shares"),
    }
    columns = (
        _("Model"),
        _("Correlation"),
        _("Correlation where left out"),
        _("Log-likelihood a visitor, left out"),
    )
    rows: list[Row] = [
        (
            names.get(one.model, one.model),
            number(one.fitted.pearson, language, 3),
            number(one.held_out.pearson if one.held_out else None, language, 3),
            number(one.held_out.log_likelihood_per_visitor if one.held_out else None, language, 3),
        )
        for one in found.models
    ]
    return (_("How near each model comes"), columns, rows)


def _outlets(context: Context, found: CalibrationFile) -> Table:
    language = context.language
    _ = translate(language)
    known = [one for one in found.outlets if one.observed is not None][:OUTLETS_SHOWN]
    rows: list[Row] = [
        (one.name, number(one.observed, language, 1), number(one.expected, language, 1)) for one in known
    ]
    return (_("Observed and expected, the largest outlets"), (_("Outlet"), _("Observed"), _("Expected")), rows)
