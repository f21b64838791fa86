"""Straight-line walks against all pairs, at the limit, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.geo import straight
from siting.geo.straight import straight_minutes


def test_a_walk_of_just_the_cutoff_counts_and_one_beyond_does_not():
    """300 m off at 1.25 is 375 m: 4.6875 min at 80 m a minute."""
    found = straight_minutes(
        np.array([[0.0, 0.0]]), np.array([[300.0, 0.0], [300.1, 0.0]]), cutoff_min=4.6875, m_per_min=80.0, detour=1.25
    )
    assert (found.indices.tolist(), found.data.tolist()) == ([0], [4.6875])


@settings(max_examples=50, deadline=None)
@given(
    origins=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12),
    targets=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12),
    cutoff=st.sampled_from([0.5, 1.0, 5.0, 13.0, 60.0]),
)
def test_as_all_pairs(origins, targets, cutoff):
    """Points on whole metres, at 1 m a minute and 1.3: walks of 0 are explicit entries, repeated points too."""
    start, end = np.array(origins, float).reshape(-1, 2), np.array(targets, float).reshape(-1, 2)
    found = straight_minutes(start, end, cutoff_min=cutoff, m_per_min=1.0, detour=1.3)
    walk = 1.3 * np.hypot(*(start[:, None] - end[None]).transpose(2, 0, 1))
    row, column = np.nonzero(walk <= cutoff)
    entries = found.tocoo()
    assert found.shape == walk.shape
    assert entries.row.tolist() == row.tolist()
    assert entries.col.tolist() == column.tolist()
    np.testing.assert_allclose(entries.data, walk[row, column], rtol=1e-12)


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(5)
    start, end = rng.uniform(0, 1000, (200, 2)), rng.uniform(0, 1000, (60, 2))
    whole = straight_minutes(start, end, cutoff_min=3, m_per_min=80.0, detour=1.2)
    monkeypatch.setattr(straight, "BLOCK_LOOKS", 7)
    small = straight_minutes(start, end, cutoff_min=3, m_per_min=80.0, detour=1.2)
    assert (small != whole).nnz == 0
    assert small.indices.tolist() == whole.indices.tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"detour": 0.9}, "detour is 0.9; expected a number from 1"),
        ({"cutoff_min": 0.0}, "cutoff_min is 0.0; expected a number above 0"),
        ({"m_per_min": float("nan")}, "m_per_min is nan; expected a number above 0"),
    ],
)
def test_what_is_refused(wrong, message):
    given_ = {"cutoff_min": 5.0, "m_per_min": 80.0, "detour": 1.2} | wrong
    with pytest.raises(InputError, match=message):
        straight_minutes(np.zeros((1, 2)), np.zeros((1, 2)), **given_)
