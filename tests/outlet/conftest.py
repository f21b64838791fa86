"""A tiny project, small enough to plan wholly in a test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TOML = """
[project]
name = "Tiny"
sector = "bank"
as_of = 2026-01-05
timezone = "Europe/Helsinki"

[siting.data.demand]
file = "data/demand.csv"
crs = "EPSG:4326"
[siting.data.candidates]
file = "data/candidates.csv"
crs = "EPSG:4326"
[siting.data.existing]
file = "data/existing.csv"
crs = "EPSG:4326"
[siting.data.streets]
file = "data/streets.geojson"
[siting.locate]
outlets = 1
visits_per_unit_per_day = 0.02

[layout.hall]
plan = "data/hall.geojson"
[layout.programme]
effort = 0.1
[layout.staff]
weeks = 2
"""
DEMAND = "id,lon,lat,weight\n" + "".join(f"d{at},{24.90 + at * 0.002:.3f},60.170,{10 + at}\n" for at in range(10))
CANDIDATES = "id,lon,lat\nc1,24.902,60.170\nc2,24.908,60.170\nc3,24.916,60.170\n"
EXISTING = "id,lon,lat,name\ne1,24.912,60.170,Old\n"
STREET = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "High Street", "kind": "residential"},
            "geometry": {"type": "LineString", "coordinates": [[24.895 + at * 0.001, 60.17] for at in range(30)]},
        }
    ],
}


def hall(width: float, depth: float) -> dict[str, object]:
    ring = [[0, 0], [width, 0], [width, depth], [0, depth], [0, 0]]
    door = {"kind": "door", "width_m": 1.4, "entrance": True}
    return {
        "type": "FeatureCollection",
        "crs": None,
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": "outline"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            },
            {"type": "Feature", "properties": door, "geometry": {"type": "Point", "coordinates": [width / 2, 0]}},
        ],
    }


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project of ten demand points on one street, three candidates, one existing outlet and a 12 by 10 m hall."""
    folder = tmp_path / "tiny"
    (folder / "data").mkdir(parents=True)
    (folder / "outlet.toml").write_text(TOML, encoding="utf-8")
    (folder / "data" / "demand.csv").write_text(DEMAND, encoding="utf-8")
    (folder / "data" / "candidates.csv").write_text(CANDIDATES, encoding="utf-8")
    (folder / "data" / "existing.csv").write_text(EXISTING, encoding="utf-8")
    (folder / "data" / "streets.geojson").write_text(json.dumps(STREET), encoding="utf-8")
    (folder / "data" / "hall.geojson").write_text(json.dumps(hall(12, 10)), encoding="utf-8")
    return folder
