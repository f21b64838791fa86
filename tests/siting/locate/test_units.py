"""Whatever the units of money and demand, the answer is the same."""

import numpy as np
import pytest

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import Budget, SiteRules, Spacing, fixed_charge, max_capture, max_cover, p_median, set_cover

LIMITS = Limits(seconds=20, workers=1)
UNITS = [1e-12, 1e-6, 1.0, 1e6, 1e13]


def _town():
    rng = np.random.default_rng(7)
    cost = np.rint(10 * np.linalg.norm(rng.random((30, 1, 2)) - rng.random((1, 9, 2)), axis=2))
    return cost, rng.integers(1, 9, 30).astype(float), rng.integers(1, 30, 9) / 7.0


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "solve",
    [
        lambda cost, demand, rules: p_median(cost, demand, 3, rules=rules, limits=LIMITS),
        lambda cost, demand, rules: max_cover(cost, demand, None, 3.0, rules=rules, limits=LIMITS),
        lambda cost, demand, rules: set_cover(cost, 7.0, rules=rules, limits=LIMITS),
        lambda cost, demand, rules: fixed_charge(cost, demand, np.ones(9), rules=rules, limits=LIMITS),
        lambda cost, demand, rules: fixed_charge(
            cost, demand, np.ones(9), np.full(9, 70.0), rules=rules, limits=LIMITS
        ),
        lambda cost, demand, rules: max_capture(1 / (1 + cost), np.ones(30), demand, None, rules=rules, limits=LIMITS),
    ],
)
def test_a_budget_holds_in_any_unit_of_money(solve, unit):
    cost, demand, money = _town()
    exact = float(np.sort(money)[2:5].sum())
    in_one = solve(cost, demand, SiteRules(opening_cost=money, budget=exact))
    outcome = solve(cost, demand, SiteRules(opening_cost=money * unit, budget=exact * unit))
    assert (outcome.status, outcome.objective) == (in_one.status, in_one.objective)
    assert outcome.solution is not None
    assert money[outcome.solution.opened].sum() <= exact * (1 + 1e-6)


@pytest.mark.parametrize("unit", UNITS)
def test_an_amount_to_be_met_exactly_is_met_in_any_unit(unit):
    cost, demand, money = _town()
    amount = money * unit
    total = float(amount[[1, 4, 6]].sum())
    rules = SiteRules(budgets=(Budget(amount, total, total, "staff"),))
    outcome = p_median(cost, demand, 3, rules=rules, limits=LIMITS)
    assert outcome.status == "optimal"
    assert amount[outcome.solution.opened].sum() == pytest.approx(total, rel=1e-6)


def test_a_contradiction_is_told_in_the_planners_unit():
    cost, demand, _ = _town()
    rules = SiteRules(opening_cost=np.full(9, 3e6), budget=-1.5e6)
    assert p_median(cost, demand, 3, rules=rules).reasons == (
        "money spent, less what closing everything costs can only be 0 to 2.7e+07; the rules allow at most -1.5e+06",
    )


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9, 1e15])
def test_capacities_under_rules_hold_in_any_unit_of_demand(unit):
    cost, demand, _ = _town()
    demand = demand * 10.0 ** np.tile([-6, 0, 6], 10)
    room = np.full(9, 0.6 * demand.sum())
    rules = SiteRules(locked_open=[0, 1], forbidden_pairs=[(0, 2), (1, 3)], budgets=(Budget(np.ones(9), None, 3),))
    charge = np.arange(1.0, 10.0)
    one = fixed_charge(cost, demand, charge, room, rules=rules, limits=LIMITS)
    outcome = fixed_charge(cost, demand * unit, charge, room * unit, rules=rules, limits=LIMITS)
    assert outcome.status == one.status == "optimal"
    assert outcome.objective == pytest.approx(one.objective, rel=1e-9)


@pytest.mark.parametrize("least_m", [np.nan, -1.0])
def test_a_spacing_that_is_no_distance_is_refused(least_m):
    rules = SiteRules(spacing=Spacing(np.zeros((9, 2)), least_m))
    with pytest.raises(InputError, match=r"spacing.least_m is (nan|-1); expected a distance from 0"):
        p_median(*_town()[:2], 3, rules=rules)
