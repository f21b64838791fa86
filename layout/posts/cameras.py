"""Choose the fewest cameras that see every spot that must be seen: `place_cameras`.

Set cover over wall positions and directions j and spots i; V_ij says whether camera j sees spot i:

    min  Σ_j x_j      s.t.  Σ_j V_ij x_j ≥ 1  for every spot i,   x_j ∈ {0, 1}

Solved by CP-SAT to proof. Among the sets of that size, a second solve takes the one that sees most spots twice over.
The art-gallery problem restricted to given positions (O'Rourke 1987) is this cover.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from outlet.cp_sat import run_cp_sat
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome


@dataclass(frozen=True)
class CameraProblem:
    """What each possible camera would see.

    ``candidates`` has shape (k, 3): x, y in metres and the direction in degrees; ``spots`` (m, 2) must be seen;
    ``visible`` (k, m) says which camera sees which.
    """

    candidates: NDArray[np.float64]
    spots: NDArray[np.float64]
    visible: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if self.visible.shape != (len(self.candidates), len(self.spots)):
            raise InputError(
                f"CameraProblem.visible is {self.visible.shape}; expected {(len(self.candidates), len(self.spots))}"
            )

    def blind(self) -> NDArray[np.int64]:
        """Return the positions of spots that no candidate sees."""
        return np.flatnonzero(~self.visible.any(axis=0))


@dataclass(frozen=True)
class CameraPlan:
    """The chosen cameras: sorted positions in ``candidates``."""

    chosen: NDArray[np.int64]


def place_cameras(problem: CameraProblem, limits: Limits) -> Outcome[CameraPlan]:
    """Return the fewest cameras that see every spot, with the proved least number as bound."""
    blind = problem.blind()
    if len(blind):
        where = ", ".join(f"({x:g}, {y:g})" for x, y in problem.spots[blind[:5]])
        reason = f"{len(blind)} spots are seen from no wall: {where}"
        return Outcome.without_plan("proof", (reason,))
    kept = _distinct(problem.visible)
    model, use = _cover(problem.visible[kept])
    model.minimize(sum(use))
    run = run_cp_sat(model, limits)
    if not run.has_plan:
        why = "the search for cameras was stopped before it had a plan"
        return Outcome.without_plan(run.stopped_by, (why,), seconds=run.seconds)
    chosen = [k for k, variable in enumerate(use) if run.value(variable)]
    if run.status == "optimal" and chosen:
        chosen = _widest(problem.visible[kept], len(chosen), limits) or chosen
    plan = CameraPlan(np.sort(kept[np.array(chosen, dtype=np.int64)]))
    return Outcome(
        status=run.status,
        solution=plan,
        objective=float(len(plan.chosen)),
        bound=run.bound,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )


def _distinct(visible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return candidates, the first of each kind of view, those that see nothing left out."""
    _, first = np.unique(visible, axis=0, return_index=True)
    return np.sort(first[visible[first].any(axis=1)]).astype(np.int64)


def _cover(visible: NDArray[np.bool_]) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    use = [model.new_bool_var(f"x_{k}") for k in range(len(visible))]
    for column in np.unique(visible, axis=1).T:
        model.add_bool_or([use[k] for k in np.flatnonzero(column)])
    return model, use


def _widest(visible: NDArray[np.bool_], count: int, limits: Limits) -> list[int]:
    """Among covers by ``count`` cameras, return the one that sees most spots, each counted once a camera."""
    model, use = _cover(visible)
    model.add(sum(use) == count)
    model.maximize(sum(int(seen) * variable for seen, variable in zip(visible.sum(axis=1), use, strict=True)))
    run = run_cp_sat(model, limits)
    return [k for k, variable in enumerate(use) if run.value(variable)] if run.has_plan else []
