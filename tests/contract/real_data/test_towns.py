"""`outlet check` on the towns of ../shared/data: every oddity and nothing else (see conftest.py)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace as Case

import pytest

pytestmark = [pytest.mark.shared, pytest.mark.slow]

WHOLE: tuple[int | str, ...] = ()
ZERO_BRANCHES = (546, 668, 745, 784, 1065, 1071, 1104, 1141, 1168, 1179, 1590, 1756, 3010, 3174, 4503, 4644)
DOUBLE_STREETS = (8098, 11349, 20253, 22393, 26889, 32075)
NYC = Case(
    toml="""
[project]
name = "New York"
sector = "bank"
as_of = 2026-09-15
[siting.data.demand]
file = "data/tracts.gpkg"
columns = { id = "geoid", name = "nta_name", weight = "pop_total_est" }
segments = { income = "med_hhinc_est" }
[siting.data.candidates]
file = "data/pois.xls"
crs = "EPSG:4326"
where = { fclass = "bank" }
columns = { id = "osm_id" }
[siting.data.existing]
file = "data/branches.csv.gz"
crs = "EPSG:4326"
where = { YEAR = 2023, NAMEFULL = "Apple Bank For Savings" }
columns = { id = "UNINUMBR", name = "NAMEBR", deposits = "DEPSUMBR", lon = "SIMS_LONGITUDE", lat = "SIMS_LATITUDE" }
[siting.data.competitors]
file = "data/branches.csv.gz"
crs = "EPSG:4326"
columns = { brand = "NAMEFULL", attraction = "DEPSUMBR", lon = "SIMS_LONGITUDE", lat = "SIMS_LATITUDE" }
[siting.data.stops]
gtfs = ["data/subway.zip", "data/bus.zip", "data/expired.zip"]
[siting.data.streets]
file = "data/streets.zip"
columns = { kind = "highway" }
""",
    files={
        "data/tracts.gpkg": "nyc/tracts_acs2013_2017_epsg2263.gpkg",
        "data/pois.xls": "nyc/pois_osm_2017.xls",
        "data/branches.csv.gz": "nyc/bank_branches_fdic_sod_2018_2023.csv.gz",
        "data/subway.zip": "nyc/subway_gtfs_full_2026.zip",
        "data/bus.zip": "nyc/bus_manhattan_gtfs_2026.zip",
        "data/expired.zip": "nyc/subway_gtfs_lines1_2_EXPIRED_2025.zip",
        "data/streets.zip": "nyc/streets_osm_2013_shp.zip",
    },
    faults={
        # 62 tracts without income, and one without a population
        ("data/tracts.gpkg", "missing-value"): 63,
        ("data/branches.csv.gz", "zero-coordinates"): ZERO_BRANCHES,
        # zero deposits as an attraction
        ("data/branches.csv.gz", "out-of-range"): 105,
        # a longitude of -0.000074 for -74
        ("data/branches.csv.gz", "far-outlier"): (548,),
    },
    remarks={
        # a median income is no number of persons
        ("data/tracts.gpkg", "segment-above-weight"): 2104,
        ("data/pois.xls", "blank-names"): (8556, 8557, 8565, 10634, 11220, 11972, 12841, 12856, 12981, 14056, 16659),
        # branch-years on the spot of an earlier one, those at 0,0 apart
        ("data/branches.csv.gz", "duplicate-geometry"): 1886,
        ("data/subway.zip", "typical-day"): WHOLE,
        ("data/subway.zip", "stops-merged"): WHOLE,
        ("data/bus.zip: routes.txt", "routes-without-trips"): 266,
        ("data/bus.zip", "typical-day"): WHOLE,
        ("data/bus.zip", "stops-unserved"): ("904242", "904987"),
        ("data/expired.zip", "expired-timetable"): WHOLE,
        ("data/expired.zip", "typical-day"): WHOLE,
        ("data/expired.zip", "stops-merged"): WHOLE,
        ("data/streets.zip", "encoding-lies"): WHOLE,
        ("data/streets.zip", "duplicate-geometry"): DOUBLE_STREETS,
        ("data/streets.zip", "ways-dropped"): WHOLE,
    },
)
BLOCKS = Case(
    toml="""
