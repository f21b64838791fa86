r"""Cut off what max capture cannot reach: for every demand point the tightest valid limit at a point, compiled.

For one demand point, with s₀ the attraction of what is locked open, h(s) = d s / (s + r) is concave in
s = s₀ + Σ_j a_j y_j, and a submodular function of the open set. Valid for every allowed binary y are

- the tangent at s*:  h(s*) + h′(s*) (s₀ + Σ_j a_j y_j − s*);
- for every set S, with s_S its attraction, the submodular cut (Nemhauser and Wolsey, 1981; Ljubić and Moreno, 2018),
  lifted for the members of S as Ahmed and Atamtürk (2011) do for functions of this kind:
  h(s_S) + Σ_{j ∉ S} ρ(a_j) y_j + Σ_{j ∈ S} γ(a_j) (1 − y_j),  where ρ(a) = h(s_S + a) − h(s_S).

With the candidates outside S in the order of their attraction, greatest first, A_k the attraction of the first k and
A_k ≤ z ≤ A_k+1::

    γ(z) = h(s_S + A_k+1 − z) − h(s_S) − Σ_{i ≤ k+1} ρ(a_i)

γ is subadditive and bounds what may be won back when z of S is left out, so that the coefficients may be added up.

The sets tried are those of the k largest y_j, for every k; at a binary y the second is then exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SUPPORT = 1e-7


class Points(NamedTuple):
    """Demand points and what attracts them: pairs by demand point, greatest first; rivals, demand and s₀ by point."""

    start: Ints
    candidate: Ints
    attraction: Floats
    rivals: Floats
    demand: Floats
    base: Floats


@compiled
def captured_at(points: Points, i: int, own: float) -> float:
    """Return h_i(s)."""
    return float(points.demand[i] * own / (own + points.rivals[i]))


@compiled
def _tangent(points: Points, i: int, y: Floats, slope: Floats) -> float:
    own = points.base[i]
    for at in range(points.start[i], points.start[i + 1]):
        own += points.attraction[at] * y[points.candidate[at]]
    rate = points.demand[i] * points.rivals[i] / (own + points.rivals[i]) ** 2
    for at in range(points.start[i], points.start[i + 1]):
        slope[at] = rate * points.attraction[at]
    return float(captured_at(points, i, own) + rate * (points.base[i] - own))


@compiled
def _won_back(points: Points, i: int, inside: NDArray[np.bool_], own: float, lost: float) -> float:
    """Return γ(lost): the most that candidates outside S can make up for, less what they count for already."""
    height, extra, counted = captured_at(points, i, own), 0.0, 0.0
    for at in range(points.start[i], points.start[i + 1]):
        if inside[at - points.start[i]]:
            continue
        pull = points.attraction[at]
        extra += pull
        counted += captured_at(points, i, own + pull) - height
        if extra >= lost:
            break
    return captured_at(points, i, own + extra - lost) - height - counted


@compiled
def _set_cut(points: Points, i: int, inside: NDArray[np.bool_], own: float, slope: Floats) -> float:
    height = captured_at(points, i, own)
    constant = height
    for at in range(points.start[i], points.start[i + 1]):
        pull = points.attraction[at]
        if inside[at - points.start[i]]:
            slope[at] = -_won_back(points, i, inside, own, pull)
            constant -= slope[at]
        else:
            slope[at] = captured_at(points, i, own + pull) - height
    return constant


@compiled
def _value(points: Points, i: int, y: Floats, constant: float, slope: Floats) -> float:
    total = constant
    for at in range(points.start[i], points.start[i + 1]):
        total += slope[at] * y[points.candidate[at]]
    return total


@compiled
def tightest_cuts(points: Points, y: Floats, constant: Floats, slope: Floats, value: Floats) -> None:
    """Fill for every demand point the cut of the least value at ``y``: constant (n,), slope by pair, and that value."""
    trial = np.empty(len(slope))
    for i in range(len(points.demand)):
        first, last = points.start[i], points.start[i + 1]
        constant[i] = _tangent(points, i, y, slope)
        value[i] = _value(points, i, y, constant[i], slope)
        inside = np.zeros(last - first, dtype=np.bool_)
        order = np.argsort(-y[points.candidate[first:last]])
        own, at_most = points.base[i], len(order)
        for size in range(at_most + 1):
            trial_constant = _set_cut(points, i, inside, own, trial)
            trial_value = _value(points, i, y, trial_constant, trial)
            if trial_value < value[i] - 1e-12 * abs(value[i]):
                constant[i], value[i] = trial_constant, trial_value
                slope[first:last] = trial[first:last]
            if size == at_most or y[points.candidate[first + order[size]]] <= SUPPORT:
                break
            inside[order[size]] = True
            own += points.attraction[first + order[size]]
