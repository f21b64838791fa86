"""Say what a learnt score rests on: permutation importance on left-out blocks, and partial dependence.

::

    importance_f    = mean over folds k and shuffles of  R²(y, μ_k(x)) − R²(y, μ_k(x with f shuffled))    outlets of k
    dependence_f(v) = exp of the mean over outlets of    μ(x with f = v)

Sources: Breiman (2001) for importance, here of outlets that the model has not seen; Friedman (2001) for dependence.
Features that stand for each other share their importance: each alone seems to matter less than both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from siting.scoring.learn_model import Regressor, ask
from siting.scoring.learn_table import texts_of

Floats = NDArray[np.float64]

_STEPS = 20
_ENDS = (0.02, 0.98)
_TEXTS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Importance:
    """How much R² of left-out outlets falls when a feature is shuffled: mean, least and greatest of the folds."""

    feature: str
    mean: float
    least: float
    greatest: float


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """Predicted performance at each value of a feature, all else as it is; values are numbers or texts."""

    feature: str
    values: tuple[float, ...] | tuple[str, ...]
    performance: tuple[float, ...]


def importances(
    models: Sequence[Regressor], features: pd.DataFrame, y: Floats, fold: NDArray[np.int64], *, repeats: int, seed: int
) -> tuple[Importance, ...]:
    """Return the importance of each feature, the greatest first.

    Parameters
    ----------
    models
        The model that left out each fold, K of them.
    features
        Shape (n, p).
    y
        Log performance, shape (n,).
    fold
        Shape (n,).
    repeats
        Shuffles of each feature in each fold.
    seed
        Of the shuffles.
    """
    falls = np.empty((features.shape[1], len(models)))
    for k, model in enumerate(models):
        held = fold == k
        falls[:, k] = _falls(model, features[held], y[held], np.random.default_rng((seed, k)), repeats)
    told = [
        Importance(feature=str(name), mean=float(row.mean()), least=float(row.min()), greatest=float(row.max()))
        for name, row in zip(features.columns, falls, strict=True)
    ]
    return tuple(sorted(told, key=lambda importance: (-round(importance.mean, 9), importance.feature)))


def _falls(
    model: Regressor, features: pd.DataFrame, y: Floats, random: np.random.Generator, repeats: int
) -> list[float]:
    """Return how far R² falls for each feature; all shuffles of a feature are predicted in one call, to save time."""
    n = len(features)
    orders = np.concatenate([random.permutation(n) for _ in range(repeats)])
    whole = r2_score(y, ask(model, features))
    copies = pd.concat([features] * repeats, ignore_index=True)
    falls: list[float] = []
    for name in features.columns:
        shuffled = copies.assign(**{str(name): features[name].to_numpy()[orders]})
        predicted = ask(model, shuffled).reshape(repeats, n)
        falls.append(whole - float(np.mean([r2_score(y, row) for row in predicted])))
    return falls


def dependence(model: Regressor, features: pd.DataFrame, name: str) -> Dependence:
    """Return predicted performance along a feature: at 20 quantiles of a number, or at the 20 commonest texts."""
    if name in texts_of(features):
        counts = features[name].value_counts()
        common = sorted(map(str, counts.index), key=lambda text: (-int(counts[text]), text))[:_TEXTS_SHOWN]
        return Dependence(feature=name, values=tuple(common), performance=_along(model, features, name, common))
    known = features[name].to_numpy(dtype=np.float64)
    steps = np.unique(np.quantile(known[np.isfinite(known)], np.linspace(*_ENDS, _STEPS))).tolist()
    return Dependence(feature=name, values=tuple(steps), performance=_along(model, features, name, steps))


def _along(
    model: Regressor, features: pd.DataFrame, name: str, values: Sequence[float] | Sequence[str]
) -> tuple[float, ...]:
    copies = pd.concat([features] * len(values), ignore_index=True)
    column = pd.Series(np.repeat(np.asarray(values), len(features)), dtype=features[name].dtype)
    predicted = ask(model, copies.assign(**{name: column})).reshape(len(values), len(features))
    return tuple(float(mean) for mean in np.exp(predicted.mean(axis=1)))