[project]
name = "Blocks"
sector = "bank"
as_of = 2026-09-15
[siting.data.demand]
file = "data/blocks.csv.gz"
crs = "EPSG:4326"
columns = { id = "geoid", weight = "pop_total" }
[siting.data.candidates]
file = "data/pois.xls"
crs = "EPSG:4326"
columns = { id = "osm_id" }
[siting.data.streets]
file = "data/streets.zip"
columns = { kind = "highway" }
""",
    files={
        "data/blocks.csv.gz": "nyc/blocks_census2010_pop.csv.gz",
        "data/pois.xls": "nyc/pois_osm_2017.xls",
        "data/streets.zip": "nyc/streets_osm_2013_shp.zip",
    },
    faults={("data/blocks.csv.gz", "missing-column"): WHOLE},
    remarks={
        ("data/pois.xls", "duplicate-geometry"): 32,
        ("data/pois.xls", "blank-names"): 6918,
        ("data/streets.zip", "encoding-lies"): WHOLE,
        ("data/streets.zip", "duplicate-geometry"): DOUBLE_STREETS,
        ("data/streets.zip", "ways-dropped"): WHOLE,
    },
)
SAO_PAULO = Case(
    toml="""
[project]
name = "São Paulo"
sector = "retail"
as_of = 2026-09-15
[siting.data.demand]
file = "data/hexagons.zip"
columns = { weight = "population" }
[siting.data.candidates]
file = "data/hexagons.csv"
crs = "EPSG:4326"
[siting.data.stops]
gtfs = ["data/gtfs.zip"]
[siting.data.streets]
file = "data/spo.osm.pbf"
columns = { kind = "highway" }
""",
    files={
        "data/hexagons.zip": "sao_paulo/spo_hexgrid_EPSG32723.gpkg.zip",
        "data/hexagons.csv": "sao_paulo/spo_hexgrid.csv",
        "data/gtfs.zip": "sao_paulo/gtfs_spo_frequencies.zip",
        "data/spo.osm.pbf": "sao_paulo/spo_osm.pbf",
    },
    remarks={
        ("data/gtfs.zip: calendar.txt", "duplicate-rows"): (7, 8, 9, 10, 11, 12),
        ("data/gtfs.zip", "frequencies-used"): WHOLE,
        ("data/gtfs.zip", "expired-timetable"): WHOLE,
        ("data/gtfs.zip", "typical-day"): WHOLE,
        ("data/spo.osm.pbf", "no-bounds"): WHOLE,
        ("data/spo.osm.pbf", "ways-dropped"): WHOLE,
        ("data/spo.osm.pbf", "streets-disconnected"): WHOLE,
        ("data/spo.osm.pbf", "streets-nearly-meet"): WHOLE,
    },
)
HELSINKI = Case(
    toml="""
[project]
name = "Helsinki"
sector = "bank"
as_of = 2026-09-15
[siting.data.demand]
file = "data/grid.gpkg"
columns = { weight = "population" }
[siting.data.candidates]
generate = {}
[siting.data.existing]
file = "data/helsinki.osm.pbf"
where = { amenity = "bank", operator = "Nordea" }
[siting.data.competitors]
file = "data/helsinki.osm.pbf"
where = { amenity = "bank" }
where_not = { operator = ["Nordea", "Suomen Pankki"] }
[siting.data.stops]
file = "data/helsinki.osm.pbf"
[siting.data.streets]
file = "data/helsinki.osm.pbf"
columns = { kind = "highway" }
""",
    files={
        "data/grid.gpkg": "helsinki/helsinki_population_grid_2020.gpkg",
        "data/helsinki.osm.pbf": "helsinki/Helsinki.osm.pbf",
    },
    remarks={
        ("data/helsinki.osm.pbf", "ways-cut"): 108,
        ("data/helsinki.osm.pbf", "ways-dropped"): 71,
        ("data/helsinki.osm.pbf", "central-banks"): WHOLE,
        ("data/helsinki.osm.pbf", "stops-merged"): WHOLE,
        ("data/helsinki.osm.pbf", "no-timetable"): WHOLE,
        ("data/helsinki.osm.pbf", "blank-names"): (70, 71, 91),
        ("data/helsinki.osm.pbf", "streets-disconnected"): WHOLE,
        ("data/helsinki.osm.pbf", "streets-nearly-meet"): WHOLE,
        ("siting.data.candidates.generate", "candidates-generated"): WHOLE,
    },
)
COQUIMBO = Case(
    toml="""
