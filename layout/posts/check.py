"""Judge and price posts and cameras without a solver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layout.posts.catalogue import Screen
from layout.posts.plan import Equipment, Post
from layout.posts.room import ZoneArea

if TYPE_CHECKING:
    from layout.posts.cameras import CameraPlan, CameraProblem
    from layout.posts.place import PostPlan, PostProblem

PLACED_WORTH = 1.0
"""What placing one person is worth against the largest score of a spot; see `price_posts`."""

SLACK_M = 1e-3
LINE_SLACK_M = 0.13
PANIC_REACH_M = 0.9
AT_COUNTER_M = 1.0
USER_M = 0.35
BODY_M = 0.5


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
    """Return posts outside their zone or on each other, and equipment outside its zone or on other equipment.

    What is fixed to another thing must touch one of its zone, and stands on nothing.
    """
    areas = {zone.id: zone for zone in zones}
    standing = [thing for thing in equipment if not thing.mounted]
    faults = [f"{p.id} stands outside {p.zone}" for p in posts if not _covers(areas[p.zone], p.x, p.y, 0.0, 0.0)]
    faults += [f"{e.id} reaches out of {e.zone}" for e in equipment if not _covers(areas[e.zone], e.x, e.y, e.w, e.h)]
    for at, post in enumerate(posts):
        for other in posts[at + 1 :]:
            away = float(np.hypot(post.x - other.x, post.y - other.y))
            if away < spacing_m - SLACK_M:
                faults.append(f"{post.id} and {other.id} are {away:.2f} m apart")
    for at, thing in enumerate(standing):
        faults += [f"{thing.id} stands on {other.id}" for other in standing[at + 1 :] if _overlap(thing, other)]
    faults += [
        f"{post.id} stands on {thing.id}"
        for post in posts
        for thing in standing
        if thing.x + SLACK_M < post.x < thing.x + thing.w - SLACK_M
        and thing.y + SLACK_M < post.y < thing.y + thing.h - SLACK_M
    ]
    for thing in equipment:
        hosts = [other for other in standing if other.zone == thing.zone and _gap(thing, other) <= 2 * SLACK_M]
        if thing.mounted and not hosts:
            faults.append(f"{thing.id} is fixed to nothing")
    return faults


def judge_clearances(equipment: Sequence[Equipment]) -> list[str]:
    """Return the things that stand in the free depth before another."""
    standing = [thing for thing in equipment if not thing.mounted]
    faults = []
    for thing in standing:
        if thing.clearance_m > 0:
            before = _before(thing)
            faults += [f"{o.id} stands before {thing.id}" for o in standing if o is not thing and _overlap(before, o)]
    return faults


def judge_doors(zones: Sequence[ZoneArea], equipment: Sequence[Equipment], depth_m: float) -> list[str]:
    """Return the things that stand on the floor of a door in the edge of a zone, as deep as ``depth_m``."""
    faults = []
    for zone in zones:
        for door in zone.doors:
            beside, ahead = math.cos(math.radians(door.facing_deg)), math.sin(math.radians(door.facing_deg))
            reach_x = depth_m * abs(beside) + door.width_m / 2 * abs(ahead)
            reach_y = depth_m * abs(ahead) + door.width_m / 2 * abs(beside)
            floor = (door.x - reach_x, door.y - reach_y, 2 * reach_x, 2 * reach_y)
            faults += [
                f"{thing.id} stands at a door of {zone.id}"
                for thing in equipment
                if not thing.mounted and _overlap(thing, replace(thing, x=floor[0], y=floor[1], w=floor[2], h=floor[3]))
            ]
    return faults


def judge_keypad(
    thing: Equipment, screen: Screen, shields: Sequence[Equipment], people: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return who reads a screen or keypad past its shields and its user, walls left aside, shape (k,).

    Written a second time from the rule in `layout.posts.privacy`, on segments from eyes to the keypad: who is within
    reach and angle reads it unless the segment passes a shield or, before it, the body of the user.

    Parameters
    ----------
    thing
        The counter or machine.
    screen
        What can be read of it, and from how far.
    shields
        The shields of the hall.
    people
        Where people stand, shape (k, 2), metres.
    """
    turn = math.radians(thing.facing_deg)
    out = np.array([math.cos(turn), math.sin(turn)])
    deep = abs(out[0]) * thing.w + abs(out[1]) * thing.h
    front = np.array([thing.x + thing.w / 2, thing.y + thing.h / 2]) + out * deep / 2
    pad = front - out * screen.inset
    reads = np.zeros(len(people), dtype=bool)
    for k, eye in enumerate(people):
        way = eye - pad
        far = float(np.hypot(*way))
        if far > screen.read or far < SLACK_M or float(way @ out) < far * math.cos(math.radians(screen.angle)):
            continue
        user = front + out * USER_M
        behind_user = far > float(np.hypot(*(user - pad))) and _to_leg((user[0], user[1]), pad, eye) <= BODY_M / 2
        reads[k] = not behind_user and not any(_crosses(pad, eye, shield) for shield in shields)
    return reads


