"""Take the visitors' walks from the hall plan into the replayed day: `read_walks`, `with_walks`.

A visitor walks from where he is received (the reception, without one the door) to the waiting area, and when he is
called from there to the zone that serves him, which keeps the server; a machine's queue stands at the machine. Without
a waiting area the walk leads to the zone itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from layout.study.day.make import PlannedDay
from layout.workload.services import Catalogue

Walks = Mapping[frozenset[str], float]
DOOR, RECEPTION, WAITING, SELF_SERVICE = "door", "reception", "waiting", "self_service"


def read_walks(path: Path) -> Walks:
    """Return the metres between kinds of zone, and the door, of a zones.json; of several zones of a kind the least."""
    found: dict[frozenset[str], float] = {}
    plan = json.loads(path.read_text(encoding="utf-8"))
    kind_of = {zone["id"]: str(zone["kind"]) for zone in plan["zones"]}
    for walk in plan.get("walks", []):
        ends = frozenset(kind_of.get(walk[end], DOOR) for end in ("from", "to"))
        if len(ends) == 2:
            found[ends] = min(float(walk["metres"]), found.get(ends, np.inf))
    return found


def with_walks(day: PlannedDay, catalogue: Catalogue, walks: Walks, metres_per_s: float) -> PlannedDay:
    """Return the day with its walks in minutes; a walk that is not known takes no time."""
    start = RECEPTION if day.problem.triage_pool >= 0 and frozenset((DOOR, RECEPTION)) in walks else DOOR
    zone_of = {post.id: post.zone for post in catalogue.posts}
    walked, approach = np.zeros(len(day.streams)), np.zeros(len(day.streams))
    for s, stream in enumerate(day.streams):
        zone = SELF_SERVICE if stream.diverted else zone_of[stream.pool]
        seated = not stream.diverted and frozenset((WAITING, zone)) in walks
        if seated:
            approach[s] = walks[frozenset((WAITING, zone))]
        walked[s] = walks.get(frozenset((start, WAITING if seated else zone)), 0.0)
    minutes = 1 / (60 * metres_per_s)
    return replace(day, problem=replace(day.problem, walk_min=walked * minutes, approach_min=approach * minutes))
