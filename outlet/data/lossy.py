"""Find ids that lost digits on their way through a spreadsheet."""

from __future__ import annotations

import pandas as pd

from outlet.errors import Fault

SCIENTIFIC = r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+"
LONG_FLOAT = r"\d{16,}\.0+"
FIX = "Format the column as text in the spreadsheet, take the ids from their source again, and save."


def lossy_ids(column: pd.Series, label: str) -> list[Fault]:
    """Return a fault for every id that is written like ``3.6061E+14`` or is longer than a float holds.

    Parameters
    ----------
    column
        Ids as text, indexed by data row.
    label
        How messages name the file.
    """
    if not pd.api.types.is_string_dtype(column):
        return []
    scientific = column.str.fullmatch(SCIENTIFIC).fillna(False).astype(bool)
    wrong = column[scientific | column.str.fullmatch(LONG_FLOAT).fillna(False).astype(bool)]
    # An id such as 1e5 is likely a name of somebody's making where its neighbours look nothing like numbers.
    digits = column[(column != "") & ~scientific].str.fullmatch(r"\d+(?:\.0+)?")
    if len(wrong) and len(digits) and not bool(digits.any()):
        return []
    return [
        Fault(
            label,
            code="lossy-id",
            found=f"{text!r}, a number that lost digits",
            expected="the whole id, as text",
            fix=FIX,
            row=int(str(row)),
            column=str(column.name),
        )
        for row, text in wrong.items()
    ]
