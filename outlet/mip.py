"""Run a mixed-integer or linear model with HiGHS, given as arrays, and translate its status once for all models.

HiGHS runs in a thread of its own through highspy, so that Ctrl-C ends a solve at once: the incumbent and the bound
that HiGHS has told so far come back with ``stopped_by="interrupt"``, even while HiGHS is deep in one linear program.
Costs are divided by a power of two before the solve, so that HiGHS's absolute tolerances (1e-6) mean the same for
tiny and for huge costs.

A limit on work stops a solve at the same point every time: work is counted in HiGHS's own regular checks, each
weighed by the size of the model, about one unit a second.
"""

from __future__ import annotations

import atexit
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.outcome import Limits, Status, StoppedBy
from outlet.scaling import unit_of

ENTRIES_PER_WORK = 1_000_000.0
"""Matrix entries, rows and columns times checks that make one unit of work: about a second for covering models."""

PATIENCE_S = 2.0
"""How long HiGHS may take to stop after Ctrl-C before it is left behind."""

LAST_WAIT_S = 60.0
"""How long a process waits at its end for one left behind."""

_MODEL = highspy.HighsModelStatus
_PLAN_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class MipModel:
    """A linear model in c columns and r rows: ``row_lower ≤ rows · x ≤ row_upper``, ``lower ≤ x ≤ upper``.

    Parameters
    ----------
    cost, lower, upper
        Objective coefficients and bounds, shape (c,).
    integer
        Which columns must be whole, shape (c,).
    rows
        Shape (r, c).
    row_lower, row_upper
        Shape (r,); infinite where a row has no such side.
    maximise
        Whether the most is sought, else the least.
    """

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: sparse.csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    maximise: bool = False


@dataclass(frozen=True, kw_only=True)
class MipRun:
    """What one solve gave; ``x`` has whole numbers where the model asks for them; ``work`` is what it took."""

    status: Status
    x: NDArray[np.float64] | None
    objective: float | None
    bound: float | None
    seconds: float
    stopped_by: StoppedBy
    work: float = 0.0


@dataclass
class _Watch:
    """What the callbacks of one solve see and say; the main thread and HiGHS's thread share it."""

    most_checks: float
    deadline: float = math.inf
    checks: int = 0
    stop: StoppedBy | None = None
    x: NDArray[np.float64] | None = None
    bound: float | None = None
    done: threading.Event = field(default_factory=threading.Event)
    fault: BaseException | None = None
    on_incumbent: Callable[[NDArray[np.float64]], None] | None = None

    def on_check(self, event: highspy.highs.HighsCallbackEvent) -> None:
        self.checks += 1
        bound = float(event.data_out.mip_dual_bound)
        self.bound = bound if math.isfinite(bound) else self.bound
        if self.stop is None and self.checks > self.most_checks:
            self.stop = "work"
        if self.stop is not None:
            event.interrupt()

    def on_simplex(self, event: highspy.highs.HighsCallbackEvent) -> None:
        if self.stop is not None:
            event.interrupt()

    def on_solution(self, event: highspy.highs.HighsCallbackEvent) -> None:
        self.x = np.array(event.data_out.mip_solution, dtype=np.float64)
        if self.on_incumbent is not None:
            self.on_incumbent(self.x)


