"""Choose the outlets of a project: load, ask the model, and write what the halls, the map and the report need."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError, NoSolutionError
from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of
from outlet.outcome import Limits, Outcome
from outlet.stage import Cell, StageRun, Summary
from siting.data.layers import SitingData
from siting.data.load import load_siting_data
from siting.locate import FrontierPoint, SitePlan, SiteRules, Stability, best_sets
from siting.locate.problem.check import opening_price
from siting.settings import SitingSettings
from siting.settings.locate import LocateSettings
from siting.settings.rollout import RolloutSettings
from siting.study.choose import SiteProblem
from siting.study.frontier import trace_worth
from siting.study.handover import Visitors, make_briefs, visitors
from siting.study.label import (
    Labels,
    assignment_table,
    catchment_table,
    figure,
    frontier_table,
    name_some,
    outlets_geojson,
    plan_record,
)
from siting.study.parts_of_day import tell_lean
from siting.study.rollout import YearlyPlan, choose_together, expand, find_years, tell_years, years_record
from siting.study.shown import write_outlet_catchments
from siting.study.stability import SHARE_DIGITS, find_stability, stability_table, tell_stability
from siting.study.state import state_problem, tell_formats, wish_of
from siting.study.tables import to_csv
from siting.study.travel import Csr, tell_travel

CONTINUED_SHARE = 0.25
"""Share of the limit on work that each alternative and each point of the frontier may use."""

_UNITS = {"max_cover": "{unit}", "max_capture": "{unit}", "p_median": "{unit} × minutes", "p_center": "minutes"}


@dataclass(frozen=True, kw_only=True)
class LocateStudy:
    """What locating found, before anything is written: the plan first, then its alternatives."""

    problem: SiteProblem
    outcomes: tuple[Outcome[SitePlan], ...]
    points: tuple[FrontierPoint, ...]
    won: Visitors
    score: NDArray[np.float64]
    walks: Csr
    notes: tuple[str, ...]
    years: YearlyPlan | None = None
    stability: Stability | None = None

    @property
    def opened(self) -> NDArray[np.int64]:
        """Columns that are open under the plan."""
        return self.outcomes[0].require().opened

    def score_of(self, column: int) -> float:
        """Return the score of the candidate that a column is of, NaN for an existing outlet."""
        place = int(self.problem.columns.place[column])
        return float(self.score[place]) if place < len(self.score) else np.nan


def run_locate(stage: StageRun) -> Summary:
    """Write the plan and a brief for every opened and kept outlet; return the table of opened outlets.

    Raises
    ------
    InputError
        When the settings ask what the data cannot answer.
    NoSolutionError
        When no plan exists, or none was found in time.
    """
    settings = stage.project.section("siting", SitingSettings)
    if settings.locate.visits_per_unit_per_day is None:
        raise InputError(
            "outlet.toml: siting.locate.visits_per_unit_per_day is missing; the halls need to know how many visits a "
            "day one unit of captured demand makes, such as 0.05"
        )
    data = load_siting_data(stage.project, cache=stage.out.cache())
    study = locate_outlets(stage, data, settings)
    briefs = make_briefs(stage.project, data, study.won, study.opened, study.problem.columns)
    drawn = write_outlet_catchments(stage, data, study.walks, study.problem.columns.place[study.opened])
    study = replace(study, notes=(*study.notes, *drawn))
    _write(stage, data, study, briefs)
    return _summary(data, study, briefs, settings)


def locate_outlets(stage: StageRun, data: SitingData, settings: SitingSettings) -> LocateStudy:
    """Return the plan, alternatives, frontier and visitors of a project."""
    asked = state_problem(stage, data, settings)
    problem, locate = asked.problem, settings.locate
    stage.progress.say(f"locate: {locate.model}, {wish_of(problem)}")
    best, years, outcomes, points = _solve(stage, problem, settings.rollout)
    opened = outcomes[0].require().opened
    full, _less = _limits(stage, locate)
    stability = _stability(problem, opened, settings.rollout, years, full)
    won = visitors(data, problem.market, opened, locate)
    told = [
        *tell_formats(problem, opened),
        *tell_years(years, best, settings.rollout),
        *tell_stability(stability, problem, opened),
        *tell_travel(settings.score.travel),
        *asked.notes,
        *tell_lean(won.quotients),
    ]
    notes = (*_tell(problem, outcomes, points, data, settings, years), *told, *asked.market_notes)
    return LocateStudy(
        problem=problem, outcomes=outcomes, points=points, won=won, score=asked.score, walks=asked.walks,
        notes=notes, years=years, stability=stability,
    )  # fmt: skip


def _solve(
    stage: StageRun, problem: SiteProblem, rollout: RolloutSettings
) -> tuple[Outcome[SitePlan], YearlyPlan | None, tuple[Outcome[SitePlan], ...], tuple[FrontierPoint, ...]]:
    """Return the best set of the last year, the years, the plan with its alternatives, and the frontier."""
    settings = problem.settings
    full, less = _limits(stage, settings)
    best = problem.solve(settings.number, full)
    _stop_where_interrupted(stage, best)
    if best.solution is None:
        _explain(problem, best)
    years = find_years(problem, best, rollout, full)
    first = best if years is None or not years.together else years.outcome
    _stop_where_interrupted(stage, first)

    def other(rules: SiteRules, start: NDArray[np.int64] | None) -> Outcome[SitePlan]:
        if years is not None and years.together:
            year = years.year_of(problem.cost.shape[1])
            if start is not None:
                year[np.setdiff1d(np.arange(len(year)), start)] = -1
            return choose_together(problem, rollout, less, rules=rules, begin=year).outcome
        return problem.solve(settings.number, less, rules=rules, start=start)

    outcomes = best_sets(
        other, problem.rules, count=1 + settings.alternatives, differ=settings.differ, first=first
    )  # fmt: skip
    _stop_where_interrupted(stage, outcomes[-1])
    points = trace_worth(problem, best, less)
    if points:
        _stop_where_interrupted(stage, points[-1].outcome)
    return best, years, outcomes, points


def _stability(
    problem: SiteProblem,
    opened: NDArray[np.int64],
    rollout: RolloutSettings,
    years: YearlyPlan | None,
    limits: Limits,
) -> Stability | None:
    """Return how steady the plan is; None for years that were too large to be one problem."""
    if years is None or not years.together:
        return find_stability(problem, opened, limits)
    return find_stability(problem, opened, limits, expand(problem, rollout, years)) if years.exact else None


def _limits(stage: StageRun, settings: LocateSettings) -> tuple[Limits, Limits]:
    """Return the limits of the plan, and those of what is continued from it."""
    full = Limits(seconds=settings.seconds, gap=settings.gap, workers=1, seed=stage.seed, work=settings.work)
    gap = max(settings.gap, settings.frontier_gap)
    return full, replace(full, gap=gap, work=settings.work * CONTINUED_SHARE)


def _stop_where_interrupted(stage: StageRun, outcome: Outcome[SitePlan]) -> None:
    """Tell what was found and stop the command, so that what was in ``out`` stays."""
    if outcome.stopped_by != "interrupt":
        return
    if outcome.objective is None or outcome.bound is None:
        stage.progress.say("locate: interrupted before a plan and a bound were found")
    else:
        gap = 100 * (outcome.gap or 0.0)
        stage.progress.say(
            f"locate: interrupted at {figure(outcome.objective)}, bound {figure(outcome.bound)}, gap {gap:.3g} %"
        )
    raise KeyboardInterrupt


def _explain(problem: SiteProblem, outcome: Outcome[SitePlan]) -> None:
    """Raise NoSolutionError in the planner's words."""
    wish = wish_of(problem)
    if outcome.status == "undecided":
        raise NoSolutionError(f"no plan was found within the limits for {wish}; raise siting.locate.seconds and work")
    raise NoSolutionError(f"no plan exists for {wish}: {'; '.join(outcome.reasons) or 'proved by the solver'}")


