"""Tables come in as the text they are; what is no row of data is named by row."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.data.lossy import lossy_ids
from outlet.data.skipping import SkipRules
from outlet.data.table import TableForm, examine_table, is_table, parse_table, read_table
from outlet.errors import TableError


def rows(table):
    return {row: tuple(cells) for row, cells in zip(table.frame.index, table.frame.to_numpy(), strict=True)}


def parse(text, **form):
    return parse_table(text.encode(), "data/a.csv", TableForm(**form))


def faults(text, **form):
    with pytest.raises(TableError) as caught:
        parse(text, **form)
    return [(fault.code, fault.row, fault.found) for fault in caught.value.faults]


def told(path):
    with pytest.raises(TableError) as caught:
        read_table(path, f"data/{path.name}")
    return str(caught.value)


def test_what_cannot_be_opened_says_what_to_do(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "Close it in other programs, and allow it to be read." in told(tmp_path / "folder.csv")
    (tmp_path / "empty.csv").touch()
    assert "found an empty table; expected a header row and rows below it. Export it again" in told(
        tmp_path / "empty.csv"
    )
    (tmp_path / "~$people.xlsx").write_bytes(b"\x05Anna")
    assert "leaves beside an open workbook; expected a workbook with a header row. Name people.xlsx." in told(
        tmp_path / "~$people.xlsx"
    )


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]), max_size=8).map(str.strip)


@given(st.lists(st.tuples(st.sampled_from(["a1", "b2"]), CELLS, CELLS), max_size=6), st.sampled_from(",;\t|"))
@settings(max_examples=50, deadline=None)
def test_cells_come_through(cells, separator):
    lines = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    table = parse("\r\n".join([separator.join(["id", "name", "note"]), *lines, ""]))
    found = table.frame.to_numpy().tolist()
    assert len(found) == len(cells)
    for read, row in zip(found, cells, strict=True):
        for cell, meant in zip(read, row, strict=True):
            assert cell == meant or meant.endswith("0")


def test_a_table_is_text_indexed_from_one():
    table = parse("id, name ,weight\n007,\u3000朝阳 ,1.50\n\n008,,2\n")
    assert list(table.frame.columns) == ["id", "name", "weight"]
    assert rows(table) == {1: ("007", "朝阳", "1.50"), 3: ("008", "", "2")}
    assert table.remarks == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id;lon;lat\na;24,9;60,1\nb;25,0;60,2\n", ("a", "24,9", "60,1")),
        ("id\tname\na\tx, y; z\n", ("a", "x, y; z")),
        ("id|n\na|1,2,3\nb|4,5,6\n", ("a", "1,2,3")),
        ("id\na\n", ("a",)),
        ('id,name\na,"two\nlines"\n', ("a", "two\nlines")),
        ('id,name\na,"say ""hi"""\n', ("a", 'say "hi"')),
        ("id,n\ra,1\rb,2\r", ("a", "1")),
        ('id,size\na,5" pipe\n', ("a", '5" pipe')),
        ("id,name,\na,x,\n", ("a", "x")),
    ],
)
def test_separators_and_quotes_are_found_out(text, expected):
    assert rows(parse(text))[1] == expected


def test_a_separator_can_be_stated():
    assert rows(parse("a~b\n1~2\n", separator="~")) == {1: ("1", "2")}


def test_ids_lose_the_fraction_that_floats_gave_them():
    table = parse("geoid,med_age,n\n360610001001000.0,0.0,1.0\n,61.5,2.0\n")
    assert rows(table) == {1: ("360610001001000", "0.0", "1"), 2: ("", "61.5", "2")}
    assert rows(parse("v\n1.20\n2.30\n")) == {1: ("1.20",), 2: ("2.30",)}


def test_ids_that_lost_digits_are_named():
    frame = parse("id\n3.6061E+14\n360610001001000\n3606100010010001234.0\n").frame
    found = lossy_ids(frame["id"], "data/a.csv")
    assert [(fault.code, fault.row, fault.found) for fault in found] == [
        ("lossy-id", 1, "'3.6061E+14', a number that lost digits"),
        ("lossy-id", 3, "'3606100010010001234.0', a number that lost digits"),
    ]
    assert lossy_ids(parse("id\n12e5\nab7\n").frame["id"], "data/a.csv") == []


def test_ragged_rows_are_named_and_the_others_kept():
    text = "id,name\na,x\nb,x,y\nc\nd,x\ne,x\n"
    assert faults(text) == [("ragged-row", 2, "3 cells"), ("ragged-row", 3, "1 cells")]
    assert faults("a,b\n1,2,3\n1,2,3\n") == [("ragged-row", 1, "3 cells, and 1 more rows like it")]
    assert rows(parse("a,b\n1,2,,\n3,4\n")) == {1: ("1", "2"), 2: ("3", "4")}


