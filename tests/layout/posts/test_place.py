"""Posts: the best spots by brute force, never two on one spot, as many as fit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.posts.check import judge_posts, price_posts
from layout.posts.place import PostPlan, PostProblem, place_posts
from outlet.errors import InputError
from outlet.outcome import Limits

LIMITS = Limits(seconds=20, workers=1, work=5.0)


def problem(
    spots: list[tuple[float, float]], count: list[int], score: list[list[float]], *, spacing_m: float = 0.8
) -> PostProblem:
    scores = np.array(score, dtype=float).reshape(len(count), len(spots))
    return PostProblem(
        np.array(spots, dtype=float).reshape(-1, 2),
        np.array(count),
        np.ones(scores.shape, dtype=bool),
        scores,
        spacing_m,
    )


def best_by_brute_force(instance: PostProblem) -> float:
    """Try every choice of spots for every group."""
    best = 0.0
    spots = range(len(instance.spots))
    choices = [
        [chosen for size in range(int(n) + 1) for chosen in itertools.combinations(spots, size)] for n in instance.count
    ]
    for used in itertools.product(*choices):
        plan = PostPlan(used)
        if not judge_posts(instance, plan):
            best = max(best, price_posts(instance, plan))
    return best


def test_two_tellers_and_a_guide_by_hand() -> None:
    """Three spots in a row, one metre apart: the guide takes the one it sees most from, the tellers the others."""
    instance = problem([(0, 0), (1, 0), (2, 0)], [2, 1], [[0.2, 0.2, 0.2], [0.1, 0.9, 0.3]])
    outcome = place_posts(instance, LIMITS)
    assert outcome.status == "optimal"
    assert outcome.require().used == ((0, 2), (1,))
    assert outcome.objective == pytest.approx(3 * 4 + 0.2 + 0.2 + 0.9)
    assert outcome.bound == outcome.objective


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(0, 2), min_size=1, max_size=2),
    st.randoms(use_true_random=False),
)
@settings(max_examples=50, deadline=None)
def test_no_choice_is_better(spots: list[tuple[int, int]], count: list[int], random: object) -> None:
    rng = np.random.default_rng(random.randrange(2**32))  # type: ignore[attr-defined]
    xy = np.array(spots, dtype=float) * 0.6
    shape = (len(count), len(spots))
    instance = PostProblem(xy, np.array(count), rng.random(shape) < 0.8, rng.random(shape).round(3))
    outcome = place_posts(instance, LIMITS)
    assert judge_posts(instance, outcome.require()) == []
    assert outcome.objective == pytest.approx(best_by_brute_force(instance), abs=1e-6)


def test_as_many_as_fit_are_placed() -> None:
    crowded = problem([(0, 0), (0.5, 0), (1.0, 0)], [3], [[0.1, 1.0, 0.1]])
    assert place_posts(crowded, LIMITS).require().used == ((0, 2),)


def test_the_order_of_spots_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    spots = [(float(x), 0.0) for x in range(6)]
    score = rng.random((2, 6)).round(3)
    order = rng.permutation(6)
    first = place_posts(problem(spots, [2, 1], score.tolist()), LIMITS)
    second = place_posts(problem([spots[k] for k in order], [2, 1], score[:, order].tolist()), LIMITS)
    assert first.objective == pytest.approx(second.objective)


def test_one_more_spot_never_hurts() -> None:
    few = problem([(0, 0), (1, 0)], [2], [[0.3, 0.4]])
    more = problem([(0, 0), (1, 0), (2, 0)], [2], [[0.3, 0.4, 0.9]])
    assert place_posts(more, LIMITS).objective >= place_posts(few, LIMITS).objective  # type: ignore[operator]


def test_nobody_to_place() -> None:
    assert place_posts(problem([(0, 0)], [0], [[0.5]]), LIMITS).require().placed == 0


def test_faults_are_named() -> None:
    instance = problem([(0, 0), (0.3, 0)], [1], [[0.5, 0.5]])
    faults = judge_posts(instance, PostPlan(((0, 1),)))
    assert faults == ["group 0 has 2 of 1 positions", "spots 0 and 1 are 0.30 m apart"]
    forbidden = PostProblem(instance.spots, instance.count, np.array([[False, True]]), instance.score)
    assert judge_posts(forbidden, PostPlan(((0,),))) == ["group 0 may not use spot 0"]


@pytest.mark.parametrize(
    ("score", "count", "message"),
    [
        ([[0.5]], [1, 1], "expected"),
        ([[1.5, 0.1]], [1], "shares from 0 to 1"),
        ([[np.nan, 0.1]], [1], "shares from 0 to 1"),
        ([[0.5, 0.1]], [-1], "numbers from 0"),
    ],
)
def test_bad_input(score: list[list[float]], count: list[int], message: str) -> None:
    spots = np.zeros((2, 2))
    values = np.array(score, dtype=float)
    with pytest.raises(InputError, match=message):
        PostProblem(spots, np.array(count), np.ones(values.shape, dtype=bool), values)
