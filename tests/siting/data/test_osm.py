"""OpenStreetMap features to places, by hand and on the shipped extract."""

from __future__ import annotations

import datetime as dt
from importlib.resources import as_file, files

import numpy as np
import pytest
import shapely

from outlet.errors import InputError
from outlet.samples import SampleRequest
from siting.data.osm.choice import project_choice
from siting.data.osm.extract import Extract, Features
from siting.data.osm.places import find_homes, find_outlets, find_stops, find_streets, find_water, is_central_bank
from siting.data.osm.rules import osm_rules
from siting.data.osm.stream import read_extract
from siting.data.samples import from_osm

RULES = osm_rules()
NONE = Features((), (), np.empty(0, dtype=object))


def features(*rows):
    ids, tags, shapes = zip(*rows, strict=True)
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return Features(tuple(ids), tuple(tags), held)


def extract(points=NONE, lines=NONE, areas=NONE):
    return Extract(points, lines, areas, shapely.box(3.0, 48.7, 3.1, 48.8), ())


def bank(number, **tags):
    return (f"n{number}", {"amenity": "bank"} | tags, shapely.Point(3.05, 48.75))


def test_brand_then_operator_then_name():
    places = features(
        bank(1, brand="Nordea", name="Kontor"),
        bank(2, operator="NORDEA"),
        bank(3, name="Nordea Hakaniemi"),
        bank(4, brand="Aktia", name="Nordea"),
        bank(5, name="Nordeala"),
        bank(6, name="Suomen Pankki"),
        ("n7", {"amenity": "atm", "operator": "Nordea"}, shapely.Point(3.05, 48.75)),
        ("n8", {"amenity": "atm"}, shapely.Point(3.05, 48.75)),
        ("n9", {"amenity": "bank", "name": "Nordea"}, shapely.Point(9, 9)),
    )
    found = find_outlets(extract(places), RULES, sector="bank", brand="nordea")
    assert found.existing["id"].tolist() == ["n1", "n2", "n3"]
    assert found.competitors["id"].tolist() == ["n4", "n5", "n8"]
    assert found.competitors["attraction"].tolist() == [1, 1, 0.1]
    assert "3 outlets are nordea's (1 by brand, 1 by operator, 1 by name); 3 are rivals" in found.notes
    assert any("Suomen Pankki" in note for note in found.notes)


def test_brand_that_matches_nothing_lists_the_names():
    places = features(bank(1, name="Aktia"), bank(2, operator="OP", name="Helsingin OP"))
    with pytest.raises(InputError, match=r"--brand 'Chase' matches no bank outlet.*: Aktia, Helsingin OP, OP$"):
        find_outlets(extract(places), RULES, sector="bank", brand="Chase")


@pytest.mark.parametrize(
    "tags", [{"name": "Suomen Pankki"}, {"office": "central_bank"}, {"name": "中国人民银行上海总部"}]
)
def test_central_banks_are_no_rivals(tags):
    assert is_central_bank(tags, RULES)
    assert not is_central_bank({"name": "Pankki"}, RULES)


def test_stops_of_one_name_close_together_are_one():
    step = 0.0005
    places = features(
        ("n1", {"railway": "tram_stop", "name": "Tori"}, shapely.Point(3.05, 48.75)),
        ("n2", {"railway": "tram_stop", "name": "Tori"}, shapely.Point(3.05 + step, 48.75)),
        ("n3", {"highway": "bus_stop", "name": "Tori"}, shapely.Point(3.05, 48.75)),
        ("n4", {"railway": "station", "station": "subway", "name": "Tori"}, shapely.Point(3.05, 48.75)),
        ("n5", {"railway": "signal"}, shapely.Point(3.05, 48.75)),
    )
    stops, notes = find_stops(extract(places), RULES)
    assert stops[["id", "mode", "station"]].to_numpy().tolist() == [
        ["n1", "tram", False], ["n3", "bus", False], ["n4", "metro", True],
    ]  # fmt: skip
    assert stops.geometry.x[0] == pytest.approx(3.05 + step / 2)
    assert "4 stop points were merged into 3 stops" in notes[0]


def test_homes_are_counted_and_every_assumption_told():
    def block(west):
        return shapely.box(3.01 + west, 48.71, 3.0103 + west, 48.7102)

    areas = features(
        (
            "w1",
            {"building": "apartments", "building:levels": "5", "addr:street": "Main", "addr:housenumber": "1"},
            block(0),
        ),
        ("w2", {"building": "yes"}, block(0.001)),
        ("w3", {"building": "yes", "office": "company"}, block(0.002)),
        ("w4", {"building": "church"}, block(0.003)),
        ("w5", {"building": "yes"}, block(0.004)),
        ("w6", {"landuse": "commercial"}, shapely.box(3.0139, 48.709, 3.0150, 48.711)),
        ("w7", {"building": "apartments"}, shapely.box(3.02, 48.71, 3.02001, 48.71001)),
        ("w8", {"building": "apartments"}, block(1)),
    )
    homes, notes = find_homes(extract(areas=areas), RULES)
    assert homes["id"].tolist() == ["w1", "w2"]
    assert homes["name"].tolist() == ["Main 1", "w2"]
    assert homes["storeys"].tolist() == [5, 3]
    assert homes["floor_m2"][0] / homes["floor_m2"][1] == pytest.approx(5 / 3, rel=1e-3)
    assert notes == [
        "2 of 6 buildings are taken as lived in: 1 tagged as homes, 1 untagged, not occupied otherwise",
        "left out: 2 buildings tagged as something else, 1 untagged on land used otherwise, 1 of less than 40 m²",
        "1 of 2 have no building:levels; 3 storeys assumed",
    ]


def test_streets_and_sea():
    line = shapely.LineString
    ways = features(
        ("w1", {"highway": "footway", "name": "Polku"}, line([(3.01, 48.71), (3.02, 48.71)])),
        ("w2", {"highway": "service", "access": "private"}, line([(3.01, 48.71), (3.02, 48.71)])),
        ("w3", {"highway": "service", "access": "private", "foot": "yes"}, line([(3.01, 48.71), (3.02, 48.71)])),
        ("w4", {"natural": "coastline"}, line([(2.9, 48.75), (3.2, 48.75)])),
    )
    assert find_streets(extract(lines=ways), RULES)["id"].tolist() == ["w1", "w3"]
    (sea,) = find_water(extract(lines=ways), RULES).geometry
    assert sea.bounds == pytest.approx((3.0, 48.7, 3.1, 48.75))


def test_shipped_extract_tells_what_was_cut_and_dropped():
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        found = read_extract(path, project_choice(RULES, "bank"))
        with pytest.raises(InputError, match=r"matches no telecom outlet.*DNA, Elisa"):
            from_osm(SampleRequest(osm=path, brand="Vodafone", sector="telecom"))
        assert from_osm(SampleRequest(osm=path, brand="elisa", sector="telecom")).project["sector"] == '"telecom"'
    told = {remark.code: remark for remark in found.remarks}
    assert "15 areas have rings that cannot be closed; dropped: r6077, r167264" in told["areas-dropped"].text
    assert "w123533053" in told["areas-dropped"].rows
    assert {"ways-cut", "ways-dropped", "areas-cut", "areas-mended"} <= told.keys()
    assert found.as_of == dt.date(2019, 4, 21)
