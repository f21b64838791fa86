"""Floating catchments: how much supply there is per head where people live, when those nearby share it.

With demand P_i at point i, supply S_j at outlet j, the travel time c_ij in minutes and a kernel f::

    2SFCA    f(c) = 1 up to the reach, 0 beyond                         Luo and Wang (2003)
    E2SFCA   f(c) = the weight of the travel-time zone that holds c     Luo and Qi (2009); or any decay kernel
    both     R_j = S_j / Σ_i P_i f(c_ij)            A_i = Σ_j R_j f(c_ij)

    3SFCA    G_ij = f(c_ij) / Σ_k f(c_ik)                               Wan, Zou and Sternberg (2012)
             R_j = S_j / Σ_i G_ij P_i f(c_ij)       A_i = Σ_j G_ij R_j f(c_ij)

R is the supply per head of those who share it, A the access: what adds up at a point; both in units of supply per unit
of demand. In 3SFCA people choose among outlets in proportion to f, so that outlets near each other no longer make
the demand of all of them look larger than it is. Where somebody reaches every outlet, Σ_i P_i A_i = Σ_j S_j.

What is not there is told apart:

- A point that reaches no outlet has access 0: the sum over no outlets. Nothing is unknown about it.
- An outlet that no demand reaches has the ratio NaN: its supply is divided by nobody. A point where nobody lives and
  that reaches such an outlet has access NaN; no point with demand ever has.

The PyPI package `access` leaves points that reach no outlet out (NaN once joined), divides by nobody to infinity, and
in its 3SFCA sums G over the pairs beyond `max_cost` too; otherwise its numbers are these.

Luo, W., Wang, F. (2003) Environment and Planning B 30(6), 865–884. Luo, W., Qi, Y. (2009) Health & Place 15(4),
1100–1107. Wan, N., Zou, B., Sternberg, T. (2012) International Journal of Geographical Information Science 26(6),
1073–1089.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from siting.demand.decay import Decay
from siting.settings.catchment import FloatingSettings

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Costs = sparse.csr_array[np.float64]
Kernel = Callable[[Floats], Floats]


@dataclass(frozen=True)
class FloatingCatchment:
    """Access of demand to supply.

    Parameters
    ----------
    access
        Supply per unit of demand at each point, shape (n,), from 0; 0 where no outlet is in reach, NaN where nobody
        lives and an outlet in reach has nobody at all to share it. More is better.
    ratio
        Supply per unit of demand at each outlet, shape (m,), from 0; NaN where no demand reaches it.
    pairs
        What an outlet's ratio counts at a point, f(c_ij) or G_ij f(c_ij), shape (n, m): access = pairs · ratio.
    """

    access: Floats
    ratio: Floats
    pairs: Costs


@dataclass(frozen=True, kw_only=True)
class ZoneWeights:
    """The kernel of E2SFCA: one weight for each travel-time zone; the defaults are the slow decay of Luo and Qi (2009).

    Parameters
    ----------
    limits_min
        Where each zone ends, minutes, rising; a time equal to a limit belongs to the zone that ends there.
    weights
        Of each zone, at least 0; beyond the last limit it is 0. Luo and Qi's fast decay is (1, 0.42, 0.03).

    Raises
    ------
    InputError
        When the limits do not rise from above 0, or a weight is negative or missing.

    Examples
    --------
    >>> ZoneWeights()(np.array([0.0, 10.0, 10.5, 30.0, 31.0]))
    array([1.  , 1.  , 0.68, 0.22, 0.  ])
    """

    limits_min: tuple[float, ...] = (10.0, 20.0, 30.0)
    weights: tuple[float, ...] = (1.0, 0.68, 0.22)

    def __post_init__(self) -> None:
        steps = np.diff((0.0, *self.limits_min))
        if not self.limits_min or not np.isfinite(steps).all() or (steps <= 0).any():
            raise InputError(f"limits_min is {self.limits_min}; expected rising minutes above 0")
        if len(self.weights) != len(self.limits_min):
            raise InputError(f"there are {len(self.weights)} weights; expected {len(self.limits_min)}, one a zone")
        if not np.isfinite(self.weights).all() or min(self.weights) < 0:
            raise InputError(f"weights is {self.weights}; expected numbers from 0")

    def __call__(self, minutes: Floats) -> Floats:
        """Return the weight of each travel time, any shape."""
        cost = np.asarray(minutes, dtype=np.float64)
        if np.isnan(cost).any() or (cost < 0).any():
            raise InputError("a travel time is negative or not a number; expected minutes from 0")
        return np.array((*self.weights, 0.0))[np.searchsorted(self.limits_min, cost, side="left")]


def two_step(demand: Floats, supply: Floats, cost: Costs, *, reach_min: float) -> FloatingCatchment:
    """Return access by 2SFCA (Luo and Wang, 2003): supply counts in full up to a reach, and not beyond.

    Parameters
    ----------
    demand
        Demand of each point, shape (n,), at least 0.
    supply
        Supply of each outlet, such as counters or opening hours, shape (m,), at least 0.
    cost
        Travel minutes, shape (n, m), explicit entries (0 too) only for reachable pairs.
    reach_min
        Reach, minutes.

    Raises
    ------
    InputError
        When shapes differ, a value is negative or not a number, or a pair stands twice in ``cost``.
    """
    return enhanced_two_step(demand, supply, cost, decay=Decay(kind="step", reach_min=reach_min))


def enhanced_two_step(demand: Floats, supply: Floats, cost: Costs, *, decay: Kernel) -> FloatingCatchment:
    """Return access by E2SFCA (Luo and Qi, 2009): supply and demand count less the longer the way.

    Parameters
    ----------
    demand, supply, cost
        As for `two_step`.
    decay
        From minutes to weights from 0, elementwise: `ZoneWeights` or `siting.demand.decay.Decay`.

    Raises
    ------
    InputError
        As `two_step`.
    """
    return _shared(demand, supply, _weighted(demand, supply, cost, decay))


def three_step(demand: Floats, supply: Floats, cost: Costs, *, decay: Kernel) -> FloatingCatchment:
    """Return access by 3SFCA (Wan, Zou and Sternberg, 2012): people divide themselves among the outlets in reach.

    Parameters
    ----------
    demand, supply, cost, decay
        As for `enhanced_two_step`.

    Raises
    ------
    InputError
        As `two_step`.
    """
    weight = _weighted(demand, supply, cost, decay)
    total = np.asarray(weight.sum(axis=1), dtype=np.float64)
    chosen = weight.copy()
    chosen.data *= weight.data / np.repeat(total, np.diff(weight.indptr))
    return _shared(demand, supply, chosen)


def served(demand: Floats, supply: Floats, cost: Costs, settings: FloatingSettings) -> FloatingCatchment:
    """Return access by the method and decay that the settings choose; parameters as for `two_step`."""
    if settings.method == "two_step":
        return two_step(demand, supply, cost, reach_min=settings.reach_min)
    model = three_step if settings.method == "three_step" else enhanced_two_step
    return model(demand, supply, cost, decay=_decay(settings))


def served_without(
    demand: Floats, supply: Floats, cost: Costs, settings: FloatingSettings, asked: Sequence[tuple[int, Rows]]
) -> Iterator[Floats]:
    """Yield the access at some points as if one outlet were not there.

    In 3SFCA people who had the outlet to choose choose among the others then, which is more than to leave its own part
    out. Only the points that share an outlet with those asked for are looked at.

    Parameters
    ----------
    demand, supply, cost, settings
        As for `served`.
    asked
        The outlet that is not there, and the points, shape (k,), rising, by turns.

    Yields
    ------
    Floats
        Shape (k,).
    """
    rows = np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))
    near = cost.data <= settings.farthest_min
    within = sparse.csr_array((cost.data[near], (rows[near], cost.indices[near])), shape=cost.shape)
    by_outlet = within.tocsc()
    for outlet, points in asked:
        share = by_outlet[:, np.unique(within[points].indices)].indices
        part = np.union1d(share, points).astype(np.int64)
        ways = within[part].tocoo()
        others = ways.coords[1] != outlet
        left = (ways.data[others], (ways.coords[0][others], ways.coords[1][others]))
        found = served(demand[part], supply, sparse.csr_array(left, shape=ways.shape), settings)
        yield found.access[np.searchsorted(part, points)]


def _decay(settings: FloatingSettings) -> Kernel:
    if settings.decay == "zones":
        return ZoneWeights(limits_min=settings.zones_min, weights=settings.zone_weights)
    return Decay(
        kind=settings.decay,
        reach_min=settings.reach_min,
        scale_min=settings.scale_min,
        exponent=settings.exponent,
    )


def _shared(demand: Floats, supply: Floats, weight: Costs) -> FloatingCatchment:
    load = np.asarray(weight.T @ demand, dtype=np.float64)
    ratio = np.full(len(load), np.nan)
    np.divide(supply, load, out=ratio, where=load > 0)
    return FloatingCatchment(np.asarray(weight @ ratio, dtype=np.float64), ratio, weight)


def _weighted(demand: Floats, supply: Floats, cost: Costs, decay: Kernel) -> Costs:
    """Return f(c), shape (n, m), entries only where it is above 0."""
    for name, values, wanted in (("demand", demand, cost.shape[0]), ("supply", supply, cost.shape[1])):
        if np.shape(values) != (wanted,):
            raise InputError(f"{name} has shape {np.shape(values)}; expected ({wanted},) as in cost")
        if not np.isfinite(values).all() or (values < 0).any():
            raise InputError(f"a {name} is negative or not a number; expected numbers from 0")
    ordered = cost.sorted_indices()
    if not ordered.has_canonical_format:
        raise InputError("a pair of demand and supply stands twice in cost; expected each pair once")
    weight = sparse.csr_array((decay(ordered.data), ordered.indices, ordered.indptr), shape=cost.shape, copy=True)
    weight.eliminate_zeros()
    return weight
