"""Make the layers and settings of a project from one OpenStreetMap extract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd

from outlet.errors import InputError
from outlet.project import Sector, Toml
from siting.data.document import toml_section, toml_whole
from siting.data.offered import TOLD_ONCE, offered_sections
from siting.data.osm.choice import project_choice
from siting.data.osm.extract import Extract
from siting.data.osm.places import find_homes, find_outlets, find_stops, find_streets, find_water
from siting.data.osm.rules import osm_rules
from siting.data.osm.stream import read_extract
from siting.data.write import geojson_bytes
from siting.geo.crs import WGS84
from siting.settings import LocateSettings, ScoreSettings
from siting.settings.data import (
    CandidateSettings,
    CompetitorSettings,
    DataSettings,
    DemandSettings,
    ExistingSettings,
    StopSettings,
)
from siting.settings.generate import AlongStreets
from siting.settings.layer import FileLayer, LayerSettings
from siting.settings.streets import StreetSettings

CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
# Presets, without a public source: visits a day per person living near by, those who work or change there with them
# (an extract shows homes only), and money per visit.
VISITS_PER_PERSON = {"bank": 0.35, "telecom": 0.15, "parcel": 0.30, "retail": 0.80}
VALUE_PER_VISIT = {"bank": 12.0, "telecom": 15.0, "parcel": 3.0, "retail": 8.0}


def osm_files(path: Path, *, sector: Sector, brand: str) -> tuple[dict[str, bytes], list[str], Extract]:
    """Return the layers as files of a project, what was assumed or left out on the way, and what was read.

    Raises
    ------
    InputError
        When the extract cannot be read, the brand matches nothing, or there are no streets, stops or homes.
    """
    rules = osm_rules()
    extract = read_extract(path, project_choice(rules, sector))
    outlets = find_outlets(extract, rules, sector=sector, brand=brand)
    stops, stop_notes = find_stops(extract, rules)
    streets = find_streets(extract, rules)
    streets = streets[streets["walkable"] == "yes"]
    homes, home_notes = find_homes(extract, rules)
    per_person = rules.buildings.floor_m2_per_person
    persons = round(float(homes["floor_m2"].sum()) / per_person)
    home_notes.append(
        f"{persons} persons assumed, one per {per_person:g} m² of floor: siting.data.demand.weight_factor"
    )
    for what, frame in (("streets", streets), ("stops of public transport", stops), ("buildings to live in", homes)):
        if not len(frame):
            raise InputError(f"{path.name}: the extract holds no {what}; take a larger one")
    area = gpd.GeoDataFrame({"id": ["area"]}, geometry=[extract.area], crs=WGS84)
    layers = {
        "data/demand.geojson": homes,
        "data/existing.geojson": outlets.existing,
        "data/competitors.geojson": outlets.competitors,
        "data/stops.geojson": stops,
        "data/streets.geojson": streets[["name", "kind", "geometry"]],
        "data/area.geojson": area,
        "data/water.geojson": find_water(extract, rules),
    }
    notes = [*(str(remark) for remark in extract.remarks), *outlets.notes, *stop_notes, *home_notes]
    notes.append("competition is known inside the extract's rectangle only, and streets end at its edge")
    made = {name: geojson_bytes(frame) for name, frame in layers.items()}
    made["README.md"] = _readme(path, brand, notes).encode()
    return made, notes, extract


def osm_toml(sector: Sector) -> str:
    """Return siting's sections of outlet.toml for a project made from an extract."""
    per_person = osm_rules().buildings.floor_m2_per_person
    generate = AlongStreets(
        spacing_m=60.0, within_m=250.0, area_m2=220.0, frontage_m=12.0, rent_per_m2=360.0, fit_out_per_m2=1500.0
    )
    score = ScoreSettings()
    locate = LocateSettings(
        model="max_cover",
        outlets=3,
        radius_min=5.0,
        visits_per_unit_per_day=VISITS_PER_PERSON[sector],
        value_per_visit=VALUE_PER_VISIT[sector],
    )
    demand: dict[str, Toml] = {
        "file": "data/demand.geojson",
        "unit": "persons",
        "weight_factor": round(1 / per_person, 6),
        "columns": {"weight": "floor_m2"},
    }
    sections = [
        f"# Where to open. Layers come from OpenStreetMap: {CREDIT}.",
        toml_section("siting.data", DataSettings, {"credit": CREDIT}),
        "# Weight: floor area of the building (footprint × storeys) × weight_factor persons per square metre (preset).",
        "# Keys that say how the file is written and what to take of it may stand in every layer; told here once.",
        toml_section("siting.data.demand", DemandSettings, demand),
        toml_section("siting.data.candidates", CandidateSettings, {}, leave_out=(*TOLD_ONCE, "columns")),
        "# Area, frontage, rent and fit-out of generated candidates are assumptions: put your own.",
        toml_whole("siting.data.candidates.generate", generate),
        _layer("existing", ExistingSettings),
        "# Attraction is preset by kind: 1 an ordinary outlet, less for a machine.",
        _layer("competitors", CompetitorSettings),
        _layer("stops", StopSettings),
        _layer("streets", StreetSettings),
        "# Competition is known inside this rectangle only.",
        _layer("area", FileLayer),
        _layer("water", FileLayer),
        toml_whole("siting.score", score),
        "# Visits (of those who work or change here too, whom homes do not show) and value per visit are presets.",
        toml_whole("siting.locate", locate),
        *offered_sections(),
        SCENARIO,
    ]
    return "\n".join(sections)


def _layer(name: str, kind: type[LayerSettings]) -> str:
    return toml_section(f"siting.data.{name}", kind, {"file": f"data/{name}.geojson"}, leave_out=TOLD_ONCE)


SCENARIO = """# What if: `outlet compare DIR capture five` compares the two; `outlet run` compares the first.
[scenario.capture]
siting.locate.model = "max_capture"

[scenario.five]
siting.locate.outlets = 5
"""

README = """# {title}

Made by `outlet new` from the OpenStreetMap extract `{file}`; the brand taken as ours is {brand}.

Source and licence of everything in `data/` but halls, visits and people: © OpenStreetMap contributors, Open Database
Licence (ODbL) 1.0, https://www.openstreetmap.org/copyright. Coordinates are WGS 84 (EPSG:4326).

| file | what | columns |
|---|---|---|
| data/demand.geojson | buildings people are taken to live in | id, name, storeys, floor_m2 (footprint × storeys, m²) |
| data/existing.geojson | outlets of {brand} | id, name, brand |
| data/competitors.geojson | other outlets of the sector | id, name, brand, kind, attraction (1 = ordinary; preset) |
| data/stops.geojson | stops of public transport | id, name, mode, station |
| data/streets.geojson | ways people may walk along | name, kind (`highway`) |
| data/area.geojson | the extract's rectangle: competition is known inside | id |
| data/water.geojson | water, as a backdrop | id |

An id is `n`, `w` or `r` (node, way, relation) and the number in OpenStreetMap. Candidates are generated by the rule in
`outlet.toml`. Anything else in `data/` (a generic hall plan, visits, people) is made up by Outlet Planner (Apache-2.0).

Assumed or left out:

{notes}
"""


def _readme(path: Path, brand: str, notes: Sequence[str]) -> str:
    listed = "\n".join(f"- {note}" for note in notes)
    return README.format(title=path.name.split(".")[0], file=path.name, brand=brand, notes=listed)
