"""Patronage: Huff by hand, against loops, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from siting.competition.huff import (
    distance_pull,
    elsewhere_attraction,
    patronage,
    rivals_attraction,
    site_attraction,
    size_pull,
)
from siting.settings.score import CompetitionSettings

HUFF = CompetitionSettings(distance_exponent=2.0, least_min=1.0)


def dense(values: list[list[float]]) -> sparse.csr_array:
    return sparse.csr_array(np.array(values))


def test_huff_by_hand() -> None:
    """One customer, outlets of 400 and 100 m² at 10 and 5 minutes: 400/100 = 4 against 100/25 = 4, half each."""
    attraction = site_attraction(np.array([400.0, 100.0]), dense([[10.0, 5.0]]), HUFF)
    np.testing.assert_allclose(patronage(attraction).toarray(), [[0.5, 0.5]])
    np.testing.assert_allclose(patronage(attraction, np.array([8.0])).toarray(), [[0.25, 0.25]])


def test_logit_by_hand() -> None:
    """Two equal outlets five minutes apart at 0.2 a minute: odds of e to 1."""
    logit = CompetitionSettings(model="logit", logit_per_min=0.2)
    share = patronage(site_attraction(np.ones(2), dense([[5.0, 10.0]]), logit)).toarray()[0]
    assert share[0] / share[1] == pytest.approx(np.e)


def test_a_walk_of_no_time_counts_as_the_shortest() -> None:
    np.testing.assert_allclose(distance_pull(np.array([0.0, 0.5, 1.0, 2.0]), HUFF), [1.0, 1.0, 1.0, 0.25])


@given(seed=st.integers(0, 10_000), n=st.integers(1, 5), m=st.integers(1, 5), model=st.sampled_from(["huff", "logit"]))
@settings(max_examples=50, deadline=None)
def test_agrees_with_loops_over_two_attraction_terms(seed: int, n: int, m: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    walk, terms, exponents = rng.uniform(0.1, 30, (n, m)), rng.uniform(0.5, 9, (m, 2)), rng.uniform(0, 2, 2)
    outside = rng.uniform(0, 0.1, n)
    chosen = CompetitionSettings(model=model, distance_exponent=1.7, least_min=0.5, logit_per_min=0.13)  # type: ignore[arg-type]
    size = size_pull(terms, exponents)
    found = patronage(site_attraction(size, sparse.csr_array(walk), chosen), outside).toarray()
    for i in range(n):
        pull = []
        for j in range(m):
            far = max(walk[i, j], 0.5) ** -1.7 if model == "huff" else np.exp(-0.13 * walk[i, j])
            pull.append(terms[j, 0] ** exponents[0] * terms[j, 1] ** exponents[1] * far)
        np.testing.assert_allclose(found[i], np.array(pull) / (sum(pull) + outside[i]))


def test_scaling_all_attraction_changes_nothing_and_rows_sum_to_one() -> None:
    walk = dense([[3.0, 9.0, 4.0], [1.0, 2.0, 8.0]])
    size = np.array([1.0, 2.0, 3.0])
    share = patronage(site_attraction(size, walk, HUFF)).toarray()
    np.testing.assert_allclose(share.sum(axis=1), 1.0)
    np.testing.assert_allclose(patronage(site_attraction(7 * size, walk, HUFF)).toarray(), share)


def test_who_reaches_nothing_goes_nowhere() -> None:
    attraction = site_attraction(np.ones(1), sparse.csr_array((2, 1), dtype=np.float64), HUFF)
    assert patronage(attraction).nnz == 0


def test_rivals_and_elsewhere() -> None:
    """A rival of attraction 4 at 2 min pulls 1; elsewhere is a typical rival of 4 at 20 min: 0.01."""
    chosen = HUFF.model_copy(update={"elsewhere_min": 20.0})
    elsewhere = elsewhere_attraction(4.0, chosen)
    assert elsewhere == pytest.approx(0.01)
    cost = sparse.csr_array((np.array([2.0]), np.array([0]), np.array([0, 1, 1])), shape=(2, 1))
    np.testing.assert_allclose(rivals_attraction(np.array([4.0]), cost, elsewhere, chosen), [1.01, 0.01])
    assert elsewhere_attraction(4.0, HUFF.model_copy(update={"elsewhere_min": 0.0})) == 0.0


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="an attraction term is not above 0"):
        size_pull(np.array([[0.0]]), np.ones(1))
    with pytest.raises(InputError, match=r"expected \(m, k\), \(k,\)"):
        size_pull(np.ones((2, 2)), np.ones(1))
    with pytest.raises(InputError, match=r"pull has shape \(3,\); expected \(2,\)"):
        site_attraction(np.ones(3), dense([[1.0, 2.0]]), HUFF)
    with pytest.raises(InputError, match="the pull of an outlet is negative"):
        site_attraction(np.array([-1.0, 1.0]), dense([[1.0, 2.0]]), HUFF)
    with pytest.raises(InputError, match="outside has shape"):
        patronage(dense([[1.0]]), np.array([-1.0]))
