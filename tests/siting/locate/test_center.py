"""The p-center by samples of demand points: against brute force, published optima, and an enumeration of covers."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.sparse.csgraph import shortest_path

from outlet.outcome import Limits
from siting.locate import Quota, SiteRules, p_center, set_cover
from siting.locate.everyone import probe
from siting.locate.everyone import set_cover as fewest
from siting.locate.everyone.bound import first_weights, left_of, raise_bound, settled
from siting.locate.everyone.dominance import covering_of
from siting.locate.everyone.tree import FOUND, GOING, NONE, chosen_of, grow, new_tree
from siting.locate.everyone.weighing import new_weighing, weigh_on
from siting.locate.problem.pairs import read_pairs
from siting.locate.problem.rules import site_rows
from siting.locate.problem.sides import sides_of

LIMITS = Limits(seconds=20, workers=1)


def covering(table, need=1):
    return covering_of(read_pairs("cost", np.where(table, 1.0, np.inf)), need)


def verdict_of(table, k, need=1, weight=None):
    """What the tree says of k candidates, and those it found."""
    tree = new_tree(covering(table, need), k, np.ones(len(table)) if weight is None else weight, may_swap=need == 1)
    return grow(tree, 10**9), chosen_of(tree).tolist() if tree.tally[0] >= 0 else []


def test_three_in_a_row_by_hand():
    """Candidates 0 and 2 cover an end and the middle each, candidate 1 the middle alone: two are needed, 0 and 2."""
    table = np.array([[1, 0, 0], [1, 1, 1], [0, 0, 1]], dtype=bool)
    assert verdict_of(table, 1)[0] == NONE
    code, chosen = verdict_of(table, 2)
    assert (code, sorted(chosen)) == (FOUND, [0, 2])
    assert verdict_of(table, 0)[0] == NONE
    ring = np.array([[1, 1, 0, 0, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [1, 0, 0, 1, 1]], dtype=bool)
    assert grow(new_tree(covering(ring), 2, np.ones(5)), 0) == GOING


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 2))
def test_a_cover_is_found_where_there_is_one(seed, k, need):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 16)), int(rng.integers(2, 12))
    table = rng.random((n, m)) < rng.uniform(0.15, 0.7)
    exists = any(
        (table[:, list(some)].sum(axis=1) >= need).all() for some in itertools.combinations(range(m), min(k, m))
    )
    code, chosen = verdict_of(table, k, need, rng.uniform(0, 1, n))
    assert code == (FOUND if exists else NONE)
    if exists:
        assert len(set(chosen)) == len(chosen) <= k
        assert (table[:, chosen].sum(axis=1) >= need).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 2))
def test_local_search_keeps_its_books_and_the_rules(seed, k, need):
    """Scores, counts and the list of short points are what the set says, whatever the steps; locks and quota hold."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 16)), int(rng.integers(6, 12))
    cover = covering(rng.random((n, m)) < 0.5, need)
    rules = SiteRules(locked_open=[0], locked_shut=[1], quota=(Quota([2, 3, 4], 0, 1),))
    sides = sides_of(site_rows(rules, m, None))
    state = new_weighing(cover, np.array([0]), np.ones(n, dtype=np.int64), seed=1)
    found = weigh_on(cover, sides, state, k, 2000)
    fresh = new_weighing(cover, np.flatnonzero(state.is_open), state.weight, seed=1)
    assert state.score.tolist() == fresh.score.tolist()
    assert state.times.tolist() == fresh.times.tolist()
    assert sorted(state.short[: state.tally[0]].tolist()) == fresh.short[: fresh.tally[0]].tolist()
    assert found == (state.tally[0] == 0)
    assert state.is_open[0]
    assert not state.is_open[1]
    assert state.is_open[2:5].sum() <= 1
    assert state.is_open.sum() <= k


