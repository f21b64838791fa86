"""Decay kernels: their definition, and what all of them have in common."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.demand.decay import Decay

KINDS = ("step", "linear", "gaussian", "exponential", "power")


@pytest.mark.parametrize(
    ("kind", "at_five"),
    [("step", 1.0), ("linear", 0.5), ("gaussian", np.exp(-0.5)), ("exponential", np.exp(-1.0)), ("power", 1.0)],
)
def test_value_by_hand_at_the_scale_of_five_minutes(kind: str, at_five: float) -> None:
    decay = Decay(kind=kind, reach_min=10.0, scale_min=5.0, exponent=2.0)  # type: ignore[arg-type]
    assert decay(np.array([5.0]))[0] == pytest.approx(at_five)


def test_power_falls_by_the_exponent_beyond_the_scale() -> None:
    decay = Decay(kind="power", reach_min=60.0, scale_min=5.0, exponent=2.0)
    np.testing.assert_allclose(decay(np.array([0.0, 5.0, 10.0, 50.0])), [1.0, 1.0, 0.25, 0.01])


@given(
    kind=st.sampled_from(KINDS),
    walks=st.lists(st.floats(0, 100), min_size=2, max_size=20),
    reach=st.floats(0.1, 60),
    scale=st.floats(0.1, 60),
)
@settings(max_examples=50, deadline=None)
def test_every_kernel_starts_at_one_never_rises_and_ends_at_the_reach(
    kind: str, walks: list[float], reach: float, scale: float
) -> None:
    decay = Decay(kind=kind, reach_min=reach, scale_min=scale, exponent=1.5)  # type: ignore[arg-type]
    walk = np.sort(np.array(walks))
    weight = decay(walk)
    assert decay(np.array([0.0]))[0] == 1.0
    assert ((weight >= 0) & (weight <= 1)).all()
    assert (np.diff(weight) <= 1e-12).all()
    assert (weight[walk > reach] == 0).all()


def test_unreachable_is_nothing() -> None:
    for kind in KINDS:
        assert Decay(kind=kind, reach_min=10.0)(np.array([np.inf]))[0] == 0.0  # type: ignore[arg-type]


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"Decay\.scale_min is 0; expected a number above 0"):
        Decay(kind="gaussian", reach_min=10.0, scale_min=0)
    with pytest.raises(InputError, match="a walk is negative"):
        Decay(kind="step", reach_min=10.0)(np.array([-1.0]))
