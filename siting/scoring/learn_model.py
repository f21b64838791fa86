"""Fit models of log performance, each with one and with two folds left out.

::

    y_i = log performance of outlet i, in fold k(i) of K
    μ^h_S      model of kind h (ridge, boosting) fitted on the outlets outside the folds S
    P^h_il     = μ^h_{k(i), l}(x_i)   for l ≠ k(i);   P^h_i,k(i) = μ^h_{k(i)}(x_i)
    h_k        = argmin_h Σ_{i: k(i) ≠ k} (y_i − P^h_ik)²        kind chosen without fold k
    ŷ_i        = P^{h_k(i)}_i,k(i)                                   prediction of outlet i, left out with its fold
    h*         = argmin_h Σ_i (y_i − P^h_i,k(i))²                  kind of the final model

So the kind is chosen inside the training folds (nested cross-validation: Varma and Simon, 2006), and one table P of
shape (n, K) serves the figures, the choice, and the intervals of `siting.scoring.learn_interval`.

Everything that is learnt is learnt inside the training folds: a text such as a brand becomes the shrunken mean of its
outlets (Micci-Barreca, 2001) by scikit-learn's TargetEncoder, which also keeps an outlet's own performance out of the
figure its model is trained on (cross fitting). Ridge sees every feature through its normal scores, gaps filled with the
median; boosting sees them as they are, gaps included, and may be held to known directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler, TargetEncoder
from threadpoolctl import ThreadpoolController

from siting.scoring.learn_table import texts_of

Kind = Literal["ridge", "boosting"]
KINDS: tuple[Kind, ...] = ("ridge", "boosting")
Floats = NDArray[np.float64]
Folds = NDArray[np.int64]

_QUANTILES = 50
_ENCODER_PARTS = 5


class Regressor(Protocol):
    """What can be fitted and asked."""

    def fit(self, x: pd.DataFrame, y: Floats) -> Regressor:
        """Fit on features (n, p) and log performance (n,)."""

    def predict(self, x: pd.DataFrame) -> Floats:
        """Return log performance, shape (m,), of features (m, p)."""


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """Which kinds of model may be fitted, and how.

    Parameters
    ----------
    kinds
        The kinds among which the data choose.
    directions
        1 or -1 for features that boosting may only rise or fall with.
    seed
        Of the parts into which the encoder deals outlets.
    """

    kinds: tuple[Kind, ...] = KINDS
    directions: Mapping[str, int]
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Predictions of outlets that were left out: the letters are those of the module.

    Parameters
    ----------
    table
        P of each kind, shape (n, K) each.
    chosen
        h_k of each fold, K of them.
    best
        h*.
    models
        μ^{h*} with each fold left out, K of them.
    """

    table: Mapping[Kind, Floats]
    chosen: tuple[Kind, ...]
    best: Kind
    models: tuple[Regressor, ...]

    def predicted(self, fold: Folds) -> Floats:
        """Return ŷ, shape (n,): each outlet's log performance by models that know nothing of its fold."""
        rows = np.arange(fold.size)
        by_kind = {kind: table[rows, fold] for kind, table in self.table.items()}
        found = np.empty(fold.size)
        for k, kind in enumerate(self.chosen):
            found[fold == k] = by_kind[kind][fold == k]
        return found


