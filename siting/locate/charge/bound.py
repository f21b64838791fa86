r"""Bound problems with loads from below by relaxing who serves whom, and settle sites by what they would cost.

With multipliers λ_i for "demand point i is served once" and μ_r for the rules (Geoffrion and McBride, 1978; Cornuéjols,
Sridharan and Thizy, 1991), κ_j as `knapsack` prices it and ρ_j = g_j + κ_j(λ) + Σ_r μ_r a_rj::

    L(λ, μ) = Σ_i λ_i − Σ_r μ_r (high_r or low_r) + min { Σ_j ρ_j y_j : low ≤ main row ≤ high, 0 ≤ y ≤ 1, locks }

The main row (the number of outlets, or enough capacity for all demand) is held exactly: it is a knapsack. Subgradient
steps (Held, Wolfe and Crowder, 1974; smoothed as by Camerini, Fratta and Maffioli, 1975) improve λ and μ together.
From every L what adding it up in floating point may have lost is taken off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested, uncounted
from siting.locate.charge.knapsack import Loads, price_sites
from siting.locate.charge.service import Bars, Flags, Floats, Ints, Service
from siting.locate.problem.fill import fill

ROUNDING = 2.3e-16
BEST, SCALE, STALE, ENOUGH = range(4)
"""Places of ``Dual.bound``: the best bound, the scale of steps, steps without progress, the bound that is enough."""


class Dual(NamedTuple):
    """State of the steps, changed in place.

    ``value``, ``best``, ``move`` (n,): λ now, at the best bound, and the smoothed step; ``toll``, ``best_toll``,
    ``toll_move`` (r,): the same of μ; ``bound`` (4,): `BEST`, `SCALE`, `STALE`,
    `ENOUGH`; ``share`` (m,): how often each site was open of late.
    """

    value: Floats
    best: Floats
    move: Floats
    toll: Floats
    best_toll: Floats
    toll_move: Floats
    bound: Floats
    share: Floats


class Locks(NamedTuple):
    """What is settled, 0 or 1 (m,), and the sites as the relaxation sees them: its prices ρ, open shares y, (m,)."""

    lower: Floats
    upper: Floats
    price: Floats
    opened: Floats


def dual_of(value: Floats, toll: Floats, m: int, enough: float, scale: float = 1.5) -> Dual:
    """Return the state to begin with from given multipliers."""
    return Dual(
        value.copy(), value.copy(), np.zeros(len(value)), toll.copy(), toll.copy(), np.zeros(len(toll)),
        np.array([-np.inf, scale, 0.0, enough]), np.zeros(m),
    )  # fmt: skip


@nested
def _hold_main(bars: Bars, locks: Locks) -> float:
    """Open what is cheapest under the main row; return the price of that row, NaN where it cannot hold."""
    m, activity = len(locks.price), 0.0
    for j in range(m):
        is_open = locks.lower[j] == 1.0 or (locks.upper[j] == 1.0 and locks.price[j] < 0.0)
        locks.opened[j] = 1.0 if is_open else 0.0
        activity += bars.main[j] * locks.opened[j]
    low, high = bars.main_range[0], bars.main_range[1]
    if low <= activity <= high:
        return 0.0
    lacks = activity < low
    left = low - activity if lacks else activity - high
    slack = 1e-9 * max(abs(low), 1.0) if lacks else 1e-9 * max(abs(high), 1.0)
    ratio = np.full(m, np.inf)
    for j in range(m):
        can_open = locks.opened[j] == 0.0 and locks.upper[j] == 1.0
        can_shut = locks.opened[j] == 1.0 and locks.lower[j] == 0.0
        if bars.main[j] > 0.0 and ((can_open and lacks) or (can_shut and not lacks)):
            ratio[j] = abs(locks.price[j]) / bars.main[j]
    toll = 0.0
    for j in np.argsort(ratio):
        if left <= slack:
            break
        if ratio[j] == np.inf:
            return np.nan
        part = min(1.0, left / bars.main[j])
        locks.opened[j] += part if lacks else -part
        left -= part * bars.main[j]
        toll = -ratio[j] if lacks else ratio[j]
    return np.nan if left > slack else toll


@compiled
def lower_bound(service: Service, owner: Ints, bars: Bars, dual: Dual, loads: Loads, locks: Locks) -> float:
    """Return L at the state's multipliers, infinity where the main row cannot hold; fill prices and open shares.

    The prices returned hold that of the main row, so that they say what turning a site would add.
    """
    price_sites(service, owner, dual.value, loads)
    total, size = 0.0, 0.0
    for i in range(len(dual.value)):
        total += dual.value[i]
        size += abs(dual.value[i])
    for r in range(len(dual.toll)):
        if dual.toll[r] != 0.0:
            side = dual.toll[r] * (bars.high[r] if dual.toll[r] > 0.0 else bars.low[r])
            total -= side
            size += abs(side)
    for j in range(len(locks.price)):
        locks.price[j] = service.charge[j] + loads.price[j]
        size += abs(service.charge[j])
        for at in range(bars.start[j], bars.start[j + 1]):
            locks.price[j] += dual.toll[bars.row[at]] * bars.value[at]
    toll = _hold_main(bars, locks)
    if np.isnan(toll):
        return np.inf
    for j in range(len(locks.price)):
        total += locks.price[j] * locks.opened[j]
        size += abs(locks.price[j])
        locks.price[j] += toll * bars.main[j]
    return total - ROUNDING * (len(dual.value) + len(locks.price)) * size


@kernel
def _slopes(service: Service, bars: Bars, dual: Dual, loads: Loads, locks: Locks, slope: Floats, tilt: Floats) -> None:
    for i in range(len(dual.value)):
        slope[i] = 1.0
        for at in range(service.start[i], service.start[i + 1]):
            if service.cost[at] >= dual.value[i]:
                break
            slope[i] -= locks.opened[service.candidate[at]] * loads.share[at]
    tilt[:] = 0.0
    for j in range(len(locks.opened)):
        for at in range(bars.start[j], bars.start[j + 1]):
            tilt[bars.row[at]] += bars.value[at] * locks.opened[j]
    for r in range(len(tilt)):
        if dual.toll[r] > 0.0 or (dual.toll[r] == 0.0 and tilt[r] > bars.high[r]):
            tilt[r] -= bars.high[r]
        elif dual.toll[r] < 0.0 or tilt[r] < bars.low[r]:
            tilt[r] -= bars.low[r]
        else:
            tilt[r] = 0.0


@kernel
def _take_extras(owner: Ints, loads: Loads, locks: Locks, slope: Floats) -> None:
    for j in range(len(locks.opened)):
        if locks.opened[j] > 0.0:
            for at in range(loads.extra_start[j], loads.extra_start[j + 1]):
                slope[owner[loads.extra[at]]] -= locks.opened[j] * loads.extra_share[at]


@kernel
def _norm(limit: Floats, dual: Dual, slope: Floats, tilt: Floats, lowest: float) -> float:
    """Smooth the direction, drop what would leave the range of λ, and return its squared length."""
    norm = 0.0
    for i in range(len(slope)):
        dual.move[i] = slope[i] + 0.5 * dual.move[i]
        if (dual.value[i] >= limit[i] and dual.move[i] > 0.0) or (dual.value[i] <= lowest and dual.move[i] < 0.0):
            dual.move[i] = 0.0
        norm += dual.move[i] ** 2
    for r in range(len(tilt)):
        dual.toll_move[r] = tilt[r] + 0.5 * dual.toll_move[r]
        norm += dual.toll_move[r] ** 2
    return norm


@kernel
def _go(limit: Floats, bars: Bars, dual: Dual, step: float, lowest: float) -> None:
    for i in range(len(limit)):
        dual.value[i] = min(limit[i], max(lowest, dual.value[i] + step * dual.move[i]))
    for r in range(len(dual.toll)):
        toll = dual.toll[r] + step * dual.toll_move[r]
        if (toll > 0.0 and bars.high[r] == np.inf) or (toll < 0.0 and bars.low[r] == -np.inf):
            toll = 0.0
        dual.toll[r] = toll


@kernel
def _took(dual: Dual, bound: float) -> None:
    if bound > dual.bound[BEST] + 1e-7 * abs(dual.bound[BEST]):
        dual.bound[STALE] = 0.0
    else:
        dual.bound[STALE] += 1.0
    if bound > dual.bound[BEST]:
        dual.bound[BEST] = bound
        fill(dual.best, dual.value)
        fill(dual.best_toll, dual.toll)


@compiled
def improve(
    service: Service, owner: Ints, bars: Bars, dual: Dual, loads: Loads, locks: Locks, aim: tuple[float, int]
) -> None:
    """Make steps towards a price; ``aim`` is that price and how many. Infinite bound: the main row cannot hold."""
    price, steps = aim
    slope, tilt = np.zeros(len(dual.value)), np.zeros(len(dual.toll))
    lowest = -np.inf if len(service.by_entry) > 0 else 0.0
    for _ in range(steps):
        bound = lower_bound(service, owner, bars, dual, loads, locks)
        _took(dual, bound)
        if bound >= dual.bound[ENOUGH]:
            return
        for j in range(len(dual.share)):
            dual.share[j] = 0.95 * dual.share[j] + 0.05 * locks.opened[j]
        if dual.bound[STALE] >= 20.0:
            dual.bound[SCALE] *= 0.7
            dual.bound[STALE] = 0.0
            dual.value[:] = dual.best
            dual.toll[:] = dual.best_toll
            dual.move[:] = 0.0
            dual.toll_move[:] = 0.0
            continue
        _slopes(service, bars, dual, loads, locks, slope, tilt)
        if loads.extra_start[len(locks.opened)] > 0:
            _take_extras(owner, loads, locks, slope)
        norm = _norm(service.limit, dual, slope, tilt, lowest)
        if norm == 0.0 or dual.bound[SCALE] < 1e-4:
            return
        _go(service.limit, bars, dual, dual.bound[SCALE] * max(price - bound, 1e-9 * abs(price)) / norm, lowest)


@compiled
def settle(locks: Locks, bound: float, beaten: float) -> int:
    """Lock, in place, the sites that no plan cheaper than ``beaten`` has otherwise; return how many.

    The prices are those at ``bound``.
    """
    count = 0
    for j in range(len(locks.price)):
        if locks.lower[j] == 1.0 or locks.upper[j] == 0.0:
            continue
        if bound + locks.price[j] >= beaten:
            locks.upper[j] = 0.0
            count += 1
        elif bound - locks.price[j] >= beaten:
            locks.lower[j] = 1.0
            count += 1
    return count


@uncounted
def costly_pairs(service: Service, value: Floats, locks: Locks, bound: float, beaten: float, kept: Flags) -> int:
    """Say which pairs no plan cheaper than ``beaten`` uses wholly (single source); return how many."""
    count = 0
    for i in range(len(value)):
        for at in range(service.start[i], service.start[i + 1]):
            j = service.candidate[at]
            # Where a least load holds, this pair might stand in for one that was taken to meet it.
            more = max(0.0, service.cost[at] - value[i]) if service.least[j] == 0.0 else 0.0
            if locks.lower[j] == 0.0:
                more += max(0.0, locks.price[j])
            if kept[at] and bound + more >= beaten:
                kept[at] = False
                count += 1
    return count
