r"""Cover the most demand where coverage decays between two radii.

Gradual covering (Church and Roberts, 1983; Berman, Krass and Drezner, 2003): candidate j covers the share s_ij of
demand point i, 1 up to its radius and falling linearly to 0 at the second; a point counts the best share of what is
open::

    max Σ_i w_i max_{j open} s_ij  =  Σ_i w_i − min Σ_i w_i min(1, min_{j open} (1 − s_ij))

which is a p-median whose points may stay unserved at cost 1 (`median`): its plan and its bound are those of the cover.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_finite
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate.median.p_median import p_median
from siting.locate.problem import check
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts, Positions, SitePlan, SiteRules

MOST_TRIES = 5


def gradual_shares(pairs: Pairs, radius: ArrayLike, decay_to: ArrayLike) -> Pairs:
    """Return the pairs of some share, the share in place of the cost; both radii one number or one per candidate.

    Raises
    ------
    InputError
        When a second radius is no number, or less than the first.
    """
    inner = np.broadcast_to(np.asarray(radius, dtype=np.float64), (pairs.m,))
    outer = as_finite("decay_to", decay_to)
    if outer.shape not in ((), (pairs.m,)):
        raise InputError(f"decay_to has shape {outer.shape}; expected a number, or one per candidate ({pairs.m},)")
    outer = np.broadcast_to(outer, (pairs.m,))
    if (short := outer < inner).any():
        j = int(np.argmax(short))
        raise InputError(f"decay_to is {outer[j]:g} where the radius is {inner[j]:g}; expected at least the radius")
    near, far = inner[pairs.candidate], outer[pairs.candidate]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(pairs.cost <= near, 1.0, (far - pairs.cost) / (far - near))
    kept = (pairs.cost <= near) | ((pairs.cost < far) & (share > 0))
    return replace(pairs.where(kept), cost=np.minimum(share[kept], 1.0))


def cover_gradually(
    shares: Pairs, weight: Amounts, p: int | None, rules: SiteRules, limits: Limits, start: Positions | None
) -> Outcome[SitePlan]:
    """Return the best set for shares by pair: the p-median of what is not covered, told as cover."""
    started = time.perf_counter()
    total = math.fsum(weight.tolist())
    lost = replace(shares, cost=1.0 - shares.cost).as_csr()
    gap = limits.gap
    for _ in range(MOST_TRIES):
        left = max(0.01, limits.seconds - (time.perf_counter() - started))
        found = p_median(
            lost, weight, p, unreached=1.0, rules=rules, limits=replace(limits, seconds=left, gap=gap), start=start
        )
        outcome = _as_cover(found, shares, weight, total)
        if outcome.stopped_by != "gap" or outcome.gap is None or outcome.gap <= limits.gap or found.solution is None:
            break
        start = found.solution.opened
        gap = 0.9 * limits.gap * (outcome.objective or 0.0) / max(found.objective or 0.0, 1e-300)
    return replace(outcome, seconds=time.perf_counter() - started)


def _as_cover(found: Outcome[SitePlan], shares: Pairs, weight: Amounts, total: float) -> Outcome[SitePlan]:
    bound = None if found.bound is None else total - found.bound
    if found.solution is None:
        return replace(found, bound=bound)
    objective = check.gradual_demand(shares, weight, found.solution.opened)
    if found.status == "optimal" or (bound is not None and bound < objective):
        bound = objective
    return replace(found, objective=objective, bound=bound)
