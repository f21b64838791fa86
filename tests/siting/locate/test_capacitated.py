"""Models with greatest and least loads: against brute force over sets, each priced by a linear program of its own."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, fixed_charge, max_capture, max_cover, p_center, p_dispersion, p_median, set_cover

LIMITS = Limits(seconds=60, workers=1)


def flow_price(cost, load, room, least, unserved=None):
    """Price of the cheapest flow to the columns of ``cost`` or, where it has a price, to nobody; inf where none."""
    n, k = cost.shape
    out = np.full((n, 1), np.inf) if unserved is None else np.asarray(unserved, float)[:, None]
    wide = np.hstack([cost, out])
    usable = np.isfinite(wide)
    each = np.kron(np.eye(n), np.ones(k + 1))
    used = np.hstack([np.hstack([np.eye(k) * d, np.zeros((k, 1))]) for d in load])
    finite = np.isfinite(room)
    found = linprog(
        np.where(usable, wide, 0.0).ravel(),
        A_eq=each, b_eq=np.ones(n), A_ub=np.vstack([used[finite], -used]), b_ub=np.append(room[finite], -least),
        bounds=[(0, 1 if ok else 0) for ok in usable.ravel()],
    )  # fmt: skip
    return found.fun if found.status == 0 else np.inf


@st.composite
def loads(draw, m, top=12):
    """Capacities, some infinite, and least loads not above them."""
    room = np.array(draw(st.lists(st.sampled_from([2.0, 4.0, 7.0, float(top), np.inf]), min_size=m, max_size=m)))
    least = np.array(draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 3.0]), min_size=m, max_size=m)))
    return room, np.minimum(least, room)


def with_loads(rules, room, least):
    return SiteRules(**{**{name: getattr(rules, name) for name in rules.__dataclass_fields__},
                        "capacity": room, "least_load": least})  # fmt: skip


def agrees(outcome, right):
    if right is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
        return
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(right, abs=1e-7)
    assert outcome.bound == outcome.objective


def keeps_loads(outcome, load, room, least):
    """The flow serves from open outlets within their loads."""
    if outcome.solution is None:
        return
    used = np.asarray(outcome.solution.flow.T @ load).ravel()
    opened = outcome.solution.opened
    assert (used <= room * (1 + 1e-9) + 1e-9).all()
    assert (used[opened] >= least[opened] - 1e-9).all()
    assert not np.delete(used, opened).any()


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_fixed_charge_with_loads_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    room, least = data.draw(loads(m))
    charge = np.array(data.draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), float)
    closing = np.zeros(m) if case.rules.closing_cost is None else np.array(case.rules.closing_cost, float)

    def price(opened):
        shut = [j for j in range(m) if j not in opened]
        picked = list(opened)
        travel = flow_price(case.cost[:, picked], case.demand, room[picked], least[picked])
        return charge[picked].sum() + closing[shut].sum() + travel

    outcome = fixed_charge(case.cost, case.demand, charge, rules=with_loads(case.rules, room, least), limits=LIMITS)
    agrees(outcome, best(case, price, min, range(m + 1)))
    if np.isfinite(room).any() or least.any():
        keeps_loads(outcome, case.demand, room, least)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_p_median_with_loads_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    room, least = data.draw(loads(case.cost.shape[1]))
    unreached = data.draw(st.sampled_from([None, 4.0, 20.0]))
    asks = case.demand > 0
    out = None if unreached is None else unreached * case.demand[asks]

    def price(opened):
        picked = list(opened)
        cost = case.cost[asks][:, picked] * case.demand[asks][:, None]
        return flow_price(cost, case.demand[asks], room[picked], least[picked], out) if asks.any() else 0.0

    if not asks.any():
        return
    outcome = p_median(
        case.cost, case.demand, case.p, unreached=unreached, rules=with_loads(case.rules, room, least), limits=LIMITS
    )
    agrees(outcome, best(case, price, min, [case.p]))
    if np.isfinite(room).any() or least.any():
        keeps_loads(outcome, case.demand, room, least)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_max_cover_with_loads_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    room, least = data.draw(loads(case.cost.shape[1]))
    radius = data.draw(st.integers(0, 9))

    def price(opened):
        picked = list(opened)
        near = np.where(case.cost[:, picked] <= radius, 0.0, np.inf)
        return case.demand.sum() - flow_price(near, case.demand, room[picked], least[picked], case.demand)

    outcome = max_cover(
        case.cost, case.demand, case.p, radius, rules=with_loads(case.rules, room, least), limits=LIMITS
    )
    agrees(outcome, best(case, price, max, [case.p]))
    keeps_loads(outcome, case.demand, room, least)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_set_cover_with_loads_is_the_smallest_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    room, least = data.draw(loads(m))
    radius, backup = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 2))

    def price(opened):
        near = np.where(case.cost[:, list(opened)] <= radius, 0.0, np.inf)
        if (np.isfinite(near).sum(axis=1) < backup).any():
            return np.inf
        return len(opened) + flow_price(near, case.demand, room[list(opened)], least[list(opened)])

    rules = with_loads(case.rules, room, least)
    outcome = set_cover(case.cost, radius, demand=case.demand, backup=backup, rules=rules, limits=LIMITS)
    agrees(outcome, best(case, price, min, range(1, m + 1)))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_p_center_with_loads_is_the_best_of_all_sets(a_case, best, data):
    case = data.draw(a_case())
    room, least = data.draw(loads(case.cost.shape[1]))

    def price(opened):
        cost = case.cost[:, list(opened)]
        for radius in np.unique(cost[np.isfinite(cost)]):
            near = np.where(cost <= radius, 0.0, np.inf)
            if np.isfinite(flow_price(near, case.demand, room[list(opened)], least[list(opened)])):
                return radius
        return np.inf

    outcome = p_center(case.cost, case.p, demand=case.demand, rules=with_loads(case.rules, room, least), limits=LIMITS)
    agrees(outcome, best(case, price, min, [case.p]))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_single_source_with_loads_is_the_best_of_all_assignments(data):
    n, m = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    row = st.lists(st.integers(0, 9), min_size=m, max_size=m)
    cost = np.array(data.draw(st.lists(row, min_size=n, max_size=n)), float)
    unit = data.draw(st.sampled_from([1.0, 0.3]))
    load = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), float) * unit
    charge = np.array(data.draw(row), float)
    room, least = data.draw(loads(m))
    room, least = room * unit, least * unit
    prices = []
    for who in itertools.product(range(m), repeat=n):
        used, opened = np.bincount(who, load, m), sorted(set(who))
        if (used <= room * (1 + 1e-12)).all() and (used[opened] >= least[opened] * (1 - 1e-12)).all():
            prices.append(charge[opened].sum() + sum(cost[i, j] for i, j in enumerate(who)))
    rules = SiteRules(capacity=room, least_load=least)
    outcome = fixed_charge(cost, load, charge, single_source=True, rules=rules, limits=LIMITS)
    if np.isfinite(room).any() or least.any():
        agrees(outcome, min(prices) if prices else None)


def test_a_least_load_closes_what_would_stand_empty():
    """Each of two outlets is nearest to one of two people; with a least load of two, one serves both."""
    cost = np.array([[0.0, 3.0], [4.0, 0.0]])
    outcome = fixed_charge(cost, [1, 1], [1.0, 1.0], rules=SiteRules(least_load=[2.0, 2.0]), limits=LIMITS)
    assert (outcome.solution.opened.tolist(), outcome.objective) == ([1], 4.0)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (SiteRules(capacity=[1.0]), "capacity has"),
        (SiteRules(capacity=[1.0, -1.0]), r"capacity\[1\] is -1"),
        (SiteRules(capacity=[1.0, 5.0], least_load=[2.0, 0.0]), r"least_load\[0\] is 2; expected at most the capacity"),
    ],
)
def test_bad_loads_are_refused(rules, message):
    with pytest.raises(InputError, match=message):
        fixed_charge(np.ones((2, 2)), [1.0, 1.0], [1.0, 1.0], rules=rules)


def test_demand_is_asked_for_where_a_model_has_none():
    with pytest.raises(InputError, match="demand is missing"):
        set_cover(np.ones((2, 2)), 1.0, rules=SiteRules(capacity=[1.0, 1.0]))


def test_loads_without_a_meaning_are_refused():
    rules = SiteRules(capacity=[1.0, 1.0])
    with pytest.raises(InputError, match="no meaning in max_capture"):
        max_capture(np.ones((2, 2)), [1.0, 1.0], [1.0, 1.0], 1, rules=rules)
    with pytest.raises(InputError, match="no meaning in p_dispersion"):
        p_dispersion(np.ones((2, 2)), 2, rules=rules)
    with pytest.raises(InputError, match="week_share is given where rules limit loads"):
        max_cover(np.ones((2, 2)), [1.0, 1.0], 1, 1.0, week_share=[0.5, 0.5], rules=rules)


def test_capacities_without_a_limit_are_none():
    cost = np.random.default_rng(0).random((6, 4))
    ones, free = np.ones(6), SiteRules(capacity=np.full(4, np.inf))
    for capped, plain in (
        (max_cover(cost, ones, 2, 0.4, rules=free), max_cover(cost, ones, 2, 0.4)),
        (p_median(cost, ones, 2, unreached=0.3, rules=free), p_median(cost, ones, 2, unreached=0.3)),
        (p_center(cost, 2, demand=ones, rules=free), p_center(cost, 2)),
        (set_cover(cost, 0.7, demand=ones, rules=free), set_cover(cost, 0.7)),
    ):
        assert (capped.status, capped.objective) == ("optimal", pytest.approx(plain.objective))
        assert plain.status == "optimal"


def test_a_capacity_that_is_no_number_is_refused():
    with pytest.raises(InputError, match=r"capacity\[1\] is nan; expected a finite number"):
        p_median(np.ones((2, 2)), [1.0, 1.0], 1, rules=SiteRules(capacity=[np.inf, np.nan]))
