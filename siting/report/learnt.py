"""The section on what existing outlets' figures say: whether location has anything to do with how outlets perform."""

from __future__ import annotations

import math

from outlet.page import Markup, Section, number, percent, translate
from outlet.page.rows import Interval, render_intervals
from siting.data.learnt import Judged, LearntFile
from siting.report.content import Context
from siting.report.dependence import dependence_charts, names_of_features
from siting.scoring.learn_words import NOTICED, explained

NAMED = 8
LEAST = -1.0


def learnt_section(context: Context) -> Section | None:
    """Return how well outlets left out are predicted and from what, or None where nothing is learnt."""
    learnt = context.learnt
    if learnt is None:
        return None
    language = context.language
    _ = translate(language)
    html = Markup("").join(Markup("<p>{}</p>").format(text) for text in _told(learnt, language))
    html += _by_fold(learnt, language) + _importances(learnt, language)
    html += dependence_charts(learnt, _target(learnt, language), context)
    columns = (
        _("Predicted from"),
        _("Rank correlation (Spearman)"),
        _("Worst fold"),
        _("Explained variance (R²)"),
        _("Worst fold"),
        _("Half lie within a factor of"),
    )
    rows = [
        (
            name,
            number(one.spearman, language, 2),
            number(min(one.spearman_by_fold), language, 2),
            number(one.r2, language, 2),
            number(min(one.r2_by_fold), language, 2),
            number(one.typical_factor, language, 2),
        )
        for name, one in _bases(learnt, language)
    ]
    table = (_("Outlets that were left out, predicted"), columns, rows)
    return Section(_("What existing outlets say"), str(html), (table,))


def _bases(learnt: LearntFile, language: str) -> list[tuple[str, Judged]]:
    """Return what was predicted from, the baseline first."""
    _ = translate(language)
    names = {
        "mean": _("Their mean (baseline)"),
        "location": _("Location alone"),
        "own": _("What outlets are (area, brand, age, staff)"),
        "all": _("Both"),
    }
    shown = [key for key in names if key in learnt.figures and (key != "all" or "own" in learnt.figures)]
    return [(names[key], learnt.figures[key]) for key in shown]


def _target(learnt: LearntFile, language: str) -> str:
    _ = translate(language)
    return {"sales": _("sales"), "visits": _("visits"), "deposits": _("deposits")}.get(learnt.target, learnt.target)


def _told(learnt: LearntFile, language: str) -> list[str]:
    _ = translate(language)
    target = _target(learnt, language)
    how_much = {
        "next to nothing": _("next to nothing"),
        "little": _("little"),
        "a part": _("a part"),
        "most": _("most"),
    }
    told = [
        _(
            "Learnt from the {target} of {n} existing outlets and judged on whole blocks of outlets that were left out "
            "in turn ({folds} folds), so that no outlet is predicted from its neighbours."
        ).format(target=target, n=number(learnt.outlets, language), folds=learnt.folds)
    ]
    location = learnt.figures.get("location")
    if location is not None:
        told.append(
            _("Location alone explains {part} of {target}.").format(
                part=how_much[explained(location.r2)], target=target
            )
        )
    told.append(
        _(
            "Intervals said to hold {stated} of the outlets left out held {held}; a typical one reaches {factor} times "
            "up and down."
        ).format(
            stated=percent(learnt.intervals.stated, language),
            held=percent(learnt.intervals.held, language),
            factor=number(learnt.intervals.typical_factor, language, 2),
        )
    )
    return told


def _by_fold(learnt: LearntFile, language: str) -> Markup:
    _ = translate(language)
    rows = [
        Interval(name, min(one.r2_by_fold), one.r2, max(one.r2_by_fold), number(one.r2, language, 2))
        for name, one in _bases(learnt, language)
    ]
    low = max(LEAST, math.floor(2 * min((0.0, *(row.low for row in rows)))) / 2)
    return render_intervals(
        rows,
        (low, 1.0),
        ticks=[at / 2 for at in range(round(2 * low), 3)],
        title=_("Explained variance of outlets left out (R²; 0: no better than the mean): worst to best fold, and all"),
        language=language,
        digits=2,
    )


def _importances(learnt: LearntFile, language: str) -> Markup:
    _ = translate(language)
    labels = names_of_features(language)
    shown = [one for one in learnt.importances if one.mean >= NOTICED][:NAMED]
    if not shown:
        text = _("No feature helps to predict outlets that were left out: do not rely on the predictions.")
        return Markup('<p class="note warn">{}</p>').format(text)
    rows = [
        Interval(labels.get(one.feature, one.feature), one.least, one.mean, one.greatest, number(one.mean, language, 2))
        for one in shown
    ]
    low = min((0.0, *(one.least for one in shown)))
    high = max((0.05, *(one.greatest for one in shown)))
    return render_intervals(
        rows,
        (low, high),
        ticks=(0.0, round(high, 2)),
        title=_("What predictions rest on: R² lost where a feature is shuffled, mean and range of the folds"),
        language=language,
        digits=2,
    )
