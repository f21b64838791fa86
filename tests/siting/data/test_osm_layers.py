"""Layers straight from the shipped extract of Helsinki, named in outlet.toml."""

from __future__ import annotations

import os
import shutil
from importlib.resources import as_file, files

import osmium
import pytest

from siting.data.check import check
from siting.data.gather import gather
from siting.data.load import load_siting_data
from siting.data.osm import layers as osm_layers

FILE = 'file = "data/city.osm.pbf"\n'
HEAD = """
[project]
name = "Pbf"
sector = "bank"
as_of = 2026-06-01
"""
WHOLE = f"""{HEAD}
[siting.data.demand]
{FILE}columns = {{ weight = "floor_m2" }}
[siting.data.candidates.generate]
spacing_m = 100.0
[siting.data.existing]
{FILE}where = {{ amenity = "bank", operator = "Nordea" }}
[siting.data.competitors]
{FILE}where = {{ amenity = ["bank", "atm"] }}
where_not = {{ operator = "Nordea" }}
columns = {{ brand = "operator" }}
[siting.data.stops]
{FILE}[siting.data.streets]
{FILE}[siting.data.area]
{FILE}[siting.data.water]
{FILE}[siting.data.zoning]
{FILE}columns = {{ allowed = "landuse" }}
allowed_values = ["commercial", "retail", "residential"]
[siting.locate]
outlets = 2
"""


@pytest.fixture
def city(tiny):
    """A project whose every layer comes from the extract."""
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        shutil.copy(path, tiny.folder / "data/city.osm.pbf")
    tiny.toml(WHOLE)
    return tiny


def test_every_layer_comes_from_one_extract_read_once(city, monkeypatch):
    read = []
    whole = osm_layers.read_extract
    monkeypatch.setattr(osm_layers, "_read", {})
    monkeypatch.setattr(osm_layers, "read_extract", lambda *args, **named: read.append(args) or whole(*args, **named))
    data = load_siting_data(city.load())
    assert len(read) == 1
    assert len(data.demand) == 126
    assert data.demand["weight"].sum() == pytest.approx(372_829, rel=0.01)
    assert data.existing["name"].tolist() == ["Nordea Pankki Hakaniemi"]
    assert len(data.stops) == 93
    assert set(data.stops["mode"]) == {"rail", "metro", "tram", "bus", "ferry"}
    assert {"residential", "footway"} <= set(data.streets["kind"])
    assert len(data.water) == 17
    assert data.area.area == pytest.approx(1.7e6, rel=0.05)
    assert data.zoning["allowed"].any()
    assert not data.zoning["allowed"].all()
    assert not any(name.startswith("Suomen Pankki") for name in data.competitors["name"])
    assert set(data.competitors["brand"]) > {"Otto"}


def test_remarks_on_the_extract_are_told_once(city):
    codes = [remark.code for remark in gather(city.load()).remarks]
    for code in ("areas-mended", "ways-cut", "central-banks", "no-timetable"):
        assert codes.count(code) == 1
    assert not check(city.load()).faults


def test_an_extract_that_changed_is_read_again(city, monkeypatch):
    monkeypatch.setattr(osm_layers, "_read", {})
    load_siting_data(city.load(), layers=["streets"])
    path = city.folder / "data/city.osm.pbf"
    path.write_bytes(path.read_bytes()[:-100])
    assert any("ends short" in fault.found for fault in gather(city.load(), ["streets"]).faults)


def test_damage_is_told_once_for_all_layers(city):
    path = city.folder / "data/city.osm.pbf"
    path.write_bytes(b"no extract")
    os.utime(path)
    faults = check(city.load()).faults
    assert [(fault.input, fault.code) for fault in faults] == [("data/city.osm.pbf", "unreadable")]


@pytest.mark.parametrize(
    ("before", "after", "code", "found"),
    [
        ('where = { amenity = "bank", operator = "Nordea" }', "", "missing-tags", "an extract of everything there is"),
        (
            'where = { amenity = "bank", operator = "Nordea" }',
            'where = { amenity = "bnak" }',
            "missing-tags",
            "no feature with any of the tags amenity = bnak",
        ),
        ('weight = "floor_m2"', 'weight = "persons"', "missing-column", "id, name, storeys, floor_m2"),
        ("columns = { brand", 'osm = { natural = "volcano" }\ncolumns = { brand', "missing-tags", "natural = volcano"),
    ],
)
def test_tags_that_choose_nothing_are_faults(city, before, after, code, found):
    assert before in WHOLE
    city.toml(WHOLE.replace(before, after))
    faults = check(city.load()).faults
    assert [(fault.code, fault.input) for fault in faults] == [(code, "data/city.osm.pbf")]
    assert found in faults[0].found


def test_any_value_of_a_key_and_areas_by_tags(city):
    toml = WHOLE.replace('where = { amenity = ["bank", "atm"] }', 'osm = { amenity = "bank", shop = "*" }')
    toml = toml.replace("[siting.data.area]\n" + FILE, f'[siting.data.area]\n{FILE}osm = {{ leisure = "park" }}\n')
    city.toml(toml)
    data = load_siting_data(city.load())
    assert len(data.competitors) > 100
    assert 0 < data.area.area < 1e6


@pytest.mark.shared
def test_counts_of_the_shared_extract_hold(shared):
    path = shared / "data/helsinki/Helsinki.osm.pbf"
    counted = {"bank": 0, "atm": 0, "post_office": 0, "mobile_phone": 0, "building": 0}
    for thing in osmium.FileProcessor(str(path)):
        for key in (
            thing.tags.get("amenity"),
            thing.tags.get("shop"),
            "building" if "building" in thing.tags else None,
        ):
            if key in counted:
                counted[key] += 1
    assert counted == {"bank": 17, "atm": 18, "post_office": 2, "mobile_phone": 6, "building": 536}


@pytest.mark.shared
def test_sao_paulo_straight_from_its_extract(tiny, shared):
    shutil.copy(shared / "data/sao_paulo/spo_osm.pbf", tiny.folder / "data/city.osm.pbf")
    shutil.copy(shared / "data/sao_paulo/spo_hexgrid_EPSG32723.gpkg.zip", tiny.folder / "data/hexagons.zip")
    tiny.toml(
        f"""{HEAD}
[siting.data.demand]
file = "data/hexagons.zip"
columns = {{ weight = "population" }}
[siting.data.candidates.generate]
[siting.data.competitors]
{FILE}osm = {{ shop = "mall", amenity = "fuel" }}
[siting.data.stops]
{FILE}[siting.data.streets]
{FILE}[siting.locate]
outlets = 2
"""
    )
    found = check(tiny.load())
    assert not found.faults
    rows = {count.note.split(",")[0]: count.rows for count in found.counts}
    assert (rows["competitors"], rows["stops"], rows["demand"]) == (9, 61, 323)
    codes = {remark.code for remark in found.remarks}
    assert {"no-bounds", "streets-disconnected"} <= codes
