"""State a project as a location problem: what may open, under which rules, for which demand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outlet.stage import StageRun
from siting.data.layers import SitingData
from siting.settings import SitingSettings
from siting.settings.locate import LocateSettings
from siting.study.align import positions_of, read_scores
from siting.study.choose import SiteProblem
from siting.study.formats import format_columns, plain_columns
from siting.study.market import build_market
from siting.study.side_rules import find_unpriced, read_quotas, refuse_poor, site_rules_of
from siting.study.target_market import target_value
from siting.study.travel import Csr, candidate_costs, rival_costs, site_points


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The problem, with what it was made of.

    Parameters
    ----------
    problem
        What the models are asked.
    walks
        Walking minutes to all sites, shape (n, m_all).
    score
        Score of every candidate, shape (m,).
    notes, market_notes
        What was left out, and what was assumed of the market.
    """

    problem: SiteProblem
    walks: Csr
    score: NDArray[np.float64]
    notes: tuple[str, ...]
    market_notes: tuple[str, ...]


def state_problem(stage: StageRun, data: SitingData, settings: SitingSettings) -> Asked:
    """Return the location problem of a project.

    Raises
    ------
    InputError
        When the settings ask what the data cannot answer.
    """
    cache, locate = stage.out.cache(), settings.locate
    walks = candidate_costs(stage.project, data, cache, stage.progress)
    rivals = rival_costs(stage.project, data, cache, stage.progress)
    found = build_market(data, walks, rivals, settings.score.competition)
    ids = data.candidates["id"].astype(str).tolist()
    score = read_scores(stage.out.read("candidates.csv"), ids)
    shut = positions_of(locate.locked_shut, ids, "siting.locate.locked_shut")
    unpriced = np.empty(0, dtype=np.int64) if settings.formats else find_unpriced(locate, data)
    shut, told = _not_considered(locate, np.diff(walks.tocsc().indptr)[: len(score)], score, shut, unpriced)
    rules = site_rules_of(locate, data, shut, site_points(data), fit_out=not settings.formats)
    columns = plain_columns(data)
    if settings.formats:
        columns, notes = format_columns(settings.formats, data, rules, priced=locate.budget is not None)
        assert columns.options is not None
        rules, told = columns.options.rules, [*notes, *told]
    refuse_poor(locate, columns.fit_out[: columns.candidates])
    places = columns.takes(len(score))
    places[shut] = False
    problem = SiteProblem(
        settings=locate,
        cost=columns.costs(walks),
        demand=target_value(data, settings.score.target_market),
        market=columns.market(found.market, walks),
        columns=columns,
        rules=replace(rules, quota=(*rules.quota, *read_quotas(locate, data, columns))),
        places=places,
        may_close=data.existing["may_close"].to_numpy(dtype=np.bool_),
        cutoff_min=settings.score.travel.cutoff_min,
    )
    return Asked(problem=problem, walks=walks, score=score, notes=tuple(told), market_notes=found.notes)


def wish_of(problem: SiteProblem) -> str:
    """Say what is asked, in the planner's words."""
    settings, usable = problem.settings, int(problem.places.sum())
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


def tell_formats(problem: SiteProblem, opened: NDArray[np.int64]) -> list[str]:
    """Return how many outlets of which format open, where formats are chosen."""
    columns, new = problem.columns, opened[opened < problem.candidates]
    if columns.options is None:
        return []
    names, counts = np.unique(columns.format[new].astype(str), return_counts=True)
    told = ", ".join(f"{name} {count}" for name, count in zip(names, counts.tolist(), strict=True))
    notes = [f"New outlets by format: {told or 'none'}; formats and places were chosen together."]
    if problem.has_capacity:
        notes.append("Formats have a capacity: how the plan stands when demand moves was not looked at.")
    return notes
