"""Find a first allowed set, and fill up a set that is too small."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.arrays import as_positions
from outlet.mip import MipModel, run_mip
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.search import Search


def as_start(start: ArrayLike | None, m: int) -> Positions | None:
    """Return the positions of a plan to begin with, sorted, where one is given.

    Raises
    ------
    InputError
        When a position is wrong.
    """
    return None if start is None else as_positions("start", start, m)


def first_set(search: Search, merit: Amounts, start: Positions | None) -> NDArray[np.bool_] | None:
    """Return a set to begin a local search with, shape (m,): allowed as it stands, or only what is locked open.

    A ``start`` that the rules allow is taken, also where it only lacks outlets: they are added, the greatest merit
    first. Where there are rules beside the number
    of outlets, the allowed set of greatest merit is found by a small exact model; if it proves that there is none, the
    search is infeasible.
    """
    rows = search.rows
    is_open = np.zeros(rows.m, dtype=bool)
    if start is not None and not rows.broken(start):
        is_open[start] = True
        return is_open
    if rows.is_plain:
        if (
            start is not None
            and rows.can_open[start].all()
            and len(np.union1d(start, rows.locked_open)) < (rows.p or 0)
        ):
            is_open[start] = True
        is_open[rows.locked_open] = True
        return is_open
    if start is not None:
        whole = filled(search, np.union1d(start, rows.locked_open), merit)
        if whole is not None and not rows.broken(whole):
            is_open[whole] = True
            return is_open
    model = MipModel(
        cost=merit, lower=rows.lower, upper=rows.upper, integer=np.ones(rows.m, dtype=bool), rows=rows.rows,
        row_lower=rows.row_lower, row_upper=rows.row_upper, maximise=True,
    )  # fmt: skip
    run = run_mip(model, search.limits_left)
    search.work += run.work
    if run.stopped_by == "interrupt":
        raise KeyboardInterrupt
    if run.status == "infeasible":
        search.infeasible = True
        search.reasons.append("the rules together allow no set of outlets: " + ", ".join(rows.names[:10]))
        return None
    if run.x is None or rows.broken(np.flatnonzero(run.x > 0.5)):
        return None
    return np.asarray(run.x > 0.5)


def filled(search: Search, opened: Positions, merit: Amounts | None = None) -> Positions | None:
    """Return a set with allowed candidates added until there are p, or None where the rules end that.

    The greatest merit comes first where it is given, then the lowest position.
    """
    rows = search.rows
    if rows.p is None or len(opened) >= rows.p:
        return opened
    is_open = np.zeros(rows.m, dtype=bool)
    is_open[opened] = True
    total = np.asarray(rows.rows @ is_open.astype(np.float64), dtype=np.float64)
    columns = rows.rows.tocsc()
    free = np.flatnonzero(~is_open & rows.can_open)
    for j in free if merit is None else free[np.argsort(-merit[free], kind="stable")]:
        at = slice(columns.indptr[j], columns.indptr[j + 1])
        touched = columns.indices[at]
        if (total[touched] + columns.data[at] > rows.row_upper[touched] + 1e-9).any():
            continue
        is_open[j] = True
        total[touched] += columns.data[at]
        if is_open.sum() == rows.p:
            return np.flatnonzero(is_open)
    return None
