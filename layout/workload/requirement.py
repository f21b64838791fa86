"""Say how many persons each post requires in each interval, by Erlang C.

For post p and interval t with arrivals λ (a minute) of all services that p serves, m their mean service time weighted
by arrivals, the number required is the smallest c with P(W ≤ target wait) ≥ target share, c ≥ λm / largest occupancy,
and c ≥ the post's minimum. Services of a post are pooled first and rounded once. Reception of every visitor (triage)
loads its post as one more service.

Work is done after it arrives: with lag, λ is the largest rate from one mean service time before the interval to its
end, after L. Green, P. Kolesar and J. Soares, *Improving the SIPP approach for staffing service systems that have
cyclic demands*, Operations Research 49 (2001) 549–564; theirs ends one service time earlier, which would leave nobody
for the first visitors of a long service. Impatience is left out: it would lower the requirement by counting on visitors
who give up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layout.workload.arrivals import Arrivals
from layout.workload.diversion import Diversion
from layout.workload.erlang import queue_distribution, servers_needed, service_level
from layout.workload.services import Catalogue, Post
from outlet.handover import WEEKDAYS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LONGEST_QUEUE = 400
QUEUE_QUANTILE = 0.95


@dataclass(frozen=True)
class RequirementRow:
    """Persons a post requires in one interval of a day type (a weekday).

    ``arrivals`` are the visitors of the interval who come to this post; ``service_level`` and ``occupancy`` are what
    Erlang C predicts with ``required`` persons; ``queue_p95`` are the persons who wait, 95th percentile. Where a
    simulation says what is required, these are its figures, and ``erlang`` is what Erlang C requires. ``margin`` is
    half of the 95 % confidence interval of ``arrivals``, None where they rest on no counts of the outlet.
    """

    day_type: str
    start: str
    post: str
    required: int
    arrivals: float
    service_level: float
    occupancy: float
    queue_p95: int = 0
    erlang: int | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Requirement:
    """What an outlet's work requires.

    Parameters
    ----------
    rows
        One a day type, interval and post, in that order; only open intervals.
    interval_min
        Length of an interval, minutes.
    peak
        Most persons required at once, by post.
    queue_p95
        Persons waiting in the hall in its busiest interval, 95th percentile, over all posts and machines.
    machines
        Self-service machines, spares included.
    machines_by_kind
        The same by kind of machine.
    zone_of
        Kind of zone each post stands in.
    names
        Name of each post.
    notes
        What was assumed, for the planner.
    """

    rows: tuple[RequirementRow, ...]
    interval_min: int
    peak: Mapping[str, int]
    queue_p95: float
    machines: int
    machines_by_kind: Mapping[str, int] = field(default_factory=dict)
    zone_of: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Target:
    """How well visitors shall be served: ``share`` called within ``wait_min``, posts at most ``occupancy`` busy.

    A post's own ``wait_min`` in the catalogue goes before this one. ``lag`` is explained above.
    """

    share: float = 0.8
    wait_min: float = 5.0
    occupancy: float = 0.9
    lag: Literal["none", "max"] = "max"


@dataclass(frozen=True)
class PostLoad:
    """Work that reaches one post: ``visits`` (7, T) an interval and ``minutes`` (7, T) of mean service time."""

    visits: Floats
    minutes: Floats


def load_of(catalogue: Catalogue, arrivals: Arrivals, diversion: Diversion, post: str) -> PostLoad:
    """Return the work of a post: the undiverted visits of its services, pooled, and triage where it receives."""
    staffed = arrivals.visits * (1.0 - diversion.share)
    mine = np.array([service.post == post for service in catalogue.services])
    each = np.array([service.minutes for service in catalogue.services])
    visits = staffed[:, :, mine].sum(axis=2)
    work = (staffed[:, :, mine] * each[mine]).sum(axis=2)
    if catalogue.triage is not None and catalogue.triage.post == post:
        everyone = arrivals.visits.sum(axis=2)
        visits = visits + everyone
        work = work + everyone * catalogue.triage.minutes
    return PostLoad(visits, np.divide(work, visits, out=np.ones_like(work), where=visits > 0))


def lagged_rate(rate: Floats, lag_min: float, interval_min: int) -> Floats:
    """Return the largest rate from ``lag_min`` before each interval to its end.

    Parameters
    ----------
    rate
        Shape (..., T), a minute, constant inside an interval; 0 before the first.
    lag_min
        Mean service time, minutes.
    interval_min
        Length of an interval, minutes.

    >>> lagged_rate(np.array([4.0, 2.0, 1.0, 0.0]), 15.0, 30)
    array([4., 4., 2., 1.])
    """
    largest = rate
    for by in range(1, int(np.ceil(lag_min / interval_min - 1e-9)) + 1):
        largest = np.maximum(largest, _earlier(rate, by))
    return largest


def _earlier(rate: Floats, by: int) -> Floats:
    moved = np.zeros_like(rate)
    if by < rate.shape[-1]:
        moved[..., by:] = rate[..., : rate.shape[-1] - by]
    return moved


def require_posts(catalogue: Catalogue, arrivals: Arrivals, diversion: Diversion, target: Target) -> Requirement:
    """Return the persons required at every post in every open interval of the week."""
    rows: dict[tuple[int, int], list[RequirementRow]] = {}
    queues: dict[tuple[int, int], list[Floats]] = {}
    posts = catalogue.posts
    for post in posts:
        for at, row, queue in _rows_of(catalogue, arrivals, diversion, target, post):
            rows.setdefault(at, []).append(row)
            queues.setdefault(at, []).append(queue)
    ordered = tuple(row for at in sorted(rows) for row in rows[at])
    peak = {
        post.id: max((row.required for row in ordered if row.post == post.id), default=0) for post in catalogue.posts
    }
    longest = max((_joint_quantile(parts) for parts in queues.values()), default=0)
    return Requirement(
        rows=ordered,
        interval_min=arrivals.interval_min,
        peak={post: count for post, count in peak.items() if count},
        queue_p95=float(longest),
        machines=sum(diversion.machines.values()),
        machines_by_kind=diversion.machines,
        zone_of={post.id: post.zone for post in posts if peak[post.id]},
        names={post.id: post.name for post in posts if peak[post.id]},
        notes=arrivals.notes,
    )


def _rows_of(
    catalogue: Catalogue, arrivals: Arrivals, diversion: Diversion, target: Target, post: Post
) -> list[tuple[tuple[int, int], RequirementRow, Floats]]:
    load = load_of(catalogue, arrivals, diversion, post.id)
    rate = _sizing_rate(arrivals, load, target)
    wait_min = target.wait_min if post.wait_min is None else post.wait_min
    needed = servers_needed(
        rate,
        1.0 / load.minutes,
        target_share=target.share,
        target_wait=wait_min,
        max_occupancy=target.occupancy,
    )
    required: Ints = np.maximum(needed, post.minimum)
    level = np.asarray(service_level(rate, 1.0 / load.minutes, np.maximum(required, 1), wait_min))
    margin = arrivals.margin(load.visits)
    staffed = [
        (int(day), int(t))
        for day in arrivals.open_days
        if WEEKDAYS[day] in post.days
        for t in np.flatnonzero(arrivals.open_share[day])
        if required[day, t]
    ]
    at = tuple(np.array(staffed, dtype=np.intp).reshape(-1, 2).T)
    queues = queue_distribution(rate[at], 1.0 / load.minutes[at], required[at], LONGEST_QUEUE)
    found: list[tuple[tuple[int, int], RequirementRow, Floats]] = []
    for (day, t), queue in zip(staffed, queues, strict=True):
        count = int(required[day, t])
        row = RequirementRow(
            day_type=WEEKDAYS[day],
            start=arrivals.start_of(t),
            post=post.id,
            required=count,
            arrivals=round(float(load.visits[day, t]), 3),
            service_level=round(float(level[day, t]), 4),
            occupancy=round(float(rate[day, t] * load.minutes[day, t]) / count, 4),
            queue_p95=_joint_quantile([queue]),
            margin=round(float(margin[day, t]), 3) if np.isfinite(margin[day, t]) else None,
        )
        found.append(((day, t), row, queue))
    return found


def _sizing_rate(arrivals: Arrivals, load: PostLoad, target: Target) -> Floats:
    """Return shape (7, T): arrivals a minute that size a post, lagged by its mean service time over the week."""
    open_min = arrivals.interval_min * arrivals.open_share
    rate = np.divide(load.visits, open_min, out=np.zeros_like(load.visits), where=open_min > 0)
    total = load.visits.sum()
    lag = float((load.visits * load.minutes).sum() / total) if total > 0 else 0.0
    lagged = lagged_rate(rate, lag, arrivals.interval_min) if target.lag == "max" else rate
    return np.where(arrivals.open_share > 0, lagged, 0.0)


def _joint_quantile(parts: list[Floats]) -> int:
    """Return the 95th percentile of the sum of independent queues."""
    total = np.array([1.0])
    for part in parts:
        total = np.convolve(total, part[: int(np.flatnonzero(part > 1e-9).max()) + 1])
    return int(np.searchsorted(np.cumsum(total) / total.sum(), QUEUE_QUANTILE))
