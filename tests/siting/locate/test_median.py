"""The p-median: against brute force, published optima, and the defects of the usual library."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, p_median
from siting.locate.median import coarse as median_coarse
from siting.locate.median import plans as median_plans
from siting.locate.median import solve as median_solve
from siting.locate.median import tree as median_tree
from siting.locate.median.near import Source, empty_rows, fill_rows, nearest_of
from siting.locate.median.tree import Node, Problem, Tree
from siting.locate.problem.plan import NO_RULES
from siting.locate.problem.rules import site_rows
from siting.locate.problem.sides import sides_of

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


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_joined_first_the_answer_is_the_same(a_case, best, data):
    """As for a large problem: a plan and multipliers come from demand points joined by their nearest candidate."""
    case = data.draw(a_case())
    unreached = data.draw(st.one_of(st.none(), st.integers(0, 12)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(median_solve, "MANY", 0)
        patch.setattr(median_coarse, "LEAST_JOINED", 0)
        outcome = p_median(case.cost, case.demand, case.p, unreached=unreached, rules=case.rules, limits=LIMITS)
    worst = np.inf if unreached is None else unreached
    right = best(case, lambda opened: travel(case, opened, worst), min, [case.p])
    assert outcome.status == ("infeasible" if right is None else "optimal")
    if right is not None:
        assert outcome.objective == pytest.approx(right)


def test_a_joined_problem_prices_sets_as_the_whole():
    rng = np.random.default_rng(5)
    cost, limit = rng.random((60, 8)), np.full(60, 0.8)
    near = windows_of(cost, limit)
    whole, cell = median_coarse.joined(near, 8)
    assert len(whole.limit) == len(np.unique(np.where(cost.min(axis=1) < 0.8, cost.argmin(axis=1), -1)))
    for j in range(8):
        is_open = np.arange(8) == j
        assert median_tree.price_at_least(whole, is_open) == pytest.approx(np.minimum(cost[:, j], 0.8).sum())
    values = rng.random(len(whole.limit))
    spread = median_coarse.spread(values, cell, np.arange(1.0, 61.0))
    assert np.bincount(cell, spread) == pytest.approx(values)


def windows_of(cost, limit):
    n, m = cost.shape
    start, candidate = np.arange(0, n * m + 1, m), np.tile(np.arange(m, dtype=np.int32), n)
    source = Source(start, candidate, cost.ravel(), np.ones(m, dtype=bool), np.arange(n), np.ones(n), limit)
    rows = empty_rows(source, m)
    fill_rows(source, m, rows, 0, n)
    return nearest_of(rows, m)


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


def test_rules_are_proved_by_branching_and_by_the_small_model_alike(monkeypatch):
    cost = np.random.default_rng(1).random((60, 30))
    plain = p_median(cost, np.ones(60), 4, limits=LIMITS)
    pair = (int(plain.solution.opened[0]), int(plain.solution.opened[1]))
    prices = []
    for nodes, entries in ((0, 100_000), (10**9, 0)):
        monkeypatch.setattr(median_solve, "NODES_BEFORE_MODEL", nodes)
        monkeypatch.setattr(median_solve, "MOST_MODEL_PAIRS", entries)
        outcome = p_median(cost, np.ones(60), 4, rules=SiteRules(forbidden_pairs=[pair]), limits=LIMITS)
        assert outcome.status == "optimal"
        assert not set(pair) <= set(outcome.solution.opened.tolist())
        prices.append(outcome.objective)
    assert prices[0] == pytest.approx(prices[1])
    assert prices[0] > plain.objective


def windows(cost, weight, limit, keep, usable=None):
    """The windows of a dense matrix."""
    n, m = cost.shape
    usable = np.ones(m, dtype=bool) if usable is None else usable
    candidate = np.tile(np.arange(m, dtype=np.int32), n)
    source = Source(np.arange(0, n * m + 1, m), candidate, cost.ravel(), usable, np.arange(n), weight, limit.copy())
    rows = empty_rows(source, keep)
    fill_rows(source, keep, rows, 0, n)
    return nearest_of(rows, m)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([0.0, 3.0, np.inf]))
def test_branching_alone_finds_and_proves_the_best_set(seed, p, unreached):
    """From multipliers of 0 and the worst of plans, so that nothing but the tree can do it."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 9)), 7
    cost = rng.integers(0, 10, (n, m)).astype(float)
    limit = np.full(n, 1.0 + 2.0 * cost.sum() if np.isinf(unreached) else unreached)
    near = windows(cost, np.ones(n), limit, m)
    prices = {
        opened: float(np.minimum(cost[:, opened].min(axis=1), limit).sum())
        for opened in itertools.combinations(range(m), p)
    }
    best = [max(prices.values()) + 1.0]
    nothing = np.empty(0, dtype=np.int64)
    problem = Problem(near, sides_of(site_rows(NO_RULES, m, p)), m, p, np.zeros(m))
    tree = Tree(problem, [Node(-np.inf, 0, nothing, np.arange(m), (), np.zeros(n), np.zeros(0))])

    def offer(opened):
        best[0] = min(best[0], prices[tuple(opened.tolist())])

    bounds = []
    while tree.nodes:
        tree.advance(best[0] - 1e-6, offer, lambda: True)
        bounds.append(tree.bound)
        assert min(tree.bound, best[0]) <= min(prices.values()) + 1e-6
    assert best[0] == pytest.approx(min(prices.values()))
    assert bounds == sorted(bounds)


