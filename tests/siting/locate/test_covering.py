"""Cover demand: against brute force, against what must not matter, and with bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import Quota, SiteRules, Spacing, max_cover, p_median, set_cover
from siting.locate.everyone.bound import packed

LIMITS = Limits(seconds=20, workers=1)

# Three estates on a line at 0, 1 and 4 km; shops could open at 0, 1 and 4 km.
LINE = np.abs(np.subtract.outer([0.0, 1.0, 4.0], [0.0, 1.0, 4.0]))
PEOPLE = np.array([10.0, 20.0, 25.0])


def covered(case, radius, opened):
    return sum(case.demand[i] for i in range(len(case.demand)) if any(case.cost[i, j] <= radius for j in opened))


def test_one_shop_covers_the_two_estates_that_are_near_each_other():
    """30 people at 0 and 1 km beat 25 at 4 km; the shops at 0 and 1 km cover alike, and the lower position wins."""
    outcome = max_cover(LINE, PEOPLE, p=1, radius=1.0)
    assert (outcome.status, outcome.objective, outcome.bound, outcome.gap) == ("optimal", 30.0, 30.0, 0.0)
    assert outcome.solution.opened.tolist() == [0]
    assert outcome.solution.assigned.tolist() == [0, 0, -1]
    assert outcome.solution.opened.dtype == np.int64


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_max_cover_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    radius = data.draw(st.integers(0, 9))
    outcome = max_cover(case.cost, case.demand, case.p, radius, rules=case.rules, limits=LIMITS)
    right = best(case, lambda opened: covered(case, radius, opened), max, [case.p])
    if right is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right)
        assert outcome.bound == pytest.approx(right)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_set_cover_is_the_smallest_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    radius, backup = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 2))
    outcome = set_cover(case.cost, radius, backup=backup, rules=case.rules, limits=LIMITS)

    def size(opened):
        enough = all(sum(row[j] <= radius for j in opened) >= backup for row in case.cost)
        return len(opened) if enough else np.inf

    right = best(case, size, min, range(case.cost.shape[1] + 1))
    if right is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
    else:
        assert (outcome.status, outcome.objective) == ("optimal", right)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_every_candidate_may_have_its_own_radius(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    radius = np.array(data.draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), float)
    outcome = set_cover(case.cost, radius, rules=case.rules, limits=LIMITS)
    right = best(
        case,
        lambda opened: len(opened) if all(any(row[j] <= radius[j] for j in opened) for row in case.cost) else np.inf,
        min,
        range(m + 1),
    )
    assert outcome.objective == right


def test_radii_of_a_wrong_number_are_refused():
    with pytest.raises(InputError, match=r"radius has shape \(2,\); expected a number, or one per candidate"):
        set_cover(LINE, [1.0, 2.0])
    with pytest.raises(InputError, match=r"radius\[1\] is -1"):
        set_cover(LINE, [1.0, -1.0, 2.0])


def city(n=300, m=60, seed=5):
    rng = np.random.default_rng(seed)
    people, places = rng.random((n, 2)) * 20, rng.random((m, 2)) * 20
    cost = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1))
    return np.where(cost < 6, cost, np.inf), rng.integers(0, 50, n).astype(float)


def test_order_of_candidates_and_unit_of_demand_do_not_matter():
    cost, demand = city()
    base = max_cover(cost, demand, 6, 2.5, limits=LIMITS)
    order = np.random.default_rng(0).permutation(60)
    shuffled = max_cover(cost[:, order], demand, 6, 2.5, limits=LIMITS)
    assert shuffled.objective == base.objective
    for unit in (1e-9, 1e9):
        scaled = max_cover(cost, demand * unit, 6, 2.5, limits=LIMITS)
        assert scaled.status == "optimal"
        assert scaled.objective == pytest.approx(base.objective * unit)


def test_one_more_outlet_never_hurts_and_the_fewest_that_cover_everyone_cover_everyone():
    cost, demand = city()
    found = [max_cover(cost, demand, p, 2.5, limits=LIMITS).objective for p in range(1, 9)]
    assert found == sorted(found)
    reach = cost.min(axis=1).max()
    fewest = set_cover(cost, reach, limits=LIMITS)
    assert max_cover(cost, demand, int(fewest.objective), reach, limits=LIMITS).objective == demand.sum()
    assert max_cover(cost, demand + 1, int(fewest.objective) - 1, reach, limits=LIMITS).objective < (demand + 1).sum()


def test_sparse_and_dense_say_the_same_and_zero_distances_count():
    """The usual library drops explicit zeros: demand on a candidate's own place would vanish."""
    cost, demand = city()
    cost[7, 3] = 0.0
    reached = np.nonzero(np.isfinite(cost))
    csr = sparse.csr_array((cost[reached], reached), shape=cost.shape)
    assert csr.nnz == len(reached[0])
    assert max_cover(csr, demand, 6, 2.5).objective == max_cover(cost, demand, 6, 2.5).objective
    own = sparse.csr_array((np.zeros(2), ([0, 1], [0, 1])), shape=(2, 2))
    assert max_cover(own, [3.0, 4.0], 1, 0.0).objective == 4.0


