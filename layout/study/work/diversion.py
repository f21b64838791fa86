"""Ask what more or less use of machines would bring each outlet: diversion.csv."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layout.posts.availability import machines_for
from layout.settings import LayoutSettings
from layout.study.work.workload import Workload
from layout.workload.roaming import best_roaming, guided_services, price_roaming
from layout.workload.what_if import Choice, WhatIf, best_diversion, price
from outlet.cells import csv_text
from outlet.handover import OutletBrief

WEEKS_PER_YEAR = 52.0
ROAMING = "roaming guide"
COLUMNS = (
    "outlet_id", "service", "machine", "share_now", "share_best", "machines_now", "machines_best", "minutes_saved_now",
    "minutes_saved_best", "at_stake_now", "at_stake_best", "gain_now", "gain_best", "currency", "guides_best",
    "risk",
)  # fmt: skip


def terms_of(workload: Workload, settings: LayoutSettings) -> WhatIf:
    """Return what a diversion may be and costs at one outlet; machines' cost is spread over its open days."""
    asked, services = settings.services.what_if, settings.services

    def installed(needed: int) -> int:
        return machines_for(needed, asked.availability, asked.enough_share)

    return WhatIf(
        levels=asked.levels,
        most_machines=asked.most_machines,
        wage_per_min=settings.staff.wage_per_hour / 60,
        machine_per_day=asked.machine_per_year / (WEEKS_PER_YEAR * max(len(workload.arrivals.open_days), 1)),
        lost=asked.lost_value,
        installed=installed,
        target_share=services.target_share,
        target_wait_min=services.target_wait_min,
    )


def diversion_table(outlets: Sequence[tuple[OutletBrief, Workload]], settings: LayoutSettings) -> str:
    """Return diversion.csv: a row a service that a machine can do, then the outlet's total, ``service`` empty.

    Minutes saved, the value of diverted visits and the gain are those of a mean open day. Then, with ``machine``
    "roaming guide", a row a service that a guide can do beside the best machines, and their total. ``risk`` is how
    badly a fault of the service hurts.
    """
    rows: list[tuple[object, ...]] = []
    for brief, workload in outlets:
        catalogue, arrivals = workload.catalogue, workload.arrivals
        terms = terms_of(workload, settings)
        shares = {s.id: float(d) for s, d in zip(catalogue.services, workload.diversion.share, strict=True)}
        best = best_diversion(catalogue, arrivals, terms)
        now = price(catalogue, arrivals, shares, terms)
        for service in catalogue.services:
            if service.machine is None:
                continue
            pair = [
                price(catalogue, arrivals, {service.id: share}, terms)
                for share in (shares[service.id], best.share[service.id])
            ]
            machine = (service.machine, round(shares[service.id], 4), round(best.share[service.id], 4), "", "")
            rows.append(
                (brief.id, service.id, *machine, *_figures(*pair)[:4], "", "", brief.currency, "", service.risk)
            )
        counts = (sum(now.machines.values()), sum(best.machines.values()))
        rows.append((brief.id, "", "", "", "", *counts, *_figures(now, best), brief.currency, "", ""))
        rows += _roaming_rows(brief, workload, best, settings, terms)
    return csv_text(COLUMNS, rows)


def _roaming_rows(
    brief: OutletBrief, workload: Workload, best: Choice, settings: LayoutSettings, terms: WhatIf
) -> list[tuple[object, ...]]:
    """Return the rows of a roaming guide beside the best machines; none where no service has its minutes."""
    catalogue, arrivals = workload.catalogue, workload.arrivals
    mine = guided_services(catalogue)
    machines = np.array([best.share.get(service.id, 0.0) for service in catalogue.services])
    found = best_roaming(catalogue, arrivals, machines, settings.services.what_if.most_guides, terms)
    rows: list[tuple[object, ...]] = []
    for service in mine:
        share = found.share.get(service.id, 0.0)
        one = price_roaming(catalogue, arrivals, machines, {service.id: share}, terms)
        figures = (0.0, share, "", "", 0.0, round(one.minutes_saved, 2), 0.0, round(one.at_stake, 2), "", "")
        rows.append((brief.id, service.id, ROAMING, *figures, brief.currency, "", service.risk))
    if mine:
        saved, stake, gain = (round(value, 2) + 0.0 for value in (found.minutes_saved, found.at_stake, found.gain))
        total = ("", "", "", "", 0.0, saved, 0.0, stake, 0.0, gain)
        rows.append((brief.id, "", ROAMING, *total, brief.currency, found.guides, ""))
    return rows


def _figures(now: Choice, best: Choice) -> tuple[float, ...]:
    pairs = ((now.minutes_saved, best.minutes_saved), (now.at_stake, best.at_stake), (now.gain, best.gain))
    return tuple(round(value, 2) + 0.0 for pair in pairs for value in pair)
