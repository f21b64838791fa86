"""Kinds of input of how a hall looks and who stands where: plans, briefs, people, visits, locked cells, forms."""

from __future__ import annotations

import io
import json

import ezdxf

from fuzzing.damage import Damage
from fuzzing.kinds import IN_BYTES, IN_CSV, IN_JSON, IN_TEXT, IN_TOML, PROJECT, Kind
from fuzzing.siting_kinds import collection

BRIEF = {
    "schema": 1, "id": "o1", "name": "Ytkä", "role": "new", "sector": "parcel", "visits_per_day": 40, "timezone": "UTC",
    "opening_hours": {"mon": [["09:00", "17:00"]], "fri": [["10:00", "14:00"], ["15:00", "18:00"]]},
    "segment_mix": {"students": 0.5, "others": 0.5}, "area_m2": 200, "lon": 24.9, "lat": 60.17, "crs": "EPSG:4326",
}  # fmt: skip
PEOPLE = (
    "id,name,outlet,hours_per_week_min,hours_per_week_max,roles,days_off,wants_off,wants_on,proficiency,holds,team,weekend_group\n"
    "P1,张伟,o1,20,38,teller;guide,2026-03-02/2026-03-03,2026-03-05,,0.65,keys;vault,red,1\n"
    "P2,Åsa,,0,20,teller,,,2026-03-06,,,,2\n"
)
VISITS = (
    "outlet,time,count,service\no1,2026-01-05 09:00,4,collect\no1,2026-01-05 09:30,6,\no1,2026-01-06 10:00,3,send\n"
)
LOCKED = "date,person,post,start,end,outlet\n2026-03-02,P2,teller,09:00,13:00,o1\n2026-03-03,P2,,,,o1\n"


SNAPSHOTS = "office,time,queue,waiting,number,open\n" + "".join(
    f"o1,2026-01-{day:02} {9 + at // 4:02}:{at % 4 * 15:02},Parcels,{at % 4},A{at * 2 + 1:03},{1 + at % 2}\n"
    for day in (5, 6)
    for at in range(20)
)
SNAPSHOT_SETTINGS = """[layout.services.snapshots]
services = { Parcels = "collect" }
columns = { outlet = "office", service = "queue", ticket = "number", open_counters = "open" }
"""


def plan_geojson() -> bytes:
    """Return a hall of 16 by 14 m in local metres."""
    ring = [[0, 0], [16, 0], [16, 14], [0, 14], [0, 0]]
    column = [[5, 5], [5.4, 5], [5.4, 5.4], [5, 5.4], [5, 5]]
    made = json.loads(
        collection(
            [
                ({"kind": "outline"}, {"type": "Polygon", "coordinates": [ring]}),
                ({"kind": "column"}, {"type": "Polygon", "coordinates": [column]}),
                ({"kind": "wall"}, {"type": "LineString", "coordinates": [[10, 14], [10, 12]]}),
                ({"kind": "window"}, {"type": "LineString", "coordinates": [[2, 0], [6, 0]]}),
                ({"kind": "door", "width_m": 1.4, "entrance": True}, {"type": "Point", "coordinates": [8, 0]}),
                ({"kind": "service"}, {"type": "Point", "coordinates": [0, 7]}),
            ]
        )
    )
    return json.dumps({**made, "crs": None}).encode()


def plan_dxf(*, binary: bool) -> bytes:
    """Return the same hall as a drawing."""
    document = ezdxf.new("R2010", units=6)
    model = document.modelspace()
    model.add_lwpolyline([(0, 0), (16, 0), (16, 14), (0, 14)], close=True, dxfattribs={"layer": "OUTLINE"})
    model.add_lwpolyline([(5, 5), (5.4, 5), (5.4, 5.4), (5, 5.4)], close=True, dxfattribs={"layer": "COLUMNS"})
    model.add_line((7, 0), (8.4, 0), dxfattribs={"layer": "ENTRANCE"})
    model.add_arc((12, 7), 1, 0, 90, dxfattribs={"layer": "WALLS"})
    model.add_spline([(1, 1), (2, 2), (3, 1)], dxfattribs={"layer": "WALLS"})
    block = document.blocks.new("POST")
    block.add_circle((0, 0), 0.2, dxfattribs={"layer": "COLUMNS"})
    model.add_blockref("POST", (12, 4), dxfattribs={"layer": "COLUMNS"})
    model.add_text("Sali", dxfattribs={"layer": "TEXT"})
    if binary:
        made = io.BytesIO()
        document.write(made, fmt="bin")  # type: ignore[arg-type]
        return made.getvalue()
    text = io.StringIO()
    document.write(text)
    return text.getvalue().encode()


