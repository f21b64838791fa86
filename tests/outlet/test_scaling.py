"""Amounts of any unit near one."""

import numpy as np

from outlet.scaling import unit_of


def test_the_unit_brings_the_largest_near_one() -> None:
    for top in (1e-300, 3.0, 7e200):
        assert 0.5 <= top / unit_of(np.array([0.0, -top])) < 1.0
    assert unit_of(np.zeros(3)) == 1.0
    assert unit_of(np.empty(0)) == 1.0
