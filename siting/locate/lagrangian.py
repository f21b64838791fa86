r"""Bound the p-median from below by relaxing its assignment constraints, and fix candidates by what they would cost.

With multipliers λ_i for "demand point i is assigned once" and c_ij the weighted cost (Cornuéjols, Fisher and Nemhauser,
1977)::

    ρ_j(λ) = Σ_i min(0, c_ij − λ_i)
    L(λ)   = Σ_i λ_i + min { Σ_{j ∈ S} ρ_j(λ) : |S| = p, S has what is locked open and nothing locked shut }

L(λ) is a lower bound for every λ, also where further rules hold, which only raise the optimum. A demand point may
always stay unserved at its limit u_i, so λ_i ≤ u_i loses nothing. Subgradient steps (Held, Wolfe and Crowder, 1974)
with the direction smoothed (Camerini, Fratta and Maffioli, 1975) improve λ. If opening j ∉ S raises L above the price
of a known plan, no better plan opens j: ``L + ρ_j − ρ_last``; likewise for shutting j ∈ S.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.local_search import Nearest

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Multipliers(NamedTuple):
    """State of the subgradient steps, changed in place.

    ``value`` and ``best`` are λ now and at the best bound, ``direction`` the smoothed step, shape (n,); ``bound`` is
    (best bound, step scale, steps without progress, bound that is enough), shape (4,); ``share`` says how often each
    candidate was chosen of late, shape (m,).
    """

    value: Floats
    best: Floats
    direction: Floats
    bound: Floats
    share: Floats


@compiled
def site_prices(near: Nearest, value: Floats, prices: Floats) -> None:
    """Fill ρ for multipliers, shape (m,)."""
    prices[:] = 0.0
    for i in range(len(value)):
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= value[i]:
                break
            prices[near.candidate[at]] += near.cost[at] - value[i]


@compiled
def choose_sites(prices: Floats, lower: Floats, upper: Floats, p: int, chosen: Flags) -> float:
    """Fill the cheapest set of p (of any number where p is 0) and return its price."""
    total, count = 0.0, 0
    for j in range(len(prices)):
        chosen[j] = lower[j] == 1.0
        if chosen[j]:
            total += prices[j]
            count += 1
    order = np.argsort(prices)
    for j in order:
        if (p > 0 and count >= p) or (p == 0 and prices[j] >= 0.0):
            break
        if chosen[j] or upper[j] == 0.0:
            continue
        chosen[j] = True
        total += prices[j]
        count += 1
    return total


@compiled
def _slope(near: Nearest, value: Floats, chosen: Flags, i: int) -> float:
    slope = 1.0
    for at in range(near.start[i], near.start[i + 1]):
        if near.cost[at] >= value[i]:
            break
        if chosen[near.candidate[at]]:
            slope -= 1.0
    return slope


@compiled
def _remember(share: Floats, chosen: Flags) -> None:
    for j in range(len(share)):
        share[j] = 0.95 * share[j] + (0.05 if chosen[j] else 0.0)


@compiled
def improve_bound(
    near: Nearest, lower: Floats, upper: Floats, p: int, price: float, state: Multipliers, steps: int
) -> Flags:
    """Make ``steps`` subgradient steps towards ``price``; return the last chosen set, shape (m,)."""
    n, m = len(near.limit), len(lower)
    prices, chosen = np.zeros(m), np.zeros(m, dtype=np.bool_)
    for _ in range(steps):
        site_prices(near, state.value, prices)
        bound = state.value.sum() + choose_sites(prices, lower, upper, p, chosen)
        if bound > state.bound[0] + 1e-7 * abs(state.bound[0]):
            state.bound[2] = 0.0
        else:
            state.bound[2] += 1.0
        if bound > state.bound[0]:
            state.bound[0] = bound
            state.best[:] = state.value
        if bound >= state.bound[3]:
            break
        _remember(state.share, chosen)
        if state.bound[2] >= 20.0:
            state.bound[1] *= 0.7
            state.bound[2] = 0.0
            state.value[:] = state.best
            state.direction[:] = 0.0
            continue
        norm = 0.0
        for i in range(n):
            state.direction[i] = _slope(near, state.value, chosen, i) + 0.5 * state.direction[i]
            if (state.value[i] >= near.limit[i] and state.direction[i] > 0.0) or (
                state.value[i] <= 0.0 and state.direction[i] < 0.0
            ):
                state.direction[i] = 0.0
            norm += state.direction[i] ** 2
        if norm == 0.0 or state.bound[1] < 1e-4:
            break
        step = state.bound[1] * max(price - bound, 1e-9 * abs(price)) / norm
        for i in range(n):
            state.value[i] = min(near.limit[i], max(0.0, state.value[i] + step * state.direction[i]))
    return chosen


@compiled
def fix_sites(near: Nearest, lower: Floats, upper: Floats, p: int, price: float, value: Floats) -> int:
    """Lock in ``lower`` and ``upper``, in place, what no plan cheaper than ``price`` does; return how many."""
    m = len(lower)
    prices, chosen = np.zeros(m), np.zeros(m, dtype=np.bool_)
    site_prices(near, value, prices)
    bound = value.sum() + choose_sites(prices, lower, upper, p, chosen)
    last, next_best = -np.inf, np.inf
    for j in range(m):
        if chosen[j] and lower[j] == 0.0:
            last = max(last, prices[j])
        if not chosen[j] and upper[j] == 1.0:
            next_best = min(next_best, prices[j])
    if p == 0:
        last, next_best = 0.0, 0.0
    count = 0
    for j in range(m):
        if lower[j] == 1.0 or upper[j] == 0.0:
            continue
        if not chosen[j] and bound + prices[j] - last >= price:
            upper[j] = 0.0
            count += 1
        elif chosen[j] and bound - prices[j] + next_best >= price:
            lower[j] = 1.0
            count += 1
    return count