def forms() -> dict[str, bytes]:
    """Return the parcel company's own programme and preset, as a planner would copy them."""
    from importlib.resources import files

    return {
        "data/programme.toml": files("layout.zones").joinpath("programmes/parcel.toml").read_bytes(),
        "data/preset.toml": files("layout.workload").joinpath("presets/parcel.toml").read_bytes(),
    }


def project(plan: str, data: bytes, more: str = "") -> dict[str, bytes]:
    """Return a project with one hall and all tables."""
    toml = (
        f'{PROJECT}[layout]\nbriefs = ["data/outlet.json"]\n[layout.hall]\nplan = "{plan}"\n{more}'
        '[layout.programme]\nfile = "data/programme.toml"\n'
        '[layout.services]\npreset = "data/preset.toml"\nvisits = "data/visits.csv"\n'
        '[layout.staff]\npeople = "data/people.csv"\nlocked = "data/locked.csv"\n'
    )
    return {
        "outlet.toml": toml.encode(),
        "data/outlet.json": json.dumps(BRIEF, ensure_ascii=False).encode(),
        "data/people.csv": PEOPLE.encode(),
        "data/visits.csv": VISITS.encode(),
        "data/locked.csv": LOCKED.encode(),
        plan: data,
        **forms(),
    }


def layout_kinds() -> list[Kind]:
    """Return every kind of layout's inputs.

    What fills a hall (visits, presets, programmes) may be told as a fault of the hall: it is too small for them.
    """
    whole = project("data/hall.geojson", plan_geojson())
    queues = {**whole, "data/visits.csv": SNAPSHOTS.encode()}
    queues["outlet.toml"] += SNAPSHOT_SETTINGS.encode()
    return [
        _filling("snapshots", queues, "data/visits.csv", IN_CSV),
        Kind("hall geojson", whole, ("data/hall.geojson",), IN_JSON, weight=8),
        Kind("hall dxf", project("data/hall.dxf", plan_dxf(binary=False)), ("data/hall.dxf",), IN_TEXT, weight=8),
        Kind(
            "hall dxf binary", project("data/hall.dxf", plan_dxf(binary=True)), ("data/hall.dxf",), IN_BYTES, weight=6
        ),
        Kind(
            "brief",
            whole,
            ("data/outlet.json",),
            named=("data/outlet.json", "data/hall.geojson"),
            damages=IN_JSON,
            weight=6,
        ),
        Kind("people", whole, ("data/people.csv",), IN_CSV, weight=6),
        Kind(
            "visits",
            whole,
            ("data/visits.csv",),
            named=("data/visits.csv", "data/hall.geojson"),
            damages=IN_CSV,
            weight=6,
        ),
        Kind("locked cells", whole, ("data/locked.csv",), IN_CSV),
        Kind(
            "programme",
            whole,
            ("data/programme.toml",),
            named=("data/programme.toml", "data/hall.geojson"),
            damages=IN_TOML,
            weight=6,
        ),
        Kind(
            "preset",
            whole,
            ("data/preset.toml",),
            named=("data/preset.toml", "data/hall.geojson"),
            damages=IN_TOML,
            weight=6,
        ),
    ]


def _filling(name: str, files: dict[str, bytes], target: str, damages: tuple[Damage, ...]) -> Kind:
    return Kind(name, files, (target,), damages, weight=6, named=(target, "data/hall.geojson"))