def test_weights_never_prove_too_much():
    """Whatever the weights, the proof and the candidates settled by them agree with all covers there are."""
    rng = np.random.default_rng(11)
    for _ in range(40):
        table = rng.random((12, 9)) < 0.35
        table[np.arange(12), rng.integers(0, 9, 12)] = True
        k = int(rng.integers(1, 6))
        covers = [set(some) for some in itertools.combinations(range(9), k) if table[:, list(some)].any(axis=1).all()]
        left = left_of(covering(table), np.ones(12, dtype=np.int64), np.ones(9, dtype=np.bool_))
        weight = first_weights(left, rng.random(12), k)
        proved, _ = raise_bound(left, k, weight, 50)
        if proved:
            assert covers == []
            continue
        for j, verdict in enumerate(settled(left, k, weight).tolist()):
            assert verdict != 1 or all(j in cover for cover in covers)
            assert verdict != -1 or not any(j in cover for cover in covers)


def test_order_and_sampling_do_not_matter(monkeypatch):
    """Rows and columns in any order, and few demand points at a time, give the same radius."""
    rng = np.random.default_rng(4)
    cost = np.hypot(*(rng.random((90, 1, 2)) - rng.random((1, 60, 2))).transpose(2, 0, 1))
    usual = p_center(cost, 6, limits=LIMITS)
    order, other = rng.permutation(90), rng.permutation(60)
    again = p_center(cost[order][:, other], 6, limits=LIMITS)
    monkeypatch.setattr(probe, "MOST_POINTS", 10)
    sampled = p_center(cost, 6, limits=LIMITS)
    assert (usual.status, again.status, sampled.status) == ("optimal", "optimal", "optimal")
    assert usual.objective == again.objective == sampled.objective
    radius = 0.8 * usual.objective
    assert set_cover(cost, radius, limits=LIMITS).objective == fewest_by_highs(cost, radius)


def fewest_by_highs(cost, radius):
    """The set covering model once more, given to HiGHS as it stands."""
    found = optimize.milp(
        np.ones(cost.shape[1]), integrality=1, bounds=(0, 1),
        constraints=optimize.LinearConstraint((cost <= radius).astype(float), 1.0),
    )  # fmt: skip
    return round(found.fun)


@pytest.mark.parametrize("need", [1, 2])
def test_the_fewest_agree_with_a_general_solver(need):
    rng = np.random.default_rng(7)
    cost = np.hypot(*(rng.random((150, 1, 2)) - rng.random((1, 50, 2))).transpose(2, 0, 1))
    radius = float(np.sort(cost, axis=1)[:, 3].max())
    outcome = set_cover(cost, radius, backup=need, limits=LIMITS)
    found = optimize.milp(
        np.ones(50), integrality=1, bounds=(0, 1),
        constraints=optimize.LinearConstraint((cost <= radius).astype(float), need),
    )  # fmt: skip
    assert (outcome.status, outcome.objective) == ("optimal", round(found.fun))


@pytest.mark.parametrize("need", [1, 2])
@pytest.mark.parametrize("rules", [SiteRules(), SiteRules(locked_open=[3, 7], locked_shut=[0, 1])])
def test_the_core_left_to_a_general_solver_decides_alike(monkeypatch, need, rules):
    """Dominated candidates are left out, those locked open are not, and what the core leaves is a plan and a bound."""
    monkeypatch.setattr(fewest.Probe, "ask", lambda self, near, k, most: "open")
    monkeypatch.setattr(fewest.Probe, "look", lambda self, near, k, work: False)
    rng = np.random.default_rng(9)
    cost = np.hypot(*(rng.random((60, 1, 2)) - rng.random((1, 30, 2))).transpose(2, 0, 1))
    radius = float(np.sort(cost[:, 2:], axis=1)[:, need].max())
    outcome = set_cover(cost, radius, backup=need, rules=rules, limits=LIMITS)
    lower, upper = np.zeros(30), np.ones(30)
    lower[list(rules.locked_open)], upper[list(rules.locked_shut)] = 1, 0
    found = optimize.milp(
        np.ones(30), integrality=1, bounds=optimize.Bounds(lower, upper),
        constraints=optimize.LinearConstraint((cost <= radius).astype(float), need),
    )  # fmt: skip
    assert (outcome.status, outcome.objective) == ("optimal", round(found.fun))


