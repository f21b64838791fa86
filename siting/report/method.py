"""The sections on what was assumed, and on how the figures came about and how far they can be trusted."""

from __future__ import annotations

from outlet.page import Markup, Section, number, percent, translate
from outlet.page.terms import limit_name, model_name, status_name
from siting.report.competition import observed_name
from siting.report.content import Context
from siting.scoring.features import FEATURES
from siting.study.breakdown import is_weighted_mean
from siting.study.wording import better_words, target_market_text, unit_name


def assumptions_section(context: Context) -> Section | None:
    """Return what was read and what was assumed, or None where nothing was noted."""
    _ = translate(context.language)
    told = list(dict.fromkeys([*context.notes, *context.results.plan.notes]))
    if not context.inputs and not told:
        return None
    notes = Markup("").join(Markup("<li>{}</li>").format(note) for note in told)
    html = Markup("<ul>{}</ul>").format(notes) if notes else Markup("")
    columns = (_("Input"), _("Rows"), _("Note"))
    tables = ((_("What was read"), columns, context.inputs),) if context.inputs else ()
    return Section(_("Data and assumptions"), str(html), tables)


def method_section(context: Context) -> Section:
    """Return how scores and plan were made, and what the bound and the gap prove."""
    language = context.language
    _ = translate(language)
    plan = context.results.plan
    paragraphs = [
        target_market_text(context.target_market, language),
        _valued(context),
        _(
            "The set is chosen by an exact model ({model}), not by taking the best scores. The objective is recomputed "
            "without the solver. No set is better than the proved bound; the gap is how far the plan may be from it."
        ).format(model=model_name(plan.model, language)),
        _verdict(context),
        _shares(context),
    ]
    html = Markup("").join(Markup("<p>{}</p>").format(text) for text in paragraphs)
    columns = (_("Feature"), _("Unit"), _("Better"), _("Known at"), _("Source"))
    table = context.results.candidates
    better = better_words(language)
    rows = [
        (
            _(feature.label),
            unit_name(feature.unit, context.unit, language),
            better[context.better.get(feature.name, feature.direction)],
            _("{n} of {all}").format(
                n=number(int(table[f"{feature.name}_value"].notna().sum()), language), all=number(len(table), language)
            ),
            feature.source,
        )
        for feature in FEATURES
        if feature.name in context.results.features
    ]
    return Section(_("Method and its limits"), str(html), ((_("Features"), columns, rows),))


def _valued(context: Context) -> str:
    _ = translate(context.language)
    if is_weighted_mean(context.results.candidates, context.results.features):
        return _(
            "Each feature is valued from 0 to 100 between its lowest and highest figure, far outliers cut off, unless "
            "the assumptions say otherwise; the score is the weighted mean of the features a candidate has. A missing "
            "figure is neither good nor bad. The rank range holds the rank under random weights around the chosen ones."
        )
    return _(
        "Each feature is valued from 0 to 100 between its lowest and highest figure, far outliers cut off, unless the "
        "assumptions say otherwise; they also say how the values of the features a candidate has make the score. A "
        "missing figure is neither good nor bad. The rank range holds the rank under random weights around the chosen "
        "ones."
    )


def _shares(context: Context) -> str:
    """Say whether the choice model was fitted to anything, as calibration.json has it."""
    _ = translate(context.language)
    found = context.results.calibration
    if found is None:
        said = _(
            "Market shares follow a choice model with settings of the project that were not fitted to any observation."
        )
    elif found.in_use:
        said = _("Market shares follow a choice model whose parameters were fitted to {what}.")
    else:
        said = _("Market shares follow a choice model with settings of the project; {what} would give other values.")
    what = observed_name(found.target, context.language) if found is not None else ""
    return f"{said.format(what=what)} {_('Use them to compare sets, not as forecasts of sales.')}"


def _verdict(context: Context) -> str:
    language = context.language
    _ = translate(language)
    plan = context.results.plan
    text = _("Result: {status}; objective {objective}, bound {bound}, gap {gap}.").format(
        status=status_name(plan.status, language),
        objective=number(plan.objective, language, 2),
        bound=number(plan.bound, language, 2),
        gap=percent(plan.gap, language, 3),
    )
    limit = limit_name(plan.stopped_by, language)
    return f"{text} {_('The search was stopped by: {limit}.').format(limit=limit)}" if limit else text
