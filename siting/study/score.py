"""Score every candidate of a project: load, walk, measure, value, weigh, rank."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.stage import Cell, StageRun, Summary
from siting.access.ptal import RouteService, band_of
from siting.data.layers import SitingData, points_of
from siting.data.load import load_siting_data
from siting.scoring.aggregation import Aggregation
from siting.scoring.features import FEATURES, compute_features, direction_of
from siting.scoring.inputs import FeatureInputs
from siting.scoring.lead import lead_of
from siting.scoring.ranking import rank_candidates
from siting.scoring.robustness import SpreadQuestion, draw_weights, rank_spread
from siting.scoring.values import value_of
from siting.scoring.weights import choose_weights, without_timetable
from siting.settings import SitingSettings
from siting.settings.score import ScoreSettings
from siting.study.breakdown import about_scores
from siting.study.candidates import Scored, candidates_table, to_geojson, write_gpkg
from siting.study.driving import DriveStudy, drive_study
from siting.study.handover import opening_hours
from siting.study.market import ProjectMarket, build_market, rivals_known
from siting.study.parts_of_day import demand_while_open, settle_parts
from siting.study.presence import presence_table
from siting.study.score_notes import tell_missing, tell_rivals, tell_service, tell_stops
from siting.study.shown import write_shown
from siting.study.supply import tell_supply, with_supply
from siting.study.sureness_notes import tell_method, tell_sureness
from siting.study.tables import to_csv
from siting.study.target_market import target_value, tell_target_market
from siting.study.timetable import route_service
from siting.study.told import Told
from siting.study.travel import TravelCosts, tell_travel, travel_costs

TOP = 10
NAMED = 2
NO_DRIVES = DriveStudy(drives=None)


@dataclass(frozen=True, kw_only=True)
class ScoreStudy:
    """What scoring a project found, before anything is written."""

    inputs: FeatureInputs
    scored: Scored
    told: Told

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, left out and found, what matters most first."""
        return self.told.notes


def run_score(stage: StageRun) -> Summary:
    """Write candidates.* and served.*, and where a score is learnt learnt.json and learnt.skops; return the best."""
    project = stage.project
    section = project.section("siting", SitingSettings)
    data = load_siting_data(project, cache=stage.out.cache())
    service = route_service(project, data)
    costs = travel_costs(project, data, stage.out.cache(), stage.progress)
    drive = drive_study(project, data, stage.out.cache(), stage.progress)
    stage.progress.say(f"scores: {len(data.candidates):,} candidates by {len(FEATURES)} features")
    top = section.locate.wanted
    score, hours = settle_parts(section, opening_hours(section.locate, project.settings.sector))
    study = score_candidates(data, costs, score, seed=stage.seed, top=top, service=service, drive=drive)
    table = candidates_table(data, study.scored)
    written = tuple(write_shown(stage, data, costs, study.inputs, study.scored))
    told = replace(study.told, method=(*study.told.method, *hours), written=written)
    if section.score.learn.target is not None:
        table, learnt_notes = _learn(stage, data, study, table)
        told = replace(told, learnt=learnt_notes)
    stage.out.write_text("candidates.csv", to_csv(pd.DataFrame(table.drop(columns="geometry"))))
    stage.out.write_text("candidates.geojson", to_geojson(table, told.notes, about_scores(score, top)))
    write_gpkg(table, stage.out.write("candidates.gpkg"), project.settings.as_of)
    stage.out.write_text("presence.csv", to_csv(presence_table(data, study.inputs, study.scored.ranking.rank)))
    return Summary(
        title=f"The best {min(TOP, len(table))} of {len(table):,} candidates (score 0–100)",
        columns=(
            "rank",
            "id",
            "name",
            "score",
            "ranks",
            f"in the best {study.scored.top}",
            "most points from",
        ),
        rows=_best_rows(data, study.scored),
        notes=told.notes,
        headings=told.headings,
    )


