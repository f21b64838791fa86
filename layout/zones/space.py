"""Derive from the work how much space each zone needs: `plan_space`.

Counters take their frontage from the posts that stand there at the peak; waiting takes its seats from the 95th
percentile of persons waiting; self-service takes its frontage from the machines. Where the zones at target size would
take more than the programme's share of the free floor, all targets shrink together towards their least sizes; where
even those are too much, optional zones go, the most dispensable first. Nothing is dropped or shrunk without a note.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from layout.zones.programme import Programme, ZoneSpec

LEAST_SEATS = 4
EPSILON = 1e-9
NOTICED_M2 = 1.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the work asks of the hall: posts by kind of zone at the peak, machines, and persons waiting."""

    posts: Mapping[str, int]
    machines: int
    waiting: float


@dataclass(frozen=True)
class ZoneNeed:
    """The space one zone needs: areas in square metres, lengths in metres, ``count`` of what it is sized by.

    ``id`` is its kind, with a number where the kind is split.
    """

    id: str
    spec: ZoneSpec
    count: int
    area_min: float
    area_target: float
    area_max: float
    frontage_min: float
    frontage_max: float

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.spec.kind


@dataclass(frozen=True)
class Space:
    """The zones a hall shall have, with what was shrunk or dropped."""

    needs: tuple[ZoneNeed, ...]
    seats: int
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def least_m2(self) -> float:
        """Area of all zones at their least sizes."""
        return sum(need.area_min for need in self.needs)


def plan_space(programme: Programme, work: Work, areas: Mapping[str, float], floor_m2: float) -> Space:
    """Return the zones that the work needs, fitted to a free floor.

    Parameters
    ----------
    programme
        The zones of the sector.
    work
        What they are sized by.
    areas
        Target area by kind, where the planner set one.
    floor_m2
        Free floor of the hall without what doors keep clear.
    """
    seats = max(LEAST_SEATS, math.ceil(work.waiting - EPSILON))
    asked = [spec for spec in programme.zones if spec.from_floor_m2 <= floor_m2 or spec.kind in areas]
    needs = [part for spec in asked for part in _split(spec, work, seats, areas.get(spec.kind))]
    unused = [need.id for need in needs if need.count == 0 and need.spec.per is not None and need.area_min == 0]
    notes = [f"{kind}: nothing to stand in it, left out" for kind in unused]
    notes += [
        f"{spec.kind}: only in halls from {spec.from_floor_m2:g} m² of free floor (this one has {floor_m2:.0f} m²)"
        for spec in programme.zones
        if spec not in asked
    ]
    kept = [need for need in needs if need.id not in unused]
    dropped: list[str] = []
    capacity = programme.fill * floor_m2
    while sum(need.area_min for need in kept) > capacity:
        optional = [need for need in kept if need.spec.optional > 0]
        if not optional:
            break
        gone = max(optional, key=lambda need: (need.spec.optional, need.kind))
        kept.remove(gone)
        dropped.append(gone.kind)
        notes.append(f"{gone.kind}: left out, the hall is too small for it ({gone.area_min:.1f} m² at least)")
    fitted, note = _fit(kept, capacity)
    return Space(tuple(fitted), seats, tuple(dropped), (*notes, *note))


def _split(spec: ZoneSpec, work: Work, seats: int, wanted: float | None) -> list[ZoneNeed]:
    """Return the zones of one kind: one, or several of equal size where its front would be too long for one."""
    counts = {"posts": work.posts.get(spec.kind, 0), "machines": work.machines, "seats": seats, None: 0}
    count = counts[spec.per]
    parts = 1
    if spec.split_m > 0 and spec.per_frontage_m > 0:
        parts = max(1, math.ceil(count / max(1, math.floor(spec.split_m / spec.per_frontage_m + EPSILON))))
    if parts == 1:
        return [_need(spec, spec.kind, count, wanted)]
    shares = [count // parts + (part < count % parts) for part in range(parts)]
    return [
        _need(spec, f"{spec.kind}-{number}", share, None if wanted is None else wanted * share / count)
        for number, share in enumerate(shares, start=1)
    ]


def _need(spec: ZoneSpec, name: str, count: int, wanted: float | None) -> ZoneNeed:
    low, target, high = (base + count * each for base, each in zip(spec.area_m2, spec.per_m2, strict=True))
    if spec.per is not None and count == 0:
        low = target = high = 0.0
    frontage = max(spec.frontage_m[0], count * spec.per_frontage_m)
    low = max(low, frontage * spec.depth_m[0]) if low > 0 else low
    target, high = max(target, low), max(high, low)
    if wanted is not None and low > 0:
        target = wanted
        low, high = min(low, wanted), max(high, wanted)
        frontage = min(frontage, wanted / spec.depth_m[0])
    return ZoneNeed(name, spec, count, low, target, high, frontage, max(spec.frontage_m[1], frontage))


def _fit(needs: list[ZoneNeed], capacity: float) -> tuple[list[ZoneNeed], list[str]]:
    """Shrink all targets by the same share of what they can give."""
    target, least = sum(need.area_target for need in needs), sum(need.area_min for need in needs)
    if target <= capacity:
        return needs, []
    share = min(1.0, (target - capacity) / max(target - least, EPSILON))
    fitted = [
        replace(need, area_target=need.area_target - share * (need.area_target - need.area_min)) for need in needs
    ]
    after = sum(need.area_target for need in fitted)
    if target - after < NOTICED_M2:
        return fitted, []
    return fitted, [f"zones shrunk from {target:.0f} to {after:.0f} m² so that aisles have room"]


def shrink(space: Space, share: float) -> Space:
    """Return the space with every target a further ``share`` of the way to its least size."""
    needs = tuple(
        replace(need, area_target=need.area_target - share * (need.area_target - need.area_min)) for need in space.needs
    )
    return replace(space, needs=needs)


def without(space: Space, kind: str, why: str) -> Space:
    """Return the space without one zone."""
    needs = tuple(
        replace(need, spec=need.spec.model_copy(update={"back_to": None})) if need.spec.back_to == kind else need
        for need in space.needs
        if need.kind != kind
    )
    return replace(space, needs=needs, dropped=(*space.dropped, kind), notes=(*space.notes, f"{kind}: {why}"))
