"""Hold what a score is learnt from: existing outlets with their features, performance and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Observed:
    """n existing outlets and their p features.

    Parameters
    ----------
    features
        Shape (n, p), indexed by the outlets' ids; numbers are float with NaN where not known, texts are str.
    location, own
        Names of the features of the place, and of the outlet itself; together all columns.
    performance
        Sales, visits or deposits per year, shape (n,), above 0.
    points
        Where the outlets stand, shape (n, 2), metres.
    directions
        1 where performance can only rise with a feature, -1 where it can only fall; 0 or absent: not known.
    notes
        What was left out and why.

    Raises
    ------
    InputError
        When shapes differ, a name is used twice, a number is infinite, a text is missing, or a performance is not
        above 0.
    """

    features: pd.DataFrame
    location: tuple[str, ...]
    own: tuple[str, ...]
    performance: NDArray[np.float64]
    points: NDArray[np.float64]
    directions: Mapping[str, int]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, names = len(self.features), [*self.location, *self.own]
        if len(set(names)) < len(names) or list(self.features.columns) != names:
            raise InputError(f"features are {list(self.features.columns)}; expected {names}, each once")
        if self.performance.shape != (n,) or self.points.shape != (n, 2):
            raise InputError(
                f"performance has shape {self.performance.shape} and points {self.points.shape}; "
                f"expected ({n},) and ({n}, 2)"
            )
        if not (np.isfinite(self.performance).all() and (self.performance > 0).all()):
            raise InputError("a performance is not above 0; expected positive numbers, whose logarithm is learnt")
        if not np.isfinite(self.points).all():
            raise InputError("a point is not finite; expected metres")
        for name in self.texts:
            if bool(self.features[name].isna().any()):
                raise InputError(f"{name} is missing for an outlet; expected a text, empty where it is not known")
        for name in self.numbers:
            if np.isinf(self.features[name].to_numpy(dtype=np.float64)).any():
                raise InputError(f"{name} is infinite for an outlet; expected a number, or NaN where it is not known")

    @property
    def log_performance(self) -> NDArray[np.float64]:
        """Natural logarithm of the performance, shape (n,)."""
        return np.asarray(np.log(self.performance), dtype=np.float64)

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of the features that are texts, such as a brand."""
        return texts_of(self.features)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Names of the features that are numbers."""
        return tuple(name for name in self.features.columns if name not in self.texts)


def texts_of(features: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of the columns that hold texts."""
    return tuple(str(name) for name in features.columns if not pd.api.types.is_numeric_dtype(features[name]))


def observe(
    location: pd.DataFrame,
    own: pd.DataFrame,
    performance: NDArray[np.float64],
    points: NDArray[np.float64],
    *,
    directions: Mapping[str, int],
    target: str = "performance",
) -> Observed:
    """Return the outlets whose performance is known and above 0, with the features that tell any two apart.

    Parameters
    ----------
    location, own
        Features of the place and of the outlet, shapes (n, ·), both indexed by the same ids in the same order.
    performance
        Shape (n,); NaN where not known. 0 and below have no logarithm and are left out, which a note counts.
    points
        Shape (n, 2), metres.
    directions
        As for `Observed`.
    target
        What the performance is called in notes.
    """
    if not location.index.equals(own.index):
        raise InputError("features of the place and of the outlet are indexed differently; expected the same ids")
    known = np.isfinite(performance)
    used = known & (performance > 0)
    notes: list[str] = []
    if not known.all():
        notes.append(f"{int((~known).sum()):,} of {known.size:,} outlets without {target} are left out.")
    if (known & ~used).any():
        notes.append(
            f"{int((known & ~used).sum()):,} of {known.size:,} outlets with {target} of 0 or below are left out: "
            "its logarithm is learnt."
        )
    features = _plain(pd.concat([location, own], axis=1))[used]
    alike = [str(name) for name in features.columns if _tells_nothing(features[name])]
    if alike:
        notes.append(f"Alike or not known for all outlets, so not learnt from: {', '.join(alike)}.")
    return Observed(
        features=features.drop(columns=alike),
        location=tuple(str(name) for name in location.columns if name not in alike),
        own=tuple(str(name) for name in own.columns if name not in alike),
        performance=performance[used],
        points=points[used],
        directions=dict(directions),
        notes=tuple(notes),
    )


def _plain(features: pd.DataFrame) -> pd.DataFrame:
    texts = texts_of(features)
    return pd.DataFrame(
        {
            name: column.astype("str").fillna("") if name in texts else column.astype("float64")
            for name, column in features.items()
        },
        index=features.index,
    )


def _tells_nothing(column: pd.Series) -> bool:
    return column.nunique(dropna=True) < 2