def _learn(
    stage: StageRun, data: SitingData, scored: ScoreStudy, table: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Learn from the existing outlets, each measured as a candidate beside the others; add what candidates would do."""
    from siting.study.learn import learn_project, write_learnt

    settings = scored.inputs.settings

    def measure(others: SitingData) -> pd.DataFrame:
        costs = travel_costs(stage.project, others, stage.out.cache(), stage.progress)
        market = build_market(others, costs.demand_sites, costs.demand_rivals, settings.competition)
        drives = drive_study(stage.project, others, stage.out.cache(), stage.progress).drives
        inputs = replace(_inputs(others, costs, market, settings), service=scored.inputs.service, drives=drives)
        inputs = replace(inputs, kept=np.arange(len(others.candidates), dtype=np.int64))
        return compute_features(with_supply(inputs, costs, market))

    directions = {
        feature.name: 1 if direction_of(feature, settings) == "more" else -1
        for feature in FEATURES
        if feature.name not in settings.values
    }
    stage.progress.say(f"learnt score: {settings.learn.target} of {len(data.existing):,} outlets")
    as_of = stage.project.settings.as_of
    study = learn_project(data, scored.scored.raw, measure, directions, settings.learn, seed=stage.seed, as_of=as_of)
    return write_learnt(stage, table, study, settings.learn), study.notes


def score_candidates(
    data: SitingData,
    costs: TravelCosts,
    settings: ScoreSettings,
    *,
    seed: int,
    top: int = 1,
    service: RouteService | None = None,
    drive: DriveStudy = NO_DRIVES,
) -> ScoreStudy:
    """Return features, scores, what is sure of them and assumptions of all candidates.

    ``top`` is how many outlets open: the study tells how likely a candidate is among the best so many. ``service`` is
    what the stops' timetables say, None where they have none; ``drive`` what cars need, where that is counted.
    """
    market = build_market(data, costs.demand_sites, costs.demand_rivals, settings.competition)
    inputs = replace(_inputs(data, costs, market, settings), service=service, drives=drive.drives)
    inputs = with_supply(inputs, costs, market)
    raw = compute_features(inputs)
    assert raw.index.equals(inputs.ids), "features are not aligned to the candidates"
    values = _values(raw, settings)
    chosen = choose_weights(settings, values)
    weights, stand_in = without_timetable(chosen.weights, {str(name): bool(raw[name].notna().any()) for name in raw})
    chosen = replace(chosen, weights=weights)
    scored = _scored(raw, values, np.array(list(chosen.weights.values())), settings, seed=seed, top=top)
    told = Told(
        sure=tuple(tell_sureness(scored, settings.robustness)),
        missing=(*tell_missing(scored, costs, inputs), *tell_stops(data, scored, inputs)),
        method=(
            *tell_travel(settings.travel),
            *tell_service(inputs, stand_in),
            *tell_supply(inputs),
            *drive.notes,
            *tell_method(scored, chosen, settings),
        ),
        rivals=(*tell_target_market(data, settings.target_market), *tell_rivals(data, inputs), *market.notes),
    )
    return ScoreStudy(inputs=inputs, scored=scored, told=told)


def _values(raw: pd.DataFrame, settings: ScoreSettings) -> NDArray[np.float64]:
    columns = [
        value_of(
            raw[feature.name].to_numpy(),
            more_is_better=direction_of(feature, settings) == "more",
            settings=settings.values.get(feature.name),
        )
        for feature in FEATURES
    ]
    return np.column_stack(columns)


def _scored(
    raw: pd.DataFrame,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    settings: ScoreSettings,
    *,
    seed: int,
    top: int,
) -> Scored:
    how = Aggregation(settings.aggregation, settings.vikor_mean)
    ranking = rank_candidates(values, weights, list(raw.index), how)
    robust = settings.robustness
    drawn = draw_weights(weights, robust.draws, robust.concentration, seed)
    spread = rank_spread(values, drawn, ranking.rank, SpreadQuestion(interval=robust.interval, top=top), how)
    lead = lead_of(values, weights, int(np.argmin(ranking.rank)), how.method)
    band = band_of(raw["ptal_index"].to_numpy(), np.array(settings.transport.ptal.band_limits))
    return Scored(raw=raw, weights=weights, ranking=ranking, spread=spread, lead=lead, top=top, ptal_band=band)


def _inputs(data: SitingData, costs: TravelCosts, market: ProjectMarket, settings: ScoreSettings) -> FeatureInputs:
    count = len(data.candidates)
    return FeatureInputs(
        ids=pd.Index(data.candidates["id"].astype(str)),
        on_street=costs.site_on_street[:count],
        rivals_known=rivals_known(data, points_of(data.candidates)),
        candidate_stops=costs.candidate_stops,
        candidate_rivals=costs.candidate_rivals,
        demand_candidates=costs.demand_sites[:, :count],
        is_station=data.stops["station"].to_numpy(dtype=np.bool_),
        departures_per_hour=data.stops["departures_per_hour"].to_numpy(dtype=np.float64),
        attraction_of_rivals=market.rival_size,
        own_attraction=market.own_size[:count],
        value=target_value(data, settings.target_market),
        market=market.market,
        kept=np.arange(count, count + len(data.existing), dtype=np.int64),
        settings=settings,
        value_in_hours=demand_while_open(data, settings),
    )


def _best_rows(data: SitingData, scored: Scored) -> list[tuple[Cell, ...]]:
    order = np.argsort(scored.ranking.rank, kind="stable")[:TOP]
    names = list(data.candidates["name"].astype(str))
    rows: list[tuple[Cell, ...]] = []
    for at in order.tolist():
        score = float(scored.ranking.score[at])
        rows.append(
            (
                int(scored.ranking.rank[at]),
                str(scored.raw.index[at]),
                names[at],
                round(score, 1) if np.isfinite(score) else None,
                f"{scored.spread.low[at]}–{scored.spread.high[at]}",
                _in_words(float(scored.spread.top[at])),
                _largest_parts(scored, at),
            )
        )
    return rows


def _in_words(share: float) -> str | None:
    return f"{100 * share:.0f} %" if np.isfinite(share) else None


def _largest_parts(scored: Scored, at: int) -> str:
    parts = scored.ranking.contributions[at]
    largest = [k for k in np.argsort(-parts, kind="stable")[:NAMED].tolist() if parts[k] > 0]
    return ", ".join(f"{scored.raw.columns[k]} {parts[k]:.1f}" for k in largest)
