"""The p-median: against brute force, published optima, and the defects of the usual library."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, median, p_median

LIMITS = Limits(seconds=20, workers=1)


def travel(case, opened, unreached=np.inf):
    total = 0.0
    for row, weight in zip(case.cost, case.demand, strict=True):
        if weight > 0:
            total += weight * min([unreached, *(row[j] for j in opened)])
    return total


def test_the_shop_stands_at_the_heavy_end():
    """Two villages of 1 and 3 people, 4 km apart: the shop goes to the greater one, the others walk 4 km."""
    outcome = p_median(np.array([[0.0, 4.0], [4.0, 0.0]]), [1.0, 3.0], 1, limits=LIMITS)
    assert (outcome.status, outcome.objective, outcome.solution.opened.tolist()) == ("optimal", 4.0, [1])
    assert outcome.solution.assigned.tolist() == [1, 1]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_p_median_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    unreached = data.draw(st.one_of(st.none(), st.integers(0, 12)))
    outcome = p_median(case.cost, case.demand, case.p, unreached=unreached, rules=case.rules, limits=LIMITS)
    worst = np.inf if unreached is None else unreached
    right = best(case, lambda opened: travel(case, opened, worst), min, [case.p])
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right)
        assert outcome.bound == pytest.approx(right)


def town(n=120, m=40, seed=3):
    rng = np.random.default_rng(seed)
    people, places = rng.random((n, 2)) * 10, rng.random((m, 2)) * 10
    return np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)), rng.integers(1, 50, n).astype(float)


def test_order_and_units_do_not_matter_and_more_outlets_never_hurt():
    cost, demand = town()
    base = p_median(cost, demand, 5, limits=LIMITS)
    order = np.random.default_rng(0).permutation(40)
    assert p_median(cost[:, order], demand, 5, limits=LIMITS).objective == pytest.approx(base.objective)
    for unit in (1e-8, 1e8):
        scaled = p_median(cost * unit, demand * unit, 5, limits=LIMITS)
        assert scaled.status == "optimal"
        assert scaled.objective == pytest.approx(base.objective * unit**2)
    prices = [p_median(cost, demand, p, limits=LIMITS).objective for p in range(1, 8)]
    assert prices == sorted(prices, reverse=True)
    assert p_median(cost, demand, 40, limits=LIMITS).objective == pytest.approx(float((demand * cost.min(1)).sum()))


def test_demand_on_a_candidate_is_served_at_no_cost():
    """The usual nearest-neighbour p-median loses explicit zeros; the pair at distance 0 must count."""
    cost = np.array([[0.0, 7.0], [7.0, 0.0], [1.0, 5.0]])
    kept = sparse.csr_array((cost.ravel(), (np.repeat([0, 1, 2], 2), np.tile([0, 1], 3))), shape=(3, 2))
    assert kept.nnz == 6
    for given_cost in (cost, kept, sparse.csr_matrix(kept)):
        outcome = p_median(given_cost, [5.0, 4.0, 1.0], 2, limits=LIMITS)
        assert outcome.objective == 1.0
        assert outcome.solution.assigned.tolist() == [0, 1, 0]


def test_a_point_of_no_demand_needs_no_outlet():
    cost = np.array([[1.0, 2.0], [np.inf, np.inf]])
    assert p_median(cost, [3.0, 0.0], 1, limits=LIMITS).objective == 3.0
    assert p_median(cost, [3.0, 1.0], 1, limits=LIMITS).status == "infeasible"
    free = p_median(cost, [3.0, 1.0], 1, unreached=10.0, limits=LIMITS)
    assert free.objective == 13.0
    assert free.solution.assigned.tolist() == [0, -1]


def test_too_large_for_the_exact_model_is_told_and_bounded(monkeypatch):
    monkeypatch.setattr(median, "MOST_MODEL_ENTRIES", 10)
    rng = np.random.default_rng(1)
    cost = rng.random((60, 30))
    outcome = p_median(cost, np.ones(60), 4, limits=LIMITS)
    assert outcome.status == "feasible"
    assert outcome.stopped_by == "work"
    assert outcome.bound < outcome.objective
    assert "was not tried; the bound is from Lagrangian relaxation" in outcome.reasons[0]


def test_out_of_time_still_has_a_plan_and_a_bound():
    rng = np.random.default_rng(2)
    cost = rng.random((400, 120))
    outcome = p_median(cost, rng.integers(1, 9, 400), 10, limits=Limits(seconds=0.2, workers=1))
    assert outcome.status == "feasible"
    assert outcome.stopped_by == "time"
    assert 0 < outcome.bound < outcome.objective


@pytest.mark.parametrize("unreached", [-1.0, np.nan, np.inf])
def test_a_wrong_price_for_the_unreached_is_refused(unreached):
    with pytest.raises(InputError, match="unreached is"):
        p_median(np.ones((2, 2)), [1, 1], 1, unreached=unreached)


def test_a_locked_outlet_stays_however_bad():
    cost, demand = town()
    free = p_median(cost, demand, 3, limits=LIMITS)
    far = int(np.argmax(cost.sum(axis=0)))
    locked = p_median(cost, demand, 3, rules=SiteRules(locked_open=[far]), limits=LIMITS)
    assert far in locked.solution.opened
    assert locked.objective >= free.objective


@pytest.mark.shared
@pytest.mark.parametrize("number", range(1, 6))
def test_the_published_optima_of_the_or_library(shared, number):
    """pmed1–5 (Beasley, 1985): the last cost of a repeated edge counts."""
    numbers = [int(word) for word in (shared / "pmed" / f"pmed{number}.txt").read_text().split()]
    n, edges, p = numbers[:3]
    graph = np.zeros((n, n))
    for i, j, cost in np.array(numbers[3 : 3 + 3 * edges]).reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    optimum = [5819, 4093, 4250, 3034, 1355][number - 1]
    outcome = p_median(shortest_path(graph, directed=False), np.ones(n), p, limits=LIMITS)
    assert (outcome.status, outcome.objective) == ("optimal", optimum)
