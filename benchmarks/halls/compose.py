"""Turn a drawn plan into a hall of the set: `compose`.

A composition says where the zones lie; from each zone's rectangle come the limits of its kind in the programme: the
area from 85 % to 125 % with the drawn one as target, the depth, the frontage, the aspect. What a zone is (public, full
front, wall, staff side, closeness …) is that of the sector's shipped programme; kinds no programme has yet stand in
`EXTRAS`. A kind drawn several times becomes one kind that is split, sized by posts, machines or seats.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from halls.case import Content
from layout.data.plans.hall_sample import Hall, to_geojson
from layout.flow.book import read_journeys
from layout.flow.journeys import DOOR, Errand, plan_journeys, trips
from layout.zones.programme import Programme, ZoneSpec, read_programme

FRONTS = {"E": "east", "N": "north", "W": "west", "S": "south"}
LEAST, MOST = 0.85, 1.25
FLOOR_SHARE = 0.95
SIZED_BY = {"counters": ("posts", 1.5), "self_service": ("machines", 1.0), "waiting": ("seats", 0.5)}

PUBLIC: dict[str, Any] = {"public": True}
SELLING: dict[str, Any] = {"public": True, "selling": True}
ROOM: dict[str, Any] = {"public": True, "enclosed": True, "wall": True}
STAFF: dict[str, Any] = {"public": False, "access": "staff", "enclosed": True, "wall": True}
EXTRAS: dict[str, tuple[str, dict[str, Any]]] = {
    "accessories": ("Accessories", SELLING),
    "closing_room": ("Closing room", ROOM),
    "electronics": ("Electronics", SELLING),
    "financial_area": ("Financial services", PUBLIC),
    "fresh_goods": ("Fresh goods", SELLING),
    "gaming": ("Gaming corner", SELLING),
    "group_customers": ("Group customers", ROOM),
    "household": ("Household goods", SELLING),
    "insurance": ("Insurance", SELLING),
    "investment": ("Investment products", SELLING),
    "meeting": ("Meeting room", ROOM),
    "parcel_pickup": ("Parcel pick-up", PUBLIC),
    "private_banking": ("Private banking", ROOM),
    "promotions": ("Promotions", SELLING),
    "repair_desk": ("Repairs", PUBLIC),
    "seasonal": ("Seasonal goods", SELLING),
    "smart_home": ("Smart home", SELLING),
    "staff_room": ("Staff room", STAFF),
    "vault": ("Vault", STAFF),
}
RATED = (
    ("vault", "back_office", "A"),
    ("staff_room", "back_office", "I"),
    ("entrance", "vault", "X"),
    ("entrance", "staff_room", "X"),
    ("financial_area", "vip", "I"),
    ("financial_area", "investment", "E"),
    ("investment", "insurance", "I"),
    ("private_banking", "vip", "E"),
    ("closing_room", "group_customers", "E"),
    ("meeting", "manager_office", "I"),
    ("handset_club", "accessories", "E"),
    ("smart_home", "data_experience", "E"),
    ("gaming", "data_experience", "I"),
    ("repair_desk", "store", "I"),
    ("fresh_goods", "product_supermarket", "E"),
    ("household", "product_supermarket", "I"),
    ("electronics", "counters", "O"),
    ("entrance", "promotions", "A"),
    ("entrance", "seasonal", "I"),
    ("entrance", "parcel_pickup", "E"),
    ("parcel_pickup", "store", "I"),
)
VISITS: dict[str, tuple[float, bool]] = {
    "closing_room": (2.0, True),
    "data_experience": (5.0, True),
    "electronics": (15.0, False),
    "financial_area": (6.0, True),
    "fresh_goods": (25.0, False),
    "group_customers": (2.0, True),
    "handset_club": (9.0, True),
    "household": (12.0, False),
    "insurance": (3.0, True),
    "parcel_pickup": (14.0, False),
    "private_banking": (2.0, True),
    "product_supermarket": (30.0, False),
    "repair_desk": (7.0, True),
    "vip": (4.0, True),
}
"""Visitors an hour and whether they are received, by kind; counters and machines by their fronts."""


@dataclass(frozen=True)
class Composition:
    """A hall with the zones drawn in it: kind, x, y, width, height in metres, front (E, N, W or S)."""

    hall: Hall
    sector: str
    zones: tuple[tuple[str, float, float, float, float, str], ...]


def compose(drawn: Composition) -> Content:
    """Return the content of the hall's file, its planted plan not judged yet."""
    counts = Counter(zone[0] for zone in drawn.zones)
    programme = read_programme(drawn.sector).only(set(counts))  # type: ignore[arg-type]
    work: dict[str, Any] = {"posts": {}, "machines": 0, "waiting": 0.0}
    specs = []
    for kind, count in counts.items():
        rects = [zone[1:] for zone in drawn.zones if zone[0] == kind]
        if any(_sizes(rect) != _sizes(rects[0]) for rect in rects):
            raise ValueError(f"{kind}: zones of one kind are drawn with one size")
        specs.append(_spec(programme, kind, _sizes(rects[0]), count, work))
    kinds = {str(spec["kind"]) for spec in specs}
    closeness = [{"a": pair.a, "b": pair.b, "rating": pair.rating} for pair in programme.closeness]
    met = kinds | {"entrance"}
    closeness += [{"a": a, "b": b, "rating": rating} for a, b, rating in RATED if a in met and b in met]
    errands = _errands(drawn)
    planted = _planted(drawn, counts)
    return {
        "schema": 1,
        "name": drawn.hall.name,
        "about": drawn.hall.about,
        "cell_m": 0.25,
        "aisle_public_m": 1.25,
        "aisle_staff_m": 1.0,
        "turning_m": 1.5,
        "hall": json.loads(to_geojson(drawn.hall)),
        "programme": {
            "schema": 1,
            "sector": drawn.sector,
            "fill": FLOOR_SHARE,
            "browse": programme.browse,
            "weights": dict(programme.weights),
            "zones": specs,
            "closeness": closeness,
        },
        "work": work,
        "errands": errands,
        "trips": _trips(drawn, errands, specs, programme.browse),
        "planted": {"zones": planted},
    }


