"""The sections on what was chosen: outlets with reasons, the frontier, alternatives, shares."""

from __future__ import annotations

import math
from collections.abc import Mapping

from outlet.page import Markup, Section, number, percent, render_table, render_template, translate
from outlet.page.charts import Bar, render_bars
from outlet.page.terms import model_name, status_name
from siting.data.results import CONTRIBUTION, RAW, VALUE, WEIGHT, PlannedOutlet
from siting.report.catchment import catchment_figure
from siting.report.content import Context
from siting.scoring.features import FEATURES
from siting.study.wording import frontier_chart, objective_name, plan_aim, plan_facts, unit_name

STRONG, WEAK = 70.0, 30.0
NAMED = 3
LISTED = 30
"""Rows of a table; the files hold all."""

Row = tuple[str | int | float | None, ...]


def chosen_section(context: Context) -> Section:
    """Return what was asked, what was chosen, and the reasons, one card with breakdown bars per new outlet."""
    language = context.language
    _ = translate(language)
    plan = context.results.plan
    values = {
        "summary": _(
            "New outlets: {opened} of {candidates} candidates. Existing outlets that stay: {kept}. Aim: {aim}. "
            "Result: {status}."
        ).format(
            opened=number(len(plan.opened), language),
            candidates=number(len(context.candidates), language),
            kept=number(len(plan.kept), language),
            aim=model_name(plan.model, language),
            status=status_name(plan.status, language),
        ),
        "facts": plan_facts(context.results, context.unit, language),
        "cards": [
            card
            for outlet in context.results.outlets
            if outlet.role == "new"
            for card in [_card(context, outlet)]
            if card is not None
        ],
        "reasons": _("Why these places"),
        "table": _outlet_table(context),
    }
    return Section(_("Where to open"), render_template("siting.report", "chosen.html", values))


def _outlet_table(context: Context) -> Markup:
    _ = translate(context.language)
    captured = f"{_('Demand captured')} ({_(context.unit)})"
    told = context.results.has_formats
    kind = (_("Format"),) if told else ()
    columns = (_("Outlet"), _("In the plan"), *kind, _("Score"), _("Rank"), _("Rank range"), captured)
    largest = sorted(context.results.outlets, key=lambda outlet: (outlet.role != "new", -(outlet.demand_captured or 0)))
    shown = largest[: max(LISTED, len(context.results.plan.opened))]
    rows = [_outlet_row(context, outlet) for outlet in shown]
    empty = (None,) * (len(columns) - 2)
    rows += [(context.name(id_), _("closes"), *empty) for id_ in context.results.plan.closed]
    right = (4 + len(kind),)
    table = render_table(columns, rows, language=context.language, caption=_("Outlets of the plan"), right=right)
    return table + _more(len(largest) - len(shown), "outlets.geojson", context.language)


def _more(left_out: int, file: str, language: str) -> Markup:
    """Say how many rows a table leaves out, and where they stand; nothing where it leaves out none."""
    if left_out <= 0:
        return Markup("")
    text = translate(language)("{n} more stand in {file}.").format(n=number(left_out, language), file=file)
    return Markup("<p>{}</p>").format(text)


def _outlet_row(context: Context, outlet: PlannedOutlet) -> Row:
    _ = translate(context.language)
    role = {"new": _("opens"), "existing": _("stays")}.get(outlet.role, outlet.role)
    first = (outlet.name, role, *((outlet.format,) if context.results.has_formats else ()))
    row = context.candidates.get(outlet.id)
    if row is None:
        return (*first, None, None, None, outlet.demand_captured)
    interval = f"{number(row['rank_low'], context.language)}–{number(row['rank_high'], context.language)}"
    return (*first, round(row["score"], 1), int(row["rank"]), interval, outlet.demand_captured)


def _card(context: Context, outlet: PlannedOutlet) -> dict[str, object] | None:
    row = context.candidates.get(outlet.id)
    if row is None:
        return None
    language = context.language
    _ = translate(language)
    known = [feature for feature in FEATURES if row.get(f"{feature.name}{WEIGHT}", 0.0) > 0]
    bars = [
        Bar(
            _(feature.label),
            row[f"{feature.name}{CONTRIBUTION}"],
            _("{points} of {most}").format(
                points=number(row[f"{feature.name}{CONTRIBUTION}"], language, 1),
                most=number(100 * row[f"{feature.name}{WEIGHT}"], language, 1),
            ),
        )
        for feature in known
    ]
    return {
        "name": context.name_with_format(outlet.id, {outlet.id: outlet.format}),
        "score": number(row["score"], language, 1),
        "rank": _("rank {rank} of {all}").format(
            rank=number(row["rank"], language), all=number(len(context.candidates), language)
        ),
        "captured": _("{n} {unit} captured").format(n=number(outlet.demand_captured, language), unit=_(context.unit)),
        "reasons": _reasons(context, row),
        "catchment": catchment_figure(context, outlet),
        "bars": render_bars(bars, most=max((100 * row[f"{f.name}{WEIGHT}"] for f in known), default=1.0)),
    }


