r"""Hold who may serve whom, at what cost and within which loads, in the form that the compiled kernels take.

All problems with loads are one (Balinski, 1965; with a way out for each demand point)::

    min Σ_j g_j y_j + Σ_ij c_ij x_ij + Σ_i u_i v_i
    Σ_j x_ij + v_i = 1,   L_j y_j ≤ Σ_i d_i x_ij ≤ C_j y_j,   0 ≤ x_ij ≤ y_j,   low ≤ A y ≤ high,   y binary

u_i is what demand point i costs where nobody serves it; where all must be served it is more than any plan costs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.compiled import compiled
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts
from siting.locate.problem.rules import SiteRows

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Service(NamedTuple):
    """Demand points with the pairs of each, nearest first, and the sites.

    ``start`` (n + 1,), ``candidate`` and ``cost`` (k,); ``limit`` and ``load`` (n,): u and d; ``charge``, ``room`` and
    ``least`` (m,): g, C (infinite where there is none) and L; ``by_start`` (m + 1,) and ``by_entry``: the pairs by
    site, empty where no site has a least load.
    """

    start: Ints
    candidate: Places
    cost: Floats
    limit: Floats
    load: Floats
    charge: Floats
    room: Floats
    least: Floats
    by_start: Ints
    by_entry: Ints


class Bars(NamedTuple):
    """The rules over the sites: ``main`` (m,) with its two sides in ``main_range`` (2,), and all others by site.

    The main row is one whose coefficients are from 0; the relaxation holds it exactly and prices the others.
    """

    main: Floats
    main_range: Floats
    start: Ints
    row: Ints
    value: Floats
    low: Floats
    high: Floats


def owners(service: Service) -> Ints:
    """Return the demand point of every pair, shape (k,)."""
    return np.repeat(np.arange(len(service.limit)), np.diff(service.start))


def service_of(pairs: Pairs, limit: Amounts, load: Amounts, charge: Amounts, loads: tuple[Amounts, Amounts]) -> Service:
    """Return the pairs that can matter; ``loads`` are most and least per site.

    Pairs no cheaper than ``limit`` are left out, but for sites that may need them to meet a least load.
    """
    near = pairs.where((pairs.cost < limit[pairs.point]) | (loads[1][pairs.candidate] > 0))
    near = Pairs(near.m, near.start, *_nearest_first(near.start, near.candidate, near.cost))
    return with_columns(
        Service(
            near.start.astype(np.int64), near.candidate, near.cost, limit, load, charge, loads[0], loads[1],
            np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64),
        )
    )  # fmt: skip


def with_columns(service: Service) -> Service:
    """Return the same with its pairs by site, where a site has a least load."""
    if not (service.least > 0).any():
        return service
    order = np.argsort(service.candidate, kind="stable").astype(np.int64)
    count = np.bincount(service.candidate, minlength=len(service.charge))
    return service._replace(by_start=np.concatenate(([0], np.cumsum(count))).astype(np.int64), by_entry=order)


def bars_of(rows: SiteRows, room: Amounts, needed: float, each: float) -> Bars:
    """Return the rules over the sites, with rows that enough capacity opens for the demand that must be served.

    ``each`` is about how many demand points an outlet serves: rows other than the main one are scaled by it, so that
    one step size suits their prices and those of the demand points.
    """
    matrix, low, high = rows.rows, rows.row_lower, rows.row_upper
    at = 0 if rows.p is not None else _first_of_weights(matrix)
    if np.isfinite(room).all() and needed > 0:
        own = sparse.csr_array(np.vstack([room, np.ones(rows.m)]))
        matrix = sparse.csr_array(sparse.vstack([matrix, own]))
        low, high = np.append(low, [needed, fewest(room, rows.upper, needed)]), np.append(high, [np.inf, np.inf])
        if rows.p is None:
            at = len(low) - (1 if np.ptp(room[rows.upper > 0]) == 0 else 2)
    main, main_range = np.zeros(rows.m), np.array([-np.inf, np.inf])
    if at >= 0:
        main = np.asarray(matrix[[at], :].todense(), dtype=np.float64).ravel()
        main_range = np.array([low[at], high[at]])
    rest = np.delete(np.arange(matrix.shape[0]), at) if at >= 0 else np.arange(matrix.shape[0])
    left = sparse.csr_array(matrix[rest, :]) if len(rest) else sparse.csr_array((0, rows.m))
    top = np.asarray(abs(left).max(axis=1).todense(), dtype=np.float64).ravel() if len(rest) else np.zeros(0)
    scale = each / np.where(top > 0, top, 1.0)
    per_entry = np.repeat(scale, np.diff(left.indptr))
    scaled = sparse.csr_array((left.data * per_entry, left.indices, left.indptr), left.shape)
    columns = scaled.tocsc()
    return Bars(
        main, main_range, columns.indptr.astype(np.int64), columns.indices.astype(np.int64),
        columns.data.astype(np.float64), low[rest] * scale, high[rest] * scale,
    )  # fmt: skip


def fewest(room: Amounts, upper: Amounts, needed: float) -> float:
    """Return the fewest sites whose room together serves what is needed; all that can open where none suffice."""
    enough = np.cumsum(np.sort(room[upper > 0])[::-1]) >= needed * (1 - 1e-12)
    return float(np.argmax(enough) + 1) if enough.any() else float(len(enough))


def _first_of_weights(matrix: sparse.csr_array[np.float64]) -> int:
    """Return the longest row with no coefficient below 0, −1 where there is none."""
    lengths = np.diff(matrix.indptr)
    for at in np.argsort(-lengths, kind="stable").tolist():
        if lengths[at] and (matrix.data[matrix.indptr[at] : matrix.indptr[at + 1]] >= 0).all():
            return int(at)
    return -1


@compiled
def _nearest_first(start: Ints, candidate: Places, cost: Floats) -> tuple[Places, Floats]:
    """Return the pairs of each demand point by cost, among equals in the order given."""
    sites, costs = candidate.copy(), cost.copy()
    for i in range(len(start) - 1):
        order = np.argsort(cost[start[i] : start[i + 1]], kind="mergesort")
        for at in range(len(order)):
            sites[start[i] + at], costs[start[i] + at] = candidate[start[i] + order[at]], cost[start[i] + order[at]]
    return sites, costs


@compiled
def restricted(service: Service, upper: Floats, opened: Flags) -> tuple[Ints, Places, Floats, Floats]:
    """Return start, candidate, cost and limit of the pairs that can still matter.

    Those of sites that can open, up to the nearest open one of unlimited room: λ is worth no more than its cost.
    """
    n, ends = len(service.limit), len(service.by_entry) == 0
    start, limit = np.zeros(n + 1, dtype=np.int64), service.limit.copy()
    kept = 0
    for i in range(n):
        for at in range(service.start[i], service.start[i + 1]):
            if ends and service.cost[at] > limit[i]:
                break
            j = service.candidate[at]
            if upper[j] > 0.0:
                kept += 1
                if ends and opened[j] and service.room[j] == np.inf:
                    limit[i] = min(limit[i], service.cost[at])
        start[i + 1] = kept
    candidate, cost = np.empty(kept, dtype=np.int32), np.empty(kept)
    for i in range(n):
        to = start[i]
        for at in range(service.start[i], service.start[i + 1]):
            if to == start[i + 1]:
                break
            if upper[service.candidate[at]] > 0.0:
                candidate[to], cost[to] = service.candidate[at], service.cost[at]
                to += 1
    return start, candidate, cost, limit


def way_out(pairs: Pairs, load: Amounts, charge: Amounts, most_open: int) -> tuple[Amounts, float]:
    """Return a cost of serving nobody, (n,), that no plan wants to pay, and a price above that of every full plan.

    A chain of moves makes room for a demand point through at most ``most_open`` sites.
    """
    worst, least = np.zeros(pairs.n), np.full(pairs.n, np.inf)
    np.maximum.at(worst, pairs.point, pairs.cost)
    np.minimum.at(least, pairs.point, pairs.cost)
    total = float(worst.sum() + np.maximum(charge, 0.0).sum())
    some = (load > 0) & (least < np.inf)
    step = float(((worst[some] - least[some]) / load[some]).max(initial=0.0))
    largest = max(1e-300, float(worst.max(initial=0.0)), float(np.abs(charge).max(initial=0.0)))
    above = total + 1e-6 * total + largest
    return worst + above + load * step * (most_open + 1), above
