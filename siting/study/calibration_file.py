"""Write what a calibration found: calibration.json, calibration.csv, and lines for outlet.toml.

calibration.csv has a row per parameter: ``parameter``, ``estimate``, ``standard_error`` (as if visitors chose
independently; empty with shares), ``robust_error`` (by district, or by outlet), ``low`` and ``high`` (the interval,
from the larger of the two), ``setting`` (where it belongs), ``value_now``, ``status`` (estimated or as set).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.competition.calibrate import Calibration
from siting.competition.calibrate_sales import SalesCalibration
from siting.competition.held_out import Fit
from siting.settings import SitingSettings
from siting.study.observations import Observations

SCHEMA = 1
SECTION = "siting.score.competition"
TERMS = "terms."
_DIGITS = 6
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MAY_BE_ZERO = "attraction_exponent"

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of the choice model: its estimate as a setting, how sure it is, and what is set now."""

    name: str
    estimate: float
    standard_error: float
    robust_error: float
    low: float
    high: float
    now: float
    free: bool

    @property
    def setting(self) -> str:
        """Where in outlet.toml it stands."""
        return f"{SECTION}.{self.name}"

    @property
    def usable(self) -> bool:
        """Whether the estimate can be a setting: terms may have any sign, the way must cost, attraction not repel."""
        if self.name.startswith(TERMS):
            return True
        return self.estimate >= 0 if self.name == _MAY_BE_ZERO else self.estimate > 0

    @property
    def in_use(self) -> bool:
        """Whether what is set now is the estimate, to the digits that are written."""
        return significant(self.estimate) == significant(self.now)


@dataclass(frozen=True)
class Judged:
    """How near a model comes to what it was fitted to, and to what was left out; None where nothing was."""

    model: str
    within: Fit
    beyond: Fit | None


def significant(value: float) -> float | None:
    """Return a figure with the digits that are written, None where it is not known."""
    return float(f"{value:.{_DIGITS}g}") + 0.0 if math.isfinite(value) else None


def to_toml(parameters: Sequence[Parameter]) -> list[str]:
    """Return the lines that set the estimates, all terms in one line.

    Nothing where an estimate cannot be a setting: one made beside it is worth nothing without it.
    """
    if any(one.free and not one.usable for one in parameters):
        return []
    lines = [f"[{SECTION}]"]
    terms = [one for one in parameters if one.name.startswith(TERMS)]
    for one in parameters:
        if one in terms or not one.free:
            continue
        lines.append(f"{one.name} = {_number(one.estimate)}")
    if any(one.free for one in terms):
        pairs = [f"{_key(one.name.removeprefix(TERMS))} = {_number(one.estimate)}" for one in terms]
        lines.append(f"terms = {{ {', '.join(pairs)} }}")
    return lines if len(lines) > 1 else []


def _number(value: float) -> str:
    return repr(significant(value))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def parameters_table(parameters: Sequence[Parameter]) -> pd.DataFrame:
    """Return calibration.csv."""
    rows = [
        {
            "parameter": one.name,
            "estimate": significant(one.estimate),
            "standard_error": significant(one.standard_error),
            "robust_error": significant(one.robust_error),
            "low": significant(one.low),
            "high": significant(one.high),
            "setting": one.setting,
            "value_now": significant(one.now),
            "status": "estimated" if one.free else "as set",
        }
        for one in parameters
    ]
    return pd.DataFrame(rows)


def calibration_document(
    observed: Observations,
    parameters: Sequence[Parameter],
    fit: Calibration | SalesCalibration,
    expected: Floats,
    models: Sequence[Judged],
    section: SitingSettings,
) -> dict[str, object]:
    """Return calibration.json: parameters, fit, models side by side, observed beside expected by outlet."""
    choices = observed.choices
    return {
        "schema": SCHEMA,
        "target": section.calibrate.target,
        "model": section.score.competition.model,
        "in_use": all(one.in_use for one in parameters if one.free),
        "demand_points": choices.districts,
        "districts": observed.districts,
        "pairs": len(choices.district),
        "shares": observed.shares,
        "seen": significant(float(np.nansum(seen_by_outlet(observed)))),
        "confidence": section.calibrate.confidence,
        "parameters": parameters_table(parameters).astype(object).replace({np.nan: None}).to_dict(orient="records"),
        "fit": _fit_record(fit),
        "models": [
            {"model": one.model, "fitted": _figures(one.within), "held_out": one.beyond and _figures(one.beyond)}
            for one in models
        ],
        "outlets": _outlets(observed, expected),
        "toml": to_toml(parameters),
    }


def _fit_record(fit: Calibration | SalesCalibration) -> dict[str, float | None]:
    record = {"dispersion": significant(fit.dispersion), "condition": significant(fit.condition)}
    if isinstance(fit, Calibration):
        return record | {
            "log_likelihood": significant(fit.log_likelihood),
            "log_likelihood_equal": significant(fit.log_likelihood_equal),
            "mcfadden_r2": significant(fit.pseudo_r2),
        }
    return record | {"objective": significant(fit.objective), "rate": significant(fit.rate)}


def _figures(fit: Fit) -> dict[str, float | None]:
    return {
        "pearson": significant(fit.pearson),
        "spearman": significant(fit.spearman),
        "rmse": significant(fit.rmse),
        "log_likelihood_per_visitor": significant(fit.per_visitor),
    }


def seen_by_outlet(observed: Observations) -> Floats:
    """Return visitors, shares or sales of each outlet, shape (m,), NaN where not known."""
    if observed.sales is not None:
        return observed.sales.sales
    assert observed.seen is not None
    return observed.choices.over_outlet(observed.seen)


def _outlets(observed: Observations, expected: Floats) -> list[dict[str, object]]:
    """Return what was seen of each outlet beside what is expected, the largest first."""
    seen = seen_by_outlet(observed)
    reached = observed.choices.over_outlet(np.ones(len(observed.choices.outlet))) > 0
    order = np.argsort(-np.nan_to_num(seen, nan=-1.0), kind="stable")
    return [
        {
            "id": observed.ids[at],
            "name": observed.names[at],
            "observed": significant(float(seen[at])),
            "expected": significant(float(expected[at])),
        }
        for at in order.tolist()
        if reached[at]
    ]
