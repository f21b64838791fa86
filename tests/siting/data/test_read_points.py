"""Coordinates in every spelling become points, or a fault of their row."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import TableError
from siting.data.check import check
from siting.data.files.points import read_coordinates
from siting.data.load import load_siting_data
from siting.data.read import Source, read_source


@pytest.fixture
def read(tmp_path):
    def call(text, *, lon="lon", lat="lat", **about):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        return read_source(Source(path, "data/a.csv", **about), columns=["id"], lon=lon, lat=lat)

    return call


def spots(raw):
    return {row: None if shape is None else (shape.x, shape.y) for row, shape in raw.frame.geometry.items()}


def faults(raw):
    return [(fault.code, fault.row, fault.column, fault.found) for fault in raw.faults]


def degrees(text, letters="EWO"):
    values, found = read_coordinates(Source(None, "a"), pd.Series([text], index=[1], name="lon"), letters)
    return None if found else values[0]


@pytest.mark.parametrize(
    ("text", "letters", "value"),
    [
        ("24.9384", "EWO", 24.9384),
        ("24,9384", "EWO", 24.9384),
        ("-24,9384", "EWO", -24.9384),
        ("24.9384° E", "EWO", 24.9384),
        ("73°58'26\"W", "EWO", -(73 + 58 / 60 + 26 / 3600)),
        ("73° 58′ 26,5″ O", "EWO", 73 + 58 / 60 + 26.5 / 3600),
        ("40°26'46\"N", "NS", 40 + 26 / 60 + 46 / 3600),
        ("S 33°27.5'", "NS", -(33 + 27.5 / 60)),
        ("−33,45", "NS", None),
        ("40°26'46\"E", "NS", None),
        ("40°61'N", "NS", None),
        ("N 40° N", "NS", None),
        ("-40° S", "NS", None),
        ("about 40", "NS", None),
        ("1,234,567", "EWO", None),
    ],
)
def test_degrees_are_understood_or_refused(text, letters, value):
    read = degrees(text, letters)
    assert read == (None if value is None else pytest.approx(value)) or (text == "−33,45" and read == -33.45)


@given(st.floats(-180, 180), st.floats(-90, 90))
@settings(max_examples=50, deadline=None)
def test_numbers_with_a_comma_are_the_numbers(lon, lat):
    for value in (lon, lat):
        text = f"{value:.6f}"
        assert degrees(text.replace(".", ",")) == float(text)


def test_columns_of_coordinates(read):
    raw = read("id;lon;lat\na;24,93;60,17\nb;;\nc;25,0001;60,2\n")
    assert spots(raw) == {1: (24.93, 60.17), 2: None, 3: (25.0001, 60.2)}
    assert raw.columns == ("id", "lon", "lat")
    assert raw.frame.crs is None
    assert list(raw.frame["id"]) == ["a", "b", "c"]


def test_every_cell_that_is_no_coordinate_is_named(read):
    raw = read("id,lon,lat\na,24.9,60.1\nb,east,60.2\nc,25,61\nd,24.9,nowhere\n")
    assert faults(raw) == [
        ("not-a-number", 2, "lon", "'east'"),
        ("not-a-number", 4, "lat", "'nowhere'"),
    ]
    assert spots(raw) == {1: (24.9, 60.1), 3: (25, 61)}


def test_commas_that_could_part_thousands_are_refused(read):
    raw = read("id;lon;lat\na;385,123;60,17\nb;386,456;60,18\n")
    assert faults(raw) == [
        ("not-a-number", 1, "lon", "'385,123', which could be 385.123 or 385123"),
        ("not-a-number", 2, "lon", "'386,456', which could be 386.456 or 386456"),
    ]


def test_missing_columns_are_all_named(read):
    raw = read("id,x,y\na,1,2\n")
    assert [(fault.code, fault.column) for fault in raw.faults] == [
        ("missing-column", "lon"),
        ("missing-column", "lat"),
    ]
    assert not raw.is_placed
    raw = read("id,x,y\na,1,2\n", point="where")
    assert ["expected a column 'where'" in str(fault) for fault in raw.faults] == [True]


@pytest.mark.parametrize(
    ("text", "fixes"),
    [
        (
            "population,Longitude,LAT\n1,2,3\n",
            ('Map it: columns = { lon = "Longitude" }.', 'columns = { lat = "LAT" }'),
        ),
        ("人口,经度,纬度\n1,2,3\n", ('columns = { lon = "经度" }', 'columns = { lat = "纬度" }')),
        ('id,place\na,"35.9, 136.2"\n', ('columns = { point = "place" }', 'columns = { point = "place" }')),
        ("id,platform\na,3\n", ("Map it in the layer's columns.", "Map it in the layer's columns.")),
    ],
)
def test_columns_that_look_like_coordinates_are_offered(read, text, fixes):
    raw = read(text)
    for fault, fix in zip(raw.faults, fixes, strict=True):
        assert fix in fault.fix


@pytest.mark.parametrize(
    "text",
    [
        'id,place\na,"(35.94, 136.18)"\nb,"36.0, 136.2"\nc,\n',
        'id,place\na,35.94 136.18\nb,"[36.0; 136.2]"\nc,\n',
        "id,place\na,POINT (136.18 35.94)\nb,SRID=4326;Point Z(136.2 36.0 12)\nc,\n",
        'id,place\na,"136.18, 35.94"\nb,"136.2, 36.0"\nc,\n',
    ],
)
def test_one_column_holds_both(read, text):
    assert spots(read(text, point="place")) == {1: (136.18, 35.94), 2: (136.2, 36.0), 3: None}


def test_the_order_is_asked_for_where_both_could_be(read):
    text = 'id,place\na,"60.17, 24.94"\nb,"60.2, 25.0"\n'
    with pytest.raises(
        TableError, match=r"pairs such as 60.17, 24.94, whose order is not clear.*Set point_order"
    ) as caught:
        read(text, point="place")
    assert [fault.code for fault in caught.value.faults] == ["ambiguous-order"]
    assert spots(read(text, point="place", point_order="lat-lon"))[1] == (24.94, 60.17)
    assert spots(read(text, point="place", point_order="lon-lat"))[1] == (60.17, 24.94)
    assert spots(read(text.replace("place", "lat_lng"), point="lat_lng"))[1] == (24.94, 60.17)
    assert spots(read(text.replace("place", "lon/lat"), point="lon/lat"))[1] == (60.17, 24.94)


def test_pairs_that_are_none_are_named(read):
    raw = read('id,place\na,"(35.94, 136.18)"\nb,Sabae\nc,35.94\n', point="place")
    assert faults(raw) == [("not-a-number", 2, "place", "'Sabae'"), ("not-a-number", 3, "place", "'35.94'")]
    assert list(raw.frame.index) == [1]


def test_ids_that_lost_digits_are_named(read):
    raw = read("id,lon,lat\n3.6061E+14,1,2\n360610001001000,1,2\n", id="id")
    assert [(code, row) for code, row, _, _ in faults(raw)] == [("lossy-id", 1)]


def test_a_project_says_it_in_its_settings(tiny):
    tiny.write("data/candidates.csv", 'id;place\n001;"(48.7, 3.001)"\n\n002;"(48.7, 3.003)"\nTotal;\n')
    settings = (
        "siting.data.candidates.columns={point='place'}",
        "siting.data.candidates.point_order='lat-lon'",
        "siting.data.candidates.skip={id=['total']}",
        "siting.data.candidates.separator=';'",
    )
    found = check(tiny.load(*settings))
    assert found.faults == ()
    assert ("rows-skipped", (4,)) in [(remark.code, remark.rows) for remark in found.remarks]
    data = load_siting_data(tiny.load(*settings), layers=["candidates"])
    spots = data.candidates.geometry.to_crs(4326)
    assert [(round(spot.x, 6), round(spot.y, 6)) for spot in spots] == [(3.001, 48.7), (3.003, 48.7)]
    unclear = check(tiny.load(settings[0], *settings[2:]))
    assert {(fault.input, fault.code) for fault in unclear.faults} == {("data/candidates.csv", "ambiguous-order")}
