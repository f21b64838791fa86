"""Hold which demand point reaches which candidate at what cost, sparse, whatever form it was given in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_vector, in_one_piece, refuse_where
from outlet.errors import InputError
from siting.locate.problem.plan import Amounts, Positions

Matrix = NDArray[np.float64] | sparse.csr_array[np.float64] | sparse.csr_matrix[np.float64]
NAMED = 10


@dataclass(frozen=True, eq=False)
class Pairs:
    """Reachable pairs by demand point: those of point i are entries ``start[i]`` to ``start[i + 1]``.

    Parameters
    ----------
    m
        Number of candidates.
    start
        Shape (n + 1,).
    candidate, cost
        Shape (k,); candidates ascend within a demand point. A cost of zero is a pair like any other.
    """

    m: int
    start: NDArray[np.int64]
    candidate: NDArray[np.int32]
    cost: Amounts

    @property
    def n(self) -> int:
        """Number of demand points."""
        return len(self.start) - 1

    @cached_property
    def point(self) -> NDArray[np.int32]:
        """Demand point of every entry, shape (k,)."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.start))

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return the pairs of which ``keep``, shape (k,), is true; n and m stay."""
        start = np.concatenate(([0], np.cumsum(keep)))[self.start]
        return Pairs(self.m, start, self.candidate[keep], self.cost[keep])

    def of_points(self, points: Positions) -> Pairs:
        """Return the pairs of some demand points, in that order."""
        length = np.diff(self.start)[points]
        start = np.concatenate(([0], np.cumsum(length)))
        take = np.arange(start[-1]) - np.repeat(start[:-1] - self.start[points], length)
        return Pairs(self.m, start, self.candidate[take], self.cost[take])

    def nearest_first(self) -> Pairs:
        """Return the pairs with the entries of each demand point by cost, then by candidate."""
        return self.reordered(np.lexsort((self.candidate, self.cost, self.point)))

    def reordered(self, order: Positions) -> Pairs:
        """Return the pairs with the entries of each demand point in another order, given over all entries."""
        return Pairs(self.m, self.start, self.candidate[order], self.cost[order])

    def as_csr(self) -> sparse.csr_array[np.float64]:
        """Return the costs as CSR of shape (n, m), zeros explicit."""
        return sparse.csr_array((self.cost, self.candidate, self.start), shape=(self.n, self.m))


def read_pairs(name: str, values: Matrix, *, finite: bool = False) -> Pairs:
    """Return the pairs of a dense or sparse matrix of shape (n, m).

    An infinite entry is a pair out of reach, unless all must be ``finite``; in a sparse matrix so is an absent entry,
    and an explicit zero is a pair at no cost.

    Raises
    ------
    InputError
        When the shape is wrong, or an entry is NaN, negative or not ``finite``: the first is named by row and column.
    """
    pairs = _from_sparse(name, values) if sparse.issparse(values) else _from_dense(name, values, finite=finite)
    if pairs.n == 0 or pairs.m == 0:
        raise InputError(
            f"{name} has shape ({pairs.n}, {pairs.m}); expected at least one demand point and one candidate"
        )
    if not len(pairs.cost):
        return pairs
    if not pairs.cost.min() >= 0:
        _refuse(name, pairs, np.isnan(pairs.cost) | (pairs.cost < 0), "a number from 0")
    if pairs.cost.max() < np.inf:
        return pairs
    if finite:
        _refuse(name, pairs, np.isinf(pairs.cost), "a finite number")
    return pairs.where(pairs.cost < np.inf)


def _from_sparse(name: str, values: Matrix) -> Pairs:
    csr = sparse.csr_array(values)
    if not csr.has_sorted_indices:
        csr = csr.sorted_indices()
    pairs = Pairs(
        csr.shape[1],
        in_one_piece(csr.indptr, np.int64),
        in_one_piece(csr.indices, np.int32),
        in_one_piece(csr.data, np.float64),
    )
    if not csr.has_canonical_format:
        repeated = (np.diff(pairs.point) == 0) & (np.diff(pairs.candidate) == 0)
        _refuse(name, pairs, np.append(repeated, False), "one entry for each pair")
    return pairs


def _from_dense(name: str, values: Matrix, *, finite: bool) -> Pairs:
    dense = in_one_piece(np.asarray(values), np.float64)
    if dense.ndim != 2:
        raise InputError(f"{name} has shape {dense.shape}; expected (n, m)")
    n, m = dense.shape
    if dense.size and not dense.min() >= 0:
        refuse_where(name, dense, np.isnan(dense) | (dense < 0), "a number from 0")
    if finite or not dense.size or dense.max() < np.inf:
        start = np.arange(n + 1, dtype=np.int64) * m
        return Pairs(m, start, np.tile(np.arange(m, dtype=np.int32), n), dense.ravel())
    point, column = np.nonzero(dense < np.inf)
    start = np.concatenate(([0], np.cumsum(np.bincount(point, minlength=n)))).astype(np.int64)
    return Pairs(m, start, column.astype(np.int32), dense[point, column])


def read_within(cost: Matrix, radius: ArrayLike) -> Pairs:
    """Return the pairs within a service radius, a cost equal to it included.

    Parameters
    ----------
    cost
        Shape (n, m), as in `read_pairs`.
    radius
        In the unit of ``cost``: one number, or one per candidate, shape (m,), where formats reach differently far.

    Raises
    ------
    InputError
        When a radius is negative or NaN, or there is neither one nor one per candidate.
    """
    pairs = read_pairs("cost", cost)
    try:
        reach = np.asarray(radius, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"radius is {radius!r}; expected a number from 0, or one per candidate") from error
    if reach.ndim == 0:
        if not reach >= 0:
            raise InputError(f"radius is {float(reach):g}; expected a number from 0")
        return pairs.where(pairs.cost <= reach)
    if reach.shape != (pairs.m,):
        raise InputError(f"radius has shape {reach.shape}; expected a number, or one per candidate, shape ({pairs.m},)")
    refuse_where("radius", reach, ~(reach >= 0), "a number from 0")
    return pairs.where(pairs.cost <= reach[pairs.candidate])


def _refuse(name: str, pairs: Pairs, bad: NDArray[np.bool_], expected: str) -> None:
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            f"{name}[{pairs.point[at]}, {pairs.candidate[at]}] is {pairs.cost[at]:g}; expected {expected}"
            f" ({int(bad.sum())} such entries)"
        )


def read_demand(values: Amounts, n: int) -> Amounts:
    """Return the demand, shape (n,), from zero.

    Raises
    ------
    InputError
        When the length is wrong, or an entry is negative or not finite.
    """
    return as_vector("demand", values, n, least=0.0)


def out_of_reach(pairs: Pairs, can_open: NDArray[np.bool_], needs: NDArray[np.bool_], times: int = 1) -> Positions:
    """Return the demand points among ``needs`` that reach fewer than ``times`` candidates that can open."""
    usable = np.bincount(pairs.point[can_open[pairs.candidate]], minlength=pairs.n)
    return np.flatnonzero(needs & (usable < times))


def name_points(points: Positions, what: str) -> str:
    """Say how many demand points lack something, and which: ``37 demand points have no …: 12, 40, …``."""
    shown = ", ".join(str(point) for point in points[:NAMED].tolist())
    more = ", …" if len(points) > NAMED else ""
    noun = "demand point has" if len(points) == 1 else "demand points have"
    return f"{len(points)} {noun} {what}: {shown}{more}"
