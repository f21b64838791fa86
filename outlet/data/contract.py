"""Hold a table to its contract, and say every fault of every cell in the planner's words.

A contract is a pandera schema over the table as it was read, under the file's own column names. A check's ``name`` is
the code of the fault, its ``error`` what is expected, its ``description`` what to do about it; `required`, `unique_id`,
`number`, `flag` and `one_of` make those that recur. Pandera is imported only when a contract is made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from outlet.data.cells import EXACT, FALSE, TRUE, as_numbers, as_text, is_empty
from outlet.errors import Fault

if TYPE_CHECKING:
    from pandera.errors import SchemaError
    from pandera.pandas import Check, DataFrameSchema

MOST = 1e12
"""Beyond this no person count, sum of money or area of a real table lies; sums of such numbers stay finite."""
MAP_IT = "Map it in the columns of outlet.toml."
LONGEST = 60
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?(e[+-]\d+)?")
REPEATED = frozenset({"duplicate-id"})


def required(code: str = "missing-value", expected: str = "a value", fix: str = "") -> Check:
    """Return a check that no cell is empty."""
    from pandera.pandas import Check

    return Check(
        lambda cells: pd.Series(~is_empty(cells), index=cells.index),
        name=code,
        error=expected,
        description=fix,
        ignore_na=False,
    )


def unique_id() -> list[Check]:
    """Return the checks that every row has an id of its own, whose digits are whole."""
    from pandera.pandas import Check

    return [
        required("missing-id", "an id"),
        Check(
            _is_exact,
            name="lossy-id",
            error="an id with all its digits",
            description="Store ids as text, and take them from their source again.",
        ),
        Check(
            lambda cells: ~(as_text(cells).duplicated(keep="first") & (as_text(cells) != "")),
            name="duplicate-id",
            error="an id of its own",
            description="Rename one of them.",
        ),
    ]


def _is_exact(cells: pd.Series) -> pd.Series:
    """Tell which numbers are whole ids; ids that come as text are judged where the table is read."""
    if pd.api.types.is_float_dtype(cells):
        return cells.isna() | (cells.abs() < EXACT)
    return pd.Series(True, index=cells.index)


def number(
    *, above: float | None = None, low: float | None = 0.0, high: float = MOST, unit: str = "a number"
) -> list[Check]:
    """Return the checks that cells, where not empty, are numbers from ``low``, or above ``above``, to ``high``."""
    from pandera.pandas import Check

    expected = f"{unit} above {above:g}" if above is not None else unit if low is None else f"{unit} from {low:g}"

    def lies_between(cells: pd.Series) -> pd.Series:
        numbers = as_numbers(cells)
        with np.errstate(invalid="ignore"):
            wrong = (numbers > high) | (numbers < (-high if low is None else low))
            if above is not None:
                wrong |= numbers <= above
        return pd.Series(~wrong, index=cells.index)

    return [
        Check(
            lambda cells: pd.Series(~np.isnan(as_numbers(cells)) | is_empty(cells), index=cells.index),
            name="not-a-number",
            error=unit,
            description="Write digits with a decimal point and no separators between thousands.",
            ignore_na=False,
        ),
        Check(lies_between, name="out-of-range", error=expected if high == MOST else f"{expected} to {high:g}"),
    ]


def flag() -> Check:
    """Return a check that cells, where not empty, say yes or no."""
    from pandera.pandas import Check

    return Check(
        lambda cells: as_text(cells).str.lower().isin(TRUE | FALSE | {""}), name="not-a-flag", error="true or false"
    )


def one_of(values: Sequence[str], code: str) -> Check:
    """Return a check that cells, where not empty, hold one of the values in any case."""
    from pandera.pandas import Check

    return Check(
        lambda cells: as_text(cells).str.lower().isin([*values, ""]), name=code, error=f"one of {', '.join(values)}"
    )


def faults_of(
    schema: DataFrameSchema, frame: pd.DataFrame, name: str, *, known: Collection[str] | None = None
) -> list[Fault]:
    """Return every fault of a table, one a cell, in the order of rows.

    Parameters
    ----------
    schema
        The contract.
    frame
        The table, indexed by row as the planner counts it.
    name
        How the settings name the file.
    known
        All columns of the file, where the frame holds only some of them; told where a column is missing.
    """
    from pandera.errors import SchemaErrors

    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        failures = error.schema_errors
    else:
        return []
    faults: dict[tuple[object, object], Fault] = {}
    for failure in failures:
        for fault in _faults(failure, frame, name, tuple(known if known is not None else frame.columns)):
            faults.setdefault((fault.row, fault.column), fault)
    order = {label: at for at, label in enumerate(frame.index)}
    return sorted(faults.values(), key=lambda fault: order.get(fault.row, -1))


def _faults(failure: SchemaError, frame: pd.DataFrame, name: str, known: tuple[str, ...]) -> list[Fault]:
    from pandera.errors import SchemaErrorReason

    cases, column = failure.failure_cases, failure.schema.name
    if failure.reason_code is SchemaErrorReason.CHECK_ERROR:
        raise RuntimeError(f"the contract of {name} cannot be checked: {cases}")
    if failure.reason_code is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        found = f"the columns {', '.join(known) or 'none'}"
        return [Fault(name, "missing-column", found, f"a column {str(cases)!r}", MAP_IT, column=str(cases))]
    code, expected, fix = _words(failure)
    if not isinstance(cases, pd.DataFrame):
        return [Fault(name, code, str(cases), expected, fix, column=column)]
    rows = cases["index"].drop_duplicates()
    if column is None:
        words = ["a row that breaks the rule"] * len(rows)
    else:
        words = _in_words(frame[column], rows, again=code in REPEATED)
    return [
        Fault(name, code, what, expected, fix, row=_plain(row), column=column)
        for row, what in zip(rows, words, strict=True)
    ]


def _words(failure: SchemaError) -> tuple[str, str, str]:
    """Return the code, what is expected, and the fix of a check that failed."""
    from pandera.errors import SchemaErrorReason

    match failure.reason_code:
        case SchemaErrorReason.SERIES_CONTAINS_NULLS:
            return "missing-value", "a value", ""
        case SchemaErrorReason.SERIES_CONTAINS_DUPLICATES | SchemaErrorReason.DUPLICATES:
            return "duplicate-id", "a value of its own", ""
        case SchemaErrorReason.DATAFRAME_CHECK if not isinstance(failure.check, str):
            return str(failure.check.name), str(failure.check.error), failure.check.description or ""
    return "wrong-type", str(failure.check), ""


def _in_words(cells: pd.Series, rows: pd.Series, *, again: bool) -> list[str]:
    """Return what stands in some cells, in words; of repeated ones also where they stand first."""
    chosen = cells.loc[rows]
    if pd.api.types.is_float_dtype(chosen):
        texts = ["" if np.isnan(cell) else f"{cell:g}" for cell in chosen.to_numpy(np.float64, na_value=np.nan)]
    else:
        texts = as_text(chosen).tolist()
    if not again:
        return [_cell_in_words(text) for text in texts]
    text = as_text(cells)
    first = {value: row for row, value in text[::-1].items()}
    told = zip(texts, text.loc[rows], strict=True)
    return [f"{_cut(shown)!r} again, as in row {first[value]}" for shown, value in told]


def _cell_in_words(text: str) -> str:
    if not text:
        return "an empty cell"
    return text if PLAIN_NUMBER.fullmatch(text) else repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _plain(row: object) -> int | str:
    return int(row) if isinstance(row, int | np.integer) else str(row)