def _crosses(start: NDArray[np.float64], end: NDArray[np.float64], thing: Equipment) -> bool:
    """Tell whether a segment passes through the footprint of a thing (the slab method)."""
    first, last = 0.0, 1.0
    for axis, (low, size) in enumerate(((thing.x, thing.w), (thing.y, thing.h))):
        along = float(end[axis] - start[axis])
        near, far = low - float(start[axis]), low + size - float(start[axis])
        if abs(along) < 1e-12:
            if near > 0 or far < 0:
                return False
            continue
        enters, leaves = sorted((near / along, far / along))
        first, last = max(first, enters), min(last, leaves)
    return first < last


def judge_cash(posts: Sequence[Post], equipment: Sequence[Equipment], reach_m: float = PANIC_REACH_M) -> list[str]:
    """Return who handles cash at a counter without a panic button in reach, in halls that have any."""
    buttons = [thing for thing in equipment if thing.kind == "panic_button"]
    faults = []
    for post in posts:
        at_counter = any(_away(post, thing) <= AT_COUNTER_M for thing in equipment if "counter" in thing.kind)
        if buttons and at_counter and "cash" in post.presence:
            near = min(_away(post, button) for button in buttons)
            if near > reach_m + SLACK_M:
                faults.append(f"{post.id} has no panic button within {reach_m:.2f} m; the next is {near:.2f} m away")
    return faults


def judge_line(posts: Sequence[Post], line: NDArray[np.float64], clear_m: float) -> list[str]:
    """Return the posts nearer to the movement line than ``clear_m``; the line has shape (k, 2), metres."""
    faults = []
    for post in posts:
        away = min((_to_leg((post.x, post.y), start, end) for start, end in pairwise(line)), default=math.inf)
        if away < clear_m - LINE_SLACK_M:
            faults.append(f"{post.id} stands {away:.2f} m from the movement line")
    return faults


def _to_leg(point: tuple[float, float], start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    along = end - start
    length = float(along @ along)
    share = 0.0 if length == 0 else min(1.0, max(0.0, float((np.array(point) - start) @ along) / length))
    return float(np.hypot(*(np.array(point) - start - share * along)))


def _before(thing: Equipment) -> Equipment:
    """Return the free depth before a thing as if it were one."""
    turns = round(thing.facing_deg / 90) % 4
    deep = thing.clearance_m
    x, y, w, h = (
        (thing.x + thing.w, thing.y, deep, thing.h),
        (thing.x, thing.y + thing.h, thing.w, deep),
        (thing.x - deep, thing.y, deep, thing.h),
        (thing.x, thing.y - deep, thing.w, deep),
    )[turns]
    return replace(thing, x=x, y=y, w=w, h=h)


def _away(post: Post, thing: Equipment) -> float:
    dx = max(thing.x - post.x, 0.0, post.x - thing.x - thing.w)
    dy = max(thing.y - post.y, 0.0, post.y - thing.y - thing.h)
    return math.hypot(dx, dy)


def _gap(a: Equipment, b: Equipment) -> float:
    dx = max(a.x - b.x - b.w, 0.0, b.x - a.x - a.w)
    dy = max(a.y - b.y - b.h, 0.0, b.y - a.y - a.h)
    return math.hypot(dx, dy)


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
