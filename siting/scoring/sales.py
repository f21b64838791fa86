"""Learn from existing outlets what an outlet would sell, and say honestly how little or how much that is worth.

::

    log y_i = μ(location_i, own_i) + error        y_i: sales, visits or deposits of outlet i per year, above 0

Four predictions are judged on blocks that were left out: the *mean* of the other folds, *own* columns alone (brand,
area, …), *location* alone, and *all*. What location is worth is told from location alone and from what it adds to the
own columns: at candidates, which are all taken to be of one brand, nothing else differs. The formulation of fitting
stands in `learn_model`, of intervals in `learn_interval`, of what is refused in `learn_leaks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.learn_blocks import blocked_folds, spatial_blocks
from siting.scoring.learn_explain import Dependence, Importance, dependence, importances
from siting.scoring.learn_figures import Figures, judge
from siting.scoring.learn_interval import held_out_intervals, interval
from siting.scoring.learn_leaks import refuse_leaks
from siting.scoring.learn_model import (
    KINDS,
    Kind,
    LeftOut,
    ModelChoice,
    Regressor,
    ask,
    ask_all,
    fit_model,
    leave_out,
    mean_left_out,
    one_thread,
)
from siting.scoring.learn_range import SeenRange, out_of_range, seen_range
from siting.scoring.learn_table import Observed
from siting.settings.learn import LearnSettings

Floats = NDArray[np.float64]
Basis = Literal["mean", "own", "location", "all"]
BASES: tuple[Basis, ...] = ("mean", "own", "location", "all")

DEPENDENCES = 10


@dataclass(frozen=True, kw_only=True)
class SalesModel:
    """What is needed to predict: all that is saved.

    Parameters
    ----------
    target
        What is predicted.
    kind
        Kind of all models.
    columns
        Names of the p features, in order.
    location
        Those of the place.
    model
        Fitted on all n outlets.
    left_out
        Fitted with each of the K folds left out.
    errors, fold
        |log error| and fold of each outlet where it was left out, shape (n,).
    coverage
        Share of outlets that an interval is to hold.
    seen
        What the outlets were like.
    """

    target: str
    kind: Kind
    columns: tuple[str, ...]
    location: tuple[str, ...]
    model: Regressor
    left_out: tuple[Regressor, ...]
    errors: Floats
    fold: NDArray[np.int64]
    coverage: float
    seen: SeenRange


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A model with its honest figures.

    Parameters
    ----------
    model
        The model.
    observed
        What it was learnt from.
    blocks, fold
        Block and fold of each outlet, shape (n,).
    figures
        Of each basis; *own* or *location* is absent where there are no such features.
    predicted
        Log performance of each outlet where it was left out, by basis *all*, shape (n,).
    covered
        Whether the interval made without an outlet's fold holds it, shape (n,).
    factor
        Half of the intervals reach up from the prediction by less than this factor.
    importances, dependences
        Of basis *all*.
    """

    model: SalesModel
    observed: Observed
    blocks: NDArray[np.int64]
    fold: NDArray[np.int64]
    figures: Mapping[Basis, Figures]
    predicted: Floats
    covered: NDArray[np.bool_]
    factor: float
    importances: tuple[Importance, ...]
    dependences: tuple[Dependence, ...]

    @property
    def covered_by_fold(self) -> tuple[float, ...]:
        """Share of each fold's outlets that their intervals hold, K of them."""
        return tuple(float(self.covered[self.fold == k].mean()) for k in range(int(self.fold.max()) + 1))


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Predicted performance of m places.

    Parameters
    ----------
    performance, low, high
        Shape (m,), in the unit of the target; NaN where nothing of the place is known.
    out_of_range
        What each place is out of range in, m of them; () where in range.
    """

    performance: Floats
    low: Floats
    high: Floats
    out_of_range: tuple[tuple[str, ...], ...]


def learn_sales(observed: Observed, settings: LearnSettings, seed: int) -> Learnt:
    """Learn performance from existing outlets.

    Parameters
    ----------
    observed
        The outlets.
    settings
        Blocks, folds, kinds of model, coverage.
    seed
        Of clusters, of the encoder's parts and of shuffles.

    Raises
    ------
    InputError
        When there are too few outlets, blocks or features, or a feature gives the performance away.
    """
    target = settings.target or "performance"
    if len(observed.features) < settings.least:
        raise InputError(
            f"{len(observed.features)} outlets have known {target} above 0; siting.score.learn.least = "
            f"{settings.least}: learn from more, or leave siting.score.learn.target out"
        )
    if not observed.location:
        raise InputError(f"no feature of the place differs between outlets; {target} cannot be learnt")
    refuse_leaks(observed.features, observed.performance, target)
    with one_thread():
        blocks = spatial_blocks(observed.points, settings, seed)
    fold = blocked_folds(blocks, settings.folds)
    choice = _choice(observed, settings, seed)
    y = observed.log_performance
    left_out = leave_out(observed.features, y, fold, choice)
    predicted = left_out.predicted(fold)
    low, high = held_out_intervals(left_out, y, fold, settings.coverage)
    found = importances(left_out.models, observed.features, y, fold, repeats=settings.repeats, seed=seed)
    model = _final(observed, left_out, fold, choice, settings)
    return Learnt(
        model=model,
        observed=observed,
        blocks=blocks,
        fold=fold,
        figures=_figures(observed, y, predicted, fold, choice),
        predicted=predicted,
        covered=np.asarray((low <= y) & (y <= high), dtype=np.bool_),
        factor=float(np.exp(np.median(high - low) / 2.0)),
        importances=found,
        dependences=tuple(dependence(model.model, observed.features, one.feature) for one in found[:DEPENDENCES]),
    )


def predict_sales(model: SalesModel, features: pd.DataFrame) -> Predicted:
    """Predict the performance of m places with the features the model knows, shape (m, p).

    Raises
    ------
    InputError
        When a feature is missing.
    """
    missing = [name for name in model.columns if name not in features.columns]
    if missing:
        raise InputError(f"places have no {', '.join(missing)}; the model of {model.target} was learnt from them")
    x = features[list(model.columns)]
    known = x[list(model.location)].notna().any(axis=1).to_numpy(dtype=np.bool_)
    performance, low, high = (np.full(len(x), np.nan) for _ in range(3))
    if known.any():
        inside = x[known]
        performance[known] = np.exp(ask(model.model, inside))
        ends = interval(ask_all(model.left_out, inside), model.errors, model.fold, model.coverage)
        low[known], high[known] = (np.exp(end) for end in ends)
    low, high = np.fmin(low, performance), np.fmax(high, performance)
    return Predicted(performance=performance, low=low, high=high, out_of_range=tuple(out_of_range(model.seen, x)))


def _choice(observed: Observed, settings: LearnSettings, seed: int) -> ModelChoice:
    kinds: tuple[Kind, ...] = KINDS if settings.model == "best" else (settings.model,)
    return ModelChoice(kinds=kinds, directions=observed.directions if settings.monotone else {}, seed=seed)


def _figures(
    observed: Observed, y: Floats, predicted: Floats, fold: NDArray[np.int64], choice: ModelChoice
) -> dict[Basis, Figures]:
    figures: dict[Basis, Figures] = {"mean": judge(y, mean_left_out(y, fold), fold)}
    bases: tuple[tuple[Basis, tuple[str, ...]], ...] = (("own", observed.own), ("location", observed.location))
    for basis, names in bases:
        if names and len(names) < observed.features.shape[1]:
            alone = leave_out(observed.features[list(names)], y, fold, choice)
            figures[basis] = judge(y, alone.predicted(fold), fold)
    figures["all"] = judge(y, predicted, fold)
    if not observed.own:
        figures["location"] = figures["all"]
    return figures


def _final(
    observed: Observed, left_out: LeftOut, fold: NDArray[np.int64], choice: ModelChoice, settings: LearnSettings
) -> SalesModel:
    y = observed.log_performance
    rows = np.arange(fold.size)
    return SalesModel(
        target=settings.target or "performance",
        kind=left_out.best,
        columns=tuple(str(name) for name in observed.features.columns),
        location=observed.location,
        model=fit_model(left_out.best, observed.features, y, choice),
        left_out=left_out.models,
        errors=np.abs(y - left_out.table[left_out.best][rows, fold]),
        fold=fold,
        coverage=settings.coverage,
        seen=seen_range(observed.features, observed.location),
    )
