"""Turn attraction into customers: what each outlet wins, and what it takes from our own.

::

    captured_j      = Σ_i w_i a_ij / (K_i + N_i + R_i)
    cannibalised_j  = Σ_i w_i a_ij / (K_i + N_i + R_i) · K_i / (K_i + R_i)        j new

K_i, N_i and R_i are the attraction of our kept outlets, of the new ones, and of the rivals (and of going elsewhere) for
demand point i. By the proportional draw of Luce's axiom (1959) a newcomer takes from every alternative in proportion to
what it had, so the cannibalised amounts of all new outlets sum to exactly what the kept ones lose to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Csr = sparse.csr_array[np.float64]
BLOCK_PAIRS = 1 << 22


@dataclass(frozen=True)
class Market:
    """Who competes for whom.

    Parameters
    ----------
    attraction
        Attraction of our sites, shape (n, m), explicit entries for reachable pairs.
    rivals
        Attraction of the rivals and of going elsewhere, shape (n,), at least 0.
    demand
        Demand, shape (n,), at least 0.
    """

    attraction: Csr
    rivals: NDArray[np.float64]
    demand: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = self.attraction.shape[0]
        for name, values in (("rivals", self.rivals), ("demand", self.demand)):
            if values.shape != (n,):
                raise InputError(f"{name} has shape {values.shape}; expected ({n},), one for each demand point")
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} has an entry that is negative or not a number; expected numbers from 0")

    def of_sites(self, sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the attraction of some sites together for each demand point, shape (n,)."""
        chosen = np.zeros(self.attraction.shape[1])
        chosen[sites] = 1.0
        return np.asarray(self.attraction @ chosen, dtype=np.float64)


def captured(market: Market, opened: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the demand each site wins when the sites ``opened`` (positions) are open, shape (m,), 0 where shut."""
    per_pull = _ratio(market.demand, market.of_sites(opened) + market.rivals)
    won = np.zeros(market.attraction.shape[1])
    won[opened] = np.asarray(market.attraction.T @ per_pull, dtype=np.float64)[opened]
    return won


def cannibalised(market: Market, kept: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each new site takes from our kept ones when all of both are open, shape (m,), 0 for the others."""
    ours = market.of_sites(kept)
    per_pull = _ratio(market.demand, ours + market.of_sites(new) + market.rivals)
    before = _ratio(ours, ours + market.rivals)
    taken = np.zeros(market.attraction.shape[1])
    taken[new] = np.asarray(market.attraction.T @ (per_pull * before), dtype=np.float64)[new]
    return taken


def cannibalised_between(market: Market, kept: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each new site takes from each kept one when all of both are open, shape (len(kept), len(new)).

    ::

        taken_kj = Σ_i w_i a_ij / (K_i + N_i + R_i) · a_ik / (K_i + R_i)        Σ_k taken_kj = cannibalised_j
    """
    ours = market.of_sites(kept)
    base = ours + market.rivals
    after = base + market.of_sites(new)
    per_pull = np.divide(market.demand, after * base, out=np.zeros_like(base), where=base > 0)
    losing = sparse.csr_array(market.attraction[:, kept])
    winning = sparse.csr_array(sparse.diags_array(per_pull) @ market.attraction[:, new])
    return np.asarray((losing.T @ winning).toarray(), dtype=np.float64)


def captured_alone(
    market: Market, kept: NDArray[np.int64], sites: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each of ``sites`` would win as the only new outlet, and how much of it from our kept ones.

    Both of shape (len(sites),), in the unit of demand. A site that is kept itself is judged as if it alone were new:
    what it wins beside the other kept ones, and what it takes from those.
    """
    won, taken = np.zeros(len(sites)), np.zeros(len(sites))
    pointers = market.attraction.indptr.astype(np.int64)
    first = 0
    while first < len(market.demand):
        last = max(first + 1, int(np.searchsorted(pointers, pointers[first] + BLOCK_PAIRS, side="right")) - 1)
        demand = market.demand[first:last]
        block = Market(sparse.csr_array(market.attraction[first:last]), market.rivals[first:last], demand)
        alone = patronage_alone(block, kept, sites)
        rows = np.repeat(np.arange(len(demand)), np.diff(alone.share.indptr))
        part = demand[rows] * alone.share.data
        won += np.bincount(alone.share.indices, weights=part, minlength=len(sites))
        taken += np.bincount(alone.share.indices, weights=part * alone.from_own, minlength=len(sites))
        first = last
    return won, taken


@dataclass(frozen=True)
class Alone:
    """What each of some sites would win as the only new outlet.

    Parameters
    ----------
    share
        Probability that a customer goes there, shape (n, len(sites)), explicit entries for reachable pairs.
    from_own
        Share of it that our kept outlets lose, 0–1, one for each entry of ``share``.
    """

    share: Csr
    from_own: NDArray[np.float64]


def patronage_alone(market: Market, kept: NDArray[np.int64], sites: NDArray[np.int64]) -> Alone:
    """Return the probability that a customer goes to each of ``sites``, each as the only new outlet.

    A site that is kept itself is judged as it stands among the other kept ones.
    """
    part = sparse.csr_array(market.attraction[:, sites])
    rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
    itself = np.isin(sites, kept)[part.indices]
    ours = np.maximum(market.of_sites(kept)[rows] - np.where(itself, part.data, 0.0), 0.0)
    base = ours + market.rivals[rows]
    share = sparse.csr_array((_ratio(part.data, base + part.data), part.indices, part.indptr), shape=part.shape)
    return Alone(share, _ratio(ours, base))


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part / whole, 0 where the whole is 0: nobody there reaches anything."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
