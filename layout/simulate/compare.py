"""Compare another way to run a day with the day as it stands, on the same visitors: `compare_days`.

Both replay the same days (common random numbers), so what differs is the effect. The interval of a difference of ratios
X/N − Y/M is that of its linear part: with residuals (X_r − (X̄/N̄)·N_r)/N̄ − (Y_r − (Ȳ/M̄)·M_r)/M̄ over days r, the
difference ± t·s/√R.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import UNLIMITED, DayProblem
from layout.simulate.policy import Outage
from layout.simulate.replicate import CONFIDENCE, DayResult, Estimate
from layout.simulate.tally import CAME, GONE, WAIT, WAITED, WITHIN
from outlet.errors import InputError

Floats = NDArray[np.float64]
FLOW_PER_M_S = 1.3
BOUNDARY_M = 0.15
WALK_M_S = 1.19
"""Persons a second and metre of a door's effective width, what each side of it loses, and the speed of a free walk."""


@dataclass(frozen=True)
class Comparison:
    """What another way changes: mean wait in minutes, share within target, share who give up, minutes of reserves."""

    wait: Estimate
    within: Estimate
    abandoned: Estimate
    reserve_min: float


def compare_days(usual: DayResult, other: DayResult) -> Comparison:
    """Return by how much the second result differs from the first, which must come of the same seed and days.

    Raises
    ------
    InputError
        When the results have different numbers of days.
    """
    if usual.days != other.days:
        raise InputError(f"compare_days: {usual.days} and {other.days} days; expected the same days of the same seed")
    a, b = usual.daily, other.daily
    return Comparison(
        wait=_difference(a, b, WAIT, WAITED),
        within=_difference(a, b, WITHIN, CAME),
        abandoned=_difference(a, b, GONE, CAME),
        reserve_min=other.reserve_min - usual.reserve_min,
    )


def _difference(usual: Floats, other: Floats, top: int, low: int) -> Estimate:
    from scipy.stats import t

    means, parts = [], []
    for days in (usual, other):
        x, n = days[:, top], days[:, low]
        mean = x.sum() / n.sum() if n.sum() > 0 else np.nan
        means.append(mean)
        parts.append((x - mean * n) / n.mean() if n.sum() > 0 else np.full(len(x), np.nan))
    residual = parts[1] - parts[0]
    count = len(residual)
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * residual.std(ddof=1) / count**0.5
    mean = means[1] - means[0]
    return Estimate(np.asarray(mean), np.asarray(mean - half), np.asarray(mean + half))


def one_desk(problem: DayProblem, pools: Sequence[int]) -> DayProblem:
    """Return the day on which some pools are one: every desk of them does everything.

    Raises
    ------
    InputError
        When fewer than two pools are named, one is unknown or receives visitors, or the day has reserves or breakdowns.
    """
    chosen = sorted(set(pools))
    if len(chosen) < 2 or not 0 <= chosen[0] <= chosen[-1] < problem.crew.shape[1]:
        raise InputError(f"one_desk: pools {list(pools)}; expected two or more from 0 to {problem.crew.shape[1] - 1}")
    if problem.triage_pool in chosen or problem.reserves or problem.breakdowns:
        raise InputError("one_desk: a pool that receives visitors, or a day with reserves or breakdowns")
    first, gone = chosen[0], chosen[1:]
    crew, helps, room = problem.crew.copy(), problem.helps.copy(), problem.room.copy()
    crew[:, first], crew[:, gone] = problem.crew[:, chosen].sum(axis=1), 0
    helps[first] |= helps[gone].any(axis=0)
    helps[:, first] |= helps[:, gone].any(axis=1)
    helps[gone], helps[:, gone], helps[first, first] = False, False, False
    room[first] = min(int(room[chosen].sum()), UNLIMITED)
    pool = np.where(np.isin(problem.pool, gone), first, problem.pool)
    diversions = tuple(replace(sent, pool=first) if sent.pool in gone else sent for sent in problem.diversions)
    outages = tuple(replace(out, pool=first) if out.pool in gone else out for out in problem.outages)
    return replace(
        problem,
        crew=crew,
        helps=helps,
        room=room,
        pool=pool,
        speed=_speed_of_one(problem.speed, chosen),
        diversions=diversions,
        outages=outages,
    )


def _speed_of_one(speed: Floats, chosen: Sequence[int]) -> Floats:
    """Return the speeds, shape (K, P, C · chosen), with the places of all chosen pools at the first of them."""
    if not speed.size:
        return speed
    found = np.pad(speed, ((0, 0), (0, 0), (0, speed.shape[2] * (len(chosen) - 1))))
    found[:, chosen[0]] = np.concatenate([speed[:, p] for p in chosen], axis=1)
    found[:, chosen[1:]] = 0.0
    return found


def power_failure(problem: DayProblem, begin_min: float, end_min: float, pools: Sequence[int]) -> DayProblem:
    """Return the day on which nobody of some pools can serve from one minute to another; who is served is finished."""
    most = problem.crew.max(axis=0) + sum(reserve.people for reserve in problem.reserves)
    out = tuple(
        Outage(pool=p, begin_min=begin_min, end_min=end_min, servers=int(most[p])) for p in pools if most[p] > 0
    )
    return replace(problem, outages=(*problem.outages, *out))


def clearing_min(people: float, doors_m: Sequence[float], walk_m: float = 0.0) -> float:
    """Return the minutes until a full hall is empty: the walk to the doors, then the flow through them.

    A door of clear width w passes 1.3·(w − 0.3) persons a second (H. Nelson and F. Mowrer, *Emergency movement*, SFPE
    Handbook of Fire Protection Engineering, 3rd ed. 2002: greatest specific flow, 0.15 m of boundary at each side); a
    walk of ``walk_m`` metres goes at 1.19 m/s, the free speed there. All doors are used alike.

    >>> round(clearing_min(60, [0.9, 0.9], 20.0), 2)
    0.92
    """
    width = sum(max(door - 2 * BOUNDARY_M, 0.0) for door in doors_m)
    if people > 0 and width <= 0:
        raise InputError("clearing_min: no door is wide enough; expected one of more than 0.3 m")
    return (walk_m / WALK_M_S + (people / (FLOW_PER_M_S * width) if people > 0 else 0.0)) / 60
