"""`outlet check` on hall plans and ticket queues of ../shared/data: every oddity and nothing else (see conftest.py)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace as Case

import pytest

pytestmark = [pytest.mark.shared, pytest.mark.slow]

WHOLE: tuple[int | str, ...] = ()
HALL = """
[project]
name = "Hall"
sector = "bank"
as_of = 2026-09-15
"""
HOUSE = Case(
    toml=HALL
    + """
[layout.hall]
plan = "data/house.dxf"
""",
    files={"data/house.dxf": "floorplans/house_floorplan.dxf"},
    faults={("data/house.dxf", "implausible-size"): WHOLE},
)
HOUSE_IN_INCHES = Case(
    toml=HALL
    + """
[layout.hall]
plan = "data/house.dxf"
units = "in"
""",
    files={"data/house.dxf": "floorplans/house_floorplan.dxf"},
    # its doors are on no layer that says so
    faults={("data/house.dxf", "no-entrance"): WHOLE},
    remarks={
        ("data/house.dxf", "units-stated"): WHOLE,
        ("data/house.dxf", "layers-unused"): WHOLE,
        ("data/house.dxf", "entities-ignored"): WHOLE,
        ("data/house.dxf", "entrances-assumed"): WHOLE,
        ("data/house.dxf", "outline-from-walls"): WHOLE,
        ("data/house.dxf", "things-outside"): WHOLE,
    },
)
OFFICE = Case(
    toml=HALL
    + """
[layout.hall]
plan = "data/office.dxf"
layers = { outline = ["walkablearea"], entrance = ["jps-exits"], fixture = ["jps-obstacles"] }
""",
    files={"data/office.dxf": "floorplans/ISO-Office.dxf"},
    # an exit drawn 1.15 m outside the walkable area
    faults={("data/office.dxf", "door-off-outline"): ("LWPOLYLINE #47",)},
    remarks={
        ("data/office.dxf", "units-stated"): WHOLE,
        # the IMAGE that stretches the extents
        ("data/office.dxf", "entities-ignored"): WHOLE,
        ("data/office.dxf", "layers-unused"): WHOLE,
    },
)
WESTPORT = Case(
    toml=HALL
    + """
[layout.hall]
plan = "data/ground.geojson"
crs = "EPSG:27700"
kind_property = "type"
kinds = { building_outline = "outline", elevator = "fixture", stairs = "fixture", inaccessible_space = "fixture" }
""",
    files={
        "data/ground.geojson": (
            "floorplans/westport_house_indoor_geojson.zip",
            "westport-house/westport-house-floor-gf.geojson",
        )
    },
    # no door says that it is an entrance
    faults={("data/ground.geojson", "no-entrance"): WHOLE},
    remarks={
        ("data/ground.geojson", "entities-ignored"): WHOLE,
        ("data/ground.geojson", "crs-overridden"): WHOLE,
        ("data/ground.geojson", "plan-turned"): WHOLE,
    },
)
PATHS = Case(
    toml=HALL
    + """
[layout.hall]
plan = "data/paths.geojson"
kind_property = "type"
""",
    files={
        "data/paths.geojson": (
            "floorplans/westport_house_indoor_geojson.zip",
            "westport-house/westport-house-floor-gf-paths.geojson",
        )
    },
    faults={("data/paths.geojson", "no-outline"): WHOLE},
)
WARSAW = Case(
    toml=HALL
    + """
[layout.services]
visits = "data/queues.csv.gz"
[layout.services.snapshots.columns]
outlet = "name"
date = "date"
time = "time"
service = "nazwaGrupy"
waiting = "liczbaKlwKolejce"
ticket = "aktualnyNumer"
open_counters = "liczbaCzynnychStan"
service_min = "czasObslugi"
""",
    files={"data/queues.csv.gz": "arrivals/warsaw_office_queues.csv.gz"},
    # the first rows of two days written with the next year's date
    faults={("data/queues.csv.gz", "date-outlier"): (1, 22933)},
)
WARSAW_CORRECTED = Case(
    toml=WARSAW.toml.replace(
        "[layout.services.snapshots.columns]",
        """[layout.services.snapshots]
corrected_days = { 2020-12-30 = 2019-12-30, 2020-12-31 = 2019-12-31 }
[layout.services.snapshots.columns]""",
    ),
    files=WARSAW.files,
    remarks={
        ("data/queues.csv.gz", "snapshots-derived"): WHOLE,
        ("data/queues.csv.gz", "snapshots-junk"): WHOLE,
    },
)
CASES = {
    "house": HOUSE,
    "house-in-inches": HOUSE_IN_INCHES,
    "office": OFFICE,
    "westport": WESTPORT,
    "westport-paths": PATHS,
    "warsaw": WARSAW,
    "warsaw-corrected": WARSAW_CORRECTED,
}


@pytest.mark.parametrize("name", CASES)
def test_check_finds_every_oddity_and_nothing_else(name: str, check_case: Callable[[Case], None]) -> None:
    check_case(CASES[name])
