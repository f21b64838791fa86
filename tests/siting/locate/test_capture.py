"""Max capture: against brute force, what must not matter, and published optima."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, max_capture
from siting.locate.capture import tree as capture_tree
from siting.locate.problem.rules import site_rows

LIMITS = Limits(seconds=20, workers=1)


def won(case, rivals, opened):
    total = 0.0
    for row, rival, people in zip(case.cost, rivals, case.demand, strict=True):
        own = sum(row[j] for j in opened)
        total += people * own / (own + rival)
    return total


def test_the_shop_goes_where_rivals_are_weak():
    """8 people before a weak rival and 10 before a strong one: half of 8 is more than a tenth of 10."""
    outcome = max_capture(np.eye(2), rivals=[9.0, 1.0], demand=[10.0, 8.0], p=1, limits=LIMITS)
    assert (outcome.status, outcome.objective, outcome.solution.opened.tolist()) == ("optimal", 4.0, [1])
    assert outcome.solution.assigned.tolist() == [-1, 1]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_max_capture_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    case.cost[np.isinf(case.cost)] = 0.0
    n = len(case.demand)
    rivals = np.array(data.draw(st.lists(st.sampled_from([1e-6, 0.5, 1.0, 7.0, 1e6]), min_size=n, max_size=n)))
    outcome = max_capture(case.cost, rivals, case.demand, case.p, rules=case.rules, limits=LIMITS)
    right = best(case, lambda opened: won(case, rivals, opened), max, [case.p])
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right, rel=1e-5)
        assert outcome.bound >= right * (1 - 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_branching_alone_proves_what_looking_at_all_sets_proves(a_case, best, data):
    """Cuts and branching must be right without the enumeration that usually ends them."""
    case = data.draw(a_case())
    case.cost[np.isinf(case.cost)] = 0.0
    rivals = np.linspace(0.5, 3.0, len(case.demand))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture_tree, "MOST_LEAVES", -1)
        patch.setattr(capture_tree, "MOST_IN_ONE", data.draw(st.sampled_from([0, 100])))
        outcome = max_capture(case.cost, rivals, case.demand, case.p, rules=case.rules, limits=LIMITS)
    right = best(case, lambda opened: won(case, rivals, opened), max, [case.p])
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_budget_may_decide_how_many_outlets_open(a_case, best, data):
    case = data.draw(a_case())
    case.cost[np.isinf(case.cost)] = 0.0
    m, rivals = case.cost.shape[1], np.linspace(0.5, 3.0, len(case.demand))
    assume(site_rows(case.rules, m, None).names)
    outcome = max_capture(case.cost, rivals, case.demand, rules=case.rules, limits=LIMITS)
    right = best(case, lambda opened: won(case, rivals, opened), max, range(m + 1))
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right, rel=1e-5)


def market(n=150, m=40, seed=4):
    rng = np.random.default_rng(seed)
    people, places = rng.random((n, 2)) * 10, rng.random((m, 2)) * 10
    walk = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1))
    pull = np.where(walk < 4, np.maximum(walk, 0.2) ** -2.0, 0.0)
    return pull, rng.random(n) + 0.05, rng.integers(1, 50, n).astype(float)


def test_what_must_not_matter():
    pull, rivals, demand = market()
    base = max_capture(pull, rivals, demand, 5, limits=LIMITS)
    order = np.random.default_rng(0).permutation(40)
    assert max_capture(pull[:, order], rivals, demand, 5, limits=LIMITS).objective == pytest.approx(base.objective)
    assert max_capture(pull * 1e6, rivals * 1e6, demand, 5, limits=LIMITS).objective == pytest.approx(base.objective)
    assert max_capture(pull, rivals, demand * 1e-6, 5, limits=LIMITS).objective == pytest.approx(base.objective * 1e-6)
    assert max_capture(sparse.csr_array(pull), rivals, demand, 5, limits=LIMITS).objective == base.objective


def test_one_more_outlet_never_hurts_and_what_we_have_takes_from_what_we_add():
    pull, rivals, demand = market()
    found = [max_capture(pull, rivals, demand, p, limits=LIMITS) for p in (1, 2, 3, 4)]
    objectives = [outcome.objective for outcome in found]
    assert objectives == sorted(objectives)
    first = found[0].solution.opened
    both = max_capture(pull, rivals, demand, 2, rules=SiteRules(locked_open=first), limits=LIMITS)
    assert both.objective <= objectives[1] + 1e-9
    assert both.objective - objectives[0] <= objectives[0]


def test_out_of_time_still_has_a_plan_and_a_bound():
    rng = np.random.default_rng(0)
    outcome = max_capture(
        rng.random((2000, 300)) ** 8, np.full(2000, 2.0), rng.random(2000), 20, limits=Limits(seconds=0.7, workers=1)
    )
    assert outcome.status == "feasible"
    assert outcome.bound > outcome.objective > 0


def test_a_limit_on_work_stops_the_same_way():
    rng = np.random.default_rng(0)
    arguments = rng.random((500, 120)) ** 8, np.full(500, 2.0), rng.random(500), 15
    limits = Limits(seconds=60, workers=1, work=0.5)
    first, second = (max_capture(*arguments, limits=limits) for _ in range(2))
    assert first.stopped_by == "work"
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert first.solution.opened.tolist() == second.solution.opened.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.eye(2), [1.0, 0.0], [1.0, 1.0], 1), r"rivals\[1\] is 0; expected a number greater than 0"),
        (
            (np.array([[1.0, np.inf], [0, 1]]), [1.0, 1.0], [1.0, 1.0], 1),
            r"attraction\[0, 1\] is inf; expected a finite",
        ),
        ((-np.eye(2), [1.0, 1.0], [1.0, 1.0], 1), r"attraction\[0, 0\] is -1"),
        ((np.eye(2), [1.0], [1.0, 1.0], 1), "rivals has 1 entries; expected 2"),
        ((np.eye(2), [1.0, 1.0], [1.0, 1.0], 3), "p is 3: more outlets asked than there are candidates"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(InputError, match=message):
        max_capture(*arguments)


@pytest.mark.shared
@pytest.mark.parametrize("at", [0, 13, 40, 67])
def test_published_optima_of_haase_and_mueller(shared, at):
    """800 customers, 25 candidates, multinomial logit (Haase and Müller, 2014)."""
    case = json.loads((shared / "competitive_mnl" / "hm14_800_25_optima.json").read_text())["results"][at]
    words = (shared / "competitive_mnl" / "HM14_800_25.data").read_text().split()
    n, d, e = (int(float(word)) for word in words[:3])
    numbers = np.array(words[3 : 3 + n * (1 + d + e)], dtype=float)
    rivals, places = numbers[n : n + e * n].reshape(e, n), numbers[n + e * n :].reshape(d, n)
    beta, alpha = case["beta"], case["alpha"]
    outcome = max_capture(
        np.exp(beta * places).T, np.exp(alpha * beta * rivals).sum(0), numbers[:n], case["r"], limits=LIMITS
    )
    assert outcome.objective == pytest.approx(case["value"], rel=1e-6)
    assert outcome.gap <= 1e-4


def test_a_budget_is_proved_beyond_what_can_be_listed():
    """Money decides how many of 40 open; what it buys best is bounded through the price of the money."""
    pull, rivals, demand = market()
    cost = np.random.default_rng(1).integers(1, 9, 40).astype(float)
    rules = SiteRules(opening_cost=cost, budget=20.0)
    outcome = max_capture(pull, rivals, demand, rules=rules, limits=LIMITS)
    assert outcome.status == "optimal"
    assert cost[outcome.solution.opened].sum() <= 20
    more = max_capture(pull, rivals, demand, rules=SiteRules(opening_cost=cost, budget=25.0), limits=LIMITS)
    assert more.objective >= outcome.objective
