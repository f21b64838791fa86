"""Learn from a project's existing outlets, and predict what each candidate would sell.

Existing outlets are measured by the functions that measure candidates, each as if it alone were new among the others.
Own columns (area, brand, staff) are learnt from only where candidates have them too, or where
``[siting.score.learn] assume`` says what a candidate is taken to have.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import InputError
from outlet.stage import StageRun
from siting.data.contracts.opened import years_of
from siting.data.layers import TERM, SitingData, points_of
from siting.scoring.learn_store import dump_model
from siting.scoring.learn_table import observe
from siting.scoring.learn_words import tell_learnt
from siting.scoring.sales import BASES, Learnt, Predicted, learn_sales, predict_sales
from siting.settings.learn import LearnSettings

SCHEMA = 1
OWN = ("area_m2", "brand", "staff")
AGE = "age_years"
COLUMNS = ("predicted", "predicted_low", "predicted_high", "out_of_range")
_TEXTS = ("brand",)
_OWN_DIRECTIONS = {"area_m2": 1, "staff": 1, AGE: 1}
_DIGITS = 6
_SHARE_DECIMALS = 4

Floats = NDArray[np.float64]
Measure = Callable[[SitingData], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class LearntStudy:
    """What was learnt from the existing outlets, what it says of the m candidates, and what to tell of it."""

    learnt: Learnt
    predicted: Predicted
    notes: tuple[str, ...]


def as_candidates(data: SitingData) -> SitingData:
    """Return the data with the existing outlets as candidates and no others, so that they are measured alike."""
    table: dict[str, object] = {"id": data.existing["id"], "name": data.existing["name"]}
    terms = [name for name in data.existing.columns if str(name).startswith(TERM)]
    wanted = dict.fromkeys([*data.candidates.columns, *terms])
    for name in [name for name in wanted if name not in ("id", "name", data.candidates.geometry.name)]:
        if name in data.existing.columns:
            table[name] = data.existing[name]
        else:
            empty = np.nan if pd.api.types.is_numeric_dtype(data.candidates[name]) else ""
            table[name] = [empty] * len(data.existing)
    frame = gpd.GeoDataFrame(pd.DataFrame(table), geometry=data.existing.geometry.to_numpy(), crs=data.crs)
    return dataclasses.replace(data, candidates=frame, existing=data.existing.iloc[:0])


def learn_project(
    data: SitingData,
    raw: pd.DataFrame,
    measure: Measure,
    directions: Mapping[str, int],
    settings: LearnSettings,
    *,
    seed: int,
    as_of: dt.date,
) -> LearntStudy:
    """Learn and predict.

    Parameters
    ----------
    data
        The layers.
    raw
        Features of the m candidates, shape (m, k), indexed by id.
    measure
        Returns the same features of the candidates of other data; called with the existing outlets as candidates.
    directions
        1 or -1 for features of which more, or less, is better.
    settings
        ``[siting.score.learn]`` with a target.
    seed
        Of every random choice.
    as_of
        The project's day, on which outlets have their age.

    Raises
    ------
    InputError
        When a name in ``leave_out`` or ``assume`` is no feature, a brand is unknown, or nothing can be learnt.
    """
    assert settings.target is not None
    _refuse_unknown(settings, [*raw.columns, *OWN, AGE])
    location = measure(as_candidates(data)).drop(columns=list(settings.leave_out), errors="ignore")
    assert list(location.index) == list(data.existing["id"].astype(str)), "features are not aligned to the outlets"
    own, at_candidates, notes = _own_columns(data, settings, location.index, raw.index)
    aged = _ages(data, settings, as_of)
    if aged is not None:
        own, at_candidates = own.assign(**{AGE: aged[0]}), at_candidates.assign(**{AGE: settings.candidate_age_years})
        notes.append(aged[1])
    observed = observe(
        location,
        own,
        data.existing[settings.target].to_numpy(dtype=np.float64),
        points_of(data.existing),
        directions={**directions, **_OWN_DIRECTIONS},
        target=settings.target,
    )
    learnt = learn_sales(observed, settings, seed)
    predicted = predict_sales(learnt.model, pd.concat([raw, at_candidates], axis=1))
    told = (*tell_learnt(learnt), *_tell_candidates(at_candidates, predicted, settings), *notes, *observed.notes)
    return LearntStudy(learnt=learnt, predicted=predicted, notes=told)


def write_learnt(
    stage: StageRun, table: gpd.GeoDataFrame, study: LearntStudy, settings: LearnSettings
) -> gpd.GeoDataFrame:
    """Write learnt.json and learnt.skops; return the candidates' table with the predictions."""
    stage.out.write_json("learnt.json", learnt_document(study, settings))
    stage.out.write("learnt.skops").write_bytes(dump_model(study.learnt.model))
    return with_predictions(table, study.predicted)


