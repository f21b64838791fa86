"""Enough machines work: by hand, by enumeration, and never less often with one more."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.posts.availability import enough_share, machines_for
from outlet.errors import InputError


@given(st.integers(0, 6), st.integers(0, 7), st.floats(0.05, 1.0))
@settings(max_examples=50, deadline=None)
def test_every_state_counted(installed: int, needed: int, works: float) -> None:
    states = itertools.product((True, False), repeat=installed)
    share = sum(works ** sum(s) * (1 - works) ** (installed - sum(s)) for s in states if sum(s) >= needed)
    assert enough_share(installed, needed, works) == pytest.approx(share, abs=1e-9)


def test_one_repairer_is_a_queue_of_broken_machines() -> None:
    """Two machines, ρ = 1/9, one repairer: weights 1, 2ρ, 2ρ² by hand."""
    rho = 1 / 9
    total = 1 + 2 * rho + 2 * rho**2
    assert enough_share(2, 2, 0.9, repairers=1) == pytest.approx(1 / total)
    assert enough_share(2, 1, 0.9, repairers=1) == pytest.approx((1 + 2 * rho) / total)
    assert enough_share(2, 1, 0.9, repairers=1) < enough_share(2, 1, 0.9)


@given(st.integers(1, 8), st.floats(0.7, 0.999), st.floats(0.5, 0.999))
@settings(max_examples=40, deadline=None)
def test_the_fewest_that_suffice(needed: int, works: float, target: float) -> None:
    found = machines_for(needed, works, target)
    assert enough_share(found, needed, works) >= target
    assert found == needed or enough_share(found - 1, needed, works) < target


@pytest.mark.parametrize("call", [lambda: enough_share(2, 1, 0.0), lambda: enough_share(2, 1, 0.9, 0)])
def test_bad_input(call: object) -> None:
    with pytest.raises(InputError, match="expected"):
        call()  # type: ignore[operator]