@pytest.mark.parametrize(
    ("text", "code", "row", "found"),
    [
        ("", "empty-layer", None, "an empty table"),
        ("\n\n , \n", "empty-layer", None, "an empty table"),
        ("id,n\na,1\nb,\0\n", "unreadable", 2, "a character of value 0, as in damaged or binary files"),
        ('id,n\na,"1\nb,2\n', "unreadable", None, "cells that cannot be told apart on line 3 (unexpected end of data)"),
        ('id,n\na,"1"2\n', "unreadable", None, "cells that cannot be told apart on line 2 (',' expected after '\"')"),
    ],
)
def test_what_is_no_table_is_told(text, code, row, found):
    assert faults(text) == [(code, row, found)]


def test_a_header_alone_is_a_table_of_no_rows():
    assert rows(parse("id,name\n")) == {}
    assert list(parse("id,name").frame.columns) == ["id", "name"]


def test_titles_above_the_header_are_offered_and_not_guessed():
    text = "Population by district\nSource: city,,\n\nid,name,people\na,x,1\nb,y,2\n"
    ((code, _, found),) = faults(text)
    assert (code, found) == ("no-header", "1 name(s) in row 1 above 3 columns")
    with pytest.raises(TableError, match=r"Row 4 looks like the header \(id, name, people\): set header_row = 4"):
        parse(text)
    assert rows(parse(text, header_row=4)) == {1: ("a", "x", "1"), 2: ("b", "y", "2")}
    assert faults(text, header_row=3)[0][:2] == ("no-header", None)
    assert faults(text, header_row=40)[0][0] == "no-header"


def test_names_that_repeat_or_lack_are_told():
    table = parse("id,name,name,,\na,x,y,z,\n")
    assert list(table.frame.columns) == ["id", "name", "column 4"]
    assert table.repeated == ("name",)


def test_rows_are_skipped_by_rule_and_counted():
    text = "id,name,people\n1,North,3\n,Subtotal north,3\n2,South,4\nSource: city office\n3,East,7\n,TOTAL,17\n"
    skip = SkipRules(("total", "subtotal*", "source:*"))
    table = parse(text, skip=skip)
    assert list(table.frame.index) == [1, 3, 5]
    (remark,) = table.remarks
    assert (remark.code, remark.rows, remark.text) == ("rows-skipped", (2, 4, 6), "3 rows were skipped by rule")
    by_column = parse(text.replace("Source: city office\n", ""), skip=SkipRules(cells={"name": ("*total*",)}))
    assert list(by_column.frame.index) == [1, 3, 4]
    with pytest.raises(TableError, match="row 4: found 1 cells"):
        parse(text)


TOTALS = [
    ("Total", "a whole"),
    ("合计", "in Chinese"),
    ("小計", "in Japanese"),
    ("Yhteensä", "in Finnish"),
    ("Total general", "in Spanish"),
    ("Summe:", "with a colon"),
    ("Grand Total", "of two words"),
]


@pytest.mark.parametrize(("word", "_how"), TOTALS)
def test_totals_are_named(word, _how):
    ((code, row, found),) = faults(f"id,name,people\n1,North,3\n2,South,4\n,{word},7\n")
    assert (code, row) == ("total-row", 3)
    assert found == f"{word!r}, whose people 7 is the sum of 2 rows"


def test_subtotals_are_named_and_the_rest_kept():
    text = "name,people\nA,1\nB,2\n小计,3\nC,4\nD,5\n小计,9\n总计,12\n"
    assert [(code, row) for code, row, _ in faults(text)] == [("total-row", 3), ("total-row", 6), ("total-row", 7)]


def test_a_total_without_an_id_is_named_by_what_it_lacks():
    places = ("id", "lon", "lat")
    found = faults("id,name,lon,lat,n\na,x,1,2,5\nb,y,1,2,6\n,Total,,,99\n", places=places)
    assert found == [("total-row", 3, "'Total', without id and lon and lat")]


@pytest.mark.parametrize(
    "text",
    [
        "id,name,lon,lat,n\na,Shell,1,2,3\nb,BP,1,2,4\nc,Total,1,2,7\n",
        "id,brand,pumps\na,Total,2\nb,Total,2\nc,Total,4\n",
        "id,name,n\na,Totalheim,3\nb,Summerhill,4\nc,Total Wine,9\n",
        "id,name,n\na,Calle Total,3\nb,x,4\nc,合计村,9\n",
    ],
)
def test_places_called_total_are_no_totals(text):
    assert parse(text, places=("id", "lon", "lat")).faults == ()


