"""Give intervals that hold a stated share of outlets: CV+ over blocked folds.

::

    R_i   = |y_i − μ_k(i)(x_i)|                     error of outlet i by the model that left its fold k(i) out
    low   = the ⌊α (n + 1)⌋-th least of    μ_k(i)(x) − R_i,  i = 1 … n
    high  = the ⌈(1 − α) (n + 1)⌉-th least of  μ_k(i)(x) + R_i

Source: Barber, Candès, Ramdas and Tibshirani, "Predictive inference with the jackknife+" (2021). For outlets drawn
alike the interval holds at least 1 − 2α of them, and about 1 − α; outlets of other blocks are not drawn alike, so the
share that it does hold is measured: the same intervals are made for each fold from the other folds alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.learn_model import LeftOut

Floats = NDArray[np.float64]
Folds = NDArray[np.int64]

_BLOCK = 4_000_000


def interval(by_model: Floats, errors: Floats, fold: Folds, coverage: float) -> tuple[Floats, Floats]:
    """Return low and high, each (m,), for m places.

    Parameters
    ----------
    by_model
        Prediction of each place by the model of each fold, shape (m, K).
    errors
        R, shape (n,).
    fold
        Fold of each outlet, shape (n,), a column of ``by_model``.
    coverage
        1 − α.

    Raises
    ------
    InputError
        When there are too few outlets for so wide an interval.

    Examples
    --------
    >>> low, high = interval(np.array([[10.0, 20.0]]), np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1]), 0.6)
    >>> low.tolist(), high.tolist()
    ([9.0], [23.0])
    """
    n = errors.size
    alpha = 1.0 - coverage
    first = math.floor(alpha * (n + 1) + 1e-9)
    last = math.ceil(coverage * (n + 1) - 1e-9)
    if first < 1 or last > n:
        least = math.ceil(1.0 / alpha - 1e-9) - 1
        raise InputError(
            f"an interval that holds {100 * coverage:g} % of outlets needs at least {least} of known performance; "
            f"there are {n}: lower siting.score.learn.coverage"
        )
    low, high = np.empty(len(by_model)), np.empty(len(by_model))
    step = max(1, _BLOCK // n)
    for start in range(0, len(by_model), step):
        centre = by_model[start : start + step, fold]
        low[start : start + step] = np.partition(centre - errors, first - 1, axis=1)[:, first - 1]
        high[start : start + step] = np.partition(centre + errors, last - 1, axis=1)[:, last - 1]
    return low, high


def held_out_intervals(left_out: LeftOut, y: Floats, fold: Folds, coverage: float) -> tuple[Floats, Floats]:
    """Return low and high of every outlet, each (n,), from outlets and models of the other folds alone."""
    low, high = np.empty(y.size), np.empty(y.size)
    for k, kind in enumerate(left_out.chosen):
        table = left_out.table[kind]
        inside, outside = fold != k, fold == k
        errors = np.abs(y[inside] - table[inside, k])
        low[outside], high[outside] = interval(table[outside], errors, fold[inside], coverage)
    return low, high
