"""Read the cells of a column, whatever they came in as, as text, numbers or flags."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TRUE = frozenset({"true", "yes", "y", "1", "1.0", "t"})
FALSE = frozenset({"false", "no", "n", "0", "0.0", "f"})
EXACT = 2**53
"""Whole numbers up to here survive as a float; above it neighbours become one."""


def as_text(cells: pd.Series) -> pd.Series:
    """Return cells as stripped text; whole numbers lose their ``.0``, missing cells become ``""``.

    >>> as_text(pd.Series([360610001001000.0, None])).tolist()
    ['360610001001000', '']
    """
    if pd.api.types.is_float_dtype(cells):
        whole = cells.isna() | ((cells == np.floor(cells)) & (cells.abs() < EXACT))
        if bool(whole.all()):
            return cells.astype("Int64").astype("str").where(cells.notna(), "")
    elif pd.api.types.is_object_dtype(cells):
        cells = cells.map(_without_point)
    return cells.astype("str").where(cells.notna(), "").str.strip()


def _without_point(cell: object) -> object:
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT
    return int(cell) if whole and isinstance(cell, float) else cell


def as_numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return cells as numbers, shape (n,); NaN where a cell is empty, no number, or not finite."""
    if pd.api.types.is_bool_dtype(cells):
        return np.full(len(cells), np.nan)
    numeric = cells if pd.api.types.is_numeric_dtype(cells) else pd.to_numeric(as_text(cells), errors="coerce")
    numbers = numeric.to_numpy(np.float64, na_value=np.nan).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def as_flags(cells: pd.Series, *, default: bool) -> NDArray[np.bool_]:
    """Return cells as yes or no, shape (n,); empty cells hold the default."""
    text = as_text(cells).str.lower()
    flags = text.isin(TRUE).to_numpy(dtype=bool, copy=True)
    flags[(text == "").to_numpy()] = default
    return flags


def is_empty(cells: pd.Series) -> NDArray[np.bool_]:
    """Tell which cells hold nothing, or only spaces, shape (n,)."""
    if pd.api.types.is_numeric_dtype(cells):
        return cells.isna().to_numpy(dtype=bool)
    return (as_text(cells) == "").to_numpy(dtype=bool)
