"""Cameras: as few as brute force finds, nothing unseen, blind spots named."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layout.posts.cameras import CameraPlan, CameraProblem, place_cameras
from layout.posts.check import judge_cameras
from outlet.errors import InputError
from outlet.outcome import Limits

LIMITS = Limits(seconds=20, workers=1, work=5.0)


def problem(visible: NDArray[np.bool_]) -> CameraProblem:
    k, m = visible.shape
    candidates = np.column_stack([np.arange(k), np.zeros(k), np.zeros(k)]).astype(float)
    return CameraProblem(candidates, np.column_stack([np.arange(m), np.ones(m)]).astype(float), visible)


def fewest(visible: NDArray[np.bool_]) -> int:
    for size in range(len(visible) + 1):
        for chosen in itertools.combinations(range(len(visible)), size):
            if visible[list(chosen)].any(axis=0).all():
                return size
    raise AssertionError("no cover")


def test_two_cameras_by_hand() -> None:
    """The camera in the middle sees three spots, but the two outer ones are needed anyway and see all four."""
    visible = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 1, 1], [0, 1, 1, 0]], dtype=bool)
    outcome = place_cameras(problem(visible), LIMITS)
    assert outcome.status == "optimal"
    assert outcome.require().chosen.tolist() == [0, 1], "of the two covers, the one that sees most twice"
    assert outcome.objective == outcome.bound == 2


@given(st.integers(1, 7), st.integers(1, 6), st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_no_fewer_cameras_see_everything(k: int, m: int, seed: int) -> None:
    visible = np.random.default_rng(seed).random((k, m)) < 0.4
    visible[0, ~visible.any(axis=0)] = True
    outcome = place_cameras(problem(visible), LIMITS)
    assert judge_cameras(problem(visible), outcome.require()) == []
    assert outcome.objective == fewest(visible)
    assert outcome.bound == outcome.objective


def test_a_blind_spot_is_infeasible_and_named() -> None:
    outcome = place_cameras(problem(np.array([[True, False]])), LIMITS)
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("1 spots are seen from no wall: (1, 1)",)


def test_one_more_candidate_never_needs_more_cameras() -> None:
    visible = np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=bool)
    more = np.vstack([visible, [[0, 0, 1, 1]]]).astype(bool)
    assert place_cameras(problem(more), LIMITS).objective == 2
    assert place_cameras(problem(visible), LIMITS).objective == 3


def test_what_nobody_sees_is_named() -> None:
    instance = problem(np.array([[True, False], [False, True]]))
    assert judge_cameras(instance, CameraPlan(np.array([0]))) == ["nobody sees (1, 1)"]


def test_bad_shape() -> None:
    with pytest.raises(InputError, match="visible is"):
        CameraProblem(np.zeros((2, 3)), np.zeros((1, 2)), np.ones((1, 1), dtype=bool))
