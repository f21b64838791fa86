"""Fewest outlets for a share of the market: against brute force, infeasible, out of time."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, fewest_for_share, max_capture

LIMITS = Limits(seconds=20, workers=1)


def won(pull, rivals, demand, opened):
    own = pull[:, list(opened)].sum(axis=1)
    return float((demand * own / (own + rivals)).sum())


def test_two_of_three_win_two_fifths():
    outcome = fewest_for_share(np.eye(3), [1.0, 1.0, 1.0], [6.0, 3.0, 1.0], 0.4, limits=LIMITS)
    assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", 2.0, 2.0)
    assert outcome.solution.opened.tolist() == [0, 1]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_no_set_wins_the_share_with_fewer(a_case, best, data):
    case = data.draw(a_case())
    case.cost[np.isinf(case.cost)] = 0.0
    n, m = case.cost.shape
    rivals, share = np.linspace(0.5, 3.0, n), data.draw(st.floats(0.05, 0.95))
    target = share * case.demand.sum()
    outcome = fewest_for_share(case.cost, rivals, case.demand, share, rules=case.rules, limits=LIMITS)

    def count(opened):
        wins = won(case.cost, rivals, case.demand, opened) >= target * (1 - 1e-9)
        return len(opened) if wins else np.inf

    right = best(case, count, min, range(1, m + 1))
    if right is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
    else:
        assert (outcome.status, outcome.objective) == ("optimal", right)
        assert won(case.cost, rivals, case.demand, outcome.solution.opened) >= target * (1 - 1e-8)


def test_it_is_the_inverse_of_max_capture():
    rng = np.random.default_rng(3)
    people, places = rng.random((200, 2)) * 10, rng.random((30, 2)) * 10
    walk = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1))
    pull, rivals, demand = np.maximum(walk, 0.2) ** -2.0, rng.random(200) + 0.5, rng.integers(1, 50, 200).astype(float)
    for p in (2, 5):
        most = max_capture(pull, rivals, demand, p, limits=LIMITS).objective / demand.sum()
        assert fewest_for_share(pull, rivals, demand, most * 0.9999, limits=LIMITS).objective == p
        assert fewest_for_share(pull, rivals, demand, most * 1.0001, limits=LIMITS).objective == p + 1


def test_out_of_time_has_a_plan_and_a_bound():
    rng = np.random.default_rng(0)
    pull, demand = rng.random((2000, 200)) ** 8, rng.random(2000)
    outcome = fewest_for_share(pull, np.full(2000, 2.0), demand, 0.6, limits=Limits(work=2, workers=1))
    assert outcome.status == "feasible"
    assert 1 <= outcome.bound < outcome.objective == len(outcome.solution.opened)
    assert won(pull, 2.0, demand, outcome.solution.opened) >= 0.6 * demand.sum()
    assert outcome.stopped_by == "work"


@pytest.mark.parametrize("share", [0.0, 1.5, -1.0, np.nan])
def test_a_share_is_above_nothing_and_at_most_all(share):
    with pytest.raises(InputError, match="share is"):
        fewest_for_share(np.eye(2), [1.0, 1.0], [1.0, 1.0], share, rules=SiteRules())


def test_all_demand_is_never_won():
    outcome = fewest_for_share(np.eye(2), [1.0, 1.0], [1.0, 1.0], 1.0, limits=LIMITS)
    assert outcome.status == "infeasible"
    assert "no set that the rules allow wins the share" in outcome.reasons
    sets = itertools.chain.from_iterable(itertools.combinations(range(2), k) for k in range(3))
    assert all(won(np.eye(2), 1.0, np.ones(2), opened) < 2 for opened in sets)
