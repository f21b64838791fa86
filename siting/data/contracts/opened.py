"""Read when an outlet opened: a year, a month, or a day in whichever order its column shows.

``1998``, ``1998-05`` and ``1998-05-01`` (also with / or . between, and with a time of day after it) are plain.
``5/1/1998`` is read only where the planner says what comes first, or a cell of the column, such as ``5/31/1998``,
allows one order only.
"""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.data.cells import as_text

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})" + _TIME + r")?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_MONTHS = 12
EARLIEST = 1400
EXPECTED = "a year, or a date such as 1998-05-01"


def read_opened(cells: pd.Series, *, day_first: bool | None) -> NDArray[np.float64]:
    """Return when outlets opened as years with decimals, shape (n,); NaN where a cell is empty or cannot be read.

    A year alone counts as its middle, a month as its first day.

    Examples
    --------
    >>> read_opened(pd.Series(["1998", "1998-07-02", "5/1/1998", ""]), day_first=None).round(2).tolist()
    [1998.5, 1998.5, nan, nan]
    """
    texts = as_text(cells)
    order = _order(texts) if day_first is None else day_first
    known = {text: _year_of(text, order) for text in texts.unique()}
    return np.array([known[text] for text in texts], dtype=np.float64)


def years_of(day: dt.date) -> float:
    """Return a day as a year with decimals.

    >>> years_of(dt.date(2026, 7, 2))
    2026.4986301369863
    """
    first = dt.date(day.year, 1, 1)
    length = (dt.date(day.year + 1, 1, 1) - first).days if day.year < dt.MAXYEAR else 365
    return day.year + (day - first).days / length


def _order(texts: pd.Series) -> bool | None:
    """Return whether the day comes first in a column, None where no cell, or cells at odds, say so."""
    found = [match for text in texts.unique() if (match := _YEAR_LAST.fullmatch(text))]
    day = any(int(match[1]) > _MONTHS for match in found)
    month = any(int(match[2]) > _MONTHS for match in found)
    return day if day != month else None


def _year_of(text: str, day_first: bool | None) -> float:
    plain = _YEAR_FIRST.fullmatch(text)
    if plain is not None:
        if plain[2] is None:
            return int(plain[1]) + 0.5 if int(plain[1]) >= EARLIEST else float("nan")
        return _decimal(int(plain[1]), int(plain[2]), int(plain[3] or 1))
    turned = _YEAR_LAST.fullmatch(text)
    if turned is None:
        return float("nan")
    first, second = int(turned[1]), int(turned[2])
    if day_first is None:
        return _decimal(int(turned[3]), first, second) if first == second else float("nan")
    month, day = (second, first) if day_first else (first, second)
    return _decimal(int(turned[3]), month, day)


def _decimal(year: int, month: int, day: int) -> float:
    try:
        return years_of(dt.date(year, month, day)) if year >= EARLIEST else float("nan")
    except ValueError:
        return float("nan")
