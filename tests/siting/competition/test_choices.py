"""Utility and pairs: by hand, against loops, and bad input by its message."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from siting.competition.choices import Choices, log_probabilities, pairs_from_costs
from siting.competition.huff import patronage, site_attraction, size_pull
from siting.settings.score import CompetitionSettings


def pairs(district: list[int], outlet: list[int], terms: list[list[float]], *names: str) -> Choices:
    return Choices(np.array(district), np.array(outlet), np.array(terms), names)


def test_huff_by_hand() -> None:
    """400 m² at 10 km against 100 m² at 5 km, α = 1, λ = 2: 4 against 4; district 1 knows one outlet only."""
    cost = sparse.csr_array((np.array([10.0, 5.0, 3.0]), np.array([0, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    found = pairs_from_costs(np.array([[400.0], [100.0]]), ("size",), cost)
    assert found.names == ("size", "cost")
    np.testing.assert_allclose(np.exp(log_probabilities(found, np.array([1.0, -2.0]))), [0.5, 0.5, 1.0])


@pytest.mark.parametrize("model", ["huff", "logit"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_is_the_patronage_of_huff_py(model: str, seed: int) -> None:
    """β = (α, −λ) in logs, or (α, −β) with the way as it is, give what ``huff.patronage`` gives."""
    rng = np.random.default_rng(seed)
    walk = sparse.csr_array(rng.uniform(0.1, 30, (4, 5)) * (rng.random((4, 5)) < 0.7))
    walk.sort_indices()
    if walk.nnz == 0:
        return
    size = rng.uniform(0.5, 9, 5)
    chosen = CompetitionSettings(
        model=model, attraction_exponent=0.8, distance_exponent=1.7, least_min=0.5, logit_per_min=0.13
    )
    known = patronage(site_attraction(size_pull(size[:, None], np.array([0.8])), walk, chosen))
    form, slope = ("log", -1.7) if model == "huff" else ("linear", -0.13)
    least = 0.5 if model == "huff" else 0.0
    found = pairs_from_costs(size[:, None], ("size",), walk, form, least)  # type: ignore[arg-type]
    np.testing.assert_allclose(np.exp(log_probabilities(found, np.array([0.8, slope]))), known.data)


def test_utilities_of_any_height_stay_finite() -> None:
    found = pairs([0, 0, 1], [0, 1, 1], [[1e6], [1e6 + 1.0], [-1e6]], "x")
    np.testing.assert_allclose(
        np.exp(log_probabilities(found, np.array([1.0]))), [1 / (1 + np.e), np.e / (1 + np.e), 1]
    )


def test_some_of_the_terms_and_some_of_the_pairs() -> None:
    found = pairs([0, 0, 1], [0, 1, 1], [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], "a", "b")
    np.testing.assert_array_equal(found.only(["b", "a"]).terms, [[4.0, 1.0], [5.0, 2.0], [6.0, 3.0]])
    kept = found.where(np.array([True, False, True]))
    np.testing.assert_array_equal(kept.district, [0, 1])
    np.testing.assert_array_equal(kept.terms, [[1.0, 4.0], [3.0, 6.0]])
    assert found.only(()).terms.shape == (3, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], np.empty((0, 1)), ("x",)), "there is no pair"),
        (([0, 0], [0], [[1.0], [2.0]], ("x",)), r"district has shape \(2,\), outlet \(1,\)"),
        (([0, 0], [0, 1], [[1.0], [2.0]], ("x", "y")), r"terms have shape \(2, 1\); expected \(2, 2\)"),
        (([0, 0], [0, 1], [[1.0, 1.0], [2.0, 1.0]], ("x", "x")), "expected names that differ"),
        (([0, -1], [0, 1], [[1.0], [2.0]], ("x",)), "expected positions from 0"),
        (([0, 0], [0, 1], [[1.0], [np.nan]], ("x",)), "term x has an entry that is not a finite number"),
        (([0, 1, 0], [1, 1, 1], [[1.0], [2.0], [3.0]], ("x",)), "listed twice"),
    ],
)
def test_bad_pairs_are_named(
    arguments: tuple[list[int], list[int], list[list[float]], tuple[str, ...]], message: str
) -> None:
    district, outlet, terms, names = arguments
    with pytest.raises(InputError, match=message):
        Choices(np.array(district, dtype=np.int64), np.array(outlet, dtype=np.int64), np.array(terms), names)


def test_bad_terms_and_costs_are_named() -> None:
    cost = sparse.csr_array(np.array([[1.0, 2.0]]))
    zero = sparse.csr_array((np.array([0.0, 2.0]), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))
    with pytest.raises(InputError, match=r"attraction has shape \(2,\); expected \(2, 1\)"):
        pairs_from_costs(np.ones(2), ("size",), cost)
    with pytest.raises(InputError, match="an attraction term is not above 0"):
        pairs_from_costs(np.array([[1.0], [0.0]]), ("size",), cost)
    with pytest.raises(InputError, match=r"state a shortest way that counts \(least\)"):
        pairs_from_costs(np.ones((2, 1)), ("size",), zero)
    assert pairs_from_costs(np.ones((2, 1)), ("size",), zero, least=0.5).terms[0, 1] == np.log(0.5)
    found = pairs_from_costs(np.ones((2, 1)), ("size",), cost)
    with pytest.raises(InputError, match="expected 2 finite numbers"):
        log_probabilities(found, np.ones(3))
    with pytest.raises(InputError, match="there is no term rating; expected some of size, cost"):
        found.only(["rating"])
