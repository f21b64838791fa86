"""Every linear bound of max capture holds for every set, and is exact at the set it was made for."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate.capture import lifted
from siting.locate.capture.pull import gains_of, make_pull, pull_of, shift, won_with
from siting.locate.problem.pairs import read_pairs


def drawn(data):
    n, m = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 6))
    strength = st.one_of(st.just(0.0), st.floats(0.01, 50), st.sampled_from([1e-9, 1e9, 3.0]))
    pulls = np.array([[data.draw(strength) for _ in range(m)] for _ in range(n)])
    rivals = np.array([data.draw(st.floats(0.01, 100)) for _ in range(n)])
    demand = np.array([data.draw(st.floats(0.5, 9)) for _ in range(n)])
    kept = read_pairs("a", pulls)
    return pulls / rivals[:, None], demand, make_pull(kept.where(kept.cost > 0), rivals, demand)


def won_by(scaled, demand, opened):
    own = scaled[:, list(opened)].sum(axis=1)
    return float((demand * own / (1 + own)).sum())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_set_wins_more(data):
    scaled, demand, pull = drawn(data)
    m = scaled.shape[1]
    shares = st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])
    y = np.array(data.draw(st.lists(shares, min_size=m, max_size=m)))
    is_open = np.array(data.draw(st.lists(st.booleans(), min_size=m, max_size=m)))
    own = pull_of(pull, np.flatnonzero(is_open))
    y[is_open] = 0.0
    part = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(demand), max_size=len(demand))))
    pull, least = pull._replace(part=part), data.draw(st.sampled_from([0.05, 0.4, 2.0]))
    constants, slopes, first, again = np.empty(2), np.empty((2, m)), np.empty(2), np.empty((2, m))
    lifted.linear_bounds(pull, own, ~is_open, y, least, constants, slopes)
    lifted.linear_bounds.py_func(pull, own, ~is_open, y, least, first, again)
    np.testing.assert_allclose([first, *again.T], [constants, *slopes.T], rtol=1e-12, atol=1e-15)
    constant, slope = constants.sum(), slopes.sum(axis=0)
    for chosen in itertools.product([False, True], repeat=m):
        extra = np.array(chosen) & ~is_open
        right = won_by(scaled, demand, np.flatnonzero(extra | is_open))
        limit = constant + slope[extra].sum()
        assert limit >= right * (1 - 1e-12)
        if np.array_equal(extra, y == 1.0) and np.isin(y, (0.0, 1.0)).all():
            assert abs(limit - right) <= 1e-9 * max(1.0, right)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_the_breakpoint_is_the_best_of_all(data):
    _, demand, pull = drawn(data)
    m = len(pull.by_start) - 1
    y = np.array(data.draw(st.lists(st.floats(0, 1), min_size=m, max_size=m)))
    for i in range(len(demand)):
        entries = slice(pull.start[i], pull.start[i + 1])
        a, share = pull.attraction[entries], y[pull.candidate[entries]]

        def value(b, a=a, share=share):
            meets, rate = (b / (1 + b)) ** 2, 1 / (1 + b) ** 2
            return meets + float(share @ np.where(a <= b, rate * a, a / (1 + a) - meets))

        some = share > 0
        best = value(lifted.best_breakpoint(a[some], share[some], -1))
        for b in [0.0, *a, *(share @ a * np.linspace(0, 1, 20))]:
            assert best <= value(b) + 1e-9


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_moving_outlets_keeps_gains_true(data):
    """Up to what is rounded away of a weak attraction while a strong one is open."""
    scaled, demand, pull = drawn(data)
    m = scaled.shape[1]
    own = pull_of(pull, np.arange(0))
    gain = gains_of(pull, own)
    opened, rounded = set(), demand @ (8 * np.finfo(float).eps * scaled.sum(axis=1))
    for j in data.draw(st.lists(st.integers(0, m - 1), max_size=8)):
        shift(pull, own, gain, j, -1.0 if j in opened else 1.0)
        opened ^= {j}
    won = won_by(scaled, demand, sorted(opened))
    np.testing.assert_allclose(won_with(pull, own), won, rtol=1e-6, atol=1e-9 + rounded)
    for j in set(range(m)) - opened:
        right = won_by(scaled, demand, sorted(opened | {j})) - won
        np.testing.assert_allclose(gain[j], right, rtol=1e-4, atol=1e-6 + rounded)
