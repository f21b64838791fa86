"""Join the outlets' establishments into that of the network."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"{file.name}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
        try:
            return tuple(
                PostRow(row["post"], *(float(row[column]) for column in COLUMNS[1:]))
                for row in reader
                if row["post"] != TOTAL
            )
        except ValueError as error:
            raise InputError(f"{file.name}: {error}; run `outlet staff` again") from error


def total_of(rows: Sequence[PostRow], post: str) -> PostRow:
    """Add rows up under one name; shrinkage is weighted by hours."""
    hours = sum(row.hours_per_week for row in rows)
    away = sum(row.shrinkage * row.hours_per_week for row in rows) / hours if hours else 0.0
    return PostRow(post, sum(row.posts for row in rows), hours, away, sum(row.full_time_equivalents for row in rows))


def write_network(file: Path, outlets: Mapping[str, Sequence[PostRow]]) -> None:
    """Write one row a post and outlet, a total an outlet, then one row a post of the network, and its total."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(NETWORK_COLUMNS)
        everyone: list[PostRow] = []
        for outlet_id, rows in sorted(outlets.items()):
            everyone.extend(rows)
            writer.writerows(_cells("outlet", outlet_id, row) for row in rows)
            if rows:
                writer.writerow(_cells("outlet", outlet_id, total_of(rows, TOTAL)))
        for post in sorted({row.post for row in everyone}):
            writer.writerow(_cells("network", "", total_of([row for row in everyone if row.post == post], post)))
        writer.writerow(_cells("network", "", total_of(everyone, TOTAL)))


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
