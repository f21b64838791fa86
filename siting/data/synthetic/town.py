"""Make up a town: a river with few bridges, streets, census zones, rivals, our outlets, candidates and land use.

Everything is drawn from one seed by numpy's Generator, a stream of its own for each layer, so that changing one layer
leaves the others as they were. Coordinates are metres in UTM zone 31 north; the place is fictitious.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CRS = pyproj.CRS.from_epsg(32631)
ORIGIN = np.array([500_000.0, 5_400_000.0])
SIZE_M = 4000.0
BLOCK_M = 125.0
LINES = int(SIZE_M / BLOCK_M) + 1
RIVER_M = 110.0
BRIDGES = (6, 15, 25)
ZONES = 12
CENTRES = ((1900.0, 2650.0, 800.0, 1.0), (2900.0, 1100.0, 550.0, 0.7), (800.0, 900.0, 500.0, 0.45))
CAMPUS = (3100.0, 3000.0)
STREET_WORDS = (
    ("Station", "Market", "Mill", "Quay", "Church", "Garden", "Bridge", "Orchard"),
    ("人民", "滨江", "解放", "学府", "和平", "花园", "长安", "中山"),
    ("Mayor", "del Río", "de la Paz", "San Martín", "del Puente", "Nueva", "de los Olivos", "Real"),
    ("Kauppa", "Ranta", "Koivu", "Asema", "Kirkko", "Puisto", "Silta", "Myllä"),
)
ESTATES = (
    ("Riverside", "Mill Court", "Orchard Park", "St Mary's", "Quayside"),
    ("滨江花园", "学府小区", "和平里", "阳光新城", "长安苑"),
    ("Barrio del Puente", "Los Olivos", "Nueva Ribera", "San Martín", "Villa Real"),
    ("Koivumäki", "Rantapuisto", "Myllyranta", "Asemanseutu", "Päivölä"),
)
BRANDS = (("TeleNord", 1.2), ("Móvil Plus", 1.0), ("畅联通信", 0.9), ("Lankapuhelin Oy", 0.7), ("CornerCom", 0.4))


@dataclass(frozen=True)
class Town:
    """A made-up town; frames are in `CRS`, metres."""

    zones: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    existing: gpd.GeoDataFrame
    competitors: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    zoning: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    nodes: Floats


def make_town(seed: int) -> Town:
    """Draw the whole town from a seed."""
    river = make_river()
    nodes = _nodes(_stream(seed, 1))
    streets = make_streets(nodes, river, _stream(seed, 2))
    zoning = make_zoning(river)
    return Town(
        zones=make_zones(river, zoning, _stream(seed, 3)),
        streets=streets,
        existing=make_existing(streets, _stream(seed, 4)),
        competitors=make_competitors(streets, _stream(seed, 5)),
        candidates=make_candidates(streets, zoning, _stream(seed, 6)),
        zoning=zoning,
        area=_frame({"id": ["town"]}, [_box(0, 0, SIZE_M, SIZE_M)]),
        water=_frame({"id": ["river"], "name": ["River Riv"]}, [river]),
        nodes=nodes,
    )


def _stream(seed: int, layer: int) -> np.random.Generator:
    return np.random.default_rng([seed, layer])


def _frame(data: Mapping[str, object], shapes: Iterable[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(dict(data)), geometry=list(shapes), crs=CRS)


def _box(left: float, low: float, right: float, high: float) -> shapely.Polygon:
    west, south = ORIGIN
    return shapely.Polygon(
        [
            (left + west, low + south),
            (right + west, low + south),
            (right + west, high + south),
            (left + west, high + south),
        ]
    )


def _river_y(x: Floats) -> Floats:
    return 1850.0 + 260.0 * np.sin(x / 640.0) + 0.06 * x


def make_river() -> shapely.Geometry:
    """Return the river, winding from west to east through the town."""
    x = np.linspace(0, SIZE_M, 81)
    bank = shapely.linestrings(np.column_stack([x, _river_y(x)]) + ORIGIN)
    river: shapely.Geometry = shapely.buffer(bank, RIVER_M / 2, cap_style="square").intersection(
        _box(0, 0, SIZE_M, SIZE_M)
    )
    return river


def centrality(xy: Floats) -> Floats:
    """Return how central a place is, above 0 and about 1 in the main centre; ``xy`` (k, 2) metres from the origin."""
    total = np.full(len(xy), 0.05)
    for x, y, width, height in CENTRES:
        total += height * np.exp(-((xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2) / (2 * width**2))
    return total


def _nodes(rng: np.random.Generator) -> Floats:
    """Return the street corners, shape (LINES, LINES, 2): a grid, shaken."""
    grid = np.stack(np.meshgrid(np.arange(LINES), np.arange(LINES), indexing="ij"), axis=-1) * BLOCK_M
    shaken = grid + rng.normal(0, 11.0, grid.shape)
    return np.asarray(np.clip(shaken, 0, SIZE_M) + ORIGIN, dtype=np.float64)


def make_streets(nodes: Floats, river: shapely.Geometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the streets: rows and columns of corners, cut where the river runs without a bridge, thinned outside."""
    rows = []
    for line in range(LINES):
        for upright in (True, False):
            corners = nodes[line] if upright else nodes[:, line]
            kind = "primary" if line % 8 == 2 else "secondary" if line % 4 == 2 else "residential"
            bridge = upright and line in BRIDGES
            kind = "primary" if bridge else kind
            name = _street_name(line, upright=upright)
            pieces = np.asarray(shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)), dtype=object)
            keep = rng.random(len(pieces)) > (0.0 if kind != "residential" else 0.14)
            if not bridge:
                keep &= ~np.asarray(shapely.intersects(pieces, river))
            start = None
            for at, kept in enumerate([*keep, False]):
                if kept and start is None:
                    start = at
                elif not kept and start is not None:
                    rows.append((name, kind, shapely.linestrings(corners[start : at + 1])))
                    start = None
    data = {"name": [row[0] for row in rows], "kind": [row[1] for row in rows]}
    return _frame(data, [row[2] for row in rows])


