"""Draw how predictions of the learnt score move along a feature: partial dependence."""

from __future__ import annotations

from outlet.page import Markup, number, translate
from outlet.page.charts import Bar, Series, render_bars, render_lines
from siting.data.learnt import Dependence, LearntFile
from siting.report.content import Context
from siting.scoring.features import FEATURES
from siting.scoring.learn_words import NOTICED
from siting.study.wording import unit_name

DRAWN = 4
MOST_BARS = 10


def names_of_features(language: str) -> dict[str, str]:
    """Return what people call the columns that a score is learnt from."""
    _ = translate(language)
    return {feature.name: _(feature.label) for feature in FEATURES} | {
        "area_m2": _("Floor area"),
        "age_years": _("Years open"),
        "brand": _("Brand"),
        "staff": _("Staff"),
    }


def dependence_charts(learnt: LearntFile, target: str, context: Context) -> Markup:
    """Return a chart for each of the few features that help most; nothing where none helps."""
    _ = translate(context.language)
    helps = [one.feature for one in learnt.importances if one.mean >= NOTICED][:DRAWN]
    found = {one.feature: one for one in learnt.partial_dependence}
    charts = [_chart(found[name], target, context) for name in helps if name in found]
    if not charts:
        return Markup("")
    told = _(
        "What is predicted on average where all outlets had the same figure and differed in the rest as they do. It "
        "says what the model goes by, not what would happen if the figure were changed."
    )
    return Markup("<p>{}</p>").format(told) + Markup("").join(charts)


def _chart(one: Dependence, target: str, context: Context) -> Markup:
    language = context.language
    _ = translate(language)
    label = names_of_features(language).get(one.feature, one.feature)
    title = _("Predicted {target} by: {feature}").format(target=target, feature=label)
    pairs = list(zip(one.values, one.predicted, strict=True))
    points = [(value, y) for value, y in pairs if isinstance(value, float)]
    if not points:
        bars = [Bar(str(value), y, number(y, language)) for value, y in sorted(pairs, key=lambda pair: -pair[1])]
        return Markup("<h3>{}</h3>").format(title) + render_bars(bars[:MOST_BARS])
    unit = next((feature.unit for feature in FEATURES if feature.name == one.feature), "")
    axis = f"{label} ({unit_name(unit, context.unit, language)})" if unit else label
    lines = render_lines([Series(_("Predicted"), points)], x_label=axis, y_label=target, title=title, language=language)
    return Markup("<h3>{}</h3>").format(title) + lines
