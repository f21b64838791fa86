"""Say what each outlet wins before and after the plan, and what the new ones take from our own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from outlet.errors import InputError
from outlet.stage import Cell, StageRun, Summary
from siting.competition.share import Market, cannibalised, cannibalised_between, captured
from siting.data.layers import SitingData
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study.formats import market_of_formats
from siting.study.market import ProjectMarket, build_market
from siting.study.tables import to_csv
from siting.study.travel import candidate_costs, rival_costs, tell_travel

COLUMNS = ("outlet_id", "captured_before", "captured_after", "share_before", "share_after", "cannibalised_from_own")
SHOWN = 20
_DECIMALS = 6


class _Plan(BaseModel):
    """The part of plan.json that shares depend on: ids of what opens, stays and closes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    opened: tuple[str, ...]
    kept: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    formats: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class PlannedSites:
    """Positions of the plan's outlets among the sites, each shape (·,), in the order of the ids in the plan."""

    opened: NDArray[np.int64]
    kept: NDArray[np.int64]
    closed: NDArray[np.int64]


def run_share(stage: StageRun) -> Summary:
    """Write share.csv and, where we have outlets, cannibalisation.csv from plan.json; return the table of outlets.

    Raises
    ------
    InputError
        When plan.json is missing, is not a plan, or names an outlet that the data do not have.
    """
    project = stage.project
    siting = project.section("siting", SitingSettings)
    settings = siting.score
    plan = _read_plan(stage)
    data = load_siting_data(project, cache=stage.out.cache())
    cache = stage.out.cache()
    walks = candidate_costs(project, data, cache, stage.progress)
    market = build_market(data, walks, rival_costs(project, data, cache, stage.progress), settings.competition)
    sites = locate_sites(data, plan.opened, plan.kept, plan.closed)
    if siting.formats:
        chosen = {at: plan.formats.get(name, "") for at, name in zip(sites.opened.tolist(), plan.opened, strict=True)}
        market = replace(market, market=market_of_formats(market.market, walks, siting.formats, chosen))
    table = share_table(data, market.market, sites)
    stage.out.write_text("share.csv", to_csv(table))
    if len(sites.kept) and len(sites.opened):
        stage.out.write_text("cannibalisation.csv", to_csv(cannibalisation_table(data, market.market, sites)))
    shown = _shown(table)
    model = "logit" if settings.competition.model == "logit" else "Huff"
    return Summary(
        title=f"Share of {market.market.demand.sum():,.0f} demand ({model}): {_total(table, 'share_before')} % before, "
        f"{_total(table, 'share_after')} % after",
        columns=("outlet", "role", "captured before", "captured after", "share after %", "from our own"),
        rows=_rows(shown),
        notes=(*_left_out(table, shown), *_market_notes(market, sites), *tell_travel(settings.travel), *market.notes),
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows worth a look: new and closed outlets, then the kept ones that lose most."""
    kept = table["role"] == "kept"
    loss = (table["captured_before"] - table["captured_after"]).where(kept, np.inf)
    order = loss.sort_values(ascending=False, kind="stable").index
    return table.loc[order].head(max(SHOWN, int((~kept).sum())))


def _left_out(table: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    rest = len(table) - len(shown)
    return [f"share.csv lists {rest} more outlets, those that lose least to the new ones."] if rest else []


def _rows(table: pd.DataFrame) -> list[tuple[Cell, ...]]:
    columns = ("captured_before", "captured_after", "share_after", "cannibalised_from_own")
    figures = table[list(columns)].to_numpy(dtype=np.float64) * np.array([1.0, 1.0, 100.0, 1.0])
    names, roles = table["outlet_id"].astype(str), table["role"].astype(str)
    return [(name, role, *row) for name, role, row in zip(names, roles, figures.tolist(), strict=True)]


def _read_plan(stage: StageRun) -> _Plan:
    try:
        return _Plan.model_validate_json(stage.out.read("plan.json").read_bytes())
    except ValidationError as error:
        raise InputError(f"plan.json: not a plan ({error.error_count()} faults); run `outlet locate` again") from error


def locate_sites(
    data: SitingData, opened: tuple[str, ...], kept: tuple[str, ...], closed: tuple[str, ...]
) -> PlannedSites:
    """Return the positions of outlets among the sites: candidates in order, then existing outlets.

    Raises
    ------
    InputError
        When an id is no site; it names the id.
    """
    ids = [*data.candidates["id"].astype(str), *data.existing["id"].astype(str)]
    position = {name: at for at, name in enumerate(ids)}
    unknown = [name for name in (*opened, *kept, *closed) if name not in position]
    if unknown:
        raise InputError(
            f"plan.json: {', '.join(unknown[:5])}: neither candidate nor existing outlet; run `outlet locate` again"
        )

    def positions(names: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([position[name] for name in names], dtype=np.int64)

    return PlannedSites(opened=positions(opened), kept=positions(kept), closed=positions(closed))


def share_table(data: SitingData, market: Market, sites: PlannedSites) -> pd.DataFrame:
    """Return share.csv's columns and ``role`` (new, kept or closed), one row for each outlet of the plan.

    Captured amounts are in demand units; shares are of all demand, 0–1. Before: all existing outlets are open. After:
    the opened and the kept. What a new outlet takes from our own is what the kept ones would have without it.
    """
    first = len(data.candidates)
    existing = np.arange(first, first + len(data.existing), dtype=np.int64)
    before = captured(market, existing)
    after = captured(market, np.concatenate([sites.kept, sites.opened]))
    taken = cannibalised(market, sites.kept, sites.opened)
    ids = np.array([*data.candidates["id"].astype(str), *data.existing["id"].astype(str)], dtype=object)
    rows = np.concatenate([sites.opened, sites.kept, sites.closed])
    roles = ["new"] * len(sites.opened) + ["kept"] * len(sites.kept) + ["closed"] * len(sites.closed)
    total = max(float(market.demand.sum()), np.finfo(float).tiny)
    table = pd.DataFrame(
        {
            "outlet_id": ids[rows],
            "captured_before": before[rows],
            "captured_after": after[rows],
            "share_before": before[rows] / total,
            "share_after": after[rows] / total,
            "cannibalised_from_own": taken[rows],
        }
    ).round(_DECIMALS)
    return table.assign(role=roles)


def cannibalisation_table(data: SitingData, market: Market, sites: PlannedSites) -> pd.DataFrame:
    """Return cannibalisation.csv: who of ours loses how much to which new outlet, the largest loss first.

    ``taken`` is in demand units and sums over a new outlet's rows to its ``cannibalised_from_own`` in share.csv;
    ``share_of_existing`` is its part, 0–1, of what the existing outlet would have if nothing new opened. Pairs that
    share no customer are left out.
    """
    taken = cannibalised_between(market, sites.kept, sites.opened)
    alone = captured(market, sites.kept)[sites.kept]
    share = np.divide(taken, alone[:, None], out=np.zeros_like(taken), where=alone[:, None] > 0)
    ids = np.array([*data.candidates["id"].astype(str), *data.existing["id"].astype(str)], dtype=object)
    loser, winner = np.nonzero(taken > 0)
    table = pd.DataFrame(
        {
            "outlet_id": ids[sites.opened][winner],
            "existing_id": ids[sites.kept][loser],
            "taken": taken[loser, winner],
            "share_of_existing": share[loser, winner],
        }
    )
    order = ["taken", "outlet_id", "existing_id"]
    return table.round(_DECIMALS).sort_values(order, ascending=[False, True, True], kind="stable", ignore_index=True)


def _market_notes(found: ProjectMarket, sites: PlannedSites) -> list[str]:
    """Say where demand goes after the plan: to us, to rivals, elsewhere; the three sum to 100 % where all reach one."""
    market = found.market
    ours = market.of_sites(np.concatenate([sites.kept, sites.opened]))
    everyone = ours + market.rivals
    weight = np.divide(market.demand, everyone, out=np.zeros_like(everyone), where=everyone > 0)
    total = max(float(market.demand.sum()), np.finfo(float).tiny)
    to_us, elsewhere = float(weight @ ours) / total, found.elsewhere * float(weight.sum()) / total
    to_rivals = max(float(weight @ market.rivals) / total - elsewhere, 0.0)
    nowhere = 1.0 - to_us - to_rivals - elsewhere
    parts = [f"{100 * to_us:.1f} % to us", f"{100 * to_rivals:.1f} % to rivals", f"{100 * elsewhere:.1f} % elsewhere"]
    if nowhere > 5e-4:
        parts.append(f"{100 * nowhere:.1f} % reach nothing")
    return [f"After the plan demand goes {', '.join(parts)}."]


def _total(table: pd.DataFrame, column: str) -> str:
    return f"{100 * float(table[column].sum()):.2f}"
