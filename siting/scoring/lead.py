"""Find the smallest change of the weights by which another candidate comes first.

One weight at a time, the others keeping their proportions: candidate j draws level with the first, i, where

::

    (p_i + u · a_i) · (q_j + u · b_j) = (p_j + u · a_j) · (q_i + u · b_i)

    weighted sum   u = w_k     p = Σ_{l≠k} w_l v_l,   a = v_k    q = Σ_{l≠k} w_l,             b = 1 where k is known
    topsis         u = w_k²    p = Σ_{l≠k} w_l² u_l², a = u_k²   q = Σ_{l≠k} w_l² (1 − u_l)², b = (1 − u_k)²

since in both the score grows with p / q: a quadratic in u, solved in closed form for every candidate and feature, with
what each candidate lacks left out. VIKOR has a maximum in it and no such form.

All weights together, for the weighted sum and candidates that have the same features as the first: find the weights w'
≥ 0, Σ w' = 1, nearest to w in Σ_k |w'_k − w_k| with Σ_k w'_k d_k ≤ 0, where d_k = v_ik − v_jk. Weight that moves from
feature k to l lowers the lead by d_k − d_l, so all of it goes to the feature of least d, taken from those of greatest d
first (a continuous knapsack; Dantzig, 1957): no other change is smaller. A candidate that is no better anywhere never
comes first.

A change is told as the share of all weight that moves, half of Σ |w' − w|. Weights of 0 stay 0. Sensitivity of additive
rankings: Triantaphyllou and Sánchez (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.settings.weighing import Method

_NOISE = 1e-12
_DIGITS = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OneWeight:
    """The one weight whose change is smallest: its feature, its share of all weight before and after, who is first."""

    feature: int
    before: float
    after: float
    rival: int


@dataclass(frozen=True)
class AllWeights:
    """The smallest change of all weights together, weighted sum only.

    ``moved`` is the share of all weight that moves, ``weights`` what they are then, shape (k,), ``rival`` who is first
    then, and ``compared`` how many candidates have the features the first has.
    """

    moved: float
    weights: Floats
    rival: int
    compared: int


@dataclass(frozen=True)
class Lead:
    """How firm the first place is.

    Parameters
    ----------
    first
        Position of the candidate that is first.
    change
        The least change of one weight, as a share of all weight, by which each candidate passes the first, shape (m,);
        0 for the first, NaN where no change of one weight does it.
    one, together
        The smallest changes by which the first place is lost; None where none does it.
    """

    first: int
    change: Floats
    one: OneWeight | None
    together: AllWeights | None


def lead_of(values: Floats, weights: Floats, first: int, method: Method = "weighted_sum") -> Lead:
    """Return how firm the first place is, for the weighted sum and TOPSIS.

    Parameters
    ----------
    values
        Values 0–100, shape (m, k), NaN where missing.
    weights
        From 0, one above it, shape (k,).
    first
        Position of the candidate that ranks first.
    method
        ``weighted_sum`` or ``topsis``; for ``vikor`` nothing is known (NaN, None).
    """
    change = np.full(len(values), np.nan)
    change[first] = 0.0
    if method == "vikor" or not (np.isfinite(values[first]) & (weights > 0)).any():
        return Lead(first, change, None, None)
    used = np.flatnonzero(weights > 0)
    share = weights[used] / weights.sum()
    after = _levels(values[:, used], share, first, method)
    moved = np.abs(after - share[None, :])
    moved[first] = np.nan
    some = np.isfinite(moved).any(axis=1)
    change[some] = np.nanmin(moved[some], axis=1)
    one = None
    if some.any():
        rival, k = (int(at) for at in np.unravel_index(np.nanargmin(moved.round(_DIGITS)), moved.shape))
        one = OneWeight(feature=int(used[k]), before=float(share[k]), after=float(after[rival, k]), rival=rival)
    together = _together(values, weights, used, first) if method == "weighted_sum" else None
    return Lead(first, change, one, together)


def _levels(values: Floats, share: Floats, first: int, method: Method) -> Floats:
    """Return the share of all weight at which feature k alone lets j draw level with the first, shape (m, k)."""
    known = np.isfinite(values)
    u = share if method == "weighted_sum" else share**2
    merit = np.where(known, values, 0.0) / 100.0
    above = merit if method == "weighted_sum" else merit**2
    below = known.astype(np.float64) if method == "weighted_sum" else np.where(known, (1.0 - merit) ** 2, 0.0)
    p = (above @ u)[:, None] - u * above
    q = (below @ u)[:, None] - u * below
    a, b, p_i, q_i = above[first], below[first], p[first], q[first]
    roots = _roots(
        square=a * below - above * b,
        linear=p_i * below + a * q - p * b - above * q_i,
        constant=p_i * q - p * q_i,
    )
    roots = np.where(_defined(roots, p + q, above + below) & _defined(roots, p_i + q_i, a + b), roots, np.nan)
    weight = roots if method == "weighted_sum" else np.sqrt(roots)
    scale = 1.0 - share[None, None, :] + weight
    after = np.divide(weight, scale, out=np.full_like(weight, np.nan), where=scale > 0)
    far = np.abs(after - share)
    nearest = np.argmin(np.where(np.isfinite(far), far, np.inf), axis=0)
    return np.asarray(np.take_along_axis(after, nearest[None], axis=0)[0], dtype=np.float64)


def _defined(u: Floats, rest: Floats, here: Floats) -> NDArray[np.bool_]:
    """Tell where a candidate still has something weighed: rest + u · here above 0."""
    return np.asarray(np.nan_to_num(rest + u * here, nan=0.0) > 1e-9, dtype=np.bool_)


def _roots(square: Floats, linear: Floats, constant: Floats) -> Floats:
    """Return the roots above 0 of square · u² + linear · u + constant = 0, shape (2, m, k), NaN where there is none.

    A root at 0 is no change that lets another pass: nothing is left to take away.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = linear**2 - 4.0 * square * constant
        half = -0.5 * (linear + np.copysign(np.sqrt(np.maximum(inside, 0.0)), linear))
        both = np.stack([half / square, constant / half])
    return np.where(np.isfinite(both) & (both > _NOISE) & (inside >= 0.0), both, np.nan)


