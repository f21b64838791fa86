"""Choose what share of which service a roaming guide shall serve, beside the machines: proved best for their shares.

Letters: service s with v_s visits a day that neither use a machine nor are the guide's already, m_s minutes at its post
and g_s with a guide; share γ_s out of a few levels. The guide's post needs n_t(γ) people in interval t, by Erlang C
over its own work and the roaming. A day gains

    Σ_s v_s·γ_s·m_s·wage − Σ_t (n_t(γ) − n_t(0))·interval·wage,    max_t (n_t(γ) − n_t(0)) ≤ most guides:

a guide advises, so no value is lost. All combinations of levels are priced; the best is the best of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.workload.arrivals import Arrivals
from layout.workload.diversion import Diversion
from layout.workload.erlang import servers_needed
from layout.workload.requirement import load_of
from layout.workload.services import Catalogue, Service
from layout.workload.what_if import MOST_OPTIONS, WhatIf
from outlet.errors import InputError

Floats = NDArray[np.float64]
MOST_BUSY = 0.85


@dataclass(frozen=True)
class Roaming:
    """Shares of services that a roaming guide serves: ``share`` by service, and ``guides`` more at once at most.

    On a mean open day: ``minutes_saved`` at posts, the value ``at_stake`` of the visits, and the ``gain``.
    """

    share: Mapping[str, float]
    guides: int
    minutes_saved: float
    at_stake: float
    gain: float


NONE = Roaming({}, 0, 0.0, 0.0, 0.0)


def guided_services(catalogue: Catalogue) -> tuple[Service, ...]:
    """Return the services that a roaming guide can take from their posts."""
    guide = guide_post(catalogue)
    return tuple(s for s in catalogue.services if s.guide_minutes is not None and guide is not None and s.post != guide)


def guide_post(catalogue: Catalogue) -> str | None:
    """Return the post of the guide: who receives visitors."""
    return None if catalogue.triage is None else catalogue.triage.post


def best_roaming(
    catalogue: Catalogue, arrivals: Arrivals, machines: Floats, most_guides: int, terms: WhatIf
) -> Roaming:
    """Return the roaming with the largest gain; nobody roams where none gains.

    Parameters
    ----------
    catalogue, arrivals
        What visitors come for, and when.
    machines
        Shape (S,): share of each service's visitors who use a machine.
    most_guides
        Most guides more at once.
    terms
        Levels, wage and target.

    Raises
    ------
    InputError
        When there are too many services and levels to try them all.
    """
    mine = guided_services(catalogue)
    if not mine or not most_guides:
        return NONE
    if len(terms.levels) ** len(mine) > MOST_OPTIONS:
        raise InputError(
            f"what_if: {len(mine)} services for a roaming guide at {len(terms.levels)} levels each are "
            f"more than {MOST_OPTIONS:,} combinations; name fewer levels"
        )
    best = NONE
    for levels in itertools.product(sorted(set(terms.levels)), repeat=len(mine)):
        share = {service.id: level for service, level in zip(mine, levels, strict=True) if level > 0}
        found = price_roaming(catalogue, arrivals, machines, share, terms)
        if found.guides <= most_guides and found.gain > best.gain + 1e-9:
            best = found
    return best


def price_roaming(
    catalogue: Catalogue, arrivals: Arrivals, machines: Floats, share: Mapping[str, float], terms: WhatIf
) -> Roaming:
    """Return what some shares of services with a roaming guide need and gain."""
    guide = guide_post(catalogue)
    if guide is None or not any(share.values()):
        return NONE
    left = arrivals.visits * (1.0 - machines) * np.array([share.get(s.id, 0.0) for s in catalogue.services])
    own = load_of(catalogue, arrivals, Diversion(machines, {}, 0, {}), guide)
    minutes = np.array([s.guide_minutes or 0.0 for s in catalogue.services])
    visits, work = own.visits + left.sum(axis=2), own.visits * own.minutes + (left * minutes).sum(axis=2)
    before = _needed(arrivals, own.visits, own.visits * own.minutes, terms)
    more = np.maximum(_needed(arrivals, visits, work, terms), before) - before
    days = max(len(arrivals.open_days), 1)
    each = left.sum(axis=(0, 1)) / days
    saved = float(each @ np.array([s.minutes for s in catalogue.services]))
    guided = float((more * arrivals.open_share).sum()) * arrivals.interval_min / days
    stake = float(each @ np.array([s.value for s in catalogue.services]))
    return Roaming(dict(share), int(more.max()), saved, stake, (saved - guided) * terms.wage_per_min)


def _needed(arrivals: Arrivals, visits: Floats, work: Floats, terms: WhatIf) -> NDArray[np.int64]:
    """Return shape (7, T): people by Erlang C, one at least where the guide's post has work at all."""
    open_min = arrivals.interval_min * np.maximum(arrivals.open_share, 1e-12)
    mean = np.divide(work, visits, out=np.ones_like(work), where=visits > 0)
    return servers_needed(
        visits / open_min,
        1.0 / mean,
        target_share=terms.target_share,
        target_wait=terms.target_wait_min,
        max_occupancy=MOST_BUSY,
    )