def test_no_number_is_asked_about_again_once_proved_too_small(monkeypatch):
    """Where the least number left open became the bound, the number below was asked about for ever."""
    asked = []

    def ask(self, near, k, most):
        asked.append((k, self.search.bound))
        return "open" if k >= 9 else "too few"

    monkeypatch.setattr(fewest, "packed", lambda start, candidate, order, m: 1)
    monkeypatch.setattr(fewest.Probe, "ask", ask)
    monkeypatch.setattr(fewest, "solve_core", lambda search, near, need: search.tighten(search.objective))
    outcome = set_cover(np.where(np.eye(12) > 0, 0.0, 9.0), 1.0, limits=Limits(seconds=5, workers=1))
    assert outcome.status == "optimal"
    assert 9 in dict(asked)
    assert all(k >= bound for k, bound in asked)


@pytest.mark.parametrize(("budget", "opened", "radius"), [(3.0, [2], 7.0), (5.0, [1, 2], 4.0), (7.0, [0, 1, 2], 2.0)])
def test_a_budget_may_stand_for_the_number_of_outlets(budget, opened, radius):
    """Outlets cost 3, 2 and 2: for 3 the middlemost opens, for 5 the two cheap ones reach all within 4, for 7 all."""
    cost = np.array([[0.0, 4.0, 6.0], [5.0, 1.0, 7.0], [9.0, 8.0, 2.0]])
    outcome = p_center(cost, None, rules=SiteRules(opening_cost=[3.0, 2.0, 2.0], budget=budget), limits=LIMITS)
    assert (outcome.status, outcome.objective) == ("optimal", radius)
    assert outcome.solution.opened.tolist() == opened


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_p_center_of_any_number_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    if case.rules.budget is None and not case.rules.quota:
        case = dataclasses.replace(case, rules=dataclasses.replace(case.rules, quota=[Quota(np.arange(m), 0, m - 1)]))
    outcome = p_center(case.cost, None, rules=case.rules, limits=LIMITS)
    right = best(case, lambda s: max(min(row[j] for j in s) for row in case.cost), min, range(1, m + 1))
    if right is None:
        assert outcome.status == "infeasible"
    else:
        assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", right, right)


def test_a_limit_on_work_gives_the_same_plan_every_time():
    rng = np.random.default_rng(42)
    cost = np.hypot(*(rng.random((1500, 1, 2)) * 100 - rng.random((1, 250, 2)) * 100).transpose(2, 0, 1))
    few, fewer = (Limits(seconds=60, workers=1, work=work) for work in (0.1, 0.05))
    for solve in (lambda: p_center(cost, 20, limits=few), lambda: set_cover(cost, 11.0, limits=fewer)):
        first, second = solve(), solve()
        assert first.stopped_by == second.stopped_by == "work"
        assert first.solution.opened.tolist() == second.solution.opened.tolist()
        assert first.bound == second.bound


@pytest.mark.shared
@pytest.mark.parametrize(("number", "optimum"), [(1, 127), (6, 84), (10, 20), (16, 47), (19, 18), (26, 38), (40, 13)])
def test_the_published_optima_of_the_or_library(shared, number, optimum):
    """Values of kcenteropt.txt; the last cost of a repeated edge counts."""
    numbers = [int(word) for word in (shared / "pmed" / f"pmed{number}.txt").read_text().split()]
    n, edges, p = numbers[:3]
    graph = np.zeros((n, n))
    for i, j, cost in np.array(numbers[3 : 3 + 3 * edges]).reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    outcome = p_center(shortest_path(graph, directed=False), p, limits=LIMITS)
    assert (outcome.status, outcome.objective) == ("optimal", optimum)
