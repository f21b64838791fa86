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
from siting.locate import FrontierPoint, SitePlan, Stability, best_sets
from siting.settings import SitingSettings
from siting.settings.locate import LocateSettings
from siting.study.align import positions_of, read_scores
from siting.study.choose import SiteProblem
from siting.study.frontier import trace_worth
from siting.study.handover import Visitors, make_briefs, visitors
from siting.study.label import (
    assignment_table,
    catchment_table,
    figure,
    frontier_table,
    ids_at,
    name_some,
    outlets_geojson,
    plan_record,
    site_ids,
)
from siting.study.market import build_market
from siting.study.parts_of_day import tell_lean
from siting.study.rollout import YearlyPlan, order_by_year, tell_years
from siting.study.shown import write_outlet_catchments
from siting.study.side_rules import read_side_rules
from siting.study.stability import SHARE_DIGITS, find_stability, stability_table, tell_stability
from siting.study.tables import to_csv
from siting.study.target_market import target_value
from siting.study.travel import candidate_costs, rival_costs, site_points, tell_travel

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
    notes: tuple[str, ...]
    years: YearlyPlan | None = None
    stability: Stability | None = None

    @property
    def opened(self) -> NDArray[np.int64]:
        """Positions of what is open under the plan."""
        return self.outcomes[0].require().opened


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
    briefs = make_briefs(stage.project, data, study.won, study.opened)
    drawn = write_outlet_catchments(stage, data, study.problem.cost, study.opened)
    study = replace(study, notes=(*study.notes, *drawn))
    _write(stage, data, study, briefs)
    return _summary(data, study, briefs, settings)


def locate_outlets(stage: StageRun, data: SitingData, settings: SitingSettings) -> LocateStudy:
    """Return the plan, alternatives, frontier and visitors of a project."""
    cache = stage.out.cache()
    cost = candidate_costs(stage.project, data, cache, stage.progress)
    rivals = rival_costs(stage.project, data, cache, stage.progress)
    found = build_market(data, cost, rivals, settings.score.competition)
    score = read_scores(stage.out.read("candidates.csv"), list(data.candidates["id"].astype(str)))
    locate, ids = settings.locate, site_ids(data)
    locked = positions_of(locate.locked_open, ids[: len(data.candidates)], "siting.locate.locked_open")
    shut = positions_of(locate.locked_shut, ids[: len(data.candidates)], "siting.locate.locked_shut")
    side = read_side_rules(locate, data)
    shut, told = _not_considered(locate, np.diff(cost.tocsc().indptr)[: len(score)], score, shut, side.unpriced)
    problem = SiteProblem(
        settings=locate,
        cost=cost,
        demand=target_value(data, settings.score.target_market),
        market=found.market,
        candidates=len(data.candidates),
        may_close=data.existing["may_close"].to_numpy(dtype=np.bool_),
        shut=shut,
        locked=locked,
        xy=site_points(data),
        cutoff_min=settings.score.travel.cutoff_min,
        side=side,
    )
    stage.progress.say(f"locate: {locate.model}, {_wish(problem)}")
    outcomes, points = _solve(stage, problem, data)
    opened = outcomes[0].require().opened
    full, _less = _limits(stage, locate)
    years = order_by_year(problem, opened, settings.rollout, full)
    stability = find_stability(problem, opened, full)
    won = visitors(data, found.market, opened, locate)
    told = [
        *tell_years(years, settings.rollout),
        *tell_stability(stability, problem, opened),
        *tell_travel(settings.score.travel),
        *told,
        *tell_lean(won.quotients),
    ]
    notes = (*_tell(problem, outcomes, points, data, settings), *told, *found.notes)
    return LocateStudy(
        problem=problem, outcomes=outcomes, points=points, won=won, score=score, notes=notes, years=years,
        stability=stability,
    )  # fmt: skip


def _wish(problem: SiteProblem) -> str:
    """Say what is asked, in the planner's words."""
    settings, usable = problem.settings, problem.candidates - len(problem.shut)
    number = "new outlets" if settings.number is None else f"{settings.number} new outlets"
    wish = f"{number} among {usable:,} candidates"
    if settings.budget is not None:
        wish += f", for at most {settings.budget:,.10g} (siting.locate.budget)"
    if settings.spacing_m > 0:
        wish += f", at least {settings.spacing_m:g} m apart (siting.locate.spacing_m)"
    return wish


def _not_considered(
    settings: LocateSettings,
    reaches: NDArray[np.int64],
    score: NDArray[np.float64],
    shut: NDArray[np.int64],
    unpriced: NDArray[np.int64],
) -> tuple[NDArray[np.int64], list[str]]:
    """Return the candidates that are not looked at, and why."""
    notes = []
    out = np.zeros(len(score), dtype=bool)
    out[shut] = True
    if lonely := int(((reaches == 0) & ~out).sum()):
        notes.append(f"{lonely:,} of {len(score):,} candidates reach no demand and were not considered.")
    out |= reaches == 0
    if unpriced.size:
        out[unpriced] = True
        notes.append(
            f"{len(unpriced):,} of {len(score):,} candidates have no fit_out_cost and were not considered: "
            "siting.locate.budget could not pay for them."
        )
    if settings.model == "max_capture" and (~out).sum() > settings.best_candidates:
        order = np.lexsort((np.arange(len(score)), -np.nan_to_num(score, nan=-1.0), out))
        before = int((~out).sum())
        out[order[settings.best_candidates :]] = True
        notes.append(
            f"max_capture looked only at the {settings.best_candidates:,} candidates of the highest score, of "
            f"{before:,} (siting.locate.best_candidates); the bound holds among these."
        )
    return np.flatnonzero(out), notes


