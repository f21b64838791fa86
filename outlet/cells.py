"""Keep spreadsheets from taking a text for a formula, and read it back as it was."""

from __future__ import annotations

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_text_cell(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula: an apostrophe stands before a sign that would start one.

    >>> as_text_cell("=1+1"), as_text_cell("Kamppi")
    ("'=1+1", 'Kamppi')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def from_text_cell(cell: str) -> str:
    """Return the text that `as_text_cell` wrote.

    >>> from_text_cell("'=1+1"), from_text_cell("'quoted'")
    ('=1+1', "'quoted'")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell
