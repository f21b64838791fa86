"""Join the outlets' establishments into that of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outlet.cells import csv_text, read_csv_records
from outlet.errors import InputError

COLUMNS = ("post", "posts", "hours_per_week", "shrinkage", "full_time_equivalents")
NETWORK_COLUMNS = ("level", "outlet_id", *COLUMNS)
TOTAL = "total"


@dataclass(frozen=True)
class PostRow:
    """What one post takes: persons at once, hours a week, share of paid time away, full-time equivalents."""

    post: str
    posts: float
    hours_per_week: float
    shrinkage: float
    full_time_equivalents: float


def read_establishment(file: Path) -> tuple[PostRow, ...]:
    """Read an outlet's establishment.csv; nothing where there is none.

    Raises
    ------
    InputError
        When a column is missing or a figure cannot be read.
    """
    if not file.is_file():
        return ()
    columns, records = read_csv_records(file)
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise InputError(f"{file.name}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
    try:
        return tuple(
            PostRow(row["post"], *(float(row[column]) for column in COLUMNS[1:]))
            for row in records
            if row["post"] != TOTAL
        )
    except ValueError as error:
        raise InputError(f"{file.name}: {error}; run `outlet staff` again") from error


def total_of(rows: Sequence[PostRow], post: str) -> PostRow:
    """Add rows up under one name; shrinkage is weighted by hours."""
    hours = sum(row.hours_per_week for row in rows)
    away = sum(row.shrinkage * row.hours_per_week for row in rows) / hours if hours else 0.0
    return PostRow(post, sum(row.posts for row in rows), hours, away, sum(row.full_time_equivalents for row in rows))


def network_table(outlets: Mapping[str, Sequence[PostRow]]) -> str:
    """Return one row a post and outlet, a total an outlet, then one row a post of the network, and its total."""
    table: list[tuple[str, ...]] = []
    everyone: list[PostRow] = []
    for outlet_id, rows in sorted(outlets.items()):
        everyone.extend(rows)
        table += [_cells("outlet", outlet_id, row) for row in rows]
        if rows:
            table.append(_cells("outlet", outlet_id, total_of(rows, TOTAL)))
    for post in sorted({row.post for row in everyone}):
        table.append(_cells("network", "", total_of([row for row in everyone if row.post == post], post)))
    table.append(_cells("network", "", total_of(everyone, TOTAL)))
    return csv_text(NETWORK_COLUMNS, table)


def _cells(level: str, outlet_id: str, row: PostRow) -> tuple[str, ...]:
    return (
        level,
        outlet_id,
        row.post,
        f"{row.posts:g}",
        f"{row.hours_per_week:.2f}",
        f"{row.shrinkage:.4f}",
        f"{row.full_time_equivalents:.3f}",
    )
