"""Run a CP-SAT model and translate its status once, for every model of ours.

Workers, linearisation and seed are always set here: CP-SAT's default on a 2-core machine runs no worker with a
full LP, and several workers with a clock give a different plan each run. A solve that makes an artefact passes
``Limits(workers=1, work=…)``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from outlet.outcome import Limits, Status, StoppedBy

_STATUS: dict[int, Status] = {
    int(cp_model.OPTIMAL): "optimal",
    int(cp_model.FEASIBLE): "feasible",
    int(cp_model.INFEASIBLE): "infeasible",
    int(cp_model.UNKNOWN): "undecided",
}


@dataclass(frozen=True)
class CpSatRun:
    """What one CP-SAT solve gave.

    ``value`` reads an integer variable or expression of the plan; it may be called only where ``has_plan``.
    ``core`` holds the indices of assumptions that cannot hold together, where the model is infeasible under them.
    ``work`` is what the solve took, in deterministic seconds.
    """

    status: Status
    objective: float | None
    bound: float | None
    seconds: float
    stopped_by: StoppedBy
    value: Callable[[cp_model.LinearExprT], int]
    core: tuple[int, ...]
    work: float = 0.0

    @property
    def has_plan(self) -> bool:
        """Whether a plan can be read."""
        return self.status in ("optimal", "feasible")


def run_cp_sat(model: cp_model.CpModel, limits: Limits) -> CpSatRun:
    """Solve ``model`` within ``limits``.

    Raises
    ------
    RuntimeError
        When CP-SAT calls the model invalid: a bug of ours, never of the planner's data.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = limits.workers
    parameters.random_seed = limits.seed
    parameters.linearization_level = 2
    parameters.relative_gap_limit = limits.gap
    parameters.max_time_in_seconds = limits.seconds
    if limits.work is not None:
        parameters.max_deterministic_time = limits.work
    started = time.perf_counter()
    code = solver.solve(model)
    seconds = time.perf_counter() - started
    if int(code) not in _STATUS:
        raise RuntimeError(f"CP-SAT refused the model: {solver.status_name(code)}; {model.validate()}")
    status = _STATUS[int(code)]
    has_plan = status in ("optimal", "feasible")
    has_objective = model.has_objective()
    stopped_by: StoppedBy = "proof"
    if status == "optimal" and limits.gap > 0 and has_objective:
        stopped_by = "proof" if solver.objective_value == solver.best_objective_bound else "gap"
        status = "optimal" if stopped_by == "proof" else "feasible"
    elif status in ("feasible", "undecided"):
        stopped_by = "time" if seconds >= limits.seconds or limits.work is None else "work"
    core = tuple(solver.sufficient_assumptions_for_infeasibility()) if status == "infeasible" else ()
    return CpSatRun(
        status=status,
        objective=solver.objective_value if has_plan and has_objective else None,
        bound=solver.best_objective_bound if has_objective and status != "infeasible" else None,
        seconds=seconds,
        stopped_by=stopped_by,
        value=solver.value,
        core=core,
        work=solver.response_proto.deterministic_time,
    )