def test_covered_demand_is_counted_not_covered_points():
    """Two of three points are covered, but only 2 of 100 people."""
    cost = np.array([[1.0], [1.0], [9.0]])
    outcome = max_cover(cost, [1.0, 1.0, 98.0], 1, 2.0)
    assert outcome.objective == 2.0


def test_a_time_limit_is_never_called_optimal():
    rng = np.random.default_rng(42)
    cost = np.hypot(*(rng.random((2500, 1, 2)) * 100 - rng.random((1, 400, 2)) * 100).transpose(2, 0, 1))
    outcome = max_cover(cost, rng.integers(1, 101, 2500), 20, 11.0, limits=Limits(seconds=0.3, workers=1))
    assert (outcome.status, outcome.stopped_by) == ("feasible", "time")
    assert outcome.bound > outcome.objective
    assert outcome.gap > 0


def test_a_limit_on_work_gives_the_same_plan_every_time():
    rng = np.random.default_rng(42)
    cost = np.hypot(*(rng.random((1500, 1, 2)) * 100 - rng.random((1, 250, 2)) * 100).transpose(2, 0, 1))
    demand = rng.integers(1, 101, 1500)
    runs = [max_cover(cost, demand, 20, 11.0, limits=Limits(seconds=60, workers=1, work=0.02)) for _ in range(2)]
    assert {run.stopped_by for run in runs} == {"work"}
    assert runs[0].solution.opened.tolist() == runs[1].solution.opened.tolist()
    assert runs[0].bound == runs[1].bound


def test_a_gap_that_is_good_enough_is_no_proof():
    cost, demand = city()
    outcome = max_cover(cost, demand, 6, 2.5, limits=Limits(seconds=20, workers=1, gap=0.5))
    assert outcome.gap <= 0.5
    assert (outcome.status, outcome.stopped_by) in {("feasible", "gap"), ("optimal", "proof")}


def test_existing_outlets_stay_and_only_new_ones_are_chosen():
    """The shop at 4 km is open already: the second covers the two estates at 0 and 1 km."""
    rules = SiteRules(locked_open=[2])
    outcome = max_cover(LINE, PEOPLE, p=2, radius=1.0, rules=rules)
    assert outcome.solution.opened.tolist() == [0, 2]
    assert outcome.objective == 55.0