def _sizes(rect: tuple[float, float, float, float, str]) -> tuple[float, float]:
    """Return the length along the front and the depth."""
    _, _, w, h, front = rect
    return (h, w) if front in "EW" else (w, h)


def _spec(
    programme: Programme, kind: str, size: tuple[float, float], count: int, work: dict[str, Any]
) -> dict[str, Any]:
    front, depth = size
    area = front * depth
    spec = _flags(programme, kind)
    full = spec.get("front") == "full"
    slack = 0.25 if full else 0.75
    spec["depth_m"] = [max(1.0, depth - slack), depth + slack]
    spec["aspect"] = 0.0 if full else round(max(2.5, max(front, depth) / min(front, depth) + 0.25), 2)
    spec["source"] = "preset: drawn for the benchmark"
    if count == 1:
        spec["area_m2"] = [round(share * area, 4) for share in (LEAST, 1.0, MOST)]
        spec["frontage_m"] = [front - 0.5 if full else max(1.0, min(front, depth) - 0.75), front + 4.0]
        return spec
    unit, least_m = SIZED_BY[kind]
    each = int(front / least_m)
    spec |= {"area_m2": [0.0, 0.0, 0.0], "per": unit, "per_frontage_m": least_m, "split_m": each * least_m}
    spec["per_m2"] = [round(share * area / each, 4) for share in (LEAST, 1.0, MOST)]
    spec["frontage_m"] = [1.0, front + 4.0]
    if unit == "posts":
        work["posts"][kind] = each * count
    else:
        work["machines" if unit == "machines" else "waiting"] = each * count
    return spec


def _flags(programme: Programme, kind: str) -> dict[str, Any]:
    """Return what a kind is, without sizes and without defaults."""
    found = next((spec for spec in programme.zones if spec.kind == kind), None)
    if found is None:
        name, flags = EXTRAS[kind]
        return {"kind": kind, "name": name, **flags}
    kept = {"kind", "name", "public", "access", "enclosed", "front", "wall", "back_to", "entrance_within_m", "sees"}
    data = found.model_dump(mode="json", include=kept | {"selling"})
    usual = {name: field.default for name, field in ZoneSpec.model_fields.items()}
    return {name: value for name, value in data.items() if value not in (usual[name], [])}


def _errands(drawn: Composition) -> list[dict[str, Any]]:
    errands: dict[str, dict[str, Any]] = {}
    for kind, *rect in drawn.zones:
        front = _sizes(rect)[0]  # type: ignore[arg-type]
        visits = {"counters": (5.0 * front, True), "self_service": (4.0 * front, False)} | VISITS
        if kind in visits:
            per_hour, received = visits[kind]
            known = errands.setdefault(kind, {"zone": kind, "per_hour": 0.0, "received": received})
            known["per_hour"] += round(per_hour, 2)
            if kind == "self_service":
                known["by"] = "machine"
    return list(errands.values())


def _trips(
    drawn: Composition, errands: list[dict[str, Any]], specs: list[dict[str, Any]], browse: float
) -> list[dict[str, Any]]:
    """Return the flow that the sector's journeys make of the errands."""
    counts = Counter(zone[0] for zone in drawn.zones)
    ids = [(kind, name) for kind in counts for name in _names(kind, counts[kind])]
    selling = [str(spec["kind"]) for spec in specs if spec.get("selling")]
    kinds = [kind for kind, _ in ids]
    book = read_journeys(drawn.sector)  # type: ignore[arg-type]
    flow = trips(plan_journeys([Errand(**errand) for errand in errands], kinds, selling, browse, book), kinds)
    names = [DOOR, *(name for _, name in ids)]
    return [
        {"from": names[k], "to": names[other], "per_hour": round(float(flow[k, other]), 4)}
        for k, other in np.argwhere(flow > 0).tolist()
    ]


def _names(kind: str, count: int) -> list[str]:
    return [kind] if count == 1 else [f"{kind}-{number}" for number in range(1, count + 1)]


def _planted(drawn: Composition, counts: Counter[str]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    zones = []
    for kind, *rect, front in drawn.zones:
        seen[kind] += 1
        name = _names(kind, counts[kind])[seen[kind] - 1]
        zones.append({"id": name, "rect": rect, "front": FRONTS[front]})
    return zones
