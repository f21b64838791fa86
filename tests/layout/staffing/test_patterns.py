"""The shifts that rules allow."""

import pytest

from layout.staffing import Shift
from layout.staffing.plan import ShiftPlan
from layout.staffing.shifts.check import cover_of, presence, price_shift_plan
from layout.staffing.shifts.patterns import BreakRule, ShiftRules, enumerate_shifts
from outlet.errors import InputError

NINE, FIVE = 540, 1020


def test_starts_lengths_and_breaks():
    """09:00 to 17:00: eight paid hours with half an hour's break do not fit, seven do; the break lies in its window."""
    breaks = BreakRule(after_min=360, length_min=30, earliest_min=150, least_after_min=120, step_min=60)
    rules = ShiftRules(
        first_start_min=NINE, last_end_min=FIVE, start_step_min=60, paid_min=(360, 420, 480), breaks=breaks
    )
    made = enumerate_shifts(0, rules)
    assert {(s.start_min, s.end_min) for s in made if s.paid_min == 360} == {(540, 900), (600, 960), (660, 1020)}
    seven = [s for s in made if s.paid_min == 420]
    assert {(s.start_min, s.end_min) for s in seven} == {(540, 990), (570, 1020)}
    assert {s.break_start_min for s in seven if s.start_min == 540} == {690, 750, 810}
    assert all(s.break_end_min + 120 <= s.end_min for s in seven)
    assert not [s for s in made if s.paid_min == 480]


@pytest.mark.parametrize("finer", ["start_step_min", "step_min"])
def test_a_finer_step_allows_more(finer):
    """Half as long a step of starts, or of breaks, leaves all shifts and breaks that there were and adds some."""

    def made(start_step_min=120, step_min=60):
        breaks = BreakRule(after_min=360, length_min=30, earliest_min=150, least_after_min=120, step_min=step_min)
        hours = {"first_start_min": NINE, "last_end_min": 1200, "start_step_min": start_step_min}
        return set(enumerate_shifts(0, ShiftRules(**hours, paid_min=(420,), breaks=breaks)))

    assert made() < made(**{finer: 30})


def test_a_break_that_fits_nowhere_lies_in_the_middle():
    breaks = BreakRule(after_min=120, length_min=30, earliest_min=180, least_after_min=180, step_min=30)
    rules = ShiftRules(first_start_min=NINE, last_end_min=FIVE, start_step_min=600, paid_min=(240,), breaks=breaks)
    assert {s.break_start_min - s.start_min for s in enumerate_shifts(0, rules)} == {120}


def test_presence_counts_whole_intervals_only():
    shift = Shift(0, 555, 660, 600, 615, 90)
    assert presence([shift], 15)[0, 36:44].tolist() == [0, 1, 1, 1, 0, 1, 1, 1]
    assert presence([shift], 30)[0, 18:22].tolist() == [0, 1, 0, 1]


def test_cover_runs_into_the_next_day_and_round_the_week():
    import numpy as np

    night = Shift(0, 1320, 1800, None, None, 480)
    count = np.array([[1], [0]])
    assert cover_of(count, [night], 1, interval_min=60)[:, [0, 23], 0].tolist() == [[0, 1], [1, 0]]
    last = np.array([[0], [1]])
    assert cover_of(last, [night], 1, interval_min=60)[0, 0, 0] == 0
    assert cover_of(last, [night], 1, interval_min=60, cyclic=True)[0, 0, 0] == 1
    price = price_shift_plan(ShiftPlan((night,), count, 480), np.zeros((2, 24, 1), dtype=np.int64), interval_min=60)
    assert (price.paid_min, price.under_min, price.over_min, price.distinct, price.worked) == (480, 0, 480, 1, 1)


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ((0, 600, 600, None, None, 0), "expected a start within the day, then an end"),
        ((0, 1500, 1600, None, None, 100), "expected a start within the day"),
        ((0, 600, 900, 700, None, 300), "both ends of its break"),
        ((0, 600, 900, 580, 640, 300), "expected its break inside it"),
    ],
)
def test_faulty_shifts(shift, message):
    with pytest.raises(InputError, match=message):
        Shift(*shift)


def test_faulty_rules():
    with pytest.raises(InputError, match="at least 1"):
        ShiftRules(first_start_min=0, last_end_min=600, start_step_min=0)
    with pytest.raises(InputError, match="paid_min is"):
        ShiftRules(first_start_min=0, last_end_min=600, paid_min=())
