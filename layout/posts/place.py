"""Choose where each position stands: `place_posts`.

Groups g of n_g like positions (a role in a zone) are placed on spots k, at most one person a spot:

    max  Σ_g Σ_k (M + s_gk) y_gk
    s.t. Σ_k y_gk ≤ n_g                          for every group
         Σ_g y_gk ≤ 1                            for every spot
         Σ_g (y_gk + y_gl) ≤ 1                   for spots k, l closer than the spacing
         y_gk ∈ {0, 1}, only where the group may use the spot

s_gk in [0, 1] is how well spot k suits group g: the weighted share it sees of what the role is there to see. M is
larger than all scores together, so that as many as possible are placed first. Counting like positions together leaves
no symmetry. Solved by CP-SAT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from outlet.cp_sat import run_cp_sat
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome

SCALE = 1000


@dataclass(frozen=True)
class PostProblem:
    """Where groups of like positions may stand.

    Parameters
    ----------
    spots
        Shape (k, 2): x, y, metres.
    count
        Shape (g,): positions of each group.
    allowed
        Shape (g, k): whether a group may use a spot.
    score
        Shape (g, k): 0–1, how well a spot suits a group.
    spacing_m
        Least distance of two persons.
    """

    spots: NDArray[np.float64]
    count: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    score: NDArray[np.float64]
    spacing_m: float = 0.8

    def __post_init__(self) -> None:
        shape = (len(self.count), len(self.spots))
        if self.allowed.shape != shape or self.score.shape != shape:
            raise InputError(
                f"PostProblem: allowed is {self.allowed.shape} and score {self.score.shape}; expected {shape}"
            )
        if self.score.size and not (np.isfinite(self.score).all() and 0 <= self.score.min() <= self.score.max() <= 1):
            raise InputError("PostProblem.score: expected shares from 0 to 1")
        if len(self.count) and self.count.min() < 0:
            raise InputError("PostProblem.count: expected numbers from 0")

    def too_close(self) -> NDArray[np.int64]:
        """Return pairs of spots that two persons cannot use together, shape (q, 2)."""
        away = self.spots[:, None, :] - self.spots[None, :, :]
        near = np.hypot(away[:, :, 0], away[:, :, 1]) < self.spacing_m - 1e-9
        return np.argwhere(np.triu(near, k=1))


@dataclass(frozen=True)
class PostPlan:
    """Which spots each group uses: sorted positions in ``spots``, one tuple a group."""

    used: tuple[tuple[int, ...], ...]

    @property
    def placed(self) -> int:
        """How many persons stand somewhere."""
        return sum(len(spots) for spots in self.used)


def place_posts(problem: PostProblem, limits: Limits) -> Outcome[PostPlan]:
    """Place as many positions as possible, then as well as possible.

    Returns
    -------
    Outcome of PostPlan
        Its objective is `layout.posts.check.price_posts`; a plan always exists, be it an empty one.
    """
    from layout.posts.check import PLACED_WORTH, price_posts

    model = cp_model.CpModel()
    use = {(int(g), int(k)): model.new_bool_var(f"y_{g}_{k}") for g, k in np.argwhere(problem.allowed)}
    by_spot: dict[int, list[cp_model.IntVar]] = {}
    for (_, k), variable in use.items():
        by_spot.setdefault(k, []).append(variable)
    for g, count in enumerate(problem.count):
        model.add(sum(variable for (group, _), variable in use.items() if group == g) <= int(count))
    for variables in by_spot.values():
        model.add_at_most_one(variables)
    for k, other in problem.too_close():
        both = by_spot.get(int(k), []) + by_spot.get(int(other), [])
        if len(both) > 1:
            model.add_at_most_one(both)
    worth = PLACED_WORTH * int(problem.count.sum() + 1)
    weights = {at: round(SCALE * (worth + float(problem.score[at]))) for at in use}
    model.maximize(sum(weights[at] * variable for at, variable in use.items()))
    run = run_cp_sat(model, limits)
    if not run.has_plan:
        why = "the search for posts was stopped before it had a plan"
        return Outcome.without_plan(run.stopped_by, (why,), seconds=run.seconds)
    used = tuple(
        tuple(k for (group, k), variable in use.items() if group == g and run.value(variable))
        for g in range(len(problem.count))
    )
    plan = PostPlan(used)
    price = price_posts(problem, plan)
    bound = price if run.status == "optimal" or run.bound is None else run.bound / SCALE
    return Outcome(
        status=run.status,
        solution=plan,
        objective=price,
        bound=bound,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )
