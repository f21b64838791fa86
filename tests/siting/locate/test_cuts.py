"""Every cut of max capture holds for every set, and is exact where it was made."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate.cuts import Points, tightest_cuts


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_no_set_is_cut_off(data):
    m = data.draw(st.integers(1, 6))
    pulls = data.draw(st.lists(st.floats(0.01, 50), min_size=m, max_size=m))
    y = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]), min_size=m, max_size=m)))
    rival, base = data.draw(st.floats(0.01, 100)), data.draw(st.sampled_from([0.0, 0.5, 30.0]))
    order = np.argsort(-np.array(pulls))
    one = np.ones(1)
    points = Points(
        start=np.array([0, m]),
        candidate=order.astype(np.int64),
        attraction=np.array(pulls)[order],
        rivals=one * rival,
        demand=one * 7.0,
        base=one * base,
    )
    constant, slope, value = np.zeros(1), np.zeros(m), np.zeros(1)
    tightest_cuts(points, y, constant, slope, value)
    for chosen in itertools.product([0.0, 1.0], repeat=m):
        own = base + float(np.dot(chosen, pulls))
        limit = constant[0] + float(np.dot(slope, np.array(chosen)[order]))
        assert limit >= 7.0 * own / (own + rival) - 1e-9
        if np.array_equal(chosen, y):
            assert abs(limit - 7.0 * own / (own + rival)) < 1e-9
            assert abs(value[0] - limit) < 1e-9
