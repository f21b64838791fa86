"""Judge predictions of outlets that were left out: rank correlation, explained variance, error; by fold and pooled."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ConstantInputWarning, spearmanr

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How well log performance is predicted where it was left out.

    Parameters
    ----------
    spearman, r2
        Over all n outlets: rank correlation (0 where all predictions are alike), and 1 − Σ(y − ŷ)² / Σ(y − ȳ)².
    spearman_by_fold, r2_by_fold
        Of each fold alone, shape (K,).
    typical_factor
        exp of the median |y − ŷ|: half of the outlets perform within this factor of what was predicted.
    """

    spearman: float
    r2: float
    spearman_by_fold: tuple[float, ...]
    r2_by_fold: tuple[float, ...]
    typical_factor: float

    @property
    def worst_spearman(self) -> float:
        """Rank correlation of the worst fold."""
        return min(self.spearman_by_fold)

    @property
    def worst_r2(self) -> float:
        """Explained variance of the worst fold."""
        return min(self.r2_by_fold)


def judge(y: Floats, predicted: Floats, fold: NDArray[np.int64]) -> Figures:
    """Return the figures of predictions (n,) of log performance (n,) in folds (n,)."""
    parts = [fold == k for k in range(int(fold.max()) + 1)]
    return Figures(
        spearman=_spearman(y, predicted),
        r2=_r2(y, predicted),
        spearman_by_fold=tuple(_spearman(y[part], predicted[part]) for part in parts),
        r2_by_fold=tuple(_r2(y[part], predicted[part]) for part in parts),
        typical_factor=float(np.exp(np.median(np.abs(y - predicted)))),
    )


def _spearman(y: Floats, predicted: Floats) -> float:
    if y.size < 2:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        found = float(spearmanr(y, predicted).statistic)
    return found if np.isfinite(found) else 0.0


def _r2(y: Floats, predicted: Floats) -> float:
    total = float(((y - y.mean()) ** 2).sum())
    return 1.0 - float(((y - predicted) ** 2).sum()) / total if total > 0 else 0.0
