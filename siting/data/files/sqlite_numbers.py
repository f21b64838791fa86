"""Give back the fractions of numbers that a database keeps in columns declared as whole.

SQLite lets a column declared INTEGER hold 3937.68; GDAL hands over 3937 and says nothing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd

SUFFIXES = (".gpkg", ".sqlite", ".db")


def with_fractions(path: Path, layer: str, fid_column: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose whole-number columns hold what the database holds.

    Parameters
    ----------
    path, layer
        The database and the table.
    fid_column
        Its key; the row id if "".
    frame
        Its rows as GDAL read them, indexed by that key.
    """
    whole = [str(name) for name in frame.columns if pd.api.types.is_integer_dtype(frame[name])]
    if not whole:
        return frame
    made = frame.copy()
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            key = _quoted(fid_column or "rowid")
            for name in whole:
                column = _quoted(name)
                query = f"SELECT {key}, {column} FROM {_quoted(layer)} WHERE typeof({column}) = 'real'"  # noqa: S608 - quoted
                found = dict(database.execute(query).fetchall())
                if found:
                    values = frame[name].astype("float64")
                    made[name] = (
                        pd.Series(found, dtype="float64").reindex(frame.index).where(lambda v: v.notna(), values)
                    )
    except sqlite3.Error:
        return frame  # A layer that is no table of that name, such as a view with a geometry of another.
    return made


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