[project]
name = "Coquimbo"
sector = "retail"
as_of = 2026-09-15
[siting.data.demand]
file = "data/aequilibrae.sqlite"
layer = "zones"
columns = { id = "zone_id", weight = "population" }
[siting.data.candidates]
generate = { kinds = ["residential"] }
[siting.data.stops]
gtfs = ["data/gtfs.zip"]
[siting.data.streets]
file = "data/aequilibrae.sqlite"
layer = "links"
columns = { kind = "link_type" }
""",
    files={
        "data/aequilibrae.sqlite": ("coquimbo/aequilibrae_coquimbo.zip", "project_database.sqlite"),
        "data/gtfs.zip": ("coquimbo/aequilibrae_coquimbo.zip", "gtfs_coquimbo.zip"),
    },
    remarks={
        ("data/aequilibrae.sqlite: zones", "blank-names"): 133,
        ("data/aequilibrae.sqlite: links", "ways-dropped"): WHOLE,
        ("data/aequilibrae.sqlite", "streets-disconnected"): WHOLE,
        ("data/aequilibrae.sqlite", "streets-nearly-meet"): WHOLE,
        ("data/gtfs.zip", "expired-timetable"): WHOLE,
        ("data/gtfs.zip", "typical-day"): WHOLE,
        ("siting.data.candidates.generate", "candidates-generated"): WHOLE,
    },
)
FREIBURG = Case(
    toml="""
[project]
name = "Freiburg"
sector = "retail"
as_of = 2026-09-15
[siting.data.demand]
file = "data/Freiburg2.csv"
columns = { id = "district", weight = "ppower" }
[siting.data.candidates]
file = "data/shopping4.csv"
columns = { id = "location_code" }
[siting.data.existing]
file = "data/Freiburg3.csv"
columns = { id = "store", sales = "annualsales" }
[siting.data.competitors]
file = "data/grocery2.csv"
columns = { name = "store_code", brand = "store_chain", attraction = "salesarea_qm" }
[siting.data.streets]
file = "data/shopping2.csv"
""",
    files={
        f"data/{name}.csv": f"freiburg/{name}.csv"
        for name in ("Freiburg2", "Freiburg3", "grocery2", "shopping2", "shopping4")
    },
    faults={
        (f"data/{name}.csv", "missing-column"): WHOLE
        for name in ("Freiburg2", "Freiburg3", "grocery2", "shopping2", "shopping4")
    },
)
JAPAN = Case(
    toml="""
[project]
name = "鯖江"
sector = "retail"
as_of = 2026-09-15
[siting.data.demand]
file = "data/sabae.zip"
layer = "sabae_aed_jgd2000"
columns = { name = "facility" }
[siting.data.candidates]
file = "data/sabae_store.csv"
crs = "EPSG:4326"
[siting.data.existing]
file = "data/sabae.zip"
layer = "sabae_aed_tokyo"
columns = { name = "facility" }
[siting.data.stops]
gtfs = ["data/kobe.zip"]
[siting.data.streets]
file = "data/sabae.zip"
layer = "sabae_way"
columns = { kind = "highway" }
""",
    files={
        "data/sabae.zip": "japan/sabae_osm_ways_stores.zip",
        "data/sabae_store.csv": ("japan/sabae_osm_ways_stores.zip", "sabae/sabae_store.csv"),
        "data/kobe.zip": "japan/kobe_subway_gtfs.zip",
    },
    faults={
        ("data/sabae.zip: sabae_aed_jgd2000", "missing-column"): WHOLE,
        ("data/sabae.zip: sabae_aed_tokyo", "missing-column"): WHOLE,
        # addresses only
        ("data/sabae_store.csv", "missing-column"): WHOLE,
        # Kobe's subway, 161 km away
        ("data/kobe.zip", "no-overlap"): WHOLE,
    },
    remarks={
        ("data/sabae_store.csv", "encoding-detected"): WHOLE,
        ("data/sabae.zip: sabae_aed_jgd2000", "undecodable-text"): (75, 82),
        ("data/sabae.zip: sabae_aed_jgd2000", "duplicate-geometry"): (11, 64),
        ("data/sabae.zip: sabae_aed_tokyo", "undecodable-text"): (75, 82),
        ("data/sabae.zip: sabae_aed_tokyo", "duplicate-geometry"): (11, 64),
        ("data/sabae.zip: sabae_aed_tokyo", "datum-shift"): WHOLE,
        ("data/sabae.zip: sabae_way", "duplicate-geometry"): (1988,),
        ("data/sabae.zip: sabae_way", "ways-dropped"): WHOLE,
        ("data/kobe.zip", "expired-timetable"): WHOLE,
        ("data/kobe.zip", "typical-day"): WHOLE,
        ("data/kobe.zip", "stops-merged"): WHOLE,
    },
)
CASES = {
    "nyc": NYC,
    "nyc-blocks": BLOCKS,
    "sao_paulo": SAO_PAULO,
    "helsinki": HELSINKI,
    "coquimbo": COQUIMBO,
    "freiburg": FREIBURG,
    "japan": JAPAN,
}


@pytest.mark.parametrize("name", CASES)
def test_check_finds_every_oddity_and_nothing_else(name: str, check_case: Callable[[Case], None]) -> None:
    check_case(CASES[name])