def test_too_few_outlets_to_reach_everyone_is_proved_infeasible():
    """Three villages in a row that reach only themselves, and two outlets."""
    cost = np.where(np.eye(3, dtype=bool), 0.0, np.inf)
    outcome = p_median(cost, np.ones(3), 2, limits=LIMITS)
    assert (outcome.status, outcome.reasons) == ("infeasible", ("no 2 outlets reach all demand",))


def test_many_waiting_nodes_change_the_order_and_not_the_answer(monkeypatch):
    rng = np.random.default_rng(5)
    cost, weight = rng.random((90, 40)), rng.integers(1, 9, 90)
    usual = p_median(cost, weight, 8, limits=LIMITS)
    monkeypatch.setattr(median_tree, "MOST_HELD", 0)
    deep = p_median(cost, weight, 8, limits=LIMITS)
    assert (usual.status, deep.status) == ("optimal", "optimal")
    assert deep.objective == pytest.approx(usual.objective)


def test_out_of_time_still_has_a_plan_and_a_bound():
    rng = np.random.default_rng(2)
    cost = rng.random((400, 120))
    outcome = p_median(cost, rng.integers(1, 9, 400), 10, limits=Limits(seconds=0.2, workers=1))
    assert outcome.status == "feasible"
    assert outcome.stopped_by == "time"
    assert 0 < outcome.bound < outcome.objective


def test_the_clock_ends_the_first_slice_and_a_plan_and_a_bound_stand(monkeypatch):
    cost = np.random.default_rng(2).random((300, 60)) + 1.0
    best = p_median(cost, np.ones(300), 10, limits=LIMITS)
    monkeypatch.setattr(median_plans, "SLICE", 1.0)
    monkeypatch.setattr(median_solve.MedianSolve, "may_go_on", lambda solve: False)
    outcome = p_median(cost, np.ones(300), 10, limits=LIMITS)
    assert outcome.status == "feasible"
    assert 0 < outcome.bound < best.objective <= outcome.objective


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
@pytest.mark.parametrize("number", [*range(1, 6), 12, 16])
def test_the_published_optima_of_the_or_library(shared, number):
    """Beasley (1985): the last cost of a repeated edge counts."""
    numbers = [int(word) for word in (shared / "pmed" / f"pmed{number}.txt").read_text().split()]
    n, edges, p = numbers[:3]
    graph = np.zeros((n, n))
    for i, j, cost in np.array(numbers[3 : 3 + 3 * edges]).reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    optimum = {1: 5819, 2: 4093, 3: 4250, 4: 3034, 5: 1355, 12: 6634, 16: 8162}[number]
    outcome = p_median(shortest_path(graph, directed=False), np.ones(n), p, limits=LIMITS)
    assert (outcome.status, outcome.objective) == ("optimal", optimum)
