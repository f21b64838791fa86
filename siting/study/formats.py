"""Say what may open where: every candidate as it is, or, with `[siting.formats]`, each with the formats it can take.

What opens is a column of the location problem: candidates' columns come first, then those of existing outlets. Without
formats a column is a site; with them a candidate has one column for each format whose needs it meets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from siting.competition.share import Market
from siting.data.layers import TERM, SitingData
from siting.locate import Format, FormatOptions, SiteRules, expand_formats
from siting.settings.formats import FormatSettings, NeedSettings
from siting.study.travel import Csr

Positions = NDArray[np.int64]
Amounts = NDArray[np.float64]
Flags = NDArray[np.bool_]
NUMBERS = ("area_m2", "frontage_m", "rent_per_year", "fit_out_cost")
TEXTS = ("format", "region")
_EXISTING = "our existing outlets"


@dataclass(frozen=True, eq=False)
class Columns:
    """What each of the k columns of the problem is.

    Parameters
    ----------
    place
        Its site: candidates in order, then existing outlets, shape (k,), ascending.
    format
        Name of its format, shape (k,).
    fit_out
        Money for opening it, NaN where not known, shape (k,).
    radius_min
        Longest walk from which anybody comes, infinity for no limit of its own, shape (k,).
    week_share
        Share of the week it is there, shape (k,).
    candidates
        How many columns are of candidates; the others are existing outlets.
    options
        The formats as options, or None where there are no formats.
    """

    place: Positions
    format: NDArray[np.object_]
    fit_out: Amounts
    radius_min: Amounts
    week_share: Amounts
    candidates: int
    options: FormatOptions | None = None

    def takes(self, count: int) -> Flags:
        """Return which of the first ``count`` sites, the candidates, have a column."""
        return np.bincount(self.place[: self.candidates], minlength=count) > 0

    def at(self, columns: Positions) -> Columns:
        """Return some of the columns, or some of them again and again; ``columns`` is ascending."""
        return Columns(
            self.place[columns], self.format[columns], self.fit_out[columns], self.radius_min[columns],
            self.week_share[columns], int((columns < self.candidates).sum()),
        )  # fmt: skip

    def costs(self, walks: Csr) -> Csr:
        """Return walks to sites as those to columns: only as far as a format reaches."""
        return walks if self.options is None else self.options.cost(walks)

    def market(self, market: Market, walks: Csr) -> Market:
        """Return the market of sites as that of columns: a format pulls by its attraction and share of the week."""
        if self.options is None:
            return market
        return replace(market, attraction=self.options.attraction(market.attraction, walks))


def plain_columns(data: SitingData) -> Columns:
    """Return every site as it is."""
    count, old = len(data.candidates), len(data.existing)
    k = count + old
    fit_out = np.concatenate([data.candidates["fit_out_cost"].to_numpy(dtype=np.float64), np.zeros(old)])
    names = np.array([*data.candidates["format"].astype(str), *["own"] * old], dtype=object)
    return Columns(np.arange(k), names, fit_out, np.full(k, np.inf), np.ones(k), count)


def format_columns(
    formats: Mapping[str, FormatSettings], data: SitingData, rules: SiteRules, *, priced: bool
) -> tuple[Columns, list[str]]:
    """Return every candidate with the formats it can take, and what to tell of them.

    Parameters
    ----------
    formats
        ``[siting.formats]``, at least one.
    data
        The layers.
    rules
        The rules over sites; opening costs are those of the formats.
    priced
        Whether what opens must be paid for, so that its cost must be known.

    Raises
    ------
    InputError
        When a need names no column, no candidate can take a format that must open, or one that must open takes none.
    """
    count, old = len(data.candidates), len(data.existing)
    fit_out = data.candidates["fit_out_cost"].to_numpy(dtype=np.float64)
    found, money, notes = [], [], []
    for name, each in formats.items():
        cost = fit_out if each.opening_cost is None else np.full(count, each.opening_cost)
        takes, told = _who_takes(name, each, data.candidates)
        unpriced = takes & np.isnan(cost) if priced else np.zeros(count, dtype=bool)
        if unpriced.any():
            told += f"; {unpriced.sum():,} more have no fit_out_cost to pay from budget"
        takes &= ~unpriced
        if takes.sum() < max(each.least, 1):
            raise InputError(
                f"siting.formats.{name}: {takes.sum():,} candidates can take it, least = {each.least}; see its needs "
                "and ids" + (", and opening_cost" if unpriced.any() else "")
            )
        notes.append(f"Format {name}: {takes.sum():,} of {count:,} candidates can take it{told}.")
        paid = np.concatenate([np.nan_to_num(cost), np.zeros(old)]) if priced else 0.0
        found.append(
            Format(
                name=name, places=np.flatnonzero(takes), opening_cost=paid, capacity=each.capacity,
                radius=each.radius_min, week_share=each.week_share, attraction=each.attraction, least=each.least,
                most=each.most,
            )
        )  # fmt: skip
        money.append(cost)
    _refuse_unfit(data, rules, found)
    if old:
        found.append(Format(name=_EXISTING, places=count + np.arange(old)))
    options = expand_formats(found, count + old, rules=rules)
    new = options.place < count
    costs = np.zeros(len(options.place))
    costs[new] = np.column_stack(money)[options.place[new], options.format[new]]
    names = np.array([*formats, "own"], dtype=object)[options.format]
    columns = Columns(
        options.place, names, costs, options.radius, options.week_share, int(new.sum()), options
    )  # fmt: skip
    return columns, notes


def _who_takes(name: str, each: FormatSettings, candidates: gpd.GeoDataFrame) -> tuple[Flags, str]:
    """Return which candidates can take a format, and of how many that is not known."""
    takes = np.ones(len(candidates), dtype=bool)
    if each.ids:
        ids = candidates["id"].astype(str)
        takes &= np.array([any(fnmatchcase(id_, pattern) for pattern in each.ids) for id_ in ids], dtype=bool)
        if not takes.any():
            raise InputError(f"siting.formats.{name}.ids: no candidate has such an id")
    unknown = np.zeros(len(candidates), dtype=bool)
    for column, need in each.needs.items():
        met, missing = _meets(f"siting.formats.{name}.needs.{column}", column, need, candidates)
        unknown |= takes & missing
        takes &= met
    return takes, f"; of {unknown.sum():,} it is not known" if unknown.any() else ""


def _meets(where: str, column: str, need: NeedSettings, candidates: gpd.GeoDataFrame) -> tuple[Flags, Flags]:
    """Return which candidates meet a need, and of which it is not known, both of shape (m,)."""
    terms = [str(name).removeprefix(TERM) for name in candidates.columns if str(name).startswith(TERM)]
    if column in TEXTS and column in candidates.columns:
        if not need.any_of:
            raise InputError(f"{where}: {column} is text; expected any_of")
        values = candidates[column].fillna("").astype(str)
        if unheard := sorted(set(need.any_of) - set(values)):
            there = ", ".join(sorted(set(values) - {""})) or "none"
            raise InputError(f"{where}.any_of: no candidate has {unheard[0]!r}; there are: {there}")
        return values.isin(need.any_of).to_numpy(dtype=bool), (values == "").to_numpy(dtype=bool)
    if column not in (*NUMBERS, *terms):
        known = ", ".join([*NUMBERS, *terms, *(name for name in TEXTS if name in candidates.columns)])
        raise InputError(f"{where}: candidates have no such column; expected one of: {known}")
    if need.any_of:
        raise InputError(f"{where}: {column} is a number; expected least or most")
    figures = candidates[column if column in NUMBERS else TERM + column].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        met = (figures >= (-np.inf if need.least is None else need.least)) & (
            figures <= (np.inf if need.most is None else need.most)
        )
    return met, np.isnan(figures)


def _refuse_unfit(data: SitingData, rules: SiteRules, formats: list[Format]) -> None:
    """Raise InputError where a candidate that must open takes no format."""
    taken = {at for each in formats for at in np.asarray(each.places).tolist()}
    for at in np.asarray(rules.locked_open, dtype=np.int64).tolist():
        if at < len(data.candidates) and at not in taken:
            name = str(data.candidates["id"].iloc[at])
            raise InputError(f"siting.locate.locked_open names {name!r}, which meets the needs of no format")


def market_of_formats(
    market: Market, walks: Csr, formats: Mapping[str, FormatSettings], chosen: Mapping[int, str]
) -> Market:
    """Return the market of sites with the formats that some of them have, by position.

    Raises
    ------
    InputError
        When a format is not known.
    """
    factor, reach = np.ones(walks.shape[1]), np.full(walks.shape[1], np.inf)
    for at, name in chosen.items():
        if name not in formats:
            raise InputError(f"plan.json: there is no format {name!r} in siting.formats; run `outlet locate` again")
        each = formats[name]
        factor[at] = each.attraction * each.week_share
        reach[at] = np.inf if each.radius_min is None else each.radius_min
    width, far, pull = walks.shape[1], walks.tocoo(), market.attraction.tocoo()
    beyond = far.data > reach[far.coords[1]]
    shut = (far.coords[0].astype(np.int64) * width + far.coords[1])[beyond]
    row, column = pull.coords
    keep = ~np.isin(row.astype(np.int64) * width + column, shut)
    scaled: Csr = sparse.csr_array(
        (pull.data[keep] * factor[column[keep]], (row[keep], column[keep])), shape=pull.shape
    )  # fmt: skip
    return replace(market, attraction=scaled)
