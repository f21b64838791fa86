"""Gather what the choice model is fitted to: pairs of demand points and outlets, what speaks for each, what was seen.

Outlets are numbered existing ones first, then competitors; demand points by their order among those that count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from outlet.stage import StageRun
from siting.competition.calibrate_sales import Sales
from siting.competition.choices import Choices
from siting.data.contracts.choices import ChoiceTable, read_choices
from siting.data.layers import SitingData
from siting.settings import SitingSettings
from siting.study.attraction import attractions_of
from siting.study.travel import Csr, candidate_costs, rival_costs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Observations:
    """What is fitted: p pairs of n demand points and m outlets, K parameters.

    Parameters
    ----------
    choices
        The pairs and their terms, named as the parameters; the last is the way.
    seen
        Visitors or shares of each pair, shape (p,); None where sales are fitted.
    shares
        Whether ``seen`` are shares.
    sales
        What outlets make, and demand; None where choices are fitted.
    part
        Which part a demand point, shape (n,), or with sales an outlet, shape (m,), is left out in.
    districts
        How many districts people were asked in, or outlets have known sales.
    ids, names
        Of the m outlets.
    notes
        What was left out and assumed, with counts.
    """

    choices: Choices
    seen: Floats | None
    shares: bool
    sales: Sales | None
    part: Ints
    districts: int
    ids: tuple[str, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Pairs:
    """Pairs of demand and outlet positions, shape (p,), the way of each, and what was seen of it."""

    demand: Ints
    outlet: Ints
    minutes: Floats
    seen: Floats

    def where(self, keep: NDArray[np.bool_]) -> _Pairs:
        return _Pairs(self.demand[keep], self.outlet[keep], self.minutes[keep], self.seen[keep])


def observe_project(stage: StageRun, data: SitingData) -> Observations:
    """Return what ``[siting.calibrate]`` asks to be fitted.

    Raises
    ------
    TableError
        With every fault of the table.
    InputError
        When nothing that was seen can be explained by the pairs that are open.
    """
    section = stage.project.section("siting", SitingSettings)
    settings = section.calibrate
    table = read_choices(stage.project, settings, data) if settings.file is not None else None
    pairs, terms, notes = _pairs(stage, data, table, section)
    demand, numbered = np.unique(pairs.demand, return_inverse=True)
    way, clipped = _way(pairs.minutes, section)
    choices = Choices(
        numbered.astype(np.int64),
        pairs.outlet,
        np.column_stack([np.log(terms[pairs.outlet]), way]),
        tuple(name for name, _ in section.score.competition.parameters()),
    )
    outlets = pd.concat([data.existing[["id", "name"]], data.competitors[["id", "name"]]], ignore_index=True)
    sales, told = (None, []) if settings.target == "choices" else _sales(data, section, choices, demand)
    part, districts = _parts(table, demand, sales, settings.held_out)
    return Observations(
        choices=choices,
        seen=pairs.seen if sales is None else None,
        shares=table is not None and table.shares,
        sales=sales,
        part=part,
        districts=districts,
        ids=tuple(outlets["id"].astype(str))[: choices.outlets],
        names=tuple(outlets["name"].astype(str))[: choices.outlets],
        notes=(*notes, *clipped, *told),
    )


def _pairs(
    stage: StageRun, data: SitingData, table: ChoiceTable | None, section: SitingSettings
) -> tuple[_Pairs, Floats, list[str]]:
    """Return the pairs that count, what each outlet attracts by, shape (m, K), and what to tell."""
    found = attractions_of(data, section.score.competition)
    terms = np.vstack([found.sites[len(data.candidates) :], found.rivals])
    ways = None if table is not None and table.minutes is not None else _walks(stage, data)
    of_choices = section.calibrate.target == "choices"
    pairs, told = _open_pairs(table, ways, of_choices)
    pairs, told_more = _of_rivals(pairs, terms)
    weight = data.demand["weight"].to_numpy(dtype=np.float64)
    if of_choices:
        weight = np.bincount(pairs.demand, weights=pairs.seen, minlength=len(data.demand)).astype(np.float64)
    asked = np.asarray(weight > 0, dtype=np.bool_)
    pairs = pairs.where(asked[pairs.demand])
    if not len(pairs.demand):
        raise InputError("siting.calibrate: nobody was seen in an outlet within reach; nothing can be calibrated")
    remarks = [str(remark) for remark in table.remarks] if table is not None else []
    last = "Going elsewhere has no part in it: people choose among the outlets that are known."
    return pairs, terms, [*remarks, *found.notes, *told, *told_more, last]


def _walks(stage: StageRun, data: SitingData) -> Csr:
    """Return walking minutes to existing outlets and competitors, shape (n, m)."""
    cache = stage.out.cache()
    ours = candidate_costs(stage.project, data, cache, stage.progress)[:, len(data.candidates) :]
    return sparse.csr_array(sparse.hstack([ours, rival_costs(stage.project, data, cache, stage.progress)]))


def _open_pairs(table: ChoiceTable | None, ways: Csr | None, asked_only: bool) -> tuple[_Pairs, list[str]]:
    """Return the pairs that are open to people; what was seen elsewhere is told and left out."""
    if ways is None:
        assert table is not None
        assert table.minutes is not None
        seen = np.zeros(len(table.demand)) if table.seen is None else table.seen
        return _Pairs(table.demand, table.outlet, table.minutes, seen), []
    rows = np.repeat(np.arange(ways.shape[0], dtype=np.int64), np.diff(ways.indptr))
    pairs = _Pairs(rows, ways.indices.astype(np.int64), ways.data, np.zeros(len(rows)))
    if table is None or table.seen is None or not asked_only:
        return pairs, []
    width = ways.shape[1]
    wanted = pd.Series(table.seen, index=table.demand * width + table.outlet)
    key = pairs.demand * width + pairs.outlet
    found = np.array(wanted.reindex(key).fillna(0.0), dtype=np.float64)  # nobody was seen in a pair not listed
    lost = np.flatnonzero(~np.isin(wanted.index.to_numpy(), key) & (table.seen > 0))
    told = []
    if lost.size:
        amount = f"{table.seen[lost].sum():,.6g} of {table.seen.sum():,.6g}"
        what = "shares" if table.shares else "visitors"
        told.append(f"{amount} {what} ({lost.size:,} pairs) go farther than anyone is taken to walk: left out.")
    return _Pairs(pairs.demand, pairs.outlet, pairs.minutes, found), told


def _of_rivals(pairs: _Pairs, terms: Floats) -> tuple[_Pairs, list[str]]:
    """Leave out the pairs with outlets of brands that count 0."""
    keep = np.asarray((terms > 0).all(axis=1), dtype=np.bool_)[pairs.outlet]
    lost = float(pairs.seen[~keep].sum())
    told = [f"{lost:,.6g} seen in outlets of brands that count 0: left out."] if lost > 0 else []
    return pairs.where(keep), told


def _way(minutes: Floats, section: SitingSettings) -> tuple[Floats, list[str]]:
    competition = section.score.competition
    if competition.model == "logit":
        return minutes, []
    short = int((minutes < competition.least_min).sum())
    least = f"{competition.least_min:g} min"
    told = [f"{short:,} of {len(minutes):,} ways shorter than {least} count as {least} (least_min)."] if short else []
    return np.log(np.maximum(minutes, competition.least_min)), told


def _sales(data: SitingData, section: SitingSettings, choices: Choices, demand: Ints) -> tuple[Sales, list[str]]:
    target = str(section.calibrate.target)
    made = np.full(choices.outlets, np.nan)
    given = data.existing[target].to_numpy(dtype=np.float64)[: choices.outlets]
    made[: len(given)] = given
    weight = data.demand["weight"].to_numpy(dtype=np.float64)[demand]
    lonely = np.isfinite(made) & ~(choices.over_outlet(weight[choices.district]) > 0)
    beyond = int(np.isfinite(data.existing[target].to_numpy(dtype=np.float64)[choices.outlets :]).sum())
    made[lonely] = np.nan
    told = []
    if int(lonely.sum()) + beyond:
        told.append(f"{int(lonely.sum()) + beyond:,} outlets with known {target} are reached by no demand: left out.")
    unknown = len(data.existing) - int(np.isfinite(made).sum()) - int(lonely.sum()) - beyond
    if unknown:
        told.append(f"{unknown:,} of {len(data.existing):,} outlets have no known {target}: they compete only.")
    return Sales(made, weight, section.calibrate.loss), told


def _parts(table: ChoiceTable | None, demand: Ints, sales: Sales | None, most: int) -> tuple[Ints, int]:
    """Return the part each demand point (n,), or outlet with known sales (m,), is left out in, and how many there are.

    Districts, in the order of the demand layer, are dealt into at most ``most`` parts of neighbours in that order.
    """
    if sales is not None:
        part = np.zeros(len(sales.sales), dtype=np.int64)
        known = np.flatnonzero(sales.known)
        part[known] = _dealt(len(known), most)
        return part, len(known)
    labels: NDArray[np.object_] = demand.astype(object)
    if table is not None and table.district is not None:
        by_demand = dict(zip(table.demand.tolist(), table.district.tolist(), strict=True))
        labels = np.array([by_demand[at] for at in demand.tolist()], dtype=object)
    number, _ = pd.factorize(labels)
    count = int(number.max()) + 1
    return _dealt(count, most)[number], count


def _dealt(count: int, most: int) -> Ints:
    return np.arange(count, dtype=np.int64) * min(count, max(most, 1)) // max(count, 1)
