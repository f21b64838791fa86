"""Send a share of some services to machines: what is left for people, machines needed, and time saved.

Of service s, the share δ(s) uses machine kind k(s). A kind of machine is a pool with Erlang C of its own; ``spare``
machines stand by for failures (n + 1). Minutes saved are the visits diverted times the service time they would have
taken from a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.workload.arrivals import Arrivals
from layout.workload.erlang import servers_needed
from layout.workload.services import Catalogue
from outlet.errors import InputError

Floats = NDArray[np.float64]
MACHINE_OCCUPANCY = 0.85


@dataclass(frozen=True)
class Diversion:
    """What diversion does.

    Parameters
    ----------
    share
        Shape (S,): share of each service's visitors who use a machine.
    machines
        Machines by kind, spares included.
    spare
        Spares of each kind.
    minutes_saved
        Staff minutes saved on a mean open day, by service.
    """

    share: Floats
    machines: Mapping[str, int]
    spare: int
    minutes_saved: Mapping[str, float]


def divert(
    catalogue: Catalogue,
    arrivals: Arrivals,
    chosen: Mapping[str, float],
    *,
    spare: int,
    target_share: float,
    target_wait_min: float,
) -> Diversion:
    """Work out the diversion of a week.

    Parameters
    ----------
    catalogue, arrivals
        What visitors come for, and when.
    chosen
        Share diverted by service, where it differs from the catalogue's.
    spare
        Machines of each kind beyond those needed.
    target_share, target_wait_min
        Service level at the machines.

    Raises
    ------
    InputError
        When a service in ``chosen`` is unknown or has no machine.
    """
    share = _shares(catalogue, chosen)
    machines: dict[str, int] = {}
    for kind in sorted({service.machine for service in catalogue.services if service.machine}):
        needed = machines_needed(catalogue, arrivals, share, kind, target_share, target_wait_min)
        if needed:
            machines[kind] = needed + spare
    per_day = (arrivals.visits * share).sum(axis=(0, 1)) / max(len(arrivals.open_days), 1)
    saved = {
        service.id: float(count) * service.minutes
        for service, count in zip(catalogue.services, per_day, strict=True)
        if count > 0
    }
    return Diversion(share=share, machines=machines, spare=spare, minutes_saved=saved)


def machines_needed(
    catalogue: Catalogue, arrivals: Arrivals, share: Floats, kind: str, target_share: float, target_wait_min: float
) -> int:
    """Return how many machines of a kind the busiest interval needs, without spares; 0 where nobody is sent to it."""
    of_kind = np.array([service.machine == kind for service in catalogue.services])
    open_min = arrivals.interval_min * np.maximum(arrivals.open_share, 1e-12)
    each = (arrivals.visits * share)[:, :, of_kind] / open_min[:, :, None]
    rate = each.sum(axis=2)
    if rate.max() <= 0:
        return 0
    minutes = np.array([service.machine_minutes for service in catalogue.services])[of_kind]
    busy = (each * minutes).sum(axis=2)
    mean = np.divide(busy, rate, out=np.ones_like(rate), where=rate > 0)
    needed = servers_needed(
        rate, 1.0 / mean, target_share=target_share, target_wait=target_wait_min, max_occupancy=MACHINE_OCCUPANCY
    )
    return int(needed.max())


def _shares(catalogue: Catalogue, chosen: Mapping[str, float]) -> Floats:
    by_id = {service.id: service for service in catalogue.services}
    for name in chosen:
        if name not in by_id:
            raise InputError(f"layout.services.diverted: there is no service {name!r}; services: {', '.join(by_id)}")
        if chosen[name] > 0 and by_id[name].machine is None:
            able = ", ".join(service.id for service in catalogue.services if service.machine)
            raise InputError(f"layout.services.diverted: no machine can do {name!r}; services with one: {able}")
    return np.array([chosen.get(service.id, service.diverted) for service in catalogue.services])
