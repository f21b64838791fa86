"""Measure a settled hall exactly: real walks, egress, and the line visitors are led along: `walk_hall`, `lead`.

The search compares arrangements on cells; what a plan reports is measured here, on polygons. A visitor's body is
`BODY_M` wide and keeps to the aisles; the middle of the movement line keeps half an aisle from everything. An aisle may
be narrower by twice the tolerance of the cells (`layout.floor.cells.TOLERANCE_M`), by which they may overlap a wall.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.cells import TOLERANCE_M, Cells
from layout.floor.egress import BODY_M, straight_egress, walked_egress
from layout.floor.ground import boxes, clear_of, free_polygon, narrowed, reached_parts, swept
from layout.floor.plan import Door, FloorPlan
from layout.floor.visibility import Walks, see_corners
from layout.flow.line import led_order
from layout.rules.data import RuleSet
from layout.zones.plan import PlacedZone

Floats = NDArray[np.float64]
LED_FIRST, LED_LAST = "reception", ("waiting", "counters")


@dataclass(frozen=True)
class Movement:
    """The line visitors without a clear need are led along.

    Parameters
    ----------
    line
        Shape (k, 2), metres: its middle keeps half an aisle from everything but the doors.
    stops
        Ids of the zones in order.
    metres
        How far along the line each stop is, metres.
    proved
        Whether no order of the selling zones is shorter.
    """

    line: Floats
    stops: tuple[str, ...] = ()
    metres: tuple[float, ...] = ()
    proved: bool = True

    @property
    def length_m(self) -> float:
        """Its length."""
        return float(np.hypot(*np.diff(self.line, axis=0).T).sum()) if len(self.line) > 1 else 0.0


@dataclass(frozen=True)
class HallWalks:
    """A settled hall as it is walked.

    Parameters
    ----------
    walks
        Visitors' walks between the entrance (place 0) and the accesses of the zones (place i + 1 for zone i).
    movement
        The line visitors are led along.
    egress_m, egress_straight_m
        The longest walk from an aisle to a door, and the longest straight line from anywhere in the hall to one.
    clear
        Where sight is free: the floor without walls, columns, fixtures and enclosed zones.
    """

    walks: Walks
    movement: Movement
    egress_m: float
    egress_straight_m: float
    clear: BaseGeometry

    def terms(self, flow: Floats) -> Mapping[str, float]:
        """Return the terms measured on polygons, for a flow of shape (n + 1, n + 1) an hour."""
        known = (flow > 0) & np.isfinite(self.walks.metres)
        walked = float((flow[known] * self.walks.metres[known]).sum())
        return {
            "walking_m_per_visitor": walked / max(float(flow[0].sum()), 1e-9),
            "walking_person_m_per_hour": walked,
            "egress_m": self.egress_m,
            "egress_straight_m": self.egress_straight_m,
        }


def walk_hall(
    plan: FloorPlan, entrance: Door, zones: Sequence[PlacedZone], selling: Sequence[str], rules: RuleSet
) -> HallWalks:
    """Measure one hall.

    Parameters
    ----------
    plan, entrance
        The hall, and the door through which visitors come.
    zones
        Its zones.
    selling
        Kinds of zone that sell.
    rules
        Widths of aisles.
    """
    areas = boxes(zone.rects for zone in zones)
    free = free_polygon(plan, areas)
    doors = np.array([(entrance.x, entrance.y), *((door.x, door.y) for door in plan.entrances if door != entrance)])
    places = np.array([doors[0], *(zone.access for zone in zones)])
    aisle = rules.number("aisle_public") / 2 - TOLERANCE_M
    body = min(BODY_M / 2, aisle)
    walks = see_corners(swept(free, aisle, body, doors), ground=free).walks(places)
    ways_out = [door for door in plan.doors if door.entrance or door.exit]
    on_foot = walked_egress(free, ways_out, body_m=2 * body, aisle_m=rules.number("aisle_staff") - 2 * TOLERANCE_M)
    straight = straight_egress(clear_of(plan.outline, (*plan.walls, *plan.columns)), ways_out)
    closed = [area for area, zone in zip(areas, zones, strict=True) if zone.enclosed]
    return HallWalks(
        walks=walks,
        movement=lead(free, doors, zones, selling, aisle),
        egress_m=on_foot.metres if np.isfinite(on_foot.metres) else 0.0,
        egress_straight_m=straight.metres if np.isfinite(straight.metres) else 0.0,
        clear=free_polygon(plan, closed),
    )


def lead(
    free: BaseGeometry, doors: Floats, zones: Sequence[PlacedZone], selling: Sequence[str], aisle_half_m: float
) -> Movement:
    """Return the line from the first door past reception, all selling zones, waiting and counters.

    Parameters
    ----------
    free
        Free floor.
    doors
        Shape (d, 2): entrances, the one visitors come through first.
    zones, selling
        All zones, and the kinds that sell.
    aisle_half_m
        What the line keeps from everything.
    """
    middles = reached_parts(free, narrowed(free, aisle_half_m), doors)
    places = np.array([doors[0], *(zone.access for zone in zones)])
    walks = see_corners(middles, ground=free).walks(places)
    legs = np.hypot(*(walks.feet - places).T)
    metres = walks.metres - legs[:, None] - legs[None, :]
    metres = np.where(np.isnan(metres), np.inf, np.maximum(metres, 0.0))

    def of_kind(kind: str) -> list[int]:
        return [k for k, zone in enumerate(zones, start=1) if zone.kind == kind]

    sold = [k for k, zone in enumerate(zones, start=1) if zone.kind in selling]
    order = led_order(metres, of_kind(LED_FIRST), sold, [of_kind(kind) for kind in LED_LAST])
    line, along = [places[:1]], [0.0]
    for a, b in itertools.pairwise(order.stops):
        line.append(walks.path(a, b, legs=False))
        along.append(along[-1] + float(metres[a, b]))
    to_line = float(legs[0]) if len(order.stops) > 1 else 0.0
    return Movement(
        line=_clean(np.vstack(line)) if len(order.stops) > 1 else np.empty((0, 2)),
        stops=tuple(zones[k - 1].id for k in order.stops[1:]),
        metres=tuple(round(far + to_line, 3) for far in along[1:]),
        proved=order.proved,
    )


def _clean(line: Floats) -> Floats:
    rounded: Floats = np.round(line, 3)
    moved = np.concatenate([[True], np.abs(np.diff(rounded, axis=0)).sum(axis=1) > 0])
    return np.asarray(rounded[moved], dtype=np.float64)


def main_entrance(plan: FloorPlan, cells: Cells, first: NDArray[np.int64]) -> Door:
    """Return the entrance nearest to the cell from which the search measured."""
    x, y = cells.centre(int(first[0]), int(first[1]))
    return min(plan.entrances, key=lambda door: (round(float(np.hypot(door.x - x, door.y - y)), 3), door.x, door.y))


def fronts(zones: Sequence[PlacedZone]) -> tuple[BaseGeometry, ...]:
    """Return the front of each zone: the side people approach from, of its largest rectangle."""
    lines = []
    for zone in zones:
        x, y, w, h = zone.rects[int(np.argmax(zone.rects[:, 2] * zone.rects[:, 3]))]
        corners = np.array([[x + w, y], [x + w, y + h], [x, y + h], [x, y]])
        side = round(zone.front_deg / 90.0) % 4
        lines.append(shapely.LineString(np.roll(corners, -side, axis=0)[:2]))
    return tuple(lines)