def with_predictions(table: gpd.GeoDataFrame, predicted: Predicted) -> gpd.GeoDataFrame:
    """Return the candidates' table with predicted, predicted_low, predicted_high and out_of_range.

    out_of_range names, parted by ``; ``, what a candidate has that no outlet had; it is empty where nothing is.
    """
    ends = (predicted.performance, predicted.low, predicted.high)
    columns: dict[str, object] = {name: rounded(values) for name, values in zip(COLUMNS, ends, strict=False)}
    columns["out_of_range"] = ["; ".join(names) for names in predicted.out_of_range]
    return table.assign(**columns)


def learnt_document(study: LearntStudy, settings: LearnSettings) -> dict[str, object]:
    """Return learnt.json: figures, intervals, importances, partial dependence, range, notes."""
    learnt = study.learnt
    numbers = learnt.model.seen
    return {
        "schema": SCHEMA,
        "target": learnt.model.target,
        "kind": learnt.model.kind,
        "outlets": len(learnt.observed.features),
        "features": {"location": list(learnt.observed.location), "own": list(learnt.observed.own)},
        "assumed": dict(settings.assume) | ({AGE: settings.candidate_age_years} if AGE in learnt.observed.own else {}),
        "blocks": int(learnt.blocks.max()) + 1,
        "folds": int(learnt.fold.max()) + 1,
        "figures": {basis: _figures_of(learnt, basis) for basis in BASES if basis in learnt.figures},
        "intervals": {
            "stated": learnt.model.coverage,
            "held": round(float(learnt.covered.mean()), _SHARE_DECIMALS),
            "held_by_fold": [round(share, _SHARE_DECIMALS) for share in learnt.covered_by_fold],
            "typical_factor": _significant(learnt.factor),
        },
        "importances": [
            {
                "feature": one.feature,
                "mean": round(one.mean, _SHARE_DECIMALS),
                "least": round(one.least, _SHARE_DECIMALS),
                "greatest": round(one.greatest, _SHARE_DECIMALS),
            }
            for one in learnt.importances
        ],
        "partial_dependence": [
            {
                "feature": one.feature,
                "values": [value if isinstance(value, str) else _significant(value) for value in one.values],
                "predicted": [_significant(value) for value in one.performance],
            }
            for one in learnt.dependences
        ],
        "range": {
            name: [_significant(numbers.least[name]), _significant(numbers.greatest[name])]
            for name in sorted(numbers.least)
        },
        "candidates": {
            "predicted": int(np.isfinite(study.predicted.performance).sum()),
            "out_of_range": sum(1 for names in study.predicted.out_of_range if names),
            "all": len(study.predicted.out_of_range),
        },
        "notes": list(study.notes),
    }


def _figures_of(learnt: Learnt, basis: str) -> dict[str, object]:
    figures = next(found for name, found in learnt.figures.items() if name == basis)
    return {
        "spearman": round(figures.spearman, _SHARE_DECIMALS),
        "spearman_by_fold": [round(value, _SHARE_DECIMALS) for value in figures.spearman_by_fold],
        "r2": round(figures.r2, _SHARE_DECIMALS),
        "r2_by_fold": [round(value, _SHARE_DECIMALS) for value in figures.r2_by_fold],
        "typical_factor": _significant(figures.typical_factor),
    }


def rounded(values: Floats) -> Floats:
    """Return values to 6 significant digits."""
    return np.asarray([_significant(value) for value in values.tolist()], dtype=np.float64)