def test_what_is_at_fault_is_beside_the_rest(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,n\na,1\nb,2\nTotal,3\nc\n")
    table = examine_table(path, "data/a.csv")
    assert [fault.code for fault in table.faults] == ["ragged-row", "total-row"]
    assert list(table.frame["id"]) == ["a", "b"]


def test_encodings_are_found_and_told():
    text = "id,名称\n1,朝阳门营业厅\n2,西直门店\n"
    table = parse_table(text.encode("gb18030"), "data/a.csv")
    assert table.frame["名称"].tolist() == ["朝阳门营业厅", "西直门店"]
    (remark,) = table.remarks
    assert remark.code == "encoding-detected"
    assert remark.text.startswith("read as GB18030")
    assert parse_table(text.encode("gbk"), "a.csv", TableForm(encoding="GBK")).remarks == ()
    with pytest.raises(TableError, match="a byte at position 3 that is not ascii"):
        parse_table(text.encode("gbk"), "data/a.csv", TableForm(encoding="ascii"))


def test_an_encoding_that_is_stated_wrongly_is_told():
    data = "id,name\n1,朝阳门营业厅\n".encode()
    (remark,) = parse_table(data, "data/a.csv", TableForm(encoding="GB18030")).remarks
    assert remark.code == "encoding-lies"
    assert "its bytes are UTF-8" in remark.text
    assert parse_table(data, "data/a.csv", TableForm(encoding="UTF-8")).remarks == ()


def test_gzip_is_read(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id\n001\n"))
    assert rows(read_table(tmp_path / "a.csv.gz", "a.csv.gz")) == {1: ("001",)}
    assert is_table(tmp_path / "a.csv.gz")
    assert not is_table(tmp_path / "a.geojson.gz")
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(TableError, match="Is a directory"):
        read_table(tmp_path / "dir.csv", "dir.csv")


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "a.xlsx"
    made = xlsxwriter.Workbook(path)
    made.add_worksheet("empty")
    sheet = made.add_worksheet("Data")
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(2, 1, ["id", "name", "opened", "on", "share"])
    sheet.write_row(3, 1, [360610001001000, " Töölö ", "", True, 0.5])
    sheet.write_datetime(3, 3, dt.datetime(2020, 1, 2), day)
    sheet.write_row(5, 1, ["007", "朝阳", "", False, 1])
    made.add_worksheet("Notes").write(0, 0, "hello")
    made.close()
    return path


def test_a_sheet_is_text(book):
    table = read_table(book, "data/a.xlsx")
    assert list(table.frame.columns) == ["id", "name", "opened", "on", "share"]
    assert rows(table) == {
        1: ("360610001001000", "Töölö", "2020-01-02", "true", "0.5"),
        3: ("007", "朝阳", "", "false", "1"),
    }
    (remark,) = table.remarks
    assert (remark.code, remark.text) == ("layer-chosen", "read the sheet 'Data'; not 'empty', 'Notes'")
    assert list(read_table(book, "a.xlsx", TableForm(sheet="Notes")).frame.columns) == ["hello"]
    with pytest.raises(TableError, match=r"no sheet 'X'.* Sheets there: empty, Data, Notes"):
        read_table(book, "a.xlsx", TableForm(sheet="X"))


def far_cell(path, row, column):
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet()
    sheet.write(0, 0, "id")
    sheet.write(row, column, "x")
    made.close()
    return path


def test_a_cell_far_out_cannot_fetch_all_memory(tmp_path):
    path = far_cell(tmp_path / "a.xlsx", 1_048_575, 16_383)
    assert path.stat().st_size < 10_000
    with pytest.raises(TableError) as caught:
        read_table(path, "data/a.xlsx")
    assert [fault.code for fault in caught.value.faults] == ["too-large"]


def test_a_cell_far_down_is_its_row(tmp_path):
    assert rows(read_table(far_cell(tmp_path / "a.xlsx", 200_000, 0), "a.xlsx")) == {200_000: ("x",)}


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table
 table:name="S"><table:table-row table:number-rows-repeated="{rows}"><table:table-cell
 table:number-columns-repeated="{columns}" office:value-type="string"><text:p>x</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(path, down, across):
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS.format(rows=down, columns=across).replace("\n</table", "</table"))
        space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        entry = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}">{entry}</m:manifest>')
    return path


def test_repeated_cells_of_ods_are_bounded(tmp_path):
    assert len(read_table(ods(tmp_path / "a.ods", 3, 1), "a.ods").frame) == 2
    with pytest.raises(TableError) as caught:
        read_table(ods(tmp_path / "b.ods", 1_048_576, 16_384), "data/b.ods")
    assert [fault.code for fault in caught.value.faults] == ["unreadable"]


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".xlsb", ".ods"])
def test_broken_books_are_told(tmp_path, book, suffix):
    path = tmp_path / f"b{suffix}"
    for content in (b"", b"hello", book.read_bytes()[:1500], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        path.write_bytes(content)
        with pytest.raises(TableError) as caught:
            read_table(path, "data/b")
        assert [fault.code for fault in caught.value.faults] == ["unreadable"]


def test_an_empty_book_is_told(tmp_path):
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    made.add_worksheet()
    made.close()
    with pytest.raises(TableError, match="an empty workbook"):
        read_table(tmp_path / "a.xlsx", "a.xlsx")


@pytest.mark.shared
def test_real_tables(shared):
    blocks = read_table(shared / "data/nyc/blocks_census2010_pop.csv.gz", "blocks.csv.gz")
    assert len(blocks.frame) == 39_148
    assert blocks.frame["geoid"].str.fullmatch(r"\d{15}").all()
    places = read_table(shared / "data/nyc/pois_osm_2017.xls", "pois.xls")
    assert len(places.frame) == 16_936
    assert (places.frame["name"] == "").sum() == 6_918
    assert places.frame["osm_id"].str.fullmatch(r"\d+").all()
    assert not blocks.remarks
    assert not places.remarks
