"""Names of sheets, and texts of cells, that every spreadsheet accepts."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from outlet.book import cell_text, open_book, sheet_names

FORBIDDEN = set("[]:*?/\\'")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=20))
def test_names_are_valid_and_told_apart(wanted):
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not FORBIDDEN & set(name)
        assert name == name.strip()
        assert name.casefold() != "history"


def test_names_are_kept_where_they_can_be():
    assert sheet_names(["河畔店", "Mall"]) == ["河畔店", "Mall"]
    assert sheet_names(["a" * 40, "A" * 40]) == ["a" * 31, "A" * 27 + " (2)"]
    assert sheet_names(["", "???"]) == ["(2)", "(3)"]


def test_a_pair_of_surrogates_is_never_cut_in_half():
    assert sheet_names(["😀" * 20]) == ["😀" * 15]


def test_a_workbook_takes_what_they_return(tmp_path):
    wanted = ["=1+1", "a/b", "A?b", "'x'", "😀" * 40, "History"]
    names = sheet_names(wanted)
    with open_book(tmp_path / "book.xlsx", "t", dt.date(2026, 3, 2)) as book:
        for name, text in zip(names, wanted, strict=True):
            book.add_worksheet(name).write_string(0, 0, text)
    with CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")) as read:
        assert read.sheet_names == names
        assert [read.get_sheet_by_name(name).to_python()[0][0] for name in names] == wanted


def test_a_text_longer_than_a_cell_is_cut_with_a_sign():
    assert cell_text("ab") == "ab"
    assert len(cell_text("x" * 40_000)) == 32_000
    assert cell_text("x" * 40_000).endswith("…")
