"""Price and judge a set of outlets without any solver: what every model reports is what these functions say.

Each function restates a model's objective in the plainest way, from the costs and the open positions alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts, Flow, Positions
from siting.locate.problem.rules import SiteRows


def nearest_open(pairs: Pairs, opened: Positions) -> tuple[Positions, Amounts]:
    """Return the cheapest open candidate of every demand point and its cost; −1 and infinity where none is reached.

    Both of shape (n,); among equals the lowest position.
    """
    is_open = np.zeros(pairs.m, dtype=bool)
    is_open[opened] = True
    return _nearest(pairs.start, pairs.candidate, pairs.cost, is_open)


@compiled
def _nearest(
    start: Positions, candidate: NDArray[np.int32], cost: Amounts, is_open: NDArray[np.bool_]
) -> tuple[Positions, Amounts]:
    n = len(start) - 1
    assigned, least = np.full(n, -1, dtype=np.int64), np.full(n, np.inf)
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            if is_open[candidate[at]] and cost[at] < least[i]:
                assigned[i], least[i] = candidate[at], cost[at]
    return assigned, least


def covered_points(pairs: Pairs, radius: float, opened: Positions, times: int = 1) -> NDArray[np.bool_]:
    """Tell for every demand point whether at least ``times`` open candidates are within the radius, shape (n,)."""
    is_open = np.zeros(pairs.m, dtype=bool)
    is_open[opened] = True
    near = is_open[pairs.candidate] & (pairs.cost <= radius)
    return np.bincount(pairs.point[near], minlength=pairs.n) >= times


def covered_demand(pairs: Pairs, demand: Amounts, radius: float, opened: Positions) -> float:
    """Return the demand within the radius of an open candidate."""
    return math.fsum(demand[covered_points(pairs, radius, opened)].tolist())


def shared_demand(pairs: Pairs, demand: Amounts, share: Amounts, opened: Positions) -> float:
    """Return Σ demand · the shares of the open candidates of ``pairs`` added up, at most 1."""
    some = np.zeros(pairs.m)
    some[opened] = share[opened]
    if (share == 1.0).all():
        return covered_demand(pairs, demand, np.inf, opened)
    covered = np.bincount(pairs.point, weights=some[pairs.candidate], minlength=pairs.n)
    return math.fsum((demand * np.minimum(covered, 1.0)).tolist())


def gradual_demand(shares: Pairs, demand: Amounts, opened: Positions) -> float:
    """Return Σ demand · the best share of the open candidates, the costs of ``shares`` being shares."""
    best = np.zeros(shares.n)
    some = np.zeros(shares.m, dtype=bool)
    some[opened] = True
    usable = shares.where(some[shares.candidate])
    np.maximum.at(best, usable.point, usable.cost)
    return math.fsum((demand * best).tolist())


def weighted_cost(pairs: Pairs, demand: Amounts, opened: Positions, unreached: float | None = None) -> float:
    """Return Σ demand · cost to the nearest open candidate, infinity where demand reaches none.

    With ``unreached`` no demand point costs more than that per unit.
    """
    _, cost = nearest_open(pairs, opened)
    if unreached is not None:
        cost = np.minimum(cost, unreached)
    asks = demand > 0
    return math.fsum((demand[asks] * cost[asks]).tolist())


def longest_cost(pairs: Pairs, opened: Positions) -> float:
    """Return the greatest cost of any demand point to its nearest open candidate, infinity where one reaches none."""
    return float(nearest_open(pairs, opened)[1].max())


def least_distance(distance: Amounts, opened: Positions) -> float:
    """Return the least distance between two open candidates, infinity where fewer than two are open."""
    between = distance[np.ix_(opened, opened)]
    apart = ~np.eye(len(opened), dtype=bool)
    return float(np.minimum(between, between.T)[apart].min(initial=np.inf))


def captured_demand(attraction: Pairs, rivals: Amounts, demand: Amounts, opened: Positions) -> float:
    """Return Σ d · s / (s + rivals), where s is the attraction of the open candidates for a demand point."""
    own = attraction_of(attraction, opened)
    return math.fsum((demand * own / (own + rivals)).tolist())


def attraction_of(attraction: Pairs, opened: Positions) -> Amounts:
    """Return the attraction of the open candidates together for every demand point, shape (n,)."""
    is_open = np.zeros(attraction.m)
    is_open[opened] = 1.0
    weights = attraction.cost * is_open[attraction.candidate]
    return np.bincount(attraction.point, weights=weights, minlength=attraction.n).astype(np.float64)


def strongest_open(attraction: Pairs, opened: Positions) -> Positions:
    """Return the open candidate that attracts each demand point most, −1 where none attracts it, shape (n,)."""
    pulling = attraction.where(attraction.cost > 0)
    opposite = Pairs(pulling.m, pulling.start, pulling.candidate, -pulling.cost)
    return nearest_open(opposite, opened)[0]


def require_allowed(rows: SiteRows, opened: Positions) -> None:
    """Raise RuntimeError where a set breaks a rule: a bug of ours, never of the planner's data."""
    faults = rows.broken(opened)
    if faults:
        raise RuntimeError(f"a plan breaks its own rules: {'; '.join(faults)}")


def opening_price(charge: Amounts, closing: Amounts, opened: Positions) -> float:
    """Return the opening cost of what is open and the closing cost of what is not."""
    is_open = np.zeros(len(charge), dtype=bool)
    is_open[opened] = True
    return math.fsum(np.where(is_open, charge, closing).tolist())


def flow_price(
    pairs: Pairs, flow: Flow, load: Amounts, loads: tuple[Amounts, Amounts], opened: Positions, *, whole: bool = True
) -> float:
    """Return Σ cost · share of a flow that serves all demand from open candidates within their loads.

    ``loads`` are the greatest and the least load of each candidate. Infinity where the flow does not: a share of a shut
    or unreachable candidate, a row that does not sum to 1 (or, where some may be left over and ``whole`` is false, one
    that passes 1), or a load that breaks a limit by more than one millionth.
    """
    room, least = loads
    entries = flow.tocoo()
    point, candidate = entries.coords
    known = pairs.point.astype(np.int64) * pairs.m + pairs.candidate
    asked = point.astype(np.int64) * pairs.m + candidate
    at = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
    served = np.bincount(point, entries.data, pairs.n)
    used = np.bincount(candidate, entries.data * load[point], pairs.m)
    fits = (
        bool(np.isin(candidate, opened).all())
        and bool((served <= 1.0 + 1e-9).all())
        and (not whole or bool((served >= 1.0 - 1e-9).all()))
        and bool((used[opened] >= (least - 1e-6 * np.maximum(1.0, least))[opened]).all())
        and bool((used <= room + 1e-6 * np.maximum(1.0, room)).all())
        and bool((entries.data >= 0).all())
        and bool((known[at] == asked).all() if len(known) else not len(asked))
    )
    if not fits:
        return math.inf
    return math.fsum((pairs.cost[at] * entries.data).tolist()) if len(asked) else 0.0
