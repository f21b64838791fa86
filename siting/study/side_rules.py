"""Turn what the planner asks beside the aim (locks, money, quotas, pairs) into rules over all sites."""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.data.layers import SitingData
from siting.locate import Quota, SiteRules, Spacing
from siting.settings.locate import LocateSettings
from siting.study.align import positions_of
from siting.study.formats import Columns

Amounts = NDArray[np.float64]
Positions = NDArray[np.int64]


def find_unpriced(settings: LocateSettings, data: SitingData) -> Positions:
    """Return the positions of candidates whose fit-out is not known, which a budget therefore cannot open.

    Raises
    ------
    InputError
        When the budget pays for none, or one that must open is among them.
    """
    if settings.budget is None:
        return np.empty(0, dtype=np.int64)
    fit_out = data.candidates["fit_out_cost"].to_numpy(dtype=np.float64)
    unpriced = np.flatnonzero(np.isnan(fit_out))
    if len(unpriced) == len(fit_out):
        raise InputError(
            f"siting.locate.budget = {settings.budget:g}, but no candidate has a fit_out_cost; give the column under "
            "siting.data.candidates.columns, or leave budget out"
        )
    ids = data.candidates["id"].astype(str).tolist()
    if locked := sorted(set(settings.locked_open) & {ids[at] for at in unpriced.tolist()}):
        raise InputError(f"siting.locate.locked_open names {locked[0]!r}, which has no fit_out_cost to pay from budget")
    return unpriced.astype(np.int64)


def refuse_poor(settings: LocateSettings, fit_out: Amounts) -> None:
    """Raise InputError where the budget pays for nothing; ``fit_out`` is that of candidates, NaN where not known."""
    if settings.budget is not None and settings.budget < (least := float(np.nanmin(fit_out))):
        raise InputError(
            f"siting.locate.budget = {settings.budget:g} pays for no candidate; the cheapest costs {least:g}"
        )


def site_rules_of(
    settings: LocateSettings, data: SitingData, shut: Positions, xy: NDArray[np.float64], *, fit_out: bool
) -> SiteRules:
    """Return the rules over sites, all but quotas by name: locks, closings, money, spacing and pairs.

    ``fit_out`` tells whether candidates cost their fit-out; formats have costs of their own.

    Raises
    ------
    InputError
        When an id is not known.
    """
    ids, m = data.candidates["id"].astype(str).tolist(), len(data.candidates)
    locked = positions_of(settings.locked_open, ids, "siting.locate.locked_open")
    may_close = data.existing["may_close"].to_numpy(dtype=np.bool_)
    closable = m + np.flatnonzero(may_close)
    fixed = m + np.flatnonzero(~may_close) if settings.closings else m + np.arange(len(may_close))
    quota: tuple[Quota, ...] = ()
    if settings.closings:
        stay = len(closable) - settings.closings
        quota = (Quota(closable, stay, stay, name="existing outlets that may close and stay"),)
    opening = np.nan_to_num(data.candidates["fit_out_cost"].to_numpy(dtype=np.float64))
    has_budget = settings.budget is not None
    known = data.existing["closing_cost"].to_numpy(dtype=np.float64)
    closing = np.where(np.isnan(known), settings.closing_cost, known) * may_close * has_budget
    return SiteRules(
        locked_open=np.concatenate([locked, fixed]),
        locked_shut=np.setdiff1d(shut, locked),
        opening_cost=np.concatenate([opening * (has_budget and fit_out), np.zeros(len(may_close))]),
        closing_cost=np.concatenate([np.zeros(m), closing]) if settings.closings else None,
        budget=settings.budget,
        spacing=Spacing(xy, settings.spacing_m) if settings.spacing_m > 0 else None,
        quota=quota,
        forbidden_pairs=_pairs(settings.forbidden_pairs, ids, "siting.locate.forbidden_pairs"),
        required_pairs=_pairs(settings.required_pairs, ids, "siting.locate.required_pairs"),
    )


def read_quotas(settings: LocateSettings, data: SitingData, columns: Columns) -> tuple[Quota, ...]:
    """Return ``[siting.locate.quota]`` over columns; formats are those that open.

    Raises
    ------
    InputError
        When a quota counts nobody, or not as many as it wants.
    """
    place = columns.place[: columns.candidates]
    formats = columns.format[: columns.candidates].astype(str).tolist()
    ids = data.candidates["id"].astype(str).to_numpy()[place].tolist()
    regions = data.candidates["region"].astype(str).to_numpy()[place].tolist()
    found = []
    for name, asked in settings.quota.items():
        if unknown := sorted(set(asked.formats) - set(formats)):
            known = ", ".join(sorted(set(formats)))
            raise InputError(
                f"siting.locate.quota.{name}: no candidate has the format {unknown[0]!r}; there are: {known}"
            )
        if unheard := sorted(set(asked.regions) - set(regions)):
            there = ", ".join(sorted(set(regions) - {""})) or "none; name a column in siting.data.candidates.columns"
            raise InputError(
                f"siting.locate.quota.{name}: no candidate is in the region {unheard[0]!r}; there are: {there}"
            )
        anyhow = not asked.formats and not asked.ids
        members = [
            at
            for at, id_ in enumerate(ids)
            if (anyhow or formats[at] in asked.formats or any(fnmatchcase(id_, pattern) for pattern in asked.ids))
            and (not asked.regions or regions[at] in asked.regions)
        ]
        count = len(set(place[members].tolist()))
        if count < max(asked.least, 1):
            raise InputError(
                f"siting.locate.quota.{name} counts {count} candidates, least = {asked.least}; see its ids and regions"
            )
        found.append(Quota(np.array(members), asked.least, asked.most, f"siting.locate.quota.{name}"))
    return tuple(found)


def _pairs(pairs: tuple[tuple[str, str], ...], ids: list[str], what: str) -> tuple[tuple[int, int], ...]:
    found = []
    for pair in pairs:
        one, other = positions_of(pair, ids, what).tolist()
        found.append((one, other))
    return tuple(found)