def run_mip(
    model: MipModel,
    limits: Limits,
    *,
    start: NDArray[np.float64] | None = None,
    target: float | None = None,
    heuristics: bool = True,
    on_incumbent: Callable[[NDArray[np.float64]], None] | None = None,
) -> MipRun:
    """Solve ``model`` within ``limits``.

    Parameters
    ----------
    model
        The model.
    limits
        ``workers`` sets HiGHS's threads, ``gap`` its relative gap (0: to proof within 1e-6 of the largest cost).
    start
        A plan to begin with, shape (c,); NaN where a column has no value yet. One that breaks a row is ignored.
    target
        Stop with ``gap`` once a plan reaches this objective.
    heuristics
        Whether HiGHS may look for plans beside branching.
    on_incumbent
        Called with every better plan, in HiGHS's thread.

    Raises
    ------
    RuntimeError
        When HiGHS refuses the model or calls it unbounded: a bug of ours, never of the planner's data.
    """
    started = time.perf_counter()
    unit = unit_of(model.cost)
    highs = _load(model, unit, limits)
    _set(highs, "mip_rel_gap", float(limits.gap))
    if target is not None:
        _set(highs, "objective_target", target / unit)
    if not heuristics:
        _set(highs, "mip_heuristic_effort", 0.0)
    if start is not None:
        given = np.flatnonzero(~np.isnan(start)).astype(np.int32)
        highs.setSolution(len(given), given, start[given].astype(np.float64))
    size = model.rows.nnz + sum(model.rows.shape)
    most = math.inf if limits.work is None else max(1.0, limits.work * ENTRIES_PER_WORK / max(size, 1))
    watch = _Watch(most_checks=most, on_incumbent=on_incumbent)
    highs.cbMipInterrupt.subscribe(watch.on_check)
    highs.cbMipImprovingSolution.subscribe(watch.on_solution)
    finished = _run(highs, watch)
    run = _translate(model, highs, watch) if finished else _from_watch(watch)
    bound = None if run.bound is None else run.bound * unit
    x, objective = run.x, None
    if x is not None:
        x = np.where(model.integer, np.rint(x), x)
        objective = float(model.cost @ x)
    return MipRun(
        status=run.status,
        x=x,
        objective=objective,
        bound=bound,
        seconds=time.perf_counter() - started,
        stopped_by=run.stopped_by,
        work=watch.checks * size / ENTRIES_PER_WORK,
    )


class Relaxation:
    """A linear program that is solved again and again while rows are added, from where the last solve ended.

    After a solve ``is_infeasible`` tells whether HiGHS proved that there is no solution, and ``row_dual`` what one more
    unit of each row's side is worth, shape (r,).
    """

    def __init__(self, model: MipModel, limits: Limits) -> None:
        self._unit = unit_of(model.cost)
        self._highs = _load(model, self._unit, limits, relaxed=True)
        _set(self._highs, "solver", "simplex")
        self.is_infeasible = False
        self.row_dual = np.zeros(0)

    def add_rows(self, rows: sparse.csr_array, row_lower: NDArray[np.float64], row_upper: NDArray[np.float64]) -> None:
        """Add rows ``row_lower ≤ rows · x ≤ row_upper``."""
        self._highs.addRows(
            rows.shape[0],
            row_lower,
            row_upper,
            rows.nnz,
            rows.indptr[:-1].astype(np.int32),
            rows.indices.astype(np.int32),
            rows.data.astype(np.float64),
        )

    def solve(self, seconds: float) -> tuple[NDArray[np.float64], float, NDArray[np.float64]] | None:
        """Return x, the objective and the reduced costs, or None when stopped by the clock or there is no solution.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C, once HiGHS has stopped.
        """
        _set(self._highs, "time_limit", self._highs.getRunTime() + max(seconds, 0.001))
        watch = _Watch(most_checks=math.inf)
        self._highs.cbSimplexInterrupt.subscribe(watch.on_simplex)
        finished = _run(self._highs, watch)
        if watch.stop == "interrupt":
            raise KeyboardInterrupt
        self.is_infeasible = finished and self._highs.getModelStatus() == _MODEL.kInfeasible
        if not finished or self._highs.getModelStatus() != _MODEL.kOptimal:
            return None
        self._highs.cbSimplexInterrupt.unsubscribe(watch.on_simplex)
        found = self._highs.getSolution()
        self.row_dual = np.array(found.row_dual, dtype=np.float64) * self._unit
        x = np.array(found.col_value, dtype=np.float64)
        reduced = np.array(found.col_dual, dtype=np.float64) * self._unit
        return x, float(self._highs.getInfo().objective_function_value) * self._unit, reduced


