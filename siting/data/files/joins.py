"""Take the columns of a table onto the rows of a layer, by id or by name, and say what found no partner."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from outlet.data.lossy import lossy_ids
from outlet.data.table import read_table
from outlet.errors import Fault, TableError
from outlet.findings import Remark
from siting.data.files.source import Join, Source, missing_column, one_line

SHOWN = 5
ROWS_SHOWN = 50


def with_join(
    source: Source, frame: gpd.GeoDataFrame, known: Collection[str]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...], list[Remark]]:
    """Return a layer with the columns of the table that ``source.join`` names.

    A joined column takes the place of the layer's column of that name only when the settings list it.

    Parameters
    ----------
    source
        The layer; its key column is in the frame.
    frame
        The layer's rows.
    known
        The names of all columns of the layer.

    Returns
    -------
    tuple
        The layer with more columns, their names, and remarks of the table with a ``join-report``.

    Raises
    ------
    TableError
        When a key column is missing, a key stands twice in the table, or too few rows find a partner.
    """
    join = source.join
    if join is None:
        return frame, (), []
    read = read_table(join.path, join.name, join.form)
    table = read.frame
    names = _taken(source, join, table, known)
    keys = _keys(table[join.to], loosely=join.loosely)
    faults = [*lossy_ids(table[join.to], join.name), *_repeated(join, keys)]
    if faults:
        raise TableError(faults)
    wanted = _keys(frame[join.on], loosely=join.loosely)
    filled = keys != ""
    rows = pd.Series(table.index[filled], index=pd.Index(keys[filled]))
    partner = wanted.map(rows)
    found = partner.notna()
    report = _report(source, join, frame[join.on], table[join.to], partner)
    share = float(found.mean()) if len(frame) else 1.0
    if len(frame) and (not bool(found.any()) or share < join.least_share):
        fix = f"Compare {join.on} with {join.to}; names match in any case and width with loosely = true."
        expected = f"at least {join.least_share:.0%} of the rows" if found.any() else "rows with the same key"
        raise TableError([source.fault("unmatched-join", report.text, expected, fix, column=join.on)])
    made = frame.copy()
    for name in names:
        made[name] = pd.Series("", index=frame.index, dtype="str")
        made.loc[found, name] = table[name].reindex(partner[found].astype("int64")).to_numpy()
    return made, tuple(names), [*read.remarks, report]


def _taken(source: Source, join: Join, table: pd.DataFrame, known: Collection[str]) -> list[str]:
    """Return the columns to take, or raise for those that are not there."""
    there = [str(column) for column in table.columns]
    of_table = replace(source, name=join.name)
    faults = [missing_column(of_table, name, there) for name in (join.to, *join.columns) if name not in there]
    if join.on not in known:
        faults.append(missing_column(source, join.on, sorted(known)))
    if faults:
        raise TableError(faults)
    return list(join.columns) or [name for name in there if name not in known and name != join.to]


def _keys(column: pd.Series, *, loosely: bool) -> pd.Series:
    """Return keys as text; whole numbers without ``.0``."""
    if pd.api.types.is_float_dtype(column):
        whole = column.dropna()
        if bool((whole == whole.round()).all()):
            column = column.astype("Int64")
    text = column.astype("str").where(column.notna(), "").str.strip()
    return text.map(_fold).astype("str") if loosely else text


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _repeated(join: Join, keys: pd.Series) -> list[Fault]:
    first = {key: row for row, key in keys[::-1].items()}
    twice = keys[keys.duplicated() & (keys != "")]
    return [
        Fault(
            join.name,
            code="duplicate-id",
            found=f"{key!r} again, as in row {first[key]}",
            expected="each key once, so that a row of the layer finds one row",
            row=int(str(row)),
            column=join.to,
        )
        for row, key in twice.items()
    ]


def _report(source: Source, join: Join, on: pd.Series, to: pd.Series, partner: pd.Series) -> Remark:
    """Return how many rows matched, and what was left over on both sides."""
    found = partner.notna()
    left = on[~found]
    over = to[~to.index.isin(partner[found].astype("int64"))]
    text = f"joined with {join.name} by {join.on} = {join.to}: {int(found.sum())} of {len(on)} rows matched"
    if len(left):
        text += f"; {len(left)} found no row ({_examples(left)})"
    if len(over):
        text += f"; {len(over)} rows of the table were not needed ({_examples(over)})"
    return source.remark("join-report", text, [int(str(row)) for row in left.index[:ROWS_SHOWN]])


def _examples(values: Sequence[object] | pd.Series) -> str:
    shown = [one_line(repr(str(value))) for value in list(values)[:SHOWN]]
    return ", ".join([*shown, "…"] if len(values) > SHOWN else shown)
