"""Say how often enough machines work, and how many to install: `enough_share`, `machines_for`.

Each of n machines works for a share a of time. A machine waits for no repairer: at a random moment the number that work
is binomial, P(at least k) = Σ_{i ≥ k} C(n, i) aⁱ (1 − a)ⁿ⁻ⁱ. With r repairers it is the stationary law of the machine
repair model (Erlang's loss in a closed system): with ρ = (1 − a)/a, P(j are broken) ∝ C(n, j) ρʲ for j ≤ r, and
C(n, j) j! ρʲ / (r! rʲ⁻ʳ) above.
"""

from __future__ import annotations

import math

from outlet.errors import InputError

LARGEST = 500


def enough_share(installed: int, needed: int, availability: float, repairers: int | None = None) -> float:
    """Return the share of time at least ``needed`` of ``installed`` machines work.

    Parameters
    ----------
    installed, needed
        Numbers of machines.
    availability
        Share of time one machine works where a repairer comes at once.
    repairers
        How many machines can be repaired at once; None: all.

    >>> round(enough_share(3, 2, 0.9), 4)
    0.972
    """
    if not 0 < availability <= 1:
        raise InputError(f"availability is {availability:g}; expected a share above 0 and up to 1")
    if not 0 <= installed <= LARGEST:
        raise InputError(f"{installed} machines; expected 0 to {LARGEST}")
    if repairers is not None and repairers < 1:
        raise InputError(f"{repairers} repairers; expected at least 1")
    if needed <= 0:
        return 1.0
    if needed > installed:
        return 0.0
    team = installed if repairers is None else repairers
    rho = (1 - availability) / availability
    weights = [_weight(installed, broken, team, rho) for broken in range(installed + 1)]
    return math.fsum(weights[: installed - needed + 1]) / math.fsum(weights)


def _weight(installed: int, broken: int, team: int, rho: float) -> float:
    if rho == 0:
        return float(broken == 0)
    weight = math.log(rho) * broken + math.log(math.comb(installed, broken))
    if broken > team:
        weight += math.lgamma(broken + 1) - math.lgamma(team + 1) - (broken - team) * math.log(team)
    return math.exp(weight)


def machines_for(needed: int, availability: float, target: float, repairers: int | None = None) -> int:
    """Return the fewest machines of which at least ``needed`` work for a share ``target`` of time.

    >>> [machines_for(2, 0.96, target) for target in (0.9, 0.99, 0.9999)]
    [2, 3, 5]
    """
    if not 0 < target < 1:
        raise InputError(f"target is {target:g}; expected a share between 0 and 1")
    for installed in range(needed, LARGEST + 1):
        if enough_share(installed, needed, availability, repairers) >= target:
            return installed
    raise InputError(f"no {LARGEST} machines suffice for {needed} at work {target:.0%} of the time")
