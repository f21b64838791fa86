r"""Bound what any set can win by a linear function of y: tangents, lifted for candidates that pull strongly.

For one demand point, with own the attraction of what is open for certain, R = 1 + own and D = d / R, a set T of the
others adds h(A(T)), where h(s) = D s / (R + s) and A(T) = Σ_{j ∈ T} a_j. For every b ≥ 0 let::

    c_b = h(b) − b h′(b)                 where the tangent at b meets the axis
    ω_b(a) = h′(b) a                     for a ≤ b
             h(a) − c_b                  for a > b

ω_b is concave and 0 at 0, therefore subadditive, and c_b + ω_b(s) ≥ h(s) everywhere, therefore for every set

    h(A(T)) ≤ c_b + ω_b(A(T)) ≤ c_b + Σ_{j ∈ T} ω_b(a_j).                                             (1)

With b = 0 this is the submodular cut of the empty set (Nemhauser and Wolsey, 1981), with b ≥ max a the tangent of outer
approximation (Mai and Lodi, 2020; Ljubić and Moreno, 2018). Its value at y is least where b = Σ_j y_j min(a_j, b),
which one pass over the candidates, greatest first, finds.

The same with one candidate k taken as open, s = a_k, and ω_b, c_b made for z ↦ h(s + z) − h(s)::

    h(A(T)) ≤ h(s) + c_b + Σ_{j ≠ k} (ω_b(a_j) + max(0, γ(A) − γ(a_j))) y_j − γ(A) (1 − y_k),         (2)
    γ(a) = h(s + a) − h(a),   A ≥ s + b

For k ∈ T that is (1). For k ∉ T let z = A(T) and a the largest of T and A. Since ω_b is concave, Σ_T ω_b(a_j) is least
where T is as few pieces of a as make z, and h(s) + c_b + that − h(z) falls until z = a ≥ s + b and rises after; at
z = a it is γ(a), and what is left of γ(A) is on the candidate that pulls more than A. Its value at y is least where the
candidates that pull more than A are open by 1 − y_k together. Lifting with candidates taken as open is due to Ahmed and
Atamtürk (2011).

Any b, k and A ≥ s + b give a valid bound, so rounding does no harm, and the sum over the demand points is one linear
bound L(y) = constant + slope · y for all sets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, uncounted
from siting.locate.capture.pull import Flags, Floats, Int32s, Pull

Grid = NDArray[np.float64]


@uncounted
def best_breakpoint(a: Floats, share: Floats, k: int) -> float:
    """Return the b at which (1), or (2) with k taken as open, is least; ``a`` falls, ``share`` is positive."""
    rest, count = 0.0, 0.0
    for at in range(len(a)):
        if at != k:
            rest += a[at] * share[at]
    b = rest
    for at in range(len(a)):
        if at == k:
            continue
        if b >= a[at]:
            break
        count += share[at]
        rest -= a[at] * share[at]
        if count >= 1.0:
            return float(a[at])
        b = rest / (1.0 - count) if rest > 0.0 else 0.0
    return float(b)


@kernel
def _threshold(a: Floats, share: Floats, k: int, least: float) -> float:
    """Return the A at which (2) is least."""
    count = 0.0
    for at in range(len(a)):
        if at == k:
            continue
        count += share[at]
        if a[at] <= least or count > 1.0 - share[k]:
            return float(max(a[at], least))
    return least


@kernel
def _tangent(room: float, b: float) -> tuple[float, float]:
    """Return where the tangent of z / (room + z) at b meets the axis, and its slope."""
    near = b / (b + room)
    return near * near, room / (b + room) / (b + room)


@kernel
def _weight(room: float, meets: float, rate: float, b: float, a: float) -> float:
    """Return ω_b(a)."""
    return rate * a if a <= b else a / (a + room) - meets


@kernel
def _won_back(room: float, s: float, a: float) -> float:
    """Return γ(a)."""
    return s / (room + a) * (room / (room + s + a))


@kernel
def value_with(room: float, a: Floats, share: Floats, k: int) -> tuple[float, float, float]:
    """Return the value of (2) for h(s) = s / (room + s), or of (1) where k is −1, and the b and A it is least at."""
    s = a[k] if k >= 0 else 0.0
    b = best_breakpoint(a, share, k)
    inner = room + s
    meets, rate = _tangent(inner, b)
    scale = room / inner
    threshold = _threshold(a, share, k, s + b) if k >= 0 else np.inf
    back = _won_back(room, s, threshold) if k >= 0 else 0.0
    total = s / inner + scale * meets
    for at in range(len(a)):
        if at == k:
            total -= back * (1.0 - share[at])
            continue
        weight = scale * _weight(inner, meets, rate, b, a[at])
        if a[at] > threshold:
            weight += back - _won_back(room, s, a[at])
        total += weight * share[at]
    return total, b, threshold


@kernel
def _best_form(room: float, a: Floats, share: Floats, least_share: float) -> tuple[int, float, float]:
    """Return which candidate is best taken as open, −1 for none, and the b and A of that bound."""
    value, b, threshold = value_with(room, a, share, -1)
    taken = -1
    for k in range(len(a)):
        if share[k] >= least_share:
            trial, trial_b, trial_threshold = value_with(room, a, share, k)
            if trial < value:
                value, b, threshold, taken = trial, trial_b, trial_threshold, k
    return taken, b, threshold


@kernel
def _add_plain(candidate: Int32s, attraction: Floats, left: float, room: float, b: float, slope: Floats) -> float:
    """Add (1) of one demand point to ``slope``; return its constant."""
    meets, rate = _tangent(room, b)
    at, size = 0, len(candidate)
    while at < size and attraction[at] > b:
        slope[candidate[at]] += left * (attraction[at] / (attraction[at] + room) - meets)
        at += 1
    for rest in range(at, size):
        slope[candidate[rest]] += left * rate * attraction[rest]
    return left * meets


@kernel
def _add_taken(
    candidate: Int32s, attraction: Floats, form: tuple[float, float, int, float, float, float], slope: Floats
) -> float:
    """Add (2) of one demand point to ``slope``; return its constant.

    ``form`` is the demand left, room, the candidate taken as open, its attraction, b and A.
    """
    left, room, k, s, b, threshold = form
    inner = room + s
    meets, rate = _tangent(inner, b)
    scale = left * (room / inner)
    back = _won_back(room, s, threshold)
    for at in range(len(candidate)):
        j, a = candidate[at], attraction[at]
        if j == k:
            slope[j] += left * back
            continue
        slope[j] += scale * _weight(inner, meets, rate, b, a)
        if a > threshold:
            slope[j] += left * max(0.0, back - _won_back(room, s, a))
    return left * (s / inner - back) + scale * meets


@compiled
def linear_bounds(
    pull: Pull, own: Floats, free: Flags, y: Floats, least_share: float, constant: Floats, slope: Grid
) -> None:
    """Fill the linear bound of every part of the demand points that is least at ``y``: constants (K,), slopes (K, m).

    ``own`` (n,) is the scaled attraction of what is open, ``free`` (m,) what may open or not; y is 0 elsewhere.
    Candidates open by ``least_share`` are tried as taken for open; above 1 none is, which is quicker.
    """
    slope[:] = 0.0
    constant[:] = 0.0
    a, share, who = np.empty(len(y)), np.empty(len(y)), np.empty(len(y), dtype=np.int32)
    for i in range(len(pull.demand)):
        room = 1.0 + own[i]
        first, last = pull.start[i], pull.start[i + 1]
        size, total = 0, 0.0
        for at in range(first, last):
            j = pull.candidate[at]
            if y[j] > 0.0:
                a[size], share[size], who[size] = pull.attraction[at], y[j], j
                total += y[j]
                size += 1
        if total > 1.0 and least_share <= 1.0:
            taken, b, threshold = _best_form(room, a[:size], share[:size], least_share)
        else:
            taken, b, threshold = -1, best_breakpoint(a[:size], share[:size], -1), 0.0
        left = pull.demand[i] / room
        part = pull.part[i]
        constant[part] += left * own[i]
        candidate, attraction = pull.candidate[first:last], pull.attraction[first:last]
        if taken < 0:
            constant[part] += _add_plain(candidate, attraction, left, room, b, slope[part])
        else:
            form = (left, room, who[taken], a[taken], b, threshold)
            constant[part] += _add_taken(candidate, attraction, form, slope[part])
    for j in range(len(free)):
        if not free[j]:
            slope[:, j] = 0.0
