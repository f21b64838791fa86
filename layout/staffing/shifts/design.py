r"""Choose which shifts to work, and how many people on each, so that every interval has the people it needs.

Sets: day d, interval t of ``interval_min`` minutes, post p, shift s (each of one post).
Data: r_dtp people required; a_st = 1 where shift s is present during interval t; c_s minutes paid.
Variables: n_ds people on shift s on day d; u_s = 1 where s is used at all.

Hard cover (the default), lexicographic, each post alone since a shift has one post::

    1.  min  Σ_ds c_s n_ds                        s.t.  Σ_s a_st n_ds ≥ r_dt        for all d, t
    2.  min  (N + 1) Σ_s u_s + Σ_ds n_ds          s.t.  the same,  n_ds ≤ M_ds u_s,  Σ_ds c_s n_ds ≤ (1 + tolerance) z₁

where z₁ is the price of step 1, N bounds Σ n, and M_ds is the largest requirement of day d while s is present: with
more people on it somebody would be beyond throughout. The objective reported is Σ c_s n_ds, its bound that of step 1.
Days that are alike share their variables, counted as often as they occur. With `ShiftPrices` cover may be missed
(`layout.staffing.shifts.pricing`). A shift that passes midnight covers the next day; with ``cyclic`` the last day is
followed by the first.

Sources: Dantzig (1954), Operations Research 2, for the cover; Musliu, Schaerf and Slany (2004), EJOR 153, for the
fewest shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from layout.staffing.plan import DAY_MIN, Int, Shift, ShiftPlan
from layout.staffing.shifts.check import cover_of, price_shift_plan
from layout.staffing.shifts.model import (
    DesignAnswer,
    DesignPart,
    DesignRules,
    add_people,
    add_used,
    present_in,
    read_counts,
)
from layout.staffing.shifts.patterns import sort_key
from layout.staffing.shifts.pricing import design_priced_shifts
from outlet.cp_sat import run_cp_sat
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome, Status, StoppedBy

_FIRST_SHARE = 0.25
_WORST_FIRST: tuple[Status, ...] = ("infeasible", "undecided", "feasible", "optimal")
_STOPS: tuple[StoppedBy, ...] = ("interrupt", "time", "work", "gap", "proof")


def design_shifts(
    required: NDArray[np.int64],
    shifts: Sequence[Shift],
    *,
    interval_min: int,
    rules: DesignRules | None = None,
    limits: Limits | None = None,
) -> Outcome[ShiftPlan]:
    """Choose the shifts that meet a requirement in the fewest paid minutes, then with the fewest distinct shifts.

    Parameters
    ----------
    required
        People required, shape (D, T, P), where T intervals make one day from midnight.
    shifts
        The shifts that may be used, of any post.
    interval_min
        Length of an interval, minutes; a shift counts in an interval only where it is present throughout.
    rules
        Opening spans, tolerance, priced cover.
    limits
        When to stop; one worker by default.

    Raises
    ------
    InputError
        When shapes or values break this contract.
    """
    limits = limits or Limits(workers=1)
    rules = rules or DesignRules()
    _check(required, shifts, interval_min)
    columns = tuple(sorted(set(shifts), key=sort_key))
    if rules.prices is not None:
        return design_priced_shifts(required, columns, interval_min, rules, rules.prices, limits)
    reasons = _uncoverable(required, columns, interval_min, rules)
    if reasons:
        return Outcome.without_plan("proof", reasons)
    posts = [post for post in range(required.shape[2]) if required[:, :, post].any()]
    each = _share(limits, 1 / max(len(posts), 1))
    own = [tuple(shift for shift in columns if shift.post == post) for post in posts]
    answers = [
        _design_post(required[:, :, post], shifts, interval_min, rules, each)
        for post, shifts in zip(posts, own, strict=True)
    ]
    return _join(required, own, answers)


def _check(required: NDArray[np.int64], shifts: Sequence[Shift], interval_min: int) -> None:
    if interval_min < 1 or DAY_MIN % interval_min or required.ndim != 3 or required.shape[1] * interval_min != DAY_MIN:
        raise InputError(
            f"required has shape {required.shape} at {interval_min} minutes; expected (days, intervals, posts), where"
            " intervals make one day"
        )
    if len(required) == 0 or required.min(initial=0) < 0:
        raise InputError("required holds no day or a negative number; expected people from 0")
    if any(not 0 <= shift.post < required.shape[2] for shift in shifts):
        raise InputError(f"a shift has a post that required does not; expected posts 0 to {required.shape[2] - 1}")


def _uncoverable(required: Int, columns: tuple[Shift, ...], interval_min: int, rules: DesignRules) -> tuple[str, ...]:
    """Name the posts and times that no shift can cover."""
    everyone = rules.offers(columns, len(required)).astype(np.int64)
    cover = cover_of(everyone, columns, required.shape[2], interval_min=interval_min, cyclic=rules.cyclic)
    reasons = []
    for post in range(required.shape[2]):
        bare = (required[:, :, post] > 0) & (cover[:, :, post] == 0)
        if bare.any():
            day, interval = (int(at) for at in np.argwhere(bare)[0])
            clock = f"{interval * interval_min // 60:02d}:{interval * interval_min % 60:02d}"
            wanted = required[day, interval, post]
            reasons.append(
                f"post {post}: {wanted} required on day {day} at {clock}, when no allowed shift is present"
                f" ({int(bare.sum())} such intervals)"
            )
    return tuple(reasons)


def _share(limits: Limits, share: float) -> Limits:
    work = None if limits.work is None else limits.work * share
    return replace(limits, seconds=limits.seconds * share, work=work)


def _design_post(
    required: Int, shifts: tuple[Shift, ...], interval_min: int, rules: DesignRules, limits: Limits
) -> DesignAnswer:
    """Solve both steps for one post; where step 2 finds nothing better, step 1's plan stands."""
    offered = rules.offers(shifts, len(required))
    if any(shift.end_min > DAY_MIN for shift in shifts):
        first_of, day_of = np.arange(len(required)), np.arange(len(required))
    else:
        days = np.concatenate([required, offered.astype(np.int64)], axis=1)
        _, first_of, day_of = np.unique(days, axis=0, return_index=True, return_inverse=True)
    repeats = np.bincount(day_of, minlength=len(first_of)).astype(np.int64)
    part = DesignPart(shifts, required[first_of], offered[first_of], repeats, interval_min, rules.cyclic)
    first = _solve(part, None, None, _share(limits, _FIRST_SHARE))
    if first.count is None:
        return first
    most_paid = int(_paid(part, first.count) * (1 + rules.tolerance))
    second = _solve(part, most_paid, first.count, _share(limits, 1 - _FIRST_SHARE))
    count = first.count if second.count is None else second.count
    return replace(first, count=count[day_of], seconds=first.seconds + second.seconds)


