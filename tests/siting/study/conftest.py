"""A town drawn by hand: a grid of streets with candidates, rivals and two outlets of ours, as a project folder."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from outlet.artefacts import Staging
from outlet.progress import SILENT
from outlet.project import load_project
from outlet.stage import StageRun

CRS = "EPSG:32631"
EAST, NORTH = 500_000.0, 5_000_000.0

TOML = """
[project]
name = "Gridtown"
sector = "bank"
as_of = 2026-03-02

[siting.data]
crs = "EPSG:32631"
[siting.data.demand]
file = "data/demand.gpkg"
segments = { income_high = "rich" }
[siting.data.candidates]
file = "data/candidates.gpkg"
[siting.data.existing]
file = "data/existing.gpkg"
[siting.data.competitors]
file = "data/competitors.gpkg"
[siting.data.stops]
file = "data/stops.gpkg"
[siting.data.streets]
file = "data/streets.gpkg"
[siting.data.area]
file = "data/area.gpkg"
"""


def _points(folder: Path, name: str, rows: list[tuple[float, float, dict[str, object]]]) -> None:
    places = [Point(EAST + x, NORTH + y) for x, y, _ in rows]
    gpd.GeoDataFrame([row for *_, row in rows], geometry=places, crs=CRS).to_file(folder / f"{name}.gpkg")


def write_town(folder: Path) -> None:
    """Write the town: 1 km × 1 km, streets every 100 m; east of x = 900 the competitors are not known.

    c5 stands at x = 950, beyond the competitor layer; c6 is a kilometre from every street.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    lines = [LineString([(EAST + 100 * k, NORTH + y) for k in range(11)]) for y in range(0, 1001, 100)]
    lines += [LineString([(EAST + x, NORTH + 100 * k) for k in range(11)]) for x in range(0, 1001, 100)]
    gpd.GeoDataFrame({"kind": ["residential"] * len(lines)}, geometry=lines, crs=CRS).to_file(data / "streets.gpkg")
    cells = [(x, y) for x in (100, 400, 700, 1000) for y in (50, 350, 650, 950)]
    _points(
        data,
        "demand",
        [(x, y, {"id": f"d{k}", "weight": 100.0 + 10 * k, "rich": 5.0 * k}) for k, (x, y) in enumerate(cells)],
    )
    names = {"c1": "<img src=x onerror=alert(1)>", "c2": '=HYPERLINK("x")'}
    candidates = [("c1", 500, 500), ("c2", 210, 200), ("c3", 800, 300), ("c4", 300, 900), ("c5", 950, 600)]
    _points(data, "candidates", [(x, y, {"id": c, "name": names.get(c, c)}) for c, x, y in candidates])
    off = gpd.read_file(data / "candidates.gpkg")
    off.loc[len(off)] = {"id": "c6", "name": "c6", "geometry": Point(EAST + 2000, NORTH)}
    off.to_file(data / "candidates.gpkg")
    _points(data, "existing", [(100, 800, {"id": "e1", "name": "Old"}), (700, 700, {"id": "e2", "name": "Mall"})])
    _points(
        data, "competitors", [(400, 400, {"id": "r1", "attraction": 1.0}), (800, 800, {"id": "r2", "attraction": 3.0})]
    )
    stops = [("s1", 0, 500, "metro", 10.0), ("s2", 600, 500, "bus", 4.0), ("s3", 900, 300, "bus", None)]
    _points(
        data,
        "stops",
        [(x, y, {"id": s, "name": s, "mode": mode, "departures_per_hour": d}) for s, x, y, mode, d in stops],
    )
    area = box(EAST - 100, NORTH - 100, EAST + 900, NORTH + 1100)
    gpd.GeoDataFrame(geometry=[area], crs=CRS).to_file(data / "area.gpkg")
    (folder / "outlet.toml").write_text(TOML, encoding="utf-8")


@pytest.fixture
def gridtown(tmp_path: Path) -> Path:
    """The project folder of the town."""
    folder = tmp_path / "town"
    write_town(folder)
    return folder


@pytest.fixture
def run_in() -> Callable[..., StageRun]:
    """Make a run of a stage that writes straight into the project's out/."""

    def make(folder: Path, *overrides: str) -> StageRun:
        out = folder / "out"
        out.mkdir(exist_ok=True)
        project = load_project(folder, overrides=overrides)
        return StageRun(project=project, out=Staging(out, out), progress=SILENT, workers=1)

    return make