def _street_name(line: int, *, upright: bool) -> str:
    tongue = (line + line // 4) % 4
    word = STREET_WORDS[tongue][(line // 4) % 8]
    ends = (("Street", "Road"), ("路", "街"), ("Calle", "Avenida"), ("katu", "tie"))[tongue]
    end = ends[0] if upright else ends[1]
    if tongue == 0:
        return f"{word} {end}"
    return f"{end} {word}" if tongue == 2 else f"{word}{end}"


def make_zoning(river: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return land use: where outlets may and may not open."""
    shapes = [
        shapely.difference(_box(2250, 2350, 2700, 2900), river),
        shapely.difference(_box(0, 2600, 700, 4000), river),
        shapely.difference(_box(3400, 0, 4000, 900), river),
        shapely.buffer(river, 35.0),
        shapely.difference(_box(1500, 2300, 2250, 3100), river),
        shapely.difference(_box(2650, 850, 3200, 1400), river),
    ]
    data: dict[str, object] = {
        "id": [f"L{number}" for number in range(1, 7)],
        "use": ["park", "industry", "port", "river bank", "commercial", "commercial"],
        "allowed": ["no", "no", "no", "no", "yes", "yes"],
    }
    return _frame(data, shapes)


def make_zones(river: shapely.Geometry, zoning: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return census zones with population and segments; the better-known ones have a grade and a name."""
    step = SIZE_M / ZONES
    grid = np.stack(np.meshgrid(np.arange(ZONES + 1), np.arange(ZONES + 1), indexing="ij"), axis=-1) * step
    inner = np.zeros((*grid.shape[:2], 1))
    inner[1:-1, 1:-1] = 1.0
    corners = grid + inner * rng.normal(0, 28.0, grid.shape) + ORIGIN
    empty = shapely.union_all(zoning.geometry.to_numpy()[:3])
    rows, shapes = [], []
    for west in range(ZONES):
        for south in range(ZONES):
            ring = corners[[west, west + 1, west + 1, west], [south, south, south + 1, south + 1]]
            shape = shapely.difference(shapely.Polygon(ring), river)
            if shape.is_empty or shape.area < 8000:
                continue
            lived = shapely.difference(shape, empty).area
            middle = np.array([[shape.centroid.x, shape.centroid.y]]) - ORIGIN
            people = round(lived / 1e4 * 95 * float(centrality(middle)[0]) * rng.lognormal(0, 0.3))
            rows.append((people, *_segments(people, middle[0], rng)))
            shapes.append(shape)
    order = rng.permutation(len(rows))
    known = {int(at): number for number, at in enumerate(order[: len(rows) // 4])}
    data: dict[str, object] = {
        "zone": [f"Z{number:03d}" for number in range(1, len(rows) + 1)],
        "name": [_estate(known.get(at)) or f"Zone {at + 1}" for at in range(len(rows))],
        "grade": ["ABCD"[known[at] % 4] if at in known else None for at in range(len(rows))],
        "population": [row[0] for row in rows],
        "income_high": [row[1] for row in rows],
        "age_60plus": [row[2] for row in rows],
        "students": [row[3] for row in rows],
    }
    return _frame(data, shapes)


def _estate(number: int | None) -> str | None:
    if number is None:
        return None
    name = ESTATES[number % 4][(number // 4) % 5]
    turn = number // 20
    return name if turn == 0 else f"{name} {turn + 1}"


def _segments(people: int, middle: Floats, rng: np.random.Generator) -> tuple[int, int, int]:
    """Return persons with a high income (north-west), of 60 and more (outside), and students (by the campus)."""
    north = (middle[1] - middle[0] + SIZE_M) / (2 * SIZE_M)
    campus = np.exp(-((middle[0] - CAMPUS[0]) ** 2 + (middle[1] - CAMPUS[1]) ** 2) / (2 * 600.0**2))
    shares = (
        np.clip(0.08 + 0.3 * north + rng.normal(0, 0.04), 0.02, 0.5),
        np.clip(0.30 - 0.12 * float(centrality(middle[None])[0]) - 0.1 * campus + rng.normal(0, 0.04), 0.06, 0.45),
        np.clip(0.04 + 0.38 * campus + rng.normal(0, 0.02), 0.01, 0.5),
    )
    high, old, students = (round(people * float(share)) for share in shares)
    return high, old, students


def _places(
    streets: gpd.GeoDataFrame, count: int, rng: np.random.Generator, *, apart_m: float, pull: float
) -> tuple[Floats, list[str]]:
    """Draw points along primary and secondary streets, likelier in the centres, not too close together."""
    main = streets[streets["kind"].isin(["primary", "secondary"])]
    lines = main.geometry.to_numpy()
    length = shapely.length(lines)
    way = rng.choice(len(lines), size=count * 60, p=length / length.sum())
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[way], rng.random(len(way)) * length[way]))
    likely = rng.random(len(way)) < np.minimum(1.0, centrality(points - ORIGIN) ** pull)
    kept: list[int] = []
    for at in np.flatnonzero(likely):
        if len(kept) < count and all(np.hypot(*(points[at] - points[other])) >= apart_m for other in kept):
            kept.append(int(at))
    names = main["name"].to_numpy()[way[kept]]
    return np.round(points[kept], 1), [str(name) for name in names]


def make_competitors(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the rivals: brand, and attraction from the brand's strength and the shop's size."""
    points, names = _places(streets, 28, rng, apart_m=90.0, pull=0.8)
    brand = rng.choice(len(BRANDS), size=len(points), p=[0.3, 0.25, 0.2, 0.15, 0.1])
    strength = np.array([BRANDS[at][1] for at in brand])
    data: dict[str, object] = {
        "id": [f"K{number:02d}" for number in range(1, len(points) + 1)],
        "name": [f"{BRANDS[at][0]}, {name}" for at, name in zip(brand, names, strict=True)],
        "brand": [BRANDS[at][0] for at in brand],
        "attraction": np.round(strength * rng.lognormal(0, 0.25, len(points)), 2),
    }
    return _frame(data, gpd.points_from_xy(*points.T))


def make_existing(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return our outlets with a year's performance; the first two have halls that were measured."""
    points, names = _places(streets, 6, rng, apart_m=600.0, pull=0.7)
    order = np.argsort(-centrality(points - ORIGIN), kind="stable")
    points, names = points[order], [names[at] for at in order]
    days = 302
    visits = np.array([170.0, 120.0, 96.0, 88.0, 61.0, 43.0])[: len(points)] * days
    staff = np.array([14.0, 10.0, 7.5, 7.0, 5.0, 4.0])[: len(points)]
    area = np.array([289.0, 243.0, 180.0, 165.0, 140.0, 120.0])[: len(points)]
    sales = visits * rng.normal(14.0, 1.6, len(points))
    halls = ["data/hall_l.geojson", "data/hall_rect.dxf"]
    data: dict[str, object] = {
        "id": [f"R{number:02d}" for number in range(1, len(points) + 1)],
        "name": [f"RivTel {name}" for name in names],
        "brand": ["RivTel"] * len(points),
        "area_m2": area,
        "sales": np.round(sales, -2),
        "visits": np.round(visits),
        "staff": staff,
        "may_close": [False] * (len(points) - 2) + [True, True],
        "hall_plan": [halls[at] if at < 2 else None for at in range(len(points))],
    }
    return _frame(data, gpd.points_from_xy(*points.T))


def make_candidates(streets: gpd.GeoDataFrame, zoning: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return premises to let: rent rises with how central they are; about half have one of two measured halls."""
    points, names = _places(streets, 90, rng, apart_m=70.0, pull=0.5)
    forbidden = zoning.geometry.to_numpy()[(zoning["allowed"] == "no").to_numpy()]
    free = ~np.asarray(shapely.intersects(shapely.union_all(forbidden), shapely.points(points)))
    points, names = points[free], [name for name, kept in zip(names, free, strict=True) if kept]
    count = len(points)
    kind = rng.choice(4, size=count, p=[0.28, 0.24, 0.36, 0.12])
    drawn = np.round(rng.uniform(110, 320, count) / 5) * 5
    area = np.select([kind == 0, kind == 1, kind == 3], [289.0, 243.0, np.round(drawn / 6)], default=drawn)
    per_m2 = 140 + 330 * centrality(points - ORIGIN) * rng.lognormal(0, 0.12, count)
    front = np.select(
        [kind == 0, kind == 1], [22.0, 18.0], default=np.round(np.sqrt(area) * rng.uniform(0.6, 1.1, count), 1)
    )
    order = np.lexsort((points[:, 0], points[:, 1]))
    plan = np.array(["data/hall_l.geojson", "data/hall_rect.dxf", "", ""], dtype=object)[kind]
    data: dict[str, object] = {
        "id": [f"P{number:03d}" for number in range(1, count + 1)],
        "name": [f"{names[at]} {2 * number + 1}" for number, at in enumerate(order)],
        "format": np.where(kind == 3, "self-service", "own")[order],
        "rent_per_year": np.round(per_m2 * area, -2)[order],
        "fit_out_cost": np.round(area * 900 + 20_000, -3)[order],
        "area_m2": area[order],
        "frontage_m": front[order],
        "hall_plan": plan[order],
    }
    return _frame(data, gpd.points_from_xy(*points[order].T))