def _paid(part: DesignPart, count: Int) -> int:
    paid = np.array([shift.paid_min for shift in part.shifts], dtype=np.int64)
    return int(part.repeats @ (count @ paid))


def _solve(part: DesignPart, most_paid: int | None, hint: Int | None, limits: Limits) -> DesignAnswer:
    """Solve step 1 (``most_paid`` None) or step 2 of one post."""
    model = cp_model.CpModel()
    n = add_people(model, part)
    _add_cover(model, n, part)
    paid = sum(
        int(part.repeats[d]) * shift.paid_min * n[d][s] for d in range(len(n)) for s, shift in enumerate(part.shifts)
    )
    if most_paid is None:
        model.minimize(paid)
    else:
        model.add(paid <= most_paid)
        worked = sum(int(part.repeats[d]) * n[d][s] for d in range(len(n)) for s in range(len(part.shifts)))
        shortest = min(shift.paid_min for shift in part.shifts)
        model.minimize((most_paid // shortest + 1) * sum(add_used(model, n, part, hint)) + worked)
    if hint is not None:
        for d, row in enumerate(n):
            for s, variable in enumerate(row):
                model.add_hint(variable, int(hint[d, s]))
    run = run_cp_sat(model, limits)
    return read_counts(run, n)


def _add_cover(model: cp_model.CpModel, n: list[list[cp_model.IntVar]], part: DesignPart) -> None:
    """Add Σ_s a_st n_ds ≥ r_dt once for each distinct set of those present, with its largest requirement."""
    there = present_in(n, part)
    for d, row in enumerate(there):
        strongest: dict[tuple[int, ...], int] = {}
        for t, variables in enumerate(row):
            wanted = int(part.required[d, t])
            key = tuple(variable.index for variable in variables)
            if wanted > 0 and wanted > strongest.get(key, 0):
                strongest[key] = wanted
                model.add(sum(variables) >= wanted)


def _join(required: Int, shifts: list[tuple[Shift, ...]], answers: list[DesignAnswer]) -> Outcome[ShiftPlan]:
    """Join the posts' answers: the worst status counts, prices and bounds add up."""
    status: Status = _WORST_FIRST[min((_WORST_FIRST.index(answer.status) for answer in answers), default=3)]
    stopped_by: StoppedBy = _STOPS[min((_STOPS.index(answer.stopped_by) for answer in answers), default=4)]
    seconds = sum(answer.seconds for answer in answers)
    bound = float(sum(answer.bound for answer in answers))
    counts = [answer.count for answer in answers if answer.count is not None]
    if len(counts) < len(answers):
        return Outcome(
            status=status, solution=None, objective=None, bound=bound, seconds=seconds, stopped_by=stopped_by
        )
    plan = _plan(required, [shift for own in shifts for shift in own], counts)
    objective = float(plan.paid_min)
    if status == "optimal" and objective > bound:
        status, stopped_by = "feasible", "gap"
    return Outcome(
        status=status, solution=plan, objective=objective, bound=bound, seconds=seconds, stopped_by=stopped_by
    )


def _plan(required: Int, shifts: list[Shift], counts: list[Int]) -> ShiftPlan:
    count = np.concatenate(counts, axis=1) if counts else np.zeros((len(required), 0), dtype=np.int64)
    used = np.flatnonzero(count.any(axis=0))
    kept = tuple(shifts[at] for at in used)
    plan = ShiftPlan(kept, count[:, used], 0)
    price = price_shift_plan(plan, required, interval_min=DAY_MIN // required.shape[1])
    return replace(plan, paid_min=price.paid_min)
