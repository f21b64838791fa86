"""Hold what a model answers: a plan or None, its price, and how much better any plan could be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from outlet.errors import InputError, NoSolutionError

S = TypeVar("S")

Status = Literal["optimal", "feasible", "infeasible", "undecided"]
StoppedBy = Literal["proof", "gap", "time", "work", "interrupt"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """State when a solve must stop.

    Parameters
    ----------
    seconds
        Wall-clock limit, without the compiling of kernels on their first use ever. A plan stopped by it may differ
        from run to run.
    gap
        Relative gap at which a plan is good enough; 0 asks for proof.
    workers
        Threads the solver may use.
    seed
        Seed of every random choice.
    work
        Limit on deterministic work (CP-SAT's deterministic seconds, our kernels' iterations), or None.
        A solve stopped by it gives the same plan every time.
    """

    seconds: float = 60.0
    gap: float = 0.0
    workers: int = 2
    seed: int = 0
    work: float | None = None

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise InputError(f"Limits.seconds is {self.seconds}; expected a positive number of seconds")
        if not 0 <= self.gap < 1:
            raise InputError(f"Limits.gap is {self.gap}; expected a share from 0 up to but not including 1")
        if self.workers < 1:
            raise InputError(f"Limits.workers is {self.workers}; expected at least 1")
        if self.seed < 0:
            raise InputError(f"Limits.seed is {self.seed}; expected a whole number from 0")
        if self.work is not None and not self.work > 0:
            raise InputError(f"Limits.work is {self.work}; expected a positive amount or None")


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[S]):
    """Answer of a model.

    Parameters
    ----------
    status
        ``optimal``: proved; ``feasible``: a plan, not proved best; ``infeasible``: proved that none
        exists; ``undecided``: stopped before either.
    solution
        The plan, or None where there is none.
    objective
        Price of the plan as our own checker computes it, or None.
    bound
        Proved limit no plan can pass, in the objective's unit, or None where none is known.
    seconds
        Wall-clock time of the solve.
    stopped_by
        ``proof``, ``gap``, ``time``, ``work`` or ``interrupt``.
    reasons
        Why there is no plan, where that is known, in words.
    """

    status: Status
    solution: S | None
    objective: float | None
    bound: float | None
    seconds: float
    stopped_by: StoppedBy
    reasons: tuple[str, ...] = ()

    @classmethod
    def without_plan(
        cls, stopped_by: StoppedBy, reasons: tuple[str, ...], *, seconds: float = 0.0, bound: float | None = None
    ) -> Outcome[S]:
        """Return the answer where there is no plan: infeasible where that is proved, else undecided."""
        return cls(
            status="infeasible" if stopped_by == "proof" else "undecided",
            solution=None,
            objective=None,
            bound=bound,
            seconds=seconds,
            stopped_by=stopped_by,
            reasons=reasons,
        )

    @property
    def gap(self) -> float | None:
        """Relative distance of objective and bound, ``|objective - bound| / max(|objective|, 1e-9)``."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)

    def require(self) -> S:
        """Return the plan, or raise NoSolutionError that says why there is none."""
        if self.solution is not None:
            return self.solution
        why = "; ".join(self.reasons) or "no reason could be proved"
        if self.status == "infeasible":
            raise NoSolutionError(f"no plan exists: {why}")
        raise NoSolutionError(f"no plan was found before the solve was stopped by {self.stopped_by}: {why}")
