"""Judge and price a shift plan without a solver, minute by minute from its shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import DAY_MIN, Int, Shift, ShiftPlan


def presence(shifts: Sequence[Shift], interval_min: int) -> Int:
    """Return where each shift is present throughout an interval, shape (S, 2 T): its own day, then the next.

    >>> presence([Shift(0, 60, 180, None, None, 120)], 60)[0, :4]
    array([0, 1, 1, 0])
    """
    per_day = DAY_MIN // interval_min
    present = np.zeros((len(shifts), 2 * per_day), dtype=np.int64)
    for at, shift in enumerate(shifts):
        for start, end in shift.spans():
            first = -(-start // interval_min)
            present[at, first : max(first, end // interval_min)] = 1
    return present


def cover_of(
    count: NDArray[np.int64], shifts: Sequence[Shift], posts: int, *, interval_min: int, cyclic: bool = False
) -> Int:
    """Return the people present at each post, shape (D, T, P), of ``count`` people (D, S) on ``shifts``."""
    per_day = DAY_MIN // interval_min
    present = presence(shifts, interval_min)
    post = np.array([shift.post for shift in shifts], dtype=np.int64)
    cover = np.zeros((len(count), per_day, posts), dtype=np.int64)
    for p in range(posts):
        own = post == p
        same_day = count[:, own] @ present[own, :per_day]
        spill = count[:, own] @ present[own, per_day:]
        cover[:, :, p] = same_day
        cover[1:, :, p] += spill[:-1]
        if cyclic:
            cover[0, :, p] += spill[-1]
    return cover


@dataclass(frozen=True)
class ShiftPlanPrice:
    """What a shift plan costs: minutes paid, person-minutes missing and beyond, distinct shifts, shifts worked."""

    paid_min: int
    under_min: int
    over_min: int
    distinct: int
    worked: int


def price_shift_plan(
    plan: ShiftPlan, required: NDArray[np.int64], *, interval_min: int, cyclic: bool = False
) -> ShiftPlanPrice:
    """Price a plan against the people required, shape (D, T, P)."""
    cover = cover_of(plan.count, plan.shifts, required.shape[2], interval_min=interval_min, cyclic=cyclic)
    paid = np.array([shift.paid_min for shift in plan.shifts], dtype=np.int64)
    return ShiftPlanPrice(
        paid_min=int((plan.count @ paid).sum()),
        under_min=int(np.maximum(required - cover, 0).sum()) * interval_min,
        over_min=int(np.maximum(cover - required, 0).sum()) * interval_min,
        distinct=int((plan.count.sum(axis=0) > 0).sum()),
        worked=int(plan.count.sum()),
    )