@contextmanager
def one_thread() -> Iterator[None]:
    """Fit on one thread: for some thousand outlets more are slower, and figures must not depend on their number."""
    with _threads().limit(limits=1):
        yield


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def build_model(kind: Kind, features: pd.DataFrame, choice: ModelChoice) -> Regressor:
    """Return an unfitted pipeline for features like these, shape (n, p) of the training outlets."""
    texts = list(texts_of(features))
    numbers = [str(name) for name in features.columns if name not in texts]
    parts = KFold(_ENCODER_PARTS, shuffle=True, random_state=choice.seed)
    columns = ColumnTransformer(
        [
            ("texts", TargetEncoder(target_type="continuous", cv=parts), texts),
            ("numbers", "passthrough", numbers),
        ]
    )
    if kind == "boosting":
        directions = [1] * len(texts) + [choice.directions.get(name, 0) for name in numbers]
        boosting = HistGradientBoostingRegressor(
            max_iter=100,
            learning_rate=0.06,
            max_leaf_nodes=6,
            min_samples_leaf=20,
            l2_regularization=5.0,
            monotonic_cst=directions,
            early_stopping=False,
            random_state=choice.seed,
        )
        pipeline: Regressor = make_pipeline(columns, boosting)
        return pipeline
    scores = QuantileTransformer(n_quantiles=min(_QUANTILES, len(features)), output_distribution="normal")
    gaps = SimpleImputer(strategy="median", keep_empty_features=True)
    ridge: Regressor = make_pipeline(columns, gaps, scores, StandardScaler(), RidgeCV(alphas=np.logspace(-1, 4, 11)))
    return ridge


def fit_model(kind: Kind, features: pd.DataFrame, y: Floats, choice: ModelChoice) -> Regressor:
    """Fit one model on features (n, p) and log performance (n,)."""
    with one_thread():
        return build_model(kind, features, choice).fit(features, y)


def leave_out(features: pd.DataFrame, y: Floats, fold: Folds, choice: ModelChoice) -> LeftOut:
    """Fit every kind with one and with two folds left out, and choose among them.

    Parameters
    ----------
    features
        Shape (n, p).
    y
        Log performance, shape (n,).
    fold
        Fold of each outlet, 0 … K − 1, shape (n,).
    choice
        The kinds.
    """
    count = int(fold.max()) + 1
    table: dict[Kind, Floats] = {}
    models: dict[Kind, tuple[Regressor, ...]] = {}
    for kind in choice.kinds:
        table[kind], models[kind] = _table(kind, features, y, fold, choice)
    chosen = tuple(
        _least_error({kind: _errors_without(p, y, fold, k) for kind, p in table.items()}) for k in range(count)
    )
    rows = np.arange(fold.size)
    best = _least_error({kind: float(((y - p[rows, fold]) ** 2).sum()) for kind, p in table.items()})
    return LeftOut(table=table, chosen=chosen, best=best, models=models[best])


def _table(
    kind: Kind, features: pd.DataFrame, y: Floats, fold: Folds, choice: ModelChoice
) -> tuple[Floats, tuple[Regressor, ...]]:
    count = int(fold.max()) + 1
    predicted = np.empty((fold.size, count))
    models: list[Regressor] = []
    for k in range(count):
        inside, outside = fold != k, fold == k
        models.append(fit_model(kind, features[inside], y[inside], choice))
        predicted[outside, k] = ask(models[-1], features[outside])
        for other in range(k + 1, count):
            both = inside & (fold != other)
            model = fit_model(kind, features[both], y[both], choice)
            predicted[outside, other] = ask(model, features[outside])
            predicted[fold == other, k] = ask(model, features[fold == other])
    return predicted, tuple(models)


def ask(model: Regressor, features: pd.DataFrame) -> Floats:
    """Return log performance, shape (m,), of features (m, p)."""
    with one_thread():
        return np.asarray(model.predict(features), dtype=np.float64)


def _errors_without(table: Floats, y: Floats, fold: Folds, left_out: int) -> float:
    """Return the squared errors of the outlets of all other folds, by models that know nothing of this one."""
    inside = fold != left_out
    return float(((y[inside] - table[inside, left_out]) ** 2).sum())


def _least_error(errors: Mapping[Kind, float]) -> Kind:
    return min(errors, key=lambda kind: (errors[kind], KINDS.index(kind)))


def mean_left_out(y: Floats, fold: Folds) -> Floats:
    """Return the mean of the other folds for each outlet, shape (n,): what a model must beat."""
    count = int(fold.max()) + 1
    means = [float(y[fold != k].mean()) for k in range(count)]
    return np.asarray(means, dtype=np.float64)[fold]


def ask_all(models: Sequence[Regressor], features: pd.DataFrame) -> Floats:
    """Return log performance of m places by each of K models, shape (m, K)."""
    return np.column_stack([ask(model, features) for model in models])
