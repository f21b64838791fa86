"""One instance of the benchmark and what solving it gave."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from outlet.outcome import Limits, Outcome
from siting.locate import SitePlan

Solve = Callable[[Limits], Outcome[SitePlan]]
VALUE_TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Case:
    """One instance.

    Parameters
    ----------
    table, name
        Where it stands.
    goal
        Whether the ``least`` or the ``most`` is sought.
    known
        Published value, or None.
    is_optimum
        Whether the published value is proved to be the optimum.
    make
        Reads or draws the instance and returns the model with everything but limits given.
    seconds
        Most seconds it may take, as issue 5 asks.
    gap
        Greatest proved gap that is good enough; 0 asks for proof.
    memory_gb
        Most memory of the whole process, or None.
    """

    table: str
    name: str
    goal: Literal["least", "most"]
    known: float | None
    make: Callable[[], Solve]
    seconds: float
    gap: float = 0.0
    is_optimum: bool = True
    memory_gb: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What solving one instance gave: times in seconds, of the clock and of the processor; peak memory in GB."""

    status: str
    objective: float | None
    bound: float | None
    seconds: float
    processor: float
    memory_gb: float
    note: str = ""

    @property
    def gap(self) -> float:
        """Relative distance of objective and bound; infinite where one is missing."""
        if self.objective is None or self.bound is None:
            return np.inf
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)


def measure(case: Case, limits: Limits) -> Measured:
    """Make the instance and solve it; the times are those of solving alone."""
    solve = case.make()
    clock, processor = time.perf_counter(), time.process_time()
    outcome = solve(limits)
    return Measured(
        status=outcome.status,
        objective=outcome.objective,
        bound=outcome.bound,
        seconds=time.perf_counter() - clock,
        processor=time.process_time() - processor,
        memory_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        note="; ".join(outcome.reasons),
    )


def wrong(case: Case, found: Measured) -> str:
    """Say what of an answer contradicts itself or what is published, or nothing."""
    sign = 1.0 if case.goal == "least" else -1.0
    slack = VALUE_TOLERANCE * max(1.0, abs(case.known or found.objective or 0.0))
    if found.objective is None:
        return "no plan"
    if found.bound is None:
        return "no bound"
    if sign * (found.bound - found.objective) > slack:
        return "plan passes bound"
    if case.known is None:
        return ""
    if case.is_optimum and sign * (case.known - found.objective) > slack:
        return "better than optimum"
    if sign * (found.bound - case.known) > slack:
        return "bound above known" if sign > 0 else "bound below known"
    return ""


def missed(case: Case, found: Measured) -> str:
    """Say what of the target is missed, or nothing."""
    faults = [wrong(case, found)]
    off = 0.0
    if case.known is not None and found.objective is not None:
        off = (found.objective - case.known) * (1.0 if case.goal == "least" else -1.0)
    if case.known is not None and case.gap == 0 and off > VALUE_TOLERANCE * max(1.0, abs(case.known)):
        faults.append("optimum not reached")
    if found.gap > case.gap and found.status != "optimal":
        faults.append(f"gap above {100 * case.gap:g} %")
    if found.seconds > case.seconds:
        faults.append(f"slower than {case.seconds:g} s")
    if case.memory_gb is not None and found.memory_gb > case.memory_gb:
        faults.append(f"more than {case.memory_gb:g} GB")
    return ", ".join(fault for fault in faults if fault)
