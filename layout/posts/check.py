"""Judge and price posts and cameras without a solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from layout.posts.plan import Equipment, Post
from layout.posts.room import ZoneArea

if TYPE_CHECKING:
    from layout.posts.cameras import CameraPlan, CameraProblem
    from layout.posts.place import PostPlan, PostProblem

PLACED_WORTH = 1.0
"""What placing one person is worth against the largest score of a spot; see `price_posts`."""

SLACK_M = 1e-3


def price_posts(problem: PostProblem, plan: PostPlan) -> float:
    """Return the objective of `layout.posts.place`: persons placed come first, then what they see.

    Scores count to three decimals, as the model does.
    """
    worth = PLACED_WORTH * float(problem.count.sum() + 1)
    seen = sum(round(float(problem.score[g, k]), 3) for g, spots in enumerate(plan.used) for k in spots)
    return worth * plan.placed + seen


def judge_posts(problem: PostProblem, plan: PostPlan) -> list[str]:
    """Return what is wrong with a choice of spots; an empty list for a good one."""
    faults = []
    used = [(g, k) for g, spots in enumerate(plan.used) for k in spots]
    faults += [f"group {g} may not use spot {k}" for g, k in used if not problem.allowed[g, k]]
    for g, (spots, count) in enumerate(zip(plan.used, problem.count, strict=True)):
        if len(spots) > count:
            faults.append(f"group {g} has {len(spots)} of {count} positions")
    for at, (_, k) in enumerate(used):
        for _, other in used[at + 1 :]:
            away = float(np.hypot(*(problem.spots[k] - problem.spots[other])))
            if k == other or away < problem.spacing_m - 1e-9:
                faults.append(f"spots {k} and {other} are {away:.2f} m apart")
    return faults


def judge_cameras(problem: CameraProblem, plan: CameraPlan) -> list[str]:
    """Return the spots that no chosen camera sees, in words; an empty list for a good plan."""
    seen = problem.visible[plan.chosen].any(axis=0)
    return [f"nobody sees ({x:g}, {y:g})" for x, y in problem.spots[~seen]]


def judge_places(
    zones: Sequence[ZoneArea], posts: Sequence[Post], equipment: Sequence[Equipment], spacing_m: float
) -> list[str]:
    """Return posts outside their zone or on each other, and equipment outside its zone or on other equipment."""
    areas = {zone.id: zone for zone in zones}
    faults = [f"{p.id} stands outside {p.zone}" for p in posts if not _covers(areas[p.zone], p.x, p.y, 0.0, 0.0)]
    faults += [f"{e.id} reaches out of {e.zone}" for e in equipment if not _covers(areas[e.zone], e.x, e.y, e.w, e.h)]
    for at, post in enumerate(posts):
        for other in posts[at + 1 :]:
            away = float(np.hypot(post.x - other.x, post.y - other.y))
            if away < spacing_m - SLACK_M:
                faults.append(f"{post.id} and {other.id} are {away:.2f} m apart")
    for at, thing in enumerate(equipment):
        faults += [f"{thing.id} stands on {other.id}" for other in equipment[at + 1 :] if _overlap(thing, other)]
    faults += [
        f"{post.id} stands on {thing.id}"
        for post in posts
        for thing in equipment
        if thing.x + SLACK_M < post.x < thing.x + thing.w - SLACK_M
        and thing.y + SLACK_M < post.y < thing.y + thing.h - SLACK_M
    ]
    return faults


def _covers(zone: ZoneArea, x: float, y: float, w: float, h: float) -> bool:
    return any(
        left - SLACK_M <= x
        and bottom - SLACK_M <= y
        and x + w <= left + width + SLACK_M
        and y + h <= bottom + height + SLACK_M
        for left, bottom, width, height in zone.rects
    )


def _overlap(a: Equipment, b: Equipment) -> bool:
    return (
        a.x + SLACK_M < b.x + b.w
        and b.x + SLACK_M < a.x + a.w
        and a.y + SLACK_M < b.y + b.h
        and b.y + SLACK_M < a.y + a.h
    )