def _significant(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _own_columns(
    data: SitingData, settings: LearnSettings, existing: pd.Index[str], candidates: pd.Index[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the own columns of the outlets and of the candidates, and what was left out."""
    own: dict[str, object] = {}
    assumed: dict[str, object] = {}
    notes: list[str] = []
    for name in OWN:
        column = data.existing[name]
        if name in settings.leave_out or column.nunique(dropna=True) < 2:
            continue
        known = _at_candidates(data, name, settings)
        if known is None:
            notes.append(
                f"{name} differs between outlets, but no candidate has one: not learnt from; siting.score.learn.assume "
                "can say what candidates are taken to have."
            )
            continue
        own[name], assumed[name] = column.to_numpy(), known
    return pd.DataFrame(own, index=existing), pd.DataFrame(assumed, index=candidates), notes


def _ages(data: SitingData, settings: LearnSettings, as_of: dt.date) -> tuple[Floats, str] | None:
    """Return the outlets' ages in years, shape (n,), and what is told of it; None where they do not differ."""
    opened = data.existing["opened"].to_numpy(dtype=np.float64)
    if AGE in settings.leave_out or len(np.unique(opened[np.isfinite(opened)])) < 2:
        return None
    age = np.maximum(years_of(as_of) - opened, 0.0)
    unknown = int(np.isnan(opened).sum())
    told = (
        f"Outlets are {np.nanmin(age):.3g} to {np.nanmax(age):.3g} years old on {as_of.isoformat()}; candidates are "
        f"judged at {settings.candidate_age_years:g} years (siting.score.learn.candidate_age_years)."
    )
    return age, told + (f" {unknown:,} of {len(age):,} outlets have no known age." if unknown else "")


def _at_candidates(data: SitingData, name: str, settings: LearnSettings) -> list[str] | Floats | None:
    given = settings.assume.get(name)
    if name in _TEXTS:
        return None if given is None else [_brand(data, name, given)] * len(data.candidates)
    if isinstance(given, str):
        raise InputError(f"siting.score.learn.assume.{name} is {given!r}; expected a number")
    found = np.full(len(data.candidates), np.nan)
    if name in data.candidates.columns:
        found = data.candidates[name].to_numpy(dtype=np.float64)
    if given is not None:
        found = np.where(np.isfinite(found), found, given)
    return found if np.isfinite(found).any() else None


def _brand(data: SitingData, name: str, given: float | str) -> str:
    known = sorted(set(data.existing[name].astype(str)))
    if given in known:
        return str(given)
    near = difflib.get_close_matches(str(given), known, n=1, cutoff=0.4)
    offer = f"did you mean {near[0]!r}?" if near else f"outlets have {', '.join(known[:5])}"
    raise InputError(f"siting.score.learn.assume.{name} is {given!r}, which no outlet has; {offer}")


def _refuse_unknown(settings: LearnSettings, known: list[str]) -> None:
    for key, names, allowed in (("leave_out", settings.leave_out, known), ("assume", settings.assume, list(OWN))):
        for name in names:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.4)
                offer = f"did you mean {near[0]!r}?" if near else f"expected some of {', '.join(allowed)}"
                raise InputError(f"siting.score.learn.{key}: there is no {name!r}; {offer}")


def _tell_candidates(own: pd.DataFrame, predicted: Predicted, settings: LearnSettings) -> list[str]:
    notes: list[str] = []
    total = len(predicted.out_of_range)
    alike = [f"{name} = {settings.assume[name]}" for name in own.columns if name in settings.assume]
    if alike:
        only = ": they differ by location alone" if bool((own.nunique(dropna=False) < 2).all()) else ""
        notes.append(f"Candidates are taken to have {', '.join(alike)} where it is not known{only}.")
    outside = sum(1 for names in predicted.out_of_range if names)
    if outside:
        notes.append(f"{outside:,} of {total:,} candidates are unlike the outlets learnt from: see out_of_range.")
    unknown = int(np.isnan(predicted.performance).sum())
    if unknown:
        notes.append(f"{unknown:,} of {total:,} candidates have no known feature and no prediction.")
    return notes
