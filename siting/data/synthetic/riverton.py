"""Make the Riverton sample: the files of a made-up town and the settings that read them."""

from __future__ import annotations

import csv
import io

import geopandas as gpd
import numpy as np
import shapely

from outlet.project import Toml
from outlet.samples import SamplePart
from siting.data.document import toml_section, toml_whole
from siting.data.offered import TOLD_ONCE, offered_sections
from siting.data.synthetic.town import make_town
from siting.data.synthetic.transit import make_gtfs
from siting.data.write import DECIMALS, geojson_bytes
from siting.geo.crs import WGS84
from siting.settings import LocateSettings, ScoreSettings
from siting.settings.data import (
    CandidateSettings,
    CompetitorSettings,
    DataSettings,
    DemandSettings,
    ExistingSettings,
    StopSettings,
    ZoningSettings,
)
from siting.settings.layer import FileLayer, LayerSettings
from siting.settings.streets import StreetSettings

SEED = 7
SEGMENTS = ("income_high", "age_60plus", "students")


def riverton_part() -> SamplePart:
    """Return siting's part of the Riverton project."""
    town = make_town(SEED)
    layers = {
        "data/demand.geojson": town.zones,
        "data/streets.geojson": town.streets,
        "data/existing.geojson": town.existing,
        "data/competitors.geojson": town.competitors,
        "data/zoning.geojson": town.zoning,
        "data/area.geojson": town.area,
        "data/water.geojson": town.water,
    }
    files = {name: geojson_bytes(frame.to_crs(WGS84)) for name, frame in layers.items()}
    files["data/candidates.csv"] = _csv(town.candidates.to_crs(WGS84))
    files["data/gtfs.zip"] = make_gtfs(town.nodes)
    files["README.md"] = README.encode()
    project = {
        "name": '"Riverton"',
        "sector": '"telecom"',
        "as_of": "2026-06-01",
        "timezone": '"Europe/Paris"',
        "currency": '"EUR"',
        "language": '"en"',
        "seed": str(SEED),
    }
    notes = ("Riverton is made up, from seed 7: no place, outlet or number in it is real",)
    return SamplePart(toml=_toml(), files=files, notes=notes, project=project)


def _csv(frame: gpd.GeoDataFrame) -> bytes:
    """Return points as CSV with lon and lat."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = [str(name) for name in frame.columns if name != "geometry"]
    writer.writerow([*columns, "lon", "lat"])
    lonlat = np.round(shapely.get_coordinates(frame.geometry.to_numpy()), DECIMALS)
    for row, (lon, lat) in zip(frame[columns].itertuples(index=False), lonlat.tolist(), strict=True):
        writer.writerow([*row, lon, lat])
    return stream.getvalue().encode()


def _layer(name: str, kind: type[LayerSettings], file: str, **more: Toml) -> str:
    return toml_section(f"siting.data.{name}", kind, {"file": file, **more}, leave_out=TOLD_ONCE)


def _toml() -> str:
    demand: dict[str, Toml] = {
        "file": "data/demand.geojson",
        "unit": "persons",
        "columns": {"id": "zone", "weight": "population"},
        "segments": {name: name for name in SEGMENTS},
    }
    score = ScoreSettings(target_market={"income_high": 2.0, "students": 1.5})
    locate = LocateSettings(
        model="max_capture",
        outlets=3,
        radius_min=10.0,
        spacing_m=300.0,
        visits_per_unit_per_day={"everyone": 0.06, "students": 0.08, "age_60plus": 0.09},
        value_per_visit=15.0,
    )
    stops: dict[str, Toml] = {"gtfs": ["data/gtfs.zip"]}
    sections = [
        "# Where to open. Riverton is made up, from seed 7.",
        toml_section("siting.data", DataSettings, {"credit": "Riverton, a made-up town"}),
        "# Keys that say how the file is written and what to take of it may stand in every layer; told here once.",
        toml_section("siting.data.demand", DemandSettings, demand),
        _layer("candidates", CandidateSettings, "data/candidates.csv", crs="EPSG:4326"),
        _layer("existing", ExistingSettings, "data/existing.geojson"),
        _layer("competitors", CompetitorSettings, "data/competitors.geojson"),
        toml_section("siting.data.stops", StopSettings, stops, leave_out=(*TOLD_ONCE, "columns")),
        _layer("streets", StreetSettings, "data/streets.geojson"),
        _layer("zoning", ZoningSettings, "data/zoning.geojson"),
        "# Competition is known inside this square only.",
        _layer("area", FileLayer, "data/area.geojson"),
        _layer("water", FileLayer, "data/water.geojson"),
        toml_whole("siting.score", score),
        "# Visits and value per visit are made up.",
        toml_whole("siting.locate", locate),
        *offered_sections(),
        SCENARIO,
    ]
    return "\n".join(sections)


SCENARIO = """# What if: `outlet compare DIR cover five` compares the two; `outlet run` compares the first.
[scenario.cover]
siting.locate.model = "max_cover"

[scenario.five]
siting.locate.outlets = 5
"""

README = """# Riverton

A made-up river town of 4 × 4 km, drawn by `siting/data/synthetic/` from seed 7 and placed in UTM zone 31 north; no
place, outlet or number in it is real. Licence: Apache-2.0, as Outlet Planner itself. Coordinates are WGS 84
(EPSG:4326), money is EUR, performance is per year, staff is in full-time equivalents, attraction 1 is ordinary.

| file | what | columns |
|---|---|---|
| data/demand.geojson | census zones | zone, name, grade, population, income_high, age_60plus, students (persons) |
| data/candidates.csv | premises | id, name, format, rent_per_year, fit_out_cost, area_m2, frontage_m, hall_plan |
| data/existing.geojson | RivTel | id, name, brand, area_m2, sales, visits, staff, may_close, hall_plan |
| data/competitors.geojson | rivals | id, name, brand, attraction |
| data/gtfs.zip | a railway, two trams, five buses in 2026 | GTFS, with frequencies.txt and times past 24:00 |
| data/streets.geojson | streets; the river has three bridges | name, kind |
| data/zoning.geojson | land use | id, use, allowed |
| data/area.geojson | where the rivals are known | id |
| data/water.geojson | the river | id, name |

Halls, visits and people come from `layout`: two halls, one L-shaped with columns, counted visits, and a team.
"""