def _tell(
    problem: SiteProblem,
    outcomes: tuple[Outcome[SitePlan], ...],
    points: tuple[FrontierPoint, ...],
    data: SitingData,
    settings: SitingSettings,
    years: YearlyPlan | None,
) -> list[str]:
    """Return what the planner should know of the plan, the most important first."""
    best, unit, model = outcomes[0], settings.data.demand.unit, problem.settings.model
    of_what = _UNITS.get(model, "outlets").format(unit=unit)
    mean = " (mean of the years)" if years is not None and years.together else ""
    notes = [f"{model}: {figure(best.objective)} {of_what}{mean}; {_proof(best)}."]
    if problem.settings.budget is not None:
        notes.append(_money(problem, best.require().opened))
    notes += [f"{reason[0].upper()}{reason[1:]}." for reason in best.reasons]
    lost = np.flatnonzero(~problem.reached & (problem.demand > 0))
    if lost.size:
        weight = data.demand["weight"].to_numpy(dtype=np.float64)
        within = f"{problem.radius_min.max():g} min" if "cover" in model else f"{problem.cutoff_min:g} min"
        names = name_some(data.demand["id"].astype(str).iloc[lost].tolist())
        notes.append(
            f"{weight[lost].sum():,.0f} of {weight.sum():,.0f} {unit} ({len(lost):,} demand points: {names}) have no "
            f"site within {within}."
        )
    if model == "p_median" and lost.size:
        notes.append(f"Whoever has no outlet within reach counts as walking {problem.unreached_min:g} min.")
    if settings.score.target_market:
        notes.append("Demand counts as siting.score.target_market says.")
    if len(outcomes) < 1 + problem.settings.alternatives:
        notes.append(
            f"Only {len(outcomes) - 1} alternatives that differ in {problem.settings.differ} outlets were found."
        )
    gaps = [point.outcome.gap for point in points if point.outcome.gap]
    if gaps:
        notes.append(
            f"The frontier is proved to within {100 * max(gaps):.2g} %; frontier.csv has the bound of each point."
        )
    return notes


