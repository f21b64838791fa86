"""Plan the requirement of one outlet, and read and write requirement.csv."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np

from layout.settings import LayoutSettings
from layout.settings.work import CampaignSettings, ServiceSettings
from layout.study.work.campaigns import multiplied, refuse_unknown
from layout.study.work.workload import Workload, plan_workload
from layout.workload.requirement import Requirement, RequirementRow, Target, require_posts
from outlet.cells import csv_text, read_csv_records
from outlet.errors import Fault, InputError, TableError
from outlet.handover import OutletBrief, minute_of_day
from outlet.project import Project

__all__ = ["Requirement", "RequirementRow", "plan_requirement", "read_requirement", "write_requirement"]

COLUMNS = (
    "day_type",
    "start",
    "post",
    "required",
    "arrivals",
    "service_level",
    "occupancy",
    "queue_p95",
    "machines",
    "erlang",
    "arrivals_low",
    "arrivals_high",
)


def plan_requirement(project: Project, brief: OutletBrief) -> Requirement:
    """Return what the outlet's work requires, with notes on what was assumed.

    Raises
    ------
    InputError
        When the catalogue, the visits or the opening hours are faulty.
    """
    layout = project.section("layout", LayoutSettings)
    settings = layout.services
    target = target_of(settings)
    workload = plan_workload(project, brief)
    refuse_unknown(settings.campaigns, workload.catalogue)
    found = requirement_of(workload, target)
    told = tuple(_tell_campaign(campaign, workload, target, found) for campaign in settings.campaigns)
    if settings.requirement == "simulation":
        from layout.study.work.simulated import by_simulation

        found = by_simulation(found, workload, target, layout.simulate.distribution)
    return replace(found, notes=(*found.notes, *told))


def target_of(settings: ServiceSettings) -> Target:
    """Return how well visitors shall be served."""
    return Target(
        share=settings.target_share,
        wait_min=settings.target_wait_min,
        occupancy=settings.max_occupancy,
        lag=settings.lag,
    )


def _tell_campaign(campaign: CampaignSettings, workload: Workload, target: Target, usual: Requirement) -> str:
    """Return what a campaign's days require at their peak by Erlang C, where it differs from usual days."""
    services = workload.catalogue.services
    mine = [not campaign.services or service.id in campaign.services for service in services]
    then = requirement_of(multiplied(workload, np.where(mine, campaign.factor, 1.0)), target)
    changed = [
        f"{then.names.get(post, post)} {count} instead of {usual.peak.get(post, 0)}"
        for post, count in then.peak.items()
        if count != usual.peak.get(post, 0)
    ]
    what = ", ".join(changed) if changed else "no more people than usual"
    return f"campaign {campaign.name} ({campaign.factor:g} times the visits): at most {what}"


def requirement_of(workload: Workload, target: Target) -> Requirement:
    """Return what a workload requires, with its notes."""
    found = require_posts(workload.catalogue, workload.arrivals, workload.diversion, target)
    return replace(found, notes=workload.notes)


def write_requirement(path: Path, requirement: Requirement) -> None:
    """Write requirement.csv; ``machines`` repeats the outlet's number, ``erlang`` is what Erlang C requires where a
    simulation says what is required, ``arrivals_low`` and ``arrivals_high`` bound the arrivals where they were counted.
    """
    rows = [
        (
            row.day_type,
            row.start,
            row.post,
            row.required,
            f"{row.arrivals:.3f}",
            f"{row.service_level:.4f}",
            f"{row.occupancy:.4f}",
            row.queue_p95,
            requirement.machines,
            "" if row.erlang is None else row.erlang,
            "" if row.margin is None else f"{max(row.arrivals - row.margin, 0.0):.3f}",
            "" if row.margin is None else f"{row.arrivals + row.margin:.3f}",
        )
        for row in requirement.rows
    ]
    path.write_text(csv_text(COLUMNS, rows), encoding="utf-8", newline="\n")


def read_requirement(path: Path) -> Requirement:
    """Read requirement.csv; a planner may have edited it.

    ``queue_p95`` of the whole hall is then the largest sum over the posts of one interval, an upper estimate.

    Raises
    ------
    TableError
        Every fault by row.
    InputError
        When a column is missing or the table is empty.
    """
    columns, records = read_csv_records(path)
    missing = [column for column in COLUMNS[:7] if column not in columns]
    if missing:
        raise InputError(f"{path.name}: no column {', '.join(missing)}; expected {', '.join(COLUMNS[:7])}")
    rows: list[RequirementRow] = []
    faults: list[Fault] = []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(record))
        except (ValueError, TypeError) as error:
            faults.append(Fault(path.name, "row", str(error), "a row as `outlet zones` writes it", row=number))
    if faults:
        raise TableError(faults)
    if not rows:
        raise InputError(f"{path.name}: no row; run `outlet zones` again")
    machines = max(int(record.get("machines") or 0) for record in records)
    return _requirement(tuple(rows), machines)


def _row(record: dict[str, str]) -> RequirementRow:
    required = int(record["required"])
    if required < 0:
        raise ValueError(f"required {required}")
    minute_of_day(record["start"])
    return RequirementRow(
        day_type=record["day_type"],
        start=record["start"],
        post=record["post"],
        required=required,
        arrivals=float(record["arrivals"]),
        service_level=float(record["service_level"]),
        occupancy=float(record["occupancy"]),
        queue_p95=int(record.get("queue_p95") or 0),
        erlang=int(record["erlang"]) if record.get("erlang") else None,
        margin=_margin(record),
    )


def _margin(record: dict[str, str]) -> float | None:
    """Return by how much the arrivals may lie higher; None where the row does not say."""
    high = record.get("arrivals_high")
    return float(high) - float(record["arrivals"]) if high else None


def _requirement(rows: tuple[RequirementRow, ...], machines: int) -> Requirement:
    starts = sorted({minute_of_day(row.start) for row in rows})
    steps = [after - before for before, after in itertools.pairwise(starts)]
    waiting: dict[tuple[str, str], int] = {}
    peak: dict[str, int] = {}
    for row in rows:
        waiting[row.day_type, row.start] = waiting.get((row.day_type, row.start), 0) + row.queue_p95
        peak[row.post] = max(peak.get(row.post, 0), row.required)
    return Requirement(
        rows=rows,
        interval_min=min(steps, default=30),
        peak={post: count for post, count in peak.items() if count},
        queue_p95=float(max(waiting.values())),
        machines=machines,
    )
