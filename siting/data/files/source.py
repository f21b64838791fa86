"""What is known of a file before it is read, and what it turns out to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd

from outlet.data.table import TableForm
from outlet.errors import Fault
from outlet.findings import Remark
from siting.data.osm.extract import ExtractUse

PLAIN = TableForm()
PointOrder = Literal["lat-lon", "lon-lat"]


@dataclass(frozen=True)
class Join:
    """A table to take columns from (see `siting.data.files.joins`).

    Parameters
    ----------
    path, name
        The table, and how the settings name it.
    on, to
        The key column of the layer, and that of the table.
    columns
        Columns to take; all if empty.
    loosely
        Whether keys match whatever their case, width and spaces.
    least_share
        Least share of the layer's rows that must find a row, 0–1.
    form
        How the table is laid out.
    """

    path: Path
    name: str
    on: str
    to: str
    columns: tuple[str, ...] = ()
    loosely: bool = False
    least_share: float = 0.5
    form: TableForm = PLAIN


@dataclass(frozen=True)
class Source:
    """A file to read: its path, how the settings name it, and what they say about it.

    Parameters
    ----------
    path, name
        The file, and how the settings name it.
    layer
        Layer, sheet, or file inside a zip; ``file/layer`` for a layer of a file inside a zip.
    encoding
        Text encoding; found out if None.
    form
        How a table is laid out; its sheet and encoding are those above.
    id
        Column of ids, in which a number that lost digits is a fault.
    point, point_order
        Column of "60.17, 24.94" or "POINT (24.94 60.17)", and which number comes first.
    tags
        Column of OpenStreetMap tags whose keys are columns too.
    join
        A table whose columns come along.
    osm
        What is wanted of an OpenStreetMap extract.
    """

    path: Path
    name: str
    layer: str | None = None
    encoding: str | None = None
    form: TableForm = PLAIN
    id: str | None = None
    point: str | None = None
    point_order: PointOrder | None = None
    tags: str | None = None
    join: Join | None = None
    osm: ExtractUse | None = None

    def fault(
        self,
        code: str,
        found: str,
        expected: str,
        fix: str = "",
        *,
        column: str | None = None,
        row: int | str | None = None,
    ) -> Fault:
        """Return a fault of this file."""
        return Fault(self.name, code=code, found=found, expected=expected, fix=fix, row=row, column=column)

    def remark(self, code: str, text: str, rows: Sequence[int] = ()) -> Remark:
        """Return a remark on this file."""
        return Remark(self.name, code, text, tuple(rows))


@dataclass(frozen=True)
class Raw:
    """What a file holds: rows indexed as the planner counts them, from 1, and the names of all its columns.

    Parameters
    ----------
    frame
        The wanted columns and the geometry.
    columns
        The names of all columns, those of a joined table and of tags that were asked for among them.
    remarks
        Oddities that are no faults.
    faults
        Faults of single rows, which are not in the frame, and of coordinate columns that are not there.
    is_placed
        Whether the file says where its rows lie; else no row has a geometry.
    """

    frame: gpd.GeoDataFrame
    columns: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    faults: tuple[Fault, ...] = ()
    is_placed: bool = True


def missing_column(source: Source, column: str, known: Sequence[str]) -> Fault:
    """Return the fault of a column that is not there, with those that are."""
    return source.fault(
        "missing-column",
        f"the columns {', '.join(known) or 'none'}",
        f"a column {column!r}",
        "Map it in the layer's columns.",
        column=column,
    )


def one_line(error: object) -> str:
    """Return what a library says, on one line of 300 letters at most."""
    return " ".join(str(error).split())[:300] or type(error).__name__
