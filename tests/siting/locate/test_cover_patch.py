"""Choose neighbouring outlets anew: against all sets, and within what must stay."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.outcome import Limits
from siting.locate import SiteRules, max_cover
from siting.locate.cover import solve
from siting.locate.cover.patch import Patches, best_of_patch, covered_by, patch_of
from siting.locate.cover.reach import Reach, turned
from siting.locate.cover.regroup import least_losing, shortfall


def reach_from(covers, weight):
    """Return the reach of a table of who covers whom, shape (n, m)."""
    n, m = covers.shape
    start = np.concatenate(([0], np.cumsum(covers.sum(axis=1)))).astype(np.int64)
    candidate = np.nonzero(covers)[1].astype(np.int32)
    by_start, by_point = turned(start, candidate, m)
    return Reach(
        start, candidate, by_start, by_point, np.asarray(weight, dtype=float), np.ones(n), np.ones(m), np.zeros(m)
    )


def value_of(covers, weight, opened):
    return float(weight[covers[:, list(opened)].any(axis=1)].sum())


def patches_of(reach, stays=(), is_allowed=lambda opened: True, go_on=lambda pairs: True):
    locked = np.zeros(len(reach.share), dtype=bool)
    locked[list(stays)] = True
    return Patches(reach, locked, is_allowed, go_on)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(0.0, 1.0))
def test_the_best_set_of_a_patch_is_the_best_of_all_whatever_the_prices(seed, count, part):
    rng = np.random.default_rng(seed)
    covers, weight = rng.random((20, 8)) < 0.3, rng.integers(1, 20, 20).astype(float)
    times = (rng.random(20) < 0.2).astype(np.int64)
    price = weight * part * rng.random(20) * 1.2
    member = np.sort(rng.choice(8, 6, replace=False)).astype(np.int64)
    patch = patch_of(reach_from(covers, weight), price, times, member)
    left = np.where(times == 0, weight, 0.0)
    right = max(value_of(covers, left, opened) for opened in combinations(member, count))
    value, found, _ = best_of_patch(patch, count, -1.0, 10**9)
    assert value == pytest.approx(right)
    assert len(set(found.tolist())) == count
    assert covered_by(patch, found) == pytest.approx(right) == value_of(covers, left, member[found])
    assert len(best_of_patch(patch, count, right, 10**9)[1]) == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 5), st.floats(0.1, 0.9))
def test_no_set_all_of_whom_are_needed_loses_less_than_the_one_found(seed, count, part):
    rng = np.random.default_rng(seed)
    covers, weight = rng.random((20, 8)) < 0.25, rng.integers(1, 20, 20).astype(float)
    price = weight * part * rng.choice([0.0, 0.5, 1.0], 20)
    times = (rng.random(20) < 0.2).astype(np.int64)
    reach, old = reach_from(covers, weight), np.sort(rng.choice(8, count, replace=False)).astype(np.int64)
    short = shortfall(reach, price, count)
    assert short == pytest.approx(np.maximum(0.0, np.sort(price @ covers)[-count] - price @ covers))

    def lost(chosen):
        covered = covers[:, list(chosen)].sum(axis=1)
        missed = (weight - price)[(times == 0) & (covered == 0)].sum()
        return missed + (price * np.maximum(covered + (times > 0) - 1, 0)).sum() + short[list(chosen)].sum()

    def is_needed_whole(chosen):
        alone = covers[times == 0][:, list(chosen)]
        return alone[alone.sum(axis=1) == 1].any(axis=0).all()

    sets = [chosen for chosen in combinations(range(8), count) if is_needed_whole(chosen)]
    least = min([lost(chosen) for chosen in sets], default=np.inf)
    found, _ = least_losing(reach, price, short, times, np.arange(8), old, 10**9)
    assert len(found) == len(set(found.tolist()))
    assert len(found) == (count if len(found) or least < lost(old) * (1.0 - 1e-9) else 0)
    if len(found):
        assert lost(found) < lost(old)
        assert lost(found) <= least + 1e-9


def test_four_outlets_move_together_by_what_they_lose():
    """Two of the sets before, side by side: all sixteen points are covered only by four others together."""
    half = np.zeros((8, 4), dtype=bool)
    for j, points in enumerate([[0, 1, 2, 3], [4, 5, 6, 7], [1, 2, 5, 6], [0, 3, 4]]):
        half[points, j] = True
    covers = np.block([[half, np.zeros_like(half)], [np.zeros_like(half), half]])
    covers = np.vstack([covers, np.ones((1, 8), dtype=bool)])
    found, _ = patches_of(reach_from(covers, np.ones(17))).improve(np.array([2, 3, 6, 7]), np.full(17, 0.5), 4)
    assert sorted(found.tolist()) == [0, 1, 4, 5]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 4, 5]))
def test_patches_never_lose_and_leave_what_is_locked(seed, size):
    rng = np.random.default_rng(seed)
    people, places = rng.random((60, 2)), rng.random((15, 2))
    covers = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)) < 0.25
    weight, opened = rng.random(60) + 0.1, np.sort(rng.choice(15, 5, replace=False)).astype(np.int64)
    reach = reach_from(covers, weight)
    found, ended = patches_of(reach, stays=opened[:1]).improve(opened, 0.5 * weight, size)
    assert ended
    assert len(set(found.tolist())) == 5
    assert opened[0] in found
    assert value_of(covers, weight, found) >= value_of(covers, weight, opened) - 1e-9


def test_two_outlets_move_together_where_no_single_exchange_helps():
    """{1, 2, 5, 6} and {0, 3, 4} cover seven of eight points, {0–3} and {4–7} all; one of each six at most."""
    covers = np.zeros((8, 4), dtype=bool)
    for j, points in enumerate([[0, 1, 2, 3], [4, 5, 6, 7], [1, 2, 5, 6], [0, 3, 4]]):
        covers[points, j] = True
    found, _ = patches_of(reach_from(covers, np.ones(8))).improve(np.array([2, 3]), np.ones(8), 2)
    assert sorted(found.tolist()) == [0, 1]


def test_a_set_that_the_rules_forbid_is_left_out_and_a_limit_ends_the_search():
    covers = np.array([[True, True, False], [False, True, True], [True, False, True], [False, True, False]])
    reach = reach_from(covers, np.array([1.0, 5.0, 1.0, 9.0]))
    opened = np.array([0, 2])
    kept, _ = patches_of(reach, is_allowed=lambda found: 1 not in found).improve(opened, np.zeros(4), 2)
    assert kept.tolist() == [0, 2]
    stopped, ended = patches_of(reach, go_on=lambda pairs: False).improve(opened, np.zeros(4), 2)
    assert not ended
    assert stopped.tolist() == [0, 2]


def crowd(n, m):
    rng = np.random.default_rng(5)
    people = rng.integers(0, 3, n)[:, None] * 1.2 + rng.normal(0.0, 0.5, (n, 2))
    places = people[rng.choice(n, m, replace=False)]
    return np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)), rng.integers(1, 20, n).astype(float)


def test_limits_on_work_stop_a_crowded_cover_the_same_way_each_time():
    cost, weight = crowd(3000, 200)
    limits = Limits(seconds=60, work=0.6, workers=1)
    rules = SiteRules(locked_open=[7], locked_shut=[3])
    first, second = (max_cover(cost, weight, 12, 0.3, rules=rules, limits=limits) for _ in range(2))
    assert first.solution.opened.tolist() == second.solution.opened.tolist()
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert 7 in first.solution.opened
    assert 3 not in first.solution.opened
    assert first.objective == weight[(cost[:, first.solution.opened] <= 0.3).any(axis=1)].sum() <= first.bound


def test_a_large_cover_ends_the_same_way_on_one_thread_and_on_two(monkeypatch):
    monkeypatch.setattr(solve, "CELLS_FROM", 1)
    cost, weight = crowd(3000, 200)
    found = [max_cover(cost, weight, 12, 0.3, limits=Limits(seconds=60, work=0.6, workers=k)) for k in (1, 2)]
    assert found[0].solution.opened.tolist() == found[1].solution.opened.tolist()
    assert (found[0].objective, found[0].bound) == (found[1].objective, found[1].bound)
    assert found[0].objective <= found[0].bound
