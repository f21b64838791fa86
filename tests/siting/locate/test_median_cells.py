"""The p-median bounded cell by cell of its demand: against brute force, and where clusters fall apart."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.outcome import Limits
from siting.locate import p_median
from siting.locate.median import copies as median_copies
from siting.locate.median import solve as median_solve
from siting.locate.median.cells import cells_of
from siting.locate.median.copies import Copies
from siting.locate.median.near import Source, empty_rows, fill_rows, nearest_of

LIMITS = Limits(seconds=20, workers=1)


def windows(cost, keep):
    n, m = cost.shape
    limit = np.full(n, 1.0 + 2.0 * cost.sum())
    candidate = np.tile(np.arange(m, dtype=np.int32), n)
    usable = np.ones(m, dtype=bool)
    source = Source(np.arange(0, n * m + 1, m), candidate, cost.ravel(), usable, np.arange(n), np.ones(n), limit)
    rows = empty_rows(source, keep)
    fill_rows(source, keep, rows, 0, n)
    return nearest_of(rows, m)


def points_of(rng, n):
    """Return points around three centres, so that some cells have candidates in common and some have not."""
    return rng.choice([0.0, 6.0, 20.0], (n, 1)) + rng.integers(0, 8, (n, 2))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(3, 7))
def test_no_price_of_copies_leads_above_the_optimum(seed, p, keep):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(p, 12)), 7
    people, places = points_of(rng, n), points_of(rng, m)
    cost = np.abs(people[:, None] - places[None]).sum(axis=2)
    prices = {opened: cost[:, opened].min(axis=1).sum() for opened in itertools.combinations(range(m), p)}
    best = min(prices, key=prices.get)
    is_open, near = np.isin(np.arange(m), best), windows(cost, keep)
    value = np.minimum(rng.uniform(0.0, 12.0, n), near.limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(median_copies, "LEAST_OUTLETS", 1)
        copies = Copies(near, value, is_open, np.ones(m, dtype=bool), p)
    saved = np.maximum(0.0, value[:, None] - cost).sum(axis=0)
    start = value.sum() - np.sort(saved)[::-1][:p].sum()
    for number in range(12):
        copies.scale = float(rng.uniform(0.1, 2.0))
        found = copies.advance(prices[best] + 1.0, 1e-6, lambda: True)
        assert found.bound <= prices[best] + 1e-6
        assert number or keep < m or found.bound >= start - 1e-5


def test_cells_part_where_clusters_do():
    """Two towns 100 km apart with two outlets each: no cell has points of both."""
    cost = np.abs(np.subtract.outer(np.r_[0.0, 1, 2, 3, 100, 101, 102, 103], [0.0, 3, 100, 103]))
    cell = cells_of(windows(cost, 4), np.full(8, 3.0), np.ones(4, dtype=bool), np.ones(4, dtype=bool), 3)
    assert cell.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_cells_of_towns_prove_the_plan(monkeypatch):
    """Four towns whose relaxation leaves a gap that the cells close, with no branching of the whole."""
    rng = np.random.default_rng(1)
    places = (np.arange(4)[:, None, None] * 60 + rng.random((4, 70, 2)) * 40).reshape(-1, 2)
    cost = np.floor(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)))
    usual = p_median(cost, np.ones(280), 16, limits=LIMITS)
    seen = []
    advance = Copies.advance

    def noted(self, price, gap, may_go_on):
        seen.append(advance(self, price, gap, may_go_on))
        return seen[-1]

    monkeypatch.setattr(Copies, "advance", noted)
    monkeypatch.setattr(median_solve, "TURN", 0.0)
    divided = p_median(cost, np.ones(280), 16, limits=LIMITS)
    assert (usual.status, divided.status) == ("optimal", "optimal")
    assert divided.objective == usual.objective
    assert usual.objective - 1.0 < max(found.bound for found in seen) <= usual.objective + 1e-6
