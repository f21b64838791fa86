"""Alternatives and the frontier: each set against all sets."""

import itertools

import numpy as np
import pytest

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, best_sets, max_cover, trace_frontier

LIMITS = Limits(seconds=20, workers=1)
RNG = np.random.default_rng(8)
COST = np.hypot(*(RNG.random((40, 1, 2)) - RNG.random((1, 9, 2))).transpose(2, 0, 1))
DEMAND = RNG.integers(1, 30, 40).astype(float)


def covered(opened):
    return DEMAND[(COST[:, list(opened)] <= 0.25).any(axis=1)].sum()


def solve(rules, p=3):
    return max_cover(COST, DEMAND, p, 0.25, rules=rules, limits=LIMITS)


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
        trace_frontier(lambda p, start: solve(SiteRules(), p), [2, 2])
    with pytest.raises(InputError, match="differ is 0"):
        best_sets(solve, SiteRules(), count=2, differ=0)


def test_no_plan_has_no_alternatives():
    assert best_sets(solve, SiteRules(locked_shut=range(7)), count=3) == ()
