"""Alternatives and the frontier: each set against all sets."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate import SiteRules, best_sets, max_cover, p_median, trace_budgets, trace_frontier, vary
from siting.locate.around.frontier import bounded_by

LIMITS = Limits(seconds=20, workers=1)
RNG = np.random.default_rng(8)
COST = np.hypot(*(RNG.random((40, 1, 2)) - RNG.random((1, 9, 2))).transpose(2, 0, 1))
DEMAND = RNG.integers(1, 30, 40).astype(float)


def covered(opened):
    return DEMAND[(COST[:, list(opened)] <= 0.25).any(axis=1)].sum()


def solve(rules, start=None, p=3):
    return max_cover(COST, DEMAND, p, 0.25, rules=rules, limits=LIMITS, start=start)


@pytest.mark.parametrize("differ", [1, 2, 3])
def test_each_alternative_is_the_best_that_differs_enough(differ):
    found = best_sets(solve, SiteRules(), count=4, differ=differ)
    earlier = []
    for outcome in found:
        rest = [
            covered(s)
            for s in itertools.combinations(range(9), 3)
            if all(len(set(s) & set(plan)) <= 3 - differ for plan in earlier)
        ]
        assert outcome.status == "optimal"
        assert outcome.objective == max(rest)
        earlier.append(outcome.solution.opened.tolist())
    assert len(found) == (3 if differ == 3 else 4)


def test_the_frontier_is_the_best_for_every_number_and_never_falls():
    seen = []

    def point(p, start):
        seen.append(None if start is None else start.tolist())
        return max_cover(COST, DEMAND, p, 0.25, limits=LIMITS, start=start)

    points = trace_frontier(point, range(1, 6))
    assert [point.p for point in points] == [1, 2, 3, 4, 5]
    for found in points:
        assert found.outcome.objective == max(covered(s) for s in itertools.combinations(range(9), found.p))
    assert seen[0] is None
    assert seen[1] == points[0].outcome.solution.opened.tolist()


def test_wrong_numbers_are_refused():
    with pytest.raises(InputError, match="expected ascending numbers"):
        trace_frontier(lambda p, start: solve(SiteRules(), start, p), [2, 2])
    with pytest.raises(InputError, match="differ is 0"):
        best_sets(solve, SiteRules(), count=2, differ=0)


def test_no_plan_has_no_alternatives():
    assert best_sets(solve, SiteRules(locked_shut=range(7)), count=3) == ()


def test_the_next_set_begins_with_what_the_last_one_serves_most():
    starts = []

    def seen(rules, start):
        starts.append(None if start is None else start.tolist())
        return solve(rules, start)

    first, second = best_sets(seen, SiteRules(locked_open=[2]), count=2, differ=1)
    served = np.bincount(first.solution.assigned[first.solution.assigned >= 0], minlength=9)
    free = [j for j in first.solution.opened.tolist() if j != 2]
    left_out = min(free, key=lambda j: (served[j], -j))
    assert starts == [None, [j for j in first.solution.opened.tolist() if j != left_out]]
    assert second.bound <= first.bound


def outcome_of(objective, bound):
    status = "optimal" if objective == bound else "feasible"
    return Outcome(status=status, solution=None, objective=objective, bound=bound, seconds=0.0, stopped_by="work")


def test_a_bound_carries_over_from_the_wider_problem():
    loose, wider = outcome_of(10.0, 15.0), outcome_of(12.0, 13.0)
    assert bounded_by(loose, wider).bound == 13.0
    assert bounded_by(outcome_of(10.0, 11.0), wider).bound == 11.0
    assert bounded_by(outcome_of(10.0, 5.0), outcome_of(8.0, 7.0)).bound == 7.0
    proved = bounded_by(loose, outcome_of(10.0, 10.0))
    assert (proved.status, proved.bound, proved.stopped_by) == ("optimal", 10.0, "proof")
    with pytest.raises(RuntimeError, match=r"passes the bound 9\.0 of a wider problem"):
        bounded_by(loose, outcome_of(9.0, 9.0))


def test_the_frontier_over_money_is_the_best_for_every_budget():
    price = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0])
    rules = SiteRules(opening_cost=price)

    def point(budget, start):
        return p_median(COST, DEMAND, 3, rules=replace(rules, budget=budget), limits=LIMITS, start=start)

    points = trace_budgets(point, [5.0, 8.0, 12.0])
    for found in points:
        walks = [
            (DEMAND * COST[:, list(s)].min(axis=1)).sum()
            for s in itertools.combinations(range(9), 3)
            if price[list(s)].sum() <= found.budget
        ]
        assert found.outcome.objective == pytest.approx(min(walks))
    assert [found.p for found in points] == [3, 3, 3]
    with pytest.raises(InputError, match="expected ascending budgets"):
        trace_budgets(point, [5.0, 5.0])


def cover_at(factor, opened):
    near = (COST[:, list(opened)] <= 0.25).any(axis=1)
    return float((DEMAND * factor)[near].sum())


def test_stability_is_what_every_draw_says():
    def again(factor, start):
        return max_cover(COST, DEMAND * factor, 3, 0.25, limits=LIMITS, start=start)

    plan = solve(SiteRules()).solution.opened
    found = vary(again, cover_at, plan, size=40, m=9, change=0.4, draws=12, seed=3)
    factors = np.random.default_rng(3).uniform(0.6, 1.4, (12, 40))
    all_sets = list(itertools.combinations(range(9), 3))
    best = [max(all_sets, key=lambda s: cover_at(factor, s)) for factor in factors]
    worth = np.array([cover_at(factor, s) for factor, s in zip(factors, best, strict=True)])
    lost = worth - [cover_at(factor, plan) for factor in factors]
    assert found.share_open.tolist() == [sum(j in s for s in best) / 12 for j in range(9)]
    np.testing.assert_allclose(found.regret, lost / worth, atol=1e-12)
    np.testing.assert_allclose(found.regret_bound, lost / worth, atol=1e-12)
    assert 0 < found.share_open[plan].min() < 1
    assert found.draws == 12
    same = vary(again, cover_at, plan, size=40, m=9, change=0.4, draws=12, seed=3)
    assert np.array_equal(same.regret, found.regret)


def test_wrong_draws_are_refused():
    with pytest.raises(InputError, match=r"change is 1\.0"):
        vary(lambda factor, start: solve(SiteRules()), cover_at, [0], size=40, m=9, change=1.0)
