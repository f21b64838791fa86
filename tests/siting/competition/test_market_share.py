"""What outlets win and take: conservation laws on hand-drawn and random markets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from siting.competition.share import Market, cannibalised, captured, captured_alone


def random_market(seed: int, n: int = 7, q: int = 6) -> Market:
    rng = np.random.default_rng(seed)
    pull = np.where(rng.random((n, q)) < 0.7, rng.uniform(0.1, 5, (n, q)), 0.0)
    return Market(sparse.csr_array(pull), rng.uniform(0, 3, n), rng.integers(0, 50, n).astype(float))


def places(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_by_hand() -> None:
    """100 customers; rival, own and newcomer pull alike: own 50 before; after, a third each, 16.7 taken from own."""
    market = Market(sparse.csr_array(np.array([[1.0, 1.0]])), np.array([1.0]), np.array([100.0]))
    np.testing.assert_allclose(captured(market, places(1)), [0.0, 50.0])
    np.testing.assert_allclose(captured(market, places(0, 1)), [100 / 3, 100 / 3])
    np.testing.assert_allclose(cannibalised(market, places(1), places(0)), [50 - 100 / 3, 0.0])
    won, taken = captured_alone(market, places(1), places(0))
    np.testing.assert_allclose((won[0], taken[0]), (100 / 3, 50 - 100 / 3))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_everyone_who_reaches_anything_goes_somewhere(seed: int) -> None:
    market = random_market(seed)
    opened = places(0, 2, 5)
    ours = market.of_sites(opened)
    reached = (ours + market.rivals) > 0
    to_rivals = (market.demand * market.rivals)[reached] / (ours + market.rivals)[reached]
    assert captured(market, opened).sum() + to_rivals.sum() == pytest.approx(market.demand[reached].sum())


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_the_new_take_exactly_what_the_kept_lose(seed: int) -> None:
    market, kept, new = random_market(seed), places(1, 3), places(0, 4)
    before = captured(market, kept)
    after = captured(market, places(0, 1, 3, 4))
    taken = cannibalised(market, kept, new)
    assert taken.sum() == pytest.approx((before - after)[kept].sum())
    assert (taken[new] <= after[new] + 1e-12).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_alone_is_the_same_as_opening_each_in_turn(seed: int) -> None:
    market, kept, sites = random_market(seed), places(1), places(0, 2, 3, 4, 5)
    won, taken = captured_alone(market, kept, sites)
    for at, site in enumerate(sites):
        assert won[at] == pytest.approx(captured(market, places(1, site))[site])
        assert taken[at] == pytest.approx(cannibalised(market, kept, places(site))[site])


def test_one_more_outlet_never_lowers_the_total() -> None:
    market = random_market(3)
    totals = [captured(market, np.arange(k, dtype=np.int64)).sum() for k in range(7)]
    assert (np.diff(totals) >= -1e-12).all()


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"rivals has shape \(2,\); expected \(1,\)"):
        Market(sparse.csr_array(np.ones((1, 1))), np.ones(2), np.ones(1))
    with pytest.raises(InputError, match="demand has an entry that is negative"):
        Market(sparse.csr_array(np.ones((1, 1))), np.ones(1), -np.ones(1))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_kept_outlet_is_judged_as_if_it_alone_were_new(seed: int) -> None:
    market = random_market(seed)
    kept = places(1, 3, 4)
    won, taken = captured_alone(market, kept, kept)
    for at, site in enumerate(kept.tolist()):
        others = kept[kept != site]
        np.testing.assert_allclose(won[at], captured_alone(market, others, places(site))[0][0], atol=1e-9)
        np.testing.assert_allclose(taken[at], captured_alone(market, others, places(site))[1][0], atol=1e-9)
