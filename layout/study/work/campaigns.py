"""Multiply arrivals on the days of campaigns and on days of the month such as pay-days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.settings.work import CampaignSettings
from layout.study.work.workload import Workload
from layout.workload.services import Catalogue
from outlet.errors import Fault, TableError

Floats = NDArray[np.float64]


def active_on(campaign: CampaignSettings, date: dt.date) -> bool:
    """Tell whether a campaign runs on a date: between its days, and on its days of the month where it names any.

    >>> active_on(CampaignSettings(name="Pay-day", factor=1.5, days_of_month=(10, 25)), dt.date(2026, 3, 25))
    True
    """
    begun = campaign.first is None or campaign.first <= date
    ended = campaign.last is not None and campaign.last < date
    return begun and not ended and (not campaign.days_of_month or date.day in campaign.days_of_month)


def campaign_factors(campaigns: Sequence[CampaignSettings], catalogue: Catalogue, date: dt.date) -> Floats:
    """Return the factor of each service's arrivals on a date, shape (S,); campaigns multiply each other."""
    factors = np.ones(len(catalogue.services))
    for campaign in campaigns:
        if active_on(campaign, date):
            mine = [not campaign.services or service.id in campaign.services for service in catalogue.services]
            factors[mine] *= campaign.factor
    return factors


def workload_on(workload: Workload, campaigns: Sequence[CampaignSettings], date: dt.date) -> Workload:
    """Return the workload as it is on a date."""
    return multiplied(workload, campaign_factors(campaigns, workload.catalogue, date))


def multiplied(workload: Workload, factors: Floats) -> Workload:
    """Return the workload with the arrivals of each service multiplied, shape (S,)."""
    return replace(workload, arrivals=replace(workload.arrivals, visits=workload.arrivals.visits * factors))


def refuse_unknown(campaigns: Sequence[CampaignSettings], catalogue: Catalogue) -> None:
    """Refuse campaigns for services that the catalogue does not have.

    Raises
    ------
    TableError
        Each of them.
    """
    ids = [service.id for service in catalogue.services]
    faults = [
        Fault(
            "outlet.toml",
            code="unknown-reference",
            found=f"[layout.services] campaigns: {campaign.name!r} for {name!r}",
            expected=f"one of {', '.join(ids)}",
        )
        for campaign in campaigns
        for name in campaign.services
        if name not in ids
    ]
    if faults:
        raise TableError(faults)
