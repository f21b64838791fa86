"""Choose what share of which service to send to machines, under a limit of machines: proved best.

Letters: service s with visits v_s a day, minutes m_s, value w_s; share δ_s out of a few levels; machine kind k; n_k(δ)
machines of a kind, spares included, that its services' diverted visitors need. Diverting gains a day

    Σ_s v_s·δ_s·(m_s·wage − lost·w_s) − Σ_k n_k·cost,    Σ_k n_k ≤ most machines.

Kinds share nothing but the limit, so the best of each kind for every number of machines, over all levels of its
services, joined over kinds (a knapsack by dynamic programming), is the best of all: nothing is left out, and the gain
is its own bound. Spares come from the callable ``installed``: how many to install so that enough of them work.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.workload.arrivals import Arrivals
from layout.workload.diversion import machines_needed
from layout.workload.services import Catalogue, Service
from outlet.errors import InputError

Floats = NDArray[np.float64]
MOST_OPTIONS = 20_000


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What a diversion may be, and what it costs.

    ``levels`` are the shares tried of each service; ``most_machines`` of all kinds; ``wage_per_min`` and
    ``machine_per_day`` money; ``lost`` the share of a diverted visit's value that is lost, since nobody advises;
    ``installed`` maps machines needed to machines installed; ``target_share`` within ``target_wait_min`` at machines.
    """

    levels: tuple[float, ...]
    most_machines: int
    wage_per_min: float
    machine_per_day: float
    lost: float
    installed: Callable[[int], int]
    target_share: float
    target_wait_min: float

    def __post_init__(self) -> None:
        if not self.levels or min(self.levels) < 0 or max(self.levels) > 1:
            raise InputError(f"WhatIf.levels: {self.levels}; expected shares from 0 to 1")
        if self.most_machines < 0:
            raise InputError(f"WhatIf.most_machines: {self.most_machines}; expected a number from 0")


@dataclass(frozen=True)
class Choice:
    """A diversion: ``share`` by service and ``machines`` by kind.

    On a mean open day: staff ``minutes_saved``, the value of diverted visits ``at_stake``, and the ``gain`` after lost
    value and machines.
    """

    share: Mapping[str, float]
    machines: Mapping[str, int]
    minutes_saved: float
    at_stake: float
    gain: float


def price(catalogue: Catalogue, arrivals: Arrivals, share: Mapping[str, float], terms: WhatIf) -> Choice:
    """Return what a diversion needs and gains; services that are not named are not diverted."""
    kinds = sorted({s.machine for s in catalogue.services if s.machine and share.get(s.id, 0) > 0})
    shares = np.array([share.get(service.id, 0.0) for service in catalogue.services])
    machines = {}
    for kind in kinds:
        needed = machines_needed(catalogue, arrivals, shares, kind, terms.target_share, terms.target_wait_min)
        machines[kind] = terms.installed(needed) if needed else 0
    visits = arrivals.visits.sum(axis=(0, 1)) / max(len(arrivals.open_days), 1) * shares
    saved = float(visits @ np.array([service.minutes for service in catalogue.services]))
    stake = float(visits @ np.array([service.value for service in catalogue.services]))
    gain = saved * terms.wage_per_min - terms.lost * stake - sum(machines.values()) * terms.machine_per_day
    named = {s.id: float(d) for s, d in zip(catalogue.services, shares, strict=True) if s.machine}
    return Choice(named, {kind: count for kind, count in machines.items() if count}, saved, stake, gain)


def best_diversion(catalogue: Catalogue, arrivals: Arrivals, terms: WhatIf) -> Choice:
    """Return the diversion with the largest gain within the limit of machines.

    Raises
    ------
    InputError
        When one kind of machine has too many services and levels to try them all.
    """
    best: list[tuple[float, dict[str, float]]] = [(0.0, {}) for _ in range(terms.most_machines + 1)]
    for kind in sorted({service.machine for service in catalogue.services if service.machine}):
        mine = [service for service in catalogue.services if service.machine == kind]
        options = _options(catalogue, arrivals, mine, terms)
        best = [
            max(
                (
                    (best[room - count][0] + gain, best[room - count][1] | share)
                    for count, (gain, share) in options.items()
                    if count <= room
                ),
                key=lambda each: each[0],
            )
            for room in range(terms.most_machines + 1)
        ]
    return price(catalogue, arrivals, best[-1][1], terms)


def _options(
    catalogue: Catalogue, arrivals: Arrivals, mine: Sequence[Service], terms: WhatIf
) -> dict[int, tuple[float, dict[str, float]]]:
    """Return the best gain and shares of one kind of machine by number of machines; none at all is among them."""
    if len(terms.levels) ** len(mine) > MOST_OPTIONS:
        raise InputError(
            f"what_if: {len(mine)} services share the machine {mine[0].machine!r}: {len(terms.levels)} levels each are "
            f"more than {MOST_OPTIONS:,} combinations; name fewer levels"
        )
    found: dict[int, tuple[float, dict[str, float]]] = {0: (0.0, {})}
    for levels in itertools.product(sorted(set(terms.levels)), repeat=len(mine)):
        share = {service.id: level for service, level in zip(mine, levels, strict=True) if level > 0}
        if not share:
            continue
        made = price(catalogue, arrivals, share, terms)
        count = sum(made.machines.values())
        if count <= terms.most_machines and (count not in found or made.gain > found[count][0]):
            found[count] = (made.gain, share)
    return found