def _reasons(context: Context, row: Mapping[str, float]) -> list[str]:
    """Return what speaks most for a candidate and what most against it, by points won and points missed."""
    language = context.language
    _ = translate(language)
    strong: list[tuple[float, str]] = []
    weak: list[tuple[float, str]] = []
    for feature in FEATURES:
        value, raw, weight = (row.get(f"{feature.name}{suffix}", math.nan) for suffix in (VALUE, RAW, WEIGHT))
        if math.isnan(value) or not weight > 0:
            continue
        text = f"{_(feature.label)} ({number(raw, language, 1)} {unit_name(feature.unit, context.unit, language)})"
        if value >= STRONG:
            strong.append((weight * value, text))
        elif value <= WEAK:
            weak.append((weight * (100 - value), text))
    reasons = []
    if strong:
        reasons.append(_("For it: {reasons}.").format(reasons=_joined(strong)))
    if weak:
        reasons.append(_("Against it: {reasons}.").format(reasons=_joined(weak)))
    return reasons


def _joined(weighed: list[tuple[float, str]]) -> str:
    return "; ".join(text for _, text in sorted(weighed, key=lambda item: (-item[0], item[1]))[:NAMED])


def frontier_section(context: Context) -> Section | None:
    """Return what more outlets or money would bring, or None without frontier.csv."""
    table = context.results.frontier
    if table is None or table.empty:
        return None
    language = context.language
    _ = translate(language)
    over = "budget" if "budget" in table.columns else "p"
    columns = (
        _("Budget") if over == "budget" else _("New outlets"),
        objective_name(context.results.plan.model, context.unit, language),
        _("Proved bound"),
        _("Gap"),
    )
    rows = [
        (
            number(row[over], language),
            _known(row["objective"]),
            _known(row["bound"]),
            percent(row["gap"], language, 2),
        )
        for _at, row in table.iterrows()
    ]
    chart = frontier_chart(context.results, context.unit, language)
    if context.results.plan.rollout_joint:
        chart = Markup("<p>{}</p>{}").format(_("Of the last year alone."), chart)
    return Section(_("What more outlets bring"), str(chart), (("", columns, rows),))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)


def alternatives_section(context: Context) -> Section | None:
    """Return other good sets, as what differs from the plan, or None where there is none."""
    language = context.language
    _ = translate(language)
    plan = context.results.plan
    if not plan.alternatives:
        return None
    chosen = _stands(plan.opened, plan.formats)
    rows = []
    for alternative in plan.alternatives:
        other = _stands(alternative.opened, alternative.formats)
        rows.append(
            (
                _names(context, [each for each in other if each not in chosen]),
                _names(context, [each for each in chosen if each not in other]),
                alternative.objective,
                _lost(plan.objective, alternative.objective, language),
            )
        )
    columns = (
        _("Opens instead"),
        _("Does not open"),
        plan_aim(context.results, context.unit, language),
        _("Difference"),
    )
    note = Markup("<p>{}</p>").format(
        _("Sets that come close to the plan. Where the difference is small, other reasons may decide.")
    )
    return Section(_("Alternatives"), str(note), (("", columns, rows),))


def _stands(opened: tuple[str, ...], formats: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(id_, formats.get(id_, "")) for id_ in opened]


def _names(context: Context, stands: list[tuple[str, str]]) -> str:
    return ", ".join(context.name_with_format(id_, {id_: kind} if kind else {}) for id_, kind in stands) or "–"


def _lost(best: float | None, other: float | None, language: str) -> str:
    if best is None or other is None or best == 0:
        return "–"
    change = (other - best) / abs(best)
    return ("+" if change > 0 else "") + percent(change, language, 2)


def share_section(context: Context) -> Section | None:
    """Return market share before and after, by outlet, or None without share.csv."""
    table = context.results.share
    if table is None or table.empty:
        return None
    language = context.language
    _ = translate(language)
    before, after = float(table["share_before"].sum()), float(table["share_after"].sum())
    total = _("Our share of the market goes from {before} to {after}.").format(
        before=percent(before, language, 1), after=percent(after, language, 1)
    )
    moved = (table["captured_after"] - table["captured_before"]).abs().fillna(0.0)
    shown = table.loc[moved.sort_values(ascending=False, kind="stable").index[:LISTED]]
    rows = [
        (
            context.name(str(row["outlet_id"])),
            percent(row["share_before"], language, 2),
            percent(row["share_after"], language, 2),
            number(row["captured_before"], language),
            number(row["captured_after"], language),
            number(row["cannibalised_from_own"], language),
        )
        for _at, row in shown.iterrows()
    ]
    columns = (
        _("Outlet"),
        _("Share before"),
        _("Share after"),
        _("Won before ({unit})").format(unit=_(context.unit)),
        _("Won after ({unit})").format(unit=_(context.unit)),
        _("Taken from our own outlets"),
    )
    html = Markup("<p>{}</p>").format(total) + _more(len(table) - len(shown), "share.csv", language)
    return Section(_("Market share"), str(html), (("", columns, rows),))
