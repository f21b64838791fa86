"""The p-median's compiled kernels against NumPy and against all sets."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate import Quota, SiteRules
from siting.locate.median.choice import Choice, choose_sites
from siting.locate.median.interchange import TOTAL, add_greedily, improve_plan, plan_of
from siting.locate.median.lagrangian import BEST, begin, begin_settling, climb, fix_sites, relaxed, settle
from siting.locate.median.near import Source, empty_rows, fill_rows, nearest_of
from siting.locate.problem.plan import NO_RULES
from siting.locate.problem.rules import site_rows
from siting.locate.problem.sides import sides_of


def windows(cost, limit, keep):
    n, m = cost.shape
    candidate = np.tile(np.arange(m, dtype=np.int32), n)
    start = np.arange(0, n * m + 1, m)
    source = Source(start, candidate, cost.ravel(), np.ones(m, dtype=bool), np.arange(n), np.ones(n), limit)
    rows = empty_rows(source, keep)
    fill_rows(source, keep, rows, 0, n)
    return nearest_of(rows, m)


def drawn(seed, n=9, m=7):
    rng = np.random.default_rng(seed)
    return rng, rng.integers(0, 20, (n, m)).astype(float)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_a_window_has_the_nearest_and_says_what_the_rest_costs_at_least(seed, keep):
    _, cost = drawn(seed)
    near = windows(cost, np.full(9, 15.0), keep)
    for i, row in enumerate(cost):
        held = slice(near.start[i], near.start[i + 1])
        assert near.cost[held].tolist() == sorted(near.cost[held])
        assert (row[near.candidate[held]] == near.cost[held]).all()
        left_out = np.setdiff1d(np.arange(7), near.candidate[held])
        assert (row[left_out] >= near.limit[i]).all()
    for j in range(7):
        held = slice(near.by_start[j], near.by_start[j + 1])
        assert (cost[near.by_point[held], j] == near.by_cost[held]).all()
    assert len(near.by_cost) == len(near.cost)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_the_chosen_set_is_the_cheapest_with_one_of_every_group(seed, p):
    rng = np.random.default_rng(seed)
    prices, group = rng.integers(-9, 5, 7).astype(float), rng.integers(-1, 2, 7)
    lower, upper = np.zeros(7), np.ones(7)
    lower[rng.integers(0, 7)] = 1.0
    upper[rng.integers(0, 7)] = 0.0
    upper[lower == 1.0] = 1.0
    chosen = np.zeros(7, dtype=bool)
    price = choose_sites(prices, Choice(lower, upper, group, 2, p), chosen)
    right = np.inf
    for size in [p] if p else range(8):
        for opened in itertools.combinations(range(7), size):
            y = np.isin(np.arange(7), opened)
            if (y >= lower).all() and (y <= upper).all() and set(group[y]) >= {0, 1}:
                right = min(right, prices[y].sum())
    assert price == right
    if np.isfinite(right):
        assert prices[chosen].sum() == right


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 3]), st.integers(3, 7))
def test_bounds_and_locks_hold_for_every_set_that_rules_and_groups_allow(seed, p, keep):
    rng, cost = drawn(seed)
    limit = np.full(9, 17.0)
    group = rng.integers(-1, 2, 7)
    money = rng.integers(1, 5, 7).astype(float)
    rules = SiteRules(opening_cost=money, budget=9.0, quota=(Quota([0, 1, 2], 0, 1),))
    rows = site_rows(rules, 7, p or None)
    prices = {}
    for size in [p] if p else range(8):
        for opened in itertools.combinations(range(7), size):
            y = np.isin(np.arange(7), opened)
            if money[y].sum() <= 9.0 and y[:3].sum() <= 1 and set(group[y]) >= {0, 1}:
                prices[opened] = float(np.minimum(limit, cost[:, y].min(axis=1, initial=17.0)).sum())
    if not prices:
        return
    best = min(prices.values())
    near, sides = windows(cost, limit, keep), sides_of(rows)
    whole = relaxed(near, sides, Choice(np.zeros(7), np.ones(7), group, 2, p))
    known = begin(rng.random(9) * near.limit, np.zeros(len(sides.low)), 7)
    climb(whole, known, best + 5.0, 40)
    assert known.state[BEST] <= best + 1e-9
    begin_settling(whole, known)
    for _ in range(5):
        settle(whole, known, best + 5.0, 40)
        assert known.state[BEST] <= best + 1e-9
    assert (known.share >= -1e-9).all()
    lower, upper = np.zeros(7), np.ones(7)
    fix_sites(whole, known, lower, upper, best + 1.0)
    for opened, price in prices.items():
        y = np.isin(np.arange(7), opened)
        assert price >= best + 1.0 or ((y >= lower).all() and (y <= upper).all())


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_the_interchange_ends_where_no_exchange_is_better_and_knows_its_price(seed, p):
    _, cost = drawn(seed, n=12, m=9)
    limit = np.full(12, 30.0)
    near, sides = windows(cost, limit, 9), sides_of(site_rows(NO_RULES, 9, p))
    plan = plan_of(near, sides, np.zeros(9, dtype=bool), 0)
    assert add_greedily(near, sides, plan, p, np.ones(9), np.full(9, np.inf), 1e9)
    assert improve_plan(near, sides, plan, False, 1e9)
    opened = np.flatnonzero(plan.is_open)
    assert len(opened) == p
    price = cost[:, opened].min(axis=1).sum()
    assert plan.amount[TOTAL] == pytest.approx(price)
    for k in opened:
        for j in np.flatnonzero(~plan.is_open):
            other = np.append(opened[opened != k], j)
            assert cost[:, other].min(axis=1).sum() >= price - 1e-9


def test_plain_python_gives_what_the_compiled_kernel_gives():
    rng, cost = drawn(4)
    near, sides = windows(cost, np.full(9, 15.0), 5), sides_of(site_rows(NO_RULES, 7, 3))
    whole = relaxed(near, sides, Choice(np.zeros(7), np.ones(7), np.full(7, -1), 0, 3))
    value = rng.random(9) * 10
    states = []
    for move in (settle, settle.py_func):
        known = begin(value, np.zeros(0), 7)
        begin_settling(whole, known)
        move(whole, known, 100.0, 30)
        states.append(known)
    assert states[0].state[BEST] == states[1].state[BEST]
    assert (states[0].value == states[1].value).all()