def _load(model: MipModel, unit: float, limits: Limits, *, relaxed: bool = False) -> highspy.Highs:
    highspy.Highs.resetGlobalScheduler(True)
    highs = highspy.Highs()
    highs.silent()
    _set(highs, "threads", limits.workers)
    _set(highs, "random_seed", limits.seed % 2**31)
    _set(highs, "time_limit", float(limits.seconds))
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = model.rows.shape
    program.col_cost_ = model.cost / unit
    program.col_lower_, program.col_upper_ = model.lower, model.upper
    program.row_lower_, program.row_upper_ = model.row_lower, model.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.num_row_, program.a_matrix_.num_col_ = model.rows.shape
    program.a_matrix_.start_ = model.rows.indptr.astype(np.int32)
    program.a_matrix_.index_ = model.rows.indices.astype(np.int32)
    program.a_matrix_.value_ = model.rows.data.astype(np.float64)
    program.sense_ = highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize
    if not relaxed and model.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[whole] for whole in model.integer.astype(int).tolist()]
    if highs.passModel(program) == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS refused a model of {model.rows.shape[0]} rows and {model.rows.shape[1]} columns")
    return highs


def _set(highs: highspy.Highs, name: str, value: float | str) -> None:
    if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
        raise RuntimeError(f"HiGHS refused the option {name} = {value!r}")


def _run(highs: highspy.Highs, watch: _Watch) -> bool:
    """Run HiGHS in a thread; on Ctrl-C ask it to stop and return False where it does not within `PATIENCE_S`."""

    def work() -> None:
        try:
            highs.run()
            highspy.Highs.resetGlobalScheduler(False)
        except BaseException as fault:  # noqa: BLE001 - handed to the caller's thread
            watch.fault = fault
        finally:
            watch.done.set()

    threading.Thread(target=work, name="HiGHS", daemon=True).start()
    asked = math.inf
    while not watch.done.is_set():
        try:
            watch.done.wait(0.05)
        except KeyboardInterrupt:
            watch.stop = "interrupt"
            asked = min(asked, time.perf_counter())
        if time.perf_counter() > asked + PATIENCE_S:
            # Its thread is left behind; a process that ended under it would abort.
            atexit.register(watch.done.wait, LAST_WAIT_S)
            return False
    if watch.fault is not None:
        raise watch.fault
    return True


def _translate(model: MipModel, highs: highspy.Highs, watch: _Watch) -> MipRun:
    code = highs.getModelStatus()
    if code == _MODEL.kInfeasible or (code == _MODEL.kUnboundedOrInfeasible and _is_bounded(model)):
        return MipRun(status="infeasible", x=None, objective=None, bound=None, seconds=0.0, stopped_by="proof")
    stops: dict[highspy.HighsModelStatus, StoppedBy] = {
        _MODEL.kOptimal: "proof",
        _MODEL.kModelEmpty: "proof",
        _MODEL.kObjectiveTarget: "gap",
        _MODEL.kTimeLimit: "time",
        _MODEL.kSolutionLimit: "work",
        _MODEL.kIterationLimit: "work",
        _MODEL.kInterrupt: watch.stop or "interrupt",
    }
    if code not in stops:
        raise RuntimeError(f"HiGHS ended with {highs.modelStatusToString(code)}")
    info = highs.getInfo()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.array(highs.getSolution().col_value, dtype=np.float64) if has_plan or code == _MODEL.kModelEmpty else None
    objective = float(info.objective_function_value) if x is not None else None
    bound: float | None = float(info.mip_dual_bound if model.integer.any() else info.objective_function_value)
    if bound is not None and not math.isfinite(bound):
        bound = None
    status: Status = "undecided" if x is None else "feasible"
    stopped_by = stops[code]
    if code in (_MODEL.kOptimal, _MODEL.kModelEmpty) and objective is not None:
        near = bound is None or abs(objective - bound) <= 1e-6 * max(1.0, abs(objective))
        status, stopped_by = ("optimal", "proof") if near else ("feasible", "gap")
    return MipRun(status=status, x=x, objective=objective, bound=bound, seconds=0.0, stopped_by=stopped_by)


def _from_watch(watch: _Watch) -> MipRun:
    status: Status = "undecided" if watch.x is None else "feasible"
    return MipRun(status=status, x=watch.x, objective=None, bound=watch.bound, seconds=0.0, stopped_by="interrupt")


def _is_bounded(model: MipModel) -> bool:
    priced = model.cost != 0
    return bool(np.isfinite(model.lower[priced]).all() and np.isfinite(model.upper[priced]).all())
