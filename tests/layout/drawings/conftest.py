"""Planned halls to draw: the three sample halls with zones set by hand, and one whose every text is hostile."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from layout.data.plans import hall_sample
from layout.data.read import read_plan
from layout.drawings import FlowHeat, HallDrawing
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings
from layout.study.furnish.hall import furnish_hall
from layout.zones.plan import BrokenRule, PlacedZone, ZonePlan
from outlet.outcome import Limits

HOSTILE = "<img src=x onerror=alert(1)>\"'&</script>{\\C1;}%%d\x07河岸"
POSTS = {
    "teller": ("counters", 4),
    "guide": ("reception", 1),
    "vip_manager": ("vip", 1),
    "duty_manager": ("reception", 1),
    "guard": ("security", 1),
}
ROLES = {"teller": "Counter clerk", "guide": "Lobby guide"}


def zone(
    kind: str, rect: tuple[float, float, float, float], front: float, name: str, *, staff: bool = False
) -> PlacedZone:
    x, y, w, h = rect
    access = {270: (x + w / 2, y), 90: (x + w / 2, y + h), 0: (x + w, y + h / 2), 180: (x, y + h / 2)}[int(front)]
    enclosed = kind in ("vip", "back_office", "store")
    rects = np.array([rect], dtype=float)
    return PlacedZone(kind, kind, rects, w * h, not staff, False, front, np.array(access), name, enclosed)


HELSINKI = (
    zone("reception", (8.0, 2.5, 4.0, 2.0), 270, "Reception"),
    zone("self_service", (0.0, 1.0, 3.0, 5.0), 0, "Self-service"),
    zone("waiting", (5.5, 1.25, 2.0, 4.5), 0, "Waiting"),
    zone("counters", (5.5, 7.75, 9.0, 3.25), 270, "Service counters", staff=True),
    zone("vip", (16.5, 4.5, 3.5, 3.0), 180, "VIP room"),
    zone("product_supermarket", (13.0, 1.0, 3.0, 3.5), 180, "Product supermarket"),
    zone("back_office", (1.5, 8.25, 4.0, 2.75), 270, "Back office", staff=True),
    zone("store", (15.75, 9.0, 2.0, 2.0), 270, "Store", staff=True),
)
RIVERTON_L = (
    zone("reception", (9.0, 2.0, 4.0, 2.0), 270, "Reception"),
    zone("self_service", (0.0, 1.0, 3.0, 4.0), 0, "Self-service"),
    zone("waiting", (7.5, 5.5, 4.5, 3.5), 0, "Waiting"),
    zone("counters", (0.0, 6.25, 3.5, 7.0), 0, "Service counters", staff=True),
    zone("vip", (9.75, 11.0, 3.25, 2.25), 180, "VIP room"),
    zone("handset_club", (13.5, 6.0, 4.25, 3.0), 270, "Handset club"),
    zone("data_experience", (18.5, 6.0, 3.5, 3.0), 270, "Data-service experience"),
    zone("store", (6.5, 14.25, 1.0, 0.75), 270, "Store with a very long name of its own", staff=True),
)
RIVERTON_DXF = (
    zone("reception", (3.0, 2.0, 4.0, 2.0), 270, "Reception"),
    zone("self_service", (14.5, 1.0, 3.5, 3.0), 180, "Self-service"),
    zone("waiting", (7.5, 3.0, 4.0, 4.0), 0, "Waiting"),
    zone("counters", (4.0, 10.0, 9.0, 3.5), 270, "Service counters", staff=True),
    zone("vip", (14.75, 6.5, 3.25, 3.0), 180, "VIP room"),
)
LINES = {
    "helsinki": [(10.0, 0.2), (10.0, 2.2), (7.8, 2.2), (7.8, 5.0), (9.0, 7.2), (12.4, 7.2)],
    "riverton_l": [(11.0, 0.2), (11.0, 1.7), (8.3, 1.7), (5.2, 6.0), (12.5, 9.5), (20.0, 4.9)],
    "riverton_dxf": [(4.9, 0.2), (4.9, 1.7), (7.3, 1.7), (7.3, 8.3)],
}
ZONES = {"helsinki": HELSINKI, "riverton_l": RIVERTON_L, "riverton_dxf": RIVERTON_DXF}


def read_sample(folder: Path, name: str) -> FloorPlan:
    file = folder / hall_sample.HALLS[name]
    file.write_bytes(hall_sample.read_hall(file.name))
    return read_plan(file, HallSettings())


def drawn(folder: Path, name: str) -> HallDrawing:
    floor = read_sample(folder, name)
    broken = (BrokenRule("turning", "vip", "0.90 m of 1.50 m"), BrokenRule("aisle", "(9.5, 5.5)", "1.0 m of 1.2 m"))
    plan = ZonePlan(ZONES[name], {"walking": 412.5}, {"walking": 120.0}, broken, np.array(LINES[name]), ("a note",))
    things = furnish_hall(floor, plan, POSTS, {"cash_machine": 3}, 10, Limits(seconds=20, workers=1, work=5.0))
    flow = FlowHeat(np.linspace(0, 40, 24).reshape(4, 6), 1.0, (2.0, 1.0))
    return HallDrawing(f"Hall of {name}", "Demo", floor, plan, things, dt.date(2026, 3, 2), flow, ROLES)


@pytest.fixture(scope="session", params=sorted(ZONES))
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HallDrawing:
    """Each sample hall with zones set by hand; two rules are said broken; the L's store is too small for its name."""
    return drawn(tmp_path_factory.mktemp("hall"), request.param)


@pytest.fixture(scope="session")
def hostile_hall(tmp_path_factory: pytest.TempPathFactory) -> HallDrawing:
    """Helsinki's hall with markup, quotes, control characters and DXF codes in every text that comes from data."""
    hall = drawn(tmp_path_factory.mktemp("hall"), "helsinki")
    zones = tuple(dataclasses.replace(z, name=HOSTILE, id=f"{z.id}{HOSTILE}", kind=z.kind) for z in hall.zones.zones)
    ids = {z.id: f"{z.id}{HOSTILE}" for z in hall.zones.zones}
    things = dataclasses.replace(
        hall.furnishing,
        posts=tuple(dataclasses.replace(p, zone=ids[p.zone], id=p.id + HOSTILE) for p in hall.furnishing.posts),
        equipment=tuple(dataclasses.replace(e, zone=ids[e.zone], id=e.id + HOSTILE) for e in hall.furnishing.equipment),
        notes=(HOSTILE,),
    )
    plan = dataclasses.replace(
        hall.zones, zones=zones, broken_rules=(BrokenRule(HOSTILE, f"vip{HOSTILE}", HOSTILE),), notes=(HOSTILE,)
    )
    doors = tuple(dataclasses.replace(door, name=HOSTILE) for door in hall.floor.doors)
    floor = dataclasses.replace(hall.floor, doors=doors, source=HOSTILE)
    roles = {"teller": HOSTILE}
    return dataclasses.replace(
        hall, title=HOSTILE, subtitle=HOSTILE, zones=plan, furnishing=things, floor=floor, roles=roles
    )


@pytest.fixture
def hostile_text() -> str:
    """The text that is everywhere in `hostile_hall`."""
    return HOSTILE
