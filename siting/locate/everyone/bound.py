r"""Bound how few candidates cover what is left of a covering problem, by weights of the demand points, compiled.

For any weights u ≥ 0, no k candidates cover everyone where the k largest loads c_j = Σ_{i covered by j} u_i together
are less than Σ_i b_i u_i: with b_i what demand point i needs, k candidates cover at most that much. The best weights
give the bound of the linear relaxation. They are sought by subgradient steps with momentum (Held, Wolfe and Crowder,
1974; Camerini, Fratta and Maffioli, 1975), most of them over the demand points that have weight only. The same
comparison with candidate j forced in, or left out, settles many candidates (reduced-cost fixing).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested
from siting.locate.everyone.dominance import Covering

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDING = 1e-9
_STEP, _LEAST_STEP, _SHORTER, _PATIENCE = 0.3, 0.02, 0.6, 8
_MOMENTUM, _AIM, _REFRESH, _MEMORY = 0.93, 0.02, 20, 0.9
_FLOOR = 1e-2


class Left(NamedTuple):
    """What is left of a problem, numbered anew: its points and candidates, and the candidates of each point."""

    points: Ints
    candidates: Ints
    start: Ints
    candidate: NDArray[np.int32]
    need: Floats


@compiled
def left_of(cover: Covering, need: Ints, usable: Flags) -> Left:
    """Return what is left: the demand points that need something and the usable candidates."""
    points, candidates = np.flatnonzero(need > 0), np.flatnonzero(usable)
    place = np.full(len(usable), -1, dtype=np.int32)
    for at in range(len(candidates)):
        place[candidates[at]] = at
    start = np.zeros(len(points) + 1, dtype=np.int64)
    for at in range(len(points)):
        start[at + 1] = start[at] + cover.start[points[at] + 1] - cover.start[points[at]]
    near = np.empty(start[-1], dtype=np.int32)
    filled = 0
    for at in range(len(points)):
        for entry in range(cover.start[points[at]], cover.start[points[at] + 1]):
            if place[cover.candidate[entry]] >= 0:
                near[filled] = place[cover.candidate[entry]]
                filled += 1
        start[at + 1] = filled
    return Left(points, candidates, start, near[:filled].copy(), need[points].astype(np.float64))


@compiled
def first_weights(left: Left, weight: Floats, k: int) -> Floats:
    """Return the weights of what is left to begin with, none much below the mean, with Σ need · weight = k."""
    scaled: Floats = weight[left.points]
    mean = scaled.mean()
    if not mean > 0.0:
        scaled[:] = 1.0
    for at in range(len(scaled)):
        scaled[at] = max(scaled[at], _FLOOR * mean)
    scaled *= k / (left.need * scaled).sum()
    return scaled


@compiled
def raise_bound(left: Left, k: int, weight: Floats, rounds: int) -> tuple[bool, int]:
    """Improve ``weight`` in place; tell whether it proves that no k candidates do, and the pairs looked at."""
    n, m = len(left.points), len(left.candidates)
    load, slope, best, best_ratio = np.zeros(m), np.zeros(n), weight.copy(), 0.0
    step, idle, work, count, active = _STEP, 0, 0, n, np.arange(n)
    for round_ in range(rounds):
        if round_ % _REFRESH == 0:
            count = n
            active[:] = np.arange(n)
        total = _load(left, weight, active[:count], load)
        level, top, share = _largest(load, k)
        work += 2 * len(left.candidate) * count // n
        if total > top * (1.0 + ROUNDING):
            return True, work
        idle = 0 if total > best_ratio * (1.0 + 1e-4) * top else idle + 1
        if total > best_ratio * top:
            best_ratio, best[:] = total / top, weight
        elif idle >= _PATIENCE:
            step, idle, count, weight[:] = step * _SHORTER, 0, n, best
            active[:] = np.arange(n)
            if step < _LEAST_STEP:
                break
            continue
        square, count = _turn(left, load, (level, share), weight, slope, active[:count])
        length = step * (_AIM * k - (total - top)) / max(square, 1e-9)
        _move(left, weight, slope, active[:count], length, k)
    weight[:] = best
    return False, work


@kernel
def _load(left: Left, weight: Floats, active: Ints, load: Floats) -> float:
    """Fill the weight that each candidate covers, and return the weight that is needed."""
    load[:] = 0.0
    total = 0.0
    for i in active:
        if weight[i] > 0.0:
            total += left.need[i] * weight[i]
            for at in range(left.start[i], left.start[i + 1]):
                load[left.candidate[at]] += weight[i]
    return total


@nested
def _largest(load: Floats, k: int) -> tuple[float, float, float]:
    """Return the k-th largest load, the sum of the k largest, and the share of each of those equal to the k-th."""
    part = np.partition(load, len(load) - k)[len(load) - k :]
    level = part[0]
    above, equal = 0, 0
    for value in load:
        above += value > level
        equal += value == level
    return level, part.sum(), (k - above) / equal


@kernel
def _turn(
    left: Left, load: Floats, cut: tuple[float, float], weight: Floats, slope: Floats, active: Ints
) -> tuple[float, int]:
    """Turn the direction towards the demand points that the k largest leave out; keep those that can move active."""
    (level, share), square, kept = cut, 0.0, 0
    for at in range(len(active)):
        i = active[at]
        short = left.need[i]
        for entry in range(left.start[i], left.start[i + 1]):
            value = load[left.candidate[entry]]
            if value > level:
                short -= 1.0
            elif value == level:
                short -= share
        if weight[i] <= 0.0:
            short = max(short, 0.0)
        slope[i] = _MOMENTUM * slope[i] + (1.0 - _MOMENTUM) * short
        if weight[i] > 0.0 or slope[i] > 0.0:
            active[kept] = i
            kept += 1
            square += slope[i] * slope[i]
        else:
            slope[i] = 0.0
    return square, kept


@kernel
def _move(left: Left, weight: Floats, slope: Floats, active: Ints, length: float, k: int) -> None:
    total = 0.0
    for i in active:
        weight[i] = max(0.0, weight[i] + length * slope[i])
        total += left.need[i] * weight[i]
    if total > 0.0:
        for i in active:
            weight[i] *= k / total


@compiled
def settled(left: Left, k: int, weight: Floats) -> NDArray[np.int8]:
    """Tell by weights that prove nothing yet which candidates are in every cover of k, 1, or in none, −1; 0: open.

    There must be more than k candidates.
    """
    load = np.zeros(len(left.candidates))
    total = _load(left, weight, np.arange(len(left.points)), load)
    order = np.sort(load)
    level, below, top = order[len(load) - k], order[len(load) - k - 1], order[len(load) - k :].sum()
    gap = max(0.0, top - total) + ROUNDING * top
    verdict = np.zeros(len(load), dtype=np.int8)
    for j in range(len(load)):
        if load[j] < level - gap:
            verdict[j] = -1
        elif load[j] > below + gap:
            verdict[j] = 1
    return verdict


@nested
def branching_candidate(left: Left, weight: Floats, is_open: NDArray[np.int8]) -> int:
    """Return the unsettled candidate of greatest load among those of the demand point with the fewest to spare."""
    load = np.zeros(len(left.candidates))
    _load(left, weight, np.arange(len(left.points)), load)
    hardest, fewest = -1, np.inf
    for i in range(len(left.points)):
        spare = -left.need[i]
        for at in range(left.start[i], left.start[i + 1]):
            spare += is_open[left.candidate[at]] >= 0
        if spare < fewest or (spare == fewest and weight[i] > weight[hardest]):
            hardest, fewest = i, spare
    best = -1
    for at in range(left.start[hardest], left.start[hardest + 1]):
        j = left.candidate[at]
        if is_open[j] == 0 and (best < 0 or load[j] > load[best]):
            best = j
    return best


@compiled
def packed(start: Ints, candidate: Places, order: Ints, m: int) -> int:
    """Count demand points, met in ``order``, no two of which one candidate covers: so many outlets are needed at least.

    ``start`` and ``candidate`` are the pairs within the radius by demand point, shapes (n + 1,) and (k,).
    """
    taken, count = np.zeros(m, dtype=np.bool_), 0
    for i in order:
        is_free = True
        for at in range(start[i], start[i + 1]):
            is_free = is_free and not taken[candidate[at]]
        if is_free:
            count += 1
            for at in range(start[i], start[i + 1]):
                taken[candidate[at]] = True
    return count
