r"""Bound what any set can win by a linear function of y: tangents, lifted for candidates that pull strongly.

For one demand point, with own the attraction of what is open for certain, R = 1 + own and D = d / R, a set T of the
others adds h(A(T)), where h(s) = D s / (R + s) and A(T) = Σ_{j ∈ T} a_j. For every b ≥ 0 let::

    c_b = h(b) − b h′(b)                 where the tangent at b meets the axis
    ω_b(a) = h′(b) a                     for a ≤ b
             h(a) − c_b                  for a > b

ω_b is concave and 0 at 0, therefore subadditive, and c_b + ω_b(s) ≥ h(s) everywhere, therefore for every set

    h(A(T)) ≤ c_b + ω_b(A(T)) ≤ c_b + Σ_{j ∈ T} ω_b(a_j).

With b = 0 this is the submodular cut of the empty set (Nemhauser and Wolsey, 1981), with b ≥ max a the tangent of outer
approximation (Mai and Lodi, 2020; Ljubić and Moreno, 2018); in between it is at most either's sum of both worlds: what
one strong candidate alone wins is never counted at the price of the first metre. Its value at y is least where::

    b = Σ_j y_j min(a_j, b)

which one pass over the candidates, greatest first, finds. Any b gives a valid bound, so rounding does no harm, and the
sum over the demand points is one linear bound L(y) = constant + slope · y for all sets.
"""

from __future__ import annotations

from outlet.compiled import compiled
from siting.locate.pull import Flags, Floats, Pull


@compiled
def best_breakpoint(pull: Pull, i: int, y: Floats) -> float:
    """Return the b at which the bound of demand point i is least at ``y``."""
    rest, count = 0.0, 0.0
    for at in range(pull.start[i], pull.start[i + 1]):
        rest += pull.attraction[at] * y[pull.candidate[at]]
    b = rest
    for at in range(pull.start[i], pull.start[i + 1]):
        share = y[pull.candidate[at]]
        if share <= 0.0:
            continue
        a = pull.attraction[at]
        if b >= a:
            break
        count += share
        rest -= a * share
        if count >= 1.0:
            return float(a)
        b = rest / (1.0 - count) if rest > 0.0 else 0.0
    return float(b)


@compiled
def linear_bound(pull: Pull, own: Floats, free: Flags, y: Floats, slope: Floats) -> float:
    """Fill ``slope`` (m,) and return the constant of the linear bound that is least at ``y``.

    ``own`` (n,) is the scaled attraction of what is open, ``free`` (m,) what may open or not; y is 0 elsewhere.
    """
    slope[:] = 0.0
    constant = 0.0
    for i in range(len(pull.demand)):
        room = 1.0 + own[i]
        left = pull.demand[i] / room
        b = best_breakpoint(pull, i, y)
        near = b / (b + room)
        meets = left * near * near
        rate = left * (room / (b + room)) / (b + room)
        constant += pull.demand[i] * (own[i] / room) + meets
        for at in range(pull.start[i], pull.start[i + 1]):
            j = pull.candidate[at]
            if free[j]:
                a = pull.attraction[at]
                slope[j] += rate * a if a <= b else left * (a / (a + room)) - meets
    return constant
