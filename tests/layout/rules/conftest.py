"""A clean hall for each sector, drawn by hand: 20 × 14 m, two columns, an entrance south, an exit east."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from shapely import LineString

from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import Camera, Equipment, Furnishing, Post
from layout.rules.scene import FinishedHall
from layout.zones.plan import PlacedZone, ZonePlan

FLOOR = FloorPlan(
    outline=shapely.box(0, 0, 20, 14),
    doors=(Door(5, 0, 1.8, True, False, 90.0), Door(20, 9, 1.2, False, True, 180.0)),
    columns=(shapely.box(9.8, 6.8, 10.2, 7.2), shapely.box(14.8, 6.8, 15.2, 7.2)),
    windows=(LineString([(8, 0), (14, 0)]),),
)
LINE = np.array([[5.0, 0.0], [5.0, 2.2], [7.5, 2.2], [7.5, 8.5], [12.0, 10.0]])
CAMERAS = (
    Camera("camera-1", 6.0, 13.95, 270.0, 20.0, 120.0),
    Camera("camera-2", 8.0, 0.05, 90.0, 15.0, 140.0),
    Camera("camera-3", 14.5, 0.05, 90.0, 15.0, 140.0),
    Camera("camera-4", 3.9, 11.1, 135.0, 8.0, 120.0),
    Camera("camera-5", 19.95, 10.9, 225.0, 20.0, 120.0),
)


def zone(
    kind: str, rect: tuple[float, float, float, float], front: float, *, staff: bool = False, room: bool = False
) -> PlacedZone:
    x, y, w, h = rect
    access = {270: (x + w / 2, y), 90: (x + w / 2, y + h), 0: (x + w, y + h / 2), 180: (x, y + h / 2)}[int(front)]
    return PlacedZone(
        kind, kind, np.array([rect], dtype=float), w * h, not staff, False, front, np.array(access), kind, room
    )


def zones_of(sector: str) -> tuple[PlacedZone, ...]:
    found = [
        zone("reception", (4, 3, 3, 2), 270),
        zone("self_service", (0, 2.5, 1.75, 4), 0),
        zone("counters", (8, 11.25, 8, 2.75), 270, staff=True),
        zone("store", (0, 11, 4, 3), 270, staff=True, room=True),
    ]
    if sector != "parcel":
        found.append(zone("back_office", (16, 11.25, 4, 2.75), 270, staff=True, room=True))
    else:
        found.append(zone("parcel_shelves", (16, 11.25, 4, 2.75), 270, staff=True))
    if sector != "retail":
        found.append(zone("waiting", (8, 2, 4, 3.5), 90))
    else:
        found.append(zone("product_supermarket", (8, 2, 4, 3.5), 90))
    if sector in ("bank", "telecom"):
        found.append(zone("vip", (16, 3, 4, 4), 180, room=True))
    if sector == "bank":
        found.append(zone("security", (0, 8, 2, 1.5), 0, staff=True))
    return tuple(found)


def things_of(sector: str) -> tuple[Equipment, ...]:
    found = [
        Equipment(f"counter-{k + 1}", "counter", "counters", 8.3 + 1.9 * k, 11.3, 1.4, 0.7, 270.0, 1.2, 0.8)
        for k in range(4)
    ]
    found += [
        Equipment(f"machine-{k + 1}", "self_service_machine", "self_service", 0, 2.8 + 1.2 * k, 0.7, 0.8, 0.0, 1.2)
        for k in range(3)
    ]
    found += [
        Equipment("ticket-1", "ticket_machine", "reception", 4.2, 3.05, 0.5, 0.4, 270.0, 0.9),
        Equipment("shelf-1", "shelf", "store", 0.2, 13.5, 1.0, 0.45, 270.0, 0.0),
    ]
    if sector == "retail":
        found += [
            Equipment(f"gondola-{k + 1}", "gondola", "product_supermarket", 8.5 + 1.4 * k, 3.5, 1.2, 0.5, 90.0, 0.6)
            for k in range(2)
        ]
    else:
        found += [
            Equipment(
                f"chair-{5 * row + k + 1}", "chair", "waiting", 8.5 + 0.55 * k, 3.2 + 1.1 * row, 0.5, 0.55, 90.0, 0.4
            )
            for row in range(2)
            for k in range(5)
        ]
    if sector in ("bank", "telecom"):
        found.append(Equipment("desk-1", "vip_desk", "vip", 18.2, 4.3, 0.7, 1.4, 180.0, 0.7))
    if sector == "parcel":
        found.append(Equipment("rack-1", "parcel_rack", "parcel_shelves", 17.0, 13.4, 1.0, 0.5, 270.0, 0.8))
    else:
        found.append(Equipment("desk-2", "desk", "back_office", 16.3, 12.9, 1.4, 0.7, 270.0, 0.0))
    return tuple(found)


def posts_of(sector: str) -> tuple[Post, ...]:
    found = [Post(f"teller-{k + 1}", "counters", "teller", 9.0 + 1.9 * k, 12.45, 270.0) for k in range(4)]
    found.append(Post("guide-1", "reception", "guide", 6.0, 4.0, 270.0))
    if sector in ("bank", "telecom"):
        found.append(Post("vip-manager-1", "vip", "vip_manager", 19.35, 5.0, 180.0))
    return tuple(found)


@pytest.fixture(scope="session")
def clean_hall() -> Callable[[str], FinishedHall]:
    """Return the clean hall of a sector."""

    def make(sector: str) -> FinishedHall:
        plan = ZonePlan(zones_of(sector), {}, {}, (), LINE)
        return FinishedHall(FLOOR, plan, Furnishing(posts_of(sector), CAMERAS, things_of(sector)), sector)

    return make
