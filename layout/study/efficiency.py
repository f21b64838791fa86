"""Price, rank and grade all outlets, and say what drives them.

efficiency.csv, scorecard.csv, drivers.csv, diversion.csv, and the network's establishment.csv.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layout.data.surveys import read_surveys
from layout.efficiency.drivers import drivers_of
from layout.efficiency.kpi import Efficiency, Halls, measure
from layout.settings import LayoutSettings
from layout.study.scorecard import (
    Scores,
    Service,
    drivers_table,
    read_service,
    score_outlets,
    scorecard_table,
)
from layout.study.staff.establishment import PostRow, network_table, read_establishment
from layout.study.work.diversion import diversion_table
from layout.study.work.workload import Workload, plan_workload
from outlet.cells import csv_text
from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of
from outlet.outlets import list_outlets
from outlet.stage import Cell, StageRun, Summary

WEEKS_PER_YEAR = 52.0
NAMED = 8
COLUMNS = (
    "outlet_id", "name", "role", "format", "currency", "visits_per_day", "value_per_year", "rent_per_year",
    "staff_cost_per_year", "fit_out_per_year", "contribution_per_year", "area_m2", "full_time_equivalents",
    "value_per_m2", "value_per_head", "contribution_per_m2", "contribution_per_head", "payback_years", "wait_mean",
    "within_target", "rank", "rank_per_m2", "rank_per_head", "actual_sales", "actual_visits", "actual_deposits",
    "actual_staff", "visits_against_plan", "sales_against_plan", "staff_hours_per_year", "value_per_staff_hour",
    "contribution_per_staff_hour", "grade",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What is known of one outlet, NaN where unknown; ``heads`` are full-time equivalents and ``hours`` those at posts
    a year, planned or, without a roster, actual.
    """

    brief: OutletBrief
    visits_per_day: float
    visits_per_year: float
    value_per_visit: float
    rent: float
    fit_out: float
    staff_cost: float
    heads: float
    hours: float
    area_m2: float
    service: Service
    workload: Workload


def run_efficiency(stage: StageRun) -> Summary:
    """Write efficiency.csv and establishment.csv."""
    settings = stage.project.section("layout", LayoutSettings)
    briefs = list_outlets(stage.project, stage.out.out)
    if not briefs:
        return Summary("Efficiency", skipped="there are no outlets; `outlet locate` chooses them")
    establishments = {brief.id: read_establishment(_file(stage, brief, "establishment.csv")) for brief in briefs}
    facts = [_facts(stage, brief, settings, establishments[brief.id]) for brief in briefs]
    halls, years = _halls(facts), settings.services.fit_out_years
    figures = measure(halls, fit_out_years=years)
    file = settings.efficiency.surveys
    ids = [brief.id for brief in briefs]
    surveys = {} if file is None else read_surveys(stage.project.path(file), name=file, outlets=ids)
    asked = [surveys.get(name, {}) for name in ids]
    scores = score_outlets(halls, figures, [fact.service for fact in facts], asked, settings.efficiency)
    rows = (_row(at, fact, figures, scores) for at, fact in enumerate(facts))
    stage.out.write_text("efficiency.csv", csv_text(COLUMNS, rows))
    stage.out.write_text("establishment.csv", network_table(establishments))
    stage.out.write_text("scorecard.csv", scorecard_table(briefs, scores))
    asked_of = [(fact.brief, fact.workload) for fact in facts]
    stage.out.write_text("diversion.csv", diversion_table(asked_of, settings))
    driven = drivers_of(halls, fit_out_years=years)
    stage.out.write_text("drivers.csv", drivers_table(briefs, driven, halls, figures.value))
    return _summary(facts, figures, scores)


def _file(stage: StageRun, brief: OutletBrief, name: str) -> Path:
    return stage.out.out / OUTLETS_FOLDER / folder_of(brief.id) / name


def _facts(stage: StageRun, brief: OutletBrief, settings: LayoutSettings, rows: Sequence[PostRow]) -> Facts:
    workload = plan_workload(stage.project, brief)
    days = len(workload.arrivals.open_days)
    a_week = float(workload.arrivals.day_total.sum())
    presets = sum(workload.catalogue.shares[service.id] * service.value for service in workload.catalogue.services)
    values = (settings.services.value_per_visit, brief.value_per_visit, presets)
    heads, cost, hours = math.nan, math.nan, math.nan
    actual_staff = (brief.actual or {}).get("staff")
    paid = settings.staff.full_time_hours * WEEKS_PER_YEAR
    if rows:
        heads = sum(row.full_time_equivalents for row in rows)
        hours = sum(row.hours_per_week for row in rows) * WEEKS_PER_YEAR
        cost = sum(row.full_time_equivalents * paid * settings.staff.wage_of(row.post) for row in rows)
    elif actual_staff is not None:
        heads = actual_staff
        hours = actual_staff * paid * (1 - settings.staff.leave - settings.staff.shrinkage)
        cost = actual_staff * paid * settings.staff.wage_per_hour
    zones = _file(stage, brief, "zones.json")
    area = _area(brief, zones)
    fit_out = (
        0.0 if brief.role == "existing" else _or_by_area(brief.fit_out_cost, settings.services.fit_out_per_m2, area)
    )
    return Facts(
        brief=brief,
        visits_per_day=a_week / days,
        visits_per_year=a_week * WEEKS_PER_YEAR,
        value_per_visit=next(value for value in values if value is not None),
        rent=_or_by_area(brief.rent_per_year, settings.services.rent_per_m2, area),
        fit_out=fit_out,
        staff_cost=cost,
        heads=heads,
        hours=hours,
        area_m2=area,
        service=read_service(_file(stage, brief, "simulation.json"), zones, workload),
        workload=workload,
    )


