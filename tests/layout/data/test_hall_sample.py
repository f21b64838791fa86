"""The sample halls are what their generator draws, and what they say they are."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import ezdxf
import pytest
from shapely.geometry import Point, Polygon, shape

from layout.data.plans import hall_sample


@pytest.mark.parametrize("name", sorted(hall_sample.HALLS.values()))
def test_shipped_files_equal_what_the_generator_draws(name: str) -> None:
    assert hall_sample.read_hall(name) == hall_sample.make_halls()[name]


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "import hashlib; from layout.data.plans.hall_sample import make_halls; "
        "print({k: hashlib.sha256(v).hexdigest() for k, v in sorted(make_halls().items())})"
    )
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("hall", "area_m2", "entrances", "columns"),
    [(hall_sample.helsinki(), 220, 1, 3), (hall_sample.riverton_l(), 289, 2, 6)],
    ids=["helsinki", "riverton_l"],
)
def test_geojson_is_local_metres_with_the_kinds_of_the_contract(
    hall: hall_sample.Hall, area_m2: float, entrances: int, columns: int
) -> None:
    plan = json.loads(hall_sample.to_geojson(hall))
    assert plan["crs"] is None
    assert plan["properties"]["units"] == "m"
    assert plan["properties"]["origin"] == [0.0, 0.0]
    by_kind: dict[str, list[dict[str, object]]] = {}
    for feature in plan["features"]:
        by_kind.setdefault(feature["properties"]["kind"], []).append(feature)
    assert set(by_kind) <= {"outline", "wall", "column", "door", "exit", "fixture", "window", "service"}
    assert shape(by_kind["outline"][0]["geometry"]).area == pytest.approx(area_m2)
    assert len(by_kind["column"]) == columns
    assert sum(bool(door["properties"]["entrance"]) for door in by_kind["door"]) == entrances  # type: ignore[index]
    assert all(door["properties"]["width_m"] >= 0.9 for door in by_kind["door"] + by_kind["exit"])  # type: ignore[index,operator]


def test_helsinki_says_that_it_is_generic() -> None:
    assert json.loads(hall_sample.helsinki_hall())["properties"]["about"].startswith("Generic")


@pytest.mark.parametrize(
    "hall", [hall_sample.helsinki(), hall_sample.riverton_l(), hall_sample.riverton_rectangle()], ids=lambda h: h.name
)
def test_everything_lies_where_it_can(hall: hall_sample.Hall) -> None:
    outline = Polygon(hall.outline)
    solid = [Polygon(ring) for ring in (*hall.columns, *hall.walls, *(ring for _, ring in hall.fixtures))]
    assert all(outline.covers(ring) for ring in solid)
    for k, ring in enumerate(solid):
        assert all(ring.intersection(other).area == 0 for other in solid[k + 1 :])
    for opening in hall.openings:
        assert all(outline.exterior.distance(Point(point)) < 1e-9 for point in opening.segment)
    assert all(
        any(ring.distance(Point(point)) < 1e-9 for ring in [outline.exterior, *solid]) for _, point in hall.services
    )
    exits = [Point(o.segment[0]) for o in hall.openings if o.kind != "window"]
    assert max(a.distance(b) for a in exits for b in exits) >= 5


def test_dxf_has_metres_layers_and_no_faults() -> None:
    drawing = ezdxf.read(io.StringIO(hall_sample.riverton_dxf_hall().decode()))
    assert drawing.units == ezdxf.units.M
    assert not drawing.audit().has_errors
    layers = {entity.dxf.layer for entity in drawing.modelspace()}
    assert {"OUTLINE", "WALL", "COLUMN", "DOOR", "EXIT", "WINDOW"} <= layers
    outline = next(iter(drawing.modelspace().query('LWPOLYLINE[layer=="OUTLINE"]')))
    assert outline.closed
    assert Polygon(outline.get_points("xy")).area == pytest.approx(243)