def _together(values: Floats, weights: Floats, used: NDArray[np.intp], first: int) -> AllWeights | None:
    share, known = weights[used] / weights.sum(), np.isfinite(values[:, used])
    alike = np.flatnonzero((known == known[first]).all(axis=1))
    alike = alike[alike != first]
    lead = np.where(known[first], values[first, used] - values[np.ix_(alike, used)], 0.0)
    taken = _taken(lead, share)
    moved = taken.sum(axis=1)
    if not np.isfinite(moved).any():
        return None
    at = int(np.nanargmin(moved.round(_DIGITS)))
    changed = np.zeros(len(weights))
    changed[used] = share - taken[at]
    changed[used[int(np.argmin(lead[at]))]] += moved[at]
    return AllWeights(moved=float(moved[at]), weights=changed, rival=int(alike[at]), compared=int(alike.size))


def _taken(lead: Floats, share: Floats) -> Floats:
    """Return how much weight each feature gives to the one of least lead, shape (m, k); NaN where none suffices."""
    gap = np.maximum(lead @ share, 0.0)
    gain = lead - lead.min(axis=1, keepdims=True, initial=np.inf)
    order = np.argsort(-gain, axis=1, kind="stable")
    gain_in_order = np.take_along_axis(gain, order, axis=1)
    held = share[order]
    before = np.cumsum(held * gain_in_order, axis=1) - held * gain_in_order
    left = np.maximum(gap[:, None] - before, 0.0)
    wanted = np.divide(left, gain_in_order, out=np.zeros_like(left), where=gain_in_order > _NOISE)
    taken_in_order = np.minimum(wanted, held)
    taken: Floats = np.empty_like(lead)
    np.put_along_axis(taken, order, taken_in_order, axis=1)
    beaten = (gap > _NOISE) & (lead.min(axis=1, initial=np.inf) > -_NOISE)
    taken[beaten] = np.nan
    return taken
