"""Keep the best plan and the best bound of one solve, and say when to stop.

Every model runs as a list of phases (heuristic, bound, exact model); each offers plans and tightens the bound. What
is best at the end is the answer, whichever phase it came from and whatever stopped it, Ctrl-C included.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from outlet.compiled import compiling_seconds
from outlet.mip import MipRun
from outlet.outcome import Limits, Outcome, Status, StoppedBy
from outlet.progress import watched
from siting.locate.problem.check import require_allowed
from siting.locate.problem.plan import Positions, SitePlan
from siting.locate.problem.rules import SiteRows

PROOF = 1e-9
"""Relative difference of price and bound that is rounding."""

SOLVER_PROOF = 2e-6
"""The same where HiGHS says optimal: its tolerances are 1e-6."""

FIRST_TOLD_S = 1.0
"""Seconds after which a solve begins to tell how far it is; it tells again when half as much time again is gone."""

WHOLE = 1e-4
"""How near a bound comes to a whole number before it is taken for rounding, where every price is whole."""

NAMED = 8


@dataclass
class Search:
    """One solve under way.

    Parameters
    ----------
    goal
        Whether the price is to be the ``most`` or the ``least``.
    rows
        The rules every offered plan must satisfy.
    limits
        When to stop.
    price
        The solver-free price of a set.
    whole
        Whether every price is a whole number.
    """

    goal: Literal["most", "least"]
    rows: SiteRows
    limits: Limits
    price: Callable[[Positions], float]
    whole: bool = False
    opened: Positions | None = None
    objective: float | None = None
    bound: float | None = None
    stopped_by: StoppedBy | None = None
    infeasible: bool = False
    work: float = 0.0
    reasons: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    compiled_before: float = field(default_factory=compiling_seconds)
    tell_after: float = FIRST_TOLD_S

    def offer(self, opened: Positions) -> bool:
        """Take a set where it is better than the best so far; tell whether it was."""
        opened = np.sort(np.asarray(opened, dtype=np.int64))
        require_allowed(self.rows, opened)
        price = self.price(opened)
        if not math.isfinite(price) or (self.objective is not None and not self._better(price, self.objective)):
            return False
        self.opened, self.objective = opened, price
        self._tell()
        return True

    def tighten(self, bound: float | None, *, rounding: float = PROOF) -> None:
        """Take a bound where it is better than the best so far; one within ``rounding`` of the price is a proof."""
        if bound is None or not math.isfinite(bound):
            return
        if self.whole:
            bound = float(math.floor(bound + WHOLE) if self.goal == "most" else math.ceil(bound - WHOLE))
        if self.objective is not None and abs(bound - self.objective) <= rounding * max(abs(self.objective), 1e-300):
            bound = self.objective
        if self.bound is None or self._better(self.bound, bound):
            self.bound = bound
        self._tell()

    def take(self, run: MipRun, opened: Positions | None) -> None:
        """Take what an exact model gave: its plan, its bound, and what stopped it."""
        self.work += run.work
        if run.status == "infeasible":
            self.infeasible = self.opened is None
            return
        if opened is not None:
            self.offer(opened)
        self.tighten(run.bound, rounding=SOLVER_PROOF if run.status == "optimal" else PROOF)
        if run.stopped_by != "proof":
            self.stopped_by = run.stopped_by

    def refuse(self, reasons: Sequence[str]) -> bool:
        """Take why no plan can exist; tell whether there is any such reason."""
        self.infeasible, self.reasons = bool(reasons), list(reasons)
        return self.infeasible

    def run(self, phases: Sequence[Callable[[], None]]) -> None:
        """Run phases in order until the gap is closed, no plan can exist, or a limit or Ctrl-C ends them."""
        for phase in phases:
            if self.is_done or self.infeasible:
                return
            if self.seconds_left <= 0 or self.work_left <= 0:
                self.stopped_by = "time" if self.seconds_left <= 0 else "work"
                return
            try:
                phase()
            except KeyboardInterrupt:
                self.stopped_by = "interrupt"
            if self.stopped_by in ("interrupt", "time"):
                return

    @property
    def is_done(self) -> bool:
        """Whether the gap asked for is reached."""
        if self.objective is None or self.bound is None:
            return False
        return self.gap <= self.limits.gap

    @property
    def gap(self) -> float:
        """Relative gap as `Outcome` states it; infinite where there is no plan or no bound."""
        if self.objective is None or self.bound is None:
            return math.inf
        return max(0.0, self._excess()) / max(abs(self.objective), 1e-9)

    @property
    def seconds_left(self) -> float:
        """Seconds until the clock limit, which does not count the compiling of kernels on their first use ever."""
        compiling = compiling_seconds() - self.compiled_before
        return self.limits.seconds - (time.perf_counter() - self.started - compiling)

    @property
    def work_left(self) -> float:
        """Work until the limit on work."""
        return math.inf if self.limits.work is None else self.limits.work - self.work

    @property
    def limits_left(self) -> Limits:
        """The limits for what is still to be done."""
        work = None if self.limits.work is None else max(self.work_left, 1e-6)
        return Limits(
            seconds=max(self.seconds_left, 0.01),
            gap=self.limits.gap,
            workers=self.limits.workers,
            seed=self.limits.seed,
            work=work,
        )

    def answer(self, plan_of: Callable[[Positions], SitePlan]) -> Outcome[SitePlan]:
        """Return the outcome.

        Raises
        ------
        RuntimeError
            When a plan is better than the bound allows: a bug of ours.
        """
        seconds = time.perf_counter() - self.started
        if self.opened is None or self.objective is None:
            status: Status = "infeasible" if self.infeasible else "undecided"
            stopped: StoppedBy = "proof" if self.infeasible else self._stopped()
            bound = None if self.infeasible else self.bound
            if self.infeasible and not self.reasons:
                self.reasons.append(f"no set answers the question together with {self._named_rules()}")
            return Outcome(
                status=status, solution=None, objective=None, bound=bound, seconds=seconds, stopped_by=stopped,
                reasons=tuple(self.reasons),
            )  # fmt: skip
        bound = self.bound
        if bound is not None and self._excess() < 0:
            if self._excess() < -1e-5 * max(abs(self.objective), 1e-9):
                raise RuntimeError(f"a plan of price {self.objective} passes its bound {bound}")
            bound = self.objective
        status = "optimal" if bound == self.objective else "feasible"
        ended: StoppedBy = "proof" if status == "optimal" else self._stopped()
        return Outcome(
            status=status, solution=plan_of(self.opened), objective=self.objective, bound=bound, seconds=seconds,
            stopped_by=ended, reasons=tuple(self.reasons),
        )  # fmt: skip

    def _tell(self) -> None:
        """Tell whoever watches the command how far the solve is, ever more seldom."""
        seconds = time.perf_counter() - self.started
        if seconds < self.tell_after or self.objective is None:
            return
        self.tell_after = 1.5 * seconds
        bound = "no bound yet" if self.bound is None else f"bound {self.bound:,.6g}, gap {100 * self.gap:.3g} %"
        watched().say(f"  plan {self.objective:,.6g}, {bound}, {seconds:.0f} s")

    def _named_rules(self) -> str:
        names = [*self.rows.names[:NAMED], *(["…"] if len(self.rows.names) > NAMED else [])]
        if len(self.rows.locked_open) or not self.rows.can_open.all():
            names.append("what is locked")
        return ", ".join(names) or "what is out of reach"

    def _stopped(self) -> StoppedBy:
        """Return what ended a search without proof."""
        if self.stopped_by != "interrupt" and self.is_done:
            return "gap"
        return self.stopped_by or ("time" if self.seconds_left <= 0 else "work")

    def _better(self, price: float, than: float) -> bool:
        return price > than if self.goal == "most" else price < than

    def _excess(self) -> float:
        """How much better than the plan the bound allows; negative where the plan passes the bound."""
        if self.objective is None or self.bound is None:
            return math.inf
        return self.bound - self.objective if self.goal == "most" else self.objective - self.bound


def are_whole(*amounts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    """Tell whether all amounts are whole numbers whose sums are exact in floating point."""
    return all(bool((values == np.rint(values)).all()) and float(np.abs(values).sum()) < 2**52 for values in amounts)