def _money(problem: SiteProblem, opened: NDArray[np.int64]) -> str:
    """Say what the plan costs."""
    settings = problem.settings
    spent = opening_price(*problem.money, opened)
    return f"Fit-out and closings cost {figure(spent)} of the {figure(settings.budget)} of siting.locate.budget."


def _proof(outcome: Outcome[SitePlan]) -> str:
    if outcome.status == "optimal":
        return "proved optimal"
    if outcome.bound is None:
        return f"no bound; stopped by {outcome.stopped_by}"
    gap = 100 * (outcome.gap or 0.0)
    return f"bound {figure(outcome.bound)}, gap {gap:.3g} %, stopped by {outcome.stopped_by}"


def _write(stage: StageRun, data: SitingData, study: LocateStudy, briefs: list[tuple[int, OutletBrief]]) -> None:
    problem, plan = study.problem, study.outcomes[0].require()
    labels = Labels.of(data, problem.columns)
    record = plan_record(study.outcomes, labels, problem.settings.model, study.notes)
    record |= years_record(study.years, labels)
    stage.out.write_json("plan.json", record)
    stage.out.write_text("outlets.geojson", outlets_geojson(briefs, _more_of_each(study)))
    stage.out.write_text("assignment.csv", to_csv(assignment_table(data, problem.cost, plan.assigned, labels)))
    stage.out.write_text("frontier.csv", to_csv(frontier_table(study.points, labels)))
    stage.out.write_text("stability.csv", to_csv(stability_table(study.stability, study.opened, labels)))
    for at, brief in briefs:
        folder = f"{OUTLETS_FOLDER}/{folder_of(brief.id)}"
        stage.out.write_text(f"{folder}/outlet.json", brief.to_json())
        stage.out.write_text(f"{folder}/catchment.csv", to_csv(catchment_table(data, problem.cost, plan.assigned, at)))


def _more_of_each(study: LocateStudy) -> dict[int, dict[str, float | int | None]]:
    """Return each outlet's score and, of new ones, when it opens and in which share of the draws."""
    year = {} if study.years is None else {at: y for y, opens in study.years.opened.items() for at in opens.tolist()}
    share = None if study.stability is None or study.stability.draws == 0 else study.stability.share_open
    found: dict[int, dict[str, float | int | None]] = {}
    for at in study.opened.tolist():
        score = study.score_of(at)
        found[at] = {"score": round(score, 4) if np.isfinite(score) else None}
        if at < study.problem.candidates:
            often = None if share is None else round(float(share[at]), SHARE_DIGITS)
            found[at] |= {"year": year.get(at), "share_open": often}
    return found


def _summary(
    data: SitingData, study: LocateStudy, briefs: list[tuple[int, OutletBrief]], settings: SitingSettings
) -> Summary:
    rows: list[tuple[Cell, ...]] = []
    chosen = study.problem.columns.options is not None
    for at, brief in briefs:
        if brief.role != "new":
            continue
        score = study.score_of(at)
        kind = (brief.format,) if chosen else ()
        rows.append(
            (
                brief.id,
                brief.name,
                *kind,
                round(score, 1) if np.isfinite(score) else None,
                round(brief.demand_captured or 0.0),
                round(brief.visits_per_day, 1),
            )
        )
    kept = len(briefs) - len(rows)
    closed = study.problem.existing - kept
    unit = settings.data.demand.unit
    title = f"{len(rows)} outlets to open ({kept} kept, {closed} closed)"
    return Summary(
        title=title,
        columns=("opens", "name", *(("format",) if chosen else ()), "score", f"{unit} captured", "visits a day"),
        rows=rows,
        notes=study.notes,
    )