def _or_by_area(amount: float | None, per_m2: float | None, area_m2: float) -> float:
    """Return an amount, or the preset by area where it is unknown; NaN where that is unknown too."""
    return _known(per_m2) * area_m2 if amount is None else amount


def _area(brief: OutletBrief, zones: Path) -> float:
    """Return the hall's area: that of its plan where zones.json tells it, else the brief's."""
    if zones.is_file():
        hall = json.loads(zones.read_text(encoding="utf-8")).get("hall") or {}
        if hall.get("area_m2") is not None:
            return float(hall["area_m2"])
    return _known(brief.area_m2)


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _halls(facts: Sequence[Facts]) -> Halls:
    return Halls(
        visits=np.array([fact.visits_per_year for fact in facts]),
        value_per_visit=np.array([fact.value_per_visit for fact in facts]),
        rent=np.array([fact.rent for fact in facts]),
        staff_cost=np.array([fact.staff_cost for fact in facts]),
        fit_out=np.array([fact.fit_out for fact in facts]),
        area_m2=np.array([fact.area_m2 for fact in facts]),
        heads=np.array([fact.heads for fact in facts]),
        hours=np.array([fact.hours for fact in facts]),
    )


def _row(at: int, fact: Facts, figures: Efficiency, scores: Scores) -> tuple[str, ...]:
    brief = fact.brief
    actual = brief.actual or {}
    planned_visits, planned_sales = fact.visits_per_year, float(figures.value[at])
    return (
        brief.id,
        brief.name,
        brief.role,
        brief.format,
        brief.currency,
        _digits(fact.visits_per_day, 2),
        _digits(figures.value[at], 2),
        _digits(fact.rent, 2),
        _digits(fact.staff_cost, 2),
        _digits(figures.fit_out_per_year[at], 2),
        _digits(figures.contribution[at], 2),
        _digits(fact.area_m2, 2),
        _digits(fact.heads, 3),
        _digits(figures.value_per_m2[at], 2),
        _digits(figures.value_per_head[at], 2),
        _digits(figures.contribution_per_m2[at], 2),
        _digits(figures.contribution_per_head[at], 2),
        _digits(figures.payback_years[at], 2),
        _digits(fact.service.wait_mean, 4),
        _digits(fact.service.within_target, 4),
        *(str(rank or "") for rank in (figures.rank[at], figures.rank_per_m2[at], figures.rank_per_head[at])),
        *(_digits(_known(actual.get(key)), 2) for key in ("sales", "visits", "deposits", "staff")),
        _digits(_known(actual.get("visits")) / planned_visits if planned_visits else math.nan, 4),
        _digits(_known(actual.get("sales")) / planned_sales if planned_sales else math.nan, 4),
        _digits(fact.hours, 1),
        _digits(figures.value_per_hour[at], 2),
        _digits(figures.contribution_per_hour[at], 2),
        scores.grades[at],
    )


def _digits(value: float, digits: int) -> str:
    """Return a figure with fixed digits; nothing where unknown or infinite."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}" if math.isfinite(value) else ""


def _summary(facts: Sequence[Facts], figures: Efficiency, scores: Scores) -> Summary:
    last = len(facts) + 1
    order = sorted(range(len(facts)), key=lambda at: (int(figures.rank[at]) or last, facts[at].brief.id))
    rows: list[tuple[Cell, ...]] = [
        (
            facts[at].brief.name,
            round(facts[at].visits_per_day, 1),
            _shown(figures.contribution[at], 0),
            _shown(figures.contribution_per_m2[at], 0),
            _shown(figures.contribution_per_head[at], 0),
            _shown(facts[at].service.wait_mean, 2),
            int(figures.rank[at]) or None,
            scores.grades[at] or None,
        )
        for at in order
    ]
    columns = ("outlet", "visits a day", "contribution a year", "per m²", "per head", "wait, min", "rank", "grade")
    return Summary(
        "Efficiency per hall, per square metre and per head", columns, rows, (*_notes(facts), *_advice(facts, scores))
    )


def _shown(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def _notes(facts: Sequence[Facts]) -> tuple[str, ...]:
    notes: list[str] = []
    assumed = (
        ("rent", [fact for fact in facts if fact.brief.rent_per_year is None and math.isfinite(fact.rent)]),
        (
            "fit-out",
            [f for f in facts if f.brief.role == "new" and f.brief.fit_out_cost is None and math.isfinite(f.fit_out)],
        ),
    )
    notes.extend(f"{what} by hall area (preset) for {_some(which)}" for what, which in assumed if which)
    unknown = (
        ("rent", [fact for fact in facts if math.isnan(fact.rent)]),
        ("staff cost", [fact for fact in facts if math.isnan(fact.staff_cost)]),
        ("fit-out cost", [fact for fact in facts if math.isnan(fact.fit_out)]),
    )
    notes.extend(f"{what} unknown, so no contribution: {_some(which)}" for what, which in unknown if which)
    if any(fact.brief.value_per_visit is None for fact in facts):
        notes.append("value of a visit: where siting gives none, the mean of the preset's services (preset)")
    return tuple(notes)


def _advice(facts: Sequence[Facts], scores: Scores) -> tuple[str, ...]:
    """Return what the lowest grade advises; nothing but the planner sets may_close."""
    lowest = [fact for fact, grade in zip(facts, scores.grades, strict=True) if grade == "D"]
    return (f"grade D: {_some(lowest)}; weigh may_close for those that exist",) if lowest else ()


def _some(facts: Sequence[Facts]) -> str:
    names = ", ".join(fact.brief.id for fact in facts[:NAMED]) + (" …" if len(facts) > NAMED else "")
    return f"{len(facts)} outlet{'s' if len(facts) > 1 else ''} ({names})"
