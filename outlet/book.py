"""Draw workbooks for people: looks made once, sheets that print well, names that a spreadsheet accepts.

The same content gives the same bytes: a workbook is said to be made on the project's ``as_of``. Texts are written as
texts, so that none is run as a formula or taken for a link.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

INK = "#1F2933"
FAINT = "#6B7280"
RULE = "#C9CED6"
HEAD = "#E8ECF1"
A3, A4 = 8, 9
WIDE = 0x2E80
CELL_SIGNS = 32_000
SHEET_SIGNS = 31

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]")
_RESERVED = ("", "history")

Style = Mapping[str, str | int | bool]

BOX: Style = {"border": 1, "border_color": RULE}
CENTRE: Style = {**BOX, "align": "center"}
HEADING: Style = {**CENTRE, "bold": True, "bg_color": HEAD}
LEFT_HEADING: Style = {**BOX, "bold": True, "bg_color": HEAD}
TITLE: Style = {"bold": True, "font_size": 16}
SUBTITLE: Style = {"font_color": FAINT, "font_size": 10}


class Pen:
    """Make the looks of one workbook, each once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.looks: dict[tuple[tuple[str, str | int | bool], ...], Format] = {}

    def look(self, style: Style) -> Format:
        """Return the format of a style."""
        full = {"font_name": "Arial", "font_size": 9, "font_color": INK, "valign": "vcenter", **style}
        key = tuple(sorted(full.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format(full)
        return self.looks[key]


@contextmanager
def open_book(path: Path, title: str, as_of: dt.date) -> Iterator[Workbook]:
    """Write a workbook that is said to be made on a day."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": dt.datetime.combine(as_of, dt.time())})
        yield book


def set_page(sheet: Worksheet, *, paper: int, rows: tuple[int, int], one_page: bool = False) -> None:
    """Print a sheet across, as wide as the paper, with title rows on every page and the pages numbered.

    Where ``one_page``, all rows are on one page, drawn smaller where they must.
    """
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(1, 1 if one_page else 0)
    sheet.repeat_rows(*rows)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&R&P / &N")
    sheet.hide_gridlines(2)


def text_width(texts: Iterable[str], *, most: int = 40) -> int:
    """Return a column's width in characters that holds the texts; wide characters count twice.

    >>> text_width(["Kamppi", "河畔"])
    8
    """
    widths = [sum(2 if ord(sign) > WIDE else 1 for sign in text) for text in texts]
    return min(max(widths, default=0) + 2, most)


def cell_text(text: str) -> str:
    """Return a text that fits a cell, cut where it is longer than a spreadsheet takes."""
    return text if len(text) <= CELL_SIGNS else f"{text[: CELL_SIGNS - 1]}…"


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return names of sheets that a spreadsheet accepts: no forbidden signs, at most 31 long, told apart.

    >>> sheet_names(["Mall [A/B]", "mall  A B", "'History'", "History"])
    ['Mall A B', 'mall A B (2)', '’History’', 'History (2)']
    """
    taken = set(_RESERVED)
    names = []
    for text in wanted:
        plain = " ".join(_FORBIDDEN.sub(" ", text.replace("'", "’")).split())
        name, count = _cut(plain, SHEET_SIGNS), 1
        while name.casefold() in taken:
            count += 1
            end = f" ({count})"
            name = (_cut(plain, SHEET_SIGNS - len(end)) + end).strip()
        taken.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text that is at most so many UTF-16 units long, as spreadsheets count."""
    whole = text.encode("utf-16-le", "replace")[: 2 * most].decode("utf-16-le", "ignore")
    return whole.strip()
