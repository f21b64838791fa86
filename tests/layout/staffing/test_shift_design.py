"""Shift design: a day drawn by hand, brute force, published optima, infeasible and out of time."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.staffing import Shift, design_shifts
from layout.staffing.shifts.check import cover_of, price_shift_plan
from layout.staffing.shifts.model import DesignRules, ShiftPrices
from outlet.errors import InputError
from outlet.outcome import Limits

SHARED = Path(__file__).parents[3] / "../shared/benchmarks/staffing/shift_design"
LIMITS = Limits(seconds=60, workers=1, work=20.0)


def plain(start, end, post=0):
    return Shift(post, start, end, None, None, end - start)


def day(*wanted, interval_min=60, days=1):
    """Return a requirement of one post: (hour, people) from that hour on until the next entry."""
    required = np.zeros((days, 1440 // interval_min, 1), dtype=np.int64)
    for hour, people in wanted:
        required[:, hour * 60 // interval_min :] = people
    return required


def test_a_day_by_hand():
    """One person 08:00 to 16:00, two 11:00 to 13:00, shifts of four hours on the hour.

    Eight hours need two shifts of four; the third person of the middle needs another: 12 hours. With 08–12, 12–16 and
    any of 09–13, 10–14, 11–15 three kinds are used; no two of four hours cover 08–16 and the middle twice.
    """
    shifts = [plain(60 * hour, 60 * hour + 240) for hour in range(8, 13)]
    outcome = design_shifts(day((8, 1), (11, 2), (13, 1), (16, 0)), shifts, interval_min=60, limits=LIMITS)
    plan = outcome.require()
    assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", 720, 720)
    assert len(plan.shifts) == 3
    assert plan.paid_min == 720
    assert plan.count.shape == (1, 3)


def test_breaks_are_staggered():
    """Two wanted 08:00 to 16:00 by shifts with an hour's break: nobody is there twice at noon, so a third comes."""
    with_break = [Shift(0, 480, 960, at, at + 60, 420) for at in (660, 720)]
    short = plain(660, 780)
    outcome = design_shifts(day((8, 2), (16, 0)), [*with_break, short], interval_min=60, limits=LIMITS)
    plan = outcome.require()
    assert outcome.objective == 2 * 420 + 120
    cover = cover_of(plan.count, plan.shifts, 1, interval_min=60)
    assert (cover[0, 8:16, 0] >= 2).all()


def test_fewer_kinds_before_fewer_shifts_within_the_tolerance():
    """Monday needs 08–12, Tuesday 09–13: two kinds at 8 hours, one of six hours at 12 hours."""
    required = np.concatenate([day((8, 1), (12, 0)), day((9, 1), (13, 0))])
    shifts = [plain(480, 720), plain(540, 780), plain(480, 840)]
    exact = design_shifts(required, shifts, interval_min=60, limits=LIMITS)
    assert (exact.objective, len(exact.require().shifts)) == (480, 2)
    loose = design_shifts(required, shifts, interval_min=60, rules=DesignRules(tolerance=0.5), limits=LIMITS)
    assert (loose.objective, loose.bound, len(loose.require().shifts)) == (720, 480, 1)
    assert (loose.status, loose.stopped_by) == ("feasible", "gap")


def test_spans_keep_shifts_inside_opening():
    rules = DesignRules(span_min=np.array([[480, 720], [0, 0]]))
    required = day((8, 1), (12, 0), days=2)
    required[1] = 0
    shifts = [plain(420, 720), plain(480, 720)]
    assert design_shifts(required, shifts, interval_min=60, rules=rules, limits=LIMITS).require().shifts == (shifts[1],)


def test_posts_are_apart():
    required = np.concatenate([day((8, 1), (12, 0)), day((8, 2), (12, 0))], axis=2)
    shifts = [plain(480, 720, post=0), plain(480, 720, post=1)]
    plan = design_shifts(required, shifts, interval_min=60, limits=LIMITS).require()
    assert plan.count.tolist() == [[1, 2]]


def test_nobody_required():
    outcome = design_shifts(day(), [plain(480, 720)], interval_min=60, limits=LIMITS)
    assert (outcome.status, outcome.objective, outcome.require().shifts) == ("optimal", 0, ())


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=12, max_size=12),
    st.sets(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=4),
    st.booleans(),
)
def test_brute_force_agrees(wanted, spans, priced):
    """Two days of six four-hour intervals, up to four shifts, up to two people each."""
    required = np.array(wanted, dtype=np.int64).reshape(2, 6, 1)
    shifts = sorted({plain(240 * first, min(240 * (first + length), 1440)) for first, length in spans}, key=str)
    prices = ShiftPrices(under=3, over=1, distinct=100) if priced else None
    outcome = design_shifts(required, shifts, interval_min=240, rules=DesignRules(prices=prices), limits=LIMITS)
    best = brute_force(required, shifts, prices)
    if best is None:
        assert outcome.status == "infeasible"
        return
    assert outcome.status == "optimal"
    assert (outcome.objective, outcome.bound) == (best[0], pytest.approx(best[0]))
    if not priced:
        plan = outcome.require()
        assert (len(plan.shifts), int(plan.count.sum())) == best[1:]


