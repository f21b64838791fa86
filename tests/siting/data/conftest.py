"""A tiny project of points around 0 E, 0.01 N … whose files a test may spoil."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from outlet.project import Project, load_project

TOML = """
[project]
name = "Tiny"
sector = "bank"
as_of = 2026-06-01
[siting.data.demand]
file = "data/demand.geojson"
[siting.data.candidates]
file = "data/candidates.csv"
crs = "EPSG:4326"
[siting.data.existing]
file = "data/existing.geojson"
[siting.data.streets]
file = "data/streets.geojson"
[siting.locate]
outlets = 1
"""

Cell = str | float | int | bool | None


def geojson(shapes: Sequence[object], rows: Sequence[Mapping[str, Cell]]) -> str:
    features = [
        {"type": "Feature", "properties": dict(row), "geometry": shape} for shape, row in zip(shapes, rows, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def point(lon: float, lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat]}


@dataclass(frozen=True)
class Tiny:
    """A project folder, its files, and how to load it."""

    folder: Path

    def write(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")

    def points(self, layer: str, places: Sequence[object], /, **columns: Sequence[Cell]) -> None:
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        self.write(f"data/{layer}.geojson", geojson(places, rows))

    def toml(self, text: str) -> None:
        self.write("outlet.toml", text)

    def load(self, *overrides: str) -> Project:
        return load_project(self.folder, overrides=overrides)


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """Three demand points, two candidates (CSV), one existing outlet and one street; nothing wrong with any."""
    made = Tiny(tmp_path)
    made.toml(TOML)
    made.points(
        "demand", [point(3.001, 48.7), point(3.002, 48.7), point(3.003, 48.7)], id=["a", "b", "c"], weight=[1, 2, 3]
    )
    made.write(
        "data/candidates.csv", "id,name,lon,lat,area_m2\n001,Kauppakatu 1,3.001,48.7,120\n002,人民路 2,3.003,48.7,\n"
    )
    made.points("existing", [point(3.002, 48.7)], id=["e1"], name=["Old"], may_close=[True])
    line = {"type": "LineString", "coordinates": [[3.0, 48.7], [3.002, 48.7], [3.004, 48.7]]}
    made.write("data/streets.geojson", geojson([line], [{"name": "Main", "kind": "primary"}]))
    return made


@pytest.fixture
def at() -> Callable[[float, float], dict[str, object]]:
    """Make a GeoJSON point."""
    return point
