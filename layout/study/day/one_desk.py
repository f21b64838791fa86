"""Say how many people one desk for everything needs against specialised desks: `one_desk_json`.

Both by Erlang C for the replayed weekday: the posts each on their own, and one post that has the visitors of all of
them, the largest of their least crews, and the shortest of their target waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layout.study.work.requirement import requirement_of
from layout.study.work.workload import Workload
from layout.workload.requirement import Requirement, Target
from layout.workload.services import Catalogue
from outlet.handover import WEEKDAYS


def one_desk_json(workload: Workload, target: Target, weekday: int, posts: Sequence[str]) -> dict[str, object]:
    """Return the staff-hours of a weekday for specialised desks and for one desk, and the crews by interval."""
    day = WEEKDAYS[weekday]
    apart = _crews(requirement_of(workload, target), day, posts)
    merged = replace(workload, catalogue=_merged(workload.catalogue, target, posts))
    together = _crews(requirement_of(merged, target), day, posts[:1])
    hours = workload.arrivals.interval_min / 60
    return {
        "posts": list(posts),
        "specialised_hours": round(sum(sum(crew.values()) for crew in apart.values()) * hours, 2),
        "one_desk_hours": round(sum(crew[posts[0]] for crew in together.values()) * hours, 2),
        "crew": [
            {"start": start, "specialised": apart.get(start, {}), "one_desk": together.get(start, {}).get(posts[0], 0)}
            for start in sorted({*apart, *together})
        ],
    }


def _crews(found: Requirement, day: str, posts: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return what is required by start and post."""
    crews: dict[str, dict[str, int]] = {}
    for row in found.rows:
        if row.day_type == day and row.post in posts:
            crews.setdefault(row.start, {})[row.post] = row.required
    return crews


def _merged(catalogue: Catalogue, target: Target, posts: Sequence[str]) -> Catalogue:
    first, gone = posts[0], set(posts[1:])
    mine = [catalogue.post(name) for name in posts]
    desk = mine[0].model_copy(
        update={
            "minimum": max(post.minimum for post in mine),
            "wait_min": min(target.wait_min if post.wait_min is None else post.wait_min for post in mine),
        }
    )
    services = tuple(
        service.model_copy(update={"post": first}) if service.post in gone else service
        for service in catalogue.services
    )
    kept = tuple(desk if post.id == first else post for post in catalogue.posts if post.id not in gone)
    return catalogue.model_copy(update={"services": services, "posts": kept})
