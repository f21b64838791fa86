"""Bound the price of any plan from below: `lower_bound`.

Of pairs. Two blocks lie apart along one axis, there by at least half of each one's least side; so
Σ_{i<j} φ_ij (m_i + m_j) / 2 can never be undercut.

Of subsets (J. Huchette, S. S. Dey and J. P. Vielma, *Beating the SDP bound for the floor layout problem*, INFOR 2017).
Let d_ij be the rectilinear distance of blocks i, j in any plan, and S some of the blocks. Cut down to S the plan is
still an arrangement of S in the hall under the same limits, so

    Σ_{i<j in S} φ_ij d_ij ≥ v_S

for every v_S that bounds the mixed-integer program of S alone (`layout.zones.blocks.apart`). These rows join the
program of larger subsets, and at last the linear relaxation of the whole: any plan is an answer of it, so its price is
a bound. By duality it is no less than Σ_S λ_S v_S for all λ ≥ 0 with Σ_{S ∋ i,j} λ_S ≤ 1, the best packing of subsets.

Subsets grow from three blocks to all, those with the most trips first, each size within half of what time is left; the
first size that is not finished takes most of the rest. The bound of a program that is stopped early is as valid.
Values are taken down by `SAFETY` for HiGHS's tolerances.

Where no plan is known, all pairs are tried before; a subset that has no arrangement proves that the whole has none.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.apart import relax, scale_of
from layout.zones.blocks.problem import BlockProblem
from outlet.mip import Relaxation, run_mip
from outlet.outcome import Limits, StoppedBy

Floats = NDArray[np.float64]

SAFETY = 1e-5
WORK_SHARE = 0.1
"""Units of work of `outlet.mip` for each unit of ``Limits.work``."""
LAST_SHARE = 0.7
"""Share of what is left for the last size; the rest is for joining its subsets."""
LEAST_WORK = 0.01
"""What each subset counts at least, in units of work."""
MOST_SUBSETS = 400
"""Subsets of a size that are tried, those with the most trips."""


@dataclass(frozen=True)
class Bound:
    """A price no plan can undercut, what ended its search, and blocks that no plan can hold together (or none)."""

    value: float
    stopped_by: StoppedBy
    impossible: tuple[int, ...] = ()


@dataclass
class _Left:
    """What is left to spend: seconds on the clock until ``deadline``, and units of work."""

    deadline: float
    work: float | None
    whole: _Left | None = None

    @property
    def seconds(self) -> float:
        return self.deadline - time.perf_counter()

    @property
    def is_spent(self) -> bool:
        return self.seconds <= 0.0 or (self.work is not None and self.work <= 0.0)

    def part(self, share: float) -> _Left:
        """Return a share of it; what work that share spends is spent here too."""
        work = None if self.work is None else self.work * share
        return _Left(time.perf_counter() + self.seconds * share, work, self)

    def spend(self, work: float) -> None:
        """Take work off, here and where this is a part of."""
        if self.work is not None:
            self.work -= work
        if self.whole is not None:
            self.whole.spend(work)


def lower_bound(problem: BlockProblem, limits: Limits, seconds: float, price: float | None) -> Bound:
    """Return the bound that was proved within ``limits.work`` or ``seconds``; ``price`` is the best plan's, if any."""
    work = None if limits.work is None else limits.work * WORK_SHARE
    left = _Left(time.perf_counter() + seconds, work)
    k = len(problem.areas)
    value = pair_bound(problem)
    known: dict[tuple[int, ...], float] = {}
    stopped_by: StoppedBy = "work"
    for size in range(3 if price is not None else 2, k + 1):
        if left.is_spent or (price is not None and value >= price * (1 - SAFETY)):
            break
        ended, impossible = _bound_subsets(problem, limits, size, left.part(1.0 if size == k else 0.5), known)
        unfinished = ended == "time" and size < k
        if unfinished:
            ended, impossible = _bound_subsets(problem, limits, size, left.part(LAST_SHARE), known)
        if impossible:
            return Bound(value, "proof", impossible)
        value = max(value, known.get(tuple(range(k)), 0.0), _joined(problem, limits, left, known))
        if ended == "interrupt":
            return Bound(value, "interrupt")
        if unfinished:
            stopped_by = "time" if left.work is None else "work"
            break
    if left.seconds <= 0.0:
        stopped_by = "time"
    return Bound(value, stopped_by)


def pair_bound(problem: BlockProblem) -> float:
    """Return the bound of pairs."""
    side = problem.least_side
    return float((np.triu(problem.trips) * (side[:, None] + side[None, :])).sum() / 2)


def _bound_subsets(
    problem: BlockProblem,
    limits: Limits,
    size: int,
    left: _Left,
    known: dict[tuple[int, ...], float],
) -> tuple[StoppedBy, tuple[int, ...]]:
    """Bound subsets of one size into ``known``; return what ended it and a subset without any arrangement."""
    for subset in _subsets(problem, size):
        if subset in known:
            continue
        if left.is_spent:
            return "time", ()
        within = replace(limits, workers=1, gap=0.0, seconds=left.seconds, work=left.work)
        run = run_mip(relax(problem, subset, known), within)
        left.spend(max(run.work, LEAST_WORK))
        if run.status == "infeasible":
            return "proof", subset
        if run.bound is not None and run.bound > 0:
            known[subset] = run.bound / scale_of(problem) * (1 - SAFETY)
        if run.stopped_by == "interrupt":
            return "interrupt", ()
    return "work", ()


def _subsets(problem: BlockProblem, size: int) -> Iterator[tuple[int, ...]]:
    """Return subsets joined by trips, those with the most first."""
    trips = problem.trips
    k = len(trips)
    found: list[tuple[float, tuple[int, ...]]] = []
    for subset in itertools.islice(itertools.combinations(range(k), size), 200_000):
        inside = trips[np.ix_(subset, subset)]
        if size == 2 or _is_joined(inside):
            found.append((-float(inside.sum()), subset))
    return (subset for _, subset in sorted(found)[:MOST_SUBSETS])


def _is_joined(trips: Floats) -> bool:
    """Tell whether trips lead from each block to each other, perhaps by way of others."""
    reached = np.zeros(len(trips), dtype=bool)
    reached[0] = True
    for _ in range(len(trips)):
        reached |= (trips[reached] > 0).any(axis=0)
    return bool(reached.all())


def _joined(problem: BlockProblem, limits: Limits, left: _Left, known: dict[tuple[int, ...], float]) -> float:
    """Return the price of the whole's linear relaxation with a row for each subset, or 0 where time was too short."""
    model = relax(problem, range(len(problem.areas)), known)
    loose = replace(model, integer=np.zeros_like(model.integer))
    found = Relaxation(loose, replace(limits, workers=1)).solve(max(left.seconds, 1.0))
    return 0.0 if found is None else found[1] / scale_of(problem) * (1 - SAFETY)
