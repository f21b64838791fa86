"""Who loses to whom: by hand, the sum of losses, and agreement with patronage and ``share``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from siting.competition.cannibalisation import cannibalisation
from siting.competition.huff import patronage
from siting.competition.share import Market, captured_alone


def random_pull(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Attraction of 4 open outlets and 3 newcomers for 7 demand points, of elsewhere (0 for some), and demand."""
    rng = np.random.default_rng(seed)
    pull = np.where(rng.random((7, 7)) < 0.5, rng.uniform(0.1, 5, (7, 7)), 0.0)
    elsewhere = np.where(rng.random(7) < 0.5, rng.uniform(0, 3, 7), 0.0)
    return pull[:, :4], pull[:, 4:], elsewhere, rng.integers(0, 50, 7).astype(float)


def test_by_hand() -> None:
    """120 customers, outlets of 1 and 2, elsewhere 1; a newcomer of 2 wins a third of them, 40, in parts 1 : 2 : 1.

    30 more who reached nothing all go to it.
    """
    found = cannibalisation(
        sparse.csr_array(np.array([[1.0, 2.0], [0.0, 0.0]])),
        sparse.csr_array(np.array([[2.0], [2.0]])),
        np.array([1.0, 0.0]),
        np.array([120.0, 30.0]),
    )
    np.testing.assert_allclose(found.losses.toarray(), [[10.0], [20.0]])
    np.testing.assert_allclose((found.elsewhere[0], found.unserved[0], found.captured[0]), (10.0, 30.0, 70.0))
    np.testing.assert_allclose(found.lost_by(np.array([False, True])), [20.0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_losses_sum_to_what_the_newcomer_wins(seed: int) -> None:
    opened, new, elsewhere, demand = random_pull(seed)
    found = cannibalisation(sparse.csr_array(opened), sparse.csr_array(new), elsewhere, demand)
    lost = np.asarray(found.losses.sum(axis=0)).ravel() + found.elsewhere + found.unserved
    np.testing.assert_allclose(lost, found.captured, atol=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_each_loss_is_patronage_before_less_patronage_after(seed: int) -> None:
    opened, new, elsewhere, demand = random_pull(seed)
    found = cannibalisation(sparse.csr_array(opened), sparse.csr_array(new), elsewhere, demand)
    before = demand @ patronage(sparse.csr_array(opened), elsewhere).toarray()
    for j in range(3):
        both = np.column_stack([opened, new[:, j]])
        after = demand @ patronage(sparse.csr_array(both), elsewhere).toarray()
        np.testing.assert_allclose(found.losses.toarray()[:, j], before - after[:4], atol=1e-12)
        np.testing.assert_allclose(found.captured[j], after[4], atol=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_own_losses_are_those_of_share(seed: int) -> None:
    """Outlets 0 and 1 are ours; 2 and 3 are rivals, which ``share`` sees as one attraction."""
    opened, new, elsewhere, demand = random_pull(seed)
    found = cannibalisation(sparse.csr_array(opened), sparse.csr_array(new), elsewhere, demand)
    sites = sparse.csr_array(np.column_stack([opened[:, :2], new]))
    market = Market(sites, opened[:, 2:].sum(axis=1) + elsewhere, demand)
    won, taken = captured_alone(market, np.array([0, 1]), np.array([2, 3, 4]))
    np.testing.assert_allclose(found.captured, won, atol=1e-12)
    np.testing.assert_allclose(found.lost_by(np.array([True, True, False, False])), taken, atol=1e-12)


def test_outlets_that_share_no_district_have_no_entry() -> None:
    opened = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0]]))
    new = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert cannibalisation(opened, new, np.zeros(2), np.ones(2)).losses.nnz == 2


def test_bad_input_is_named() -> None:
    one = sparse.csr_array(np.ones((2, 1)))
    with pytest.raises(InputError, match="newcomers are seen from 3 demand points, open outlets from 2"):
        cannibalisation(one, sparse.csr_array(np.ones((3, 1))), np.zeros(2), np.ones(2))
    with pytest.raises(InputError, match=r"elsewhere has shape \(3,\)"):
        cannibalisation(one, one, np.zeros(3), np.ones(2))
    with pytest.raises(InputError, match="demand has shape"):
        cannibalisation(one, one, np.zeros(2), np.array([1.0, np.nan]))
    with pytest.raises(InputError, match="attraction of newcomers has an entry that is negative"):
        cannibalisation(one, -one, np.zeros(2), np.ones(2))
    with pytest.raises(InputError, match=r"outlets has shape \(2,\); expected \(1,\)"):
        cannibalisation(one, one, np.zeros(2), np.ones(2)).lost_by(np.ones(2, dtype=bool))
