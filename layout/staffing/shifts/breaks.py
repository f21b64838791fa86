r"""Spread the breaks of key posts so that no two are at once.

b_sc = 1 where shift s has its break at candidate c, at_sct = 1 where that takes minute t; o_dt counts those on break
beyond one on day d, and e_t those of all shifts together, planned on a day or not::

    min  Σ_dt Π o_dt + Σ_t π e_t + Σ_sc |c − wished_s| b_sc
    s.t. Σ_c b_sc = 1;   Σ_sc at_sct b_sc − o_dt ≤ 1 over shifts of day d;   Σ_sc at_sct b_sc − e_t ≤ 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits

_SAME_DAY = 100_000
_ANY_DAY = 1_000
_LIMITS = Limits(seconds=60.0, workers=1, work=1.0)


@dataclass(frozen=True)
class BreakWindow:
    """When a shift's break may begin, when it best would, and how long it is, minutes."""

    starts: tuple[int, ...]
    wished: int
    length_min: int


def spread_breaks(windows: Sequence[BreakWindow], together: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return when each break begins: as few at once as can be, then near to when they best would.

    Parameters
    ----------
    windows
        The shifts' breaks.
    together
        Whether a shift is planned on a day, shape (D, S): breaks of shifts of one day matter most.
    """
    if len(windows) < 2:
        return tuple(window.wished for window in windows)
    model = cp_model.CpModel()
    chosen = [{start: model.new_bool_var(f"break_{s}_{start}") for start in w.starts} for s, w in enumerate(windows)]
    terms: list[cp_model.LinearExprT] = []
    for window, starts in zip(windows, chosen, strict=True):
        model.add_exactly_one(starts.values())
        terms += [abs(start - window.wished) * variable for start, variable in starts.items()]
    groups = [(np.flatnonzero(day).tolist(), _SAME_DAY) for day in np.unique(together, axis=0)]
    for members, price in (*groups, (list(range(len(windows))), _ANY_DAY)):
        for minute in _edges(windows):
            away = [
                variable
                for s in members
                for start, variable in chosen[s].items()
                if start <= minute < start + windows[s].length_min
            ]
            if len(away) > 1:
                beyond = model.new_int_var(0, len(members), f"beyond_{minute}")
                model.add(cp_model.LinearExpr.sum(away) - beyond <= 1)
                terms.append(price * beyond)
    model.minimize(cp_model.LinearExpr.sum(terms))
    run = run_cp_sat(model, _LIMITS)
    if not run.has_plan:
        return tuple(window.wished for window in windows)
    return tuple(next(start for start, variable in starts.items() if run.value(variable)) for starts in chosen)


def _edges(windows: Sequence[BreakWindow]) -> list[int]:
    """Return the minutes at which a break may begin: two overlap somewhere only if they do at one of these."""
    return sorted({start for window in windows for start in window.starts})
