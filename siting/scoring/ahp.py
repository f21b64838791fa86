"""Derive weights from judgements of features two by two: the analytic hierarchy process.

::

    a_ij   times that feature i counts what j does, 1/9 … 9; a_ji = 1 / a_ij
    A w = λ w          w the principal eigenvector, scaled to sum to 1          Saaty (1980)
    CI = (λ − n) / (n − 1)          CR = CI / RI          refused where CR > 0.1

A pair that is not judged is taken as w_i / w_j: its entry is 0 and the diagonal one 1 + (pairs of the row not judged);
the principal eigenvector is that of the matrix so completed (Harker, 1987). RI(n) is the mean CI of random judgements
(Saaty, 1980, p. 21); with m of the pairs missing it is RI(n) · (1 − 2 m / ((n − 1)(n − 2))), the linear fit of Ágoston
and Csató (2022). A chain of judged pairs must join all features.

Where judgements contradict each other, the worst is the one farthest from what the weights say, largest
|ln(a_ij w_j / w_i)|; what the others ask for in its stead is w_i / w_j with that pair left out (Saaty, 2003; Harker,
1987).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from outlet.errors import InputError

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random reciprocal matrices of order 1 to 15 (Saaty, 1980, p. 21)."""

_WHERE = "siting.score.ahp.judgements"
_NOISE = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contradiction:
    """The judgement that fits the others least.

    ``pair`` is its two features, ``judged`` what was said, ``asked`` what the other judgements ask for, ``through`` the
    third feature by which they contradict it most, or None.
    """

    pair: tuple[str, str]
    judged: float
    asked: float
    through: str | None

    def __str__(self) -> str:
        first, second = self.pair
        via = f" (most through {self.through})" if self.through else ""
        return f'"{first}/{second}" = {self.judged:.3g} fits the others least; they ask for {self.asked:.3g}{via}'


@dataclass(frozen=True)
class JudgedWeights:
    """Weights of the features judged, and how consistent the judgements are.

    Parameters
    ----------
    weights
        By feature, summing to 1, in the order given.
    ratio
        Consistency ratio; 0 is free of contradiction.
    missing
        Pairs that nobody judged.
    worst
        The judgement that fits the others least; None where none contradicts another.
    """

    weights: dict[str, float]
    ratio: float
    missing: tuple[tuple[str, str], ...]
    worst: Contradiction | None


def judged_weights(judgements: Mapping[str, float], names: tuple[str, ...], limit: float = 0.1) -> JudgedWeights:
    """Return the weights of the features ``names`` from judgements such as ``{"a/b": 3}``: a counts three times b.

    Raises
    ------
    InputError
        When no chain of judgements joins all features (the pairs that would are named), when there are more features
        than random indices, or when the consistency ratio is above ``limit`` (the worst judgement is named, with the
        value that would fit).

    Examples
    --------
    >>> round(judged_weights({"a/b": 2, "b/c": 2}, ("a", "b", "c")).weights["a"], 6)
    0.571429
    """
    if len(names) > len(RANDOM_INDEX):
        raise InputError(f"{_WHERE}: {len(names)} features are judged; expected at most {len(RANDOM_INDEX)}")
    matrix = _matrix(judgements, names)
    _refuse_islands(matrix, names)
    value, vector = _principal(matrix)
    ratio = _ratio(matrix, value)
    worst = _worst(matrix, vector, names)
    if ratio > limit:
        raise InputError(f"{_WHERE}: consistency ratio {ratio:.3f}; expected at most {limit:g}; {worst}; judge it anew")
    count = len(names)
    missing = tuple((names[i], names[j]) for i in range(count) for j in range(i + 1, count) if matrix[i, j] == 0)
    weights = {name: float(weight) for name, weight in zip(names, vector, strict=True)}
    return JudgedWeights(weights=weights, ratio=ratio, missing=missing, worst=worst)


def _matrix(judgements: Mapping[str, float], names: tuple[str, ...]) -> Floats:
    """Return the judgements as a reciprocal matrix, shape (n, n); 0 where a pair is not judged."""
    at = {name: place for place, name in enumerate(names)}
    matrix = np.eye(len(names))
    for pair, times in judgements.items():
        first, second = (at[name] for name in pair.split("/"))
        matrix[first, second], matrix[second, first] = times, 1.0 / times
    return matrix


def _refuse_islands(matrix: Floats, names: tuple[str, ...]) -> None:
    count, group = connected_components(matrix > 0, directed=False)
    if count == 1:
        return
    firsts = [names[int(np.flatnonzero(group == island)[0])] for island in range(count)]
    pairs = ", ".join(f'"{firsts[0]}/{other}"' for other in firsts[1:])
    raise InputError(f"{_WHERE}: the features fall into {count} groups that no judgement compares; judge {pairs} too")


def _principal(matrix: Floats) -> tuple[float, Floats]:
    """Return the principal eigenvalue and its vector, shape (n,), summing to 1, of Harker's matrix."""
    harker = matrix.copy()
    np.fill_diagonal(harker, 1.0 + (matrix == 0).sum(axis=1))
    values, vectors = np.linalg.eig(harker)
    at = int(np.argmax(values.real))
    vector = np.abs(vectors[:, at].real)
    return float(values[at].real), vector / vector.sum()


def _ratio(matrix: Floats, value: float) -> float:
    n = len(matrix)
    if n < 3:
        return 0.0
    missing = int((matrix == 0).sum()) // 2
    index = RANDOM_INDEX[n - 1] * (1.0 - 2.0 * missing / ((n - 1) * (n - 2)))
    if index <= _NOISE:
        return 0.0
    return max(0.0, (value - n) / (n - 1) / index)


def _worst(matrix: Floats, vector: Floats, names: tuple[str, ...]) -> Contradiction | None:
    """Return the judgement farthest from what the weights say, of those that others bear on, or None."""
    rows, columns = np.nonzero(np.triu(matrix, 1))
    off = np.abs(np.log(matrix[rows, columns] * vector[columns] / vector[rows]))
    for at in np.argsort(-off.round(9), kind="stable").tolist():
        first, second = int(rows[at]), int(columns[at])
        if off[at] <= _NOISE:
            return None
        if matrix[first, second] < 1.0:
            first, second = second, first
        without = matrix.copy()
        without[first, second] = without[second, first] = 0.0
        if connected_components(without > 0, directed=False)[0] > 1:
            continue
        _, other = _principal(without)
        return Contradiction(
            pair=(names[first], names[second]),
            judged=float(matrix[first, second]),
            asked=float(other[first] / other[second]),
            through=_through(matrix, first, second, names),
        )
    return None


def _through(matrix: Floats, first: int, second: int, names: tuple[str, ...]) -> str | None:
    """Return the third feature whose two judgements contradict the pair most (Koczkodaj, 1993), or None."""
    both = (matrix[first] > 0) & (matrix[:, second] > 0)
    both[[first, second]] = False
    if not both.any():
        return None
    way = np.where(both, matrix[first] * matrix[:, second], matrix[first, second])
    return names[int(np.argmax(np.abs(np.log(way / matrix[first, second]))))]
