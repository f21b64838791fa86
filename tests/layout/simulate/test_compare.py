"""Comparisons on the same visitors: intervals of differences, pooled desks, power failures, and clearing a hall."""

from dataclasses import replace

import numpy as np
import pytest

from layout.simulate import DayProblem, clearing_min, compare_days, one_desk, power_failure, simulate_day
from outlet.errors import InputError


def day(**more):
    return DayProblem(
        **{
            "interval_min": 60.0,
            "visits": np.full((5, 2), 14.0),
            "pool": np.array([0, 1]),
            "mean_min": np.array([6.0, 6.0]),
            "cv": np.array([1.0, 1.0]),
            "crew": np.full((5, 2), 2),
            "step_min": 60.0,
            **more,
        }
    )


def run(problem, days=400):
    return simulate_day(problem, days=days, seed=3)


def test_a_day_does_not_differ_from_itself():
    found = compare_days(run(day()), run(day()))
    assert [float(found.wait.mean), float(found.wait.low), float(found.wait.high)] == [0, 0, 0]
    assert found.reserve_min == 0


def test_the_same_visitors_give_a_narrower_interval_than_others():
    """The interval of the difference covers the truth, and is narrower than that of two separate runs."""
    few, more = run(day()), run(day(crew=np.full((5, 2), 3)))
    found = compare_days(few, more)
    assert float(found.wait.mean) == pytest.approx(float(more.day_wait.mean - few.day_wait.mean))
    assert found.wait.high < 0 < found.within.low
    apart = np.hypot(few.day_wait.high - few.day_wait.mean, more.day_wait.high - more.day_wait.mean)
    assert found.wait.high - found.wait.mean < 0.9 * apart
    long = compare_days(run(day(), 4000), run(day(crew=np.full((5, 2), 3)), 4000))
    assert found.wait.low - 0.1 < long.wait.mean < found.wait.high + 0.1


def test_one_desk_for_everything_waits_less_than_two():
    pooled = one_desk(day(), [0, 1])
    assert pooled.crew.tolist() == [[4, 0]] * 5
    assert pooled.pool.tolist() == [0, 0]
    assert compare_days(run(day()), run(pooled)).wait.high < 0


def test_newcomers_keep_their_pace_at_one_desk():
    """Two of four at half speed: the desk has their places, and the more visitors wait for it than for four usual."""
    crew = np.full((5, 2), 2)
    slow = np.tile(np.array([[1.0, 0.5], [0.5, 1.0]]), (5, 1, 1))
    pooled = one_desk(day(crew=crew, speed=slow), [0, 1])
    assert pooled.speed[0].tolist() == [[1.0, 0.5, 0.5, 1.0], [0.0] * 4]
    assert compare_days(run(one_desk(day(), [0, 1])), run(pooled)).wait.low > 0
    assert compare_days(run(day(speed=slow)), run(pooled)).wait.high < 0


def test_a_power_failure_makes_everybody_wait():
    dark = power_failure(day(), 60.0, 90.0, [0, 1])
    found = compare_days(run(day()), run(dark))
    assert found.wait.low > 0
    visits = run(dark)
    assert visits.occupancy[1].max() < run(day()).occupancy[1].max()


def test_clearing_goes_by_the_width_of_the_doors():
    """52 persons through 1 m of effective width: 40 s, and 11.9 m of walk: 10 s."""
    assert clearing_min(52, [1.3], 11.9) == pytest.approx(50 / 60)
    assert clearing_min(52, [1.3, 1.3]) == pytest.approx(20 / 60)
    assert clearing_min(0, []) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare_days(run(day(), 5), run(day(), 6)), "5 and 6 days"),
        (lambda: one_desk(day(), [0]), r"pools \[0\]; expected two or more from 0 to 1"),
        (lambda: one_desk(replace(day(), triage_pool=1, triage_min=1.0), [0, 1]), "a pool that receives visitors"),
        (lambda: clearing_min(10, [0.2]), "no door is wide enough"),
    ],
)
def test_bad_comparisons(call, message):
    with pytest.raises(InputError, match=message):
        call()
