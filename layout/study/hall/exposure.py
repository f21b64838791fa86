"""Say how well each zone of a settled hall is shown to visitors: `show_zones`.

Passing: `layout.floor.passing` on the walks that visitors take. Waiting: what part of a zone's front lies in the
isovist of each waiting seat, averaged over the seats, times the person-minutes waited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import boxes
from layout.floor.isovist import isovist, share_seen, sight_edges, step_in
from layout.floor.passing import passed
from layout.floor.visibility import Walks
from layout.flow.book import JourneyBook
from layout.flow.exposure import SEEN_WITHIN_M, ZoneExposure, exposure_shares
from layout.flow.journeys import Journey, trips
from layout.posts.plan import Furnishing
from layout.study.hall.walks import HallWalks, fronts
from layout.workload.erlang import mean_wait
from layout.workload.requirement import Requirement
from layout.zones.plan import PlacedZone
from layout.zones.space import Space

SEAT_SEES_M = 15.0
SEATS = "chair"


def show_zones(
    walked: HallWalks, zones: Sequence[PlacedZone], space: Space, journeys: Sequence[Journey], book: JourneyBook
) -> tuple[ZoneExposure, ...]:
    """Return the exposure of every zone that sells, with its value, and of every other open public zone."""
    kinds = [zone.kind for zone in zones]
    shares = exposure_shares(journeys, kinds, _seen(walked.walks, walked.clear, zones, trips(journeys, kinds)))
    visitors = sum(journey.per_hour for journey in journeys)
    funnel = {step.zone: step.bought for step in book.funnel}
    found = []
    for zone, need, share in zip(zones, space.needs, shares, strict=True):
        if zone.public and (need.spec.selling or not zone.enclosed):
            passing = float(share) * visitors
            buyers = passing * funnel[zone.kind] if zone.kind in funnel else None
            value = need.spec.value if need.spec.selling else 0.0
            found.append(ZoneExposure(zone.id, value, float(share), passing, buyers))
    return tuple(found)


def _seen(
    walks: Walks, clear: BaseGeometry, zones: Sequence[PlacedZone], flow: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return whether each walk passes each zone in sight, shape (n + 1, n + 1, n); enclosed zones are not seen."""
    legs = np.argwhere((flow > 0) & np.isfinite(walks.metres))
    paths = [walks.path(int(k), int(other)) for k, other in legs]
    seen = np.zeros((*flow.shape, len(zones)), dtype=bool)
    shown = [k for k, zone in enumerate(zones) if not zone.enclosed]
    areas = boxes(zones[k].rects for k in shown)
    seen[legs[:, 0, None], legs[:, 1, None], shown] = passed(paths, areas, clear, SEEN_WITHIN_M)
    return seen


def waited_minutes(requirement: Requirement, without: Sequence[str]) -> float:
    """Return the person-minutes waited in the hour with the most, by Erlang C.

    Parameters
    ----------
    requirement
        Posts and arrivals by interval.
    without
        Posts before which nobody sits down to wait, such as the one that receives visitors.
    """
    rows = [row for row in requirement.rows if min(row.arrivals, row.occupancy, row.required) > 0]
    rows = [row for row in rows if row.post not in without]
    if not rows:
        return 0.0
    rate = np.array([row.arrivals for row in rows]) / requirement.interval_min
    servers = np.array([row.required for row in rows])
    wait = np.asarray(mean_wait(rate, rate / (np.array([row.occupancy for row in rows]) * servers), servers))
    minutes = np.where(np.isfinite(wait), rate * 60.0 * wait, 0.0)
    names, at = np.unique([f"{row.day_type} {row.start}" for row in rows], return_inverse=True)
    return float(np.bincount(at, weights=minutes, minlength=len(names)).max())


def show_seats(
    exposure: Sequence[ZoneExposure],
    clear: BaseGeometry,
    zones: Sequence[PlacedZone],
    furnishing: Furnishing,
    waited_min: float,
) -> tuple[ZoneExposure, ...]:
    """Return the exposure with the person-minutes an hour for which waiting people have each selling zone in sight."""
    views = seat_views(clear, zones, furnishing)
    return tuple(
        replace(shown, waiting_min_per_hour=waited_min * views.get(shown.zone, 0.0)) if shown.value > 0 else shown
        for shown in exposure
    )


def seat_views(clear: BaseGeometry, zones: Sequence[PlacedZone], furnishing: Furnishing) -> dict[str, float]:
    """Return the mean share of each open zone's front that people on waiting seats see, by id; not from behind it."""
    seats = [thing for thing in furnishing.equipment if thing.kind == SEATS]
    if not seats or clear.is_empty:
        return {}
    eyes = step_in(clear, np.array([(seat.x + seat.w / 2, seat.y + seat.h / 2) for seat in seats]))
    edges = sight_edges(clear)
    views = [isovist((float(x), float(y)), edges, SEAT_SEES_M) for x, y in eyes]
    found = {}
    for zone, front in zip(zones, fronts(zones), strict=True):
        if not zone.enclosed:
            looks = np.radians(zone.front_deg)
            ahead = (eyes - shapely.get_coordinates(front)[0]) @ np.array([np.cos(looks), np.sin(looks)])
            found[zone.id] = float(
                np.mean([share_seen(view, front) if side > 0 else 0.0 for view, side in zip(views, ahead, strict=True)])
            )
    return found
