"""Center, dispersion and fixed charge: against brute force, and one instance drawn by hand each."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import (
    SiteRules,
    fixed_charge,
    max_capture,
    max_cover,
    p_center,
    p_dispersion,
    p_median,
    set_cover,
)

LIMITS = Limits(seconds=20, workers=1)
LINE = np.abs(np.subtract.outer([0.0, 1.0, 5.0, 9.0], [0.0, 1.0, 5.0, 9.0]))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_p_center_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    outcome = p_center(case.cost, case.p, rules=case.rules, limits=LIMITS)
    right = best(case, lambda opened: max(min(row[j] for j in opened) for row in case.cost), min, [case.p])
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", right, right)


def test_p_center_agrees_with_set_cover():
    """p outlets reach everyone within r exactly where the fewest that cover everyone within r are at most p."""
    rng = np.random.default_rng(6)
    cost = np.hypot(*(rng.random((80, 1, 2)) - rng.random((1, 25, 2))).transpose(2, 0, 1))
    radius = p_center(cost, 4, limits=LIMITS).objective
    assert set_cover(cost, radius, limits=LIMITS).objective <= 4
    assert set_cover(cost, np.nextafter(radius, 0), limits=LIMITS).objective > 4


def test_p_center_out_of_time_is_bounded():
    rng = np.random.default_rng(42)
    cost = np.hypot(*(rng.random((3000, 1, 2)) * 100 - rng.random((1, 300, 2)) * 100).transpose(2, 0, 1))
    outcome = p_center(cost, 20, limits=Limits(seconds=0.5, workers=1))
    assert outcome.status == "feasible"
    assert outcome.stopped_by == "time"
    assert 0 < outcome.bound < outcome.objective


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_p_dispersion_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    places = np.array(data.draw(st.lists(st.integers(0, 20), min_size=m, max_size=m)), float)
    distance = np.abs(np.subtract.outer(places, places))
    p = max(2, case.p)
    outcome = p_dispersion(distance, p, rules=case.rules, limits=LIMITS)
    right = best(case, lambda s: min(distance[j, k] for j, k in itertools.combinations(s, 2)), max, [p])
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", right, right)


def test_the_ends_of_a_line_are_farthest_apart():
    outcome = p_dispersion(LINE, 2, limits=LIMITS)
    assert (outcome.objective, outcome.solution.opened.tolist()) == (9.0, [0, 3])


def test_p_dispersion_of_a_town_is_what_all_sets_say():
    """Four of sixteen places: 1,820 sets; and 12 of 150 are proved farthest apart, in any order."""
    rng = np.random.default_rng(2)
    places = rng.random((150, 2)) * 10
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    few = distance[:16, :16]
    sets = itertools.combinations(range(16), 4)
    right = max(min(few[j, k] for j, k in itertools.combinations(s, 2)) for s in sets)
    assert p_dispersion(few, 4, limits=LIMITS).objective == right
    usual = p_dispersion(distance, 12, limits=LIMITS)
    order = rng.permutation(150)
    again = p_dispersion(distance[np.ix_(order, order)], 12, limits=LIMITS)
    assert (usual.status, again.status) == ("optimal", "optimal")
    assert usual.objective == again.objective


@pytest.mark.parametrize(
    ("distance", "p", "message"),
    [
        (np.ones((205, 16)), 3, r"distance has shape \(205, 16\); expected \(m, m\)"),
        (LINE, 1, "p is 1; expected at least 2"),
        (-LINE, 2, "distance has a negative entry"),
        (LINE, 5, "more outlets asked than there are candidates"),
    ],
)
def test_bad_distances_are_refused(distance, p, message):
    with pytest.raises(InputError, match=message):
        p_dispersion(distance, p)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_fixed_charge_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    charge = np.array(data.draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), float)
    outcome = fixed_charge(case.cost, case.demand, charge, rules=case.rules, limits=LIMITS)
    closing = np.zeros(m) if case.rules.closing_cost is None else np.array(case.rules.closing_cost, float)

    def price(opened):
        shut = [j for j in range(m) if j not in opened]
        travel = sum(min([np.inf, *(row[j] for j in opened)]) for row in case.cost)
        return charge[list(opened)].sum() + closing[shut].sum() + travel

    right = best(case, price, min, range(m + 1))
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_single_source_with_capacity_is_the_best_of_all_assignments(data):
    n, m = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    cost = np.array(
        data.draw(st.lists(st.lists(st.integers(0, 9), min_size=m, max_size=m), min_size=n, max_size=n)), float
    )
    load = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), float)
    charge = np.array(data.draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), float)
    room = np.array(data.draw(st.lists(st.integers(0, 10), min_size=m, max_size=m)), float)
    prices = []
    for who in itertools.product(range(m), repeat=n):
        used = np.bincount(who, load, m)
        if (used <= room).all():
            prices.append(charge[sorted(set(who))].sum() + sum(cost[i, j] for i, j in enumerate(who)))
    whole = fixed_charge(cost, load, charge, room, single_source=True, limits=LIMITS)
    split = fixed_charge(cost, load, charge, room, limits=LIMITS)
    if prices:
        assert whole.status == split.status == "optimal"
        assert whole.objective == pytest.approx(min(prices))
        assert split.objective <= whole.objective + 1e-6
        assert np.asarray(split.solution.flow.sum(axis=1)).ravel() == pytest.approx(1.0)
    else:
        assert whole.status == "infeasible"


def test_demand_is_split_where_one_outlet_is_too_small():
    """Two outlets of room 3 serve 4 people: three from the near one, one from the far one, ten units dearer."""
    outcome = fixed_charge(np.array([[0.0, 40.0]]), [4.0], [1.0, 1.0], [3.0, 3.0], limits=LIMITS)
    assert outcome.objective == pytest.approx(12.0)
    assert outcome.solution.flow.toarray().tolist() == [[0.75, 0.25]]
    assert outcome.solution.assigned.tolist() == [0]
    small = fixed_charge(np.array([[0.0, 40.0]]), [7.0], [1.0, 1.0], [3.0, 3.0], limits=LIMITS)
    assert small.reasons == ("the demand is 7, all capacity that can open together 6",)


def test_an_existing_outlet_closes_only_where_that_pays():
    cost = np.array([[1.0, 3.0], [1.0, 3.0]])
    cheap = fixed_charge(cost, [1, 1], [0.0, 5.0], rules=SiteRules(closing_cost=[0.0, 2.0]), limits=LIMITS)
    assert (cheap.solution.opened.tolist(), cheap.objective) == ([0], 4.0)
    dear = fixed_charge(cost, [1, 1], [9.0, 0.0], rules=SiteRules(closing_cost=[0.0, 20.0]), limits=LIMITS)
    assert (dear.solution.opened.tolist(), dear.objective) == ([1], 6.0)


@pytest.mark.shared
def test_warehouses_of_the_or_library(shared):
    """cap71 (Beasley, 1988), uncapacitated and with capacity 5000 and 15000."""
    words = (shared / "cap" / "cap71.txt").read_text().split()
    m, n = int(words[0]), int(words[1])
    charge = np.array([float(words[3 + 2 * j]) for j in range(m)])
    rest = np.array(words[2 + 2 * m :], dtype=float).reshape(n, 1 + m)
    load, cost = rest[:, 0], rest[:, 1:]
    assert fixed_charge(cost, load, charge, limits=LIMITS).objective == pytest.approx(932615.750, abs=1e-2)
    for room, optimum in ((5000.0, 1040444.375), (15000.0, 932615.750)):
        outcome = fixed_charge(cost, load, charge, np.full(m, room), limits=LIMITS)
        assert outcome.objective == pytest.approx(optimum, abs=1e-2)
        assert outcome.status == "optimal"


@pytest.mark.shared
def test_a_flow_whose_chains_pass_one_point_twice_ends(shared):
    """Holmberg's p25 once moved 2e-7 of a demand point to and fro, thirty million times in one flow."""
    words = np.array((shared / "holmberg" / "p25").read_text().split(), dtype=float)
    m, n = int(words[0]), int(words[1])
    room, charge, rest = words[2 : 2 + m], words[2 + m : 2 + 2 * m], words[2 + 2 * m :]
    cost = rest[n:].reshape(n, m)
    outcome = fixed_charge(cost, rest[:n], charge, room, single_source=True, limits=Limits(seconds=120, workers=1))
    assert outcome.status == "optimal"
    assert outcome.objective == 11630


@pytest.mark.parametrize("rules", [SiteRules(), SiteRules(locked_open=[0]), SiteRules(capacity=[4.0] * 4)])
@pytest.mark.parametrize(
    "solve",
    [
        lambda rules: max_cover(LINE, [1.0] * 4, None, 2.0, rules=rules),
        lambda rules: p_median(LINE, [1.0] * 4, None, rules=rules),
        lambda rules: p_center(LINE, None, demand=[1.0] * 4, rules=rules),
        lambda rules: max_capture(LINE, [1.0] * 4, [1.0] * 4, None, rules=rules),
    ],
)
def test_a_number_or_a_rule_on_it_is_asked_for(solve, rules):
    """Where every outlet more can only help, opening all is no answer."""
    with pytest.raises(InputError, match=r"p is None and no rule bounds the number of outlets|have no meaning"):
        solve(rules)
