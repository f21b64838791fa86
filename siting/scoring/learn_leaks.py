"""Refuse to learn from a feature that is a function of what is to be predicted.

A model that is given the answer predicts it, and predicts nothing at a candidate. With y the performance of n outlets
and f a feature, f leaks y when one of these holds:

::

    rank        |Spearman(f, y)| ≥ 0.98
    function    rank y is predicted from f alone: R² ≥ 0.95 by the two nearest other outlets in rank f
    bands       the outlets of each value of f have y in ranges that do not overlap
    total       f = 10^k · Σ y over the outlets that share f, for some of the values of f, and never less
    average     f = mean, median or geometric mean of y over the outlets that share f, for most values of f
    sum         y, or log y, is a linear combination of features (of their logs), exactly

*total* finds a whole bank's deposits beside those of its branches: equal where all its branches are outlets, greater
where some are elsewhere. *average* finds a brand's mean performance that was taken over all outlets, those to be
predicted included: brands are to be encoded inside the training folds, which `siting.scoring.learn_model` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.neighbors import KNeighborsRegressor

from outlet.errors import InputError
from siting.scoring.learn_table import texts_of

RANK_LIMIT = 0.98
FUNCTION_LIMIT = 0.95
_EXACT = 1e-6
_LEAST_ROWS = 10
_LEAST_IN_BAND = 3
_PARTS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leak:
    """A feature that gives the target away, and how."""

    feature: str
    reason: str


def refuse_leaks(features: pd.DataFrame, performance: Floats, target: str) -> None:
    """Raise when a feature is a function of the performance.

    Parameters
    ----------
    features
        Shape (n, p), numbers or texts, NaN where not known.
    performance
        Shape (n,), above 0.
    target
        What the performance is called.

    Raises
    ------
    InputError
        With every such feature and the reason.
    """
    leaks = find_leaks(features, performance, target)
    if leaks:
        told = "; ".join(f"{leak.feature}: {leak.reason}" for leak in leaks)
        raise InputError(
            f"{target} cannot be learnt from what gives it away: {told}; "
            "name these in siting.score.learn.leave_out, or take them out of the data"
        )


def find_leaks(features: pd.DataFrame, performance: Floats, target: str) -> tuple[Leak, ...]:
    """Return the features that give the performance away, in the order of the columns, sums last."""
    texts = texts_of(features)
    leaks: list[Leak] = []
    numbers: dict[str, Floats] = {}
    for name in map(str, features.columns):
        if name in texts:
            reason = _of_text(features[name], performance, target)
        else:
            numbers[name] = features[name].to_numpy(dtype=np.float64)
            reason = _of_number(numbers[name], performance, target)
        if reason is not None:
            leaks.append(Leak(name, reason))
    found = {leak.feature for leak in leaks}
    rest = {name: values for name, values in numbers.items() if name not in found}
    return (*leaks, *_sums(rest, performance, target))


def _of_number(values: Floats, performance: Floats, target: str) -> str | None:
    known = np.isfinite(values)
    f, y = values[known], performance[known]
    if f.size < _LEAST_ROWS or np.ptp(f) == 0 or np.ptp(y) == 0:
        return None
    together = abs(_correlation(rankdata(f), rankdata(y)))
    if together >= RANK_LIMIT:
        return f"it rises or falls with {target} (rank correlation {together:.3f})"
    if _explained_by_nearest(f, y) >= FUNCTION_LIMIT:
        return f"{target} is a function of it"
    return _of_groups(f, y, target)


def _of_text(values: pd.Series, performance: Floats, target: str) -> str | None:
    code, _ = pd.factorize(values, use_na_sentinel=False)
    return _bands(np.asarray(code, dtype=np.int64), performance, target)


def _correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def _explained_by_nearest(f: Floats, y: Floats) -> float:
    """Return R² of the rank of y predicted from the two nearest outlets by the rank of f that are not left out."""
    place, rank = rankdata(f)[:, None], rankdata(y)
    part = np.random.default_rng(0).permutation(f.size) % _PARTS
    predicted = np.empty(f.size)
    for left_out in range(_PARTS):
        inside = part != left_out
        model = KNeighborsRegressor(n_neighbors=2).fit(place[inside], rank[inside])
        predicted[~inside] = model.predict(place[~inside])
    return float(1.0 - ((rank - predicted) ** 2).sum() / ((rank - rank.mean()) ** 2).sum())


def _of_groups(f: Floats, y: Floats, target: str) -> str | None:
    """Judge a feature that several outlets share, such as a figure of their bank."""
    shared, code = np.unique(f, return_inverse=True)
    if shared.size == f.size:
        return None
    return _total(shared, code, y, target) or _average(shared, code, y, target) or _bands(code, y, target)


def _total(shared: Floats, code: NDArray[np.int64], y: Floats, target: str) -> str | None:
    ratio = shared / np.bincount(code, weights=y)
    least = float(ratio.min())
    if not least > 0 or not _is_power_of_ten(least):
        return None
    equal = int((ratio <= least * (1.0 + _EXACT)).sum())
    if equal < 2:
        return None
    return f"it is a total that {target} is part of (equal to the sum of the outlets that share it {equal} times)"


def _is_power_of_ten(value: float) -> bool:
    power = np.log10(value)
    return bool(abs(power - np.round(power)) < _EXACT)


def _average(shared: Floats, code: NDArray[np.int64], y: Floats, target: str) -> str | None:
    groups = pd.Series(y).groupby(code)
    several = groups.size().to_numpy() > 1
    if several.sum() < _LEAST_IN_BAND:
        return None
    log_mean = pd.Series(np.log(y)).groupby(code).mean().to_numpy()
    averages = {
        "mean": groups.mean().to_numpy(),
        "median": groups.median().to_numpy(),
        "mean logarithm": log_mean,
        "geometric mean": np.exp(log_mean),
    }
    for name, average in averages.items():
        alike = np.abs(shared - average) <= _EXACT * np.abs(average)
        if alike[several].mean() > 0.5:
            return f"it is the {name} of {target} of the outlets that share it, the predicted one among them"
    return None


def _bands(code: NDArray[np.int64], y: Floats, target: str) -> str | None:
    groups = pd.Series(y).groupby(code)
    low, high = groups.min().to_numpy(), groups.max().to_numpy()
    order = np.argsort(low, kind="stable")
    apart = bool((high[order][:-1] <= low[order][1:]).all())
    if not apart or low.size < _LEAST_IN_BAND or groups.size().median() < _LEAST_IN_BAND:
        return None
    return f"each of its {low.size} values stands for a range of {target} that no other shares"


def _sums(numbers: dict[str, Floats], performance: Floats, target: str) -> Iterator[Leak]:
    for what, logs in ((target, False), (f"log {target}", True)):
        names = [name for name, values in numbers.items() if not logs or bool((values[np.isfinite(values)] > 0).all())]
        parts = _exact_parts([numbers[name] for name in names], performance, logs=logs)
        if parts:
            shown = [names[at] for at in parts]
            of = "the logarithms of " if logs else ""
            yield from (Leak(name, f"{what} is a sum of {of}{', '.join(shown)} exactly") for name in shown)
            return


def _exact_parts(columns: Sequence[Floats], performance: Floats, *, logs: bool) -> list[int]:
    """Return the columns whose linear combination is the performance to the last digit; none where there is none."""
    if len(columns) < 2:
        return []
    x = np.column_stack(columns)
    known = np.isfinite(x).all(axis=1)
    x, y = (np.log(x[known]), np.log(performance[known])) if logs else (x[known], performance[known])
    if len(y) < x.shape[1] + _LEAST_ROWS or np.ptp(y) == 0:
        return []
    spread = x.std(axis=0)
    varying = np.flatnonzero(spread > 0)
    scaled = (x[:, varying] - x[:, varying].mean(axis=0)) / spread[varying]
    centred = (y - y.mean()) / y.std()
    weight = np.asarray(np.linalg.lstsq(scaled, centred, rcond=None)[0], dtype=np.float64)
    if np.abs(scaled @ weight - centred).max() > _EXACT:
        return []
    return [int(at) for at, w in zip(varying, weight, strict=True) if abs(w) > _EXACT]