def test_spacing_keeps_outlets_apart():
    outcome = max_cover(LINE, PEOPLE, 2, 0.5, rules=SiteRules(spacing=Spacing([[0, 0], [1, 0], [4, 0]], 2.0)))
    assert outcome.solution.opened.tolist() == [1, 2]
    assert (
        max_cover(LINE, PEOPLE, 3, 0.5, rules=SiteRules(spacing=Spacing([[0, 0], [1, 0], [4, 0]], 1.0))).objective == 55
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((LINE, PEOPLE, 4, 1.0), r"p is 4: more outlets asked than there are candidates \(3\)"),
        ((LINE, PEOPLE, 0, 1.0), "p is 0; expected a whole number from 1"),
        ((LINE, PEOPLE, 1.5, 1.0), "p is 1.5; expected a whole number"),
        ((LINE, PEOPLE[:2], 1, 1.0), "demand has 2 entries; expected 3"),
        ((LINE, [1.0, -2.0, 3.0], 1, 1.0), r"demand\[1\] is -2; expected a number from 0"),
        ((LINE, [1.0, np.nan, 3.0], 1, 1.0), r"demand\[1\] is nan; expected a finite number"),
        ((np.where(LINE == 4, np.nan, LINE), PEOPLE, 1, 1.0), r"cost\[0, 2\] is nan; .*2 such entries"),
        ((LINE - 1, PEOPLE, 1, 1.0), r"cost\[0, 0\] is -1; expected a number from 0"),
        ((LINE[0], PEOPLE, 1, 1.0), r"cost has shape \(3,\); expected \(n, m\)"),
        ((np.empty((0, 3)), [], 1, 1.0), "expected at least one demand point and one candidate"),
        ((LINE, PEOPLE, 1, np.nan), "radius is nan"),
        ((sparse.csr_array(([1.0, np.nan], ([0, 2], [1, 2])), (3, 3)), PEOPLE, 1, 1.0), r"cost\[2, 2\] is nan"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(InputError, match=message):
        max_cover(*arguments)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (SiteRules(locked_open=[0, 1, 0]), "locked_open is a vector of zeros and ones; expected positions"),
        (SiteRules(locked_open=np.array([False, True, False])), "locked_open holds truth values"),
        (SiteRules(locked_shut=[3]), "locked_shut holds 3; expected positions from 0 to 2"),
        (SiteRules(locked_open=[-1]), "locked_open holds -1"),
        (SiteRules(locked_open=[1.0]), "locked_open holds float64; expected positions"),
        (SiteRules(locked_open=[1, 1]), "locked_open holds position 1 more than once"),
        (SiteRules(locked_open=[1], locked_shut=[1]), "position 1 is both in locked_open and in locked_shut"),
        (SiteRules(opening_cost=[1.0, 2.0], budget=2.0), "opening_cost has 2 entries; expected 3"),
        (SiteRules(quota=(Quota([0, 9], name="north"),)), "north.members holds 9"),
        (SiteRules(forbidden_pairs=[[0, 0]]), r"forbidden_pairs\[0\] holds position 0 more than once"),
        (SiteRules(spacing=Spacing([[0, 0]], 5.0)), r"spacing.xy has shape \(1, 2\); expected \(3, 2\)"),
    ],
)
def test_bad_rules_are_named(rules, message):
    with pytest.raises(InputError, match=message):
        max_cover(LINE, PEOPLE, 1, 1.0, rules=rules)


def test_an_impossible_wish_says_why():
    shut = max_cover(LINE, PEOPLE, 3, 1.0, rules=SiteRules(locked_shut=[1]))
    assert shut.status == "infeasible"
    assert "the number of outlets can only be 0 to 2; the rules ask for exactly 3" in shut.reasons[0]
    poor = max_cover(LINE, PEOPLE, 2, 1.0, rules=SiteRules(opening_cost=[5.0, 5.0, 5.0], budget=9.0))
    assert poor.status == "infeasible"
    assert "the rules together allow no set" in poor.reasons[0]
    far = set_cover(LINE, 0.5, rules=SiteRules(locked_shut=[0, 2]))
    assert far.reasons == ("2 demand points have no candidate that can open within 0.5: 0, 2",)
    assert p_median(np.array([[1.0, np.inf], [np.inf, np.inf]]), [1.0, 1.0], 1).reasons == (
        "1 demand point has no candidate that can open in reach: 1",
    )


def test_no_demand_and_no_reach_are_plans_that_cover_nothing():
    outcome = max_cover(np.full((3, 3), np.inf), PEOPLE, 2, 1.0)
    assert (outcome.status, outcome.objective, outcome.solution.opened.tolist()) == ("optimal", 0.0, [0, 1])
    assert max_cover(LINE, [0.0, 0.0, 0.0], 1, 1.0).status == "optimal"


def test_points_that_share_no_candidate_need_an_outlet_each():
    start, candidate = np.array([0, 2, 3, 5, 6]), np.array([0, 1, 1, 2, 3, 3], dtype=np.int32)
    for order, count in (([0, 1, 2, 3], 2), ([1, 3, 0, 2], 2), ([3, 2, 1, 0], 2), ([1, 2], 2), ([0, 1], 1)):
        assert packed(start, candidate, np.array(order), 4) == packed.py_func(start, candidate, np.array(order), 4)
        assert packed(start, candidate, np.array(order), 4) == count


@pytest.mark.parametrize("backup", [1, 2])
def test_a_cover_stopped_at_once_has_more_than_a_trivial_bound(backup):
    rng = np.random.default_rng(5)
    cost = np.hypot(*(rng.random((400, 1, 2)) - rng.random((1, 80, 2))).transpose(2, 0, 1))
    radius = float(np.sort(cost, axis=1)[:, backup].max())
    whole = set_cover(cost, radius, backup=backup, limits=Limits(seconds=60, workers=1))
    brief = set_cover(cost, radius, backup=backup, limits=Limits(seconds=60, work=1e-9, workers=1))
    assert whole.status == "optimal"
    assert 2 * backup <= brief.bound <= whole.objective <= (brief.objective or np.inf)