def _solve(
    stage: StageRun, problem: SiteProblem, data: SitingData
) -> tuple[tuple[Outcome[SitePlan], ...], tuple[FrontierPoint, ...]]:
    settings = problem.settings
    full, less = _limits(stage, settings)
    best = problem.solve(settings.number, full)
    _stop_where_interrupted(stage, best)
    if best.solution is None:
        _explain(problem, best)
    outcomes = best_sets(
        lambda rules, start: problem.solve(settings.number, less, rules=rules, start=start), problem.rules,
        count=1 + settings.alternatives, differ=settings.differ, first=best,
    )  # fmt: skip
    _stop_where_interrupted(stage, outcomes[-1])
    points = trace_worth(problem, best, less)
    if points:
        _stop_where_interrupted(stage, points[-1].outcome)
    return outcomes, points


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
    wish = _wish(problem)
    if outcome.status == "undecided":
        raise NoSolutionError(f"no plan was found within the limits for {wish}; raise siting.locate.seconds and work")
    raise NoSolutionError(f"no plan exists for {wish}: {'; '.join(outcome.reasons) or 'proved by the solver'}")


def _tell(
    problem: SiteProblem,
    outcomes: tuple[Outcome[SitePlan], ...],
    points: tuple[FrontierPoint, ...],
    data: SitingData,
    settings: SitingSettings,
) -> list[str]:
    """Return what the planner should know of the plan, the most important first."""
    best, unit, model = outcomes[0], settings.data.demand.unit, problem.settings.model
    of_what = _UNITS.get(model, "outlets").format(unit=unit)
    notes = [f"{model}: {figure(best.objective)} {of_what}; {_proof(best)}."]
    if problem.settings.budget is not None:
        notes.append(_money(problem, best.require().opened))
    notes += [f"{reason[0].upper()}{reason[1:]}." for reason in best.reasons]
    lost = np.flatnonzero(~problem.reached & (problem.demand > 0))
    if lost.size:
        weight = data.demand["weight"].to_numpy(dtype=np.float64)
        within = f"{problem.settings.radius_min:g} min" if "cover" in model else f"{problem.cutoff_min:g} min"
        names = name_some(ids_at(lost, list(data.demand["id"].astype(str))))
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
    spent = float(problem.side.opening_cost[opened].sum()) + settings.closings * settings.closing_cost
    return f"Fit-out and closings cost {figure(spent)} of the {figure(settings.budget)} of siting.locate.budget."


def _proof(outcome: Outcome[SitePlan]) -> str:
    if outcome.status == "optimal":
        return "proved optimal"
    if outcome.bound is None:
        return f"no bound; stopped by {outcome.stopped_by}"
    gap = 100 * (outcome.gap or 0.0)
    return f"bound {figure(outcome.bound)}, gap {gap:.3g} %, stopped by {outcome.stopped_by}"


def _write(stage: StageRun, data: SitingData, study: LocateStudy, briefs: list[tuple[int, OutletBrief]]) -> None:
    ids, problem, plan = site_ids(data), study.problem, study.outcomes[0].require()
    record = plan_record(study.outcomes, ids, problem.candidates, problem.settings.model, study.notes)
    by_year = {} if study.years is None else study.years.opened
    record["rollout"] = [{"year": year, "opened": ids_at(at, ids)} for year, at in by_year.items()]
    stage.out.write_json("plan.json", record)
    stage.out.write_text("outlets.geojson", outlets_geojson(data, briefs, study.score, _when_and_how_sure(study)))
    stage.out.write_text("assignment.csv", to_csv(assignment_table(data, problem.cost, plan.assigned, ids)))
    stage.out.write_text("frontier.csv", to_csv(frontier_table(study.points, ids, problem.candidates)))
    table = stability_table(study.stability, study.opened, ids, problem.candidates)
    stage.out.write_text("stability.csv", to_csv(table))
    for at, brief in briefs:
        folder = f"{OUTLETS_FOLDER}/{folder_of(brief.id)}"
        stage.out.write_text(f"{folder}/outlet.json", brief.to_json())
        stage.out.write_text(f"{folder}/catchment.csv", to_csv(catchment_table(data, problem.cost, plan.assigned, at)))


def _when_and_how_sure(study: LocateStudy) -> dict[int, dict[str, float | int | None]]:
    """Return of every new outlet the year in which it opens and the share of draws in which it does."""
    year = {} if study.years is None else {at: y for y, opens in study.years.opened.items() for at in opens.tolist()}
    share = None if study.stability is None or study.stability.draws == 0 else study.stability.share_open
    return {
        at: {"year": year.get(at), "share_open": None if share is None else round(float(share[at]), SHARE_DIGITS)}
        for at in study.opened.tolist()
        if at < study.problem.candidates
    }


def _summary(
    data: SitingData, study: LocateStudy, briefs: list[tuple[int, OutletBrief]], settings: SitingSettings
) -> Summary:
    rows: list[tuple[Cell, ...]] = []
    for at, brief in briefs:
        if brief.role != "new":
            continue
        score = float(study.score[at])
        rows.append(
            (
                brief.id,
                brief.name,
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
        columns=("opens", "name", "score", f"{unit} captured", "visits a day"),
        rows=rows,
        notes=study.notes,
    )
