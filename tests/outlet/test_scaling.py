"""Money and distance as integers and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.scaling import scale_for, unit_of

AMOUNTS = st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=1, max_size=20)


@given(AMOUNTS, st.integers(20, 60))
def test_the_sum_never_overflows_and_the_way_back_loses_half_a_step(amounts: list[float], bits: int) -> None:
    scale = scale_for(amounts, bits=bits)
    whole = scale.to_integers(amounts)
    assert sum(abs(int(value)) for value in whole) <= 2**bits + len(amounts)
    for value, amount in zip(whole.tolist(), amounts, strict=True):
        assert abs(scale.to_amount(value) - amount) <= 0.5 / scale.factor * (1 + 1e-9)


def test_whole_amounts_stay_exact() -> None:
    scale = scale_for([1250.0, 3.0, 0.0])
    assert scale.to_amount(int(scale.to_integers([1250.0])[0])) == 1250.0
    assert scale_for([0.0]).factor == 1.0


def test_the_unit_brings_the_largest_near_one() -> None:
    for top in (1e-300, 3.0, 7e200):
        assert 0.5 <= top / unit_of(np.array([0.0, -top])) < 1.0
    assert unit_of(np.zeros(3)) == 1.0
    assert unit_of(np.empty(0)) == 1.0


def test_what_cannot_be_scaled_is_named() -> None:
    with pytest.raises(InputError, match=r"amounts\[1\] is nan"):
        scale_for([1.0, float("nan")])
    with pytest.raises(InputError, match="too large"):
        scale_for([1.0]).to_integers([1e300])
    with pytest.raises(InputError, match="bits is 63"):
        scale_for([1.0], bits=63)
