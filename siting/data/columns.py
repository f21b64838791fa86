"""Turn the columns of a file into text, numbers and flags, and collect every fault on the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import Fault
from siting.data.read import Source, missing_column

TRUE = frozenset({"true", "yes", "y", "1", "1.0", "t"})
FALSE = frozenset({"false", "no", "n", "0", "0.0", "f", ""})


def as_text(values: pd.Series) -> pd.Series:
    """Return values as stripped text; whole numbers lose their ``.0``, missing values become ``""``."""
    if pd.api.types.is_float_dtype(values):
        whole = values.isna() | (values == np.floor(values))
        if bool(whole.all()) and bool((values.abs() < 2**53).where(values.notna(), True).all()):
            return values.astype("Int64").astype("str").where(values.notna(), "")
    text = values.astype("str").where(values.notna(), "")
    return text.str.strip()


class Columns:
    """The rows of one file, read column by column; ``faults`` grows as columns are read.

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
        self.faults: list[Fault] = []

    def has(self, field: str, column: str, *, required: bool = False) -> bool:
        """Tell whether the column is there; add a fault where it must be and is not."""
        if column in self.frame.columns:
            return True
        if required or field in self.named:
            self.faults.append(missing_column(self.source, column, self.known))
        return False

    def fault(self, row: int, column: str, code: str, found: str, expected: str, fix: str = "") -> None:
        """Add a fault of one cell."""
        self.faults.append(
            Fault(self.source.name, code=code, found=found, expected=expected, fix=fix, row=row, column=column)
        )

    def text(self, field: str, column: str, default: str = "", *, required: bool = False) -> pd.Series:
        """Return a text column; empty cells hold the default."""
        if not self.has(field, column, required=required):
            return pd.Series(default, index=self.frame.index, dtype="str")
        text = as_text(self.frame[column])
        return text.where(text != "", default)

    def optional_text(self, field: str, column: str) -> pd.Series:
        """Return a text column of dtype object in which empty cells hold None."""
        text = self.text(field, column)
        return pd.Series([value or None for value in text], index=self.frame.index, dtype=object)

    def ids(self, field: str, column: str, *, required: bool, prefix: str) -> pd.Series:
        """Return unique ids; without the column, the prefix and the row's number."""
        if not self.has(field, column, required=required):
            return pd.Series([f"{prefix}{row}" for row in self.frame.index], index=self.frame.index, dtype="str")
        text = as_text(self.frame[column])
        for row in text.index[text == ""]:
            self.fault(row, column, "missing-id", "an empty cell", "an id")
        repeated = text[text.duplicated(keep="first") & (text != "")]
        first = {value: row for row, value in text[::-1].items()}
        for row, value in repeated.items():
            found = f"{value!r} again, as in row {first[value]}"
            self.fault(int(str(row)), column, "duplicate-id", found, "an id of its own", "Rename one of them.")
        return text

    def number(
        self,
        field: str,
        column: str,
        *,
        required: bool = False,
        default: float = np.nan,
        positive: bool = False,
        signed: bool = False,
    ) -> NDArray[np.float64]:
        """Return a column of numbers from 0 (above 0 where ``positive``; any where ``signed``).

        A cell that is empty holds the default, and is a fault where ``required``.
        """
        if not self.has(field, column, required=required):
            return np.full(len(self.frame), default)
        raw = self.frame[column]
        numeric = raw if pd.api.types.is_numeric_dtype(raw) else pd.to_numeric(as_text(raw), errors="coerce")
        values = numeric.to_numpy(np.float64, na_value=np.nan).copy()
        empty = (as_text(raw) == "").to_numpy() if not pd.api.types.is_numeric_dtype(raw) else np.isnan(values)
        wrong = (np.isnan(values) & ~empty) | np.isinf(values)
        for at in np.flatnonzero(wrong):
            self.fault(int(raw.index[at]), column, "not-a-number", repr(str(raw.iloc[at])), "a number")
        if required:
            for at in np.flatnonzero(empty):
                self.fault(int(raw.index[at]), column, "missing-value", "an empty cell", "a number from 0")
        bad = np.zeros(len(values), dtype=bool) if signed else (values <= 0 if positive else values < 0)
        for at in np.flatnonzero(bad & ~wrong):
            expected = "a number above 0" if positive else "a number from 0"
            self.fault(int(raw.index[at]), column, "out-of-range", f"{values[at]:g}", expected)
        values[empty] = default
        return values

    def fill_zero(self, column: str) -> list[str]:
        """Put 0 into the empty cells of a column and return a note that counts them."""
        if column not in self.frame.columns:
            return []
        empty = as_text(self.frame[column]) == ""
        if not bool(empty.any()):
            return []
        self.frame = self.frame.assign(**{column: self.frame[column].where(~empty, 0)})
        return [f"{self.source.name}: {int(empty.sum())} empty cells of {column} were taken as 0"]

    def flag(self, field: str, column: str, *, default: bool) -> NDArray[np.bool_]:
        """Return a column of yes or no; empty cells hold the default."""
        if not self.has(field, column):
            return np.full(len(self.frame), default)
        text = as_text(self.frame[column]).str.lower()
        for row in text.index[~text.isin(TRUE | FALSE)]:
            self.fault(row, column, "not-a-flag", repr(str(text[row])), "true or false")
        flags = text.isin(TRUE).to_numpy(dtype=bool, copy=True)
        flags[(text == "").to_numpy()] = default
        return flags


def keep_rows(frame: gpd.GeoDataFrame, column: str, values: object, *, keep: bool) -> gpd.GeoDataFrame:
    """Return the rows whose column holds (``keep``) or does not hold one of the values."""
    wanted = values if isinstance(values, tuple) else (values,)
    texts = {str(value).lower() if isinstance(value, bool) else str(value) for value in wanted}
    text = as_text(frame[column])
    held = text.isin(texts) | text.str.lower().isin({t for t in texts if t in ("true", "false")})
    return frame[held if keep else ~held]
