"""List the communities each of the best candidates, and each outlet of ours, serves: served.csv.

A row is a demand point within ``catchment.reach_min`` of a site: ``candidate_id`` (or the id of an outlet of ours),
``role`` (candidate, existing), ``rank``, ``community_id``, ``name``, ``grade``, ``weight``, ``segment:<name>`` of each
segment, ``minutes`` of walk, ``counted`` (what it counts for the target market after the decay with the walk: the
counts of a candidate sum to its demand_nearby_raw), ``catchment_share`` (of that sum, 0–1), ``rival_min`` and
``own_min`` (walk to the nearest rival, and to the nearest other outlet of ours; the cutoff where none is within it),
``share_won`` (probability that a customer goes there, were it the only new outlet) and ``won`` (of the weight).
Points made of one polygon of demand are one community, of which what is within reach is listed. Sites by rank, then our
outlets; nearest community first. Empty is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from siting.competition.presence import nearest_rival
from siting.competition.share import patronage_alone
from siting.data.layers import SEGMENT, SitingData, demand_points, points_of
from siting.scoring.demand_features import catchment_decay
from siting.scoring.inputs import FeatureInputs
from siting.study.candidates import Scored
from siting.study.communities import AMOUNT, MINUTES, communities, whole_communities
from siting.study.market import rivals_known
from siting.study.travel import Csr, TravelCosts

MOST_ROWS = 1_000_000
_COUNTED, _SHARE = 6, 6

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Served:
    """served.csv, the positions of the sites it lists in its order, and how many of our outlets it has no room for."""

    table: pd.DataFrame
    sites: Ints
    left_out: int

    def note(self, candidates: int) -> str:
        """Say what is listed."""
        ours = len(self.sites) - int((self.sites < candidates).sum())
        text = (
            f"served.csv and served.xlsx list the communities of the best {len(self.sites) - ours:,} candidates "
            f"(siting.score.served.best) and of {ours:,} outlets of ours."
        )
        more = f" {self.left_out:,} more of ours would make it longer than {MOST_ROWS:,} rows."
        return text + more if self.left_out else text


def list_served(data: SitingData, costs: TravelCosts, inputs: FeatureInputs, scored: Scored) -> Served:
    """Return the communities of the best candidates and of our outlets; only these columns of the walks are touched."""
    count = len(inputs.ids)
    sites = np.concatenate([best_candidates(scored, inputs.settings.served.best), inputs.kept])
    near = _near(sparse.csr_array(costs.demand_sites[:, sites]), inputs.settings.catchment.reach_min)
    near = near[(inputs.market.demand[near.row] > 0) | (inputs.value[near.row] > 0)]
    fits = int(np.searchsorted(np.cumsum(np.bincount(near.column, minlength=len(sites))), MOST_ROWS, side="right"))
    near = near[near.column < fits]
    table = communities(data, near.row, near.minutes)
    for name in data.segments:
        table[f"{SEGMENT}{name}"] = data.demand[f"{SEGMENT}{name}"].to_numpy(dtype=np.float64)[near.row].round(AMOUNT)
    ids = np.array([*inputs.ids, *data.existing["id"].astype(str)], dtype=object)[sites]
    rank = pd.array([*scored.ranking.rank.tolist(), *[None] * len(inputs.kept)], dtype="Int64")[sites]
    counted = inputs.value[near.row] * catchment_decay(inputs.settings)(near.minutes)
    total = np.bincount(near.column, weights=counted, minlength=len(sites))[near.column]
    table.insert(0, "candidate_id", ids[near.column])
    table.insert(1, "role", np.where(sites[near.column] < count, "candidate", "existing"))
    table.insert(2, "rank", pd.Series(rank[near.column]))
    table["counted"] = counted.round(_COUNTED)
    table["catchment_share"] = np.divide(counted, total, out=np.zeros_like(counted), where=total > 0).round(_SHARE)
    _compete(table, data, costs, inputs, sites, near)
    table, column = whole_communities(data, table, near.row, near.column)
    order = np.lexsort((table["community_id"].to_numpy(dtype=np.str_), table["minutes"], column))
    left_out = max(len(sites) - fits, 0)
    return Served(table.iloc[order].reset_index(drop=True), sites[:fits], left_out)


def best_candidates(scored: Scored, most: int) -> Ints:
    """Return the positions of the best candidates with a score, best first."""
    order = np.argsort(scored.ranking.rank, kind="stable")
    return np.asarray(order[np.isfinite(scored.ranking.score[order])][:most], dtype=np.int64)


@dataclass(frozen=True)
class _Near:
    """Pairs of a demand point and a column of the sites listed, with the walk, each shape (k,)."""

    row: Ints
    column: Ints
    minutes: Floats

    def __getitem__(self, kept: NDArray[np.bool_]) -> _Near:
        return _Near(self.row[kept], self.column[kept], self.minutes[kept])


def _near(cost: Csr, reach_min: float) -> _Near:
    rows = np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))
    return _Near(rows, cost.indices.astype(np.int64), cost.data)[cost.data <= reach_min]


def _compete(
    table: pd.DataFrame, data: SitingData, costs: TravelCosts, inputs: FeatureInputs, sites: Ints, near: _Near
) -> None:
    """Add what is known of rivals, of our other outlets, and of who would win."""
    cutoff = inputs.settings.travel.cutoff_min
    known = rivals_known(data, demand_points(data))
    rival = np.where(known, nearest_rival(costs.demand_rivals, cutoff, inputs.full_rivals), np.nan)
    table["rival_min"] = rival[near.row].round(MINUTES)
    table["own_min"] = _own_minutes(costs, inputs, sites, near, cutoff).round(MINUTES)
    covered = np.concatenate([inputs.rivals_known, rivals_known(data, points_of(data.existing))])[sites]
    share = _share_of(patronage_alone(inputs.market, inputs.kept, sites).share, near)
    share = np.where(covered[near.column], share, np.nan)
    table["share_won"] = share.round(_SHARE)
    table["won"] = (inputs.market.demand[near.row] * share).round(AMOUNT)


def _share_of(share: Csr, near: _Near) -> Floats:
    """Return the entry of each pair."""
    rows = np.repeat(np.arange(share.shape[0], dtype=np.int64), np.diff(share.indptr))
    key, wanted = rows * share.shape[1] + share.indices, near.row * share.shape[1] + near.column
    order = np.argsort(key, kind="stable")
    return np.asarray(share.data[order[np.searchsorted(key[order], wanted)]], dtype=np.float64)


def _own_minutes(costs: TravelCosts, inputs: FeatureInputs, sites: Ints, near: _Near, cutoff: float) -> Floats:
    """Return the walk to the nearest outlet of ours but the one listed; NaN where there is no other."""
    own = sparse.csr_array(costs.demand_sites[:, inputs.kept])
    rows = np.repeat(np.arange(own.shape[0], dtype=np.int64), np.diff(own.indptr))
    order = np.lexsort((own.data, rows))
    nearest = np.full((own.shape[0], 2), cutoff)
    nth = np.arange(len(order)) - own.indptr[rows[order]]
    for place in (0, 1):
        at = order[nth == place]
        nearest[rows[at], place] = own.data[at]
    listed = np.isin(sites, inputs.kept)[near.column]
    is_nearest = listed & (near.minutes <= nearest[near.row, 0])
    others = inputs.kept.size - listed.astype(np.int64)
    return np.where(others > 0, np.where(is_nearest, nearest[near.row, 1], nearest[near.row, 0]), np.nan)
