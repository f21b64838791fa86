"""Turn the columns of a file into text, numbers and flags.

What a cell may hold is said once, in the layer's contract (`siting.data.contracts.tables`); reading a cell that breaks
it gives an empty text or NaN, never an error.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.data.cells import as_flags, as_numbers, as_text, is_empty
from outlet.findings import Remark
from siting.data.files.source import Source


class Columns:
    """The rows of one file, read column by column; ``remarks`` grows as columns are read.

    Parameters
    ----------
    source
        The file.
    frame
        Its rows, indexed by data row from 1.
    known
        All column names of the file.
    named
        The fields of the settings' ``columns`` table that the planner wrote, whose columns must be there.
    """

    def __init__(
        self, source: Source, frame: gpd.GeoDataFrame, known: Sequence[str], named: Collection[str] = ()
    ) -> None:
        self.source = source
        self.frame = frame
        self.known = tuple(known)
        self.named = frozenset(named)
        self.remarks: list[Remark] = []

    def has(self, column: str) -> bool:
        """Tell whether the column is there."""
        return column in self.frame.columns

    def text(self, column: str, default: str = "") -> pd.Series:
        """Return a text column; empty cells hold the default."""
        if not self.has(column):
            return pd.Series(default, index=self.frame.index, dtype="str")
        text = as_text(self.frame[column])
        return text.where(text != "", default)

    def optional_text(self, column: str) -> pd.Series:
        """Return a text column of dtype object in which empty cells hold None."""
        return pd.Series([value or None for value in self.text(column)], index=self.frame.index, dtype=object)

    def ids(self, column: str, prefix: str) -> pd.Series:
        """Return ids; without the column, the prefix and the row's number."""
        if not self.has(column):
            return pd.Series([f"{prefix}{row}" for row in self.frame.index], index=self.frame.index, dtype="str")
        return as_text(self.frame[column])

    def names(self, column: str, ids: pd.Series) -> pd.Series:
        """Return names; a row without one, or with spaces only, is called by its id, which a remark counts."""
        text = self.text(column)
        blank = text == ""
        if self.has(column) and bool(blank.any()):
            told = (
                f"{int(blank.sum())} of {len(text)} rows have an empty or blank {column!r} and are called by their id"
            )
            self.remarks.append(self.remark("blank-names", told, blank.to_numpy(dtype=bool)))
        return text.where(~blank, ids)

    def numbers(self, column: str, default: float = np.nan) -> NDArray[np.float64]:
        """Return a column of numbers; empty cells hold the default, cells that are no number NaN."""
        if not self.has(column):
            return np.full(len(self.frame), default)
        cells = self.frame[column]
        return np.where(is_empty(cells), default, as_numbers(cells))

    def flags(self, column: str, *, default: bool) -> NDArray[np.bool_]:
        """Return a column of yes or no; empty cells hold the default."""
        if not self.has(column):
            return np.full(len(self.frame), default)
        return as_flags(self.frame[column], default=default)

    def fill_zero(self, column: str) -> None:
        """Put 0 into the empty cells of a column, which a remark counts."""
        if not self.has(column):
            return
        cells = self.frame[column]
        empty = is_empty(cells)
        if empty.any():
            zero = 0 if pd.api.types.is_numeric_dtype(cells) else "0"
            self.frame = self.frame.assign(**{column: cells.where(~empty, zero)})
            told = f"{int(empty.sum())} empty cells of {column} were taken as 0"
            self.remarks.append(self.remark("repaired", told, empty))

    def drop_repeats(self, column: str) -> None:
        """Drop the rows whose id an earlier row has, which a remark counts."""
        if not self.has(column):
            return
        text = as_text(self.frame[column])
        repeated = (text.duplicated(keep="first") & (text != "")).to_numpy(dtype=bool)
        if repeated.any():
            told = f"{int(repeated.sum())} rows with a repeated id were dropped"
            self.remarks.append(self.remark("repaired", told, repeated))
            self.frame = self.frame[~repeated]

    def remark(self, code: str, text: str, mask: NDArray[np.bool_]) -> Remark:
        """Return a remark on the rows that the mask marks."""
        return Remark(self.source.name, code, text, rows_of(self.frame, mask))


def rows_of(frame: pd.DataFrame, mask: NDArray[np.bool_]) -> tuple[int | str, ...]:
    """Return the labels of the rows that a mask marks, as the planner counts them."""
    return tuple(int(row) if isinstance(row, int | np.integer) else str(row) for row in frame.index[mask])


def keep_rows(frame: gpd.GeoDataFrame, column: str, values: object, *, keep: bool) -> gpd.GeoDataFrame:
    """Return the rows whose column holds (``keep``) or does not hold one of the values."""
    wanted = values if isinstance(values, tuple) else (values,)
    texts = {str(value).lower() if isinstance(value, bool) else str(value) for value in wanted}
    text = as_text(frame[column])
    held = text.isin(texts) | text.str.lower().isin({t for t in texts if t in ("true", "false")})
    return frame[held if keep else ~held]