def brute_force(required, shifts, prices):
    """Return the best (price, kinds, shifts worked) of all plans, or None."""
    per_day = list(itertools.product(range(3), repeat=len(shifts)))
    found = []
    for both in itertools.product(per_day, repeat=2):
        count = np.array(both, dtype=np.int64)
        cover = cover_of(count, shifts, 1, interval_min=240)
        distinct = int(count.any(axis=0).sum())
        if prices is None:
            if (cover >= required).all():
                paid = int(count.sum(axis=0) @ [shift.paid_min for shift in shifts])
                found.append((paid, distinct, int(count.sum())))
            continue
        missed = 240 * int(3 * np.maximum(required - cover, 0).sum() + np.maximum(cover - required, 0).sum())
        found.append((missed + 100 * distinct, 0, 0))
    return min(found, default=None)


def test_more_work_never_costs_less():
    shifts = [plain(60 * hour, 60 * hour + 240) for hour in range(6, 20)]
    few = design_shifts(day((8, 1), (16, 0)), shifts, interval_min=60, limits=LIMITS).objective
    more = design_shifts(day((8, 1), (11, 3), (16, 0)), shifts, interval_min=60, limits=LIMITS).objective
    assert few <= more


def test_infeasible_names_post_day_and_time():
    outcome = design_shifts(day((8, 2), (16, 0)), [plain(540, 960)], interval_min=60, limits=LIMITS)
    assert (outcome.status, outcome.solution, outcome.stopped_by) == ("infeasible", None, "proof")
    reason = "post 0: 2 required on day 0 at 08:00, when no allowed shift is present (1 such intervals)"
    assert outcome.reasons == (reason,)


def test_out_of_work():
    random = np.random.default_rng(0)
    required = random.integers(1, 9, (7, 96, 1))
    required[:, 76:] = 0
    shifts = [plain(15 * first, 15 * first + length) for first in range(70) for length in (240, 300, 330)]
    outcome = design_shifts(required, shifts, interval_min=15, limits=Limits(seconds=60, workers=1, work=1e-6))
    assert outcome.stopped_by == "work"
    assert outcome.status in ("undecided", "feasible")


@pytest.mark.parametrize(
    ("required", "shifts", "interval", "message"),
    [
        (np.zeros((1, 24), dtype=np.int64), [], 60, r"expected \(days, intervals, posts\)"),
        (np.zeros((1, 24, 1), dtype=np.int64), [], 30, "at 30 minutes"),
        (np.full((1, 24, 1), -1), [], 60, "negative number"),
        (np.zeros((1, 24, 1), dtype=np.int64), [plain(0, 60, post=3)], 60, "expected posts 0 to 0"),
    ],
)
def test_faulty_input(required, shifts, interval, message):
    with pytest.raises(InputError, match=message):
        design_shifts(required, shifts, interval_min=interval)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "optimum"), [("RandomExample1", 480), ("RandomExample2", 300), ("RandomExample3", 600)]
)
def test_published_optima(name, optimum):
    """Shift design instances with known optimum, see ../shared/benchmarks/INDEX.md."""
    file = SHARED / f"{name}.dzn"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    text = file.read_text(encoding="utf-8")
    values = {
        key: [int(n) for n in re.findall(r"-?\d+", value)] for key, value in re.findall(r"(\w+) = ([^;]+);", text)
    }
    interval = values["interval"][0]
    required = np.array(values["demand"], dtype=np.int64).reshape(values["days"][0], -1, 1)
    ranges = zip(*(values[key] for key in ("minStart", "maxStart", "minLength", "maxLength")), strict=True)
    shifts = [
        plain(interval * start, interval * (start + length))
        for first, last, shortest, longest in ranges
        for start in range(first, last + 1)
        for length in range(shortest, longest + 1)
    ]
    prices = ShiftPrices(
        under=values["weightUnderCover"][0],
        over=values["weightOverCover"][0],
        distinct=values["weightShiftInstances"][0],
    )
    rules = DesignRules(cyclic=True, prices=prices)
    outcome = design_shifts(required, shifts, interval_min=interval, rules=rules, limits=Limits(seconds=60, workers=1))
    assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", optimum, pytest.approx(optimum))
    price = price_shift_plan(outcome.require(), required, interval_min=interval, cyclic=True)
    assert price.distinct == len(outcome.require().shifts)
