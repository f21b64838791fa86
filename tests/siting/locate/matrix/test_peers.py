"""Defects known from other libraries, each as a test of every model of ours that it could touch."""

import re

import numpy as np
import pytest
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, fixed_charge, max_capture, max_cover, p_center, p_dispersion, p_median, set_cover

LIMITS = Limits(seconds=20, workers=1)
RNG = np.random.default_rng(42)
PEOPLE, PLACES = RNG.random((1200, 2)) * 100, RNG.random((220, 2)) * 100
COST = np.hypot(*(PEOPLE[:, None] - PLACES[None]).transpose(2, 0, 1))
DEMAND = RNG.integers(1, 101, 1200).astype(float)
BETWEEN = np.hypot(*(PLACES[:, None] - PLACES[None]).transpose(2, 0, 1))

ASK = {
    "set_cover": lambda limits, **given: set_cover(COST, 14.0, limits=limits, **given),
    "max_cover": lambda limits, **given: max_cover(COST, DEMAND, 15, 11.0, limits=limits, **given),
    "p_median": lambda limits, **given: p_median(COST, DEMAND, 15, limits=limits, **given),
    "p_center": lambda limits, **given: p_center(COST, 15, limits=limits, **given),
    "p_dispersion": lambda limits, **given: p_dispersion(BETWEEN, 15, limits=limits, **given),
    "max_capture": lambda limits, **given: max_capture(
        np.exp(-COST / 5), np.full(1200, 0.05), DEMAND, 15, limits=limits, **given
    ),
    "fixed_charge": lambda limits, **given: fixed_charge(
        COST * DEMAND[:, None], DEMAND, np.full(220, 30_000.0), limits=limits, **given
    ),
}
LEAST = {"set_cover", "p_median", "p_center", "fixed_charge"}
every_model = pytest.mark.parametrize("name", ASK)


@every_model
def test_a_time_limit_is_never_called_optimal(name):
    """A solve that time ended tells so, with a bound on the right side of its plan that is not the plan's price."""
    outcome = ASK[name](Limits(seconds=0.05, workers=1))
    assert outcome.status in ("optimal", "feasible", "undecided")
    if outcome.stopped_by in ("time", "work"):
        assert outcome.status != "optimal"
        assert outcome.bound is None or outcome.bound != outcome.objective
    else:
        assert outcome.stopped_by == "proof"
        assert outcome.bound == outcome.objective
    if outcome.bound is not None and outcome.objective is not None:
        assert outcome.bound <= outcome.objective if name in LEAST else outcome.bound >= outcome.objective


@pytest.mark.parametrize("form", ["dense", "csr"])
def test_a_zero_distance_is_a_distance(form):
    """Two towns 9 apart, a place in each: a zero is a pair in reach, never an absent one."""
    cost = np.array([[0.0, 9.0], [9.0, 0.0]])
    if form == "csr":
        cost = sparse.csr_array((cost.ravel(), [0, 1, 0, 1], [0, 2, 4]), shape=(2, 2))
    assert max_cover(cost, [3.0, 4.0], 1, 0.0, limits=LIMITS).objective == 4.0
    assert set_cover(cost, 0.0, limits=LIMITS).objective == 2.0
    assert p_median(cost, [3.0, 4.0], 2, limits=LIMITS).objective == 0.0
    assert p_center(cost, 2, limits=LIMITS).objective == 0.0
    assert fixed_charge(cost, [3.0, 4.0], [1.0, 1.0], limits=LIMITS).objective == 2.0


def test_an_absent_pair_is_out_of_reach_and_not_near():
    cost = sparse.csr_array(([2.0, 5.0], [0, 1], [0, 1, 2]), shape=(2, 2))
    assert p_median(cost, [1.0, 1.0], 1, limits=LIMITS).status == "infeasible"
    assert p_median(cost, [1.0, 1.0], 2, limits=LIMITS).objective == 7.0
    assert max_cover(cost, [1.0, 3.0], 1, 6.0, limits=LIMITS).objective == 3.0


def test_covered_demand_counts_people_and_not_points():
    """Many points of nobody beside one full one: the full one is what counts."""
    cost = np.array([[9.0, 0.0], *([[0.0, 9.0]] * 5)])
    outcome = max_cover(cost, [100.0, 1.0, 1.0, 1.0, 1.0, 1.0], 1, 3.0, limits=LIMITS)
    assert outcome.solution.opened.tolist() == [1]
    assert outcome.objective == 100.0


@every_model
@pytest.mark.parametrize("field", ["locked_open", "locked_shut"])
def test_zeros_and_ones_are_never_taken_for_positions(name, field):
    flags = np.zeros(220, dtype=int)
    flags[[3, 7]] = 1
    for wrong in (flags, flags.astype(bool)):
        with pytest.raises(InputError, match=f"{field} .*expected positions: numpy.flatnonzero gives them"):
            ASK[name](LIMITS, rules=SiteRules(**{field: wrong}))


@pytest.mark.parametrize("name", [name for name in ASK if name != "fixed_charge"])
def test_a_start_of_zeros_and_ones_is_refused(name):
    with pytest.raises(InputError, match=r"start .*numpy\.flatnonzero gives them"):
        ASK[name](LIMITS, start=np.eye(220, dtype=int)[3])


@pytest.mark.parametrize("bad", [np.nan, -1.0])
@pytest.mark.parametrize("form", ["dense", "csr"])
def test_a_number_that_is_none_is_named_by_row_and_column(bad, form):
    cost = COST[:8, :5].copy()
    cost[6, 2] = bad
    given = cost if form == "dense" else sparse.csr_array(cost)
    place = re.escape("[6, 2] is ")
    people = DEMAND[:8]
    with pytest.raises(InputError, match=f"cost{place}"):
        max_cover(given, people, 2, 5.0)
    with pytest.raises(InputError, match=f"cost{place}"):
        set_cover(given, 5.0)
    with pytest.raises(InputError, match=f"cost{place}"):
        p_median(given, people, 2)
    with pytest.raises(InputError, match=f"cost{place}"):
        p_center(given, 2)
    with pytest.raises(InputError, match=f"cost{place}"):
        fixed_charge(given, people, np.ones(5))
    with pytest.raises(InputError, match=f"attraction{place}"):
        max_capture(given, np.ones(8), people, 2)


def test_infinite_numbers_are_named_where_they_mean_nothing():
    pull = np.ones((3, 2))
    pull[1, 1] = np.inf
    with pytest.raises(InputError, match=re.escape("attraction[1, 1] is inf")):
        max_capture(pull, np.ones(3), np.ones(3), 1)
    between = np.ones((3, 3))
    between[2, 0] = np.nan
    with pytest.raises(InputError, match=re.escape("distance[2, 0] is nan")):
        p_dispersion(between, 2)
    for wrong in ([1.0, np.inf], [1.0, np.nan]):
        with pytest.raises(InputError, match=re.escape("demand[1] is ")):
            p_median(np.ones((2, 2)), wrong, 1)
