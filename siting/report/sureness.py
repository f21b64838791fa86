"""The section on where the best scores come from, and how sure their ranks are."""

from __future__ import annotations

import math

from outlet.page import Markup, Section, number, percent, translate
from outlet.page.rows import PALETTE, Interval, Stack, render_intervals, render_stacks
from siting.data.results import CONTRIBUTION
from siting.report.content import Context
from siting.scoring.features import FEATURES

BEST = 10
TICKS = tuple(float(step * 10**power) for power in range(7) for step in (1, 2, 5))
MOST_TICKS = 6
"""With more, only the powers of ten are told: their figures would run into one another on a narrow screen."""


def sureness_section(context: Context) -> Section | None:
    """Return the contributions and rank ranges of the best candidates and of the chosen, or None without a score."""
    _ = translate(context.language)
    shown = _shown(context)
    if not shown:
        return None
    told = [
        _(
            "Where the points of the best candidates, and of those that open, come from; the parts of a bar sum to the "
            "score."
        ),
        _(
            "The dot is the rank, the line the range of ranks under random weights around the chosen ones; where lines "
            "overlap, the order of two places is not settled. A ringed place opens."
        ),
    ]
    first, second = (Markup("<p>{}</p>").format(text) for text in told)
    html = first + _contributions(context, shown) + second + _ranks(context, shown)
    return Section(_("How sure the ranking is"), str(html))


def _shown(context: Context) -> list[str]:
    """Return the ids of the best candidates, then of those that open and are not among them, by rank."""
    scored = [id_ for id_, row in context.candidates.items() if not math.isnan(row["score"])]
    return [id_ for at, id_ in enumerate(scored) if at < BEST or id_ in context.results.plan.opened]


def _label(context: Context, id_: str) -> str:
    _ = translate(context.language)
    rank = number(context.candidates[id_]["rank"], context.language)
    opens = f" · {_('opens')}" if id_ in context.results.plan.opened else ""
    return f"{rank}. {context.name(id_)}{opens}"


def _contributions(context: Context, shown: list[str]) -> Markup:
    """Return stacked bars; the features that give least share the last colour."""
    language = context.language
    _ = translate(language)
    parts = {
        feature.name: [max(context.candidates[id_].get(f"{feature.name}{CONTRIBUTION}", 0.0), 0.0) for id_ in shown]
        for feature in FEATURES
        if feature.name in context.results.features
    }
    given = [name for name in parts if sum(parts[name]) > 0]
    room = len(PALETTE) if len(given) <= len(PALETTE) else len(PALETTE) - 1
    own = sorted(sorted(given, key=lambda name: -sum(parts[name]))[:room], key=given.index)
    rest = [name for name in given if name not in own]
    labels = {feature.name: _(feature.label) for feature in FEATURES}
    legend = [labels[name] for name in own] + ([_("Other features")] if rest else [])
    stacks = []
    for at, id_ in enumerate(shown):
        drawn = [parts[name][at] for name in own] + ([sum(parts[name][at] for name in rest)] if rest else [])
        stacks.append(Stack(_label(context, id_), drawn, number(context.candidates[id_]["score"], language, 1)))
    most = max(context.candidates[id_]["score"] for id_ in shown)
    return render_stacks(stacks, legend, most=most, title=_("Points by feature"), language=language)


def _ranks(context: Context, shown: list[str]) -> Markup:
    language = context.language
    _ = translate(language)
    rows = []
    for id_ in shown:
        row = context.candidates[id_]
        low, high = (row.get(end, row["rank"]) for end in ("rank_low", "rank_high"))
        text = f"{number(low, language)}–{number(high, language)}"
        if context.top is not None and not math.isnan(row.get("top_k_probability", math.nan)):
            text = f"{text} · {percent(row['top_k_probability'], language)}"
        chosen = id_ in context.results.plan.opened
        rows.append(Interval(_label(context, id_), low, row["rank"], high, text, marked=chosen))
    most = max(row.high for row in rows)
    ticks = [tick for tick in TICKS if tick <= max(most, 2.0)]
    if len(ticks) > MOST_TICKS:
        ticks = ticks[::3]
    title = _("Rank range")
    if context.top is not None:
        title = _("Rank range · probability of being among the best {k}").format(k=number(context.top, language))
    span = (1.0, max(most, 2.0))
    return render_intervals(rows, span, ticks=ticks, title=title, language=language, logarithmic=True)
