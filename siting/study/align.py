"""Turn labels into positions once, on the way into the models; refuse to guess."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.cells import from_text_cell
from outlet.errors import InputError


def positions_of(labels: Sequence[str], known: Sequence[str], what: str) -> NDArray[np.int64]:
    """Return the positions of labels among the known ones, in the order given, shape (k,).

    Raises
    ------
    InputError
        When a label is not known (the nearest is offered), or stands there twice. ``what`` names where it was found.
    """
    place = {label: at for at, label in enumerate(known)}
    if len(place) != len(known):
        raise InputError(f"{what}: the ids it refers to are not unique; `outlet check` lists those that repeat")
    unknown = [label for label in labels if label not in place]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise InputError(f"{what}: there is no {unknown[0]!r}{more}{hint}")
    if len(set(labels)) != len(labels):
        twice = next(label for at, label in enumerate(labels) if label in labels[:at])
        raise InputError(f"{what}: {twice!r} stands there twice")
    return np.array([place[label] for label in labels], dtype=np.int64)


def read_scores(file: Path, candidates: Sequence[str]) -> NDArray[np.float64]:
    """Return the score of every candidate from candidates.csv, shape (m,), NaN where it has none.

    Raises
    ------
    InputError
        When the file lacks a column, or its ids are not those of the candidates layer.
    """
    table = pd.read_csv(file, dtype={"id": str}, keep_default_na=False, na_values={"score": [""]})
    missing = [name for name in ("id", "score") if name not in table.columns]
    if missing:
        raise InputError(f"{file.name}: there is no column {missing[0]!r}; run `outlet score` again")
    ids = [from_text_cell(str(name)) for name in table["id"]]
    at = positions_of(list(candidates), ids, f"{file.name} (run `outlet score` again)")
    if len(ids) != len(candidates):
        raise InputError(f"{file.name} has {len(ids)} candidates, the data {len(candidates)}; run `outlet score` again")
    return np.asarray(pd.to_numeric(table["score"]), dtype=np.float64)[at]
