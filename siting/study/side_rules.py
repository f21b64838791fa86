"""Turn what the planner asks beside the aim (money, quotas, pairs) into positions and amounts of all sites."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.data.layers import SitingData
from siting.locate import Quota
from siting.settings.locate import LocateSettings
from siting.study.align import positions_of

Amounts = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SideRules:
    """What a set must satisfy beside its number, its locks and its spacing.

    Parameters
    ----------
    opening_cost, closing_cost
        Money for opening and for closing each site, shape (m_all,); 0 where there is no budget.
    unpriced
        Positions of candidates whose fit-out is not known, which a budget therefore cannot open.
    quota
        Quotas over candidates.
    forbidden, required
        Pairs of positions.
    """

    opening_cost: Amounts
    closing_cost: Amounts
    unpriced: Positions
    quota: tuple[Quota, ...]
    forbidden: tuple[tuple[int, int], ...]
    required: tuple[tuple[int, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is neither quota nor pair."""
        return not (self.quota or self.forbidden or self.required)


def read_side_rules(settings: LocateSettings, data: SitingData) -> SideRules:
    """Return the side rules of a project.

    Raises
    ------
    InputError
        When an id is not known, a quota counts nobody, or a budget is asked of candidates whose fit-out is not known.
    """
    ids, existing = data.candidates["id"].astype(str).tolist(), len(data.existing)
    fit_out = data.candidates["fit_out_cost"].to_numpy(dtype=np.float64)
    unpriced = np.flatnonzero(np.isnan(fit_out)) if settings.budget is not None else np.empty(0, dtype=np.int64)
    if len(unpriced) == len(ids):
        raise InputError(
            f"siting.locate.budget = {settings.budget:g}, but no candidate has a fit_out_cost; give the column under "
            "siting.data.candidates.columns, or leave budget out"
        )
    if locked := sorted(set(settings.locked_open) & {ids[at] for at in unpriced.tolist()}):
        raise InputError(f"siting.locate.locked_open names {locked[0]!r}, which has no fit_out_cost to pay from budget")
    if settings.budget is not None and settings.budget < (least := float(np.nanmin(fit_out))):
        raise InputError(
            f"siting.locate.budget = {settings.budget:g} pays for no candidate; the cheapest fit_out_cost is {least:g}"
        )
    has_budget = settings.budget is not None
    opening = np.where(np.isnan(fit_out), 0.0, fit_out) if has_budget else np.zeros(len(ids))
    closes = settings.closing_cost * data.existing["may_close"].to_numpy(dtype=np.float64) * has_budget
    return SideRules(
        opening_cost=np.concatenate([opening, np.zeros(existing)]),
        closing_cost=np.concatenate([np.zeros(len(ids)), closes]),
        unpriced=unpriced.astype(np.int64),
        quota=_quotas(settings, data, ids),
        forbidden=_pairs(settings.forbidden_pairs, ids, "siting.locate.forbidden_pairs"),
        required=_pairs(settings.required_pairs, ids, "siting.locate.required_pairs"),
    )


def _quotas(settings: LocateSettings, data: SitingData, ids: list[str]) -> tuple[Quota, ...]:
    formats = data.candidates["format"].astype(str).tolist()
    found = []
    for name, asked in settings.quota.items():
        if unknown := sorted(set(asked.formats) - set(formats)):
            known = ", ".join(sorted(set(formats)))
            raise InputError(
                f"siting.locate.quota.{name}: no candidate has the format {unknown[0]!r}; there are: {known}"
            )
        members = [
            at
            for at, id_ in enumerate(ids)
            if formats[at] in asked.formats or any(fnmatchcase(id_, pattern) for pattern in asked.ids)
        ]
        if len(members) < max(asked.least, 1):
            raise InputError(
                f"siting.locate.quota.{name} counts {len(members)} candidates, least = {asked.least}; see its ids"
            )
        found.append(Quota(np.array(members), asked.least, asked.most, f"siting.locate.quota.{name}"))
    return tuple(found)


def _pairs(pairs: tuple[tuple[str, str], ...], ids: list[str], what: str) -> tuple[tuple[int, int], ...]:
    found = []
    for pair in pairs:
        one, other = positions_of(pair, ids, what).tolist()
        found.append((one, other))
    return tuple(found)
